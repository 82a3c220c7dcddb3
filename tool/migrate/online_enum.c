/* Enums whose values change their places, or go, in forms that `deploy` can make while the tables
 * are in use:
 *
 *     -- tenon:rewrite
 *     CREATE TYPE "Mood_new" AS ENUM ('bad', 'good');
 *     ALTER TABLE "users" ALTER COLUMN "mood" TYPE "Mood_new" USING ("mood"::text::"Mood_new");
 *     ALTER TYPE "Mood" RENAME TO "Mood_old";
 *     ALTER TYPE "Mood_new" RENAME TO "Mood";
 *     DROP TYPE "Mood_old";
 *     ALTER TABLE "users" ALTER COLUMN "mood" SET DEFAULT 'good';
 *
 * The new type is made; the table is written anew with it, or each of several that have columns of
 * the type, one after the other; and in the transaction in which all of them change places with the
 * old ones the types change names: no program ever sees a column of a type that is not "Mood". What
 * is left of the file then is to drop the old type. */
#include "migrate/online.h"

typedef struct enum_reader {
    const pgparse_tree *tree;
    tenon__arena *arena;
    migrate_online *out;
    const char *new_type; /* "public"."Mood_new" */
    tenon__buf swap;
    bool failed;
} enum_reader;

static bool is_same(const char *a, const char *b)
{
    return a && b && !strcmp(a, b);
}

static const char *text_of(const enum_reader *r, const pgparse_statement *statement)
{
    return tenon__arena_copy(r->arena, r->tree->text + statement->start,
                             statement->end - statement->start);
}

/* "public"."Mood" of the list of its names, the last of which may be another one. */
static const char *join(tenon__arena *arena, PgQuery__Node *const *names, size_t count,
                        const char *last)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf joined = {0};
    for (size_t i = 0; i < count; i++)
        tenon__buf_format(&joined, "%s\"%s\"", i ? "." : "",
                          last && i + 1 == count ? last : pgparse_string(names[i]));
    return tenon__arena_text(arena, tenon__buf_string(&joined));
}

/* CREATE TYPE new AS ENUM (…) */
static bool read_create(enum_reader *r, const pgparse_statement *statement)
{
    if (!statement->node || statement->node->node_case != PG_QUERY__NODE__NODE_CREATE_ENUM_STMT)
        return false;
    const PgQuery__CreateEnumStmt *create = statement->node->create_enum_stmt;
    r->new_type = join(r->arena, create->type_name, create->n_type_name, NULL);
    r->out->before = text_of(r, statement);
    r->out->labels = tenon__arena_array(r->arena, create->n_vals + 1, sizeof *r->out->labels);
    r->failed |= !r->new_type || !r->out->before || !r->out->labels;
    for (size_t i = 0; !r->failed && i < create->n_vals; i++)
        r->out->labels[r->out->label_count++] =
            tenon__arena_text(r->arena, pgparse_string(create->vals[i]));
    return !r->failed;
}

/* ("mood"::text::"Mood_new"), with [] behind both types or neither */
static bool is_by_text(const PgQuery__Node *using)
{
    const PgQuery__TypeCast *outer =
        using && using->node_case == PG_QUERY__NODE__NODE_TYPE_CAST ? using->type_cast : NULL;
    const PgQuery__TypeCast *inner =
        outer && outer->arg->node_case == PG_QUERY__NODE__NODE_TYPE_CAST ? outer->arg->type_cast
                                                                         : NULL;
    return inner && inner->arg->node_case == PG_QUERY__NODE__NODE_COLUMN_REF &&
           inner->type_name->n_array_bounds == outer->type_name->n_array_bounds &&
           is_same(pgparse_string(inner->type_name->names[inner->type_name->n_names - 1]), "text");
}

static void add_value(enum_reader *r, migrate_online_table *table, const char *column,
                      const char *type)
{
    const char *brackets = strchr(type, '[') ? "[]" : "";
    table->columns[table->count] = tenon__arena_text(r->arena, column);
    table->types[table->count] = type;
    table->values[table->count] =
        tenon__arena_format(r->arena, "\"%s\"::text%s::%s", column, brackets, type);
    r->failed |= !table->columns[table->count] || !table->values[table->count];
    table->count++;
}

static bool read_command(enum_reader *r, migrate_online_table *table,
                         const PgQuery__AlterTableCmd *command)
{
    if (command->subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_ColumnDefault)
        return true;
    if (command->subtype != PG_QUERY__ALTER_TABLE_TYPE__AT_AlterColumnType ||
        strchr(command->name, '"') || table->count == MIGRATE_COLUMNS_MOST)
        return false;
    const PgQuery__ColumnDef *to = command->def->column_def;
    const char *type = migrate_name_type(r->arena, to->type_name);
    r->failed |= !type;
    if (r->failed || strncmp(type, r->new_type, strlen(r->new_type)) != 0 ||
        !is_by_text(to->raw_default))
        return false;
    add_value(r, table, command->name, type);
    return !r->failed;
}

/* The table of a statement, which earlier ones may have had. NULL when there are too many. */
static migrate_online_table *find_table(enum_reader *r, const PgQuery__RangeVar *table)
{
    migrate_online *out = r->out;
    const char *space = table->schemaname ? table->schemaname : "";
    for (size_t i = 0; i < out->table_count; i++) {
        const char *other = out->tables[i].namespace ? out->tables[i].namespace : "";
        if (!strcmp(out->tables[i].name, table->relname) && !strcmp(other, space))
            return &out->tables[i];
    }
    if (out->table_count == MIGRATE_TABLES_MOST)
        return NULL;
    migrate_online_table *made = migrate_add_online(out, table, r->arena);
    r->failed |= !made;
    return made;
}

/* ALTER TABLE: types and defaults */
static bool read_alter(enum_reader *r, const pgparse_statement *statement)
{
    const PgQuery__AlterTableStmt *alter = statement->node->alter_table_stmt;
    migrate_online_table *table = find_table(r, alter->relation);
    if (!table || table->change_count == MIGRATE_COLUMNS_MOST)
        return false;
    for (size_t i = 0; i < alter->n_cmds; i++)
        if (!read_command(r, table, alter->cmds[i]->alter_table_cmd))
            return false;
    const char *change = migrate_commands_of(r->tree, statement, r->arena);
    table->changes[table->change_count++] = change;
    r->failed |= !change;
    return !r->failed;
}

/* ALTER TYPE "Mood" RENAME TO "Mood_old", and then "Mood_new" to "Mood" */
static bool read_rename(enum_reader *r, const pgparse_statement *statement)
{
    const PgQuery__RenameStmt *rename = statement->node->rename_stmt;
    if (rename->rename_type != PG_QUERY__OBJECT_TYPE__OBJECT_TYPE)
        return false;
    const PgQuery__List *names = rename->object->list;
    const char *from = join(r->arena, names->items, names->n_items, NULL);
    const char *to = join(r->arena, names->items, names->n_items, rename->newname);
    tenon__buf_format(&r->swap, "%.*s;", (int)(statement->end - statement->start),
                      r->tree->text + statement->start);
    if (!r->out->enum_name) {
        r->out->enum_name = from;
        r->out->old_enum = to;
        return from && to;
    }
    return is_same(from, r->new_type) && is_same(to, r->out->enum_name);
}

static bool read_drop(enum_reader *r, const pgparse_statement *statement)
{
    const PgQuery__DropStmt *drop = statement->node->drop_stmt;
    if (drop->remove_type != PG_QUERY__OBJECT_TYPE__OBJECT_TYPE || drop->n_objects != 1)
        return false;
    const char *name = migrate_name_type(r->arena, drop->objects[0]->type_name);
    r->out->rest = tenon__arena_format(r->arena, "DROP TYPE IF EXISTS %s", name ? name : "");
    return is_same(name, r->out->old_enum) && r->out->rest;
}

static bool read_statement(enum_reader *r, const pgparse_statement *statement)
{
    if (!statement->node)
        return false;
    switch ((int)statement->node->node_case) {
    case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT:
        return read_alter(r, statement);
    case PG_QUERY__NODE__NODE_RENAME_STMT:
        return read_rename(r, statement);
    case PG_QUERY__NODE__NODE_DROP_STMT:
        return read_drop(r, statement);
    default:
        return false;
    }
}

/* Tables whose defaults alone change have no reason to be written anew. */
static bool has_columns(const migrate_online *online)
{
    for (size_t i = 0; i < online->table_count; i++)
        if (!online->tables[i].count)
            return false;
    return online->table_count > 0;
}

static bool read_all(enum_reader *r)
{
    const pgparse_tree *tree = r->tree;
    if (tree->statement_count < 5 || !read_create(r, &tree->statements[0]))
        return false;
    for (size_t i = 1; i < tree->statement_count; i++)
        if (!read_statement(r, &tree->statements[i]))
            return false;
    r->out->swap = tenon__arena_text(r->arena, tenon__buf_string(&r->swap));
    r->failed |= !r->out->swap;
    return has_columns(r->out) && r->out->rest && !r->failed;
}

bool migrate_read_online_enum(const pgparse_tree *tree, tenon__arena *arena, migrate_online *out)
{
    enum_reader r = {.tree = tree, .arena = arena, .out = out};
    if (!read_all(&r))
        *out = (migrate_online){0};
    tenon__buf_release(&r.swap);
    return !r.failed;
}
