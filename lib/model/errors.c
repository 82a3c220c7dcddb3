/* What the database says of a broken constraint, in the words of the schema.
 *
 * The drivers hand over the database's names of table, columns and constraint, as far as it told:
 * PostgreSQL names constraint and table, SQLite table and columns. Either leads to fields. A
 * constraint of another table (a row that is still referred to) keeps its own names. */
#include "model/walk.h"

static bool is_about_constraint(tenon_status status)
{
    return status >= TENON_UNIQUE && status <= TENON_EXCLUSION;
}

/* ---- fields ---------------------------------------------------------------------------------- */

static void add_field(tenon_error *err, const tenon_field *field)
{
    size_t length = strlen(err->field), room = sizeof err->field - length;
    if (length && room > 2) {
        memcpy(err->field + length, ", ", 3);
        length += 2;
        room -= 2;
    }
    tenon__error_copy(err->field + length, room, field->name);
}

static void name_fields(const tenon_model *model, const uint16_t *fields, uint16_t count,
                        tenon_error *err)
{
    err->field[0] = '\0';
    for (uint16_t i = 0; i < count; i++)
        add_field(err, &model->fields[fields[i]]);
}

static bool name_by_constraint(const tenon_model *model, tenon_error *err)
{
    if (!err->constraint[0])
        return false;
    for (uint32_t i = 0; i < model->unique_count; i++) {
        const tenon_unique *unique = &model->uniques[i];
        if (unique->constraint && !strcmp(unique->constraint, err->constraint)) {
            name_fields(model, unique->fields, unique->field_count, err);
            return true;
        }
    }
    for (uint32_t i = 0; i < model->constraint_count; i++) {
        const tenon_constraint *constraint = &model->constraints[i];
        if (!strcmp(constraint->constraint, err->constraint)) {
            name_fields(model, constraint->fields, constraint->field_count, err);
            return true;
        }
    }
    return false;
}

static const tenon_field *find_column(const tenon_model *model, const char *name, size_t length)
{
    for (uint32_t i = 0; i < model->field_count; i++) {
        const char *column = model->fields[i].column;
        if (strlen(column) == length && !memcmp(column, name, length))
            return &model->fields[i];
    }
    return NULL;
}

/* "author_id, slug" → "authorId, slug". Names that are no columns (an expression) end it. */
static void name_by_columns(const tenon_model *model, tenon_error *err)
{
    char columns[sizeof err->field];
    memcpy(columns, err->field, sizeof columns);
    err->field[0] = '\0';
    for (const char *at = columns; *at;) {
        const char *comma = strstr(at, ", ");
        size_t length = comma ? (size_t)(comma - at) : strlen(at);
        const tenon_field *field = find_column(model, at, length);
        if (!field) {
            memcpy(err->field, columns, sizeof columns);
            return;
        }
        add_field(err, field);
        at += length + (comma ? 2 : 0);
    }
}

/* ---- messages -------------------------------------------------------------------------------- */

static const char *predicate(tenon_status status, tenon__operation operation)
{
    bool is_delete = operation == TENON__DELETE || operation == TENON__DELETE_MANY;
    switch (status) {
    case TENON_UNIQUE:
        return "must be unique";
    case TENON_NOT_NULL:
        return "must not be NULL";
    case TENON_CHECK:
        return "breaks a check of the database";
    case TENON_EXCLUSION:
        return "conflicts with another row";
    default:
        return is_delete ? "is still referred to by another row"
                         : "refers to a row that does not exist, or is still referred to";
    }
}

/* "User.email must be unique", "Post.(authorId, slug) must be unique", "User breaks a check …
 * (name)". */
static void write_message(const tenon_model *model, tenon__operation operation, tenon_error *err)
{
    tenon_status status = err->status;
    bool has_many = strchr(err->field, ',') != NULL;
    bool is_named = err->constraint[0] && status != TENON_UNIQUE && status != TENON_NOT_NULL;
    err->status = TENON_OK; /* tenon__fail keeps a message that stands already */
    tenon__fail(err, status, "%s%s%s%s%s %s%s%s%s", model->name, err->field[0] ? "." : "",
                has_many ? "(" : "", err->field, has_many ? ")" : "", predicate(status, operation),
                is_named ? " (" : "", is_named ? err->constraint : "", is_named ? ")" : "");
}

/* PostgreSQL reports a reference at the table that refers. */
static void write_foreign_message(const tenon_model *model, tenon_error *err)
{
    char table[sizeof err->model];
    memcpy(table, err->model, sizeof table);
    err->status = TENON_OK;
    tenon__fail(err, TENON_FOREIGN_KEY, "%s is still referred to by \"%s\" (%s)", model->name,
                table, err->constraint);
    err->field[0] = '\0';
}

void tenon__name_error(const tenon_model *model, const char *table, tenon__operation operation,
                       tenon_error *err)
{
    bool is_own = !err->model[0] || !strcmp(err->model, table ? table : model->table);
    if (is_about_constraint(err->status) && is_own) {
        if (!name_by_constraint(model, err))
            name_by_columns(model, err);
        write_message(model, operation, err);
    } else if (err->status == TENON_FOREIGN_KEY) {
        write_foreign_message(model, err);
    }
    if (!err->model[0] || is_about_constraint(err->status))
        tenon__error_copy(err->model, sizeof err->model, model->name);
}
