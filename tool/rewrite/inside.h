/* Private to tool/rewrite: a rewrite at work, and how its statements are put together.
 *
 * Statements are templates: {table}, {shadow}, {log} … stand for names that were quoted once, and
 * {columns}, {values}, {key} for lists made from the catalogue. Values travel as parameters. */
#ifndef TENON_REWRITE_INSIDE_H
#define TENON_REWRITE_INSIDE_H

#include "core/core.h"
#include "rewrite/rewrite.h"
#include "rows/rows.h"

#include <tenon/session.h>

enum { REWRITE_KEY_MOST = 8, REWRITE_WORDS_MOST = 64 };

typedef struct rewrite_word {
    const char *name, *text;
} rewrite_word;

typedef struct rewriter {
    const rewrite_options *options;
    rewrite_result *result;
    struct rewriter *next; /* whose table changes places together with this one */
    tenon_session *guard;  /* holds the locks that keep other rewrites away */
    tenon_session *s;      /* both are the first one's, and the others' too */
    tenon__arena arena;    /* names */
    tenon__arena scratch;  /* what one step reads */
    rewrite_word words[REWRITE_WORDS_MOST];
    size_t word_count;
    const char *oid;  /* of the table */
    const char *name; /* as in the catalogue */
    const char *key_names[REWRITE_KEY_MOST], *key_types[REWRITE_KEY_MOST];
    size_t key_count;
    const char *phase; /* of the state: "copy", "index", "follow", "validate" */
    const char *last;  /* text[] of the key up to which rows are copied; NULL: none */
    int64_t expected;
    struct switch_plan *plan; /* switch.c */
} rewriter;

/* ---- statements (statement.c) ---- */

/* What {name} stands for from now on; the text is copied. */
void rewrite_define(rewriter *r, const char *name, const char *text);
/* {name} stands for what {other} stands for now. */
void rewrite_alias(rewriter *r, const char *name, const char *other);
/* The template with its words replaced, in the arena of one step. NULL with the session's error. */
const char *rewrite_expand(rewriter *r, const char *template);
/* Runs SQL without an answer. */
bool rewrite_execute(rewriter *r, const char *template);
/* Rows of texts; the values are $1, $2 … */
bool rewrite_read(rewriter *r, const char *template, size_t columns, const char *const *values,
                  size_t value_count, rows *out);
/* The first cell. False with the session's error; *out is NULL for no row and for NULL. */
bool rewrite_ask(rewriter *r, const char *template, const char *const *values, size_t value_count,
                 const char **out);
/* For the rest of the transaction rows are looked up by their key, whatever the planner guesses of
 * tables that were filled a moment ago. */
bool rewrite_plan_by_key(rewriter *r, bool is_wanted);
/* Runs every statement that a query returns in its first column. */
bool rewrite_execute_each(rewriter *r, const rows *statements);
/* "{prefix}"name", …": a list of quoted names, or of any texts when not `is_quoted`. */
const char *rewrite_list(rewriter *r, const char *prefix, const char *const *items, size_t count,
                         const char *suffix_or_null, const char *const *suffixes);
void rewrite_tell(rewriter *r, rewrite_phase phase, int64_t count, const char *text);
bool rewrite_is_stopped(rewriter *r);
/* Runs `step` in a transaction that waits for locks no longer than the options say, again and again
 * after a pause when one was not to be had. */
bool rewrite_with_lock(rewriter *r, rewrite_phase phase, bool (*step)(rewriter *r));

/* ---- steps ---- */

/* The first of a chain opens its sessions, and the others have these. */
bool rewrite_open(rewriter *first, tenon_db *db, tenon_error *err);
void rewrite_close(rewriter *first);
bool rewrite_prepare(rewriter *r); /* prepare.c: or finds what an earlier run has prepared */
bool rewrite_columns(rewriter *r); /* columns.c: {columns}, {values}, {lower}, {upper}, … */
/* {lower} and {upper} are the range of keys behind $1 up to $2, of which either may be NULL; so are
 * {n_lower} and {n_upper} of the shadow. */
void rewrite_bound(rewriter *r, const char *last, const char *upper);
bool rewrite_copy(rewriter *r);         /* copy.c */
bool rewrite_note_indexes(rewriter *r); /* indexes.c: what the shadow shall have, and is without */
bool rewrite_index_key(rewriter *r);
bool rewrite_index_rest(rewriter *r);
bool rewrite_change_shadow(rewriter *r);         /* prepare.c: the change itself */
bool rewrite_follow(rewriter *r, bool is_whole); /* follow.c: until little is left */
bool rewrite_follow_under_lock(rewriter *r);
/* attached.c: refuses views that the change would alter; what tells views and publications of the
 * new table, to be read before the names change. */
bool rewrite_check_views(rewriter *r);
extern const char rewrite_view_locks_sql[], rewrite_views_sql[], rewrite_publications_sql[];
bool rewrite_compare(rewriter *r);    /* compare.c */
bool rewrite_switch(rewriter *first); /* switch.c: of all in the chain */
bool rewrite_finish(rewriter *r);     /* validates, drops, forgets */
bool rewrite_set_phase(rewriter *r, const char *phase);
/* The note of this rewrite, and the table of notes with the last one. */
bool rewrite_forget(rewriter *r);

#endif
