/* Rows of the log as rows of their model: what is read from it is what stood in the table. */
#include "ledger.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <tenon/audit.h>
#include <tenon/test.h>

#include "model/row.h"

enum { ROWS = 200 };

/* JSON without what the databases set between its parts. */
static char *squeeze(const char *text)
{
    char *copy = calloc(1, strlen(text) + 1), *to = copy;
    bool is_inside = false;
    for (const char *at = text; *at; at++) {
        if (*at == '"' && (at == text || at[-1] != '\\'))
            is_inside = !is_inside;
        if (is_inside || !isspace((unsigned char)*at))
            *to++ = *at;
    }
    return copy;
}

static bool is_same_json(const char *a, const char *b)
{
    char *x = squeeze(a), *y = squeeze(b);
    bool is_equal = strcmp(x, y) == 0;
    free(x);
    free(y);
    return is_equal;
}

/* The log has NULL and the JSON null in one form. */
static bool is_same_data(const Sample *logged, const Sample *stored)
{
    if (!logged->data.text)
        return stored->data.text && strcmp(stored->data.text, "null") == 0;
    return stored->data.text && is_same_json(logged->data.text, stored->data.text);
}

static bool is_same(const tenon_field *field, const Sample *a, const Sample *b)
{
    if (tenon__row_is_equal(field, a, b))
        return true;
    if (field == &sample_model.fields[SAMPLE_PRECISE - 1])
        return a->precise.value == b->precise.value;
    if (field == &sample_model.fields[SAMPLE_REAL - 1])
        return a->real.value == b->real.value;
    bool is_list = field->flags & TENON_FIELD_LIST;
    if (field->kind != TENON_KIND_JSON || is_list != (a->documents.count == b->documents.count))
        return field == &sample_model.fields[SAMPLE_DATA - 1] && is_same_data(a, b);
    for (size_t i = 0; i < a->documents.count; i++) {
        if (!is_same_json(a->documents.items[i].text, b->documents.items[i].text))
            return false;
    }
    return true;
}

static void assert_same(const Sample *logged, const Sample *stored)
{
    assert_non_null(logged);
    for (uint32_t i = 0; i < sample_model.field_count; i++) {
        const tenon_field *field = &sample_model.fields[i];
        if (!tenon__row_is_loaded(&sample_model, logged, i))
            fail_msg("%s is not loaded", field->name);
        if (!is_same(field, logged, stored))
            fail_msg("%s differs", field->name);
    }
}

static void every_value_comes_back(void **state)
{
    both *b = *state;
    const tenon_fake_options options = {.seed = 7, .text_most = 200, .list_most = 6};
    for (uint64_t i = 0; i < ROWS; i++) {
        Sample *made = tenon_fake_create(b->session, &sample_model, &options, i, NULL);
        assert_sound(b->session);
        Sample *stored = sample_find(b->session, made->id);
        tenon_audit_list history = sample_history(b->session, made->id);
        assert_sound(b->session);
        assert_null(sample_logged(b->session, history.items[0].before));
        assert_same(sample_logged(b->session, history.items[0].after), stored);
        assert_sound(b->session);
    }
}

/* What floats hold in their last digit, and what decimals hold that floats do not. */
static void ends_of_numbers_come_back(void **state)
{
    both *b = *state;
    static const double reals[] = {0.1, 1e300, 5e-324, 1.7976931348623157e308, 2.0 / 3, -1e-5};
    static const char *const amounts[] = {"0.1", "12345678.123456", "-99999999.999999",
                                          "3",   "0.000001",        "10000000.000003"};
    for (size_t i = 0; i < 6; i++) {
        Sample *made = sample_create(
            b->session, .precise = SET(reals[i]), .real = SET(0.1f), .big = SET(INT64_MIN),
            .amount = SET(((tenon_decimal){.text = amounts[i]})),
            .price = SET(((tenon_decimal){.text = "-123456789012345678901234567890123456.7890"})));
        assert_sound(b->session);
        tenon_audit_list history = sample_history(b->session, made->id);
        Sample *logged = sample_logged(b->session, history.items[0].after);
        assert_same(logged, sample_find(b->session, made->id));
        assert_true(logged->precise.value == reals[i]);
        assert_true(tenon_decimal_compare(logged->amount, (tenon_decimal){.text = amounts[i]}) ==
                    0);
        assert_string_equal(logged->price.text, "-123456789012345678901234567890123456.7890");
    }
}

static void numbers_that_are_none_come_back(void **state)
{
    both *b = *state;
    Tariff *up = tariff_create(b->session, .name = SET("up"), .percent = SET(INFINITY));
    Tariff *down = tariff_create(b->session, .name = SET("down"), .percent = SET(-INFINITY));
    assert_sound(b->session);
    tenon_audit_list history = tariff_history(b->session, up->name);
    assert_true(tariff_logged(b->session, history.items[0].after)->percent == INFINITY);
    history = tariff_history(b->session, down->name);
    assert_true(tariff_logged(b->session, history.items[0].after)->percent == -INFINITY);
    if (b->is_sqlite)
        return;
    tariff_create(b->session, .name = SET("none"), .percent = SET(NAN));
    history = tariff_history(b->session, "none");
    assert_true(isnan(tariff_logged(b->session, history.items[0].after)->percent));
}

static void sensitive_columns_are_not_loaded(void **state)
{
    both *b = *state;
    Account *made =
        account_create(b->session, .iban = SET("X"), .owner = SET("ann"), .pin = SET("4321"));
    account_update(b->session, made->id, .owner = SET("bob"));
    tenon_audit_list history = account_history(b->session, made->id);
    assert_sound(b->session);
    Account *before = account_logged(b->session, history.items[0].before);
    Account *after = account_logged(b->session, history.items[0].after);
    assert_string_equal(before->owner, "ann");
    assert_string_equal(after->owner, "bob");
    assert_false(ACCOUNT_LOADED(after, ACCOUNT_PIN));
    assert_null(after->pin);
    assert_false(ACCOUNT_LOADED(after, ACCOUNT_ENTRIES));
}

/* Columns come and go, and the log is older than they are. */
static void what_the_log_does_not_have_is_not_loaded(void **state)
{
    both *b = *state;
    Account *row = account_logged(
        b->session,
        (tenon_json){.len = 58,
                     .text = "{\"id\": \"seven\", \"big\": 12345678901234567890, \"x\": 1} "});
    assert_sound(b->session);
    assert_false(ACCOUNT_LOADED(row, ACCOUNT_ID) || ACCOUNT_LOADED(row, ACCOUNT_BIG));
    assert_int_equal(row->big, 0);
    assert_false(ACCOUNT_LOADED(row, ACCOUNT_OWNER));
    assert_null(account_logged(b->session, (tenon_json){0}));
    assert_sound(b->session);
    assert_null(account_logged(NULL, (tenon_json){.len = 2, .text = "{}"}));
}

/* ---- who acts -------------------------------------------------------------------------------- */

/* One session for several requests, whose transactions may change hands. */
static void another_actor_may_be_named_at_any_time(void **state)
{
    both *b = *state;
    tenon_session *s = tenon_session_open(b->db, &(tenon_session_options){.actor = "server"});
    Account *made = account_create(s, .iban = SET("X2"), .owner = SET("ann"), .pin = SET("4321"));
    static const char *const actors[] = {"ann", NULL, "bob", NULL};
    assert_true(tenon_begin(s));
    for (size_t i = 0; i < 4; i++) {
        assert_true(tenon_session_set_actor(s, actors[i]));
        account_update(s, made->id, .owner = SET(i % 2 ? "x" : "y"));
    }
    assert_true(tenon_commit(s));
    tenon_audit_list history = account_history(s, made->id);
    assert_int_equal(history.count, 5);
    for (size_t i = 0; i < 4; i++) {
        const char *found = history.items[3 - i].actor;
        assert_true(actors[i] ? found && !strcmp(found, actors[i]) : !found);
    }
    assert_string_equal(history.items[4].actor, "server");
    tenon_session_close(s);
}

static void a_reset_brings_the_first_actor_back(void **state)
{
    both *b = *state;
    tenon_session *s = tenon_session_open(b->db, &(tenon_session_options){.actor = "server"});
    assert_true(tenon_session_set_actor(s, "ann"));
    assert_int_equal(account_history_many(s, .actor = "ann").count, 0);
    tenon_session_reset(s);
    account_create(s, .iban = SET("X3"), .owner = SET("ann"), .pin = SET("4321"));
    assert_int_equal(account_history_many(s, .actor = "server").count, 1);
    assert_false(tenon_session_set_actor(s, "\xff"));
    assert_failed(s, TENON_VALIDATION, "UTF-8");
    assert_false(tenon_session_set_actor(NULL, "ann"));
    tenon_session_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_LEDGER(every_value_comes_back),
        ON_LEDGER(ends_of_numbers_come_back),
        ON_LEDGER(numbers_that_are_none_come_back),
        ON_LEDGER(sensitive_columns_are_not_loaded),
        ON_LEDGER(what_the_log_does_not_have_is_not_loaded),
        ON_LEDGER(another_actor_may_be_named_at_any_time),
        ON_LEDGER(a_reset_brings_the_first_actor_back),
    };
    return ledger_run(tests);
}
