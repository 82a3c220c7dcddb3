/* PostgreSQL's catalogue: the server, its enums, tables and columns. Each question answers with all
 * tables at once, sorted by what a row belongs to; texts of expressions are the server's own. */
#include "catalogue/postgresql.h"
#include "catalogue/read.h"

#include <stdlib.h>

/* ---- the server and its namespaces ----------------------------------------------------------- */

static const char server_sql[] =
    "SELECT current_setting('server_version_num'), current_schema()::text, n.oid::text,"
    " n.nspname::text FROM (VALUES (1)) one(x) LEFT JOIN pg_namespace n"
    " ON n.nspname = current_schema() OR n.nspname = ANY ($1::text[]) ORDER BY n.nspname";

/* From here on the namespaces are known by their oids. */
static bool read_server(catalogue_reader *r)
{
    rows found;
    TENON__CLEANUP(tenon__buf_release) tenon__buf oids = {0};
    if (!catalogue_ask(r, server_sql, 4, &found))
        return false;
    catalogue *c = r->c;
    c->server_version = (int)strtol(rows_first(&found), NULL, 10);
    c->default_namespace = rows_cell(&found, 0, 1);
    c->namespaces = catalogue_array(r, found.count, sizeof *c->namespaces);
    for (size_t i = 0; c->namespaces && i < found.count && rows_cell(&found, i, 3); i++) {
        tenon__buf_format(&oids, "%s%s", i ? "," : "", rows_cell(&found, i, 2));
        c->namespaces[c->namespace_count++] = rows_cell(&found, i, 3);
    }
    r->namespaces = tenon__arena_format(&c->arena, "{%s}", tenon__buf_string(&oids));
    r->has_failed_memory |= !r->namespaces || oids.failed;
    return !r->has_failed_memory;
}

/* The language that every database has is not worth a word. */
static const char extensions_sql[] =
    "SELECT x.extname::text, n.nspname::text, x.extversion FROM pg_extension x"
    " JOIN pg_namespace n ON n.oid = x.extnamespace WHERE x.extname <> 'plpgsql'"
    " ORDER BY x.extname";

static bool read_extensions(catalogue_reader *r)
{
    rows found;
    if (!catalogue_ask(r, extensions_sql, 3, &found))
        return false;
    catalogue_extension *extensions = catalogue_array(r, found.count, sizeof *extensions);
    for (size_t i = 0; extensions && i < found.count; i++)
        extensions[i] = (catalogue_extension){.name = rows_cell(&found, i, 0),
                                              .namespace = rows_cell(&found, i, 1),
                                              .version = rows_cell(&found, i, 2)};
    r->c->extensions = extensions;
    r->c->extension_count = extensions ? found.count : 0;
    return extensions != NULL;
}

/* ---- enums ----------------------------------------------------------------------------------- */

static const char enums_sql[] =
    "SELECT t.oid::text, n.nspname::text, t.typname::text, d.description, v.enumlabel::text"
    " FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace"
    " LEFT JOIN pg_enum v ON v.enumtypid = t.oid"
    " LEFT JOIN pg_description d ON d.objoid = t.oid AND d.classoid = 'pg_type'::regclass"
    " WHERE t.typtype = 'e' AND t.typnamespace = ANY ($1::oid[])" NOT_OF_EXTENSION(
        "pg_type", "t.oid") " ORDER BY n.nspname, t.typname, v.enumsortorder";

static void fill_enum(catalogue_reader *r, catalogue_enum *e, const rows *found, size_t row,
                      size_t count)
{
    *e = (catalogue_enum){.namespace = rows_cell(found, row, 1),
                          .name = rows_cell(found, row, 2),
                          .comment = rows_cell(found, row, 3)};
    e->values = catalogue_array(r, count, sizeof *e->values);
    for (size_t i = 0; e->values && i < count && rows_cell(found, row + i, 4); i++)
        e->values[e->value_count++] = rows_cell(found, row + i, 4);
}

static bool read_enums(catalogue_reader *r)
{
    rows found;
    if (!catalogue_ask(r, enums_sql, 5, &found))
        return false;
    r->c->enums = catalogue_array(r, found.count, sizeof *r->c->enums);
    for (size_t i = 0, count; r->c->enums && i < found.count; i += count) {
        count = rows_run(&found, i, 0);
        fill_enum(r, &r->c->enums[r->c->enum_count++], &found, i, count);
    }
    return !r->has_failed_memory;
}

/* ---- tables ---------------------------------------------------------------------------------- */

static const char tables_sql[] =
    "SELECT c.oid::text, n.nspname::text, c.relname::text, c.relkind::text, c.relispartition::text,"
    " CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) WHEN c.relkind = 'f' THEN"
    " (SELECT format('SERVER %I', s.srvname) || coalesce(' OPTIONS (' ||"
    " (SELECT string_agg(format('%I %L', o.option_name, o.option_value), ', ')"
    " FROM pg_options_to_table(f.ftoptions) o) || ')', '')"
    " FROM pg_foreign_table f JOIN pg_foreign_server s ON s.oid = f.ftserver"
    " WHERE f.ftrelid = c.oid) END,"
    " CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid)"
    " WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END,"
    " (SELECT h.inhparent::regclass::text FROM pg_inherits h WHERE h.inhrelid = c.oid"
    " AND h.inhseqno = 1),"
    " c.relrowsecurity::text, (c.relpersistence = 'u')::text, c.reltuples::text, d.description"
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " LEFT JOIN pg_description d ON d.objoid = c.oid AND d.classoid = 'pg_class'::regclass"
    " AND d.objsubid = 0"
    " WHERE c.relnamespace = ANY ($1::oid[]) AND c.relkind IN ('r', 'p', 'v', 'm', "
    "'f')" NOT_OF_EXTENSION("pg_class", "c.oid") " ORDER BY n.nspname, c.relname";

static catalogue_table_kind kind_of(char relation, bool is_partition)
{
    switch (relation) {
    case 'v':
        return CATALOGUE_VIEW;
    case 'm':
        return CATALOGUE_MATERIALIZED_VIEW;
    case 'f':
        return CATALOGUE_FOREIGN_TABLE;
    default:
        if (is_partition)
            return CATALOGUE_PARTITION;
        return relation == 'p' ? CATALOGUE_PARTITIONED : CATALOGUE_TABLE;
    }
}

static void fill_table(catalogue_table *t, const rows *found, size_t row)
{
    *t = (catalogue_table){
        .namespace = rows_cell(found, row, 1),
        .name = rows_cell(found, row, 2),
        .kind = kind_of(rows_cell(found, row, 3)[0], rows_truth(found, row, 4)),
        .definition = rows_cell(found, row, 5),
        .partition = rows_cell(found, row, 6),
        .parent = rows_cell(found, row, 7),
        .has_row_security = rows_truth(found, row, 8),
        .is_unlogged = rows_truth(found, row, 9),
        .row_estimate = strtod(rows_cell(found, row, 10), NULL),
        .comment = rows_cell(found, row, 11),
    };
}

static bool read_tables(catalogue_reader *r)
{
    rows found;
    if (!catalogue_ask(r, tables_sql, 12, &found))
        return false;
    catalogue *c = r->c;
    c->tables = catalogue_array(r, found.count, sizeof *c->tables);
    for (size_t i = 0; c->tables && i < found.count; i++) {
        const char *oid = rows_cell(&found, i, 0);
        if (catalogue_is_history(rows_cell(&found, i, 2)))
            continue;
        fill_table(&c->tables[c->table_count], &found, i);
        r->has_failed_memory |=
            !tenon__map_put(&r->tables, oid, strlen(oid), &c->tables[c->table_count++]);
    }
    return !r->has_failed_memory;
}

/* ---- columns --------------------------------------------------------------------------------- */

/* `b` is the type itself, or what an array is made of. A sequence is the column's own when it
 * depends on it: by itself ('a', serial) or as a part of it ('i', identity). */
static const char columns_sql[] =
    "SELECT a.attrelid::text, a.attname::text, format_type(a.atttypid, a.atttypmod),"
    " b.typname::text, CASE WHEN bn.nspname <> 'pg_catalog' THEN bn.nspname::text END,"
    " (b.typtype = 'e')::text, (b.typtype = 'd')::text, (b.oid <> t.oid)::text,"
    " a.attnotnull::text, pg_get_expr(ad.adbin, ad.adrelid), a.attgenerated::text,"
    " a.attidentity::text, s.name, (pg_get_expr(ad.adbin, ad.adrelid) = s.next)::text,"
    " CASE WHEN a.attcollation <> t.typcollation THEN l.collname::text END, d.description"
    " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
    " JOIN pg_type t ON t.oid = a.atttypid"
    " JOIN pg_type b ON b.oid = CASE WHEN t.typsubscript = 'array_subscript_handler'::regproc"
    " THEN t.typelem ELSE t.oid END"
    " JOIN pg_namespace bn ON bn.oid = b.typnamespace"
    " LEFT JOIN pg_attrdef ad ON ad.adrelid = a.attrelid AND ad.adnum = a.attnum"
    " LEFT JOIN pg_collation l ON l.oid = a.attcollation"
    " LEFT JOIN pg_description d ON d.objoid = a.attrelid AND d.objsubid = a.attnum"
    " AND d.classoid = 'pg_class'::regclass"
    " LEFT JOIN LATERAL (SELECT format('%I.%I', qn.nspname, q.relname) AS name,"
    " format('nextval(%L::regclass)', q.oid::regclass::text) AS next"
    " FROM pg_depend p JOIN pg_class q ON q.oid = p.objid AND q.relkind = 'S'"
    " JOIN pg_namespace qn ON qn.oid = q.relnamespace"
    " WHERE (a.atthasdef OR a.attidentity <> '')"
    " AND p.refclassid = 'pg_class'::regclass AND p.refobjid = a.attrelid"
    " AND p.refobjsubid = a.attnum AND p.classid = 'pg_class'::regclass"
    " AND p.deptype IN ('a', 'i') ORDER BY q.oid DESC LIMIT 1) s"
    " ON true"
    " WHERE c.relnamespace = ANY ($1::oid[]) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')"
    " AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum";

enum {
    COLUMN_NAME = 1,
    COLUMN_TYPE,
    COLUMN_TYPE_NAME,
    COLUMN_TYPE_NAMESPACE,
    COLUMN_IS_ENUM,
    COLUMN_IS_DOMAIN,
    COLUMN_IS_ARRAY,
    COLUMN_IS_REQUIRED,
    COLUMN_DEFAULT,
    COLUMN_GENERATED,
    COLUMN_IDENTITY,
    COLUMN_SEQUENCE,
    COLUMN_IS_SERIAL,
    COLUMN_COLLATION,
    COLUMN_COMMENT,
    COLUMN_CELLS
};

static catalogue_identity identity_of(const rows *found, size_t row)
{
    if (rows_truth(found, row, COLUMN_IS_SERIAL))
        return CATALOGUE_SERIAL;
    switch (rows_cell(found, row, COLUMN_IDENTITY)[0]) {
    case 'a':
        return CATALOGUE_ALWAYS;
    case 'd':
        return CATALOGUE_BY_DEFAULT;
    default:
        return CATALOGUE_NO_IDENTITY;
    }
}

/* `NULL::character varying` is what a column without a default has anyway. */
static const char *default_of(const char *expression)
{
    static const char null[] = "NULL::";
    bool is_null = expression && !strncmp(expression, null, sizeof null - 1) &&
                   !strpbrk(expression + sizeof null - 1, ":'+-*/|<>=~,");
    return is_null ? NULL : expression;
}

static void fill_column(catalogue_column *column, const rows *found, size_t row)
{
    const char *generated = rows_cell(found, row, COLUMN_GENERATED);
    const char *expression = rows_cell(found, row, COLUMN_DEFAULT);
    catalogue_identity identity = identity_of(found, row);
    *column = (catalogue_column){
        .name = rows_cell(found, row, COLUMN_NAME),
        .type = rows_cell(found, row, COLUMN_TYPE),
        .type_name = rows_cell(found, row, COLUMN_TYPE_NAME),
        .type_namespace = rows_cell(found, row, COLUMN_TYPE_NAMESPACE),
        .is_enum = rows_truth(found, row, COLUMN_IS_ENUM),
        .is_domain = rows_truth(found, row, COLUMN_IS_DOMAIN),
        .is_array = rows_truth(found, row, COLUMN_IS_ARRAY),
        .is_required = rows_truth(found, row, COLUMN_IS_REQUIRED),
        .default_sql = generated[0] || identity ? NULL : default_of(expression),
        .generated = generated[0] ? expression : NULL,
        .is_stored = generated[0] == 's',
        .identity = identity,
        .sequence = identity ? rows_cell(found, row, COLUMN_SEQUENCE) : NULL,
        .collation = rows_cell(found, row, COLUMN_COLLATION),
        .comment = rows_cell(found, row, COLUMN_COMMENT),
    };
    catalogue_read_arguments(column);
}

static bool read_columns(catalogue_reader *r)
{
    rows found;
    if (!catalogue_ask(r, columns_sql, COLUMN_CELLS, &found))
        return false;
    for (size_t i = 0, count; i < found.count; i += count) {
        count = rows_run(&found, i, 0);
        catalogue_table *t = catalogue_table_at(r, &found, i);
        if (!t)
            continue;
        t->columns = catalogue_array(r, count, sizeof *t->columns);
        t->column_count = t->columns ? count : 0;
        for (size_t n = 0; n < t->column_count; n++)
            fill_column(&t->columns[n], &found, i + n);
    }
    return !r->has_failed_memory;
}

bool catalogue_read_postgresql(catalogue_reader *r)
{
    return read_server(r) && read_extensions(r) && read_enums(r) && read_tables(r) &&
           read_columns(r) && catalogue_read_postgresql_indexes(r) &&
           catalogue_read_postgresql_constraints(r) && catalogue_read_postgresql_others(r);
}
