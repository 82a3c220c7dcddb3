#include "report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "generated/debian.h"

enum { TOP = 10, MOST_NEEDED = 4096 };

/* A name with a number, for rankings. */
typedef struct tally {
    const char *name;
    int64_t count;
    int64_t kb;
} tally;

static void print_title(const char *title, bool with_colours)
{
    printf(with_colours ? "\n\033[1m%s\033[0m\n" : "\n%s\n", title);
}

static int by_count(const void *a, const void *b)
{
    const tally *x = a, *y = b;
    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return strcmp(x->name, y->name);
}

static int by_kb(const void *a, const void *b)
{
    const tally *x = a, *y = b;
    return x->kb != y->kb ? (x->kb < y->kb ? 1 : -1) : strcmp(x->name, y->name);
}

/* Adds to the last tally when the name is the same: rows come ordered by name. */
static void count_name(tally *tallies, size_t *count, const char *name, int64_t kb)
{
    if (*count == 0 || strcmp(tallies[*count - 1].name, name) != 0)
        tallies[(*count)++] = (tally){.name = name};
    tallies[*count - 1].count++;
    tallies[*count - 1].kb += kb;
}

static void print_most_depended_on(tenon_session *s, bool with_colours)
{
    static const Relation strong[] = {RELATION_PRE_DEPENDS, RELATION_DEPENDS};
    DependencyList all =
        dependency_find_many(s, .where = {.relation = IN(strong, 2)},
                             .order_by = {ASC(DEPENDENCY_TARGET)}, .select = {DEPENDENCY_TARGET});
    tally *tallies = tenon_session_alloc(s, (all.count + 1) * sizeof *tallies);
    size_t count = 0;
    if (!tallies)
        return;
    for (size_t i = 0; i < all.count; i++)
        count_name(tallies, &count, all.items[i].target, 0);
    qsort(tallies, count, sizeof *tallies, by_count);
    print_title("Most depended on", with_colours);
    for (size_t i = 0; i < count && i < TOP; i++)
        printf("  %-32s %6lld packages\n", tallies[i].name, (long long)tallies[i].count);
}

static void print_biggest_sections(tenon_session *s, bool with_colours)
{
    PackageList all = package_find_many(s, .order_by = {ASC(PACKAGE_SECTION)},
                                        .select = {PACKAGE_SECTION, PACKAGE_INSTALLED_KB});
    tally *tallies = tenon_session_alloc(s, (all.count + 1) * sizeof *tallies);
    size_t count = 0;
    if (!tallies)
        return;
    for (size_t i = 0; i < all.count; i++)
        count_name(tallies, &count, all.items[i].section, all.items[i].installed_kb.value);
    qsort(tallies, count, sizeof *tallies, by_kb);
    print_title("Biggest sections", with_colours);
    for (size_t i = 0; i < count && i < TOP; i++)
        printf("  %-32s %6lld packages %9.1f MiB\n", tallies[i].name, (long long)tallies[i].count,
               (double)tallies[i].kb / 1024);
}

static void print_biggest_packages(tenon_session *s, bool with_colours)
{
    PackageList biggest = package_find_many(
        s, .where = {.installed_kb = NOT_NULL()},
        .order_by = {DESC(PACKAGE_INSTALLED_KB), ASC(PACKAGE_NAME)}, .limit = TOP);
    print_title("Biggest packages", with_colours);
    for (size_t i = 0; i < biggest.count; i++)
        printf("  %-32s %9.1f MiB  %s\n", biggest.items[i].name,
               biggest.items[i].installed_kb.value / 1024.0, biggest.items[i].summary);
}

static void print_busiest_maintainers(tenon_session *s, bool with_colours)
{
    MaintainerList people = maintainer_find_many(s, .order_by = {ASC(MAINTAINER_ID)});
    PackageList all = package_find_many(s, .order_by = {ASC(PACKAGE_MAINTAINER_ID)},
                                        .select = {PACKAGE_MAINTAINER_ID});
    tally *tallies = tenon_session_alloc(s, (people.count + 1) * sizeof *tallies);
    size_t at = 0;
    if (!tallies)
        return;
    for (size_t i = 0; i < people.count; i++) {
        tallies[i] = (tally){.name = people.items[i].name};
        for (; at < all.count && all.items[at].maintainer_id == people.items[i].id; at++)
            tallies[i].count++;
    }
    qsort(tallies, people.count, sizeof *tallies, by_count);
    print_title("Busiest maintainers", with_colours);
    for (size_t i = 0; i < people.count && i < TOP; i++)
        printf("  %-50.50s %6lld packages\n", tallies[i].name, (long long)tallies[i].count);
}

/* The names found so far, each once; a package is looked at in the level that found it. */
typedef struct closure {
    const char *names[MOST_NEEDED];
    size_t count;
} closure;

static void add_name(closure *c, const char *name)
{
    for (size_t i = 0; i < c->count; i++)
        if (!strcmp(c->names[i], name))
            return;
    if (c->count < MOST_NEEDED)
        c->names[c->count++] = name;
}

/* One level: what the packages with these names need, the first alternative of each group. */
static void add_level(tenon_session *s, closure *c, size_t from)
{
    static const Relation strong[] = {RELATION_PRE_DEPENDS, RELATION_DEPENDS};
    PackageList packages = package_find_many(
        s, .where = {.name = IN(c->names + from, c->count - from)}, .select = {PACKAGE_ID});
    int64_t *ids = tenon_session_alloc(s, (packages.count + 1) * sizeof *ids);
    if (!ids)
        return;
    for (size_t i = 0; i < packages.count; i++)
        ids[i] = packages.items[i].id;
    DependencyList needs =
        dependency_find_many(s,
                             .where = {.package_id = IN(ids, packages.count),
                                       .relation = IN(strong, 2),
                                       .alternative = EQ(0)},
                             .order_by = {ASC(DEPENDENCY_TARGET)}, .select = {DEPENDENCY_TARGET});
    for (size_t i = 0; i < needs.count; i++)
        add_name(c, needs.items[i].target);
}

static void print_everything_needed(tenon_session *s, const char *name, bool with_colours)
{
    closure c = {.names = {name}, .count = 1};
    Package *package = package_find_first(s, .where = {.name = EQ(name)});
    print_title("Everything it needs", with_colours);
    if (!package) {
        printf("  %s is not among the packages\n", name);
        return;
    }
    printf("  %s %s: %s\n", package->name, package->version, package->summary);
    for (size_t level = 1, from = 0; from < c.count && !tenon_failed(s); level++) {
        size_t end = c.count;
        add_level(s, &c, from);
        from = end;
        for (size_t i = end; i < c.count; i++)
            printf("  %*s%s\n", (int)(2 * level), "", c.names[i]);
    }
    printf("  %zu packages in all\n", c.count);
}

void report_print(tenon_session *s, const char *name, bool with_colours)
{
    printf("%lld packages, %lld dependencies, %lld maintainers\n", (long long)package_count(s),
           (long long)dependency_count(s), (long long)maintainer_count(s));
    print_most_depended_on(s, with_colours);
    print_biggest_sections(s, with_colours);
    print_biggest_packages(s, with_colours);
    print_busiest_maintainers(s, with_colours);
    print_everything_needed(s, name, with_colours);
}
