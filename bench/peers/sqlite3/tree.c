/* The tree of tree.h by hand, with sqlite3: three statements that are prepared once, each in the
 * order of its parents, so that rows find their parents by going on where the last one stood. The
 * author of a comment comes with it: SQLite joins by key for less than a statement costs. */
#include "../../tree.h"
#include "../../side.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* A writer, a post, or a comment with its author behind it. */
typedef struct row {
    int32_t id, parent_id, author_id;
    const char *texts[3];
    struct row *children;
    int child_count;
} row;

typedef struct rows {
    row *items;
    int count, capacity;
    char *texts; /* in one block, which moves: offsets until all is read */
    size_t used, size;
} rows;

typedef struct form {
    sqlite3_stmt *statement;
    int text_count;
    bool has_parent, has_author;
} form;

static BENCH_OWN sqlite3 *db;
static BENCH_OWN form writers_form, posts_form, comments_form;

#define FIRST "SELECT \"id\" FROM \"Writer\" ORDER BY \"id\" LIMIT ?1"

static sqlite3_stmt *prepare(const char *sql)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK)
        bench_fail(sql, sqlite3_errmsg(db));
    return statement;
}

static void prepare_tree(void)
{
    writers_form = (form){prepare("SELECT \"id\", \"name\", \"email\" FROM \"Writer\" "
                                  "ORDER BY \"id\" LIMIT ?1"),
                          2, false, false};
    posts_form = (form){prepare("SELECT \"id\", \"title\", \"body\", \"writerId\" FROM \"Post\" "
                                "WHERE \"writerId\" IN (" FIRST ") ORDER BY \"writerId\", \"id\""),
                        2, true, false};
    comments_form = (form){
        prepare("SELECT c.\"id\", c.\"text\", a.\"name\", a.\"email\", c.\"postId\", a.\"id\" "
                "FROM \"Post\" p JOIN \"Comment\" c ON c.\"postId\" = p.\"id\" "
                "JOIN \"Writer\" a ON a.\"id\" = c.\"authorId\" WHERE p.\"writerId\" IN (" FIRST
                ") "
                "ORDER BY p.\"writerId\", p.\"id\""),
        3, true, true};
}

/* ---- rows ------------------------------------------------------------------------------------ */

static void *grown(void *block, size_t size)
{
    block = realloc(block, size);
    if (!block)
        bench_fail("tree", "out of memory");
    return block;
}

static size_t keep_text(rows *list, sqlite3_stmt *statement, int column)
{
    const void *text = sqlite3_column_text(statement, column);
    size_t length = (size_t)sqlite3_column_bytes(statement, column) + 1, at = list->used;
    if (list->size - list->used < length) {
        list->size = list->size * 2 + length + 4096;
        list->texts = grown(list->texts, list->size);
    }
    memcpy(list->texts + at, text, length);
    list->used += length;
    return at;
}

static void read_row(rows *list, const form *f)
{
    if (list->count == list->capacity) {
        list->capacity = list->capacity ? list->capacity * 2 : 64;
        list->items = grown(list->items, (size_t)list->capacity * sizeof(row));
    }
    row *r = &list->items[list->count++];
    *r = (row){.id = sqlite3_column_int(f->statement, 0), .texts = {"  ", "  ", "  "}};
    for (int i = 0; i < f->text_count; i++)
        r->texts[i] = (const char *)keep_text(list, f->statement, 1 + i);
    if (f->has_parent)
        r->parent_id = sqlite3_column_int(f->statement, 1 + f->text_count);
    if (f->has_author)
        r->author_id = sqlite3_column_int(f->statement, 2 + f->text_count);
}

static rows read_rows(const form *f)
{
    rows list = {0};
    sqlite3_bind_int(f->statement, 1, TREE_WRITERS);
    while (sqlite3_step(f->statement) == SQLITE_ROW)
        read_row(&list, f);
    if (sqlite3_reset(f->statement) != SQLITE_OK)
        bench_fail("tree", sqlite3_errmsg(db));
    for (int i = 0; i < list.count; i++)
        for (int t = 0; t < f->text_count; t++)
            list.items[i].texts[t] = list.texts + (size_t)list.items[i].texts[t];
    return list;
}

/* Both are in the parents' order. */
static void give_children(rows parents, rows children)
{
    row *parent = parents.items;
    if (!parent)
        bench_fail("tree", "nobody is there");
    for (row *child = children.items; child < children.items + children.count; child++) {
        while (parent->id != child->parent_id)
            parent++;
        if (parent->child_count++ == 0)
            parent->children = child;
    }
}

/* ---- the work -------------------------------------------------------------------------------- */

static uint64_t check_post(const row *post)
{
    uint64_t sum = tree_check(post->id, post->texts[0], post->texts[1]);
    for (int i = 0; i < post->child_count; i++) {
        const row *comment = &post->children[i];
        sum += tree_check(comment->id, comment->texts[0], comment->texts[0]);
        sum += tree_check(comment->author_id, comment->texts[1], comment->texts[2]);
    }
    return sum;
}

static uint64_t check_tree(rows writers)
{
    uint64_t sum = 0;
    for (int w = 0; w < writers.count; w++) {
        const row *writer = &writers.items[w];
        sum += tree_check(writer->id, writer->texts[0], writer->texts[1]);
        for (int p = 0; p < writer->child_count; p++)
            sum += check_post(&writer->children[p]);
    }
    return sum;
}

static void free_rows(rows list)
{
    free(list.items);
    free(list.texts);
}

static uint64_t tree(size_t i)
{
    (void)i;
    rows writers = read_rows(&writers_form), posts = read_rows(&posts_form);
    rows comments = read_rows(&comments_form);
    give_children(writers, posts);
    give_children(posts, comments);
    uint64_t sum = check_tree(writers);
    free_rows(writers);
    free_rows(posts);
    free_rows(comments);
    return sum;
}

void bench_open(const char *path)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(path, &db, flags, NULL) != SQLITE_OK)
        bench_fail(path, sqlite3_errmsg(db));
}

void bench_close(void)
{
    sqlite3_finalize(writers_form.statement);
    sqlite3_finalize(posts_form.statement);
    sqlite3_finalize(comments_form.statement);
    sqlite3_close(db);
}

const bench_work bench_works[] = {
    {"tree", prepare_tree, tree, 0},
    {0},
};
