/* Hooks: which moments there are, what they are told, that they can forbid, and that they can work
 * themselves. */
#include "both.h"

#include <stdio.h>

#include <pthread.h>
#include <stdatomic.h>

/* What a hook saw last, and how often it was called. */
typedef struct seen {
    int count;
    unsigned moments;
    tenon_event event;
    char sql[512], parameters[256], site[256], operation[32];
    const char *veto; /* with this message */
} seen;

static void note_parameters(seen *it, const tenon_event *event)
{
    it->parameters[0] = '\0';
    for (size_t i = 0; i < event->parameter_count; i++) {
        size_t length = strlen(it->parameters);
        if (length + 8 > sizeof it->parameters)
            return;
        if (i)
            strcat(it->parameters, " "), length++;
        tenon_event_parameter(event, i, it->parameters + length, sizeof it->parameters - length);
    }
}

static void see(tenon_event *event, void *ctx)
{
    seen *it = ctx;
    it->count++;
    it->moments |= event->moment;
    it->event = *event;
    snprintf(it->sql, sizeof it->sql, "%s", event->sql ? event->sql : "");
    snprintf(it->site, sizeof it->site, "%s", event->site ? event->site : "");
    snprintf(it->operation, sizeof it->operation, "%s", event->operation ? event->operation : "");
    note_parameters(it, event);
    if (it->veto)
        tenon_veto(event, "%s", it->veto);
}

static uint64_t watch(both *b, unsigned moments, seen *it)
{
    const tenon_hook hook = {.moments = moments, .function = see, .ctx = it};
    uint64_t handle = tenon_session_hook_add(b->session, &hook);
    assert_true(handle != 0);
    return handle;
}

static User *add_ann(both *b)
{
    return user_create(b->session, .email = SET("ann@example.com"), .age = SET(31));
}

/* ---- query ----------------------------------------------------------------------------------- */

static void a_query_is_told_with_its_sql_and_parameters(void **state)
{
    both *b = *state;
    seen before = {0}, after = {0};
    add_ann(b);
    watch(b, TENON_BEFORE_QUERY, &before);
    watch(b, TENON_AFTER_QUERY, &after);
    user_find_many(b->session, .where = {.age = GE(18), .email = EQ("o'x"), .name = EQ("N")});
    assert_sound(b->session);
    assert_int_equal(before.count, 1);
    assert_non_null(strstr(before.sql, "SELECT"));
    assert_string_equal(before.parameters, "'o''x' 'N' 18");
    assert_string_equal(before.operation, "find");
    assert_ptr_equal(before.event.model, &user_model);
    assert_int_equal(after.count, 1);
    assert_true(after.event.time_us >= 0);
    assert_null(after.event.error);
}

static void what_is_read_and_written_is_counted(void **state)
{
    both *b = *state;
    seen after = {0};
    add_ann(b);
    watch(b, TENON_AFTER_QUERY, &after);
    user_find_many(b->session, .limit = 5);
    assert_int_equal(after.event.affected, 1);
    user_update_many(b->session, .everything = true, .set = {.age = SET(5)});
    assert_int_equal(after.event.affected, 1);
    assert_int_equal(after.count, 2);
}

static void a_query_that_fails_is_told_with_its_error(void **state)
{
    both *b = *state;
    seen after = {0};
    add_ann(b);
    watch(b, TENON_AFTER_QUERY | TENON_AFTER_CREATE, &after);
    assert_null(add_ann(b));
    assert_int_equal(after.count, 1);
    assert_non_null(after.event.error);
    assert_failed(b->session, TENON_UNIQUE, NULL);
}

static void a_call_is_told_where_it_stands(void **state)
{
    both *b = *state;
    seen it = {0};
    char here[64];
    watch(b, TENON_BEFORE_QUERY, &it);
    snprintf(here, sizeof here, "test_hooks.c:%d", __LINE__ + 1);
    user_find_many(b->session, .limit = 1);
    assert_non_null(strstr(it.site, here));
    snprintf(here, sizeof here, "test_hooks.c:%d", __LINE__ + 1);
    user_find(b->session, 1);
    assert_non_null(strstr(it.site, here));
    (user_find)(b->session, 1);
    assert_string_equal(it.site, "");
}

static void sql_text_calls_the_hooks_of_queries_only(void **state)
{
    both *b = *state;
    seen it = {0};
    watch(b, ~0u >> 21, &it);
    assert_true(tenon_execute(b->session, "DELETE FROM \"posts\""));
    assert_int_equal(it.moments, TENON_BEFORE_QUERY | TENON_AFTER_QUERY);
    assert_string_equal(it.sql, "DELETE FROM \"posts\"");
    assert_string_equal(it.operation, "execute");
    assert_null(it.event.model);
}

static void transactions_call_none(void **state)
{
    both *b = *state;
    seen it = {0};
    watch(b, TENON_BEFORE_QUERY, &it);
    assert_true(tenon_begin(b->session) && tenon_begin(b->session));
    assert_true(tenon_commit(b->session) && tenon_commit(b->session));
    assert_int_equal(it.count, 0);
}

/* User, as it would be with @tenon.sensitive on its name. */
static const tenon_model *user_with_secret_name(void)
{
    static tenon_field fields[32];
    static tenon_model model;
    model = user_model;
    memcpy(fields, model.fields, model.field_count * sizeof *fields);
    fields[USER_NAME - 1].flags |= TENON_FIELD_SENSITIVE;
    model.fields = fields;
    return &model;
}

static void sensitive_parameters_are_not_shown(void **state)
{
    both *b = *state;
    seen it = {0};
    watch(b, TENON_BEFORE_QUERY, &it);
    const UserQuery query = {.session = b->session, .where = {.name = EQ("secret"), .age = EQ(3)}};
    tenon_find_many(user_with_secret_name(), &query);
    assert_string_equal(it.parameters, "[sensitive] 3");
}

static void parameters_of_every_kind_can_be_read(void **state)
{
    both *b = *state;
    seen it = {0};
    const char *names[] = {"a", "b"};
    watch(b, TENON_BEFORE_QUERY, &it);
    user_find_many(b->session, .where = {.name = IN(names, 2),
                                         .createdAt = GE((tenon_time){0}),
                                         .balance = EQ(((tenon_decimal){0, "1.50"})),
                                         .role = EQ(ROLE_ADMIN)});
    assert_sound(b->session);
    assert_non_null(strstr(it.parameters, "[2 values]"));
    assert_non_null(strstr(it.parameters, "1970-01-01T00:00:00.000000Z"));
    assert_non_null(strstr(it.parameters, "1.50"));
    assert_non_null(strstr(it.parameters, "ADMIN"));
}

/* ---- models ---------------------------------------------------------------------------------- */

static void creating_is_told_with_what_is_created(void **state)
{
    both *b = *state;
    seen before = {0}, after = {0};
    watch(b, TENON_BEFORE_CREATE, &before);
    watch(b, TENON_AFTER_CREATE, &after);
    add_ann(b);
    assert_int_equal(before.count, 1);
    assert_int_equal(before.event.created_count, 1);
    assert_string_equal(((const UserSet *)before.event.created)->email.value, "ann@example.com");
    assert_int_equal(after.event.row_count, 1);
    assert_int_equal(((const User *)after.event.rows)->age.value, 31);
}

static void bulk_writes_are_told_once(void **state)
{
    both *b = *state;
    seen it = {0}, queries = {0};
    UserSet many[1500] = {0};
    char emails[1500][16];
    for (int i = 0; i < 1500; i++) {
        snprintf(emails[i], sizeof emails[i], "u%d@x", i);
        many[i] = (UserSet){.email = SET(emails[i])};
    }
    watch(b, TENON_BEFORE_CREATE | TENON_AFTER_CREATE, &it);
    watch(b, TENON_BEFORE_QUERY, &queries);
    assert_int_equal(user_create_many(b->session, .items = many, .count = 1500), 1500);
    assert_int_equal(it.count, 2);
    assert_int_equal(it.event.created_count, 1500);
    assert_int_equal(it.event.affected, 1500);
    assert_string_equal(it.operation, "create_many");
    assert_true(queries.count >= 1);
}

static void changing_is_told_with_key_and_changes(void **state)
{
    both *b = *state;
    seen it = {0};
    User *ann = add_ann(b);
    watch(b, TENON_BEFORE_UPDATE, &it);
    user_update(b->session, ann->id, .age = SET(32));
    assert_sound(b->session);
    assert_int_equal(it.count, 1);
    assert_int_equal(it.event.key_count, 1);
    assert_int_equal(it.event.key_fields[0], USER_ID - 1);
    assert_int_equal(((const UserSet *)it.event.changed)->age.value, 32);
    user_update_many(b->session, .where = {.age = EQ(32)}, .set = {.age = SET(33)});
    assert_int_equal(it.count, 2);
    assert_int_equal(((const UserWhere *)it.event.where)->age.as.value, 32);
    assert_int_equal(((const UserSet *)it.event.changed)->age.value, 33);
}

static void the_value_of_a_key_can_be_read(tenon_event *event, void *ctx)
{
    *(int64_t *)ctx = event->key_count ? *(const int64_t *)event->key[0] : -1;
}

static void deleting_is_told_with_its_key(void **state)
{
    both *b = *state;
    int64_t key = 0;
    User *ann = add_ann(b);
    const tenon_hook hook = {
        .moments = TENON_BEFORE_DELETE, .function = the_value_of_a_key_can_be_read, .ctx = &key};
    tenon_session_hook_add(b->session, &hook);
    user_delete(b->session, ann->id);
    assert_int_equal(key, ann->id);
    user_delete_many(b->session, .where = {.age = EQ(1)});
    assert_int_equal(key, -1);
}

static void an_upsert_calls_each_hook_once(void **state)
{
    both *b = *state;
    seen it = {0};
    watch(b, TENON_BEFORE_CREATE | TENON_BEFORE_UPDATE, &it);
    user_upsert(b->session, .on = USER_BY_EMAIL, .create = {.email = SET("a@b")},
                .update = {.age = SET(1)});
    assert_sound(b->session);
    assert_int_equal(it.count, 1);
    assert_string_equal(it.operation, "upsert");
    assert_non_null(it.event.created);
    assert_non_null(it.event.changed);
}

static void loading_is_told_with_its_rows(void **state)
{
    both *b = *state;
    seen it = {0};
    User *ann = add_ann(b);
    watch(b, TENON_AFTER_LOAD, &it);
    user_find_many(b->session, .limit = 3);
    assert_int_equal(it.event.row_count, 1);
    assert_int_equal(((const User *)it.event.rows)->id, ann->id);
    user_find(b->session, ann->id);
    assert_int_equal(it.count, 2);
    assert_string_equal(it.operation, "find_by");
    user_count(b->session);
    user_exists(b->session);
    assert_int_equal(it.count, 2);
}

static void a_hook_can_be_for_one_model(void **state)
{
    both *b = *state;
    seen it = {0};
    const tenon_hook hook = {
        .moments = TENON_BEFORE_LOAD, .model = &post_model, .function = see, .ctx = &it};
    tenon_session_hook_add(b->session, &hook);
    user_find_many(b->session, .limit = 1);
    assert_int_equal(it.count, 0);
    post_find_many(b->session, .limit = 1);
    assert_int_equal(it.count, 1);
}

/* ---- veto ------------------------------------------------------------------------------------ */

static void a_hook_can_forbid_and_nothing_is_sent(void **state)
{
    both *b = *state;
    seen it = {.veto = "not on Sundays"}, after = {0};
    add_ann(b);
    watch(b, TENON_BEFORE_DELETE | TENON_BEFORE_CREATE, &it);
    watch(b, TENON_BEFORE_QUERY | TENON_AFTER_QUERY, &after);
    user_delete_many(b->session, .everything = true);
    assert_failed(b->session, TENON_VETO, "not on Sundays");
    assert_null(user_create(b->session, .email = SET("c@d")));
    assert_failed(b->session, TENON_VETO, "User: not on Sundays");
    UserSet items[] = {{.email = SET("e@f")}};
    assert_int_equal(user_create_many(b->session, .items = items, .count = 1), 0);
    assert_failed(b->session, TENON_VETO, NULL);
    assert_int_equal(after.count, 0);
    assert_string_equal(both_value(b, "SELECT count(*) FROM \"User\""), "1");
}

static void what_is_done_cannot_be_forbidden(void **state)
{
    both *b = *state;
    seen it = {.veto = "too late"};
    watch(b, TENON_AFTER_CREATE, &it);
    assert_null(add_ann(b));
    assert_int_equal(tenon_session_error(b->session)->applied, TENON_APPLIED_YES);
    assert_failed(b->session, TENON_MISUSE, "too late");
    assert_string_equal(both_value(b, "SELECT count(*) FROM \"User\""), "1");
}

static void after_a_veto_no_other_hook_is_asked(void **state)
{
    both *b = *state;
    seen first = {.veto = "no"}, second = {0};
    watch(b, TENON_BEFORE_LOAD, &first);
    watch(b, TENON_BEFORE_LOAD, &second);
    user_find(b->session, 1);
    assert_failed(b->session, TENON_VETO, NULL);
    assert_int_equal(second.count, 0);
}

/* ---- order and removal ----------------------------------------------------------------------- */

static char order[16];

static void write_letter(tenon_event *event, void *ctx)
{
    strcat(order, ctx);
}

static uint64_t add_letter(both *b, bool of_session, int priority, char letter)
{
    static char letters[26][2];
    char *text = letters[letter - 'a'];
    text[0] = letter;
    const tenon_hook hook = {
        .moments = TENON_BEFORE_QUERY, .priority = priority, .function = write_letter, .ctx = text};
    tenon_error err = {0};
    return of_session ? tenon_session_hook_add(b->session, &hook)
                      : tenon_hook_add(b->db, &hook, &err);
}

static void hooks_are_called_by_priority_and_then_by_age(void **state)
{
    both *b = *state;
    uint64_t d = add_letter(b, false, 1, 'd');
    add_letter(b, true, 0, 'b');
    uint64_t c = add_letter(b, false, 0, 'c');
    add_letter(b, true, 1, 'e');
    uint64_t a = add_letter(b, false, -5, 'a');
    order[0] = '\0';
    user_find(b->session, 1);
    assert_string_equal(order, "abcde");
    assert_true(tenon_hook_remove(b->db, c));
    assert_false(tenon_hook_remove(b->db, c));
    order[0] = '\0';
    user_find(b->session, 1);
    assert_string_equal(order, "abde");
    assert_true(tenon_hook_remove(b->db, a) && tenon_hook_remove(b->db, d));
    tenon_session_reset(b->session);
    order[0] = '\0';
    user_find(b->session, 1);
    assert_string_equal(order, "");
}

static void remove_itself(tenon_event *event, void *ctx)
{
    assert_true(tenon_session_hook_remove(event->session, *(uint64_t *)ctx));
    strcat(order, "x");
}

static void a_hook_may_remove_itself(void **state)
{
    both *b = *state;
    uint64_t handle = 0;
    const tenon_hook hook = {
        .moments = TENON_BEFORE_QUERY, .function = remove_itself, .ctx = &handle};
    order[0] = '\0';
    handle = tenon_session_hook_add(b->session, &hook);
    user_find(b->session, 1);
    user_find(b->session, 1);
    assert_string_equal(order, "x");
}

static void a_hook_needs_a_function_and_moments(void **state)
{
    both *b = *state;
    tenon_error err = {0};
    assert_int_equal(tenon_hook_add(b->db, &(tenon_hook){.moments = TENON_BEFORE_QUERY}, &err), 0);
    assert_int_equal(err.status, TENON_MISUSE);
    assert_int_equal(tenon_session_hook_add(b->session, &(tenon_hook){.function = see}), 0);
    assert_failed(b->session, TENON_MISUSE, "no moment");
    assert_false(tenon_session_hook_remove(b->session, 12345678));
}

/* ---- hooks that work ------------------------------------------------------------------------- */

static void write_a_post(tenon_event *event, void *ctx)
{
    const User *user = event->rows;
    post_create(event->session, .authorId = SET(user->id), .title = SET("hello"));
}

static void a_hook_may_write_in_the_transaction_of_its_call(void **state)
{
    both *b = *state;
    const tenon_hook hook = {
        .moments = TENON_AFTER_CREATE, .model = &user_model, .function = write_a_post};
    tenon_session_hook_add(b->session, &hook);
    assert_true(tenon_begin(b->session));
    User *ann = add_ann(b);
    assert_sound(b->session);
    assert_true(post_exists(b->session, .where = {.authorId = EQ(ann->id)}));
    tenon_rollback(b->session);
    assert_string_equal(both_value(b, "SELECT count(*) FROM \"posts\""), "0");
    add_ann(b);
    assert_sound(b->session);
    assert_string_equal(both_value(b, "SELECT count(*) FROM \"posts\""), "1");
}

static void find_before_filtering(tenon_event *event, void *ctx)
{
    if (!event->where || event->model != &user_model)
        return;
    user_count(event->session, .where = {.name = EQ("somebody else")});
}

static void a_hook_leaves_the_values_of_its_call_alone(void **state)
{
    both *b = *state;
    const tenon_hook hook = {.moments = TENON_BEFORE_LOAD, .function = find_before_filtering};
    add_ann(b);
    tenon_session_hook_add(b->session, &hook);
    for (int i = 0; i < 3; i++) {
        UserList found = user_find_many(b->session, .where = {.email = STARTS_WITH("ann%")});
        assert_int_equal(found.count, 0);
        found = user_find_many(b->session, .where = {.email = STARTS_WITH("ann@")});
        assert_int_equal(found.count, 1);
    }
    assert_sound(b->session);
}

static void query_again(tenon_event *event, void *ctx)
{
    user_count(event->session);
}

static void hooks_that_call_themselves_are_stopped(void **state)
{
    both *b = *state;
    const tenon_hook hook = {.moments = TENON_BEFORE_QUERY, .function = query_again};
    tenon_session_hook_add(b->session, &hook);
    user_count(b->session);
    assert_failed(b->session, TENON_LIMIT, "deep");
}

static void end_transaction(tenon_event *event, void *ctx)
{
    tenon_commit(event->session);
}

static void leave_transaction_open(tenon_event *event, void *ctx)
{
    tenon_begin(event->session);
}

static void a_hook_leaves_the_transaction_as_it_is(void **state)
{
    both *b = *state;
    const tenon_hook ends = {.moments = TENON_BEFORE_CREATE, .function = end_transaction};
    const tenon_hook begins = {.moments = TENON_BEFORE_CREATE, .function = leave_transaction_open};
    assert_true(tenon_begin(b->session));
    uint64_t handle = tenon_session_hook_add(b->session, &ends);
    assert_null(add_ann(b));
    assert_failed(b->session, TENON_MISUSE, NULL);
    assert_true(tenon_in_transaction(b->session));
    tenon_session_hook_remove(b->session, handle);
    tenon_session_hook_add(b->session, &begins);
    assert_null(add_ann(b));
    assert_failed(b->session, TENON_MISUSE, "did not end");
    tenon_rollback(b->session);
    assert_false(tenon_in_transaction(b->session));
}

/* ---- threads --------------------------------------------------------------------------------- */

static void count_up(tenon_event *event, void *ctx)
{
    atomic_fetch_add((atomic_int *)ctx, 1);
}

static void *query_for_a_while(void *ctx)
{
    tenon_session *s = tenon_session_open(ctx, NULL);
    for (int i = 0; i < 300; i++)
        user_find(s, i);
    bool is_sound = !tenon_failed(s);
    tenon_session_close(s);
    return is_sound ? ctx : NULL;
}

static void hooks_come_and_go_while_calls_run(void **state)
{
    both *b = *state;
    atomic_int calls = 0;
    tenon_error err = {0};
    const tenon_hook hook = {.moments = TENON_BEFORE_QUERY, .function = count_up, .ctx = &calls};
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, query_for_a_while, b->db), 0);
    for (int i = 0; i < 300; i++) {
        uint64_t handle = tenon_hook_add(b->db, &hook, &err);
        assert_true(handle != 0);
        user_find(b->session, 1);
        assert_true(tenon_hook_remove(b->db, handle));
    }
    for (int i = 0; i < 2; i++) {
        void *result;
        pthread_join(threads[i], &result);
        assert_non_null(result);
    }
    assert_true(calls >= 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(a_query_is_told_with_its_sql_and_parameters),
        ON_BOTH(what_is_read_and_written_is_counted),
        ON_BOTH(a_query_that_fails_is_told_with_its_error),
        ON_BOTH(a_call_is_told_where_it_stands),
        ON_BOTH(sql_text_calls_the_hooks_of_queries_only),
        ON_BOTH(transactions_call_none),
        ON_BOTH(sensitive_parameters_are_not_shown),
        ON_BOTH(parameters_of_every_kind_can_be_read),
        ON_BOTH(creating_is_told_with_what_is_created),
        ON_BOTH(bulk_writes_are_told_once),
        ON_BOTH(changing_is_told_with_key_and_changes),
        ON_BOTH(deleting_is_told_with_its_key),
        ON_BOTH(an_upsert_calls_each_hook_once),
        ON_BOTH(loading_is_told_with_its_rows),
        ON_BOTH(a_hook_can_be_for_one_model),
        ON_BOTH(a_hook_can_forbid_and_nothing_is_sent),
        ON_BOTH(what_is_done_cannot_be_forbidden),
        ON_BOTH(after_a_veto_no_other_hook_is_asked),
        ON_BOTH(hooks_are_called_by_priority_and_then_by_age),
        ON_BOTH(a_hook_may_remove_itself),
        ON_BOTH(a_hook_needs_a_function_and_moments),
        ON_BOTH(a_hook_may_write_in_the_transaction_of_its_call),
        ON_BOTH(a_hook_leaves_the_values_of_its_call_alone),
        ON_BOTH(hooks_that_call_themselves_are_stopped),
        ON_BOTH(a_hook_leaves_the_transaction_as_it_is),
        ON_BOTH(hooks_come_and_go_while_calls_run),
    };
    return both_run(tests);
}
