/* Random pairs of schemas: a database goes from one to the other with made-up rows in it.
 *
 * Every part of a schema (a field's type, whether there is an index, …) is drawn from a number that
 * its name and a seed give. The second schema takes seven of eight draws from the first one's seed,
 * so that tables, columns and all else stay, change, come and go. Then: the database is as the
 * second schema says, columns that are the same in both keep their values; or the rows were in the
 * way, and everything is as it was. Without rows the way back leads to the first schema.
 *
 * TENON_ROUNDS says how many pairs, TENON_SEED where to begin; a failure tells its seed. */
#include "changed.h"

#include <stdio.h>
#include <stdlib.h>

#include "describe/describe.h"

#include <tenon/test.h>

enum { MODELS = 3, FIELDS = 6, ENUMS = 2, VALUES = 4, ROWS = 4 };

typedef struct draw {
    uint64_t first, second; /* seeds; the same for the first schema */
} draw;

/* A number below `most` for this part of the schema. */
static unsigned pick(const draw *d, const char *part, unsigned most)
{
    char text[96];
    snprintf(text, sizeof text, "%s %llu", part, (unsigned long long)d->second);
    uint64_t seed =
        d->second != d->first && tenon__hash(text, strlen(text)) % 8 == 0 ? d->second : d->first;
    snprintf(text, sizeof text, "%llu %s", (unsigned long long)seed, part);
    return (unsigned)(tenon__hash(text, strlen(text)) % most);
}

static unsigned pick_of(const draw *d, const char *what, unsigned model, unsigned field,
                        unsigned most)
{
    char part[64];
    snprintf(part, sizeof part, "%s %u %u", what, model, field);
    return pick(d, part, most);
}

/* ---- schemas --------------------------------------------------------------------------------- */

static const char *const types[] = {
    "Int",
    "BigInt",
    "Float",
    "Decimal @db.Decimal(20, 4)",
    "Decimal @db.Decimal(30, 10)",
    "String",
    "String @db.VarChar(12)",
    "String @db.VarChar(400)",
    "Boolean",
    "DateTime",
    "DateTime @db.Timestamptz(6)",
    "DateTime @db.Date",
    "Json",
    "Bytes",
    "String @db.Uuid",
    "Int @db.SmallInt",
    "E0",
    "E1",
    "Int[]",
    "String[]",
};

static const char *const defaults[] = {
    [0] = "7", [1] = "8", [5] = "\"it's\"", [6] = "\"x\"", [8] = "true", [9] = "now()",
};

static void add_field(const draw *d, unsigned model, unsigned field, tenon__buf *out)
{
    unsigned type = pick_of(d, "type", model, field, TENON__COUNT(types));
    size_t word = strcspn(types[type], " ");
    bool is_list = strchr(types[type], '[') != NULL;
    if (pick_of(d, "field", model, field, 4) == 0)
        return;
    tenon__buf_format(out, "  f%u %.*s", field, (int)word, types[type]);
    tenon__buf_text(out, !is_list && pick_of(d, "optional", model, field, 6) ? "?" : "");
    tenon__buf_text(out, types[type] + word);
    if (type < TENON__COUNT(defaults) && defaults[type] &&
        pick_of(d, "default", model, field, 3) == 0)
        tenon__buf_format(out, " @default(%s)", defaults[type]);
    tenon__buf_text(out, pick_of(d, "unique", model, field, 12) || is_list ? "" : " @unique");
    tenon__buf_char(out, '\n');
}

static bool has_model(const draw *d, unsigned model)
{
    return model == 0 || pick_of(d, "model", model, 0, 4) != 0;
}

static bool has_field(const draw *d, unsigned model, unsigned field)
{
    return pick_of(d, "field", model, field, 4) != 0;
}

static bool has_relation(const draw *d, unsigned from, unsigned to)
{
    return has_model(d, from) && has_model(d, to) && pick_of(d, "relation", from, to, 3) == 0;
}

static void add_relations(const draw *d, unsigned model, tenon__buf *out)
{
    static const char *const actions[] = {"", ", onDelete: Cascade", ", onUpdate: NoAction"};
    for (unsigned other = 0; other < MODELS; other++) {
        if (has_relation(d, model, other))
            tenon__buf_format(
                out,
                "  r%u M%u? @relation(\"%u_%u\", fields: [r%uId], references: [id]%s)\n"
                "  r%uId %s?\n",
                other, other, model, other, other, actions[pick_of(d, "action", model, other, 3)],
                other, pick_of(d, "id", other, 0, 2) ? "Int" : "String");
        if (has_relation(d, other, model))
            tenon__buf_format(out, "  b%u M%u[] @relation(\"%u_%u\")\n", other, other, other,
                              model);
    }
}

static void add_model(const draw *d, unsigned model, tenon__buf *out)
{
    tenon__buf_format(out, "model M%u {\n  id %s\n", model,
                      pick_of(d, "id", model, 0, 2) ? "Int @id @default(autoincrement())"
                                                    : "String @id @default(uuid())");
    for (unsigned field = 0; field < FIELDS; field++)
        add_field(d, model, field, out);
    add_relations(d, model, out);
    for (unsigned field = 0; field + 1 < FIELDS; field++)
        if (has_field(d, model, field) && has_field(d, model, field + 1) &&
            !strchr(types[pick_of(d, "type", model, field, TENON__COUNT(types))], 'J') &&
            !strchr(types[pick_of(d, "type", model, field + 1, TENON__COUNT(types))], 'J') &&
            pick_of(d, "index", model, field, 3) == 0)
            tenon__buf_format(out, "  @@index([f%u, f%u%s])\n", field, field + 1,
                              pick_of(d, "sort", model, field, 2) ? "" : "(sort: Desc)");
    tenon__buf_text(out, "}\n");
}

static void add_enum(const draw *d, unsigned e, tenon__buf *out)
{
    tenon__buf_format(out, "enum E%u {\n  V\n", e);
    for (unsigned value = 0; value < VALUES; value++)
        if (pick_of(d, "value", e, value, 3))
            tenon__buf_format(out, "  V%u\n", value);
    tenon__buf_text(out, "}\n");
}

static void write_models(const draw *d, tenon__buf *out)
{
    for (unsigned e = 0; e < ENUMS; e++)
        add_enum(d, e, out);
    for (unsigned model = 0; model < MODELS; model++)
        if (has_model(d, model))
            add_model(d, model, out);
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* There are not many different booleans. */
static void add_row(changed *c, const tenon_model *model, uint64_t number)
{
    if (tenon_fake_create(c->session, model, NULL, number, NULL))
        return;
    if (tenon_session_error(c->session)->status != TENON_UNIQUE)
        fail_msg("%s", tenon_message(c->session));
    tenon_error_clear(c->session);
}

static void add_rows(changed *c, const char *models)
{
    schema *s = change_schema(models);
    describe_set *set = describe_schema(s, &c->error);
    assert_non_null(set);
    for (size_t i = 0; i < set->model_count; i++)
        for (uint64_t number = 1; number <= ROWS; number++)
            add_row(c, &set->models[i].model, number);
    /* Which refers to which is left to the database. */
    for (size_t i = 0; i < s->relation_count; i++) {
        const schema_relation *r = s->relations[i];
        char sql[256];
        snprintf(sql, sizeof sql, "UPDATE \"%s\" SET \"%s\" = (SELECT min(\"id\") FROM \"%s\")",
                 r->from->name, r->fields[0]->name, r->to->name);
        testdb_run(c->url, sql);
    }
    describe_free(set);
    schema_free(s);
}

/* A column that both schemas have in the same form, of a table whose key they have. */
static bool is_kept(const draw *from, const draw *to, unsigned model, unsigned field)
{
    return has_model(from, model) && has_model(to, model) && has_field(from, model, field) &&
           has_field(to, model, field) &&
           pick_of(from, "type", model, field, TENON__COUNT(types)) ==
               pick_of(to, "type", model, field, TENON__COUNT(types));
}

static void sum_values(const changed *c, const draw *from, const draw *to, tenon__buf *out)
{
    for (unsigned model = 0; model < MODELS; model++)
        for (unsigned field = 0; field < FIELDS; field++) {
            char sql[128];
            if (!is_kept(from, to, model, field))
                continue;
            if (c->dialect == TENON_SQLITE)
                snprintf(
                    sql, sizeof sql,
                    "SELECT group_concat(v) FROM (SELECT hex(f%u) AS v FROM \"M%u\" ORDER BY 1)",
                    field, model);
            else
                snprintf(sql, sizeof sql,
                         "SELECT string_agg(f%u::text, ',' ORDER BY f%u::text) FROM \"M%u\"", field,
                         field, model);
            const char *values = testdb_value(c->url, sql);
            tenon__buf_format(out, "M%u.f%u: %s\n", model, field, values ? values : "(none)");
        }
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
    if (!is_done)
        check_is_as(c, before);
    if (strcmp(values, values_then) != 0)
        fail_msg("seed %llu: values changed from\n%s to\n%s by\n%s", (unsigned long long)seed,
                 values, values_then, tenon__buf_string(&c->script));
}

static bool change_with_rows(tenon_dialect dialect, const draw *from, const draw *to,
                             const char *before, const char *after)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf values = {0}, values_then = {0};
    changed c;
    change_begin(&c, dialect, before);
    c.accepts_loss = true;
    add_rows(&c, before);
    sum_values(&c, from, to, &values);
    bool is_done = change_to(&c, after);
    sum_values(&c, from, to, &values_then);
    check_outcome(&c, is_done, before, tenon__buf_string(&values), tenon__buf_string(&values_then),
                  to->second);
    change_end(&c);
    return is_done;
}

static void change_and_go_back(tenon_dialect dialect, const char *before, const char *after,
                               uint64_t seed)
{
    changed c;
    change_begin(&c, dialect, before);
    c.accepts_loss = true;
    if (!change_to(&c, after))
        fail_msg("seed %llu: %s [%s]\n%s", (unsigned long long)seed, c.error.message, c.error.sql,
                 tenon__buf_string(&c.script));
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
        const draw from = {i, i}, to = {i, i + 1000000};
        write_models(&from, &before);
        write_models(&to, &after);
        done += change_with_rows(dialect, &from, &to, tenon__buf_string(&before),
                                 tenon__buf_string(&after));
        change_and_go_back(dialect, tenon__buf_string(&before), tenon__buf_string(&after), i);
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
