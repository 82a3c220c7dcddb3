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

static const sqlfile_stated *find_stated(const sqlfile_query *query, const char *name)
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
        const sqlfile_stated *stated = find_stated(c->query, value->name);
        bool is_said = stated && (stated->is_nullable || stated->is_required);
        if (value->is_condition || is_said)
            out[count++] = (nullability_stated){(int)i + 1, !value->is_condition && stated &&
                                                                stated->is_nullable};
    }
    return count;
}

static nullability *analyse(const sql_check *c, const nullability_stated *stated, size_t count,
                            tenon_error *err)
{
    const catalogue *database = c->database->catalogue;
    const char *sql = sql_assemble_analysed(c->set, c->query, c->dialect, c->variant);
    if (!sql) {
        tenon__fail_no_memory(err);
        return NULL;
    }
    if (c->database->dialect == TENON_SQLITE)
        return nullability_of_sqlite(sql, database, stated, count, err);
    TENON__CLEANUP(free_tree) pgparse_tree *tree = pgparse_read(sql, err);
    if (!tree || tree->statement_count != 1 || !tree->statements[0].node)
        return NULL;
    c->query->is_writing |= sql_is_writing(tree->statements[0].node);
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
    if (value->is_certain)
        return;
    value->field.kind = field->kind;
    value->field.pg_type = field->pg_type;
    value->field.precision = -1;
    value->field.enumeration = field->enumeration;
    value->field.other_type = field->other_type;
    value->field.flags |= field->flags & TENON_FIELD_LIST;
    if (value->is_list)
        value->field.flags |= TENON_FIELD_LIST;
    value->is_certain = true;
}

static const catalogue_column *find_column(const sql_check *c, const char *namespace,
                                           const char *table, const char *column)
{
    const catalogue_table *found =
        table ? catalogue_find_table(c->database->catalogue, namespace, table) : NULL;
    return found && column ? catalogue_find_column(found, column) : NULL;
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
    if (!source || (value->has_origin && value->origin != source)) {
        value->origin = NULL;
        value->has_origin = true;
        return;
    }
    value->origin = source;
    value->has_origin = true;
    take_field(c, value, source);
}

static void name_parameter(sql_check *c, sqlfile_value *value, const char *column)
{
    if (value->is_nameless && !value->counterpart)
        value->counterpart = tenon__arena_text(&c->set->report.arena, column);
}

/* How long, how fine: the modifiers of a type in PostgreSQL, of a table that is no model. */
static void take_modifiers(tenon_field *field, const catalogue_column *column)
{
    static const char *const types[] = {"varchar",   "bpchar",      "numeric", "bit",   "varbit",
                                        "timestamp", "timestamptz", "time",    "timetz"};
    bool is_known = false;
    for (size_t i = 0; column->argument_count && i < TENON__COUNT(types); i++)
        is_known |= !strcmp(column->type_name, types[i]);
    if (!is_known)
        return;
    field->precision = column->arguments[0];
    field->scale = column->argument_count > 1 ? column->arguments[1] : 0;
}

/* What is written to a column has to fit there: the server would cut it, and say nothing. */
static void take_precision(const sql_check *c, sqlfile_value *value, const schema_field *source,
                           const catalogue_column *column)
{
    const tenon_field *field = sql_field_of(c->set, source);
    if (field && field->kind == value->field.kind) {
        value->field.precision = field->precision;
        value->field.scale = field->scale;
    } else if (!source && column && column->type_name && c->database->dialect == TENON_POSTGRESQL) {
        take_modifiers(&value->field, column);
    }
}

static void take_parameter(sql_check *c, const nullability_parameter *from)
{
    if (from->number < 1 || (size_t)from->number > c->text.parameter_count)
        return;
    sqlfile_value *value = &c->query->parameters[c->text.parameters[from->number - 1]];
    const schema_field *source =
        sql_find_field(c->set->schema, from->table_schema, from->table, from->column);
    const catalogue_column *column = find_column(c, from->table_schema, from->table, from->column);
    if (from->is_nullable)
        value->field.flags |= TENON_FIELD_NULLABLE;
    if (from->column)
        name_parameter(c, value, from->column);
    if (source)
        take_field(c, value, source);
    /* Of a table that is no model, or is ignored. */
    if (!value->field.kind && column && c->database->dialect == TENON_SQLITE) {
        uint32_t flags = value->field.flags;
        value->field = sql_type_of_declaration(column->type);
        value->field.flags |= flags;
    }
    if (from->is_written)
        take_precision(c, value, source, column);
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
    const char *sql = sql_assemble_analysed(c->set, c->query, c->dialect, c->variant);
    if (!sql)
        return tenon__fail_no_memory(err);
    sql_infer_types(c, sql);
    return true;
}

/* False with *err. */
static bool take_nulls(sql_check *c, const nullability *n, tenon_error *err)
{
    for (size_t i = 0; n && i < n->parameter_count; i++)
        take_parameter(c, &n->parameters[i]);
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
