/* What a statement of PostgreSQL does besides giving rows: whether it writes, or may change
 * something on the way, so that no replica must get it.
 *
 * It may when it locks rows or calls a function that is volatile, itself or in the query of a view
 * that it reads. Functions are believed what they say of themselves (provolatile), as the server
 * does: one that is declared STABLE cannot write. One that is not declared is VOLATILE, whatever it
 * does; then the author of the query may know better (`-- tenon:reads`). Rules and triggers play no
 * part, as they belong to writes. */
#include "sqlfile/check.h"

/* Of the views of one statement, as often as they are met. */
enum { MOST_VIEWS = 64 };

typedef struct effects {
    const catalogue *database;
    size_t view_count;
    bool is_writing, is_locking;
    tenon__buf functions; /* their names, as PostgreSQL writes an array */
} effects;

/* The last of its names is its own; those in front say where it is. */
static void add_function(const PgQuery__FuncCall *call, tenon__buf *names)
{
    const char *name =
        call->n_funcname ? pgparse_string(call->funcname[call->n_funcname - 1]) : NULL;
    if (!name)
        return;
    tenon__buf_text(names, names->length > 1 ? ",\"" : "\"");
    for (; *name; name++) {
        if (*name == '"' || *name == '\\')
            tenon__buf_char(names, '\\');
        tenon__buf_char(names, *name);
    }
    tenon__buf_char(names, '"');
}

static bool look_for_effects(ProtobufCMessage *message, void *context);

/* A name that WITH has given to something else is taken for the view: then too much is found. */
static void look_into_view(effects *e, const PgQuery__RangeVar *named)
{
    const char *namespace = named->schemaname && *named->schemaname ? named->schemaname : NULL;
    const catalogue_table *view = catalogue_find_table(e->database, namespace, named->relname);
    if (!view || view->kind != CATALOGUE_VIEW || !view->definition)
        return;
    if (e->view_count++ == MOST_VIEWS) {
        e->is_locking = true; /* nobody knows what the rest does */
        return;
    }
    if (e->view_count > MOST_VIEWS)
        return;
    pgparse_tree *tree = pgparse_read(view->definition, NULL);
    for (size_t i = 0; tree && i < tree->statement_count; i++)
        pgparse_walk(tree->statements[i].node, look_for_effects, e);
    pgparse_free(tree);
}

static bool look_for_effects(ProtobufCMessage *message, void *context)
{
    effects *e = context;
    e->is_writing |= PGPARSE_IS(message, insert_stmt) || PGPARSE_IS(message, update_stmt) ||
                     PGPARSE_IS(message, delete_stmt) || PGPARSE_IS(message, merge_stmt);
    e->is_locking |= PGPARSE_IS(message, locking_clause);
    if (PGPARSE_IS(message, func_call))
        add_function((const PgQuery__FuncCall *)(const void *)message, &e->functions);
    if (PGPARSE_IS(message, range_var))
        look_into_view(e, (const PgQuery__RangeVar *)(const void *)message);
    return true;
}

void sql_note_effects(sql_check *c, PgQuery__Node *statement)
{
    const sql_database *d = c->database;
    effects e = {.database = d->catalogue,
                 .is_writing = statement->node_case != PG_QUERY__NODE__NODE_SELECT_STMT};
    tenon__buf_char(&e.functions, '{');
    pgparse_walk(statement, look_for_effects, &e);
    tenon__buf_char(&e.functions, '}');
    bool is_volatile =
        !c->query->is_read_only && d->kind->is_volatile(d->server, tenon__buf_string(&e.functions));
    c->query->is_writing |= e.is_writing;
    c->query->may_write |= e.is_locking || is_volatile;
    c->set->report.arena.failed |= e.functions.failed;
    tenon__buf_release(&e.functions);
}
