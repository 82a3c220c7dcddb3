/* The texts of a `:copy`: what is written as INSERT INTO t (a, b) VALUES (:a, :b) is loaded by COPY
 * on PostgreSQL, and on SQLite by one INSERT from the table of the rows that are given.
 *
 * COPY casts nothing, so it does not take what travels as text (bits, addresses, what has no C
 * type); nor does it write to views, and to tables with row security only for some. Such a query
 * stays the INSERT that it is, and is sent as a batch. */
#include "sqlfile/check.h"

#include "render/render.h"

static void free_tree(pgparse_tree **tree)
{
    pgparse_free(*tree);
}

/* The parameter of each column, in the order of the columns; false when anything else is there. */
static bool read_values(const PgQuery__InsertStmt *insert, uint16_t *numbers)
{
    PgQuery__Node *from = insert->select_stmt;
    if (!from || from->node_case != PG_QUERY__NODE__NODE_SELECT_STMT ||
        insert->on_conflict_clause || insert->n_returning_list || insert->with_clause)
        return false;
    const PgQuery__SelectStmt *values = from->select_stmt;
    if (values->n_values_lists != 1)
        return false;
    const PgQuery__List *list = values->values_lists[0]->list;
    for (size_t i = 0; i < list->n_items; i++) {
        if (list->items[i]->node_case != PG_QUERY__NODE__NODE_PARAM_REF)
            return false;
        numbers[i] = (uint16_t)list->items[i]->param_ref->number;
    }
    return list->n_items == insert->n_cols;
}

static void add_name(tenon__buf *out, const char *name)
{
    tenon__buf_char(out, '"');
    for (const char *at = name; *at; at++) {
        tenon__buf_char(out, *at);
        if (*at == '"')
            tenon__buf_char(out, '"');
    }
    tenon__buf_char(out, '"');
}

static void add_target(tenon__buf *out, const PgQuery__InsertStmt *insert)
{
    const PgQuery__RangeVar *table = insert->relation;
    if (table->schemaname && *table->schemaname) {
        add_name(out, table->schemaname);
        tenon__buf_char(out, '.');
    }
    add_name(out, table->relname);
    for (size_t i = 0; i < insert->n_cols; i++) {
        tenon__buf_text(out, i ? ", " : " (");
        add_name(out, insert->cols[i]->res_target->name);
    }
    tenon__buf_char(out, ')');
}

static const char *write_text(sqlfile_set *set, const PgQuery__InsertStmt *insert, unsigned dialect)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
    bool is_sqlite = dialect + 1 == TENON_SQLITE;
    tenon__buf_text(&sql, is_sqlite ? "INSERT INTO " : "COPY ");
    add_target(&sql, insert);
    tenon__buf_text(&sql, is_sqlite ? " SELECT " : " FROM STDIN (FORMAT binary)");
    for (size_t i = 0; is_sqlite && i < insert->n_cols; i++)
        tenon__buf_format(&sql, i ? ", c%zu" : "c%zu", i + 1);
    if (is_sqlite)
        tenon__buf_text(&sql, " FROM tenon_rows(?1)");
    set->report.arena.failed |= sql.failed;
    return sql.failed ? NULL : tenon__arena_text(&set->report.arena, tenon__buf_string(&sql));
}

static bool make_text(sqlfile_set *set, const sqlfile_query *query, unsigned dialect)
{
    sqlfile_text *text = &query->texts[dialect][0];
    bool is_sqlite = dialect + 1 == TENON_SQLITE;
    const char *sql = is_sqlite ? sql_as_postgresql(set, text->sql) : text->sql;
    TENON__CLEANUP(free_tree) pgparse_tree *tree = sql_read_tree(set, sql);
    PgQuery__Node *node = tree && tree->statement_count ? tree->statements[0].node : NULL;
    if (!node || node->node_case != PG_QUERY__NODE__NODE_INSERT_STMT)
        return false;
    const PgQuery__InsertStmt *insert = node->insert_stmt;
    uint16_t *slots = tenon__arena_array(&set->report.arena, insert->n_cols + 1, sizeof *slots);
    if (!slots || !insert->n_cols || !read_values(insert, slots))
        return false;
    if (query->is_by_insert)
        return true;
    for (size_t i = 0; i < insert->n_cols; i++)
        slots[i] = text->parameters[slots[i] - 1];
    *text = (sqlfile_text){write_text(set, insert, dialect), slots, insert->n_cols};
    return text->sql != NULL;
}

/* As the client decides it, of the same types. */
static bool has_text(sql_check *c)
{
    const sqlfile_query *query = c->query;
    tenon_field *fields =
        tenon__arena_array(&c->set->report.arena, query->parameter_count, sizeof *fields);
    for (size_t i = 0; fields && i < query->parameter_count; i++)
        fields[i] = query->parameters[i].field;
    const tenon_model written = {.fields = fields,
                                 .field_count = fields ? (uint32_t)query->parameter_count : 0};
    return tenon__bulk_of(TENON_POSTGRESQL, &written) != TENON__BULK_COPY;
}

static bool is_refused_by_target(const sql_check *c, const PgQuery__RangeVar *named)
{
    const char *namespace = named->schemaname && *named->schemaname ? named->schemaname : NULL;
    const catalogue_table *table =
        catalogue_find_table(c->database->catalogue, namespace, named->relname);
    return table && (table->kind == CATALOGUE_VIEW || table->has_row_security);
}

void sql_judge_copy(sql_check *c, const PgQuery__Node *statement)
{
    if (c->query->kind != SQLFILE_COPY || statement->node_case != PG_QUERY__NODE__NODE_INSERT_STMT)
        return;
    c->query->is_by_insert |=
        has_text(c) || is_refused_by_target(c, statement->insert_stmt->relation);
}

void sql_make_copy(sqlfile_set *set, sqlfile_query *query)
{
    for (unsigned d = 0; d < SQLFILE_DIALECTS && !set->report.arena.failed; d++)
        if (query->texts[d] && (query->variant_count != 1 || !make_text(set, query, d))) {
            if (set->report.arena.failed)
                return;
            sql_query_error(set, query, "INSERT INTO t (a, b) VALUES (:a, :b)",
                            "what :copy loads is written as an INSERT of parameters");
            return;
        }
}
