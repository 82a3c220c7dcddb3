/* The log of changes: written by every call that writes, exact, and in the transaction of what it
 * tells. */
#include "ledger.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

/* "create update": what was done to the row with this id, the oldest first. */
static const char *deeds_of(tenon_session *s, int64_t id)
{
    static char text[256];
    tenon_audit_list history = account_history(s, id);
    assert_sound(s);
    text[0] = '\0';
    for (size_t i = history.count; i-- > 0;) {
        strcat(text, tenon_audit_operation_name(history.items[i].operation));
        strcat(text, i ? " " : "");
    }
    return text;
}

static tenon_session *session_of(both *b, const char *actor)
{
    tenon_session *s = tenon_session_open(b->db, &(tenon_session_options){.actor = actor});
    assert_non_null(s);
    return s;
}

static Account *open_account(tenon_session *s, const char *iban)
{
    Account *made = account_create(s, .iban = SET(iban), .owner = SET("ann"), .pin = SET("4321"));
    assert_sound(s);
    return made;
}

/* A member of a JSON object, in `room`; "-" when it is not there. */
static const char *member(tenon_json object, const char *name)
{
    static char room[512];
    char start[64];
    snprintf(start, sizeof start, "\"%s\":", name);
    const char *at = object.text ? strstr(object.text, start) : NULL;
    if (!at)
        return "-";
    at += strlen(start);
    at += *at == ' ';
    size_t length = *at == '"'   ? strcspn(at + 1, "\"") + 2
                    : *at == '[' ? strcspn(at, "]") + 1
                    : *at == '{' ? strcspn(at, "}") + 1
                                 : strcspn(at, ",}");
    snprintf(room, sizeof room, "%.*s", (int)length, at);
    return room;
}

static bool is_changed(const tenon_audit_entry *entry, int column)
{
    for (size_t i = 0; i < entry->changed_count; i++)
        if (entry->changed[i] == column)
            return true;
    return false;
}

/* How many entries there are in all. */
static int count_entries(both *b)
{
    return atoi(both_value(b, "SELECT count(*) FROM \"_tenon_audit\""));
}

/* ---- what an entry says ---------------------------------------------------------------------- */

static void a_change_has_time_actor_and_both_rows(void **state)
{
    both *b = *state;
    tenon_session *s = session_of(b, "ann");
    tenon_time start = tenon_time_now();
    Account *made = open_account(s, "X1");
    account_update(s, made->id, .owner = SET("bob"), .big = SET(INT64_MAX));
    tenon_audit_list history = account_history(s, made->id);
    assert_sound(s);
    assert_int_equal(history.count, 2);
    const tenon_audit_entry *update = &history.items[0], *create = &history.items[1];
    assert_int_equal(update->operation, TENON_AUDIT_UPDATE);
    assert_string_equal(update->actor, "ann");
    assert_null(update->reason);
    assert_true(llabs(update->at.us - start.us) < 60 * 1000000);
    assert_string_equal(member(update->before, "owner_name"), "\"ann\"");
    assert_string_equal(member(update->after, "owner_name"), "\"bob\"");
    assert_string_equal(member(update->after, "big"), "9223372036854775807");
    assert_int_equal(update->changed_count, 2);
    assert_true(is_changed(update, ACCOUNT_OWNER) && is_changed(update, ACCOUNT_BIG));
    assert_int_equal(create->operation, TENON_AUDIT_CREATE);
    assert_null(create->before.text);
    assert_true(is_changed(create, ACCOUNT_IBAN));
    assert_true(create->id < update->id);
    tenon_session_close(s);
}

static void sensitive_columns_are_nowhere(void **state)
{
    both *b = *state;
    Account *made = open_account(b->session, "X1");
    account_update(b->session, made->id, .pin = SET("9876"));
    account_purge(b->session, made->id);
    tenon_audit_list history = account_history(b->session, made->id);
    assert_sound(b->session);
    assert_int_equal(history.count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_false(is_changed(&history.items[i], ACCOUNT_PIN));
    assert_int_equal(history.items[1].changed_count, 0);
    const char *all = both_value(b, "SELECT count(*) FROM \"_tenon_audit\" WHERE "
                                    "CAST(\"before\" AS TEXT) LIKE '%4321%' OR "
                                    "CAST(\"after\" AS TEXT) LIKE '%4321%' OR "
                                    "CAST(\"after\" AS TEXT) LIKE '%pin%' OR "
                                    "CAST(\"after\" AS TEXT) LIKE '%9876%'");
    assert_string_equal(all, "0");
}

static void values_are_exact(void **state)
{
    both *b = *state;
    tenon_session *s = b->session;
    const char *labels[] = {"a\"b", "ü,"};
    const int32_t numbers[] = {INT32_MIN, 0, INT32_MAX};
    tenon_uuid code = {0x0123456789abcdefu, 0x0123456789abcdefu};
    Account *made = account_create(
        s, .iban = SET("X"), .owner = SET("line\nand \\ \"quote\" \x01"), .rank = SET(RANK_HIGH),
        .balance = SET(((tenon_decimal){.text = "12345.6789"})), .big = SET(INT64_MIN),
        .rate = SET(0.1), .isOpen = SET(false), .opened = SET(((tenon_time){1700000000123456})),
        .day = SET(((tenon_date){19000})), .code = SET(code),
        .blob = SET(((tenon_bytes){3, "\x00\xff\x7f"})),
        .settings = SET(((tenon_json){.text = "{\"a\": [1, null]}"})),
        .labels = SET(((tenon_text_array){labels, 2})),
        .numbers = SET(((tenon_int32_array){numbers, 3})));
    assert_sound(s);
    tenon_audit_list history = account_history(s, made->id);
    assert_sound(s);
    tenon_json row = history.items[0].after;
    assert_string_equal(member(row, "big"), "-9223372036854775808");
    assert_true(strtod(member(row, "rate"), NULL) == 0.1);
    assert_string_equal(member(row, "isOpen"), "false");
    assert_string_equal(member(row, "rank"), "\"high\"");
    assert_true(strncmp(member(row, "balance"), "12345.6789", 10) == 0);
    assert_true(strncmp(member(row, "opened"), "\"2023-11-14T22:13:20.123456", 27) == 0);
    assert_string_equal(member(row, "day"), "\"2022-01-08\"");
    assert_string_equal(member(row, "code"), "\"01234567-89ab-cdef-0123-456789abcdef\"");
    assert_string_equal(member(row, "blob"), "\"\\\\x00ff7f\"");
    assert_non_null(strstr(row.text, "[-2147483648"));
    assert_non_null(strstr(row.text, "null"));
    assert_non_null(strstr(row.text, "line\\nand \\\\ \\\"quote\\\" \\u0001"));
    assert_non_null(strstr(row.text, "ü"));
    assert_string_equal(member(row, "closedAt"), "null");
}

static void numbers_that_are_none_are_texts(void **state)
{
    both *b = *state;
    tariff_create(b->session, .name = SET("up"), .percent = SET(1.0 / 0.0));
    tariff_create(b->session, .name = SET("down"), .percent = SET(-1.0 / 0.0));
    assert_sound(b->session);
    tenon_audit_list up = tariff_history(b->session, "up");
    assert_true(strncmp(member(up.items[0].after, "percent"), "\"Inf", 4) == 0);
    tenon_audit_list down = tariff_history(b->session, "down");
    assert_true(strncmp(member(down.items[0].after, "percent"), "\"-Inf", 5) == 0);
    if (b->is_sqlite)
        return;
    tariff_create(b->session, .name = SET("none"), .percent = SET(NAN));
    assert_sound(b->session);
    tenon_audit_list none = tariff_history(b->session, "none");
    assert_string_equal(member(none.items[0].after, "percent"), "\"NaN\"");
}

static void reason_and_context_are_told_until_the_next(void **state)
{
    both *b = *state;
    tenon_session *s = session_of(b, "ann");
    assert_true(tenon_audit_note(s, "a customer's wish", "{\"ticket\": 7}"));
    Account *made = open_account(s, "X1");
    assert_true(tenon_audit_note(s, NULL, NULL));
    account_update(s, made->id, .owner = SET("bob"));
    tenon_audit_list history = account_history(s, made->id);
    assert_sound(s);
    assert_string_equal(history.items[1].reason, "a customer's wish");
    assert_string_equal(member(history.items[1].context, "ticket"), "7");
    assert_null(history.items[0].reason);
    assert_null(history.items[0].context.text);
    assert_string_equal(history.items[0].actor, "ann");
    assert_false(tenon_audit_note(s, NULL, "{"));
    assert_failed(s, TENON_VALIDATION, "must be JSON");
    tenon_session_close(s);
}

static void without_an_actor_there_is_none(void **state)
{
    both *b = *state;
    tenon_session *named = session_of(b, "ann");
    Account *made = open_account(named, "X1");
    account_update(b->session, made->id, .owner = SET("bob"));
    both_sql(b, "UPDATE \"Account\" SET \"owner_name\" = 'cid'");
    tenon_audit_list history = account_history(b->session, made->id);
    assert_sound(b->session);
    assert_int_equal(history.count, 3);
    assert_null(history.items[0].actor);
    assert_null(history.items[1].actor);
    assert_string_equal(history.items[2].actor, "ann");
    tenon_session_close(named);
}

/* ---- every call ------------------------------------------------------------------------------ */

static void calls_about_one_row_are_logged(void **state)
{
    both *b = *state;
    tenon_session *s = session_of(b, "ann");
    Account *made = open_account(s, "X1");
    account_update(s, made->id, .owner = SET("bob"));
    account_delete(s, made->id);
    account_restore(s, made->id);
    account_upsert(s, .on = ACCOUNT_BY_IBAN, .create = {.iban = SET("X1"), .owner = SET("c")},
                   .update = {.owner = SET("cid")});
    account_upsert(s, .on = ACCOUNT_BY_IBAN, .create = {.iban = SET("X2"), .owner = SET("d")},
                   .update = {.owner = SET("dan")});
    account_purge(s, made->id);
    assert_sound(s);
    assert_string_equal(deeds_of(s, made->id), "create update delete restore update purge");
    assert_int_equal(count_entries(b), 7);
    tenon_audit_list all = account_history_many(s, .actor = "ann");
    assert_int_equal(all.count, 7);
    tenon_session_close(s);
}

static void rows_that_are_really_deleted_say_so(void **state)
{
    both *b = *state;
    tariff_create(b->session, .name = SET("flat"), .percent = SET(1.5));
    tariff_delete(b->session, "flat");
    tenon_audit_list history = tariff_history(b->session, "flat");
    assert_sound(b->session);
    assert_int_equal(history.count, 2);
    assert_int_equal(history.items[0].operation, TENON_AUDIT_DELETE);
    assert_string_equal(member(history.items[0].before, "percent"), "1.5");
    assert_null(history.items[0].after.text);
}

static void bulk_calls_are_logged_row_by_row(void **state)
{
    enum { COUNT = 2500 }; /* beyond where COPY begins */
    both *b = *state;
    tenon_session *s = session_of(b, "ann");
    static AccountSet rows[COUNT];
    static char ibans[COUNT][8];
    for (size_t i = 0; i < COUNT; i++) {
        snprintf(ibans[i], sizeof ibans[i], "N%zu", i);
        rows[i] = (AccountSet){.iban = SET(ibans[i]), .owner = SET("ann"), .pin = SET("4321")};
    }
    assert_int_equal(account_create_many(s, .items = rows, .count = COUNT), COUNT);
    assert_int_equal(account_history_many(s, .actor = "ann").count, COUNT);
    assert_int_equal(
        account_update_many(s, .where = {.iban = STARTS_WITH("N1")}, .set = {.owner = SET("b")}),
        1111);
    assert_int_equal(account_delete_many(s, .where = {.iban = STARTS_WITH("N2")}), 611);
    assert_int_equal(account_restore_many(s, .where = {.iban = STARTS_WITH("N22")}), 111);
    assert_int_equal(account_purge_many(s, .everything = true), 500);
    assert_sound(s);
    assert_int_equal(account_history_many(s, .actor = "ann").count, COUNT + 1111 + 611 + 111 + 500);
    assert_int_equal(count_entries(b), COUNT + 1111 + 611 + 111 + 500);
    tenon_session_close(s);
}

static void a_copy_without_an_actor_is_logged(void **state)
{
    enum { COUNT = 2500 };
    both *b = *state;
    static TariffSet rows[COUNT];
    static char names[COUNT][8];
    for (size_t i = 0; i < COUNT; i++) {
        snprintf(names[i], sizeof names[i], "N%zu", i);
        rows[i] = (TariffSet){.name = SET(names[i]), .percent = SET((double)i)};
    }
    assert_int_equal(tariff_create_many(b->session, .items = rows, .count = COUNT), COUNT);
    assert_int_equal(tariff_history_many(b->session).count, COUNT);
}

static void many_rows_by_their_keys_are_logged(void **state)
{
    both *b = *state;
    tenon_session *s = session_of(b, "ann");
    const TariffSet first[] = {{.name = SET("a"), .percent = SET(1)},
                               {.name = SET("b"), .percent = SET(2)}};
    const TariffSet second[] = {{.name = SET("b"), .percent = SET(3)},
                                {.name = SET("c"), .percent = SET(4)}};
    tariff_upsert_many(s, .items = first, .count = 2);
    tariff_upsert_many(s, .items = second, .count = 2);
    tariff_update_each(s, .items = first, .count = 2);
    assert_sound(s);
    tenon_audit_list history = tariff_history(s, "b");
    assert_int_equal(history.count, 3);
    assert_string_equal(member(history.items[0].before, "percent"), b->is_sqlite ? "3.0" : "3");
    assert_string_equal(member(history.items[0].after, "percent"), b->is_sqlite ? "2.0" : "2");
    assert_int_equal(history.items[2].operation, TENON_AUDIT_CREATE);
    assert_int_equal(tariff_history(s, "c").count, 1);
    assert_int_equal(tariff_history_many(s, .actor = "ann").count, 6);
    tenon_session_close(s);
}

static void nested_writes_are_logged(void **state)
{
    both *b = *state;
    tenon_session *s = session_of(b, "ann");
    Account *made = account_create(
        s, .iban = SET("X1"), .owner = SET("ann"),
        .entries = &(EntryListWrite){.create = ENTRY_SETS({.number = SET(1), .text = SET("one")},
                                                          {.number = SET(2), .text = SET("two")})});
    assert_sound(s);
    assert_int_equal(entry_history(s, made->id, 2).count, 1);
    assert_int_equal(entry_history_many(s, .actor = "ann").count, 2);
    assert_string_equal(deeds_of(s, made->id), "create");
    tenon_session_close(s);
}

static void a_unit_of_work_is_logged(void **state)
{
    both *b = *state;
    tenon_session *s = session_of(b, "ann");
    tenon_unit *unit = tenon_unit_open(s);
    Account *row = tenon_unit_track(unit, &account_model, open_account(s, "X1"));
    Tariff added = {.name = "flat", .percent = 2};
    row->owner = "bob";
    tenon_unit_add(unit, &tariff_model, &added);
    assert_true(tenon_unit_flush(unit));
    tenon_unit_remove(unit, &tariff_model, &added);
    assert_true(tenon_unit_flush(unit));
    tenon_unit_close(unit);
    assert_sound(s);
    assert_string_equal(deeds_of(s, row->id), "create update");
    assert_int_equal(tariff_history(s, "flat").count, 2);
    assert_int_equal(account_history_many(s, .actor = "ann").count, 2);
    tenon_session_close(s);
}

static void rows_that_a_foreign_key_deletes_are_logged(void **state)
{
    both *b = *state;
    tenon_session *s = session_of(b, "ann");
    Account *made = open_account(s, "X1");
    entry_create(s, .accountId = SET(made->id), .number = SET(1), .text = SET("one"));
    account_purge(s, made->id);
    tenon_audit_list history = entry_history(s, made->id, 1);
    assert_sound(s);
    assert_int_equal(history.count, 2);
    assert_int_equal(history.items[0].operation, TENON_AUDIT_DELETE);
    assert_string_equal(history.items[0].actor, "ann");
    tenon_session_close(s);
}

static void sql_text_is_logged_too(void **state)
{
    both *b = *state;
    tariff_create(b->session, .name = SET("flat"), .percent = SET(1));
    both_sql(b, "UPDATE \"Tariff\" SET \"percent\" = 2; DELETE FROM \"Tariff\";");
    tenon_audit_list history = tariff_history(b->session, "flat");
    assert_sound(b->session);
    assert_int_equal(history.count, 3);
}

/* ---- transactions ---------------------------------------------------------------------------- */

static void what_is_rolled_back_leaves_nothing(void **state)
{
    both *b = *state;
    tenon_session *s = session_of(b, "ann");
    assert_true(tenon_begin(s));
    Account *made = open_account(s, "X1");
    assert_true(tenon_begin(s));
    account_update(s, made->id, .owner = SET("bob"));
    tenon_rollback(s);
    assert_string_equal(deeds_of(s, made->id), "create");
    tenon_rollback(s);
    assert_sound(s);
    assert_int_equal(count_entries(b), 0);
    if (b->is_sqlite)
        assert_string_equal(both_value(b, "SELECT count(*) FROM \"_tenon_note\""), "0");
    tenon_session_close(s);
}

static void a_write_that_fails_leaves_nothing(void **state)
{
    both *b = *state;
    tenon_session *s = session_of(b, "ann");
    open_account(s, "X1");
    assert_null(account_create(s, .iban = SET("X1"), .owner = SET("bob")));
    assert_failed(s, TENON_UNIQUE, "iban");
    assert_int_equal(count_entries(b), 1);
    if (b->is_sqlite)
        assert_string_equal(both_value(b, "SELECT count(*) FROM \"_tenon_note\""), "0");
    tenon_session_close(s);
}

static void a_failure_inside_of_a_transaction_does_not_sign_for_others(void **state)
{
    both *b = *state;
    tenon_session *s = session_of(b, "ann");
    open_account(s, "X1");
    assert_true(tenon_begin(s));
    assert_true(tenon_begin(s));
    account_create(s, .iban = SET("X1"), .owner = SET("bob"));
    tenon_rollback(s);
    account_create(s, .iban = SET("X2"), .owner = SET("bob"));
    assert_true(tenon_commit(s));
    assert_sound(s);
    assert_int_equal(account_history_many(s, .actor = "ann").count, 2);
    assert_int_equal(count_entries(b), 2);
    if (b->is_sqlite)
        assert_string_equal(both_value(b, "SELECT count(*) FROM \"_tenon_note\""), "0");
    tenon_session_close(s);
}

typedef struct adder {
    tenon_db *db;
    int32_t id;
    char actor[8];
} adder;

static void *add_one_often(void *ctx)
{
    adder *it = ctx;
    tenon_session *s = tenon_session_open(it->db, &(tenon_session_options){.actor = it->actor});
    for (int i = 0; i < 50; i++)
        account_update(s, it->id, .big = INCREASE(1));
    bool is_sound = !tenon_failed(s);
    tenon_session_close(s);
    return is_sound ? it : NULL;
}

static void old_values_are_right_among_many_writers(void **state)
{
    enum { THREADS = 3 };
    both *b = *state;
    Account *made = open_account(b->session, "X1");
    adder adders[THREADS];
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        adders[i] = (adder){.db = b->db, .id = made->id};
        snprintf(adders[i].actor, sizeof adders[i].actor, "t%d", i);
        assert_int_equal(pthread_create(&threads[i], NULL, add_one_often, &adders[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        void *result;
        pthread_join(threads[i], &result);
        assert_non_null(result);
    }
    tenon_audit_list history = account_history(b->session, made->id);
    assert_sound(b->session);
    assert_int_equal(history.count, THREADS * 50 + 1);
    for (size_t i = 0; i + 1 < history.count; i++) {
        size_t step = history.count - 1 - i;
        assert_int_equal(atoi(member(history.items[i].before, "big")), step - 1);
        assert_int_equal(atoi(member(history.items[i].after, "big")), step);
    }
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(account_history(b->session, made->id, .actor = adders[i].actor).count, 50);
}

/* ---- reading --------------------------------------------------------------------------------- */

static void a_history_is_read_in_pages(void **state)
{
    both *b = *state;
    tenon_session *s = b->session;
    Account *made = open_account(s, "X1");
    for (int i = 1; i < 10; i++)
        account_update(s, made->id, .big = SET(i));
    tenon_audit_list first = account_history(s, made->id, .limit = 4);
    assert_int_equal(first.count, 4);
    assert_string_equal(member(first.items[0].after, "big"), "9");
    tenon_audit_list second = account_history(s, made->id, .limit = 4, .before = first.items[3].id);
    assert_string_equal(member(second.items[0].after, "big"), "5");
    tenon_audit_list third = account_history(s, made->id, .limit = 4, .before = second.items[3].id);
    assert_sound(s);
    assert_int_equal(third.count, 2);
}

static void a_row_is_found_as_it_was_at_a_time(void **state)
{
    both *b = *state;
    tenon_session *s = b->session;
    Account *made = open_account(s, "X1");
    const struct timespec some = {.tv_nsec = 20 * 1000 * 1000};
    nanosleep(&some, NULL);
    tenon_time then = account_history(s, made->id).items[0].at;
    then.us += 10 * 1000;
    account_update(s, made->id, .owner = SET("bob"));
    tenon_audit_list was = account_history(s, made->id, .until = then, .limit = 1);
    assert_sound(s);
    assert_int_equal(was.count, 1);
    assert_string_equal(member(was.items[0].after, "owner_name"), "\"ann\"");
    assert_int_equal(account_history(s, made->id, .since = then).count, 1);
    then.us -= 1000 * 1000;
    assert_int_equal(account_history(s, made->id, .until = then).count, 0);
}

static void a_key_of_two_columns_has_a_history(void **state)
{
    both *b = *state;
    Account *made = open_account(b->session, "X1");
    entry_create(b->session, .accountId = SET(made->id), .number = SET(1), .text = SET("one"));
    entry_update(b->session, made->id, 1, .text = SET("uno"));
    tenon_audit_list history = entry_history(b->session, made->id, 1);
    assert_sound(b->session);
    assert_int_equal(history.count, 2);
    assert_int_equal(history.items[0].changed_count, 1);
    assert_int_equal(history.items[0].changed[0], ENTRY_TEXT);
    assert_int_equal(entry_history(b->session, made->id, 2).count, 0);
}

static void models_without_a_log_have_no_history(void **state)
{
    both *b = *state;
    const int64_t id = 1;
    const void *const key[] = {&id};
    tenon_history(&(tenon_audit_query){.session = b->session}, &voucher_model, key);
    assert_failed(b->session, TENON_MISUSE, "@tenon.audit");
}

/* ---- beside it ------------------------------------------------------------------------------- */

static void count_query(tenon_event *event, void *ctx)
{
    int *count = ctx;
    *count += strcmp(event->operation, "note") != 0;
}

static void hooks_do_not_see_the_log(void **state)
{
    both *b = *state;
    tenon_session *s = session_of(b, "ann");
    int queries = 0, creates = 0;
    const tenon_hook on_query = {
        .moments = TENON_AFTER_QUERY, .function = count_query, .ctx = &queries};
    const tenon_hook on_create = {
        .moments = TENON_AFTER_CREATE, .function = count_query, .ctx = &creates};
    tenon_session_hook_add(s, &on_query);
    tenon_session_hook_add(s, &on_create);
    open_account(s, "X1");
    assert_int_equal(queries, 1);
    assert_int_equal(creates, 1);
    tenon_session_close(s);
}

static void a_database_without_a_log_is_told(void **state)
{
    both *b = *state;
    tenon_session *s = session_of(b, "ann");
    both_sql(b, b->is_sqlite ? "ALTER TABLE \"_tenon_note\" RENAME TO \"gone\""
                             : "ALTER TABLE \"_tenon_audit\" RENAME TO \"gone\"");
    assert_null(account_create(s, .iban = SET("X1"), .owner = SET("ann")));
    assert_int_equal(tenon_session_error(s)->status, TENON_SCHEMA);
    assert_non_null(strstr(tenon_session_error(s)->hint, "tenon db push"));
    both_sql(b, b->is_sqlite ? "ALTER TABLE \"gone\" RENAME TO \"_tenon_note\""
                             : "ALTER TABLE \"gone\" RENAME TO \"_tenon_audit\"");
    tenon_session_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_LEDGER(a_change_has_time_actor_and_both_rows),
        ON_LEDGER(sensitive_columns_are_nowhere),
        ON_LEDGER(values_are_exact),
        ON_LEDGER(numbers_that_are_none_are_texts),
        ON_LEDGER(reason_and_context_are_told_until_the_next),
        ON_LEDGER(without_an_actor_there_is_none),
        ON_LEDGER(calls_about_one_row_are_logged),
        ON_LEDGER(rows_that_are_really_deleted_say_so),
        ON_LEDGER(bulk_calls_are_logged_row_by_row),
        ON_LEDGER(a_copy_without_an_actor_is_logged),
        ON_LEDGER(many_rows_by_their_keys_are_logged),
        ON_LEDGER(nested_writes_are_logged),
        ON_LEDGER(a_unit_of_work_is_logged),
        ON_LEDGER(rows_that_a_foreign_key_deletes_are_logged),
        ON_LEDGER(sql_text_is_logged_too),
        ON_LEDGER(what_is_rolled_back_leaves_nothing),
        ON_LEDGER(a_write_that_fails_leaves_nothing),
        ON_LEDGER(a_failure_inside_of_a_transaction_does_not_sign_for_others),
        ON_LEDGER(old_values_are_right_among_many_writers),
        ON_LEDGER(a_history_is_read_in_pages),
        ON_LEDGER(a_row_is_found_as_it_was_at_a_time),
        ON_LEDGER(a_key_of_two_columns_has_a_history),
        ON_LEDGER(models_without_a_log_have_no_history),
        ON_LEDGER(hooks_do_not_see_the_log),
        ON_LEDGER(a_database_without_a_log_is_told),
    };
    return ledger_run(tests);
}
