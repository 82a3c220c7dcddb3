/* The face of tool/migrate: a folder of migrations on disk.
 *
 *     prisma/migrations/migration_lock.toml            the kind of database
 *     prisma/migrations/20240131120000_add_users/
 *         migration.sql                                as Prisma Migrate has it
 *         down.sql                                     ours: what undoes it
 *         after.schema                                 ours: the schema that it leads to
 *         tenon.toml                                   ours: what it was made on top of
 *
 * Only the first two have to be there; what is ours, Prisma passes over. Running migrations is
 * lib/migrate's; here they are read, written, put together, and turned into C. */
#ifndef TENON_TOOL_MIGRATE_H
#define TENON_TOOL_MIGRATE_H

#include "catalogue/catalogue.h"
#include "core/core.h"
#include "diff/diff.h"

#include <tenon/migrate.h>

#include <stdio.h>

typedef struct migrate_entry {
    const char *name;
    const char *path;            /* of its folder */
    const char *parent;          /* the one before it when it was made; NULL: nobody says */
    const char *parent_checksum; /* of that one's migration.sql */
    const char *after;           /* the text of the schema that it leads to, or NULL */
} migrate_entry;

typedef struct migrate_folder {
    tenon__arena arena;
    const char *path;
    const char *provider; /* of migration_lock.toml, or NULL */
    migrate_entry *entries;
    tenon_migration *items; /* the same ones, for lib/migrate */
    size_t count;
} migrate_folder;

/* By name. A folder that is not there is an empty one; sub-folders without migration.sql are told
 * as MISUSE. False with *err. */
bool migrate_folder_read(const char *path, migrate_folder *out, tenon_error *err);
void migrate_folder_release(migrate_folder *folder);
/* CONFLICT when the folder is for another kind of database. */
bool migrate_folder_check(const migrate_folder *folder, tenon_dialect dialect, tenon_error *err);
static inline tenon_migrations migrate_list(const migrate_folder *folder)
{
    return (tenon_migrations){folder->items, folder->count};
}
/* Whether the file is one that waits until programs of the version before are gone. */
#define MIGRATE_CONTRACT "-- tenon:contract\n"
bool migrate_is_contract(const char *sql);
/* The last one, or NULL. */
const migrate_entry *migrate_last(const migrate_folder *folder);

/* Two that were made on top of the same one, as two branches do: the later one and, in *other, the
 * earlier. NULL when there are none. */
const migrate_entry *migrate_find_fork(const migrate_folder *folder, const migrate_entry **other);
/* What the branch of such a fork and the other one both touch, a line each; nothing where the base
 * is not in the folder. The catalogue tells dialect and namespaces. */
bool migrate_find_conflicts(const migrate_folder *folder, const migrate_entry *fork,
                            const catalogue *wanted, tenon__buf *out, tenon_error *err);
/* One whose parent's text is not what it was when this one was made; or NULL. */
const migrate_entry *migrate_find_edited_parent(const migrate_folder *folder);

/* ---- what they lead to ----------------------------------------------------------------------- */

/* The catalogue that all migrations lead to: of the last one's schema, or, where it has none, of a
 * database that is thrown away, on which all of them have run. The namespaces are those to look at.
 * NULL with *err; UNAVAILABLE when there is no server for it. */
catalogue *migrate_expect(const migrate_folder *folder, tenon_dialect dialect,
                          const char *const *namespaces, size_t namespace_count, tenon_error *err);
/* The same, always by running them. */
catalogue *migrate_replay(const migrate_folder *folder, tenon_dialect dialect,
                          const char *const *namespaces, size_t namespace_count, tenon_error *err);

/* ---- writing --------------------------------------------------------------------------------- */

typedef struct migrate_new {
    const char *name; /* "20240131120000_add_users" */
    const char *sql;
    const char *down;                /* or NULL */
    const char *after;               /* or NULL */
    const migrate_entry *parent;     /* or NULL */
    const migrate_folder *of_parent; /* the folder of the parent */
    const char *const *replaces;     /* or NULL */
} migrate_new;

/* Makes the sub-folder, all files or none, and migration_lock.toml where it is missing. */
bool migrate_write(const char *folder, tenon_dialect dialect, const migrate_new *what,
                   tenon_error *err);
/* "20240131120000_add_users": the present time, later than every name in the folder; `words` with
 * all that is no letter or digit as "_". */
void migrate_make_name(const migrate_folder *folder, const char *words, tenon__buf *out);
/* The words of a name: "add users" is "add_users". */
void migrate_words(const char *words, tenon__buf *out);
/* A migration in two halves (diff_expand): the version is named by the words; values are
 * "table.column=expression". The arena is the caller's to release. */
typedef struct migrate_expansion {
    tenon__arena arena;
    diff_expand options;
} migrate_expansion;
bool migrate_expansion_read(const char *words, const char *const *values, size_t value_count,
                            const char *const *old_values, size_t old_value_count,
                            migrate_expansion *out, tenon_error *err);
/* Writes tenon.toml of one anew, with another parent. */
bool migrate_set_parent(const migrate_folder *folder, const migrate_entry *entry,
                        const migrate_entry *parent, tenon_error *err);
/* Writes after.schema of the last one anew, or takes it away (NULL). */
bool migrate_set_after(const migrate_folder *folder, const schema *after, tenon_error *err);
/* The text of a schema of one or more files. */
void migrate_schema_text(const schema *s, tenon__buf *out);
/* Puts those from the first up to `last` together into one of the same time as `last`, and takes
 * their folders away. */
bool migrate_squash(const migrate_folder *folder, size_t last, const char *words,
                    tenon_dialect dialect, tenon__buf *name, tenon_error *err);

/* PostgreSQL: gives files whose statements would block a server in use another text to run (see
 * safe.c). *count: of how many statements. */
bool migrate_make_safe(migrate_folder *folder, size_t *count, tenon_error *err);

/* ---- the rest -------------------------------------------------------------------------------- */

/* C that defines `const tenon_migrations <symbol>`. */
void migrate_write_c(const migrate_folder *folder, const char *symbol, tenon__buf *out);

enum { MIGRATE_BACKUPS_KEPT = 5 };
/* SQLite: a copy of the database beside it, "shop.db.20240131120000.bak", of which the last `keep`
 * stay. *path is empty where nothing was copied: keep is 0, the database is empty or in memory, or
 * it is no file. */
bool migrate_backup(tenon_db *db, size_t keep, tenon__buf *path, tenon_error *err);

/* ---- tables that are written anew, on PostgreSQL --------------------------------------------- */

enum { MIGRATE_COLUMNS_MOST = 32, MIGRATE_TABLES_MOST = 32 };

/* A table that such a migration writes anew. */
typedef struct migrate_online_table {
    const char *namespace; /* NULL: that of the search path */
    const char *name;
    const char **changes; /* what stands behind the table's name, statement by statement */
    size_t change_count;
    const char **columns, **types; /* "pg_catalog"."int8"; "" with a length or a scale */
    const char **values;           /* of an enum: what the columns get */
    size_t count;
} migrate_online_table;

/* A migration that is one ALTER TABLE, which changes nothing but types by casts; or one that makes
 * an enum anew for the columns of one or more tables. */
typedef struct migrate_online {
    migrate_online_table *tables;
    size_t table_count; /* 0: the migration is something else */
    bool is_meant;      /* it says `-- tenon:rewrite` */
    /* Of an enum: its name and the one that the old type gets, its values as they shall be; what
     * makes the new type, what swaps the names, and what is left to run. */
    const char *enum_name, *old_enum; /* NULL: it is the other kind */
    const char **labels;
    size_t label_count;
    const char *before, *swap, *rest;
} migrate_online;

bool migrate_read_online(const char *sql, tenon__arena *arena, migrate_online *out,
                         tenon_error *err);
/* Steps that would write a table anew get a part of their own each, and the comment that says
 * so. */
bool migrate_part_online(const migrate_folder *folder, diff_plan *plan, tenon_error *err);

/* ---- what is lost, on PostgreSQL ------------------------------------------------------------- */

enum { MIGRATE_DAYS_KEPT = 30 };

typedef struct migrate_names {
    const char *const *items;
    size_t count;
} migrate_names;

/* Puts in front of what loses tables, columns or values (of these migrations, on their way up or
 * down) calls that copy them first; *count: how many. What runs then differs from the file. */
bool migrate_keep_lost(migrate_folder *folder, const migrate_names *names, bool is_down,
                       size_t *count, tenon_error *err);
/* Makes the schema _tenon_kept with what the calls need; copies are kept for so many days. */
bool migrate_kept_prepare(tenon_db *db, unsigned days, tenon_error *err);
/* The same as SQL on one line, to stand in front of a file; and the part of it that makes copies
 * while tables are in use, ended by NULL. */
void migrate_kept_sql(unsigned days, tenon__buf *out);
extern const char *const migrate_ahead_sql[];
/* What statements in front of a file say that run before it and behind it (tenon/migrate.h). */
#define MIGRATE_BEFORE "tenon:before"
#define MIGRATE_AFTER "tenon:after"
/* Has every migration that loses something make it and keep what it loses, up and down, so that a
 * program does by itself what `deploy` does. */
bool migrate_keep_all(migrate_folder *folder, unsigned days, tenon_error *err);

typedef struct migrate_kept {
    const char *id, *migration;
    const char *origin;  /* "public.users" */
    const char *columns; /* "nick, age"; NULL: all of the table */
    const char *row_count, *size, *kept_at, *keep_until;
    bool is_over; /* its time is */
} migrate_kept;

typedef struct migrate_kept_list {
    migrate_kept *items;
    size_t count;
} migrate_kept_list;

/* None where nothing is kept, and on SQLite. False with the session's error. */
bool migrate_kept_read(tenon_session *s, tenon__arena *arena, migrate_kept_list *out);
bool migrate_kept_drop(tenon_session *s, const migrate_kept *kept);
/* The SQL that brings it back; NULL when there is no such copy, or with the session's error. */
const char *migrate_kept_restore(tenon_session *s, const char *id, tenon__arena *arena);

/* SHA-256 of a text, in hex. */
enum { MIGRATE_CHECKSUM_SIZE = 2 * TENON__SHA256_BYTES + 1 };
void migrate_checksum(const char *text, char out[MIGRATE_CHECKSUM_SIZE]);

/* The last one as generated code carries it; its name is NULL when there is none. False when memory
 * is exhausted. */
typedef struct migrate_last_sums {
    char as_it_is[MIGRATE_CHECKSUM_SIZE], other_ends[MIGRATE_CHECKSUM_SIZE];
} migrate_last_sums;
bool migrate_last_of(const migrate_folder *folder, migrate_last_sums *sums,
                     tenon_last_migration *out);

/* Reads a text file, or says why not. */
bool migrate_read_file(const char *path, tenon__buf *out, tenon_error *err);
/* Writes it beside its place and moves it there, so that it is whole or not there. */
bool migrate_write_file(const char *path, const char *text, size_t length, tenon_error *err);

#endif
