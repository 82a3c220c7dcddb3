/* Memory runs out at every place of every public function, on both databases.
 *
 * Each function of the exported list has a row in the table below: test_every_call_sqlite.c
 * compares the two. For those that can need memory the n-th allocation fails, n = 1 …, once with
 * only that one failing and once with all from there on. Then: the call was done whole, or it
 * failed with NO_MEMORY and changed nothing; no block is left; the same session and the same pool
 * do their work. Each round has a fresh database handle, so that what is allocated once is
 * allocated here.
 *
 * TENON_FAULTS=all (`make heavy`) does all of that. In `make check` every allocation of ours fails
 * too, but not all that each call would repeat. On PostgreSQL, where a round costs a process of the
 * server, one allocation fails alone and the next one with all from there on. On SQLite both ways,
 * but of allocations that SQLite makes one after another only the first, the second, the fourth,
 * the eighth … (fault_sample_sqlite), and it has parsed the schema before, but for one call and for
 * those that open databases themselves.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "every_call.h"
#include "fault.h"
#include "rare_calls.h"
#include "sample.h"
#include "sample_schema.h"
#include "testdb.h"

#include <tenon/test.h>

enum { OTHER_ID = 200000 }; /* beyond what the database counts up to here */

/* ---- reading --------------------------------------------------------------------------------- */

static bool find_by(tenon_session *s)
{
    return (user_find_by_email)(s, ANN) && user_find_by_email(s, ANN, .table = {.name = "User"});
}

static bool find_first(tenon_session *s)
{
    return user_find_first(s, .where = {.name = STARTS_WITH("A")}) != NULL;
}

static bool find_many(tenon_session *s)
{
    const char *const names[] = {"Ann", "Bob"};
    return user_find_many(s, .where = {.name = IN(names, 2), .age = BETWEEN(0, 99)},
                          .order_by = {DESC(USER_CREATED_AT)}, .limit = 10)
               .count == 1;
}

static bool is_ann(User *user, void *ctx)
{
    *(bool *)ctx = strcmp(user->email, ANN) == 0;
    return true;
}

/* With a connection of its own, and in a transaction. */
static bool stream(tenon_session *s)
{
    const char *const names[] = {"Ann", "Bob"};
    bool is_found = false;
    bool is_done = user_each(s, is_ann, &is_found, .where = {.name = IN(names, 2)}) && is_found;
    is_done = is_done && tenon_begin(s);
    UserStream users = user_stream_open(s, .where = {.tags = HAS("a")});
    is_done = is_done && user_stream_next(users);
    is_done = user_stream_close(users) && is_done;
    return (!tenon_in_transaction(s) || tenon_commit(s)) && is_done;
}

static bool explain(tenon_session *s)
{
    const char *const names[] = {"Ann", "Bob"};
    return user_explain(s, .where = {.name = IN(names, 2)}, .limit = 10) != NULL;
}

static bool count(tenon_session *s)
{
    return user_count(s, .where = {.tags = HAS("a")}) == 1;
}

static bool load(tenon_session *s)
{
    User *ann = user_find_by_email(s, ANN);
    if (!ann)
        return false;
    user_load(s, ann, 1,
              .include = {.posts = &(PostQuery){.order_by = {ASC(POST_TITLE)},
                                                .limit = 3,
                                                .include = {.author = &(UserQuery){0}}}},
              .counts = {.memberships = &(MembershipWhere){0}});
    return !tenon_failed(s) && ann->counts && USER_LOADED(ann, USER_POSTS);
}

static bool exists(tenon_session *s)
{
    return user_exists(s, .where = {.balance = GE(((tenon_decimal){0, "0.5"}))});
}

static bool aggregate(tenon_session *s)
{
    UserAggregate all = user_aggregate(
        s, .count = true, .sum = {USER_BALANCE, USER_AGE}, .avg = {USER_BALANCE},
        .min = {USER_NAME},
        .parts = USER_PARTS({.where = &(UserWhere){.name = STARTS_WITH("A")}, .count = true}));
    return all.count == 1 && all.parts[0].count == 1 && all.sum.balance.text;
}

static bool group(tenon_session *s)
{
    return user_group(s, .by = {USER_ROLE}, .count = true, .having = {.sum.age = GE(0)},
                      .order_by = {DESC_COUNT()}, .limit = 2)
               .count == 1;
}

static bool facets(tenon_session *s)
{
    return user_facets(s, .column = USER_NAME, .limit = 2).count == 1;
}

static bool page(tenon_session *s)
{
    if (!tenon_begin(s) || !user_create(s, .email = SET("other@example.com")))
        return false;
    UserPage first = user_page(s, .size = 1, .order_by = {ASC(USER_NAME)});
    UserPage next = user_page(s, .size = 1, .order_by = {ASC(USER_NAME)}, .after = first.next);
    UserPage back = user_page(s, .size = 1, .order_by = {ASC(USER_NAME)}, .before = next.previous);
    bool is_done = first.count == 1 && next.count == 1 && back.count == 1 && !tenon_failed(s);
    tenon_rollback(s);
    return is_done;
}

static bool page_of(tenon_session *s)
{
    return user_page_of(s, .size = 1, .page = 1).total == 1 &&
           user_page_of(s, .size = 1, .page = 7).total == 1;
}

/* ---- writing --------------------------------------------------------------------------------- */

static bool create(tenon_session *s)
{
    const char *const tags[] = {"x", "y"};
    return user_create(s, .email = SET("bob@example.com"), .role = SET(ROLE_ADMIN),
                       .tags = SET(((tenon_text_array){tags, 2}))) != NULL;
}

static const UserSet two[] = {{.email = SET("c@d")}, {.email = SET("e@f"), .id = SET(OTHER_ID)}};

static bool nested(tenon_session *s)
{
    const PostListWrite posts = {.update_many = POST_UPDATES({.set = {.views = SET(1)}}),
                                 .create = POST_SETS({.slug = SET("a"), .title = SET("A")})};
    return user_update(s, ANN_ID, .name = SET("Anna"), .posts = &posts) != NULL;
}

static bool unit_of_work(tenon_session *s)
{
    tenon_difference found;
    User bob = {.email = "bob@example.com", .role = ROLE_ADMIN, .balance = {.text = "0"}};
    tenon_unit *unit = tenon_unit_open(s);
    User *ann = tenon_unit_track(unit, &user_model, (user_find)(s, ANN_ID));
    if (ann)
        ann->name = "Anna";
    bool is_done = ann && tenon_changes(unit, &user_model, ann, &found, 1) == 1 &&
                   tenon_unit_add(unit, &user_model, &bob) && tenon_unit_flush(unit) &&
                   tenon_unit_remove(unit, &user_model, &bob);
    tenon_unit_close(unit);
    return is_done;
}

static bool create_many(tenon_session *s)
{
    return user_create_many(s, .items = two, .count = 2) == 2;
}

static bool create_many_returning(tenon_session *s)
{
    return user_create_many_returning(s, .items = two, .count = 2, .skip_duplicates = true).count ==
           2;
}

static bool update(tenon_session *s)
{
    return user_update(s, ANN_ID, .name = SET("Anna"), .age = INCREASE(1)) != NULL;
}

static bool update_many(tenon_session *s)
{
    return user_update_many(s, .where = {.email = EQ(ANN)}, .set = {.name = SET("Anna")}) == 1;
}

static bool upsert(tenon_session *s)
{
    return user_upsert(s, .on = USER_BY_EMAIL, .create = {.email = SET(ANN)},
                       .update = {.name = SET("Anna")}) != NULL;
}

static bool write_by_keys(tenon_session *s)
{
    const UserSet one = {.email = SET(ANN), .age = SET(8)};
    return user_upsert_many(s, .on = USER_BY_EMAIL, .items = &one, .count = 1) == 1 &&
           user_upsert_many_returning(s, .on = USER_BY_EMAIL, .items = &one, .count = 1).count &&
           user_update_each(s, .on = USER_BY_EMAIL, .items = &one, .count = 1) == 1;
}

static bool delete_one(tenon_session *s)
{
    return (user_delete)(s, ANN_ID) != NULL;
}

static bool delete_one_in_table(tenon_session *s)
{
    return user_delete(s, ANN_ID, .table = {.name = "User"}) != NULL;
}

static bool delete_many(tenon_session *s)
{
    return user_delete_many(s, .everything = true) == 1;
}

static bool execute(tenon_session *s)
{
    return tenon_execute(s, "UPDATE \"User\" SET \"name\" = 'Anna'");
}

/* ---- transactions ---------------------------------------------------------------------------- */

/* A transaction, and a savepoint in it. */
static bool begin(tenon_session *s)
{
    bool is_begun = tenon_begin(s);
    return is_begun && tenon_begin(s);
}

static bool commit(tenon_session *s)
{
    bool is_released = begin(s) && update(s) && tenon_commit(s);
    return is_released && tenon_commit(s);
}

static bool roll_back(tenon_session *s)
{
    bool is_begun = begin(s);
    tenon_rollback(s);
    tenon_rollback(s);
    return is_begun;
}

/* A snapshot, with a setting where there are any. */
static bool begin_with(tenon_session *s)
{
    static const tenon_setting settings[] = {{"app.tenant", "7"}};
    bool has_settings = strncmp(url, "postgresql:", 11) == 0;
    const tenon_transaction_options options = {.isolation = TENON_REPEATABLE_READ,
                                               .read_only = true,
                                               .settings = settings,
                                               .setting_count = has_settings};
    return tenon_begin_with(s, &options) && count(s) && tenon_commit(s);
}

static void note_call(tenon_session *s, void *ctx)
{
    (void)s;
    *(bool *)ctx = true;
}

static bool update_and_note(tenon_session *s, void *ctx)
{
    return update(s) && tenon_after_commit(s, note_call, ctx);
}

static bool transaction(tenon_session *s)
{
    bool is_called = false;
    bool is_done =
        tenon_transaction(s, update_and_note, &is_called, NULL) && tenon_transaction_tries(s) >= 1;
    assert_int_equal(is_called, is_done);
    return is_done;
}

static bool begin_test(tenon_session *s)
{
    bool is_done = tenon_begin_test(s) && update(s) && transaction(s);
    tenon_session_reset(s);
    return is_done;
}

static bool statement_limit(tenon_session *s)
{
    uint64_t before = tenon_statement_count(s);
    tenon_statement_limit(s, 1);
    bool is_done = update(s) && tenon_statement_count(s) == before + 1;
    tenon_statement_limit(s, -1);
    return is_done;
}

static bool statement_log(tenon_session *s)
{
    char text[2000];
    tenon_statement_log log = {.text = text, .size = sizeof text};
    bool is_done = tenon_statement_log_start(s, &log) && update(s) && log.length > 0;
    tenon_statement_log_stop(s, &log);
    return is_done;
}

/* ---- sessions and databases ------------------------------------------------------------------ */

static bool session_alloc(tenon_session *s)
{
    return tenon_session_alloc(s, 100000) != NULL;
}

static bool session_take(tenon_session *s)
{
    bool is_found = find_by(s);
    tenon_results *results = tenon_session_take(s);
    tenon_results_free(results);
    return is_found && results;
}

static bool session_rewind(tenon_session *s)
{
    tenon_mark mark = tenon_session_mark(s);
    bool is_found = find_by(s);
    tenon_session_rewind(s, mark);
    return is_found;
}

static bool session_reset(tenon_session *s)
{
    tenon_begin(s);
    bool is_found = find_by(s);
    tenon_session_reset(s);
    return is_found;
}

/* It can only say NULL. */
static bool has_opened_session(tenon_db *db)
{
    tenon_session *s = tenon_session_open(db, &(tenon_session_options){.actor = "ann"});
    tenon_session_close(s);
    return s != NULL;
}

static bool open_another(tenon_session *s)
{
    tenon_error err = {0};
    tenon_db *db = tenon_open(url, &(tenon_options){.application_name = "another"}, &err);
    /* SQLite keeps the old journal mode without a word when memory is short. */
    bool is_hidden = err.status == TENON_UNSUPPORTED && strstr(err.message, "write-ahead");
    if (!db && err.status != TENON_NO_MEMORY && !is_hidden)
        fail_msg("tenon_open: %s: %s", tenon_status_name(err.status), err.message);
    bool is_done = db && has_opened_session(db) && rare_hook_of_database(db, &err);
    tenon_close(db);
    return is_done;
}

typedef struct public_call {
    const char *symbols; /* that it stands for */
    bool (*run)(tenon_session *s);
    bool parses_schema; /* it is always the first on its connection */
} public_call;

static const public_call calls[] = {
    {"tenon_find_by tenon_find_by_with", find_by, .parses_schema = true},
    {"tenon_find_first", find_first},
    {"tenon_find_many", find_many},
    {"tenon_explain", explain},
    {"tenon_stream_open tenon_stream_next tenon_stream_close", stream},
    {"tenon_count", count},
    {"tenon_exists", exists},
    {"tenon_load", load},
    {"tenon_aggregate", aggregate},
    {"tenon_group", group},
    {"tenon_facets", facets},
    {"tenon_find_page", page},
    {"tenon_find_page_of", page_of},
    {"tenon_create", create},
    {"tenon_update", nested},
    {"tenon_unit_open tenon_unit_close tenon_unit_track tenon_unit_add tenon_unit_remove "
     "tenon_unit_flush tenon_changes",
     unit_of_work},
    {"tenon_create_many", create_many},
    {"tenon_create_many_returning", create_many_returning},
    {"tenon_update", update},
    {"tenon_update_many", update_many},
    {"tenon_upsert", upsert},
    {"tenon_loader_open tenon_loader_want tenon_loader_get tenon_loader_forget tenon_loader_close",
     rare_loader},
    {"tenon_get_or_create", rare_get_or_create},
    {"tenon_create_or_ignore", rare_create_or_ignore},
    {"tenon_update_many_returning tenon_delete_many_returning", rare_many_returning},
    {"tenon_upsert_many tenon_upsert_many_returning tenon_update_each", write_by_keys},
    {"tenon_delete", delete_one},
    {"tenon_delete_with", delete_one_in_table},
    {"tenon_delete_many", delete_many},
    {"tenon_execute", execute},
    {"tenon_begin", begin},
    {"tenon_commit", commit},
    {"tenon_rollback", roll_back},
    {"tenon_begin_with", begin_with},
    {"tenon_transaction tenon_transaction_tries tenon_after_commit", transaction},
    {"tenon_begin_test", begin_test},
    {"tenon_statement_count tenon_statement_limit", statement_limit},
    {"tenon_statement_log_start tenon_statement_log_stop", statement_log},
    {"tenon_fake", rare_fake},
    {"tenon_fake_create", rare_fake_create},
    {"tenon_restore tenon_restore_with tenon_restore_many tenon_purge tenon_purge_with "
     "tenon_purge_many",
     rare_marked_rows},
    {"tenon_session_hook_add tenon_session_hook_remove tenon_event_parameter tenon_veto "
     "tenon_repeats_reset",
     rare_hooks},
    {"tenon_history tenon_logged tenon_audit_note tenon_audit_operation_name "
     "tenon_session_set_actor",
     rare_log_of_changes},
    {"tenon_migrate tenon_migrate_status tenon_verify", rare_migrate},
    {"tenon_migrate_undo tenon_migrate_resolve", rare_migrate_back},
    {"tenon_statement_one tenon_statement_many tenon_statement_exec tenon_statement_rows "
     "tenon_statement_stream",
     sql_statement},
    {"tenon_statement_batch tenon_statement_batch_lists", sql_batch},
    {"tenon_statement_copy", sql_copy},
    {"tenon_sql_new tenon_sqlf tenon_sql_plan tenon_sql_text tenon_sql_one tenon_sql_many "
     "tenon_sql_stream tenon_sql_exec",
     sql_dynamic},
    {"tenon_sql_cells tenon_cell_int64 tenon_cell_double tenon_cell_bool", sql_cells},
    {"tenon_sql_explain tenon_statement_explain", sql_explain},
    {"tenon_pack tenon_pack_many tenon_packed_read_info tenon_packed_free tenon_unpack "
     "tenon_unpack_range tenon_unpacked_free",
     array_calls},
    {"tenon_trace_open tenon_trace_close tenon_trace_parent tenon_trace_statistics "
     "tenon_statistics_free tenon_trace_reset tenon_trace_text tenon_duration_edge_ns "
     "tenon_trace_listen tenon_trace_profile tenon_trace_memory tenon_server_statements_read",
     trace_calls},
    {"tenon_columns_expect tenon_columns_take tenon_columns_count tenon_columns_width "
     "tenon_columns_at tenon_columns_named tenon_columns_bytes tenon_columns_free "
     "tenon_columns_open tenon_columns_next tenon_columns_close tenon_columns_export "
     "tenon_columns_export_stream tenon_columns_came_by tenon_columns_reason",
     column_calls},
    {"tenon_async_open tenon_async_start tenon_async_ready tenon_async_expire tenon_async_cancel "
     "tenon_async_count tenon_async_close",
     async_calls},
    {"tenon_batch_open tenon_batch_add tenon_batch_run tenon_batch_count tenon_batch_error "
     "tenon_batch_clear tenon_batch_close",
     batch_calls},
    {"tenon_session_alloc", session_alloc},
    {"tenon_session_take tenon_results_free", session_take},
    {"tenon_session_mark tenon_session_rewind", session_rewind},
    {"tenon_session_reset", session_reset},
    {"tenon_open tenon_close tenon_session_open tenon_session_close tenon_db_dialect "
     "tenon_db_metrics tenon_hook_add tenon_hook_remove",
     open_another},
    {"tenon_pool_resize tenon_pool_recycle tenon_pool_drain tenon_pool_resume tenon_pool_tend "
     "tenon_pool_leases tenon_pool_wait_bound_us",
     rare_pool},
    {"tenon_replicas_open tenon_replicas_add tenon_replicas_look tenon_replicas_metrics "
     "tenon_replicas_misses "
     "tenon_read_from tenon_read_position tenon_read_after",
     rare_replicas},
    {"tenon_time_now tenon_time_parse tenon_time_format tenon_date_parse tenon_date_format "
     "tenon_clock_parse tenon_clock_format tenon_clock_tz_parse tenon_clock_tz_format "
     "tenon_interval_parse tenon_interval_format tenon_interval_compare tenon_vector_distance "
     "tenon_uuid_parse tenon_uuid_format tenon_decimal_parse tenon_decimal_from_int64 "
     "tenon_decimal_to_int64 tenon_decimal_to_double tenon_decimal_approximate "
     "tenon_decimal_compare tenon_enum_name tenon_enum_value tenon_error_reset tenon_error_clear "
     "tenon_error_is_retryable tenon_cancel tenon_failed tenon_message tenon_session_error "
     "tenon_in_transaction tenon_session_dialect tenon_status_name tenon_version",
     rare_need_nothing},
};

/* ---- one round ------------------------------------------------------------------------------- */

static const char restore[] =
    "DELETE FROM \"posts\"; DELETE FROM \"User\"; INSERT INTO \"User\" VALUES (100000, "
    "'ann@example.com', 'Ann', 30, 'USER', true, 0, 7, '%s', '2024-01-01T00:00:00.000+00:00', "
    "'2024-01-01T00:00:00.000+00:00')";

static void restore_rows(tenon_session *s)
{
    char sql[sizeof restore + 16];
    bool is_sqlite = strncmp(url, "sqlite:", 7) == 0;
    snprintf(sql, sizeof sql, restore, is_sqlite ? "[\"a\"]" : "{a}");
    if (!tenon_execute(s, sql))
        fail_msg("%s", tenon_message(s));
}

/* A failed call has changed nothing, unless it says so (the row was written and could not be given
 * back), and its session is as good as before. */
static void assert_whole(tenon_session *s, const char *name, bool is_done)
{
    const tenon_error *err = tenon_session_error(s);
    /* A savepoint that cannot be rolled back takes the transaction with it. */
    bool is_lost = err->status == TENON_UNAVAILABLE && strstr(err->message, "nested");
    if (tenon_failed(s) && err->status != TENON_NO_MEMORY && !is_lost)
        fail_msg("%s: %s: %s", name, tenon_status_name(err->status), err->message);
    if (is_done && tenon_failed(s))
        fail_msg("%s: done and yet failed: %s", name, err->message);
    bool is_applied = err->applied == TENON_APPLIED_YES && !tenon_in_transaction(s);
    while (tenon_in_transaction(s))
        tenon_rollback(s);
    tenon_error_clear(s);
    if (!is_done && !is_applied &&
        (user_count(s) != 1 || !user_exists(s, .where = {.name = EQ("Ann")})))
        fail_msg("%s failed and changed something; %s", name, tenon_message(s));
    restore_rows(s);
}

static bool takes_all(void)
{
    const char *word = getenv("TENON_FAULTS");
    return word && strcmp(word, "all") == 0;
}

/* The first statement on a connection has SQLite parse the whole schema. */
static void have_schema_parsed(tenon_session *s)
{
    if (strncmp(url, "sqlite:", 7) == 0 && !tenon_execute(s, "SELECT 1 FROM \"User\""))
        fail_msg("%s", tenon_message(s));
}

/* True when memory had run out in it. */
static bool run_round(const public_call *call, size_t n, fault_mode mode)
{
    tenon_error err;
    size_t live = fault_live_count();
    tenon_db *db = tenon_open(url, NULL, &err);
    tenon_session *s = tenon_session_open(db, NULL);
    assert_non_null(s);
    if (!call->parses_schema && !takes_all())
        have_schema_parsed(s);
    fault_arm(n, mode);
    bool is_done = call->run(s);
    bool has_failed = fault_disarm();
    if (!is_done && !has_failed)
        fail_msg("%s: %s", call->symbols, tenon_message(s));
    assert_whole(s, call->symbols, is_done);
    assert_int_equal(tenon_db_metrics(db).leased, 0);
    tenon_session_close(s);
    tenon_close(db);
    if (fault_live_count() != live)
        fail_msg("%s: %zu blocks are left", call->symbols, fault_live_count() - live);
    return has_failed;
}

/* The handle stays open, so that closing another is not SQLite's last: that one would clear the log
 * and remove its files, thousands of times. */
static tenon_db *prepare_rows(void)
{
    tenon_error err;
    tenon_db *db = tenon_open(url, NULL, &err);
    tenon_session *s = tenon_session_open(db, NULL);
    restore_rows(s);
    tenon_session_close(s);
    return db;
}

/* Each allocation of the call in turn, in the modes by turns. */
static void run_call(const public_call *call, const fault_mode *modes, size_t mode_count)
{
    size_t n = 1;
    while (run_round(call, n, modes[n % mode_count]))
        n++;
    assert_true(n == 1 || call->run != rare_need_nothing);
}

void every_call_survives(const char *of_database)
{
    static const fault_mode modes[] = {FAULT_ONCE, FAULT_FOREVER};
    url = of_database;
    bool is_by_turns = !takes_all() && strncmp(url, "postgresql:", 11) == 0;
    fault_sample_sqlite(!takes_all());
    tenon_db *open = prepare_rows();
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        if (is_by_turns)
            run_call(&calls[i], modes, 2);
        for (size_t m = 0; m < 2 && !is_by_turns; m++)
            run_call(&calls[i], &modes[m], 1);
    }
    tenon_close(open);
}

bool every_call_has(const char *symbol)
{
    size_t length = strlen(symbol);
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        for (const char *at = calls[i].symbols; (at = strstr(at, symbol)); at += length)
            if (at[length] == '\0' || at[length] == ' ')
                return true;
    }
    return false;
}
