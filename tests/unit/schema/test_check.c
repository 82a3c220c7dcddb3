/* What a checked schema says: names in the database, relations, defaults, indexes, words. What is
 * wrong in a schema is in tests/diagnostics. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "schema/schema.h"

#define POSTGRESQL "datasource db {\n  provider = \"postgresql\"\n  url = \"postgresql://h/d\"\n}\n"
#define SQLITE "datasource db {\n  provider = \"sqlite\"\n  url = \"file:d\"\n}\n"

static schema *s; /* of the running test */

static void read_schema(const char *text)
{
    schema_source source = {"schema.prisma", text, strlen(text)};
    s = schema_read_texts(&source, 1, NULL);
    assert_non_null(s);
    if (schema_error_count(s))
        schema_print_diagnostics(s, stderr, false);
    assert_int_equal(schema_error_count(s), 0);
}

static int release_schema(void **state)
{
    schema_free(s);
    s = NULL;
    return 0;
}

static const schema_field *field(const char *model, const char *name)
{
    const schema_field *f = schema_find_field(schema_find_model(s, model), name);
    assert_non_null(f);
    return f;
}

static void keys_and_indexes_get_names_of_database_names(void **state)
{
    read_schema(POSTGRESQL
                "model Post {\n  id Int @id @map(\"post_id\")\n  slug String @unique\n"
                "  a Int @map(\"aa\")\n  b Int\n  @@index([a, b(sort: Desc)])\n"
                "  @@unique([a, b], name: \"both\", map: \"own\")\n  @@map(\"posts\")\n}\n");
    const schema_model *m = schema_find_model(s, "Post");
    assert_string_equal(m->primary_key->database_name, "posts_pkey");
    assert_false(m->primary_key->is_database_name_given);
    assert_true(m->primary_key->is_field_attribute);
    assert_string_equal(m->uniques[0]->database_name, "posts_slug_key");
    assert_string_equal(m->uniques[1]->database_name, "own");
    assert_string_equal(m->uniques[1]->name, "both");
    assert_string_equal(m->indexes[0]->database_name, "posts_aa_b_idx");
    assert_true(m->indexes[0]->columns[1].is_descending);
    assert_true(field("Post", "id")->is_id);
}

/* 63 bytes are the most that PostgreSQL takes; é has two of them. */
static void long_names_are_cut_before_their_suffix(void **state)
{
#define TEN "0123456789"
    static const char *const cases[][2] = {
        {"a" TEN TEN TEN TEN TEN "234567", "a" TEN TEN TEN TEN TEN "234567_pkey"},
        {"a" TEN TEN TEN TEN TEN "2345678", "a" TEN TEN TEN TEN TEN "2345678_pkey"},
        {"a" TEN TEN TEN TEN TEN "23456789", "a" TEN TEN TEN TEN TEN "2345678_pkey"},
        {"a" TEN TEN TEN TEN TEN "234567é", "a" TEN TEN TEN TEN TEN "234567_pkey"},
    };
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        char text[512];
        snprintf(text, sizeof text, POSTGRESQL "model A {\n  id Int @id\n  @@map(\"%s\")\n}\n",
                 cases[i][0]);
        read_schema(text);
        assert_string_equal(s->models[0]->primary_key->database_name, cases[i][1]);
        release_schema(NULL);
    }
}

static void one_to_many_is_complete(void **state)
{
    read_schema(POSTGRESQL "model User {\n  id Int @id\n  posts Post[]\n}\n"
                           "model Post {\n  id Int @id\n  userId Int? @map(\"user_id\")\n"
                           "  user User? @relation(fields: [userId], references: [id])\n}\n");
    const schema_relation *r = s->relations[0];
    assert_int_equal(s->relation_count, 1);
    assert_int_equal(r->kind, SCHEMA_ONE_TO_MANY);
    assert_string_equal(r->name, "PostToUser");
    assert_false(r->is_name_given);
    assert_string_equal(r->from->name, "Post");
    assert_string_equal(r->to->name, "User");
    assert_string_equal(r->fields[0]->name, "userId");
    assert_string_equal(r->references[0]->name, "id");
    assert_string_equal(r->constraint_name, "Post_user_id_fkey");
    assert_int_equal(r->on_delete, SCHEMA_SET_NULL);
    assert_int_equal(r->on_update, SCHEMA_CASCADE);
    assert_ptr_equal(field("User", "posts")->opposite, field("Post", "user"));
    assert_ptr_equal(field("Post", "user")->relation, r);
}

static void one_to_one_is_the_side_with_the_key_first(void **state)
{
    read_schema(SQLITE "model User {\n  id Int @id\n  p Profile? @relation(\"own\")\n"
                       "  bossId Int? @unique\n  boss User? @relation(\"b\", fields: [bossId], "
                       "references: [id], onDelete: NoAction)\n  aide User? @relation(\"b\")\n}\n"
                       "model Profile {\n  userId Int @unique\n"
                       "  user User @relation(\"own\", fields: [userId], references: [id])\n}\n");
    const schema_relation *own = field("User", "p")->relation;
    const schema_relation *boss = field("User", "aide")->relation;
    assert_int_equal(s->relation_count, 2);
    assert_int_equal(own->kind, SCHEMA_ONE_TO_ONE);
    assert_string_equal(own->name, "own");
    assert_string_equal(own->from->name, "Profile");
    assert_int_equal(own->on_delete, SCHEMA_RESTRICT);
    assert_string_equal(boss->from_field->name, "boss");
    assert_int_equal(boss->on_delete, SCHEMA_NO_ACTION);
    assert_string_equal(boss->constraint_name, "User_bossId_fkey");
}

static void many_to_many_has_a_join_table_and_an_order(void **state)
{
    read_schema(POSTGRESQL
                "model Tag {\n  id Int @id\n  posts Post[]\n}\n"
                "model Post {\n  id Int @id\n  tags Tag[]\n  z Post[] @relation(\"see\")\n"
                "  a Post[] @relation(\"see\")\n}\n");
    assert_int_equal(s->relation_count, 2);
    const schema_relation *tags = field("Post", "tags")->relation;
    const schema_relation *see = field("Post", "z")->relation;
    assert_int_equal(tags->kind, SCHEMA_MANY_TO_MANY);
    assert_string_equal(tags->join_table, "_PostToTag");
    assert_string_equal(tags->from->name, "Post");
    assert_string_equal(tags->to_field->name, "posts");
    assert_string_equal(see->join_table, "_see");
    assert_string_equal(see->from_field->name, "a");
    assert_string_equal(see->to_field->name, "z");
}

static void defaults_are_decoded(void **state)
{
    read_schema(
        POSTGRESQL
        "enum Role {\n  USER\n  ADMIN @map(\"admin\")\n}\n"
        "model A {\n  id String @id @default(uuid(7))\n  n Int @default(-3)\n"
        "  b Boolean @default(true)\n  r Role @default(ADMIN)\n  l String[] @default([\"x\", "
        "\"y\"])\n"
        "  d DateTime @default(now())\n  g String @default(dbgenerated(\"f()\"))\n"
        "  k String @default(nanoid())\n  c String @default(cuid())\n  e Role[] @default([])\n}\n");
    assert_int_equal(field("A", "id")->default_value.kind, SCHEMA_DEFAULT_UUID);
    assert_int_equal(field("A", "id")->default_value.version, 7);
    assert_string_equal(field("A", "n")->default_value.value.text, "-3");
    assert_true(field("A", "b")->default_value.value.boolean);
    assert_int_equal(field("A", "r")->default_value.value.enum_value, 1);
    assert_int_equal(field("A", "l")->default_value.item_count, 2);
    assert_string_equal(field("A", "l")->default_value.items[1].text, "y");
    assert_int_equal(field("A", "d")->default_value.kind, SCHEMA_DEFAULT_NOW);
    assert_string_equal(field("A", "g")->default_value.value.text, "f()");
    assert_int_equal(field("A", "k")->default_value.length, 21);
    assert_int_equal(field("A", "c")->default_value.version, 1);
    assert_true(field("A", "e")->default_value.is_list);
    assert_string_equal(s->enums[0]->values[1].database_name, "admin");
}

static void native_types_keep_their_arguments(void **state)
{
    read_schema(POSTGRESQL "model A {\n  id Int @id @db.SmallInt\n  d Decimal @db.Decimal(10, 2)\n"
                           "  t DateTime @db.Timestamptz(6)\n  v String @db.VarChar\n"
                           "  u Unsupported(\"circle\")?\n}\n");
    const schema_native_type *d = &field("A", "d")->native;
    assert_int_equal(field("A", "id")->native.kind, SCHEMA_NATIVE_SMALLINT);
    assert_int_equal(d->kind, SCHEMA_NATIVE_DECIMAL);
    assert_int_equal(d->argument_count, 2);
    assert_int_equal(d->arguments[1], 2);
    assert_int_equal(field("A", "t")->native.arguments[0], 6);
    assert_int_equal(field("A", "v")->native.argument_count, 0);
    assert_string_equal(field("A", "u")->unsupported, "circle");
}

static void operator_classes_and_conditions_are_of_the_database(void **state)
{
    read_schema(POSTGRESQL
                "model A {\n  id Int @id\n  j Json\n  at DateTime? @map(\"gone_at\")\n  n Int\n"
                "  @@index([j(ops: JsonbPathOps)], type: Gin)\n"
                "  @@index([n(ops: Int4MinMaxMultiOps)], type: Brin)\n"
                "  @@index([n], map: \"x\", where: { at: null, n: { not: 5 } })\n"
                "  @@index([n], map: \"y\", where: raw(\"n > 3\"))\n}\n");
    schema_index **list = s->models[0]->indexes;
    assert_int_equal(list[0]->algorithm, SCHEMA_GIN);
    assert_string_equal(list[0]->columns[0].operator_class, "jsonb_path_ops");
    assert_string_equal(list[1]->columns[0].operator_class, "int4_minmax_multi_ops");
    assert_string_equal(list[2]->where, "\"gone_at\" IS NULL AND \"n\" <> 5");
    assert_string_equal(list[3]->where, "n > 3");
}

static void the_datasource_may_lack_a_url(void **state)
{
    read_schema(
        "datasource db {\n  provider = \"postgres\"\n  directUrl = env(\"DIRECT\")\n"
        "  relationMode = \"prisma\"\n}\n"
        "generator c {\n  provider = \"x\"\n  output = env(\"OUT\")\n  flags = [\"a\", b]\n}\n");
    assert_int_equal(s->datasource->provider, SCHEMA_POSTGRESQL);
    assert_null(s->datasource->url);
    assert_string_equal(s->datasource->direct_url_env, "DIRECT");
    assert_true(s->datasource->is_relation_mode_prisma);
    const schema_generator *g = &s->generators[0];
    assert_string_equal(g->provider, "x");
    assert_int_equal(g->property_count, 3);
    assert_true(g->properties[1].is_env);
    assert_string_equal(g->properties[1].value, "OUT");
    assert_string_equal(g->properties[2].items[1], "b");
}

static void extensions_and_schemas_are_listed(void **state)
{
    read_schema(
        "generator c {\n  provider = \"x\"\n  previewFeatures = [\"postgresqlExtensions\"]\n}\n"
        "datasource db {\n  provider = \"postgresql\"\n  url = env(\"U\")\n"
        "  schemas = [\"b\", \"a\"]\n  extensions = [citext, u(map: \"uuid-ossp\", schema: "
        "\"a\")]\n}\n"
        "model M {\n  id Int @id\n  @@schema(\"a\")\n}\n");
    const schema_datasource *d = s->datasource;
    assert_string_equal(d->url_env, "U");
    assert_int_equal(d->schema_count, 2);
    assert_int_equal(d->extension_count, 2);
    assert_string_equal(d->extensions[0].name, "citext");
    assert_string_equal(d->extensions[1].database_name, "uuid-ossp");
    assert_string_equal(d->extensions[1].schema, "a");
    assert_null(d->extensions[1].version);
    assert_string_equal(s->models[0]->database_schema, "a");
}

static void words_leave_the_documentation(void **state)
{
    read_schema(
        SQLITE
        "/// A price. @tenon.audit\n/// Two lines.\n/// @tenon.check(\"a > 0\", name: \"c\")\n"
        "model A {\n  id Int @id /// the key\n"
        "  /// @tenon.validate(min: -1.5, message: \"a \\\"b\\\" \\\\d+ \\d\", required: true)\n"
        "  a Decimal\n}\n");
    const schema_comment *comment = &s->models[0]->comment;
    assert_string_equal(comment->documentation, "A price.\nTwo lines.");
    assert_int_equal(comment->word_count, 2);
    const schema_word *check = schema_find_word(comment, "check");
    assert_null(check->arguments[0].name);
    assert_string_equal(check->arguments[0].value, "a > 0");
    assert_string_equal(check->arguments[1].name, "name");
    const schema_word *validate = schema_find_word(&field("A", "a")->comment, "validate");
    assert_int_equal(validate->argument_count, 3);
    assert_string_equal(validate->arguments[0].value, "-1.5");
    assert_false(validate->arguments[0].is_string);
    assert_string_equal(validate->arguments[1].value, "a \"b\" \\d+ \\d");
    assert_null(field("A", "a")->comment.documentation);
    assert_string_equal(field("A", "id")->comment.documentation, "the key");
}

static void files_share_their_names(void **state)
{
    static const char one[] = "model A {\n  id Int @id\n  b B[]\n  k K\n}\n";
    static const char two[] =
        "model B {\n  id Int @id\n  aId Int\n  a A @relation(fields: [aId], references: [id])\n}\n"
        "enum K {\n  X\n}\n";
    static const char *const texts[] = {one, two, SQLITE};
    schema_source files[TENON__COUNT(texts)];
    for (size_t i = 0; i < TENON__COUNT(texts); i++)
        files[i] = (schema_source){"some.prisma", texts[i], strlen(texts[i])};
    s = schema_read_texts(files, TENON__COUNT(files), NULL);
    assert_non_null(s);
    assert_int_equal(schema_error_count(s), 0);
    assert_int_equal(s->relation_count, 1);
    assert_int_equal(field("B", "a")->span.file, 1);
    assert_int_equal(s->datasource->provider, SCHEMA_SQLITE);
}

#define TEST(function) cmocka_unit_test_teardown(function, release_schema)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(keys_and_indexes_get_names_of_database_names),
        TEST(long_names_are_cut_before_their_suffix),
        TEST(one_to_many_is_complete),
        TEST(one_to_one_is_the_side_with_the_key_first),
        TEST(many_to_many_has_a_join_table_and_an_order),
        TEST(defaults_are_decoded),
        TEST(native_types_keep_their_arguments),
        TEST(operator_classes_and_conditions_are_of_the_database),
        TEST(the_datasource_may_lack_a_url),
        TEST(extensions_and_schemas_are_listed),
        TEST(words_leave_the_documentation),
        TEST(files_share_their_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
