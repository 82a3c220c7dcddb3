/* What only SQLite says so.
 *
 * Its columns have no types worth the name, so the driver's functions do what PostgreSQL's types do
 * (see driver.h): LIKE that minds case, key sets as a table, arrays. A prefix is a range, because
 * only a range can use an index: every text that begins with p lies between p and p followed by a
 * byte that no UTF-8 has. Where another table's columns are in sight, the column carries its own
 * table's name. */
#include "render/sql.h"

static tenon__form form_of(const tenon_field *field)
{
    return field->flags & TENON_FIELD_LIST ? TENON__FORM_ARRAY : TENON__FORM_WIDE;
}

/* ---- columns and values ---------------------------------------------------------------------- */

/* JSON is compared in its minified form. */
static bool is_json(const tenon_field *field)
{
    return field->kind == TENON_KIND_JSON && !(field->flags & TENON_FIELD_LIST);
}

/* Intervals are texts that have a collation of their own. */
static void write_collation(tenon__sql *w, const tenon_field *field)
{
    if (field->kind == TENON_KIND_INTERVAL && !(field->flags & TENON_FIELD_LIST))
        tenon__sql_add(w, " COLLATE tenon_interval");
}

static void write_grouped(tenon__sql *w, const tenon_field *field)
{
    tenon__sql_column(w, field);
    write_collation(w, field);
}

static void write_compared(tenon__sql *w, const tenon_field *field)
{
    tenon__sql_add(w, is_json(field) ? "json(" : "");
    write_grouped(w, field);
    tenon__sql_add(w, is_json(field) ? ")" : "");
}

static void write_stored(tenon__sql *w, const tenon_field *field)
{
    tenon__sql_slot(w, field, form_of(field));
}

static void write_comparand(tenon__sql *w, const tenon_field *field)
{
    tenon__sql_add(w, is_json(field) ? "json(" : "");
    write_stored(w, field);
    tenon__sql_add(w, is_json(field) ? ")" : "");
}

/* Enums sort as they are declared, which their texts do not. */
static void write_rank(tenon__sql *w, const tenon_field *field,
                       void (*write)(tenon__sql *w, const tenon_field *field))
{
    if (field->kind != TENON_KIND_ENUM) {
        write(w, field);
        return;
    }
    const tenon_enum *enumeration = field->enumeration;
    tenon__sql_add(w, "CASE ");
    write(w, field);
    for (uint32_t i = 0; i < enumeration->count; i++) {
        tenon__sql_add(w, " WHEN ");
        tenon__sql_literal(w, enumeration->values[i], strlen(enumeration->values[i]));
        tenon__buf_format(&w->text, " THEN %u", i + 1);
    }
    tenon__sql_add(w, " END");
}

static void write_ordered(tenon__sql *w, const tenon_field *field)
{
    write_rank(w, field, tenon__sql_column);
    write_collation(w, field);
}

static void write_rank_value(tenon__sql *w, const tenon_field *field)
{
    write_rank(w, field, write_stored);
}

static void write_distance(tenon__sql *w, tenon_metric metric, const tenon_field *field)
{
    static const char *const functions[] = {[TENON_L2] = "tenon_l2(",
                                            [TENON_INNER_PRODUCT] = "tenon_inner_product(",
                                            [TENON_COSINE] = "tenon_cosine("};
    tenon__sql_add(w, functions[metric]);
    tenon__sql_column(w, field);
    tenon__sql_add(w, ", ");
    tenon__sql_slot(w, field, TENON__FORM_WIDE);
    tenon__sql_add(w, ")");
}

/* ---- aggregates ------------------------------------------------------------------------------ */

/* SQLite's own sums calculate with floats as soon as they overflow, and with decimals always. */
static tenon__sql_call sum_of(const tenon_field *field)
{
    switch ((int)field->kind) {
    case TENON_KIND_DECIMAL:
        return (tenon__sql_call){"tenon_sum_decimal(", ")", ""};
    case TENON_KIND_FLOAT:
    case TENON_KIND_DOUBLE:
        return (tenon__sql_call){"sum(CAST(", " AS REAL))", ""};
    default:
        return (tenon__sql_call){"tenon_sum(", ")", ""};
    }
}

static tenon__sql_call average_of(const tenon_field *field)
{
    switch ((int)field->kind) {
    case TENON_KIND_DECIMAL:
        return (tenon__sql_call){"tenon_avg_decimal(", ")", ""};
    case TENON_KIND_FLOAT:
    case TENON_KIND_DOUBLE:
        return (tenon__sql_call){"avg(", ")", ""};
    default:
        return (tenon__sql_call){"tenon_avg(", ")", ""};
    }
}

static tenon__sql_call extreme_of(const tenon_field *field, const char *open)
{
    bool is_collated = field->kind == TENON_KIND_INTERVAL;
    return (tenon__sql_call){open, is_collated ? " COLLATE tenon_interval)" : ")", ""};
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

static void write_key_set(tenon__sql *w, const tenon_field *field, bool is_in)
{
    tenon__sql_add(w, is_in ? " IN" : " NOT IN");
    tenon__sql_add(w, " (SELECT value FROM tenon_keys(");
    tenon__sql_slot(w, field, TENON__FORM_WIDE_LIST);
    tenon__sql_add(w, "))");
}

static void write_list(tenon__sql *w, tenon_operator operation, const tenon_field *field)
{
    write_compared(w, field);
    write_key_set(w, field, operation == TENON_IN);
}

static void write_prefix(tenon__sql *w, const tenon_field *field)
{
    tenon__sql_column(w, field);
    tenon__sql_add(w, " >= ");
    tenon__sql_text_slot(w, field);
    tenon__sql_add(w, " COLLATE BINARY AND ");
    tenon__sql_column(w, field);
    tenon__buf_format(&w->text, " < ?%zu || CAST(x'FF' AS TEXT) COLLATE BINARY", w->slot_count);
}

static bool minds_case(tenon_operator operation)
{
    return operation == TENON_LIKE || operation == TENON_NOT_LIKE || operation == TENON_ENDS_WITH ||
           operation == TENON_CONTAINS;
}

static void write_match(tenon__sql *w, tenon_operator operation, const tenon_field *field)
{
    if (operation == TENON_STARTS_WITH) {
        write_prefix(w, field);
        return;
    }
    bool is_negated = operation == TENON_NOT_LIKE || operation == TENON_NOT_ILIKE;
    tenon__sql_add(w, is_negated ? "NOT " : "");
    tenon__sql_add(w, minds_case(operation) ? "tenon_like(" : "tenon_ilike(");
    tenon__sql_column(w, field);
    tenon__sql_add(w, ", ");
    tenon__sql_text_slot(w, field);
    tenon__sql_add(w, ")");
}

/* Any: one element of the set is there. All: none is missing. NULL where the array is NULL. */
static void write_has_some(tenon__sql *w, const tenon_field *field, bool is_all)
{
    tenon__sql_add(w, "CASE WHEN ");
    tenon__sql_column(w, field);
    tenon__sql_add(w, " IS NOT NULL THEN ");
    tenon__sql_add(w, is_all ? "NOT EXISTS" : "EXISTS");
    tenon__sql_add(w, " (SELECT 1 FROM tenon_keys(");
    tenon__sql_slot(w, field, TENON__FORM_NARROW_LIST);
    tenon__sql_add(w, ") AS k WHERE ");
    tenon__sql_add(w, is_all ? "NOT tenon_array_has(" : "tenon_array_has(");
    tenon__sql_qualified_column(w, field);
    tenon__sql_add(w, ", k.value)) END");
}

static void write_array(tenon__sql *w, tenon_operator operation, const tenon_field *field)
{
    switch (operation) {
    case TENON_HAS:
        tenon__sql_add(w, "tenon_array_has(");
        tenon__sql_column(w, field);
        tenon__sql_add(w, ", ");
        tenon__sql_slot(w, field, TENON__FORM_ELEMENT);
        tenon__sql_add(w, ")");
        return;
    case TENON_HAS_ANY:
    case TENON_HAS_ALL:
        write_has_some(w, field, operation == TENON_HAS_ALL);
        return;
    default:
        tenon__sql_add(w, "json_array_length(");
        tenon__sql_column(w, field);
        tenon__sql_add(w, operation == TENON_IS_EMPTY ? ") = 0" : ") > 0");
    }
}

static void write_caseless(tenon__sql *w, tenon_operator operation, const tenon_field *field)
{
    bool is_list = operation == TENON_IIN || operation == TENON_NOT_IIN;
    tenon__sql_column(w, field);
    tenon__sql_add(w, " COLLATE NOCASE");
    if (is_list) {
        write_key_set(w, field, operation == TENON_IIN);
        return;
    }
    tenon__sql_add(w, operation == TENON_IEQ ? " = " : " <> ");
    write_stored(w, field);
}

/* ---- changes --------------------------------------------------------------------------------- */

/* SQLite's integers have 64 bits in every column and turn into floats beyond; tenon_int refuses
 * both. */
static const char *integer_bounds(tenon_kind kind)
{
    switch (kind) {
    case TENON_KIND_INT16:
        return ", -32768, 32767)";
    case TENON_KIND_INT32:
        return ", -2147483648, 2147483647)";
    case TENON_KIND_INT64:
        return ", -9223372036854775808, 9223372036854775807)";
    default:
        return NULL;
    }
}

static void write_arithmetic(tenon__sql *w, const tenon_field *field, const char *sign)
{
    if (field->kind == TENON_KIND_DECIMAL) {
        tenon__sql_refuse(w, field, "SQLite cannot calculate with decimals exactly",
                          "read the row, calculate, and SET the result in one transaction");
        return;
    }
    const char *bounds = integer_bounds(field->kind);
    tenon__sql_add(w, bounds ? "tenon_int(" : "");
    tenon__sql_column(w, field);
    tenon__sql_add(w, sign);
    tenon__sql_slot(w, field, TENON__FORM_WIDE);
    tenon__sql_add(w, bounds ? bounds : "");
}

static void write_push(tenon__sql *w, const tenon_field *field)
{
    tenon__sql_add(w, "tenon_array_concat(coalesce(");
    tenon__sql_column(w, field);
    tenon__sql_add(w, ", '[]'), ");
    tenon__sql_slot(w, field, TENON__FORM_ARRAY);
    tenon__sql_add(w, ")");
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
        write_push(w, field);
        return;
    default:
        tenon__sql_refuse(w, field, "SQLite cannot set a column to the database's own default",
                          "SET the value that the default would give");
    }
}

static void write_hinted(tenon__sql *w)
{
    tenon__sql_add(w, w->index ? " INDEXED BY " : " NOT INDEXED");
    if (w->index)
        tenon__sql_identifier(w, w->index);
}

static void refuse_locked(tenon__sql *w, tenon_lock lock, tenon_lock_wait wait)
{
    (void)lock, (void)wait;
    tenon__sql_refuse(w, NULL, "SQLite locks the whole database, not rows",
                      "a transaction is the only writer here: tenon_row_lock(s, …) leaves it out");
}

static tenon__bulk bulk_of(const tenon_field *field)
{
    (void)field;
    return TENON__BULK_ROWS;
}

/* A WHERE, so that a following ON is not taken for that of a join. */
static void write_bulk_source(tenon__sql *w, const tenon_field *const *fields, size_t count)
{
    enum { NARROW = 63 };
    for (size_t i = 0; i < count; i++)
        tenon__buf_format(&w->text, "%sc%zu", i ? ", " : "SELECT ", i + 1);
    tenon__sql_add(w, count <= NARROW ? " FROM tenon_rows(?1)" : " FROM tenon_wide_rows(?1)");
    tenon__sql_add(w, " WHERE true");
    tenon__sql_row_slots(w, fields, count);
    w->statement_flags |= TENON__ROWS_GIVEN;
}

/* ---- keys ------------------------------------------------------------------------------------ */

/* A table for each column, paired by their rowids. CROSS JOIN keeps SQLite from going through all
 * keys once for every row of the other table. */
static void write_keys(tenon__sql *w, const tenon_field *const *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        tenon__sql_add(w, i ? " CROSS JOIN tenon_keys(" : "tenon_keys(");
        tenon__sql_slot(w, fields[i], TENON__FORM_COLUMN);
        if (i)
            tenon__buf_format(&w->text,
                              ") AS \"tenon:keys%zu\" ON \"tenon:keys%zu\".rowid = "
                              "\"tenon:keys\".rowid",
                              i, i);
        else
            tenon__sql_add(w, ") AS \"tenon:keys\"");
    }
}

static void write_key(tenon__sql *w, const tenon_field *field, size_t at)
{
    (void)field;
    if (at)
        tenon__buf_format(&w->text, "\"tenon:keys%zu\".value", at);
    else
        tenon__sql_add(w, "\"tenon:keys\".value");
}

/* The value of a key as the log has it. */
static void write_log_key(tenon__sql *w, const tenon_field *field)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf mark = {0};
    size_t before = w->text.length;
    tenon__sql_slot(w, field, TENON__FORM_WIDE);
    if (w->failed || w->text.failed)
        return;
    tenon__buf_add(&mark, w->text.data + before, w->text.length - before);
    w->text.data[w->text.length = before] = '\0';
    w->failed |= mark.failed;
    tenon__audit_form(&w->text, field->kind, false, tenon__buf_string(&mark));
}

const tenon__sql_dialect tenon__sql_sqlite = {
    .id = TENON_SQLITE,
    .traits = {.has_prefix_ranges = true},
    .parameter_mark = '?',
    .true_text = "1",
    .false_text = "0",
    .unlimited = " LIMIT -1",
    .selected = tenon__sql_column,
    .compared = write_compared,
    .comparand = write_comparand,
    .stored = write_stored,
    .ordered = write_ordered,
    .distance = write_distance,
    .grouped = write_grouped,
    .ranked = write_ordered,
    .rank_value = write_rank_value,
    .aggregate = aggregate_of,
    .list = write_list,
    .match = write_match,
    .array = write_array,
    .json = tenon__sql_json_sqlite,
    .caseless = write_caseless,
    .calculated = write_calculated,
    .explain = "EXPLAIN QUERY PLAN ",
    .explained_count = 4,
    .hinted = write_hinted,
    .locked = refuse_locked,
    .bulk = bulk_of,
    .keys = write_keys,
    .key = write_key,
    .key_number = "\"tenon:keys\".rowid",
    .key_join = " CROSS JOIN ",
    .bulk_source = write_bulk_source,
    .log = {.columns = "\"id\", \"at\", \"operation\", \"actor\", \"reason\", \"context\", "
                       "\"key\", \"before\", \"after\"",
            .object = "json_object",
            .since = "\"at\" >= strftime('%Y-%m-%dT%H:%M:%f+00:00', ",
            .until = "\"at\" <= strftime('%Y-%m-%dT%H:%M:%f+00:00', ",
            .time_end = ")",
            .note = {"INSERT OR REPLACE INTO \"_tenon_note\" (\"id\", \"actor\", \"reason\", "
                     "\"context\") VALUES (1, ",
                     ", ", ", ", ")"},
            .key = write_log_key},
};
