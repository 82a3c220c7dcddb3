/* Migrations that PostgreSQL would run by writing a table anew while everybody waits, and that
 * `deploy` can make while the table is in use (tool/rewrite).
 *
 *     -- tenon:rewrite
 *     ALTER TABLE "events" ALTER COLUMN "id" SET DATA TYPE BIGINT USING "id"::BIGINT;
 *
 * Such a file has one statement, which does nothing but change types by casts. The comment says
 * that it is meant so; the statement is the whole truth for every other tool, and for tenon too:
 * after the rewrite it runs as it stands, finds the types as it wants them, and takes a moment. So
 * the history, checksums and what an interruption leaves are those of any other file. A file that
 * makes an enum anew is another such (online_enum.c); of that a part is left to run. */
#include "migrate/online.h"
#include "diff/diff.h"
#include "lint/lint.h"

static const char directive[] = "tenon:rewrite";

/* ---- reading --------------------------------------------------------------------------------- */

static bool has_directive(const pgparse_tree *tree)
{
    for (size_t i = 0; i < tree->comment_count; i++) {
        const char *text = tree->text + tree->comments[i].start + 2;
        text += strspn(text, " \t");
        if (!strncmp(text, directive, sizeof directive - 1))
            return true;
    }
    return false;
}

/* USING that only says what the cast would be anyway: "id"::BIGINT. */
static bool is_plain_cast(const PgQuery__ColumnDef *to)
{
    const PgQuery__Node *using = to->raw_default;
    if (!using)
        return true;
    const PgQuery__TypeCast *cast =
        using->node_case == PG_QUERY__NODE__NODE_TYPE_CAST ? using->type_cast : NULL;
    return cast && cast->arg->node_case == PG_QUERY__NODE__NODE_COLUMN_REF;
}

static const PgQuery__AlterTableStmt *only_types_of(const PgQuery__Node *node)
{
    if (!node || node->node_case != PG_QUERY__NODE__NODE_ALTER_TABLE_STMT ||
        node->alter_table_stmt->objtype != PG_QUERY__OBJECT_TYPE__OBJECT_TABLE ||
        node->alter_table_stmt->n_cmds > MIGRATE_COLUMNS_MOST)
        return NULL;
    const PgQuery__AlterTableStmt *alter = node->alter_table_stmt;
    for (size_t i = 0; i < alter->n_cmds; i++) {
        const PgQuery__AlterTableCmd *command = alter->cmds[i]->alter_table_cmd;
        if (command->subtype != PG_QUERY__ALTER_TABLE_TYPE__AT_AlterColumnType ||
            !is_plain_cast(command->def->column_def))
            return NULL;
    }
    return alter;
}

/* The last of the tokens of the table's name, with dots and a star. */
static size_t find_commands(const pgparse_tree *tree, const pgparse_statement *statement)
{
    const PgQuery__RangeVar *table = statement->node->alter_table_stmt->relation;
    size_t at = pgparse_offset(statement, table->location);
    bool is_in_name = true, wants_part = true;
    for (size_t i = 0; i < tree->token_count; i++) {
        const PgQuery__ScanToken *token = tree->tokens[i];
        if ((size_t)token->start < at || !is_in_name)
            continue;
        bool is_dot = token->token == PG_QUERY__TOKEN__ASCII_46;
        is_in_name = is_dot || wants_part || token->token == PG_QUERY__TOKEN__ASCII_42;
        wants_part = is_dot;
        if (!is_in_name)
            at = (size_t)token->start;
    }
    return at;
}

const char *migrate_commands_of(const pgparse_tree *tree, const pgparse_statement *statement,
                                tenon__arena *arena)
{
    size_t start = find_commands(tree, statement);
    return tenon__arena_copy(arena, tree->text + start, statement->end - start);
}

const char *migrate_name_type(tenon__arena *arena, const PgQuery__TypeName *type)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf name = {0};
    for (size_t i = 0; i < type->n_names && !type->n_typmods; i++)
        tenon__buf_format(&name, "%s\"%s\"", i ? "." : "", pgparse_string(type->names[i]));
    if (name.length && type->n_array_bounds)
        tenon__buf_text(&name, "[]");
    return tenon__arena_text(arena, tenon__buf_string(&name));
}

migrate_online_table *migrate_add_online(migrate_online *out, const PgQuery__RangeVar *table,
                                         tenon__arena *arena)
{
    bool has_schema = table->schemaname && *table->schemaname;
    migrate_online_table *made = &out->tables[out->table_count];
    *made = (migrate_online_table){
        .namespace = has_schema ? tenon__arena_text(arena, table->schemaname) : NULL,
        .name = tenon__arena_text(arena, table->relname),
        .changes = tenon__arena_array(arena, MIGRATE_COLUMNS_MOST, sizeof *made->changes),
        .columns = tenon__arena_array(arena, MIGRATE_COLUMNS_MOST, sizeof *made->columns),
        .types = tenon__arena_array(arena, MIGRATE_COLUMNS_MOST, sizeof *made->types),
        .values = tenon__arena_array(arena, MIGRATE_COLUMNS_MOST, sizeof *made->values)};
    if (arena->failed)
        return NULL;
    out->table_count++;
    return made;
}

static bool fill(const pgparse_tree *tree, const PgQuery__AlterTableStmt *alter,
                 tenon__arena *arena, migrate_online *out)
{
    migrate_online_table *table = migrate_add_online(out, alter->relation, arena);
    if (!table)
        return false;
    table->changes[table->change_count++] = migrate_commands_of(tree, &tree->statements[0], arena);
    for (; table->count < alter->n_cmds; table->count++) {
        const PgQuery__AlterTableCmd *command = alter->cmds[table->count]->alter_table_cmd;
        const PgQuery__TypeName *type = command->def->column_def->type_name;
        table->columns[table->count] = tenon__arena_text(arena, command->name);
        table->types[table->count] = migrate_name_type(arena, type);
    }
    return !arena->failed;
}

bool migrate_read_online(const char *sql, tenon__arena *arena, migrate_online *out,
                         tenon_error *err)
{
    *out = (migrate_online){
        .tables = tenon__arena_array(arena, MIGRATE_TABLES_MOST, sizeof *out->tables)};
    pgparse_tree *tree = out->tables ? pgparse_read(sql, err) : NULL;
    if (!tree)
        return out->tables ? false : tenon__fail_no_memory(err);
    const PgQuery__AlterTableStmt *alter =
        tree->statement_count == 1 ? only_types_of(tree->statements[0].node) : NULL;
    bool is_done =
        alter ? fill(tree, alter, arena, out) : migrate_read_online_enum(tree, arena, out);
    out->is_meant = out->table_count && has_directive(tree);
    pgparse_free(tree);
    return is_done || tenon__fail_no_memory(err);
}

/* ---- writing --------------------------------------------------------------------------------- */

/* Whether the last file of the linter has a statement that writes a table anew. */
static bool writes_anew(const lint *l, const char *path)
{
    enum { TYPE_REWRITE = 32 };
    size_t count;
    const lint_finding *const *all = lint_findings(l, &count);
    for (size_t i = 0; i < count; i++)
        if (all[i]->check && all[i]->check->number == TYPE_REWRITE && !strcmp(all[i]->path, path))
            return true;
    return false;
}

static bool is_rewrite(const migrate_folder *folder, const char *sql, bool *out, tenon_error *err)
{
    static const char step[] = "step";
    TENON__CLEANUP(tenon__arena_release) tenon__arena arena = {0};
    migrate_online online;
    *out = false;
    if (!migrate_read_online(sql, &arena, &online, err))
        return false;
    if (!online.table_count)
        return true;
    lint *l = lint_new(&(lint_options){.dialect = TENON_POSTGRESQL, .is_dialect_given = true}, err);
    bool is_done = l != NULL;
    for (size_t i = 0; is_done && i < folder->count; i++)
        is_done = lint_add(l, folder->items[i].name, folder->items[i].sql, err);
    is_done = is_done && lint_add(l, step, sql, err) && lint_finish(l, err);
    *out = is_done && writes_anew(l, step);
    lint_free(l);
    return is_done;
}

bool migrate_part_online(const migrate_folder *folder, diff_plan *plan, tenon_error *err)
{
    size_t part = 0, old_part = 0;
    bool was_online = false, is_online;
    for (size_t i = 0; i < plan->count; i++) {
        diff_step *step = &plan->steps[i];
        if (!is_rewrite(folder, step->sql, &is_online, err))
            return false;
        part += i > 0 && (step->part != old_part || is_online || was_online);
        old_part = step->part;
        was_online = is_online;
        step->part = part;
        if (is_online) {
            step->title = tenon__arena_format(&plan->arena, "%s\n-- %s", directive, step->title);
            if (!step->title)
                return tenon__fail_no_memory(err);
        }
    }
    plan->part_count = plan->count ? part + 1 : plan->part_count;
    return true;
}
