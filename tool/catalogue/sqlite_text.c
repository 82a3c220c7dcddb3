/* Reading the statements that SQLite keeps: what its pragmas leave out.
 *
 * The statements are correct, SQLite has run them, so this is no parser: it walks through the
 * definitions of a table, keeps an eye on the parentheses, and picks out the few clauses that tell
 * something new. The n-th REFERENCES is the n-th foreign key. */
#include "catalogue/read.h"
#include "catalogue/token.h"

#include <stdlib.h>
#include <strings.h>

typedef struct text_walk {
    catalogue_reader *r;
    catalogue_table *table;
    catalogue_column *column; /* whose definition it is; NULL in a constraint of the table */
    const char *at;
    catalogue_token token;
    const char *name; /* of CONSTRAINT, until the constraint has come */
    size_t foreign_keys;
    size_t checks_most;
} text_walk;

static void step(text_walk *w)
{
    w->token = catalogue_next_token(&w->at);
}

static bool is(const text_walk *w, const char *word)
{
    return catalogue_token_is(&w->token, word);
}

static bool is_end(const text_walk *w)
{
    return w->token.kind == CATALOGUE_END;
}

static const char *keep(text_walk *w, const char *start, const char *end)
{
    const char *text = tenon__arena_copy(&w->r->c->arena, start, (size_t)(end - start));
    w->r->has_failed_memory |= !text;
    return text;
}

static const char *keep_name(text_walk *w)
{
    const char *name = catalogue_token_name(&w->r->c->arena, &w->token);
    w->r->has_failed_memory |= !name;
    return name;
}

/* From an opening parenthesis to behind the closing one; what stands between them. */
static const char *group(text_walk *w)
{
    const char *start = w->at, *end;
    size_t depth = 0;
    do {
        depth += is(w, "(");
        depth -= is(w, ")");
        end = w->token.start;
        step(w);
    } while (depth && !is_end(w));
    while (start < end && (*start == ' ' || *start == '\n'))
        start++;
    while (start < end && (end[-1] == ' ' || end[-1] == '\n'))
        end--;
    return keep(w, start, end);
}

/* ---- clauses --------------------------------------------------------------------------------- */

static void add_check(text_walk *w, const char *expression)
{
    catalogue_table *t = w->table;
    if (t->check_count == w->checks_most) {
        size_t most = w->checks_most ? 2 * w->checks_most : 4;
        catalogue_check *more = catalogue_array(w->r, most, sizeof *more);
        if (!more)
            return;
        if (t->check_count)
            memcpy(more, t->checks, t->check_count * sizeof *more);
        t->checks = more;
        w->checks_most = most;
    }
    t->checks[t->check_count++] =
        (catalogue_check){.name = w->name, .expression = expression, .is_valid = true};
    w->name = NULL;
}

static catalogue_foreign_key *current_foreign_key(text_walk *w)
{
    return w->foreign_keys && w->foreign_keys <= w->table->foreign_key_count
               ? &w->table->foreign_keys[w->foreign_keys - 1]
               : NULL;
}

static void begin_reference(text_walk *w)
{
    w->foreign_keys++;
    catalogue_foreign_key *key = current_foreign_key(w);
    if (key)
        key->name = w->name;
    w->name = NULL;
    step(w);
}

/* [NOT] DEFERRABLE [INITIALLY DEFERRED | IMMEDIATE]; NOT was passed over. */
static void read_deferrable(text_walk *w, bool is_not)
{
    catalogue_foreign_key *key = current_foreign_key(w);
    step(w);
    if (key)
        key->is_deferrable = !is_not;
    if (!is(w, "INITIALLY"))
        return;
    step(w);
    if (key && !is_not)
        key->is_deferred = is(w, "DEFERRED");
    step(w);
}

/* A value may be a word that means something elsewhere; a sign belongs to its number. */
static void skip_default(text_walk *w)
{
    step(w);
    while (is(w, "+") || is(w, "-"))
        step(w);
    if (is(w, "("))
        group(w);
    else
        step(w);
}

/* PRIMARY KEY (id AUTOINCREMENT) of a table names its column inside. */
static void read_key(text_walk *w)
{
    w->name = NULL;
    step(w);
    if (is(w, "KEY"))
        step(w);
    if (!is(w, "("))
        return;
    const char *inside = group(w);
    if (!inside || w->column)
        return;
    catalogue_token t;
    do {
        t = catalogue_next_token(&inside);
        if (!catalogue_token_is(&t, "AUTOINCREMENT"))
            continue;
        for (size_t i = 0; i < w->table->column_count; i++)
            if (w->table->columns[i].identity == CATALOGUE_ROWID)
                w->table->columns[i].identity = CATALOGUE_ROWID_FOR_EVER;
    } while (t.kind != CATALOGUE_END);
}

static void read_collation(text_walk *w)
{
    step(w);
    if (w->column && !is(w, "BINARY"))
        w->column->collation = keep_name(w);
    step(w);
}

static void read_generated(text_walk *w)
{
    step(w);
    if (!is(w, "("))
        return;
    const char *expression = group(w);
    if (w->column)
        w->column->generated = expression;
}

static void read_clause(text_walk *w)
{
    if (is(w, "CONSTRAINT")) {
        step(w);
        w->name = keep_name(w);
        step(w);
    } else if (is(w, "CHECK")) {
        step(w);
        if (is(w, "("))
            add_check(w, group(w));
    } else if (is(w, "PRIMARY") || is(w, "UNIQUE")) {
        read_key(w);
    } else if (is(w, "REFERENCES")) {
        begin_reference(w);
    } else if (is(w, "NOT")) {
        step(w);
        if (is(w, "DEFERRABLE"))
            read_deferrable(w, true);
    } else if (is(w, "DEFERRABLE")) {
        read_deferrable(w, false);
    } else if (is(w, "DEFAULT")) {
        skip_default(w);
    } else if (is(w, "COLLATE")) {
        read_collation(w);
    } else if (is(w, "AS")) {
        read_generated(w);
    } else if (is(w, "AUTOINCREMENT")) {
        if (w->column)
            w->column->identity = CATALOGUE_ROWID_FOR_EVER;
        step(w);
    } else if (is(w, "(")) {
        group(w);
    } else {
        step(w);
    }
}

/* ---- tables ---------------------------------------------------------------------------------- */

static bool is_table_constraint(const text_walk *w)
{
    return is(w, "CONSTRAINT") || is(w, "PRIMARY") || is(w, "UNIQUE") || is(w, "CHECK") ||
           is(w, "FOREIGN");
}

static catalogue_column *column_named(const catalogue_table *t, const char *name)
{
    for (size_t i = 0; name && i < t->column_count; i++)
        if (!strcasecmp(t->columns[i].name, name))
            return &t->columns[i];
    return NULL;
}

static void read_definition(text_walk *w)
{
    w->column = NULL;
    w->name = NULL;
    if (!is_table_constraint(w)) {
        w->column = column_named(w->table, keep_name(w));
        step(w);
    }
    while (!is(w, ",") && !is(w, ")") && !is_end(w))
        read_clause(w);
}

bool catalogue_parse_sqlite_table(catalogue_reader *r, catalogue_table *t)
{
    text_walk w = {.r = r, .table = t, .at = t->definition};
    step(&w);
    while (!is(&w, "(") && !is_end(&w))
        step(&w);
    do {
        step(&w);
        read_definition(&w);
    } while (is(&w, ",") && !r->has_failed_memory);
    return !r->has_failed_memory;
}

/* ---- indexes --------------------------------------------------------------------------------- */

/* An expression without the collation and direction behind it, which the pragma tells. */
static const char *read_key_expression(text_walk *w)
{
    const char *start = w->token.start, *end = start;
    while (!is(w, ",") && !is(w, ")") && !is(w, "ASC") && !is(w, "DESC") && !is(w, "COLLATE") &&
           !is_end(w)) {
        if (is(w, "("))
            group(w);
        else
            step(w);
        end = w->token.start;
    }
    while (end > start && (end[-1] == ' ' || end[-1] == '\n'))
        end--;
    const char *expression = keep(w, start, end);
    while (!is(w, ",") && !is(w, ")") && !is_end(w))
        step(w);
    return expression;
}

static const char *rest(text_walk *w)
{
    const char *end = w->token.start + strlen(w->token.start);
    return keep(w, w->token.start, end);
}

/* CREATE [UNIQUE] INDEX [IF NOT EXISTS] name ON table (…) [WHERE …] */
bool catalogue_parse_sqlite_index(catalogue_reader *r, catalogue_index *index)
{
    text_walk w = {.r = r, .at = index->definition};
    step(&w);
    while (!is(&w, "(") && !is_end(&w))
        step(&w);
    for (size_t i = 0; i < index->key_count && !is(&w, ")") && !is_end(&w); i++) {
        step(&w);
        const char *expression = read_key_expression(&w);
        if (!index->keys[i].column)
            index->keys[i].expression = expression;
    }
    step(&w);
    if (is(&w, "WHERE")) {
        step(&w);
        index->predicate = rest(&w);
    }
    return !r->has_failed_memory;
}
