/* See random_query.h. */
#include "random_query.h"

#define TEXT(...) tenon__arena_format(r->arena, __VA_ARGS__)

static unsigned below(random_source *r, unsigned bound)
{
    return (unsigned)generator_below(&r->random, bound);
}

static bool one_in(random_source *r, unsigned n)
{
    return below(r, n) == 0;
}

/* ---- schemas and rows ---- */

void random_schema(random_source *r)
{
    for (size_t t = 0; t < TABLES; t++) {
        random_relation *table = &r->tables[t];
        table->name = TEXT("t%zu", t);
        table->column_count = TABLE_COLUMNS;
        table->columns[0] = (random_column){"id", TYPE_INTEGER, true};
        table->columns[1] = (random_column){"k", TYPE_INTEGER, one_in(r, 2)};
        for (size_t i = 2; i < TABLE_COLUMNS; i++)
            table->columns[i] =
                (random_column){TEXT("x%zu", i), (value_type)below(r, TYPE_COUNT), one_in(r, 2)};
    }
}

static const char *const type_names[] = {"integer", "text", "boolean"};

static const char *table_sql(random_source *r, const random_relation *t)
{
    const char *sql = TEXT("CREATE TABLE %s (id integer PRIMARY KEY", t->name);
    for (size_t i = 1; i < t->column_count; i++)
        sql = TEXT("%s, %s %s%s", sql, t->columns[i].name, type_names[t->columns[i].type],
                   t->columns[i].is_required ? " NOT NULL" : "");
    return TEXT("%s);", sql);
}

const char *random_schema_sql(random_source *r)
{
    const char *sql = "";
    for (size_t t = 0; t < TABLES; t++)
        sql = TEXT("%s%s", sql, table_sql(r, &r->tables[t]));
    return sql;
}

static const char *value_sql(random_source *r, value_type type)
{
    static const char *const texts[] = {"'a'", "'b'"};
    switch (type) {
    case TYPE_INTEGER:
        return TEXT("%u", below(r, 3));
    case TYPE_TEXT:
        return texts[below(r, 2)];
    default:
        return one_in(r, 2) ? "TRUE" : "FALSE";
    }
}

static const char *row_sql(random_source *r, const random_relation *t, size_t id, unsigned nulls)
{
    const char *sql = TEXT("(%zu", id);
    for (size_t i = 1; i < t->column_count; i++) {
        bool is_null = !t->columns[i].is_required && below(r, 10) < nulls;
        sql = TEXT("%s, %s", sql, is_null ? "NULL" : value_sql(r, t->columns[i].type));
    }
    return TEXT("%s)", sql);
}

/* 0: rows in all; 1: one in each; 2: none in any; from 3: none in one of them; then anything. */
static size_t row_count(random_source *r, unsigned n, size_t table)
{
    if (n < 3)
        return n == 0 ? 5 : n == 1;
    if (n < 3 + TABLES)
        return n - 3 == table ? 0 : 4;
    return below(r, 6);
}

const char *random_rows_sql(random_source *r, unsigned n)
{
    const char *sql = "";
    for (size_t t = 0; t < TABLES; t++) {
        size_t count = row_count(r, n, t);
        for (size_t i = 0; i < count; i++)
            sql = TEXT("%sINSERT INTO %s VALUES %s;", sql, r->tables[t].name,
                       row_sql(r, &r->tables[t], i, n % 3 == 2 ? 9 : 4));
    }
    return sql;
}

/* ---- columns in scope ---- */

static random_relation *add_relation(random_source *r, const random_relation *like,
                                     const char *alias)
{
    random_relation *added = &r->scope[r->scope_count++];
    *added = *like;
    added->name = alias;
    added->is_visible = true;
    return added;
}

static const char *new_alias(random_source *r)
{
    return TEXT("a%zu", r->alias_count++);
}

/* A visible column of the type, of relations from `first` on; NULL when there is none. */
static const char *column(random_source *r, value_type type, size_t first)
{
    const char *found = NULL;
    unsigned seen = 0;
    for (size_t i = first; i < r->scope_count; i++) {
        const random_relation *from = &r->scope[i];
        for (size_t c = 0; from->is_visible && c < from->column_count; c++)
            if (from->columns[c].type == type && one_in(r, ++seen))
                found = TEXT("%s.%s", from->name, from->columns[c].name);
    }
    return found;
}

static bool has_room(const random_source *r)
{
    return r->scope_count < MOST_RELATIONS - 8;
}

/* ---- expressions ---- */

typedef struct wish {
    unsigned depth;
    size_t first; /* of the relations to take columns from */
} wish;

static const char *expression(random_source *r, value_type type, wish w);
static const char *query(random_source *r, const value_type *types, size_t count, unsigned depth);

static wish deeper(wish w)
{
    w.depth--;
    return w;
}

static const char *leaf(random_source *r, value_type type, wish w)
{
    const char *found = one_in(r, 6) ? NULL : column(r, type, w.first);
    if (found)
        return found;
    return one_in(r, 8) ? TEXT("CAST(NULL AS %s)", type_names[type]) : value_sql(r, type);
}

static const char *subquery(random_source *r, value_type type, wish w)
{
    return w.depth > 1 && has_room(r) ? TEXT("(%s)", query(r, &type, 1, 1)) : leaf(r, type, w);
}

static const char *condition(random_source *r, wish w)
{
    return expression(r, TYPE_BOOLEAN, w);
}

/* Expressions of any type. */
static const char *choice(random_source *r, value_type type, wish w)
{
    const char *a = expression(r, type, w), *b = expression(r, type, w);
    switch (below(r, 6)) {
    case 0:
        return TEXT("coalesce(%s, %s)", a, b);
    case 1:
        return TEXT("CASE WHEN %s THEN %s ELSE %s END", condition(r, w), a, b);
    case 2:
        return TEXT("CASE WHEN %s THEN %s WHEN %s THEN %s END", condition(r, w), a, condition(r, w),
                    b);
    case 3:
        return TEXT("nullif(%s, %s)", leaf(r, type, w), leaf(r, type, w));
    case 4:
        return TEXT("CASE WHEN %s IS NULL THEN %s ELSE %s END", a, b, a);
    default:
        return subquery(r, type, w);
    }
}

static const char *integer(random_source *r, wish w)
{
    const char *a = expression(r, TYPE_INTEGER, w);
    switch (below(r, 5)) {
    case 0:
        return TEXT("(%s + %s)", a, expression(r, TYPE_INTEGER, w));
    case 1:
        return TEXT("length(%s)", expression(r, TYPE_TEXT, w));
    case 2:
        return TEXT("abs(%s)", a);
    case 3:
        return TEXT("(%s / 2)", a);
    default:
        return TEXT(r->is_sqlite ? "max(%s, 1)" : "greatest(%s, NULL, %s)", a,
                    expression(r, TYPE_INTEGER, w));
    }
}

static const char *text(random_source *r, wish w)
{
    const char *a = expression(r, TYPE_TEXT, w);
    switch (below(r, 4)) {
    case 0:
        return TEXT("(%s || %s)", a, expression(r, TYPE_TEXT, w));
    case 1:
        return TEXT("upper(%s)", a);
    case 2:
        return TEXT("CAST(%s AS text)", expression(r, TYPE_INTEGER, w));
    default:
        return TEXT("substr(%s, 1, 1)", a);
    }
}

static const char *comparison(random_source *r, wish w)
{
    static const char *const operators[] = {
        "=", "<>", "<", "<=", ">", ">=", "=", "=", "IS DISTINCT FROM", "IS NOT DISTINCT FROM"};
    value_type type = (value_type)below(r, 2);
    return TEXT("(%s %s %s)", expression(r, type, w), operators[below(r, 10)],
                expression(r, type, w));
}

static const char *null_test(random_source *r, wish w)
{
    return TEXT("(%s IS %sNULL)", expression(r, (value_type)below(r, TYPE_COUNT), w),
                one_in(r, 3) ? "" : "NOT ");
}

static const char *membership(random_source *r, wish w)
{
    value_type type = (value_type)below(r, 2);
    const char *a = expression(r, type, w), *is_not = one_in(r, 3) ? "NOT " : "";
    switch (below(r, 4)) {
    case 0:
        return TEXT("(%s %sIN (%s, %s))", a, is_not, value_sql(r, type), leaf(r, type, w));
    case 1:
        return TEXT("(%s %sBETWEEN %s AND %s)", a, is_not, leaf(r, type, w), leaf(r, type, w));
    case 2:
        return w.depth > 1 && has_room(r) ? TEXT("(%s %sIN (%s))", a, is_not, query(r, &type, 1, 1))
                                          : TEXT("(%s %sIN (%s))", a, is_not, leaf(r, type, w));
    default:
        return w.depth > 1 && has_room(r) ? TEXT("(%sEXISTS (%s))", is_not, query(r, &type, 1, 1))
                                          : TEXT("(%s = %s)", a, leaf(r, type, w));
    }
}

static const char *boolean(random_source *r, wish w)
{
    switch (below(r, 9)) {
    case 0:
        return TEXT("(%s AND %s)", condition(r, w), condition(r, w));
    case 1:
        return TEXT("(%s OR %s)", condition(r, w), condition(r, w));
    case 2:
        return TEXT("(NOT %s)", condition(r, w));
    case 3:
        return null_test(r, w);
    case 4:
        return membership(r, w);
    case 5:
        return TEXT("(%s IS %s%s)", condition(r, w), one_in(r, 2) ? "" : "NOT ",
                    one_in(r, 2) ? "TRUE" : "FALSE");
    case 6:
        return TEXT("(%s LIKE '%%a%%')", expression(r, TYPE_TEXT, w));
    default:
        return comparison(r, w);
    }
}

static const char *expression(random_source *r, value_type type, wish w)
{
    if (!w.depth || one_in(r, 3))
        return leaf(r, type, w);
    wish within = deeper(w);
    if (one_in(r, 4))
        return choice(r, type, within);
    switch (type) {
    case TYPE_INTEGER:
        return integer(r, within);
    case TYPE_TEXT:
        return text(r, within);
    default:
        return boolean(r, within);
    }
}

/* ---- FROM ---- */

static void hide(random_source *r, size_t first, bool is_visible)
{
    for (size_t i = first; i < r->scope_count; i++)
        r->scope[i].is_visible = is_visible;
}

static const char *from_table(random_source *r)
{
    const random_relation *t = &r->tables[below(r, TABLES)];
    if (r->named_count && one_in(r, 2))
        t = &r->named[below(r, (unsigned)r->named_count)];
    const char *alias = new_alias(r);
    add_relation(r, t, alias);
    return TEXT("%s AS %s", t->name, alias);
}

/* In FROM a subquery does not see what stands beside it, unless it is LATERAL. */
static const char *from_query(random_source *r, size_t siblings, unsigned depth)
{
    random_relation like = {.column_count = 1 + below(r, 2)};
    value_type types[MOST_COLUMNS];
    for (size_t i = 0; i < like.column_count; i++) {
        types[i] = (value_type)below(r, TYPE_COUNT);
        like.columns[i] = (random_column){TEXT("c%zu", i), types[i], false};
    }
    bool is_lateral = !r->is_sqlite && one_in(r, 3);
    hide(r, siblings, is_lateral);
    const char *sql = query(r, types, like.column_count, depth - 1);
    hide(r, siblings, true);
    const char *alias = new_alias(r);
    add_relation(r, &like, alias);
    return TEXT("%s(%s) AS %s", is_lateral ? "LATERAL " : "", sql, alias);
}

static const char *item(random_source *r, size_t siblings, unsigned depth);

static const char *on(random_source *r, size_t left, size_t right, bool is_full)
{
    const char *a = NULL, *b = NULL;
    size_t count = r->scope_count;
    r->scope_count = right;
    a = column(r, TYPE_INTEGER, left);
    r->scope_count = count;
    b = column(r, TYPE_INTEGER, right);
    if (a && b && (is_full || !one_in(r, 4)))
        return is_full || !one_in(r, 4)
                   ? TEXT("%s = %s", a, b)
                   : TEXT("%s = %s AND %s", a, b, expression(r, TYPE_BOOLEAN, (wish){1, left}));
    return expression(r, TYPE_BOOLEAN, (wish){2, left});
}

static const char *join(random_source *r, size_t siblings, unsigned depth)
{
    static const char *const kinds[] = {"JOIN",      "LEFT JOIN", "RIGHT JOIN",
                                        "FULL JOIN", "LEFT JOIN", "CROSS JOIN"};
    size_t left = r->scope_count;
    const char *a = item(r, siblings, depth);
    size_t right = r->scope_count;
    unsigned kind = below(r, 6);
    bool may_be_lateral = kind == 0 || kind == 1 || kind >= 4;
    const char *b = item(r, may_be_lateral ? siblings : left, depth);
    if (kind == 5)
        return TEXT("(%s CROSS JOIN %s)", a, b);
    return TEXT("(%s %s %s ON %s)", a, kinds[kind], b, on(r, left, right, kind == 3));
}

/* Two tables have id and k in common; only merged columns are used of what USING joins. */
static const char *join_using(random_source *r)
{
    static const char *const kinds[] = {"JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"};
    const random_relation *t = r->tables, *u = r->tables + 1;
    const char *a = new_alias(r), *b = new_alias(r), *c = new_alias(r);
    random_relation like = {.columns = {{"id", TYPE_INTEGER, false}, {"k", TYPE_INTEGER, false}},
                            .column_count = 2};
    bool is_two = one_in(r, 2);
    like.column_count = is_two ? 2 : 1;
    add_relation(r, &like, c);
    return TEXT("(SELECT %s FROM %s AS %s %s %s AS %s USING (%s)) AS %s", is_two ? "id, k" : "id",
                t->name, a, kinds[below(r, 4)], u->name, b, is_two ? "id, k" : "id", c);
}

static const char *item(random_source *r, size_t siblings, unsigned depth)
{
    if (!depth || !has_room(r) || one_in(r, 2))
        return from_table(r);
    if (one_in(r, 8))
        return join_using(r);
    return one_in(r, 3) ? from_query(r, siblings, depth) : join(r, siblings, depth - 1);
}

/* ---- SELECT ---- */

typedef struct select_parts {
    const char *with, *from, *where, *tail;
    size_t first; /* of its relations */
} select_parts;

static const char *target_list(random_source *r, const char *sql, const char *one, size_t number)
{
    return number ? TEXT("%s, %s AS c%zu", sql, one, number) : TEXT("%s AS c0", one);
}

static const char *plain_select(random_source *r, const select_parts *p, const value_type *types,
                                size_t count, unsigned depth)
{
    const char *targets = "";
    for (size_t i = 0; i < count; i++)
        targets = target_list(r, targets, expression(r, types[i], (wish){depth + 1, 0}), i);
    return TEXT("SELECT %s FROM %s%s", targets, p->from, p->where);
}

static const char *aggregate(random_source *r, value_type type, wish w)
{
    const char *filter =
        one_in(r, 6) ? TEXT(" FILTER (WHERE %s)", expression(r, TYPE_BOOLEAN, w)) : "";
    const char *a = expression(r, type, w);
    switch (type) {
    case TYPE_INTEGER:
        if (one_in(r, 3))
            return TEXT("count(%s)%s", one_in(r, 2) ? "*" : a, filter);
        return TEXT("%s(%s)%s", one_in(r, 2) ? "max" : "min", a, filter);
    case TYPE_TEXT:
        return TEXT("%s(%s)%s", one_in(r, 2) ? "max" : "min", a, filter);
    default:
        return r->is_sqlite ? TEXT("max(%s)%s", a, filter) : TEXT("bool_or(%s)%s", a, filter);
    }
}

/* Targets are aggregates and the keys c0, c1, … of their types. */
static const char *grouped_select(random_source *r, const select_parts *p, const value_type *types,
                                  size_t count)
{
    const char *targets = "", *keys = "", *having = "";
    size_t key_count = 0;
    for (size_t i = 0; i < count; i++) {
        bool is_key = one_in(r, 2);
        const char *one = is_key ? column(r, types[i], p->first) : NULL;
        if (one)
            keys = TEXT("%s%s%s", keys, key_count++ ? ", " : "", one);
        else
            one = aggregate(r, types[i], (wish){1, p->first});
        if (one_in(r, 5))
            one = TEXT("coalesce(%s, %s)", one, value_sql(r, types[i]));
        targets = target_list(r, targets, one, i);
    }
    if (one_in(r, 3))
        having = TEXT(" HAVING %s > %s", aggregate(r, TYPE_INTEGER, (wish){0, p->first}),
                      value_sql(r, TYPE_INTEGER));
    if (key_count && !r->is_sqlite && one_in(r, 3))
        keys = TEXT("%s(%s)", one_in(r, 2) ? "ROLLUP" : "CUBE", keys);
    if (!key_count && (r->is_sqlite || one_in(r, 2)))
        return TEXT("SELECT %s FROM %s%s%s", targets, p->from, p->where,
                    r->is_sqlite ? "" : having);
    return TEXT("SELECT %s FROM %s%s%s%s%s", targets, p->from, p->where,
                key_count ? " GROUP BY " : "", keys, having);
}

static const char *window_function(random_source *r, value_type type, size_t first)
{
    static const char *const frames[] = {"", "", " ROWS BETWEEN 1 PRECEDING AND CURRENT ROW",
                                         " ROWS BETWEEN 1 FOLLOWING AND 2 FOLLOWING",
                                         " RANGE UNBOUNDED PRECEDING"};
    const char *order = column(r, TYPE_INTEGER, first);
    const char *part = one_in(r, 3) ? column(r, TYPE_TEXT, first) : NULL;
    const char *over = TEXT("OVER (%s%s ORDER BY %s%s)", part ? "PARTITION BY " : "",
                            part ? part : "", order ? order : "1", frames[below(r, 5)]);
    const char *a = expression(r, type, (wish){1, first});
    switch (below(r, 5)) {
    case 0:
        return TEXT("lag(%s) %s", a, over);
    case 1:
        return TEXT("lead(%s, 1, %s) %s", a, leaf(r, type, (wish){0, first}), over);
    case 2:
        return TEXT("first_value(%s) %s", a, over);
    case 3:
        return TEXT("last_value(%s) %s", a, over);
    default:
        return type == TYPE_INTEGER ? TEXT("sum(%s) %s", a, over)
                                    : TEXT("first_value(%s) %s", a, over);
    }
}

static const char *window_select(random_source *r, const select_parts *p, const value_type *types,
                                 size_t count)
{
    const char *targets = "";
    for (size_t i = 0; i < count; i++)
        targets = target_list(r, targets, window_function(r, types[i], p->first), i);
    return TEXT("SELECT %s FROM %s%s", targets, p->from, p->where);
}

static const char *select_statement(random_source *r, const value_type *types, size_t count,
                                    unsigned depth)
{
    select_parts p = {.first = r->scope_count, .where = ""};
    p.from = item(r, p.first, depth);
    if (one_in(r, 2))
        p.where = TEXT(" WHERE %s", expression(r, TYPE_BOOLEAN, (wish){depth + 1, 0}));
    const char *sql;
    switch (below(r, 6)) {
    case 0:
    case 1:
        sql = grouped_select(r, &p, types, count);
        break;
    case 2:
        sql = window_select(r, &p, types, count);
        break;
    default:
        sql = plain_select(r, &p, types, count, depth);
    }
    r->scope_count = p.first;
    return sql;
}

static const char *query(random_source *r, const value_type *types, size_t count, unsigned depth)
{
    static const char *const operations[] = {"UNION", "UNION ALL", "INTERSECT", "EXCEPT"};
    const char *sql = select_statement(r, types, count, depth);
    if (depth && one_in(r, 7))
        sql = TEXT("%s %s %s", sql, operations[below(r, 4)],
                   select_statement(r, types, count, depth - 1));
    return sql;
}

/* WITH one or two queries, of which one may be recursive. */
static const char *with(random_source *r)
{
    const char *sql = "";
    for (size_t count = 1 + below(r, 2); r->named_count < count;) {
        random_relation like = {.name = TEXT("w%zu", r->named_count), .column_count = 2};
        value_type types[] = {TYPE_INTEGER, (value_type)below(r, TYPE_COUNT)};
        like.columns[0] = (random_column){"c0", types[0], false};
        like.columns[1] = (random_column){"c1", types[1], false};
        const char *body = query(r, types, 2, 1);
        if (one_in(r, 3))
            body = TEXT("%s UNION SELECT %s, c1 FROM %s WHERE c0 < 2",
                        select_statement(r, types, 2, 1),
                        one_in(r, 2) ? "nullif(c0 + 1, 2)" : "c0 + 1", like.name);
        sql = TEXT("%s%s%s (c0, c1) AS (%s)", sql, r->named_count ? ", " : "", like.name, body);
        r->named[r->named_count++] = like;
    }
    return TEXT("WITH RECURSIVE %s ", sql);
}

const char *random_query(random_source *r)
{
    value_type types[3];
    size_t count = 1 + below(r, 3);
    for (size_t i = 0; i < count; i++)
        types[i] = (value_type)below(r, TYPE_COUNT);
    r->scope_count = r->named_count = r->alias_count = 0;
    const char *head = one_in(r, 4) ? with(r) : "";
    return TEXT("%s%s", head, query(r, types, count, 1 + below(r, 2)));
}

/* ---- writes ---- */

static const char *assignments(random_source *r, const random_relation *t)
{
    const char *sql = "";
    for (size_t i = 1; i < t->column_count; i++)
        if (i == 1 || one_in(r, 2))
            sql = TEXT("%s%s%s = %s", sql, *sql ? ", " : "", t->columns[i].name,
                       expression(r, t->columns[i].type, (wish){2, 0}));
    return sql;
}

static const char *insert(random_source *r, const random_relation *t)
{
    size_t count = 1 + below(r, TABLE_COLUMNS);
    value_type types[TABLE_COLUMNS];
    const char *names = "";
    for (size_t i = 0; i < count; i++) {
        types[i] = t->columns[i].type;
        names = TEXT("%s%s%s", names, i ? ", " : "", t->columns[i].name);
    }
    const char *sql = TEXT("INSERT INTO %s (%s) SELECT * FROM (%s) AS i", t->name, names,
                           query(r, types, count, 1));
    if (!one_in(r, 2))
        return sql;
    add_relation(r, t, "excluded");
    add_relation(r, t, t->name);
    return TEXT("%s WHERE true ON CONFLICT (id) DO UPDATE SET %s", sql, assignments(r, t));
}

const char *random_write(random_source *r)
{
    const random_relation *t = &r->tables[below(r, TABLES)];
    const char *sql;
    r->scope_count = r->named_count = r->alias_count = 0;
    if (one_in(r, 2)) {
        sql = insert(r, t);
    } else {
        add_relation(r, t, t->name);
        const char *where = expression(r, TYPE_BOOLEAN, (wish){3, 0});
        sql = one_in(r, 3) ? TEXT("DELETE FROM %s WHERE %s", t->name, where)
                           : TEXT("UPDATE %s SET %s WHERE %s", t->name, assignments(r, t), where);
    }
    return TEXT("%s RETURNING id, k, x2, x3, x4", sql);
}
