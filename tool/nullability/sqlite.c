/* SQLite's queries, and the entrances of the front end.
 *
 * SQLite has judged the text before, so that the parser accepts a little more than SQLite does and
 * never has to say precisely what is wrong. */
#include "nullability/sqlite.h"

#include <strings.h>

/* ---- names that are none ---- */

/* Words that end what an alias without AS could stand behind. */
static bool is_alias(const parser *p)
{
    static const char *const words[] = {
        "AS",     "CROSS",     "EXCEPT", "FROM",   "FULL",      "GROUP",   "HAVING", "INDEXED",
        "INNER",  "INTERSECT", "JOIN",   "LEFT",   "LIMIT",     "NATURAL", "NOT",    "OFFSET",
        "ON",     "ORDER",     "OUTER",  "RIGHT",  "RETURNING", "SET",     "UNION",  "USING",
        "VALUES", "WHERE",     "WINDOW", "SELECT", "DEFAULT"};
    for (size_t i = 0; i < TENON__COUNT(words); i++)
        if (null_sqlite_is(p, words[i]))
            return false;
    return null_sqlite_is_name(p);
}

/* [[AS] name] */
static const char *alias(parser *p)
{
    if (null_sqlite_accept(p, "AS"))
        return null_sqlite_name(p);
    return is_alias(p) ? null_sqlite_name(p) : NULL;
}

/* ---- FROM ---- */

/* [schema "."] name */
source *null_sqlite_table(parser *p)
{
    source s = {.kind = SOURCE_TABLE, .name = null_sqlite_name(p)};
    if (null_sqlite_accept(p, "."))
        s.name = null_sqlite_name(p);
    if (s.name && null_sqlite_is(p, "(")) {
        expr **call = tenon__arena_array(p->form->arena, 1, sizeof(expr *));
        s.kind = SOURCE_FUNCTION;
        s.functions = call;
        s.function_count = call != NULL;
        if (call)
            call[0] = null_sqlite_postfix_call(p, s.name);
    }
    return null_source(p->form, s);
}

/* [INDEXED BY name | NOT INDEXED] */
static void skip_index(parser *p)
{
    if (null_sqlite_accept(p, "INDEXED")) {
        null_sqlite_expect(p, "BY");
        null_sqlite_name(p);
    } else if (null_sqlite_is(p, "NOT") && null_sqlite_is_at(p, 1, "INDEXED")) {
        p->at += 2;
    }
}

/* table [alias] | "(" select ")" [alias] | "(" from ")" [alias] */
static source *item(parser *p)
{
    source *s;
    if (!null_sqlite_accept(p, "(")) {
        s = null_sqlite_table(p);
    } else if (null_sqlite_is_select(p)) {
        query *q = null_sqlite_select(p);
        s = null_source(p->form, (source){.kind = SOURCE_QUERY, .query = q});
        null_sqlite_expect(p, ")");
    } else {
        s = ++p->depth > SQLITE_LIMIT_NESTING ? NULL : null_sqlite_from(p);
        p->depth--;
        null_sqlite_expect(p, ")");
    }
    const char *name = alias(p);
    if (s && name)
        s->alias = name;
    skip_index(p);
    return s;
}

/* "," | [NATURAL] [LEFT | RIGHT | FULL] [OUTER] [INNER | CROSS] JOIN; whether it is there */
static bool join_operator(parser *p, source *join)
{
    if (null_sqlite_accept(p, ","))
        return true;
    size_t start = p->at;
    join->is_natural = null_sqlite_accept(p, "NATURAL");
    if (null_sqlite_accept(p, "LEFT"))
        join->join = JOIN_LEFT;
    else if (null_sqlite_accept(p, "RIGHT"))
        join->join = JOIN_RIGHT;
    else if (null_sqlite_accept(p, "FULL"))
        join->join = JOIN_FULL;
    null_sqlite_accept(p, "OUTER");
    if (!null_sqlite_accept(p, "INNER"))
        null_sqlite_accept(p, "CROSS");
    if (null_sqlite_accept(p, "JOIN"))
        return true;
    if (p->at != start)
        null_sqlite_refuse(p, "JOIN");
    return false;
}

/* item (join_operator item [ON expr | USING names])… */
source *null_sqlite_from(parser *p)
{
    source *all = item(p);
    for (size_t count = 0;; count++) {
        source join = {.kind = SOURCE_JOIN, .left = all};
        if (!join_operator(p, &join))
            return all;
        if (count > SQLITE_LIMIT_NESTING)
            null_sqlite_refuse(p, "fewer joins");
        join.right = item(p);
        if (null_sqlite_is(p, "ON") && !null_sqlite_is_at(p, 1, "CONFLICT")) {
            p->at++;
            join.on = null_sqlite_expr(p);
        } else if (null_sqlite_accept(p, "USING")) {
            join.using = null_sqlite_names(p, &join.using_count);
        }
        all = null_source(p->form, join);
    }
}

/* ---- SELECT ---- */

bool null_sqlite_is_select(const parser *p)
{
    return null_sqlite_is(p, "SELECT") || null_sqlite_is(p, "VALUES") || null_sqlite_is(p, "WITH");
}

/* "*" | table "." "*" */
static expr *star(parser *p)
{
    if (null_sqlite_accept(p, "*"))
        return null_expr(p->form, (expr){.kind = EXPR_STAR});
    if (!null_sqlite_is_name(p) || !null_sqlite_is_at(p, 1, ".") || !null_sqlite_is_at(p, 2, "*"))
        return NULL;
    const char *table = null_sqlite_name(p);
    p->at += 2;
    return null_expr(p->form, (expr){.kind = EXPR_STAR, .table = table});
}

/* Without AS a column has its own name, and any other expression is called as it is spelt. */
static target result(parser *p)
{
    expr *all = star(p);
    if (all)
        return (target){.value = all};
    const token *first = null_sqlite_peek(p);
    target t = {.value = null_sqlite_expr(p)};
    const token *last = p->at ? &p->tokens[p->at - 1] : first;
    t.name = alias(p);
    if (!t.name && t.value && t.value->kind != EXPR_COLUMN && last >= first)
        t.name = tenon__arena_copy(p->form->arena, first->start,
                                   (size_t)(last->start + last->length - first->start));
    return t;
}

void null_sqlite_targets(parser *p, query *q)
{
    do {
        size_t count = q->target_count;
        if ((count & (count - 1)) == 0) { /* a power of two: the room is used up */
            size_t room = count ? count * 2 : 1;
            target *more = tenon__arena_resize(p->form->arena, q->targets, room * sizeof *more);
            if (!more)
                return;
            q->targets = more;
        }
        q->targets[q->target_count++] = result(p);
    } while (null_sqlite_accept(p, ","));
}

/* GROUP BY expr "," …: no key is ever left out. */
static void group_by(parser *p, query *q)
{
    null_sqlite_expect(p, "BY");
    expr_list list = null_sqlite_expr_list(p);
    q->keys = tenon__arena_array(p->form->arena, list.count, sizeof *q->keys);
    q->key_count = q->keys ? list.count : 0;
    for (size_t i = 0; i < q->key_count; i++)
        q->keys[i].value = list.items[i];
    q->is_grouped = true;
}

/* SELECT [DISTINCT | ALL] results [FROM …] [WHERE …] [GROUP BY …] [HAVING …] [WINDOW …] */
static query *simple_select(parser *p)
{
    query q = {.kind = QUERY_SELECT};
    window *windows = p->windows, *waiting = p->waiting;
    p->windows = p->waiting = NULL;
    if (!null_sqlite_accept(p, "DISTINCT"))
        null_sqlite_accept(p, "ALL");
    null_sqlite_targets(p, &q);
    if (null_sqlite_accept(p, "FROM"))
        q.from = null_sqlite_from(p);
    if (null_sqlite_accept(p, "WHERE"))
        q.where = null_sqlite_expr(p);
    if (null_sqlite_accept(p, "GROUP"))
        group_by(p, &q);
    if (null_sqlite_accept(p, "HAVING"))
        q.having = null_sqlite_expr(p);
    if (null_sqlite_accept(p, "WINDOW")) {
        expr_list others = {0};
        null_sqlite_window_clause(p, &others);
        q.others = others.items;
        q.other_count = others.count;
    }
    p->windows = windows;
    p->waiting = waiting;
    return null_query(p->form, q);
}

/* VALUES "(" expr "," … ")" "," … */
static query *values(parser *p)
{
    query q = {.kind = QUERY_VALUES};
    expr_list rows = {0};
    do {
        null_sqlite_expect(p, "(");
        expr_list row = null_sqlite_expr_list(p);
        null_sqlite_expect(p, ")");
        null_sqlite_add(
            p, &rows,
            null_expr(p->form, (expr){.kind = EXPR_ROW, .args = row.items, .count = row.count}));
    } while (null_sqlite_accept(p, ","));
    q.rows = rows.items;
    q.row_count = rows.count;
    return null_query(p->form, q);
}

static query *core(parser *p)
{
    if (null_sqlite_accept(p, "VALUES"))
        return values(p);
    null_sqlite_expect(p, "SELECT");
    return p->form->is_failed ? NULL : simple_select(p);
}

static bool compound(parser *p, query *q)
{
    if (null_sqlite_accept(p, "UNION")) {
        null_sqlite_accept(p, "ALL");
        q->kind = QUERY_UNION;
    } else if (null_sqlite_accept(p, "EXCEPT")) {
        q->kind = QUERY_EXCEPT;
    } else if (null_sqlite_accept(p, "INTERSECT")) {
        q->kind = QUERY_INTERSECT;
    } else {
        return false;
    }
    return true;
}

/* name [names] AS [[NOT] MATERIALIZED] "(" select ")" "," …; RECURSIVE means nothing. */
void null_sqlite_with(parser *p, query *q)
{
    null_sqlite_accept(p, "RECURSIVE");
    q->is_recursive = true;
    do {
        cte *more = tenon__arena_array(p->form->arena, q->cte_count + 1, sizeof *more);
        if (!more)
            return;
        if (q->cte_count)
            memcpy(more, q->ctes, q->cte_count * sizeof *more);
        q->ctes = more;
        cte *c = &more[q->cte_count++];
        c->name = null_sqlite_name(p);
        if (null_sqlite_is(p, "("))
            c->columns = null_sqlite_names(p, &c->column_count);
        null_sqlite_expect(p, "AS");
        null_sqlite_accept(p, "NOT");
        null_sqlite_accept(p, "MATERIALIZED");
        null_sqlite_expect(p, "(");
        c->body = null_sqlite_select(p);
        null_sqlite_expect(p, ")");
    } while (!p->form->is_failed && null_sqlite_accept(p, ","));
}

/* ORDER BY …: only looked at for parameters, and for aggregates. */
static void order_by(parser *p, query *q)
{
    null_sqlite_expect(p, "BY");
    expr_list list = null_sqlite_order(p);
    for (size_t i = 0; i < q->other_count; i++)
        null_sqlite_add(p, &list, q->others[i]);
    q->others = list.items;
    q->other_count = list.count;
}

/* LIMIT count [OFFSET skip] | LIMIT skip "," count */
static void limit(parser *p, query *q)
{
    q->limit = null_sqlite_expr(p);
    if (null_sqlite_accept(p, "OFFSET")) {
        q->offset = null_sqlite_expr(p);
    } else if (null_sqlite_accept(p, ",")) {
        q->offset = q->limit;
        q->limit = null_sqlite_expr(p);
    }
}

/* core (compound core)… */
static query *chain(parser *p)
{
    query *q = core(p);
    query next = {0};
    for (size_t count = 0; q && compound(p, &next); count++) {
        if (count > SQLITE_LIMIT_NESTING * 5)
            null_sqlite_refuse(p, "fewer queries");
        next.left = q;
        next.right = core(p);
        q = null_query(p->form, next);
        next = (query){0};
    }
    return q;
}

/* [WITH …] chain [ORDER BY …] [LIMIT …] */
query *null_sqlite_select(parser *p)
{
    query with = {0};
    if (++p->depth > SQLITE_LIMIT_NESTING)
        null_sqlite_refuse(p, "less nesting");
    if (null_sqlite_accept(p, "WITH"))
        null_sqlite_with(p, &with);
    query *q = p->form->is_failed ? NULL : chain(p);
    if (q) {
        q->ctes = with.ctes;
        q->cte_count = with.cte_count;
        q->is_recursive = with.is_recursive;
        if (null_sqlite_accept(p, "ORDER"))
            order_by(p, q);
        if (null_sqlite_accept(p, "LIMIT"))
            limit(p, q);
    }
    p->depth--;
    return q;
}

/* ---- entrances ---- */

/* A statement that is not analysed still has parameters. */
static query *other_statement(parser *p)
{
    expr_list parameters = {0};
    for (; null_sqlite_peek(p)->kind != TOKEN_END; p->at++) {
        const token *t = null_sqlite_peek(p);
        if (t->kind == TOKEN_PARAMETER)
            null_sqlite_add(
                p, &parameters,
                null_expr(p->form,
                          (expr){.kind = EXPR_PARAMETER, .number = t->number, .name = t->name}));
    }
    return null_query(p->form, (query){.kind = QUERY_UNKNOWN,
                                       .others = parameters.items,
                                       .other_count = parameters.count});
}

static query *statement(parser *p)
{
    query start = {0};
    size_t first = p->at;
    if (null_sqlite_accept(p, "WITH"))
        null_sqlite_with(p, &start);
    if (null_sqlite_is(p, "INSERT") || null_sqlite_is(p, "REPLACE"))
        return null_sqlite_insert(p, start);
    if (null_sqlite_accept(p, "UPDATE"))
        return null_sqlite_update(p, start);
    if (null_sqlite_accept(p, "DELETE"))
        return null_sqlite_delete(p, start);
    if (!p->form->is_failed)
        p->at = first;
    return null_sqlite_is_select(p) ? null_sqlite_select(p) : other_statement(p);
}

static bool begin(parser *p, form *f, const char *sql)
{
    *p = (parser){.form = f, .text = sql, .tokens = null_sqlite_tokens(f, sql)};
    return p->tokens;
}

static void end(parser *p)
{
    null_sqlite_accept(p, ";");
    if (null_sqlite_peek(p)->kind != TOKEN_END)
        null_sqlite_refuse(p, "the end of the statement");
}

query *null_form_of_sqlite(form *f, const char *sql)
{
    parser p;
    if (!begin(&p, f, sql)) {
        if (!f->arena->failed)
            f->is_failed = !tenon__fail(f->err, TENON_VALIDATION, "the statement is too large");
        return NULL;
    }
    query *q = statement(&p);
    end(&p);
    return q;
}

/* Of the catalogue's own texts nothing wrong is reported: they are not understood then. */
static form forgive(const form *f)
{
    form own = *f;
    own.is_failed = false;
    own.err = NULL;
    return own;
}

/* CREATE [TEMP] VIEW [IF NOT EXISTS] name [names] AS select */
query *null_form_of_sqlite_view(form *f, const char *sql)
{
    parser p;
    form own = forgive(f);
    if (!begin(&p, &own, sql))
        return NULL;
    while (!null_sqlite_is(&p, "AS") && null_sqlite_peek(&p)->kind != TOKEN_END)
        p.at++;
    null_sqlite_expect(&p, "AS");
    query *q = null_sqlite_select(&p);
    end(&p);
    return own.is_failed ? NULL : q;
}

expr *null_form_of_sqlite_expression(form *f, const char *sql)
{
    parser p;
    form own = forgive(f);
    if (!begin(&p, &own, sql))
        return NULL;
    expr *e = null_sqlite_expr(&p);
    end(&p);
    return own.is_failed ? NULL : e;
}
