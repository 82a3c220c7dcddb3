/* What a call may cost: no allocation when plan, statement, the arena's block and the connection's
 * buffers are there, which the first two calls see to. */
#include "by_hand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "fault.h"

static size_t count_of_find(tenon_session *s)
{
    fault_count_from_here();
    assert_non_null(note_find(s, 1));
    size_t count = fault_count();
    tenon_session_reset(s);
    return count;
}

static size_t count_of_transaction(tenon_session *s)
{
    fault_count_from_here();
    assert_true(tenon_begin(s));
    tenon_rollback(s);
    return fault_count();
}

static void a_hit_allocates_nothing(void **state)
{
    for (int which = 0; which < 2; which++) {
        tenon_db *db = open_db(new_note_url(which), NULL);
        tenon_session *s = tenon_session_open(db, NULL);
        assert_true(note_insert(s, 1, "one"));
        assert_true(count_of_find(s) > 0);
        count_of_find(s); /* the first of what has run before */
        for (int i = 0; i < 3; i++)
            assert_int_equal(count_of_find(s), 0);
        count_of_transaction(s);
        assert_int_equal(count_of_transaction(s), 0);
        tenon_session_close(s);
        tenon_close(db);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hit_allocates_nothing),
    };
    return cmocka_run_group_tests_name("budget", tests, NULL, NULL);
}
