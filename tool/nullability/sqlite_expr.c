/* SQLite's expressions, by precedence from the loosest: OR, AND, NOT, equality, comparison, bits,
 * sums, products, concatenation, signs. */
#include "nullability/sqlite.h"

#include <strings.h>

static expr *make(parser *p, expr e)
{
    return null_expr(p->form, e);
}

static expr *call(parser *p, const char *name, expr_list args)
{
    return make(p, (expr){.kind = EXPR_CALL,
                          .text = name,
                          .traits = null_operator_traits(p->form->database, name),
                          .args = args.items,
                          .count = args.count});
}

static expr *compare(parser *p, const char *name, expr *x, expr *y)
{
    expr **args = null_pair(p->form, x, y);
    return make(p, (expr){.kind = EXPR_COMPARE, .text = name, .args = args, .count = args ? 2 : 0});
}

static expr *negate(parser *p, expr *e)
{
    return null_unary(p->form, EXPR_NOT, e);
}

void null_sqlite_add(parser *p, expr_list *list, expr *e)
{
    if ((list->count & (list->count - 1)) == 0) { /* a power of two: the room is used up */
        size_t room = list->count ? list->count * 2 : 1;
        expr **more = tenon__arena_resize(p->form->arena, list->items, room * sizeof *more);
        if (!more)
            return;
        list->items = more;
    }
    list->items[list->count++] = e;
}

/* expr "," … */
expr_list null_sqlite_expr_list(parser *p)
{
    expr_list list = {0};
    do
        null_sqlite_add(p, &list, null_sqlite_expr(p));
    while (null_sqlite_accept(p, ","));
    return list;
}

/* expr [ASC | DESC] [NULLS (FIRST | LAST)] "," … */
expr_list null_sqlite_order(parser *p)
{
    expr_list list = {0};
    do {
        null_sqlite_add(p, &list, null_sqlite_expr(p));
        if (!null_sqlite_accept(p, "ASC"))
            null_sqlite_accept(p, "DESC");
        if (null_sqlite_accept(p, "NULLS"))
            p->at += null_sqlite_is(p, "FIRST") || null_sqlite_is(p, "LAST");
    } while (null_sqlite_accept(p, ","));
    return list;
}

/* ---- primaries ---- */

static const char *token_text(parser *p, const token *t, size_t cut)
{
    return tenon__arena_copy(p->form->arena, t->start + cut, t->length - 2 * cut);
}

static expr *number(parser *p)
{
    const token *t = &p->tokens[p->at++];
    bool is_integer = true;
    for (size_t i = 0; i < t->length; i++)
        is_integer &= strchr("0123456789", t->start[i]) != NULL;
    return make(p, (expr){.kind = EXPR_CONSTANT,
                          .text = token_text(p, t, 0),
                          .type = is_integer ? "int4" : "numeric"});
}

static expr *string(parser *p)
{
    const token *t = &p->tokens[p->at++];
    return make(p, (expr){.kind = EXPR_CONSTANT, .type = "text", .text = token_text(p, t, 1)});
}

static expr *parameter(parser *p)
{
    const token *t = &p->tokens[p->at++];
    return make(p, (expr){.kind = EXPR_PARAMETER,
                          .number = t->number,
                          .name = t->name,
                          .at = (size_t)(t->start - p->text)});
}

/* [[schema "."] table "."] column */
static expr *column(parser *p)
{
    expr e = {.kind = EXPR_COLUMN, .text = null_sqlite_name(p)};
    for (int parts = 1; parts < 3 && null_sqlite_accept(p, "."); parts++) {
        e.schema = e.table;
        e.table = e.text;
        e.text = null_sqlite_name(p);
    }
    return make(p, e);
}

/* CASE [expr] (WHEN expr THEN expr)… [ELSE expr] END */
static expr *case_expr(parser *p)
{
    expr_list list = {0};
    expr *subject = null_sqlite_is(p, "WHEN") ? NULL : null_sqlite_expr(p);
    while (null_sqlite_accept(p, "WHEN")) {
        expr *when = null_sqlite_expr(p);
        null_sqlite_add(p, &list, subject ? compare(p, "=", subject, when) : when);
        null_sqlite_expect(p, "THEN");
        null_sqlite_add(p, &list, null_sqlite_expr(p));
    }
    expr *other =
        null_sqlite_accept(p, "ELSE") ? null_sqlite_expr(p) : make(p, (expr){.kind = EXPR_NULL});
    null_sqlite_add(p, &list, other);
    null_sqlite_expect(p, "END");
    return make(p, (expr){.kind = EXPR_CASE, .args = list.items, .count = list.count});
}

/* CAST "(" expr AS type ")"; the words of the type decide nothing. */
static expr *cast(parser *p)
{
    null_sqlite_expect(p, "(");
    expr *e = null_sqlite_expr(p);
    null_sqlite_expect(p, "AS");
    while (null_sqlite_is_name(p))
        p->at++;
    if (null_sqlite_accept(p, "(")) {
        while (!null_sqlite_is(p, ")") && null_sqlite_peek(p)->kind != TOKEN_END)
            p->at++;
        null_sqlite_expect(p, ")");
    }
    null_sqlite_expect(p, ")");
    return null_unary(p->form, EXPR_CAST, e);
}

static expr *subquery(parser *p, expr_kind kind)
{
    expr *e = make(p, (expr){.kind = kind, .query = null_sqlite_select(p)});
    null_sqlite_expect(p, ")");
    return e;
}

/* "(" select ")" | "(" expr ")" | "(" expr "," … ")" */
static expr *parenthesis(parser *p)
{
    if (null_sqlite_is_select(p))
        return subquery(p, EXPR_SUBQUERY);
    expr_list list = null_sqlite_expr_list(p);
    null_sqlite_expect(p, ")");
    if (list.count == 1)
        return list.items[0];
    return make(p, (expr){.kind = EXPR_ROW, .args = list.items, .count = list.count});
}

/* RAISE "(" … ")": of triggers. */
static expr *skip_raise(parser *p)
{
    null_sqlite_expect(p, "(");
    while (!null_sqlite_is(p, ")") && null_sqlite_peek(p)->kind != TOKEN_END)
        p->at++;
    null_sqlite_expect(p, ")");
    return make(p, (expr){.kind = EXPR_UNKNOWN});
}

static expr *keyword(parser *p)
{
    if (null_sqlite_accept(p, "NULL"))
        return make(p, (expr){.kind = EXPR_NULL});
    if (null_sqlite_accept(p, "TRUE"))
        return make(p, (expr){.kind = EXPR_TRUE});
    if (null_sqlite_accept(p, "FALSE"))
        return make(p, (expr){.kind = EXPR_FALSE});
    if (null_sqlite_accept(p, "CASE"))
        return case_expr(p);
    if (null_sqlite_accept(p, "CAST"))
        return cast(p);
    if (null_sqlite_accept(p, "CURRENT_TIME") || null_sqlite_accept(p, "CURRENT_DATE") ||
        null_sqlite_accept(p, "CURRENT_TIMESTAMP"))
        return make(p, (expr){.kind = EXPR_CONSTANT, .type = "text"});
    if (null_sqlite_is(p, "RAISE") && null_sqlite_is_at(p, 1, "(")) {
        p->at++;
        return skip_raise(p);
    }
    if (null_sqlite_is(p, "EXISTS") && null_sqlite_is_at(p, 1, "(")) {
        p->at += 2;
        return subquery(p, EXPR_EXISTS);
    }
    return NULL;
}

static bool is_keyword(const parser *p)
{
    static const char *const words[] = {
        "NULL", "TRUE", "FALSE", "CURRENT_TIME", "CURRENT_DATE", "CURRENT_TIMESTAMP", "CASE"};
    for (size_t i = 0; i < TENON__COUNT(words); i++)
        if (null_sqlite_is(p, words[i]))
            return !null_sqlite_is_at(p, 1, ".");
    return null_sqlite_is_at(p, 1, "(") &&
           (null_sqlite_is(p, "CAST") || null_sqlite_is(p, "EXISTS") || null_sqlite_is(p, "RAISE"));
}

static expr *primary(parser *p)
{
    switch (null_sqlite_peek(p)->kind) {
    case TOKEN_NUMBER:
        return number(p);
    case TOKEN_STRING:
        return string(p);
    case TOKEN_BLOB:
        p->at++;
        return make(p, (expr){.kind = EXPR_CONSTANT});
    case TOKEN_PARAMETER:
        return parameter(p);
    case TOKEN_WORD:
    case TOKEN_QUOTED:
        if (is_keyword(p))
            return keyword(p);
        return null_sqlite_is_at(p, 1, "(") ? null_sqlite_postfix_call(p, null_sqlite_name(p))
                                            : column(p);
    case TOKEN_OPERATOR:
        if (null_sqlite_accept(p, "("))
            return parenthesis(p);
        break;
    case TOKEN_END:
    case TOKEN_BAD:
        break;
    }
    null_sqlite_refuse(p, "an expression");
    return NULL;
}

/* primary (COLLATE name)… */
static expr *collated(parser *p)
{
    expr *e = primary(p);
    while (null_sqlite_accept(p, "COLLATE"))
        null_sqlite_name(p);
    return e;
}

/* ("-" | "+" | "~")… collated. A sign changes nothing about NULL. */
static expr *sign(parser *p)
{
    bool has_sign = false;
    while (null_sqlite_accept(p, "-") || null_sqlite_accept(p, "+") || null_sqlite_accept(p, "~"))
        has_sign = true;
    expr_list args = {0};
    expr *e = collated(p);
    if (!has_sign)
        return e;
    null_sqlite_add(p, &args, e);
    return call(p, "~", args);
}

/* ---- binary operators ---- */

enum { LEVELS = 4 };
static const char *const operators[LEVELS][5] = {
    {"&", "|", "<<", ">>"},
    {"+", "-"},
    {"*", "/", "%"},
    {"||", "->", "->>"},
};

static const char *accept_operator(parser *p, size_t level)
{
    for (size_t i = 0; i < TENON__COUNT(operators[level]) && operators[level][i]; i++)
        if (null_sqlite_accept(p, operators[level][i]))
            return operators[level][i];
    return NULL;
}

static expr *binary(parser *p, size_t level)
{
    if (level == LEVELS)
        return sign(p);
    expr *e = binary(p, level + 1);
    for (const char *name; (name = accept_operator(p, level));) {
        expr_list args = {0};
        null_sqlite_add(p, &args, e);
        null_sqlite_add(p, &args, binary(p, level + 1));
        e = call(p, name, args);
    }
    return e;
}

/* binary (("<" | "<=" | ">" | ">=") binary)… */
static expr *order(parser *p)
{
    static const char *const names[] = {"<=", ">=", "<", ">"};
    expr *e = binary(p, 0);
    for (size_t i = 0; i < TENON__COUNT(names);) {
        if (!null_sqlite_accept(p, names[i])) {
            i++;
            continue;
        }
        e = compare(p, names[i], e, binary(p, 0));
        i = 0;
    }
    return e;
}

/* ---- equality ---- */

/* IS [NOT] [DISTINCT FROM] expr */
static expr *is_test(parser *p, expr *e)
{
    bool is_not = null_sqlite_accept(p, "NOT");
    if (null_sqlite_is(p, "DISTINCT") && null_sqlite_is_at(p, 1, "FROM")) {
        p->at += 2;
        is_not = !is_not;
    }
    expr *other = order(p);
    expr *found;
    if (other && other->kind == EXPR_NULL)
        found = null_unary(p->form, EXPR_IS_NULL, e);
    else if (other && (other->kind == EXPR_TRUE || other->kind == EXPR_FALSE))
        found = null_unary(p->form, other->kind == EXPR_TRUE ? EXPR_IS_TRUE : EXPR_IS_FALSE, e);
    else
        return is_not ? null_binary(p->form, EXPR_IS_DISTINCT, e, other)
                      : negate(p, null_binary(p->form, EXPR_IS_DISTINCT, e, other));
    return is_not ? negate(p, found) : found;
}

/* IN "(" [select | expr "," …] ")", or IN and a table. */
static expr *in_test(parser *p, expr *e)
{
    expr_list list = {0};
    null_sqlite_add(p, &list, e);
    if (!null_sqlite_accept(p, "(")) {
        source *from = null_sqlite_table(p);
        expr *star = make(p, (expr){.kind = EXPR_STAR});
        target *all = tenon__arena_array(p->form->arena, 1, sizeof *all);
        if (all)
            all->value = star;
        query *q = null_query(p->form, (query){.kind = QUERY_SELECT,
                                               .from = from,
                                               .targets = all,
                                               .target_count = all != NULL});
        return make(p, (expr){.kind = EXPR_IN_QUERY, .query = q, .args = list.items, .count = 1});
    }
    if (null_sqlite_is_select(p)) {
        expr *in = subquery(p, EXPR_IN_QUERY);
        if (in) {
            in->args = list.items;
            in->count = list.count;
        }
        return in;
    }
    if (null_sqlite_accept(p, ")")) /* among nothing */
        return make(p, (expr){.kind = EXPR_FALSE});
    do
        null_sqlite_add(p, &list, null_sqlite_expr(p));
    while (null_sqlite_accept(p, ","));
    null_sqlite_expect(p, ")");
    return make(p, (expr){.kind = EXPR_IN_LIST, .args = list.items, .count = list.count});
}

/* LIKE expr [ESCAPE expr], and GLOB; MATCH and REGEXP are of extensions. */
static expr *pattern(parser *p, expr *e, const char *name)
{
    expr_list args = {0};
    null_sqlite_add(p, &args, e);
    null_sqlite_add(p, &args, order(p));
    if (null_sqlite_accept(p, "ESCAPE"))
        null_sqlite_add(p, &args, order(p));
    return call(p, name, args);
}

static expr *between(parser *p, expr *e)
{
    expr *low = compare(p, ">=", e, order(p));
    null_sqlite_expect(p, "AND");
    return null_binary(p->form, EXPR_AND, low, compare(p, "<=", e, order(p)));
}

/* What may have NOT before it; NULL when nothing of it is here. */
static expr *negatable(parser *p, expr *e)
{
    if (null_sqlite_accept(p, "IN"))
        return in_test(p, e);
    if (null_sqlite_accept(p, "BETWEEN"))
        return between(p, e);
    static const char *const names[] = {"like", "glob", "match", "regexp"};
    for (size_t i = 0; i < TENON__COUNT(names); i++)
        if (null_sqlite_accept(p, names[i]))
            return pattern(p, e, names[i]);
    return NULL;
}

static bool is_negated(const parser *p)
{
    static const char *const words[] = {"IN", "BETWEEN", "LIKE", "GLOB", "MATCH", "REGEXP"};
    for (size_t i = 0; i < TENON__COUNT(words); i++)
        if (null_sqlite_is(p, "NOT") && null_sqlite_is_at(p, 1, words[i]))
            return true;
    return false;
}

/* One more test behind the expression; NULL when there is none. */
static expr *test(parser *p, expr *e)
{
    if (null_sqlite_accept(p, "==") || null_sqlite_accept(p, "="))
        return compare(p, "=", e, order(p));
    if (null_sqlite_accept(p, "!=") || null_sqlite_accept(p, "<>"))
        return compare(p, "<>", e, order(p));
    if (null_sqlite_accept(p, "ISNULL"))
        return null_unary(p->form, EXPR_IS_NULL, e);
    if (null_sqlite_accept(p, "NOTNULL"))
        return negate(p, null_unary(p->form, EXPR_IS_NULL, e));
    if (null_sqlite_is(p, "NOT") && null_sqlite_is_at(p, 1, "NULL")) {
        p->at += 2;
        return negate(p, null_unary(p->form, EXPR_IS_NULL, e));
    }
    if (null_sqlite_accept(p, "IS"))
        return is_test(p, e);
    if (!is_negated(p))
        return negatable(p, e);
    p->at++;
    return negate(p, negatable(p, e));
}

static expr *equality(parser *p)
{
    expr *e = order(p);
    for (expr *next; (next = test(p, e));)
        e = next;
    return e;
}

/* ---- NOT, AND, OR ---- */

static expr *not_expr(parser *p)
{
    bool is_not = false;
    while (null_sqlite_accept(p, "NOT"))
        is_not = !is_not;
    expr *e = equality(p);
    return is_not ? negate(p, e) : e;
}

static expr *and_expr(parser *p)
{
    expr_list list = {0};
    do
        null_sqlite_add(p, &list, not_expr(p));
    while (null_sqlite_accept(p, "AND"));
    return list.count == 1
               ? list.items[0]
               : make(p, (expr){.kind = EXPR_AND, .args = list.items, .count = list.count});
}

expr *null_sqlite_expr(parser *p)
{
    if (++p->depth > SQLITE_LIMIT_NESTING)
        null_sqlite_refuse(p, "less nesting");
    expr_list list = {0};
    do
        null_sqlite_add(p, &list, and_expr(p));
    while (null_sqlite_accept(p, "OR"));
    p->depth--;
    return list.count == 1
               ? list.items[0]
               : make(p, (expr){.kind = EXPR_OR, .args = list.items, .count = list.count});
}
