/* What may be NULL, and which columns of tables the parameters and results of a statement are:
 * what tool/nullability finds in its text. A column is nullable when it is in one variant, on one
 * database. */
#include "sqlfile/check.h"

static void free_nulls(nullability **n)
{
    nullability_free(*n);
}

static void free_tree(pgparse_tree **tree)
{
    pgparse_free(*tree);
}

const sqlfile_stated *sql_find_stated(const sqlfile_query *query, const char *name)
{
    for (size_t i = 0; i < query->param_count; i++)
        if (!strcmp(query->params[i].name, name))
            return &query->params[i];
    return NULL;
}

/* A parameter that makes a part has a value wherever it is used. */
static size_t list_stated(const sql_check *c, nullability_stated *out)
{
    size_t count = 0;
    for (size_t i = 0; i < c->text.parameter_count; i++) {
        const sqlfile_value *value = &c->query->parameters[c->text.parameters[i]];
        const sqlfile_stated *stated = sql_find_stated(c->query, value->name);
        bool is_said = stated && (stated->is_nullable || stated->is_required);
        if (value->is_condition || is_said)
            out[count++] = (nullability_stated){(int)i + 1, !value->is_condition && stated &&
                                                                stated->is_nullable};
    }
    return count;
}

static nullability *analyse(sql_check *c, const nullability_stated *stated, size_t count,
                            tenon_error *err)
{
    const catalogue *database = c->database->catalogue;
    const char *sql = sql_assemble_analysed(c->set, c->query, c->dialect, c->variant, NULL);
    if (!sql) {
        tenon__fail_no_memory(err);
        return NULL;
    }
    if (c->database->dialect == TENON_SQLITE)
        return nullability_of_sqlite(sql, database, stated, count, err);
    TENON__CLEANUP(free_tree) pgparse_tree *tree = pgparse_read(sql, err);
    if (!tree || tree->statement_count != 1 || !tree->statements[0].node)
        return NULL;
    sql_note_effects(c, tree->statements[0].node);
    sql_judge_copy(c, tree->statements[0].node);
    return nullability_of_postgres(tree, tree->statements[0].node, database, stated, count, err);
}

/* ---- taking over ----------------------------------------------------------------------------- */

/* The type that the schema gives to the column; on SQLite, where the database has no other. */
static void take_field(sql_check *c, sqlfile_value *value, const schema_field *source)
{
    const tenon_field *field = sql_field_of(c->set, source);
    const uint32_t kept = TENON_FIELD_EXACT | TENON_FIELD_SENSITIVE;
    if (!field)
        return;
    value->field.flags |= field->flags & kept;
    if (field->packing)
        sql_take_packing(value, field);
    if (value->is_certain)
        return;
    value->field.kind = field->kind;
    value->field.pg_type = field->pg_type;
    value->field.precision = -1;
    value->field.enumeration = field->enumeration;
    value->field.other_type = field->other_type;
    value->field.flags |= field->flags & TENON_FIELD_LIST;
    value->is_certain = true;
}

static void take_column(sql_check *c, const nullability_column *from, sqlfile_value *value)
{
    const schema_field *source =
        sql_find_field(c->set->schema, from->table_schema, from->table, from->column);
    if (from->is_nullable) {
        value->field.flags |= TENON_FIELD_NULLABLE;
        if (!value->because && from->because)
            value->because = tenon__arena_text(&c->set->report.arena, from->because);
    }
    if (value->field.packing && value->origin != source)
        sql_query_error(c->set, c->query, "give it another name where it is something else",
                        "column \"%s\" is packed in one variant or database and not in another",
                        value->name);
    if (!source || (value->has_origin && value->origin != source)) {
        value->origin = NULL;
        value->has_origin = true;
        return;
    }
    value->origin = source;
    value->has_origin = true;
    take_field(c, value, source);
}

/* Nothing is known: everything may be NULL. */
static void take_nothing(sql_check *c, const char *because)
{
    for (size_t i = 0; i < c->query->column_count; i++) {
        c->query->columns[i].field.flags |= TENON_FIELD_NULLABLE;
        c->query->columns[i].because = because;
        c->query->columns[i].has_origin = true;
    }
}

static bool infer_rest(sql_check *c, tenon_error *err)
{
    if (c->database->dialect != TENON_SQLITE)
        return true;
    const char *sql = sql_assemble_analysed(c->set, c->query, c->dialect, c->variant, NULL);
    if (!sql)
        return tenon__fail_no_memory(err);
    sql_infer_types(c, sql);
    return true;
}

/* False with *err. */
static bool take_nulls(sql_check *c, const nullability *n, tenon_error *err)
{
    for (size_t i = 0; n && i < n->parameter_count; i++)
        sql_take_uses(c, &n->parameters[i]);
    if (!n || n->column_count != c->query->column_count)
        take_nothing(c, "the statement was not understood");
    else
        for (size_t i = 0; i < n->column_count; i++)
            take_column(c, &n->columns[i], &c->query->columns[i]);
    c->query->is_repeated |= !n || !n->is_at_most_one_row;
    if (!infer_rest(c, err))
        return false;
    sql_find_nested(c, n);
    return true;
}

bool sql_find_nulls(sql_check *c, tenon_error *err)
{
    tenon_error local = {0};
    nullability_stated *stated =
        tenon__arena_array(&c->set->report.arena, c->text.parameter_count + 1, sizeof *stated);
    if (!stated)
        return tenon__fail_no_memory(err);
    TENON__CLEANUP(free_nulls) nullability *n = analyse(c, stated, list_stated(c, stated), &local);
    if (local.status == TENON_NO_MEMORY)
        return tenon__fail_no_memory(err);
    return take_nulls(c, n, err);
}
