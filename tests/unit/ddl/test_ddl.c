/* What the DDL makes, by its effect on real databases: names of every kind, constraints that hold,
 * indexes, join tables, schemas, extensions. */
#include "pushed.h"

#include <stdio.h>
#include <stdlib.h>

#include "describe/describe.h"

/* Runs the rest of a test's body on both databases. */
#define ON_EACH(p, models)                                                                         \
    for (pushed p = {.target = PUSH_POSTGRESQL}; start(&p, models); finish(&p))

static bool start(pushed *p, const char *models)
{
    push_target target = p->target;
    if (target == PUSH_TARGETS)
        return false;
    push_models(p, target, models);
    return true;
}

static void finish(pushed *p)
{
    push_target next = p->target + 1;
    pushed_close(p);
    p->target = next;
}

/* The statement fails, with this in the database's message. */
static void check_refused(const pushed *p, const char *sql, tenon_status status)
{
    assert_false(tenon_execute(p->session, sql));
    assert_failed(p->session, status, "");
}

static void run_sql(const pushed *p, const char *sql)
{
    tenon_execute(p->session, sql);
    assert_sound(p->session);
}

/* ---- names ------------------------------------------------------------------------------------
 */

/* Creates, finds, updates, counts and deletes a row of the model, which has an Int key and a unique
 * text. */
static void use_model(const pushed *p, const tenon_model *model)
{
    tenon_set_head *set = calloc(1, model->set_size);
    const tenon_field *id = &model->fields[0], *text = &model->fields[1];
    const int64_t seven = 7;
    const char *word = "a'b\"c", *other = "other";
    const void *by_id[] = {&seven}, *by_text[] = {&other};
    set->session = p->session;
    *(tenon_int_set *)(void *)((char *)set + id->set_offset) = (tenon_int_set){TENON_SET, 7};
    tenon_text_set *change = (tenon_text_set *)(void *)((char *)set + text->set_offset);
    *change = (tenon_text_set){TENON_SET, word};
    const char *row = tenon_create(model, set);
    assert_sound(p->session);
    assert_string_equal(*(const char *const *)(const void *)(row + text->row_offset), word);
    assert_null(tenon_create(model, set));
    assert_failed(p->session, TENON_UNIQUE, "must be unique");
    change->value = other;
    *(tenon_int_set *)(void *)((char *)set + id->set_offset) = (tenon_int_set){0};
    assert_non_null(tenon_update(model, 0, by_id, set));
    assert_non_null(tenon_find_by(p->session, model, 1, by_text));
    assert_non_null(tenon_delete(p->session, model, 0, by_id));
    assert_sound(p->session);
    free(set);
}

static void name_everything(char *models, size_t size, const char *name)
{
    snprintf(models, size,
             "model A {\n  id Int @id(map: \"%s5\") @map(\"%s1\")\n"
             "  text String @unique(map: \"%s2\") @map(\"%s3\")\n  e E @default(X)\n"
             "  @@index([text], map: \"%s4\")\n  @@map(\"%s\")\n}\n"
             "enum E {\n  X @map(\"%s6\")\n  @@map(\"%s7\")\n}\n",
             name, name, name, name, name, name, name, name);
}

static void names_of_every_kind_go_through_ddl_and_queries(void **state)
{
    static const char *const names[] = {
        "select",
        "Order By",
        "a.b",
        "a;b",
        "it's",
        "\\\"quoted\\\"",
        "\\\\",
        "-- comment",
        "/* */",
        "$1",
        "%s",
        "日本語",
        "ü",
        "\U0001F9F1",
        " ",
        "?",
        ":a",
        "tab\\there",
        "0",
        /* 62 bytes, so that one more character gives 63 */
        "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz0123456789",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char models[2048];
        name_everything(models, sizeof models, names[i]);
        ON_EACH(p, models)
        {
            describe_set *set = describe_schema(p.schema, NULL);
            use_model(&p, &set->models[0].model);
            describe_free(set);
        }
    }
}

#define DATASOURCE "datasource db {\n  provider = \"postgresql\"\n  url = \"x\"\n}\n"
#define NAME_70 "a234567890b234567890c234567890d234567890e234567890f234567890g234567890"

static void a_name_that_postgresql_would_cut_is_refused(void **state)
{
    static const char *const models[] = {
        "model A {\n  id Int @id\n  @@map(\"" NAME_70 "\")\n}\n",
        "model A {\n  id Int @id @map(\"" NAME_70 "\")\n}\n",
        "model A {\n  id Int @id\n  e " NAME_70 "\n}\nenum " NAME_70 " {\n  X\n}\n",
    };
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        char text[1024];
        tenon_error err = {0};
        snprintf(text, sizeof text, "%s%s", DATASOURCE, models[i]);
        assert_null(script_of(text, PUSH_POSTGRESQL, &err));
        assert_int_equal(err.status, TENON_MISUSE);
        assert_non_null(strstr(err.message, "the name '" NAME_70 "' has more than the 63 bytes"));
        assert_non_null(script_of(text, PUSH_SQLITE, NULL));
    }
}

/* ---- constraints ------------------------------------------------------------------------------
 */

static void checks_hold(void **state)
{
    ON_EACH(p,
            "/// @tenon.check(\"a < b\")\nmodel T {\n  id Int @id\n"
            "  /// @tenon.check(\"a > 0\")\n  /// @tenon.check(\"a <> 13\")\n  a Int\n  b Int\n}\n")
    {
        run_sql(&p, "INSERT INTO \"T\" VALUES (1, 1, 2)");
        check_refused(&p, "INSERT INTO \"T\" VALUES (2, 0, 2)", TENON_CHECK);
        check_refused(&p, "INSERT INTO \"T\" VALUES (2, 13, 20)", TENON_CHECK);
        check_refused(&p, "INSERT INTO \"T\" VALUES (2, 3, 2)", TENON_CHECK);
    }
}

static void foreign_keys_act_as_the_schema_says(void **state)
{
    ON_EACH(p, "model P {\n  id Int @id\n  c C[]\n  r R[]\n  n N[]\n  d D[]\n}\n"
               "model C {\n  id Int @id\n  pId Int\n"
               "  p P @relation(fields: [pId], references: [id], onDelete: Cascade)\n}\n"
               "model R {\n  id Int @id\n  pId Int\n"
               "  p P @relation(fields: [pId], references: [id], onDelete: Restrict)\n}\n"
               "model N {\n  id Int @id\n  pId Int?\n"
               "  p P? @relation(fields: [pId], references: [id], onDelete: SetNull)\n}\n"
               "model D {\n  id Int @id\n  pId Int @default(0)\n"
               "  p P @relation(fields: [pId], references: [id], onDelete: SetDefault)\n}\n")
    {
        run_sql(&p, "INSERT INTO \"P\" VALUES (0), (1), (2);"
                    "INSERT INTO \"C\" VALUES (1, 1); INSERT INTO \"N\" VALUES (1, 1);"
                    "INSERT INTO \"D\" VALUES (1, 1); INSERT INTO \"R\" VALUES (1, 2)");
        run_sql(&p, "DELETE FROM \"P\" WHERE \"id\" = 1");
        assert_string_equal(testdb_value(p.url, "SELECT count(*) FROM \"C\""), "0");
        assert_null(testdb_value(p.url, "SELECT \"pId\" FROM \"N\""));
        assert_string_equal(testdb_value(p.url, "SELECT \"pId\" FROM \"D\""), "0");
        check_refused(&p, "DELETE FROM \"P\" WHERE \"id\" = 2", TENON_FOREIGN_KEY);
        check_refused(&p, "INSERT INTO \"C\" VALUES (2, 9)", TENON_FOREIGN_KEY);
        run_sql(&p, "UPDATE \"P\" SET \"id\" = 3 WHERE \"id\" = 2");
        assert_string_equal(testdb_value(p.url, "SELECT \"pId\" FROM \"R\""), "3");
    }
}

static void relation_mode_prisma_makes_no_foreign_keys(void **state)
{
    for (push_target target = 0; target < PUSH_TARGETS; target++) {
        pushed p;
        push_text(&p, target,
                  "datasource db {\n  provider = \"postgresql\"\n  url = \"x\"\n"
                  "  relationMode = \"prisma\"\n}\n"
                  "model P {\n  id Int @id\n  c C[]\n  m M[]\n}\n"
                  "model C {\n  id Int @id\n  pId Int\n"
                  "  p P @relation(fields: [pId], references: [id])\n  @@index([pId])\n}\n"
                  "model M {\n  id Int @id\n  p P[]\n}\n");
        run_sql(&p, "INSERT INTO \"C\" VALUES (1, 99); INSERT INTO \"_MToP\" VALUES (7, 8)");
        pushed_close(&p);
    }
}

static void a_partial_index_holds_where_its_condition_does(void **state)
{
    for (push_target target = 0; target < PUSH_TARGETS; target++) {
        pushed p;
        push_text(&p, target,
                  DATASOURCE "generator g {\n  provider = \"tenon\"\n"
                             "  previewFeatures = [\"partialIndexes\"]\n}\n"
                             "model T {\n  id Int @id\n  a String\n  gone DateTime?\n  n Int\n"
                             "  @@unique([a], where: { gone: null })\n"
                             "  @@unique([n], where: raw(\"n > 10\"))\n}\n");
        run_sql(&p, "INSERT INTO \"T\" VALUES (1, 'a', NULL, 1), (2, 'b', '2020-01-01', 1),"
                    " (3, 'b', '2020-01-01', 11), (4, 'b', NULL, 12)");
        check_refused(&p, "INSERT INTO \"T\" VALUES (5, 'a', NULL, 2)", TENON_UNIQUE);
        check_refused(&p, "INSERT INTO \"T\" VALUES (5, 'z', NULL, 11)", TENON_UNIQUE);
        pushed_close(&p);
    }
}

/* ---- relations and places ---------------------------------------------------------------------
 */

static void a_model_joined_with_itself_has_its_table(void **state)
{
    ON_EACH(p, "model P {\n  id String @id @db.Uuid\n"
               "  a P[] @relation(\"Friends\")\n  b P[] @relation(\"Friends\")\n}\n")
    {
        run_sql(&p, "INSERT INTO \"P\" VALUES ('6f9619ff-8b86-d011-b42d-00cf4fc964ff'),"
                    " ('6f9619ff-8b86-d011-b42d-00cf4fc96400');"
                    "INSERT INTO \"_Friends\" SELECT a.\"id\", b.\"id\" FROM \"P\" a, \"P\" b");
        check_refused(&p, "INSERT INTO \"_Friends\" SELECT \"id\", \"id\" FROM \"P\"",
                      TENON_UNIQUE);
        run_sql(&p, "DELETE FROM \"P\" WHERE \"id\" = '6f9619ff-8b86-d011-b42d-00cf4fc964ff'");
        assert_string_equal(testdb_value(p.url, "SELECT count(*) FROM \"_Friends\""), "1");
    }
}

static void models_and_enums_live_in_their_schemas(void **state)
{
    pushed p;
    push_text(&p, PUSH_POSTGRESQL,
              "datasource db {\n  provider = \"postgresql\"\n  url = \"x\"\n"
              "  schemas = [\"one\", \"T w'o\"]\n}\n"
              "model A {\n  id Int @id\n  e E\n  b B[]\n  @@schema(\"one\")\n}\n"
              "model B {\n  id Int @id\n  a A[]\n  @@schema(\"T w'o\")\n}\n"
              "enum E {\n  X\n  @@schema(\"T w'o\")\n}\n");
    run_sql(&p, "INSERT INTO one.\"A\" VALUES (1, 'X'); INSERT INTO \"T w'o\".\"B\" VALUES (2);"
                "INSERT INTO one.\"_AToB\" VALUES (1, 2)");
    assert_string_equal(testdb_value(p.url, "SELECT pg_typeof(e) FROM one.\"A\""),
                        "\"T w'o\".\"E\"");
    pushed_close(&p);
}

static void extensions_are_created(void **state)
{
    pushed p;
    push_text(&p, PUSH_POSTGRESQL,
              "generator g {\n  provider = \"tenon\"\n"
              "  previewFeatures = [\"postgresqlExtensions\"]\n}\n"
              "datasource db {\n  provider = \"postgresql\"\n  url = \"x\"\n"
              "  extensions = [citext(schema: \"public\"), trigrams(map: \"pg_trgm\")]\n}\n"
              "model A {\n  id Int @id\n  c String @unique @db.Citext\n"
              "  t String\n  @@index([t(ops: raw(\"gin_trgm_ops\"))], type: Gin)\n}\n");
    run_sql(&p, "INSERT INTO \"A\" VALUES (1, 'x', 'y')");
    check_refused(&p, "INSERT INTO \"A\" VALUES (2, 'X', 'y')", TENON_UNIQUE);
    pushed_close(&p);
}

static void indexes_of_every_kind_are_made(void **state)
{
    ON_EACH(p,
            "model T {\n  id Int @id\n  a String\n  b Int[]\n  j Json\n  i String @db.Inet\n"
            "  n Int\n  @@index([a], type: Hash)\n  @@index([b], type: Gin)\n"
            "  @@index([j(ops: JsonbPathOps)], type: Gin)\n"
            "  @@index([i(ops: InetOps)], type: Gist)\n  @@index([a], type: SpGist, map: \"sp\")\n"
            "  @@index([n], type: Brin)\n  @@index([a(sort: Desc), n])\n}\n")
    {
        const char *count = testdb_value(
            p.url, p.target == PUSH_SQLITE
                       ? "SELECT count(*) FROM sqlite_schema WHERE type = 'index'"
                       : "SELECT string_agg(DISTINCT amname, ' ' ORDER BY amname) FROM pg_index i"
                         " JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam"
                         " WHERE i.indrelid = '\"T\"'::regclass");
        assert_string_equal(count,
                            p.target == PUSH_SQLITE ? "2" : "brin btree gin gist hash spgist");
    }
}

static void types_of_postgresql_alone_become_text_on_sqlite(void **state)
{
    ON_EACH(p,
            "model T {\n  id Int @id\n  a Unsupported(\"point\")?\n"
            "  b Unsupported(\"numeric(5, 2)[]\")?\n  c Int @default(dbgenerated(\"1 + 1\"))\n}\n")
    {
        run_sql(&p, "INSERT INTO \"T\" (\"id\", \"c\") VALUES (1, 2)");
    }
}

/* ---- a database that differs ------------------------------------------------------------------
 */

/* A find on a database that was changed behind the program's back. */
static void check_difference(const char *change, const char *ours, const char *theirs)
{
    ON_EACH(p, "model T {\n  id Int @id\n  a String?\n}\n")
    {
        describe_set *set = describe_schema(p.schema, NULL);
        const tenon_model *model = &set->models[0].model;
        tenon_query_head *query = calloc(1, model->query_distinct + 64 * sizeof(int));
        query->session = p.session;
        testdb_run(p.url, change);
        assert_int_equal(tenon_find_many(model, query).count, 0);
        assert_int_equal(tenon_session_error(p.session)->status, TENON_SCHEMA);
        assert_string_equal(tenon_session_error(p.session)->model, "T");
        assert_true(tenon_session_error(p.session)->hint[0] != '\0');
        assert_non_null(strcasestr(tenon_message(p.session), ours));
        assert_non_null(strcasestr(tenon_message(p.session), theirs));
        free(query);
        describe_free(set);
    }
}

static void a_missing_column_is_told(void **state)
{
    check_difference("ALTER TABLE \"T\" DROP COLUMN \"a\"", "T: ", "column");
}

static void a_column_of_another_type_is_told_with_both(void **state)
{
    check_difference(
        "DROP TABLE \"T\"; CREATE TABLE \"T\" (\"id\" INTEGER PRIMARY KEY, \"a\" BYTEA)", "T.a",
        "text");
}

static void a_missing_table_is_told(void **state)
{
    check_difference("DROP TABLE \"T\"", "T: ", "T");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_every_kind_go_through_ddl_and_queries),
        cmocka_unit_test(a_name_that_postgresql_would_cut_is_refused),
        cmocka_unit_test(checks_hold),
        cmocka_unit_test(foreign_keys_act_as_the_schema_says),
        cmocka_unit_test(relation_mode_prisma_makes_no_foreign_keys),
        cmocka_unit_test(a_partial_index_holds_where_its_condition_does),
        cmocka_unit_test(a_model_joined_with_itself_has_its_table),
        cmocka_unit_test(models_and_enums_live_in_their_schemas),
        cmocka_unit_test(extensions_are_created),
        cmocka_unit_test(indexes_of_every_kind_are_made),
        cmocka_unit_test(types_of_postgresql_alone_become_text_on_sqlite),
        cmocka_unit_test(a_missing_column_is_told),
        cmocka_unit_test(a_column_of_another_type_is_told_with_both),
        cmocka_unit_test(a_missing_table_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
