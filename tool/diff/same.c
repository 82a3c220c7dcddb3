/* When two things of a table mean the same. `a` is what is there, `b` what is wanted; where only
 * one of them comes from a schema it is `b`. */
#include <ctype.h>
#include <strings.h>

#include "diff/pack.h"

bool diff_same_text(const char *a, const char *b)
{
    return a && b ? !strcmp(a, b) : a == b;
}

bool diff_same_namespace(const diff_maker *m, const char *a, const char *b)
{
    return diff_same_text(a ? a : m->default_namespace, b ? b : m->default_namespace);
}

/* ---- types ----------------------------------------------------------------------------------- */

/* But for letter case and white space. */
static bool is_same_spelling(const char *a, const char *b)
{
    while (*a || *b) {
        while (isspace((unsigned char)*a))
            a++;
        while (isspace((unsigned char)*b))
            b++;
        if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
            return false;
        a += *a != '\0';
        b += *b != '\0';
    }
    return true;
}

/* The precision that PostgreSQL takes when a time has none. */
static const char *const times[] = {"timestamp", "timestamptz", "time", "timetz"};

static int argument_of(const catalogue_column *column, size_t i)
{
    enum { FULL_PRECISION = 6, NONE = -1 };
    if (i < column->argument_count)
        return column->arguments[i];
    for (size_t t = 0; i == 0 && t < TENON__COUNT(times); t++)
        if (!strcmp(column->type_name, times[t]))
            return FULL_PRECISION;
    return NONE;
}

static bool is_same_postgresql_type(const diff_maker *m, const catalogue_column *a,
                                    const catalogue_column *b)
{
    if (a->is_array != b->is_array || a->is_enum != b->is_enum)
        return false;
    if (a->is_enum)
        return !strcmp(a->type_name, b->type_name) &&
               diff_same_namespace(m, a->type_namespace, b->type_namespace);
    if (strcasecmp(a->type_name, b->type_name) != 0)
        return is_same_spelling(a->type, b->type);
    return argument_of(a, 0) == argument_of(b, 0) && argument_of(a, 1) == argument_of(b, 1);
}

/* SQLite: words of a declared type, and what the client takes such a column for. */
static const struct {
    const char *word;
    schema_type type;
} families[] = {
    {"bigint", SCHEMA_BIGINT}, {"int8", SCHEMA_BIGINT},        {"int", SCHEMA_INT},
    {"bool", SCHEMA_BOOLEAN},  {"float", SCHEMA_FLOAT},        {"double", SCHEMA_FLOAT},
    {"real", SCHEMA_FLOAT},    {"decimal", SCHEMA_DECIMAL},    {"numeric", SCHEMA_DECIMAL},
    {"date", SCHEMA_DATETIME}, {"timestamp", SCHEMA_DATETIME}, {"json", SCHEMA_JSON},
    {"blob", SCHEMA_BYTES},    {"binary", SCHEMA_BYTES},       {"char", SCHEMA_STRING},
    {"text", SCHEMA_STRING},   {"clob", SCHEMA_STRING},        {"uuid", SCHEMA_STRING},
};

static int family_of(const char *type)
{
    for (size_t i = 0; i < TENON__COUNT(families); i++)
        if (strcasestr(type, families[i].word))
            return (int)families[i].type;
    return -1;
}

bool diff_same_type(const diff_maker *m, const catalogue_column *a, const catalogue_column *b)
{
    if (!diff_has_same_elements(a, b))
        return false;
    if (m->plan->dialect == TENON_POSTGRESQL)
        return is_same_postgresql_type(m, a, b);
    int family = family_of(a->type);
    return is_same_spelling(a->type, b->type) || (family >= 0 && family == family_of(b->type));
}

/* ---- columns --------------------------------------------------------------------------------- */

bool diff_counts(const catalogue_column *column)
{
    static const char next[] = "nextval(";
    return column->identity != CATALOGUE_NO_IDENTITY ||
           (column->default_sql && !strncmp(column->default_sql, next, sizeof next - 1));
}

/* PostgreSQL has two ways to write it. */
static bool is_empty_array(const char *expression)
{
    return expression && (!strncmp(expression, "ARRAY[]", strlen("ARRAY[]")) ||
                          !strncmp(expression, "'{}'", strlen("'{}'")));
}

bool diff_same_default(const diff_maker *m, const catalogue_column *a, const catalogue_column *b)
{
    if (a->generated || b->generated)
        return true;
    if (diff_counts(a) || diff_counts(b))
        return (diff_counts(a) && diff_counts(b)) || a->is_numbered_unasked ||
               b->is_numbered_unasked;
    if (b->is_array && is_empty_array(a->default_sql) && is_empty_array(b->default_sql))
        return true;
    bool is_any = (a->default_sql && !*a->default_sql) || (b->default_sql && !*b->default_sql);
    if (m->plan->dialect == TENON_POSTGRESQL &&
        diff_same_constant(a->default_sql, b->default_sql, b->type_name))
        return true;
    return is_any ||
           catalogue_same_expression(m->plan->dialect, a->default_sql, b->default_sql, b->type);
}

/* The language has lists that are required or nothing, whatever the database says of NULL. */
bool diff_same_required(const catalogue_column *a, const catalogue_column *b)
{
    return a->is_required == b->is_required || (a->is_array && b->is_array);
}

bool diff_same_column(const diff_maker *m, const catalogue_column *a, const catalogue_column *b)
{
    return diff_same_type(m, a, b) && diff_same_required(a, b) && diff_same_default(m, a, b);
}

/* ---- constraints and indexes ----------------------------------------------------------------- */

static bool has_suffix(const char *text, const char *suffix)
{
    size_t length = strlen(text), most = strlen(suffix);
    return length >= most && !strcmp(text + length - most, suffix);
}

/* Operator classes that an index has when none is named, as far as the language can name them. */
static bool is_default_class(const char *class, const char *method)
{
    static const char *const gin[] = {"jsonb_ops", "array_ops", "tsvector_ops"};
    if (!strcmp(method, "ivfflat"))
        return !strcmp(class, "vector_l2_ops");
    if (!strcmp(method, "brin"))
        return has_suffix(class, "_minmax_ops");
    for (size_t i = 0; i < TENON__COUNT(gin) && !strcmp(method, "gin"); i++)
        if (!strcmp(class, gin[i]))
            return true;
    return (!strcmp(method, "btree") || !strcmp(method, "hash") || !strcmp(method, "spgist")) &&
           !strstr(class, "_pattern_ops") && strcmp(class, "kd_point_ops") != 0;
}

static bool is_same_class(const char *a, const char *b, const char *method)
{
    if (a && b)
        return !strcmp(a, b);
    return a == b || (a ? is_default_class(a, method) : is_default_class(b, method));
}

bool diff_same_keys(const catalogue_index *a, const catalogue_index *b)
{
    bool is_same = a->key_count == b->key_count;
    for (size_t i = 0; is_same && i < a->key_count; i++)
        is_same = diff_same_text(a->keys[i].column, b->keys[i].column);
    return is_same;
}

static bool is_same_order(const catalogue_index *a, const catalogue_index *b)
{
    bool is_same = true;
    for (size_t i = 0; is_same && i < a->key_count; i++) {
        const catalogue_key *left = &a->keys[i], *right = &b->keys[i];
        is_same = left->is_descending == right->is_descending &&
                  left->is_nulls_first == right->is_nulls_first &&
                  is_same_class(left->operator_class, right->operator_class, a->method);
    }
    return is_same;
}

static bool is_same_expression(const diff_maker *m, const char *a, const char *b)
{
    return catalogue_same_expression(m->plan->dialect, a, b, NULL);
}

bool diff_same_index(const diff_maker *m, const catalogue_index *a, const catalogue_index *b)
{
    bool is_sqlite = m->plan->dialect == TENON_SQLITE;
    return a->is_unique == b->is_unique && a->is_valid == b->is_valid &&
           (is_sqlite || diff_same_text(a->method, b->method)) && diff_same_keys(a, b) &&
           is_same_order(a, b) && is_same_expression(m, a->predicate, b->predicate);
}

static bool is_same_list(const char *const *a, const char *const *b, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!diff_same_text(a[i], b[i]))
            return false;
    return true;
}

bool diff_same_foreign_key(const diff_maker *m, const catalogue_foreign_key *a,
                           const catalogue_foreign_key *b)
{
    return a->column_count == b->column_count && !strcmp(a->target, b->target) &&
           diff_same_namespace(m, a->target_namespace, b->target_namespace) &&
           is_same_list(a->columns, b->columns, a->column_count) &&
           is_same_list(a->target_columns, b->target_columns, a->column_count) &&
           a->on_delete == b->on_delete && a->on_update == b->on_update;
}

bool diff_same_check(const diff_maker *m, const catalogue_check *a, const catalogue_check *b)
{
    return is_same_expression(m, a->expression, b->expression);
}
