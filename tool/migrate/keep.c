/* What a migration is about to lose on PostgreSQL is copied first, in the transaction that loses
 * it: both happen or neither does, and a migrator that is killed is taken up like any other.
 *
 * In front of every statement that drops a table or a column, empties a table, or changes a type so
 * that values may change, a call is put that copies what is there then (kept.c has the function);
 * the result is what runs in place of the file. Line numbers stay, and the checksum that is noted
 * is the file's. What the call finds no longer there, or empty, it passes over: so it does not
 * matter what the statements before it have done.
 *
 * In front of all stand calls that make most of these copies before the file's transaction, and its
 * locks, begin (ahead.c). They are no part of the file: what they find not there yet, or cannot
 * copy so, is the other call's. */
#include "migrate/migrate.h"

#include "lint/lint.h"
#include "pgparse/pgparse.h"

typedef struct keeper {
    const lint *lint; /* NULL: every change of a type may lose something */
    const pgparse_tree *tree;
    const pgparse_statement *statement;
    const char *migration;
    tenon__buf *out, *ahead;
    size_t count;
} keeper;

/* ---- the calls ------------------------------------------------------------------------------- */

static void add_quoted(tenon__buf *out, char quote, const char *text)
{
    tenon__buf_char(out, quote);
    for (; *text; text++) {
        if (*text == quote)
            tenon__buf_char(out, quote);
        tenon__buf_char(out, *text);
    }
    tenon__buf_char(out, quote);
}

/* '"public"."user"' */
static void add_table(tenon__buf *out, const char *schema_name, const char *name)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf full = {0};
    if (schema_name && *schema_name) {
        add_quoted(&full, '"', schema_name);
        tenon__buf_char(&full, '.');
    }
    add_quoted(&full, '"', name);
    add_quoted(out, '\'', tenon__buf_string(&full));
}

/* Both calls have the same arguments: "'20240131_drop', '"users"', ARRAY['nick']". */
static void add_calls(keeper *k, const char *table, const char *columns)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf arguments = {0};
    add_quoted(&arguments, '\'', k->migration);
    tenon__buf_format(&arguments, ", %s, %s", table, columns);
    tenon__buf_format(k->out, "SELECT _tenon_kept.keep(%s); ", tenon__buf_string(&arguments));
    tenon__buf_format(k->ahead, "CALL /* " MIGRATE_BEFORE " */ _tenon_kept.ahead(%s); ",
                      tenon__buf_string(&arguments));
    k->out->failed |= arguments.failed;
    k->count++;
}

static void keep_table(keeper *k, const char *schema_name, const char *name)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf table = {0};
    add_table(&table, schema_name, name);
    add_calls(k, tenon__buf_string(&table), "NULL");
}

/* Its tables are those that it has when the statement runs. */
static void keep_schema(keeper *k, const char *name)
{
    static const char tables[] =
        "FROM pg_class c WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition"
        " AND c.relnamespace = to_regnamespace(";
    TENON__CLEANUP(tenon__buf_release) tenon__buf quoted = {0}, space = {0}, migration = {0};
    add_quoted(&quoted, '"', name);
    add_quoted(&space, '\'', tenon__buf_string(&quoted));
    add_quoted(&migration, '\'', k->migration);
    tenon__buf_format(k->out, "SELECT _tenon_kept.keep(%s, c.oid::regclass::text, NULL) %s%s); ",
                      tenon__buf_string(&migration), tables, tenon__buf_string(&space));
    tenon__buf_format(k->ahead,
                      "DO /* " MIGRATE_BEFORE " */ $tenon$ DECLARE one text; BEGIN FOR one IN"
                      " SELECT c.oid::regclass::text %s%s) LOOP"
                      " CALL _tenon_kept.ahead(%s, one, NULL); END LOOP; END $tenon$; ",
                      tables, tenon__buf_string(&space), tenon__buf_string(&migration));
    k->count++;
}

/* ---- statements ------------------------------------------------------------------------------ */

/* Objects are lists of names: schema and table, with a database at most in front. */
static void keep_named(keeper *k, const PgQuery__Node *object)
{
    const PgQuery__List *names = object->list;
    size_t count = names->n_items;
    const char *name = pgparse_string(names->items[count - 1]);
    keep_table(k, count > 1 ? pgparse_string(names->items[count - 2]) : NULL, name);
}

static void keep_dropped(keeper *k, const PgQuery__DropStmt *drop)
{
    for (size_t i = 0; i < drop->n_objects; i++) {
        if (drop->remove_type == PG_QUERY__OBJECT_TYPE__OBJECT_TABLE)
            keep_named(k, drop->objects[i]);
        if (drop->remove_type == PG_QUERY__OBJECT_TYPE__OBJECT_SCHEMA)
            keep_schema(k, pgparse_string(drop->objects[i]));
    }
}

static bool is_within(const keeper *k, const lint_finding *finding)
{
    pgparse_position start = pgparse_locate(k->tree->text, k->statement->start);
    pgparse_position end = pgparse_locate(k->tree->text, k->statement->end);
    bool is_behind = finding->line > start.line ||
                     (finding->line == start.line && finding->column >= start.column);
    bool is_before =
        finding->line < end.line || (finding->line == end.line && finding->column < end.column);
    return is_behind && is_before && !strcmp(finding->path, k->migration);
}

/* What the linter says of the types of this statement. */
static bool loses_values(const keeper *k)
{
    enum { NARROWER_TYPE = 6 };
    size_t count;
    const lint_finding *const *all = k->lint ? lint_findings(k->lint, &count) : NULL;
    for (size_t i = 0; all && i < count; i++)
        if (all[i]->check && all[i]->check->number == NARROWER_TYPE && is_within(k, all[i]))
            return true;
    return !all;
}

static bool is_lost(const PgQuery__AlterTableCmd *command, bool has_lossy_types)
{
    static const char ours[] = "_tenon_";
    if (command->name && !strncmp(command->name, ours, sizeof ours - 1))
        return false;
    return command->subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_DropColumn ||
           (command->subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_AlterColumnType && has_lossy_types);
}

static void keep_columns(keeper *k, const PgQuery__AlterTableStmt *alter)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf table = {0}, columns = {0};
    bool has_lossy_types = loses_values(k);
    for (size_t i = 0; i < alter->n_cmds; i++) {
        const PgQuery__AlterTableCmd *command = alter->cmds[i]->alter_table_cmd;
        if (!is_lost(command, has_lossy_types))
            continue;
        tenon__buf_text(&columns, columns.length ? ", " : "ARRAY[");
        add_quoted(&columns, '\'', command->name);
    }
    if (!columns.length)
        return;
    tenon__buf_char(&columns, ']');
    add_table(&table, alter->relation->schemaname, alter->relation->relname);
    add_calls(k, tenon__buf_string(&table), tenon__buf_string(&columns));
}

static void keep_emptied(keeper *k, PgQuery__Node *const *relations, size_t count)
{
    for (size_t i = 0; i < count; i++)
        keep_table(k, relations[i]->range_var->schemaname, relations[i]->range_var->relname);
}

static void keep_for(keeper *k)
{
    const PgQuery__Node *node = k->statement->node;
    if (!node)
        return;
    if (node->node_case == PG_QUERY__NODE__NODE_DROP_STMT)
        keep_dropped(k, node->drop_stmt);
    if (node->node_case == PG_QUERY__NODE__NODE_ALTER_TABLE_STMT &&
        node->alter_table_stmt->objtype == PG_QUERY__OBJECT_TYPE__OBJECT_TABLE)
        keep_columns(k, node->alter_table_stmt);
    if (node->node_case == PG_QUERY__NODE__NODE_TRUNCATE_STMT)
        keep_emptied(k, node->truncate_stmt->relations, node->truncate_stmt->n_relations);
    if (node->node_case == PG_QUERY__NODE__NODE_DELETE_STMT && !node->delete_stmt->where_clause)
        keep_table(k, node->delete_stmt->relation->schemaname,
                   node->delete_stmt->relation->relname);
}

/* ---- files ----------------------------------------------------------------------------------- */

static bool keep_in(keeper *k, const char *sql, tenon_error *err)
{
    size_t done = 0;
    pgparse_tree *tree = pgparse_read(sql, err);
    if (!tree)
        return false;
    k->tree = tree;
    for (size_t i = 0; i < tree->statement_count; i++) {
        k->statement = &tree->statements[i];
        tenon__buf_add(k->out, tree->text + done, k->statement->start - done);
        done = k->statement->start;
        keep_for(k);
    }
    tenon__buf_text(k->out, tree->text + done);
    pgparse_free(tree);
    return !k->out->failed || tenon__fail_no_memory(err);
}

/* The text that runs, up or down. */
static const char **text_of(tenon_migration *item, bool is_down)
{
    if (is_down)
        return &item->down_sql;
    if (!item->run_sql)
        item->run_sql = item->sql;
    return &item->run_sql;
}

/* What is done before the file, what is done when it is over, and the file. */
static const char *put_in_front(keeper *k, tenon__arena *arena)
{
    if (k->ahead->failed)
        return NULL;
    tenon__buf_text(k->ahead, "CALL /* " MIGRATE_AFTER " */ _tenon_kept.forget(");
    add_quoted(k->ahead, '\'', k->migration);
    tenon__buf_format(k->ahead, ", true); %s", tenon__buf_string(k->out));
    return k->ahead->failed ? NULL : tenon__arena_text(arena, tenon__buf_string(k->ahead));
}

static bool keep_in_item(const lint *l, migrate_folder *folder, tenon_migration *item, bool is_down,
                         size_t *count, tenon_error *err)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0}, ahead = {0};
    const char **sql = text_of(item, is_down);
    keeper k = {.lint = l, .migration = item->name, .out = &text, .ahead = &ahead};
    if (!*sql)
        return true;
    if (!keep_in(&k, *sql, err))
        return false;
    *count += k.count;
    if (!k.count)
        return true;
    *sql = put_in_front(&k, &folder->arena);
    return *sql || tenon__fail_no_memory(err);
}

/* Findings of all files: what a type was, an earlier one says. */
static lint *look_at_types(const migrate_folder *folder, tenon_error *err)
{
    lint *l = lint_new(&(lint_options){.dialect = TENON_POSTGRESQL, .is_dialect_given = true}, err);
    bool is_done = l != NULL;
    for (size_t i = 0; is_done && i < folder->count; i++) {
        const tenon_migration *item = &folder->items[i];
        is_done = lint_add(l, item->name, item->run_sql ? item->run_sql : item->sql, err);
    }
    if (is_done && lint_finish(l, err))
        return l;
    lint_free(l);
    return NULL;
}

static bool is_named(const migrate_names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (!strcmp(names->items[i], name))
            return true;
    return false;
}

bool migrate_keep_lost(migrate_folder *folder, const migrate_names *names, bool is_down,
                       size_t *count, tenon_error *err)
{
    lint *l = is_down ? NULL : look_at_types(folder, err);
    bool is_done = l || is_down;
    *count = 0;
    for (size_t i = 0; is_done && i < folder->count; i++)
        if (is_named(names, folder->items[i].name))
            is_done = keep_in_item(l, folder, &folder->items[i], is_down, count, err);
    lint_free(l);
    return is_done;
}

/* ---- for programs ---------------------------------------------------------------------------- */

/* The whole text, with what the calls need in front. */
static bool set_up(migrate_folder *folder, unsigned days, const char **sql, tenon_error *err)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    migrate_kept_sql(days, &text);
    tenon__buf_text(&text, *sql);
    *sql = text.failed ? NULL : tenon__arena_text(&folder->arena, tenon__buf_string(&text));
    return *sql || tenon__fail_no_memory(err);
}

static bool keep_all_in(const lint *l, migrate_folder *folder, tenon_migration *item, unsigned days,
                        tenon_error *err)
{
    size_t up = 0, down = 0;
    bool is_done = keep_in_item(l, folder, item, false, &up, err) &&
                   keep_in_item(NULL, folder, item, true, &down, err) &&
                   (!up || set_up(folder, days, &item->run_sql, err)) &&
                   (!down || set_up(folder, days, &item->down_sql, err));
    if (!up)
        item->run_sql = NULL;
    return is_done;
}

bool migrate_keep_all(migrate_folder *folder, unsigned days, tenon_error *err)
{
    lint *l = look_at_types(folder, err);
    bool is_done = l != NULL;
    for (size_t i = 0; is_done && i < folder->count; i++)
        is_done = keep_all_in(l, folder, &folder->items[i], days, err);
    lint_free(l);
    return is_done;
}
