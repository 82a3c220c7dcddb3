/* What a schema asks for, as a catalogue: what would be read after its DDL has run.
 *
 * It follows the DDL statement by statement (tool/ddl), and its tests compare both on databases. */
#include <stdlib.h>

#include "catalogue/of_schema.h"
#include "ddl/ddl.h"

void *of_schema_array(of_schema *o, size_t count, size_t size)
{
    void *array = o->failed ? NULL : tenon__arena_array(&o->catalogue->arena, count, size);
    o->failed |= !array;
    return array;
}

const char *of_schema_text(of_schema *o, const char *text)
{
    const char *copy = tenon__arena_text(&o->catalogue->arena, text);
    o->failed |= !copy;
    return copy ? copy : "";
}

static const char *optional_text(of_schema *o, const char *text)
{
    return text ? of_schema_text(o, text) : NULL;
}

/* ---- indexes --------------------------------------------------------------------------------- */

static const char *const methods[] = {
    [SCHEMA_BTREE] = "btree", [SCHEMA_HASH] = "hash",       [SCHEMA_GIST] = "gist",
    [SCHEMA_GIN] = "gin",     [SCHEMA_SPGIST] = "spgist",   [SCHEMA_BRIN] = "brin",
    [SCHEMA_HNSW] = "hnsw",   [SCHEMA_IVFFLAT] = "ivfflat",
};

static catalogue_index *add_index(of_schema *o, catalogue_table *table, const char *name,
                                  const char *const *columns, size_t count)
{
    catalogue_index *index = &table->indexes[table->index_count++];
    *index = (catalogue_index){.name = of_schema_text(o, name), .is_valid = true};
    index->method = methods[SCHEMA_BTREE];
    index->keys = of_schema_array(o, count, sizeof *index->keys);
    for (size_t i = 0; i < count && !o->failed; i++)
        index->keys[index->key_count++].column = of_schema_text(o, columns[i]);
    return index;
}

static void mark_primary(catalogue_index *index)
{
    index->is_primary = index->is_unique = index->is_constraint = true;
}

static catalogue_index *add_field_index(of_schema *o, catalogue_table *table,
                                        const schema_index *source)
{
    const char **columns = of_schema_array(o, source->column_count, sizeof *columns);
    for (size_t i = 0; i < source->column_count && !o->failed; i++)
        columns[i] = source->columns[i].field->database_name;
    return o->failed ? NULL
                     : add_index(o, table, source->database_name, columns, source->column_count);
}

static void add_primary_key(of_schema *o, catalogue_table *table, const schema_index *source)
{
    catalogue_index *index = add_field_index(o, table, source);
    if (index)
        mark_primary(index);
}

static void add_plain_index(of_schema *o, catalogue_table *table, const schema_index *source)
{
    bool is_postgresql = o->dialect == TENON_POSTGRESQL;
    catalogue_index *index = add_field_index(o, table, source);
    for (size_t i = 0; !o->failed && i < source->column_count; i++) {
        index->keys[i].is_descending = source->columns[i].is_descending;
        index->keys[i].is_nulls_first = is_postgresql && source->columns[i].is_descending;
        if (is_postgresql)
            index->keys[i].operator_class = optional_text(o, source->columns[i].operator_class);
    }
    if (o->failed)
        return;
    index->is_unique = source->kind == SCHEMA_UNIQUE;
    if (is_postgresql)
        index->method = methods[source->algorithm];
    index->predicate = optional_text(o, source->where);
}

/* Inverted and block-range indexes are made for operators that SQLite does not have. */
static bool has_index(const of_schema *o, const schema_index *index)
{
    return o->dialect == TENON_POSTGRESQL || index->algorithm == SCHEMA_BTREE ||
           index->algorithm == SCHEMA_HASH;
}

static int compare_indexes(const void *a, const void *b)
{
    const catalogue_index *left = a, *right = b;
    if (left->is_primary != right->is_primary)
        return right->is_primary - left->is_primary;
    return strcmp(left->name, right->name);
}

static void sort_indexes(of_schema *o, catalogue_table *table)
{
    if (!o->failed && table->index_count)
        qsort(table->indexes, table->index_count, sizeof *table->indexes, compare_indexes);
}

static void add_indexes(of_schema *o, const schema_model *model, catalogue_table *table)
{
    size_t most = 1 + model->unique_count + model->index_count;
    table->indexes = of_schema_array(o, most, sizeof *table->indexes);
    if (model->primary_key && !o->failed)
        add_primary_key(o, table, model->primary_key);
    for (size_t i = 0; i < model->unique_count && !o->failed; i++)
        add_plain_index(o, table, model->uniques[i]);
    for (size_t i = 0; i < model->index_count && !o->failed; i++)
        if (has_index(o, model->indexes[i]))
            add_plain_index(o, table, model->indexes[i]);
    sort_indexes(o, table);
}

/* ---- foreign keys ---------------------------------------------------------------------------- */

static catalogue_foreign_key *add_foreign_key(of_schema *o, catalogue_table *table,
                                              const char *name, const schema_model *target,
                                              size_t column_count)
{
    catalogue_foreign_key *key = &table->foreign_keys[table->foreign_key_count++];
    *key = (catalogue_foreign_key){
        .name = of_schema_text(o, name),
        .columns = of_schema_array(o, column_count, sizeof *key->columns),
        .target = of_schema_text(o, target->database_name),
        .target_columns = of_schema_array(o, column_count, sizeof *key->target_columns),
        .column_count = column_count,
        .is_valid = true,
    };
    if (o->dialect == TENON_POSTGRESQL)
        key->target_namespace = optional_text(o, target->database_schema);
    return key;
}

static void add_relation(of_schema *o, catalogue_table *table, const schema_relation *relation)
{
    catalogue_foreign_key *key =
        add_foreign_key(o, table, relation->constraint_name, relation->to, relation->field_count);
    key->on_delete = relation->on_delete;
    key->on_update = relation->on_update;
    for (size_t i = 0; i < relation->field_count && !o->failed; i++) {
        key->columns[i] = of_schema_text(o, relation->fields[i]->database_name);
        key->target_columns[i] = of_schema_text(o, relation->references[i]->database_name);
    }
}

static bool has_foreign_keys(const of_schema *o)
{
    return !o->schema->datasource || !o->schema->datasource->is_relation_mode_prisma;
}

static int compare_foreign_keys(const void *a, const void *b)
{
    return strcmp(((const catalogue_foreign_key *)a)->name,
                  ((const catalogue_foreign_key *)b)->name);
}

static void sort_foreign_keys(of_schema *o, catalogue_table *table)
{
    if (!o->failed && table->foreign_key_count)
        qsort(table->foreign_keys, table->foreign_key_count, sizeof *table->foreign_keys,
              compare_foreign_keys);
}

static void add_relations(of_schema *o, const schema_model *model, catalogue_table *table)
{
    const schema *s = o->schema;
    table->foreign_keys = of_schema_array(o, s->relation_count, sizeof *table->foreign_keys);
    for (size_t i = 0; has_foreign_keys(o) && i < s->relation_count && !o->failed; i++) {
        const schema_relation *relation = s->relations[i];
        if (relation->from == model && relation->kind != SCHEMA_MANY_TO_MANY &&
            !relation->to->is_view)
            add_relation(o, table, relation);
    }
    sort_foreign_keys(o, table);
}

/* ---- tables ---------------------------------------------------------------------------------- */

static catalogue_table *add_table(of_schema *o, const char *namespace, const char *name)
{
    catalogue_table *table = &o->catalogue->tables[o->catalogue->table_count++];
    *table = (catalogue_table){.name = of_schema_text(o, name), .row_estimate = -1};
    if (o->dialect == TENON_POSTGRESQL)
        table->namespace = optional_text(o, namespace);
    return table;
}

static void add_model(of_schema *o, const schema_model *model)
{
    catalogue_table *table = add_table(o, model->database_schema, model->database_name);
    table->columns = of_schema_array(o, model->field_count, sizeof *table->columns);
    for (size_t i = 0; i < model->field_count && !o->failed; i++)
        if (model->fields[i]->kind != SCHEMA_RELATION)
            of_schema_column(o, model->fields[i], &table->columns[table->column_count++]);
    add_indexes(o, model, table);
    add_relations(o, model, table);
    of_schema_checks(o, model, table);
}

static const char *join_name(of_schema *o, const schema_relation *relation, const char *ending)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf name = {0};
    ddl_join_name(o->dialect, relation, ending, &name);
    o->failed |= name.failed;
    return of_schema_text(o, tenon__buf_string(&name));
}

static void add_join_key(of_schema *o, catalogue_table *table, const schema_relation *relation,
                         bool is_first)
{
    const schema_model *side = is_first ? relation->from : relation->to;
    const char *name = join_name(o, relation, is_first ? "_A_fkey" : "_B_fkey");
    catalogue_foreign_key *key = add_foreign_key(o, table, name, side, 1);
    if (o->failed)
        return;
    key->columns[0] = is_first ? "A" : "B";
    key->target_columns[0] = of_schema_text(o, ddl_identity(side)->database_name);
    key->on_delete = key->on_update = SCHEMA_CASCADE;
}

static void add_join_indexes(of_schema *o, catalogue_table *table, const schema_relation *relation)
{
    static const char *const columns[] = {"A", "B"};
    bool is_sqlite = o->dialect == TENON_SQLITE;
    const char *both = join_name(o, relation, is_sqlite ? "_AB_unique" : "_AB_pkey");
    table->indexes = of_schema_array(o, 2, sizeof *table->indexes);
    if (o->failed)
        return;
    catalogue_index *index = add_index(o, table, both, columns, 2);
    if (is_sqlite)
        index->is_unique = true;
    else
        mark_primary(index);
    add_index(o, table, join_name(o, relation, "_B_index"), columns + 1, 1);
    sort_indexes(o, table);
}

static void add_join_table(of_schema *o, const schema_relation *relation)
{
    catalogue_table *table = add_table(o, relation->join_schema, relation->join_table);
    table->columns = of_schema_array(o, 2, sizeof *table->columns);
    table->foreign_keys = of_schema_array(o, 2, sizeof *table->foreign_keys);
    if (o->failed)
        return;
    of_schema_join_column(o, ddl_identity(relation->from), "A", &table->columns[0]);
    of_schema_join_column(o, ddl_identity(relation->to), "B", &table->columns[1]);
    table->column_count = 2;
    add_join_indexes(o, table, relation);
    if (has_foreign_keys(o)) {
        add_join_key(o, table, relation, true);
        add_join_key(o, table, relation, false);
    }
}

static int compare_names(const char *namespace, const char *name, const char *other_namespace,
                         const char *other_name)
{
    int order = strcmp(name, other_name);
    return order ? order
                 : strcmp(namespace ? namespace : "", other_namespace ? other_namespace : "");
}

static int compare_tables(const void *a, const void *b)
{
    const catalogue_table *left = a, *right = b;
    return compare_names(left->namespace, left->name, right->namespace, right->name);
}

static void add_tables(of_schema *o)
{
    const schema *s = o->schema;
    catalogue *c = o->catalogue;
    c->tables = of_schema_array(o, s->model_count + s->relation_count, sizeof *c->tables);
    for (size_t i = 0; i < s->model_count && !o->failed; i++)
        if (!s->models[i]->is_view)
            add_model(o, s->models[i]);
    for (size_t i = 0; i < s->relation_count && !o->failed; i++)
        if (s->relations[i]->kind == SCHEMA_MANY_TO_MANY)
            add_join_table(o, s->relations[i]);
    if (!o->failed && c->table_count)
        qsort(c->tables, c->table_count, sizeof *c->tables, compare_tables);
}

/* ---- what is beside tables ------------------------------------------------------------------- */

static int compare_enums(const void *a, const void *b)
{
    const catalogue_enum *left = a, *right = b;
    return compare_names(left->namespace, left->name, right->namespace, right->name);
}

static void add_enums(of_schema *o)
{
    const schema *s = o->schema;
    catalogue *c = o->catalogue;
    c->enums = of_schema_array(o, s->enum_count, sizeof *c->enums);
    for (size_t i = 0; i < s->enum_count && !o->failed; i++) {
        const schema_enum *source = s->enums[i];
        catalogue_enum *out = &c->enums[c->enum_count++];
        if (o->dialect == TENON_POSTGRESQL)
            out->namespace = optional_text(o, source->database_schema);
        out->name = of_schema_text(o, source->database_name);
        out->is_ordered = schema_find_word(&source->comment, "ordered") != NULL;
        out->values = of_schema_array(o, source->value_count, sizeof *out->values);
        for (size_t v = 0; v < source->value_count && !o->failed; v++)
            out->values[out->value_count++] = of_schema_text(o, source->values[v].database_name);
    }
    if (!o->failed && c->enum_count)
        qsort(c->enums, c->enum_count, sizeof *c->enums, compare_enums);
}

static int compare_extensions(const void *a, const void *b)
{
    return strcmp(((const catalogue_extension *)a)->name, ((const catalogue_extension *)b)->name);
}

static void add_extensions(of_schema *o)
{
    const schema_datasource *source = o->schema->datasource;
    catalogue *c = o->catalogue;
    size_t count = source ? source->extension_count : 0;
    c->extensions = of_schema_array(o, count, sizeof *c->extensions);
    for (size_t i = 0; i < count && !o->failed; i++) {
        const schema_extension *extension = &source->extensions[i];
        const char *name = extension->database_name ? extension->database_name : extension->name;
        c->extensions[c->extension_count++] = (catalogue_extension){
            .name = of_schema_text(o, name),
            .namespace = optional_text(o, extension->schema),
            .version = optional_text(o, extension->version),
        };
    }
    if (!o->failed && count)
        qsort(c->extensions, count, sizeof *c->extensions, compare_extensions);
}

static bool has_namespace(const catalogue *c, const char *name)
{
    for (size_t i = 0; i < c->namespace_count; i++)
        if (!strcmp(c->namespaces[i], name))
            return true;
    return false;
}

static int compare_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add_namespace(catalogue *c, const char *name)
{
    if (name && !has_namespace(c, name))
        c->namespaces[c->namespace_count++] = name;
}

static void add_namespaces(of_schema *o)
{
    catalogue *c = o->catalogue;
    const schema_datasource *source = o->schema->datasource;
    size_t stated = source ? source->schema_count : 0;
    c->namespaces =
        of_schema_array(o, stated + c->table_count + c->enum_count, sizeof *c->namespaces);
    for (size_t i = 0; i < stated && !o->failed; i++)
        add_namespace(c, of_schema_text(o, source->schemas[i]));
    for (size_t i = 0; i < c->table_count && !o->failed; i++)
        add_namespace(c, c->tables[i].namespace);
    for (size_t i = 0; i < c->enum_count && !o->failed; i++)
        add_namespace(c, c->enums[i].namespace);
    if (!o->failed && c->namespace_count)
        qsort(c->namespaces, c->namespace_count, sizeof *c->namespaces, compare_text);
}

/* ---- the log of changes ---------------------------------------------------------------------- */

static void release_script(ddl_script *script)
{
    ddl_script_release(script);
}

/* Statements without a table of the schema make what all triggers write to. */
static void add_setup(of_schema *o, const ddl_script *script)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    for (size_t i = 0; i < script->count; i++)
        if (!script->items[i].logged)
            tenon__buf_format(&text, "%s%s", i ? ";\n" : "", script->items[i].sql);
    o->failed |= text.failed;
    o->catalogue->log_setup = of_schema_text(o, tenon__buf_string(&text));
}

static int compare_logs(const void *a, const void *b)
{
    const catalogue_object *left = a, *right = b;
    int order = strcmp(left->table, right->table);
    return order ? order : strcmp(left->name, right->name);
}

static void add_logs(of_schema *o)
{
    TENON__CLEANUP(release_script) ddl_script script;
    catalogue *c = o->catalogue;
    if (!ddl_create_log(o->schema, o->dialect, &script, o->err)) {
        o->failed = true;
        return;
    }
    if (!script.count)
        return;
    add_setup(o, &script);
    c->logs = of_schema_array(o, script.count, sizeof *c->logs);
    for (size_t i = 0; i < script.count && !o->failed; i++) {
        const ddl_statement *trigger = &script.items[i];
        if (trigger->logged)
            c->logs[c->log_count++] = (catalogue_object){
                .kind = "trigger",
                .namespace = o->dialect == TENON_SQLITE
                                 ? NULL
                                 : optional_text(o, trigger->logged->database_schema),
                .name = of_schema_text(o, trigger->name),
                .table = of_schema_text(o, trigger->logged->database_name),
                .definition = of_schema_text(o, trigger->sql),
            };
    }
    if (!o->failed)
        qsort(c->logs, c->log_count, sizeof *c->logs, compare_logs);
}

catalogue *catalogue_of_schema(const schema *s, tenon_dialect dialect, tenon_error *err)
{
    catalogue *c = calloc(1, sizeof *c);
    of_schema o = {s, dialect, c, err, c == NULL};
    if (c)
        c->dialect = dialect;
    if (!o.failed)
        add_tables(&o);
    if (!o.failed)
        add_enums(&o);
    if (dialect == TENON_POSTGRESQL && !o.failed) {
        add_extensions(&o);
        add_namespaces(&o);
    }
    if (!o.failed)
        add_logs(&o);
    if (!o.failed)
        return c;
    tenon__fail_no_memory(err);
    catalogue_free(c);
    return NULL;
}
