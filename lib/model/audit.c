/* The log of changes (@tenon.audit): what the database is told before it writes one, and reading
 * it. The log itself is written by triggers; see tenon/audit.h and tool/ddl/audit.c.
 *
 * A write by a session that has an actor or a reason is sent together with a statement that tells
 * them, in the same round trip and the same transaction, so that neither is there without the
 * other. Where the database does not forget them by itself when the transaction ends, a third
 * statement does. */
#include "model/walk.h"

#include <tenon/audit.h>

/* ---- who acts -------------------------------------------------------------------------------- */

static void hint_at_log(tenon_session *s)
{
    tenon_error *err = tenon__session_error(s);
    if (err->status == TENON_SCHEMA)
        tenon__hint(err, "the log of @tenon.audit is made by `tenon db push`");
}

static const tenon_model *model_of(const tenon__call *call)
{
    tenon__shape_head head;
    memcpy(&head, call->key, sizeof head);
    return head.model;
}

/* The first call that the log wants to know about; NULL: none. */
static const tenon__call *find_noted(tenon_session *s, const tenon__call *calls, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (calls[i].writes && tenon__is_noted(s, model_of(&calls[i])))
            return &calls[i];
    }
    return NULL;
}

static tenon__call note_call(const tenon__call *write, const tenon__shape_head *head,
                             const void *const *values, size_t value_count)
{
    return (tenon__call){.key = (const uint8_t *)head,
                         .key_length = sizeof *head,
                         .make = write->make,
                         .writes = true,
                         .values = values,
                         .value_count = value_count};
}

/* The calls with what tells of them in front, and, with `forgets`, behind. */
static bool run_with_note(tenon_session *s, const tenon__call *calls, size_t count,
                          const tenon__call *noted, bool forgets, size_t *failed)
{
    const tenon__shape_head note = {.operation = TENON__NOTE, .model = model_of(noted)};
    const tenon__shape_head forget = {.operation = TENON__FORGET_NOTE, .model = note.model};
    const char *const *texts = tenon__session_note(s);
    const void *values[TENON__AUDIT_NOTES];
    tenon__call *all = tenon__arena_array(tenon__session_scratch(s), count + 2, sizeof *all);
    if (!all)
        return tenon__fail_no_memory(tenon__session_error(s));
    for (size_t i = 0; i < TENON__AUDIT_NOTES; i++)
        values[i] = texts[i] ? &texts[i] : NULL;
    all[0] = note_call(noted, &note, values, TENON__AUDIT_NOTES);
    memcpy(all + 1, calls, count * sizeof *calls);
    all[count + 1] = note_call(noted, &forget, NULL, 0);
    size_t at = 0;
    bool is_done = tenon__run_together(s, all, count + 1 + forgets, false, &at);
    if (!is_done && (at == 0 || at > count))
        hint_at_log(s);
    *failed = at && at <= count ? at - 1 : 0;
    return is_done;
}

bool tenon__run_writes(tenon_session *s, const tenon__call *calls, size_t count, size_t *failed)
{
    const tenon__call *noted = find_noted(s, calls, count);
    if (!noted)
        return tenon__run_together(s, calls, count, false, failed);
    bool forgets = !tenon__dialect_traits_of(tenon__session_dialect(s))->forgets_notes;
    if (!forgets || !tenon_in_transaction(s))
        return run_with_note(s, calls, count, noted, forgets, failed);
    /* A write that fails must not leave the note in the transaction. */
    if (!tenon_begin(s))
        return false;
    bool is_done = run_with_note(s, calls, count, noted, forgets, failed);
    return tenon_commit(s) && is_done;
}

/* ---- reading --------------------------------------------------------------------------------- */

static const char *const operation_names[] = {
    [TENON_AUDIT_CREATE] = "create", [TENON_AUDIT_UPDATE] = "update",
    [TENON_AUDIT_DELETE] = "delete", [TENON_AUDIT_RESTORE] = "restore",
    [TENON_AUDIT_PURGE] = "purge",
};

const char *tenon_audit_operation_name(tenon_audit_operation operation)
{
    return (size_t)operation < TENON__COUNT(operation_names) ? operation_names[operation] : NULL;
}

static tenon_audit_operation operation_of(const char *name)
{
    for (size_t i = 1; i < TENON__COUNT(operation_names); i++) {
        if (strcmp(operation_names[i], name) == 0)
            return (tenon_audit_operation)i;
    }
    return (tenon_audit_operation)0;
}

static tenon_json json_of(const char *text)
{
    return (tenon_json){.len = text ? strlen(text) : 0, .text = text};
}

/* Whether a member of two objects is the same; `name` is quoted as JSON has it. */
static bool is_same_member(tenon_json a, tenon_json b, const tenon__buf *name)
{
    tenon_json in_a = {0}, in_b = {0};
    if (a.text)
        in_a = tenon__json_member(a, name->data, name->length);
    if (b.text)
        in_b = tenon__json_member(b, name->data, name->length);
    return in_a.len == in_b.len && (!in_a.len || memcmp(in_a.text, in_b.text, in_a.len) == 0);
}

/* The columns of which an entry's rows differ. */
static bool list_changed(tenon__arena *arena, const tenon_model *model, tenon_audit_entry *entry)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf name = {0};
    int *changed = tenon__arena_array(arena, model->field_count, sizeof *changed);
    if (!changed)
        return false;
    entry->changed = changed;
    for (uint32_t i = 0; i < model->field_count; i++) {
        tenon__buf_clear(&name);
        tenon__buf_json_text(&name, model->fields[i].column, strlen(model->fields[i].column));
        if (!name.failed && !is_same_member(entry->before, entry->after, &name))
            changed[entry->changed_count++] = (int)i + 1;
    }
    return !name.failed;
}

static bool fill_entry(tenon_session *s, const tenon_model *model, const tenon__audit_row *row,
                       tenon_audit_entry *entry)
{
    *entry = (tenon_audit_entry){.id = row->id,
                                 .operation = operation_of(row->operation),
                                 .actor = row->actor,
                                 .reason = row->reason,
                                 .context = json_of(row->context),
                                 .before = json_of(row->before),
                                 .after = json_of(row->after),
                                 .key = json_of(row->key)};
    tenon_error *err = tenon__session_error(s);
    return tenon_time_parse(row->at, &entry->at, err) &&
           (list_changed(tenon__session_arena(s), model, entry) || tenon__fail_no_memory(err));
}

static tenon_audit_list entries_of(tenon_session *s, const tenon_model *model,
                                   const tenon__rows *rows)
{
    const tenon__audit_row *row = (const tenon__audit_row *)(const void *)rows->items;
    tenon_audit_entry *entries =
        tenon__arena_array(tenon__session_arena(s), rows->count, sizeof *entries);
    if (!entries) {
        tenon__fail_no_memory(tenon__session_error(s));
        return (tenon_audit_list){0};
    }
    for (size_t i = 0; i < rows->count; i++) {
        if (!fill_entry(s, model, &row[i], &entries[i]))
            return (tenon_audit_list){0};
    }
    return (tenon_audit_list){entries, rows->count};
}

/* A bound by time, as its text. */
static bool walk_time(tenon__walk *walk, tenon_time time)
{
    char *text = time.us ? tenon__walk_alloc(walk, TENON_TIME_TEXT_SIZE + sizeof(char *)) : NULL;
    if (!text)
        return false;
    char *start = text + sizeof text;
    tenon_time_format(time, start, TENON_TIME_TEXT_SIZE);
    memcpy(text, &start, sizeof start);
    tenon__walk_value(walk, text);
    return true;
}

/* asked, and its values. */
static void walk_asked(tenon__walk *walk, const tenon_audit_query *query, const void *const *key)
{
    unsigned asked = 0;
    if (key) {
        asked |= TENON__AUDITED_KEY;
        tenon__walk_key(walk, 0, key);
    }
    if (query->actor) {
        asked |= TENON__AUDITED_ACTOR;
        tenon__walk_value(walk, &query->actor);
    }
    asked |= walk_time(walk, query->since) ? TENON__AUDITED_SINCE : 0;
    asked |= walk_time(walk, query->until) ? TENON__AUDITED_UNTIL : 0;
    if (query->before) {
        asked |= TENON__AUDITED_BEFORE;
        tenon__walk_value(walk, &query->before);
    }
    tenon__shape_word(&walk->shape, (uint8_t)asked);
    tenon__walk_limit(walk, query->limit, 0);
}

tenon_audit_list tenon_history(const tenon_audit_query *query, const tenon_model *model,
                               const void *const *key)
{
    tenon__walk walk;
    if (!query || !tenon__walk_begin(&walk, query->session, model, TENON__AUDITED))
        return (tenon_audit_list){0};
    if (!model->is_audited)
        tenon__walk_misuse(&walk, "there is a history of models with @tenon.audit only");
    walk_asked(&walk, query, key);
    tenon__rows rows = {.arena = tenon__session_arena(query->session)};
    if (!tenon__walk_run(&walk, &rows, NULL)) {
        hint_at_log(query->session);
        return (tenon_audit_list){0};
    }
    return rows.count ? entries_of(query->session, model, &rows) : (tenon_audit_list){0};
}
