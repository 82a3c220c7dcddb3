/* Keys and indexes: @id, @unique, @@id, @@unique, @@index, @@fulltext as they are written. */
#include "schema/check.h"

#include <limits.h>
#include <stdlib.h>

/* ---- fields of a list ------------------------------------------------------------------------ */

/* What of a list could not be used, gathered for one message each. */
typedef struct faults {
    tenon__buf unknown, relations,
        behind; /* `behind`: the fields that hold the keys of the relations */
    const char *first_unknown;
} faults;

static void release_faults(faults *f)
{
    tenon__buf_release(&f->unknown);
    tenon__buf_release(&f->relations);
    tenon__buf_release(&f->behind);
}

static void add_text(tenon__buf *list, const char *text)
{
    if (list->length)
        tenon__buf_text(list, ", ");
    tenon__buf_text(list, text);
}

/* NULL and a note in `faults` when it is not a field of its own column. */
static check_field *resolve(check_model *m, const char *name, faults *out)
{
    check_field *f = check_find_field(m, name);

    if (f && check_is_scalar(f))
        return f;
    if (!f) {
        add_text(&out->unknown, name);
        out->first_unknown = out->first_unknown ? out->first_unknown : name;
        return NULL;
    }
    add_text(&out->relations, name);
    for (size_t i = 0; i < f->fields.count; i++)
        add_text(&out->behind, f->fields.items[i]->field->name);
    return NULL;
}

/* `what` is what refers to them: "the index", "the argument 'fields'". */
static bool report_faults(check *c, const check_model *m, const ast_attribute *attribute,
                          const char *what, const faults *f)
{
    if (f->unknown.length)
        check_error(c, attribute->span, check_hint_field(c, m, f->first_unknown),
                    "%s refers to unknown fields of '%s': %s", what, m->model->name,
                    tenon__buf_string(&f->unknown));
    if (f->relations.length)
        check_error(c, attribute->span,
                    f->behind.length ? check_format(c, "did you mean %s?", f->behind.data) : NULL,
                    "%s must refer to scalar fields, which these are not: %s", what,
                    tenon__buf_string(&f->relations));
    return !f->unknown.length && !f->relations.length;
}

static bool report_repeated(check *c, const ast_attribute *attribute, const char *what,
                            const check_field *f)
{
    check_error(c, attribute->span, NULL, "%s refers to the field '%s' more than once", what,
                f->field->name);
    return false;
}

/* The items of a list, or the value itself as the only one. */
static size_t items_of(const ast_expression *const *value, const ast_expression *const **items)
{
    bool is_list = (*value)->kind == AST_ARRAY;

    *items = is_list ? (const ast_expression *const *)(*value)->items : value;
    return is_list ? (*value)->item_count : 1;
}

static bool contains(check_field *const *items, size_t count, const check_field *f)
{
    for (size_t i = 0; i < count; i++) {
        if (items[i] == f)
            return true;
    }
    return false;
}

static bool are_words(check *c, const ast_expression *const *items, size_t count, bool may_call)
{
    bool is_fine = true;

    for (size_t i = 0; i < count; i++) {
        if (!(may_call && items[i]->kind == AST_FUNCTION))
            is_fine = check_form_of(c, items[i], CHECK_WORD) && is_fine;
    }
    return is_fine;
}

/* Resolves the names of items, which may be functions: `title(sort: Desc)`. */
static bool resolve_items(check *c, check_model *m, const ast_expression *const *items,
                          size_t count, const ast_attribute *attribute, const char *what,
                          check_list *out)
{
    TENON__CLEANUP(release_faults) faults found = {0};

    if (!(out->items = tenon__arena_array(&c->s->arena, count, sizeof(check_field *))))
        return false;
    for (size_t i = 0; i < count; i++) {
        check_field *f = resolve(m, items[i]->text, &found);
        if (f && contains(out->items, out->count, f)) {
            out->count = 0;
            return report_repeated(c, attribute, what, f);
        }
        if (f)
            out->items[out->count++] = f;
    }
    if (report_faults(c, m, attribute, what, &found) && out->count == count)
        return true;
    c->s->has_failed_memory |= found.unknown.failed || found.relations.failed;
    out->count = 0;
    return false;
}

bool check_field_list(check *c, check_model *m, const ast_expression *value,
                      const ast_attribute *attribute, const char *what, check_list *out)
{
    const ast_expression *const *items;
    size_t count = items_of(&value, &items);

    return are_words(c, items, count, false) &&
           resolve_items(c, m, items, count, attribute, what, out);
}

/* ---- columns --------------------------------------------------------------------------------- */

static const ast_argument *find_argument(const ast_expression *call, const char *name)
{
    for (size_t i = 0; i < call->arguments.count; i++) {
        if (strcmp(call->arguments.items[i].name.text, name) == 0)
            return &call->arguments.items[i];
    }
    return NULL;
}

/* `sort: Asc` or `Desc`. */
static bool read_sort(check *c, const ast_expression *value, bool *is_descending)
{
    static const char *const words[] = {"Asc", "Desc"};

    if (!check_form_of(c, value, CHECK_WORD))
        return false;
    *is_descending = strcmp(value->text, "Desc") == 0;
    if (*is_descending || strcmp(value->text, "Asc") == 0)
        return true;
    check_error(c, value->span, check_hint_near(c, value->text, words, 2),
                "the sort order is Asc or Desc, not '%s'", value->text);
    return false;
}

static bool read_length(check *c, const ast_expression *value, int *length)
{
    if (!check_form_of(c, value, CHECK_INTEGER))
        return false;
    long long given = strtoll(value->text, NULL, 10);
    *length = given > INT_MAX ? INT_MAX : (int)given;
    return given >= 0;
}

/* `raw("gin_trgm_ops")` */
static void read_raw_operator(check *c, const ast_expression *call, check_column *column,
                              schema_index_column *out)
{
    const ast_arguments *list = &call->arguments;

    if (strcmp(call->text, "raw") != 0 || list->count != 1 ||
        list->items[0].value->kind != AST_STRING) {
        check_error(c, call->span, "write ops: raw(\"…\")",
                    "an operator class of the database's own is given by one string");
        return;
    }
    column->is_raw_operator = true;
    out->operator_class = list->items[0].value->text;
}

static void read_operator(check *c, const ast_argument *argument, check_column *column,
                          schema_index_column *out)
{
    const ast_expression *value = argument->value;

    if (value->kind == AST_FUNCTION) {
        read_raw_operator(c, value, column, out);
        return;
    }
    column->operator= value->kind == AST_CONSTANT ? check_find_operator(value->text) : NULL;
    if (column->operator)
        out->operator_class = check_operator_name(column->operator);
    else
        check_error(c, argument->span,
                    value->kind == AST_CONSTANT ? check_hint_operator(c, value->text) : NULL,
                    "unknown operator class %s", check_spell(c, value));
}

static void read_column(check *c, const ast_expression *item, check_column *column,
                        schema_index_column *out)
{
    const ast_argument *sort = find_argument(item, "sort"), *length = find_argument(item, "length"),
                       *ops = find_argument(item, "ops");

    if (item->kind != AST_FUNCTION)
        return;
    if (sort)
        column->has_sort = read_sort(c, sort->value, &out->is_descending);
    if (length)
        column->has_length = read_length(c, length->value, &out->length);
    if (ops)
        read_operator(c, ops, column, out);
}

/* ---- making ---------------------------------------------------------------------------------- */

static check_index *add_index(check *c, check_model *m, schema_index_kind kind,
                              const ast_attribute *attribute, size_t column_count)
{
    schema_index *index = tenon__arena_zalloc(&c->s->arena, sizeof *index);
    check_column *columns = tenon__arena_array(&c->s->arena, column_count, sizeof *columns);
    schema_index_column *out = tenon__arena_array(&c->s->arena, column_count, sizeof *out);

    if (!index || !columns || !out)
        return NULL;
    *index = (schema_index){
        .kind = kind, .columns = out, .column_count = column_count, .span = attribute->span};
    check_index *made = &m->indexes[m->index_count++];
    *made = (check_index){.index = index, .attribute = attribute, .columns = columns};
    if (kind == SCHEMA_PRIMARY_KEY)
        m->model->primary_key = index;
    else if (kind == SCHEMA_UNIQUE)
        m->model->uniques[m->model->unique_count++] = index;
    else
        m->model->indexes[m->model->index_count++] = index;
    return made;
}

static void set_column(check_index *made, size_t i, check_field *f)
{
    made->columns[i].field = f;
    made->index->columns[i].field = f->field;
    if (made->index->kind == SCHEMA_PRIMARY_KEY)
        f->field->is_id = true;
}

static void set_map(check_index *made, const char *name)
{
    made->index->database_name = name;
    made->index->is_database_name_given = name != NULL;
}

/* ---- @id, @unique ---------------------------------------------------------------------------- */

enum { FIELD_MAP, FIELD_LENGTH, FIELD_SORT, FIELD_CLUSTERED, FIELD_WHERE };

static check_index *apply_on_field(check *c, check_target *t, const check_use *use,
                                   schema_index_kind kind)
{
    check_index *made = add_index(c, t->model, kind, use->ast, 1);

    if (!made)
        return NULL;
    const ast_expression *sort = check_argument(use, FIELD_SORT);
    const ast_expression *length = check_argument(use, FIELD_LENGTH);
    schema_index_column *column = &made->index->columns[0];

    set_column(made, 0, t->field);
    set_map(made, check_argument_text(use, FIELD_MAP));
    made->index->is_field_attribute = true;
    if (sort)
        made->columns[0].has_sort = read_sort(c, sort, &column->is_descending);
    if (length)
        made->columns[0].has_length = read_length(c, length, &column->length);
    made->has_clustering = check_argument(use, FIELD_CLUSTERED) != NULL;
    return made;
}

static void apply_id(check *c, check_target *t, const check_use *use)
{
    const ast_arguments *list = &use->ast->arguments;

    if (!t->model->primary_key) {
        t->model->primary_key = apply_on_field(c, t, use, SCHEMA_PRIMARY_KEY);
        return;
    }
    check_error(c, t->model->ast->span, "write @@id([…]) for a key of several fields",
                "only one field of '%s' can have @id", t->model->model->name);
    for (size_t i = 0; i < list->count; i++)
        check_error(c, list->items[i].span, NULL, "this argument belongs to an @id that cannot be");
}

static void apply_unique(check *c, check_target *t, const check_use *use)
{
    check_index *made = apply_on_field(c, t, use, SCHEMA_UNIQUE);

    if (made)
        made->where = check_argument(use, FIELD_WHERE);
}

/* ---- @@id, @@unique, @@index, @@fulltext ----------------------------------------------------- */

enum { BLOCK_FIELDS, BLOCK_MAP, BLOCK_NAME, BLOCK_CLUSTERED, BLOCK_WHERE, BLOCK_TYPE };

static check_index *apply_on_block(check *c, check_target *t, const check_use *use,
                                   schema_index_kind kind, const char *what)
{
    const ast_expression *value = check_argument(use, BLOCK_FIELDS);
    const ast_expression *const *items;
    check_list fields = {0};

    if (!value)
        return NULL;
    size_t count = items_of(&value, &items);
    if (!are_words(c, items, count, true))
        return NULL;
    bool is_resolved = resolve_items(c, t->model, items, count, use->ast, what, &fields);
    check_index *made = add_index(c, t->model, kind, use->ast, is_resolved ? count : 0);
    if (!made)
        return NULL;
    for (size_t i = 0; i < made->index->column_count; i++)
        set_column(made, i, fields.items[i]);
    for (size_t i = 0; i < count && is_resolved; i++)
        read_column(c, items[i], &made->columns[i], &made->index->columns[i]);
    set_map(made, check_argument_text(use, BLOCK_MAP));
    made->has_clustering = check_argument(use, BLOCK_CLUSTERED) != NULL;
    return is_resolved ? made : NULL;
}

/* A name that becomes part of the client's own names. */
static void set_name(check *c, check_index *made, const check_use *use)
{
    const char *name = check_argument_text(use, BLOCK_NAME);

    made->index->name = name;
    if (name && name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789_")])
        check_error(c, use->ast->span, "the name in the database is given by map:",
                    "the argument 'name' may contain only letters, digits and '_'");
}

static void check_key_fields(check *c, const check_index *made)
{
    for (size_t i = 0; i < made->index->column_count; i++) {
        const schema_field *field = made->index->columns[i].field;
        if (field->arity != SCHEMA_REQUIRED) {
            check_error(c, made->attribute->span, NULL,
                        "the fields of @@id must be required, but '%s' is not", field->name);
            return;
        }
    }
}

static void apply_block_id(check *c, check_target *t, const check_use *use)
{
    bool has_key = t->model->primary_key != NULL;
    check_index *made = apply_on_block(c, t, use, SCHEMA_PRIMARY_KEY, "the primary key");

    if (!made)
        return;
    if (!t->model->model->is_ignored)
        check_key_fields(c, made);
    if (has_key)
        check_error(c, t->model->ast->span, "remove @id or @@id", "'%s' has both @id and @@id",
                    t->model->model->name);
    set_name(c, made, use);
    t->model->primary_key = made;
}

static void apply_block_unique(check *c, check_target *t, const check_use *use)
{
    check_index *made = apply_on_block(c, t, use, SCHEMA_UNIQUE, "the unique index");

    if (!made)
        return;
    set_name(c, made, use);
    made->where = check_argument(use, BLOCK_WHERE);
}

static void set_algorithm(check *c, check_index *made, const ast_expression *value)
{
    static const char *const names[] = {
        [SCHEMA_BTREE] = "BTree", [SCHEMA_HASH] = "Hash",     [SCHEMA_GIST] = "Gist",
        [SCHEMA_GIN] = "Gin",     [SCHEMA_SPGIST] = "SpGist", [SCHEMA_BRIN] = "Brin"};

    for (size_t i = 0; i < TENON__COUNT(names); i++) {
        if (strcmp(names[i], value->text) == 0) {
            made->index->algorithm = (schema_algorithm)i;
            made->has_algorithm = true;
            return;
        }
    }
    check_error(c, made->attribute->span,
                check_hint_near(c, value->text, names, TENON__COUNT(names)),
                "unknown index type '%s'", value->text);
}

/* The name of an index is its name in the database: older schemas gave it so. */
static void apply_block_index(check *c, check_target *t, const check_use *use)
{
    check_index *made = apply_on_block(c, t, use, SCHEMA_INDEX, "the index");
    const char *name = check_argument_text(use, BLOCK_NAME);

    if (!made)
        return;
    if (name && made->index->database_name)
        check_error(c, use->ast->span, "remove 'name'",
                    "'name' is an older word for 'map'; @@index takes only one of them");
    else if (name)
        set_map(made, name);
    if (check_argument(use, BLOCK_TYPE))
        set_algorithm(c, made, check_argument(use, BLOCK_TYPE));
    made->where = check_argument(use, BLOCK_WHERE);
}

static void apply_block_fulltext(check *c, check_target *t, const check_use *use)
{
    (void)apply_on_block(c, t, use, SCHEMA_FULLTEXT, "the index");
}

/* ---- the rules ------------------------------------------------------------------------------- */

const check_rule check_id_rule = {"id", apply_id,
                                  .parameters = {{"map", CHECK_NAME, CHECK_OPTIONAL},
                                                 {"length", CHECK_INTEGER, CHECK_OPTIONAL},
                                                 {"sort", CHECK_WORD, CHECK_OPTIONAL},
                                                 {"clustered", CHECK_BOOLEAN, CHECK_OPTIONAL}}};

const check_rule check_unique_rule = {"unique", apply_unique,
                                      .parameters = {{"map", CHECK_NAME, CHECK_OPTIONAL},
                                                     {"length", CHECK_INTEGER, CHECK_OPTIONAL},
                                                     {"sort", CHECK_WORD, CHECK_OPTIONAL},
                                                     {"clustered", CHECK_BOOLEAN, CHECK_OPTIONAL},
                                                     {"where", CHECK_ANY, CHECK_OPTIONAL}}};

const check_rule check_block_id_rule = {
    "id", apply_block_id,
    .parameters = {{"fields", CHECK_ANY, CHECK_MAIN},
                   {"map", CHECK_NAME, CHECK_OPTIONAL},
                   {"name", CHECK_NAME, CHECK_OPTIONAL},
                   {"clustered", CHECK_BOOLEAN, CHECK_OPTIONAL}}};

const check_rule check_block_unique_rule = {
    "unique", apply_block_unique, .is_repeatable = true,
    .parameters = {{"fields", CHECK_ANY, CHECK_MAIN},
                   {"map", CHECK_NAME, CHECK_OPTIONAL},
                   {"name", CHECK_NAME, CHECK_OPTIONAL},
                   {"clustered", CHECK_BOOLEAN, CHECK_OPTIONAL},
                   {"where", CHECK_ANY, CHECK_OPTIONAL}}};

const check_rule check_block_index_rule = {
    "index", apply_block_index, .is_repeatable = true,
    .parameters = {{"fields", CHECK_ANY, CHECK_MAIN},
                   {"map", CHECK_NAME, CHECK_OPTIONAL},
                   {"name", CHECK_NAME, CHECK_OPTIONAL},
                   {"clustered", CHECK_BOOLEAN, CHECK_OPTIONAL},
                   {"where", CHECK_ANY, CHECK_OPTIONAL},
                   {"type", CHECK_WORD, CHECK_OPTIONAL}}};

const check_rule check_block_fulltext_rule = {
    "fulltext", apply_block_fulltext, .is_repeatable = true,
    .parameters = {{"fields", CHECK_ANY, CHECK_MAIN}, {"map", CHECK_NAME, CHECK_OPTIONAL}}};
