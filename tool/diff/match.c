/* What of one catalogue belongs to what of the other.
 *
 * Tables, enums and columns belong together by name; renames have been made before. Indexes,
 * foreign keys and checks belong together by meaning: first those that have the same name too, then
 * the others in their order, so that each is matched once and the same way from both sides. */
#include "diff/plan.h"

/* ---- tables and enums ------------------------------------------------------------------------ */

bool diff_is_table(const catalogue_table *t)
{
    return (t->kind == CATALOGUE_TABLE || t->kind == CATALOGUE_PARTITIONED) &&
           !catalogue_is_history(t->name);
}

static const catalogue_table *find_table(const diff_maker *m, const catalogue *in,
                                         const catalogue_table *like)
{
    for (size_t i = 0; i < in->table_count; i++)
        if (!strcmp(in->tables[i].name, like->name) && diff_is_table(&in->tables[i]) &&
            diff_same_namespace(m, in->tables[i].namespace, like->namespace))
            return &in->tables[i];
    return NULL;
}

const catalogue_table *diff_from_table(const diff_maker *m, const catalogue_table *to)
{
    return find_table(m, m->from, to);
}

const catalogue_table *diff_to_table(const diff_maker *m, const catalogue_table *from)
{
    return find_table(m, m->to, from);
}

static const catalogue_enum *find_enum(const diff_maker *m, const catalogue *in,
                                       const catalogue_enum *like)
{
    for (size_t i = 0; i < in->enum_count; i++)
        if (!strcmp(in->enums[i].name, like->name) &&
            diff_same_namespace(m, in->enums[i].namespace, like->namespace))
            return &in->enums[i];
    return NULL;
}

const catalogue_enum *diff_from_enum(const diff_maker *m, const catalogue_enum *to)
{
    return find_enum(m, m->from, to);
}

const catalogue_enum *diff_to_enum(const diff_maker *m, const catalogue_enum *from)
{
    return find_enum(m, m->to, from);
}

/* ---- what the language cannot say ------------------------------------------------------------ */

static bool is_read(const catalogue *c)
{
    return c->server_version != 0;
}

static bool has_partial_index(const catalogue *c)
{
    for (size_t t = 0; t < c->table_count; t++)
        for (size_t i = 0; i < c->tables[t].index_count; i++)
            if (c->tables[t].indexes[i].predicate)
                return true;
    return false;
}

static bool has_vector_index(const catalogue *c)
{
    for (size_t t = 0; t < c->table_count; t++)
        for (size_t i = 0; i < c->tables[t].index_count; i++)
            if (catalogue_is_for_vectors(&c->tables[t].indexes[i]))
                return true;
    return false;
}

/* The language can say partial indexes, but schemas written before it could do not: where none is
 * said, none is touched. The same with indexes of vectors, for which only tenon has a word. */
bool diff_is_kept_index(const diff_maker *m, const catalogue_table *from,
                        const catalogue_index *index)
{
    return is_read(m->from) && (catalogue_index_obstacle(m->plan->dialect, from, index) ||
                                (index->predicate && !has_partial_index(m->to)) ||
                                (catalogue_is_for_vectors(index) && !has_vector_index(m->to)));
}

static bool keeps_columns(const diff_maker *m, const catalogue_table *from,
                          const char *const *columns, size_t count)
{
    const catalogue_table *to = diff_to_table(m, from);
    for (size_t i = 0; to && i < count; i++) {
        const catalogue_column *a = catalogue_find_column(from, columns[i]);
        const catalogue_column *b = catalogue_find_column(to, columns[i]);
        if (a && !(b && diff_same_type(m, a, b)))
            return false;
    }
    return to != NULL;
}

bool diff_is_index_for_key(const catalogue_index *index, const catalogue_foreign_key *key)
{
    bool is_fitting = index->is_unique && !index->predicate && !index->is_deferrable &&
                      index->key_count == key->column_count;
    for (size_t i = 0; is_fitting && i < key->column_count; i++) {
        size_t k = 0;
        while (k < index->key_count &&
               !diff_same_text(index->keys[k].column, key->target_columns[i]))
            k++;
        is_fitting = k < index->key_count;
    }
    return is_fitting;
}

/* Also where there was none before, as SQLite allows it. */
static bool keeps_index_for_key(const diff_maker *m, const catalogue_table *target,
                                const catalogue_foreign_key *key)
{
    const catalogue_table *to = diff_to_table(m, target);
    bool is_found = false, is_kept = false;
    for (size_t i = 0; i < to->index_count; i++)
        is_kept |= diff_is_index_for_key(&to->indexes[i], key);
    for (size_t i = 0; i < target->index_count; i++) {
        const catalogue_index *index = &target->indexes[i];
        bool is_fitting = diff_is_index_for_key(index, key);
        is_found |= is_fitting;
        is_kept |= is_fitting && diff_is_kept_index(m, target, index);
    }
    return is_kept || !is_found;
}

bool diff_is_kept_foreign_key(const diff_maker *m, const catalogue_table *from,
                              const catalogue_foreign_key *key)
{
    if (!is_read(m->from) || !catalogue_foreign_key_obstacle(m->from, from, key))
        return false;
    const catalogue_table *target =
        catalogue_find_table(m->from, key->target_namespace, key->target);
    return keeps_columns(m, from, key->columns, key->column_count) &&
           (!target || !diff_is_table(target) ||
            (keeps_columns(m, target, key->target_columns, key->column_count) &&
             keeps_index_for_key(m, target, key)));
}

/* The same with checks, for which only tenon has a word; and one of another name than the word
 * gives is not the schema's. */
bool diff_is_kept_check(const diff_maker *m, const catalogue_table *from,
                        const catalogue_check *check)
{
    if (!is_read(m->from))
        return false;
    if (!catalogue_is_named_check(from, check))
        return true;
    for (size_t i = 0; i < m->to->table_count; i++)
        if (m->to->tables[i].check_count)
            return false;
    return true;
}

bool diff_is_replaced(const diff_maker *m, const catalogue_table *from, const catalogue_table *to,
                      const char *column)
{
    const catalogue_column *a = catalogue_find_column(from, column);
    const catalogue_column *b = catalogue_find_column(to, column);
    return m->plan->dialect == TENON_POSTGRESQL && a && b && !diff_same_type(m, a, b) &&
           diff_conversion_of(m, a, b) == DIFF_NO_CAST;
}

/* Values of one kind are compared with constants of another after a conversion between kinds. */
static int kind_of(const catalogue_column *column)
{
    static const char *const kinds[][8] = {
        {"int2", "int4", "int8", "numeric", "float4", "float8"},
        {"text", "varchar", "bpchar", "citext"},
        {"timestamp", "timestamptz", "date"},
    };
    for (size_t k = 0; k < TENON__COUNT(kinds); k++)
        for (size_t i = 0; i < TENON__COUNT(kinds[k]) && kinds[k][i]; i++)
            if (!strcmp(kinds[k][i], column->type_name))
                return (int)k;
    return -1;
}

static bool is_other_kind(const diff_maker *m, const catalogue_column *a, const catalogue_column *b)
{
    return m->plan->dialect == TENON_POSTGRESQL && !diff_same_type(m, a, b) &&
           strcmp(a->type_name, b->type_name) != 0 && (kind_of(a) < 0 || kind_of(a) != kind_of(b));
}

static bool names_lost_column(const diff_maker *m, const catalogue_table *from,
                              const catalogue_table *to, const char *text, bool is_condition)
{
    bool compares = is_condition && text && strpbrk(text, "<>=~");
    for (size_t i = 0; i < from->column_count; i++) {
        const catalogue_column *a = &from->columns[i], *b = catalogue_find_column(to, a->name);
        bool is_lost =
            !b || diff_is_replaced(m, from, to, a->name) || (compares && is_other_kind(m, a, b));
        if (is_lost && diff_names(text, a->name))
            return true;
    }
    return false;
}

bool diff_is_lost_index(const diff_maker *m, const catalogue_table *from, const catalogue_table *to,
                        const catalogue_index *index)
{
    const char *parts = index->definition ? strchr(index->definition, '(') : NULL;
    for (size_t i = 0; i < index->key_count; i++) {
        const char *column = index->keys[i].column;
        if (column && (!catalogue_find_column(to, column) || diff_is_replaced(m, from, to, column)))
            return true;
    }
    return names_lost_column(m, from, to, parts, false) ||
           names_lost_column(m, from, to, index->predicate, true);
}

bool diff_is_lost_check(const diff_maker *m, const catalogue_table *from, const catalogue_table *to,
                        const catalogue_check *check)
{
    return names_lost_column(m, from, to, check->expression, true);
}

bool diff_has_kept_namesake(const diff_maker *m, const catalogue_table *from,
                            const catalogue_table *to, const catalogue_index *index)
{
    for (size_t i = 0; i < from->index_count; i++)
        if (!strcmp(from->indexes[i].name, index->name))
            return diff_is_kept_index(m, from, &from->indexes[i]) &&
                   !diff_is_lost_index(m, from, to, &from->indexes[i]);
    return false;
}

/* ---- indexes, foreign keys, checks ----------------------------------------------------------- */

typedef bool same_meaning(const diff_maker *m, const void *a, const void *b);

/* A list of structs whose first member is their name. */
typedef struct named_list {
    const void *items;
    size_t count, size;
} named_list;

static const void *item_of(const named_list *list, size_t i)
{
    return (const char *)list->items + i * list->size;
}

static const char *name_of(const void *item)
{
    return *(const char *const *)item;
}

static const void *find_namesake(const diff_maker *m, const named_list *in, const void *item,
                                 same_meaning *same)
{
    for (size_t i = 0; i < in->count; i++)
        if (diff_same_text(name_of(item_of(in, i)), name_of(item)) && same(m, item_of(in, i), item))
            return item_of(in, i);
    return NULL;
}

/* The n-th of those that mean the same as `item` and have no namesake on the other side. */
static const void *find_stranger(const diff_maker *m, const named_list *in, const named_list *other,
                                 const void *item, same_meaning *same, size_t n)
{
    for (size_t i = 0; i < in->count; i++) {
        const void *candidate = item_of(in, i);
        if (same(m, candidate, item) && !find_namesake(m, other, candidate, same) && n-- == 0)
            return candidate;
    }
    return NULL;
}

static const void *match(const diff_maker *m, const void *item, const named_list *of,
                         const named_list *in, same_meaning *same)
{
    const void *found = find_namesake(m, in, item, same);
    for (size_t n = 0; !found; n++) {
        const void *like = find_stranger(m, of, in, item, same, n);
        if (!like)
            return NULL;
        if (like == item)
            return find_stranger(m, in, of, item, same, n);
    }
    return found;
}

static bool is_same_index(const diff_maker *m, const void *a, const void *b)
{
    const catalogue_index *left = a, *right = b;
    return !left->is_primary && !right->is_primary && diff_same_index(m, left, right);
}

const catalogue_index *diff_match_index(const diff_maker *m, const catalogue_index *index,
                                        const catalogue_table *of, const catalogue_table *in)
{
    named_list ours = {of->indexes, of->index_count, sizeof *of->indexes};
    named_list theirs = {in->indexes, in->index_count, sizeof *in->indexes};
    return match(m, index, &ours, &theirs, is_same_index);
}

static bool is_same_foreign_key(const diff_maker *m, const void *a, const void *b)
{
    return diff_same_foreign_key(m, a, b);
}

const catalogue_foreign_key *diff_match_foreign_key(const diff_maker *m,
                                                    const catalogue_foreign_key *key,
                                                    const catalogue_table *of,
                                                    const catalogue_table *in)
{
    named_list ours = {of->foreign_keys, of->foreign_key_count, sizeof *of->foreign_keys};
    named_list theirs = {in->foreign_keys, in->foreign_key_count, sizeof *in->foreign_keys};
    return match(m, key, &ours, &theirs, is_same_foreign_key);
}

const catalogue_check *diff_match_check(const diff_maker *m, const catalogue_check *check,
                                        const catalogue_table *in)
{
    for (size_t i = 0; i < in->check_count; i++)
        if (diff_same_text(in->checks[i].name, check->name) &&
            diff_same_check(m, &in->checks[i], check))
            return &in->checks[i];
    return NULL;
}
