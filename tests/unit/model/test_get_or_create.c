/* Rows that are created only when nothing stands in their way: get_or_create and create_or_ignore,
 * also when many do the same at the same time. */
#include "both.h"

#include <pthread.h>
#include <stdio.h>

#include <tenon/test.h>

/* ---- get_or_create --------------------------------------------------------------------------- */

static void a_row_is_created_once_and_then_found(void **state)
{
    both *b = *state;
    bool is_created = false;
    User *first = user_get_or_create(b->session, .on = USER_BY_EMAIL, .is_created = &is_created,
                                     .create = {.email = SET("ann@example.com"), .age = SET(31)});
    assert_sound(b->session);
    assert_true(is_created);
    assert_int_equal(first->age.value, 31);
    User *again = user_get_or_create(b->session, .on = USER_BY_EMAIL, .is_created = &is_created,
                                     .create = {.email = SET("ann@example.com"), .age = SET(7)});
    assert_sound(b->session);
    assert_false(is_created);
    assert_int_equal(again->id, first->id);
    assert_int_equal(again->age.value, 31);
    assert_int_equal(user_count(b->session), 1);
}

static void the_primary_key_is_the_unique_that_is_meant(void **state)
{
    both *b = *state;
    user_create(b->session, .id = SET(7), .email = SET("a@b"));
    const MembershipSet member = {
        .userId = SET(7), .groupName = SET("g"), .role = SET(ROLE_USER), .note = SET("x")};
    Membership *one = membership_get_or_create(b->session, .create = member);
    Membership *two = membership_get_or_create(b->session, .create = member);
    assert_sound(b->session);
    assert_string_equal(one->note, "x");
    assert_string_equal(two->note, "x");
    assert_int_equal(membership_count(b->session), 1);
}

static void a_row_that_is_there_costs_one_statement(void **state)
{
    both *b = *state;
    user_create(b->session, .email = SET("ann@example.com"));
    uint64_t before = tenon_statement_count(b->session);
    user_get_or_create(b->session, .on = USER_BY_EMAIL,
                       .create = {.email = SET("ann@example.com")});
    assert_int_equal(tenon_statement_count(b->session), before + 1);
    user_get_or_create(b->session, .on = USER_BY_EMAIL, .create = {.email = SET("bo@example.com")});
    assert_int_equal(tenon_statement_count(b->session), before + 3);
    assert_sound(b->session);
}

static void what_cannot_be_created_is_told_before_anything_is_sent(void **state)
{
    both *b = *state;
    user_create(b->session, .email = SET("ann@example.com"));
    uint64_t before = tenon_statement_count(b->session);
    user_get_or_create(b->session, .on = USER_BY_EMAIL, .create = {.name = SET("Ann")});
    assert_failed(b->session, TENON_MISUSE, "User.email: is required");
    user_get_or_create(b->session, .create = {.email = SET("ann@example.com")});
    assert_failed(b->session, TENON_MISUSE, "User.id: must have a value");
    user_get_or_create(b->session, .on = USER_BY_EMAIL,
                       .create = {.email = SET("ann@example.com"), .age = SET(-1)});
    assert_failed(b->session, TENON_VALIDATION, "User.age");
    user_get_or_create(b->session, .on = (UserUnique)9, .create = {.email = SET("a@b")});
    assert_failed(b->session, TENON_MISUSE, "there is no unique 9");
    assert_int_equal(tenon_statement_count(b->session), before);
}

static void another_unique_in_the_way_is_an_error(void **state)
{
    both *b = *state;
    user_create(b->session, .id = SET(1), .email = SET("ann@example.com"));
    bool is_created = true;
    User *row = user_get_or_create(b->session, .is_created = &is_created,
                                   .create = {.id = SET(2), .email = SET("ann@example.com")});
    assert_null(row);
    assert_failed(b->session, TENON_UNIQUE, "User.email must be unique");
    assert_true(is_created); /* outputs are written on success only */
}

static void forbid(tenon_event *event, void *ctx)
{
    const UserSet *created = event->created;
    tenon_veto(event, "%s of %s", event->operation, created->email.value);
}

static void it_is_told_to_hooks_as_creating(void **state)
{
    both *b = *state;
    const tenon_hook hook = {.moments = TENON_BEFORE_CREATE, .function = forbid};
    assert_true(tenon_session_hook_add(b->session, &hook) != 0);
    assert_null(
        user_get_or_create(b->session, .on = USER_BY_EMAIL, .create = {.email = SET("a@b")}));
    assert_failed(b->session, TENON_VETO, "get_or_create of a@b");
    assert_null(user_create_or_ignore(b->session, .email = SET("c@d")));
    assert_failed(b->session, TENON_VETO, "create of c@d");
    assert_int_equal(user_count(b->session), 0);
}

static void a_table_can_be_chosen(void **state)
{
    both *b = *state;
    both_sql(b, b->is_sqlite ? "CREATE TABLE \"others\" AS SELECT * FROM \"Membership\";"
                               "CREATE UNIQUE INDEX \"o\" ON \"others\" (\"userId\", \"groupName\")"
                             : "CREATE TABLE \"others\" (LIKE \"Membership\" INCLUDING ALL)");
    const tenon_table others = {.name = "others"};
    const MembershipSet member = {
        .userId = SET(7), .groupName = SET("g"), .role = SET(ROLE_USER), .note = SET("x")};
    assert_non_null(membership_get_or_create(b->session, .table = others, .create = member));
    assert_non_null(membership_get_or_create(b->session, .table = others, .create = member));
    assert_null(membership_create_or_ignore(b->session, .table = others, .userId = SET(7),
                                            .groupName = SET("g"), .role = SET(ROLE_USER)));
    assert_sound(b->session);
    assert_int_equal(membership_count(b->session, .table = others), 1);
    both_sql(b, "DROP TABLE \"others\"");
}

/* ---- at the same time ------------------------------------------------------------------------ */

enum { WORKERS = 6, ROUNDS = 20 };

typedef struct worker {
    both *b;
    pthread_barrier_t *barrier;
    int created;
    int32_t ids[ROUNDS];
    char message[256];
} worker;

static void *work(void *ctx)
{
    worker *w = ctx;
    tenon_session *s = tenon_session_open(w->b->db, NULL);
    for (int i = 0; i < ROUNDS; i++) {
        char email[32];
        bool is_created = false;
        snprintf(email, sizeof email, "u%d@example.com", i);
        pthread_barrier_wait(w->barrier);
        User *row = user_get_or_create(s, .on = USER_BY_EMAIL, .is_created = &is_created,
                                       .create = {.email = SET(email)});
        w->created += is_created;
        w->ids[i] = row ? row->id : -1;
    }
    snprintf(w->message, sizeof w->message, "%s", tenon_message(s));
    tenon_session_close(s);
    return NULL;
}

static void of_many_at_once_one_creates_and_all_get_the_row(void **state)
{
    both *b = *state;
    pthread_barrier_t barrier;
    pthread_t threads[WORKERS];
    worker workers[WORKERS];
    int created = 0;
    pthread_barrier_init(&barrier, NULL, WORKERS);
    for (int i = 0; i < WORKERS; i++) {
        workers[i] = (worker){.b = b, .barrier = &barrier};
        assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < WORKERS; i++) {
        pthread_join(threads[i], NULL);
        assert_string_equal(workers[i].message, "");
        assert_memory_equal(workers[i].ids, workers[0].ids, sizeof workers[0].ids);
        created += workers[i].created;
    }
    pthread_barrier_destroy(&barrier);
    assert_int_equal(created, ROUNDS);
    assert_int_equal(user_count(b->session), ROUNDS);
}

/* ---- create_or_ignore ------------------------------------------------------------------------ */

static void a_row_in_the_way_is_left_as_it_is(void **state)
{
    both *b = *state;
    User *ann = user_create_or_ignore(b->session, .email = SET("a@b"), .age = SET(1));
    assert_sound(b->session);
    assert_int_equal(ann->age.value, 1);
    assert_null(user_create_or_ignore(b->session, .email = SET("a@b"), .age = SET(2)));
    assert_null(user_create_or_ignore(b->session, .id = SET(ann->id), .email = SET("c@d")));
    assert_sound(b->session);
    assert_int_equal(user_count(b->session), 1);
    assert_int_equal(user_find(b->session, ann->id)->age.value, 1);
}

static void other_constraints_are_not_ignored(void **state)
{
    both *b = *state;
    membership_create_or_ignore(b->session, .userId = SET(99), .groupName = SET("g"),
                                .role = SET(ROLE_USER));
    assert_failed(b->session, TENON_FOREIGN_KEY, NULL);
    user_create_or_ignore(b->session, .email = SET("a@b"),
                          .balance = SET(((tenon_decimal){0, "-1"})));
    assert_failed(b->session, TENON_CHECK, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(a_row_is_created_once_and_then_found),
        ON_BOTH(the_primary_key_is_the_unique_that_is_meant),
        ON_BOTH(a_row_that_is_there_costs_one_statement),
        ON_BOTH(what_cannot_be_created_is_told_before_anything_is_sent),
        ON_BOTH(another_unique_in_the_way_is_an_error),
        ON_BOTH(it_is_told_to_hooks_as_creating),
        ON_BOTH(a_table_can_be_chosen),
        ON_BOTH(of_many_at_once_one_creates_and_all_get_the_row),
        ON_BOTH(a_row_in_the_way_is_left_as_it_is),
        ON_BOTH(other_constraints_are_not_ignored),
    };
    return both_run(tests);
}
