/* The face of tool/diff: two catalogues become the SQL that turns one into the other.
 *
 *     diff_plan *plan = diff_make(found, wanted, &options, &err);
 *     if (plan->question_count) …ask, add the answers to the options, and make it again…
 *     diff_apply(session, plan, &how);                            a database, under its own checks
 *     diff_script_text(plan, part, DIFF_FORWARD, &migration_sql); or a file
 *
 * A plan is a list of steps in an order that works. Each is a change of one thing, from what it was
 * to what it shall be, so that its reverse is the same change turned round; the reverses of a part,
 * last step first, are its down.sql. What a step may lose, or what may stand in its way, are its
 * risks: words, and a query that counts the rows concerned, so that whoever runs it can know rather
 * than fear. A plan changes nothing that the schema language cannot say: views, triggers, policies,
 * indexes on expressions, … stay and are listed as kept.
 *
 * Things are compared by meaning: the order of columns, the name of a schema that is the default
 * one, spellings of types and expressions make no difference. An index or a foreign key that
 * differs in nothing but its name is renamed. A table, column, enum or value that is gone beside a
 * like one that is new may have been renamed: that is a question, unless the schema says
 * @tenon.renamedFrom or the options answer it. The strings of a plan are its own; the catalogues
 * may go. One thread at a time. */
#ifndef TENON_DIFF_DIFF_H
#define TENON_DIFF_DIFF_H

#include "catalogue/catalogue.h"
#include "convert/convert.h"

/* ---- renames --------------------------------------------------------------------------------- */

typedef enum diff_thing { DIFF_TABLE, DIFF_COLUMN, DIFF_ENUM, DIFF_VALUE } diff_thing;

/* Names of the database. */
typedef struct diff_rename {
    diff_thing thing;
    const char *namespace; /* NULL: the default one */
    const char *owner;     /* new name of the column's table or of the value's enum; else NULL */
    const char *from, *to;
    /* Of a table or an enum that was in another schema of PostgreSQL; NULL: in the same. */
    const char *from_namespace;
    bool is_seen; /* of a value on SQLite: rows still have the old name (diff_renames_look) */
} diff_rename;

typedef struct diff_renames {
    tenon__arena arena;
    diff_rename *items;
    size_t count;
} diff_renames;

/* What the words @tenon.renamedFrom("old name in the database") of a schema say; "old schema.old
 * name" for a model or an enum that was in another schema of PostgreSQL. They may stay in the
 * schema for ever: one whose old name is gone, or whose new name is there, does nothing. */
bool diff_renames_of_schema(const schema *s, diff_renames *out, tenon_error *err);
void diff_renames_release(diff_renames *renames);
/* A database of SQLite knows no enums: only its rows tell whether a value still has its old name.
 * Asks them, and sets .is_seen; without that a renamed value is passed over. On PostgreSQL there is
 * nothing to ask. `found` is the database, `wanted` the schema. */
bool diff_renames_look(tenon_session *s, const catalogue *found, const catalogue *wanted,
                       diff_rename *renames, size_t count, tenon_error *err);

/* A database does not say of bytes that they are a packed array (@tenon.compress), nor of what:
 * asks its rows, where the schema has a list, and notes it in `found`. */
bool diff_look_at_packed(tenon_session *s, catalogue *found, const catalogue *wanted,
                         tenon_error *err);

/* ---- plans ----------------------------------------------------------------------------------- */

/* PostgreSQL: a change in two halves, so that programs of the old and of the new version can be in
 * use together. The first half only adds: what the new version sees otherwise than the old one is
 * served by views in a schema of its own, and columns that hold the same thing in two forms are
 * kept in step by a trigger. The second half (steps with .is_contract) swaps and drops, when no
 * program of the old version is left. A program of the new version has the schema `version` in
 * front of the default one in its search path. */
typedef struct diff_value {
    const char *table, *column; /* of the database */
    const char *sql;            /* an expression over the columns of the other version */
} diff_value;

typedef struct diff_expand {
    const char *version;      /* the name of the schema */
    const diff_value *values; /* of columns of the new version, from the columns of the old one */
    size_t value_count;
    const diff_value *old_values; /* and the other way round */
    size_t old_value_count;
} diff_expand;

/* All-zero is the default. */
typedef struct diff_options {
    const diff_rename *renames; /* these are renames … */
    size_t rename_count;
    const diff_rename *strangers; /* … and these are not: one is dropped, another is made */
    size_t stranger_count;
    /* What a conversion loses is meant to be lost: scripts get no guard against it. */
    bool accepts_loss;
    /* PostgreSQL: forms that do not block a server that is in use. Indexes are made and dropped
     * CONCURRENTLY, each in a part of its own; primary keys and unique constraints take over such
     * an index; foreign keys and checks are added NOT VALID and validated in a later part; NOT NULL
     * goes through a validated check. What is made on a table of the same plan needs none of it.
     */
    bool has_safe_forms;
    const diff_expand *expand; /* NULL: in one go; else .has_safe_forms has to be set */
} diff_options;

typedef enum diff_risk_kind {
    DIFF_LOSES, /* something is gone afterwards */
    DIFF_FAILS, /* the rows present can make the statement fail */
} diff_risk_kind;

typedef struct diff_risk {
    diff_risk_kind kind;
    /* `column "users"."age" would be dropped with its values`, `"users"."email" would be required,
     * and rows have none` */
    const char *words;
    const char *hint; /* what to do instead, or NULL */
    /* One row, one bigint: how many rows it concerns. 0: nothing is lost, nothing fails. A query
     * that fails itself (a text that is no number) says that the step would fail. NULL: nothing to
     * ask, the loss is certain. It is to be asked right before the step, when those before it have
     * run: only then are the names right. */
    const char *probe;
    bool is_conversion; /* scripts for PostgreSQL ask the probe themselves and stop */
} diff_risk;

typedef struct diff_step {
    const char *title;   /* "AlterTable" */
    const char *sql;     /* one or several statements, without the last semicolon */
    const char *reverse; /* the same for the way back; NULL: there is nothing to do, or … */
    /* … why the way back is not whole ("the rows of table …"), also beside a reverse; or NULL */
    const char *not_restored;
    diff_risk *risks;
    size_t risk_count;
    /* PostgreSQL: a LOCK TABLE that keeps what the probes have seen true until the step is over;
     * NULL where there is nothing to keep. */
    const char *lock;
    size_t part; /* from 0; never falls */
    /* Outside of a transaction, and the only step of its part: CONCURRENTLY, a value of an enum
     * that a later step uses. */
    bool must_run_alone;
    const convert_column *converts; /* to be converted before it runs; diff_apply does so */
    size_t convert_count;
    bool is_destructive; /* one of the risks is a loss */
    bool is_contract;    /* of the second half; a part has steps of one half only */
} diff_step;

typedef struct diff_question {
    diff_rename rename; /* what it probably is: to be added to .renames or to .strangers */
    const char *words;  /* `was column "users"."nick" renamed to "alias"?` */
    const char *hint;   /* `/// @tenon.renamedFrom("nick") on the field says so` */
} diff_question;

typedef enum diff_sign { DIFF_ADDED, DIFF_REMOVED, DIFF_CHANGED } diff_sign;

/* A difference as a person says it, from what is there to what is wanted. */
typedef struct diff_difference {
    diff_sign sign;
    const char *name;  /* `column "users"."age"` */
    const char *words; /* `type is integer, wanted bigint`; "" when the sign says it all */
} diff_difference;

typedef struct diff_plan {
    tenon__arena arena;
    tenon_dialect dialect;
    diff_step *steps;
    size_t count, part_count;
    /* Not empty: the steps take every answer for "no", and must not be run. */
    diff_question *questions;
    size_t question_count;
    diff_difference *differences; /* empty: both mean the same, and there are no steps */
    size_t difference_count;
    const char **kept; /* `trigger "audit" of table "users"`: not in the schema, and stays */
    size_t kept_count;
    /* SQLite: tables are built anew. `PRAGMA foreign_keys` has to be off before the transaction
     * begins (a DROP TABLE would delete the rows of children), PRAGMA foreign_key_check has to be
     * without rows before it is committed, and foreign_keys on again afterwards. diff_apply does
     * so; the text of a script has the pragmas around it, as Prisma writes them. */
    bool needs_foreign_keys_off;
} diff_plan;

/* NULL as a catalogue is an empty database, NULL as options the default. NULL with *err: no memory,
 * catalogues of different databases (MISUSE), or something that cannot be changed (UNSUPPORTED). */
diff_plan *diff_make(const catalogue *from, const catalogue *to, const diff_options *options,
                     tenon_error *err);
void diff_free(diff_plan *plan);

/* ---- showing --------------------------------------------------------------------------------- */

typedef enum diff_direction { DIFF_FORWARD, DIFF_REVERSE } diff_direction;
enum { DIFF_ALL_PARTS = -1 };

/* `-- CreateTable` above each step, a semicolon behind it; risks as a comment on top. The reverse
 * of a part that has none is a comment that says why. */
void diff_script_text(const diff_plan *plan, int part, diff_direction direction, tenon__buf *out);
/* `+ table "posts"`, `~ column "users"."age": type is integer, wanted bigint`, one a line. */
void diff_print(const diff_plan *plan, tenon__buf *out);
/* Differences, steps with their risks, questions and what is kept, as one JSON object. */
void diff_write_json(const diff_plan *plan, tenon__buf *out);

/* ---- running --------------------------------------------------------------------------------- */

/* What a probe found; only those that found something. */
typedef struct diff_finding {
    const diff_step *step;
    const diff_risk *risk;
    int64_t count;       /* of rows; -1: there was nothing to ask, or the probe failed */
    const char *problem; /* what the database said to a probe that failed; else NULL */
} diff_finding;

/* Of memory that is the session's. */
typedef struct diff_findings {
    diff_finding *items;
    size_t count;
} diff_findings;

typedef struct diff_apply_options {
    bool accepts_loss;
    /* Runs the steps of all parts to learn what the probes find, and rolls back. Steps that must
     * run alone are left out; where a later one misses them, what may be lost behind it counts as
     * found. */
    bool is_rehearsal;
    /* Called before each step; may be NULL. */
    void (*on_step)(void *context, const diff_step *step, size_t number);
    void *context;
} diff_apply_options;

/* Runs a plan: a transaction for each part; in it, step by step, the lock, the probes, the step.
 * False with the session's error, and then the part that failed has changed nothing: CONFLICT when
 * there are questions or a loss that is not accepted, VALIDATION when rows are in the way. The
 * findings are filled in either case; of a part that stops, those of all its steps before. */
bool diff_apply(tenon_session *s, const diff_plan *plan, const diff_apply_options *options,
                diff_findings *findings);

/* Drops all that stands in the namespaces of the catalogue (on SQLite: in the database), also what
 * the schema language has no word for. False with the session's error. */
bool diff_reset(tenon_session *s, const catalogue *found);

#endif
