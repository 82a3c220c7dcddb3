/* Models and enums as text; the formatter lays it out afterwards. */
#include "pull/draft.h"

#include <assert.h>

/* ---- comments -------------------------------------------------------------------------------- */

static void put_lines(const char *text, tenon__buf *out)
{
    while (text && *text) {
        size_t length = strcspn(text, "\n");
        tenon__buf_text(out, length ? "/// " : "///");
        tenon__buf_add(out, text, length);
        tenon__buf_char(out, '\n');
        text += length + (text[length] == '\n');
    }
}

/* What a database has it says itself; SQLite has no indexes for vectors. */
static bool is_of_database(const pull_draft *d, const schema_word *word)
{
    return !strcmp(word->name, "check") ||
           (!strcmp(word->name, "vectorIndex") && d->c->dialect == TENON_POSTGRESQL);
}

/* Words as they stand in the old text, but for those that are written from the database. */
static void put_words(const pull_draft *d, const schema_comment *comment, tenon__buf *out)
{
    for (size_t i = 0; i < comment->word_count; i++) {
        const schema_word *word = &comment->words[i];
        if (is_of_database(d, word))
            continue;
        tenon__buf_text(out, "/// ");
        tenon__buf_add(out, d->old->files[word->span.file].text + word->span.start,
                       word->span.end - word->span.start);
        tenon__buf_char(out, '\n');
    }
}

bool pull_documents(const schema_comment *old, const char *comment)
{
    bool has_text = old && old->documentation && *old->documentation;
    return !has_text && comment && *comment && !strstr(comment, "@tenon.");
}

/* What the schema says, and where it says nothing what the database does. */
static void put_comment(const pull_draft *d, const schema_comment *old, const char *comment,
                        tenon__buf *out)
{
    if (pull_documents(old, comment))
        put_lines(comment, out);
    if (!old)
        return;
    put_lines(old->documentation, out);
    put_words(d, old, out);
}

/* A line that the tool says by itself, once. */
static void put_remark(const schema_comment *old, const char *text, tenon__buf *out)
{
    if (!old || !old->documentation || !strstr(old->documentation, text))
        tenon__buf_format(out, "/// %s\n", text);
}

/* ---- enums ----------------------------------------------------------------------------------- */

static void put_map(const char *attribute, const char *name, const char *database_name,
                    tenon__buf *out)
{
    if (!strcmp(name, database_name))
        return;
    tenon__buf_format(out, " %s(", attribute);
    pull_quote(out, database_name);
    tenon__buf_char(out, ')');
}

static const schema_enum_value *old_value(const schema_enum *old, const char *value)
{
    for (size_t i = 0; old && i < old->value_count; i++)
        if (!strcmp(old->values[i].database_name, value))
            return &old->values[i];
    return NULL;
}

static void put_namespace(const pull_draft *d, const char *namespace, tenon__buf *out)
{
    if (!d->has_namespaces || !namespace)
        return;
    tenon__buf_text(out, "@@schema(");
    pull_quote(out, namespace);
    tenon__buf_text(out, ")\n");
}

/* On SQLite only the schema knows of it. */
static void write_old_enum(const pull_draft *d, const schema_enum *e, tenon__buf *out)
{
    put_comment(d, &e->comment, NULL, out);
    tenon__buf_format(out, "enum %s {\n", e->name);
    for (size_t i = 0; i < e->value_count; i++) {
        put_comment(d, &e->values[i].comment, NULL, out);
        tenon__buf_text(out, e->values[i].name);
        put_map("@map", e->values[i].name, e->values[i].database_name, out);
        tenon__buf_char(out, '\n');
    }
    put_map("@@map", e->name, e->database_name, out);
    tenon__buf_text(out, "\n}\n");
}

void pull_write_enum(pull_draft *d, const pull_enum *e, tenon__buf *out)
{
    if (!e->source) {
        write_old_enum(d, e->old, out);
        return;
    }
    put_comment(d, e->old ? &e->old->comment : NULL, e->source->comment, out);
    tenon__buf_format(out, "enum %s {\n", e->name);
    for (size_t i = 0; i < e->source->value_count; i++) {
        const schema_enum_value *old = old_value(e->old, e->source->values[i]);
        put_comment(d, old ? &old->comment : NULL, NULL, out);
        tenon__buf_text(out, e->values[i]);
        put_map("@map", e->values[i], e->source->values[i], out);
        tenon__buf_char(out, '\n');
    }
    tenon__buf_char(out, '\n');
    put_map("@@map", e->name, e->source->name, out);
    tenon__buf_char(out, '\n');
    put_namespace(d, e->source->namespace, out);
    tenon__buf_text(out, "}\n");
}

/* ---- fields ---------------------------------------------------------------------------------- */

bool pull_is_required(const pull_model *m, const pull_column *column)
{
    const catalogue_index *key = catalogue_primary_key(m->table);
    for (size_t i = 0; key && i < key->key_count; i++)
        if (key->keys[i].column && !strcmp(key->keys[i].column, column->source->name))
            return true;
    return column->source->is_required;
}

static void put_type(const pull_model *m, const pull_column *column, tenon__buf *out)
{
    const pull_type *type = &column->type;
    if (type->word) {
        tenon__buf_text(out, type->word);
    } else {
        tenon__buf_text(out, "Unsupported(");
        pull_quote(out, type->unsupported);
        tenon__buf_char(out, ')');
    }
    if (type->is_list)
        tenon__buf_text(out, "[]");
    else if (!pull_is_required(m, column))
        tenon__buf_char(out, '?');
}

static void put_native(const pull_draft *d, const pull_type *type, tenon__buf *out)
{
    if (!type->native)
        return;
    const char *source = d->old && d->old->datasource ? d->old->datasource->name : "db";
    tenon__buf_format(out, " @%s.%s", source, type->native);
    for (size_t i = 0; i < type->argument_count; i++)
        tenon__buf_format(out, "%s%d", i ? ", " : "(", type->arguments[i]);
    tenon__buf_text(out, type->argument_count ? ")" : "");
}

/* A view has what its query gives: nothing is required that the schema did not say was. */
void pull_write_column(pull_draft *d, const pull_model *m, const pull_column *column,
                       tenon__buf *out)
{
    put_comment(d, column->old ? &column->old->comment : NULL, column->source->comment, out);
    pull_write_checks(d, m, column, out);
    pull_write_vector_index(d, m, column, out);
    tenon__buf_format(out, "%s ", column->name);
    put_type(m, column, out);
    if (!m->is_view)
        pull_write_field_keys(d, m, column, out);
    if (column->default_text)
        tenon__buf_format(out, " @default(%s)", column->default_text);
    if (column->old && column->old->is_updated_at)
        tenon__buf_text(out, " @updatedAt");
    put_map("@map", column->name, column->source->name, out);
    put_native(d, &column->type, out);
    if (column->old && column->old->is_ignored)
        tenon__buf_text(out, " @ignore");
    tenon__buf_char(out, '\n');
}

/* ---- relation fields ------------------------------------------------------------------------- */

static const char *const action_words[] = {
    [SCHEMA_CASCADE] = "Cascade",        [SCHEMA_RESTRICT] = "Restrict",
    [SCHEMA_NO_ACTION] = "NoAction",     [SCHEMA_SET_NULL] = "SetNull",
    [SCHEMA_SET_DEFAULT] = "SetDefault",
};

static bool is_required(const pull_relation *r)
{
    assert(r->key || r->old);
    size_t count = r->key ? r->key->column_count : r->old->field_count;
    for (size_t i = 0; i < count; i++) {
        const char *name = r->key ? r->key->columns[i] : r->old->fields[i]->database_name;
        if (!pull_is_required(r->from, pull_find_column(r->from, name)))
            return false;
    }
    return true;
}

static const char *column_at(const pull_relation *r, size_t i, bool is_target)
{
    if (r->key)
        return is_target ? r->key->target_columns[i] : r->key->columns[i];
    return is_target ? r->old->references[i]->database_name : r->old->fields[i]->database_name;
}

static void put_columns(const pull_relation *r, bool is_target, tenon__buf *out)
{
    const pull_model *m = is_target ? r->to : r->from;
    size_t count = r->key ? r->key->column_count : r->old->field_count;
    tenon__buf_text(out, is_target ? ", references: [" : "fields: [");
    for (size_t i = 0; i < count; i++)
        tenon__buf_format(out, "%s%s", i ? ", " : "",
                          pull_find_column(m, column_at(r, i, is_target))->name);
    tenon__buf_char(out, ']');
}

/* What differs from what the language takes for granted. */
static void put_actions(const pull_relation *r, tenon__buf *out)
{
    schema_action on_delete = r->key ? r->key->on_delete : r->old->on_delete;
    schema_action on_update = r->key ? r->key->on_update : r->old->on_update;
    schema_action usual = is_required(r) ? SCHEMA_RESTRICT : SCHEMA_SET_NULL;
    if (!r->key)
        usual = is_required(r) ? SCHEMA_NO_ACTION : SCHEMA_SET_NULL;
    if (on_delete != usual)
        tenon__buf_format(out, ", onDelete: %s", action_words[on_delete]);
    if (on_update != (r->key ? SCHEMA_CASCADE : SCHEMA_NO_ACTION))
        tenon__buf_format(out, ", onUpdate: %s", action_words[on_update]);
}

static void put_constraint_name(pull_draft *d, const pull_relation *r, tenon__buf *out)
{
    if (d->c->dialect == TENON_SQLITE || !r->key)
        return;
    const char *usual =
        pull_default_name(d, r->from->table->name, r->key->columns, r->key->column_count, "_fkey");
    if (strcmp(usual, r->key->name) != 0) {
        tenon__buf_text(out, ", map: ");
        pull_quote(out, r->key->name);
    }
}

static void put_relation_name(const pull_relation *r, tenon__buf *out)
{
    if (r->is_named) {
        tenon__buf_text(out, " @relation(");
        pull_quote(out, r->name);
        tenon__buf_char(out, ')');
    }
}

static void put_ignore(const pull_model *of, const pull_model *other, const schema_field *old,
                       tenon__buf *out)
{
    bool is_lost = other->is_ignored && !of->is_ignored;
    tenon__buf_text(out, is_lost || (old && old->is_ignored) ? " @ignore\n" : "\n");
}

static void put_forward(pull_draft *d, const pull_relation *r, tenon__buf *out)
{
    const schema_field *old = r->old ? r->old->from_field : NULL;
    put_comment(d, old ? &old->comment : NULL, NULL, out);
    tenon__buf_format(out, "%s %s", r->forward, r->to->name);
    if (r->link) {
        tenon__buf_text(out, "[]");
        put_relation_name(r, out);
    } else {
        tenon__buf_text(out, is_required(r) ? " @relation(" : "? @relation(");
        if (r->is_named) {
            pull_quote(out, r->name);
            tenon__buf_text(out, ", ");
        }
        put_columns(r, false, out);
        put_columns(r, true, out);
        put_actions(r, out);
        put_constraint_name(d, r, out);
        tenon__buf_char(out, ')');
    }
    put_ignore(r->from, r->to, old, out);
}

static bool is_to_one(const pull_relation *r)
{
    if (r->key)
        return pull_is_unique(r->from, r->key->columns, r->key->column_count);
    return r->old && r->old->kind == SCHEMA_ONE_TO_ONE;
}

static void put_back(pull_draft *d, const pull_relation *r, tenon__buf *out)
{
    const schema_field *old = r->old ? r->old->to_field : NULL;
    put_comment(d, old ? &old->comment : NULL, NULL, out);
    tenon__buf_format(out, "%s %s%s", r->back, r->from->name,
                      !r->link && is_to_one(r) ? "?" : "[]");
    put_relation_name(r, out);
    put_ignore(r->to, r->from, old, out);
}

void pull_write_relation(pull_draft *d, const pull_relation *r, bool is_back, tenon__buf *out)
{
    if (is_back)
        put_back(d, r, out);
    else
        put_forward(d, r, out);
}

/* ---- models ---------------------------------------------------------------------------------- */

static void put_fields(pull_draft *d, const pull_model *m, tenon__buf *out)
{
    for (size_t i = 0; i < m->column_count; i++)
        pull_write_column(d, m, &m->columns[i], out);
    for (size_t i = 0; i < d->relation_count; i++) {
        const pull_relation *r = &d->relations[i];
        if (r->from == m)
            put_forward(d, r, out);
        if (r->to == m)
            put_back(d, r, out);
    }
}

void pull_write_comment(pull_draft *d, const pull_model *m, tenon__buf *out)
{
    const schema_comment *old = m->old ? &m->old->comment : NULL;
    put_comment(d, old, m->table->comment, out);
    if (m->is_renamed)
        put_remark(old, "The name of the table is a reserved word.", out);
    if (m->has_no_key)
        put_remark(old,
                   "The table has no key: no column or set of columns that is unique and "
                   "required.",
                   out);
    pull_write_checks(d, m, NULL, out);
}

void pull_write_model(pull_draft *d, const pull_model *m, tenon__buf *out)
{
    pull_write_comment(d, m, out);
    tenon__buf_format(out, "%s %s {\n", m->is_view ? "view" : "model", m->name);
    put_fields(d, m, out);
    tenon__buf_char(out, '\n');
    if (!m->is_view)
        pull_write_keys(d, m, out);
    put_map("@@map", m->name, m->table->name, out);
    tenon__buf_char(out, '\n');
    put_namespace(d, m->table->namespace, out);
    if (m->is_ignored)
        tenon__buf_text(out, "@@ignore\n");
    tenon__buf_text(out, "}\n");
}
