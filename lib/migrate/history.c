/* The two tables of a history.
 *
 * _prisma_migrations is Prisma Migrate's, column for column, and means what it means there: a row
 * is begun, then finished; one that failed keeps its log; what was rolled back counts as not run.
 * _tenon_steps is ours: how many statements of a file are done, and a checksum of these, so that
 * going on with an edited file is noticed. Its row is written in the transaction of the statements
 * that it counts. */
#include "migrate/migrator.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct history_sql {
    const char *history_table, *steps_table; /* their columns */
    const char *now;
} history_sql;

static const history_sql dialects[] = {
    [TENON_POSTGRESQL] = {"(id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL,"
                          " finished_at TIMESTAMPTZ, migration_name VARCHAR(255) NOT NULL,"
                          " logs TEXT, rolled_back_at TIMESTAMPTZ,"
                          " started_at TIMESTAMPTZ NOT NULL DEFAULT now(),"
                          " applied_steps_count INTEGER NOT NULL DEFAULT 0)",
                          "(migration_id VARCHAR(36) NOT NULL, direction VARCHAR(4) NOT NULL,"
                          " done INTEGER NOT NULL, begun INTEGER NOT NULL,"
                          " checksum VARCHAR(64) NOT NULL, PRIMARY KEY (migration_id, direction))",
                          "clock_timestamp()"},
    /* times are milliseconds since 1970, as Prisma's engine writes them */
    [TENON_SQLITE] = {"(\"id\" TEXT PRIMARY KEY NOT NULL, \"checksum\" TEXT NOT NULL,"
                      " \"finished_at\" DATETIME, \"migration_name\" TEXT NOT NULL,"
                      " \"logs\" TEXT, \"rolled_back_at\" DATETIME,"
                      " \"started_at\" DATETIME NOT NULL DEFAULT current_timestamp,"
                      " \"applied_steps_count\" INTEGER UNSIGNED NOT NULL DEFAULT 0)",
                      "(migration_id TEXT NOT NULL, direction TEXT NOT NULL,"
                      " done INTEGER NOT NULL, begun INTEGER NOT NULL, checksum TEXT NOT NULL,"
                      " PRIMARY KEY (migration_id, direction)) WITHOUT ROWID",
                      "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"},
};

/* ---- checksums ------------------------------------------------------------------------------- */

void tenon__checksum(const char *text, size_t length, char out[TENON__CHECKSUM_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t sum[TENON__SHA256_BYTES];
    tenon__sha256(text, length, sum);
    for (size_t i = 0; i < sizeof sum; i++) {
        *out++ = digits[sum[i] >> 4];
        *out++ = digits[sum[i] & 15];
    }
    *out = '\0';
}

static bool is_checksum_of(const char *text, size_t length, const char *checksum)
{
    char found[TENON__CHECKSUM_SIZE];
    tenon__checksum(text, length, found);
    return !strcmp(found, checksum);
}

/* With all line ends as "\n", or as "\r\n". */
static void add_with_line_ends(tenon__buf *out, const char *text, const char *line_end)
{
    for (; *text; text++) {
        if (*text == '\r' && text[1] == '\n')
            continue;
        if (*text == '\n')
            tenon__buf_text(out, line_end);
        else
            tenon__buf_char(out, *text);
    }
}

bool tenon__checksum_fits(const char *text, const char *checksum)
{
    static const char *const line_ends[] = {"\n", "\r\n"};
    if (is_checksum_of(text, strlen(text), checksum))
        return true;
    for (size_t i = 0; i < TENON__COUNT(line_ends); i++) {
        TENON__CLEANUP(tenon__buf_release) tenon__buf other = {0};
        add_with_line_ends(&other, text, line_ends[i]);
        if (!other.failed && is_checksum_of(tenon__buf_string(&other), other.length, checksum))
            return true;
    }
    return false;
}

/* ---- the tables ------------------------------------------------------------------------------ */

static const char schema_sql[] = "SELECT quote_ident(current_schema())";
static const char exists_postgresql[] = "SELECT to_regclass($1)::text";
static const char exists_sqlite[] =
    "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name = substr(?1, 6)";

static bool find_table(tenon_session *s, const char *prefix, const char *name, const char **out,
                       bool *exists)
{
    bool is_sqlite = tenon__session_dialect(s) == TENON_SQLITE;
    const char *found;
    *out = tenon__arena_format(tenon__session_arena(s), "%s.%s", prefix, name);
    if (!*out)
        return tenon__fail_no_memory(tenon__session_error(s));
    if (!tenon__query_one(s, is_sqlite ? exists_sqlite : exists_postgresql, out, 1, &found))
        return false;
    *exists = found != NULL;
    return true;
}

bool tenon__tables_find(tenon_session *s, tenon__tables *out)
{
    const char *schema = "main";
    *out = (tenon__tables){0};
    if (tenon__session_dialect(s) == TENON_POSTGRESQL &&
        !tenon__query_one(s, schema_sql, NULL, 0, &schema))
        return false;
    if (!schema) /* that of the URL is not there yet */
        return true;
    return find_table(s, schema, "_prisma_migrations", &out->history, &out->has_history) &&
           find_table(s, schema, "_tenon_steps", &out->steps, &out->has_steps);
}

static const char first_table_postgresql[] =
    "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p', 'v', 'm', 'f')"
    " AND c.relname NOT LIKE '\\_tenon\\_%' AND NOT EXISTS (SELECT FROM pg_depend d"
    " WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype = 'e')"
    " ORDER BY 1 LIMIT 1";
/* Nothing when another migrator has begun the history since it was looked for. */
static const char first_table_sqlite[] =
    "SELECT name FROM main.sqlite_schema WHERE type IN ('table', 'view')"
    " AND name NOT LIKE 'sqlite~_%' ESCAPE '~' AND name NOT LIKE '~_tenon~_%' ESCAPE '~'"
    " AND NOT EXISTS (SELECT 1 FROM main.sqlite_schema WHERE name = '_prisma_migrations')"
    " ORDER BY 1 LIMIT 1";

/* A history that begins on tables which nobody counted would create them again. */
static bool refuse_existing(tenon_session *s)
{
    const char *found;
    bool is_sqlite = tenon__session_dialect(s) == TENON_SQLITE;
    const char *sql = is_sqlite ? first_table_sqlite : first_table_postgresql;
    if (!tenon__query_one(s, sql, NULL, 0, &found) || !found)
        return !tenon__session_is_failed(s);
    tenon_error *err = tenon__session_error(s);
    tenon__fail(err, TENON_CONFLICT,
                "the database has no history of migrations, but it is not empty: it has '%s'",
                found);
    tenon__hint(err, "say which migrations made it, with resolve --applied NAME for each; then "
                     "deploy the rest");
    return false;
}

static bool make_table(tenon_session *s, const char *name, const char *columns)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
    tenon__buf_format(&sql, "CREATE TABLE IF NOT EXISTS %s %s", name, columns);
    return sql.failed ? tenon__fail_no_memory(tenon__session_error(s))
                      : tenon_execute(s, tenon__buf_string(&sql));
}

bool tenon__tables_make(tenon_session *s, tenon__tables *tables, bool accept_existing)
{
    const history_sql *sql = &dialects[tenon__session_dialect(s)];
    if (!tables->has_history && !accept_existing && !refuse_existing(s))
        return false;
    if (!tables->history && (!tenon__session_make_schema(s) || !tenon__tables_find(s, tables)))
        return false;
    if (!tables->history)
        return tenon__fail(tenon__session_error(s), TENON_SCHEMA,
                           "none of the schemas of the search path exists");
    bool is_done = (tables->has_history || make_table(s, tables->history, sql->history_table)) &&
                   (tables->has_steps || make_table(s, tables->steps, sql->steps_table));
    tables->has_history = tables->has_steps = is_done;
    return is_done;
}

/* ---- reading --------------------------------------------------------------------------------- */

enum { RECORD_COLUMNS = 11 };

static size_t to_count(const char *text)
{
    return text ? (size_t)strtoull(text, NULL, 10) : 0;
}

static tenon__reached read_reached(const char *const *cells)
{
    return (tenon__reached){.is_begun = cells[0] != NULL,
                            .done = to_count(cells[0]),
                            .begun = to_count(cells[1]),
                            .checksum = cells[2] ? cells[2] : ""};
}

static tenon__record read_record(const char *const *cells)
{
    return (tenon__record){.id = cells[0],
                           .name = cells[1],
                           .checksum = cells[2],
                           .is_finished = cells[3] != NULL,
                           .log = cells[4] && cells[4][0] ? cells[4] : NULL,
                           .up = read_reached(cells + 5),
                           .down = read_reached(cells + 8)};
}

/* Without the steps of a table that is not there, as on a database only Prisma has seen. */
static void write_history_query(const tenon__tables *tables, tenon__buf *out)
{
    static const char steps[] = "CAST(u.done AS TEXT), CAST(u.begun AS TEXT),"
                                " CAST(u.checksum AS TEXT), CAST(d.done AS TEXT),"
                                " CAST(d.begun AS TEXT), CAST(d.checksum AS TEXT)";
    static const char nulls[] = "CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS TEXT),"
                                " CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS TEXT)";
    tenon__buf_format(
        out,
        "SELECT CAST(h.id AS TEXT), CAST(h.migration_name AS TEXT),"
        " CAST(h.checksum AS TEXT), CAST(h.finished_at AS TEXT), h.logs, %s FROM %s h",
        tables->has_steps ? steps : nulls, tables->history);
    if (tables->has_steps)
        tenon__buf_format(out,
                          " LEFT JOIN %s u ON u.migration_id = h.id AND u.direction = 'up'"
                          " LEFT JOIN %s d ON d.migration_id = h.id AND d.direction = 'down'",
                          tables->steps, tables->steps);
    tenon__buf_text(out, " WHERE h.rolled_back_at IS NULL ORDER BY h.started_at, h.migration_name");
}

bool tenon__history_read(tenon_session *s, const tenon__tables *tables, tenon__records *out)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
    tenon__texts rows;
    *out = (tenon__records){0};
    if (!tables->has_history)
        return true;
    write_history_query(tables, &sql);
    if (sql.failed)
        return tenon__fail_no_memory(tenon__session_error(s));
    if (!tenon__query(s, tenon__buf_string(&sql), RECORD_COLUMNS, NULL, 0, &rows))
        return false;
    out->items = tenon_session_alloc(s, (rows.count + 1) * sizeof *out->items);
    if (!out->items)
        return false;
    for (; out->count < rows.count; out->count++)
        out->items[out->count] = read_record(rows.items + out->count * RECORD_COLUMNS);
    return true;
}

const tenon__record *tenon__record_find(const tenon__records *records, const char *name)
{
    for (size_t i = records->count; i-- > 0;)
        if (!strcmp(records->items[i].name, name))
            return &records->items[i];
    return NULL;
}

tenon_migration_state tenon__record_state(const tenon__record *record)
{
    if (!record)
        return TENON_MIGRATION_PENDING;
    if (record->is_finished)
        return record->down.is_begun ? TENON_MIGRATION_UNDOING : TENON_MIGRATION_APPLIED;
    return record->up.is_begun && !record->log ? TENON_MIGRATION_INTERRUPTED
                                               : TENON_MIGRATION_FAILED;
}

/* ---- writing --------------------------------------------------------------------------------- */

/* %h, %s and %n stand for the tables and the present time; $1 is ?1 on SQLite. */
static void write_change(tenon_dialect dialect, const tenon__tables *tables, const char *text,
                         tenon__buf *out)
{
    for (; *text; text++) {
        if (*text == '$')
            tenon__buf_char(out, dialect == TENON_SQLITE ? '?' : '$');
        else if (*text != '%')
            tenon__buf_char(out, *text);
        else if (*++text == 'h')
            tenon__buf_text(out, tables->history);
        else
            tenon__buf_text(out, *text == 's' ? tables->steps : dialects[dialect].now);
    }
}

static bool change(tenon_session *s, const tenon__tables *tables, const char *text,
                   const char *const *values, size_t value_count, int64_t *affected)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
    if (tenon__session_is_failed(s))
        return false;
    write_change(tenon__session_dialect(s), tables, text, &sql);
    return sql.failed ? tenon__fail_no_memory(tenon__session_error(s))
                      : tenon__change(s, tenon__buf_string(&sql), values, value_count, affected);
}

static const char *number(char *text, size_t size, size_t value)
{
    snprintf(text, size, "%zu", value);
    return text;
}

static bool make_id(tenon__migrator *m, const char **out)
{
    tenon_uuid uuid;
    char *text = tenon_session_alloc(m->home, TENON__ID_TEXT_SIZE);
    if (!text)
        return false;
    if (!tenon__uuid4(tenon__session_entropy(m->home), &uuid))
        return tenon__fail(tenon__session_error(m->home), TENON_IO,
                           "the system has no randomness to give");
    tenon_uuid_format(uuid, text, TENON__ID_TEXT_SIZE);
    *out = text;
    return true;
}

static bool insert_steps(tenon__migrator *m, const char *id, const char *direction)
{
    const char *values[] = {id, direction};
    return change(m->home, &m->tables,
                  "INSERT INTO %s (migration_id, direction, done, begun, checksum)"
                  " VALUES ($1, $2, 0, 0, '')",
                  values, 2, NULL);
}

bool tenon__history_begin(tenon__migrator *m, const tenon_migration *migration, const char **id)
{
    char checksum[TENON__CHECKSUM_SIZE];
    tenon__checksum(migration->sql, strlen(migration->sql), checksum);
    if (!make_id(m, id) || !tenon_begin(m->home))
        return false;
    const char *values[] = {*id, checksum, migration->name};
    int64_t inserted = 0;
    change(m->home, &m->tables,
           "INSERT INTO %h (id, checksum, migration_name, started_at, applied_steps_count)"
           " SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), %n, 0"
           " WHERE NOT EXISTS (SELECT 1 FROM %h"
           " WHERE migration_name = CAST($3 AS TEXT) AND rolled_back_at IS NULL)",
           values, 3, &inserted);
    if (inserted)
        insert_steps(m, *id, "up");
    else
        *id = NULL;
    return tenon_commit(m->home);
}

bool tenon__history_insert_applied(tenon__migrator *m, const tenon_migration *migration)
{
    char checksum[TENON__CHECKSUM_SIZE];
    const char *id;
    tenon__checksum(migration->sql, strlen(migration->sql), checksum);
    if (!make_id(m, &id))
        return false;
    const char *values[] = {id, checksum, migration->name};
    return change(m->home, &m->tables,
                  "INSERT INTO %h (id, checksum, migration_name, started_at, finished_at, logs,"
                  " applied_steps_count) VALUES ($1, $2, $3, %n, %n, '', 0)",
                  values, 3, NULL);
}

static bool drop_steps(tenon_session *s, const tenon__tables *tables, const char *id)
{
    return change(s, tables, "DELETE FROM %s WHERE migration_id = $1", &id, 1, NULL);
}

bool tenon__history_finish(tenon_session *s, const tenon__tables *tables, const char *id,
                           const char *checksum)
{
    const char *values[] = {id, checksum};
    return drop_steps(s, tables, id) &&
           change(s, tables,
                  "UPDATE %h SET finished_at = %n, checksum = $2, applied_steps_count = 1,"
                  " logs = NULL WHERE id = $1",
                  values, 2, NULL);
}

bool tenon__history_log(tenon__migrator *m, const char *id, const char *log)
{
    const char *values[] = {id, log};
    return change(m->home, &m->tables, "UPDATE %h SET logs = $2 WHERE id = $1", values, 2, NULL);
}

bool tenon__history_roll_back(tenon_session *s, const tenon__tables *tables, const char *id,
                              const char *log)
{
    const char *values[] = {id, log};
    return drop_steps(s, tables, id) &&
           change(s, tables,
                  "UPDATE %h SET rolled_back_at = %n, logs = COALESCE($2, logs) WHERE id = $1",
                  values, 2, NULL);
}

bool tenon__steps_begin_down(tenon__migrator *m, const char *id)
{
    return insert_steps(m, id, "down");
}

bool tenon__steps_drop_down(tenon_session *s, const tenon__tables *tables, const char *id)
{
    return change(s, tables, "DELETE FROM %s WHERE migration_id = $1 AND direction = 'down'", &id,
                  1, NULL);
}

bool tenon__steps_claim(tenon_session *s, const tenon__tables *tables, const char *id, bool is_down,
                        size_t done, bool *is_ours)
{
    char count[32];
    int64_t affected = 0;
    const char *values[] = {id, is_down ? "down" : "up", number(count, sizeof count, done)};
    bool is_done = change(s, tables,
                          "UPDATE %s SET done = done"
                          " WHERE migration_id = $1 AND direction = $2 AND done = $3",
                          values, 3, &affected);
    *is_ours = affected == 1;
    return is_done;
}

bool tenon__steps_save(tenon_session *s, const tenon__tables *tables, const char *id, bool is_down,
                       const tenon__reached *reached)
{
    char done[32], begun[32];
    const char *values[] = {id, is_down ? "down" : "up", number(done, sizeof done, reached->done),
                            number(begun, sizeof begun, reached->begun), reached->checksum};
    return change(s, tables,
                  "UPDATE %s SET done = $3, begun = $4, checksum = $5"
                  " WHERE migration_id = $1 AND direction = $2",
                  values, 5, NULL);
}
