/* What functions and operators give: by their traits, which lists of names hold (functions.c), and
 * for some by the types of their arguments. Aggregates and window functions look at a set of rows,
 * which may be empty. */
#include "nullability/analysis.h"

#include <strings.h>

static const verdict value = {.can = CAN_BE_VALUE};

static verdict unknown(const char *because)
{
    return (verdict){.can = CAN_BE_NULL | CAN_BE_VALUE, .because = because};
}

static verdict explain(analysis *a, const expr *e, const char *before, const char *after)
{
    const char *because =
        tenon__arena_format(a->arena, "%s%s()%s", before, e->text ? e->text : "", after);
    return unknown(because ? because : "the function may give NULL");
}

/* ---- conditions on arguments ---- */

static bool is_text(analysis *a, const scope *s, const expr *e)
{
    static const char *const texts[] = {"text", "varchar", "bpchar", "name", "citext", "char"};
    const char *type = null_type_of(a, s, e);
    return e &&
           (e->kind == EXPR_PARAMETER || (type && null_is_word(type, texts, TENON__COUNT(texts))));
}

static bool is_number(analysis *a, const scope *s, const expr *e)
{
    static const char *const numbers[] = {"int2", "int4", "int8", "numeric"};
    const char *type = null_type_of(a, s, e);
    return type && null_is_word(type, numbers, TENON__COUNT(numbers));
}

/* A part that infinity has too; else a time that cannot be infinite. */
static bool has_part(analysis *a, const scope *s, const expr *e)
{
    static const char *const monotonic[] = {"year",   "decade",  "century", "millennium",
                                            "julian", "isoyear", "epoch"};
    static const char *const finite[] = {"time", "timetz", "finite time"};
    if (e->count != 2 || !e->args[0] || e->args[0]->kind != EXPR_CONSTANT)
        return false;
    const char *type = null_type_of(a, s, e->args[1]);
    return (e->args[0]->text &&
            null_is_word(e->args[0]->text, monotonic, TENON__COUNT(monotonic))) ||
           (type && null_is_word(type, finite, TENON__COUNT(finite))) ||
           (type && !strcmp(type, "interval") && a->database->server_version < 170000);
}

/* An integer other than 0, as it stands. */
static bool is_divisor(const expr *e)
{
    if (!e || e->kind != EXPR_CONSTANT || !e->text || !e->type || strcmp(e->type, "int4") != 0)
        return false;
    return strspn(e->text, "0123456789") == strlen(e->text) &&
           strspn(e->text, "0") < strlen(e->text);
}

/* Letters that strftime knows; for any other it gives NULL. */
static bool is_format(const char *format)
{
    for (const char *at = strchr(format, '%'); at; at = strchr(at + 2, '%'))
        if (!at[1] || !strchr("dfHjJmMsSwWY%", at[1]))
            return false;
    return *format;
}

/* SQLite: the time is now, and nothing is done to it that may fail. */
static bool is_now(const expr *e)
{
    static const char *const words[] = {"now",          "localtime",      "utc",
                                        "start of day", "start of month", "start of year"};
    bool has_format = e->text && !strcasecmp(e->text, "strftime");
    for (size_t i = 0; i < e->count; i++) {
        const expr *arg = e->args[i];
        if (!arg || arg->kind != EXPR_CONSTANT || !arg->text)
            return false;
        bool is_fine = has_format && i == 0 ? is_format(arg->text)
                                            : null_is_word(arg->text, words, TENON__COUNT(words));
        if (!is_fine)
            return false;
    }
    return !has_format || e->count > 1;
}

/* Closed paths cannot be put together: their + is NULL. */
static bool is_sum_of_paths(analysis *a, const scope *s, const expr *e)
{
    for (size_t i = 0; e->text && !strcmp(e->text, "+") && i < e->count; i++) {
        const char *type = null_type_of(a, s, e->args[i]);
        if (type && !strcmp(type, "path"))
            return true;
    }
    return false;
}

static bool is_total(analysis *a, const scope *s, const expr *e)
{
    if (e->traits & CALL_TOTAL)
        return !is_sum_of_paths(a, s, e);
    if (e->traits & CALL_OF_TEXT)
        return e->count && is_text(a, s, e->args[0]);
    if (e->traits & CALL_OF_NUMBER)
        return e->count > 1 && is_number(a, s, e->args[1]);
    if (e->traits & CALL_OF_FIELD)
        return has_part(a, s, e);
    if (e->traits & CALL_OF_NOW)
        return is_now(e);
    if (e->traits & CALL_DIVISION)
        return e->count == 2 && is_divisor(e->args[1]);
    return false;
}

/* ---- aggregates ---- */

bool null_is_aggregate(const expr *e)
{
    return e->kind == EXPR_CALL && (e->traits & CALL_ANY_AGGREGATE) && !e->is_window;
}

bool null_has_aggregate(const expr *e)
{
    if (!e)
        return false;
    if (null_is_aggregate(e))
        return true;
    for (size_t i = 0; i < e->count; i++)
        if (null_has_aggregate(e->args[i]))
            return true;
    for (size_t i = 0; i < e->other_count; i++)
        if (null_has_aggregate(e->others[i]))
            return true;
    return false;
}

/* That FILTER keeps every row. */
static bool keeps_all(analysis *a, const scope *s, const fact *known, const expr *filter)
{
    return !filter || null_evaluate(a, s, known, filter).can == CAN_BE_TRUE;
}

static verdict judge_aggregate(analysis *a, const scope *s, const fact *known, const expr *e)
{
    if (e->traits & CALL_COUNT)
        return value;
    if (!s->rows)
        return explain(a, e, "", " is of another query's rows");
    if (s->is_empty)
        return (verdict){.can = CAN_BE_NULL};
    if (s->may_be_empty)
        return explain(a, e, "", " of no rows is NULL");
    if (!keeps_all(a, s->rows, known, e->filter))
        return explain(a, e, "the FILTER of ", " may leave no row");
    if (e->traits & CALL_ROWS)
        return value;
    if (e->traits & CALL_SAMPLE)
        return explain(a, e, "", " of too few rows is NULL");
    return null_judge_any(a, s->rows, known, e->args, e->count);
}

/* ---- window functions ---- */

/* lag and lead of a row that is not there; their third argument stands for it. */
static verdict judge_offset(analysis *a, const scope *s, const fact *known, const expr *e)
{
    if (e->count < 3)
        return explain(a, e, "there may be no row for ", "");
    verdict there = null_judge_any(a, s, s->known, e->args, 2);
    return there.can & CAN_BE_NULL ? there : null_evaluate(a, s, known, e->args[2]);
}

static verdict judge_window(analysis *a, const scope *s, const fact *known, const expr *e)
{
    if (e->traits & CALL_OFFSET)
        return judge_offset(a, s, known, e);
    if (e->traits & (CALL_COUNT | CALL_NEVER))
        return value;
    if (e->traits & CALL_TOTAL)
        return null_judge_any(a, s, known, e->args, e->count);
    if (!(e->traits & (CALL_ROWS | CALL_VALUES | CALL_EDGE)))
        return explain(a, e, "", " may give NULL");
    if (!e->has_current_row)
        return explain(a, e, "the frame of ", " may be empty");
    if (!keeps_all(a, s, known, e->filter))
        return explain(a, e, "the FILTER of ", " may leave no row");
    if (e->traits & CALL_ROWS)
        return value;
    return null_judge_any(a, s, e->traits & CALL_EDGE ? s->known : known, e->args, e->count);
}

/* ---- sets ---- */

bool null_is_set(const expr *e)
{
    if (!e)
        return false;
    if (e->kind == EXPR_CALL && (e->traits & CALL_SET))
        return true;
    for (size_t i = 0; i < e->count; i++)
        if (null_is_set(e->args[i]))
            return true;
    return false;
}

/* Several sets in one list of targets run side by side; the shorter ones are filled with NULL. */
static verdict judge_set(analysis *a, const scope *s, const fact *known, const expr *e)
{
    size_t sets = 0;
    for (size_t i = 0; s->query && i < s->query->target_count; i++)
        sets += null_is_set(s->query->targets[i].value);
    if (sets > 1)
        return explain(a, e, "another function may give more rows than ", "");
    if (e->traits & CALL_NEVER)
        return value;
    if (e->count == 1 && e->args[0] && e->args[0]->kind == EXPR_ARRAY)
        return null_judge_any(a, s, known, e->args[0]->args, e->args[0]->count);
    if (e->count == 1 && e->args[0] && e->args[0]->kind == EXPR_CAST && e->args[0]->args[0] &&
        e->args[0]->args[0]->kind == EXPR_PARAMETER)
        return value;
    return explain(a, e, "an element that ", " gives may be NULL");
}

verdict null_judge_call(analysis *a, const scope *s, const fact *known, const expr *e)
{
    if (e->is_window)
        return judge_window(a, s, known, e);
    if (e->traits & CALL_SET)
        return judge_set(a, s, known, e);
    if (e->traits & CALL_ANY_AGGREGATE)
        return judge_aggregate(a, s, known, e);
    if (e->traits & CALL_NEVER)
        return value;
    if (is_total(a, s, e))
        return null_judge_any(a, s, known, e->args, e->count);
    return explain(a, e, "",
                   e->traits ? " may give NULL for other arguments too"
                             : " is not known to give a value always");
}

/* ---- types ---- */

static const char *type_of_call(analysis *a, const scope *s, const expr *e)
{
    if (e->traits & CALL_GIVES_TEXT)
        return "text";
    if (e->traits & CALL_GIVES_NUMBER)
        return "int4";
    if (e->traits & CALL_GIVES_FINITE_TIME)
        return "finite time";
    bool is_arithmetic = e->count == 2 && e->text && strchr("+-*/%", e->text[0]) && !e->text[1];
    if (is_arithmetic && is_number(a, s, e->args[0]) && is_number(a, s, e->args[1]))
        return "numeric";
    if (e->text && !strcmp(e->text, "||"))
        for (size_t i = 0; i < e->count; i++)
            if (is_text(a, s, e->args[i]))
                return "text";
    return NULL;
}

const char *null_type_of(analysis *a, const scope *s, const expr *e)
{
    if (!e || ++a->steps > NULL_LIMIT_STEPS)
        return NULL;
    switch (e->kind) {
    case EXPR_CONSTANT:
    case EXPR_CAST:
        return e->type;
    case EXPR_COLUMN: {
        const slot *column = null_resolve(a, s, e);
        return column ? column->type : NULL;
    }
    case EXPR_CALL:
        return type_of_call(a, s, e);
    case EXPR_COALESCE:
    case EXPR_GREATEST:
    case EXPR_NULLIF:
        for (size_t i = 0; i < e->count; i++) {
            const char *type = null_type_of(a, s, e->args[i]);
            if (type)
                return type;
        }
        return NULL;
    case EXPR_CASE:
        return null_type_of(a, s, e->args[1]);
    default:
        return NULL;
    }
}
