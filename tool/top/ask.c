/* A program's socket: one line out, everything in. */
#include "top/top.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { PATIENCE_S = 5, MOST_ANSWER = 64 << 20 };

static bool fail_system(tenon_error *err, const char *path)
{
    bool is_nobody = errno == ENOENT || errno == ECONNREFUSED;
    tenon__fail(err, TENON_UNAVAILABLE, "%s: %s", path, strerror(errno));
    if (is_nobody)
        tenon__hint(err, "the program has to call tenon_trace_listen with this path");
    return false;
}

static int connect_to(const char *path, tenon_error *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const struct timeval patience = {.tv_sec = PATIENCE_S};
    if (strlen(path) >= sizeof address.sun_path) {
        tenon__fail(err, TENON_MISUSE, "%s: too long for a socket's path", path);
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0 &&
        connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    fail_system(err, path);
    if (fd >= 0)
        close(fd);
    return -1;
}

static bool exchange(int fd, const char *path, const char *format, tenon__buf *out,
                     tenon_error *err)
{
    char piece[16384];
    ssize_t got;
    tenon__buf_format(out, "%s\n", format);
    bool is_sent = send(fd, out->data, out->length, MSG_NOSIGNAL) == (ssize_t)out->length;
    tenon__buf_clear(out);
    while (is_sent && (got = recv(fd, piece, sizeof piece, 0)) != 0) {
        if (got < 0)
            return fail_system(err, path);
        tenon__buf_add(out, piece, (size_t)got);
    }
    if (!is_sent)
        return fail_system(err, path);
    return !out->failed || tenon__fail_no_memory(err);
}

bool top_ask(const char *path, const char *format, tenon__buf *out, tenon_error *err)
{
    int fd = connect_to(path, err);
    if (fd < 0)
        return false;
    out->limit_bytes = MOST_ANSWER;
    bool is_answered = exchange(fd, path, format, out, err);
    close(fd);
    if (is_answered && out->length >= 6 && memcmp(out->data, "error:", 6) == 0)
        return tenon__fail(err, TENON_UNAVAILABLE, "%s: %.*s", path, (int)out->length - 1,
                           out->data);
    return is_answered;
}
