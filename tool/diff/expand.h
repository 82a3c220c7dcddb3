/* Private to tool/diff: a change in two halves, with both versions served in between.
 *
 * Three catalogues stand between `from` and `to`, made of their parts:
 *
 *     grown      all of `from`, and beside it what `to` adds; columns that change have a second one
 *     indexed    the same with the indexes that `to` asks for
 *     swapped    the second columns in the places of the first, what is dropped of columns gone
 *
 * Going from one to the next is a matter of ordinary plans; what no plan can say (functions that
 * keep columns in step, views, the swap) stands between them. */
#ifndef TENON_DIFF_EXPAND_H
#define TENON_DIFF_EXPAND_H

#include <assert.h>

#include "diff/sql.h"

#define EXPAND_MARK "_tenon_in_step"

typedef struct expand_column {
    const catalogue_column *old;     /* NULL: new */
    const catalogue_column *renamed; /* `old` under the name that it gets */
    const catalogue_column *new;     /* NULL: goes */
    const char *place;               /* the column that has the new version's values meanwhile */
    /* What keeps both in step: the value of `place` from the old version's columns, the value of
     * `old` from the new version's; NULL: nothing to be done. */
    const char *up, *down;
    bool is_twofold; /* `old` and `place` are two columns */
    bool is_lossy;   /* the values decide whether `up` gives them back */
} expand_column;

typedef struct expand_table {
    const catalogue_table *old, *renamed, *new;
    expand_column *columns; /* those of `new` in its order, then those that go */
    size_t count;
    bool is_in_step; /* has a function that keeps columns in step */
    bool has_view;
} expand_table;

typedef struct expand_enum {
    const catalogue_enum *old, *renamed, *new; /* `new` is a type of its own meanwhile */
} expand_enum;

typedef struct expand {
    diff_maker *m;
    const diff_expand *given;
    const catalogue *from, *to;
    expand_table *tables; /* those that are there before and after */
    size_t table_count;
    expand_enum *enums; /* those that are made anew */
    size_t enum_count;
} expand;

/* Says what cannot be done, and with what it could; the plan has failed. */
void expand_refuse(expand *e, const char *words, const char *hint);

/* Fills in tables and enums; m->from has the renames made (expand_read.c). */
void expand_read(expand *e);
const expand_enum *expand_enum_of(const expand *e, const catalogue_column *column);
/* "_tenon_new_age", within the length of a name. */
const char *expand_name(diff_maker *m, const char *name);

/* How a value comes from one side to the other where nobody has said it: SQL, or NULL where there
 * is no way (expand_value.c). */
const char *expand_up(expand *e, expand_column *column);
const char *expand_down(expand *e, const expand_column *column);

/* The catalogues between (expand_catalogue.c). */
const catalogue *expand_grown(expand *e);
const catalogue *expand_indexed(expand *e, const catalogue *grown);
const catalogue *expand_swapped(expand *e, const catalogue *indexed);
/* The index of `to` as it stands meanwhile, under `*name`; false when it is there already, or waits
 * for the second half. */
bool expand_index(expand *e, const expand_table *t, const catalogue_index *index,
                  catalogue_index *out);
/* Whether it goes with a column of the old version. */
bool expand_index_goes(const expand_table *t, const catalogue_index *index);
bool expand_key_goes(const expand_table *t, const catalogue_foreign_key *key);
bool expand_check_goes(const expand_table *t, const catalogue_check *check);

/* The name that an index made meanwhile gets by the swap. */
const char *expand_index_name(expand *e, const expand_table *t, const char *name);

/* What the steps of this part are written of: the change has it as `to`, and turned round as
 * `from`. */
typedef struct expand_part {
    expand *e;
    const expand_table *table; /* NULL: all of them */
} expand_part;
static inline const expand_part *expand_part_of(const diff_change *change)
{
    const expand_part *part = change->to ? change->to : change->from;
    assert(part);
    return part;
}
diff_step *expand_add_step(expand *e, const char *title, diff_writer *write,
                           const expand_table *table);

/* Steps, each for all tables (expand_step.c, expand_view.c, expand_swap.c). */
void expand_plan_schema(expand *e);
void expand_plan_functions(expand *e);
void expand_plan_filling(expand *e);
void expand_plan_views(expand *e);
void expand_plan_view_drops(expand *e);
void expand_plan_function_drops(expand *e);
void expand_plan_schema_drop(expand *e);
void expand_plan_guard(expand *e);
void expand_plan_swap(expand *e);
/* "a"."x" AS "y", …: a row of the table as one of the versions has it. */
void expand_write_row(expand *e, const expand_table *t, const char *row, bool is_new);

#endif
