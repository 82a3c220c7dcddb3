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

static char folder[] = "/tmp/tenon-cluster.XXXXXX";
static pid_t owner;

static int order(const char *word)
{
    char command[128];
    snprintf(command, sizeof command, "tests/robust/cluster.sh %s %s", word, folder);
    return system(command); /* NOLINT(cert-env33-c): a fixed script of this tree */
}

static void must(const char *word)
{
    if (order(word) != 0)
        fail_msg("cluster.sh %s %s failed", word, folder);
}

static void remove_cluster(void)
{
    if (getpid() == owner)
        order("remove");
}

static const char *open_by(const char *word)
{
    static char url[128];
    if (!mkdtemp(folder))
        fail_msg("cannot make a temporary folder");
    owner = getpid();
    atexit(remove_cluster);
    must(word);
    snprintf(url, sizeof url, "postgresql:///postgres?host=%s&user=tenon", folder);
    return url;
}

const char *cluster_open(void)
{
    return open_by("make");
}

const char *cluster_open_small(void)
{
    return open_by("small");
}

const char *cluster_folder(void)
{
    return folder;
}

void cluster_kill(void)
{
    must("kill");
}

void cluster_start(void)
{
    must("start");
}

void cluster_freeze(void)
{
    must("freeze");
}

void cluster_thaw(void)
{
    must("thaw");
}
