/* The formatter: the goldens of tests/golden/format, and small cases.
 *
 * A golden is a folder with the file or files before and, under expected/, after. Formatting what
 * is formatted must change nothing. */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "schema/inflect.h"
#include "schema/schema.h"

static void check_text(const char *path, const char *got, const char *expected)
{
    if (strcmp(got, expected) != 0)
        fail_msg("%s\n--- expected\n%s--- got\n%s", path, expected, got);
}

/* Compares the formatted files of `s` with those of `expected`. */
static void check_files(schema *s, const schema *expected)
{
    char **texts = schema_format(s, NULL);
    assert_non_null(texts);
    assert_int_equal(s->file_count, expected->file_count);
    for (size_t i = 0; i < s->file_count; i++) {
        check_text(s->files[i].path, texts[i], expected->files[i].text);
        free(texts[i]);
    }
    free(texts);
}

static schema *read_part(const char *folder, const char *part)
{
    char path[512];
    tenon_error err = {0};
    snprintf(path, sizeof path, "%s/%s", folder, part);
    schema *s = schema_read_path(path, &err);
    if (!s)
        fail_msg("%s", err.message);
    return s;
}

static void goldens_are_formatted_as_expected_and_then_stay(void **state)
{
    glob_t folders;
    assert_int_equal(glob("tests/golden/format/*", GLOB_ONLYDIR, NULL, &folders), 0);
    for (size_t i = 0; i < folders.gl_pathc; i++) {
        schema *before = read_part(folders.gl_pathv[i], "before");
        schema *expected = read_part(folders.gl_pathv[i], "expected");
        check_files(before, expected);
        check_files(expected, expected);
        schema_free(before);
        schema_free(expected);
    }
    globfree(&folders);
}

static void check(const char *before, const char *expected)
{
    schema_source source = {"test.prisma", before, strlen(before)};
    schema *s = schema_read_texts(&source, 1, NULL);
    assert_non_null(s);
    char **texts = schema_format(s, NULL);
    assert_non_null(texts);
    check_text("test.prisma", texts[0], expected);
    free(texts[0]);
    free(texts);
    schema_free(s);
}

static void empty_texts_become_one_line(void **state)
{
    check("", "\n");
    check("  \n\n \t\n", "\n");
    check("model A {\n}", "model A {\n}\n");
}

static void blank_lines_end_a_table(void **state)
{
    check("model A {\n\n  id Int @id\n  b String\n\n\n  long_name Int?\n}\n",
          "model A {\n  id Int    @id\n  b  String\n\n  long_name Int?\n}\n");
}

static void comments_keep_their_place(void **state)
{
    check("// a\n// b\nmodel A { // gone\n// c\nid Int @id // d\n\n// e\n}\n// f",
          "// a\n// b\nmodel A {\n  // c\n  id Int @id // d\n\n  // e\n}\n\n// f\n");
}

static void block_comments_get_stars_once(void **state)
{
    static const char formatted[] =
        "model A {\n  // a\n  /**\n   * b\n   * c\n   */\n  id Int\n}\n";
    check("model A {\n  // a\n  /* b\n  c */\n  id Int\n}\n", formatted);
    check(formatted, formatted);
}

static void attributes_are_put_in_order(void **state)
{
    check(
        "model A {\n @@map(\"a\")\n // x\n @@id([b])\n b Int @map(\"c\")   @db.SmallInt @unique\n}",
        "model A {\n  b Int @unique @map(\"c\") @db.SmallInt\n\n  // x\n  @@id([b])\n"
        "  @@map(\"a\")\n}\n");
}

static void lines_not_understood_stay_as_they_are(void **state)
{
    check("model A {\n  id   Int @id\n  what  is   this\r\n}\nand this\nfoo {\n a }\n",
          "model A {\n  id Int @id\n  what  is   this\r\n}\n\nand this\nfoo {\n a }\n");
}

static void carriage_returns_are_dropped(void **state)
{
    check("model A {\r\n  id Int @id\r\n}\r\n", "model A {\n  id Int @id\n}\n");
}

static void columns_are_as_wide_as_their_bytes(void **state)
{
    check("enum E {\n  A @map(\"é\")\n  Größe @map(\"b\")\n}\n",
          "enum E {\n  A       @map(\"é\")\n  Größe @map(\"b\")\n}\n");
}

static void check_name(const char *model, const char *one, const char *many)
{
    tenon__arena arena = {0};
    const char *name = inflect_camel_case(&arena, model);
    assert_string_equal(name, one);
    assert_string_equal(inflect_plural(&arena, name), many);
    tenon__arena_release(&arena);
}

static void names_of_added_fields_are_english(void **state)
{
    check_name("Post", "post", "posts");
    check_name("BlogCategory", "blogCategory", "blogCategories");
    check_name("user_profile", "userProfile", "userProfiles");
    check_name("HTTPServer", "httpserver", "httpservers");
    check_name("OAuth2Client", "oauth2Client", "oauth2Clients");
    check_name("Box", "box", "boxes");
    check_name("Day", "day", "days");
    check_name("Child", "child", "children");
    check_name("Person", "person", "people");
    check_name("Mouse", "mouse", "mice");
    check_name("Status", "status", "statuses");
    check_name("Analysis", "analysis", "analyses");
    check_name("Leaf", "leaf", "leaves");
    check_name("Equipment", "equipment", "equipment");
    check_name("Woman", "woman", "women");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goldens_are_formatted_as_expected_and_then_stay),
        cmocka_unit_test(empty_texts_become_one_line),
        cmocka_unit_test(blank_lines_end_a_table),
        cmocka_unit_test(comments_keep_their_place),
        cmocka_unit_test(block_comments_get_stars_once),
        cmocka_unit_test(attributes_are_put_in_order),
        cmocka_unit_test(lines_not_understood_stay_as_they_are),
        cmocka_unit_test(carriage_returns_are_dropped),
        cmocka_unit_test(columns_are_as_wide_as_their_bytes),
        cmocka_unit_test(names_of_added_fields_are_english),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
