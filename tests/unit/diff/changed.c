/* See changed.h. */
#include "changed.h"

#include "pgparse/pgparse.h"

#define DATASOURCE "datasource db {\n  provider = \"postgresql\"\n  url = \"x\"\n}\n"

schema *change_schema(const char *models)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    tenon__buf_format(&text, "%s%s", strstr(models, "datasource") ? "" : DATASOURCE, models);
    schema_source source = {"a.prisma", tenon__buf_string(&text), text.length};
    schema *s = schema_read_texts(&source, 1, NULL);
    assert_non_null(s);
    schema_print_diagnostics(s, stderr, false);
    assert_int_equal(schema_error_count(s), 0);
    return s;
}

static catalogue *catalogue_of_models(const char *models, tenon_dialect dialect)
{
    schema *s = change_schema(models);
    catalogue *c = catalogue_of_schema(s, dialect, NULL);
    assert_non_null(c);
    schema_free(s);
    return c;
}

static catalogue *read_database(changed *c, const catalogue *like)
{
    catalogue *found =
        catalogue_read(c->session, like->namespaces, like->namespace_count, &c->error);
    if (!found)
        fail_msg("%s", c->error.message);
    return found;
}

/* ---- plans ----------------------------------------------------------------------------------- */

enum { ANSWERS_MOST = 64 };

/* Every question is answered by "no". */
static diff_plan *make_plan(changed *c, const catalogue *from, const catalogue *to,
                            const diff_renames *renames)
{
    tenon_error_reset(&c->error);
    diff_rename strangers[ANSWERS_MOST];
    diff_options options = {.renames = renames ? renames->items : NULL,
                            .rename_count = renames ? renames->count : 0,
                            .strangers = strangers,
                            .accepts_loss = c->accepts_loss,
                            .has_safe_forms = c->has_safe_forms || c->expand,
                            .expand = c->expand};
    diff_plan *plan = diff_make(from, to, &options, &c->error), *asked[ANSWERS_MOST];
    size_t count = 0;
    while (plan && c->accepts_loss && plan->question_count) {
        for (size_t i = 0; i < plan->question_count && options.stranger_count < ANSWERS_MOST; i++)
            strangers[options.stranger_count++] = plan->questions[i].rename;
        asked[count++] = plan;
        plan = diff_make(from, to, &options, &c->error);
    }
    while (count > 0)
        diff_free(asked[--count]);
    if (!plan && !(c->expand && c->error.status == TENON_UNSUPPORTED))
        fail_msg("%s", c->error.message);
    return plan;
}

static void write_texts(changed *c, const diff_plan *plan)
{
    tenon__buf_clear(&c->script);
    tenon__buf_clear(&c->words);
    tenon__buf_clear(&c->back);
    diff_script_text(plan, DIFF_ALL_PARTS, DIFF_FORWARD, &c->script);
    diff_script_text(plan, DIFF_ALL_PARTS, DIFF_REVERSE, &c->back);
    diff_print(plan, &c->words);
    for (size_t i = 0; i < plan->kept_count; i++)
        tenon__buf_format(&c->words, "stays: %s\n", plan->kept[i]);
    c->part_count = plan->part_count < CHANGED_PARTS ? plan->part_count : CHANGED_PARTS;
    for (size_t i = 0; i < c->part_count; i++) {
        tenon__buf_clear(&c->parts[i]);
        diff_script_text(plan, (int)i, DIFF_FORWARD, &c->parts[i]);
    }
}

static void read_renames(changed *c, const char *models, diff_renames *out)
{
    schema *s = change_schema(models);
    assert_true(diff_renames_of_schema(s, out, &c->error));
    schema_free(s);
}

void change_plan(changed *c, const char *from, const char *to)
{
    catalogue *before = from ? catalogue_of_models(from, c->dialect) : NULL;
    catalogue *after = to ? catalogue_of_models(to, c->dialect) : NULL;
    diff_renames renames = {0};
    if (to)
        read_renames(c, to, &renames);
    diff_plan *plan = make_plan(c, before, after, &renames);
    if (plan)
        write_texts(c, plan);
    diff_free(plan);
    diff_renames_release(&renames);
    catalogue_free(before);
    catalogue_free(after);
}

void check_is_as(changed *c, const char *models)
{
    const diff_expand *expand = c->expand;
    c->expand = NULL;
    catalogue *wanted = catalogue_of_models(models, c->dialect);
    catalogue *found = read_database(c, wanted);
    diff_plan *plan = make_plan(c, found, wanted, NULL);
    if (plan->difference_count || plan->count) {
        write_texts(c, plan);
        fail_msg("the database differs:\n%s%s", tenon__buf_string(&c->words),
                 tenon__buf_string(&c->script));
    }
    c->expand = expand;
    diff_free(plan);
    catalogue_free(found);
    catalogue_free(wanted);
}

/* ---- changing -------------------------------------------------------------------------------- */

/* The steps of the second half are left out. */
static void stop_between(diff_plan *plan)
{
    size_t count = 0;
    while (count < plan->count && !plan->steps[count].is_contract)
        count++;
    plan->count = count;
}

static bool apply(changed *c, const diff_plan *plan)
{
    const diff_apply_options how = {.accepts_loss = c->accepts_loss};
    diff_findings findings;
    bool is_done = diff_apply(c->session, plan, &how, &findings);
    c->error = *tenon_session_error(c->session);
    tenon_error_clear(c->session);
    return is_done;
}

bool change_to(changed *c, const char *models)
{
    schema *s = change_schema(models);
    catalogue *wanted = catalogue_of_schema(s, c->dialect, &c->error);
    catalogue *found = read_database(c, wanted);
    diff_renames renames;
    assert_true(diff_renames_of_schema(s, &renames, &c->error));
    assert_true(
        diff_renames_look(c->session, found, wanted, renames.items, renames.count, &c->error));
    assert_true(diff_look_at_packed(c->session, found, wanted, &c->error));
    diff_plan *plan = make_plan(c, found, wanted, &renames);
    if (plan && c->stops_between)
        stop_between(plan);
    if (plan)
        write_texts(c, plan);
    bool is_done = plan && apply(c, plan);
    diff_free(plan);
    diff_renames_release(&renames);
    catalogue_free(found);
    catalogue_free(wanted);
    schema_free(s);
    if (is_done && !c->stops_between)
        check_is_as(c, models);
    return is_done;
}

static void run(changed *c, const char *sql)
{
    if (!tenon_execute(c->session, sql))
        fail_msg("%s in:\n%s", tenon_message(c->session), sql);
}

/* What cannot run in one go runs statement by statement, as the migrator does it. */
void change_back(changed *c)
{
    const char *text = tenon__buf_string(&c->back);
    pgparse_tree *tree =
        strstr(text, "CONCURRENTLY") || c->expand ? pgparse_read(text, &c->error) : NULL;
    if (!tree) {
        run(c, text);
        return;
    }
    for (size_t i = 0; i < tree->statement_count; i++) {
        TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
        const pgparse_statement *s = &tree->statements[i];
        tenon__buf_add(&sql, text + s->start, s->end - s->start);
        run(c, tenon__buf_string(&sql));
    }
    pgparse_free(tree);
}

/* ---- databases ------------------------------------------------------------------------------- */

/* One of PostgreSQL is enough for all tests: it is emptied. */
static const char *postgresql_url(void)
{
    static const char *url;
    if (!url)
        url = testdb_create("changed");
    return url;
}

void change_empty(changed *c)
{
    catalogue *found = catalogue_read(c->session, NULL, 0, &c->error);
    if (!found || !diff_reset(c->session, found))
        fail_msg("%s", tenon_message(c->session));
    catalogue_free(found);
}

void change_begin(changed *c, tenon_dialect dialect, const char *models)
{
    const tenon_options options = {.pool_max = 1};
    *c = (changed){.dialect = dialect};
    c->url = dialect == TENON_SQLITE ? testdb_sqlite_url() : postgresql_url();
    c->db = tenon_open(c->url, &options, &c->error);
    if (!c->db)
        fail_msg("%s", c->error.message);
    c->session = tenon_session_open(c->db, NULL);
    change_empty(c);
    if (!change_to(c, models))
        fail_msg("%s", c->error.message);
}

void change_release_texts(changed *c)
{
    tenon__buf_release(&c->script);
    tenon__buf_release(&c->words);
    tenon__buf_release(&c->back);
    for (size_t i = 0; i < CHANGED_PARTS; i++)
        tenon__buf_release(&c->parts[i]);
}

void change_end(changed *c)
{
    tenon_session_close(c->session);
    tenon_close(c->db);
    change_release_texts(c);
}

bool change_start(changed *c, const char *models)
{
    tenon_dialect dialect = c->dialect;
    if (dialect > TENON_SQLITE)
        return false;
    change_begin(c, dialect, models);
    return true;
}

void change_next(changed *c)
{
    tenon_dialect next = c->dialect + 1;
    change_end(c);
    c->dialect = next;
}

void check_holds(const char *text, const char *part, const char *file, int line)
{
    if (text && strstr(text, part))
        return;
    print_error("'%s' is not in:\n%s\n", part, text ? text : "(nothing)");
    _fail(file, line);
}
