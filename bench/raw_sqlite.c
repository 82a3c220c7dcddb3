/* The hand-written side for SQLite: the C interface at its best.
 *
 * Statements are prepared once and persist, nobody locks the connection, texts are bound where
 * they stand, and a row becomes one block with its texts behind it. A list grows its texts in a
 * block of their own, since SQLite cannot tell how long they will be; so texts are offsets until
 * the end. Times are the ISO texts that tenon and Prisma store. Many rows go by fifty to an
 * INSERT, which costs half of an INSERT a row; more to one change nothing. */
#include "raw_user.h"
#include "sample.h"
#include "side.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS "\"id\", \"name\", \"email\", \"age\", \"created_at\", \"profile\""
#define INSERT                                                                                     \
    "INSERT INTO \"User\" (\"name\", \"email\", \"age\", \"created_at\", \"profile\") VALUES "

enum {
    WRITTEN_COUNT = 5,
    ROWS_AT_ONCE = 50,
    TIME_LENGTH = sizeof "2024-02-29T12:34:56.789+00:00" - 1
};

static sqlite3 *db;
static sqlite3_stmt *statement, *begin, *commit;

static void check(int code, int expected)
{
    if (code != expected)
        bench_fail("SQLite", sqlite3_errmsg(db));
}

static sqlite3_stmt *prepare(const char *sql)
{
    sqlite3_stmt *prepared;
    check(sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &prepared, NULL), SQLITE_OK);
    return prepared;
}

static void script(const char *sql)
{
    check(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
}

/* ---- times: days to and from the calendar, counted from March so that leap days come last ---- */

static int number(const char *digits, int count)
{
    int value = 0;
    for (int i = 0; i < count; i++)
        value = value * 10 + (digits[i] - '0');
    return value;
}

static int64_t days_of(int year, int month, int day)
{
    year -= month <= 2;
    int era_year = year % 400, shifted = month > 2 ? month - 3 : month + 9;
    int day_of_year = (153 * shifted + 2) / 5 + day - 1;
    return (int64_t)(year / 400) * 146097 + era_year * 365 + era_year / 4 - era_year / 100 +
           day_of_year - 719468;
}

static int64_t read_time(const char *text)
{
    int64_t days = days_of(number(text, 4), number(text + 5, 2), number(text + 8, 2));
    int64_t seconds =
        number(text + 11, 2) * 3600 + number(text + 14, 2) * 60 + number(text + 17, 2);
    return (days * 86400 + seconds) * 1000000 + number(text + 20, 3) * 1000;
}

static void put_number(char *to, int64_t value, int count)
{
    for (int i = count - 1; i >= 0; i--, value /= 10)
        to[i] = (char)('0' + value % 10);
}

static void put_date(char *to, int64_t days)
{
    int64_t shifted = days + 719468, era = shifted / 146097, day = shifted % 146097;
    int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    int64_t day_of_year = day - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * day_of_year + 2) / 153;
    put_number(to + 8, day_of_year - (153 * month + 2) / 5 + 1, 2);
    month += month < 10 ? 3 : -9;
    put_number(to + 5, month, 2);
    put_number(to, year + era * 400 + (month <= 2), 4);
}

static void put_time(char *to, int64_t us)
{
    int64_t ms = us / 1000 % 86400000;
    memcpy(to, "0000-00-00T00:00:00.000+00:00", TIME_LENGTH);
    put_date(to, us / 86400000000);
    put_number(to + 11, ms / 3600000, 2);
    put_number(to + 14, ms / 60000 % 60, 2);
    put_number(to + 17, ms / 1000 % 60, 2);
    put_number(to + 20, ms % 1000, 3);
}

/* ---- rows ------------------------------------------------------------------------------------ */

static void bind_text(int index, const char *text, size_t length)
{
    sqlite3_bind_text(statement, index, text, (int)length, SQLITE_STATIC);
}

/* Found once, not by each of sqlite3_column_type, _text and _bytes anew. */
static sqlite3_value *column(int index)
{
    return sqlite3_column_value(statement, index);
}

static const char *column_text(int index, size_t *length)
{
    sqlite3_value *value = column(index);
    const char *text = (const char *)sqlite3_value_text(value);
    *length = (size_t)sqlite3_value_bytes(value);
    return text;
}

static const char *copy_text(char **to, const char *from, size_t length)
{
    char *text = *to;
    memcpy(text, from, length + 1);
    *to = text + length + 1;
    return text;
}

static void read_numbers(raw_user *user)
{
    sqlite3_value *age = column(3);
    user->id = sqlite3_column_int(statement, 0);
    user->has_age = sqlite3_value_type(age) != SQLITE_NULL;
    user->age = user->has_age ? sqlite3_value_int(age) : 0;
    user->created_at_us = read_time((const char *)sqlite3_column_text(statement, 4));
}

static raw_user *read_user(void)
{
    size_t name_length, email_length, profile_length;
    const char *name = column_text(1, &name_length), *email = column_text(2, &email_length);
    const char *profile = column_text(5, &profile_length);
    raw_user *user = bench_alloc(sizeof *user + name_length + email_length + profile_length + 3);
    read_numbers(user);
    char *texts = (char *)(user + 1);
    user->name = copy_text(&texts, name, name_length);
    user->email = copy_text(&texts, email, email_length);
    user->profile = copy_text(&texts, profile, profile_length);
    user->profile_length = profile_length;
    return user;
}

static uint64_t check_user(const raw_user *u)
{
    return bench_check(u->id, u->age, u->created_at_us, u->name, u->email, u->profile);
}

/* The statement's only row, checked and dropped. */
static uint64_t take_row(void)
{
    check(sqlite3_step(statement), SQLITE_ROW);
    raw_user *user = read_user();
    uint64_t sum = check_user(user);
    free(user);
    return sum;
}

/* ---- reads ----------------------------------------------------------------------------------- */

static void prepare_find(void)
{
    statement = prepare("SELECT " COLUMNS " FROM \"User\" WHERE \"id\" = ?1");
}

static uint64_t find(size_t i)
{
    sqlite3_bind_int(statement, 1, bench_key(i));
    uint64_t sum = take_row();
    sqlite3_reset(statement);
    return sum;
}

static void prepare_list(void)
{
    statement = prepare("SELECT " COLUMNS " FROM \"User\" ORDER BY \"id\" LIMIT ?1");
}

/* Texts go into chunks; a list keeps its chunks in a chain. */
typedef struct chunk {
    struct chunk *previous;
    char *at, *end;
} chunk;

typedef struct raw_list {
    raw_users users;
    chunk *texts;
} raw_list;

enum { CHUNK_BYTES = 32768 };

static char *room_for(raw_list *users, size_t length)
{
    if (!users->texts || (size_t)(users->texts->end - users->texts->at) < length) {
        size_t bytes = length > CHUNK_BYTES ? length : CHUNK_BYTES;
        chunk *added = bench_alloc(sizeof *added + bytes);
        *added = (chunk){users->texts, (char *)(added + 1), (char *)(added + 1) + bytes};
        users->texts = added;
    }
    char *room = users->texts->at;
    users->texts->at += length;
    return room;
}

static const char *take_text(raw_list *users, int column, size_t *length)
{
    const char *text = column_text(column, length);
    return memcpy(room_for(users, *length + 1), text, *length + 1);
}

static void take_user(raw_list *users, raw_user *user)
{
    size_t length;
    read_numbers(user);
    user->name = take_text(users, 1, &length);
    user->email = take_text(users, 2, &length);
    user->profile = take_text(users, 5, &user->profile_length);
}

static raw_list list_users(void)
{
    raw_list all = {0};
    size_t capacity = 0;
    sqlite3_bind_int(statement, 1, BENCH_ROWS);
    while (sqlite3_step(statement) == SQLITE_ROW) {
        if (all.users.count == capacity) {
            capacity = capacity ? capacity * 2 : 16;
            raw_user *items = realloc(all.users.items, capacity * sizeof *items);
            if (!items)
                bench_fail("list", "out of memory");
            all.users.items = items;
        }
        take_user(&all, &all.users.items[all.users.count++]);
    }
    check(sqlite3_reset(statement), SQLITE_OK);
    return all;
}

static void free_list(raw_list *users)
{
    free(users->users.items);
    while (users->texts) {
        chunk *previous = users->texts->previous;
        free(users->texts);
        users->texts = previous;
    }
}

static uint64_t list(size_t i)
{
    (void)i;
    uint64_t sum = 0;
    raw_list users = list_users();
    for (size_t k = 0; k < users.users.count; k++)
        sum += check_user(&users.users.items[k]);
    free_list(&users);
    return sum;
}

/* Bytes of structs and texts of a list that stays in memory. */
static uint64_t keep(size_t i)
{
    (void)i;
    static raw_list kept; /* of the last call; those before are lost */
    kept = list_users();
    uint64_t bytes = kept.users.count * sizeof(raw_user);
    for (size_t k = 0; k < kept.users.count; k++) {
        const raw_user *u = &kept.users.items[k];
        bytes += strlen(u->name) + strlen(u->email) + u->profile_length + 3;
    }
    return bytes;
}

/* ---- writes ---------------------------------------------------------------------------------- */

/* Binds the values from parameter `first` on; `time` has to stay until the statement has run. */
static void bind_sample(int first, const bench_sample *s, char time[TIME_LENGTH])
{
    bind_text(first, s->name, s->name_length);
    bind_text(first + 1, s->email, s->email_length);
    if (s->has_age)
        sqlite3_bind_int(statement, first + 2, s->age);
    else
        sqlite3_bind_null(statement, first + 2);
    put_time(time, s->created_at_us);
    bind_text(first + 3, time, TIME_LENGTH);
    bind_text(first + 4, s->profile, s->profile_length);
}

static void prepare_create(void)
{
    statement = prepare(INSERT "(?, ?, ?, ?, ?) RETURNING " COLUMNS);
}

static uint64_t finish_write(void)
{
    uint64_t sum = take_row();
    check(sqlite3_step(statement), SQLITE_DONE);
    check(sqlite3_reset(statement), SQLITE_OK);
    return sum;
}

static uint64_t create(size_t i)
{
    char time[TIME_LENGTH];
    bind_sample(1, &bench_samples()[i % BENCH_ROWS], time);
    finish_write();
    return 1;
}

static void prepare_update(void)
{
    statement = prepare("UPDATE \"User\" SET \"name\" = ?1, \"age\" = ?2 WHERE \"id\" = ?3 "
                        "RETURNING " COLUMNS);
}

static uint64_t update(size_t i)
{
    const bench_sample *s = &bench_samples()[i % BENCH_ROWS];
    bind_text(1, s->name, s->name_length);
    sqlite3_bind_int(statement, 2, s->age);
    sqlite3_bind_int(statement, 3, bench_key(i));
    return finish_write();
}

static void prepare_create_many(void)
{
    static const char row[] = "(?, ?, ?, ?, ?),";
    char sql[sizeof INSERT + ROWS_AT_ONCE * (sizeof row - 1)] = INSERT;
    char *at = sql + sizeof INSERT - 1;
    for (int i = 0; i < ROWS_AT_ONCE; i++, at += sizeof row - 1)
        memcpy(at, row, sizeof row - 1);
    at[-1] = '\0'; /* over the last comma */
    statement = prepare(sql);
    begin = prepare("BEGIN IMMEDIATE");
    commit = prepare("COMMIT");
}

static void run_once(sqlite3_stmt *fixed)
{
    check(sqlite3_step(fixed), SQLITE_DONE);
    check(sqlite3_reset(fixed), SQLITE_OK);
}

static uint64_t create_many(size_t i)
{
    (void)i;
    static char times[ROWS_AT_ONCE][TIME_LENGTH];
    const bench_sample *s = bench_samples();
    run_once(begin);
    for (size_t k = 0; k < BENCH_ROWS; k += ROWS_AT_ONCE) {
        for (int row = 0; row < ROWS_AT_ONCE; row++, s++)
            bind_sample(row * WRITTEN_COUNT + 1, s, times[row]);
        run_once(statement);
    }
    run_once(commit);
    return BENCH_ROWS;
}

/* ---- the table ------------------------------------------------------------------------------- */

/* As `tenon db push` makes it. */
static uint64_t make_table(size_t i)
{
    (void)i;
    script(
        "DROP TABLE IF EXISTS \"User\";"
        "CREATE TABLE \"User\" (\"id\" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,"
        " \"name\" TEXT NOT NULL, \"email\" TEXT NOT NULL, \"age\" INTEGER,"
        " \"created_at\" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, \"profile\" JSONB NOT NULL)");
    return 0;
}

static uint64_t empty_table(size_t i)
{
    (void)i;
    script("DELETE FROM \"User\"; DELETE FROM sqlite_sequence; PRAGMA wal_checkpoint(TRUNCATE)");
    return 0;
}

static uint64_t fill_table(size_t i)
{
    empty_table(i);
    create_many(i);
    script("ANALYZE; PRAGMA wal_checkpoint(TRUNCATE)");
    return 0;
}

/* Opened and set up as tenon does it. */
void bench_open(const char *path)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    check(sqlite3_open_v2(path, &db, flags, NULL), SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    script("PRAGMA journal_mode = WAL; PRAGMA synchronous = normal; PRAGMA foreign_keys = ON");
}

void bench_close(void)
{
    sqlite3_finalize(statement);
    sqlite3_finalize(begin);
    sqlite3_finalize(commit);
    sqlite3_close(db);
}

const bench_work bench_works[] = {
    {"find", prepare_find, find},
    {"list", prepare_list, list},
    {"keep", prepare_list, keep},
    {"create", prepare_create, create},
    {"update", prepare_update, update},
    {"create_many", prepare_create_many, create_many},
    {"make_table", NULL, make_table},
    {"empty_table", NULL, empty_table},
    {"fill_table", prepare_create_many, fill_table},
    {0},
};
