/* The log of changes (@tenon.audit): its table, and triggers that write it.
 *
 * It is the database that writes the log: so it is written in the transaction of every change,
 * whoever makes it and by whatever call, also for rows that a foreign key deletes; old values are
 * those that were replaced, however many writers there are; and a change costs no round trip more.
 * What the database cannot know, who acts and why, the library tells it before it writes: settings
 * of the transaction on PostgreSQL; on SQLite, which has none, the row of a table that is empty
 * again when the transaction ends.
 *
 * A row of the log has the name that the model's table has in the log (ddl_audit_name), the key of
 * the row before the change, and the row before and after as JSON objects by column, without
 * columns that are @tenon.sensitive. PostgreSQL has one function for all tables, which their
 * triggers tell what is different. SQLite has three triggers a table that say all of it. */
#include <assert.h>

#include "ddl/write.h"
#include "render/render.h"

static const char create_postgresql_table[] =
    "CREATE TABLE IF NOT EXISTS \"_tenon_audit\" (\n"
    "    \"id\" BIGSERIAL NOT NULL,\n"
    "    \"at\" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),\n"
    "    \"table\" TEXT NOT NULL,\n"
    "    \"key\" JSONB NOT NULL,\n"
    "    \"operation\" TEXT NOT NULL,\n"
    "    \"actor\" TEXT,\n"
    "    \"reason\" TEXT,\n"
    "    \"context\" JSONB,\n"
    "    \"before\" JSONB,\n"
    "    \"after\" JSONB,\n"
    "\n"
    "    CONSTRAINT \"_tenon_audit_pkey\" PRIMARY KEY (\"id\")\n"
    ")";

/* Its arguments: the name in the log, the mark of deleted rows or '', the columns that are left out
 * as an array, then the columns of the key. */
static const char create_function[] =
    "CREATE OR REPLACE FUNCTION \"_tenon_audit\"() RETURNS trigger\n"
    "LANGUAGE plpgsql SET search_path FROM CURRENT AS $$\n"
    "DECLARE\n"
    "    old_row jsonb := to_jsonb(OLD);\n"
    "    new_row jsonb := to_jsonb(NEW);\n"
    "    any_row jsonb := coalesce(old_row, new_row);\n"
    "    was_deleted boolean := coalesce(old_row ->> TG_ARGV[1], 'false') <> 'false';\n"
    "    is_deleted boolean := coalesce(new_row ->> TG_ARGV[1], 'false') <> 'false';\n"
    "    row_key jsonb := jsonb_build_object(TG_ARGV[3], any_row -> TG_ARGV[3]);\n"
    "BEGIN\n"
    "    FOR i IN 4 .. TG_NARGS - 1 LOOP\n"
    "        row_key := row_key || jsonb_build_object(TG_ARGV[i], any_row -> TG_ARGV[i]);\n"
    "    END LOOP;\n"
    "    INSERT INTO \"_tenon_audit\"\n"
    "        (\"table\", \"key\", \"operation\", \"actor\", \"reason\", \"context\", \"before\","
    " \"after\")\n"
    "    VALUES (TG_ARGV[0], row_key,\n"
    "        CASE WHEN TG_OP = 'INSERT' THEN 'create'\n"
    "             WHEN TG_OP = 'DELETE' AND TG_ARGV[1] <> '' THEN 'purge'\n"
    "             WHEN TG_OP = 'DELETE' OR is_deleted AND NOT was_deleted THEN 'delete'\n"
    "             WHEN was_deleted AND NOT is_deleted THEN 'restore'\n"
    "             ELSE 'update' END,\n"
    "        nullif(current_setting('tenon.actor', true), ''),\n"
    "        nullif(current_setting('tenon.reason', true), ''),\n"
    "        nullif(current_setting('tenon.context', true), '')::jsonb,\n"
    "        old_row - TG_ARGV[2]::text[],\n"
    "        new_row - TG_ARGV[2]::text[]);\n"
    "    RETURN NULL;\n"
    "END $$";

static const char create_sqlite_table[] =
    "CREATE TABLE IF NOT EXISTS \"_tenon_audit\" (\n"
    "    \"id\" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,\n"
    "    \"at\" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')),\n"
    "    \"table\" TEXT NOT NULL,\n"
    "    \"key\" TEXT NOT NULL,\n"
    "    \"operation\" TEXT NOT NULL,\n"
    "    \"actor\" TEXT,\n"
    "    \"reason\" TEXT,\n"
    "    \"context\" TEXT,\n"
    "    \"before\" TEXT,\n"
    "    \"after\" TEXT\n"
    ")";

static const char create_sqlite_note[] = "CREATE TABLE IF NOT EXISTS \"_tenon_note\" (\n"
                                         "    \"id\" INTEGER NOT NULL PRIMARY KEY,\n"
                                         "    \"actor\" TEXT,\n"
                                         "    \"reason\" TEXT,\n"
                                         "    \"context\" TEXT\n"
                                         ")";

static const char create_index[] =
    "CREATE INDEX IF NOT EXISTS \"_tenon_audit_table_key_id_idx\" ON "
    "\"_tenon_audit\"(\"table\", \"key\", \"id\")";

static bool is_audited(const schema_model *model)
{
    return !model->is_view && schema_find_word(&model->comment, "audit");
}

static bool is_left_out(const schema_field *field)
{
    return schema_find_word(&field->comment, "sensitive") != NULL;
}

/* The key by which rows are told apart in the log. */
static const schema_index *key_of(const schema_model *model)
{
    return model->primary_key ? model->primary_key : model->uniques[0];
}

/* The column that marks deleted rows; NULL: none. */
static const schema_field *mark_of(const schema_model *model)
{
    const schema_word *word = schema_find_word(&model->comment, "softDelete");
    for (size_t i = 0; i < model->field_count; i++) {
        const schema_field *field = model->fields[i];
        if (schema_find_word(&field->comment, "softDelete") ||
            (word && strcmp(field->name, word->arguments[0].value) == 0))
            return field;
    }
    return NULL;
}

static void write_string(ddl_writer *w, const char *text)
{
    ddl_literal(w, text, strlen(text));
}

static void write_name(ddl_writer *w, const schema_model *model)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf name = {0};
    tenon__audit_name(&name, model->database_schema, model->database_name);
    w->failed |= name.failed;
    write_string(w, tenon__buf_string(&name));
}

/* Ends a trigger's statement, and says whose it is. */
static void finish_trigger(ddl_writer *w, const schema_model *model, const char *name)
{
    ddl_finish(w, "CreateTrigger");
    ddl_statement *last = w->failed ? NULL : &w->script->items[w->script->count - 1];
    if (!last)
        return;
    last->logged = model;
    last->name = tenon__arena_text(&w->script->arena, name);
    w->failed |= !last->name;
}

static void write_statement(ddl_writer *w, const char *sql, const char *title)
{
    ddl_text(w, sql);
    ddl_finish(w, title);
}

/* ---- PostgreSQL ------------------------------------------------------------------------------ */

/* "\"a\"" of an array's literal */
static void add_item(tenon__buf *list, const char *name)
{
    tenon__buf_text(list, list->length > 1 ? ",\"" : "\"");
    for (const char *at = name; *at; at++) {
        if (*at == '"' || *at == '\\')
            tenon__buf_char(list, '\\');
        tenon__buf_char(list, *at);
    }
    tenon__buf_char(list, '"');
}

/* '{"a","b"}': the columns that are left out */
static void write_left_out(ddl_writer *w, const schema_model *model)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf list = {0};
    tenon__buf_char(&list, '{');
    for (size_t i = 0; i < model->field_count; i++) {
        const schema_field *field = model->fields[i];
        assert(field);
        if (is_left_out(field))
            add_item(&list, field->database_name);
    }
    tenon__buf_char(&list, '}');
    w->failed |= list.failed;
    write_string(w, tenon__buf_string(&list));
}

static void write_postgresql_trigger(ddl_writer *w, const schema_model *model)
{
    const schema_field *mark = mark_of(model);
    const schema_index *key = key_of(model);
    ddl_text(w, "CREATE OR REPLACE TRIGGER \"_tenon_audit\" AFTER INSERT OR UPDATE OR DELETE ON ");
    ddl_table_name(w, model->database_schema, model->database_name);
    ddl_text(w, "\nFOR EACH ROW EXECUTE FUNCTION \"_tenon_audit\"(");
    write_name(w, model);
    ddl_text(w, ", ");
    write_string(w, mark ? mark->database_name : "");
    ddl_text(w, ", ");
    write_left_out(w, model);
    for (size_t i = 0; i < key->column_count; i++) {
        ddl_text(w, ", ");
        write_string(w, key->columns[i].field->database_name);
    }
    ddl_text(w, ")");
    finish_trigger(w, model, "_tenon_audit");
}

/* ---- SQLite ---------------------------------------------------------------------------------- */

static tenon_kind kind_of(const schema_field *field)
{
    int32_t dimensions;
    if (schema_typed_of(field, &dimensions) == SCHEMA_TYPED_VECTOR)
        return TENON_KIND_VECTOR;
    if (schema_is_packed(field))
        return TENON_KIND_PACKED;
    if (field->kind != SCHEMA_SCALAR)
        return TENON_KIND_TEXT;
    switch (field->type) {
    case SCHEMA_BOOLEAN:
        return TENON_KIND_BOOL;
    case SCHEMA_FLOAT:
        return TENON_KIND_DOUBLE;
    case SCHEMA_JSON:
        return TENON_KIND_JSON;
    case SCHEMA_BYTES:
        return TENON_KIND_BYTES;
    case SCHEMA_DECIMAL:
        return TENON_KIND_DECIMAL;
    case SCHEMA_STRING:
    case SCHEMA_INT:
    case SCHEMA_BIGINT:
    case SCHEMA_DATETIME:
        return TENON_KIND_TEXT; /* a number stays a number */
    }
    return TENON_KIND_TEXT;
}

/* `'price', NEW."price"`, in the form that JSON has for it. */
static void write_member(ddl_writer *w, const char *row, const schema_field *field,
                         const char *path)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf name = {0};
    TENON__CLEANUP(tenon__buf_release) tenon__buf value = {0};
    tenon__buf_format(&name, "%s%s", path, field->database_name);
    tenon__buf_format(&value, "%s.", row);
    w->failed |=
        name.failed || !tenon__quote_identifier(&value, w->dialect, field->database_name, w->err);
    write_string(w, tenon__buf_string(&name));
    ddl_text(w, ", ");
    tenon__audit_form(&w->text, kind_of(field),
                      field->arity == SCHEMA_LIST && !schema_is_packed(field),
                      tenon__buf_string(&value));
}

static bool is_logged(const schema_field *field)
{
    return field->kind != SCHEMA_RELATION && !is_left_out(field);
}

/* A call takes 127 arguments at most: the columns of a wide table are added to the object piece by
 * piece. */
enum { MOST_MEMBERS = 60 };

static void write_row(ddl_writer *w, const schema_model *model, const char *row)
{
    size_t count = 0, written = 0;
    for (size_t i = 0; i < model->field_count; i++)
        count += is_logged(model->fields[i]);
    for (size_t rest = count; rest > MOST_MEMBERS; rest -= MOST_MEMBERS)
        ddl_text(w, "json_set(");
    ddl_text(w, "json_object(");
    for (size_t i = 0; i < model->field_count; i++) {
        if (!is_logged(model->fields[i]))
            continue;
        bool is_first = written == 0, is_piece = written && written % MOST_MEMBERS == 0;
        ddl_text(w, is_first ? "" : is_piece ? "),\n            " : ",\n            ");
        write_member(w, row, model->fields[i], written < MOST_MEMBERS ? "" : "$.");
        written++;
    }
    ddl_text(w, ")");
}

static void write_key(ddl_writer *w, const schema_model *model, const char *row)
{
    const schema_index *key = key_of(model);
    ddl_text(w, "json_object(");
    for (size_t i = 0; i < key->column_count; i++) {
        ddl_text(w, i ? ", " : "");
        write_member(w, row, key->columns[i].field, "");
    }
    ddl_text(w, ")");
}

/* "OLD"."deletedAt" IS NOT NULL */
static void write_is_marked(ddl_writer *w, const char *row, const schema_field *mark)
{
    tenon__buf_format(&w->text, "%s.", row);
    ddl_identifier(w, mark->database_name);
    ddl_text(w, mark->type == SCHEMA_BOOLEAN ? "" : " IS NOT NULL");
}

/* What an update is called: it may have marked the row as deleted, or not any more. */
static void write_update_operation(ddl_writer *w, const schema_field *mark)
{
    if (!mark) {
        ddl_text(w, "'update'");
        return;
    }
    ddl_text(w, "CASE (");
    write_is_marked(w, "NEW", mark);
    ddl_text(w, ") - (");
    write_is_marked(w, "OLD", mark);
    ddl_text(w, ") WHEN 1 THEN 'delete' WHEN -1 THEN 'restore' ELSE 'update' END");
}

/* One of the three triggers of a table. */
typedef struct event {
    const char *name, *when;
    bool has_old, has_new;
} event;

static void write_event_operation(ddl_writer *w, const event *e, const schema_field *mark)
{
    if (e->has_old && e->has_new)
        write_update_operation(w, mark);
    else if (e->has_new)
        ddl_text(w, "'create'");
    else
        ddl_text(w, mark ? "'purge'" : "'delete'");
}

static void write_image(ddl_writer *w, const schema_model *model, const char *row, bool is_there)
{
    ddl_text(w, ",\n        ");
    if (is_there)
        write_row(w, model, row);
    else
        ddl_text(w, "NULL");
}

static void write_sqlite_trigger(ddl_writer *w, const schema_model *model, const event *e)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf name = {0};
    tenon__buf_format(&name, "_tenon_audit_%s_%s", model->database_name, e->name);
    ddl_text(w, "CREATE TRIGGER ");
    ddl_built_identifier(w, &name);
    tenon__buf_format(&w->text, " AFTER %s ON ", e->when);
    ddl_table_name(w, NULL, model->database_name);
    ddl_text(w, "\nBEGIN\n"
                "    INSERT INTO \"_tenon_audit\" (\"actor\", \"reason\", \"context\", \"table\","
                " \"key\", \"operation\", \"before\", \"after\")\n"
                "    SELECT note.\"actor\", note.\"reason\", note.\"context\",\n        ");
    write_name(w, model);
    ddl_text(w, ", ");
    write_key(w, model, e->has_old ? "OLD" : "NEW");
    ddl_text(w, ", ");
    write_event_operation(w, e, mark_of(model));
    write_image(w, model, "OLD", e->has_old);
    write_image(w, model, "NEW", e->has_new);
    ddl_text(w, "\n    FROM (SELECT 1) LEFT JOIN \"_tenon_note\" AS note ON true;\nEND");
    finish_trigger(w, model, tenon__buf_string(&name));
}

static void write_sqlite_triggers(ddl_writer *w, const schema_model *model)
{
    static const event events[] = {{"create", "INSERT", .has_new = true},
                                   {"update", "UPDATE", .has_old = true, .has_new = true},
                                   {"delete", "DELETE", .has_old = true}};
    for (size_t i = 0; i < TENON__COUNT(events); i++)
        write_sqlite_trigger(w, model, &events[i]);
}

/* ---- the entry ------------------------------------------------------------------------------- */

static void write_log(ddl_writer *w)
{
    bool is_sqlite = w->dialect == TENON_SQLITE;
    write_statement(w, is_sqlite ? create_sqlite_table : create_postgresql_table, "CreateTable");
    write_statement(w, create_index, "CreateIndex");
    if (is_sqlite)
        write_statement(w, create_sqlite_note, "CreateTable");
    else
        write_statement(w, create_function, "CreateFunction");
}

void ddl_audit(ddl_writer *w)
{
    const schema *s = w->schema;
    bool has_log = false;
    for (size_t i = 0; i < s->model_count; i++) {
        if (!is_audited(s->models[i]))
            continue;
        if (!has_log)
            write_log(w);
        has_log = true;
        if (w->dialect == TENON_SQLITE)
            write_sqlite_triggers(w, s->models[i]);
        else
            write_postgresql_trigger(w, s->models[i]);
    }
}
