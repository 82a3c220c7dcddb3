/* create_many: few rows and many, duplicates, rows that come back, and all or nothing. */
#include "both.h"

#include <stdio.h>
#include <stdlib.h>

#define DECIMAL(t) ((tenon_decimal){0, t})

/* `count` users with addresses from `first` on; released with free_users. */
typedef struct users {
    UserSet *sets;
    char (*emails)[32];
    size_t count;
} users;

static users make_users(size_t first, size_t count)
{
    users u = {.sets = calloc(count, sizeof *u.sets),
               .emails = calloc(count, sizeof *u.emails),
               .count = count};
    assert_true(u.sets && u.emails);
    for (size_t i = 0; i < count; i++) {
        snprintf(u.emails[i], sizeof u.emails[i], "u%zu@example.com", first + i);
        u.sets[i] = (UserSet){.email = SET(u.emails[i]), .score = SET((double)i)};
        if (i % 3 == 0)
            u.sets[i].age.op = TENON_SET_NULL;
        else
            u.sets[i].age = (tenon_int_set){TENON_SET, (int64_t)(i % 100)};
    }
    return u;
}

static void free_users(users u)
{
    free(u.sets);
    free(u.emails);
}

static int64_t create(both *b, users u, bool skip_duplicates)
{
    return user_create_many(b->session, .items = u.sets, .count = u.count,
                            .skip_duplicates = skip_duplicates);
}

/* ---- how many -------------------------------------------------------------------------------- */

static void check_count(both *b, size_t count)
{
    users u = make_users(0, count);
    assert_int_equal(create(b, u, false), count);
    assert_sound(b->session);
    assert_int_equal(user_count(b->session), count);
    assert_int_equal(user_count(b->session, .where = {.age = IS_NULL()}), (count + 2) / 3);
    if (count) {
        User *last = user_find_by_email(b->session, u.emails[count - 1]);
        assert_sound(b->session);
        assert_non_null(last);
        assert_true(last->score == (double)(count - 1));
        assert_string_equal(last->balance.text, "0.00");
        assert_int_equal(last->createdAt.us, user_find_first(b->session)->createdAt.us);
    }
    free_users(u);
}

static void no_rows_are_created_from_an_empty_list(void **state)
{
    both *b = *state;
    assert_int_equal(user_create_many(b->session), 0);
    assert_int_equal(user_create_many_returning(b->session).count, 0);
    check_count(b, 0);
}

static void one_row_is_created(void **state)
{
    check_count(*state, 1);
}

static void a_thousand_rows_are_created(void **state)
{
    check_count(*state, 1000);
}

static void twenty_thousand_rows_are_created(void **state)
{
    check_count(*state, 20000);
}

/* ---- rows that come back --------------------------------------------------------------------- */

static void check_returning(both *b, size_t count)
{
    users u = make_users(0, count);
    UserList list = user_create_many_returning(b->session, .items = u.sets, .count = count);
    assert_sound(b->session);
    assert_int_equal(list.count, count);
    double sum = 0;
    for (size_t i = 0; i < list.count; i++) {
        assert_true(list.items[i].id > 0);
        sum += list.items[i].score;
    }
    assert_true(sum == (double)count * (double)(count - 1) / 2);
    free_users(u);
}

static void created_rows_come_back(void **state)
{
    check_returning(*state, 3);
}

static void thousands_of_created_rows_come_back(void **state)
{
    check_returning(*state, 10000);
}

/* ---- duplicates ------------------------------------------------------------------------------ */

static void a_duplicate_leaves_nothing_behind(void **state)
{
    both *b = *state;
    static const size_t counts[] = {2, 100, 6000};
    for (size_t i = 0; i < 3; i++) {
        users u = make_users(0, counts[i]);
        u.sets[counts[i] - 1].email.value = u.emails[0];
        assert_int_equal(create(b, u, false), 0);
        assert_failed(b->session, TENON_UNIQUE, "User.email must be unique");
        assert_int_equal(user_count(b->session), 0);
        free_users(u);
    }
}

static void duplicates_can_be_skipped(void **state)
{
    both *b = *state;
    users first = make_users(0, 10), second = make_users(5, 10);
    assert_int_equal(create(b, first, true), 10);
    assert_int_equal(create(b, second, true), 5);
    assert_int_equal(create(b, second, true), 0);
    assert_sound(b->session);
    UserList list = user_create_many_returning(b->session, .items = second.sets, .count = 10,
                                               .skip_duplicates = true);
    assert_sound(b->session);
    assert_int_equal(list.count, 0);
    assert_int_equal(user_count(b->session), 15);
    free_users(first);
    free_users(second);
}

static void only_duplicates_are_skipped(void **state)
{
    both *b = *state;
    users u = make_users(0, 3);
    u.sets[1].balance = (tenon_decimal_set){TENON_SET, DECIMAL("-1")};
    assert_int_equal(create(b, u, true), 0);
    assert_failed(b->session, TENON_CHECK, "User");
    assert_int_equal(user_count(b->session), 0);
    free_users(u);
}

/* ---- groups ---------------------------------------------------------------------------------- */

static void rows_may_give_their_keys_or_not(void **state)
{
    both *b = *state;
    users u = make_users(0, 4);
    u.sets[1].id = (tenon_int_set){TENON_SET, 1000};
    u.sets[3].id = (tenon_int_set){TENON_SET, 1001};
    assert_int_equal(create(b, u, false), 4);
    assert_sound(b->session);
    assert_string_equal(user_find(b->session, 1000)->email, "u1@example.com");
    assert_string_equal(user_find(b->session, 1001)->email, "u3@example.com");
    free_users(u);
}

static void thousands_of_rows_may_give_their_keys_or_not(void **state)
{
    both *b = *state;
    users u = make_users(0, 9000);
    for (size_t i = 0; i < u.count; i += 2)
        u.sets[i].id = (tenon_int_set){TENON_SET, (int64_t)(100000 + i)};
    assert_int_equal(create(b, u, false), 9000);
    assert_sound(b->session);
    assert_string_equal(user_find(b->session, 108998)->email, "u8998@example.com");
    assert_int_equal(user_count(b->session), 9000);
    free_users(u);
}

/* ---- types ----------------------------------------------------------------------------------- */

static const int32_t numbers[] = {1, -2};
static const char *const texts[] = {"a", "b,\"c\\", "NULL", ""};
static const Role roles[] = {ROLE_EDITOR};
static const tenon_bytes blobs[] = {{3, "a\0b"}};
static const char *const bits[] = {"00000001"};
static const char *const addresses[] = {"10.0.0.1"};
static const tenon_json documents[] = {{0, "{\"a\": \"b\"}"}};
static const tenon_decimal prices[] = {{0, "1.5"}};

static void check_arrays(const Arrays *a)
{
    assert_int_equal(a->numbers.count, 2);
    assert_int_equal(a->numbers.items[1], -2);
    assert_int_equal(a->texts.count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(a->texts.items[i], texts[i]);
    assert_int_equal(a->roles.items[0], ROLE_EDITOR);
    assert_memory_equal(a->blobs.items[0].data, "a\0b", 3);
    assert_string_equal(a->bitss.items[0], bits[0]);
    assert_string_equal(a->addresses.items[0], addresses[0]);
    assert_string_equal(a->monies.items[0].text, "1.50");
    assert_non_null(strstr(a->raws.items[0].text, "\"b\""));
}

static void arrays_are_created_in_bulk(void **state)
{
    both *b = *state;
    const ArraysSet full = {.numbers = SET(((tenon_int32_array){numbers, 2})),
                            .texts = SET(((tenon_text_array){texts, 4})),
                            .roles = SET(((RoleArray){roles, 1})),
                            .blobs = SET(((tenon_bytes_array){blobs, 1})),
                            .bitss = SET(((tenon_text_array){bits, 1})),
                            .addresses = SET(((tenon_text_array){addresses, 1})),
                            .monies = SET(((tenon_decimal_array){prices, 1})),
                            .raws = SET(((tenon_json_array){documents, 1}))};
    const ArraysSet items[] = {full, {.numbers = SET(((tenon_int32_array){NULL, 0}))}, full};
    ArraysList list = arrays_create_many_returning(b->session, .items = items, .count = 3);
    assert_sound(b->session);
    assert_int_equal(list.count, 3);
    list = arrays_find_many(b->session, .order_by = {ASC(ARRAYS_ID)});
    check_arrays(&list.items[0]);
    assert_int_equal(list.items[1].numbers.count, 0);
    check_arrays(&list.items[2]);
}

static EverythingSet one_of_everything(void)
{
    return (EverythingSet){.flag = SET(true),
                           .small = SET(-3),
                           .number = SET(4),
                           .big = SET(INT64_MIN),
                           .real = SET(0.1),
                           .precise = SET(1e300),
                           .price = SET(DECIMAL("-12.3400")),
                           .text = SET("\xc3\xa4"),
                           .label = SET("l"),
                           .code = SET("abcd"),
                           .data = SET(((tenon_json){0, "[1]"})),
                           .raw_ = SET(((tenon_json){0, "[ 2 ]"})),
                           .blob = SET(((tenon_bytes){0, ""})),
                           .uuid = SET(((tenon_uuid){1, 2})),
                           .stamp = SET(((tenon_time){1000})),
                           .instant = SET(((tenon_time){1})),
                           .day = SET(((tenon_date){-1})),
                           .clock = SET(((tenon_clock){1})),
                           .zoned = SET(((tenon_clock_tz){1, 3600})),
                           .span = SET(((tenon_interval){1, -2, 3})),
                           .role = SET(ROLE_ADMIN),
                           .money = SET(DECIMAL("3.50")),
                           .bits = SET("10101010"),
                           .address = SET("::1"),
                           .markup = SET("<a/>")};
}

static void check_everything(const Everything *e)
{
    assert_true(e->flag.value && e->small.value == -3 && e->number.value == 4);
    assert_true(e->big.value == INT64_MIN && e->real.value == 0.1f && e->precise.value == 1e300);
    assert_string_equal(e->price.text, "-12.3400");
    assert_string_equal(e->text, "\xc3\xa4");
    assert_string_equal(e->code, "abcd");
    assert_int_equal(e->blob.len, 0);
    assert_non_null(e->blob.data);
    assert_true(e->uuid.value.lo == 2 && e->stamp.value.us == 1000 && e->instant.value.us == 1);
    assert_true(e->day.value.days == -1 && e->clock.value.us == 1);
    assert_true(e->zoned.value.us == 1 && e->zoned.value.offset_seconds == 3600);
    assert_true(e->span.value.months == 1 && e->span.value.days == -2 && e->span.value.us == 3);
    assert_int_equal(e->role.value, ROLE_ADMIN);
    assert_string_equal(e->money.text, "3.50");
    assert_string_equal(e->bits, "10101010");
    assert_string_equal(e->address, "::1");
    assert_string_equal(e->markup, "<a/>");
}

static void every_type_is_created_in_bulk(void **state)
{
    both *b = *state;
    const EverythingSet items[] = {one_of_everything(), {.flag = {0}}, one_of_everything()};
    assert_int_equal(everything_create_many(b->session, .items = items, .count = 3), 3);
    assert_sound(b->session);
    EverythingList list = everything_find_many(b->session, .order_by = {ASC(EVERYTHING_ID)});
    assert_sound(b->session);
    assert_int_equal(list.count, 3);
    check_everything(&list.items[0]);
    check_everything(&list.items[2]);
    assert_false(list.items[1].flag.has);
    assert_null(list.items[1].markup);
}

static void rows_of_only_generated_values_are_created(void **state)
{
    both *b = *state;
    Everything *one = everything_create(b->session);
    assert_sound(b->session);
    assert_true(one->id > 0);
}

/* ---- mistakes -------------------------------------------------------------------------------- */

static void a_bad_row_is_named(void **state)
{
    both *b = *state;
    users u = make_users(0, 5000);
    u.sets[4321].email.value = "nobody";
    assert_int_equal(create(b, u, false), 0);
    assert_failed(b->session, TENON_VALIDATION, "items[4321]");
    u.sets[4321].email.op = 0;
    assert_int_equal(create(b, u, false), 0);
    assert_failed(b->session, TENON_MISUSE, "User.email: is required");
    assert_int_equal(user_count(b->session), 0);
    u.count = 50;
    u.sets[43].email.value = "nobody";
    assert_int_equal(create(b, u, false), 0);
    assert_failed(b->session, TENON_VALIDATION, "items[43]");
    assert_int_equal(user_count(b->session), 0);
    free_users(u);
}

static void a_value_that_does_not_fit_leaves_nothing_behind(void **state)
{
    both *b = *state;
    static const size_t counts[] = {3, 6000};
    for (size_t i = 0; i < 2; i++) {
        users u = make_users(0, counts[i]);
        u.sets[counts[i] - 1].balance = (tenon_decimal_set){TENON_SET, DECIMAL("0.001")};
        assert_int_equal(create(b, u, false), 0);
        assert_failed(b->session, TENON_RANGE, "User.balance");
        assert_int_equal(user_count(b->session), 0);
        free_users(u);
    }
}

/* Found while the rows are being sent, in each of the ways in which they are. */
static void the_row_of_a_value_that_does_not_fit_is_named(void **state)
{
    both *b = *state;
    static const size_t counts[] = {5, 900, 1000, 6000};
    for (size_t i = 0; i < 4; i++) {
        users u = make_users(0, counts[i]);
        char hint[32];
        snprintf(hint, sizeof hint, "items[%zu]", counts[i] - 2);
        u.sets[counts[i] - 2].balance = (tenon_decimal_set){TENON_SET, DECIMAL("0.001")};
        assert_int_equal(create(b, u, false), 0);
        assert_failed(b->session, TENON_RANGE, hint);
        u.sets[counts[i] - 2].balance.op = 0;
        u.sets[counts[i] - 2].name = (tenon_text_set){TENON_SET, "\xff"};
        assert_int_equal(create(b, u, false), 0);
        assert_failed(b->session, TENON_TYPE, hint);
        assert_int_equal(user_count(b->session), 0);
        free_users(u);
    }
}

static int64_t create_posts(both *b, const PostSet *posts, size_t count)
{
    return post_create_many(b->session, .items = posts, .count = count);
}

/* Outside of a transaction it is the server of PostgreSQL that refuses it. */
static void the_row_of_a_json_that_is_none_is_named(void **state)
{
    enum { COUNT = 1500, WRONG = 1234 };
    static const char *const wrong[] = {"{\"a\": }", "\"\xff\"", "", "{} {}"};
    both *b = *state;
    PostSet *posts = calloc(COUNT, sizeof *posts);
    User *author = user_create(b->session, .email = SET("a@b"));
    assert_true(posts && author);
    for (size_t i = 0; i < COUNT; i++)
        posts[i] = (PostSet){.authorId = SET(author->id),
                             .title = SET("t"),
                             .meta = SET(((tenon_json){0, "{\"a\": [1, \"b\"]}"}))};
    for (size_t i = 0; i < 4; i++) {
        posts[WRONG].meta.value.text = wrong[i];
        assert_int_equal(create_posts(b, posts, COUNT), 0);
        assert_failed(b->session, TENON_TYPE, "Post.meta");
        assert_int_equal(create_posts(b, posts, COUNT), 0);
        assert_failed(b->session, TENON_TYPE, "items[1234]");
        assert_true(tenon_begin(b->session));
        assert_int_equal(create_posts(b, posts, COUNT), 0);
        assert_failed(b->session, TENON_TYPE, "items[1234]");
        tenon_rollback(b->session);
        assert_int_equal(post_count(b->session), 0);
    }
    posts[WRONG].meta = (tenon_json_set){.op = TENON_SET_NULL};
    assert_int_equal(create_posts(b, posts, COUNT), COUNT);
    assert_int_equal(post_count(b->session, .where = {.meta = NOT_NULL()}), COUNT - 1);
    free(posts);
}

/* The rows before it are undone although the transaction around them goes on. */
static void a_value_that_does_not_fit_undoes_no_more_than_the_call(void **state)
{
    both *b = *state;
    users u = make_users(0, 100), others = make_users(100, 10);
    u.sets[99].balance = (tenon_decimal_set){TENON_SET, DECIMAL("0.001")};
    assert_true(tenon_begin(b->session));
    assert_int_equal(create(b, others, false), 10);
    assert_true(tenon_begin(b->session));
    assert_int_equal(create(b, u, false), 0);
    assert_failed(b->session, TENON_RANGE, "User.balance");
    tenon_rollback(b->session);
    assert_int_equal(user_count(b->session), 10);
    assert_true(tenon_commit(b->session));
    free_users(u);
    free_users(others);
}

static void items_belong_to_the_call(void **state)
{
    both *b = *state;
    const UserSet item = {.session = b->session, .email = SET("a@b")};
    user_create_many(b->session, .items = &item, .count = 1);
    assert_failed(b->session, TENON_MISUSE, "belong to the call");
    user_create_many(b->session, .count = 1);
    assert_failed(b->session, TENON_MISUSE, "no items");
}

/* PostgreSQL has no COPY to a view, as which a table is served while two versions are in use. */
static void rows_go_through_a_view(void **state)
{
    both *b = *state;
    users u = make_users(0, 6000);
    tenon_table view = {.name = "seen"};
    if (b->is_sqlite) {
        free_users(u);
        return;
    }
    assert_true(tenon_execute(b->session, "CREATE VIEW seen AS SELECT * FROM \"User\""));
    assert_int_equal(user_create_many(b->session, .items = u.sets, .count = u.count, .table = view),
                     u.count);
    assert_int_equal(user_delete_many(b->session, .everything = true), u.count);
    assert_true(tenon_begin(b->session));
    assert_int_equal(user_create_many(b->session, .items = u.sets, .count = u.count, .table = view),
                     u.count);
    assert_true(tenon_commit(b->session));
    assert_int_equal(user_count(b->session), u.count);
    assert_true(tenon_execute(b->session, "DROP VIEW seen"));
    free_users(u);
}

static void it_is_part_of_the_transaction_around_it(void **state)
{
    both *b = *state;
    static const size_t counts[] = {10, 6000};
    for (size_t i = 0; i < 2; i++) {
        users u = make_users(0, counts[i]);
        assert_true(tenon_begin(b->session));
        assert_int_equal(create(b, u, false), counts[i]);
        assert_int_equal(user_count(b->session), counts[i]);
        tenon_rollback(b->session);
        assert_int_equal(user_count(b->session), 0);
        free_users(u);
    }
    assert_sound(b->session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(no_rows_are_created_from_an_empty_list),
        ON_BOTH(one_row_is_created),
        ON_BOTH(a_thousand_rows_are_created),
        ON_BOTH(twenty_thousand_rows_are_created),
        ON_BOTH(created_rows_come_back),
        ON_BOTH(thousands_of_created_rows_come_back),
        ON_BOTH(a_duplicate_leaves_nothing_behind),
        ON_BOTH(duplicates_can_be_skipped),
        ON_BOTH(only_duplicates_are_skipped),
        ON_BOTH(rows_may_give_their_keys_or_not),
        ON_BOTH(thousands_of_rows_may_give_their_keys_or_not),
        ON_BOTH(arrays_are_created_in_bulk),
        ON_BOTH(every_type_is_created_in_bulk),
        ON_BOTH(rows_of_only_generated_values_are_created),
        ON_BOTH(a_bad_row_is_named),
        ON_BOTH(a_value_that_does_not_fit_leaves_nothing_behind),
        ON_BOTH(the_row_of_a_value_that_does_not_fit_is_named),
        ON_BOTH(the_row_of_a_json_that_is_none_is_named),
        ON_BOTH(a_value_that_does_not_fit_undoes_no_more_than_the_call),
        ON_BOTH(items_belong_to_the_call),
        ON_BOTH(rows_go_through_a_view),
        ON_BOTH(it_is_part_of_the_transaction_around_it),
    };
    return both_run(tests);
}
