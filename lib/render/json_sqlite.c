/* Conditions on JSON in SQLite.
 *
 * Equality is that of minified texts. For an order the values are taken out: numbers are compared
 * as SQLite's numbers, texts as texts. Where the value must be of a type, a comparison with another
 * is false, and NULL only where the path leads nowhere. */
#include "render/sql.h"

/* A key with a quote or a backslash has no spelling in SQLite's paths. */
static void check_key(tenon__sql *w, const tenon_field *field, const tenon__sql_key *key)
{
    if (memchr(key->text, '"', key->length) || memchr(key->text, '\\', key->length))
        tenon__sql_refuse(w, field, "SQLite cannot look up a JSON key with a quote or backslash",
                          "filter on another key, or compare after reading");
}

/* `'$."address"[0]'` and the suffix inside of the quotes. */
static void write_path(tenon__sql *w, const tenon__sql_json *json, const char *suffix)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    tenon__sql_path path = json->path;
    tenon__buf_char(&text, '$');
    for (tenon__sql_key key; tenon__sql_next_key(&path, &key);) {
        check_key(w, json->field, &key);
        tenon__buf_text(&text, key.is_index ? "[" : ".\"");
        tenon__buf_add(&text, key.text, key.length);
        tenon__buf_text(&text, key.is_index ? "]" : "\"");
    }
    tenon__buf_text(&text, suffix);
    if (text.failed)
        w->text.failed = true;
    tenon__sql_literal(w, tenon__buf_string(&text), text.length);
}

/* `json_type("data", path)` */
static void write_type(tenon__sql *w, const tenon__sql_json *json)
{
    tenon__sql_add(w, "json_type(");
    tenon__sql_column(w, json->field);
    tenon__sql_add(w, ", ");
    write_path(w, json, "");
    tenon__sql_add(w, ")");
}

/* `"data" ->> path`: the value itself. */
static void write_extracted(tenon__sql *w, const tenon__sql_json *json)
{
    tenon__sql_column(w, json->field);
    tenon__sql_add(w, " ->> ");
    write_path(w, json, "");
}

static void write_operand(tenon__sql *w, const tenon__sql_json *json)
{
    tenon__sql_slot(w, json->field, TENON__FORM_WIDE);
    tenon__sql_add(w, " ->> '$'");
}

static const char *type_test(tenon__json_form form)
{
    return form == TENON__JSON_NUMBER ? " IN ('integer', 'real') AND " : " = 'text' AND ";
}

static void write_order(tenon__sql *w, const tenon__sql_json *json)
{
    write_type(w, json);
    tenon__sql_add(w, type_test(json->form));
    write_extracted(w, json);
    tenon__sql_add(w, tenon__sql_json_sign(json->operation));
    write_operand(w, json);
}

static void write_equality(tenon__sql *w, const tenon__sql_json *json, const char *suffix)
{
    tenon__sql_add(w, "(");
    tenon__sql_column(w, json->field);
    tenon__sql_add(w, " -> ");
    write_path(w, json, suffix);
    tenon__sql_add(w, ")");
    tenon__sql_add(w, tenon__sql_json_sign(json->operation));
    w->dialect->comparand(w, json->field);
}

static void write_end_of_array(tenon__sql *w, const tenon__sql_json *json)
{
    write_type(w, json);
    tenon__sql_add(w, " = 'array' AND ");
    write_equality(w, json, json->operation == TENON_JSON_PATH_FIRST ? "[0]" : "[#-1]");
}

static void write_element_test(tenon__sql *w, const tenon__sql_json *json)
{
    tenon__sql_add(w, "e.type");
    if (json->form == TENON__JSON_WORD) {
        tenon__sql_add(w, " = json_type(");
        tenon__sql_slot(w, json->field, TENON__FORM_WIDE);
        tenon__sql_add(w, ")");
        return;
    }
    tenon__sql_add(w, type_test(json->form));
    tenon__sql_add(w, "e.value = ");
    write_operand(w, json);
}

/* False for what is no array, NULL for nothing. */
static void write_has(tenon__sql *w, const tenon__sql_json *json)
{
    if (json->form == TENON__JSON_COMPOUND)
        tenon__sql_refuse(w, json->field, "SQLite looks for single values in JSON arrays only",
                          "look for a number, a text, true, false or null");
    tenon__sql_add(w, "CASE WHEN ");
    write_type(w, json);
    tenon__sql_add(w, " <> 'array' THEN 0 WHEN ");
    write_type(w, json);
    tenon__sql_add(w, " = 'array' THEN EXISTS (SELECT 1 FROM json_each(");
    tenon__sql_qualified_column(w, json->field);
    tenon__sql_add(w, ", ");
    write_path(w, json, "");
    tenon__sql_add(w, ") AS e WHERE ");
    write_element_test(w, json);
    tenon__sql_add(w, ") END");
}

static void write_match(tenon__sql *w, const tenon__sql_json *json, bool minds_case)
{
    write_type(w, json);
    tenon__sql_add(w, minds_case ? " = 'text' AND tenon_like(" : " = 'text' AND tenon_ilike(");
    write_extracted(w, json);
    tenon__sql_add(w, ", ");
    tenon__sql_text_slot(w, json->field);
    tenon__sql_add(w, ")");
}

static void write_contains(tenon__sql *w, const tenon_field *field)
{
    tenon__sql_add(w, "tenon_json_contains(");
    tenon__sql_column(w, field);
    tenon__sql_add(w, ", ");
    tenon__sql_slot(w, field, TENON__FORM_WIDE);
    tenon__sql_add(w, ")");
}

void tenon__sql_json_sqlite(tenon__sql *w, tenon_operator operation, const tenon_field *field)
{
    bool minds_case;
    if (operation == TENON_JSON_CONTAINS) {
        write_contains(w, field);
        return;
    }
    tenon__sql_json json = tenon__sql_next_json(w, operation, field);
    if (operation == TENON_JSON_PATH_HAS)
        write_has(w, &json);
    else if (operation == TENON_JSON_PATH_FIRST || operation == TENON_JSON_PATH_LAST)
        write_end_of_array(w, &json);
    else if (tenon__sql_is_json_match(operation, &minds_case))
        write_match(w, &json, minds_case);
    else if (json.form)
        write_order(w, &json);
    else
        write_equality(w, &json, "");
}
