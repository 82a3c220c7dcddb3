/* Renames that nobody has said and that are likely: something is gone, and something like it is
 * new. They are asked, never assumed: a wrong guess would keep rows under a name that means
 * something else, and none would drop them. */
#include "diff/plan.h"

static bool is_answered(const diff_maker *m, const diff_rename *rename)
{
    for (size_t i = 0; i < m->options->stranger_count; i++) {
        const diff_rename *said = &m->options->strangers[i];
        if (said->thing == rename->thing && !strcmp(said->from, rename->from) &&
            !strcmp(said->to, rename->to) && diff_same_text(said->owner, rename->owner) &&
            diff_same_namespace(m, said->namespace, rename->namespace) &&
            diff_same_text(said->from_namespace, rename->from_namespace))
            return true;
    }
    return false;
}

/* Each new thing is asked for once, and so is each old one. */
static bool is_asked(const diff_maker *m, const diff_rename *rename)
{
    for (size_t i = 0; i < m->plan->question_count; i++) {
        const diff_rename *asked = &m->plan->questions[i].rename;
        if (asked->thing == rename->thing && diff_same_text(asked->owner, rename->owner) &&
            (!strcmp(asked->from, rename->from) || !strcmp(asked->to, rename->to)))
            return true;
    }
    return false;
}

static const struct {
    const char *thing, *place;
} words[] = {
    [DIFF_TABLE] = {"table", "model"},
    [DIFF_COLUMN] = {"column", "field"},
    [DIFF_ENUM] = {"enum", "enum"},
    [DIFF_VALUE] = {"enum value", "enum value"},
};

static const char *question_words(diff_maker *m, const diff_rename *rename)
{
    const char *thing = words[rename->thing].thing;
    const char *owner = rename->owner ? diff_say(m, "%I.", rename->owner) : "";
    if (rename->from_namespace)
        return diff_say(m, "was %s %N moved to %N?", thing, rename->from_namespace, rename->from,
                        rename->namespace, rename->to);
    return diff_say(m, "was %s %s%I renamed to %I?", thing, owner, rename->from, rename->to);
}

static const char *question_hint(diff_maker *m, const diff_rename *rename)
{
    bool is_moved = rename->from_namespace != NULL;
    return diff_say(m, "`/// @tenon.renamedFrom(\"%s%s%s\")` on the %s says so",
                    is_moved ? rename->from_namespace : "", is_moved ? "." : "", rename->from,
                    words[rename->thing].place);
}

static void ask(diff_maker *m, diff_rename rename)
{
    if (is_answered(m, &rename) || is_asked(m, &rename))
        return;
    diff_keep_names(m, &rename);
    diff_add_question(m, (diff_question){.rename = rename,
                                         .words = question_words(m, &rename),
                                         .hint = question_hint(m, &rename)});
}

/* ---- tables ---------------------------------------------------------------------------------- */

static size_t count_shared_columns(const diff_maker *m, const catalogue_table *a,
                                   const catalogue_table *b)
{
    size_t count = 0;
    for (size_t i = 0; i < a->column_count; i++) {
        const catalogue_column *other = catalogue_find_column(b, a->columns[i].name);
        count += other && diff_same_type(m, &a->columns[i], other);
    }
    return count;
}

/* More than half of the columns of either are columns of the other. */
static bool is_like_table(const diff_maker *m, const catalogue_table *a, const catalogue_table *b)
{
    size_t shared = count_shared_columns(m, a, b);
    return 2 * shared > a->column_count && 2 * shared > b->column_count;
}

/* Another name in the same schema, or the same name in another one: not both. */
static bool is_one_change(const diff_maker *m, diff_rename *rename, const char *from_namespace)
{
    if (diff_same_namespace(m, from_namespace, rename->namespace))
        return true;
    rename->from_namespace = from_namespace ? from_namespace : m->default_namespace;
    return !strcmp(rename->from, rename->to);
}

static void guess_tables(diff_maker *m)
{
    for (size_t i = 0; i < m->from->table_count; i++) {
        const catalogue_table *a = &m->from->tables[i];
        if (!diff_is_table(a) || diff_to_table(m, a))
            continue;
        for (size_t k = 0; k < m->to->table_count; k++) {
            const catalogue_table *b = &m->to->tables[k];
            diff_rename rename = {DIFF_TABLE, b->namespace, NULL, a->name, b->name};
            if (!diff_from_table(m, b) && is_one_change(m, &rename, a->namespace) &&
                is_like_table(m, a, b))
                ask(m, rename);
        }
    }
}

/* ---- columns --------------------------------------------------------------------------------- */

static void guess_column(diff_maker *m, const catalogue_column *a, const catalogue_table *from,
                         const catalogue_table *to)
{
    for (size_t i = 0; i < to->column_count; i++) {
        const catalogue_column *b = &to->columns[i];
        if (!catalogue_find_column(from, b->name) && diff_same_column(m, a, b))
            ask(m, (diff_rename){DIFF_COLUMN, to->namespace, to->name, a->name, b->name});
    }
}

static void guess_columns(diff_maker *m)
{
    for (size_t t = 0; t < m->to->table_count; t++) {
        const catalogue_table *to = &m->to->tables[t], *from = diff_from_table(m, to);
        for (size_t i = 0; from && i < from->column_count; i++)
            if (!catalogue_find_column(to, from->columns[i].name))
                guess_column(m, &from->columns[i], from, to);
    }
}

/* ---- enums ----------------------------------------------------------------------------------- */

/* How many values of `a` are none of `b`; *one is the last of them. */
static size_t count_missing(const catalogue_enum *a, const catalogue_enum *b, const char **one)
{
    size_t count = 0;
    for (size_t i = 0; i < a->value_count; i++)
        if (!diff_has_value(b, a->values[i])) {
            *one = a->values[i];
            count++;
        }
    return count;
}

static bool is_like_enum(const catalogue_enum *a, const catalogue_enum *b)
{
    const char *one;
    size_t shared = a->value_count - count_missing(a, b, &one);
    return 2 * shared > a->value_count && 2 * shared > b->value_count;
}

static void guess_enums(diff_maker *m)
{
    for (size_t i = 0; i < m->from->enum_count; i++) {
        const catalogue_enum *a = &m->from->enums[i];
        for (size_t k = 0; k < m->to->enum_count && !diff_to_enum(m, a); k++) {
            const catalogue_enum *b = &m->to->enums[k];
            diff_rename rename = {DIFF_ENUM, b->namespace, NULL, a->name, b->name};
            if (!diff_from_enum(m, b) && is_one_change(m, &rename, a->namespace) &&
                is_like_enum(a, b))
                ask(m, rename);
        }
    }
}

/* One value gone and one new. */
static void guess_values(diff_maker *m)
{
    for (size_t i = 0; i < m->to->enum_count; i++) {
        const catalogue_enum *to = &m->to->enums[i], *from = diff_from_enum(m, to);
        const char *gone = NULL, *new = NULL;
        if (from && count_missing(from, to, &gone) == 1 && count_missing(to, from, &new) == 1)
            ask(m, (diff_rename){DIFF_VALUE, to->namespace, to->name, gone, new});
    }
}

void diff_guess_renames(diff_maker *m)
{
    guess_tables(m);
    guess_columns(m);
    if (m->plan->dialect == TENON_POSTGRESQL)
        guess_enums(m);
    guess_values(m);
}
