/* The default of a column on SQLite, in exactly the form in which the client stores the same
 * value.
 *
 * SQLite compares what it stores: a time with another number of digits, or a UUID in upper case,
 * would be another value than the one that the client looks for. docs/types.md tells the forms. A
 * list is JSON text, in which numbers stand bare and decimals do not. */
#include "ddl/write.h"

#include <stdio.h>
#include <stdlib.h>

typedef enum spelling { SPELT_BARE, SPELT_TEXT, SPELT_BYTES } spelling;

/* A decimal without what does not count: leading zeros, trailing zeros, a plus. */
static void spell_decimal(const schema_value *value, tenon__buf *out)
{
    tenon__decimal_form form = {0};
    if (!tenon__decimal_scan(value->text, strlen(value->text), &form) || form.is_special) {
        out->failed = true;
        return;
    }
    tenon__buf_text(out, form.is_negative ? "-" : "");
    if (form.whole_digits)
        tenon__buf_add(out, form.whole, form.whole_digits);
    else
        tenon__buf_char(out, '0');
    tenon__buf_text(out, form.significant_fraction_digits ? "." : "");
    tenon__buf_add(out, form.fraction, form.significant_fraction_digits);
}

static void spell_sortable(const schema_value *value, tenon__buf *out)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf plain = {0};
    spell_decimal(value, &plain);
    if (plain.failed || !tenon__decimal_to_sortable(plain.data, plain.length, out))
        out->failed = true;
}

/* The shortest text that reads back, with a point; a 4-byte float is stored as the double it
 * equals. */
static void spell_real(const schema_field *field, const schema_value *value, tenon__buf *out)
{
    double number = tenon_decimal_approximate((tenon_decimal){0, value->text});
    char text[40];
    int digits = 15;
    if (field->native.kind == SCHEMA_NATIVE_REAL)
        number = (double)(float)number;
    do
        snprintf(text, sizeof text, "%.*g", digits++, number);
    while (digits < 18 && strtod(text, NULL) != number);
    tenon__buf_text(out, text);
    if (!strpbrk(text, ".e"))
        tenon__buf_text(out, ".0");
}

/* 2024-02-29T12:34:56.789+00:00, with six digits where three do not do. */
static void spell_instant(tenon_time time, tenon__buf *out)
{
    enum { MS_LENGTH = sizeof "2024-02-29T12:34:56.789" - 1 };
    char text[TENON_TIME_TEXT_SIZE];
    tenon_time_format(time, text, sizeof text);
    tenon__buf_add(out, text, time.us % 1000 == 0 ? MS_LENGTH : MS_LENGTH + 3);
    tenon__buf_text(out, "+00:00");
}

static void spell_time(ddl_writer *w, const schema_field *field, const schema_value *value,
                       tenon__buf *out)
{
    tenon_time time;
    if (!ddl_day_or_clock(w, field, value, out, &time))
        spell_instant(time, out);
}

static void spell_string(const schema_field *field, const schema_value *value, tenon__buf *out)
{
    tenon_uuid uuid;
    char text[TENON_UUID_TEXT_SIZE];
    if (field->native.kind == SCHEMA_NATIVE_UUID && tenon_uuid_parse(value->text, &uuid, NULL)) {
        tenon_uuid_format(uuid, text, sizeof text);
        tenon__buf_text(out, text);
    } else {
        tenon__buf_add(out, value->text, value->length);
    }
}

static spelling spell_scalar(ddl_writer *w, const schema_field *field, const schema_value *value,
                             tenon__buf *out)
{
    bool is_list = field->arity == SCHEMA_LIST;
    switch (field->type) {
    case SCHEMA_BOOLEAN:
        tenon__buf_text(out, value->boolean ? "true" : "false");
        return SPELT_BARE;
    case SCHEMA_INT:
    case SCHEMA_BIGINT:
        spell_decimal(value, out);
        return SPELT_BARE;
    case SCHEMA_FLOAT:
        spell_real(field, value, out);
        return SPELT_BARE;
    case SCHEMA_DECIMAL:
        spell_decimal(value, out);
        return is_list ? SPELT_TEXT : SPELT_BARE;
    case SCHEMA_JSON:
        tenon__buf_add(out, value->text, value->length);
        return is_list ? SPELT_BARE : SPELT_TEXT;
    case SCHEMA_BYTES:
        ddl_hexadecimal(w, value, out);
        return is_list ? SPELT_TEXT : SPELT_BYTES;
    case SCHEMA_DATETIME:
        spell_time(w, field, value, out);
        return SPELT_TEXT;
    case SCHEMA_STRING:
        spell_string(field, value, out);
        return SPELT_TEXT;
    }
    return SPELT_TEXT;
}

/* SQLite reads numbers of a column as the schema writes them. */
static bool is_plain_number(const schema_field *field, const schema_value *value)
{
    return value->kind == SCHEMA_VALUE_NUMBER && field->arity != SCHEMA_LIST &&
           field->native.kind != SCHEMA_NATIVE_REAL;
}

static spelling spell(ddl_writer *w, const schema_field *field, const schema_value *value,
                      tenon__buf *out)
{
    spelling how = SPELT_TEXT;
    if (value->kind == SCHEMA_VALUE_ENUM)
        tenon__buf_text(out, field->enumeration->values[value->enum_value].database_name);
    else if (schema_find_word(&field->comment, "exact") && field->arity != SCHEMA_LIST)
        spell_sortable(value, out);
    else if (is_plain_number(field, value))
        tenon__buf_text(out, value->text), how = SPELT_BARE;
    else
        how = spell_scalar(w, field, value, out);
    w->failed |= out->failed;
    return how;
}

static void write_value(ddl_writer *w, const schema_field *field, const schema_value *value)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    spelling how = spell(w, field, value, &text);
    if (how == SPELT_BARE) {
        ddl_text(w, tenon__buf_string(&text));
        return;
    }
    if (how == SPELT_BYTES)
        ddl_text(w, "x");
    ddl_literal(w, tenon__buf_string(&text), text.length);
}

/* `'["a","b"]'` */
static void write_list(ddl_writer *w, const schema_field *field)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf json = {0};
    const schema_default *given = &field->default_value;
    tenon__buf_char(&json, '[');
    for (size_t i = 0; i < given->item_count; i++) {
        TENON__CLEANUP(tenon__buf_release) tenon__buf item = {0};
        tenon__buf_text(&json, i ? "," : "");
        if (spell(w, field, &given->items[i], &item) == SPELT_BARE)
            tenon__buf_add(&json, tenon__buf_string(&item), item.length);
        else
            tenon__buf_json_text(&json, tenon__buf_string(&item), item.length);
    }
    tenon__buf_char(&json, ']');
    w->failed |= json.failed;
    ddl_literal(w, tenon__buf_string(&json), json.length);
}

void ddl_sqlite_default(ddl_writer *w, const schema_field *field)
{
    const schema_default *given = &field->default_value;
    bool is_own = w->schema->datasource && w->schema->datasource->provider == SCHEMA_SQLITE;
    if (given->kind == SCHEMA_DEFAULT_NOW) {
        ddl_text(w, "CURRENT_TIMESTAMP");
    } else if (given->kind == SCHEMA_DEFAULT_DBGENERATED && given->value.text && is_own) {
        tenon__buf_format(&w->text, "(%s)", given->value.text);
    } else if (given->kind == SCHEMA_DEFAULT_VALUE) {
        if (given->is_list)
            write_list(w, field);
        else
            write_value(w, field, &given->value);
    }
}
