/* Finding rows by a key and by a query. */
#include "both.h"

static void some_users(both *b)
{
    both_sql(b, "INSERT INTO \"User\" (\"id\", \"email\", \"name\", \"age\", \"role\", \"active\","
                " \"score\", \"balance\", \"tags\", \"createdAt\", \"updatedAt\") VALUES "
                "(1, 'ann@example.com', 'Ann', 31, 'ADMIN', true, 1.5, 10.25, '{}',"
                " '2024-01-01 00:00:00', '2024-01-01 00:00:00')");
}

static void a_row_is_found_by_its_key(void **state)
{
    both *b = *state;
    some_users(b);
    User *ann = user_find(b->session, 1);
    assert_sound(b->session);
    assert_non_null(ann);
    assert_string_equal(ann->email, "ann@example.com");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(a_row_is_found_by_its_key),
    };
    return both_run(tests);
}
