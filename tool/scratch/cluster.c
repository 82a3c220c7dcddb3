/* A PostgreSQL cluster in a temporary folder.
 *
 * initdb and pg_ctl are run as programs, by the user postgres (or nobody) when we are root, as
 * PostgreSQL refuses to be run by root. Nothing has to survive, so nothing is synced. */
#include "scratch/scratch_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- folders ---- */

bool scratch_folder_make(char folder[SCRATCH_FOLDER_SIZE], tenon_error *err)
{
    /* The path of a socket may not be longer than some hundred bytes: so not in TMPDIR. */
    snprintf(folder, SCRATCH_FOLDER_SIZE, "/tmp/tenon-scratch.XXXXXX");
    if (!mkdtemp(folder))
        return tenon__fail(err, TENON_IO, "cannot make a folder in /tmp: %s", strerror(errno));
    return true;
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *level)
{
    (void)status;
    (void)kind;
    (void)level;
    remove(path); /* what cannot be removed does not keep the rest */
    return 0;
}

void scratch_folder_remove(void *folder)
{
    nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* ---- programs ---- */

static bool has_initdb(const char *folder, size_t length)
{
    char path[512];
    snprintf(path, sizeof path, "%.*s/initdb", (int)length, folder);
    return access(path, X_OK) == 0;
}

static bool find_on_path(char *out, size_t size)
{
    const char *path = getenv("PATH");
    while (path && *path) {
        size_t length = strcspn(path, ":");
        if (length && has_initdb(path, length)) {
            snprintf(out, size, "%.*s", (int)length, path);
            return true;
        }
        path += length;
        path += *path == ':';
    }
    return false;
}

/* Where Debian has them, one folder a version; the newest unless one is wanted. */
static bool find_installed(char *out, size_t size, unsigned version)
{
    char pattern[64];
    glob_t found;
    snprintf(pattern, sizeof pattern, "/usr/lib/postgresql/%s/bin", "*");
    if (version)
        snprintf(pattern, sizeof pattern, "/usr/lib/postgresql/%u/bin", version);
    if (glob(pattern, 0, NULL, &found) != 0)
        return false;
    const char *best = NULL;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const char *folder = found.gl_pathv[i];
        if (has_initdb(folder, strlen(folder)) && (!best || strverscmp(folder, best) > 0))
            best = folder;
    }
    if (best)
        snprintf(out, size, "%s", best);
    globfree(&found);
    return best;
}

static bool find_user(scratch_cluster *c, tenon_error *err)
{
    if (geteuid() != 0)
        return true;
    /* No other thread has been started yet. */
    /* cppcheck-suppress getpwnamCalled */
    const struct passwd *user = getpwnam("postgres");
    if (!user)
        user = getpwnam("nobody"); /* cppcheck-suppress getpwnamCalled */
    if (!user)
        return tenon__fail(
            err, TENON_UNAVAILABLE,
            "PostgreSQL is not run by root, and there is no user postgres or nobody");
    c->user = user->pw_uid;
    c->group = user->pw_gid;
    return true;
}

bool scratch_cluster_find(scratch_cluster *c, unsigned version, tenon_error *err)
{
    bool is_found = (!version && find_on_path(c->programs, sizeof c->programs)) ||
                    find_installed(c->programs, sizeof c->programs, version);
    if (!is_found && version)
        return tenon__fail(err, TENON_UNAVAILABLE, "PostgreSQL %u is not installed", version);
    if (!is_found)
        return tenon__fail(err, TENON_UNAVAILABLE,
                           "no PostgreSQL server is installed here; name one by its URL");
    return find_user(c, err);
}

/* ---- running them ---- */

/* The child: becomes the user, goes to the folder, writes to the log. The first argument is the
 * program's whole path, by which PostgreSQL's programs find each other. */
static _Noreturn void become(const scratch_cluster *c, const char *program, char **arguments)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", c->programs, program);
    arguments[0] = path;
    if (c->user && (setgroups(0, NULL) != 0 || setgid(c->group) != 0 || setuid(c->user) != 0))
        _exit(126);
    if (chdir(c->folder) != 0)
        _exit(126);
    int log = open("log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (log < 0 || nothing < 0)
        _exit(126);
    dup2(nothing, STDIN_FILENO);
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    execv(path, arguments);
    _exit(127);
}

static bool run(const scratch_cluster *c, const char *program, char **arguments)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0)
        become(c, program, arguments);
    if (child < 0)
        return false;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return false;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* The last line of the log that is not empty. */
static void read_log(const scratch_cluster *c, char text[SCRATCH_TEXT_SIZE])
{
    char path[SCRATCH_FOLDER_SIZE + 8], line[SCRATCH_TEXT_SIZE];
    snprintf(path, sizeof path, "%s/log", c->folder);
    FILE *log = fopen(path, "r");
    snprintf(text, SCRATCH_TEXT_SIZE, "%s did not run", c->programs);
    while (log && fgets(line, sizeof line, log)) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0])
            memcpy(text, line, sizeof line);
    }
    if (log)
        fclose(log);
}

static bool write_settings(const scratch_cluster *c)
{
    char path[SCRATCH_FOLDER_SIZE + 32];
    snprintf(path, sizeof path, "%s/data/postgresql.conf", c->folder);
    FILE *file = fopen(path, "a");
    if (!file)
        return false;
    fprintf(file,
            "listen_addresses = ''\nunix_socket_directories = '%s'\nfsync = off\n"
            "synchronous_commit = off\nfull_page_writes = off\njit = off\nautovacuum = off\n"
            "timezone = 'UTC'\nmax_connections = 50\n",
            c->folder);
    return fclose(file) == 0;
}

bool scratch_cluster_start(void *cluster, char text[SCRATCH_TEXT_SIZE])
{
    const scratch_cluster *c = cluster;
    char initdb[] = "initdb", in[] = "-D", data[] = "data", user[] = "--username=tenon";
    char trust[] = "--auth=trust", utf8[] = "--encoding=UTF8", locale[] = "--locale=C.UTF-8";
    char unsynced[] = "--no-sync", quiet[] = "--no-instructions";
    char pg_ctl[] = "pg_ctl", wait[] = "-w", start[] = "start";
    char *make[] = {initdb, in, data, user, trust, utf8, locale, unsynced, quiet, NULL};
    char *begin[] = {pg_ctl, in, data, wait, start, NULL};
    bool is_owned = !c->user || chown(c->folder, c->user, c->group) == 0;
    if (is_owned && run(c, initdb, make) && write_settings(c) && run(c, pg_ctl, begin))
        return true;
    read_log(c, text);
    return false;
}

void scratch_cluster_remove(void *cluster)
{
    scratch_cluster *c = cluster;
    char pg_ctl[] = "pg_ctl", in[] = "-D", data[] = "data", mode[] = "-m", now[] = "immediate";
    char wait[] = "-w", stop[] = "stop";
    char *end[] = {pg_ctl, in, data, mode, now, wait, stop, NULL};
    run(c, pg_ctl, end);
    scratch_folder_remove(c->folder);
}
