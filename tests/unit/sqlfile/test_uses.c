/* Parameters that meet several columns: they have to be what all of them ask for. */
#include "checked.h"

static const char schema_text[] = "datasource db {\n  provider = \"postgresql\"\n"
                                  "  url = env(\"X\")\n}\n"
                                  "enum Kind {\n  NEW\n  OLD\n}\n"
                                  "enum Tone {\n  LOW\n  HIGH\n}\n"
                                  "model Thing {\n"
                                  "  id Int @id @default(autoincrement())\n"
                                  "  brief String @db.VarChar(5)\n"
                                  "  long String @db.VarChar(20)\n"
                                  "  free String?\n"
                                  "  small Int @db.SmallInt\n"
                                  "  count Int\n"
                                  "  big BigInt?\n"
                                  "  made DateTime @db.Timestamp(6)\n"
                                  "  day DateTime @db.Timestamp(0)\n"
                                  "  price Decimal @db.Decimal(10, 2)\n"
                                  "  rate Decimal @db.Decimal(6, 4)\n"
                                  "  bits String @db.Bit(3)\n"
                                  "  more String @db.Bit(4)\n"
                                  "  kind Kind\n"
                                  "  tone Tone\n"
                                  "  /// @tenon.compress\n"
                                  "  packed Float[]\n"
                                  "  /// @tenon.compress\n"
                                  "  counts Int[]\n"
                                  "}\n";

static sqlfile_set *check(const char *head, const char *sql)
{
    static schema *made;
    static char text[4096];
    const schema_source from = {"schema.prisma", schema_text, strlen(schema_text)};
    const sqlfile_options options = {.server = getenv("TENON_TEST_PG")};
    tenon_error err = {0};
    if (!made)
        made = schema_read_texts(&from, 1, NULL);
    assert_non_null(made);
    snprintf(text, sizeof text, "%s%s", head, sql);
    const schema_source source = {"queries/q.sql", text, strlen(text)};
    sqlfile_set *set = sqlfile_read_texts(&source, 1, made, &err);
    if (!set || !sqlfile_check(set, &options, &err))
        fail_msg("%s", err.message);
    return set;
}

/* "v Decimal(6,2)?" */
static const char *parameter_text(const sqlfile_set *set)
{
    static char text[128];
    const sqlfile_value *value = &set->queries[0].parameters[0];
    const tenon_field *field = &value->field;
    int length = snprintf(text, sizeof text, "%s", checked_type(value));
    if (field->precision >= 0)
        snprintf(text + length, sizeof text - (size_t)length, " %d,%d", field->precision,
                 field->scale);
    return text;
}

static void expect(const char *head, const char *sql, const char *type, const char *complaint)
{
    sqlfile_set *set = check(head, sql);
    const char *complaints = checked_complaints(set);
    if (strcmp(complaints, complaint ? complaint : "") != 0)
        fail_msg("%s\n  expected: %s\n  found:    %s", sql, complaint, complaints);
    if (type && strcmp(parameter_text(set), type) != 0)
        fail_msg("%s\n  expected: %s\n  found:    %s", sql, type, parameter_text(set));
    sqlfile_free(set);
}

typedef struct met {
    const char *sql, *type, *complaint;
} met;

#define A "-- name: a :exec\n"
#define AT(line, column, text) "queries/q.sql:" #line ":" #column ": parameter \"v\" " text "\n"

static const met on_postgres[] = {
    {A "UPDATE \"Thing\" SET long = :v, brief = :v", "VarChar 5,0", NULL},
    {A "UPDATE \"Thing\" SET long = :v WHERE brief = :v", "VarChar 20,0", NULL},
    {A "UPDATE \"Thing\" SET brief = :v WHERE free = :v", "VarChar 5,0", NULL},
    {A "UPDATE \"Thing\" SET made = :v, day = :v", "DateTime 0,0", NULL},
    {A "UPDATE \"Thing\" SET price = :v, rate = :v", "Decimal 4,2", NULL},
    {A "UPDATE \"Thing\" SET price = :v WHERE rate = :v", "Decimal 10,2", NULL},
    {A "UPDATE \"Thing\" SET count = :v WHERE big = :v", "BigInt", NULL},
    {A "UPDATE \"Thing\" SET bits = :v,\n  more = :v", NULL,
     AT(3, 10, "is written to columns of two sizes, which are exact; use two parameters")},
    {A "UPDATE \"Thing\" SET packed = :v, counts = :v", NULL,
     AT(2, 42,
        "is packed Float[] by Thing.packed and packed Int[] by Thing.counts; use two parameters")},
    {A "DELETE FROM \"Thing\" WHERE packed = :v", NULL,
     AT(2, 36,
        "is compared with Thing.packed, which is packed: equal arrays need not have equal bytes; "
        "write IS NULL or IS NOT NULL")},
};

static const met on_sqlite[] = {
    {A "DELETE FROM \"Thing\" WHERE count = :v OR big = :v", "BigInt", NULL},
    {A "UPDATE \"Thing\" SET count = :v WHERE big = :v", "Int", NULL},
    {A "UPDATE \"Thing\" SET big = :v, small = :v", "SmallInt", NULL},
    {A "UPDATE \"Thing\" SET long = :v, brief = :v", "VarChar 5,0", NULL},
    {A "DELETE FROM \"Thing\" WHERE count = :v\n  OR free = :v", NULL,
     AT(4, 13,
        "is Int by Thing.count and String by Thing.free; use two parameters, or say which is "
        "meant: -- param: v String")},
    {A "DELETE FROM \"Thing\" WHERE kind = :v OR tone = :v", NULL,
     AT(3, 47,
        "is Kind by Thing.kind and Tone by Thing.tone; use two parameters, or say which is meant: "
        "-- param: v Tone")},
    {A "DELETE FROM \"Thing\" WHERE kind = :v OR made > :v", NULL,
     AT(3, 47,
        "is Kind by Thing.kind and DateTime by Thing.made; use two parameters, or say which is "
        "meant: -- param: v DateTime")},
    {A "-- param: v String\nDELETE FROM \"Thing\" WHERE count = :v OR free = :v", "String", NULL},
    {A "DELETE FROM \"Thing\" WHERE made LIKE :v", "String", NULL},
    {A "DELETE FROM \"Thing\" WHERE made GLOB :v", "String", NULL},
    {A "DELETE FROM \"Thing\" WHERE count = CAST(:v AS TEXT)", "String", NULL},
    {A "DELETE FROM \"Thing\" WHERE CAST(count AS TEXT) = :v", "String", NULL},
    {A "DELETE FROM \"Thing\" WHERE count >= coalesce(:v, count)", "Int?", NULL},
    {A "DELETE FROM \"Thing\" WHERE big >= ifnull(:v, big)", "BigInt?", NULL},
    {A "DELETE FROM \"Thing\" WHERE coalesce(big, 0) = ANY(:v)", "BigInt[]", NULL},
    {A "DELETE FROM \"Thing\" WHERE coalesce(:v, 0) > 1", "BigInt?", NULL},
    {A "UPDATE \"Thing\" SET free = lower(:v)", "String", NULL},
    {A "DELETE FROM \"Thing\" WHERE json(:v) = '{}'", "Json", NULL},
    {A "DELETE FROM \"Thing\" WHERE packed = :v", NULL,
     AT(3, 36,
        "is compared with Thing.packed, which is packed: equal arrays need not have equal bytes; "
        "write IS NULL or IS NOT NULL")},
};

static void a_parameter_fits_every_column_it_is_written_to_on_postgres(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof on_postgres / sizeof *on_postgres; i++)
        expect("", on_postgres[i].sql, on_postgres[i].type, on_postgres[i].complaint);
}

static void a_parameter_is_what_every_column_says_on_sqlite(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof on_sqlite / sizeof *on_sqlite; i++)
        expect("-- on: sqlite\n", on_sqlite[i].sql, on_sqlite[i].type, on_sqlite[i].complaint);
}

/* Of a query for both, PostgreSQL has compared the types. */
static void variants_and_databases_meet_the_same_columns(void **state)
{
    (void)state;
    expect("-- on: postgresql, sqlite\n",
           A "UPDATE \"Thing\" SET count = :v WHERE big = :v OR small = :v", "BigInt", NULL);
    expect("-- on: sqlite\n",
           A "DELETE FROM \"Thing\" WHERE count = :v\n  AND free = :v -- if: more\n", NULL,
           AT(4, 14,
              "is Int by Thing.count and String by Thing.free; use two parameters, or say which is "
              "meant: -- param: v String"));
}

/* SQLite tells no type of an expression; the statement does. */
static const struct {
    const char *sql, *columns, *parameters;
} told[] = {
    {"SELECT id FROM Thing WHERE free LIKE :v ESCAPE '!'", "id Int", "v String"},
    {"SELECT id FROM thing WHERE count GLOB :v OR free || '' GLOB :w", "id Int",
     "v String, w String"},
    {"SELECT count & 3 AS a, count | 4 AS b, count << 1 AS c, ~count AS d FROM Thing",
     "a BigInt, b BigInt, c BigInt, d BigInt", ""},
    {"SELECT lag(free, 1, '') OVER (ORDER BY id) AS before, nullif(count, 1) AS one FROM THING",
     "before String?, one Int?", ""},
    {"SELECT free -> '$.a' AS a FROM Thing WHERE free MATCH :v", "a Json?", "v String"},
    {"WITH RECURSIVE t(id, depth, path) AS (SELECT id, 0, free || '' FROM Thing UNION ALL"
     " SELECT n.id, t.depth + 1, t.path || '/' FROM Thing n JOIN t ON n.count = t.id)"
     " SELECT id, depth, path FROM t",
     "id Int, depth BigInt, path String?", ""},
    {"WITH x (k, v) AS (VALUES (1, 'a')) SELECT k, v FROM x", "k BigInt, v String", ""},
    {"SELECT n, big FROM (SELECT count(*) AS n, max(big) AS big FROM Thing) s",
     "n BigInt, big BigInt?", ""},
    {"WITH x AS (SELECT count(*) AS free FROM Thing) SELECT free + 1 AS a FROM x", NULL, ""},
};

static void expressions_have_types_on_sqlite(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        sqlfile_set *set = check("-- on: sqlite\n-- name: a :many\n", told[i].sql);
        const sqlfile_query *query = &set->queries[0];
        if (!told[i].columns) /* of two that are called so */
            assert_int_equal(query->columns[0].field.kind, 0);
        else if (strcmp(checked_columns(query), told[i].columns) != 0 ||
                 strcmp(checked_parameters(query), told[i].parameters) != 0)
            fail_msg("%s\n  %s\n  %s\n  %s", told[i].sql, checked_columns(query),
                     checked_parameters(query), checked_complaints(set));
        sqlfile_free(set);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_parameter_fits_every_column_it_is_written_to_on_postgres),
        cmocka_unit_test(a_parameter_is_what_every_column_says_on_sqlite),
        cmocka_unit_test(expressions_have_types_on_sqlite),
        cmocka_unit_test(variants_and_databases_meet_the_same_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
