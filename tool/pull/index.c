/* Keys and indexes as attributes: @id, @unique, @@id, @@unique, @@index. */
#include "pull/draft.h"

#include <ctype.h>

/* ---- what can be said ------------------------------------------------------------------------ */

typedef struct known_method {
    const char *method;
    const char *word; /* NULL: what an index is anyway */
} known_method;

static const known_method methods[] = {
    [SCHEMA_BTREE] = {"btree", NULL},       [SCHEMA_HASH] = {"hash", "Hash"},
    [SCHEMA_GIST] = {"gist", "Gist"},       [SCHEMA_GIN] = {"gin", "Gin"},
    [SCHEMA_SPGIST] = {"spgist", "SpGist"}, [SCHEMA_BRIN] = {"brin", "Brin"},
};

static const known_method *find_method(const catalogue_index *index)
{
    for (size_t i = 0; i < TENON__COUNT(methods); i++)
        if (!strcmp(methods[i].method, index->method))
            return &methods[i];
    return NULL;
}

static bool is_btree(const catalogue_index *index)
{
    return !strcmp(index->method, "btree");
}

const char *pull_index_obstacle(const pull_draft *d, const pull_model *m,
                                const catalogue_index *index)
{
    const char *obstacle = catalogue_index_obstacle(d->c->dialect, m->table, index);
    if (!index->is_valid && !index->is_exclusion)
        return "it is not valid: a CREATE INDEX CONCURRENTLY has failed, and it is to be dropped";
    if (!obstacle && catalogue_is_for_vectors(index))
        return "it is of pgvector, and @tenon.vectorIndex cannot say it";
    return obstacle;
}

/* ---- those of the old schema ----------------------------------------------------------------- */

static const schema_index *index_at(const schema_model *old, size_t i)
{
    if (i == 0)
        return old->primary_key;
    i--;
    return i < old->unique_count ? old->uniques[i] : old->indexes[i - old->unique_count];
}

static size_t count_old(const pull_model *m)
{
    return m->old ? 1 + m->old->unique_count + m->old->index_count : 0;
}

/* SQLite's keys have no names; those of its constraints are its own. */
static bool is_nameless(const pull_draft *d, const catalogue_index *index)
{
    return d->c->dialect == TENON_SQLITE && index->is_constraint;
}

static bool has_same_keys(const schema_index *old, const catalogue_index *index)
{
    if (old->column_count != index->key_count)
        return false;
    for (size_t i = 0; i < index->key_count; i++) {
        const schema_index_column *a = &old->columns[i];
        const catalogue_key *b = &index->keys[i];
        /* A class may be named though it is the usual one. */
        bool has_class = !b->operator_class ||
                         (a->operator_class && !strcmp(a->operator_class, b->operator_class));
        if (!b->column || strcmp(a->field->database_name, b->column) != 0 || !has_class ||
            (is_btree(index) && a->is_descending != b->is_descending))
            return false;
    }
    return true;
}

static bool is_same(const pull_draft *d, const schema_index *old, const catalogue_index *index)
{
    bool is_primary = old->kind == SCHEMA_PRIMARY_KEY;
    bool is_unique = old->kind == SCHEMA_UNIQUE || is_primary;
    bool has_name = is_nameless(d, index) || !strcmp(old->database_name, index->name);
    bool has_method =
        d->c->dialect == TENON_SQLITE || (old->algorithm < TENON__COUNT(methods) &&
                                          !strcmp(methods[old->algorithm].method, index->method));
    return index->is_primary == is_primary && index->is_unique == is_unique && has_name &&
           has_method && has_same_keys(old, index) &&
           catalogue_same_expression(d->c->dialect, old->where, index->predicate, NULL);
}

bool pull_index_is_same(const pull_draft *d, const pull_model *m, const schema_index *old)
{
    for (size_t i = 0; i < m->table->index_count; i++)
        if (is_same(d, old, &m->table->indexes[i]) &&
            !pull_index_obstacle(d, m, &m->table->indexes[i]))
            return true;
    return false;
}

const schema_index *pull_index_old(const pull_draft *d, const pull_model *m,
                                   const catalogue_index *index)
{
    for (size_t i = 0; i < count_old(m); i++) {
        const schema_index *old = index_at(m->old, i);
        if (old && is_same(d, old, index))
            return old;
    }
    return NULL;
}

/* That of the same name, which may have changed otherwise. */
static const schema_index *named_index(const pull_model *m, const catalogue_index *index)
{
    for (size_t i = 0; i < count_old(m); i++) {
        const schema_index *old = index_at(m->old, i);
        if (old && (index->is_primary ? i == 0 : !strcmp(old->database_name, index->name)))
            return old;
    }
    return NULL;
}

/* ---- arguments ------------------------------------------------------------------------------- */

static const char *usual_name(pull_draft *d, const pull_model *m, const catalogue_index *index)
{
    const char **columns = pull_array(d, index->key_count, sizeof *columns);
    for (size_t i = 0; columns && i < index->key_count; i++)
        columns[i] = index->keys[i].column;
    size_t count = columns && !index->is_primary ? index->key_count : 0;
    const char *suffix = index->is_primary ? "_pkey" : index->is_unique ? "_key" : "_idx";
    return pull_default_name(d, m->table->name, columns, count, suffix);
}

static bool has_own_name(pull_draft *d, const pull_model *m, const catalogue_index *index)
{
    return !is_nameless(d, index) && strcmp(index->name, usual_name(d, m, index)) != 0;
}

/* The database's printing of the condition, unless the old schema says the same in its own way. */
static void put_condition(pull_draft *d, const catalogue_index *index, const schema_index *old,
                          tenon__buf *out)
{
    bool is_kept = old && old->where &&
                   catalogue_same_expression(d->c->dialect, old->where, index->predicate, NULL);
    tenon__buf_text(out, ", where: raw(");
    pull_quote(out, is_kept ? old->where : index->predicate);
    tenon__buf_char(out, ')');
}

static void put_arguments(pull_draft *d, const pull_model *m, const catalogue_index *index,
                          tenon__buf *out)
{
    const schema_index *old = named_index(m, index);
    const known_method *method = find_method(index);
    if (old && old->name) {
        tenon__buf_text(out, ", name: ");
        pull_quote(out, old->name);
    }
    if (has_own_name(d, m, index)) {
        tenon__buf_text(out, ", map: ");
        pull_quote(out, index->name);
    }
    if (method->word)
        tenon__buf_format(out, ", type: %s", method->word);
    if (index->predicate)
        put_condition(d, index, old, out);
}

static void put_class(const pull_column *column, const char *operator_class,
                      const catalogue_index *index, tenon__buf *out)
{
    const char *word = column->type.unsupported
                           ? NULL
                           : schema_operator_word(operator_class,
                                                  (schema_algorithm)(find_method(index) - methods));
    if (word) {
        tenon__buf_format(out, "ops: %s", word);
        return;
    }
    tenon__buf_text(out, "ops: raw(");
    pull_quote(out, operator_class);
    tenon__buf_char(out, ')');
}

static void put_key(const pull_model *m, const catalogue_index *index, const catalogue_key *key,
                    tenon__buf *out)
{
    const pull_column *column = pull_find_column(m, key->column);
    bool is_sorted = key->is_descending && is_btree(index);
    tenon__buf_text(out, column->name);
    if (!is_sorted && !key->operator_class)
        return;
    tenon__buf_char(out, '(');
    if (key->operator_class)
        put_class(column, key->operator_class, index, out);
    if (is_sorted)
        tenon__buf_text(out, key->operator_class ? ", sort: Desc" : "sort: Desc");
    tenon__buf_char(out, ')');
}

/* ---- attributes of a field ------------------------------------------------------------------- */

/* A field says it itself when there is nothing but its own name to say. */
static bool is_of_field(const catalogue_index *index)
{
    return index->is_unique && index->key_count == 1 && index->keys[0].column &&
           !index->keys[0].is_descending && !index->keys[0].operator_class && !index->predicate;
}

/* What a block attribute of the old schema says, the field need not. */
static bool is_in_block(const pull_draft *d, const pull_model *m, const catalogue_index *index)
{
    const schema_index *old = pull_index_old(d, m, index);
    return old && !old->is_field_attribute;
}

/* Of several on one field the first. */
static const catalogue_index *field_index(const pull_draft *d, const pull_model *m,
                                          const char *column, bool is_primary)
{
    for (size_t i = 0; i < m->table->index_count; i++) {
        const catalogue_index *index = &m->table->indexes[i];
        if (index->is_primary == is_primary && is_of_field(index) &&
            !strcmp(index->keys[0].column, column) && !pull_index_obstacle(d, m, index) &&
            !is_in_block(d, m, index))
            return index;
    }
    return NULL;
}

static void put_field_key(pull_draft *d, const pull_model *m, const catalogue_index *index,
                          tenon__buf *out)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf arguments = {0};
    put_arguments(d, m, index, &arguments);
    tenon__buf_text(out, index->is_primary ? " @id" : " @unique");
    if (arguments.length)
        tenon__buf_format(out, "(%s)", tenon__buf_string(&arguments) + strlen(", "));
    d->failed |= arguments.failed;
}

void pull_write_field_keys(pull_draft *d, const pull_model *m, const pull_column *column,
                           tenon__buf *out)
{
    const char *name = column->source->name;
    const catalogue_index *primary = field_index(d, m, name, true);
    const catalogue_index *unique = field_index(d, m, name, false);
    if (primary)
        put_field_key(d, m, primary, out);
    if (unique)
        put_field_key(d, m, unique, out);
}

bool pull_field_keys_are_same(const pull_draft *d, const pull_model *m, const pull_column *column)
{
    const char *name = column->source->name;
    for (int is_primary = 0; is_primary < 2; is_primary++) {
        const catalogue_index *index = field_index(d, m, name, is_primary);
        if (index && !pull_index_old(d, m, index))
            return false;
    }
    for (size_t i = 0; i < count_old(m); i++) {
        const schema_index *old = index_at(m->old, i);
        if (old && old->is_field_attribute && old->columns[0].field == column->old &&
            !pull_index_is_same(d, m, old))
            return false;
    }
    return true;
}

/* ---- attributes of a model ------------------------------------------------------------------- */

static void put_block(pull_draft *d, const pull_model *m, const catalogue_index *index,
                      tenon__buf *out)
{
    tenon__buf_text(out, index->is_primary  ? "@@id(["
                         : index->is_unique ? "@@unique(["
                                            : "@@index([");
    for (size_t i = 0; i < index->key_count; i++) {
        tenon__buf_text(out, i ? ", " : "");
        put_key(m, index, &index->keys[i], out);
    }
    tenon__buf_char(out, ']');
    put_arguments(d, m, index, out);
    tenon__buf_text(out, ")\n");
}

static bool is_said_by_field(const pull_draft *d, const pull_model *m, const catalogue_index *index)
{
    return is_of_field(index) &&
           field_index(d, m, index->keys[0].column, index->is_primary) == index;
}

/* Keys first, uniques behind them, then the others. */
void pull_write_keys(pull_draft *d, const pull_model *m, tenon__buf *out)
{
    for (int round = 0; round < 3; round++)
        for (size_t i = 0; i < m->table->index_count; i++) {
            const catalogue_index *index = &m->table->indexes[i];
            int own = index->is_primary ? 0 : index->is_unique ? 1 : 2;
            if (own == round && !pull_index_obstacle(d, m, index) &&
                !is_said_by_field(d, m, index) && !pull_index_old(d, m, index))
                put_block(d, m, index, out);
        }
}
