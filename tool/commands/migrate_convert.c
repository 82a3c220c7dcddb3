/* Conversions before files that ask for them, on the way up and on the way down. */
#include "commands/migrate_convert.h"

#include "convert/convert.h"
#include "db/db.h"

bool migrate_convert_is_asked(const char *sql)
{
    return sql && (strstr(sql, "-- tenon:pack ") || strstr(sql, "-- tenon:unpack "));
}

static void tell(const convert_column *column, int64_t count)
{
    if (count)
        printf("%s %s.%s: %lld %s\n", column->is_unpacking ? "unpacked" : "packed", column->table,
               column->column, (long long)count, count == 1 ? "row" : "rows");
    fflush(stdout);
}

/* SQLite: all of them or none, since they stay where they are until the file runs. */
static bool convert_each(tenon_session *s, const convert_column *columns, size_t count)
{
    bool is_sqlite = tenon__session_dialect(s) == TENON_SQLITE;
    bool is_done = !is_sqlite || tenon_begin(s);
    for (size_t i = 0; is_done && i < count; i++) {
        int64_t rows;
        is_done = convert_online(s, &columns[i], &rows);
        if (is_done)
            tell(&columns[i], rows);
    }
    return is_done && (!is_sqlite || tenon_commit(s));
}

static bool convert_for(migrate_input *in, const char *sql)
{
    TENON__CLEANUP(tenon__arena_release) tenon__arena arena = {0};
    convert_column *columns;
    size_t count;
    if (!convert_read(sql, &arena, &columns, &count, &in->error))
        return false;
    tenon_session *s = tenon_session_open(in->db, NULL);
    bool is_done = s && convert_each(s, columns, count);
    if (s && !is_done)
        in->error = *tenon_session_error(s);
    tenon_session_close(s);
    return is_done;
}

bool migrate_convert_and_run(migrate_input *in, const char *sql, const tenon_migrations *list,
                             const tenon_migrate_options *options)
{
    return convert_for(in, sql) && tenon_migrate(in->db, list, options, &in->error);
}

/* ---- the way back ---------------------------------------------------------------------------- */

/* The down.sql of the last one that is applied; NULL where there is none. */
static bool find_last(migrate_input *in, const tenon_migrations *given, const char **down)
{
    tenon_session *s = tenon_session_open(in->db, NULL);
    tenon_migration_list list = tenon_migrate_status(s, given);
    bool is_done = s && !tenon_failed(s);
    *down = NULL;
    for (size_t i = list.count; is_done && !*down && i-- > 0;) {
        if (list.items[i].state != TENON_MIGRATION_APPLIED &&
            list.items[i].state != TENON_MIGRATION_UNDOING)
            continue;
        for (size_t k = 0; k < given->count; k++)
            if (!strcmp(given->items[k].name, list.items[i].name))
                *down = given->items[k].down_sql;
        break;
    }
    if (s && !is_done)
        in->error = *tenon_session_error(s);
    tenon_session_close(s);
    return is_done;
}

static bool undo_last(migrate_input *in, const tenon_migrations *list,
                      const tenon_migrate_options *options)
{
    const char *down;
    return find_last(in, list, &down) && (!down || convert_for(in, down)) &&
           tenon_migrate_undo(in->db, list, 1, options, &in->error);
}

bool migrate_convert_undo(migrate_input *in, size_t count, const tenon_migrate_options *options)
{
    const tenon_migrations list = migrate_list(&in->folder);
    bool is_asked = false;
    for (size_t i = 0; i < list.count; i++)
        is_asked |= migrate_convert_is_asked(list.items[i].down_sql);
    if (!is_asked)
        return tenon_migrate_undo(in->db, &list, count, options, &in->error);
    for (size_t i = 0; i < count; i++)
        if (!undo_last(in, &list, options))
            return false;
    return true;
}
