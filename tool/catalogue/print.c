/* A catalogue as text: tables, and what belongs to them below, in the order of the catalogue. Facts
 * that are as usual (a btree, a valid constraint) are not said. */
#include "catalogue/catalogue.h"

typedef struct printer {
    const catalogue *c;
    tenon__buf *out;
} printer;

static void flag(const printer *p, bool is_set, const char *text)
{
    if (is_set)
        tenon__buf_text(p->out, text);
}

/* ` before text`, unless there is none. */
static void detail(const printer *p, const char *before, const char *text)
{
    if (text)
        tenon__buf_format(p->out, " %s %s", before, text);
}

static void name(const printer *p, const char *namespace, const char *text)
{
    bool is_default =
        !namespace || (p->c->default_namespace && !strcmp(namespace, p->c->default_namespace));
    if (!is_default)
        tenon__buf_format(p->out, "%s.", namespace);
    tenon__buf_text(p->out, text ? text : "(without a name)");
}

static void names(const printer *p, const char *const *list, size_t count)
{
    tenon__buf_text(p->out, " (");
    for (size_t i = 0; i < count; i++)
        tenon__buf_format(p->out, "%s%s", i ? ", " : "", list[i]);
    tenon__buf_char(p->out, ')');
}

static void print_column(const printer *p, const catalogue_column *column)
{
    static const char *const identities[] = {
        [CATALOGUE_NO_IDENTITY] = "",   [CATALOGUE_SERIAL] = " serial",
        [CATALOGUE_ALWAYS] = " always", [CATALOGUE_BY_DEFAULT] = " by default",
        [CATALOGUE_ROWID] = " rowid",   [CATALOGUE_ROWID_FOR_EVER] = " autoincrement",
    };
    tenon__buf_format(p->out, "    column %s %s", column->name, column->type);
    flag(p, column->is_required, " not null");
    flag(p, true, identities[column->identity]);
    detail(p, "default", column->default_sql);
    detail(p, column->is_stored ? "stored" : "virtual", column->generated);
    detail(p, "collate", column->collation);
    detail(p, "--", column->comment);
    tenon__buf_char(p->out, '\n');
}

static void print_key(const printer *p, const catalogue_key *key)
{
    tenon__buf_text(p->out, key->column ? key->column : key->expression);
    detail(p, "collate", key->collation);
    detail(p, "class", key->operator_class);
    flag(p, key->is_descending, " desc");
    flag(p, p->c->dialect == TENON_POSTGRESQL && key->is_nulls_first != key->is_descending,
         key->is_nulls_first ? " nulls first" : " nulls last");
}

static const char *index_kind(const catalogue_index *index)
{
    if (index->is_primary)
        return "primary key";
    if (index->is_exclusion)
        return "exclusion";
    if (index->is_unique)
        return index->is_constraint ? "unique constraint" : "unique index";
    return "index";
}

static void print_index(const printer *p, const catalogue_index *index)
{
    tenon__buf_format(p->out, "    %s ", index_kind(index));
    name(p, NULL, index->name);
    if (strcmp(index->method, "btree") != 0)
        tenon__buf_format(p->out, " %s", index->method);
    tenon__buf_text(p->out, " (");
    for (size_t i = 0; i < index->key_count; i++) {
        tenon__buf_text(p->out, i ? ", " : "");
        print_key(p, &index->keys[i]);
    }
    tenon__buf_char(p->out, ')');
    if (index->included_count) {
        tenon__buf_text(p->out, " include");
        names(p, index->included, index->included_count);
    }
    detail(p, "where", index->predicate);
    flag(p, index->is_nulls_not_distinct, " nulls not distinct");
    flag(p, index->is_deferrable, index->is_deferred ? " deferred" : " deferrable");
    flag(p, !index->is_valid, " not valid");
    detail(p, "--", index->comment);
    tenon__buf_char(p->out, '\n');
}

static void print_foreign_key(const printer *p, const catalogue_foreign_key *key)
{
    static const char *const actions[] = {
        [SCHEMA_CASCADE] = "cascade",         [SCHEMA_RESTRICT] = "restrict",
        [SCHEMA_NO_ACTION] = "nothing",       [SCHEMA_SET_NULL] = "set null",
        [SCHEMA_SET_DEFAULT] = "set default",
    };
    tenon__buf_text(p->out, "    foreign key ");
    name(p, NULL, key->name);
    names(p, key->columns, key->column_count);
    tenon__buf_text(p->out, " to ");
    name(p, key->target_namespace, key->target);
    names(p, key->target_columns, key->column_count);
    tenon__buf_format(p->out, " on delete %s on update %s", actions[key->on_delete],
                      actions[key->on_update]);
    flag(p, key->is_match_full, " match full");
    flag(p, key->is_deferrable, key->is_deferred ? " deferred" : " deferrable");
    flag(p, !key->is_valid, " not valid");
    tenon__buf_char(p->out, '\n');
}

static void print_check(const printer *p, const catalogue_check *check)
{
    tenon__buf_text(p->out, "    check ");
    name(p, NULL, check->name);
    tenon__buf_format(p->out, " %s", check->expression);
    flag(p, check->is_not_inherited, " no inherit");
    flag(p, !check->is_valid, " not valid");
    tenon__buf_char(p->out, '\n');
}

static void print_table(const printer *p, const catalogue_table *t)
{
    static const char *const kinds[] = {
        [CATALOGUE_TABLE] = "table",
        [CATALOGUE_PARTITIONED] = "partitioned table",
        [CATALOGUE_PARTITION] = "partition",
        [CATALOGUE_VIEW] = "view",
        [CATALOGUE_MATERIALIZED_VIEW] = "materialized view",
        [CATALOGUE_FOREIGN_TABLE] = "foreign table",
        [CATALOGUE_VIRTUAL_TABLE] = "virtual table",
    };
    bool has_definition = t->definition && t->kind != CATALOGUE_TABLE;
    tenon__buf_format(p->out, "%s ", kinds[t->kind]);
    name(p, t->namespace, t->name);
    detail(p, "of", t->parent);
    detail(p, "by", t->partition);
    flag(p, t->has_row_security, " row security");
    flag(p, t->is_strict, " strict");
    flag(p, t->is_without_rowid, " without rowid");
    flag(p, t->is_unlogged, " unlogged");
    detail(p, "--", t->comment);
    detail(p, "as", has_definition ? t->definition : NULL);
    tenon__buf_char(p->out, '\n');
    for (size_t i = 0; i < t->column_count; i++)
        print_column(p, &t->columns[i]);
    for (size_t i = 0; i < t->index_count; i++)
        print_index(p, &t->indexes[i]);
    for (size_t i = 0; i < t->foreign_key_count; i++)
        print_foreign_key(p, &t->foreign_keys[i]);
    for (size_t i = 0; i < t->check_count; i++)
        print_check(p, &t->checks[i]);
}

static void print_enum(const printer *p, const catalogue_enum *e)
{
    tenon__buf_text(p->out, "enum ");
    name(p, e->namespace, e->name);
    names(p, e->values, e->value_count);
    detail(p, "--", e->comment);
    tenon__buf_char(p->out, '\n');
}

static void print_object(const printer *p, const catalogue_object *object)
{
    tenon__buf_format(p->out, "%s ", object->kind);
    name(p, object->namespace, object->name);
    detail(p, "on", object->table);
    detail(p, "as", object->definition);
    tenon__buf_char(p->out, '\n');
}

void catalogue_print(const catalogue *c, tenon__buf *out)
{
    const printer p = {c, out};
    for (size_t i = 0; i < c->extension_count; i++)
        tenon__buf_format(out, "extension %s %s in %s\n", c->extensions[i].name,
                          c->extensions[i].version ? c->extensions[i].version : "any",
                          c->extensions[i].namespace ? c->extensions[i].namespace : "any");
    for (size_t i = 0; i < c->enum_count; i++)
        print_enum(&p, &c->enums[i]);
    for (size_t i = 0; i < c->table_count; i++)
        print_table(&p, &c->tables[i]);
    for (size_t i = 0; i < c->other_count; i++)
        print_object(&p, &c->others[i]);
}
