/* PostgreSQL's foreign keys, one row a column, and its checks. Constraints that a partition or a
 * child has from its parent belong to the parent. */
#include "catalogue/read.h"

static const char foreign_keys_sql[] =
    "SELECT o.conrelid::text, o.oid::text, o.conname::text, tn.nspname::text, t.relname::text,"
    " o.confdeltype::text, o.confupdtype::text, (o.confmatchtype = 'f')::text,"
    " o.condeferrable::text, o.condeferred::text, o.convalidated::text, a.attname::text,"
    " ta.attname::text, d.description"
    " FROM pg_constraint o LEFT JOIN pg_description d ON d.objoid = o.oid"
    " AND d.classoid = 'pg_constraint'::regclass JOIN pg_class t ON t.oid = o.confrelid"
    " JOIN pg_namespace tn ON tn.oid = t.relnamespace"
    " CROSS JOIN LATERAL unnest(o.conkey, o.confkey) WITH ORDINALITY k(own, target, n)"
    " JOIN pg_attribute a ON a.attrelid = o.conrelid AND a.attnum = k.own"
    " JOIN pg_attribute ta ON ta.attrelid = o.confrelid AND ta.attnum = k.target"
    " WHERE o.contype = 'f' AND o.connamespace = ANY ($1::oid[]) AND o.conparentid = 0"
    " ORDER BY o.conrelid, o.conname, k.n";

enum {
    FOREIGN_OID = 1,
    FOREIGN_NAME,
    FOREIGN_NAMESPACE,
    FOREIGN_TARGET,
    FOREIGN_ON_DELETE,
    FOREIGN_ON_UPDATE,
    FOREIGN_IS_FULL,
    FOREIGN_IS_DEFERRABLE,
    FOREIGN_IS_DEFERRED,
    FOREIGN_IS_VALID,
    FOREIGN_COLUMN,
    FOREIGN_TARGET_COLUMN,
    FOREIGN_COMMENT,
    FOREIGN_CELLS
};

static schema_action action_of(const char *letter)
{
    switch (letter[0]) {
    case 'c':
        return SCHEMA_CASCADE;
    case 'r':
        return SCHEMA_RESTRICT;
    case 'n':
        return SCHEMA_SET_NULL;
    case 'd':
        return SCHEMA_SET_DEFAULT;
    default:
        return SCHEMA_NO_ACTION;
    }
}

static void fill_foreign_key(catalogue_reader *r, catalogue_foreign_key *key, const rows *found,
                             size_t row, size_t count)
{
    *key = (catalogue_foreign_key){
        .name = rows_cell(found, row, FOREIGN_NAME),
        .target_namespace = rows_cell(found, row, FOREIGN_NAMESPACE),
        .target = rows_cell(found, row, FOREIGN_TARGET),
        .columns = catalogue_array(r, count, sizeof *key->columns),
        .target_columns = catalogue_array(r, count, sizeof *key->target_columns),
        .on_delete = action_of(rows_cell(found, row, FOREIGN_ON_DELETE)),
        .on_update = action_of(rows_cell(found, row, FOREIGN_ON_UPDATE)),
        .is_match_full = rows_truth(found, row, FOREIGN_IS_FULL),
        .is_deferrable = rows_truth(found, row, FOREIGN_IS_DEFERRABLE),
        .is_deferred = rows_truth(found, row, FOREIGN_IS_DEFERRED),
        .is_valid = rows_truth(found, row, FOREIGN_IS_VALID),
        .comment = rows_cell(found, row, FOREIGN_COMMENT),
    };
    key->column_count = r->has_failed_memory ? 0 : count;
    for (size_t i = 0; i < key->column_count; i++) {
        key->columns[i] = rows_cell(found, row + i, FOREIGN_COLUMN);
        key->target_columns[i] = rows_cell(found, row + i, FOREIGN_TARGET_COLUMN);
    }
}

static void fill_foreign_keys(catalogue_reader *r, catalogue_table *t, const rows *found,
                              size_t row, size_t count)
{
    t->foreign_keys = catalogue_array(r, count, sizeof *t->foreign_keys);
    for (size_t end = row + count, columns; t->foreign_keys && row < end; row += columns) {
        columns = rows_run(found, row, FOREIGN_OID);
        fill_foreign_key(r, &t->foreign_keys[t->foreign_key_count++], found, row, columns);
    }
}

static bool read_foreign_keys(catalogue_reader *r)
{
    rows found;
    if (!catalogue_ask(r, foreign_keys_sql, FOREIGN_CELLS, &found))
        return false;
    for (size_t i = 0, count; i < found.count; i += count) {
        catalogue_table *t = catalogue_table_at(r, &found, i);
        count = rows_run(&found, i, 0);
        if (t)
            fill_foreign_keys(r, t, &found, i, count);
    }
    return !r->has_failed_memory;
}

static const char checks_sql[] =
    "SELECT o.conrelid::text, o.conname::text, pg_get_expr(o.conbin, o.conrelid),"
    " o.convalidated::text, o.connoinherit::text, d.description FROM pg_constraint o"
    " LEFT JOIN pg_description d ON d.objoid = o.oid AND d.classoid = 'pg_constraint'::regclass"
    " WHERE o.contype = 'c' AND o.conrelid <> 0 AND o.connamespace = ANY ($1::oid[])"
    " AND o.conislocal ORDER BY o.conrelid, o.conname";

static bool read_checks(catalogue_reader *r)
{
    rows found;
    if (!catalogue_ask(r, checks_sql, 6, &found))
        return false;
    for (size_t i = 0, count; i < found.count; i += count) {
        catalogue_table *t = catalogue_table_at(r, &found, i);
        count = rows_run(&found, i, 0);
        if (!t)
            continue;
        t->checks = catalogue_array(r, count, sizeof *t->checks);
        t->check_count = t->checks ? count : 0;
        for (size_t n = 0; n < t->check_count; n++)
            t->checks[n] = (catalogue_check){.name = rows_cell(&found, i + n, 1),
                                             .expression = rows_cell(&found, i + n, 2),
                                             .is_valid = rows_truth(&found, i + n, 3),
                                             .is_not_inherited = rows_truth(&found, i + n, 4),
                                             .comment = rows_cell(&found, i + n, 5)};
    }
    return !r->has_failed_memory;
}

bool catalogue_read_postgresql_constraints(catalogue_reader *r)
{
    return read_foreign_keys(r) && read_checks(r);
}
