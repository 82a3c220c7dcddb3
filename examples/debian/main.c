/* Loads a Debian package list into SQLite or PostgreSQL and prints a report. See README.md. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tenon/tenon.h>

#include "load.h"
#include "report.h"

static int print_usage(FILE *out, int status)
{
    fputs("usage: debian [--package NAME] [FILE]\n"
          "Loads FILE (a Packages or dpkg status file; default: this machine's) into the database\n"
          "at DATABASE_URL and prints a report, with everything that NAME needs.\n",
          out);
    return status;
}

static FILE *open_packages(const char *path)
{
    if (path)
        return fopen(path, "r");
    if (access("/var/lib/dpkg/status", R_OK) == 0)
        return fopen("/var/lib/dpkg/status", "r");
    return fopen("examples/debian/sample.txt", "r");
}

static int run(tenon_session *s, FILE *file, const char *package)
{
    bool is_loaded = load_packages(s, file);
    if (is_loaded)
        report_print(s, package, isatty(STDOUT_FILENO) && !getenv("NO_COLOR"));
    if (tenon_failed(s))
        fprintf(stderr, "debian: %s\n", tenon_message(s));
    return !is_loaded || tenon_failed(s);
}

int main(int argc, char **argv)
{
    const char *package = "bash", *path = NULL, *url = getenv("DATABASE_URL");
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--help"))
            return print_usage(stdout, 0);
        if (!strcmp(argv[i], "--package") && i + 1 < argc)
            package = argv[++i];
        else if (argv[i][0] == '-' || path)
            return print_usage(stderr, 2);
        else
            path = argv[i];
    }
    FILE *file = open_packages(path);
    if (!file)
        return perror(path ? path : "debian: no package list"), 1;
    tenon_error err = {0};
    tenon_db *db = tenon_open(url ? url : "sqlite:debian.db", NULL, &err);
    if (!db)
        return fprintf(stderr, "debian: %s\n", err.message), 1;
    tenon_session *s = tenon_session_open(db, NULL);
    int status = run(s, file, package);
    tenon_session_close(s);
    tenon_close(db);
    fclose(file);
    return status;
}
