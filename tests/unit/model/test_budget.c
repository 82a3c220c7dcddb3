/* What a call may cost, and what happens when memory runs out in its middle.
 *
 * The budgets count allocations of libtenon: once a session has been used, a call allocates for its
 * result and for nothing else. The fault loops make the n-th allocation fail, n = 1 …, in every
 * public call: it fails with NO_MEMORY, and the same call on the same session works right
 * afterwards. */
#include "both.h"

#include <stdio.h>

#include "fault.h"

/* Beyond what the database's own counter gives out here. */
enum { ANN = 100000, PATTERN = 20 /* what compiling the pattern of a validation takes */ };

static int start_with_ann(void **state)
{
    both_start_case(state);
    both *b = *state;
    assert_non_null(user_create(b->session, .id = SET(ANN), .email = SET("ann@example.com")));
    return 0;
}

#define ON_ONE(target, test)                                                                       \
    {                                                                                              \
#test " (" #target ")", test, start_with_ann, both_end_case, &both_##target                \
    }
#define ON_EACH(test) ON_ONE(postgresql, test), ON_ONE(sqlite, test)

/* ---- budgets --------------------------------------------------------------------------------- */

/* The call, which has run before, allocates at most this often. */
#define ASSERT_ALLOCATIONS(most, call)                                                             \
    do {                                                                                           \
        for (int round_ = 0; round_ < 3; round_++)                                                 \
            (void)(call);                                                                          \
        assert_sound(b->session);                                                                  \
        fault_count_from_here();                                                                   \
        (void)(call);                                                                              \
        assert_in_range(fault_count(), 0, most);                                                   \
    } while (0)

static void a_find_by_key_allocates_nothing_beside_its_row(void **state)
{
    both *b = *state;
    ASSERT_ALLOCATIONS(1, user_find(b->session, ANN));
    ASSERT_ALLOCATIONS(1, user_find_by_email(b->session, "ann@example.com"));
}

static void finding_allocates_the_list(void **state)
{
    both *b = *state;
    ASSERT_ALLOCATIONS(1, user_find_first(b->session, .where = {.age = IS_NULL()}));
    ASSERT_ALLOCATIONS(3, user_find_many(b->session, .where = {.id = EQ(ANN)}).count);
    ASSERT_ALLOCATIONS(1, user_count(b->session, .where = {.name = CONTAINS("a")}));
    ASSERT_ALLOCATIONS(1, user_exists(b->session));
}

static void writing_one_row_allocates_little(void **state)
{
    both *b = *state;
    ASSERT_ALLOCATIONS(3, user_update(b->session, ANN, .name = SET("Ann")));
    ASSERT_ALLOCATIONS(3 + PATTERN,
                       user_upsert(b->session, .on = USER_BY_EMAIL, .create = {.email = SET("a@b")},
                                   .update = {.name = SET("x")}));
    ASSERT_ALLOCATIONS(3, membership_upsert(b->session, .create = {.userId = SET(ANN),
                                                                   .groupName = SET("g"),
                                                                   .role = SET(ROLE_USER)}));
}

/* A loop of finds in one session takes memory for its rows alone. */
static void counting_leaves_nothing_in_the_session(void **state)
{
    both *b = *state;
    user_count(b->session);
    fault_count_from_here();
    for (int i = 0; i < 2000; i++)
        user_count(b->session);
    assert_sound(b->session);
    assert_in_range(fault_count(), 0, 4);
}

/* ---- memory runs out ------------------------------------------------------------------------- */

/* Runs `call` with the n-th allocation failing until none is left to fail; it must fail with
 * NO_MEMORY or succeed, and leave a session that works. */
#define UNDER_FAULTS(call) UNDER_FAULTS_AFTER((void)0, call)
/* Each round begins with `before`, for which there is memory enough. */
#define UNDER_FAULTS_AFTER(before, call)                                                           \
    do {                                                                                           \
        size_t n_ = 0;                                                                             \
        bool has_failed_;                                                                          \
        do {                                                                                       \
            (void)(before);                                                                        \
            fault_arm(++n_, FAULT_ONCE);                                                           \
            (void)(call);                                                                          \
            has_failed_ = fault_disarm();                                                          \
            if (tenon_failed(b->session))                                                          \
                assert_failed(b->session, TENON_NO_MEMORY, NULL);                                  \
            assert_int_equal(user_count(b->session, .where = {.id = EQ(ANN)}), 1);                 \
            assert_sound(b->session);                                                              \
        } while (has_failed_);                                                                     \
    } while (0)

static UserWhere deep_where(const UserWhere *leaf, size_t count)
{
    return (UserWhere){.any = {leaf, count}, .email = CONTAINS("example")};
}

static void reading_survives_the_end_of_memory(void **state)
{
    both *b = *state;
    static UserWhere leaves[100];
    for (size_t i = 0; i < 100; i++)
        leaves[i] = (UserWhere){.name = STARTS_WITH("A"), .id = NE((int64_t)i)};
    UNDER_FAULTS(user_find(b->session, ANN));
    UNDER_FAULTS(post_find_by_author_id_slug(b->session, 1, "x"));
    UNDER_FAULTS(user_find_first(b->session, .where = {.age = GE(7)}));
    UNDER_FAULTS(user_find_many(b->session, .where = deep_where(leaves, 100),
                                .order_by = {ASC(USER_AGE)}, .limit = 3));
    UNDER_FAULTS(user_count(b->session, .distinct = {USER_ROLE}, .limit = 2));
    UNDER_FAULTS(user_exists(b->session, .where = {.name = ENDS_WITH("n")}));
}

static void writing_survives_the_end_of_memory(void **state)
{
    both *b = *state;
    UNDER_FAULTS_AFTER(user_delete_many(b->session, .where = {.email = EQ("bob@example.com")}),
                       user_create(b->session, .email = SET("bob@example.com")));
    UNDER_FAULTS(user_update(b->session, ANN, .name = SET("Ann"), .age = SET(3)));
    UNDER_FAULTS(user_update_many(b->session, .where = {.id = EQ(ANN)}, .set = {.age = SET(4)}));
    UNDER_FAULTS(membership_upsert(
        b->session, .create = {.userId = SET(ANN), .groupName = SET("g"), .role = SET(ROLE_USER)},
        .update = {.note = SET("x")}));
    UNDER_FAULTS(membership_delete(b->session, ANN, "g"));
    UNDER_FAULTS(membership_delete_many(b->session, .everything = true));
}

/* Duplicates are skipped, so that it does not matter which of the rounds created the rows. */
static void creating_many_survives_the_end_of_memory(void **state)
{
    both *b = *state;
    const UserSet items[] = {
        {.email = SET("a@b")}, {.email = SET("c@d"), .id = SET(70)}, {.email = SET("e@f")}};
    UNDER_FAULTS(user_create_many(b->session, .items = items, .count = 3, .skip_duplicates = true));
    UNDER_FAULTS(user_create_many_returning(b->session, .items = items, .count = 3,
                                            .skip_duplicates = true));
    assert_int_equal(user_count(b->session, .where = {.email = NE("bob@example.com")}), 4);
}

static void copying_survives_the_end_of_memory(void **state)
{
    both *b = *state;
    static MembershipSet items[4000];
    static char names[4000][8];
    if (b->is_sqlite)
        return;
    for (size_t i = 0; i < 4000; i++) {
        snprintf(names[i], sizeof names[i], "%zu", i);
        items[i] =
            (MembershipSet){.userId = SET(ANN), .groupName = SET(names[i]), .role = SET(ROLE_USER)};
    }
    UNDER_FAULTS_AFTER(membership_delete_many(b->session, .everything = true),
                       membership_create_many(b->session, .items = items, .count = 4000));
    assert_int_equal(membership_count(b->session), 4000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_EACH(a_find_by_key_allocates_nothing_beside_its_row),
        ON_EACH(finding_allocates_the_list),
        ON_EACH(writing_one_row_allocates_little),
        ON_EACH(counting_leaves_nothing_in_the_session),
        ON_EACH(reading_survives_the_end_of_memory),
        ON_EACH(writing_survives_the_end_of_memory),
        ON_EACH(creating_many_survives_the_end_of_memory),
        ON_EACH(copying_survives_the_end_of_memory),
    };
    return both_run(tests);
}
