/* libzdb as its best user has it: each thread takes a connection out of the pool and keeps it with
 * its prepared statements; rows go to the caller's own structs. A statement may have 99 parameters
 * on PostgreSQL: there many rows are one JSON value, on SQLite some hundred to an INSERT. */
#include "../../raw_user.h"
#include "../../sample.h"
#include "../../side.h"
#include "../../tree.h"
#include "../../turn.h"
#include "../text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zdb.h>

#define COLUMNS "\"id\", \"name\", \"email\", \"age\", \"created_at\", \"profile\""
#define INSERT                                                                                     \
    "INSERT INTO \"User\" (\"name\", \"email\", \"age\", \"created_at\", \"profile\") VALUES "

enum { ROWS_AT_ONCE = 200, WRITTEN = 5, MOST_KEYS = 1000 };

static ConnectionPool_T pool;
static size_t open_count;
static bool is_sqlite;
static BENCH_OWN Connection_T connection;
static BENCH_OWN PreparedStatement_T statements[4];

static void prepare(int at, const char *sql)
{
    statements[at] = Connection_prepareStatement(connection, "%s", sql);
}

/* ---- rows ------------------------------------------------------------------------------------ */

static char *kept(const char *text)
{
    char *copy = text ? strdup(text) : NULL;
    if (!copy)
        bench_fail("libzdb", "no text");
    return copy;
}

static raw_user read_user(ResultSet_T rows)
{
    return (raw_user){
        .id = ResultSet_getInt(rows, 1),
        .name = kept(ResultSet_getString(rows, 2)),
        .email = kept(ResultSet_getString(rows, 3)),
        .has_age = !ResultSet_isnull(rows, 4),
        .age = ResultSet_getInt(rows, 4),
        .created_at_us = text_read_time(ResultSet_getString(rows, 5)),
        .profile = kept(ResultSet_getString(rows, 6)),
    };
}

static uint64_t check_and_free(raw_user *u)
{
    uint64_t sum = bench_check(u->id, u->age, u->created_at_us, u->name, u->email, u->profile);
    free((void *)(uintptr_t)u->name);
    free((void *)(uintptr_t)u->email);
    free((void *)(uintptr_t)u->profile);
    return sum;
}

/* SQLite waits for a statement's end. */
static void end_rows(ResultSet_T rows)
{
    while (ResultSet_next(rows))
        ;
}

static uint64_t take_user(void)
{
    ResultSet_T rows = PreparedStatement_executeQuery(statements[0]);
    if (!ResultSet_next(rows))
        bench_fail("libzdb", "no row");
    raw_user user = read_user(rows);
    uint64_t sum = check_and_free(&user);
    end_rows(rows);
    return sum;
}

/* ---- reads ----------------------------------------------------------------------------------- */

static void prepare_find(void)
{
    prepare(0, "SELECT " COLUMNS " FROM \"User\" WHERE \"id\" = ?");
}

static uint64_t find(size_t i)
{
    PreparedStatement_setInt(statements[0], 1, bench_key(i));
    return take_user();
}

static void prepare_list(void)
{
    prepare(0, "SELECT " COLUMNS " FROM \"User\" ORDER BY \"id\" LIMIT ?");
}

static uint64_t list(size_t i)
{
    (void)i;
    static BENCH_OWN raw_user users[BENCH_ROWS];
    size_t count = 0;
    uint64_t sum = 0;
    PreparedStatement_setInt(statements[0], 1, BENCH_ROWS);
    ResultSet_T rows = PreparedStatement_executeQuery(statements[0]);
    while (ResultSet_next(rows) && count < BENCH_ROWS)
        users[count++] = read_user(rows);
    for (size_t k = 0; k < count; k++)
        sum += check_and_free(&users[k]);
    return sum;
}

static void prepare_aggregate(void)
{
    prepare(0, "SELECT count(*), sum(\"age\"), min(\"age\"), max(\"age\") FROM \"User\" "
               "WHERE \"age\" >= ?");
}

static uint64_t aggregate(size_t i)
{
    PreparedStatement_setInt(statements[0], 1, bench_age(i));
    ResultSet_T rows = PreparedStatement_executeQuery(statements[0]);
    if (!ResultSet_next(rows))
        bench_fail("libzdb", "no row");
    uint64_t sum = bench_check_aggregate((uint64_t)ResultSet_getLLong(rows, 1),
                                         (uint64_t)ResultSet_getLLong(rows, 2),
                                         ResultSet_getInt(rows, 3), ResultSet_getInt(rows, 4));
    end_rows(rows);
    return sum;
}

/* ---- the tree: four statements, each with the keys of the rows before ------------------------ */

static void prepare_tree(void)
{
    const char *in = is_sqlite ? "IN (SELECT value FROM json_each(?))" : "= ANY (?::int4[])";
    static const char *const heads[] = {
        "SELECT \"id\", \"name\", \"email\" FROM \"Writer\" ORDER BY \"id\" LIMIT ?",
        "SELECT \"id\", \"title\", \"body\", \"writerId\" FROM \"Post\" WHERE \"writerId\" ",
        "SELECT \"id\", \"text\", \"postId\", \"authorId\" FROM \"Comment\" WHERE \"postId\" ",
        "SELECT \"id\", \"name\", \"email\" FROM \"Writer\" WHERE \"id\" ",
    };
    for (int i = 0; i < 4; i++) {
        char sql[256];
        snprintf(sql, sizeof sql, "%s%s", heads[i], i ? in : "");
        prepare(i, sql);
    }
}

typedef struct node {
    int id, parent_id, author_id;
    char first[64], second[96];
} node;

typedef struct nodes {
    node items[MOST_KEYS];
    int count;
} nodes;

static BENCH_OWN nodes writers, posts, comments, authors;

static void read_nodes(nodes *to, int level, bool has_second)
{
    ResultSet_T rows = PreparedStatement_executeQuery(statements[level]);
    for (to->count = 0; ResultSet_next(rows) && to->count < MOST_KEYS; to->count++) {
        node *n = &to->items[to->count];
        n->id = ResultSet_getInt(rows, 1);
        snprintf(n->first, sizeof n->first, "%s", ResultSet_getString(rows, 2));
        if (has_second)
            snprintf(n->second, sizeof n->second, "%s", ResultSet_getString(rows, 3));
        if (level == 1)
            n->parent_id = ResultSet_getInt(rows, 4);
        if (level == 2) {
            n->parent_id = ResultSet_getInt(rows, 3);
            n->author_id = ResultSet_getInt(rows, 4);
        }
    }
}

static void read_of(nodes *to, int level, const nodes *from, bool by_author)
{
    static BENCH_OWN char text[MOST_KEYS * 12 + 3];
    int keys[MOST_KEYS];
    for (int i = 0; i < from->count; i++)
        keys[i] = by_author ? from->items[i].author_id : from->items[i].id;
    text_write_keys(text, keys, (size_t)from->count, is_sqlite);
    PreparedStatement_setString(statements[level], 1, text);
    read_nodes(to, level, level != 2);
}

static int compare_ids(const void *a, const void *b)
{
    return ((const node *)a)->id - ((const node *)b)->id;
}

static const node *find_node(const nodes *in, int id)
{
    const node wanted = {.id = id};
    const node *found = bsearch(&wanted, in->items, (size_t)in->count, sizeof wanted, compare_ids);
    if (!found)
        bench_fail("tree", "a row without its parent");
    return found;
}

static uint64_t check_nodes(const nodes *list, bool has_second)
{
    uint64_t sum = 0;
    for (int i = 0; i < list->count; i++) {
        const node *n = &list->items[i];
        sum += tree_check(n->id, n->first, has_second ? n->second : n->first);
    }
    return sum;
}

/* Each row is led to its parent, and each comment to its author. */
static uint64_t tree(size_t i)
{
    (void)i;
    PreparedStatement_setInt(statements[0], 1, TREE_WRITERS);
    read_nodes(&writers, 0, true);
    read_of(&posts, 1, &writers, false);
    read_of(&comments, 2, &posts, false);
    read_of(&authors, 3, &comments, true);
    qsort(posts.items, (size_t)posts.count, sizeof *posts.items, compare_ids);
    qsort(authors.items, (size_t)authors.count, sizeof *authors.items, compare_ids);
    uint64_t sum =
        check_nodes(&writers, true) + check_nodes(&posts, true) + check_nodes(&comments, false);
    for (int k = 0; k < comments.count; k++) {
        const node *author = find_node(&authors, comments.items[k].author_id);
        find_node(&writers, find_node(&posts, comments.items[k].parent_id)->parent_id);
        sum += tree_check(author->id, author->first, author->second);
    }
    return sum;
}

/* ---- writes ---------------------------------------------------------------------------------- */

/* The time and the texts must stay until the statement is run. */
static void bind_sample(PreparedStatement_T p, int first, const bench_sample *s,
                        char time[TEXT_TIME_SIZE], char age[12])
{
    text_write_time(time, s->created_at_us, is_sqlite);
    snprintf(age, 12, "%d", s->age);
    PreparedStatement_setString(p, first, s->name);
    PreparedStatement_setString(p, first + 1, s->email);
    PreparedStatement_setString(p, first + 2, s->has_age ? age : NULL);
    PreparedStatement_setString(p, first + 3, time);
    PreparedStatement_setString(p, first + 4, s->profile);
}

static uint64_t write_one(void)
{
    if (is_sqlite)
        begin_write();
    uint64_t sum = take_user();
    if (is_sqlite)
        end_write();
    return sum;
}

static void prepare_create(void)
{
    prepare(0, INSERT "(?, ?, ?, ?, ?) RETURNING " COLUMNS);
}

static uint64_t create(size_t i)
{
    char time[TEXT_TIME_SIZE], age[12];
    bind_sample(statements[0], 1, &bench_samples()[i % BENCH_ROWS], time, age);
    return write_one();
}

static void prepare_update(void)
{
    prepare(0, "UPDATE \"User\" SET \"name\" = ?, \"age\" = ? WHERE \"id\" = ? RETURNING " COLUMNS);
}

static uint64_t update(size_t i)
{
    const bench_sample *s = &bench_samples()[i % BENCH_ROWS];
    PreparedStatement_setString(statements[0], 1, s->name);
    PreparedStatement_setInt(statements[0], 2, s->age);
    PreparedStatement_setInt(statements[0], 3, bench_key(i));
    return write_one();
}

static void prepare_upsert(void)
{
    prepare(0, "INSERT INTO \"User\" (\"name\", \"email\", \"age\", \"created_at\", \"profile\", "
               "\"id\") VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (\"id\") DO UPDATE SET "
               "\"name\" = excluded.\"name\", \"age\" = excluded.\"age\" RETURNING " COLUMNS);
}

static uint64_t upsert(size_t i)
{
    char time[TEXT_TIME_SIZE], age[12];
    bind_sample(statements[0], 1, &bench_samples()[i % BENCH_ROWS], time, age);
    PreparedStatement_setInt(statements[0], 6, bench_any_key(i));
    return write_one();
}

static void prepare_create_many(void)
{
    static const char row[] = "(?, ?, ?, ?, ?),";
    char sql[sizeof INSERT + ROWS_AT_ONCE * (sizeof row - 1)] = INSERT;
    char *at = sql + sizeof INSERT - 1;
    for (int i = 0; i < ROWS_AT_ONCE; i++, at += sizeof row - 1)
        memcpy(at, row, sizeof row - 1);
    at[-1] = '\0'; /* over the last comma */
    prepare(0, is_sqlite ? sql
                         : "INSERT INTO \"User\" (name, email, age, created_at, profile) "
                           "SELECT name, email, age, created_at, profile FROM json_to_recordset(?) "
                           "AS r (name text, email text, age int, created_at timestamp, "
                           "profile jsonb)");
}

static void create_by_json(void)
{
    static BENCH_OWN char rows[TEXT_ROWS_SIZE];
    text_write_rows(rows);
    PreparedStatement_setString(statements[0], 1, rows);
    PreparedStatement_execute(statements[0]);
}

static void create_by_values(void)
{
    static BENCH_OWN char times[ROWS_AT_ONCE][TEXT_TIME_SIZE], ages[ROWS_AT_ONCE][12];
    const bench_sample *s = bench_samples();
    begin_write();
    Connection_beginTransaction(connection);
    for (int k = 0; k < BENCH_ROWS; k += ROWS_AT_ONCE) {
        for (int row = 0; row < ROWS_AT_ONCE; row++, s++)
            bind_sample(statements[0], row * WRITTEN + 1, s, times[row], ages[row]);
        PreparedStatement_execute(statements[0]);
    }
    Connection_commit(connection);
    end_write();
}

static uint64_t create_many(size_t i)
{
    (void)i;
    if (is_sqlite)
        create_by_values();
    else
        create_by_json();
    return BENCH_ROWS;
}

/* ---- opening --------------------------------------------------------------------------------- */

static void fail(const char *why)
{
    bench_fail("libzdb", why);
}

static void make_url(char *to, size_t size, const char *url)
{
    const char *host = getenv("PGHOST");
    if (is_sqlite || !host)
        snprintf(to, size, "sqlite://%s?synchronous=normal", url);
    else
        snprintf(to, size, "postgresql://%s:%s/%s?user=%s&password=none%s%s",
                 host[0] == '/' ? "localhost" : host, getenv("PGPORT"), getenv("PGDATABASE"),
                 getenv("PGUSER"), host[0] == '/' ? "&unix-socket=" : "",
                 host[0] == '/' ? host : "");
}

void bench_open(const char *url)
{
    if (!pool) {
        char own_url[512];
        is_sqlite = strncmp(url, "postgresql:", 11) != 0;
        make_url(own_url, sizeof own_url, url);
        pool = ConnectionPool_new(URL_new(own_url));
        ConnectionPool_setAbortHandler(pool, fail);
        ConnectionPool_setInitialConnections(pool, 1);
        ConnectionPool_setMaxConnections(pool, (int)bench_clients);
        ConnectionPool_start(pool);
    }
    connection = ConnectionPool_getConnection(pool);
    if (!connection)
        bench_fail("libzdb", "no connection");
    open_count++;
}

void bench_close(void)
{
    Connection_close(connection);
    if (--open_count == 0)
        ConnectionPool_free(&pool);
}

const bench_work bench_works[] = {
    {"find", prepare_find, find, 0},
    {"list", prepare_list, list, 0},
    {"tree", prepare_tree, tree, 0},
    {"aggregate", prepare_aggregate, aggregate, 0},
    {"create", prepare_create, create, 0},
    {"create_many", prepare_create_many, create_many, 0},
    {"update", prepare_update, update, 0},
    {"upsert", prepare_upsert, upsert, 0},
    {0},
};
