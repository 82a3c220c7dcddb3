/* The triggers that write the log of changes (@tenon.audit): dropped before anything else changes,
 * made when all else is there.
 *
 * On PostgreSQL a trigger says what is special about its table by its arguments, and replaces one
 * of the same name. On SQLite it names each column, so that it is in the way of changes of columns
 * and is gone with a table that is built anew. What the triggers write to is made once and stays:
 * nobody wants a log to be lost. */
#include "diff/sqlite.h"

/* What is said of the table: all of the trigger on SQLite, its arguments on PostgreSQL, which
 * prints the rest in its own way. */
static const char *meaning_of(const diff_maker *m, const catalogue_object *log)
{
    const char *call = strstr(log->definition, "EXECUTE FUNCTION ");
    bool is_call = m->plan->dialect == TENON_POSTGRESQL && call;
    const char *arguments = is_call ? strchr(call, '(') : NULL;
    return arguments ? arguments : log->definition;
}

static bool is_same_log(const diff_maker *m, const catalogue_object *a, const catalogue_object *b)
{
    return !strcmp(a->table, b->table) && !strcmp(a->name, b->name) &&
           diff_same_namespace(m, a->namespace, b->namespace) &&
           !strcmp(meaning_of(m, a), meaning_of(m, b));
}

static bool has_log(const diff_maker *m, const catalogue *c, const catalogue_object *log)
{
    for (size_t i = 0; i < c->log_count; i++)
        if (is_same_log(m, &c->logs[i], log))
            return true;
    return false;
}

/* Whether there is a log of its table, whatever it says. */
static bool has_log_of_table(const diff_maker *m, const catalogue *c, const catalogue_object *log)
{
    for (size_t i = 0; i < c->log_count; i++)
        if (!strcmp(c->logs[i].table, log->table) &&
            diff_same_namespace(m, c->logs[i].namespace, log->namespace))
            return true;
    return false;
}

/* SQLite: a table that is built anew loses its triggers. */
static bool is_lost(const diff_maker *m, const catalogue_object *log)
{
    const catalogue_table *to = catalogue_find_table(m->to, log->namespace, log->table);
    const catalogue_table *from = to ? diff_from_table(m, to) : NULL;
    return m->plan->dialect == TENON_SQLITE && from && diff_is_rebuilt_table(m, from, to);
}

static bool is_kept(const diff_maker *m, const catalogue_object *log)
{
    return has_log(m, m->from, log) && has_log(m, m->to, log) && !is_lost(m, log);
}

static void write_log(diff_maker *m, const diff_change *change)
{
    const catalogue_object *from = change->from, *to = change->to;
    const char *call = to ? strstr(to->definition, "EXECUTE FUNCTION ") : NULL;
    if (to && m->plan->dialect == TENON_POSTGRESQL && call)
        diff_write(m,
                   "CREATE OR REPLACE TRIGGER %I AFTER INSERT OR UPDATE OR DELETE ON %N\n"
                   "FOR EACH ROW %s",
                   to->name, to->namespace, to->table, call);
    else if (to)
        diff_write(m, "%s", to->definition);
    else if (m->plan->dialect == TENON_SQLITE)
        diff_write(m, "DROP TRIGGER %I", from->name);
    else
        diff_write(m, "DROP TRIGGER %I ON %N", from->name, from->namespace, from->table);
}

void diff_write_old_logs(diff_maker *m, const catalogue_table *table)
{
    for (size_t i = 0; i < m->from->log_count; i++) {
        const catalogue_object *log = &m->from->logs[i];
        if (strcmp(log->table, table->name) != 0 ||
            !diff_same_namespace(m, log->namespace, table->namespace))
            continue;
        diff_write(m, ";\n");
        write_log(m, &(diff_change){.to = log});
    }
}

/* A trigger goes with its table, and on PostgreSQL another one replaces it. */
static bool is_to_be_dropped(const diff_maker *m, const catalogue_object *log)
{
    const catalogue_table *table = catalogue_find_table(m->from, log->namespace, log->table);
    if (is_kept(m, log))
        return false;
    return m->plan->dialect == TENON_SQLITE ||
           (table && diff_to_table(m, table) && !has_log_of_table(m, m->to, log));
}

void diff_plan_log_drops(diff_maker *m)
{
    for (size_t i = 0; i < m->from->log_count && !m->failed; i++)
        if (is_to_be_dropped(m, &m->from->logs[i]))
            diff_add_step(m, "DropTrigger", write_log, (diff_change){.from = &m->from->logs[i]});
}

static void write_setup(diff_maker *m, const diff_change *change)
{
    if (change->to)
        diff_write(m, "%s", m->to->log_setup);
}

/* PostgreSQL: the one that it takes the place of. */
static const catalogue_object *replaced_log(const diff_maker *m, const catalogue_object *log)
{
    for (size_t i = 0; i < m->from->log_count && m->plan->dialect == TENON_POSTGRESQL; i++) {
        const catalogue_object *old = &m->from->logs[i];
        if (!strcmp(old->name, log->name) && !strcmp(old->table, log->table) &&
            diff_same_namespace(m, old->namespace, log->namespace))
            return old;
    }
    return NULL;
}

void diff_plan_log_makes(diff_maker *m)
{
    bool has_setup = false;
    for (size_t i = 0; i < m->to->log_count && !m->failed; i++) {
        const catalogue_object *log = &m->to->logs[i];
        if (is_kept(m, log))
            continue;
        if (!has_setup)
            diff_add_step(m, "CreateLog", write_setup, (diff_change){.to = log})->not_restored =
                "the log of changes, which stays";
        has_setup = true;
        diff_add_step(m, "CreateTrigger", write_log,
                      (diff_change){.from = replaced_log(m, log), .to = log});
    }
}

/* One word a table, however many triggers it has. */
static void tell_logs(diff_maker *m, const catalogue *of, const catalogue *in, diff_sign sign)
{
    for (size_t i = 0; i < of->log_count; i++) {
        const catalogue_object *log = &of->logs[i];
        bool is_first = i == 0 || strcmp(of->logs[i - 1].table, log->table) != 0;
        if (is_first && !has_log_of_table(m, in, log))
            diff_add_difference(m, sign, diff_say(m, "log of changes of %I", log->table), "");
        else if (is_first && sign == DIFF_ADDED && !has_log(m, in, log))
            diff_add_difference(m, DIFF_CHANGED, diff_say(m, "log of changes of %I", log->table),
                                "");
    }
}

void diff_tell_logs(diff_maker *m)
{
    tell_logs(m, m->from, m->to, DIFF_REMOVED);
    tell_logs(m, m->to, m->from, DIFF_ADDED);
}
