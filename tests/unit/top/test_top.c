/* `tenon top` beside a program that listens: this one. */
#include "../model/both.h"
#include "top/top.h"

#include <tenon/trace.h>

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static char path[64], output[65536];

static const char *socket_path(void)
{
    snprintf(path, sizeof path, "/tmp/tenon-top-%d.sock", (int)getpid());
    return path;
}

/* A program at work: a shape that is called often, one that takes rows, one that fails. */
static tenon_trace *listen_at_work(both *b)
{
    tenon_error err;
    const tenon_trace_options options = {.application_name = "shop"};
    tenon_trace *trace = tenon_trace_open(b->db, &options, &err);
    assert_non_null(trace);
    if (!tenon_trace_listen(trace, socket_path(), &err))
        fail_msg("%s", err.message);
    user_create(b->session, .email = SET("ann@example.com"), .age = SET(31));
    for (int i = 0; i < 30; i++)
        user_find(b->session, i);
    user_find_many(b->session, .where = {.age = GE(1)});
    assert_sound(b->session);
    user_create(b->session, .email = SET("ann@example.com"), .age = SET(31));
    assert_failed(b->session, TENON_UNIQUE, NULL);
    return trace;
}

/* The command's exit status; what it says on both streams is in `output`. */
static int run(const char *arguments)
{
    char line[512];
    snprintf(line, sizeof line, "\"$TENON_COMMAND\" top %s 2>&1", arguments);
    FILE *pipe = popen(line, "r");
    assert_non_null(pipe);
    output[fread(output, 1, sizeof output - 1, pipe)] = '\0';
    return WEXITSTATUS(pclose(pipe));
}

static int run_on_socket(const char *options)
{
    char arguments[256];
    snprintf(arguments, sizeof arguments, "%s %s", options, socket_path());
    return run(arguments);
}

static void assert_said(const char *text)
{
    if (!strstr(output, text))
        fail_msg("no '%s' in: %s", text, output);
}

/* ---- once ------------------------------------------------------------------------------------ */

static void a_program_is_shown_once(void **state)
{
    both *b = *state;
    tenon_trace *trace = listen_at_work(b);
    assert_int_equal(run_on_socket("--once"), 0);
    assert_said(b->is_sqlite ? "shop, sqlite, since 0:00:0" : "shop, postgresql, since 0:00:0");
    assert_said("CALLS  CALLS/S    TOTAL     MEAN");
    assert_said("everything\n");
    assert_said("find_by User  SELECT");
    assert_null(strchr(output, '\033'));
    tenon_trace_close(trace);
    assert_int_equal(access(path, F_OK), -1);
}

static const char *statement_of_first_row(void)
{
    const char *line = output;
    for (int i = 0; i < 3 && line; i++) {
        line = strchr(line, '\n');
        line = line ? line + 1 : NULL;
    }
    assert_non_null(line);
    return line;
}

static void the_order_can_be_chosen(void **state)
{
    both *b = *state;
    tenon_trace *trace = listen_at_work(b);
    assert_int_equal(run_on_socket("--sort calls --rows 1"), 0);
    assert_said(" find_by User");
    assert_null(strstr(output, "create User"));
    assert_int_equal(run_on_socket("--sort errors"), 0);
    assert_non_null(strstr(statement_of_first_row(), "create User"));
    assert_int_equal(run_on_socket("--sort nothing"), 2);
    assert_said("there is no order 'nothing'");
    tenon_trace_close(trace);
}

static void every_format_can_be_had(void **state)
{
    both *b = *state;
    tenon_trace *trace = listen_at_work(b);
    assert_int_equal(run_on_socket("--json"), 0);
    assert_said("\"operation\":\"find_by\"");
    assert_int_equal(run_on_socket("--format prometheus"), 0);
    assert_said("# TYPE tenon_statement_duration_seconds histogram");
    assert_int_equal(run_on_socket("--format otlp-metrics"), 0);
    assert_said("{\"resourceMetrics\":[");
    assert_int_equal(run_on_socket("--format otlp-spans"), 0);
    assert_said("{\"resourceSpans\":[");
    assert_int_equal(run_on_socket("--format nothing"), 1);
    assert_said("there is no such format");
    tenon_trace_close(trace);
}

static void what_is_misused_is_told(void **state)
{
    (void)state;
    assert_int_equal(run(""), 2);
    assert_said("the socket of a program is missing");
    assert_int_equal(run("--wrong x"), 2);
    assert_int_equal(run("--interval 0 x"), 2);
    assert_int_equal(run("--interval 2x x"), 2);
    assert_int_equal(run("--rows x x"), 2);
    assert_int_equal(run("a b"), 2);
    assert_int_equal(run("/tmp/nobody-listens-here.sock"), 1);
    assert_said("tenon_trace_listen");
}

/* ---- live ------------------------------------------------------------------------------------ */

/* Reads from the terminal until this text has come. */
static void await(int terminal, const char *text)
{
    size_t length = strlen(output);
    struct pollfd readable = {.fd = terminal, .events = POLLIN};
    while (!strstr(output, text)) {
        if (length + 1 >= sizeof output || poll(&readable, 1, 20000) != 1)
            fail_msg("'%s' did not come: %s", text, output);
        ssize_t got = read(terminal, output + length, sizeof output - 1 - length);
        if (got <= 0)
            fail_msg("'%s' did not come before the end: %s", text, output);
        output[length += (size_t)got] = '\0';
    }
}

static pid_t start_in_terminal(int *terminal)
{
    struct winsize size = {.ws_row = 12, .ws_col = 120};
    output[0] = '\0';
    pid_t child = forkpty(terminal, NULL, NULL, &size);
    assert_true(child >= 0);
    if (child == 0) {
        setenv("TERM", "xterm", 1);
        unsetenv("NO_COLOR");
        execl(getenv("TENON_COMMAND"), "tenon", "top", "--interval", "0.2", path, NULL);
        _exit(127);
    }
    return child;
}

static int end_of(pid_t child)
{
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void press(int terminal, const char *keys)
{
    output[0] = '\0';
    assert_int_equal(write(terminal, keys, strlen(keys)), strlen(keys));
}

static void it_is_shown_live_in_a_terminal(void **state)
{
    both *b = *state;
    tenon_trace *trace = listen_at_work(b);
    int terminal;
    pid_t child = start_in_terminal(&terminal);
    await(terminal, "\033[?1049h");
    await(terminal, "q)uit");
    await(terminal, "\033[31m"); /* what fails is red */
    for (int i = 0; i < 969; i++)
        user_find(b->session, i);
    await(terminal, "     999 "); /* the next look has counted them */
    press(terminal, "c");
    await(terminal, "by calls");
    press(terminal, "q");
    await(terminal, "\033[?1049l");
    assert_int_equal(end_of(child), 0);
    close(terminal);
    tenon_trace_close(trace);
}

static void the_terminal_is_given_back_to_a_signal(void **state)
{
    both *b = *state;
    tenon_trace *trace = listen_at_work(b);
    int terminal;
    pid_t child = start_in_terminal(&terminal);
    await(terminal, "q)uit");
    kill(child, SIGINT);
    await(terminal, "\033[?1049l");
    assert_int_equal(end_of(child), 0);
    close(terminal);
    tenon_trace_close(trace);
}

static void the_end_of_the_program_is_told(void **state)
{
    both *b = *state;
    tenon_trace *trace = listen_at_work(b);
    int terminal;
    pid_t child = start_in_terminal(&terminal);
    await(terminal, "q)uit");
    tenon_trace_close(trace);
    await(terminal, "\033[?1049l");
    await(terminal, "No such file");
    assert_int_equal(end_of(child), 1);
    close(terminal);
}

/* ---- the socket ------------------------------------------------------------------------------ */

static void only_its_owner_may_ask(void **state)
{
    both *b = *state;
    struct stat file;
    tenon_trace *trace = listen_at_work(b);
    assert_int_equal(stat(path, &file), 0);
    assert_int_equal(file.st_mode & 0777, 0600);
    tenon_trace_close(trace);
}

static void a_path_is_taken_once_and_stale_ones_are_replaced(void **state)
{
    both *b = *state;
    tenon_error err;
    tenon_trace *trace = listen_at_work(b);
    assert_false(tenon_trace_listen(trace, "/tmp/another.sock", &err));
    assert_int_equal(err.status, TENON_MISUSE);
    tenon_db *other = tenon_open(b->url, NULL, &err);
    tenon_trace *second = tenon_trace_open(other, NULL, &err);
    assert_false(tenon_trace_listen(second, path, &err));
    assert_int_equal(err.status, TENON_MISUSE);
    tenon_trace_close(trace);

    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int dead = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(dead, (const struct sockaddr *)&address, sizeof address), 0);
    close(dead);
    assert_true(tenon_trace_listen(second, path, &err));
    tenon_trace_close(second);
    tenon_close(other);
}

static void what_is_no_socket_stays(void **state)
{
    both *b = *state;
    tenon_error err;
    char long_path[200];
    FILE *file = fopen(socket_path(), "w");
    fclose(file);
    tenon_trace *trace = tenon_trace_open(b->db, NULL, &err);
    assert_false(tenon_trace_listen(trace, path, &err));
    assert_int_equal(err.status, TENON_MISUSE);
    assert_int_equal(access(path, F_OK), 0);
    unlink(path);
    assert_false(tenon_trace_listen(trace, "/nowhere/at/all.sock", &err));
    assert_int_equal(err.status, TENON_IO);
    memset(long_path, 'x', sizeof long_path - 1);
    long_path[sizeof long_path - 1] = '\0';
    assert_false(tenon_trace_listen(trace, long_path, &err));
    assert_int_equal(err.status, TENON_LIMIT);
    assert_false(tenon_trace_listen(NULL, path, &err));
    tenon_trace_close(trace);
}

static void a_client_that_says_nothing_does_not_block_others(void **state)
{
    both *b = *state;
    tenon_trace *trace = listen_at_work(b);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int silent = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(connect(silent, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(run_on_socket("--once"), 0);
    close(silent);
    tenon_trace_close(trace);
}

/* ---- reading --------------------------------------------------------------------------------- */

static void what_no_program_says_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", "{", "[]", "{\"shapes\"", "{\"other\":{}}"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        top_snapshot snapshot;
        tenon_error err = {0};
        assert_false(top_read(&snapshot, wrong[i], strlen(wrong[i]), &err));
        top_snapshot_release(&snapshot);
    }
}

static void rates_are_differences(void **state)
{
    (void)state;
    static const char before[] = "{\"since_us\":1,\"until_us\":2000001,\"shapes\":["
                                 "{\"fingerprint\":\"0f\",\"calls\":10,\"total_ns\":5}]}";
    static const char after[] = "{\"since_us\":1,\"until_us\":4000001,\"shapes\":["
                                "{\"fingerprint\":\"0f\",\"calls\":30,\"total_ns\":9},"
                                "{\"fingerprint\":\"10\",\"calls\":4,\"total_ns\":99}]}";
    top_snapshot first, second;
    tenon_error err = {0};
    assert_true(top_read(&first, before, strlen(before), &err));
    assert_true(top_read(&second, after, strlen(after), &err));
    top_rate(&first, NULL);
    top_rate(&second, &first);
    assert_true(first.rows[0].calls_per_second == 5);
    assert_true(second.rows[0].calls_per_second == 10);
    assert_true(second.rows[1].calls_per_second == 2);
    top_sort(&second, TOP_BY_TOTAL);
    assert_int_equal(second.rows[0].calls, 4);
    top_snapshot_release(&first);
    top_snapshot_release(&second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(a_program_is_shown_once),
        ON_BOTH(the_order_can_be_chosen),
        ON_BOTH(every_format_can_be_had),
        ON_BOTH(it_is_shown_live_in_a_terminal),
        ON(sqlite, the_terminal_is_given_back_to_a_signal),
        ON(sqlite, the_end_of_the_program_is_told),
        ON(sqlite, only_its_owner_may_ask),
        ON_BOTH(a_path_is_taken_once_and_stale_ones_are_replaced),
        ON(sqlite, what_is_no_socket_stays),
        ON(sqlite, a_client_that_says_nothing_does_not_block_others),
        cmocka_unit_test(what_is_misused_is_told),
        cmocka_unit_test(what_no_program_says_is_refused),
        cmocka_unit_test(rates_are_differences),
    };
    return both_run(tests);
}
