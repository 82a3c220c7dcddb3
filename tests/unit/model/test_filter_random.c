/* Random conditions and orders over random rows of the blog, compared with what naive.c works out
 * in memory, on both databases. A failure names its seed; TENON_SEED starts from it. */
#include "blog.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/core.h"
#include "naive.h"

enum { DATABASES = 4, QUERIES = 250, MOST_PAIRS = 24, QUERY_BYTES = 8192 };

static uint64_t seed;
static tenon__arena memory; /* of the case */

static unsigned below(unsigned limit)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(seed >> 33) % limit;
}

static bool chance(unsigned percent)
{
    return below(100) < percent;
}

static void *zeroed(size_t size)
{
    void *at = tenon__arena_alloc(&memory, size);
    assert_non_null(at);
    return memset(at, 0, size);
}

/* ---- rows ------------------------------------------------------------------------------------ */

static const tenon_model *const models[] = {&author_model,  &profile_model, &article_model,
                                            &comment_model, &tag_model,     &room_model,
                                            &seat_model};
enum { MODELS = sizeof models / sizeof *models };

static int64_t follows[MOST_PAIRS][2], tagged[MOST_PAIRS][2];
static naive_link links[] = {{"_Follows", follows, 0}, {"_ArticleToTag", tagged, 0}};
static naive_table tables[MODELS];
static const naive_data data = {tables, MODELS, links, 2};

static const char *const words[] = {"ann", "Ann", "bob", "anna", "cid"};
static const char *const moods[] = {"'CALM'", "'angry'", "'HAPPY'"};
static tenon__buf sql;

/* A number below the limit from 1 on, or NULL. */
static void add_number(unsigned limit, unsigned nulls)
{
    if (chance(nulls) || !limit)
        tenon__buf_text(&sql, "NULL");
    else
        tenon__buf_format(&sql, "%u", below(limit) + 1);
}

static void add_word(unsigned nulls)
{
    if (chance(nulls))
        tenon__buf_text(&sql, "NULL");
    else
        tenon__buf_format(&sql, "'%s'", words[below(5)]);
}

static void add_authors(unsigned count)
{
    for (unsigned i = 1; i <= count; i++) {
        tenon__buf_format(&sql, "INSERT INTO \"Author\" VALUES (%u, '%s%u', ", i, words[below(5)],
                          i);
        add_number(5, 30);
        tenon__buf_text(&sql, ", ");
        add_number(i - 1, 30);
        tenon__buf_text(&sql, ");");
    }
    for (unsigned i = 1; i <= count; i++) {
        if (chance(50))
            continue;
        tenon__buf_format(&sql, "INSERT INTO \"Profile\" VALUES (%u, ", i);
        add_word(40);
        tenon__buf_format(&sql, ", %u);", i);
    }
}

static void add_articles(unsigned count, unsigned authors)
{
    for (unsigned i = 1; i <= count; i++) {
        tenon__buf_format(&sql,
                          "INSERT INTO \"articles\" VALUES (%u, '%s', %u, %s, "
                          "'2024-01-01T00:00:00.000+00:00', ",
                          i, words[below(5)], below(4), chance(50) ? "true" : "false");
        add_number(authors, 0);
        tenon__buf_text(&sql, ", ");
        add_number(authors, 40);
        tenon__buf_text(&sql, ");");
    }
}

static void add_comments(unsigned count, unsigned articles, unsigned authors)
{
    for (unsigned i = 1; i <= count; i++) {
        tenon__buf_format(&sql,
                          "INSERT INTO \"Comment\" VALUES "
                          "('00000000-0000-0000-0000-%012u', '%s', %u, %s, ",
                          i, words[below(5)], below(4), chance(30) ? "NULL" : moods[below(3)]);
        add_number(articles, 0);
        tenon__buf_text(&sql, ", ");
        add_number(authors, 40);
        tenon__buf_text(&sql, ");");
    }
}

static void add_rooms(unsigned seats, unsigned authors)
{
    static const char *const rooms[] = {"'a', 1", "'a', 2", "'b', 1"};
    static const char *const keys[] = {"'a', 1",    "'a', 2",  "'b', 1",
                                       "'b', NULL", "NULL, 1", "NULL, NULL"};
    for (unsigned i = 0; i < 3; i++) {
        tenon__buf_format(&sql, "INSERT INTO \"Room\" VALUES (%s, ", rooms[i]);
        add_word(40);
        tenon__buf_text(&sql, ");");
    }
    for (unsigned i = 1; i <= seats; i++) {
        tenon__buf_format(&sql, "INSERT INTO \"Seat\" VALUES (%u, %u, %s, ", i, below(3),
                          keys[below(6)]);
        add_number(authors, 40);
        tenon__buf_text(&sql, ");");
    }
}

static bool has_pair(const naive_link *link, unsigned a, unsigned b)
{
    for (size_t i = 0; i < link->count; i++) {
        if (link->pairs[i][0] == a && link->pairs[i][1] == b)
            return true;
    }
    return false;
}

static void add_pairs(naive_link *link, int64_t (*pairs)[2], unsigned most_a, unsigned most_b)
{
    link->count = 0;
    for (unsigned i = below(MOST_PAIRS); i > 0; i--) {
        unsigned a = below(most_a) + 1, b = below(most_b) + 1;
        if (has_pair(link, a, b))
            continue;
        pairs[link->count][0] = a;
        pairs[link->count++][1] = b;
        tenon__buf_format(&sql, "INSERT INTO \"%s\" VALUES (%u, %u);", link->table, a, b);
    }
}

static void create_rows(both *b)
{
    unsigned authors = 1 + below(6), articles = 1 + below(8);
    tenon__buf_clear(&sql);
    add_authors(authors);
    add_articles(articles, authors);
    add_comments(below(10), articles, authors);
    for (unsigned i = 1; i <= 3; i++)
        tenon__buf_format(&sql, "INSERT INTO \"Tag\" VALUES (%u, '%s%u');", i, words[below(5)], i);
    add_pairs(&links[0], follows, authors, authors);
    add_pairs(&links[1], tagged, articles, 3);
    add_rooms(below(8), authors);
    both_sql(b, b->empty);
    both_sql(b, tenon__buf_string(&sql));
}

/* ---- conditions ------------------------------------------------------------------------------ */

static const void *make_where(const tenon_model *model, int depth);

/* As many items as the kind's wide form takes, in `as` or a list. */
static void put_value(const tenon_field *field, void *at, unsigned i)
{
    if (field->kind == TENON_KIND_TEXT)
        ((const char **)at)[i] = words[below(5)];
    else if (field->kind == TENON_KIND_BOOL)
        ((int *)at)[i] = (int)below(2);
    else if (field->kind == TENON_KIND_ENUM)
        ((int *)at)[i] = (int)below(3) + 1;
    else
        ((int64_t *)at)[i] = below(6);
}

static void put_list(const tenon_field *field, tenon_int_filter *filter)
{
    void *items = zeroed(3 * sizeof(int64_t));
    unsigned count = below(4);
    for (unsigned i = 0; i < count; i++)
        put_value(field, items, i);
    filter->as.list.items = items;
    filter->as.list.count = count;
}

static void put_range(const tenon_field *field, tenon_int_filter *filter)
{
    put_value(field, &filter->as, 0);
    put_value(field, &filter->as, 1);
}

static bool is_integer(const tenon_field *field)
{
    return field->kind == TENON_KIND_INT32 || field->kind == TENON_KIND_INT64;
}

static void put_column(const tenon_model *model, const tenon_field *field, tenon_int_filter *filter)
{
    unsigned other = below(model->field_count);
    const tenon_field *with = &model->fields[other];
    bool is_alike = with->kind == field->kind || (is_integer(with) && is_integer(field));
    filter->as.column = (int)(is_alike ? other : (unsigned)(field - model->fields)) + 1;
}

static tenon_operator operator_of(const tenon_field *field)
{
    static const tenon_operator plain[] = {TENON_EQ,        TENON_NE,       TENON_IN,
                                           TENON_NOT_IN,    TENON_IS_NULL,  TENON_NOT_NULL_,
                                           TENON_EQ_COLUMN, TENON_NE_COLUMN};
    static const tenon_operator ordered[] = {TENON_LT,        TENON_LE,          TENON_GT,
                                             TENON_GE,        TENON_RANGE_GE_LE, TENON_NOT_BETWEEN,
                                             TENON_LT_COLUMN, TENON_GE_COLUMN};
    static const tenon_operator textual[] = {TENON_CONTAINS, TENON_ICONTAINS, TENON_IEQ};
    if (is_integer(field) && chance(50))
        return ordered[below(8)];
    if (field->kind == TENON_KIND_TEXT && chance(50))
        return textual[below(3)];
    return plain[below(8)];
}

static void put_filter(const tenon_model *model, const tenon_field *field, void *at)
{
    tenon_int_filter *filter = at; /* all filters have their members at the same places */
    filter->op = operator_of(field);
    if (filter->op >= TENON_EQ_COLUMN)
        put_column(model, field, filter);
    else if (filter->op == TENON_IN || filter->op == TENON_NOT_IN)
        put_list(field, filter);
    else if (filter->op == TENON_RANGE_GE_LE || filter->op == TENON_NOT_BETWEEN)
        put_range(field, filter);
    else
        put_value(field, &filter->as, 0);
}

static void put_count(tenon_int_filter *filter)
{
    static const tenon_operator operators[] = {TENON_EQ, TENON_NE, TENON_LT,
                                               TENON_GE, TENON_IN, TENON_NOT_BETWEEN};
    static const tenon_field count = {.kind = TENON_KIND_INT64};
    filter->op = operators[below(6)];
    if (filter->op == TENON_IN)
        put_list(&count, filter);
    else
        put_range(&count, filter);
}

static void put_relation(const tenon_relation *relation, void *at, int depth)
{
    tenon_list_relation_filter *list = at;
    tenon_relation_filter *one = at;
    const void *where = make_where(relation->target, depth - 1);
    switch (below(4)) {
    case 0: /* some or is */
        list->some = where;
        return;
    case 1: /* every or is_not */
        list->every = where;
        return;
    case 2:
        if (relation->is_list)
            list->none = where;
        else
            one->presence = (tenon_presence)(below(2) + 1);
        return;
    default:
        if (relation->is_list)
            put_count(&list->count);
        else
            one->is = where;
    }
}

static tenon_where_list make_items(const tenon_model *model, int depth)
{
    size_t count = below(3);
    char *items = zeroed((count + 1) * model->where_size);
    for (size_t i = 0; i < count; i++)
        memcpy(items + i * model->where_size, make_where(model, depth - 1), model->where_size);
    return (tenon_where_list){items, count};
}

static void put_trees(const tenon_model *model, tenon_where_head *head, int depth)
{
    if (chance(10))
        head->all = make_items(model, depth);
    if (chance(20))
        head->any = make_items(model, depth);
    if (chance(20))
        head->none = make_items(model, depth);
    if (chance(10))
        head->except = make_where(model, depth - 1);
}

static bool is_filtered(const tenon_field *field)
{
    return is_integer(field) || field->kind == TENON_KIND_TEXT || field->kind == TENON_KIND_BOOL ||
           field->kind == TENON_KIND_ENUM;
}

/* A few conditions: of many none would be left that decides anything. */
static const void *make_where(const tenon_model *model, int depth)
{
    char *where = zeroed(model->where_size);
    const tenon_field *field = &model->fields[below(model->field_count)];
    if (is_filtered(field) && chance(60))
        put_filter(model, field, where + field->where_offset);
    if (depth <= 0)
        return where;
    put_trees(model, (void *)where, depth);
    for (unsigned i = below(3); model->relation_count && i > 0; i--) {
        const tenon_relation *relation = &model->relations[below(model->relation_count)];
        put_relation(relation, where + relation->where_offset, depth);
    }
    return where;
}

/* ---- orders ---------------------------------------------------------------------------------- */

/* A column, the number of a list's rows, or either at the end of a to-one relation. */
static void put_order(const tenon_model *model, char *order, int depth)
{
    tenon_order own = {0};
    const tenon_relation *relation =
        model->relation_count ? &model->relations[below(model->relation_count)] : NULL;
    if (relation && !relation->is_list && depth > 0) {
        char *next = zeroed(relation->target->order_size);
        put_order(relation->target, next, depth - 1);
        memcpy(order + relation->order_offset, &next, sizeof next);
        return;
    }
    own.direction = (int)below(4);
    if (relation && relation->is_list && chance(60)) {
        int count = (int)(model->field_count + 1 + (uint32_t)(relation - model->relations));
        memcpy(order + TENON_ORDER_COUNT, &count, sizeof count);
    } else {
        do
            own.column = (int)below(model->field_count) + 1;
        while (!is_integer(&model->fields[own.column - 1]));
    }
    memcpy(order, &own, sizeof own);
}

/* The primary key at the end of an order makes it the only one. */
static void put_key_order(const tenon_model *model, char *order)
{
    const tenon_unique *key = &model->uniques[0];
    for (uint16_t i = 0; i < key->field_count; i++, order += model->order_size) {
        tenon_order own = {.column = key->fields[i] + 1};
        memcpy(order, &own, sizeof own);
    }
}

/* ---- comparing ------------------------------------------------------------------------------- */

static const void *make_query(tenon_session *s, const tenon_model *model, const void *where,
                              const char *order)
{
    char *query = zeroed(QUERY_BYTES);
    tenon_query_head head = {.session = s};
    memcpy(query, &head, sizeof head);
    char *order_by = query + model->query_order_by;
    if (where)
        memcpy(query + model->query_where, where, model->where_size);
    if (order) {
        memcpy(order_by, order, model->order_size);
        order_by += model->order_size;
    }
    put_key_order(model, order_by);
    return query;
}

static void load_tables(tenon_session *s)
{
    for (size_t i = 0; i < MODELS; i++) {
        tenon_list list = tenon_find_many(models[i], make_query(s, models[i], NULL, NULL));
        assert_sound(s);
        tables[i] = (naive_table){models[i], list.items, list.count};
    }
}

typedef struct ranked {
    const char *row;
    const tenon_model *model;
    const char *order;
} ranked;

static int compare_ranked(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    int order = x->order ? naive_order(&data, x->model, x->row, y->row, x->order) : 0;
    return order ? order : (x->row > y->row) - (x->row < y->row); /* rows lie by their key */
}

static size_t expect(const naive_table *table, const void *where, const char *order, ranked *out)
{
    size_t count = 0;
    for (size_t i = 0; i < table->count; i++) {
        const char *row = naive_row(table, i);
        if (naive_where(&data, table->model, row, where) == YES)
            out[count++] = (ranked){row, table->model, order};
    }
    qsort(out, count, sizeof *out, compare_ranked);
    return count;
}

static bool is_same_key(const tenon_model *model, const char *a, const char *b)
{
    const tenon_field *key = &model->fields[model->uniques[0].fields[0]];
    size_t size = key->kind == TENON_KIND_UUID ? 16 : key->kind == TENON_KIND_INT64 ? 8 : 4;
    if (key->kind == TENON_KIND_TEXT) { /* Room: a text and a number */
        const Room *x = (const void *)a, *y = (const void *)b;
        return strcmp(x->building, y->building) == 0 && x->number == y->number;
    }
    return memcmp(a + key->row_offset, b + key->row_offset, size) == 0;
}

static void compare_one(tenon_session *s)
{
    uint64_t start = seed;
    const naive_table *table = &tables[below(MODELS)];
    const tenon_model *model = table->model;
    const void *where = make_where(model, (int)below(4));
    char *order = chance(50) ? zeroed(model->order_size) : NULL;
    if (order)
        put_order(model, order, 2);
    ranked expected[32];
    size_t count = expect(table, where, order, expected);
    tenon_list found = tenon_find_many(model, make_query(s, model, where, order));
    assert_sound(s);
    bool is_same = found.count == count;
    for (size_t i = 0; is_same && i < count; i++)
        is_same =
            is_same_key(model, expected[i].row, (const char *)found.items + i * model->row_size);
    if (!is_same)
        fail_msg("%s: %zu rows instead of %zu, or in another order; TENON_SEED=%llu", model->name,
                 found.count, count, (unsigned long long)start);
}

static void random_filters_and_orders_mean_what_they_say(void **state)
{
    both *b = *state;
    const char *given = getenv("TENON_SEED");
    seed = given ? strtoull(given, NULL, 10) : 20240229;
    for (int i = 0; i < DATABASES; i++) {
        create_rows(b);
        load_tables(b->session);
        for (int k = 0; k < QUERIES; k++)
            compare_one(b->session);
        tenon__arena_clear(&memory);
    }
    tenon__arena_release(&memory);
    tenon__buf_release(&sql);
}

int main(void)
{
    const struct CMUnitTest tests[] = {ON_BLOG(random_filters_and_orders_mean_what_they_say)};
    return blog_run(tests);
}
