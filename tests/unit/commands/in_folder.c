/* See in_folder.h. */
#include "in_folder.h"

#include <sys/wait.h>
#include <unistd.h>

char output[65536];
static char folder[64];

int run(const char *line)
{
    char whole[4096];
    int length = snprintf(whole, sizeof whole, "cd '%s' && tenon='%s' && (%s) 2>&1", folder,
                          getenv("TENON_COMMAND"), line);
    assert_true(length < (int)sizeof whole);
    FILE *pipe = popen(whole, "r");
    assert_non_null(pipe);
    output[fread(output, 1, sizeof output - 1, pipe)] = '\0';
    int status = pclose(pipe);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

const char *path_of(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

void write_file(const char *name, const char *text)
{
    FILE *file = fopen(path_of(name), "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

void check_file(const char *name, const char *expected)
{
    char text[4096];
    FILE *file = fopen(path_of(name), "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(text, expected);
}

void check_said(const char *text)
{
    if (!strstr(output, text))
        fail_msg("'%s' is not in:\n%s", text, output);
}

/* What a command tries out it does on the server of the tests: a cluster of its own takes a second
 * to start. */
int make_folder(void **state)
{
    const char *server = getenv("TENON_TEST_PG");
    if (server && setenv("TENON_SCRATCH_URL", server, 1))
        return -1;
    strcpy(folder, "/tmp/tenon-test-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

int remove_folder(void **state)
{
    char line[128];
    snprintf(line, sizeof line, "rm -rf '%s'", folder);
    return system(line);
}
