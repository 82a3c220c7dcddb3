/* `tenon sql code` as a user meets it. */
#include "../commands/in_folder.h"

static void check_status(const char *line, int expected)
{
    int status = run(line);
    if (status != expected)
        fail_msg("%s: status %d: %s", line, status, output);
}

static void sources_of_folders_are_looked_through(void **state)
{
    (void)state;
    check_status("mkdir -p src/deep src/.hidden", 0);
    write_file("src/good.c",
               "void f(tenon_sql *q, int n)\n{\n    tenon_sqlf(q, \"LIMIT %d\", n);\n}\n");
    write_file("src/.hidden/bad.c", "snprintf(a, n, \"SELECT %s\", b);\n");
    write_file("src/notes.txt", "snprintf(a, n, \"SELECT %s\", b);\n");
    check_status("$tenon sql code src", 0);
    check_said("1 file, no SQL put together as text");
    write_file("src/deep/bad.cpp", "{\n    snprintf(a, n, \"SELECT %s\", b);\n}\n");
    check_status("$tenon sql code src", 1);
    check_said("tenon: src/deep/bad.cpp:2:20: warning: SQL is put together as text, and a value in "
               "it is read as SQL; use tenon_sqlf, which binds each value, or a SQL file, or say "
               "tenon:ignore built_text WHY\n"
               "    2 |     snprintf(a, n, \"SELECT %s\", b);\n"
               "      |                    ^~~~~~~~~~~\n");
    check_status("$tenon sql code --json src/deep", 1);
    check_said("\"rule\": \"built_text\"");
    check_status("$tenon sql code src/notes.txt", 1);
}

static void what_is_misused_is_told(void **state)
{
    (void)state;
    check_status("$tenon sql code", 2);
    check_status("$tenon sql code --nothing .", 2);
    check_status("$tenon sql code nowhere", 1);
    check_said("cannot read nowhere");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_IN_FOLDER(sources_of_folders_are_looked_through),
        TEST_IN_FOLDER(what_is_misused_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
