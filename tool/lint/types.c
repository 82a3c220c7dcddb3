/* Types of columns: what a change from one to another costs, and whether it can lose anything.
 *
 * The parser already turns every spelling of a type of the standard into the name that the server
 * uses ("character varying" is varchar, "int" is int4), so names are compared as they are. */
#include "lint/lint_inside.h"

#include <stdlib.h>

static bool is_type(const lint_type *type, const char *name)
{
    return type->name && strcmp(type->name, name) == 0;
}

static bool is_one_of(const lint_type *type, const char *const *names)
{
    for (; *names; names++)
        if (is_type(type, *names))
            return true;
    return false;
}

static int constant_of(const PgQuery__Node *node)
{
    if (node->node_case != NODE(A_CONST) || node->a_const->val_case != PG_QUERY__A__CONST__VAL_IVAL)
        return 0;
    return node->a_const->ival->ival;
}

lint_type lint_type_of(lint *l, const PgQuery__TypeName *type)
{
    lint_type found = {0};
    if (!type)
        return found;
    const char *namespace = pgparse_first_name(type->names, type->n_names);
    bool is_own = namespace && strcmp(namespace, "pg_catalog") == 0;
    found.name = is_own ? pgparse_last_name(type->names, type->n_names)
                        : lint_list_name(l, type->names, type->n_names);
    found.is_array = type->n_array_bounds > 0;
    /* The modifiers of an interval are its fields, not a length. */
    for (size_t i = 0; i < type->n_typmods && i < 2 && !is_type(&found, "interval"); i++)
        found.arguments[found.argument_count++] = constant_of(type->typmods[i]);
    return found;
}

const char *lint_type_text(lint *l, const lint_type *type)
{
    const char *end = type->is_array ? "[]" : "";
    if (!type->name)
        return "an unknown type";
    if (type->argument_count == 1)
        return lint_format_text(l, "%s(%d)%s", type->name, type->arguments[0], end);
    if (type->argument_count == 2)
        return lint_format_text(l, "%s(%d,%d)%s", type->name, type->arguments[0],
                                type->arguments[1], end);
    return lint_format_text(l, "%s%s", type->name, end);
}

bool lint_type_parse(lint *l, const char *text, lint_type *type)
{
    PgQuery__Node *expression;
    const char *cast = lint_format_text(l, "NULL::%s", text);
    pgparse_tree *tree = pgparse_read_expression(cast, &expression, NULL);
    bool is_read = tree && expression->node_case == NODE(TYPE_CAST);
    if (is_read) {
        *type = lint_type_of(l, expression->type_cast->type_name);
        type->name = tenon__arena_text(&l->arena, type->name ? type->name : "");
    }
    pgparse_free(tree);
    return is_read && type->name;
}

bool lint_is_serial(const lint_type *type)
{
    static const char *const names[] = {"serial",      "serial4", "bigserial", "serial8",
                                        "smallserial", "serial2", NULL};
    return is_one_of(type, names);
}

/* ---- what a change costs ---- */

static bool are_equal(const lint_type *a, const lint_type *b)
{
    if (strcmp(a->name, b->name) != 0 || a->is_array != b->is_array ||
        a->argument_count != b->argument_count)
        return false;
    for (size_t i = 0; i < a->argument_count; i++)
        if (a->arguments[i] != b->arguments[i])
            return false;
    return true;
}

/* The first modifier grows, or goes. */
static bool is_widened(const lint_type *from, const lint_type *to)
{
    if (to->argument_count == 0)
        return true;
    return from->argument_count && from->arguments[0] <= to->arguments[0];
}

static bool is_text(const lint_type *type)
{
    return is_type(type, "text") || is_type(type, "varchar");
}

static bool is_cheap_numeric(const lint_type *from, const lint_type *to)
{
    if (to->argument_count == 0)
        return true;
    int from_scale = from->argument_count > 1 ? from->arguments[1] : 0;
    int to_scale = to->argument_count > 1 ? to->arguments[1] : 0;
    return from->argument_count && from->arguments[0] <= to->arguments[0] && from_scale == to_scale;
}

static bool is_cheap(const lint_type *from, const lint_type *to, bool is_utc)
{
    static const char *const lengths[] = {"varbit", "timestamp", "timestamptz", "time",
                                          "timetz", "interval",  NULL};
    if (is_text(from) && is_text(to))
        return is_type(to, "text") || is_widened(from, to);
    if (is_type(from, "numeric") && is_type(to, "numeric"))
        return is_cheap_numeric(from, to);
    if (is_type(from, "cidr") && is_type(to, "inet"))
        return true;
    bool are_times = (is_type(from, "timestamp") && is_type(to, "timestamptz")) ||
                     (is_type(from, "timestamptz") && is_type(to, "timestamp"));
    if (are_times && is_utc)
        return is_widened(from, to);
    return strcmp(from->name, to->name) == 0 && is_one_of(from, lengths) && is_widened(from, to);
}

lint_change lint_compare_types(const lint_type *from, const lint_type *to, bool is_utc)
{
    if (!from->name || !to->name)
        return LINT_UNKNOWN_CHANGE;
    if (are_equal(from, to))
        return LINT_SAME_TYPE;
    if (from->is_array != to->is_array)
        return LINT_REWRITE;
    return is_cheap(from, to, is_utc) ? LINT_CHEAP_CHANGE : LINT_REWRITE;
}

/* ---- what a change can lose ---- */

/* Numbers that hold more than those before them; 0: no number. */
static int rank_of_number(const lint_type *type)
{
    static const char *const names[] = {"int2", "int4", "int8", "float4", "float8", "numeric"};
    static const char *const serials[] = {"smallserial", "serial", "bigserial"};
    for (int i = 0; i < 3; i++)
        if (is_type(type, serials[i]))
            return i + 1;
    for (int i = 0; i < (int)TENON__COUNT(names); i++)
        if (is_type(type, names[i]))
            return i + 1;
    return 0;
}

static bool is_cut_number(const lint_type *from, const lint_type *to)
{
    if (is_type(from, "numeric") && is_type(to, "numeric")) {
        int from_scale = from->argument_count > 1 ? from->arguments[1] : 0;
        int to_scale = to->argument_count > 1 ? to->arguments[1] : 0;
        return to->argument_count &&
               (!from->argument_count || to_scale < from_scale ||
                to->arguments[0] - to_scale < from->arguments[0] - from_scale);
    }
    /* Not every integer of eight bytes is a float, and none of four is one of four. */
    bool is_rounded = (is_type(from, "int8") && is_type(to, "float8")) ||
                      ((is_type(from, "int4") || is_type(from, "int8")) && is_type(to, "float4"));
    return rank_of_number(to) < rank_of_number(from) || is_rounded;
}

static bool is_bounded(const lint_type *type)
{
    static const char *const names[] = {"int2", "int4", "float4", "bool", "date", "bpchar", NULL};
    return is_one_of(type, names) || (type->argument_count && !is_type(type, "bit"));
}

static bool is_time(const lint_type *type)
{
    static const char *const names[] = {"timestamp", "timestamptz", NULL};
    return is_one_of(type, names);
}

static bool is_cut_time(const lint_type *from, const lint_type *to)
{
    static const char *const parts[] = {"date", "time", "timetz", NULL};
    bool has_lost_zone = is_type(from, "timestamptz") && is_type(to, "timestamp");
    bool is_coarser = is_time(to) && to->argument_count && to->arguments[0] < 6 &&
                      (!from->argument_count || from->arguments[0] > to->arguments[0]);
    return is_one_of(to, parts) || has_lost_zone || is_coarser;
}

static bool is_character(const lint_type *type)
{
    return is_text(type) || is_type(type, "bpchar") || is_type(type, "citext");
}

bool lint_is_widening(const lint_type *from, const lint_type *to)
{
    return from->name && to->name && rank_of_number(from) && rank_of_number(to) &&
           from->is_array == to->is_array && !is_cut_number(from, to);
}

bool lint_is_narrowing(const lint_type *from, const lint_type *to)
{
    if (!from->name)
        return is_bounded(to);
    if (!to->name || are_equal(from, to))
        return false;
    if (from->is_array != to->is_array)
        return from->is_array;
    if (rank_of_number(from))
        return rank_of_number(to) ? is_cut_number(from, to) : !is_character(to);
    if (is_time(from) && !is_character(to))
        return is_cut_time(from, to);
    if (is_character(from) && is_character(to))
        return to->argument_count && !is_widened(from, to);
    return false; /* a value may be refused (20), but none is cut */
}
