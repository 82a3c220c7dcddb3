/* Running a migration statement by statement, and looking after each.
 *
 * Locks last until their transaction ends, so the session that runs the statements sees its own in
 * pg_locks; what was there after the statement before is not told again. Oids are compared, not
 * names: they outlive a rename and a DROP. Whatever is asked is asked of the catalogue, whose
 * tables are not among those that are watched. */
#include "trace/trace.h"

#include "catalogue/catalogue.h"
#include "pgparse/pgparse.h"
#include "rows/rows.h"

#include <tenon/tenon.h>

#include <assert.h>
#include <stdlib.h>

typedef struct relation {
    const char *oid, *name, *node;
    bool is_table;
    size_t held; /* the strongest mode that this transaction holds it in: of `modes`, from 1 */
} relation;

typedef struct runner {
    trace *trace;
    const trace_input *input;
    tenon_db *db;
    tenon_session *session;
    relation *relations; /* those that were there before */
    size_t relation_count;
    unsigned transactions;
    bool is_open;
    tenon_error *err;
} runner;

/* ---- asking ---- */

static bool ask(runner *r, const char *sql, size_t columns, rows *out)
{
    rows_query query = {sql, columns, NULL, 0};
    return rows_read(r->session, &query, &r->trace->arena, out);
}

static relation *find_relation(runner *r, const char *oid)
{
    for (size_t i = 0; i < r->relation_count; i++)
        if (strcmp(r->relations[i].oid, oid) == 0)
            return &r->relations[i];
    return NULL;
}

static const char nodes_sql[] =
    "SELECT c.oid::text, c.oid::regclass::text, coalesce(pg_relation_filenode(c.oid), 0)::text, "
    "(c.relkind IN ('r', 'm', 'p'))::text FROM pg_class c "
    "WHERE c.relkind IN ('r', 'm', 'p', 'i', 'I', 'v', 'S') AND c.relnamespace NOT IN "
    "('pg_catalog'::regnamespace, 'information_schema'::regnamespace, 'pg_toast'::regnamespace) "
    "AND c.relname NOT LIKE '\\_prisma\\_migrations%' AND c.relname NOT LIKE '\\_tenon\\_%' "
    "ORDER BY 2";

static bool read_relations(runner *r)
{
    rows found;
    if (!ask(r, nodes_sql, 4, &found))
        return false;
    r->relations = tenon__arena_array(&r->trace->arena, found.count, sizeof *r->relations);
    if (!r->relations)
        return tenon__fail_no_memory(r->err);
    r->relation_count = found.count;
    for (size_t i = 0; i < found.count; i++)
        r->relations[i] = (relation){rows_cell(&found, i, 0), rows_cell(&found, i, 1),
                                     rows_cell(&found, i, 2), rows_truth(&found, i, 3)};
    return true;
}

/* ---- locks ---- */

typedef struct mode {
    const char *server, *name, *waits;
} mode;

/* Strongest first. */
static const mode modes[] = {
    {"AccessExclusiveLock", "ACCESS EXCLUSIVE", "readers and writers"},
    {"ExclusiveLock", "EXCLUSIVE", "writers"},
    {"ShareRowExclusiveLock", "SHARE ROW EXCLUSIVE", "writers"},
    {"ShareLock", "SHARE", "writers"},
    {"ShareUpdateExclusiveLock", "SHARE UPDATE EXCLUSIVE", NULL},
    {"RowExclusiveLock", "ROW EXCLUSIVE", NULL},
    {"RowShareLock", "ROW SHARE", NULL},
    {"AccessShareLock", "ACCESS SHARE", NULL},
};

/* From 1 on; 0 when there is none. */
static size_t find_mode(const char *server)
{
    for (size_t i = 0; i < TENON__COUNT(modes); i++)
        if (strcmp(modes[i].server, server) == 0)
            return i + 1;
    return 0;
}

/* A lock that adds nothing to one that is held already is not told. */
static void add_lock(runner *r, trace_statement *s, const char *oid, const char *server)
{
    relation *found = find_relation(r, oid);
    size_t index = find_mode(server);
    if (!found || !index || (found->held && found->held <= index))
        return;
    found->held = index;
    const mode *m = &modes[index - 1];
    s->locks[s->lock_count++] = (trace_lock){found->name, m->name, m->waits};
}

static void forget_locks(runner *r)
{
    for (size_t i = 0; i < r->relation_count; i++)
        r->relations[i].held = 0;
}

static bool read_locks(runner *r, trace_statement *s)
{
    rows found;
    if (!ask(r,
             "SELECT relation::text, mode FROM pg_locks WHERE pid = pg_backend_pid() "
             "AND relation IS NOT NULL AND granted ORDER BY array_position(ARRAY["
             "'AccessExclusiveLock', 'ExclusiveLock', 'ShareRowExclusiveLock', 'ShareLock', "
             "'ShareUpdateExclusiveLock', 'RowExclusiveLock', 'RowShareLock', "
             "'AccessShareLock'], mode), relation",
             2, &found))
        return false;
    s->locks = tenon__arena_array(&r->trace->arena, found.count, sizeof *s->locks);
    for (size_t i = 0; s->locks && i < found.count; i++)
        add_lock(r, s, rows_cell(&found, i, 0), rows_cell(&found, i, 1));
    return s->locks || tenon__fail_no_memory(r->err);
}

/* ---- rewrites ---- */

static void note_rewrite(trace_statement *s, relation *found, const char *node)
{
    found->node = node;
    s->rewritten[s->rewritten_count++] = found->name;
    s->is_rewrite |= found->is_table && found->held == 1;
}

static bool read_rewrites(runner *r, trace_statement *s)
{
    rows found;
    if (!ask(r, nodes_sql, 4, &found))
        return false;
    s->rewritten = tenon__arena_array(&r->trace->arena, found.count, sizeof *s->rewritten);
    for (size_t i = 0; s->rewritten && i < found.count; i++) {
        relation *known = find_relation(r, rows_cell(&found, i, 0));
        const char *node = rows_cell(&found, i, 2);
        if (known && strcmp(known->node, node) != 0)
            note_rewrite(s, known, node);
    }
    return s->rewritten || tenon__fail_no_memory(r->err);
}

/* ---- statements ---- */

typedef enum step_kind {
    STEP_PLAIN,
    STEP_OUTSIDE,
    STEP_BEGIN,
    STEP_COMMIT,
    STEP_ROLLBACK
} step_kind;

static step_kind kind_of(const PgQuery__Node *node)
{
    if (node->node_case != PG_QUERY__NODE__NODE_TRANSACTION_STMT)
        return pgparse_is_outside(node) ? STEP_OUTSIDE : STEP_PLAIN;
    switch ((int)node->transaction_stmt->kind) {
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_BEGIN:
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_START:
        return STEP_BEGIN;
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_COMMIT:
        return STEP_COMMIT;
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK:
        return STEP_ROLLBACK;
    default:
        return STEP_PLAIN;
    }
}

static bool begin(runner *r)
{
    if (r->is_open)
        return true;
    forget_locks(r);
    r->transactions++;
    r->is_open = tenon_begin(r->session);
    return r->is_open;
}

static bool end(runner *r, bool is_kept)
{
    if (!r->is_open)
        return true;
    r->is_open = false;
    forget_locks(r);
    if (is_kept)
        return tenon_commit(r->session);
    tenon_rollback(r->session);
    return true;
}

static bool execute(runner *r, trace_statement *s)
{
    int64_t start = tenon__monotonic_us();
    bool is_done = tenon_execute(r->session, s->sql);
    s->took_us = tenon__monotonic_us() - start;
    return is_done;
}

static bool run_step(runner *r, step_kind kind, trace_statement *s)
{
    switch (kind) {
    case STEP_BEGIN:
        return begin(r);
    case STEP_COMMIT:
    case STEP_ROLLBACK:
        return end(r, kind == STEP_COMMIT);
    case STEP_OUTSIDE:
        return end(r, true) && execute(r, s) && read_rewrites(r, s);
    case STEP_PLAIN:
        if (!begin(r) || !execute(r, s))
            return false;
        s->transaction = r->transactions;
        return read_locks(r, s) && read_rewrites(r, s);
    }
    return false;
}

static bool fail_at(runner *r, size_t line, const char *message)
{
    r->trace->failure = tenon__arena_text(&r->trace->arena, message);
    r->trace->failure_line = line;
    return false;
}

static bool trace_one(runner *r, const pgparse_tree *tree, const pgparse_statement *parsed)
{
    trace_statement *s = &r->trace->statements[r->trace->statement_count];
    pgparse_position at = pgparse_locate(tree->text, parsed->start);
    assert(s);
    s->line = at.line;
    s->column = at.column;
    s->sql = tenon__arena_copy(&r->trace->arena, tree->text + parsed->start,
                               parsed->end - parsed->start);
    if (!parsed->node)
        return fail_at(r, at.line, parsed->message);
    if (!s->sql || !run_step(r, kind_of(parsed->node), s))
        return fail_at(r, at.line, tenon_message(r->session));
    r->trace->statement_count++;
    return true;
}

static bool has_own_transactions(const pgparse_tree *tree)
{
    for (size_t i = 0; i < tree->statement_count; i++)
        if (tree->statements[i].node && kind_of(tree->statements[i].node) == STEP_BEGIN)
            return true;
    return false;
}

/* Outside of a file's own transactions each statement is one of its own. */
static bool trace_all(runner *r, const pgparse_tree *tree)
{
    bool has_own = has_own_transactions(tree), is_within = false;
    for (size_t i = 0; i < tree->statement_count; i++) {
        if (!trace_one(r, tree, &tree->statements[i]))
            return false;
        step_kind kind = kind_of(tree->statements[i].node);
        is_within = kind == STEP_BEGIN || (is_within && kind < STEP_COMMIT);
        if (has_own && !is_within && !end(r, true))
            return fail_at(r, 0, tenon_message(r->session));
    }
    return end(r, true) || fail_at(r, 0, tenon_message(r->session));
}

static bool run_file(runner *r)
{
    pgparse_tree *tree = pgparse_read(r->input->sql, r->err);
    if (!tree)
        return false;
    r->trace->statements =
        tenon__arena_array(&r->trace->arena, tree->statement_count, sizeof *r->trace->statements);
    bool is_ready = r->trace->statements || tenon__fail_no_memory(r->err);
    if (is_ready && !trace_all(r, tree))
        tenon_rollback(r->session);
    r->is_open = false;
    pgparse_free(tree);
    return is_ready;
}

/* ---- the way back ---- */

static char *print_catalogue(runner *r)
{
    tenon__buf text = {0};
    catalogue *c = catalogue_read(r->session, NULL, 0, r->err);
    if (c)
        catalogue_print(c, &text);
    catalogue_free(c);
    if (text.failed)
        tenon__fail_no_memory(r->err);
    return c ? tenon__buf_take(&text) : NULL;
}

static bool has_line(const char *lines, const char *line, size_t length)
{
    while (*lines) {
        size_t own = strcspn(lines, "\n");
        if (own == length && memcmp(lines, line, length) == 0)
            return true;
        lines += own;
        lines += *lines == '\n';
    }
    return false;
}

/* Lines of `text` that `other` does not have. */
static void compare_lines(runner *r, const char *text, const char *other, char sign)
{
    trace *t = r->trace;
    while (*text) {
        size_t length = strcspn(text, "\n");
        if (length && !has_line(other, text, length)) {
            const char **list = tenon__arena_resize(&t->arena, t->differences,
                                                    (t->difference_count + 1) * sizeof *list);
            if (!list)
                return;
            t->differences = list;
            list[t->difference_count++] =
                tenon__arena_format(&t->arena, "%c %.*s", sign, (int)length, text);
        }
        text += length;
        text += *text == '\n';
    }
}

static void release_text(char **text)
{
    free(*text);
}

static bool go_back(runner *r, const char *before)
{
    r->trace->has_down = true;
    if (!tenon_execute(r->session, r->input->down_sql)) {
        r->trace->down_failure = tenon__arena_text(&r->trace->arena, tenon_message(r->session));
        tenon_error_clear(r->session);
        return true;
    }
    TENON__CLEANUP(release_text) char *after = print_catalogue(r);
    if (!after)
        return false;
    compare_lines(r, before, after, '-');
    compare_lines(r, after, before, '+');
    return true;
}

static bool run_there_and_back(runner *r)
{
    TENON__CLEANUP(release_text) char *before = r->input->down_sql ? print_catalogue(r) : NULL;
    if (r->input->down_sql && !before)
        return false;
    if (!read_relations(r) || !run_file(r))
        return false;
    return !before || r->trace->failure || go_back(r, before);
}

/* ---- the whole ---- */

static bool connect_to(runner *r)
{
    /* One connection, so that settings of the file hold for the file. */
    tenon_options options = {.pool_max = 1};
    r->db = tenon_open(r->input->url, &options, r->err);
    if (!r->db)
        return false;
    if (tenon_db_dialect(r->db) == TENON_SQLITE)
        return tenon__fail(r->err, TENON_UNSUPPORTED,
                           "SQLite has one lock, on everything: there is nothing to trace");
    const tenon_migrate_options whole = {.run_contracts = true};
    if (r->input->before.count && !tenon_migrate(r->db, &r->input->before, &whole, r->err))
        return false;
    r->session = tenon_session_open(r->db, NULL);
    return r->session || tenon__fail_no_memory(r->err);
}

trace *trace_run(const trace_input *input, tenon_error *err)
{
    trace *t = calloc(1, sizeof *t);
    tenon_error own = {0};
    runner r = {.trace = t, .input = input, .err = err ? err : &own};
    if (!t) {
        tenon__fail_no_memory(err);
        return NULL;
    }
    t->path = tenon__arena_text(&t->arena, input->path);
    bool is_done = connect_to(&r) && run_there_and_back(&r);
    if (!is_done && r.session && r.err->status == TENON_OK)
        *r.err = *tenon_session_error(r.session);
    tenon_session_close(r.session);
    tenon_close(r.db);
    if (is_done)
        return t;
    trace_free(t);
    return NULL;
}

void trace_free(trace *t)
{
    if (t)
        tenon__arena_release(&t->arena);
    free(t);
}

size_t trace_rewrite_count(const trace *t)
{
    size_t count = 0;
    for (size_t i = 0; i < t->statement_count; i++)
        count += t->statements[i].is_rewrite;
    return count;
}
