/* A trace for people and for programs. */
#include "trace/trace.h"

/* The first line of a statement, cut. */
static void add_headline(tenon__buf *out, const char *sql)
{
    size_t length = strcspn(sql, "\n");
    bool is_cut = sql[length] != '\0';
    if (length > 72) {
        length = tenon__utf8_cut(sql, strlen(sql), 72);
        is_cut = true;
    }
    tenon__buf_add(out, sql, length);
    tenon__buf_text(out, is_cut ? " …" : "");
}

static void add_statement(tenon__buf *out, const trace *t, const trace_statement *s)
{
    tenon__buf_format(out, "%s:%zu:%zu: ", t->path, s->line, s->column);
    add_headline(out, s->sql);
    tenon__buf_char(out, '\n');
    for (size_t i = 0; i < s->lock_count; i++) {
        const trace_lock *lock = &s->locks[i];
        tenon__buf_format(out, "    lock    %s: %s", lock->relation, lock->mode);
        if (lock->waits)
            tenon__buf_format(out, ", %s wait", lock->waits);
        tenon__buf_char(out, '\n');
    }
    for (size_t i = 0; i < s->rewritten_count; i++)
        tenon__buf_format(out, "    rewrite %s\n", s->rewritten[i]);
    if (s->is_rewrite)
        tenon__buf_text(out, "    error 37 rewrite-seen: a table was written anew while nobody "
                             "could read it\n");
    if (!s->transaction && s->took_us)
        tenon__buf_text(out, "    ran outside of a transaction: its locks cannot be seen\n");
}

void trace_write_text(const trace *t, tenon__buf *out)
{
    for (size_t i = 0; i < t->statement_count; i++)
        add_statement(out, t, &t->statements[i]);
    if (t->failure)
        tenon__buf_format(out, "%s:%zu: failed: %s\n", t->path, t->failure_line, t->failure);
    if (t->down_failure)
        tenon__buf_format(out, "down.sql failed: %s\n", t->down_failure);
    else if (t->has_down)
        tenon__buf_text(out, t->difference_count ? "down.sql does not bring everything back:\n"
                                                 : "down.sql brings everything back\n");
    for (size_t i = 0; i < t->difference_count; i++)
        tenon__buf_format(out, "    %s\n", t->differences[i]);
}

/* ---- JSON ---- */

static void add_text(tenon__buf *out, const char *name, const char *value)
{
    tenon__buf_format(out, "\"%s\": ", name);
    if (value)
        tenon__buf_json_text(out, value, strlen(value));
    else
        tenon__buf_text(out, "null");
}

static void add_list(tenon__buf *out, const char *name, const char *const *items, size_t count)
{
    tenon__buf_format(out, "\"%s\": [", name);
    for (size_t i = 0; i < count; i++) {
        tenon__buf_text(out, i ? ", " : "");
        tenon__buf_json_text(out, items[i], strlen(items[i]));
    }
    tenon__buf_char(out, ']');
}

static void add_locks(tenon__buf *out, const trace_statement *s)
{
    tenon__buf_text(out, "\"locks\": [");
    for (size_t i = 0; i < s->lock_count; i++) {
        tenon__buf_text(out, i ? ", {" : "{");
        add_text(out, "relation", s->locks[i].relation);
        tenon__buf_text(out, ", ");
        add_text(out, "mode", s->locks[i].mode);
        tenon__buf_text(out, ", ");
        add_text(out, "waits", s->locks[i].waits);
        tenon__buf_char(out, '}');
    }
    tenon__buf_text(out, "], ");
}

static void add_json_statement(tenon__buf *out, const trace_statement *s)
{
    tenon__buf_format(out,
                      "{\"line\": %zu, \"column\": %zu, \"microseconds\": %lld, "
                      "\"transaction\": %u, ",
                      s->line, s->column, (long long)s->took_us, s->transaction);
    add_text(out, "sql", s->sql);
    tenon__buf_text(out, ", ");
    add_locks(out, s);
    add_list(out, "rewritten", s->rewritten, s->rewritten_count);
    tenon__buf_format(out, ", \"rewriteWhileLocked\": %s}", s->is_rewrite ? "true" : "false");
}

void trace_write_json(const trace *t, tenon__buf *out)
{
    tenon__buf_char(out, '{');
    add_text(out, "path", t->path);
    tenon__buf_text(out, ", \"statements\": [");
    for (size_t i = 0; i < t->statement_count; i++) {
        tenon__buf_text(out, i ? ",\n  " : "\n  ");
        add_json_statement(out, &t->statements[i]);
    }
    tenon__buf_text(out, "\n], ");
    add_text(out, "failure", t->failure);
    tenon__buf_format(out, ", \"hasDown\": %s, ", t->has_down ? "true" : "false");
    add_text(out, "downFailure", t->down_failure);
    tenon__buf_text(out, ", ");
    add_list(out, "downDifferences", t->differences, t->difference_count);
    tenon__buf_text(out, "}\n");
}
