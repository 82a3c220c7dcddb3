/* Defaults: what the database has, as the language writes it.
 *
 * On PostgreSQL the server's parser reads the expression; a constant below casts becomes a value,
 * so does an array of them, and now() is now(). Everything else is dbgenerated("…") with the
 * database's own text. A generated column is dbgenerated() without one. */
#include "pull/draft.h"

#include "pgparse/pgparse.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

void pull_quote(tenon__buf *out, const char *text)
{
    tenon__buf_json_text(out, text, strlen(text));
}

/* ---- one value ------------------------------------------------------------------------------- */

static bool is_number(const char *text, bool has_fraction)
{
    if (*text == '-')
        text++;
    size_t digits = strspn(text, "0123456789");
    const char *rest = text + digits;
    if (digits && has_fraction && *rest == '.' && isdigit((unsigned char)rest[1]))
        rest += 1 + strspn(rest + 1, "0123456789");
    return digits && !*rest;
}

/* '\x0102' as base 64. */
static bool put_bytes(tenon__buf *out, const char *text)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if (strncmp(text, "\\x", 2) != 0 || strlen(text) % 2)
        return false;
    size_t count = strlen(text) / 2 - 1;
    tenon__buf_char(out, '"');
    for (size_t i = 0; i < count; i += 3) {
        unsigned group = 0, most = count - i < 3 ? (unsigned)(count - i) : 3;
        for (unsigned n = 0; n < 3; n++) {
            char pair[3] = {0};
            if (n < most)
                memcpy(pair, text + 2 + 2 * (i + n), 2);
            group = group << 8 | (unsigned)strtoul(pair, NULL, 16);
        }
        for (unsigned n = 0; n < 4; n++)
            tenon__buf_char(out, n <= most ? letters[group >> (18 - 6 * n) & 63] : '=');
    }
    tenon__buf_char(out, '"');
    return true;
}

static bool put_enum_value(tenon__buf *out, const pull_enum *e, const char *text)
{
    for (size_t i = 0; e->source && i < e->source->value_count; i++)
        if (!strcmp(e->source->values[i], text)) {
            tenon__buf_text(out, e->values[i]);
            return true;
        }
    return false;
}

/* False when a value of the type cannot be written so. */
static bool put_value(tenon__buf *out, const pull_type *type, const char *text)
{
    if (type->enumeration)
        return put_enum_value(out, type->enumeration, text);
    if (type->unsupported)
        return false;
    switch (type->scalar) {
    case SCHEMA_INT:
    case SCHEMA_BIGINT:
        if (!is_number(text, false))
            return false;
        tenon__buf_text(out, text);
        return true;
    case SCHEMA_FLOAT:
    case SCHEMA_DECIMAL:
        if (!is_number(text, true) || (type->native && !strcmp(type->native, "Money")))
            return false;
        tenon__buf_text(out, text);
        return true;
    case SCHEMA_BOOLEAN:
        tenon__buf_text(out, *text == 't' || *text == '1' ? "true" : "false");
        return true;
    case SCHEMA_STRING:
        if (type->native && !strcmp(type->native, "Uuid"))
            return false;
        pull_quote(out, text);
        return true;
    case SCHEMA_JSON:
        pull_quote(out, text);
        return true;
    case SCHEMA_BYTES:
        return put_bytes(out, text);
    case SCHEMA_DATETIME:
        break;
    }
    return false;
}

/* ---- PostgreSQL ------------------------------------------------------------------------------ */

static PgQuery__Node *without_casts(PgQuery__Node *node)
{
    while (node && node->node_case == PG_QUERY__NODE__NODE_TYPE_CAST)
        node = node->type_cast->arg;
    return node;
}

/* The text of a constant; false for anything else, NULL too. */
static bool constant_text(PgQuery__Node *node, tenon__buf *out)
{
    node = without_casts(node);
    if (node && node->node_case == PG_QUERY__NODE__NODE_A_EXPR && !node->a_expr->lexpr) {
        const char *name = pgparse_last_name(node->a_expr->name, node->a_expr->n_name);
        if (!name || strcmp(name, "-") != 0)
            return false;
        tenon__buf_char(out, '-');
        node = without_casts(node->a_expr->rexpr);
    }
    if (!node || node->node_case != PG_QUERY__NODE__NODE_A_CONST || node->a_const->isnull)
        return false;
    switch ((int)node->a_const->val_case) {
    case PG_QUERY__A__CONST__VAL_IVAL:
        tenon__buf_int(out, node->a_const->ival->ival);
        return true;
    case PG_QUERY__A__CONST__VAL_FVAL:
        tenon__buf_text(out, node->a_const->fval->fval);
        return true;
    case PG_QUERY__A__CONST__VAL_BOOLVAL:
        tenon__buf_text(out, node->a_const->boolval->boolval ? "true" : "false");
        return true;
    case PG_QUERY__A__CONST__VAL_SVAL:
        tenon__buf_text(out, node->a_const->sval->sval);
        return true;
    case PG_QUERY__A__CONST__VAL_BSVAL:
        tenon__buf_text(out, node->a_const->bsval->bsval + 1);
        return true;
    default:
        return false;
    }
}

static bool is_now(const PgQuery__Node *node)
{
    if (node->node_case == PG_QUERY__NODE__NODE_SQLVALUE_FUNCTION)
        return node->sqlvalue_function->op ==
               PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_TIMESTAMP;
    const char *name =
        node->node_case == PG_QUERY__NODE__NODE_FUNC_CALL
            ? pgparse_last_name(node->func_call->funcname, node->func_call->n_funcname)
            : NULL;
    return name && !strcmp(name, "now") && !node->func_call->n_args;
}

static bool put_array(tenon__buf *out, const pull_type *type, const PgQuery__AArrayExpr *array)
{
    tenon__buf_char(out, '[');
    for (size_t i = 0; i < array->n_elements; i++) {
        TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
        tenon__buf_text(out, i ? ", " : "");
        if (!constant_text(array->elements[i], &text) ||
            !put_value(out, type, tenon__buf_string(&text)))
            return false;
    }
    tenon__buf_char(out, ']');
    return true;
}

/* One element of {a,"b c"}; *at then stands at the comma or brace behind it. */
static bool put_element(tenon__buf *out, const pull_type *type, const char **at)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    bool is_quoted = **at == '"';
    const char *c = *at + is_quoted;
    for (; *c && (is_quoted ? *c != '"' : !strchr(",{}", *c)); c++) {
        if (*c == '\\' && c[1])
            c++;
        tenon__buf_char(&text, *c);
    }
    *at = c + (is_quoted && *c == '"');
    bool is_null = !is_quoted && !strcasecmp(tenon__buf_string(&text), "null");
    return !is_null && put_value(out, type, tenon__buf_string(&text));
}

/* {1,2} */
static bool put_array_text(tenon__buf *out, const pull_type *type, const char *text)
{
    if (*text++ != '{')
        return false;
    tenon__buf_char(out, '[');
    while (*text && *text != '}') {
        if (!put_element(out, type, &text))
            return false;
        if (*text == ',') {
            tenon__buf_text(out, ", ");
            text++;
        } else if (*text != '}') {
            return false;
        }
    }
    tenon__buf_char(out, ']');
    return true;
}

static bool put_postgresql(tenon__buf *out, const pull_type *type, PgQuery__Node *node)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    bool is_moment = type->word && !type->enumeration && type->scalar == SCHEMA_DATETIME;
    PgQuery__Node *inner = without_casts(node);
    if (is_moment && !type->is_list && is_now(node)) {
        tenon__buf_text(out, "now()");
        return true;
    }
    if (type->is_list && inner && inner->node_case == PG_QUERY__NODE__NODE_A_ARRAY_EXPR)
        return put_array(out, type, inner->a_array_expr);
    if (!constant_text(node, &text))
        return false;
    return type->is_list ? put_array_text(out, type, tenon__buf_string(&text))
                         : put_value(out, type, tenon__buf_string(&text));
}

static bool read_postgresql(const char *sql, const pull_type *type, tenon__buf *out)
{
    PgQuery__Node *node;
    pgparse_tree *tree = pgparse_read_expression(sql, &node, NULL);
    bool is_read = tree && put_postgresql(out, type, node);
    pgparse_free(tree);
    return is_read;
}

/* ---- SQLite ---------------------------------------------------------------------------------- */

static bool read_sqlite(const char *sql, const pull_type *type, tenon__buf *out)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    size_t length = strlen(sql);
    bool is_moment = type->word && type->scalar == SCHEMA_DATETIME;
    if (is_moment && !strcasecmp(sql, "CURRENT_TIMESTAMP")) {
        tenon__buf_text(out, "now()");
        return true;
    }
    if (length >= 2 && sql[0] == '\'' && sql[length - 1] == '\'') {
        for (size_t i = 1; i + 1 < length; i++) {
            tenon__buf_char(&text, sql[i]);
            i += sql[i] == '\'' && sql[i + 1] == '\'';
        }
        return type->scalar != SCHEMA_BYTES && put_value(out, type, tenon__buf_string(&text));
    }
    bool is_word = is_number(sql, true) || !strcasecmp(sql, "true") || !strcasecmp(sql, "false");
    bool is_text = type->scalar == SCHEMA_STRING || type->scalar == SCHEMA_JSON;
    tenon__buf_char(&text, (char)tolower((unsigned char)*sql));
    tenon__buf_text(&text, *sql ? sql + 1 : "");
    return is_word && !is_text && put_value(out, type, tenon__buf_string(&text));
}

/* ---- the whole ------------------------------------------------------------------------------- */

static const char *generated_by_database(pull_draft *d, const char *sql)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    tenon__buf_text(&text, "dbgenerated(");
    if (*sql)
        pull_quote(&text, sql);
    tenon__buf_char(&text, ')');
    return pull_text(d, &text);
}

/* Defaults that the client makes leave no trace in the database. */
static bool is_of_client(const schema_field *old)
{
    if (!old)
        return false;
    schema_default_kind kind = old->default_value.kind;
    return kind == SCHEMA_DEFAULT_UUID || kind == SCHEMA_DEFAULT_CUID ||
           kind == SCHEMA_DEFAULT_ULID || kind == SCHEMA_DEFAULT_NANOID;
}

/* The next number of a sequence, whoever owns that: autoincrement(). */
static bool takes_numbers(const pull_column *column)
{
    static const char next[] = "nextval('", end[] = "'::regclass)";
    const char *sql = column->source->default_sql;
    const pull_type *type = &column->type;
    bool is_whole = type->word && !type->enumeration && !type->is_list &&
                    (type->scalar == SCHEMA_INT || type->scalar == SCHEMA_BIGINT) &&
                    !(type->native && !strcmp(type->native, "Oid"));
    if (!is_whole || !column->source->is_required || strncmp(sql, next, sizeof next - 1) != 0)
        return false;
    const char *rest = strstr(sql, end);
    return rest && !rest[sizeof end - 1];
}

const char *pull_default_of(pull_draft *d, const pull_column *column)
{
    static bool (*const readers[])(const char *, const pull_type *, tenon__buf *) = {
        [TENON_POSTGRESQL] = read_postgresql,
        [TENON_SQLITE] = read_sqlite,
    };
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    const catalogue_column *source = column->source;
    if (source->identity)
        return "autoincrement()";
    if (source->generated)
        return "dbgenerated()";
    if (!source->default_sql)
        return is_of_client(column->old) ? pull_default_of_field(d, column) : NULL;
    if (!strncasecmp(source->default_sql, "NULL", 4) &&
        !isalnum((unsigned char)source->default_sql[4]))
        return NULL;
    if (takes_numbers(column))
        return "autoincrement()";
    if (readers[d->c->dialect](source->default_sql, &column->type, &text))
        return pull_text(d, &text);
    return generated_by_database(d, source->default_sql);
}

static void put_field_value(tenon__buf *out, const schema_field *old, const schema_value *value)
{
    if (value->kind == SCHEMA_VALUE_ENUM)
        tenon__buf_text(out, old->enumeration->values[value->enum_value].name);
    else if (value->kind == SCHEMA_VALUE_BOOLEAN)
        tenon__buf_text(out, value->boolean ? "true" : "false");
    else if (value->kind == SCHEMA_VALUE_NUMBER)
        tenon__buf_text(out, value->text);
    else
        tenon__buf_json_text(out, value->text, value->length);
}

static void put_field_values(tenon__buf *out, const schema_field *old)
{
    const schema_default *given = &old->default_value;
    if (!given->is_list) {
        put_field_value(out, old, &given->value);
        return;
    }
    tenon__buf_char(out, '[');
    for (size_t i = 0; i < given->item_count; i++) {
        tenon__buf_text(out, i ? ", " : "");
        put_field_value(out, old, &given->items[i]);
    }
    tenon__buf_char(out, ']');
}

/* uuid() and uuid(7): the first number is what the language takes for granted. */
static void put_function(tenon__buf *out, const char *name, int argument, int usual)
{
    if (argument && argument != usual)
        tenon__buf_format(out, "%s(%d)", name, argument);
    else
        tenon__buf_format(out, "%s()", name);
}

const char *pull_default_of_field(pull_draft *d, const pull_column *column)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    const schema_default *given = &column->old->default_value;
    switch (given->kind) {
    case SCHEMA_NO_DEFAULT:
        return NULL;
    case SCHEMA_DEFAULT_VALUE:
        put_field_values(&text, column->old);
        break;
    case SCHEMA_DEFAULT_AUTOINCREMENT:
        return "autoincrement()";
    case SCHEMA_DEFAULT_DBGENERATED:
        return generated_by_database(d, given->value.text ? given->value.text : "");
    case SCHEMA_DEFAULT_NOW:
        return "now()";
    case SCHEMA_DEFAULT_UUID:
        put_function(&text, "uuid", given->version, 4);
        break;
    case SCHEMA_DEFAULT_CUID:
        put_function(&text, "cuid", given->version, 1);
        break;
    case SCHEMA_DEFAULT_ULID:
        return "ulid()";
    case SCHEMA_DEFAULT_NANOID:
        put_function(&text, "nanoid", given->length, 0);
        break;
    }
    return pull_text(d, &text);
}
