/* Renames that are said: their steps, and the catalogue as it is after them. A table or an enum of
 * PostgreSQL that moves to another schema is one of them: what hangs on it goes with it.
 *
 * Everything behind compares and writes with the new names only. The copy of the catalogue shares
 * what no rename touches. Expressions that the server has printed name columns; there the names are
 * replaced word by word, as the server will do. */
#include <ctype.h>
#include <stdlib.h>

#include "diff/plan.h"

/* ---- a copy ---------------------------------------------------------------------------------- */

static void *copy_array(diff_maker *m, const void *array, size_t count, size_t size)
{
    void *copy = diff_array(m, count ? count : 1, size);
    if (copy && count)
        memcpy(copy, array, count * size);
    return copy;
}

#define COPY(m, list, count) ((list) = copy_array(m, list, count, sizeof *(list)))

static void copy_table(diff_maker *m, catalogue_table *t)
{
    COPY(m, t->columns, t->column_count);
    COPY(m, t->indexes, t->index_count);
    COPY(m, t->foreign_keys, t->foreign_key_count);
    COPY(m, t->checks, t->check_count);
    for (size_t i = 0; i < t->index_count && !m->failed; i++)
        COPY(m, t->indexes[i].keys, t->indexes[i].key_count);
    for (size_t i = 0; i < t->foreign_key_count && !m->failed; i++) {
        COPY(m, t->foreign_keys[i].columns, t->foreign_keys[i].column_count);
        COPY(m, t->foreign_keys[i].target_columns, t->foreign_keys[i].column_count);
    }
}

catalogue *diff_copy_catalogue(diff_maker *m, const catalogue *from)
{
    catalogue *copy = copy_array(m, from, 1, sizeof *from);
    if (!copy)
        return NULL;
    copy->arena = (tenon__arena){0};
    COPY(m, copy->tables, copy->table_count);
    COPY(m, copy->enums, copy->enum_count);
    COPY(m, copy->logs, copy->log_count);
    for (size_t i = 0; i < copy->table_count && !m->failed; i++)
        copy_table(m, &copy->tables[i]);
    for (size_t i = 0; i < copy->enum_count && !m->failed; i++)
        COPY(m, copy->enums[i].values, copy->enums[i].value_count);
    return m->failed ? NULL : copy;
}

/* ---- names in expressions -------------------------------------------------------------------- */

static bool is_name_byte(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$' || (c & 0x80);
}

/* The bytes of the token that the text begins with: a name, something in quotes, or one byte. */
static size_t token_length(const char *text)
{
    size_t length = 1;
    if (*text == '"' || *text == '\'') {
        while (text[length] && text[length] != *text)
            length++;
        return length + (text[length] != '\0');
    }
    while (is_name_byte(*text) && is_name_byte(text[length]))
        length++;
    return length;
}

static bool is_token(const char *token, size_t length, const char *quote, const char *name)
{
    size_t most = strlen(name), quoted = strlen(quote);
    return (length == most + 2 * quoted && !strncmp(token, quote, quoted) &&
            !strncmp(token + quoted, name, most)) ||
           (*quote == '"' && length == most && !strncmp(token, name, most));
}

bool diff_names(const char *text, const char *name)
{
    for (size_t length; text && *text; text += length) {
        length = token_length(text);
        if (is_token(text, length, "\"", name))
            return true;
    }
    return false;
}

const char *diff_replace(diff_maker *m, const char *text, const char *quote,
                         const diff_rename *rename)
{
    if (!text || !strstr(text, rename->from))
        return text;
    for (size_t length; *text; text += length) {
        length = token_length(text);
        if (is_token(text, length, quote, rename->from))
            diff_write(m, *quote == '"' ? "%I" : "%L", rename->to);
        else
            tenon__buf_add(&m->text, text, length);
    }
    return diff_take(m);
}

/* ---- applying -------------------------------------------------------------------------------- */

static void replace_name(const char **name, const diff_rename *rename)
{
    if (*name && !strcmp(*name, rename->from))
        *name = rename->to;
}

static catalogue_table *find_table(const diff_maker *m, catalogue *c, const char *namespace,
                                   const char *name)
{
    for (size_t i = 0; i < c->table_count; i++)
        if (!strcmp(c->tables[i].name, name) &&
            diff_same_namespace(m, c->tables[i].namespace, namespace))
            return &c->tables[i];
    return NULL;
}

static catalogue_enum *find_enum(const diff_maker *m, catalogue *c, const char *namespace,
                                 const char *name)
{
    for (size_t i = 0; i < c->enum_count; i++)
        if (!strcmp(c->enums[i].name, name) &&
            diff_same_namespace(m, c->enums[i].namespace, namespace))
            return &c->enums[i];
    return NULL;
}

static bool refers_to(const diff_maker *m, const catalogue_foreign_key *key, const char *namespace,
                      const char *table)
{
    return !strcmp(key->target, table) && diff_same_namespace(m, key->target_namespace, namespace);
}

const char *diff_old_namespace(const diff_rename *rename)
{
    return rename->from_namespace ? rename->from_namespace : rename->namespace;
}

static bool is_plain(const catalogue_index *index)
{
    for (size_t i = 0; i < index->key_count; i++)
        if (!index->keys[i].column || index->keys[i].collation)
            return false;
    return !index->included_count;
}

/* The statement that made an index: written anew where we can, else word by word. */
static void rename_in_definitions(diff_maker *m, catalogue_table *table, const diff_rename *rename)
{
    for (size_t i = 0; i < table->index_count; i++) {
        catalogue_index *index = &table->indexes[i];
        index->definition = m->plan->dialect == TENON_SQLITE && is_plain(index)
                                ? NULL
                                : diff_replace(m, index->definition, "\"", rename);
    }
}

/* A sequence that a column owns goes with its table, and keeps its name: `old."T_id_seq"`. */
static void move_sequences(diff_maker *m, catalogue_table *table, const diff_rename *rename)
{
    for (size_t i = 0; i < table->column_count && rename->from_namespace; i++) {
        const char *name = table->columns[i].sequence;
        size_t length = name ? token_length(name) : 0;
        if (name && name[length] == '.')
            name += length + 1;
        if (name)
            table->columns[i].sequence =
                rename->namespace ? diff_say(m, "%I.%s", rename->namespace, name) : name;
    }
}

/* A trigger goes with its table; on SQLite, where it names the table, it is made anew. */
static void rename_logs(const diff_maker *m, catalogue *c, const catalogue_table *table,
                        const diff_rename *rename)
{
    for (size_t i = 0; i < c->log_count; i++) {
        catalogue_object *log = &c->logs[i];
        if (strcmp(log->table, rename->from) != 0 ||
            !diff_same_namespace(m, log->namespace, table->namespace))
            continue;
        log->table = rename->to;
        log->namespace = rename->namespace;
    }
}

static void rename_table(diff_maker *m, catalogue *c, catalogue_table *table,
                         const diff_rename *rename)
{
    for (size_t t = 0; t < c->table_count; t++)
        for (size_t i = 0; i < c->tables[t].foreign_key_count; i++) {
            catalogue_foreign_key *key = &c->tables[t].foreign_keys[i];
            if (!refers_to(m, key, table->namespace, rename->from))
                continue;
            key->target = rename->to;
            key->target_namespace = rename->namespace;
        }
    if (m->plan->dialect == TENON_POSTGRESQL)
        rename_logs(m, c, table, rename);
    rename_in_definitions(m, table, rename);
    move_sequences(m, table, rename);
    table->name = rename->to;
    table->namespace = rename->namespace;
}

static void rename_target_columns(diff_maker *m, catalogue *c, const catalogue_table *table,
                                  const diff_rename *rename)
{
    for (size_t t = 0; t < c->table_count; t++)
        for (size_t i = 0; i < c->tables[t].foreign_key_count; i++) {
            catalogue_foreign_key *key = &c->tables[t].foreign_keys[i];
            for (size_t n = 0; n < key->column_count; n++) {
                if (&c->tables[t] == table)
                    replace_name(&key->columns[n], rename);
                if (refers_to(m, key, table->namespace, table->name))
                    replace_name(&key->target_columns[n], rename);
            }
        }
}

static void rename_column(diff_maker *m, catalogue *c, catalogue_table *table,
                          const diff_rename *rename)
{
    for (size_t i = 0; i < table->column_count; i++) {
        replace_name(&table->columns[i].name, rename);
        table->columns[i].generated = diff_replace(m, table->columns[i].generated, "\"", rename);
    }
    rename_in_definitions(m, table, rename);
    for (size_t i = 0; i < table->index_count; i++) {
        catalogue_index *index = &table->indexes[i];
        for (size_t k = 0; k < index->key_count; k++) {
            replace_name(&index->keys[k].column, rename);
            index->keys[k].expression = diff_replace(m, index->keys[k].expression, "\"", rename);
        }
        index->predicate = diff_replace(m, index->predicate, "\"", rename);
    }
    for (size_t i = 0; i < table->check_count; i++)
        table->checks[i].expression = diff_replace(m, table->checks[i].expression, "\"", rename);
    rename_target_columns(m, c, table, rename);
}

static void rename_in_conditions(diff_maker *m, catalogue_table *table, const char *quote,
                                 const diff_rename *rename)
{
    for (size_t i = 0; i < table->index_count; i++)
        table->indexes[i].predicate = diff_replace(m, table->indexes[i].predicate, quote, rename);
    for (size_t i = 0; i < table->check_count; i++)
        table->checks[i].expression = diff_replace(m, table->checks[i].expression, quote, rename);
}

/* An enum (quote is `"`) or one of its values (`'`), where columns and conditions name it. */
static void rename_in_defaults(diff_maker *m, catalogue *c, const catalogue_enum *e,
                               const char *quote, const diff_rename *rename)
{
    for (size_t t = 0; t < c->table_count; t++)
        for (size_t i = 0; i < c->tables[t].column_count; i++) {
            catalogue_column *column = &c->tables[t].columns[i];
            if (!column->is_enum || strcmp(column->type_name, e->name) != 0 ||
                !diff_same_namespace(m, column->type_namespace, e->namespace))
                continue;
            rename_in_conditions(m, &c->tables[t], quote, rename);
            column->default_sql = diff_replace(m, column->default_sql, quote, rename);
            if (*quote == '"') {
                column->type = diff_say(m, "%N%s", rename->namespace, rename->to,
                                        column->is_array ? "[]" : "");
                column->type_name = rename->to;
                column->type_namespace = rename->namespace;
            }
        }
}

static void rename_enum(diff_maker *m, catalogue *c, catalogue_enum *e, const diff_rename *rename)
{
    rename_in_defaults(m, c, e, "\"", rename);
    e->name = rename->to;
    e->namespace = rename->namespace;
}

static void rename_value(diff_maker *m, catalogue *c, catalogue_enum *e, const diff_rename *rename)
{
    for (size_t i = 0; i < e->value_count; i++)
        replace_name(&e->values[i], rename);
    rename_in_defaults(m, c, e, "'", rename);
}

/* ---- steps ----------------------------------------------------------------------------------- */

/* Into the other schema under the old name, if it is another one, and then the new name. */
static void write_owner_name(diff_maker *m, const char *kind, const diff_change *change)
{
    const diff_rename *from = change->from, *to = change->to;
    bool is_moved = !diff_same_namespace(m, from->namespace, to->namespace);
    if (is_moved)
        diff_write(m, "ALTER %s %N SET SCHEMA %I", kind, from->namespace, from->to,
                   to->namespace ? to->namespace : m->default_namespace);
    if (strcmp(from->to, to->to) != 0)
        diff_write(m, "%sALTER %s %N RENAME TO %I", is_moved ? ";\n" : "", kind, to->namespace,
                   from->to, to->to);
}

static void write_table_name(diff_maker *m, const diff_change *change)
{
    write_owner_name(m, "TABLE", change);
}

static void write_column_name(diff_maker *m, const diff_change *change)
{
    const diff_rename *from = change->from, *to = change->to;
    diff_write(m, "ALTER TABLE %N RENAME COLUMN %I TO %I", to->namespace, to->owner, from->to,
               to->to);
}

static void write_enum_name(diff_maker *m, const diff_change *change)
{
    write_owner_name(m, "TYPE", change);
}

static void write_value_name(diff_maker *m, const diff_change *change)
{
    const diff_rename *from = change->from, *to = change->to;
    diff_write(m, "ALTER TYPE %N RENAME VALUE %L TO %L", to->namespace, to->owner, from->to,
               to->to);
}

static const struct {
    const char *title, *thing;
    diff_writer *write;
} kinds[] = {
    [DIFF_TABLE] = {"RenameTable", "table", write_table_name},
    [DIFF_COLUMN] = {"RenameColumn", "column", write_column_name},
    [DIFF_ENUM] = {"RenameEnum", "enum", write_enum_name},
    [DIFF_VALUE] = {"RenameEnumValue", "enum value", write_value_name},
};

static void tell_rename(diff_maker *m, const diff_rename *rename)
{
    const char *thing = kinds[rename->thing].thing;
    const char *name = rename->owner
                           ? diff_say(m, "%s %I.%I", thing, rename->owner, rename->from)
                           : diff_say(m, "%s %N", thing, diff_old_namespace(rename), rename->from);
    const char *to = rename->from_namespace ? diff_say(m, "%N", rename->namespace, rename->to)
                                            : diff_say(m, "%I", rename->to);
    diff_add_difference(m, DIFF_CHANGED, name,
                        diff_say(m, rename->from_namespace ? "moved to %s" : "renamed to %s", to));
}

/* The pair of a rename: the same rename to its old name, and to its new one. */
static void add_rename_step(diff_maker *m, const diff_rename *rename)
{
    diff_rename *pair = diff_array(m, 2, sizeof *pair);
    if (!pair)
        return;
    pair[0] = pair[1] = *rename;
    pair[0].to = rename->from;
    pair[0].namespace = diff_old_namespace(rename);
    if (rename->thing != DIFF_VALUE || m->plan->dialect == TENON_POSTGRESQL)
        diff_add_step(m, kinds[rename->thing].title, kinds[rename->thing].write,
                      (diff_change){.from = &pair[0], .to = &pair[1]});
    tell_rename(m, rename);
}

/* ---- what is there to be renamed ------------------------------------------------------------- */

bool diff_has_value(const catalogue_enum *e, const char *value)
{
    for (size_t i = 0; i < e->value_count; i++)
        if (!strcmp(e->values[i], value))
            return true;
    return false;
}

static bool apply_to_table(diff_maker *m, catalogue *c, const diff_rename *rename)
{
    catalogue_table *table = find_table(m, c, diff_old_namespace(rename), rename->from);
    if (!table || !diff_is_table(table) || find_table(m, c, rename->namespace, rename->to))
        return false;
    rename_table(m, c, table, rename);
    return true;
}

static bool apply_to_column(diff_maker *m, catalogue *c, const diff_rename *rename)
{
    catalogue_table *table = find_table(m, c, rename->namespace, rename->owner);
    if (!table || !catalogue_find_column(table, rename->from) ||
        catalogue_find_column(table, rename->to))
        return false;
    rename_column(m, c, table, rename);
    return true;
}

static bool apply_to_enum(diff_maker *m, catalogue *c, const diff_rename *rename)
{
    catalogue_enum *e = find_enum(m, c, diff_old_namespace(rename), rename->from);
    if (!e || find_enum(m, c, rename->namespace, rename->to))
        return false;
    rename_enum(m, c, e, rename);
    return true;
}

static bool apply_to_value(diff_maker *m, catalogue *c, const diff_rename *rename)
{
    if (m->plan->dialect == TENON_SQLITE)
        return diff_rename_stored_value(m, c, rename);
    catalogue_enum *e = find_enum(m, c, rename->namespace, rename->owner);
    if (!e || !diff_has_value(e, rename->from) || diff_has_value(e, rename->to))
        return false;
    rename_value(m, c, e, rename);
    return true;
}

/* Tables and enums first: columns and values are named by their new owners. */
static void apply_all(diff_maker *m, catalogue *c, const diff_rename *renames, bool is_of_owners)
{
    static bool (*const apply[])(diff_maker *, catalogue *, const diff_rename *) = {
        [DIFF_TABLE] = apply_to_table,
        [DIFF_COLUMN] = apply_to_column,
        [DIFF_ENUM] = apply_to_enum,
        [DIFF_VALUE] = apply_to_value,
    };
    for (size_t i = 0; i < m->options->rename_count && !m->failed; i++) {
        bool is_owner = renames[i].thing == DIFF_TABLE || renames[i].thing == DIFF_ENUM;
        if (is_owner == is_of_owners && apply[renames[i].thing](m, c, &renames[i]))
            add_rename_step(m, &renames[i]);
    }
}

/* The options may go before the plan. */
void diff_keep_names(diff_maker *m, diff_rename *rename)
{
    const char **names[] = {&rename->namespace, &rename->owner, &rename->from, &rename->to,
                            &rename->from_namespace};
    for (size_t i = 0; i < TENON__COUNT(names); i++)
        if (*names[i])
            *names[i] = diff_say(m, "%s", *names[i]);
}

const catalogue *diff_make_renames(diff_maker *m, const catalogue *from)
{
    size_t count = m->options->rename_count;
    if (!count)
        return from;
    diff_rename *renames = copy_array(m, m->options->renames, count, sizeof *renames);
    catalogue *copy = diff_copy_catalogue(m, from);
    if (!renames || !copy)
        return from;
    for (size_t i = 0; i < count; i++)
        diff_keep_names(m, &renames[i]);
    apply_all(m, copy, renames, true);
    apply_all(m, copy, renames, false);
    return copy;
}
