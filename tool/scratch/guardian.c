/* The process that cleans up.
 *
 * A process that is killed cannot remove what it made; another one can, if it learns of it. So a
 * child is forked that holds the reading end of a pipe whose writing end only its parent has: when
 * read says that the pipe has ended, the parent is done or dead. The child is a session of its own
 * and takes no notice of signals from a terminal, so that Ctrl-C reaches the parent alone. */
#include "scratch/scratch_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the child says when it is ready: one byte, and behind a '!' what is wrong. */
static void answer(int pipe, bool is_ready, const char *text)
{
    char line[SCRATCH_TEXT_SIZE + 1];
    int length = snprintf(line, sizeof line, "%c%s", is_ready ? '.' : '!', is_ready ? "" : text);
    if (length > (int)sizeof line - 1)
        length = (int)sizeof line - 1;
    if (write(pipe, line, (size_t)length) < 0)
        _exit(1);
    close(pipe);
}

static void wait_for_end(int pipe)
{
    char byte;
    ssize_t got;
    do
        got = read(pipe, &byte, 1);
    while (got < 0 && errno == EINTR);
}

static _Noreturn void guard(const scratch_duty *duty, int from_parent, int to_parent)
{
    char text[SCRATCH_TEXT_SIZE] = "";
    setsid();
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    bool is_ready = duty->prepare(duty->context, text);
    answer(to_parent, is_ready, text);
    if (is_ready)
        wait_for_end(from_parent);
    duty->clean(duty->context);
    _exit(0);
}

static bool read_answer(int pipe, tenon_error *err)
{
    char line[SCRATCH_TEXT_SIZE + 1];
    size_t length = 0;
    ssize_t got;
    while ((got = read(pipe, line + length, sizeof line - 1 - length)) != 0) {
        if (got < 0 && errno != EINTR)
            break;
        length += got > 0 ? (size_t)got : 0;
    }
    line[length] = '\0';
    if (line[0] == '.')
        return true;
    return tenon__fail(err, TENON_UNAVAILABLE, "no throwaway database: %s",
                       length ? line + 1 : "it did not start");
}

static bool fork_guardian(scratch_guardian *g, const scratch_duty *duty, int there[2], int back[2])
{
    g->process = fork();
    if (g->process == 0) {
        close(there[1]);
        close(back[0]);
        guard(duty, there[0], back[1]);
    }
    close(there[0]);
    close(back[1]);
    g->pipe = there[1];
    if (g->process < 0) {
        g->process = 0;
        close(g->pipe);
    }
    return g->process > 0;
}

bool scratch_guardian_start(scratch_guardian *g, const scratch_duty *duty, tenon_error *err)
{
    int there[2], back[2];
    if (pipe2(there, O_CLOEXEC) != 0)
        return tenon__fail(err, TENON_IO, "cannot make a pipe");
    if (pipe2(back, O_CLOEXEC) != 0) {
        close(there[0]);
        close(there[1]);
        return tenon__fail(err, TENON_IO, "cannot make a pipe");
    }
    bool is_started = fork_guardian(g, duty, there, back);
    bool is_ready = is_started && read_answer(back[0], err);
    close(back[0]);
    if (!is_started)
        return tenon__fail(err, TENON_IO, "cannot start a process");
    if (!is_ready)
        scratch_guardian_stop(g);
    return is_ready;
}

void scratch_guardian_stop(scratch_guardian *g)
{
    if (!g->process)
        return;
    pid_t ended;
    close(g->pipe);
    do
        ended = waitpid(g->process, NULL, 0);
    while (ended < 0 && errno == EINTR);
    g->process = 0;
}
