#include "load.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "control.h"
#include "generated/debian.h"

/* A batch ends when it has BATCH packages or half of MOST_RELATIONS rows of the other kinds. */
enum { BATCH = 250, MOST_RELATIONS = 20000 };

/* What a batch collects before it is written in two statements. */
typedef struct batch {
    bool is_overfull; /* one package alone has thousands of relations: no such package is known */
    int64_t ids[BATCH];
    size_t package_count;
    DependencySet dependencies[MOST_RELATIONS];
    size_t dependency_count;
    ProvidedSet provided[MOST_RELATIONS];
    size_t provided_count;
} batch;

/* A copy of a part of a text that lives as long as the session's rows. */
static const char *keep(tenon_session *s, const char *text, size_t length)
{
    while (length && strchr(" \t\n", text[length - 1]))
        length--;
    char *copy = tenon_session_alloc(s, length + 1);
    if (copy) {
        memcpy(copy, text, length);
        copy[length] = '\0';
    }
    return copy;
}

/* "Jane Doe <jane@example.org>" */
static Maintainer *save_maintainer(tenon_session *s, const char *text)
{
    size_t name = strcspn(text, "<");
    const char *email = text[name] ? text + name + 1 : "";
    return maintainer_upsert(s, .on = MAINTAINER_BY_NAME_EMAIL,
                             .create = {.name = SET(keep(s, text, name)),
                                        .email = SET(keep(s, email, strcspn(email, ">")))});
}

/* "libc6:any (>= 2.36)" becomes a name and a version. */
static void add_alternative(tenon_session *s, batch *b, DependencySet row, const char *text,
                            size_t length)
{
    size_t name = strcspn(text, " :(,|[");
    const char *open = memchr(text, '(', length);
    b->is_overfull |= b->dependency_count == MOST_RELATIONS;
    if (b->is_overfull || name == 0)
        return;
    row.target = (tenon_text_set)SET(keep(s, text, name));
    row.version =
        (tenon_text_set)SET_OR_NULL(open ? keep(s, open + 1, strcspn(open + 1, ")")) : NULL);
    b->dependencies[b->dependency_count++] = row;
}

/* "a | b, c (>= 1)": groups separated by commas, alternatives by bars. */
static void add_relations(tenon_session *s, batch *b, int64_t package, Relation relation,
                          const char *text)
{
    int64_t group = 0, alternative = 0;
    while (text && *text) {
        text += strspn(text, " \t\n");
        size_t length = strcspn(text, ",|");
        DependencySet row = {.package_id = SET(package),
                             .relation = SET(relation),
                             .group = SET(group),
                             .alternative = SET(alternative)};
        add_alternative(s, b, row, text, length);
        bool is_next_group = text[length] == ',';
        group += is_next_group;
        alternative = is_next_group ? 0 : alternative + 1;
        text += length + (text[length] != '\0');
    }
}

static void add_provided(tenon_session *s, batch *b, int64_t package, const char *text)
{
    while (text && *text) {
        text += strspn(text, " \t\n,");
        size_t name = strcspn(text, " (,");
        b->is_overfull |= b->provided_count == MOST_RELATIONS;
        if (name && !b->is_overfull)
            b->provided[b->provided_count++] =
                (ProvidedSet){.package_id = SET(package), .name = SET(keep(s, text, name))};
        text += strcspn(text, ",");
    }
}

static Package *save_package(tenon_session *s, const control_stanza *stanza, int64_t maintainer)
{
    const char *size = control_get(stanza, "Installed-Size");
    const char *section = control_get(stanza, "Section");
    const char *summary = control_get(stanza, "Description");
    const char *essential = control_get(stanza, "Essential");
    Priority priority = PRIORITY_OPTIONAL;
    const char *given = control_get(stanza, "Priority");
    if (given && !priority_from_name(given, &priority))
        priority = PRIORITY_EXTRA;
    PackageSet row = {
        .name = SET(control_get(stanza, "Package")),
        .architecture = SET(control_get(stanza, "Architecture")),
        .version = SET(control_get(stanza, "Version")),
        .section = SET(section ? section : "unknown"),
        .priority = SET(priority),
        .essential = SET(essential && !strcmp(essential, "yes")),
        .summary = SET(summary ? keep(s, summary, strcspn(summary, "\n")) : ""),
        .homepage = SET_OR_NULL(control_get(stanza, "Homepage")),
        .maintainer_id = SET(maintainer),
    };
    if (size)
        row.installed_kb = (tenon_int_set)SET(strtoll(size, NULL, 10));
    return package_upsert(s, .on = PACKAGE_BY_NAME_ARCHITECTURE, .create = row, .update = row);
}

static bool is_wanted(const control_stanza *stanza)
{
    const char *status = control_get(stanza, "Status");
    return control_get(stanza, "Package") && control_get(stanza, "Version") &&
           control_get(stanza, "Architecture") && control_get(stanza, "Maintainer") &&
           (!status || strstr(status, " installed"));
}

static void add_package(tenon_session *s, batch *b, const control_stanza *stanza)
{
    Maintainer *maintainer = save_maintainer(s, control_get(stanza, "Maintainer"));
    Package *package = maintainer ? save_package(s, stanza, maintainer->id) : NULL;
    if (!package)
        return;
    b->ids[b->package_count++] = package->id;
    add_relations(s, b, package->id, RELATION_PRE_DEPENDS, control_get(stanza, "Pre-Depends"));
    add_relations(s, b, package->id, RELATION_DEPENDS, control_get(stanza, "Depends"));
    add_relations(s, b, package->id, RELATION_RECOMMENDS, control_get(stanza, "Recommends"));
    add_relations(s, b, package->id, RELATION_SUGGESTS, control_get(stanza, "Suggests"));
    add_provided(s, b, package->id, control_get(stanza, "Provides"));
}

/* Replaces what the packages of the batch depend on and provide, and commits. */
static bool finish_batch(tenon_session *s, batch *b)
{
    if (b->is_overfull) {
        fputs("debian: a package has too many relations\n", stderr);
        tenon_rollback(s);
        return false;
    }
    dependency_delete_many(s, .where = {.package_id = IN(b->ids, b->package_count)});
    provided_delete_many(s, .where = {.package_id = IN(b->ids, b->package_count)});
    dependency_create_many(s, .items = b->dependencies, .count = b->dependency_count);
    provided_create_many(s, .items = b->provided, .count = b->provided_count,
                         .skip_duplicates = true);
    return tenon_commit(s);
}

static bool has_room(const batch *b)
{
    return b->package_count < BATCH && b->dependency_count < MOST_RELATIONS / 2 &&
           b->provided_count < MOST_RELATIONS / 2;
}

/* One batch in one transaction; false at the end of the file or when the session has failed. */
static bool load_batch(tenon_session *s, FILE *file, control_stanza *stanza, batch *b)
{
    bool has_more = true;
    b->package_count = b->dependency_count = b->provided_count = 0;
    b->is_overfull = false;
    tenon_begin(s);
    while (has_room(b) && !tenon_failed(s) && (has_more = control_next(file, stanza)))
        if (is_wanted(stanza))
            add_package(s, b, stanza);
    return finish_batch(s, b) && has_more;
}

/* How much of the file is read, in percent; 100 when it cannot be told. */
static long percent_read(FILE *file)
{
    struct stat status;
    long at = ftell(file);
    if (at < 0 || fstat(fileno(file), &status) != 0 || status.st_size == 0)
        return 100;
    return (long)(100 * (double)at / (double)status.st_size);
}

static void show_progress(FILE *file, size_t saved)
{
    bool is_terminal = isatty(STDERR_FILENO);
    fprintf(stderr, is_terminal ? "\rsaved %zu packages, %ld %% " : "saved %zu packages, %ld %%\n",
            saved, percent_read(file));
}

bool load_packages(tenon_session *s, FILE *file)
{
    control_stanza stanza = {0};
    batch *b = calloc(1, sizeof *b);
    size_t saved = 0;
    bool has_more = b != NULL, is_right = b != NULL;
    tenon_mark mark = tenon_session_mark(s);
    while (has_more) {
        has_more = load_batch(s, file, &stanza, b);
        is_right = !tenon_failed(s) && !b->is_overfull;
        if (!is_right)
            break;
        saved += b->package_count;
        show_progress(file, saved);
        tenon_session_rewind(s, mark);
    }
    if (isatty(STDERR_FILENO))
        fputc('\n', stderr);
    control_release(&stanza);
    free(b);
    return is_right;
}
