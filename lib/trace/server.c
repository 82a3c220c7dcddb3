/* pg_stat_statements, where it is: loaded by the server and made known to the database. Its schema
 * is whatever the extension was created in. */
#include "trace/tracer.h"

#include <stdlib.h>

#include <tenon/sql.h>

static const char find_it[] =
    "SELECT n.nspname FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace "
    "WHERE e.extname = 'pg_stat_statements' "
    "AND current_setting('pg_stat_statements.max', true) IS NOT NULL";

enum { SQL, CALLS, ROWS, TOTAL, MEAN, LEAST, MOST, HIT, READ, COLUMNS };

static const char columns[] =
    "SELECT query, calls, rows, total_exec_time, mean_exec_time, min_exec_time, max_exec_time, "
    "shared_blks_hit, shared_blks_read FROM";

/* The schema, or NULL. */
static const char *find_schema(tenon_session *s)
{
    tenon_sql *q = tenon_sqlf(tenon_sql_new(s), find_it);
    const tenon_cells *cells = tenon_sql_cells(q);
    return cells ? tenon_cell(cells, 0, 0) : NULL;
}

static double real(const char *text)
{
    double value = 0;
    tenon_cell_double(text, &value, NULL);
    return value;
}

static int64_t integer(const char *text)
{
    int64_t value = 0;
    tenon_cell_int64(text, &value, NULL);
    return value;
}

static void read_row(const char *const *row, tenon_server_statement *out)
{
    *out = (tenon_server_statement){.sql = row[SQL] ? row[SQL] : "",
                                    .calls = integer(row[CALLS]),
                                    .rows = integer(row[ROWS]),
                                    .total_ms = real(row[TOTAL]),
                                    .mean_ms = real(row[MEAN]),
                                    .min_ms = real(row[LEAST]),
                                    .max_ms = real(row[MOST]),
                                    .blocks_hit = integer(row[HIT]),
                                    .blocks_read = integer(row[READ])};
}

static const tenon_cells *read_cells(tenon_session *s, const char *schema, size_t most)
{
    tenon_sql *q = tenon_sql_new(s);
    const tenon_sql_item name = tenon_sql_of_name(schema);
    tenon_sqlf(q, columns);
    tenon_sqlf(q, "%p.pg_stat_statements", (const void *)&name);
    tenon_sqlf(q, "WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())");
    tenon_sqlf(q, "ORDER BY total_exec_time DESC LIMIT %zd", (ssize_t)most);
    return tenon_sql_cells(q);
}

tenon_server_statements tenon_server_statements_read(tenon_session *s, size_t most)
{
    tenon_server_statements out = {0};
    if (tenon__session_is_failed(s) || tenon__session_dialect(s) != TENON_POSTGRESQL)
        return out;
    const char *schema = find_schema(s);
    const tenon_cells *cells = schema ? read_cells(s, schema, most) : NULL;
    if (!cells)
        return out;
    tenon_server_statement *items = tenon_session_alloc(s, (cells->row_count + 1) * sizeof *items);
    if (!items)
        return out;
    for (size_t i = 0; i < cells->row_count; i++)
        read_row(cells->rows[i], &items[i]);
    out = (tenon_server_statements){.is_there = true, .items = items, .count = cells->row_count};
    return out;
}
