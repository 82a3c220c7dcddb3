/* The checks of SQLite's files.
 *
 * SQLite has no locks to fear but one, and cannot alter much: what is dangerous is what is lost,
 * and the rebuild that stands for the ALTER TABLE it does not have (a new table, its rows copied,
 * the old one dropped, the new one renamed). A DROP TABLE whose name is taken by a later rename is
 * such a rebuild. */
#include "lint/sqlite_words.h"

typedef struct reader {
    lint *lint;
    sqlite_statement *all;
    const sqlite_statement *at;
    bool has_foreign_keys_off, is_off_in_vain, is_in_transaction;
} reader;

static size_t match(const reader *r, const char *pattern, const char **names)
{
    return sqlite_match(r->at, pattern, names);
}

static bool is_one(const reader *r, const char *pattern)
{
    const char *names[SQLITE_NAMES];
    return match(r, pattern, names) > 0;
}

/* Speaks up for a check with this number. */
#define REPORT(r, number_, ...)                                                                    \
    ((r)->lint->number = (number_), lint_report((r)->lint, -1, __VA_ARGS__))

static bool is_new(const reader *r, const char *table)
{
    return lint_is_new_table(r->lint, table);
}

/* … and has it proved by the rows, where there is a connection. */
#define PROVE_ROWS(r, table, finding) sqlite_prove_rows((r)->lint, finding, table, "1")
#define PROVE_COLUMN(r, table, column, test, finding)                                              \
    sqlite_prove_column((r)->lint, finding, table, column, test)

/* ---- what is yet to come in the file ---- */

static bool comes_later(const reader *r, const char *pattern, size_t position, const char *name)
{
    const char *names[SQLITE_NAMES] = {0};
    for (size_t i = r->lint->step_index + 1; i < r->lint->file->step_count; i++)
        if (sqlite_match(&r->all[i], pattern, names) && !strcasecmp(names[position], name))
            return true;
    return false;
}

static bool is_rebuilt(const reader *r, const char *table)
{
    return comes_later(r, "ALTER TABLE % RENAME TO %", 1, table);
}

static bool is_checked_later(const reader *r)
{
    const char *names[SQLITE_NAMES];
    for (size_t i = r->lint->step_index + 1; i < r->lint->file->step_count; i++)
        if (sqlite_match(&r->all[i], "PRAGMA foreign_key_check", names))
            return true;
    return false;
}

/* The table that takes the name of this one. */
static lint_table *successor(const reader *r, const char *table)
{
    const char *names[SQLITE_NAMES] = {0};
    for (size_t i = r->lint->step_index + 1; i < r->lint->file->step_count; i++)
        if (sqlite_match(&r->all[i], "ALTER TABLE % RENAME TO %", names) &&
            !strcasecmp(names[1], table))
            return lint_find_table(r->lint, names[0]);
    return NULL;
}

/* ---- 3, 11, 12, 16: a rebuild, judged at its DROP TABLE ---- */

static lint_column *find_in(const lint_table *table, const char *name)
{
    for (lint_column *c = table->columns; c; c = c->next)
        if (!c->is_dropped && strcasecmp(c->name, name) == 0)
            return c;
    return NULL;
}

/* The copy gives NULL another value: coalesce("column", …). */
static bool is_coalesced(const reader *r, const char *column)
{
    for (size_t i = 0; i < r->lint->step_index; i++) {
        const sqlite_statement *s = &r->all[i];
        for (size_t at = sqlite_find(s, 0, "COALESCE"); at + 2 < s->count;
             at = sqlite_find(s, at + 1, "COALESCE"))
            if (strcasecmp(s->words[at + 2].text, column) == 0)
                return true;
    }
    return false;
}

static void compare_columns(const reader *r, const lint_table *old, const lint_table *made)
{
    for (const lint_column *c = old->columns; c; c = c->next) {
        const lint_column *kept = c->is_dropped ? c : find_in(made, c->name);
        if (!kept)
            PROVE_COLUMN(r, old->name, c->name, "IS NOT NULL",
                         REPORT(r, 3, "drops the column %s of %s with its values, by a rebuild",
                                c->name, old->name));
        else if (kept->is_required && !c->is_required && !is_coalesced(r, c->name))
            PROVE_COLUMN(r, old->name, c->name, "IS NULL",
                         REPORT(r, 16,
                                "%s of %s becomes NOT NULL, by a rebuild: fails where a row has "
                                "NULL",
                                c->name, old->name));
    }
}

static void compare_keys(const reader *r, const lint_table *old)
{
    for (const lint_key *k = old->keys; k; k = k->next) {
        bool is_index = (k->kind == LINT_INDEX || k->kind == LINT_UNIQUE) && k->name;
        if (is_index && !k->is_dropped &&
            !comes_later(r, "CREATE INDEX ?IF ?NOT ?EXISTS %", 0, k->name) &&
            !comes_later(r, "CREATE UNIQUE INDEX ?IF ?NOT ?EXISTS %", 0, k->name))
            REPORT(r, 12, "the rebuild of %s loses its index %s", old->name, k->name);
        if (k->kind == LINT_TRIGGER && !k->is_dropped &&
            !comes_later(r, "CREATE TRIGGER ?IF ?NOT ?EXISTS %", 0, k->name))
            REPORT(r, 12, "the rebuild of %s loses its trigger %s", old->name, k->name);
    }
}

static void judge_rebuild(const reader *r, const char *name)
{
    const lint_table *old = lint_find_table(r->lint, name), *made = successor(r, name);
    if (r->is_off_in_vain)
        REPORT(r, 11,
               "foreign_keys was switched off within a transaction, which does nothing: "
               "dropping %s deletes what refers to it",
               name);
    else if (!r->has_foreign_keys_off)
        REPORT(r, 11, "foreign_keys is on: dropping %s deletes what refers to it", name);
    if (!is_checked_later(r))
        REPORT(r, 12, "nothing checks after the rebuild of %s that no row refers to nothing", name);
    if (old && made)
        compare_columns(r, old, made);
    if (old)
        compare_keys(r, old);
}

static void drop_table(const reader *r)
{
    const char *names[SQLITE_NAMES];
    if (!match(r, "DROP TABLE ?IF ?EXISTS %", names) || is_new(r, names[0]))
        return;
    if (is_rebuilt(r, names[0]))
        judge_rebuild(r, names[0]);
    else
        PROVE_ROWS(r, names[0], REPORT(r, 2, "drops the table %s with its rows", names[0]));
}

/* ---- 3, 5, 15, 55, 74: ALTER TABLE ---- */

static void judge_added(const reader *r, const char *table, const char *column, size_t from)
{
    const sqlite_statement *s = r->at;
    size_t not = sqlite_find(s, from, "NOT");
    bool is_required = not +1 < s->count && sqlite_is(&s->words[not +1], "NULL");
    bool has_value = sqlite_find(s, from, "DEFAULT") < s->count ||
                     sqlite_find(s, from, "GENERATED") < s->count ||
                     sqlite_find(s, from, "AS") < s->count;
    if (is_required && !has_value)
        REPORT(r, 15, "adds %s to %s as NOT NULL without a default, which SQLite refuses", column,
               table);
    if (lint_find_column(r->lint, table, column))
        REPORT(r, 74, "%s has the column %s already", table, column);
}

static void rename_by_drop(const reader *r, const char *table, const char *column)
{
    const char *names[SQLITE_NAMES] = {0};
    for (size_t i = 0; i < r->lint->file->step_count; i++) {
        bool is_added = sqlite_match(&r->all[i], "ALTER TABLE % ADD ?COLUMN %", names) > 0;
        if (!is_added || strcasecmp(names[0], table) != 0)
            continue;
        lint_finding *finding =
            REPORT(r, 5, "drops %s of %s and adds %s: is it a rename?", column, table, names[1]);
        lint_set_rewrite(r->lint, finding, "ALTER TABLE %s RENAME COLUMN %s TO %s;",
                         lint_quote(r->lint, table), lint_quote(r->lint, column),
                         lint_quote(r->lint, names[1]));
        return;
    }
}

/* The last step of a rebuild, or a name that programs do not know. */
static void rename_table(const reader *r, const char *from, const char *to)
{
    const lint_table *taken = lint_find_table(r->lint, to);
    if (!is_new(r, from) && !taken)
        REPORT(r, 55, "renames the table %s: programs that run ask for the old name", from);
}

static void alter_table(const reader *r)
{
    const char *names[SQLITE_NAMES];
    size_t end;
    if (match(r, "ALTER TABLE % RENAME TO %", names)) {
        rename_table(r, names[0], names[1]);
    } else if (match(r, "ALTER TABLE % RENAME ?COLUMN % TO %", names)) {
        if (!is_new(r, names[0]))
            REPORT(r, 55, "renames %s of %s: programs that run ask for the old name", names[1],
                   names[0]);
    } else if (match(r, "ALTER TABLE % DROP ?COLUMN %", names)) {
        if (is_new(r, names[0]))
            return;
        PROVE_COLUMN(r, names[0], names[1], "IS NOT NULL",
                     REPORT(r, 3, "drops the column %s of %s with its values", names[1], names[0]));
        rename_by_drop(r, names[0], names[1]);
    } else if ((end = match(r, "ALTER TABLE % ADD ?COLUMN %", names)) && !is_new(r, names[0])) {
        judge_added(r, names[0], names[1], end);
    }
}

/* ---- 8, 14 ---- */

static void change_rows(const reader *r)
{
    const char *names[SQLITE_NAMES];
    if (sqlite_find(r->at, 0, "WHERE") < r->at->count)
        return;
    if (match(r, "DELETE FROM %", names) && !is_new(r, names[0])) {
        PROVE_ROWS(r, names[0], REPORT(r, 8, "deletes every row of %s", names[0]));
    } else if (match(r, "UPDATE % SET", names) && !is_new(r, names[0]) &&
               sqlite_find(r->at, 0, "FROM") == r->at->count) {
        lint_set_severity(REPORT(r, 8, "updates every row of %s", names[0]), LINT_WARNING);
    }
}

static void unique_index(const reader *r)
{
    const char *names[SQLITE_NAMES];
    lint_key *known = NULL;
    size_t end = match(r, "CREATE UNIQUE INDEX ?IF ?NOT ?EXISTS % ON %", names);
    if (!end || is_new(r, names[1]))
        return;
    lint_table *table = lint_find_table(r->lint, names[1]);
    /* What a rebuild makes again was there before. */
    if (lint_table_of_index(r->lint, names[0], &known) == table && known)
        return;
    lint_finding *finding = REPORT(
        r, 14, "the unique index %s of %s fails where rows have equal values", names[0], names[1]);
    sqlite_prove_unique(r->lint, finding, r->at, names[1], end);
}

/* ---- 48, 49: transactions ---- */

static bool is_begin(const reader *r)
{
    return is_one(r, "BEGIN");
}

static bool is_end(const reader *r)
{
    return is_one(r, "COMMIT") || is_one(r, "END") ||
           (is_one(r, "ROLLBACK") && sqlite_find(r->at, 0, "TO") == r->at->count);
}

static void follow_transaction(reader *r)
{
    if (is_begin(r) && r->is_in_transaction)
        REPORT(r, 48, "begins a transaction within a transaction, which SQLite refuses");
    if (is_end(r) && !r->is_in_transaction)
        REPORT(r, 48, "ends a transaction that this file did not begin: the migrator's own");
    if (is_begin(r))
        r->is_in_transaction = true;
    if (is_end(r))
        r->is_in_transaction = false;
}

static void follow_pragma(reader *r)
{
    if (!is_one(r, "PRAGMA foreign_keys") || r->at->count < 4)
        return;
    const sqlite_word *value = &r->at->words[3];
    bool is_off = sqlite_is(value, "OFF") || sqlite_is(value, "0") || sqlite_is(value, "FALSE");
    r->is_off_in_vain = is_off && r->is_in_transaction;
    r->has_foreign_keys_off = is_off && !r->is_in_transaction;
}

/* ---- learning ---- */

/* The word behind which a column's own words end. */
static size_t element_end(const sqlite_statement *s, size_t from, unsigned depth)
{
    while (from < s->count && s->words[from].depth >= depth &&
           !(s->words[from].depth == depth && sqlite_is(&s->words[from], ",")))
        from++;
    return from;
}

static bool is_table_rule(const sqlite_word *word)
{
    return sqlite_is(word, "CONSTRAINT") || sqlite_is(word, "PRIMARY") ||
           sqlite_is(word, "UNIQUE") || sqlite_is(word, "CHECK") || sqlite_is(word, "FOREIGN");
}

static bool has_words(const sqlite_statement *s, size_t from, size_t end, const char *one,
                      const char *two)
{
    for (; from + 1 < end; from++)
        if (sqlite_is(&s->words[from], one) && sqlite_is(&s->words[from + 1], two))
            return true;
    return false;
}

static void learn_element(reader *r, lint_table *table, size_t from, size_t end)
{
    const sqlite_statement *s = r->at;
    size_t references = sqlite_find(s, from, "REFERENCES");
    if (references + 1 < end) {
        lint_key *key = lint_add_key(r->lint, table, LINT_FOREIGN, NULL);
        if (key)
            key->target = s->words[references + 1].text;
    }
    if (from >= end || is_table_rule(&s->words[from]))
        return;
    if (find_in(table, s->words[from].text))
        REPORT(r, 74, "%s has the column %s twice", table->name, s->words[from].text);
    lint_column *column = lint_add_column(r->lint, table, s->words[from].text);
    if (column)
        column->is_required =
            has_words(s, from, end, "NOT", "NULL") || has_words(s, from, end, "PRIMARY", "KEY");
}

static void learn_table(reader *r, const char *name, size_t at)
{
    lint_table *table = lint_add_table(r->lint, name);
    if (!table || at >= r->at->count || !sqlite_is(&r->at->words[at], "("))
        return;
    table->is_known = true;
    for (at++; at < r->at->count && r->at->words[at].depth >= 1;) {
        size_t end = element_end(r->at, at, 1);
        learn_element(r, table, at, end);
        at = end + 1;
    }
}

static void learn_trigger(reader *r, const char *name)
{
    size_t on = sqlite_find(r->at, 0, "ON");
    lint_table *table =
        on + 1 < r->at->count ? lint_find_table(r->lint, r->at->words[on + 1].text) : NULL;
    lint_add_key(r->lint, table, LINT_TRIGGER, name);
}

static void learn_index(reader *r, const char *name, const char *table, lint_key_kind kind)
{
    lint_table *found = lint_find_table(r->lint, table);
    lint_add_key(r->lint, found ? found : lint_add_table(r->lint, table), kind, name);
}

/* A rename gives the rows of a rebuild back, so the table is no longer new. */
static void learn_rename(reader *r, const char *from, const char *to)
{
    lint_table *table = lint_find_table(r->lint, from);
    if (table)
        table->name = to;
}

static void learn_drop(reader *r, const char *name)
{
    lint_table *table = lint_find_table(r->lint, name);
    if (table)
        table->is_dropped = true;
}

/* An index or a trigger. */
static void learn_drop_of_key(reader *r, const char *name)
{
    lint_key *key = NULL;
    if (lint_table_of_index(r->lint, name, &key))
        key->is_dropped = true;
}

static void learn_alter(reader *r)
{
    const char *names[SQLITE_NAMES];
    if (match(r, "ALTER TABLE % RENAME TO %", names)) {
        learn_rename(r, names[0], names[1]);
    } else if (match(r, "ALTER TABLE % RENAME ?COLUMN % TO %", names)) {
        lint_column *column = lint_find_column(r->lint, names[0], names[1]);
        if (column)
            column->name = names[2];
    } else if (match(r, "ALTER TABLE % DROP ?COLUMN %", names)) {
        lint_column *column = lint_find_column(r->lint, names[0], names[1]);
        if (column)
            column->is_dropped = true;
    } else if (match(r, "ALTER TABLE % ADD ?COLUMN %", names)) {
        lint_add_column(r->lint, lint_find_table(r->lint, names[0]), names[1]);
    }
}

static void learn(reader *r)
{
    const char *names[SQLITE_NAMES];
    size_t end;
    if ((end = match(r, "CREATE ?TEMP ?TEMPORARY TABLE ?IF ?NOT ?EXISTS %", names)))
        learn_table(r, names[0], end);
    else if (match(r, "CREATE INDEX ?IF ?NOT ?EXISTS % ON %", names))
        learn_index(r, names[0], names[1], LINT_INDEX);
    else if (match(r, "CREATE UNIQUE INDEX ?IF ?NOT ?EXISTS % ON %", names))
        learn_index(r, names[0], names[1], LINT_UNIQUE);
    else if (match(r, "CREATE ?TEMP ?TEMPORARY TRIGGER ?IF ?NOT ?EXISTS %", names))
        learn_trigger(r, names[0]);
    else if (match(r, "DROP TABLE ?IF ?EXISTS %", names))
        learn_drop(r, names[0]);
    else if (match(r, "DROP INDEX ?IF ?EXISTS %", names) ||
             match(r, "DROP TRIGGER ?IF ?EXISTS %", names))
        learn_drop_of_key(r, names[0]);
    else
        learn_alter(r);
}

/* ---- the whole ---- */

static void judge_statement(reader *r)
{
    follow_transaction(r);
    follow_pragma(r);
    drop_table(r);
    alter_table(r);
    change_rows(r);
    unique_index(r);
    learn(r);
}

void lint_judge_sqlite(lint *l)
{
    reader r = {.lint = l};
    sqlite_split(l, &r.all);
    lint_plan_steps(l);
    for (size_t i = 0; i < l->file->step_count && !l->failed; i++) {
        l->step_index = i;
        l->step = &l->file->steps[i];
        r.at = &r.all[i];
        judge_statement(&r);
    }
    l->number = 49;
    if (r.is_in_transaction && l->file->step_count)
        lint_report(l, -1, "the file ends and its transaction does not: nothing of it stays");
}
