/* `deploy` of migrations for which something is done before they run. One that would write large
 * tables anew under lock: the tables are rewritten while they are in use, and then the migration
 * runs as it stands and has nothing left to do. One with columns that become packed, or no longer
 * are: their values are converted, and it takes them. */
#include "commands/migrate_online.h"

#include "commands/migrate_convert.h"
#include "db/db.h"
#include "rows/rows.h"

/* Changed types, of a table that is large enough for it to matter. With a length or a scale a type
 * cannot be compared by its name, and counts as changed. */
static const char needed_sql[] =
    "SELECT count(*)::text FROM unnest($1::text[], $2::text[]) w (name, type)"
    " JOIN pg_attribute a ON a.attname = w.name AND NOT a.attisdropped"
    " JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'r'"
    " WHERE c.oid = to_regclass($3) AND pg_relation_size(c.oid) >= $4::bigint"
    " AND (w.type = '' OR a.atttypid IS DISTINCT FROM to_regtype(w.type))";

/* One that was killed when the tables had changed places: the types are as they shall be, and the
 * old table is there still. The text asks for it, where there is an unfinished rewrite at all. */
static const char begun_sql[] =
    "SELECT format('SELECT count(*)::text FROM %s WHERE new = %s', s.oid::regclass, c.oid)"
    " FROM pg_class c JOIN pg_class s ON s.relnamespace = c.relnamespace"
    " AND s.relname = '_tenon_rewrites' WHERE c.oid = to_regclass($1)";

/* {"a","b"}; quotes and backslashes of names get a backslash. */
static void write_array(tenon__buf *out, const char *const *items, size_t count)
{
    tenon__buf_char(out, '{');
    for (size_t i = 0; i < count; i++) {
        tenon__buf_text(out, i ? ",\"" : "\"");
        for (const char *c = items[i]; *c; c++) {
            if (*c == '"' || *c == '\\')
                tenon__buf_char(out, '\\');
            tenon__buf_char(out, *c);
        }
        tenon__buf_char(out, '"');
    }
    tenon__buf_char(out, '}');
}

static void write_table(tenon__buf *out, const migrate_online_table *table)
{
    const char *const parts[] = {table->namespace, table->name};
    for (size_t i = 0; i < TENON__COUNT(parts); i++) {
        if (!parts[i])
            continue;
        tenon__buf_text(out, out->length ? ".\"" : "\"");
        for (const char *c = parts[i]; *c; c++)
            tenon__buf_text(out, (char[]){*c, *c == '"' ? '"' : '\0', '\0'});
        tenon__buf_char(out, '"');
    }
}

static bool is_begun(tenon_session *s, const migrate_online_table *table)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf name = {0};
    TENON__CLEANUP(tenon__arena_release) tenon__arena arena = {0};
    rows found;
    write_table(&name, table);
    const rows_query where = {.sql = begun_sql,
                              .columns = 1,
                              .values = (const char *const[]){tenon__buf_string(&name)},
                              .value_count = 1};
    if (!rows_read(s, &where, &arena, &found) || !found.count)
        return false;
    const rows_query which = {.sql = rows_first(&found), .columns = 1};
    return rows_read(s, &which, &arena, &found) && strcmp(rows_first(&found), "0") != 0;
}

static bool is_needed(tenon_session *s, const migrate_online_table *table, int64_t from_bytes)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf names = {0}, types = {0}, name = {0}, size = {0};
    TENON__CLEANUP(tenon__arena_release) tenon__arena arena = {0};
    rows found;
    write_array(&names, table->columns, table->count);
    write_array(&types, table->types, table->count);
    write_table(&name, table);
    tenon__buf_format(&size, "%lld", (long long)from_bytes);
    const char *const values[] = {tenon__buf_string(&names), tenon__buf_string(&types),
                                  tenon__buf_string(&name), tenon__buf_string(&size)};
    const rows_query query = {
        .sql = needed_sql, .columns = 1, .values = values, .value_count = TENON__COUNT(values)};
    if (!rows_read(s, &query, &arena, &found))
        return false;
    return strcmp(rows_first(&found), "0") != 0 || is_begun(s, table);
}

/* Tables that are to be written anew, or of which that is to be finished. */
typedef struct online_tables {
    const migrate_online_table *items[MIGRATE_TABLES_MOST];
    size_t count;
} online_tables;

/* What columns of an enum get; elsewhere a cast says it. */
static size_t list_values(const migrate_online_table *table, rewrite_value *out)
{
    size_t count = 0;
    for (; count < table->count && table->values[count]; count++)
        out[count] = (rewrite_value){table->columns[count], table->values[count]};
    return count;
}

static void fill_options(const migrate_online_table *table, rewrite_value *values,
                         rewrite_options *out)
{
    *out = (rewrite_options){.namespace = table->namespace,
                             .table = table->name,
                             .changes = table->changes,
                             .change_count = table->change_count,
                             .values = values,
                             .value_count = list_values(table, values)};
}

/* The types of an enum change names with the last table, when no row of the old ones is read any
 * more. */
static bool rewrite(migrate_input *in, const online_tables *tables, const char *swap)
{
    rewrite_result results[MIGRATE_TABLES_MOST];
    rewrite_value values[MIGRATE_TABLES_MOST][MIGRATE_COLUMNS_MOST];
    rewrite_options options[MIGRATE_TABLES_MOST];
    for (size_t i = 0; i < tables->count; i++)
        fill_options(tables->items[i], values[i], &options[i]);
    options[tables->count - 1].with_switch = swap;
    if (!migrate_online_rewrite(in->db, options, tables->count, false, false, results,
                                &in->error)) {
        if (in->error.status == TENON_UNSUPPORTED)
            tenon__error_copy(in->error.hint, sizeof in->error.hint,
                              "--rewrite-from 0 runs the statement, which locks the table");
        return false;
    }
    for (size_t i = 0; i < tables->count; i++)
        migrate_online_show(&options[i], &results[i]);
    return true;
}

/* ---- enums ----------------------------------------------------------------------------------- */

/* Whether its values are those, in this order; whether a type of the second name is there. */
static const char enum_sql[] =
    "SELECT (SELECT array_agg(e.enumlabel::text ORDER BY e.enumsortorder) = $1::text[]"
    " FROM pg_enum e WHERE e.enumtypid = to_regtype($2))::text, (to_regtype($3) IS NOT NULL)::text";

typedef struct enum_state {
    bool is_made, has_old;
} enum_state;

static bool read_enum(tenon_session *s, const migrate_online *online, enum_state *out)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf labels = {0};
    TENON__CLEANUP(tenon__arena_release) tenon__arena arena = {0};
    rows found;
    write_array(&labels, online->labels, online->label_count);
    const char *const values[] = {tenon__buf_string(&labels), online->enum_name, online->old_enum};
    const rows_query query = {
        .sql = enum_sql, .columns = 2, .values = values, .value_count = TENON__COUNT(values)};
    if (!rows_read(s, &query, &arena, &found))
        return false;
    *out = (enum_state){rows_truth(&found, 0, 0), rows_truth(&found, 0, 1)};
    return true;
}

static bool is_large(tenon_session *s, const migrate_online_table *table, int64_t from_bytes)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf name = {0}, size = {0};
    TENON__CLEANUP(tenon__arena_release) tenon__arena arena = {0};
    rows found;
    write_table(&name, table);
    tenon__buf_format(&size, "%lld", (long long)from_bytes);
    const char *const values[] = {tenon__buf_string(&name), tenon__buf_string(&size)};
    const rows_query query = {.sql =
                                  "SELECT (pg_relation_size(to_regclass($1)) >= $2::bigint)::text",
                              .columns = 1,
                              .values = values,
                              .value_count = TENON__COUNT(values)};
    return rows_read(s, &query, &arena, &found) && rows_truth(&found, 0, 0);
}

static bool has_large(tenon_session *s, const migrate_online *online, int64_t from_bytes)
{
    for (size_t i = 0; i < online->table_count; i++)
        if (is_large(s, &online->tables[i], from_bytes))
            return true;
    return false;
}

/* The new type; one that an earlier run has made is that one. */
static bool make_enum(tenon_session *s, const migrate_online *online)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
    tenon__buf_format(&sql,
                      "DO $tenon$ BEGIN %s; EXCEPTION WHEN duplicate_object THEN NULL; END $tenon$",
                      online->before);
    return sql.failed ? tenon__fail_no_memory(tenon__session_error(s)) : tenon_execute(s, sql.data);
}

/* *is_made: then nothing but the rest of the file is left behind these tables. */
static bool prepare_enum(tenon_session *s, const migrate_online *online, int64_t from_bytes,
                         online_tables *left, bool *is_made)
{
    enum_state now;
    if (!read_enum(s, online, &now))
        return false;
    bool was_switched = now.is_made && now.has_old;
    bool can_begin = !now.is_made && !now.has_old && has_large(s, online, from_bytes);
    for (size_t i = 0; i < online->table_count; i++)
        if (can_begin || (was_switched && is_begun(s, &online->tables[i])))
            left->items[left->count++] = &online->tables[i];
    *is_made = was_switched || can_begin;
    if (can_begin && !make_enum(s, online))
        return false;
    return !tenon_failed(s);
}

/* ---- one after another ----------------------------------------------------------------------- */

typedef struct online_deploy {
    migrate_input *in;
    bool is_safe;
    int64_t from_bytes;
    tenon__arena arena;
    migrate_online next;   /* what is to be rewritten */
    online_tables left;    /* … of it */
    tenon_migration *item; /* whose turn it is then */
    size_t done;           /* statements of it, by an earlier run */
    const char *convert;   /* a file that asks for conversions */
    size_t before;         /* migrations that run before that; SIZE_MAX: there is none */
} online_deploy;

static tenon_migration *find_item(migrate_input *in, const char *name)
{
    for (size_t i = 0; i < in->folder.count; i++)
        if (!strcmp(in->folder.items[i].name, name))
            return &in->folder.items[i];
    return NULL;
}

static bool is_to_run(const tenon_migration_status *item)
{
    return !item->is_missing &&
           (item->state == TENON_MIGRATION_PENDING || item->state == TENON_MIGRATION_INTERRUPTED);
}

/* Nothing runs then, and so nothing is rewritten. */
static bool stops_all(const tenon_migration_status *item)
{
    return item->state == TENON_MIGRATION_FAILED || item->state == TENON_MIGRATION_UNDOING;
}

static bool is_rewrite(online_deploy *d, const tenon_migration *item, bool *out)
{
    *out = false;
    if (d->from_bytes == 0)
        return true;
    if (!migrate_read_online(item->sql, &d->arena, &d->next, &d->in->error))
        return false;
    *out = d->next.table_count && (d->next.is_meant || d->is_safe);
    return true;
}

/* The first rewrite or conversion among what is pending. */
static bool find_next(online_deploy *d, const tenon_migration_list *list)
{
    size_t before = 0;
    bool is_found;
    d->before = SIZE_MAX;
    d->convert = NULL;
    for (size_t i = 0; i < list->count; i++) {
        if (stops_all(&list->items[i]))
            return true;
        if (list->items[i].is_contract && !d->in->run_contracts)
            return true;
        if (!is_to_run(&list->items[i]))
            continue;
        tenon_migration *item = find_item(d->in, list->items[i].name);
        if (!is_rewrite(d, item, &is_found))
            return false;
        d->convert = migrate_convert_is_asked(item->sql) ? item->sql : NULL;
        if (is_found || d->convert) {
            d->before = before;
            d->item = item;
            d->done = list->items[i].statements_done;
            return true;
        }
        before++;
    }
    return true;
}

/* Of a file whose turn it is: what there is to do before it runs, and that of an enum made anew
 * only its end is to run. That is one statement, where the whole file is one transaction: so one
 * that was killed with a single statement done was running its end. */
static bool look_at(online_deploy *d, tenon_session *s)
{
    bool is_made = d->done == 1;
    if (!d->next.enum_name) {
        if (is_needed(s, d->next.tables, d->from_bytes))
            d->left.items[d->left.count++] = d->next.tables;
        return !tenon_failed(s);
    }
    if (!is_made && !prepare_enum(s, &d->next, d->from_bytes, &d->left, &is_made))
        return false;
    if (is_made)
        d->item->run_sql = d->next.rest;
    return true;
}

static bool look_ahead(online_deploy *d)
{
    const tenon_migrations given = migrate_list(&d->in->folder);
    tenon_session *s = tenon_session_open(d->in->db, NULL);
    tenon_migration_list list = tenon_migrate_status(s, &given);
    bool is_done = s && !tenon_failed(s) && find_next(d, &list);
    d->left.count = 0;
    if (is_done && d->before == 0 && !d->convert)
        is_done = look_at(d, s);
    if (s && tenon_failed(s))
        d->in->error = *tenon_session_error(s);
    is_done = is_done && !tenon_failed(s);
    tenon_session_close(s);
    return is_done;
}

/* How many to run now: those before the next rewrite, or the one that it is for. */
static size_t count_now(const online_deploy *d, size_t left)
{
    size_t now = d->before == 0 ? 1 : d->before;
    return now < left ? now : left;
}

static bool run(online_deploy *d, const tenon_migrate_options *options)
{
    const tenon_migrations list = migrate_list(&d->in->folder);
    if (d->convert && d->before == 0)
        return migrate_convert_and_run(d->in, d->convert, &list, options);
    return tenon_migrate(d->in->db, &list, options, &d->in->error);
}

static bool deploy_all(online_deploy *d, const tenon_migrate_options *given)
{
    tenon_migrate_options options = *given;
    size_t left = given->count_most ? given->count_most : SIZE_MAX;
    while (left > 0) {
        if (!look_ahead(d) || (d->left.count && !rewrite(d->in, &d->left, d->next.swap)))
            return false;
        size_t now = count_now(d, left);
        options.count_most = now == SIZE_MAX ? 0 : (unsigned)now;
        if (!run(d, &options))
            return false;
        left = d->before == SIZE_MAX ? 0 : left - now;
    }
    return true;
}

static bool has_conversion(const tenon_migrations *list)
{
    for (size_t i = 0; i < list->count; i++)
        if (migrate_convert_is_asked(list->items[i].sql))
            return true;
    return false;
}

bool migrate_online_deploy(migrate_input *in, const tenon_migrate_options *options, bool is_safe,
                           int64_t from_bytes)
{
    const tenon_migrations list = migrate_list(&in->folder);
    bool is_postgresql = tenon_db_dialect(in->db) == TENON_POSTGRESQL;
    online_deploy d = {.in = in, .is_safe = is_safe, .from_bytes = is_postgresql ? from_bytes : 0};
    if (d.from_bytes == 0 && !has_conversion(&list))
        return tenon_migrate(in->db, &list, options, &in->error);
    bool is_done = deploy_all(&d, options);
    tenon__arena_release(&d.arena);
    return is_done;
}
