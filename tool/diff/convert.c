/* PostgreSQL: which values of one type can be values of another, and how they are turned.
 *
 * There are casts that lose silently (an explicit cast to varchar(3) cuts, one to integer rounds)
 * and casts that fail on some values. Both are told from the harmless ones here, so that a plan
 * asks the rows only where the rows decide. A timestamp without a zone is one of UTC, as the client
 * writes it. */
#include "diff/pack.h"

typedef enum family { INTEGERS, NUMBERS, TEXTS, TIMES, JSONS, BITS, ENUMS, ALONE } family;

typedef struct type_traits {
    const char *name;
    family family;
    int rank; /* within the family: a lower one fits into a higher one, but for its arguments */
} type_traits;

static const type_traits types[] = {
    {"int2", INTEGERS, 1},   {"int4", INTEGERS, 2},     {"int8", INTEGERS, 3},
    {"float4", NUMBERS, 1},  {"float8", NUMBERS, 2},    {"numeric", NUMBERS, 3},
    {"money", NUMBERS, 0},   {"bpchar", TEXTS, 1},      {"varchar", TEXTS, 1},
    {"text", TEXTS, 1},      {"citext", TEXTS, 1},      {"date", TIMES, 1},
    {"timestamp", TIMES, 2}, {"timestamptz", TIMES, 2}, {"json", JSONS, 1},
    {"jsonb", JSONS, 1},     {"bit", BITS, 1},          {"varbit", BITS, 1},
};

static type_traits traits_of(const catalogue_column *column)
{
    if (column->is_enum)
        return (type_traits){column->type_name, ENUMS, 0};
    for (size_t i = 0; i < TENON__COUNT(types); i++)
        if (!strcmp(types[i].name, column->type_name))
            return types[i];
    return (type_traits){column->type_name, ALONE, 0};
}

static bool is_type(const catalogue_column *column, const char *name)
{
    return !strcmp(column->type_name, name);
}

/* ---- arguments ------------------------------------------------------------------------------- */

/* Length or precision: without one there is no limit. */
static bool has_room(const catalogue_column *from, const catalogue_column *to)
{
    if (!to->argument_count)
        return true;
    return from->argument_count && from->arguments[0] <= to->arguments[0];
}

static bool has_room_for_digits(const catalogue_column *from, const catalogue_column *to)
{
    if (!to->argument_count)
        return true;
    return from->argument_count && from->arguments[1] <= to->arguments[1] &&
           from->arguments[0] - from->arguments[1] <= to->arguments[0] - to->arguments[1];
}

/* Digits that the largest integer of a type has. */
static int digits_of(const catalogue_column *integer)
{
    return is_type(integer, "int2") ? 5 : is_type(integer, "int4") ? 10 : 19;
}

static bool integer_fits(const catalogue_column *from, const catalogue_column *to)
{
    if (is_type(to, "numeric"))
        return !to->argument_count || to->arguments[0] - to->arguments[1] >= digits_of(from);
    return is_type(to, "float8") && !is_type(from, "int8");
}

/* ---- families -------------------------------------------------------------------------------- */

static diff_conversion lossless_if(bool is_lossless)
{
    return is_lossless ? DIFF_CONVERTS : DIFF_MAY_LOSE;
}

static diff_conversion convert_number(const catalogue_column *from, const catalogue_column *to)
{
    type_traits a = traits_of(from), b = traits_of(to);
    if (is_type(from, "money") || is_type(to, "money"))
        return is_type(from, "numeric") || is_type(to, "numeric") ? DIFF_MAY_LOSE : DIFF_NO_CAST;
    if (a.family == INTEGERS && b.family == INTEGERS)
        return lossless_if(a.rank <= b.rank);
    if (a.family == INTEGERS)
        return lossless_if(integer_fits(from, to));
    if (is_type(from, "numeric") && is_type(to, "numeric"))
        return lossless_if(has_room_for_digits(from, to));
    return lossless_if(is_type(from, "float4") && is_type(to, "float8"));
}

static diff_conversion convert_time(const catalogue_column *from, const catalogue_column *to)
{
    if (is_type(from, "date") || is_type(to, "date"))
        return lossless_if(is_type(from, "date"));
    return lossless_if(has_room(from, to));
}

/* Everything has a text, and any text may be of that kind. Bytes are not text. */
static diff_conversion convert_text(const catalogue_column *from, const catalogue_column *to)
{
    bool is_from = traits_of(from).family == TEXTS, is_to = traits_of(to).family == TEXTS;
    if (is_type(from, "bytea") || is_type(to, "bytea"))
        return DIFF_NO_CAST;
    if (!is_to)
        return DIFF_MAY_LOSE;
    return lossless_if(is_from ? has_room(from, to) && !is_type(to, "bpchar")
                               : !to->argument_count);
}

static bool is_number(type_traits t)
{
    return t.family == INTEGERS || t.family == NUMBERS;
}

static diff_conversion convert_boolean(const catalogue_column *from, const catalogue_column *to)
{
    if (is_type(from, "bool") && is_type(to, "int4"))
        return DIFF_CONVERTS;
    return is_type(from, "int4") && is_type(to, "bool") ? DIFF_MAY_LOSE : DIFF_NO_CAST;
}

diff_conversion diff_conversion_of(const diff_maker *m, const catalogue_column *from,
                                   const catalogue_column *to)
{
    type_traits a = traits_of(from), b = traits_of(to);
    (void)m;
    if (from->is_array != to->is_array || from->generated || to->generated ||
        !diff_has_same_elements(from, to))
        return DIFF_NO_CAST;
    if (a.family == TEXTS || b.family == TEXTS)
        return convert_text(from, to);
    if (is_number(a) && is_number(b))
        return convert_number(from, to);
    if (a.family == TIMES && b.family == TIMES)
        return convert_time(from, to);
    if (a.family == b.family && a.family == JSONS)
        return DIFF_CONVERTS;
    if (a.family == b.family && (a.family == BITS || a.family == ENUMS))
        return lossless_if(is_type(to, "varbit") && has_room(from, to));
    if (!strcmp(a.name, b.name))
        return lossless_if(has_room(from, to));
    return convert_boolean(from, to);
}

/* ---- expressions ----------------------------------------------------------------------------- */

static bool is_between_zones(const catalogue_column *from, const catalogue_column *to)
{
    bool has_zone = is_type(from, "timestamptz"), gets_zone = is_type(to, "timestamptz");
    return has_zone != gets_zone && !from->is_array && traits_of(from).family == TIMES &&
           traits_of(to).family == TIMES;
}

/* Enums have a way to each other by their text only. */
static bool goes_by_text(const catalogue_column *from, const catalogue_column *to)
{
    return from->is_enum && to->is_enum;
}

/* `value` is the SQL of a value of `from`; a date goes by the timestamp that it begins with. */
static const char *convert(diff_maker *m, const char *value, const catalogue_column *from,
                           const catalogue_column *to)
{
    const char *type = diff_type_name(m, to);
    if (is_between_zones(from, to) && is_type(from, "date"))
        return diff_say(m, "(%s::timestamp AT TIME ZONE 'UTC')::%s", value, type);
    if (is_between_zones(from, to))
        return diff_say(m, "(%s AT TIME ZONE 'UTC')::%s", value, type);
    if (goes_by_text(from, to))
        return diff_say(m, "%s::text%s::%s", value, from->is_array ? "[]" : "", type);
    return diff_say(m, "%s::%s", value, type);
}

const char *diff_conversion_sql(diff_maker *m, const catalogue_column *from,
                                const catalogue_column *to)
{
    return convert(m, diff_say(m, "%I", from->name), from, to);
}

const char *diff_conversion_probe(diff_maker *m, const catalogue_table *table,
                                  const catalogue_column *from, const catalogue_column *to)
{
    const char *there = diff_conversion_sql(m, from, to);
    const char *back = convert(m, diff_say(m, "(%s)", there), to, from);
    return diff_say(m, "SELECT count(*) FROM %T WHERE (%s)::text IS DISTINCT FROM %I::text", table,
                    back, from->name);
}
