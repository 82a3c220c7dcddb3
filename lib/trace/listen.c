/* A unix socket at which a program tells its statistics: `tenon top` asks there, and whatever wants
 * a format of tenon_trace_text.
 *
 * A client sends the name of a format and a newline, gets the text, and the connection is closed.
 * One thread of the trace's own serves clients one after the other and gives each a second: it
 * never stands in the way of a call. Only the owner of the socket's file may connect. */
#include "trace/tracer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 8, PATIENCE_MS = 1000, MOST_REQUEST = 64 };

static const struct {
    const char *name;
    tenon_trace_format format;
} formats[] = {
    {"json", TENON_TRACE_JSON},
    {"prometheus", TENON_TRACE_PROMETHEUS},
    {"otlp-metrics", TENON_TRACE_OTLP_METRICS},
    {"otlp-spans", TENON_TRACE_OTLP_SPANS},
};

/* ---- one client ------------------------------------------------------------------------------ */

static bool wait_for(int fd, short events)
{
    struct pollfd wanted = {.fd = fd, .events = events};
    return poll(&wanted, 1, PATIENCE_MS) == 1 && wanted.revents & events;
}

/* A line, without its newline. False: it did not come, or is too long. */
static bool read_request(int fd, char request[MOST_REQUEST])
{
    size_t length = 0;
    while (length < MOST_REQUEST && wait_for(fd, POLLIN)) {
        ssize_t got = recv(fd, request + length, MOST_REQUEST - length, 0);
        if (got <= 0)
            return false;
        char *end = memchr(request + length, '\n', (size_t)got);
        if (end) {
            *end = '\0';
            return true;
        }
        length += (size_t)got;
    }
    return false;
}

static void send_text(int fd, const char *text)
{
    size_t left = strlen(text);
    while (left && wait_for(fd, POLLOUT)) {
        ssize_t sent = send(fd, text, left, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        text += sent;
        left -= (size_t)sent;
    }
}

static void answer(tenon_trace *trace, int fd, const char *request)
{
    size_t i = 0;
    while (i < TENON__COUNT(formats) && strcmp(formats[i].name, request) != 0)
        i++;
    if (i == TENON__COUNT(formats)) {
        send_text(fd, "error: there is no such format\n");
        return;
    }
    char *text = tenon_trace_text(trace, formats[i].format, NULL);
    send_text(fd, text ? text : "error: out of memory\n");
    free(text);
}

static void serve_one(tenon_trace *trace)
{
    char request[MOST_REQUEST];
    int fd = accept4(trace->listener.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0)
        return;
    if (read_request(fd, request))
        answer(trace, fd, request);
    close(fd);
}

/* Until the other end of the pipe is closed. */
static void *serve(void *ctx)
{
    tenon_trace *trace = ctx;
    struct pollfd wanted[] = {{.fd = trace->listener.fd, .events = POLLIN},
                              {.fd = trace->listener.wake[0], .events = POLLIN}};
    for (;;) {
        if (poll(wanted, 2, -1) < 0 && errno != EINTR)
            return NULL;
        if (wanted[1].revents)
            return NULL;
        if (wanted[0].revents)
            serve_one(trace);
    }
}

/* ---- opening --------------------------------------------------------------------------------- */

static bool fail_system(tenon_error *err, const char *path, const char *what, int code)
{
    char reason[128];
    return tenon__fail(err, TENON_IO, "%s: %s: %s", path, what,
                       strerror_r(code, reason, sizeof reason));
}

/* What a program that is gone has left behind. */
static bool remove_stale(const struct sockaddr_un *address, tenon_error *err)
{
    struct stat file;
    if (lstat(address->sun_path, &file) != 0)
        return true;
    if (!S_ISSOCK(file.st_mode))
        return tenon__fail(err, TENON_MISUSE, "%s is there, and no socket", address->sun_path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool is_alive = fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof *address) == 0;
    if (fd >= 0)
        close(fd);
    if (is_alive)
        return tenon__fail(err, TENON_MISUSE, "somebody listens at %s already", address->sun_path);
    return unlink(address->sun_path) == 0 || fail_system(err, address->sun_path, "unlink", errno);
}

/* The mode of the file is that of the descriptor, so that nobody can be faster. */
static bool open_socket(tenon__listener *listener, const struct sockaddr_un *address,
                        tenon_error *err)
{
    listener->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener->fd < 0)
        return fail_system(err, address->sun_path, "socket", errno);
    if (fchmod(listener->fd, S_IRUSR | S_IWUSR) != 0 ||
        bind(listener->fd, (const struct sockaddr *)address, sizeof *address) != 0)
        return fail_system(err, address->sun_path, "bind", errno);
    listener->is_bound = true;
    if (listen(listener->fd, BACKLOG) != 0 || pipe2(listener->wake, O_CLOEXEC) != 0)
        return fail_system(err, address->sun_path, "listen", errno);
    return true;
}

/* Signals are the program's own threads' business. */
static bool start_thread(tenon_trace *trace, tenon_error *err)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int code = pthread_create(&trace->listener.thread, NULL, serve, trace);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    trace->listener.is_running = code == 0;
    return code == 0 || fail_system(err, trace->listener.path, "thread", code);
}

bool tenon_trace_listen(tenon_trace *trace, const char *path, tenon_error *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    tenon_error unheeded;
    if (!err)
        err = &unheeded;
    tenon_error_reset(err);
    if (!trace || !path || trace->listener.path)
        return tenon__fail(err, TENON_MISUSE, "a trace listens at one path");
    if (strlen(path) >= sizeof address.sun_path)
        return tenon__fail(err, TENON_LIMIT, "the path of a socket has at most %zu characters",
                           sizeof address.sun_path - 1);
    memcpy(address.sun_path, path, strlen(path));
    trace->listener.path = tenon__text_copy(path);
    if (!trace->listener.path)
        return tenon__fail_no_memory(err);
    if (remove_stale(&address, err) && open_socket(&trace->listener, &address, err) &&
        start_thread(trace, err))
        return true;
    tenon__listener_close(&trace->listener);
    return false;
}

void tenon__listener_init(tenon__listener *listener)
{
    *listener = (tenon__listener){.fd = -1, .wake = {-1, -1}};
}

static void close_if_open(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void tenon__listener_close(tenon__listener *listener)
{
    close_if_open(&listener->wake[1]);
    if (listener->is_running)
        pthread_join(listener->thread, NULL);
    close_if_open(&listener->wake[0]);
    close_if_open(&listener->fd);
    if (listener->is_bound)
        unlink(listener->path);
    free(listener->path);
    tenon__listener_init(listener);
}
