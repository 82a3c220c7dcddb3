/* SQLite's calls of functions, aggregates and window functions. */
#include "nullability/sqlite.h"

#include <strings.h>

static bool is_one_of(const char *name, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!strcasecmp(name, list[i]))
            return true;
    return false;
}

/* ---- windows ---- */

/* UNBOUNDED (PRECEDING | FOLLOWING) | CURRENT ROW | expr (PRECEDING | FOLLOWING); whether the row
 * itself is on this side of the bound. */
static bool bound(parser *p, expr_list *others, bool is_start)
{
    if (null_sqlite_accept(p, "CURRENT")) {
        null_sqlite_expect(p, "ROW");
        return true;
    }
    if (!null_sqlite_accept(p, "UNBOUNDED"))
        null_sqlite_add(p, others, null_sqlite_expr(p));
    bool is_before = null_sqlite_accept(p, "PRECEDING");
    if (!is_before)
        null_sqlite_expect(p, "FOLLOWING");
    return is_before == is_start;
}

/* [BETWEEN bound AND] bound [EXCLUDE …] */
static bool frame(parser *p, expr_list *others)
{
    bool is_between = null_sqlite_accept(p, "BETWEEN");
    bool has_row = bound(p, others, true);
    if (is_between) {
        null_sqlite_expect(p, "AND");
        has_row &= bound(p, others, false);
    }
    if (!null_sqlite_accept(p, "EXCLUDE"))
        return has_row;
    while (null_sqlite_is_name(p))
        p->at++;
    return false;
}

/* "(" [name] [PARTITION BY …] [ORDER BY …] [(RANGE | ROWS | GROUPS) frame] ")" */
bool null_sqlite_window(parser *p, expr_list *others)
{
    bool has_row = true;
    null_sqlite_expect(p, "(");
    static const char *const parts[] = {"PARTITION", "ORDER", "RANGE", "ROWS", "GROUPS"};
    bool is_part = false;
    for (size_t i = 0; i < TENON__COUNT(parts); i++)
        is_part |= null_sqlite_is(p, parts[i]);
    if (!is_part && null_sqlite_is_name(p))
        null_sqlite_name(p);
    if (null_sqlite_accept(p, "PARTITION")) {
        null_sqlite_expect(p, "BY");
        expr_list list = null_sqlite_expr_list(p);
        for (size_t i = 0; i < list.count; i++)
            null_sqlite_add(p, others, list.items[i]);
    }
    if (null_sqlite_accept(p, "ORDER")) {
        null_sqlite_expect(p, "BY");
        expr_list list = null_sqlite_order(p);
        for (size_t i = 0; i < list.count; i++)
            null_sqlite_add(p, others, list.items[i]);
    }
    if (null_sqlite_accept(p, "RANGE") || null_sqlite_accept(p, "ROWS") ||
        null_sqlite_accept(p, "GROUPS"))
        has_row = frame(p, others);
    null_sqlite_expect(p, ")");
    return has_row;
}

static window *add_window(parser *p, window **list, window content)
{
    window *w = tenon__arena_alloc(p->form->arena, sizeof *w);
    if (!w)
        return NULL;
    *w = content;
    w->next = *list;
    *list = w;
    return w;
}

/* WINDOW name AS window "," …; then functions before it know their frames. */
void null_sqlite_window_clause(parser *p, expr_list *others)
{
    do {
        window w = {.name = null_sqlite_name(p)};
        null_sqlite_expect(p, "AS");
        w.has_current_row = null_sqlite_window(p, others);
        add_window(p, &p->windows, w);
    } while (null_sqlite_accept(p, ","));
    for (window *f = p->waiting; f; f = f->next)
        for (const window *w = p->windows; w; w = w->next)
            if (f->name && w->name && f->call && !strcasecmp(f->name, w->name))
                f->call->has_current_row = w->has_current_row;
}

/* OVER (name | window) */
static void over(parser *p, expr *call)
{
    expr_list others = {call->others, 0};
    others.items = NULL;
    call->is_window = true;
    if (!null_sqlite_is(p, "(")) {
        add_window(p, &p->waiting, (window){.name = null_sqlite_name(p), .call = call});
        return;
    }
    call->has_current_row = null_sqlite_window(p, &others);
    call->others = others.items;
    call->other_count = others.count;
}

/* ---- functions that are no calls ---- */

static expr *with_kind(parser *p, expr_kind kind, expr_list args)
{
    return null_expr(p->form, (expr){.kind = kind, .args = args.items, .count = args.count});
}

/* COALESCE, IFNULL, NULLIF, IIF; NULL for any other name. */
static expr *special(parser *p, const char *name, expr_list args)
{
    static const char *const choices[] = {"coalesce", "ifnull"};
    static const char *const conditions[] = {"iif", "if"};
    if (is_one_of(name, choices, TENON__COUNT(choices)) && args.count >= 2)
        return with_kind(p, EXPR_COALESCE, args);
    if (!strcasecmp(name, "nullif") && args.count == 2)
        return with_kind(p, EXPR_NULLIF, args);
    if (!is_one_of(name, conditions, TENON__COUNT(conditions)) || args.count < 2)
        return NULL;
    if (args.count % 2 == 0)
        null_sqlite_add(p, &args, null_expr(p->form, (expr){.kind = EXPR_NULL}));
    return with_kind(p, EXPR_CASE, args);
}

/* "(" ["*" | [DISTINCT] expr "," … [ORDER BY …]] ")" */
static expr_list arguments(parser *p, expr_list *others)
{
    expr_list args = {0};
    null_sqlite_expect(p, "(");
    if (null_sqlite_accept(p, ")"))
        return args;
    if (!null_sqlite_accept(p, "*")) {
        null_sqlite_accept(p, "DISTINCT");
        args = null_sqlite_expr_list(p);
        if (null_sqlite_accept(p, "ORDER")) {
            null_sqlite_expect(p, "BY");
            *others = null_sqlite_order(p);
        }
    }
    null_sqlite_expect(p, ")");
    return args;
}

/* arguments [FILTER "(" WHERE expr ")"] [OVER …], behind the name */
expr *null_sqlite_postfix_call(parser *p, const char *name)
{
    size_t at = p->at ? (size_t)(p->tokens[p->at - 1].start - p->text) : 0;
    expr_list others = {0}, args = arguments(p, &others);
    if (!name)
        return NULL;
    expr *e = special(p, name, args);
    if (e)
        return e;
    e = null_expr(p->form,
                  (expr){.kind = EXPR_CALL,
                         .text = name,
                         .at = at,
                         .traits = null_function_traits(p->form->database, name, args.count),
                         .args = args.items,
                         .count = args.count,
                         .others = others.items,
                         .other_count = others.count});
    if (e && null_sqlite_is(p, "FILTER") && null_sqlite_is_at(p, 1, "(")) {
        p->at += 2;
        null_sqlite_expect(p, "WHERE");
        e->filter = null_sqlite_expr(p);
        null_sqlite_expect(p, ")");
    }
    if (e && null_sqlite_accept(p, "OVER"))
        over(p, e);
    return e;
}
