/* What was described becomes the parameters and columns of a query; described again, of another
 * variant or by the other database, it has to be the same.
 *
 * PostgreSQL's word on a type counts, and it is asked first. SQLite's only fills in what is not
 * known: a declaration of a column says less than the schema does. */
#include "sqlfile/check.h"

/* A packed array is bytes to the database. */
static tenon_kind stored_kind(const tenon_field *field)
{
    return field->packing ? TENON_KIND_BYTES : field->kind;
}

static bool is_same_type(const tenon_field *a, const tenon_field *b)
{
    return stored_kind(a) == stored_kind(b) && a->enumeration == b->enumeration &&
           (a->flags & TENON_FIELD_LIST) == (b->flags & TENON_FIELD_LIST);
}

static void take_type(sqlfile_value *value, const sql_described *from, bool is_certain)
{
    uint32_t kept = value->field.flags & (uint32_t)~TENON_FIELD_LIST;
    const char *name = value->field.name, *column = value->field.column;
    value->field = from->field;
    value->field.flags |= kept;
    value->field.name = name;
    value->field.column = column;
    value->type = from->type;
    value->is_certain = is_certain;
}

static const char *type_text(tenon__arena *arena, const tenon_field *field)
{
    return tenon__arena_format(arena, "%s%s", sql_word_of_type(field),
                               field->flags & TENON_FIELD_LIST ? "[]" : "");
}

/* Type of a parameter: uses in one text agree, because the server sees one parameter; other
 * variants may see other uses. */
static void merge_parameter(sql_check *c, size_t at)
{
    sqlfile_value *value = &c->query->parameters[c->text.parameters[at]];
    const sql_described *from = &c->described.parameters[at];
    bool is_postgresql = c->database->dialect == TENON_POSTGRESQL;
    tenon__arena *arena = &c->set->report.arena;
    if (!from->field.kind)
        return;
    if (!value->field.kind)
        take_type(value, from, is_postgresql);
    else if (is_postgresql && !is_same_type(&value->field, &from->field))
        sql_value_error(c->set, value, "cast it where it is used: :name::type",
                        "parameter \"%s\" is %s in one variant and %s in another", value->name,
                        type_text(arena, &value->field), type_text(arena, &from->field));
}

static bool add_columns(sql_check *c)
{
    sqlfile_query *query = c->query;
    tenon__arena *arena = &c->set->report.arena;
    query->column_count = c->described.column_count;
    query->columns = tenon__arena_array(arena, query->column_count, sizeof *query->columns);
    for (size_t i = 0; query->columns && i < query->column_count; i++)
        query->columns[i] =
            (sqlfile_value){.name = c->described.columns[i].name, .span = query->span};
    query->has_columns = query->columns != NULL;
    return query->has_columns;
}

static void merge_column(sql_check *c, size_t at)
{
    sqlfile_value *value = &c->query->columns[at];
    const sql_described *from = &c->described.columns[at];
    bool is_postgresql = c->database->dialect == TENON_POSTGRESQL;
    tenon__arena *arena = &c->set->report.arena;
    if (strcmp(value->name, from->name) != 0)
        sql_query_error(c->set, c->query, "name it with AS",
                        "column %zu is called \"%s\" in one variant or database and \"%s\" in "
                        "another",
                        at + 1, value->name, from->name);
    if (from->needs_cast)
        sql_query_error(c->set, c->query,
                        from->members ? "to_jsonb(…) of a composite becomes a struct too" : NULL,
                        "column \"%s\" has the type %s, which is read as text; write %s::text",
                        from->name, from->type, from->name);
    if (!from->field.kind)
        return;
    if (!value->field.kind)
        take_type(value, from, is_postgresql);
    else if (is_postgresql && !is_same_type(&value->field, &from->field))
        sql_query_error(c->set, c->query, "cast it",
                        "column \"%s\" is %s in one variant and %s in another", value->name,
                        type_text(arena, &value->field), type_text(arena, &from->field));
}

static void merge_columns(sql_check *c)
{
    sqlfile_query *query = c->query;
    if (!query->has_columns && !add_columns(c))
        return;
    if (query->column_count != c->described.column_count) {
        sql_query_error(c->set, query, NULL,
                        "there are %zu columns in one variant or database and %zu in another",
                        query->column_count, c->described.column_count);
        return;
    }
    for (size_t i = 0; i < query->column_count; i++)
        merge_column(c, i);
}

void sql_merge(sql_check *c)
{
    size_t count = c->described.parameter_count;
    if (count > c->text.parameter_count)
        count = c->text.parameter_count;
    for (size_t i = 0; i < count; i++)
        merge_parameter(c, i);
    merge_columns(c);
    c->query->is_writing |= c->described.is_writing;
}
