#include "analytics.h"

#include <stdio.h>

#include "generated/debian.h"

enum { TOP = 6 };

static void print_title(const char *title, bool with_colours)
{
    printf(with_colours ? "\n\033[1m%s\033[0m\n" : "\n%s\n", title);
}

static double mib(double kb)
{
    return kb / 1024;
}

static void print_heaviest(tenon_session *s, bool with_colours)
{
    HeaviestList packages = heaviest(s, .most = TOP);
    print_title("What fills the disk", with_colours);
    printf("  %-32s %9s %8s %8s\n", "package", "MiB", "share", "so far");
    for (size_t i = 0; i < packages.count; i++) {
        const HeaviestRow *row = &packages.items[i];
        printf("  %-32s %9.1f %7.1f%% %7.1f%%\n", row->name, mib(row->installed_kb),
               100 * row->share, 100 * row->share_so_far);
    }
}

static void print_leaders(tenon_session *s, bool with_colours)
{
    SectionLeadersList sections = section_leaders(s, .most = TOP);
    print_title("Biggest package of each section", with_colours);
    printf("  %-18s %8s %9s  %-30s %8s\n", "section", "packages", "MiB", "biggest", "share");
    for (size_t i = 0; i < sections.count; i++) {
        const SectionLeadersRow *row = &sections.items[i];
        printf("  %-18s %8lld %9.1f  %-30s %7.1f%%\n", row->section, (long long)row->packages,
               mib((double)row->section_kb), row->name, 100 * row->share);
    }
}

static void print_percentiles(tenon_session *s, bool with_colours)
{
    SectionPercentilesList sections = section_percentiles(s, .most = TOP);
    print_title("How big packages are, in KiB", with_colours);
    printf("  %-18s %8s %10s %10s %10s\n", "section", "packages", "median", "p90", "p99");
    for (size_t i = 0; i < sections.count; i++) {
        const SectionPercentilesRow *row = &sections.items[i];
        printf("  %-18s %8lld %10.1f %10.1f %10.1f\n", row->section, (long long)row->packages,
               row->median, row->p90, row->p99);
    }
}

static void print_closure(tenon_session *s, const char *package, bool with_colours)
{
    ClosureBySectionList sections = closure_by_section(s, .package = package);
    print_title("What it needs, by section", with_colours);
    printf("  %-18s %8s %9s\n", "section", "packages", "MiB");
    for (size_t i = 0; i < sections.count; i++) {
        const ClosureBySectionRow *row = &sections.items[i];
        printf("  %-18s %8lld %9.1f\n", row->section, (long long)row->packages,
               mib((double)row->needed_kb));
    }
}

void analytics_print(tenon_session *s, const char *package, bool with_colours)
{
    print_heaviest(s, with_colours);
    print_leaders(s, with_colours);
    print_percentiles(s, with_colours);
    print_closure(s, package, with_colours);
}
