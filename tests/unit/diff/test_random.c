/* Random pairs of schemas: a database goes from one to the other with made-up rows in it.
 *
 * Then: the database is as the second schema says, columns that are the same in both keep their
 * values, and comments their text; or the rows were in the way, and everything is as it was.
 * Without rows the way back leads to the first schema, through safe forms too.
 *
 * TENON_ROUNDS says how many pairs, TENON_SEED where to begin; a failure tells its seed. */
#include "drawn.h"

#include <stdio.h>
#include <stdlib.h>

#include "describe/describe.h"

#include <tenon/test.h>

enum { ROWS = 4 };

/* ---- rows ------------------------------------------------------------------------------------ */

/* There are not many different booleans, and some values are none. */
static void add_row(changed *c, const tenon_model *model, uint64_t number)
{
    if (tenon_fake_create(c->session, model, NULL, number, NULL))
        return;
    tenon_status status = tenon_session_error(c->session)->status;
    if (status != TENON_UNIQUE && status != TENON_CHECK)
        fail_msg("%s", tenon_message(c->session));
    tenon_error_clear(c->session);
}

static void write_name(const schema_model *model, tenon__buf *out)
{
    if (model->database_schema)
        tenon__buf_format(out, "\"%s\".", model->database_schema);
    tenon__buf_format(out, "\"%s\"", model->database_name);
}

/* Which refers to which is left to the database. */
static void refer_to_first(changed *c, const schema *s)
{
    for (size_t i = 0; i < s->relation_count; i++) {
        TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
        const schema_relation *r = s->relations[i];
        if (r->kind == SCHEMA_MANY_TO_MANY)
            continue;
        tenon__buf_text(&sql, "UPDATE ");
        write_name(r->from, &sql);
        tenon__buf_format(&sql, " SET \"%s\" = (SELECT min(\"id\") FROM ",
                          r->fields[0]->database_name);
        write_name(r->to, &sql);
        tenon__buf_text(&sql, ")");
        testdb_run(c->url, tenon__buf_string(&sql));
    }
}

static void add_rows(changed *c, const char *models)
{
    schema *s = change_schema(models);
    describe_set *set = describe_schema(s, &c->error);
    assert_non_null(set);
    for (size_t i = 0; i < set->model_count; i++)
        for (uint64_t number = 1; number <= ROWS; number++)
            add_row(c, &set->models[i].model, number);
    refer_to_first(c, s);
    describe_free(set);
    schema_free(s);
}

/* A column that both schemas have in the same form, of a table whose key they have. */
static bool is_kept(const draw *from, const draw *to, unsigned model, unsigned field)
{
    return draw_has_model(from, model) && draw_has_model(to, model) &&
           draw_has_field(from, model, field) && draw_has_field(to, model, field) &&
           draw_type(from, model, field) == draw_type(to, model, field);
}

/* All values of a column, in one text; those of enums without what a new name changes. */
static void write_sum(const draw *at, unsigned model, unsigned field, tenon__buf *out)
{
    const char *column = draw_column(at, model, field);
    bool is_enum = draw_is_enum(at, model, field), is_sqlite = at->dialect == TENON_SQLITE;
    const char *cast = is_sqlite ? "" : "::text";
    tenon__buf_text(out, is_sqlite ? "SELECT group_concat(hex(v)) FROM (SELECT "
                                   : "SELECT string_agg(v, ',' ORDER BY v) FROM (SELECT ");
    if (is_enum)
        tenon__buf_format(out, "replace(%s%s, 'W', 'V') AS v FROM ", column, cast);
    else
        tenon__buf_format(out, "%s%s AS v FROM ", column, cast);
    draw_table(at, model, out);
    tenon__buf_text(out, is_sqlite ? " ORDER BY 1)" : ") AS a");
}

static void sum_values(const changed *c, const draw *from, const draw *to, const draw *at,
                       tenon__buf *out)
{
    for (unsigned model = 0; model < DRAWN_MODELS; model++)
        for (unsigned field = 0; field < DRAWN_FIELDS; field++) {
            TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
            if (!is_kept(from, to, model, field))
                continue;
            write_sum(at, model, field, &sql);
            const char *values = testdb_value(c->url, tenon__buf_string(&sql));
            tenon__buf_format(out, "M%u.f%u: %s\n", model, field, values ? values : "(none)");
        }
}

/* ---- comments -------------------------------------------------------------------------------- */

/* Of the table that is always there, where the database has any. */
static void set_comment(const changed *c, const draw *at)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
    if (at->dialect == TENON_SQLITE)
        return;
    tenon__buf_text(&sql, "COMMENT ON TABLE ");
    draw_table(at, 0, &sql);
    tenon__buf_text(&sql, " IS 'kept'");
    testdb_run(c->url, tenon__buf_string(&sql));
}

static void check_comment(const changed *c, const draw *at)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
    if (at->dialect == TENON_SQLITE)
        return;
    tenon__buf_text(&sql, "SELECT obj_description('");
    draw_table(at, 0, &sql);
    tenon__buf_text(&sql, "'::regclass)");
    assert_string_equal(testdb_value(c->url, tenon__buf_string(&sql)), "kept");
}

/* ---- rounds ---------------------------------------------------------------------------------- */

static void check_outcome(changed *c, bool is_done, const char *before, const char *values,
                          const char *values_then, uint64_t seed)
{
    if (!is_done && c->error.status != TENON_VALIDATION)
        fail_msg("seed %llu: %s [%s]\n%s", (unsigned long long)seed, c->error.message, c->error.sql,
                 tenon__buf_string(&c->script));
    if (!is_done && getenv("TENON_SEED"))
        print_message("seed %llu: %s\n", (unsigned long long)seed, c->error.message);
    if (!is_done && c->part_count > 1)
        return; /* what was committed before stays */
    if (!is_done)
        check_is_as(c, before);
    if (strcmp(values, values_then) != 0)
        fail_msg("seed %llu: values changed from\n%s to\n%s by\n%s", (unsigned long long)seed,
                 values, values_then, tenon__buf_string(&c->script));
}

/* What an earlier pair has left. */
static void begin_round(changed *c, const draw *d, const char *models)
{
    change_begin(c, d->dialect, "model Empty {\n  id Int @id\n}\n");
    if (d->dialect == TENON_POSTGRESQL)
        testdb_run(c->url, "SET client_min_messages = error; DROP SCHEMA IF EXISTS s0 CASCADE;"
                           "DROP SCHEMA IF EXISTS s1 CASCADE");
    change_empty(c);
    c->accepts_loss = true;
    if (!change_to(c, models))
        fail_msg("seed %llu: %s [%s]\n%s", (unsigned long long)d->first, c->error.message,
                 c->error.sql, models);
}

static bool change_with_rows(const draw *from, const draw *to, const char *before,
                             const char *after)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf values = {0}, values_then = {0};
    changed c;
    begin_round(&c, from, before);
    add_rows(&c, before);
    set_comment(&c, from);
    sum_values(&c, from, to, from, &values);
    bool is_done = change_to(&c, after);
    if (is_done || c.part_count == 1)
        sum_values(&c, from, to, is_done ? to : from, &values_then);
    check_outcome(&c, is_done, before, tenon__buf_string(&values), tenon__buf_string(&values_then),
                  to->first);
    if (is_done || c.part_count == 1)
        check_comment(&c, is_done ? to : from);
    change_end(&c);
    return is_done;
}

static void change_and_go_back(const draw *to, const char *before, const char *after)
{
    changed c;
    begin_round(&c, to, before);
    c.has_safe_forms = draw_is_safe(to);
    if (!change_to(&c, after))
        fail_msg("seed %llu: %s [%s]\n%s", (unsigned long long)to->first, c.error.message,
                 c.error.sql, tenon__buf_string(&c.script));
    change_back(&c);
    check_is_as(&c, before);
    change_end(&c);
}

static uint64_t number_of(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text ? strtoull(text, NULL, 10) : otherwise;
}

static void run_rounds(tenon_dialect dialect)
{
    uint64_t rounds = number_of("TENON_ROUNDS", 6), seed = number_of("TENON_SEED", 1);
    size_t done = 0;
    for (uint64_t i = seed; i < seed + rounds; i++) {
        TENON__CLEANUP(tenon__buf_release) tenon__buf before = {0}, after = {0};
        const draw from = {i, i, dialect}, to = {i, i + 1000000, dialect};
        draw_models(&from, &before);
        draw_models(&to, &after);
        done += change_with_rows(&from, &to, tenon__buf_string(&before), tenon__buf_string(&after));
        change_and_go_back(&to, tenon__buf_string(&before), tenon__buf_string(&after));
    }
    print_message("%zu of %llu arrived with their rows\n", done, (unsigned long long)rounds);
}

static void pairs_of_schemas_on_postgresql(void **state)
{
    run_rounds(TENON_POSTGRESQL);
}

static void pairs_of_schemas_on_sqlite(void **state)
{
    run_rounds(TENON_SQLITE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_of_schemas_on_postgresql),
        cmocka_unit_test(pairs_of_schemas_on_sqlite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
