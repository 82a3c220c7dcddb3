/* Private to tool/diff: a plan under construction.
 *
 * A change is a pair, one thing before and after: `from` is NULL when it is made, `to` when it is
 * dropped. Writers turn a change into SQL, so that the reverse of a step is what the same writer
 * says of the pair turned round. `from` of the maker has the renames made already: from the second
 * step on all names are the new ones. */
#ifndef TENON_DIFF_PLAN_H
#define TENON_DIFF_PLAN_H

#include "diff/diff.h"

typedef struct diff_maker {
    const catalogue *from, *to; /* never NULL */
    const diff_options *options;
    diff_plan *plan;
    tenon__arena *arena; /* the plan's */
    const char *default_namespace;
    size_t step_capacity, question_capacity, difference_capacity, kept_capacity;
    const diff_rename **values; /* SQLite: rows have them under their old names */
    size_t value_count, value_capacity;
    tenon__buf text;   /* the SQL or the words being written */
    diff_step nobodys; /* what is said of a step that is none goes here */
    bool is_reverse;   /* it is the way back that is being written */
    tenon_error *err;
    bool failed;
} diff_maker;

typedef struct diff_change {
    const catalogue_table *from_table, *to_table; /* what it belongs to */
    const void *from, *to;
} diff_change;

typedef void diff_writer(diff_maker *m, const diff_change *change);

/* ---- text (text.c) ---- */

/* Adds to m->text: %s text, %I an identifier, %L a literal, %T a table (const catalogue_table *),
 * %N a qualified name (namespace, name), %z a number (size_t). */
void diff_write(diff_maker *m, const char *format, ...);
/* What diff_write has written since the last take, in the plan's memory. */
const char *diff_take(diff_maker *m);
/* diff_write and diff_take in one. */
const char *diff_say(diff_maker *m, const char *format, ...);
/* "a", "b" of texts and of the columns of an index. */
void diff_write_names(diff_maker *m, const char *const *names, size_t count);
void diff_write_keys(diff_maker *m, const catalogue_index *index);
void *diff_array(diff_maker *m, size_t count, size_t size);
/* A list in the arena with room for one more: list = diff_grow(…); NULL notes the failure. */
void *diff_grow(diff_maker *m, void *list, size_t count, size_t *capacity, size_t size);

/* ---- steps and differences (plan.c) ---- */

diff_change diff_turned(const diff_change *change);
/* Never NULL: when memory is exhausted, a step that is nobody's. The step's lock is that of
 * `to_table` when the change has one that was there before. */
diff_step *diff_add_step(diff_maker *m, const char *title, diff_writer *write, diff_change change);
void diff_add_loss(diff_maker *m, diff_step *step, const char *words, const char *probe);
void diff_add_failure(diff_maker *m, diff_step *step, const char *words, const char *hint,
                      const char *probe);
void diff_lock(diff_maker *m, diff_step *step, const catalogue_table *table);
void diff_add_difference(diff_maker *m, diff_sign sign, const char *name, const char *words);
void diff_add_question(diff_maker *m, diff_question question);
void diff_keep(diff_maker *m, const char *words);

/* ---- meaning (same.c, same_default.c) ---- */

bool diff_same_text(const char *a, const char *b); /* either may be NULL */
bool diff_same_namespace(const diff_maker *m, const char *a, const char *b);
bool diff_same_type(const diff_maker *m, const catalogue_column *a, const catalogue_column *b);
bool diff_same_default(const diff_maker *m, const catalogue_column *a, const catalogue_column *b);
/* Of PostgreSQL: both are constants of the type with this name, and the same value. */
bool diff_same_constant(const char *a, const char *b, const char *type);
bool diff_same_required(const catalogue_column *a, const catalogue_column *b);
bool diff_counts(const catalogue_column *column); /* numbers its rows by itself */
bool diff_same_column(const diff_maker *m, const catalogue_column *a, const catalogue_column *b);
bool diff_same_keys(const catalogue_index *a, const catalogue_index *b);
bool diff_same_index(const diff_maker *m, const catalogue_index *a, const catalogue_index *b);
bool diff_same_foreign_key(const diff_maker *m, const catalogue_foreign_key *a,
                           const catalogue_foreign_key *b);
bool diff_same_check(const diff_maker *m, const catalogue_check *a, const catalogue_check *b);

/* ---- what belongs together (match.c) ---- */

/* The table of the other side, of the same name. */
const catalogue_table *diff_from_table(const diff_maker *m, const catalogue_table *to);
const catalogue_table *diff_to_table(const diff_maker *m, const catalogue_table *from);
const catalogue_enum *diff_from_enum(const diff_maker *m, const catalogue_enum *to);
const catalogue_enum *diff_to_enum(const diff_maker *m, const catalogue_enum *from);
bool diff_is_table(const catalogue_table *t); /* not a view, not foreign, not a partition */
/* A foreign key can refer by it. */
bool diff_is_index_for_key(const catalogue_index *index, const catalogue_foreign_key *key);
/* The schema has no word for it: it stays; a foreign key only while its columns do, and its target
 * has an index for it. */
bool diff_is_kept_index(const diff_maker *m, const catalogue_table *from,
                        const catalogue_index *index);
bool diff_is_kept_foreign_key(const diff_maker *m, const catalogue_table *from,
                              const catalogue_foreign_key *key);
bool diff_is_kept_check(const diff_maker *m, const catalogue_table *from,
                        const catalogue_check *check);
/* Something that names a column which `to` does not have, or compares one that is of another kind
 * there: it goes with the column. */
bool diff_is_lost_index(const diff_maker *m, const catalogue_table *from, const catalogue_table *to,
                        const catalogue_index *index);
bool diff_is_lost_check(const diff_maker *m, const catalogue_table *from, const catalogue_table *to,
                        const catalogue_check *check);
/* One that stays has the name that is wanted: it does what is wanted. */
bool diff_has_kept_namesake(const diff_maker *m, const catalogue_table *from,
                            const catalogue_table *to, const catalogue_index *index);
/* A column that cannot be converted is dropped and made anew, and all that stands on it too. */
bool diff_is_replaced(const diff_maker *m, const catalogue_table *from, const catalogue_table *to,
                      const char *column);
/* The thing of the other table that is the same but perhaps for its name; NULL when there is none.
 * Those that have the same name are found first, so that each is found once. */
const catalogue_index *diff_match_index(const diff_maker *m, const catalogue_index *index,
                                        const catalogue_table *of, const catalogue_table *in);
const catalogue_foreign_key *diff_match_foreign_key(const diff_maker *m,
                                                    const catalogue_foreign_key *key,
                                                    const catalogue_table *of,
                                                    const catalogue_table *in);
const catalogue_check *diff_match_check(const diff_maker *m, const catalogue_check *check,
                                        const catalogue_table *in);

/* ---- conversions (convert.c) ---- */

typedef enum diff_conversion {
    DIFF_CONVERTS, /* every value of the one is a value of the other */
    DIFF_MAY_LOSE, /* there is a cast; the values decide */
    DIFF_NO_CAST   /* no way from the one to the other */
} diff_conversion;
/* PostgreSQL. */
diff_conversion diff_conversion_of(const diff_maker *m, const catalogue_column *from,
                                   const catalogue_column *to);

/* ---- renames (rename.c, rename_guess.c) ---- */

/* Its tables and enums can be changed, the rest is shared. */
catalogue *diff_copy_catalogue(diff_maker *m, const catalogue *from);

/* Adds the steps of the renames that are said, and gives `from` as it is after them: a catalogue of
 * the plan's memory, or `from` itself. */
const catalogue *diff_make_renames(diff_maker *m, const catalogue *from);
/* Copies its names into the plan. */
void diff_keep_names(diff_maker *m, diff_rename *rename);
const char *diff_old_namespace(const diff_rename *rename);
/* The text with names (quote is `"`) or literals (`'`) replaced, word by word; the text itself when
 * there is nothing to replace. */
const char *diff_replace(diff_maker *m, const char *text, const char *quote,
                         const diff_rename *rename);
/* Whether a word of the text is this name; the text may be NULL. */
bool diff_names(const char *text, const char *name);
bool diff_has_value(const catalogue_enum *e, const char *value);
/* Values that both have, in the same order (postgresql_enum.c). */
bool diff_has_same_order(const catalogue_enum *from, const catalogue_enum *to);
/* SQLite (sqlite_values.c): notes a renamed value, which the rows are to get. */
bool diff_rename_stored_value(diff_maker *m, const catalogue *from, const diff_rename *rename);
/* Adds a question for each probable rename that nobody has answered. */
void diff_guess_renames(diff_maker *m);

/* ---- the two databases ---- */

/* Before the renames, which may move something to a new one. */
void diff_plan_namespaces(diff_maker *m);
void diff_plan_postgresql(diff_maker *m);
void diff_plan_sqlite(diff_maker *m);
/* All of it, in two halves (expand.c). */
void diff_plan_expand(diff_maker *m, const catalogue *from);
/* The triggers of the log of changes (logs.c): before all else, behind all else, in words. */
void diff_plan_log_drops(diff_maker *m);
void diff_plan_log_makes(diff_maker *m);
void diff_tell_logs(diff_maker *m);
/* Behind `;`: those of a table that the way back makes again. */
void diff_write_old_logs(diff_maker *m, const catalogue_table *table);
/* Differences and what is kept, in words (words.c). */
void diff_tell(diff_maker *m);

#endif
