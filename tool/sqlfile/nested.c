/* Columns that become structs: composites, and JSON whose shape the statement tells.
 *
 * The analysis of NULL finds the shape in the text: names of members, and what may be NULL. Their
 * types PostgreSQL tells, of SQLite they are inferred. What comes out of JSON without a type of its
 * own stays JSON, one member or all of it: a column is nested only when every text of the query
 * says the same. Fields of composites may be NULL, whatever the columns of their table are, unless
 * the row comes straight from that table. */
#include "sqlfile/check.h"

#include <ctype.h>

static bool is_plain_json(const tenon_field *field)
{
    return field->kind == TENON_KIND_JSON && !(field->flags & TENON_FIELD_LIST);
}

/* ---- types of members ------------------------------------------------------------------------ */

/* The statement with a call of SQL_SHAPE where the object is made, or for the row's columns. NULL
 * when it cannot be put there. */
static const char *ask_for(const sql_check *c, const char *sql, const nullability_nested *shape)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    const char *start = sql + shape->at;
    size_t length = shape->row ? strlen(shape->row) : strcspn(start, "(");
    bool is_quoted = shape->row && *start == '"';
    const char *name = start + is_quoted;
    if (shape->row && strncmp(name, shape->row, length) != 0)
        return NULL;
    length += is_quoted ? 2 : 0;
    tenon__buf_add(&text, sql, shape->at);
    tenon__buf_text(&text, shape->row ? SQL_SHAPE "(" : SQL_SHAPE);
    for (size_t i = 0; shape->row && i < shape->member_count; i++)
        tenon__buf_format(&text, "%s%.*s.\"%s\"", i ? ", " : "", (int)length, start,
                          shape->members[i].name);
    tenon__buf_text(&text, shape->row ? ")" : "");
    bool has_star = shape->row && !strncmp(start + length, ".*", 2);
    tenon__buf_text(&text, start + length + (has_star ? 2 : 0));
    return text.failed ? NULL : tenon__arena_text(&c->set->report.arena, text.data);
}

/* Names and values take turns in what a function is given. */
static bool ask_server(const sql_check *c, const char *sql, const nullability_nested *shape,
                       sql_described *out)
{
    tenon__arena *arena = &c->set->report.arena;
    size_t step = shape->row ? 1 : 2;
    const char *asked = ask_for(c, sql, shape);
    sql_described *all = tenon__arena_array(arena, step * shape->member_count, sizeof *all);
    if (!asked || !all ||
        !c->database->kind->describe_arguments(c->database->server, asked, arena, all,
                                               step * shape->member_count))
        return false;
    for (size_t i = 0; i < shape->member_count; i++)
        out[i] = all[i * step + step - 1];
    return true;
}

static bool describe_members(sql_check *c, const nullability_nested *shape, sql_described *out)
{
    const char *sql = sql_assemble_analysed(c->set, c->query, c->dialect, c->variant, NULL);
    if (!sql || shape->at >= strlen(sql))
        return false;
    if (c->database->kind->describe_arguments)
        return ask_server(c, sql, shape, out);
    sql_infer_members(c, sql, shape->at, 2, out, shape->member_count);
    return true;
}

/* ---- making ---------------------------------------------------------------------------------- */

static sqlfile_nested *new_nested(sql_check *c, bool is_list, size_t count)
{
    tenon__arena *arena = &c->set->report.arena;
    sqlfile_nested *n = tenon__arena_zalloc(arena, sizeof *n);
    if (n)
        n->members = tenon__arena_array(arena, count, sizeof *n->members);
    if (!n || !n->members)
        return NULL;
    n->is_list = is_list;
    n->count = count;
    return n;
}

static sqlfile_nested *of_shape(sql_check *c, const nullability_nested *shape);
static sqlfile_nested *of_composite(sql_check *c, const sql_described *from,
                                    const nullability_nested *shape, bool is_json);

/* Of what has no C type of its own the JSON is kept. */
static void keep_json(sqlfile_value *value)
{
    uint32_t kept = value->field.flags & (uint32_t)~TENON_FIELD_LIST;
    value->field = sql_type_of_word("JsonText");
    value->field.flags = kept;
}

/* An interval is printed as the settings of a session say. */
static bool has_json_form(const sql_check *c, const tenon_field *field)
{
    if (field->kind == TENON_KIND_INTERVAL && c->database->dialect == TENON_POSTGRESQL)
        return false;
    return field->kind && field->kind != TENON_KIND_OTHER && field->kind != TENON_KIND_VECTOR &&
           field->pg_type != TENON_PG_MONEY;
}

static void name_member(sql_check *c, sqlfile_value *member, const char *name)
{
    member->name = tenon__arena_text(&c->set->report.arena, name);
    member->field.name = member->field.column = member->name;
    member->span = c->query->span;
}

static void take_null(sql_check *c, sqlfile_value *member, const nullability_column *column)
{
    bool is_nullable = !column || column->is_nullable;
    member->field.flags |= is_nullable ? TENON_FIELD_NULLABLE : 0;
    if (is_nullable)
        member->because = tenon__arena_text(
            &c->set->report.arena, column ? column->because : "a field of a composite may be NULL");
}

/* What the schema says of a column beyond its type. */
static void take_origin(sql_check *c, sqlfile_value *member, const nullability_column *column)
{
    const tenon_field *field =
        sql_field_of(c->set, sql_find_field(c->set->schema, column->table_schema, column->table,
                                            column->column));
    const uint32_t kept = TENON_FIELD_EXACT | TENON_FIELD_SENSITIVE;
    if (field && field->packing && member->field.kind == TENON_KIND_BYTES)
        sql_take_packing(member, field);
    else if (field && field->kind == member->field.kind)
        member->field.flags |= field->flags & kept;
}

/* SQLite refuses such a statement when it runs. */
static void check_no_bytes(sql_check *c, const sqlfile_value *member)
{
    if (member->field.kind == TENON_KIND_BYTES || member->field.kind == TENON_KIND_PACKED)
        sql_query_error(c->set, c->query, "make it a column of its own, or write hex(…)",
                        "member \"%s\" is bytes, which SQLite has no JSON for", member->name);
}

/* One value in JSON. */
static void make_json_member(sql_check *c, const sql_described *from,
                             const nullability_column *column, const nullability_nested *shape,
                             sqlfile_value *member)
{
    bool is_list = from->field.flags & TENON_FIELD_LIST;
    member->field = from->field;
    member->type = from->type;
    if (shape && (is_plain_json(&from->field) || from->members || !from->field.kind))
        member->nested = of_shape(c, shape);
    else if (from->members)
        member->nested = of_composite(c, from, NULL, true);
    if (member->nested || !has_json_form(c, &from->field))
        keep_json(member);
    if (member->nested)
        member->nested->is_list |= is_list;
    take_null(c, member, column);
}

static bool describe_argument(sql_check *c, const nullability_nested *shape, sql_described *out)
{
    const char *sql = sql_assemble_analysed(c->set, c->query, c->dialect, c->variant, NULL);
    if (!sql || shape->at >= strlen(sql))
        return false;
    if (!c->database->kind->describe_arguments) {
        sql_infer_members(c, sql, shape->at, 1, out, 1);
        return true;
    }
    const char *asked = ask_for(c, sql, shape);
    return asked && c->database->kind->describe_arguments(c->database->server, asked,
                                                          &c->set->report.arena, out, 1);
}

/* A list of values that are no JSON themselves. */
static sqlfile_nested *of_values(sql_check *c, const sql_described *each)
{
    const tenon_field *field = &each->field;
    bool is_value = has_json_form(c, field) && field->kind != TENON_KIND_JSON &&
                    field->kind != TENON_KIND_PACKED && !(field->flags & TENON_FIELD_LIST);
    sqlfile_nested *n = is_value ? new_nested(c, true, 1) : NULL;
    if (!n)
        return NULL;
    n->is_plain = true;
    n->members[0].field = *field;
    n->members[0].field.flags |= TENON_FIELD_LIST;
    n->members[0].type = each->type;
    name_member(c, &n->members[0], "value");
    if (c->database->dialect == TENON_SQLITE)
        check_no_bytes(c, &n->members[0]);
    return n;
}

/* A call whose argument is a composite, an array of them, or of a list one value. */
static sqlfile_nested *of_argument(sql_check *c, const nullability_nested *shape)
{
    sql_described argument = {0};
    if (!describe_argument(c, shape, &argument))
        return NULL;
    if (!argument.members)
        return shape->is_list ? of_values(c, &argument) : NULL;
    sqlfile_nested *n = of_composite(c, &argument, NULL, true);
    if (n && n->is_list && shape->is_list)
        return NULL; /* of arrays */
    if (n)
        n->is_list |= shape->is_list;
    return n;
}

static sqlfile_nested *of_shape(sql_check *c, const nullability_nested *shape)
{
    if (!shape->member_count)
        return of_argument(c, shape);
    sql_described *described =
        tenon__arena_array(&c->set->report.arena, shape->member_count, sizeof *described);
    if (!described || !describe_members(c, shape, described))
        return NULL;
    sqlfile_nested *n = new_nested(c, shape->is_list, shape->member_count);
    for (size_t i = 0; n && i < n->count; i++) {
        const nullability_column *column = &shape->members[i];
        make_json_member(c, &described[i], column, column->nested, &n->members[i]);
        take_origin(c, &n->members[i], column);
        name_member(c, &n->members[i], column->name);
        if (c->database->dialect == TENON_SQLITE)
            check_no_bytes(c, &n->members[i]);
    }
    return n;
}

static const nullability_column *find_column(const nullability_nested *shape, const char *name)
{
    for (size_t i = 0; shape && i < shape->member_count; i++)
        if (!strcmp(shape->members[i].name, name))
            return &shape->members[i];
    return NULL;
}

static bool is_identifier(const char *name)
{
    bool is_name = *name && !isdigit((unsigned char)*name);
    for (; *name; name++)
        is_name &= isalnum((unsigned char)*name) || *name == '_';
    return is_name;
}

static bool has_identifiers(const sqlfile_nested *n)
{
    for (size_t i = 0; i < n->count; i++)
        if (!n->members[i].name || !is_identifier(n->members[i].name))
            return false;
    return true;
}

static sqlfile_nested *of_composite(sql_check *c, const sql_described *from,
                                    const nullability_nested *shape, bool is_json)
{
    sqlfile_nested *n = new_nested(c, from->field.flags & TENON_FIELD_LIST, from->member_count);
    for (size_t i = 0; n && i < n->count; i++) {
        const sql_described *each = &from->members[i];
        const nullability_column *column = find_column(shape, each->name);
        sqlfile_value *member = &n->members[i];
        if (is_json) {
            make_json_member(c, each, column, NULL, member);
        } else {
            member->field = each->field;
            member->type = each->type;
            member->nested = each->members ? of_composite(c, each, NULL, false) : NULL;
            take_null(c, member, column);
        }
        if (column)
            take_origin(c, member, column);
        name_member(c, member, each->name);
        if (each->members && !member->nested)
            return NULL;
    }
    return n && has_identifiers(n) ? n : NULL;
}

/* ---- several texts --------------------------------------------------------------------------- */

static bool merge_nested(sqlfile_nested *known, const sqlfile_nested *other, bool is_same_database);

/* A type that SQLite does not tell is the one that PostgreSQL has told. */
static bool merge_member(sqlfile_value *known, const sqlfile_value *other, bool is_same_database)
{
    bool is_same = known->field.kind == other->field.kind &&
                   known->field.enumeration == other->field.enumeration &&
                   !((known->field.flags ^ other->field.flags) & TENON_FIELD_LIST);
    known->field.flags |= other->field.flags & (TENON_FIELD_NULLABLE | TENON_FIELD_EXACT);
    if (strcmp(known->name, other->name) != 0 || (is_same_database && !is_same))
        return false;
    if (!known->nested || !other->nested)
        return !known->nested && !other->nested;
    return merge_nested(known->nested, other->nested, is_same_database);
}

static bool merge_nested(sqlfile_nested *known, const sqlfile_nested *other, bool is_same_database)
{
    bool is_same = known->count == other->count && known->is_list == other->is_list &&
                   known->is_plain == other->is_plain;
    for (size_t i = 0; is_same && i < known->count; i++)
        is_same = merge_member(&known->members[i], &other->members[i], is_same_database);
    return is_same;
}

static void settle(const sql_check *c, sqlfile_value *value, sqlfile_nested *found)
{
    bool is_same_database = c->variant > 0;
    if (!value->has_shape)
        value->nested = found;
    else if (!found || !value->nested || !merge_nested(value->nested, found, is_same_database))
        value->nested = NULL;
    value->has_shape = true;
}

/* SQLite may not know the type of what is JSON by how it is made. */
static bool is_made_json(const sql_check *c, sqlfile_value *value)
{
    if (!value->field.kind && c->database->dialect == TENON_SQLITE) {
        uint32_t flags = value->field.flags;
        value->field = sql_type_of_word("Json");
        value->field.flags |= flags;
    }
    return is_plain_json(&value->field);
}

void sql_find_nested(sql_check *c, const nullability *nulls)
{
    bool is_known = nulls && nulls->column_count == c->query->column_count;
    for (size_t i = 0; i < c->query->column_count && i < c->described.column_count; i++) {
        const nullability_nested *shape = is_known ? nulls->columns[i].nested : NULL;
        const sql_described *from = &c->described.columns[i];
        sqlfile_value *value = &c->query->columns[i];
        sqlfile_nested *found = NULL;
        if (from->members && !from->needs_cast)
            found = of_composite(c, from, shape, false);
        else if (shape && is_made_json(c, value))
            found = of_shape(c, shape);
        settle(c, value, found);
        if (from->members && !from->needs_cast && !value->nested)
            sql_query_error(c->set, c->query, "rename the fields, or write to_jsonb(…)",
                            "a field of column \"%s\" has no name that a member could have",
                            value->name);
    }
}
