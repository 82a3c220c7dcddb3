/* From a text to its syntax tree, and what is reported on the way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "schema/ast.h"

static schema *parsed;

static const ast_file *parse(const char *text)
{
    schema_source source = {"test.prisma", text, strlen(text)};
    schema_free(parsed);
    parsed = schema_read_texts(&source, 1, NULL);
    assert_non_null(parsed);
    return parsed->trees[0];
}

static int forget(void **state)
{
    schema_free(parsed);
    parsed = NULL;
    return 0;
}

static const ast_field *only_field(const char *line)
{
    char text[512];
    snprintf(text, sizeof text, "model A {\n%s\n}\n", line);
    const ast_file *file = parse(text);
    assert_int_equal(file->block_count, 1);
    assert_int_equal(file->blocks[0].field_count, 1);
    return &file->blocks[0].fields[0];
}

/* The column where the first diagnostic with that message begins; 0 when there is none. */
static size_t column_of(const char *message)
{
    for (size_t i = 0; i < parsed->diagnostic_count; i++) {
        const schema_diagnostic *d = &parsed->diagnostics[i];
        if (strstr(d->message, message))
            return schema_place_of(&parsed->files[0], d->span.start).column;
    }
    return 0;
}

static bool is_reported(const char *message)
{
    return column_of(message) > 0;
}

static void every_kind_of_block_is_parsed(void **state)
{
    const ast_file *file = parse("datasource db {\n}\ngenerator g {\n}\nmodel M {\n}\nview V {\n}\n"
                                 "type T {\n}\nenum E {\n}");
    static const ast_block_kind kinds[] = {AST_DATASOURCE, AST_GENERATOR, AST_MODEL,
                                           AST_VIEW,       AST_TYPE,      AST_ENUM};
    assert_int_equal(file->block_count, TENON__COUNT(kinds));
    for (size_t i = 0; i < TENON__COUNT(kinds); i++)
        assert_int_equal(file->blocks[i].kind, kinds[i]);
    assert_string_equal(file->blocks[2].name.text, "M");
}

static void a_field_has_type_arity_and_attributes(void **state)
{
    const ast_field *f = only_field("  name String? @unique @db.VarChar(20) // c");
    assert_string_equal(f->name.text, "name");
    assert_string_equal(f->type.text, "String");
    assert_int_equal(f->arity, SCHEMA_OPTIONAL);
    assert_int_equal(f->attribute_count, 2);
    assert_false(f->attributes[0].arguments.has_parentheses);
    assert_string_equal(f->attributes[1].name.text, "db.VarChar");
    assert_string_equal(f->attributes[1].arguments.items[0].value->text, "20");
    assert_int_equal(f->span.start, 12);
}

static void types_may_be_lists_or_unsupported(void **state)
{
    assert_int_equal(only_field("a Int []")->arity, SCHEMA_LIST);
    const ast_field *f = only_field("a Unsupported(\"tsvector\")?");
    assert_true(f->is_unsupported);
    assert_string_equal(f->type.text, "tsvector");
    assert_int_equal(f->arity, SCHEMA_OPTIONAL);
}

static void arguments_may_be_named_nested_or_empty(void **state)
{
    const ast_field *f = only_field("a Int @x(1, n: [a(sort: Desc), b.c], e: , \"s\",)");
    const ast_arguments *list = &f->attributes[0].arguments;
    assert_int_equal(list->count, 3);
    assert_string_equal(list->items[1].name.text, "n");
    const ast_expression *array = list->items[1].value;
    assert_int_equal(array->kind, AST_ARRAY);
    assert_int_equal(array->item_count, 2);
    assert_int_equal(array->items[0]->kind, AST_FUNCTION);
    assert_string_equal(array->items[0]->arguments.items[0].name.text, "sort");
    assert_string_equal(array->items[1]->text, "b.c");
    assert_int_equal(list->empty_count, 1);
    assert_string_equal(list->empty_names[0].text, "e");
    assert_true(list->has_trailing_comma);
}

static void string_literals_are_decoded(void **state)
{
    const ast_field *f = only_field("a Int @x(\"\\\"\\\\\\/\\n\\u00e9\\uD83D\\uDE00\\u0000z\")");
    const ast_expression *value = f->attributes[0].arguments.items[0].value;
    assert_int_equal(value->text_length, 12);
    assert_memory_equal(value->text, "\"\\/\né😀\0z", 12);
}

static void wrong_escapes_are_reported_where_they_are(void **state)
{
    only_field("a Int @x(\"C:\\dir \\u12 \\uD800\")");
    assert_int_equal(column_of("unknown escape sequence '\\d'"), 13);
    assert_int_equal(column_of("invalid unicode escape sequence"), 18);
}

static void documentation_comes_from_before_and_behind(void **state)
{
    const ast_field *f = only_field("/// one\n// not this\n  ///   two  \n\na Int /// three");
    assert_string_equal(f->documentation, "one\ntwo\nthree");
    f = only_field("/**\n * block\n *\n * end\n */\na Int // no");
    assert_string_equal(f->documentation, "block\n\nend");
    assert_null(only_field("a Int // no")->documentation);
}

static void a_comment_before_an_attribute_documents_no_field(void **state)
{
    const ast_file *file = parse("/// m\nmodel A {\n  /// map\n  @@map(\"b\")\n  a Int\n}\n");
    assert_string_equal(file->blocks[0].documentation, "m");
    assert_null(file->blocks[0].fields[0].documentation);
}

static void a_word_that_documents_nothing_is_an_error(void **state)
{
    parse("/// @tenon.audit\n\nmodel A {\n  id Int @id\n}\n");
    assert_true(is_reported("documents nothing"));
}

static void every_broken_line_is_reported_and_the_rest_understood(void **state)
{
    const ast_file *file = parse("model A {\n  id Int @id\n  what is this\n  a: Int\n  b [Int]\n"
                                 "  c Int!\n  d Int[]?\n  e\n  f Int\n}\nmodle B {\n}\n");
    assert_int_equal(file->blocks[0].field_count, 2);
    static const size_t lines[] = {3, 4, 5, 6, 7, 8, 11, 12};
    size_t found = 0;
    for (size_t i = 0; i < parsed->diagnostic_count && found < TENON__COUNT(lines); i++) {
        const schema_diagnostic *d = &parsed->diagnostics[i];
        found += schema_place_of(&parsed->files[0], d->span.start).line == lines[found];
    }
    assert_int_equal(found, TENON__COUNT(lines));
    assert_string_equal(parsed->diagnostics[parsed->diagnostic_count - 2].hint,
                        "did you mean 'model'?");
}

static void deep_nesting_is_a_line_not_understood(void **state)
{
    char text[4096] = "model A {\na Int @x(";
    for (size_t i = 0; i < 1000; i++)
        strcat(text, "[");
    strcat(text, ")\n}\n");
    parse(text);
    assert_true(is_reported("not a valid field"));
}

static void places_count_characters_and_all_line_breaks(void **state)
{
    schema_source source = {"p", "é\r\nab\rc\n日本x", 16};
    schema_place place = schema_place_of(&source, 2);
    assert_int_equal(place.line, 1);
    assert_int_equal(place.column, 2);
    place = schema_place_of(&source, 7);
    assert_int_equal(place.line, 3);
    assert_int_equal(place.column, 1);
    place = schema_place_of(&source, 15);
    assert_int_equal(place.line, 4);
    assert_int_equal(place.column, 3);
    assert_int_equal(schema_place_of(&source, 99).column, 4);
}

static void the_nearest_name_is_within_a_third_of_the_letters(void **state)
{
    static const char *const names[] = {"String", "Int", "Boolean", "DateTime"};
    assert_string_equal(schema_nearest("Strng", names, 4), "String");
    assert_string_equal(schema_nearest("string", names, 4), "String");
    assert_string_equal(schema_nearest("Itn", names, 4), "Int");
    assert_string_equal(schema_nearest("Datetiem", names, 4), "DateTime");
    assert_null(schema_nearest("Text", names, 4));
    assert_null(schema_nearest("", names, 4));
}

static void texts_that_are_not_utf8_are_refused(void **state)
{
    schema_source source = {"bad.prisma", "model \xFF", 7};
    tenon_error err = {0};
    assert_null(schema_read_texts(&source, 1, &err));
    assert_non_null(strstr(err.message, "bad.prisma"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_block_is_parsed),
        cmocka_unit_test(a_field_has_type_arity_and_attributes),
        cmocka_unit_test(types_may_be_lists_or_unsupported),
        cmocka_unit_test(arguments_may_be_named_nested_or_empty),
        cmocka_unit_test(string_literals_are_decoded),
        cmocka_unit_test(wrong_escapes_are_reported_where_they_are),
        cmocka_unit_test(documentation_comes_from_before_and_behind),
        cmocka_unit_test(a_comment_before_an_attribute_documents_no_field),
        cmocka_unit_test(a_word_that_documents_nothing_is_an_error),
        cmocka_unit_test(every_broken_line_is_reported_and_the_rest_understood),
        cmocka_unit_test(deep_nesting_is_a_line_not_understood),
        cmocka_unit_test(places_count_characters_and_all_line_breaks),
        cmocka_unit_test(the_nearest_name_is_within_a_third_of_the_letters),
        cmocka_unit_test(texts_that_are_not_utf8_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, forget);
}
