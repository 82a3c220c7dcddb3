/* Whether the database converts the values of a column to compare them, as it reads them: then no
 * index of the column serves.
 *
 * PostgreSQL shows it in its plan. SQLite does not, but its rule is short: of a text and a number
 * the text is converted, unless it is a constant. */
#include "querylint/querylint_inside.h"

#include <stdio.h>
#include <strings.h>

static bool has_word(const char *type, const char *const words[])
{
    for (size_t i = 0; words[i]; i++)
        if (strcasestr(type, words[i]))
            return true;
    return false;
}

static bool is_text(const char *type)
{
    static const char *const words[] = {"char", "clob", "text", NULL};
    return type && !strcasestr(type, "int") && has_word(type, words);
}

static bool is_number(const char *type)
{
    static const char *const others[] = {"char", "clob", "text", "blob", "bytea", NULL};
    return type && *type && (strcasestr(type, "int") || !has_word(type, others));
}

/* The type of what the column is compared with, where it has one. */
static const char *type_of_value(const query_term *term)
{
    const PgQuery__Node *value = term->value;
    if (term->other.column)
        return term->other.column->type;
    if (!value || value->node_case != PG_QUERY__NODE__NODE_TYPE_CAST)
        return NULL;
    const PgQuery__TypeName *type = value->type_cast->type_name;
    return pgparse_last_name(type->names, type->n_names);
}

static bool sqlite_converts(const query_term *term, char *type, size_t size)
{
    snprintf(type, size, "number");
    return is_text(term->column.column->type) && is_number(type_of_value(term));
}

bool query_converts(const query_linter *l, const query_term *term, char *type, size_t size)
{
    return l->reader->converts ? l->reader->converts(l->plan, &term->column, type, size)
                               : sqlite_converts(term, type, size);
}
