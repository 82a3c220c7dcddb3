/* A file in forms that do not block a server in use, for `deploy --safe`.
 *
 * The linter knows what to write instead of a statement that would block; where that is mechanical
 * (an index CONCURRENTLY, a constraint NOT VALID and validated, NOT NULL by way of a check) it
 * takes the statement's place here. What has to be in a transaction of its own is parted by COMMIT,
 * which ends one for the migrator as it does for a file. Statements that say several things at once
 * stay as they are, and so do files that begin transactions themselves. */
#include "migrate/migrate.h"

#include "lint/lint.h"
#include "pgparse/pgparse.h"

/* Numbers of the checks whose rewrites mean the same as what they replace. */
static const unsigned mechanical[] = {21, 22, 23, 26, 28, 29, 31};

static bool is_mechanical(const lint_finding *finding)
{
    for (size_t i = 0; finding->check && finding->rewrite && i < TENON__COUNT(mechanical); i++)
        if (finding->check->number == mechanical[i])
            return true;
    return false;
}

static bool says_one_thing(const pgparse_statement *statement)
{
    const PgQuery__Node *node = statement->node;
    if (!node)
        return false;
    if (node->node_case == PG_QUERY__NODE__NODE_ALTER_TABLE_STMT)
        return node->alter_table_stmt->n_cmds == 1;
    if (node->node_case == PG_QUERY__NODE__NODE_DROP_STMT)
        return node->drop_stmt->n_objects == 1;
    return true;
}

static bool has_transactions(const pgparse_tree *tree)
{
    for (size_t i = 0; i < tree->statement_count; i++) {
        const PgQuery__Node *node = tree->statements[i].node;
        if (node && node->node_case == PG_QUERY__NODE__NODE_TRANSACTION_STMT)
            return true;
    }
    return false;
}

static bool is_before(pgparse_position a, size_t line, size_t column)
{
    return a.line < line || (a.line == line && a.column <= column);
}

static bool is_within(const lint_finding *finding, const pgparse_tree *tree,
                      const pgparse_statement *statement)
{
    pgparse_position start = pgparse_locate(tree->text, statement->start);
    pgparse_position end = pgparse_locate(tree->text, statement->end);
    return is_before(start, finding->line, finding->column) &&
           !is_before(end, finding->line, finding->column);
}

/* The only mechanical finding of the statement, or NULL. */
static const lint_finding *find_rewrite(const lint *l, const char *file, const pgparse_tree *tree,
                                        const pgparse_statement *statement)
{
    size_t count;
    const lint_finding *found = NULL;
    const lint_finding *const *all = lint_findings(l, &count);
    for (size_t i = 0; i < count; i++) {
        if (!is_mechanical(all[i]) || strcmp(all[i]->path, file) != 0 ||
            !is_within(all[i], tree, statement))
            continue;
        if (found)
            return NULL;
        found = all[i];
    }
    return found;
}

/* Comments of a rewrite stand where a new transaction has to begin. */
static void add_rewrite(const char *rewrite, tenon__buf *out)
{
    tenon__buf_text(out, "COMMIT;\n");
    while (*rewrite) {
        size_t length = strcspn(rewrite, "\n");
        if (!strncmp(rewrite, "--", 2))
            tenon__buf_text(out, "COMMIT;");
        else
            tenon__buf_add(out, rewrite, length);
        tenon__buf_char(out, '\n');
        rewrite += length + (rewrite[length] == '\n');
    }
    tenon__buf_text(out, "COMMIT");
}

/* How many statements have another form now. */
static size_t rewrite_file(const lint *l, const char *file, const pgparse_tree *tree,
                           tenon__buf *out)
{
    size_t count = 0, done = 0;
    for (size_t i = 0; i < tree->statement_count; i++) {
        const pgparse_statement *statement = &tree->statements[i];
        const lint_finding *finding = find_rewrite(l, file, tree, statement);
        if (!finding || !says_one_thing(statement))
            continue;
        tenon__buf_add(out, tree->text + done, statement->start - done);
        add_rewrite(finding->rewrite, out);
        done = statement->end;
        count++;
    }
    tenon__buf_text(out, tree->text + done);
    return count;
}

static bool make_safe(const lint *l, migrate_folder *folder, size_t file, size_t *count,
                      tenon_error *err)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    tenon_migration *item = &folder->items[file];
    pgparse_tree *tree = pgparse_read(item->sql, err);
    if (!tree)
        return false;
    size_t changed = 0;
    if (tree->error_count == 0 && !has_transactions(tree))
        changed = rewrite_file(l, item->name, tree, &text);
    pgparse_free(tree);
    *count += changed;
    if (changed)
        item->run_sql = tenon__arena_text(&folder->arena, tenon__buf_string(&text));
    return !changed || (item->run_sql && !text.failed) || tenon__fail_no_memory(err);
}

bool migrate_make_safe(migrate_folder *folder, size_t *count, tenon_error *err)
{
    lint *l = lint_new(&(lint_options){.dialect = TENON_POSTGRESQL, .is_dialect_given = true}, err);
    bool is_done = l != NULL;
    *count = 0;
    for (size_t i = 0; is_done && i < folder->count; i++)
        is_done = lint_add(l, folder->items[i].name, folder->items[i].sql, err);
    is_done = is_done && lint_finish(l, err);
    for (size_t i = 0; is_done && i < folder->count; i++)
        is_done = make_safe(l, folder, i, count, err);
    lint_free(l);
    return is_done;
}
