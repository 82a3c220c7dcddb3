/* Trees and nested writes by hand, with libpq: see raw_postgresql.c for how, and tree.h for what.
 *
 * A tree is four statements. Sent one after the other, each takes the keys of the rows before as an
 * array (tree_batch); sent together, each finds them by a subquery (tree_together). Both read the
 * rows of a statement into one block and then lead rows to each other by the keys, through a small
 * table: rows need no order for that, and the server none to make. With CARE the statements that
 * are sent together see one moment, as those of a batch cannot help doing: the keys that they ask
 * for were there. */
#include "care.h"
#include "side.h"
#include "tree.h"

#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

static BENCH_OWN PGconn *pg;

static uint32_t load32(const char *from)
{
    uint32_t value;
    memcpy(&value, from, sizeof value);
    return __builtin_bswap32(value);
}

static char *store32(char *to, uint32_t value)
{
    value = __builtin_bswap32(value);
    memcpy(to, &value, sizeof value);
    return to + sizeof value;
}

static void check(const PGresult *result, ExecStatusType expected)
{
    if (PQresultStatus(result) != expected)
        bench_fail("PostgreSQL", PQerrorMessage(pg));
}

static void script(const char *sql)
{
    PGresult *result = PQexec(pg, sql);
    if (PQresultStatus(result) == PGRES_FATAL_ERROR)
        bench_fail(sql, PQerrorMessage(pg));
    PQclear(result);
}

static PGresult *take_result(ExecStatusType expected)
{
    PGresult *result = PQgetResult(pg), *more;
    check(result, expected);
    while ((more = PQgetResult(pg)))
        PQclear(more);
    return result;
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* A row of any of the tables: a key, two texts and up to two foreign keys. */
typedef struct row row;
struct row {
    int32_t id, parent_id, author_id;
    const char *first, *second;
    row *children; /* side by side */
    int child_count;
    row *author;
};

typedef struct rows {
    row *items;
    int count;
} rows;

typedef struct form {
    int text_count, key_count;
} form;
static const form writer_form = {2, 0}, post_form = {2, 1}, comment_form = {1, 2};

static int32_t read_int32(const PGresult *result, int i, int column)
{
    care(PQgetlength(result, i, column) == 4, "int4");
    return (int32_t)load32(PQgetvalue(result, i, column));
}

static const char *read_text(const PGresult *result, int i, int column, char **to)
{
    int length = PQgetlength(result, i, column);
    care(length > 0 || !PQgetisnull(result, i, column), "text");
    char *text = *to;
    memcpy(text, PQgetvalue(result, i, column), (size_t)length);
    text[length] = '\0';
    *to += length + 1;
    return text;
}

static rows read_rows(PGresult *result, form f)
{
    int count = PQntuples(result);
    size_t bytes = (size_t)count * sizeof(row);
    for (int i = 0; i < count; i++)
        for (int c = 0; c < f.text_count; c++)
            bytes += (size_t)PQgetlength(result, i, 1 + c) + 1;
    rows list = {bench_alloc(bytes), count};
    char *texts = (char *)(list.items + count);
    for (int i = 0; i < count; i++) {
        row *r = &list.items[i];
        *r = (row){.id = read_int32(result, i, 0), .second = "  "};
        r->first = read_text(result, i, 1, &texts);
        if (f.text_count > 1)
            r->second = read_text(result, i, 2, &texts);
        if (f.key_count > 0)
            r->parent_id = read_int32(result, i, 1 + f.text_count);
        if (f.key_count > 1)
            r->author_id = read_int32(result, i, 2 + f.text_count);
    }
    PQclear(result);
    return list;
}

/* ---- keys ------------------------------------------------------------------------------------ */

enum { SLOTS = 2048 };
typedef struct key_table {
    row *slots[SLOTS];
} key_table;

static size_t slot_of(int32_t id)
{
    return (uint32_t)id * 2654435761u >> 21;
}

static void fill_table_of(key_table *t, rows list)
{
    memset(t, 0, sizeof *t);
    for (int i = 0; i < list.count; i++) {
        size_t at = slot_of(list.items[i].id);
        while (t->slots[at])
            at = (at + 1) % SLOTS;
        t->slots[at] = &list.items[i];
    }
}

static row *find_row(const key_table *t, int32_t id)
{
    size_t at = slot_of(id);
    while (t->slots[at] && t->slots[at]->id != id)
        at = (at + 1) % SLOTS;
    return t->slots[at];
}

/* Puts the rows of each parent side by side. */
static rows give_children(rows parents, rows children)
{
    static BENCH_OWN key_table table;
    row *sorted = bench_alloc((size_t)children.count * sizeof(row));
    fill_table_of(&table, parents);
    for (int i = 0; i < children.count; i++)
        find_row(&table, children.items[i].parent_id)->child_count++;
    row *at = sorted;
    for (int i = 0; i < parents.count; i++) {
        parents.items[i].children = at;
        at += parents.items[i].child_count;
        parents.items[i].child_count = 0;
    }
    for (int i = 0; i < children.count; i++) {
        row *parent = find_row(&table, children.items[i].parent_id);
        parent->children[parent->child_count++] = children.items[i];
    }
    return (rows){sorted, children.count};
}

static void give_authors(rows comments, rows authors)
{
    static BENCH_OWN key_table table;
    fill_table_of(&table, authors);
    for (int i = 0; i < comments.count; i++)
        comments.items[i].author = find_row(&table, comments.items[i].author_id);
}

static uint64_t check_tree(rows writers)
{
    uint64_t sum = 0;
    for (int w = 0; w < writers.count; w++) {
        const row *writer = &writers.items[w];
        sum += tree_check(writer->id, writer->first, writer->second);
        for (int p = 0; p < writer->child_count; p++) {
            const row *post = &writer->children[p];
            sum += tree_check(post->id, post->first, post->second);
            for (int c = 0; c < post->child_count; c++) {
                const row *comment = &post->children[c];
                sum += tree_check(comment->id, comment->first, comment->first);
                sum += tree_check(comment->author->id, comment->author->first,
                                  comment->author->second);
            }
        }
    }
    return sum;
}

/* Leads the rows of four results to each other; checks and frees all. */
static uint64_t build_tree(rows writers, rows posts, rows comments, rows authors)
{
    rows sorted_posts = give_children(writers, posts);
    rows sorted_comments = give_children(sorted_posts, comments);
    give_authors(sorted_comments, authors);
    uint64_t sum = check_tree(writers);
    free(sorted_posts.items);
    free(sorted_comments.items);
    free(writers.items);
    free(posts.items);
    free(comments.items);
    free(authors.items);
    return sum;
}

/* ---- by batch -------------------------------------------------------------------------------- */

#define WRITERS "SELECT \"id\", \"name\", \"email\" FROM \"Writer\""
#define POSTS "SELECT \"id\", \"title\", \"body\", \"writerId\" FROM \"Post\" WHERE \"writerId\" "
#define COMMENTS                                                                                   \
    "SELECT \"id\", \"text\", \"postId\", \"authorId\" FROM \"Comment\" WHERE \"postId\" "

static void prepare(const char *name, const char *sql)
{
    PGresult *result = PQprepare(pg, name, sql, 0, NULL);
    check(result, PGRES_COMMAND_OK);
    PQclear(result);
}

static void prepare_batch(void)
{
    prepare("writers", WRITERS " ORDER BY \"id\" LIMIT $1");
    prepare("posts", POSTS "= ANY($1::int4[])");
    prepare("comments", COMMENTS "= ANY($1::int4[])");
    prepare("authors", WRITERS " WHERE \"id\" = ANY($1::int4[])");
}

static const int binary[] = {1};

static PGresult *execute(const char *name, const char *value, size_t length)
{
    const int lengths[] = {(int)length};
    if (!PQsendQueryPrepared(pg, name, 1, &value, lengths, binary, 1))
        bench_fail(name, PQerrorMessage(pg));
    return take_result(PGRES_TUPLES_OK);
}

static BENCH_OWN char limit[8];

static void set_limit(void)
{
    memset(limit, 0, sizeof limit);
    limit[7] = TREE_WRITERS;
}

enum { MOST_KEYS = TREE_WRITERS * TREE_POSTS * TREE_COMMENTS };
static BENCH_OWN char keys[20 + MOST_KEYS * 8];

static char *begin_keys(int count)
{
    enum { INT4 = 23 };
    char *at = store32(keys, 1);
    at = store32(at, 0);
    at = store32(at, INT4);
    at = store32(at, (uint32_t)count);
    return store32(at, 1);
}

static size_t ids_of(rows list)
{
    char *at = begin_keys(list.count);
    for (int i = 0; i < list.count; i++)
        at = store32(store32(at, 4), (uint32_t)list.items[i].id);
    return (size_t)(at - keys);
}

/* Each author once. */
static size_t authors_of(rows comments)
{
    static BENCH_OWN int32_t seen[SLOTS];
    int count = 0;
    memset(seen, 0, sizeof seen);
    char *at = begin_keys(0);
    for (int i = 0; i < comments.count; i++) {
        int32_t id = comments.items[i].author_id;
        size_t slot = slot_of(id);
        while (seen[slot] && seen[slot] != id)
            slot = (slot + 1) % SLOTS;
        if (seen[slot])
            continue;
        seen[slot] = id;
        at = store32(store32(at, 4), (uint32_t)id);
        count++;
    }
    store32(keys + 12, (uint32_t)count);
    return (size_t)(at - keys);
}

static uint64_t tree_batch(size_t i)
{
    (void)i;
    set_limit();
    rows writers = read_rows(execute("writers", limit, sizeof limit), writer_form);
    rows posts = read_rows(execute("posts", keys, ids_of(writers)), post_form);
    rows comments = read_rows(execute("comments", keys, ids_of(posts)), comment_form);
    rows authors = read_rows(execute("authors", keys, authors_of(comments)), writer_form);
    return build_tree(writers, posts, comments, authors);
}

/* ---- together -------------------------------------------------------------------------------- */

#define FIRST "SELECT \"id\" FROM \"Writer\" ORDER BY \"id\" LIMIT $1"
#define POSTS_OF                                                                                   \
    "= ANY(ARRAY(SELECT \"id\" FROM \"Post\" WHERE \"writerId\" = ANY(ARRAY(" FIRST "))))"
#define AUTHORS_OF                                                                                 \
    "= ANY(ARRAY(SELECT DISTINCT \"authorId\" FROM \"Comment\" WHERE \"postId\" " POSTS_OF "))"

static void prepare_together(void)
{
    prepare("writers", WRITERS " ORDER BY \"id\" LIMIT $1");
    prepare("posts", POSTS "= ANY(ARRAY(" FIRST "))");
    prepare("comments", COMMENTS POSTS_OF);
    prepare("authors", WRITERS " WHERE \"id\" " AUTHORS_OF);
}

static void send_script(const char *sql)
{
    if (CARE && !PQsendQueryParams(pg, sql, 0, NULL, NULL, NULL, NULL, 1))
        bench_fail(sql, PQerrorMessage(pg));
}

static void send(const char *name)
{
    const char *values[] = {limit};
    const int lengths[] = {sizeof limit};
    if (!PQsendQueryPrepared(pg, name, 1, values, lengths, binary, 1))
        bench_fail(name, PQerrorMessage(pg));
}

static void take_script(void)
{
    if (CARE)
        PQclear(take_result(PGRES_COMMAND_OK));
}

static uint64_t tree_together(size_t i)
{
    (void)i;
    set_limit();
    PQenterPipelineMode(pg);
    send_script("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
    send("writers");
    send("posts");
    send("comments");
    send("authors");
    send_script("COMMIT");
    PQpipelineSync(pg);
    take_script();
    rows writers = read_rows(take_result(PGRES_TUPLES_OK), writer_form);
    rows posts = read_rows(take_result(PGRES_TUPLES_OK), post_form);
    rows comments = read_rows(take_result(PGRES_TUPLES_OK), comment_form);
    rows authors = read_rows(take_result(PGRES_TUPLES_OK), writer_form);
    take_script();
    PGresult *sync = PQgetResult(pg);
    check(sync, PGRES_PIPELINE_SYNC);
    PQclear(sync);
    PQexitPipelineMode(pg);
    return build_tree(writers, posts, comments, authors);
}

/* ---- nested writes --------------------------------------------------------------------------- */

static void prepare_nested(void)
{
    prepare("writer", "INSERT INTO \"Writer\" (\"name\", \"email\") VALUES ($1, $2) "
                      "RETURNING \"id\", \"name\", \"email\"");
}

static char *add_text(char *at, const char *text)
{
    size_t length = strlen(text);
    care(care_utf8(text, length), "text");
    at = store32(at, (uint32_t)length);
    return mempcpy(at, text, length);
}

static int32_t insert_writer(void)
{
    const char *values[] = {"writer", "writer@example.com"};
    const int lengths[] = {6, 18}, formats[] = {1, 1};
    if (!PQsendQueryPrepared(pg, "writer", 2, values, lengths, formats, 1))
        bench_fail("writer", PQerrorMessage(pg));
    rows list = read_rows(take_result(PGRES_TUPLES_OK), writer_form);
    int32_t id = list.items[0].id;
    free(list.items);
    return id;
}

static const char copy_head[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0";

static void copy_posts(int32_t writer)
{
    static BENCH_OWN char buffer[TREE_CHILDREN * 128];
    PQclear(PQexec(pg, "COPY \"Post\" (\"title\", \"body\", \"writerId\") FROM STDIN (FORMAT "
                       "binary)"));
    char *at = buffer;
    memcpy(at, copy_head, sizeof copy_head);
    at += sizeof copy_head;
    for (int i = 0; i < TREE_CHILDREN; i++) {
        *at++ = 0;
        *at++ = 3;
        at = add_text(at, "a title as titles are");
        at = add_text(at, "a body that is somewhat longer than a title");
        at = store32(store32(at, 4), (uint32_t)writer);
    }
    *at++ = '\377';
    *at++ = '\377';
    if (PQputCopyData(pg, buffer, (int)(at - buffer)) != 1 || PQputCopyEnd(pg, NULL) != 1)
        bench_fail("COPY", PQerrorMessage(pg));
    PQclear(take_result(PGRES_COMMAND_OK));
}

static uint64_t nested_create(size_t i)
{
    (void)i;
    script("BEGIN");
    copy_posts(insert_writer());
    script("COMMIT");
    return TREE_CHILDREN;
}

/* ---- the tables ------------------------------------------------------------------------------ */

/* As `tenon db push` makes them. */
static uint64_t make_table(size_t i)
{
    (void)i;
    script("SET client_min_messages = warning;"
           "DROP TABLE IF EXISTS \"Comment\", \"Post\", \"Writer\";"
           "CREATE TABLE \"Writer\" (\"id\" SERIAL PRIMARY KEY, \"name\" TEXT NOT NULL,"
           " \"email\" TEXT NOT NULL);"
           "CREATE TABLE \"Post\" (\"id\" SERIAL PRIMARY KEY, \"title\" TEXT NOT NULL,"
           " \"body\" TEXT NOT NULL, \"writerId\" INTEGER NOT NULL REFERENCES \"Writer\");"
           "CREATE TABLE \"Comment\" (\"id\" SERIAL PRIMARY KEY, \"text\" TEXT NOT NULL,"
           " \"postId\" INTEGER NOT NULL REFERENCES \"Post\","
           " \"authorId\" INTEGER NOT NULL REFERENCES \"Writer\");"
           "CREATE INDEX ON \"Post\" (\"writerId\"); CREATE INDEX ON \"Comment\" (\"postId\")");
    return 0;
}

static uint64_t empty_table(size_t i)
{
    (void)i;
    script("TRUNCATE \"Comment\", \"Post\", \"Writer\" RESTART IDENTITY");
    return 0;
}

/* Ten times the rows that a call reads. */
static uint64_t fill_table(size_t i)
{
    empty_table(i);
    script(
        "INSERT INTO \"Writer\" (\"name\", \"email\") SELECT 'writer ' || i, 'w' || i || "
        "'@example.com' FROM generate_series(1, 500) i;"
        "INSERT INTO \"Post\" (\"title\", \"body\", \"writerId\") SELECT 'a title as titles are '"
        " || i, 'a body that is somewhat longer than a title ' || i, i % 500 + 1"
        " FROM generate_series(1, 5000) i;"
        "INSERT INTO \"Comment\" (\"text\", \"postId\", \"authorId\") SELECT 'a comment ' || i,"
        " i % 5000 + 1, i * 7 % 500 + 1 FROM generate_series(1, 10000) i");
    script("VACUUM ANALYZE \"Writer\", \"Post\", \"Comment\"");
    return 0;
}

void bench_open(const char *url)
{
    pg = PQconnectdb(url);
    if (PQstatus(pg) != CONNECTION_OK)
        bench_fail("connect", PQerrorMessage(pg));
}

void bench_close(void)
{
    PQfinish(pg);
}

const bench_work bench_works[] = {
    {"tree_batch", prepare_batch, tree_batch},
    {"tree_together", prepare_together, tree_together},
    {"nested_create", prepare_nested, nested_create},
    {"make_table", NULL, make_table},
    {"empty_table", NULL, empty_table},
    {"fill_table", NULL, fill_table},
    {0},
};
