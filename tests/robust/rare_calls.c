/* See rare_calls.h. */
#include "rare_calls.h"

#include "sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <tenon/test.h>

const char *url;

/* ---- rows that are marked as deleted --------------------------------------------------------- */

/* User, as if `active` marked the deleted ones: Ann is. */
static const tenon_model *marked_user(void)
{
    static tenon_model model;
    model = user_model;
    model.deleted_column = USER_ACTIVE;
    return &model;
}

bool rare_marked_rows(tenon_session *s)
{
    static const int64_t id = ANN_ID;
    const void *const key[] = {&id};
    const UserDeleteMany none = {.session = s, .where = {.name = EQ("nobody")}};
    return tenon_restore(s, marked_user(), 0, key) &&
           tenon_restore_many(marked_user(), &none) == 0 &&
           tenon_purge_many(marked_user(), &none) == 0 && tenon_purge(s, marked_user(), 0, key);
}

/* ---- rows that may be there ------------------------------------------------------------------ */

bool rare_loader(tenon_session *s)
{
    tenon_loader *users = user_find_by_email_loader(s);
    user_find_by_email_want(users, "bob@example.com");
    bool is_found = user_find_by_email_get(users, ANN) != NULL;
    tenon_loader_forget(users);
    is_found = is_found && user_find_by_email_get(users, ANN);
    tenon_loader_close(users);
    return is_found;
}

bool rare_get_or_create(tenon_session *s)
{
    bool is_created = false;
    User *ann = user_get_or_create(s, .on = USER_BY_EMAIL, .create = {.email = SET(ANN)});
    User *bob = user_get_or_create(s, .on = USER_BY_EMAIL, .is_created = &is_created,
                                   .create = {.email = SET("bob@example.com")});
    return ann && bob && is_created;
}

bool rare_create_or_ignore(tenon_session *s)
{
    return user_create_or_ignore(s, .email = SET(ANN)) == NULL && !tenon_failed(s) &&
           user_create_or_ignore(s, .email = SET("bob@example.com"));
}

bool rare_many_returning(tenon_session *s)
{
    return user_update_many_returning(s, .everything = true, .set = {.age = SET(8)}).count == 1 &&
           user_delete_many_returning(s, .everything = true).count == 1;
}

/* ---- hooks ----------------------------------------------------------------------------------- */

static void read_parameter(tenon_event *event, void *ctx)
{
    char text[64];
    (void)ctx;
    tenon_event_parameter(event, 0, text, sizeof text);
    if (event->model == &post_model)
        tenon_veto(event, "posts are not for this");
}

bool rare_hooks(tenon_session *s)
{
    const tenon_hook hook = {.moments = TENON_BEFORE_QUERY | TENON_AFTER_UPDATE,
                             .function = read_parameter};
    uint64_t handle = tenon_session_hook_add(s, &hook);
    bool is_done = handle && user_update(s, ANN_ID, .age = SET(32)) != NULL;
    tenon_repeats_reset(s);
    bool is_removed = tenon_session_hook_remove(s, handle);
    return is_done && is_removed;
}

bool rare_hook_of_database(tenon_db *db, tenon_error *err)
{
    const tenon_hook hook = {.moments = TENON_BEFORE_QUERY, .function = read_parameter};
    uint64_t handle = tenon_hook_add(db, &hook, err);
    return handle && tenon_hook_remove(db, handle);
}

bool rare_fake(tenon_session *s)
{
    UserSet set = {.email = SET("made@up")};
    return tenon_fake(s, &user_model, NULL, 7, &set) && set.name.op != 0;
}

bool rare_fake_create(tenon_session *s)
{
    const UserSet given = {.email = SET("made@up"), .balance = SET(((tenon_decimal){0, "1"}))};
    return tenon_fake_create(s, &user_model, NULL, 7, &given) != NULL;
}

/* ---- migrations ------------------------------------------------------------------------------ */

static const tenon_migration migration = {.name = "1", .sql = "SELECT 1", .down_sql = "SELECT 1"};
static const tenon_migrations migrations = {&migration, 1};
static const tenon_last_migration last_migration = {
    "1", {"e004ebd5b5532a4b85984a62f8ad48a81aa3460c1ca07701f386135d72cdecf5", NULL}};
static const tenon_migrate_options beside_tables = {.accept_existing = true, .tries_most = 1};

/* The session, which is what the test looks at, knows nothing of this error. SQLite without memory
 * says that it cannot keep a write-ahead log. */
static bool check_error(bool is_done, const tenon_error *err)
{
    bool is_meant = err->status == TENON_NO_MEMORY || err->status == TENON_UNSUPPORTED;
    if (!is_done && !is_meant)
        fail_msg("%s: %s", tenon_status_name(err->status), err->message);
    return is_done;
}

/* Once it has been applied it stays so for the other rounds. */
bool rare_migrate(tenon_session *s)
{
    tenon_error err;
    tenon_db *db = tenon_open(url, NULL, &err);
    bool is_done = db && tenon_migrate(db, &migrations, &beside_tables, &err) &&
                   tenon_verify(db, &last_migration, &err);
    tenon_close(db);
    return check_error(is_done, &err) && tenon_migrate_status(s, &migrations).count == 1;
}

bool rare_migrate_back(tenon_session *s)
{
    (void)s;
    tenon_error err;
    tenon_db *db = tenon_open(url, NULL, &err);
    bool is_done = db && tenon_migrate_undo(db, &migrations, 1, &beside_tables, &err) &&
                   tenon_migrate_resolve(db, &migrations, "1", TENON_MIGRATION_IS_APPLIED,
                                         &beside_tables, &err);
    tenon_close(db);
    return check_error(is_done, &err);
}

/* ---- the log of changes ---------------------------------------------------------------------- */

/* The sample has none; triggers are not needed for the database to be told who acts. */
static bool make_log(tenon_session *s)
{
    bool is_sqlite = strncmp(url, "sqlite:", 7) == 0;
    char sql[1024];
    snprintf(
        sql, sizeof sql,
        "CREATE TABLE \"_tenon_note\" (\"id\" INTEGER PRIMARY KEY, \"actor\" TEXT,"
        " \"reason\" TEXT, \"context\" TEXT);"
        "CREATE TABLE \"_tenon_audit\" (\"id\" BIGINT, \"at\" %s, \"table\" TEXT,"
        " \"key\" %s, \"operation\" TEXT, \"actor\" TEXT, \"reason\" TEXT,"
        " \"context\" TEXT, \"before\" TEXT, \"after\" TEXT);"
        "INSERT INTO \"_tenon_audit\" (\"id\", \"at\", \"table\", \"key\", \"operation\","
        " \"after\") VALUES (1, '2024-01-01T00:00:00.000+00:00', 'User', '{}', 'create', '{}')",
        is_sqlite ? "TEXT" : "TIMESTAMPTZ", is_sqlite ? "TEXT" : "JSONB");
    return tenon_execute(s, sql);
}

/* In a transaction that is given up: the log is the test's alone. */
bool rare_log_of_changes(tenon_session *s)
{
    static const int64_t id = ANN_ID;
    static tenon_model audited;
    const void *const key[] = {&id};
    const tenon_audit_query all = {.session = s, .since = {1}, .limit = 5};
    const UserSet change = {.session = s, .name = SET("Anna")};
    audited = user_model;
    audited.is_audited = true;
    bool is_done = tenon_begin(s) && make_log(s) && tenon_audit_note(s, "why", "{}") &&
                   tenon_session_set_actor(s, "ann") && tenon_update(&audited, 0, key, &change) &&
                   tenon_history(&all, &audited, NULL).count &&
                   tenon_history(&all, &audited, key).count == 0 && !tenon_failed(s) &&
                   tenon_logged(s, &audited, (tenon_json){.len = 8, .text = "{\"id\":1}"}) &&
                   tenon_audit_operation_name(TENON_AUDIT_CREATE);
    if (is_done)
        tenon_rollback(s);
    return is_done;
}

/* ---- the others ------------------------------------------------------------------------------ */

/* Functions that need no memory: whatever they give, they give it. */
bool rare_need_nothing(tenon_session *s)
{
    char text[TENON_TIME_TEXT_SIZE], number[TENON_DECIMAL_INT64_TEXT_SIZE];
    tenon_error err;
    tenon_time time;
    tenon_date date;
    tenon_clock clock;
    tenon_clock_tz zoned;
    tenon_interval span;
    tenon_uuid uuid;
    tenon_decimal decimal = tenon_decimal_from_int64(7, number);
    int64_t integer;
    double real;
    Role role;
    tenon_error_reset(&err);
    tenon_cancel(s);
    tenon_error_clear(s);
    tenon_time_format(tenon_time_now(), text, sizeof text);
    bool is_done = tenon_time_parse(text, &time, &err);
    tenon_date_format((tenon_date){7}, text, sizeof text);
    is_done = tenon_date_parse(text, &date, &err) && is_done;
    tenon_clock_format((tenon_clock){7}, text, sizeof text);
    is_done = tenon_clock_parse(text, &clock, &err) && is_done;
    tenon_clock_tz_format((tenon_clock_tz){7, 60}, text, sizeof text);
    is_done = tenon_clock_tz_parse(text, &zoned, &err) && is_done;
    tenon_interval_format((tenon_interval){0, 1, 0}, text, sizeof text);
    is_done = tenon_interval_parse(text, &span, &err) && is_done;
    is_done = tenon_vector_distance(TENON_L2, VECTOR(0, 4), VECTOR(3, 0)) > 4 && is_done;
    is_done = tenon_interval_compare(span, (tenon_interval){1, 0, 0}) < 0 && is_done;
    tenon_uuid_format((tenon_uuid){1, 2}, text, sizeof text);
    is_done = tenon_uuid_parse(text, &uuid, &err) && is_done;
    is_done = tenon_decimal_parse("7.0", &decimal, &err) && is_done;
    is_done = tenon_decimal_to_int64(decimal, &integer, &err) && is_done;
    is_done = tenon_decimal_to_double(decimal, &real, &err) && is_done;
    is_done = tenon_decimal_compare(decimal, decimal) == 0 && is_done;
    is_done = tenon_decimal_approximate(decimal) > 6 && is_done;
    is_done = role_from_name("ADMIN", &role) && role_name(role) && is_done;
    return is_done && !tenon_failed(s) && !tenon_error_is_retryable(tenon_session_error(s)) &&
           *tenon_message(s) == '\0' && !tenon_in_transaction(s) && tenon_version() &&
           tenon_session_dialect(s) && tenon_status_name(err.status);
}
