/* What is said when something goes wrong: constraints in the words of the schema, options that a
 * call could only ignore, descriptors that do not fit, names that need quotes. */
#include "both.h"

static User *add_ann(both *b)
{
    User *ann = user_create(b->session, .email = SET("ann@example.com"));
    assert_sound(b->session);
    return ann;
}

/* The session's error names exactly this; cleared. */
static void assert_named(both *b, tenon_status status, const char *model, const char *field,
                         const char *message)
{
    tenon_error err = *tenon_session_error(b->session);
    const char *said = tenon_message(b->session);
    if (err.status != status || strcmp(err.model, model) != 0 || strcmp(err.field, field) != 0 ||
        !strstr(said, message))
        fail_msg("%s %s.%s: %s", tenon_status_name(err.status), err.model, err.field, said);
    tenon_error_clear(b->session);
}

/* ---- constraints ----------------------------------------------------------------------------- */

static void a_unique_is_named_by_its_field(void **state)
{
    both *b = *state;
    User *ann = add_ann(b);
    assert_null(user_create(b->session, .email = SET("ann@example.com")));
    assert_named(b, TENON_UNIQUE, "User", "email", "User.email must be unique");
    assert_null(user_create(b->session, .id = SET(ann->id), .email = SET("x@y")));
    assert_named(b, TENON_UNIQUE, "User", "id", "User.id must be unique");
    User *bob = user_create(b->session, .email = SET("bob@example.com"));
    assert_null(user_update(b->session, bob->id, .email = SET("ann@example.com")));
    assert_named(b, TENON_UNIQUE, "User", "email", "User.email must be unique");
    assert_int_equal(user_update_many(b->session, .everything = true, .set = {.email = SET("a@b")}),
                     0);
    assert_named(b, TENON_UNIQUE, "User", "email", "User.email must be unique");
    assert_int_equal(user_count(b->session), 2);
}

static void a_unique_of_two_columns_names_both(void **state)
{
    both *b = *state;
    User *ann = add_ann(b);
    for (int i = 0; i < 2; i++)
        post_create(b->session, .authorId = SET(ann->id), .slug = SET("s"), .title = SET("t"));
    assert_named(b, TENON_UNIQUE, "Post", "authorId, slug", "Post.(authorId, slug) must be unique");
}

static void an_upsert_can_break_another_unique(void **state)
{
    both *b = *state;
    add_ann(b);
    user_upsert(b->session, .create = {.id = SET(77), .email = SET("ann@example.com")});
    assert_named(b, TENON_UNIQUE, "User", "email", "User.email must be unique");
}

static void a_missing_reference_is_told(void **state)
{
    both *b = *state;
    post_create(b->session, .authorId = SET(99), .title = SET("t"));
    assert_named(b, TENON_FOREIGN_KEY, "Post", b->is_sqlite ? "" : "authorId",
                 "refers to a row that does not exist");
}

static void a_row_that_is_referred_to_stays(void **state)
{
    both *b = *state;
    User *ann = add_ann(b);
    post_create(b->session, .authorId = SET(ann->id), .title = SET("t"));
    assert_null(user_delete(b->session, ann->id));
    assert_named(b, TENON_FOREIGN_KEY, "User", "", "User is still referred to by");
    assert_int_equal(user_count(b->session), 1);
}

static void a_check_is_named(void **state)
{
    both *b = *state;
    const UserSet set = {
        .session = b->session, .email = SET("a@b"), .balance = SET(((tenon_decimal){0, "-1"}))};
    static tenon_model model;
    user_create_q(&set);
    assert_named(b, TENON_CHECK, "User", "balance",
                 "User.balance breaks a check of the database (User_balance_check)");
    model = user_model;
    model.constraints = NULL;
    model.constraint_count = 0;
    tenon_create(&model, &set);
    assert_named(b, TENON_CHECK, "User", "",
                 "User breaks a check of the database (User_balance_check)");
}

static void tables_chosen_at_run_time_have_the_same_names(void **state)
{
    both *b = *state;
    tenon_table table = {.name = "m3"};
    both_sql(b, b->is_sqlite ? "CREATE TABLE \"m3\" (\"userId\" integer, \"groupName\" text UNIQUE,"
                               " \"role\" text, \"since\" text, \"note\" text NOT NULL)"
                             : "CREATE TABLE \"m3\" (\"userId\" integer, \"groupName\" text UNIQUE,"
                               " \"role\" \"Role\", \"since\" date, \"note\" text NOT NULL)");
    membership_create(b->session, .table = table, .userId = SET(1), .groupName = SET("g"),
                      .role = SET(ROLE_USER));
    assert_named(b, TENON_NOT_NULL, "Membership", "note", "Membership.note must not be NULL");
    for (int i = 0; i < 2; i++)
        membership_create(b->session, .table = table, .userId = SET(1), .groupName = SET("g"),
                          .role = SET(ROLE_USER), .note = SET(""));
    assert_named(b, TENON_UNIQUE, "Membership", b->is_sqlite ? "groupName" : "", "must be unique");
    both_sql(b, "DROP TABLE \"m3\"");
}

static void an_error_sticks_until_it_is_cleared(void **state)
{
    both *b = *state;
    add_ann(b);
    user_create(b->session, .email = SET("ann@example.com"));
    assert_null(user_create(b->session, .email = SET("bob@example.com")));
    assert_int_equal(user_find_many(b->session).count, 0);
    assert_int_equal(user_count(b->session), 0);
    assert_false(user_exists(b->session));
    assert_int_equal(user_delete_many(b->session, .everything = true), 0);
    assert_named(b, TENON_UNIQUE, "User", "email", "User.email must be unique");
    assert_int_equal(user_count(b->session), 1);
}

static void a_session_that_is_not_there_does_nothing(void **state)
{
    const User *nobody = NULL;
    const UserSet item = {.email = SET("a@b")};
    assert_null(user_find(NULL, 1));
    assert_null(user_find_first(NULL));
    assert_int_equal(user_find_many(NULL).count, 0);
    assert_int_equal(user_count(NULL), 0);
    assert_false(user_exists(NULL));
    nobody = user_create(NULL, .email = SET("a@b"));
    assert_null(nobody);
    assert_null(user_update(NULL, 1, .name = SET("x")));
    assert_null(user_delete(NULL, 1));
    assert_null(user_upsert(NULL, .create = {.email = SET("a@b")}));
    assert_int_equal(user_create_many(NULL, .items = &item, .count = 1), 0);
    assert_int_equal(user_create_many_returning(NULL, .items = &item, .count = 1).count, 0);
    assert_int_equal(user_update_many(NULL, .everything = true, .set = {.name = SET("x")}), 0);
    assert_int_equal(user_delete_many(NULL, .everything = true), 0);
}

/* ---- options that would be ignored ----------------------------------------------------------- */

#define REFUSED(call, text)                                                                        \
    do {                                                                                           \
        (void)(call);                                                                              \
        assert_failed(b->session, TENON_MISUSE, text);                                             \
    } while (0)

static void an_option_without_a_meaning_is_refused(void **state)
{
    both *b = *state;
    REFUSED(user_count(b->session, .select = {USER_ID}), "select has no meaning for count");
    REFUSED(user_count(b->session, .order_by = {ASC(USER_ID)}), "order_by has no meaning");
    REFUSED(user_exists(b->session, .select = {USER_ID}), "select has no meaning for exists");
    REFUSED(user_exists(b->session, .order_by = {ASC(USER_ID)}), "order_by has no meaning");
    REFUSED(user_exists(b->session, .distinct = {USER_ID}), "distinct has no meaning");
    REFUSED(user_exists(b->session, .limit = 3), "limit and offset have no meaning");
    REFUSED(user_find_many(b->session, .limit = -5), "cannot be negative");
    REFUSED(user_find_many(b->session, .offset = -5), "cannot be negative");
    REFUSED(user_find_first(b->session, .limit = 3), "limit has no meaning for find_first");
    REFUSED(user_find_many(b->session, .plan = (tenon_plan_mode)7), "no plan mode 7");
}

static void columns_that_do_not_exist_are_refused(void **state)
{
    both *b = *state;
    REFUSED(user_find_many(b->session, .select = {(UserColumn)12}), "select names column 12");
    REFUSED(user_find_many(b->session, .order_by = {{(UserColumn)12, TENON_ASC}}), "column 12");
    REFUSED(user_find_many(b->session, .order_by = {{USER_ID, (tenon_direction)9}}),
            "no direction 9");
    REFUSED(user_find_many(b->session, .distinct = {(UserColumn)99}), "column 99");
    REFUSED(user_find_many(b->session, .order_by = {ASC(USER_TAGS)}), "order_by cannot compare");
    REFUSED(post_find_many(b->session, .distinct = {POST_META}), "distinct cannot compare");
}

static void filters_that_make_no_sense_are_refused(void **state)
{
    both *b = *state;
    const char *nothing = NULL;
    const char *const names[] = {"a", NULL};
    REFUSED(user_count(b->session, .where = {.name = EQ(nothing)}), "IS_NULL()");
    REFUSED(user_count(b->session, .where = {.name = NE(nothing)}), "IS_NULL()");
    REFUSED(user_count(b->session, .where = {.name = LIKE(nothing)}), "LIKE was given a NULL");
    REFUSED(user_count(b->session, .where = {.name = CONTAINS(nothing)}), "IS_NULL()");
    REFUSED(user_count(b->session, .where = {.name = IN(names, 2)}), "IS_NULL()");
    REFUSED(user_count(b->session, .where = {.name = IN(NULL, 2)}), "IN was given a NULL");
    REFUSED(user_count(b->session, .where = {.tags = HAS(nothing)}), "IS_NULL()");
    REFUSED(user_count(b->session, .where = {.name = {.op = TENON_HAS}}), "HAS cannot be asked");
    REFUSED(user_count(b->session, .where = {.age = {.op = TENON_LIKE}}), "LIKE cannot be asked");
    REFUSED(user_count(b->session, .where = {.name = {.op = (tenon_operator)77}}),
            "no operator 77");
    REFUSED(user_count(b->session, .where = {.any = {NULL, 2}}), "count but no items");
    REFUSED(everything_count(b->session, .where = {.data = JSON_AT("", ((tenon_json){0, "1"}))}),
            "path of JSON_AT is empty");
    user_count(b->session, .where = {.active = EQ(2)});
    assert_failed(b->session, TENON_RANGE, "User.active");
}

static void trees_have_a_limit(void **state)
{
    both *b = *state;
    UserWhere levels[40] = {{.id = EQ(1)}};
    for (size_t i = 1; i < 40; i++) {
        levels[i].all.items = &levels[i - 1];
        levels[i].all.count = 1;
    }
    user_count(b->session, .where = levels[20]);
    assert_sound(b->session);
    user_count(b->session, .where = levels[39]);
    assert_failed(b->session, TENON_LIMIT, "nested");
}

static void conditions_have_a_limit(void **state)
{
    both *b = *state;
    static UserWhere items[20000];
    for (size_t i = 0; i < 20000; i++)
        items[i] = (UserWhere){.id = EQ((int64_t)i)};
    user_count(b->session, .where = {.any = {items, 500}});
    assert_sound(b->session);
    user_count(b->session, .where = {.any = {items, 20000}});
    assert_failed(b->session, TENON_LIMIT, "more conditions");
    assert_int_equal(user_count(b->session), 0);
    assert_sound(b->session);
}

/* ---- descriptors ----------------------------------------------------------------------------- */

static void a_descriptor_of_another_version_is_refused(void **state)
{
    both *b = *state;
    tenon_model model = user_model;
    const UserQuery query = {.session = b->session};
    model.abi = TENON_ABI + 1;
    assert_int_equal(tenon_count(&model, &query), 0);
    assert_failed(b->session, TENON_MISUSE, "tenon generate");
    model = user_model;
    model.size = 8;
    const int64_t id = 1;
    assert_null(tenon_find_by(b->session, &model, 0, (const void *const[]){&id}));
    assert_failed(b->session, TENON_MISUSE, "tenon generate");
}

static void a_unique_that_is_none_is_refused(void **state)
{
    both *b = *state;
    const int64_t id = 1;
    const void *const key[] = {&id};
    const UserSet set = {.session = b->session, .name = SET("x")};
    assert_null(tenon_find_by(b->session, &user_model, 2, key));
    assert_failed(b->session, TENON_MISUSE, "User has no unique 2");
    assert_null(tenon_update(&user_model, 2, key, &set));
    assert_failed(b->session, TENON_MISUSE, "User has no unique 2");
}

static void a_view_cannot_be_written(void **state)
{
    both *b = *state;
    tenon_model model = user_model;
    const UserSet set = {.session = b->session, .email = SET("a@b")};
    const int64_t id = 1;
    model.is_view = true;
    assert_null(tenon_create(&model, &set));
    assert_failed(b->session, TENON_MISUSE, "User is a view");
    assert_null(tenon_delete(b->session, &model, 0, (const void *const[]){&id}));
    assert_failed(b->session, TENON_MISUSE, "User is a view");
    assert_null(tenon_find_by(b->session, &model, 0, (const void *const[]){&id}));
    assert_sound(b->session);
}

/* ---- names that need quotes ------------------------------------------------------------------ */

typedef struct Odd {
    const char *members[7];
    uint64_t tenon_loaded[1];
} Odd;

typedef struct OddWhere {
    tenon_where_head trees;
    tenon_text_filter members[7];
} OddWhere;

typedef struct OddQuery {
    tenon_query_head head;
    OddWhere where;
    tenon_order order_by[TENON_MAX_ORDER];
    int select[7];
    int distinct[TENON_MAX_DISTINCT];
} OddQuery;

typedef struct OddSet {
    tenon_set_head head;
    tenon_text_set members[7];
} OddSet;

typedef struct OddUpsert {
    tenon_upsert_head head;
    OddSet create, update;
} OddUpsert;

#define ODD(i, name_)                                                                              \
    {                                                                                              \
        .name = "odd" #i, .column = name_, .kind = TENON_KIND_TEXT, .pg_type = TENON_PG_TEXT,      \
        .precision = -1, .row_offset = offsetof(Odd, members[i]),                                  \
        .where_offset = offsetof(OddWhere, members[i]),                                            \
        .set_offset = offsetof(OddSet, members[i]), .flags = i ? TENON_FIELD_NULLABLE : 0          \
    }

static const tenon_field odd_fields[] = {
    ODD(0, "select"),
    ODD(1, "qu\"ote"),
    ODD(2, "123456789012345678901234567890123456789012345678901234567890123"),
    ODD(3, "\xd0\xba\xd0\xbb\xd1\x8e\xd1\x87 \xe2\x82\xac"),
    ODD(4, "; DROP TABLE x; --"),
    ODD(5, "%s$1?1"),
    ODD(6, "value"),
};
static const uint16_t odd_key[] = {0};
static const tenon_unique odd_uniques[] = {{.name = "odd0",
                                            .constraint = "odd \"key\"",
                                            .fields = odd_key,
                                            .field_count = 1,
                                            .is_primary = true}};

static const tenon_model odd_model = {
    .abi = TENON_ABI,
    .size = sizeof(tenon_model),
    .name = "Odd",
    .table = "an \"odd\" table",
    .fields = odd_fields,
    .field_count = 7,
    .uniques = odd_uniques,
    .unique_count = 1,
    .row_size = sizeof(Odd),
    .loaded_offset = offsetof(Odd, tenon_loaded),
    .where_size = sizeof(OddWhere),
    .set_size = sizeof(OddSet),
    .query_where = offsetof(OddQuery, where),
    .query_order_by = offsetof(OddQuery, order_by),
    .query_select = offsetof(OddQuery, select),
    .query_distinct = offsetof(OddQuery, distinct),
    .upsert_create = offsetof(OddUpsert, create),
    .upsert_update = offsetof(OddUpsert, update),
};

static void make_odd_table(both *b)
{
    both_sql(b,
             "CREATE TABLE \"an \"\"odd\"\" table\" (\"select\" text NOT NULL, \"qu\"\"ote\" text, "
             "\"123456789012345678901234567890123456789012345678901234567890123\" text, "
             "\"\xd0\xba\xd0\xbb\xd1\x8e\xd1\x87 \xe2\x82\xac\" text, \"; DROP TABLE x; --\" text, "
             "\"%s$1?1\" text, \"value\" text, CONSTRAINT \"odd \"\"key\"\"\" PRIMARY KEY "
             "(\"select\"))");
}

static void hostile_columns_work_everywhere(void **state)
{
    both *b = *state;
    make_odd_table(b);
    OddUpsert upsert = {.head = {.session = b->session}};
    OddQuery query = {.head = {.session = b->session}};
    for (int i = 0; i < 7; i++) {
        upsert.create.members[i] = (tenon_text_set){TENON_SET, odd_fields[i].column};
        upsert.update.members[i] = upsert.create.members[i];
        query.where.members[i] = (tenon_text_filter)EQ(odd_fields[i].column);
        query.order_by[i].column = i + 1;
        query.distinct[i] = i + 1;
    }
    for (int round = 0; round < 2; round++)
        assert_non_null(tenon_upsert(&odd_model, &upsert));
    tenon_list list = tenon_find_many(&odd_model, &query);
    assert_sound(b->session);
    assert_int_equal(list.count, 1);
    for (int i = 0; i < 7; i++)
        assert_string_equal(((Odd *)list.items)->members[i], odd_fields[i].column);
    both_sql(b, "DROP TABLE \"an \"\"odd\"\" table\"");
}

static void hostile_names_of_constraints_are_found(void **state)
{
    both *b = *state;
    make_odd_table(b);
    OddSet set = {.head = {.session = b->session}, .members[0] = SET("x")};
    tenon_create(&odd_model, &set);
    assert_sound(b->session);
    tenon_create(&odd_model, &set);
    assert_named(b, TENON_UNIQUE, "Odd", "odd0", "Odd.odd0 must be unique");
    both_sql(b, "DROP TABLE \"an \"\"odd\"\" table\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(a_unique_is_named_by_its_field),
        ON_BOTH(a_unique_of_two_columns_names_both),
        ON_BOTH(an_upsert_can_break_another_unique),
        ON_BOTH(a_missing_reference_is_told),
        ON_BOTH(a_row_that_is_referred_to_stays),
        ON_BOTH(a_check_is_named),
        ON_BOTH(tables_chosen_at_run_time_have_the_same_names),
        ON_BOTH(an_error_sticks_until_it_is_cleared),
        cmocka_unit_test(a_session_that_is_not_there_does_nothing),
        ON_BOTH(an_option_without_a_meaning_is_refused),
        ON_BOTH(columns_that_do_not_exist_are_refused),
        ON_BOTH(filters_that_make_no_sense_are_refused),
        ON_BOTH(trees_have_a_limit),
        ON_BOTH(conditions_have_a_limit),
        ON_BOTH(a_descriptor_of_another_version_is_refused),
        ON_BOTH(a_unique_that_is_none_is_refused),
        ON_BOTH(a_view_cannot_be_written),
        ON_BOTH(hostile_columns_work_everywhere),
        ON_BOTH(hostile_names_of_constraints_are_found),
    };
    return both_run(tests);
}
