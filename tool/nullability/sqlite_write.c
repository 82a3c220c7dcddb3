/* SQLite's INSERT, UPDATE and DELETE. */
#include "nullability/sqlite.h"

/* [OR (ABORT | FAIL | IGNORE | REPLACE | ROLLBACK)] */
static void skip_conflict(parser *p)
{
    if (null_sqlite_accept(p, "OR"))
        null_sqlite_name(p);
}

static source *write_table(parser *p)
{
    source *s = null_sqlite_table(p);
    if (s && null_sqlite_accept(p, "AS"))
        s->alias = null_sqlite_name(p);
    return s;
}

static void returning(parser *p, query *q)
{
    if (null_sqlite_accept(p, "RETURNING"))
        null_sqlite_targets(p, q);
}

static void add_assignment(parser *p, query *q, assignment one)
{
    size_t count = q->assignment_count;
    if ((count & (count - 1)) == 0) { /* a power of two: the room is used up */
        size_t room = count ? count * 2 : 1;
        assignment *more = tenon__arena_resize(p->form->arena, q->assignments, room * sizeof *more);
        if (!more)
            return;
        q->assignments = more;
    }
    q->assignments[q->assignment_count++] = one;
}

/* name "=" expr | names "=" row */
static void assign(parser *p, query *q)
{
    if (!null_sqlite_is(p, "(")) {
        assignment one = {.column = null_sqlite_name(p)};
        null_sqlite_expect(p, "=");
        one.value = null_sqlite_expr(p);
        add_assignment(p, q, one);
        return;
    }
    size_t count;
    const char **names = null_sqlite_names(p, &count);
    null_sqlite_expect(p, "=");
    expr *row = null_sqlite_expr(p);
    bool is_row = row && row->kind == EXPR_ROW && row->count == count;
    for (size_t i = 0; names && i < count; i++)
        add_assignment(
            p, q,
            (assignment){.column = names[i],
                         .value = is_row ? row->args[i] : null_unary(p->form, EXPR_UNKNOWN, row)});
}

static void set_clause(parser *p, query *q)
{
    null_sqlite_expect(p, "SET");
    do
        assign(p, q);
    while (null_sqlite_accept(p, ","));
}

/* ON CONFLICT ["(" keys ")" [WHERE expr]] DO (NOTHING | UPDATE SET … [WHERE expr]) */
static void upsert(parser *p, query *q)
{
    null_sqlite_expect(p, "CONFLICT");
    if (null_sqlite_accept(p, "(")) {
        null_sqlite_order(p);
        null_sqlite_expect(p, ")");
        if (null_sqlite_accept(p, "WHERE"))
            null_sqlite_expr(p);
    }
    null_sqlite_expect(p, "DO");
    if (null_sqlite_accept(p, "NOTHING"))
        return;
    null_sqlite_expect(p, "UPDATE");
    bool is_second = q->has_conflict_update;
    q->has_conflict_update = true;
    set_clause(p, q);
    expr *where = null_sqlite_accept(p, "WHERE") ? null_sqlite_expr(p) : NULL;
    q->conflict_where = is_second ? NULL : where;
    if (is_second) /* which of them is taken is not told: what they write may be anything */
        for (size_t i = 0; i < q->assignment_count; i++)
            q->assignments[i].value = null_unary(p->form, EXPR_UNKNOWN, q->assignments[i].value);
}

/* (INSERT [OR …] | REPLACE) INTO table [AS name] [names] (select | DEFAULT VALUES) upsert…
 * [RETURNING …] */
query *null_sqlite_insert(parser *p, query start)
{
    query q = start;
    q.kind = QUERY_INSERT;
    if (null_sqlite_accept(p, "INSERT"))
        skip_conflict(p);
    else
        null_sqlite_expect(p, "REPLACE");
    null_sqlite_expect(p, "INTO");
    source s = {.kind = SOURCE_TABLE, .name = null_sqlite_name(p)};
    if (null_sqlite_accept(p, "."))
        s.name = null_sqlite_name(p);
    if (null_sqlite_accept(p, "AS"))
        s.alias = null_sqlite_name(p);
    q.table = null_source(p->form, s);
    if (null_sqlite_is(p, "("))
        q.columns = null_sqlite_names(p, &q.column_count);
    if (null_sqlite_accept(p, "DEFAULT"))
        null_sqlite_expect(p, "VALUES");
    else
        q.body = null_sqlite_select(p);
    while (null_sqlite_accept(p, "ON"))
        upsert(p, &q);
    returning(p, &q);
    return null_query(p->form, q);
}

/* [ORDER BY …] [LIMIT …]: of some builds of SQLite. */
static void skip_limit(parser *p, query *q)
{
    expr_list others = {0};
    if (null_sqlite_accept(p, "ORDER")) {
        null_sqlite_expect(p, "BY");
        others = null_sqlite_order(p);
    }
    if (null_sqlite_accept(p, "LIMIT"))
        null_sqlite_add(p, &others, null_sqlite_expr(p));
    if (null_sqlite_accept(p, "OFFSET"))
        null_sqlite_add(p, &others, null_sqlite_expr(p));
    q->others = others.items;
    q->other_count = others.count;
}

/* UPDATE [OR …] table [AS name] SET … [FROM …] [WHERE …] [RETURNING …] */
query *null_sqlite_update(parser *p, query start)
{
    query q = start;
    q.kind = QUERY_UPDATE;
    skip_conflict(p);
    q.table = write_table(p);
    set_clause(p, &q);
    if (null_sqlite_accept(p, "FROM"))
        q.from = null_sqlite_from(p);
    if (null_sqlite_accept(p, "WHERE"))
        q.where = null_sqlite_expr(p);
    returning(p, &q);
    skip_limit(p, &q);
    return null_query(p->form, q);
}

/* DELETE FROM table [AS name] [WHERE …] [RETURNING …] */
query *null_sqlite_delete(parser *p, query start)
{
    query q = start;
    q.kind = QUERY_DELETE;
    null_sqlite_expect(p, "FROM");
    q.table = write_table(p);
    if (null_sqlite_accept(p, "WHERE"))
        q.where = null_sqlite_expr(p);
    returning(p, &q);
    skip_limit(p, &q);
    return null_query(p->form, q);
}
