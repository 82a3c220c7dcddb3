/* Functions of the program that check values (@tenon.validate(custom: …)), and what is required
 * although its column may be NULL. */
#include "ledger.h"

static void a_function_of_the_program_checks_text(void **state)
{
    tenon_session *s = ((both *)*state)->session;
    assert_null(voucher_create(s, .code = SET("abc"), .giver = SET("g")));
    assert_failed(s, TENON_VALIDATION, "Voucher.code: is not valid");
    assert_null(voucher_create(s, .code = SET("A"), .giver = SET("g")));
    assert_failed(s, TENON_VALIDATION, "must have at least 2 characters");
    Voucher *made = voucher_create(s, .code = SET("Abc"), .giver = SET("g"));
    assert_sound(s);
    voucher_update(s, made->id, .code = SET("lower"));
    assert_failed(s, TENON_VALIDATION, "code");
}

static void a_function_may_say_why(void **state)
{
    tenon_session *s = ((both *)*state)->session;
    voucher_create(s, .code = SET("AA"), .giver = SET("g"), .amount = SET(7));
    assert_string_equal(tenon_session_error(s)->field, "amount");
    assert_failed(s, TENON_VALIDATION, "five by five");
    voucher_create(s, .code = SET("AA"), .giver = SET("g"), .rest = SET(INT64_MAX));
    assert_failed(s, TENON_VALIDATION, "five by five");
}

static void nobody_is_asked_about_null(void **state)
{
    tenon_session *s = ((both *)*state)->session;
    Voucher *made = voucher_create(s, .code = SET("AA"), .giver = SET("g"), .amount = SET_NULL());
    assert_sound(s);
    assert_false(made->amount.has);
}

static void enums_and_lists_have_functions_too(void **state)
{
    tenon_session *s = ((both *)*state)->session;
    voucher_create(s, .code = SET("AA"), .giver = SET("g"), .rank = SET(RANK_HIGH));
    assert_failed(s, TENON_VALIDATION, "Voucher.rank: nobody is so high");
    const char *labels[] = {"a", "b", "c"};
    voucher_create(s, .code = SET("AA"), .giver = SET("g"),
                   .labels = SET(((tenon_text_array){labels, 3})));
    assert_failed(s, TENON_VALIDATION, "labels");
    Voucher *made = voucher_create(s, .code = SET("AA"), .giver = SET("g"),
                                   .labels = SET(((tenon_text_array){labels, 2})));
    assert_sound(s);
    assert_int_equal(made->labels.count, 2);
}

static void every_row_of_a_bulk_call_is_checked(void **state)
{
    both *b = *state;
    tenon_session *s = b->session;
    VoucherSet rows[1200];
    for (size_t i = 0; i < 1200; i++)
        rows[i] = (VoucherSet){.code = SET("AB"), .giver = SET("g"), .amount = SET(5)};
    rows[1100].amount = (tenon_int_set)SET(6);
    assert_int_equal(voucher_create_many(s, .items = rows, .count = 1200), 0);
    assert_string_equal(tenon_session_error(s)->hint, "in items[1100]");
    assert_failed(s, TENON_VALIDATION, "five by five");
    assert_string_equal(both_value(b, "SELECT count(*) FROM \"Voucher\""), "0");
}

static void what_is_required_is_not_null(void **state)
{
    tenon_session *s = ((both *)*state)->session;
    voucher_create(s, .code = SET("AA"));
    assert_failed(s, TENON_VALIDATION, "Voucher.giver: is required");
    voucher_create(s, .code = SET("AA"), .giver = SET_NULL());
    assert_failed(s, TENON_VALIDATION, "Voucher.giver: is required");
    const VoucherSet rows[] = {{.code = SET("AA"), .giver = SET("g")}, {.code = SET("AA")}};
    voucher_create_many(s, .items = rows, .count = 2);
    assert_string_equal(tenon_session_error(s)->hint, "in items[1]");
    assert_failed(s, TENON_VALIDATION, "Voucher.giver: is required");
    Voucher *made = voucher_create(s, .code = SET("AA"), .giver = SET("g"));
    voucher_update(s, made->id, .giver = SET_OR_NULL(NULL));
    assert_failed(s, TENON_VALIDATION, "Voucher.giver: is required");
}

static void bytes_have_a_length(void **state)
{
    tenon_session *s = ((both *)*state)->session;
    voucher_create(s, .code = SET("AA"), .giver = SET("g"), .stamp = SET(((tenon_bytes){1, "x"})));
    assert_failed(s, TENON_VALIDATION, "must have at least 2 bytes");
    voucher_create(s, .code = SET("AA"), .giver = SET("g"),
                   .stamp = SET(((tenon_bytes){5, "xxxxx"})));
    assert_failed(s, TENON_VALIDATION, "must have at most 4 bytes");
    assert_non_null(voucher_create(s, .code = SET("AA"), .giver = SET("g"),
                                   .stamp = SET(((tenon_bytes){2, "x"}))));
    assert_sound(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_LEDGER(a_function_of_the_program_checks_text),
        ON_LEDGER(a_function_may_say_why),
        ON_LEDGER(nobody_is_asked_about_null),
        ON_LEDGER(enums_and_lists_have_functions_too),
        ON_LEDGER(every_row_of_a_bulk_call_is_checked),
        ON_LEDGER(what_is_required_is_not_null),
        ON_LEDGER(bytes_have_a_length),
    };
    return ledger_run(tests);
}
