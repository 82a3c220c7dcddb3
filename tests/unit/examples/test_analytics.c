/* The questions of examples/debian/queries, on both databases, against loops in C over the same
 * packages: random ones, with sections of one package and of many, sizes that are equal, unknown or
 * nothing, circles of dependencies, and names that only others provide. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/testdb.h"
#include "ddl/ddl.h"
#include "debian.h"

#include <math.h>
#include <tenon/tenon.h>

enum { PACKAGES = 400, SECTIONS = 9, NEEDS = 3, MOST = 1000 };

typedef struct package {
    char name[16], provides[16]; /* "": nothing */
    size_t section;
    int32_t kb; /* -1: unknown */
    int64_t id;
    char needs[NEEDS][16];
    size_t need_count;
} package;

typedef struct world {
    package packages[PACKAGES];
    char sections[SECTIONS][16];
    uint32_t random;
} world;

static uint32_t draw(world *w, uint32_t below)
{
    w->random = w->random * 1664525u + 1013904223u;
    return (w->random >> 8) % below;
}

static void draw_need(world *w, package *p)
{
    bool is_provided = draw(w, 5) == 0;
    snprintf(p->needs[p->need_count++], sizeof p->needs[0], is_provided ? "v%u" : "p%03u",
             draw(w, is_provided ? 20 : PACKAGES));
}

/* The last section has one package, half of all are in the first one. */
static world *make_world(void)
{
    static world w;
    w = (world){.random = 1};
    for (size_t i = 0; i < SECTIONS; i++)
        snprintf(w.sections[i], sizeof w.sections[i], "section%zu", i);
    for (size_t i = 0; i < PACKAGES; i++) {
        package *p = &w.packages[i];
        snprintf(p->name, sizeof p->name, "p%03zu", i);
        if (draw(&w, 8) == 0)
            snprintf(p->provides, sizeof p->provides, "v%u", draw(&w, 20));
        p->section = draw(&w, 2) ? 0 : draw(&w, SECTIONS - 1);
        p->kb = draw(&w, 20) == 0 ? -1 : (int32_t)draw(&w, 30) * (int32_t)draw(&w, 40);
        for (uint32_t n = draw(&w, 3); n; n--)
            draw_need(&w, p);
    }
    w.packages[PACKAGES - 1].section = SECTIONS - 1;
    w.packages[PACKAGES - 1].kb = 77;
    return &w;
}

/* ---- into the database ----------------------------------------------------------------------- */

static void add_relations(tenon_session *s, const package *p)
{
    if (*p->provides)
        provided_create(s, .package_id = SET(p->id), .name = SET(p->provides));
    for (size_t i = 0; i < p->need_count; i++) {
        dependency_create(s, .package_id = SET(p->id),
                          .relation = SET(i ? RELATION_DEPENDS : RELATION_PRE_DEPENDS),
                          .group = SET((int)i), .alternative = SET(0), .target = SET(p->needs[i]));
        dependency_create(s, .package_id = SET(p->id), .relation = SET(RELATION_DEPENDS),
                          .group = SET((int)i), .alternative = SET(1), .target = SET("p001"));
    }
    dependency_create(s, .package_id = SET(p->id), .relation = SET(RELATION_SUGGESTS),
                      .group = SET(0), .alternative = SET(0), .target = SET("p002"));
}

static void add_packages(tenon_session *s, world *w)
{
    Maintainer *who = maintainer_create(s, .name = SET("Ann"), .email = SET("ann@x"));
    assert_non_null(who);
    for (size_t i = 0; i < PACKAGES; i++) {
        package *p = &w->packages[i];
        PackageSet row = {.session = s,
                          .name = SET(p->name),
                          .architecture = SET("all"),
                          .version = SET("1"),
                          .section = SET(w->sections[p->section]),
                          .priority = SET(PRIORITY_OPTIONAL),
                          .summary = SET(""),
                          .maintainer_id = SET(who->id)};
        if (p->kb >= 0)
            row.installed_kb = (tenon_int_set)SET(p->kb);
        const Package *made = package_create_q(&row);
        p->id = made ? made->id : 0;
        if (!made)
            fail_msg("%s", tenon_message(s));
    }
    for (size_t i = 0; i < PACKAGES; i++)
        add_relations(s, &w->packages[i]);
}

/* ---- loops ----------------------------------------------------------------------------------- */

static int compare_sizes(const void *left, const void *right)
{
    const package *a = *(package *const *)left, *b = *(package *const *)right;
    return a->kb != b->kb ? (a->kb < b->kb ? 1 : -1) : strcmp(a->name, b->name);
}

/* Those of a section, or all of them (SECTIONS), that are not empty; the biggest first. */
static size_t list_biggest(world *w, size_t section, package **out)
{
    size_t count = 0;
    for (size_t i = 0; i < PACKAGES; i++)
        if (w->packages[i].kb > 0 && (section == SECTIONS || w->packages[i].section == section))
            out[count++] = &w->packages[i];
    qsort(out, count, sizeof *out, compare_sizes);
    return count;
}

static int64_t sum_sizes(package *const *list, size_t count)
{
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += list[i]->kb;
    return sum;
}

/* Of a list that begins with the biggest. */
static double percentile(package *const *list, size_t count, double fraction)
{
    double place = fraction * (double)(count - 1);
    size_t below = (size_t)floor(place), above = (size_t)ceil(place);
    double low = list[count - 1 - below]->kb, high = list[count - 1 - above]->kb;
    return low + (place - (double)below) * (high - low);
}

static size_t find_section(const world *w, const char *name)
{
    size_t at = 0;
    while (at < SECTIONS && strcmp(w->sections[at], name) != 0)
        at++;
    assert_true(at < SECTIONS);
    return at;
}

static bool answers(const package *p, const char *name)
{
    return !strcmp(p->name, name) || !strcmp(p->provides, name);
}

static void mark_needed(const world *w, size_t at, bool *is_needed)
{
    if (is_needed[at])
        return;
    is_needed[at] = true;
    for (size_t n = 0; n < w->packages[at].need_count; n++)
        for (size_t i = 0; i < PACKAGES; i++)
            if (answers(&w->packages[i], w->packages[at].needs[n]))
                mark_needed(w, i, is_needed);
}

/* ---- both ------------------------------------------------------------------------------------ */

static void assert_close(double a, double b)
{
    if (fabs(a - b) > 1e-9 * (1 + fabs(b)))
        fail_msg("%.17g is not %.17g", a, b);
}

static void check_heaviest(tenon_session *s, world *w)
{
    package *sorted[PACKAGES] = {0};
    size_t count = list_biggest(w, SECTIONS, sorted);
    int64_t total = sum_sizes(sorted, count);
    HeaviestList found = heaviest(s, .most = MOST);
    assert_int_equal(found.count, count);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(found.items[i].name, sorted[i]->name);
        assert_int_equal(found.items[i].installed_kb, sorted[i]->kb);
        assert_close(found.items[i].share, (double)sorted[i]->kb / (double)total);
        assert_close(found.items[i].share_so_far, (double)sum_sizes(sorted, i + 1) / (double)total);
    }
    assert_int_equal(heaviest(s, .most = 7).count, 7);
}

static void check_leaders(tenon_session *s, world *w)
{
    package *sorted[PACKAGES] = {0};
    SectionLeadersList found = section_leaders(s, .most = MOST);
    assert_int_equal(found.count, SECTIONS);
    for (size_t i = 0; i < found.count; i++) {
        const SectionLeadersRow *row = &found.items[i];
        size_t count = list_biggest(w, find_section(w, row->section), sorted);
        assert_int_equal(row->packages, count);
        assert_int_equal(row->section_kb, sum_sizes(sorted, count));
        assert_string_equal(row->name, sorted[0]->name);
        assert_close(row->share, (double)sorted[0]->kb / (double)row->section_kb);
        assert_true(!i || row->section_kb <= found.items[i - 1].section_kb);
    }
}

static void check_percentiles(tenon_session *s, world *w)
{
    package *sorted[PACKAGES] = {0};
    SectionPercentilesList found = section_percentiles(s, .most = MOST);
    assert_int_equal(found.count, SECTIONS);
    for (size_t i = 0; i < found.count; i++) {
        const SectionPercentilesRow *row = &found.items[i];
        size_t count = list_biggest(w, find_section(w, row->section), sorted);
        assert_int_equal(row->packages, count);
        assert_close(row->median, percentile(sorted, count, 0.5));
        assert_close(row->p90, percentile(sorted, count, 0.9));
        assert_close(row->p99, percentile(sorted, count, 0.99));
    }
}

static void check_closure(tenon_session *s, const world *w, size_t at)
{
    bool is_needed[PACKAGES] = {false};
    int64_t packages[SECTIONS] = {0}, sizes[SECTIONS] = {0};
    size_t sections = 0;
    mark_needed(w, at, is_needed);
    for (size_t i = 0; i < PACKAGES; i++) {
        const package *p = &w->packages[i];
        if (!is_needed[i])
            continue;
        sections += packages[p->section]++ == 0;
        sizes[p->section] += p->kb > 0 ? p->kb : 0;
    }
    ClosureBySectionList found = closure_by_section(s, .package = w->packages[at].name);
    assert_int_equal(found.count, sections);
    for (size_t i = 0; i < found.count; i++) {
        size_t section = find_section(w, found.items[i].section);
        assert_int_equal(found.items[i].packages, packages[section]);
        assert_int_equal(found.items[i].needed_kb, sizes[section]);
    }
}

/* ---- databases ------------------------------------------------------------------------------- */

static void make_tables(tenon_session *s, tenon_dialect dialect)
{
    tenon_error err = {0};
    ddl_script script;
    schema *read = schema_read_path("examples/debian/schema.prisma", &err);
    assert_non_null(read);
    assert_true(ddl_create(read, dialect, &script, &err));
    assert_true(ddl_apply(s, &script));
    ddl_script_release(&script);
    schema_free(read);
}

static void check_all(const char *url, tenon_dialect dialect)
{
    tenon_error err = {0};
    world *w = make_world();
    tenon_db *db = tenon_open(url, NULL, &err);
    assert_non_null(db);
    tenon_session *s = tenon_session_open(db, NULL);
    make_tables(s, dialect);
    tenon_begin(s);
    add_packages(s, w);
    tenon_commit(s);
    check_heaviest(s, w);
    check_leaders(s, w);
    check_percentiles(s, w);
    for (size_t i = 0; i < PACKAGES; i += 13)
        check_closure(s, w, i);
    assert_int_equal(closure_by_section(s, .package = "none").count, 0);
    assert_string_equal(tenon_message(s), "");
    tenon_session_close(s);
    tenon_close(db);
}

static void questions_in_sql_are_answered_as_loops_answer_them_on_postgresql(void **state)
{
    (void)state;
    check_all(testdb_create("analytics"), TENON_POSTGRESQL);
}

static void questions_in_sql_are_answered_as_loops_answer_them_on_sqlite(void **state)
{
    (void)state;
    check_all(testdb_sqlite_url(), TENON_SQLITE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(questions_in_sql_are_answered_as_loops_answer_them_on_postgresql),
        cmocka_unit_test(questions_in_sql_are_answered_as_loops_answer_them_on_sqlite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
