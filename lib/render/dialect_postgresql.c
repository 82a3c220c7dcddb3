/* What only PostgreSQL says so.
 *
 * A parameter's type is declared by the driver wherever it has a fixed OID and else found by the
 * server from its context, so casts stand only where the context does not tell, and never with a
 * modifier:
 * `$1::varchar(3)` would cut in silence. For the same reason bit is written "bit": without the
 * quotes it means bit(1). Types that travel as text are selected by their output function (a cast
 * of inet would add a mask), money by way of numeric because its own forms depend on the server's
 * locale. */
#include "render/sql.h"

static bool is_list(const tenon_field *field)
{
    return field->flags & TENON_FIELD_LIST;
}

/* "::type", or "::type[]" for an array column. */
static void write_cast(tenon__sql *w, const tenon_field *field, const char *type)
{
    tenon__sql_add(w, "::");
    tenon__sql_add(w, type);
    if (is_list(field))
        tenon__sql_add(w, "[]");
}

static const char *const type_names[] = {
    [TENON_PG_BOOL] = "bool",
    [TENON_PG_INT2] = "int2",
    [TENON_PG_INT4] = "int4",
    [TENON_PG_INT8] = "int8",
    [TENON_PG_OID] = "oid",
    [TENON_PG_FLOAT4] = "float4",
    [TENON_PG_FLOAT8] = "float8",
    [TENON_PG_NUMERIC] = "numeric",
    [TENON_PG_MONEY] = "money",
    [TENON_PG_TEXT] = "text",
    [TENON_PG_VARCHAR] = "varchar",
    [TENON_PG_BPCHAR] = "bpchar",
    [TENON_PG_CITEXT] = "citext",
    [TENON_PG_JSON] = "json",
    [TENON_PG_JSONB] = "jsonb",
    [TENON_PG_BYTEA] = "bytea",
    [TENON_PG_UUID] = "uuid",
    [TENON_PG_TIMESTAMP] = "timestamp",
    [TENON_PG_TIMESTAMPTZ] = "timestamptz",
    [TENON_PG_DATE] = "date",
    [TENON_PG_TIME] = "time",
    [TENON_PG_TIMETZ] = "timetz",
    [TENON_PG_INTERVAL] = "interval",
    [TENON_PG_VECTOR] = "vector",
    [TENON_PG_BIT] = "\"bit\"",
    [TENON_PG_VARBIT] = "varbit",
    [TENON_PG_INET] = "inet",
    [TENON_PG_XML] = "xml",
};

/* The element type's name. */
static void write_type(tenon__sql *w, const tenon_field *field)
{
    if (field->pg_type == TENON_PG_OTHER) {
        /* It may hold anything, a modifier too; the renderer's callers bind such columns row by
         * row. */
        tenon__sql_refuse(w, field, "cannot be named in a cast", "bind the value as it is");
        return;
    }
    if (field->pg_type != TENON_PG_ENUM) {
        tenon__sql_add(w, type_names[field->pg_type]);
        return;
    }
    const tenon_enum *enumeration = field->enumeration;
    if (enumeration->type_schema) {
        tenon__sql_identifier(w, enumeration->type_schema);
        tenon__sql_add(w, ".");
    }
    tenon__sql_identifier(w, enumeration->type);
}

/* ---- columns and values ---------------------------------------------------------------------- */

static void write_as_text(tenon__sql *w, const tenon_field *field)
{
    if (is_list(field)) {
        tenon__sql_add(w, "textin(array_out(");
        tenon__sql_column(w, field);
        tenon__sql_add(w, "))::text[]");
    } else if (field->pg_type == TENON_PG_INET) {
        tenon__sql_add(w, "textin(inet_out(");
        tenon__sql_column(w, field);
        tenon__sql_add(w, "))");
    } else {
        tenon__sql_column(w, field);
        tenon__sql_add(w, "::text");
    }
}

static bool is_selected_as_text(const tenon_field *field)
{
    switch (field->pg_type) {
    case TENON_PG_BIT:
    case TENON_PG_VARBIT:
    case TENON_PG_INET:
    case TENON_PG_XML:
    case TENON_PG_OTHER:
        return true;
    default:
        return false;
    }
}

static void write_selected(tenon__sql *w, const tenon_field *field)
{
    if (is_selected_as_text(field)) {
        write_as_text(w, field);
        return;
    }
    tenon__sql_column(w, field);
    if (field->pg_type == TENON_PG_MONEY)
        write_cast(w, field, "numeric");
}

/* A bare name in ORDER BY means the column of the result first, and that one may be a text by now.
 */
static void write_ordered(tenon__sql *w, const tenon_field *field)
{
    if (is_selected_as_text(field))
        tenon__sql_qualified_column(w, field);
    else
        tenon__sql_column(w, field);
}

/* What a type without a usable equality is compared as; NULL for all others. */
static const char *stand_in(const tenon_field *field)
{
    switch (field->pg_type) {
    case TENON_PG_JSON:
        return "jsonb";
    case TENON_PG_XML:
        return "text";
    case TENON_PG_MONEY:
        return "numeric";
    default:
        return NULL;
    }
}

static void write_stand_in_cast(tenon__sql *w, const tenon_field *field)
{
    const char *type = stand_in(field);
    if (type)
        write_cast(w, field, type);
}

static void write_compared(tenon__sql *w, const tenon_field *field)
{
    tenon__sql_column(w, field);
    write_stand_in_cast(w, field);
}

static void write_comparand(tenon__sql *w, const tenon_field *field)
{
    tenon__sql_slot(w, field, is_list(field) ? TENON__FORM_ARRAY : TENON__FORM_WIDE);
    write_stand_in_cast(w, field);
}

static void write_stored(tenon__sql *w, const tenon_field *field)
{
    tenon__sql_slot(w, field, is_list(field) ? TENON__FORM_ARRAY : TENON__FORM_WIDE);
    if (field->pg_type != TENON_PG_MONEY)
        return;
    write_cast(w, field, "numeric");
    write_cast(w, field, "money");
}

/* pgvector's operators, which its indexes serve. */
static void write_distance(tenon__sql *w, tenon_metric metric, const tenon_field *field)
{
    static const char *const signs[] = {
        [TENON_L2] = " <-> ", [TENON_INNER_PRODUCT] = " <#> ", [TENON_COSINE] = " <=> "};
    tenon__sql_column(w, field);
    tenon__sql_add(w, signs[metric]);
    tenon__sql_slot(w, field, TENON__FORM_WIDE);
}

/* ---- aggregates ------------------------------------------------------------------------------ */

/* The server adds up 8-byte integers as numeric, and 4-byte floats as such. */
static tenon__sql_call sum_of(const tenon_field *field)
{
    if (field->pg_type == TENON_PG_OID)
        return (tenon__sql_call){"sum(", "::int8)", "::int8"};
    if (field->pg_type == TENON_PG_INT8)
        return (tenon__sql_call){"sum(", ")", "::int8"};
    if (field->pg_type == TENON_PG_FLOAT4)
        return (tenon__sql_call){"sum(", "::float8)", ""};
    return (tenon__sql_call){"sum(", ")", ""};
}

static tenon__sql_call average_of(const tenon_field *field)
{
    switch ((int)field->pg_type) {
    case TENON_PG_OID:
        return (tenon__sql_call){"avg(", "::int8)", "::float8"};
    case TENON_PG_MONEY:
        return (tenon__sql_call){"avg(", "::numeric)", "::float8"};
    case TENON_PG_FLOAT4:
        return (tenon__sql_call){"avg(", "::float8)", ""};
    case TENON_PG_FLOAT8:
        return (tenon__sql_call){"avg(", ")", ""};
    default:
        return (tenon__sql_call){"avg(", ")", "::float8"};
    }
}

/* Of UUIDs it has neither, but their texts sort as they do. */
static tenon__sql_call extreme_of(const tenon_field *field, const char *open)
{
    if (field->pg_type == TENON_PG_UUID)
        return (tenon__sql_call){open, "::text COLLATE \"C\")", "::uuid"};
    return (tenon__sql_call){open, ")", ""};
}

static tenon__sql_call aggregate_of(tenon_function function, const tenon_field *field)
{
    switch (function) {
    case TENON_COUNT_ALL:
        return (tenon__sql_call){"count(*", ")", ""};
    case TENON_COUNT_OF:
        return (tenon__sql_call){"count(", ")", ""};
    case TENON_DISTINCT_OF:
        return (tenon__sql_call){"count(DISTINCT ", ")", ""};
    case TENON_SUM:
        return sum_of(field);
    case TENON_AVG:
        return average_of(field);
    case TENON_MIN:
        return extreme_of(field, "min(");
    case TENON_MAX:
        return extreme_of(field, "max(");
    }
    return (tenon__sql_call){"", "", ""};
}

/* ---- conditions ------------------------------------------------------------------------------ */

static void write_list(tenon__sql *w, tenon_operator operation, const tenon_field *field)
{
    write_compared(w, field);
    tenon__sql_add(w, operation == TENON_IN ? " = ANY(" : " <> ALL(");
    tenon__sql_slot(w, field, TENON__FORM_WIDE_LIST);
    if (stand_in(field)) {
        tenon__sql_add(w, "::");
        tenon__sql_add(w, stand_in(field));
        tenon__sql_add(w, "[]");
    }
    tenon__sql_add(w, ")");
}

static const char *match_word(tenon_operator operation)
{
    switch (operation) {
    case TENON_NOT_LIKE:
        return " NOT LIKE ";
    case TENON_ILIKE:
    case TENON_ISTARTS_WITH:
    case TENON_IENDS_WITH:
    case TENON_ICONTAINS:
        return " ILIKE ";
    case TENON_NOT_ILIKE:
        return " NOT ILIKE ";
    default:
        return " LIKE ";
    }
}

static void write_match(tenon__sql *w, tenon_operator operation, const tenon_field *field)
{
    write_selected(w, field);
    tenon__sql_add(w, match_word(operation));
    tenon__sql_text_slot(w, field);
}

/* An element as an array of one, which an index over arrays can find; the server must be told the
 * type where the driver cannot. */
static void write_has(tenon__sql *w, const tenon_field *field)
{
    if (field->pg_type == TENON_PG_OTHER) {
        tenon__sql_slot(w, field, TENON__FORM_ELEMENT);
        tenon__sql_add(w, " = ANY(");
        tenon__sql_column(w, field);
        tenon__sql_add(w, ")");
        return;
    }
    write_compared(w, field);
    tenon__sql_add(w, " @> ARRAY[");
    tenon__sql_slot(w, field, TENON__FORM_ELEMENT);
    tenon__sql_add(w, "]::");
    if (stand_in(field))
        tenon__sql_add(w, stand_in(field));
    else
        write_type(w, field);
    tenon__sql_add(w, "[]");
}

static void write_has_some(tenon__sql *w, const tenon_field *field, const char *sign)
{
    write_compared(w, field);
    tenon__sql_add(w, sign);
    tenon__sql_slot(w, field, TENON__FORM_NARROW_LIST);
    write_stand_in_cast(w, field);
}

static void write_array(tenon__sql *w, tenon_operator operation, const tenon_field *field)
{
    switch (operation) {
    case TENON_HAS:
        write_has(w, field);
        return;
    case TENON_HAS_ANY:
        write_has_some(w, field, " && ");
        return;
    case TENON_HAS_ALL:
        write_has_some(w, field, " @> ");
        return;
    default:
        tenon__sql_add(w, "cardinality(");
        tenon__sql_column(w, field);
        tenon__sql_add(w, operation == TENON_IS_EMPTY ? ") = 0" : ") > 0");
    }
}

/* ---- regardless of case ---------------------------------------------------------------------- */

/* lower() of both sides, which an index on lower(column) can find. */
static void write_caseless_list(tenon__sql *w, const tenon_field *field, const char *word)
{
    tenon__sql_add(w, "lower(");
    tenon__sql_column(w, field);
    tenon__sql_add(w, word);
    tenon__sql_add(w, " (SELECT lower(k) FROM unnest(");
    tenon__sql_slot(w, field, TENON__FORM_WIDE_LIST);
    tenon__sql_add(w, "::text[]) AS k)");
}

static void write_caseless(tenon__sql *w, tenon_operator operation, const tenon_field *field)
{
    if (operation == TENON_IIN || operation == TENON_NOT_IIN) {
        write_caseless_list(w, field, operation == TENON_IIN ? ") IN" : ") NOT IN");
        return;
    }
    tenon__sql_add(w, "lower(");
    tenon__sql_column(w, field);
    tenon__sql_add(w, operation == TENON_IEQ ? ") = lower(" : ") <> lower(");
    tenon__sql_slot(w, field, TENON__FORM_WIDE);
    tenon__sql_add(w, "::text)");
}

/* ---- changes --------------------------------------------------------------------------------- */

/* Money knows neither numeric nor a product with it, so it is calculated as numeric. */
static void write_arithmetic(tenon__sql *w, const tenon_field *field, const char *sign)
{
    bool is_money = field->pg_type == TENON_PG_MONEY;
    tenon__sql_add(w, is_money ? "(" : "");
    tenon__sql_column(w, field);
    tenon__sql_add(w, is_money ? "::numeric" : "");
    tenon__sql_add(w, sign);
    tenon__sql_slot(w, tenon__sql_operand(field), TENON__FORM_WIDE);
    tenon__sql_add(w, is_money ? ")::money" : "");
}

static void write_calculated(tenon__sql *w, tenon_change change, const tenon_field *field)
{
    switch (change) {
    case TENON_INCREASE:
        write_arithmetic(w, field, " + ");
        return;
    case TENON_DECREASE:
        write_arithmetic(w, field, " - ");
        return;
    case TENON_SCALE:
        write_arithmetic(w, field, " * ");
        return;
    case TENON_PUSH:
        tenon__sql_add(w, "array_cat(");
        tenon__sql_column(w, field);
        tenon__sql_add(w, ", ");
        tenon__sql_slot(w, field, TENON__FORM_ARRAY);
        tenon__sql_add(w, ")");
        return;
    default:
        tenon__sql_add(w, "DEFAULT");
    }
}

/* ---- reading --------------------------------------------------------------------------------- */

static void write_hinted(tenon__sql *w)
{
    tenon__sql_refuse(w, NULL, "PostgreSQL takes no index by name",
                      "settings such as enable_seqscan turn a query's plan");
}

/* Only the rows of the model's own table: others may stand beside them. */
static void write_locked(tenon__sql *w, tenon_lock lock, tenon_lock_wait wait)
{
    static const char *const locks[] = {
        [TENON_FOR_UPDATE] = " FOR UPDATE OF ",
        [TENON_FOR_NO_KEY_UPDATE] = " FOR NO KEY UPDATE OF ",
        [TENON_FOR_SHARE] = " FOR SHARE OF ",
        [TENON_FOR_KEY_SHARE] = " FOR KEY SHARE OF ",
    };
    static const char *const waits[] = {
        [TENON_WAIT] = "", [TENON_NOWAIT] = " NOWAIT", [TENON_SKIP_LOCKED] = " SKIP LOCKED"};
    tenon__sql_add(w, locks[lock]);
    tenon__sql_identifier(w, w->table);
    tenon__sql_add(w, waits[wait]);
}

/* ---- many rows ------------------------------------------------------------------------------- */

/* As TENON__FORM_COLUMN sends it. */
static bool travels_as_text(const tenon_field *field)
{
    switch (field->pg_type) {
    case TENON_PG_CITEXT:
    case TENON_PG_BIT:
    case TENON_PG_VARBIT:
    case TENON_PG_INET:
    case TENON_PG_XML:
    case TENON_PG_ENUM:
    case TENON_PG_OTHER:
        return true;
    default:
        return is_list(field);
    }
}

/* COPY casts nothing: it takes what has the same bytes in the column as in a parameter. */
static tenon__bulk bulk_of(const tenon_field *field)
{
    switch (field->pg_type) {
    case TENON_PG_VECTOR:
    case TENON_PG_OTHER:
        return TENON__BULK_VALUES;
    case TENON_PG_MONEY:
    case TENON_PG_BIT:
    case TENON_PG_VARBIT:
    case TENON_PG_INET:
        return TENON__BULK_COLUMNS;
    case TENON_PG_CITEXT:
    case TENON_PG_XML:
    case TENON_PG_ENUM:
        return is_list(field) ? TENON__BULK_COLUMNS : TENON__BULK_COPY;
    default:
        return TENON__BULK_COPY;
    }
}

static void write_bulk_cast(tenon__sql *w, const tenon_field *field)
{
    if (!travels_as_text(field) && field->pg_type != TENON_PG_MONEY)
        return;
    tenon__sql_add(w, "::");
    write_type(w, field);
    tenon__sql_add(w, is_list(field) ? "[]" : "");
}

static void write_bulk_column(tenon__sql *w, const tenon_field *field, size_t at)
{
    tenon__buf_format(&w->text, "c%zu", at + 1);
    write_bulk_cast(w, field);
}

static void write_bulk_parameter(tenon__sql *w, const tenon_field *field)
{
    tenon__sql_slot(w, field, TENON__FORM_COLUMN);
    tenon__sql_add(w, "::");
    if (travels_as_text(field))
        tenon__sql_add(w, "text");
    else if (field->pg_type == TENON_PG_MONEY)
        tenon__sql_add(w, "numeric");
    else
        write_type(w, field);
    tenon__sql_add(w, "[]");
}

/* "UNNEST($1::text[], $2::int4[])" */
static void write_unnest(tenon__sql *w, const tenon_field *const *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        tenon__sql_add(w, i ? ", " : "UNNEST(");
        write_bulk_parameter(w, fields[i]);
    }
    tenon__sql_add(w, ")");
}

static void write_bulk_source(tenon__sql *w, const tenon_field *const *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        tenon__sql_add(w, i ? ", " : "SELECT ");
        write_bulk_column(w, fields[i], i);
    }
    tenon__sql_add(w, " FROM ");
    write_unnest(w, fields, count);
    for (size_t i = 0; i < count; i++)
        tenon__buf_format(&w->text, "%sc%zu", i ? ", " : " AS u(", i + 1);
    tenon__sql_add(w, ")");
}

static void write_keys(tenon__sql *w, const tenon_field *const *fields, size_t count)
{
    write_unnest(w, fields, count);
    tenon__sql_add(w, " WITH ORDINALITY AS \"tenon:keys\"(");
    for (size_t i = 0; i < count; i++)
        tenon__buf_format(&w->text, "c%zu, ", i + 1);
    tenon__sql_add(w, "number)");
}

static void write_key_array(tenon__sql *w, const tenon_field *field)
{
    tenon__sql_add(w, " = ANY(");
    write_bulk_parameter(w, field);
    tenon__sql_add(w, ")");
}

static void write_key(tenon__sql *w, const tenon_field *field, size_t at)
{
    tenon__sql_add(w, "\"tenon:keys\".");
    write_bulk_column(w, field, at);
}

/* The value of a key as the log has it; types without a fixed number are texts there. */
static void write_log_key(tenon__sql *w, const tenon_field *field)
{
    bool is_unknown = field->pg_type == TENON_PG_ENUM || field->pg_type == TENON_PG_CITEXT ||
                      field->pg_type == TENON_PG_OTHER;
    tenon__sql_slot(w, field, TENON__FORM_WIDE);
    tenon__sql_add(w, is_unknown ? "::text" : "");
}

const tenon__sql_dialect tenon__sql_postgresql = {
    .id = TENON_POSTGRESQL,
    .parameter_mark = '$',
    .true_text = "true",
    .false_text = "false",
    .unlimited = "",
    .selected = write_selected,
    .compared = write_compared,
    .comparand = write_comparand,
    .stored = write_stored,
    .distance = write_distance,
    .ordered = write_ordered,
    .grouped = tenon__sql_column,
    .ranked = write_compared,
    .rank_value = write_comparand,
    .aggregate = aggregate_of,
    .list = write_list,
    .match = write_match,
    .array = write_array,
    .json = tenon__sql_json_postgresql,
    .caseless = write_caseless,
    .calculated = write_calculated,
    .explain = "EXPLAIN ",
    .explained_count = 1,
    .hinted = write_hinted,
    .locked = write_locked,
    .bulk = bulk_of,
    .keys = write_keys,
    .key = write_key,
    .key_array = write_key_array,
    .traits = {.has_key_arrays = true,
               .has_sources = true,
               .has_row_locks = true,
               .forgets_notes = true},
    .key_number = "\"tenon:keys\".number",
    .key_join = " JOIN ",
    .has_lateral = true,
    .bulk_source = write_bulk_source,
    .log = {.columns = "\"id\", to_char(\"at\" AT TIME ZONE 'UTC', "
                       "'YYYY-MM-DD\"T\"HH24:MI:SS.US\"+00:00\"'), \"operation\", \"actor\", "
                       "\"reason\", \"context\"::text, \"key\"::text, \"before\"::text, "
                       "\"after\"::text",
            .object = "jsonb_build_object",
            .since = "\"at\" >= ",
            .until = "\"at\" <= ",
            .time_end = "::timestamptz",
            /* no row comes back; the last condition finds out whether there is a log */
            .note = {"SELECT WHERE set_config('tenon.actor', coalesce(",
                     ", ''), true) || set_config('tenon.reason', coalesce(",
                     ", ''), true) || set_config('tenon.context', coalesce(",
                     ", ''), true) || '\"_tenon_audit\"'::regclass::text IS NULL"},
            .key = write_log_key},
};
