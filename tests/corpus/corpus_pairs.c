/* Changes of schemas that nobody here wrote: corpus_pairs CORPUS [PART OF A NAME]
 *
 * Each folder of pairs has a schema before and after, and the SQL with which its application went
 * from the one to the other. Twice a database is made as before and filled with rows: one goes
 * their way, one ours. Then both must have the same catalogue, ours must be what the schema asks
 * for, and every table that is in both must have as many rows. A change that ours refuses because
 * of the rows must fail theirs too.
 *
 * Each difference is a line. The status is 1 when ours is not what the schema asks for. */
#include "diff/diff.h"

#include <fts.h>
#include <stdlib.h>
#include <unistd.h>

#include "db/db.h"
#include "ddl/ddl.h"
#include "fill_rows.h"
#include "render/render.h"
#include "rows/rows.h"

#include <tenon/tenon.h>

typedef struct counts {
    size_t same, different, refused, theirs_failed, unusable, wrong;
} counts;

typedef struct pair {
    const char *name; /* of the application and its migration */
    schema *before, *after;
    tenon_dialect dialect;
    char *sql;
    tenon_session *theirs, *ours;
} pair;

static counts total;

static void tell(const pair *p, const char *kind, const char *text)
{
    printf("%s: %s: %.*s\n", p->name, kind, (int)strcspn(text, "\n"), text);
}

/* ---- files ----------------------------------------------------------------------------------- */

/* An extension that no package of Debian has, and what Prisma once took and refuses today (a key of
 * a view, a one-to-one relation over a field that is not unique): what is not about them can be
 * tried all the same. */
static const struct {
    const char *word, *stand_in;
} stand_ins[] = {
    {"Unsupported(\"vector\")", "Unsupported(\"tsvector\")"},
    {"vector(schema:", "citext(schema:"},
    {" vector,", " tsvector,"},
    {" vector;", " citext;"},
    {"  @@id([key, applicationId])\n", ""},
    {"InvisibleImage?", "InvisibleImage[]"},
    {"InvisibleUrl?", "InvisibleUrl[]"},
    {" Theme?", " Theme[]"},
};

static void add_with_stand_ins(tenon__buf *out, const char *text)
{
    while (*text) {
        size_t i = 0;
        while (i < TENON__COUNT(stand_ins) &&
               strncmp(text, stand_ins[i].word, strlen(stand_ins[i].word)) != 0)
            i++;
        if (i < TENON__COUNT(stand_ins)) {
            tenon__buf_text(out, stand_ins[i].stand_in);
            text += strlen(stand_ins[i].word);
        } else {
            tenon__buf_char(out, *text++);
        }
    }
}

static char *read_file(const char *folder, const char *file)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0}, out = {0};
    char path[4096], block[4096];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    FILE *in = fopen(path, "r");
    if (!in)
        return NULL;
    for (size_t length; (length = fread(block, 1, sizeof block, in)) > 0;)
        tenon__buf_add(&text, block, length);
    fclose(in);
    add_with_stand_ins(&out, tenon__buf_string(&text));
    return tenon__buf_take(&out);
}

static schema *read_schema(const char *folder, const char *file)
{
    char *text = read_file(folder, file);
    schema_source source = {file, text, text ? strlen(text) : 0};
    schema *s = text ? schema_read_texts(&source, 1, NULL) : NULL;
    free(text);
    if (s && !schema_error_count(s))
        return s;
    schema_free(s);
    return NULL;
}

/* ---- databases ------------------------------------------------------------------------------- */

static bool check(pair *p, tenon_session *s, const char *what)
{
    if (!tenon_failed(s))
        return true;
    tell(p, what, tenon_message(s));
    tenon_rollback(s);
    tenon_error_clear(s);
    return false;
}

static catalogue *read_catalogue(tenon_session *s, const catalogue *like)
{
    return catalogue_read(s, like->namespaces, like->namespace_count, tenon__session_error(s));
}

static bool empty_database(tenon_session *s, const catalogue *like)
{
    catalogue *found = read_catalogue(s, like);
    bool is_empty = found && diff_reset(s, found);
    catalogue_free(found);
    return is_empty;
}

/* Extensions that a migration before the pair has made by hand, or whose schema it has made. */
static const char extensions[] =
    "CREATE SCHEMA IF NOT EXISTS extensions; CREATE EXTENSION IF NOT EXISTS citext;"
    "CREATE EXTENSION IF NOT EXISTS pg_trgm; CREATE EXTENSION IF NOT EXISTS pgcrypto;"
    "CREATE EXTENSION IF NOT EXISTS \"uuid-ossp\"";

static bool make_before(pair *p, tenon_session *s)
{
    ddl_script script;
    catalogue *like = catalogue_of_schema(p->before, p->dialect, NULL);
    bool is_made = empty_database(s, like) &&
                   (p->dialect == TENON_SQLITE || tenon_execute(s, extensions)) &&
                   ddl_create(p->before, p->dialect, &script, NULL);
    if (is_made) {
        is_made = ddl_apply(s, &script);
        ddl_script_release(&script);
    }
    if (is_made)
        fill_rows(s, like);
    catalogue_free(like);
    return check(p, s, "cannot be made");
}

static long long count_rows(tenon_session *s, const catalogue *c, const catalogue_table *t)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
    tenon__arena arena = {0};
    rows found;
    tenon__buf_text(&sql, "SELECT CAST(count(*) AS text) FROM ");
    tenon__quote_table(&sql, c->dialect, t->namespace, t->name, NULL);
    rows_query query = {.sql = tenon__buf_string(&sql), .columns = 1};
    long long count = rows_read(s, &query, &arena, &found) ? atoll(rows_first(&found)) : -1;
    tenon__arena_release(&arena);
    return count;
}

/* ---- the comparison -------------------------------------------------------------------------- */

static bool change_ours(pair *p)
{
    const diff_apply_options how = {.accepts_loss = true};
    diff_options options = {.accepts_loss = true};
    catalogue *wanted = catalogue_of_schema(p->after, p->dialect, NULL);
    catalogue *found = read_catalogue(p->ours, wanted);
    diff_plan *plan = found ? diff_make(found, wanted, &options, tenon__session_error(p->ours)) : 0;
    diff_rename strangers[64];
    for (size_t i = 0; plan && i < plan->question_count && i < 64; i++)
        strangers[i] = plan->questions[i].rename;
    options.strangers = strangers;
    while (plan && plan->question_count && options.stranger_count < 64) {
        for (size_t i = 0; i < plan->question_count && options.stranger_count < 64; i++)
            strangers[options.stranger_count++] = plan->questions[i].rename;
        /* The old plan has the names of the answers, and so stays. */
        plan = diff_make(found, wanted, &options, tenon__session_error(p->ours));
    }
    if (plan)
        diff_apply(p->ours, plan, &how, NULL);
    catalogue_free(found);
    catalogue_free(wanted);
    return !tenon_failed(p->ours);
}

static bool tell_differences(pair *p, const catalogue *from, const catalogue *to, const char *kind)
{
    diff_plan *plan = diff_make(from, to, NULL, NULL);
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    bool is_same = plan && !plan->difference_count;
    if (plan)
        diff_print(plan, &text);
    char *rest = text.data, *line;
    while ((line = strsep(&rest, "\n")))
        if (*line)
            tell(p, kind, line);
    diff_free(plan);
    return is_same;
}

static bool have_same_rows(pair *p, const catalogue *theirs, const catalogue *ours)
{
    bool is_same = true;
    for (size_t i = 0; i < ours->table_count; i++) {
        const catalogue_table *t = &ours->tables[i];
        if (t->kind != CATALOGUE_TABLE || !catalogue_find_table(theirs, t->namespace, t->name))
            continue;
        long long a = count_rows(p->theirs, theirs, t), b = count_rows(p->ours, ours, t);
        if (a == b)
            continue;
        char words[256];
        snprintf(words, sizeof words, "%s has %lld rows, ours %lld", t->name, a, b);
        tell(p, "rows", words);
        is_same = false;
    }
    return is_same;
}

static void compare(pair *p)
{
    catalogue *wanted = catalogue_of_schema(p->after, p->dialect, NULL);
    catalogue *theirs = read_catalogue(p->theirs, wanted), *ours = read_catalogue(p->ours, wanted);
    if (check(p, p->theirs, "reading") && check(p, p->ours, "reading")) {
        bool is_right = tell_differences(p, ours, wanted, "WRONG");
        bool is_same =
            tell_differences(p, ours, theirs, "theirs has") && have_same_rows(p, theirs, ours);
        total.wrong += !is_right;
        total.same += is_same;
        total.different += !is_same;
    }
    catalogue_free(wanted);
    catalogue_free(theirs);
    catalogue_free(ours);
}

static void run_pair(pair *p)
{
    if (!make_before(p, p->theirs) || !make_before(p, p->ours)) {
        total.unusable++;
        return;
    }
    /* Some walk along rows until there is no next one, and ours may stand in a circle. */
    if (p->dialect == TENON_POSTGRESQL)
        tenon_execute(p->theirs, "SET statement_timeout = '20s'");
    tenon_execute(p->theirs, p->sql);
    bool theirs_done = check(p, p->theirs, "theirs fails");
    bool ours_done = change_ours(p);
    const tenon_error *err = tenon_session_error(p->ours);
    bool is_refused = err->status == TENON_VALIDATION;
    if (!ours_done)
        check(p, p->ours, is_refused ? "refused" : "OURS FAILS");
    total.theirs_failed += !theirs_done;
    total.refused += is_refused;
    total.wrong += !ours_done && !is_refused && theirs_done;
    if (theirs_done && ours_done)
        compare(p);
}

/* ---- all of them ----------------------------------------------------------------------------- */

typedef struct databases {
    tenon_db *theirs[TENON_SQLITE + 1], *ours[TENON_SQLITE + 1]; /* by dialect */
} databases;

static tenon_db *open_database(const char *url)
{
    const tenon_options options = {.pool_max = 1};
    tenon_error err = {0};
    tenon_db *db = tenon_open(url, &options, &err);
    if (!db)
        printf("%s\n", err.message);
    return db;
}

static tenon_db *create_database(const char *name)
{
    char sql[128], url[1024];
    const char *cluster = getenv("TENON_TEST_PG"), *rest = strchr(cluster, '?');
    tenon_db *db = open_database(cluster);
    tenon_session *s = tenon_session_open(db, NULL);
    snprintf(sql, sizeof sql, "CREATE DATABASE %s", name);
    tenon_execute(s, sql);
    tenon_session_close(s);
    tenon_close(db);
    snprintf(url, sizeof url, "postgresql:///%s%s", name, rest);
    return open_database(url);
}

static void visit(const databases *db, const char *corpus, const char *folder)
{
    pair p = {.name = folder + strlen(corpus) + 1};
    p.before = read_schema(folder, "before.prisma");
    p.after = read_schema(folder, "after.prisma");
    p.sql = read_file(folder, "migration.sql");
    if (p.before && p.after && p.sql) {
        bool is_sqlite = p.after->datasource && p.after->datasource->provider == SCHEMA_SQLITE;
        p.dialect = is_sqlite ? TENON_SQLITE : TENON_POSTGRESQL;
        p.theirs = tenon_session_open(db->theirs[p.dialect], NULL);
        p.ours = tenon_session_open(db->ours[p.dialect], NULL);
        run_pair(&p);
        tenon_session_close(p.theirs);
        tenon_session_close(p.ours);
    } else {
        total.unusable++;
    }
    schema_free(p.before);
    schema_free(p.after);
    free(p.sql);
}

int main(int argc, char **argv)
{
    char root[4096];
    if (argc < 2 || !getenv("TENON_TEST_PG"))
        return 2;
    snprintf(root, sizeof root, "%s/pairs", argv[1]);
    char *const roots[] = {root, NULL};
    databases db = {
        .theirs = {[TENON_POSTGRESQL] = create_database("pair_theirs"),
                   [TENON_SQLITE] = open_database("sqlite::memory:")},
        .ours = {[TENON_POSTGRESQL] = create_database("pair_ours"),
                 [TENON_SQLITE] = open_database("sqlite::memory:")},
    };
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    for (FTSENT *entry; tree && (entry = fts_read(tree));)
        if (entry->fts_info == FTS_D && entry->fts_level == 2 &&
            (argc < 3 || strstr(entry->fts_path, argv[2])))
            visit(&db, root, entry->fts_path);
    fts_close(tree);
    printf("corpus-pairs: %zu same, %zu different, %zu refused for their rows, %zu fail in their"
           " own SQL, %zu cannot be tried, %zu wrong\n",
           total.same, total.different, total.refused, total.theirs_failed, total.unusable,
           total.wrong);
    bool is_empty = total.same + total.different + total.refused + total.theirs_failed +
                        total.unusable + total.wrong ==
                    0;
    if (is_empty)
        fprintf(stderr, "corpus-pairs: there is no pair in %s\n", root);
    return is_empty || total.wrong;
}
