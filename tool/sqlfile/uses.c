/* What the columns that a parameter meets ask of it, all of them: the type that PostgreSQL has told
 * already and SQLite has not; what fits in every column it is written to; that the value is
 * sensitive in one of them. Columns that ask for what no one value can be are an error where the
 * later of them stands, unless the author says which type is meant.
 *
 * A packed array is packed where it is written to its column. Compared it is with nothing: equal
 * arrays need not have equal bytes. */
#include "sqlfile/check.h"

/* A column as the tables and the schema have it. */
typedef struct met_column {
    const nullability_use *use;
    const tenon_field *field;       /* of a model; or NULL */
    const catalogue_column *column; /* or NULL */
} met_column;

static met_column look_up(const sql_check *c, const nullability_use *use)
{
    const schema *s = c->set->schema;
    const catalogue_table *table =
        use->table ? catalogue_find_table(c->database->catalogue, use->table_schema, use->table)
                   : NULL;
    return (met_column){.use = use,
                        .field = sql_field_of(
                            c->set, sql_find_field(s, use->table_schema, use->table, use->column)),
                        .column = table ? catalogue_find_column(table, use->column) : NULL};
}

static bool is_type_stated(const sql_check *c, const sqlfile_value *value)
{
    const sqlfile_stated *stated = sql_find_stated(c->query, value->name);
    return stated && stated->type;
}

/* ---- conflicts ------------------------------------------------------------------------------- */

static const char *name_of(const sql_check *c, const nullability_use *use)
{
    return tenon__arena_format(&c->set->report.arena, "%s%s%s", use->table ? use->table : "",
                               use->table ? "." : "", use->column);
}

/* Where the parameter stands in the file at this use. */
static schema_span span_of(const sql_check *c, const sqlfile_value *value,
                           const nullability_use *use)
{
    sql_map map;
    schema_span span = value->span;
    uint32_t length = span.end - span.start;
    if (!sql_assemble_analysed(c->set, c->query, c->dialect, c->variant, &map))
        return span;
    span.file = c->query->bodies[c->dialect]->file;
    span.start = (uint32_t)sql_map_back(&map, use->at);
    span.end = span.start + length;
    return span;
}

/* Of each parameter the first one, and none whose type its author has said. */
static void complain(const sql_check *c, sqlfile_value *value, const met_column *met,
                     const char *hint, const char *what)
{
    bool is_settled = value->is_conflicting || is_type_stated(c, value);
    value->is_conflicting = true;
    value->is_certain = false;
    if (is_settled)
        return;
    schema_report(&c->set->report, SCHEMA_ERROR, span_of(c, value, met->use), hint,
                  "parameter \"%s\" %s", value->name, what);
}

static const char *type_text(const sql_check *c, const tenon_field *field)
{
    bool is_list = (field->flags & TENON_FIELD_LIST) || field->packing;
    return tenon__arena_format(&c->set->report.arena, "%s%s%s", field->packing ? "packed " : "",
                               sql_word_of_type(field), is_list ? "[]" : "");
}

static void report_conflict(const sql_check *c, sqlfile_value *value, const met_column *met,
                            const tenon_field *field)
{
    tenon__arena *arena = &c->set->report.arena;
    const char *first = value->counterpart ? value->counterpart : "the server";
    const char *what =
        tenon__arena_format(arena, "is %s by %s and %s by %s", type_text(c, &value->field), first,
                            type_text(c, field), name_of(c, met->use));
    const char *hint =
        tenon__arena_format(arena, "use two parameters, or say which is meant: -- param: %s %s",
                            value->name, sql_word_of_type(field));
    bool is_packed = field->packing || value->field.packing;
    complain(c, value, met, is_packed ? "use two parameters" : hint, what);
}

/* ---- types ----------------------------------------------------------------------------------- */

static bool is_integer(const tenon_field *field)
{
    return field->kind == TENON_KIND_INT16 || field->kind == TENON_KIND_INT32 ||
           field->kind == TENON_KIND_INT64;
}

static bool is_real(const tenon_field *field)
{
    return field->kind == TENON_KIND_FLOAT || field->kind == TENON_KIND_DOUBLE;
}

static void set_type(sqlfile_value *value, const tenon_field *field)
{
    if (!value->field.kind)
        value->field.precision = -1;
    value->field.kind = field->kind;
    value->field.pg_type = field->pg_type;
    value->field.enumeration = field->enumeration;
    value->field.other_type = field->other_type;
    value->field.flags |= field->flags & (TENON_FIELD_LIST | TENON_FIELD_EXACT);
    value->field.flags |= value->is_list ? TENON_FIELD_LIST : 0;
}

/* Numbers of one kind are the widest of what they are compared with, or the narrowest of what they
 * are written to. The kinds stand in that order. */
static void take_width(sqlfile_value *value, const tenon_field *field, bool is_written)
{
    bool is_wider = field->kind > value->field.kind;
    bool is_first_written = is_written && !value->is_written;
    if (is_first_written || (value->is_written ? is_written && !is_wider : is_wider))
        set_type(value, field);
}

static bool is_same_type(const sqlfile_value *value, const tenon_field *field)
{
    uint32_t list = value->is_list ? 0 : (value->field.flags ^ field->flags) & TENON_FIELD_LIST;
    uint32_t exact = (value->field.flags ^ field->flags) & TENON_FIELD_EXACT;
    return value->field.kind == field->kind && value->field.enumeration == field->enumeration &&
           !list && !(field->kind == TENON_KIND_DECIMAL && exact);
}

static bool is_number_like(const tenon_field *a, const tenon_field *b)
{
    return (is_integer(a) && is_integer(b)) || (is_real(a) && is_real(b));
}

/* PostgreSQL has told the type, and compared it with every use. */
static bool is_told_by_columns(const sql_check *c)
{
    return c->database->dialect == TENON_SQLITE && !c->query->bodies[TENON_POSTGRESQL - 1];
}

/* How SQLite keeps a decimal, of which PostgreSQL says nothing. */
static void take_exactness(const sql_check *c, sqlfile_value *value, const met_column *met)
{
    const tenon_field *field = met->field;
    if (!field || field->kind != TENON_KIND_DECIMAL || value->field.kind != TENON_KIND_DECIMAL)
        return;
    if (!value->counterpart)
        value->field.flags |= field->flags & TENON_FIELD_EXACT;
    else if (c->query->bodies[TENON_SQLITE - 1] &&
             ((value->field.flags ^ field->flags) & TENON_FIELD_EXACT))
        report_conflict(c, value, met, field);
}

/* The type that the schema gives to the column, or its table on SQLite. */
static void take_type(sql_check *c, sqlfile_value *value, const met_column *met)
{
    const tenon_field *field = met->field;
    tenon_field declared = {.precision = -1};
    if (!field && met->column && c->database->dialect == TENON_SQLITE)
        declared = sql_type_of_declaration(met->column->type);
    if (!field)
        field = &declared;
    if (!is_told_by_columns(c))
        take_exactness(c, value, met);
    if (!field->kind || (value->field.kind && !is_told_by_columns(c)))
        return;
    if (!value->field.kind)
        set_type(value, field);
    else if (is_number_like(&value->field, field))
        take_width(value, field, met->use->is_written);
    else if (!is_same_type(value, field))
        report_conflict(c, value, met, field);
    value->is_certain |= met->field && !value->is_conflicting;
    value->is_written |= met->use->is_written;
}

/* ---- what fits ------------------------------------------------------------------------------- */

/* How long, how fine: the modifiers of a type in PostgreSQL, of a table that is no model. */
static tenon_field modifiers_of(const sqlfile_value *value, const catalogue_column *column)
{
    static const char *const types[] = {"varchar",   "bpchar",      "numeric", "bit",   "varbit",
                                        "timestamp", "timestamptz", "time",    "timetz"};
    tenon_field field = {.kind = value->field.kind, .precision = -1};
    bool is_known = false;
    for (size_t i = 0; column->argument_count && i < TENON__COUNT(types); i++)
        is_known |= !strcmp(column->type_name, types[i]);
    if (!is_known)
        return field;
    bool is_text = !strcmp(column->type_name, "varchar") || !strcmp(column->type_name, "bpchar");
    field.pg_type = is_text ? TENON_PG_VARCHAR : value->field.pg_type;
    field.precision = column->arguments[0];
    field.scale = column->argument_count > 1 ? column->arguments[1] : 0;
    return field;
}

/* Digits on both sides of the point that both columns have. */
static void fit_decimal(tenon_field *value, const tenon_field *field)
{
    int whole = field->precision - field->scale, known = value->precision - value->scale;
    whole = known < whole ? known : whole;
    value->scale = value->scale < field->scale ? value->scale : field->scale;
    value->precision = whole + value->scale;
}

static bool is_exact_size(const tenon_field *field)
{
    return field->kind == TENON_KIND_VECTOR || field->pg_type == TENON_PG_BIT;
}

/* A text that is compared first is one without a limit, until it is written. */
static void fit(sql_check *c, sqlfile_value *value, const met_column *met, tenon_field field)
{
    tenon_field *known = &value->field;
    bool is_limited_text = known->pg_type == TENON_PG_TEXT && field.precision > 0 &&
                           (field.pg_type == TENON_PG_VARCHAR || field.pg_type == TENON_PG_BPCHAR);
    if (field.kind != known->kind || field.precision < 0)
        return;
    if (is_limited_text)
        known->pg_type = TENON_PG_VARCHAR;
    if (known->precision < 0) {
        known->precision = field.precision;
        known->scale = field.scale;
    } else if (is_exact_size(known) && known->precision != field.precision) {
        complain(c, value, met, "use two parameters",
                 "is written to columns of two sizes, which are exact");
    } else if (known->kind == TENON_KIND_DECIMAL) {
        fit_decimal(known, &field);
    } else if (field.precision < known->precision) {
        known->precision = field.precision;
    }
}

/* The server would cut what does not fit, and say nothing. */
static void take_precision(sql_check *c, sqlfile_value *value, const met_column *met)
{
    if (met->field)
        fit(c, value, met, *met->field);
    else if (met->column && met->column->type_name && c->database->dialect == TENON_POSTGRESQL)
        fit(c, value, met, modifiers_of(value, met->column));
}

/* ---- packed arrays --------------------------------------------------------------------------- */

static bool is_bytes(const tenon_field *field)
{
    return !field->kind || (field->kind == TENON_KIND_BYTES && !(field->flags & TENON_FIELD_LIST));
}

void sql_take_packing(sqlfile_value *value, const tenon_field *field)
{
    value->field.kind = TENON_KIND_PACKED;
    value->field.pg_type = field->pg_type;
    value->field.packing = field->packing;
    value->field.precision = -1;
    value->field.flags |= TENON_FIELD_NULLABLE;
}

static void take_packed(sql_check *c, sqlfile_value *value, const met_column *met)
{
    const tenon_field *field = met->field;
    if (!met->use->is_written)
        complain(c, value, met, "write IS NULL or IS NOT NULL",
                 tenon__arena_format(&c->set->report.arena,
                                     "is compared with %s, which is packed: equal arrays need not "
                                     "have equal bytes",
                                     name_of(c, met->use)));
    else if (is_bytes(&value->field) && !value->counterpart)
        sql_take_packing(value, field);
    else if (!value->field.packing || value->field.packing->type != field->packing->type)
        report_conflict(c, value, met, field);
}

/* ---- one parameter --------------------------------------------------------------------------- */

/* A pattern is a text, whatever it is looked for in. */
static void take_pattern(const sql_check *c, sqlfile_value *value)
{
    const tenon_field text = sql_type_of_word("String");
    if (c->database->dialect == TENON_SQLITE && !value->field.kind)
        set_type(value, &text);
}

static void take_use(sql_check *c, sqlfile_value *value, const met_column *met)
{
    const tenon_field *field = met->field;
    if (field)
        value->field.flags |= field->flags & TENON_FIELD_SENSITIVE;
    if (met->use->is_pattern)
        take_pattern(c, value);
    else if (field && field->packing)
        take_packed(c, value, met);
    else if (field && value->field.packing)
        report_conflict(c, value, met, field);
    else if (!met->use->is_cast)
        take_type(c, value, met);
    if (met->use->is_written)
        take_precision(c, value, met);
    if (!value->counterpart && met->use->column)
        value->counterpart = name_of(c, met->use);
}

void sql_take_uses(sql_check *c, const nullability_parameter *from)
{
    if (from->number < 1 || (size_t)from->number > c->text.parameter_count)
        return;
    sqlfile_value *value = &c->query->parameters[c->text.parameters[from->number - 1]];
    if (from->is_nullable)
        value->field.flags |= TENON_FIELD_NULLABLE;
    for (size_t i = 0; i < from->use_count; i++) {
        const met_column met = look_up(c, &from->uses[i]);
        take_use(c, value, &met);
    }
}
