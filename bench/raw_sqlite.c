/* The hand-written side for SQLite: the C interface at its best.
 *
 * Statements are prepared once and persist, nobody locks the connection, texts are bound where
 * they stand, and a row becomes one block with its texts behind it. A list grows its texts in a
 * block of their own, since SQLite cannot tell how long they will be; so texts are offsets until
 * the end. Times are the ISO texts that tenon and Prisma store. Many rows go by fifty to an
 * INSERT, which costs half of an INSERT a row; more to one change nothing.
 *
 * With CARE, since an SQLite column holds whatever was put into it: each value that is read must be
 * of its column's type and range, a time must be one, texts must be UTF-8; of what is written texts
 * are checked, a JSON must be JSON, and a time must fit its column. */
#include "care.h"
#include "raw_user.h"
#include "sample.h"
#include "side.h"
#include "turn.h"

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

static BENCH_OWN sqlite3 *db;
static BENCH_OWN sqlite3_stmt *statement, *begin, *commit;

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

static int64_t days_of(int year, int month, int day)
{
    unsigned y = (unsigned)year - (month <= 2), century = y / 100;
    unsigned from_march = (unsigned)(month > 2 ? month - 3 : month + 9);
    return (int64_t)y * 365 + y / 4 - century + century / 4 + (153 * from_march + 2) / 5 +
           (unsigned)day - 719469;
}

static bool is_date(int year, int month, int day)
{
    static const char lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year < 1 || month < 1 || month > 12 || day < 1)
        return false;
    bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return day <= lengths[month - 1] + (month == 2 && is_leap);
}

/* Eight characters at once: each byte of *pairs becomes the number that its digit and the next one
 * are. Anything but 0 when one is not what stands in `form`, where 0 is any digit. */
static uint64_t take_eight(const char *text, const char *form, uint64_t separators, uint64_t *pairs)
{
    uint64_t word, expected;
    memcpy(&word, text, sizeof word);
    memcpy(&expected, form, sizeof expected);
    word ^= expected;
    *pairs = word * 10 + (word >> 8);
    return (((word + 0x7676767676767676u) | word) & 0x8080808080808080u) | (word & separators);
}

static int pair(uint64_t pairs, int at)
{
    return (int)(pairs >> 8 * at & 0xFF);
}

static int64_t read_time(const char *text, size_t length)
{
    uint64_t date, hours, seconds;
    care(length == TIME_LENGTH && memcmp(text + 23, "+00:00", 6) == 0, "created_at");
    uint64_t wrong = take_eight(text, "0000-00-", 0xFF0000FF00000000u, &date) |
                     take_eight(text + 8, "00T00:00", 0x0000FF0000FF0000u, &hours) |
                     take_eight(text + 15, "0:00.000", 0x000000FF0000FF00u, &seconds);
    int year = pair(date, 0) * 100 + pair(date, 2), month = pair(date, 5), day = pair(hours, 0);
    int hour = pair(hours, 3), minute = pair(hours, 6), second = pair(seconds, 2);
    care(wrong == 0 && is_date(year, month, day) && hour < 24 && minute < 60 && second < 60,
         "created_at");
    (void)wrong; /* the bare side looks at nothing */
    int64_t s = days_of(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
    return s * 1000000 + pair(seconds, 5) * 10000 + (text[22] - '0') * 1000;
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
    care(care_utf8(text, length), "text");
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
    care(sqlite3_value_type(value) == SQLITE_TEXT, "text");
    const char *text = (const char *)sqlite3_value_text(value);
    *length = (size_t)sqlite3_value_bytes(value);
    return text;
}

static void put_text(char *to, const char *from, size_t length)
{
    if (CARE)
        care(care_copy(to, from, length), "text");
    else
        memcpy(to, from, length + 1);
}

static const char *copy_text(char **to, const char *from, size_t length)
{
    char *text = *to;
    put_text(text, from, length);
    *to = text + length + 1;
    return text;
}

static int32_t int_of(sqlite3_value *value, const char *name)
{
    if (!CARE)
        return sqlite3_value_int(value);
    int64_t wide = sqlite3_value_int64(value);
    care(sqlite3_value_type(value) == SQLITE_INTEGER && wide == (int32_t)wide, name);
    return (int32_t)wide;
}

static void read_numbers(raw_user *user)
{
    size_t length = 0;
    sqlite3_value *age = column(3);
    user->id = int_of(column(0), "id");
    user->has_age = sqlite3_value_type(age) != SQLITE_NULL;
    user->age = user->has_age ? int_of(age, "age") : 0;
    const char *time =
        CARE ? column_text(4, &length) : (const char *)sqlite3_column_text(statement, 4);
    user->created_at_us = read_time(time, length);
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
    char *copy = room_for(users, *length + 1);
    put_text(copy, text, *length);
    return copy;
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
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        if (all.users.count == capacity) {
            capacity = capacity ? capacity * 2 : 16;
            raw_user *items = realloc(all.users.items, capacity * sizeof *items);
            if (!items)
                bench_fail("list", "out of memory");
            all.users.items = items;
        }
        take_user(&all, &all.users.items[all.users.count++]);
    }
    check(code, SQLITE_DONE);
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
    static BENCH_OWN raw_list kept; /* of the last call; those before are lost */
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
    care(care_time(s->created_at_us), "created_at");
    put_time(time, s->created_at_us);
    sqlite3_bind_text(statement, first + 3, time, TIME_LENGTH, SQLITE_STATIC);
    care(care_json(s->profile, s->profile_length), "profile");
    sqlite3_bind_text(statement, first + 4, s->profile, (int)s->profile_length, SQLITE_STATIC);
}

static void prepare_create(void)
{
    statement = prepare(INSERT "(?, ?, ?, ?, ?) RETURNING " COLUMNS);
}

static uint64_t finish_write(void)
{
    begin_write();
    uint64_t sum = take_row();
    check(sqlite3_step(statement), SQLITE_DONE);
    check(sqlite3_reset(statement), SQLITE_OK);
    end_write();
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

static void prepare_upsert(void)
{
    statement = prepare(
        "INSERT INTO \"User\" (\"name\", \"email\", \"age\", \"created_at\", \"profile\", \"id\") "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (\"id\") "
        "DO UPDATE SET \"name\" = ?1, \"age\" = ?3 RETURNING " COLUMNS);
}

static uint64_t upsert(size_t i)
{
    char time[TIME_LENGTH];
    bind_sample(1, &bench_samples()[i % BENCH_ROWS], time);
    sqlite3_bind_int(statement, 6, bench_any_key(i));
    finish_write();
    return (uint64_t)bench_any_key(i);
}

static void prepare_aggregate(void)
{
    statement = prepare("SELECT count(*), sum(\"age\"), min(\"age\"), max(\"age\") FROM \"User\" "
                        "WHERE \"age\" >= ?1");
}

static uint64_t aggregate(size_t i)
{
    sqlite3_bind_int(statement, 1, bench_age(i));
    check(sqlite3_step(statement), SQLITE_ROW);
    uint64_t sum = bench_check_aggregate((uint64_t)sqlite3_column_int64(statement, 0),
                                         (uint64_t)sqlite3_column_int64(statement, 1),
                                         int_of(column(2), "age"), int_of(column(3), "age"));
    sqlite3_reset(statement);
    return sum;
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
    static BENCH_OWN char times[ROWS_AT_ONCE][TIME_LENGTH];
    const bench_sample *s = bench_samples();
    begin_write();
    run_once(begin);
    for (size_t k = 0; k < BENCH_ROWS; k += ROWS_AT_ONCE) {
        for (int row = 0; row < ROWS_AT_ONCE; row++, s++)
            bind_sample(row * WRITTEN_COUNT + 1, s, times[row]);
        run_once(statement);
    }
    run_once(commit);
    end_write();
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
    {"upsert", prepare_upsert, upsert},
    {"aggregate", prepare_aggregate, aggregate},
    {"create_many", prepare_create_many, create_many},
    {"make_table", NULL, make_table},
    {"empty_table", NULL, empty_table},
    {"fill_table", prepare_create_many, fill_table},
    {0},
};
