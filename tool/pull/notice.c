/* Everything that the schema does not say: each by its name and with the reason. */
#include "pull/draft.h"

/* ---- tables ---------------------------------------------------------------------------------- */

static const struct {
    const char *kind, *reason;
} table_reasons[] = {
    [CATALOGUE_PARTITIONED] = {"partitioned table", "the schema does not say how it is divided"},
    [CATALOGUE_PARTITION] = {"partition", "it belongs to a partitioned table"},
    [CATALOGUE_VIEW] = {"view", "a view needs previewFeatures = [\"views\"] in the generator"},
    [CATALOGUE_MATERIALIZED_VIEW] = {"materialized view",
                                     "a view needs previewFeatures = [\"views\"] in the generator"},
    [CATALOGUE_FOREIGN_TABLE] = {"foreign table", "the language has no word for it"},
    [CATALOGUE_VIRTUAL_TABLE] = {"virtual table", "the language has no word for it"},
};

static void note_table(pull_draft *d, const catalogue_table *t)
{
    const pull_model *m = pull_find_model(d, t->namespace, t->name);
    if (m && m->is_view)
        pull_notice_add(d, table_reasons[t->kind].kind, NULL, t->name,
                        "its query is not in the schema");
    else if (t->kind != CATALOGUE_TABLE)
        pull_notice_add(d, table_reasons[t->kind].kind, NULL, t->name,
                        table_reasons[t->kind].reason);
    else if (!t->column_count)
        pull_notice_add(d, "table", NULL, t->name, "it has no columns");
    if (m && t->is_strict)
        pull_notice_add(d, "strict table", NULL, t->name, "the language has no word for it");
    if (m && t->is_without_rowid)
        pull_notice_add(d, "table without rowid", NULL, t->name, "the language has no word for it");
    if (m && t->is_unlogged)
        pull_notice_add(d, "unlogged table", NULL, t->name, "the language has no word for it");
}

/* ---- columns --------------------------------------------------------------------------------- */

static const char comment_words[] = "comments of the database are not those of the schema";

/* It is the documentation of what is new in the schema; the old schema keeps its own. */
static void note_comment(pull_draft *d, const schema_comment *old, const char *comment,
                         const char *table, const char *name)
{
    bool is_same = old && old->documentation && comment && !strcmp(old->documentation, comment);
    if (comment && !is_same && (old || !pull_documents(old, comment)))
        pull_notice_add(d, "comment", table, name, comment_words);
}

/* SQLite: `INT PRIMARY KEY`. */
static bool is_unnumbered(const pull_draft *d, const pull_model *m, const pull_column *column)
{
    const catalogue_index *key = catalogue_primary_key(m->table);
    return d->c->dialect == TENON_SQLITE && key && key->key_count == 1 && key->keys[0].column &&
           !strcmp(key->keys[0].column, column->source->name) && column->type.word &&
           !column->type.enumeration && column->type.scalar == SCHEMA_INT &&
           !column->source->identity;
}

static void note_column(pull_draft *d, const pull_model *m, const pull_column *column)
{
    const catalogue_column *source = column->source;
    const char *table = m->table->name;
    if (source->generated)
        pull_notice_add(d, "generated column", table, source->name,
                        "the schema says only that the database makes its value");
    if (source->identity == CATALOGUE_ALWAYS || source->identity == CATALOGUE_BY_DEFAULT)
        pull_notice_add(d, "identity column", table, source->name,
                        "the schema says autoincrement(), which makes a serial one");
    if (source->is_null_in_key)
        pull_notice_add(d, "primary key column", table, source->name,
                        "SQLite lets it be NULL, and the schema does not");
    if (is_unnumbered(d, m, column))
        pull_notice_add(d, "primary key column", table, source->name,
                        "it is not INTEGER, so that SQLite does not number it; a push makes one "
                        "that is");
    if (source->collation)
        pull_notice_add(d, "collation", table, source->name, "the language has no word for it");
    note_comment(d, column->old ? &column->old->comment : NULL, source->comment, table,
                 source->name);
    if (column->type.is_list && source->is_required)
        pull_notice_add(d, "NOT NULL", table, source->name,
                        "lists of the language are neither required nor optional");
}

/* ---- keys and checks ------------------------------------------------------------------------- */

static void note_index(pull_draft *d, const pull_model *m, const catalogue_index *index)
{
    const char *obstacle = pull_index_obstacle(d, m, index);
    if (obstacle && !pull_is_said_by_vector(d, m, index))
        pull_notice_add(d, index->is_exclusion ? "exclusion constraint" : "index", m->table->name,
                        index->name, obstacle);
    if (index->is_primary && index->is_deferrable)
        pull_notice_add(d, "primary key", m->table->name, index->name, "it can be deferred");
    if (index->is_primary && index->included_count)
        pull_notice_add(d, "primary key", m->table->name, index->name, "it includes columns");
    if (index->comment)
        pull_notice_add(d, "comment", m->table->name, index->name, comment_words);
}

static void note_key(pull_draft *d, const pull_model *m, const catalogue_foreign_key *key)
{
    const char *name = key->name ? key->name : key->columns[0];
    if (key->is_deferrable)
        pull_notice_add(d, "foreign key", m->table->name, name, "it can be deferred");
    if (key->is_match_full)
        pull_notice_add(d, "foreign key", m->table->name, name, "it is MATCH FULL");
    if (!key->is_valid)
        pull_notice_add(d, "foreign key", m->table->name, name, "it was never validated");
}

static bool is_said(pull_draft *d, const pull_model *m, const catalogue_check *check)
{
    const catalogue_check *found;
    for (size_t i = 0; i <= m->column_count; i++)
        for (size_t n = 1;
             (found = pull_check_of(d, m, i < m->column_count ? &m->columns[i] : NULL, n)); n++)
            if (found == check)
                return true;
    return false;
}

static void note_check(pull_draft *d, const pull_model *m, const catalogue_check *check)
{
    if (!is_said(d, m, check))
        pull_notice_add(d, "check", m->table->name, check->name ? check->name : check->expression,
                        "its name is not one that @tenon.check gives");
}

static void note_model(pull_draft *d, const pull_model *m)
{
    for (size_t i = 0; i < m->column_count; i++)
        note_column(d, m, &m->columns[i]);
    for (size_t i = 0; i < m->table->index_count; i++)
        note_index(d, m, &m->table->indexes[i]);
    for (size_t i = 0; i < m->table->foreign_key_count; i++)
        note_key(d, m, &m->table->foreign_keys[i]);
    for (size_t i = 0; i < m->table->check_count; i++)
        note_check(d, m, &m->table->checks[i]);
    note_comment(d, m->old ? &m->old->comment : NULL, m->table->comment, NULL, m->table->name);
    if (m->has_no_key)
        pull_notice_add(d, "table", NULL, m->table->name,
                        "it has no key: the model has @@ignore, and no functions are made for it");
}

/* ---- the rest -------------------------------------------------------------------------------- */

static bool is_in_datasource(const pull_draft *d, const char *extension)
{
    const schema_datasource *source = d->old ? d->old->datasource : NULL;
    for (size_t i = 0; source && i < source->extension_count; i++) {
        const char *given = source->extensions[i].database_name;
        if (!strcmp(given ? given : source->extensions[i].name, extension))
            return true;
    }
    return false;
}

/* The schema's own join tables take rows with them. */
static void note_links(pull_draft *d)
{
    for (size_t i = 0; i < d->relation_count; i++) {
        const catalogue_table *t = d->relations[i].link;
        for (size_t k = 0; t && k < t->foreign_key_count; k++)
            if (t->foreign_keys[k].on_delete != SCHEMA_CASCADE ||
                t->foreign_keys[k].on_update != SCHEMA_CASCADE)
                pull_notice_add(d, "foreign key", t->name, t->foreign_keys[k].columns[0],
                                "the schema's own join tables cascade, and it does not");
    }
}

static void note_gone(pull_draft *d)
{
    for (size_t i = 0; d->old && i < d->old->model_count; i++) {
        const schema_model *old = d->old->models[i];
        bool is_there = false;
        for (size_t n = 0; n < d->model_count; n++)
            is_there |= d->models[n].old == old;
        if (!is_there)
            pull_notice_add(d, "model", NULL, old->name,
                            "the database has no such table: it is not in the schema any more");
    }
}

void pull_draft_notices(pull_draft *d)
{
    for (size_t i = 0; i < d->c->table_count; i++)
        note_table(d, &d->c->tables[i]);
    for (size_t i = 0; i < d->model_count; i++)
        note_model(d, &d->models[i]);
    for (size_t i = 0; i < d->c->enum_count; i++)
        note_comment(d, d->enums[i].old ? &d->enums[i].old->comment : NULL, d->c->enums[i].comment,
                     NULL, d->c->enums[i].name);
    for (size_t i = 0; d->old && i < d->c->extension_count; i++)
        if (!is_in_datasource(d, d->c->extensions[i].name))
            pull_notice_add(d, "extension", NULL, d->c->extensions[i].name,
                            "it is not in the datasource's list of extensions");
    for (size_t i = 0; i < d->c->other_count; i++)
        pull_notice_add(d, d->c->others[i].kind, d->c->others[i].table, d->c->others[i].name,
                        "the language has no word for it");
    note_links(d);
    note_gone(d);
}
