/* Private to tool/diff: what the files that write SQL share. */
#ifndef TENON_DIFF_SQL_H
#define TENON_DIFF_SQL_H

#include "diff/plan.h"

/* The type as the DDL spells it: VARCHAR(20), "Color"[]. */
const char *diff_type_name(diff_maker *m, const catalogue_column *column);
/* "name" TYPE NOT NULL DEFAULT … */
void diff_write_column(diff_maker *m, const catalogue_column *column);

/* CREATE … INDEX; `concurrently` is "" or "CONCURRENTLY ". */
void diff_write_index(diff_maker *m, const catalogue_table *table, const catalogue_index *index,
                      const char *concurrently);

/* As the database has printed it, where it has, and with its comment. */
void diff_write_whole_index(diff_maker *m, const catalogue_table *table,
                            const catalogue_index *index);

/* The expression that makes a value of `to` of the column `from`; and the query that counts the
 * rows whose value would not come back unchanged. */
const char *diff_conversion_sql(diff_maker *m, const catalogue_column *from,
                                const catalogue_column *to);
const char *diff_conversion_probe(diff_maker *m, const catalogue_table *table,
                                  const catalogue_column *from, const catalogue_column *to);

/* Whether others may be using its table meanwhile: it is there before and after; and forms are
 * wanted that let them (postgresql.c). */
bool diff_is_concurrent(const diff_maker *m, const diff_change *change);

/* An enum that loses values, or sorts them otherwise, is made anew, and all its columns with it. */
bool diff_is_rebuilt_enum(const diff_maker *m, const catalogue_column *column);
/* Steps, each for all that it is called after (postgresql_enum.c, postgresql_table.c). */
void diff_plan_enum_makes(diff_maker *m);
void diff_plan_enum_additions(diff_maker *m);
void diff_plan_enum_rebuilds(diff_maker *m);
void diff_plan_enum_drops(diff_maker *m);
void diff_plan_table_drops(diff_maker *m);
void diff_plan_table_changes(diff_maker *m);
void diff_plan_table_makes(diff_maker *m);
/* The index of `to` that this one of `from` is, when it can stay. */
const catalogue_index *diff_index_kept_as(const diff_maker *m, const catalogue_index *index,
                                          const catalogue_table *from, const catalogue_table *to);
/* VALIDATE CONSTRAINT; `constraint` begins with its name. */
diff_step *diff_plan_validation(diff_maker *m, const catalogue_table *from,
                                const catalogue_table *to, const void *constraint);
/* Safe forms validate in a part of their own, for which the way back has no place.
 * Says of a step whose reverse adds something NOT VALID that it is not validated (postgresql.c). */
void diff_note_validation(diff_maker *m, diff_step *step, const char *kind, const char *name);
/* Checks of a table that is there before and after (postgresql_check.c). */
void diff_plan_check_drops(diff_maker *m, const catalogue_table *from, const catalogue_table *to);
void diff_plan_check_makes(diff_maker *m, const catalogue_table *from, const catalogue_table *to);
bool diff_is_made_check(const diff_maker *m, const catalogue_table *from, const catalogue_table *to,
                        const catalogue_check *check);
/* NOT NULL by the form that blocks nobody: the check, and what comes when it is validated. */
void diff_plan_required_checks(diff_maker *m);
void diff_plan_required_validations(diff_maker *m);
void diff_plan_required(diff_maker *m);

/* Primary keys and unique constraints (postgresql_key.c). CONSTRAINT … PRIMARY KEY (…) */
void diff_write_key(diff_maker *m, const catalogue_index *key);
/* ADD CONSTRAINT … UNIQUE; with `concurrently` by an index that is made before. */
void diff_write_unique(diff_maker *m, const catalogue_table *table, const catalogue_index *index,
                       const char *concurrently);
bool diff_is_key_kept(const diff_maker *m, const catalogue_table *from, const catalogue_table *to);
/* By an index of its own, in safe forms; else the key is changed with the columns. */
bool diff_swaps_key(const diff_maker *m, const catalogue_table *from, const catalogue_table *to);
/* Whether the ALTER TABLE of the columns drops or adds the key of `of`, which `other` does not
 * have; `is_old`: it is the one that was there before the plan. */
bool diff_key_goes_with_columns(const diff_maker *m, const catalogue_table *of,
                                const catalogue_table *other, bool is_old);
void diff_plan_key_name(diff_maker *m, const catalogue_table *from, const catalogue_table *to);
void diff_plan_key_index(diff_maker *m, const catalogue_table *from, const catalogue_table *to);
void diff_plan_key_swap(diff_maker *m, const catalogue_table *from, const catalogue_table *to);
void diff_plan_unique_constraint(diff_maker *m, const catalogue_table *from,
                                 const catalogue_table *to, const catalogue_index *index);

/* Comments (postgresql_comment.c); one without a text is none. */
typedef struct diff_comment {
    enum { DIFF_ON_TABLE, DIFF_ON_COLUMN, DIFF_ON_INDEX, DIFF_ON_CONSTRAINT, DIFF_ON_TYPE } kind;
    const catalogue_table *table; /* NULL: of a type */
    const char *namespace;        /* of a type */
    const char *name, *text;
} diff_comment;
/* `;` and COMMENT ON … on the way back; forward it is a step of its own. */
void diff_write_comment(diff_maker *m, diff_comment comment);
/* Those of a table and its columns. */
void diff_write_comments(diff_maker *m, const catalogue_table *table);
/* A step of its own. */
void diff_plan_comment(diff_maker *m, diff_comment comment);

/* Foreign keys (postgresql_foreign_key.c). CONSTRAINT … FOREIGN KEY … */
void diff_write_foreign_key(diff_maker *m, const catalogue_foreign_key *key);
/* The wanted key with what no schema can say of the old one; `old` may be NULL. */
const catalogue_foreign_key *diff_merge_foreign_key(diff_maker *m, const catalogue_foreign_key *key,
                                                    const catalogue_foreign_key *old);
void diff_plan_foreign_key_drops(diff_maker *m);
void diff_plan_foreign_key_makes(diff_maker *m, bool is_behind_keys);
void diff_plan_key_validations(diff_maker *m, const catalogue_table *from,
                               const catalogue_table *to, bool is_behind_keys);

/* Probes that both databases understand (probe.c). */
const char *diff_probe_rows(diff_maker *m, const catalogue_table *table);
const char *diff_probe_values(diff_maker *m, const catalogue_table *table, const char *column,
                              bool is_null);
const char *diff_probe_duplicates(diff_maker *m, const catalogue_table *table,
                                  const catalogue_index *index);
const char *diff_probe_orphans(diff_maker *m, const catalogue_table *table,
                               const catalogue_foreign_key *key);
const char *diff_probe_check(diff_maker *m, const catalogue_table *table,
                             const catalogue_check *check);
/* What a change of columns, or a new index, can do to the rows: risks of a step. */
void diff_add_column_risks(diff_maker *m, diff_step *step, const catalogue_table *from,
                           const catalogue_table *to);
void diff_add_index_risk(diff_maker *m, diff_step *step, const catalogue_table *table,
                         const catalogue_index *index);

#endif
