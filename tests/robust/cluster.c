/* See cluster.h. The work is done by cluster.sh: it is a matter of processes, not of C. */
#include "cluster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { URL_SIZE = 128 };

typedef struct server {
    char folder[32];
    char url[URL_SIZE];
} server;

static server first = {.folder = "/tmp/tenon-cluster.XXXXXX"};
static server second = {.folder = "/tmp/tenon-standby.XXXXXX"};
static pid_t owner;

static int order(const char *word, const server *of, const char *more)
{
    char command[2 * URL_SIZE];
    snprintf(command, sizeof command, "tests/robust/cluster.sh %s %s %s", word, of->folder, more);
    return system(command); /* NOLINT(cert-env33-c): a fixed script of this tree */
}

static void must(const char *word, const server *of, const char *more)
{
    if (order(word, of, more) != 0)
        fail_msg("cluster.sh %s %s failed", word, of->folder);
}

static void remove_cluster(void)
{
    if (getpid() == owner)
        order("remove", &first, "");
}

static void remove_standby(void)
{
    if (getpid() == owner)
        order("remove", &second, "");
}

static const char *open_server(server *s, const char *word, const char *more, void (*at_end)(void))
{
    if (!mkdtemp(s->folder))
        fail_msg("cannot make a temporary folder");
    owner = getpid();
    atexit(at_end);
    must(word, s, more);
    snprintf(s->url, sizeof s->url, "postgresql:///postgres?host=%s&user=tenon", s->folder);
    return s->url;
}

const char *cluster_open(void)
{
    return open_server(&first, "make", "", remove_cluster);
}

const char *cluster_open_small(void)
{
    return open_server(&first, "small", "", remove_cluster);
}

const char *cluster_folder(void)
{
    return first.folder;
}

void cluster_kill(void)
{
    must("kill", &first, "");
}

void cluster_start(void)
{
    must("start", &first, "");
}

void cluster_freeze(void)
{
    must("freeze", &first, "");
}

void cluster_thaw(void)
{
    must("thaw", &first, "");
}

const char *standby_open(void)
{
    return open_server(&second, "follow", first.folder, remove_standby);
}

const char *standby_folder(void)
{
    return second.folder;
}

void standby_kill(void)
{
    must("kill", &second, "");
}

void standby_start(void)
{
    must("start", &second, "");
}

void standby_promote(void)
{
    must("promote", &second, "");
}
