/* The SQL of every kind of call, in both dialects, as a file that a reviewer can read.
 *
 * Each case is a call of the client as a program makes it. tenon__run and tenon__run_copy are
 * replaced at link time: they note the statement instead of running it. The notes of a group are
 * compared with tests/golden/sql/<group>.txt; with TENON_UPDATE_GOLDEN=1 in the environment the
 * files are written instead. */
#include "both.h"
#include "sql_cases.h"

#include "golden/blog/blog.h"

#include <stdio.h>
#include <stdlib.h>

#include "db/db.h"

static tenon__buf notes;

/* ---- in place of lib/db ---------------------------------------------------------------------- */

static const char *const form_names[] = {
    [TENON__FORM_WIDE] = "",
    [TENON__FORM_ARRAY] = " array",
    [TENON__FORM_WIDE_LIST] = " list",
    [TENON__FORM_NARROW_LIST] = " elements",
    [TENON__FORM_ELEMENT] = " element",
    [TENON__FORM_COLUMN] = " column",
};

static void note_slot(const tenon__slot *slot)
{
    tenon__buf_format(&notes, " %s%s%s", slot->field ? slot->field->name : "count",
                      form_names[slot->form], slot->as_text ? " as text" : "");
}

static void note_statement(tenon_session *s, const tenon__statement *statement)
{
    bool is_sqlite = tenon__session_dialect(s) == TENON_SQLITE;
    tenon__buf_format(&notes, "  %s\n    %s\n", is_sqlite ? "sqlite" : "postgresql",
                      statement->sql);
    for (size_t i = 0; i < statement->slot_count; i++) {
        tenon__buf_text(&notes, i ? "," : "    --");
        note_slot(&statement->slots[i]);
    }
    tenon__buf_text(&notes, statement->slot_count ? "\n" : "");
}

static bool note_plan(tenon_session *s, const tenon__call *call)
{
    tenon__cached plan;
    if (!call->make(tenon__session_dialect(s), call->key, call->key_length, &plan,
                    tenon__session_error(s)))
        return false;
    if (!(plan.statement->flags & TENON__ROWS_GIVEN))
        assert_int_equal(plan.statement->slot_count, call->value_count);
    note_statement(s, plan.statement);
    plan.free_owner(plan.owner);
    return true;
}

bool __wrap_tenon__run(tenon_session *s, const tenon__call *call);
bool __wrap_tenon__run(tenon_session *s, const tenon__call *call)
{
    bool is_noted = note_plan(s, call);
    tenon__arena_clear(tenon__session_scratch(s));
    return is_noted;
}

bool __wrap_tenon__run_together(tenon_session *s, const tenon__call *calls, size_t count,
                                bool at_one_moment, size_t *failed);
bool __wrap_tenon__run_together(tenon_session *s, const tenon__call *calls, size_t count,
                                bool at_one_moment, size_t *failed)
{
    bool is_noted = true;
    for (*failed = 0; is_noted && *failed < count; ++*failed)
        is_noted = note_plan(s, &calls[*failed]);
    tenon__arena_clear(tenon__session_scratch(s));
    return is_noted;
}

bool __wrap_tenon__run_copy(tenon_session *s, const tenon__statement *statement, size_t count,
                            const void *const *(*next)(void *ctx, size_t i), void *ctx,
                            int64_t *affected);
bool __wrap_tenon__run_copy(tenon_session *s, const tenon__statement *statement, size_t count,
                            const void *const *(*next)(void *ctx, size_t i), void *ctx,
                            int64_t *affected)
{
    for (size_t i = 0; i < count; i++)
        assert_non_null(next(ctx, i));
    *affected = (int64_t)count;
    note_statement(s, statement);
    return true;
}

/* ---- reading --------------------------------------------------------------------------------- */

CASE(find_by_primary_key, user_find(s, 1))
CASE(find_by_unique, user_find_by_email(s, "a@b"))
CASE(find_by_two_columns, membership_find(s, 1, "admins"))
CASE(find_by_mapped_columns, post_find_by_author_id_slug(s, 1, "x"))
CASE(find_everything, everything_find(s, 1))
CASE(find_arrays, arrays_find(s, 1))
CASE(find_first, user_find_first(s, .where = {.age = GE(18)}))
CASE(find_all, membership_find_many(s))
CASE(find_ordered, user_find_many(s, .order_by = {DESC(USER_CREATED_AT), ASC(USER_ID)}))
CASE(find_ordered_nullable, user_find_many(s, .order_by = {ASC(USER_AGE), DESC(USER_NAME)}))
CASE(find_ordered_nulls_moved,
     user_find_many(s, .order_by = {ASC_NULLS_FIRST(USER_AGE), DESC_NULLS_LAST(USER_NAME)}))
CASE(find_ordered_by_enum, membership_find_many(s, .order_by = {ASC(MEMBERSHIP_ROLE)}))
CASE(find_ordered_by_collation, user_find_many(s, .order_by = {DESC_COLLATE(USER_NAME, "de\"x"),
                                                               ASC_COLLATE(USER_EMAIL, "C")}))
CASE(find_ordered_by_text,
     everything_find_many(s, .select = {EVERYTHING_BITS}, .order_by = {ASC(EVERYTHING_BITS)}))
CASE(find_some_columns, user_find_many(s, .select = {USER_EMAIL, USER_ID}))
CASE(find_limited, membership_find_many(s, .limit = 10, .offset = 20))
CASE(find_one, membership_find_many(s, .limit = 1))
CASE(find_none, membership_find_many(s, .limit = tenon_limit(0)))
CASE(find_from_offset, membership_find_many(s, .offset = 20))
CASE(find_distinct, membership_find_many(s, .distinct = {MEMBERSHIP_ROLE}))
CASE(find_distinct_ordered, membership_find_many(s, .where = {.note = NOT_NULL()},
                                                 .distinct = {MEMBERSHIP_ROLE, MEMBERSHIP_SINCE},
                                                 .order_by = {DESC(MEMBERSHIP_NOTE)}, .limit = 3))
CASE(find_in_other_table,
     membership_find_many(s, .table = {.schema = "a\"b", .name = "select"}, .limit = 1))
CASE(find_by_key_in_other_table, user_find(s, 1, .table = {.name = "people"}))
CASE(count_all, user_count(s))
CASE(count_some, user_count(s, .where = {.active = EQ(true)}))
CASE(count_distinct, user_count(s, .distinct = {USER_ROLE, USER_AGE}))
CASE(count_limited, user_count(s, .limit = 100, .offset = 5))
CASE(exists, user_exists(s, .where = {.email = EQ("a@b")}))

static const sql_case find_cases[] = {
    {"by the primary key", find_by_primary_key},
    {"by a unique", find_by_unique},
    {"by a key of two columns", find_by_two_columns},
    {"by mapped columns", find_by_mapped_columns},
    {"columns of every type", find_everything},
    {"arrays of every type", find_arrays},
    {"first", find_first},
    {"all", find_all},
    {"in order", find_ordered},
    {"in order of nullable columns", find_ordered_nullable},
    {"in order with NULLs at the other end", find_ordered_nulls_moved},
    {"in order of an enum", find_ordered_by_enum},
    {"in order of collations", find_ordered_by_collation},
    {"in order of a type that is read as text", find_ordered_by_text},
    {"some columns", find_some_columns},
    {"limit and offset", find_limited},
    {"limit 1", find_one},
    {"no rows", find_none},
    {"offset alone", find_from_offset},
    {"distinct", find_distinct},
    {"distinct, in order, limited", find_distinct_ordered},
    {"in a table chosen at run time", find_in_other_table},
    {"by a key, in a table chosen at run time", find_by_key_in_other_table},
    {"count", count_all},
    {"count where", count_some},
    {"count distinct", count_distinct},
    {"count limited", count_limited},
    {"exists", exists},
};

/* ---- filters --------------------------------------------------------------------------------- */

#define WHERE(name, ...) CASE(name, user_exists(s, .where = {__VA_ARGS__}))
#define OF_EVERYTHING(name, ...) CASE(name, everything_exists(s, .where = {__VA_ARGS__}))
#define OF_ARRAYS(name, ...) CASE(name, arrays_exists(s, .where = {__VA_ARGS__}))

static const int64_t ages[] = {1, 2, 3};
static const char *const names[] = {"a", "b"};
static const Role roles[] = {ROLE_USER, ROLE_ADMIN};
static const UserWhere no_conditions;
static const tenon_json document = {0, "{\"a\": 1}"};

WHERE(equal, .age = EQ(1))
WHERE(unequal, .age = NE(1))
WHERE(compared, .age = LT(9), .score = LE(1.5), .id = GT(3),
      .balance = GE(((tenon_decimal){0, "1"})))
WHERE(between, .age = BETWEEN(1, 9))
WHERE(ranges, .age = RANGE(GE, 1, LT, 9), .id = RANGE(GT, 1, LE, 9), .score = RANGE(GT, 1, LT, 2))
WHERE(not_between, .age = NOT_BETWEEN(1, 9), .id = EQ(1))
WHERE(in_list, .age = IN(ages, 3))
WHERE(not_in_list, .name = NOT_IN(names, 2))
WHERE(in_enums, .role = IN(roles, 2))
WHERE(nulls, .age = IS_NULL(), .name = NOT_NULL())
WHERE(bools, .active = EQ(true))
WHERE(bools_negated, .active = NE(true))
WHERE(patterns, .name = LIKE("a%"), .email = ILIKE("%B%"))
WHERE(patterns_negated, .name = NOT_LIKE("a%"), .email = NOT_ILIKE("%B%"))
WHERE(parts_start, .name = STARTS_WITH("a"))
WHERE(parts_end, .name = ENDS_WITH("a"))
WHERE(parts_inside, .name = CONTAINS("a"))
WHERE(arrays_have, .tags = HAS("a"))
WHERE(arrays_have_any, .tags = HAS_ANY(names, 2))
WHERE(arrays_have_all, .tags = HAS_ALL(names, 2))
WHERE(arrays_equal, .tags = EQ(((tenon_text_array){names, 2})))
WHERE(arrays_empty, .tags = IS_EMPTY())
WHERE(arrays_not_empty, .tags = NOT_EMPTY())
OF_EVERYTHING(stand_ins, .raw_ = EQ(document), .markup = EQ("<a/>"),
              .money = GE(((tenon_decimal){0, "1.50"})), .data = NE(document))
OF_EVERYTHING(text_types, .bits = EQ("01010101"), .address = LIKE("10.%"), .role = EQ(ROLE_USER))
OF_EVERYTHING(json_contains, .data = JSON_CONTAINS(document))
OF_EVERYTHING(json_path, .data = JSON_AT("address.0.city", document))
CASE(raw_condition,
     user_exists(s, .where = {
                        .any = USER_WHERES({.raw = RAW("lower({email}) = ? AND {createdAt} < ?",
                                                       RAW_TEXT("x"), RAW_TIME((tenon_time){0}))},
                                           {.age = GE(18)})}))
OF_EVERYTHING(json_path_hostile, .raw_ = JSON_AT("it's.$x", document))
OF_ARRAYS(elements_typed, .bitss = HAS("01010101"), .roles = HAS(ROLE_USER), .labels = HAS("a"),
          .numbers = HAS(1))
OF_ARRAYS(elements_stand_ins, .raws = HAS(document), .monies = HAS(((tenon_decimal){0, "1"})))
WHERE(tree_any, .active = EQ(true), .any = USER_WHERES({.age = GE(18)}, {.name = IS_NULL()}))
WHERE(tree_none, .none = USER_WHERES({.age = GE(18)}, {.name = IS_NULL()}))
WHERE(tree_all, .all = USER_WHERES({.age = GE(18)}, {.age = LT(65)}))
WHERE(tree_nested, .any = USER_WHERES({.all = USER_WHERES({.age = GE(18)},
                                                          {.none = USER_WHERES({.id = EQ(1)})})},
                                      {.name = EQ("x"), .active = EQ(false)}))
WHERE(tree_empty, .all = {&no_conditions, 0}, .any = {&no_conditions, 0},
      .none = {&no_conditions, 0})
WHERE(tree_of_nothing, .any = USER_WHERES({.age = {0}}, {.age = EQ(1)}))

static const tenon_json number = {0, "1"}, word = {0, "true"};
WHERE(caseless, .name = IEQ("a"), .email = INE("b"))
WHERE(caseless_lists, .name = IIN(names, 2), .email = NOT_IIN(names, 2))
WHERE(caseless_parts, .name = ICONTAINS("a_"))
WHERE(columns, .age = GT_COLUMN(USER_ID), .name = NE_COLUMN(USER_EMAIL))
OF_EVERYTHING(json_ordered, .data = JSON_AT_GE("a.0", number))
OF_EVERYTHING(json_ordered_texts, .raw_ = JSON_AT_LT("", ((tenon_json){0, "\"b\""})))
OF_EVERYTHING(json_unequal, .raw_ = JSON_AT_NE("a", document))
OF_EVERYTHING(json_parts, .data = JSON_AT_CONTAINS("a", "b"), .raw_ = JSON_AT_IENDS_WITH("a", "b"))
OF_EVERYTHING(json_has, .data = JSON_AT_HAS("a", number), .raw_ = JSON_AT_HAS("", word))
OF_EVERYTHING(json_ends, .data = JSON_AT_FIRST("a", number), .raw_ = JSON_AT_LAST("a.b", number))

static const sql_case filter_cases[] = {
    {"EQ", equal},
    {"NE", unequal},
    {"LT, LE, GT, GE", compared},
    {"BETWEEN", between},
    {"RANGE", ranges},
    {"NOT_BETWEEN", not_between},
    {"IN", in_list},
    {"NOT_IN", not_in_list},
    {"IN of enums", in_enums},
    {"IS_NULL and NOT_NULL", nulls},
    {"a bool", bools},
    {"a bool negated", bools_negated},
    {"LIKE and ILIKE", patterns},
    {"NOT_LIKE and NOT_ILIKE", patterns_negated},
    {"STARTS_WITH", parts_start},
    {"ENDS_WITH", parts_end},
    {"CONTAINS", parts_inside},
    {"HAS", arrays_have},
    {"HAS_ANY", arrays_have_any},
    {"HAS_ALL", arrays_have_all},
    {"EQ of an array", arrays_equal},
    {"IS_EMPTY", arrays_empty},
    {"NOT_EMPTY", arrays_not_empty},
    {"types that are compared as another", stand_ins},
    {"types that travel as text", text_types},
    {"JSON_CONTAINS", json_contains},
    {"JSON_AT", json_path},
    {"JSON_AT with hostile keys", json_path_hostile},
    {"the program's own SQL", raw_condition},
    {"HAS of typed elements", elements_typed},
    {"HAS of elements that are compared as another", elements_stand_ins},
    {"any", tree_any},
    {"none", tree_none},
    {"all", tree_all},
    {"trees in trees", tree_nested},
    {"trees of no items", tree_empty},
    {"a tree with an item without conditions", tree_of_nothing},
    {"IEQ and INE", caseless},
    {"IIN and NOT_IIN", caseless_lists},
    {"ICONTAINS", caseless_parts},
    {"two columns", columns},
    {"JSON_AT_GE of a number", json_ordered},
    {"JSON_AT_LT of a text, without a path", json_ordered_texts},
    {"JSON_AT_NE", json_unequal},
    {"JSON_AT_CONTAINS and JSON_AT_IENDS_WITH", json_parts},
    {"JSON_AT_HAS", json_has},
    {"JSON_AT_FIRST and JSON_AT_LAST", json_ends},
};

/* ---- relations ------------------------------------------------------------------------------- */

#define AUTHORS(name, ...) CASE(name, author_exists(s, .where = {__VA_ARGS__}))
#define ARTICLES(name, ...) CASE(name, article_exists(s, .where = {__VA_ARGS__}))

static const AuthorWhere grown = {.age = GE(18)}, any_author;
static const AuthorWhere of_grown = {.boss.is = &grown};
static const ArticleWhere published = {.published = EQ(true), .views = GT(9)}, any_article;
static const TagWhere tagged = {.label = EQ("c")};
static const RoomWhere named = {.name = NOT_NULL()};
static const SeatWhere in_named = {.room.is = &named};
static const AuthorOrder by_name = DESC(AUTHOR_NAME), by_boss = {.boss = &by_name};
static const AuthorOrder by_articles = {.count = AUTHOR_ARTICLES, .direction = TENON_DESC};

AUTHORS(related_some, .articles.some = &published, .age = GT(1))
AUTHORS(related_every, .articles.every = &published)
AUTHORS(related_none, .articles.none = &published)
AUTHORS(related_any_row, .articles.some = &any_article, .comments.none = &(CommentWhere){0})
ARTICLES(related_is, .author.is = &grown, .editor.is_not = &grown)
ARTICLES(related_key, .editor.presence = TENON_ABSENT, .author.is = &any_author)
AUTHORS(related_without_key, .profile.presence = TENON_PRESENT)
ARTICLES(related_by_link, .tags.some = &tagged, .tags.every = &tagged)
AUTHORS(related_to_itself, .boss.is = &of_grown, .follows.none = &grown)
AUTHORS(related_by_two_columns, .seats.some = &in_named)
CASE(related_without_two_columns, seat_exists(s, .where.room.presence = TENON_ABSENT))
AUTHORS(related_counts, .articles.count = GE(3), .staff.count = BETWEEN(1, 2))
ARTICLES(related_counts_by_link, .tags.count = IN(ages, 3))
AUTHORS(related_in_trees, .any = AUTHOR_WHERES({.boss.is = &grown}, {.staff.none = &grown}))
CASE(related_in_other_table,
     author_exists(s, .table = {.schema = "x", .name = "T1"}, .where.staff.some = &grown))
CASE(related_and_updated,
     author_update_many(s, .where.articles.some = &published, .set.age = INCREASE(1)))
CASE(related_and_deleted, article_delete_many(s, .where.author.is_not = &of_grown))
CASE(ordered_by_relation, article_find_many(s, .select = {ARTICLE_ID},
                                            .order_by = {{.editor = &by_boss}, ASC(ARTICLE_ID)}))
CASE(ordered_by_count,
     article_find_many(s, .select = {ARTICLE_ID}, .limit = 9,
                       .order_by = {{.author = &by_articles}, {.count = ARTICLE_TAGS}}))
CASE(ordered_and_distinct,
     article_find_many(s, .select = {ARTICLE_ID}, .order_by = {{.author = &by_name}},
                       .distinct = {ARTICLE_VIEWS}))

#define AHEAD .strategy = TENON_LOAD_SUBQUERY
static const CommentQuery comments_ahead = {AHEAD, .select = {COMMENT_TEXT}, .where.likes = GE(1),
                                            .order_by = {ASC(COMMENT_ID)}};
static const ArticleQuery articles_ahead = {AHEAD, .select = {ARTICLE_TITLE}, .where.views = GE(2),
                                            .include.comments = &comments_ahead};
static const ArticleQuery newest_ahead = {
    AHEAD,       .select = {ARTICLE_TITLE},          .order_by = {DESC(ARTICLE_ID)}, .limit = 5,
    .offset = 1, .include.comments = &comments_ahead};
static const AuthorQuery followers_ahead = {AHEAD, .select = {AUTHOR_NAME}};
static const AuthorQuery follows_ahead = {AHEAD, .select = {AUTHOR_NAME},
                                          .include.followers = &followers_ahead};
static const RoomQuery rooms_ahead = {AHEAD, .select = {ROOM_NAME}};
CASE(ahead_of_three,
     author_find_many(s, .select = {AUTHOR_NAME}, .where.age = GE(3), .order_by = {ASC(AUTHOR_ID)},
                      .limit = 10, .include.articles = &articles_ahead))
CASE(ahead_limited, author_find_many(s, .select = {AUTHOR_NAME}, .include.articles = &newest_ahead))
CASE(ahead_by_link, author_find_many(s, .select = {AUTHOR_NAME}, .include.follows = &follows_ahead))
static const ArticleWhere read_articles = {.views = GE(2)};
static const AuthorWhere any_author;
static const SeatWhere any_seat;
static const RoomQuery counted_rooms = {AHEAD, .select = {ROOM_NAME}, .counts.seats = &any_seat};
static const ArticleQuery plain_ahead = {AHEAD, .select = {ARTICLE_TITLE}};
CASE(ahead_and_counted,
     author_find_many(s, .select = {AUTHOR_NAME}, .where.age = GE(3),
                      .counts = {.articles = &read_articles, .followers = &any_author},
                      .include.articles = &plain_ahead))
CASE(ahead_and_counted_by_two_columns,
     seat_find_many(s, .select = {SEAT_ROW}, .include.room = &counted_rooms))
CASE(ahead_by_two_columns, seat_find_many(s, .select = {SEAT_ROW}, .include.room = &rooms_ahead))

static const sql_case relation_cases[] = {
    {"some", related_some},
    {"every", related_every},
    {"none", related_none},
    {"some and none without conditions", related_any_row},
    {"is and is_not", related_is},
    {"presence where the key is", related_key},
    {"presence where the key is not", related_without_key},
    {"by a link", related_by_link},
    {"self relations", related_to_itself},
    {"by a key of two columns", related_by_two_columns},
    {"absence by a key of two columns", related_without_two_columns},
    {"count", related_counts},
    {"count by a link", related_counts_by_link},
    {"in trees", related_in_trees},
    {"in a table that is called like an alias", related_in_other_table},
    {"update_many", related_and_updated},
    {"delete_many", related_and_deleted},
    {"in the order of a relation's relation", ordered_by_relation},
    {"in the order of counts", ordered_by_count},
    {"in the order of a relation, distinct", ordered_and_distinct},
    {"by subquery", ahead_of_three},
    {"by subquery, limited", ahead_limited},
    {"by subquery and a link", ahead_by_link},
    {"by subquery and two columns", ahead_by_two_columns},
    {"by subquery, with counts", ahead_and_counted},
    {"by subquery, with counts by two columns", ahead_and_counted_by_two_columns},
};

/* ---- aggregates and pages -------------------------------------------------------------------- */

CASE(aggregate_all,
     user_aggregate(s, .count = true, .count_of = {USER_AGE}, .distinct_of = {USER_ROLE, USER_AGE}))
CASE(aggregate_numbers,
     everything_aggregate(s,
                          .sum = {EVERYTHING_SMALL, EVERYTHING_BIG, EVERYTHING_REAL,
                                  EVERYTHING_PRECISE, EVERYTHING_PRICE, EVERYTHING_MONEY},
                          .avg = {EVERYTHING_SMALL, EVERYTHING_REAL, EVERYTHING_PRECISE,
                                  EVERYTHING_PRICE, EVERYTHING_MONEY}))
CASE(aggregate_extremes, everything_aggregate(s, .min = {EVERYTHING_TEXT, EVERYTHING_UUID},
                                              .max = {EVERYTHING_MONEY, EVERYTHING_INSTANT}))
CASE(aggregate_parts, user_aggregate(s, .where = {.age = GE(18)}, .count = true,
                                     .parts = USER_PARTS({.where = &(UserWhere){.active = EQ(true),
                                                                                .name = LIKE("A%")},
                                                          .count = true,
                                                          .sum = {USER_BALANCE}},
                                                         {.avg = {USER_AGE}})))
CASE(aggregate_limited, user_aggregate(s, .where = {.age = GE(18)}, .order_by = {DESC(USER_AGE)},
                                       .limit = 10, .offset = 5, .sum = {USER_AGE}))
CASE(group_by_enum, user_group(s, .by = {USER_ROLE}, .count = true, .order_by = {ASC(USER_ROLE)}))
CASE(group_having,
     user_group(s, .by = {USER_ROLE, USER_AGE}, .where = {.active = EQ(true)}, .max = {USER_NAME},
                .having = {.count = GE(2),
                           .avg.score = BETWEEN(0.5, 1.5),
                           .any = USER_HAVINGS({.min.name = CONTAINS("x")},
                                               {.sum.balance = GT(((tenon_decimal){0, "1"}))})},
                .order_by = {DESC_COUNT(), ASC_BY(SUM, USER_BALANCE)}, .limit = 3))
CASE(facets_of_text, user_facets(s, .column = USER_NAME, .where = {.active = EQ(true)}, .limit = 5))
CASE(page_first, user_page(s, .size = 20))
CASE(page_ordered,
     membership_page(s, .size = 20, .where = {.note = NOT_NULL()},
                     .order_by = {DESC(MEMBERSHIP_SINCE)}, .select = {MEMBERSHIP_NOTE}))
CASE(page_numbered, user_page_of(s, .page = 3, .size = 20, .where = {.age = GE(18)},
                                 .order_by = {DESC(USER_CREATED_AT)}, .select = {USER_EMAIL}))

static const sql_case aggregate_cases[] = {
    {"counts", aggregate_all},
    {"sums and averages", aggregate_numbers},
    {"least and greatest", aggregate_extremes},
    {"parts with filters", aggregate_parts},
    {"over the rows left", aggregate_limited},
    {"groups of an enum", group_by_enum},
    {"groups with having", group_having},
    {"facets", facets_of_text},
    {"the first page", page_first},
    {"a page in order", page_ordered},
    {"a numbered page", page_numbered},
};

/* ---- comparing ------------------------------------------------------------------------------- */

static void note_call(const sql_case *c, tenon_session *s)
{
    c->call(s);
    const tenon_error *err = tenon_session_error(s);
    if (tenon_failed(s))
        tenon__buf_format(&notes, "  %s\n    %s: %s [%s]\n",
                          tenon__session_dialect(s) == TENON_SQLITE ? "sqlite" : "postgresql",
                          tenon_status_name(err->status), tenon_message(s), err->hint);
    tenon_error_clear(s);
}

static char *read_file(const char *path)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    FILE *file = fopen(path, "r");
    char block[4096];
    size_t length;
    while (file && (length = fread(block, 1, sizeof block, file)) > 0)
        tenon__buf_add(&text, block, length);
    if (file)
        fclose(file);
    return tenon__buf_take(&text);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void compare_with(const char *path)
{
    char *expected = read_file(path);
    assert_non_null(expected);
    assert_string_equal(tenon__buf_string(&notes), expected);
    free(expected);
}

static void check_group(const char *path, const sql_case *cases, size_t count)
{
    tenon__buf_clear(&notes);
    for (size_t i = 0; i < count; i++) {
        tenon__buf_format(&notes, "%s%s\n", i ? "\n" : "", cases[i].name);
        note_call(&cases[i], both_postgresql.session);
        note_call(&cases[i], both_sqlite.session);
    }
    if (getenv("TENON_UPDATE_GOLDEN"))
        write_file(path, tenon__buf_string(&notes));
    else
        compare_with(path);
}

static void reading_is_said_like_this(void **state)
{
    check_group("tests/golden/sql/find.txt", find_cases, TENON__COUNT(find_cases));
}

static void conditions_are_said_like_this(void **state)
{
    check_group("tests/golden/sql/filter.txt", filter_cases, TENON__COUNT(filter_cases));
}

static void relations_are_said_like_this(void **state)
{
    check_group("tests/golden/sql/relation.txt", relation_cases, TENON__COUNT(relation_cases));
}

static void aggregates_and_pages_are_said_like_this(void **state)
{
    check_group("tests/golden/sql/aggregate.txt", aggregate_cases, TENON__COUNT(aggregate_cases));
}

static void writing_is_said_like_this(void **state)
{
    check_group("tests/golden/sql/write.txt", sql_of_writing, sql_of_writing_count);
}

static int open_both(void **state)
{
    both_open(state);
    both_postgresql.session = tenon_session_open(both_postgresql.db, NULL);
    both_sqlite.session = tenon_session_open(both_sqlite.db, NULL);
    return 0;
}

static int close_both(void **state)
{
    tenon__buf_release(&notes);
    tenon_session_close(both_postgresql.session);
    tenon_session_close(both_sqlite.session);
    return both_close(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reading_is_said_like_this),
        cmocka_unit_test(conditions_are_said_like_this),
        cmocka_unit_test(relations_are_said_like_this),
        cmocka_unit_test(aggregates_and_pages_are_said_like_this),
        cmocka_unit_test(writing_is_said_like_this),
    };
    return cmocka_run_group_tests(tests, open_both, close_both);
}
