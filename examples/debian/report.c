#include "report.h"

#include <stdio.h>
#include <string.h>

#include "analytics.h"
#include "generated/debian.h"

enum { TOP = 10, FEW = 5, PAGES = 2, MOST_NEEDED = 4096 };

static void print_title(const char *title, bool with_colours)
{
    printf(with_colours ? "\n\033[1m%s\033[0m\n" : "\n%s\n", title);
}

static void print_package(const Package *package)
{
    printf("    %-30s %9.1f MiB  %-28.28s", package->name, package->installed_kb.value / 1024.0,
           package->maintainer->name);
    for (size_t i = 0; i < package->dependencies.count; i++)
        printf("%s%s", i ? ", " : "  needs ", package->dependencies.items[i].target);
    printf("\n");
}

/* The values of one column, the most frequent first. */
static void print_most_depended_on(tenon_session *s, bool with_colours)
{
    static const Relation strong[] = {RELATION_PRE_DEPENDS, RELATION_DEPENDS};
    DependencyGroupList targets = dependency_facets(
        s, .column = DEPENDENCY_TARGET, .where = {.relation = IN(strong, 2)}, .limit = TOP);
    print_title("Most depended on", with_colours);
    for (size_t i = 0; i < targets.count; i++)
        printf("  %-32s %6lld packages\n", targets.items[i].key.target,
               (long long)targets.items[i].count);
}

/* Groups, ordered by one of their sums. */
static void print_biggest_sections(tenon_session *s, bool with_colours)
{
    PackageGroupList sections =
        package_group(s, .by = {PACKAGE_SECTION}, .count = true, .sum = {PACKAGE_INSTALLED_KB},
                      .order_by = {DESC_BY(SUM, PACKAGE_INSTALLED_KB)}, .limit = TOP);
    print_title("Biggest sections", with_colours);
    for (size_t i = 0; i < sections.count; i++)
        printf("  %-32s %6lld packages %9.1f MiB\n", sections.items[i].key.section,
               (long long)sections.items[i].count,
               (double)sections.items[i].sum.installed_kb.value / 1024);
}

/* Pages that go on where the last one ended, each row with its maintainer and what it needs. */
static void print_biggest_packages(tenon_session *s, bool with_colours)
{
    const DependencyQuery needs = {
        .where = {.relation = EQ(RELATION_DEPENDS), .alternative = EQ(0)},
        .order_by = {ASC(DEPENDENCY_GROUP)},
        .limit = FEW};
    const char *after = NULL;
    print_title("Biggest packages", with_colours);
    for (int number = 1; number <= PAGES; number++) {
        PackagePage page = package_page(
            s, .where = {.installed_kb = NOT_NULL()}, .order_by = {DESC(PACKAGE_INSTALLED_KB)},
            .include = {.maintainer = &(MaintainerQuery){0}, .dependencies = &needs}, .size = FEW,
            .after = after);
        printf("  page %d\n", number);
        for (size_t i = 0; i < page.count; i++)
            print_package(&page.items[i]);
        if (!page.has_next)
            break;
        after = page.next;
    }
}

/* Ordered by how many rows a relation has, and these counted. */
static void print_busiest_maintainers(tenon_session *s, bool with_colours)
{
    MaintainerList people = maintainer_find_many(
        s,
        .order_by = {{.count = MAINTAINER_PACKAGES, .direction = TENON_DESC}, ASC(MAINTAINER_NAME)},
        .counts = {.packages = &(PackageWhere){0}}, .limit = TOP);
    print_title("Busiest maintainers", with_colours);
    for (size_t i = 0; i < people.count; i++)
        printf("  %-50.50s %6lld packages\n", people.items[i].name,
               (long long)people.items[i].counts->packages);
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
    const PackageWhere owners = {.name = IN(c->names + from, c->count - from)};
    DependencyList needs = dependency_find_many(
        s, .where = {.package = {.is = &owners}, .relation = IN(strong, 2), .alternative = EQ(0)},
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
    analytics_print(s, name, with_colours);
}
