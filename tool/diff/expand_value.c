/* How a value comes from one version of its column to the other where nobody has said it.
 *
 * Types convert as they do when a column is changed in one go. A value of an enum goes by its text,
 * under the name that it has there. What has no counterpart has no way: then somebody has to say
 * what becomes of it. Expressions stand in a SELECT from one row of the version that they come
 * from. */
#include "diff/expand.h"

/* ---- enums ----------------------------------------------------------------------------------- */

/* The name of the old enum's value among the new ones'; NULL when it is gone. */
static const char *new_name(const expand_enum *x, size_t i)
{
    return diff_has_value(x->new, x->renamed->values[i]) ? x->renamed->values[i] : NULL;
}

static bool is_old_value(const expand_enum *x, const char *new_value)
{
    for (size_t i = 0; i < x->old->value_count; i++)
        if (!strcmp(x->renamed->values[i], new_value))
            return true;
    return false;
}

/* Whether all values of the side that it comes from have one on the other. */
static bool has_all(const expand_enum *x, bool is_up)
{
    for (size_t i = 0; is_up && i < x->old->value_count; i++)
        if (!new_name(x, i))
            return false;
    for (size_t i = 0; !is_up && i < x->new->value_count; i++)
        if (!is_old_value(x, x->new->values[i]))
            return false;
    return true;
}

/* CASE v WHEN 'A' THEN 'B' … ELSE v END */
static const char *translation(expand *e, const expand_enum *x, const char *value, bool is_up)
{
    diff_maker *m = e->m;
    bool is_any = false;
    for (size_t i = 0; i < x->old->value_count; i++) {
        const char *old = x->old->values[i], *new = new_name(x, i);
        if (!new || !strcmp(old, new))
            continue;
        if (!is_any)
            diff_write(m, "CASE %s", value);
        is_any = true;
        diff_write(m, " WHEN %L THEN %L", is_up ? old : new, is_up ? new : old);
    }
    if (!is_any)
        return value;
    diff_write(m, " ELSE %s END", value);
    return diff_take(m);
}

static const char *convert_enum(expand *e, const expand_enum *x, const expand_column *c, bool is_up)
{
    diff_maker *m = e->m;
    const catalogue_enum *target = is_up ? x->new : x->old;
    const char *type = is_up ? diff_say(m, "%I.%I", e->given->version, target->name)
                             : diff_say(m, "%N", target->namespace, target->name);
    const char *column = diff_say(m, "%I", is_up ? c->old->name : c->new->name);
    if (!has_all(x, is_up))
        return NULL;
    if (!c->old->is_array)
        return diff_say(m, "(%s)::%s", translation(e, x, diff_say(m, "%s::text", column), is_up),
                        type);
    return diff_say(m,
                    "CASE WHEN %s IS NOT NULL THEN ARRAY(SELECT (%s)::%s FROM unnest(%s::text[])"
                    " WITH ORDINALITY AS v(v, n) ORDER BY n) END",
                    column, translation(e, x, "v", is_up), type, column);
}

/* ---- types ----------------------------------------------------------------------------------- */

static const char *convert(expand *e, const catalogue_column *from, const catalogue_column *to,
                           bool *is_lossy)
{
    diff_conversion way =
        diff_same_type(e->m, from, to) ? DIFF_CONVERTS : diff_conversion_of(e->m, from, to);
    *is_lossy = way == DIFF_MAY_LOSE;
    if (way == DIFF_NO_CAST)
        return NULL;
    if (diff_same_type(e->m, from, to))
        return diff_say(e->m, "%I", from->name);
    return diff_conversion_sql(e->m, from, to);
}

const char *expand_up(expand *e, expand_column *c)
{
    const expand_enum *x = expand_enum_of(e, c->renamed);
    if (x && diff_same_type(e->m, c->renamed, c->new))
        return convert_enum(e, x, c, true);
    return expand_enum_of(e, c->new) ? NULL : convert(e, c->old, c->new, &c->is_lossy);
}

const char *expand_down(expand *e, const expand_column *c)
{
    bool is_lossy;
    const expand_enum *x = expand_enum_of(e, c->renamed);
    if (x && diff_same_type(e->m, c->renamed, c->new))
        return convert_enum(e, x, c, false);
    return expand_enum_of(e, c->new) ? NULL : convert(e, c->new, c->old, &is_lossy);
}
