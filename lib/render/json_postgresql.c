/* Conditions on JSON in PostgreSQL.
 *
 * A path is a chain of literals, so that an index on the expression can be used; what it leads to
 * is compared as jsonb, json columns too. Where the value must be of a type, a comparison with
 * another is false, and NULL only where the path leads nowhere. */
#include "render/sql.h"

/* `("data" -> 'address' -> 0)`, or the column itself. */
static void write_target(tenon__sql *w, const tenon__sql_json *json)
{
    tenon__sql_path path = json->path;
    bool is_root = path.at == path.end;
    tenon__sql_add(w, is_root ? "" : "(");
    tenon__sql_column(w, json->field);
    for (tenon__sql_key key; tenon__sql_next_key(&path, &key);) {
        tenon__sql_add(w, " -> ");
        if (key.is_index)
            tenon__buf_add(&w->text, key.text, key.length);
        else
            tenon__sql_literal(w, key.text, key.length);
    }
    tenon__sql_add(w, is_root ? "" : ")");
    tenon__sql_add(w, json->field->pg_type == TENON_PG_JSON ? "::jsonb" : "");
}

static void write_type_test(tenon__sql *w, const tenon__sql_json *json, const char *type)
{
    tenon__sql_add(w, "jsonb_typeof(");
    write_target(w, json);
    tenon__sql_add(w, ") = ");
    tenon__sql_add(w, type);
    tenon__sql_add(w, " AND ");
}

static void write_comparison(tenon__sql *w, const tenon__sql_json *json)
{
    if (json->form)
        write_type_test(w, json, json->form == TENON__JSON_NUMBER ? "'number'" : "'string'");
    write_target(w, json);
    tenon__sql_add(w, tenon__sql_json_sign(json->operation));
    w->dialect->comparand(w, json->field);
}

static void write_has(tenon__sql *w, const tenon__sql_json *json)
{
    write_type_test(w, json, "'array'");
    write_target(w, json);
    tenon__sql_add(w, " @> jsonb_build_array(");
    w->dialect->comparand(w, json->field);
    tenon__sql_add(w, ")");
}

static void write_end_of_array(tenon__sql *w, const tenon__sql_json *json)
{
    write_type_test(w, json, "'array'");
    write_target(w, json);
    tenon__sql_add(w, json->operation == TENON_JSON_PATH_FIRST ? " -> 0 = " : " -> -1 = ");
    w->dialect->comparand(w, json->field);
}

static void write_match(tenon__sql *w, const tenon__sql_json *json, bool minds_case)
{
    write_type_test(w, json, "'string'");
    write_target(w, json);
    tenon__sql_add(w, minds_case ? " #>> '{}' LIKE " : " #>> '{}' ILIKE ");
    tenon__sql_text_slot(w, json->field);
}

static void write_contains(tenon__sql *w, const tenon_field *field)
{
    w->dialect->compared(w, field);
    tenon__sql_add(w, " @> ");
    w->dialect->comparand(w, field);
}

void tenon__sql_json_postgresql(tenon__sql *w, tenon_operator operation, const tenon_field *field)
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
    else
        write_comparison(w, &json);
}
