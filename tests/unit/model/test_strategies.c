/* Whatever the strategy, a tree is the same: random trees of the blog, with conditions, orders,
 * limits, offsets and counts at every level, each loaded in several ways and compared row by
 * row. */
#include "blog.h"
#include "generator.h"
#include "model/row.h"
#include "model/walk.h"

#include <stdio.h>
#include <stdlib.h>

enum { TREES = 250, MOST_NODES = 40, QUERY_BYTES = 4096, MOST_DEPTH = 3 };
enum { MOST_COUNTS = 60, WHERE_BYTES = 1024 };

/* ---- random rows ----------------------------------------------------------------------------- */

enum { AUTHORS = 12, ARTICLES = 40, COMMENTS = 90, TAGS = 6, SEATS = 30 };

static void add_or_null(tenon__buf *sql, generator *g, int most)
{
    if (generator_below(g, 4) == 0)
        tenon__buf_text(sql, "NULL");
    else
        tenon__buf_format(sql, "%d", (int)generator_between(g, 1, most));
}

static void write_authors(tenon__buf *sql, generator *g)
{
    for (int i = 1; i <= AUTHORS; i++) {
        tenon__buf_format(sql,
                          "INSERT INTO \"Author\" (\"id\", \"name\", \"age\", \"bossId\") VALUES "
                          "(%d, 'name %d', %d, ",
                          i, i, (int)generator_below(g, 5));
        if (i > 1)
            add_or_null(sql, g, i - 1);
        else
            tenon__buf_text(sql, "NULL");
        tenon__buf_text(sql, ");");
        if (generator_below(g, 2))
            tenon__buf_format(
                sql,
                "INSERT INTO \"Profile\" (\"id\", \"bio\", \"authorId\") VALUES (%d, 'b', %d);", i,
                i);
    }
}

static void write_articles(tenon__buf *sql, generator *g)
{
    for (int i = 1; i <= ARTICLES; i++) {
        tenon__buf_format(sql,
                          "INSERT INTO \"articles\" (\"id\", \"title\", \"views\", \"published\", "
                          "\"createdAt\", \"author_id\", \"editor_id\") VALUES (%d, 't', %d, true, "
                          "'2024-01-01T00:00:00.000+00:00', %d, ",
                          i, (int)generator_below(g, 6), (int)generator_between(g, 1, AUTHORS - 2));
        add_or_null(sql, g, AUTHORS);
        tenon__buf_text(sql, ");");
    }
    for (int i = 1; i <= TAGS; i++)
        tenon__buf_format(sql, "INSERT INTO \"Tag\" (\"id\", \"label\") VALUES (%d, 'l%d');", i, i);
    for (int i = 1; i <= ARTICLES; i++)
        for (int t = 1; t <= TAGS; t++)
            if (generator_below(g, 4) == 0)
                tenon__buf_format(sql, "INSERT INTO \"_ArticleToTag\" VALUES (%d, %d);", i, t);
    for (int i = 1; i <= AUTHORS; i++)
        for (int t = 1; t <= AUTHORS; t++)
            if (generator_below(g, 6) == 0)
                tenon__buf_format(sql, "INSERT INTO \"_Follows\" VALUES (%d, %d);", i, t);
}

static void write_comments(tenon__buf *sql, generator *g)
{
    for (int i = 1; i <= COMMENTS; i++) {
        tenon__buf_format(sql,
                          "INSERT INTO \"Comment\" (\"id\", \"text\", \"likes\", \"articleId\", "
                          "\"authorId\") VALUES ('00000000-0000-0000-0000-%012d', 'x', %d, %d, ",
                          i, (int)generator_below(g, 5), (int)generator_between(g, 1, ARTICLES));
        add_or_null(sql, g, AUTHORS);
        tenon__buf_text(sql, ");");
    }
}

static void write_seats(tenon__buf *sql, generator *g)
{
    static const char *const buildings[] = {"'A'", "'B'", "NULL"};
    tenon__buf_text(sql, "INSERT INTO \"Room\" VALUES ('A', 1, 'x'), ('A', 2, NULL), ('A', 3, 'y'),"
                         "('B', 1, 'z'), ('B', 2, 'z'), ('B', 3, 'z');");
    for (int i = 1; i <= SEATS; i++) {
        tenon__buf_format(
            sql,
            "INSERT INTO \"Seat\" (\"id\", \"row\", \"building\", \"number\", \"authorId\") VALUES "
            "(%d, %d, %s, ",
            i, (int)generator_below(g, 4), buildings[generator_below(g, TENON__COUNT(buildings))]);
        add_or_null(sql, g, 3);
        tenon__buf_text(sql, ", ");
        add_or_null(sql, g, AUTHORS);
        tenon__buf_text(sql, ");");
    }
}

static void write_rows(both *b, generator *g)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
    write_authors(&sql, g);
    write_articles(&sql, g);
    write_comments(&sql, g);
    write_seats(&sql, g);
    assert_false(sql.failed);
    both_sql(b, tenon__buf_string(&sql));
}

/* ---- random trees ---------------------------------------------------------------------------- */

typedef struct tree {
    char queries[MOST_NODES][QUERY_BYTES];
    const tenon_model *models[MOST_NODES];
    int above[MOST_NODES]; /* -1: the query itself */
    const tenon_relation *relations[MOST_NODES];
    bool has_counts[MOST_NODES];
    int count;
    _Alignas(8) char wheres[MOST_COUNTS][WHERE_BYTES]; /* of what is counted */
    int where_count;
} tree;

static tenon_query_head *head_of(tree *t, int at)
{
    return (tenon_query_head *)(void *)t->queries[at];
}

/* "field >= n" on a column of integers, if there is one. */
static void add_condition(generator *g, const tenon_model *model, char *where)
{
    uint32_t at = (uint32_t)generator_below(g, model->field_count);
    const tenon_field *field = &model->fields[at];
    if (field->kind != TENON_KIND_INT32 && field->kind != TENON_KIND_INT64)
        return;
    const tenon_int_filter filter = GE((int64_t)generator_below(g, 4));
    memcpy(where + field->where_offset, &filter, sizeof filter);
}

/* By some column, and in any case by the primary key: every tree has one right order. */
static void add_order(generator *g, const tenon_model *model, char *query)
{
    char *at = query + model->query_order_by;
    const tenon_field *field = &model->fields[generator_below(g, model->field_count)];
    bool is_comparable = field->kind == TENON_KIND_INT32 || field->kind == TENON_KIND_INT64;
    if (is_comparable && generator_below(g, 2)) {
        const tenon_order order = {(int)(field - model->fields) + 1, (int)generator_below(g, 4)};
        memcpy(at, &order, sizeof order);
        at += model->order_size;
    }
    for (uint16_t i = 0; i < model->uniques[0].field_count; i++, at += model->order_size) {
        const tenon_order order = {model->uniques[0].fields[i] + 1, (int)generator_below(g, 2)};
        memcpy(at, &order, sizeof order);
    }
}

static void add_counts(tree *t, generator *g, int at)
{
    const tenon_model *model = t->models[at];
    t->has_counts[at] = false;
    for (uint32_t i = 0; i < model->relation_count; i++) {
        const tenon_relation *relation = &model->relations[i];
        if (!relation->is_list || t->where_count == MOST_COUNTS || generator_below(g, 4))
            continue;
        char *where = t->wheres[t->where_count++];
        assert_true(relation->target->where_size <= WHERE_BYTES);
        memset(where, 0, WHERE_BYTES);
        if (generator_below(g, 2))
            add_condition(g, relation->target, where);
        memcpy(t->queries[at] + relation->count_where_offset, &where, sizeof where);
        t->has_counts[at] = true;
    }
}

static int add_node(tree *t, generator *g, const tenon_model *model, int above, bool is_plain)
{
    int at = t->count++;
    assert_true(model->query_distinct + 256 < QUERY_BYTES);
    memset(t->queries[at], 0, QUERY_BYTES);
    t->models[at] = model;
    t->above[at] = above;
    add_order(g, model, t->queries[at]);
    add_counts(t, g, at);
    if (is_plain)
        return at;
    if (generator_below(g, 2))
        add_condition(g, model, t->queries[at] + model->query_where);
    if (generator_below(g, 3) == 0)
        head_of(t, at)->limit = (int64_t)generator_between(g, 1, 4);
    if (generator_below(g, 4) == 0)
        head_of(t, at)->offset = (int64_t)generator_between(g, 1, 2);
    return at;
}

static void add_includes(tree *t, generator *g, int above, int depth)
{
    const tenon_model *model = t->models[above];
    for (uint32_t i = 0; i < model->relation_count; i++) {
        const tenon_relation *relation = &model->relations[i];
        if (t->count == MOST_NODES || generator_below(g, 3))
            continue;
        int at = add_node(t, g, relation->target, above, false);
        const void *query = t->queries[at];
        t->relations[at] = relation;
        memcpy(t->queries[above] + relation->include_offset, &query, sizeof query);
        if (depth < MOST_DEPTH)
            add_includes(t, g, at, depth + 1);
    }
}

static void make_tree(tree *t, generator *g)
{
    static const tenon_model *const roots[] = {&author_model, &article_model, &comment_model,
                                               &tag_model,    &room_model,    &seat_model};
    t->count = 0;
    do {
        t->count = t->where_count = 0;
        add_node(t, g, roots[generator_below(g, TENON__COUNT(roots))], -1, false);
        add_includes(t, g, 0, 1);
    } while (t->count == 1);
}

/* ---- strategies ------------------------------------------------------------------------------ */

static void use(tree *t, tenon_strategy strategy)
{
    for (int i = 1; i < t->count; i++)
        head_of(t, i)->strategy = strategy;
}

static bool has_plain_query(tree *t, int at)
{
    const tenon_query_head *head = head_of(t, at);
    const tenon_model *model = t->models[at];
    const char *where = t->queries[at] + model->query_where;
    for (uint32_t i = 0; i < model->where_size; i++)
        if (where[i])
            return false;
    return !head->limit && !head->offset;
}

/* Each relation as it may be: by join what is a row, by subquery what is below such. */
static void use_any(tree *t, generator *g)
{
    for (int i = 1; i < t->count; i++) {
        tenon_query_head *head = head_of(t, i);
        const tenon_relation *relation = t->relations[i];
        bool is_above_known = t->above[i] == 0 || head_of(t, t->above[i])->strategy > 1;
        head->strategy = TENON_LOAD_BATCH;
        if (is_above_known && generator_below(g, 4))
            head->strategy = TENON_LOAD_SUBQUERY;
        if (!relation->is_list && !relation->link && has_plain_query(t, i) &&
            generator_below(g, 2)) {
            memset(t->queries[i] + t->models[i]->query_order_by, 0,
                   t->models[i]->order_size * TENON_MAX_ORDER);
            head->strategy = is_above_known ? TENON_LOAD_JOIN : TENON_LOAD_BATCH;
        }
    }
}

/* ---- comparison ------------------------------------------------------------------------------ */

static bool is_same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static void compare_field(const tenon_field *field, const void *a, const void *b)
{
    const char *texts[2];
    const void *left = tenon__row_value(field, a), *right = tenon__row_value(field, b);
    assert_int_equal(left == NULL, right == NULL);
    if (!left)
        return;
    if (field->kind != TENON_KIND_TEXT) {
        assert_memory_equal(left, right, tenon__element_size(field->kind));
        return;
    }
    memcpy(&texts[0], left, sizeof texts[0]);
    memcpy(&texts[1], right, sizeof texts[1]);
    assert_true(is_same_text(texts[0], texts[1]));
}

static void compare_counts(const tenon_model *model, const char *a, const char *b)
{
    const void *counts[2];
    memcpy(&counts[0], a + model->counts_offset, sizeof counts[0]);
    memcpy(&counts[1], b + model->counts_offset, sizeof counts[1]);
    assert_memory_equal(counts[0], counts[1], model->counts_size);
}

static void compare_rows(tree *t, int at, const char *a, const char *b, size_t count);

static void compare_relation(tree *t, int at, const char *a, const char *b)
{
    const tenon_relation *relation = t->relations[at];
    tenon_list lists[2] = {{0}, {0}};
    if (relation->is_list) {
        memcpy(&lists[0], a + relation->row_offset, sizeof lists[0]);
        memcpy(&lists[1], b + relation->row_offset, sizeof lists[1]);
    } else {
        memcpy(&lists[0].items, a + relation->row_offset, sizeof lists[0].items);
        memcpy(&lists[1].items, b + relation->row_offset, sizeof lists[1].items);
        lists[0].count = lists[0].items != NULL;
        lists[1].count = lists[1].items != NULL;
    }
    assert_int_equal(lists[0].count, lists[1].count);
    compare_rows(t, at, lists[0].items, lists[1].items, lists[0].count);
}

static void compare_rows(tree *t, int at, const char *a, const char *b, size_t count)
{
    const tenon_model *model = t->models[at];
    for (size_t i = 0; i < count; i++, a += model->row_size, b += model->row_size) {
        assert_memory_equal(a + model->loaded_offset, b + model->loaded_offset,
                            tenon_loaded_words(model) * sizeof(uint64_t));
        for (uint32_t f = 0; f < model->field_count; f++)
            compare_field(&model->fields[f], a, b);
        if (t->has_counts[at])
            compare_counts(model, a, b);
        for (int below = 1; below < t->count; below++)
            if (t->above[below] == at)
                compare_relation(t, below, a, b);
    }
}

static tenon_list load(both *b, tree *t)
{
    head_of(t, 0)->session = b->session;
    tenon_list list = tenon_find_many(t->models[0], t->queries[0]);
    assert_sound(b->session);
    return list;
}

static void compare(both *b, tree *t, tenon_list expected)
{
    tenon_list found = load(b, t);
    assert_int_equal(found.count, expected.count);
    compare_rows(t, 0, expected.items, found.items, found.count);
}

/* ---- the test -------------------------------------------------------------------------------- */

static void every_strategy_gives_the_same_tree(void **state)
{
    both *b = *state;
    static tree t;
    generator g = {.state = 68};
    write_rows(b, &g);
    for (int i = 0; i < TREES; i++) {
        tenon_mark mark = tenon_session_mark(b->session);
        make_tree(&t, &g);
        use(&t, TENON_LOAD_BATCH);
        tenon_list expected = load(b, &t);
        use(&t, TENON_LOAD_AUTO);
        compare(b, &t, expected);
        if (!b->is_sqlite) {
            use(&t, TENON_LOAD_SUBQUERY);
            compare(b, &t, expected);
            use_any(&t, &g);
            compare(b, &t, expected);
        }
        tenon_session_rewind(b->session, mark);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {ON_BLOG(every_strategy_gives_the_same_tree)};
    return blog_run(tests);
}
