/* `tenon generate`: what it writes, what it leaves alone, and what it says. */
#include "in_folder.h"

#include <sys/stat.h>
#include <unistd.h>

#define DATASOURCE "datasource db {\n  provider = \"sqlite\"\n  url      = \"file:a.db\"\n}\n\n"
#define MODEL "model A {\n  id Int @id\n}\n"
#define BLOCK(properties) "generator c {\n  provider = \"tenon\"\n" properties "}\n\n"

static void files_are_created_updated_and_left_alone(void **state)
{
    write_file("schema.prisma", DATASOURCE MODEL);
    assert_int_equal(run("$tenon generate"), 0);
    assert_string_equal(output, "models.h: created\nmodels.c: created\n");
    assert_int_equal(run("touch -d '2001-01-01' models.*; $tenon generate"), 0);
    assert_string_equal(output, "2 files are up to date\n");
    assert_int_equal(run("find . -newermt 2002-01-01 -name 'models.*'"), 0);
    assert_string_equal(output, "");
    write_file("schema.prisma", DATASOURCE "/// A comment changes the header only.\n" MODEL);
    assert_int_equal(run("$tenon generate"), 0);
    assert_string_equal(output, "models.h: updated\n");
}

static void checking_writes_nothing_and_tells_by_its_status(void **state)
{
    write_file("schema.prisma", DATASOURCE MODEL);
    assert_int_equal(run("$tenon generate --check"), 1);
    check_said("models.h: missing\nmodels.c: missing\n");
    check_said("tenon: generated files are out of date; run `tenon generate`\n");
    assert_int_equal(run("ls"), 0);
    assert_string_equal(output, "schema.prisma\n");
    assert_int_equal(run("$tenon generate && $tenon generate --check"), 0);
    write_file("schema.prisma", DATASOURCE MODEL "model B {\n  id Int @id\n}\n");
    assert_int_equal(run("cp models.c before; $tenon generate --check"), 1);
    check_said("models.h: out of date\nmodels.c: out of date\n");
    assert_int_equal(run("cmp before models.c"), 0);
}

static void what_tenon_did_not_write_stays_and_nothing_else_is_written(void **state)
{
    write_file("schema.prisma", DATASOURCE MODEL);
    write_file("models.c", "int mine;\n");
    assert_int_equal(run("$tenon generate"), 1);
    check_said("tenon: models.c was not written by tenon, so it stays; move it away");
    check_file("models.c", "int mine;\n");
    assert_int_equal(run("ls"), 0);
    assert_string_equal(output, "models.c\nschema.prisma\n");
    assert_int_equal(run("rm models.c; mkdir models.c; $tenon generate; ls"), 0);
    check_said("models.c\nschema.prisma\n");
    assert_null(strstr(output, "models.h"));
}

static void a_folder_that_cannot_be_written_is_told(void **state)
{
    write_file("schema.prisma", DATASOURCE MODEL);
    write_file("file", "");
    assert_int_equal(run("$tenon generate --output file/deep"), 1);
    check_said("tenon: cannot read file/deep/models.h: Not a directory\n");
    assert_int_equal(run("$tenon generate --output file"), 1);
    assert_int_equal(run("$tenon generate --output /proc/self/here"), 1);
    check_said("tenon: cannot make the folder /proc/self/here: ");
    assert_int_equal(run("$tenon generate --output /proc/self"), 1);
    check_said("tenon: cannot write /proc/self/models.h");
}

static void a_full_disk_leaves_the_old_file(void **state)
{
    write_file("schema.prisma", DATASOURCE MODEL);
    assert_int_equal(run("$tenon generate && cp models.h before"), 0);
    write_file("schema.prisma", DATASOURCE MODEL "model B {\n  id Int @id\n}\n");
    assert_int_equal(run("trap '' XFSZ; ulimit -f 1; $tenon generate"), 1);
    check_said("tenon: cannot write models.h: File too large");
    assert_int_equal(run("cmp before models.h && ls"), 0);
    assert_string_equal(output, "before\nmodels.c\nmodels.h\nschema.prisma\n");
}

static void options_win_over_the_block(void **state)
{
    write_file("schema.prisma",
               DATASOURCE BLOCK("  output = \"in/block\"\n  name = \"shop\"\n"
                                "  prefix = \"shop\"\n  split = \"false\"\n") MODEL);
    assert_int_equal(run("$tenon generate"), 0);
    assert_string_equal(output, "in/block/shop.h: created\nin/block/shop.c: created\n");
    assert_int_equal(run("grep -c 'ShopA \\*shop_a_find(' in/block/shop.h"), 0);
    assert_int_equal(run("$tenon generate --output . --name x --prefix y --split"), 0);
    assert_string_equal(output, "x_shared.h: created\nx_shared.c: created\nx_y_a.h: created\n"
                                "x_y_a.c: created\nx.h: created\n");
}

static void the_output_is_relative_to_the_file_with_the_block(void **state)
{
    assert_int_equal(run("mkdir -p all/deep"), 0);
    write_file("all/one.prisma", DATASOURCE MODEL);
    write_file("all/deep/two.prisma", BLOCK("  output = \"../../here\"\n"));
    assert_int_equal(run("$tenon generate all"), 0);
    check_said("all/deep/../../here/models.h: created\n");
    assert_int_equal(run("test -f here/models.c"), 0);
    assert_int_equal(run("rm all/deep/two.prisma; $tenon generate all; test -f all/models.h"), 0);
}

static void an_unknown_property_is_refused_with_the_nearest_name(void **state)
{
    write_file("schema.prisma", DATASOURCE BLOCK("  prefx = \"a\"\n") MODEL);
    assert_int_equal(run("$tenon generate"), 1);
    check_said("tenon: the generator block 'c' has an unknown property 'prefx'; "
               "did you mean 'prefix'?\n");
    assert_int_equal(run("ls"), 0);
    assert_string_equal(output, "schema.prisma\n");
}

static void properties_of_the_wrong_kind_are_refused(void **state)
{
    static const struct {
        const char *block, *said;
    } cases[] = {
        {BLOCK("  name = [\"a\"]\n"), "name of the generator block 'c' must be a text"},
        {BLOCK("  output = env(\"OUT\")\n"), "output of the generator block 'c' must be a text"},
        {BLOCK("  split = \"yes\"\n"), "split of the generator block 'c' is \"true\" or \"false\""},
        {BLOCK("  prefix = \"2x\"\n"), "'2x' cannot be the prefix"},
        {BLOCK("  name = \"../x\"\n"), "'../x' cannot be the name of files"},
        {BLOCK("") "generator d {\n  provider = \"tenon\"\n}\n",
         "the generator blocks 'c' and 'd' are both tenon's"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[1024];
        snprintf(text, sizeof text, "%s%s%s", DATASOURCE, cases[i].block, MODEL);
        write_file("schema.prisma", text);
        assert_int_equal(run("$tenon generate"), 1);
        check_said(cases[i].said);
    }
}

static void blocks_of_other_generators_are_theirs(void **state)
{
    write_file("schema.prisma", DATASOURCE "generator client {\n  provider = \"other\"\n"
                                           "  anything = \"goes\"\n}\n" MODEL);
    assert_int_equal(run("$tenon generate"), 0);
}

static void a_schema_with_errors_generates_nothing(void **state)
{
    write_file("schema.prisma", DATASOURCE "model A {\n  id Strng @id\n}\n");
    assert_int_equal(run("$tenon generate"), 1);
    check_said("unknown type 'Strng'");
    assert_int_equal(run("ls"), 0);
    assert_string_equal(output, "schema.prisma\n");
}

static void a_function_that_checks_has_one_type(void **state)
{
    write_file("two.prisma", "datasource db {\n  provider = \"sqlite\"\n  url = \"file:x\"\n}\n"
                             "model A {\n  id Int @id\n"
                             "  /// @tenon.validate(custom: is_good)\n  b String\n"
                             "  /// @tenon.validate(custom: is_good)\n  c Boolean\n}\n");
    assert_int_equal(run("$tenon generate two.prisma"), 1);
    check_said("is_good checks A.b, of type 'const char *', and A.c, of type 'int'");
}

static void wrong_use_is_told(void **state)
{
    write_file("schema.prisma", DATASOURCE MODEL);
    assert_int_equal(run("$tenon generate --output"), 2);
    assert_int_equal(run("$tenon generate --what"), 2);
    assert_int_equal(run("$tenon generate a b"), 2);
    assert_int_equal(run("$tenon generate --check --watch"), 2);
    assert_int_equal(run("$tenon generate --watch -"), 2);
    assert_int_equal(run("$tenon generate --prefix 'a b'"), 1);
    assert_int_equal(run("$tenon generate - < schema.prisma"), 0);
}

static void watching_writes_again_until_it_is_stopped(void **state)
{
    write_file("schema.prisma", DATASOURCE MODEL);
    assert_int_equal(run("$tenon generate --watch > log 2>&1 & pid=$!\n"
                         "wait_for() { for i in $(seq 100); do\n"
                         "    grep -q \"$1\" log && return; sleep 0.1; done; return 1; }\n"
                         "wait_for 'models.c: created' &&\n"
                         "printf 'model B {\\n  id Int @id\\n}\\n' >> schema.prisma &&\n"
                         "wait_for 'models.c: updated' && mv schema.prisma x &&\n"
                         "wait_for 'cannot read schema.prisma' && mv x schema.prisma &&\n"
                         "wait_for '2 files are up to date'\n"
                         "found=$?; kill -INT $pid; kill -TERM $pid; wait $pid; exit $found"),
                     0);
    assert_int_equal(run("grep -c 'cannot read' log; grep -q b_find models.h"), 0);
    assert_string_equal(output, "1\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_IN_FOLDER(files_are_created_updated_and_left_alone),
        TEST_IN_FOLDER(checking_writes_nothing_and_tells_by_its_status),
        TEST_IN_FOLDER(what_tenon_did_not_write_stays_and_nothing_else_is_written),
        TEST_IN_FOLDER(a_folder_that_cannot_be_written_is_told),
        TEST_IN_FOLDER(a_full_disk_leaves_the_old_file),
        TEST_IN_FOLDER(options_win_over_the_block),
        TEST_IN_FOLDER(the_output_is_relative_to_the_file_with_the_block),
        TEST_IN_FOLDER(an_unknown_property_is_refused_with_the_nearest_name),
        TEST_IN_FOLDER(properties_of_the_wrong_kind_are_refused),
        TEST_IN_FOLDER(blocks_of_other_generators_are_theirs),
        TEST_IN_FOLDER(a_schema_with_errors_generates_nothing),
        TEST_IN_FOLDER(a_function_that_checks_has_one_type),
        TEST_IN_FOLDER(wrong_use_is_told),
        TEST_IN_FOLDER(watching_writes_again_until_it_is_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
