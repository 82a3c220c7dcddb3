/* Statements that run outside of transactions, and so cannot be noted together with what they do.
 *
 * When a migrator died between sending one and noting its end, the next one has to find out what
 * became of it. For those on indexes and partitions the catalogue tells; those that merely bring
 * something into a state (VACUUM, REINDEX, ALTER SYSTEM, PRAGMA) can be run once more; of the rest
 * (a procedure that commits by itself) nobody knows, and a person has to say. */
#include "migrate/kind.h"
#include "migrate/migrator.h"

#include <stdio.h>

/* The name of what a statement is about, as it stands in the text. */
typedef struct subject {
    char schema[140], name[140], full[300];
} subject;

static tenon__scanner scan_text(const char *text)
{
    return (tenon__scanner){.dialect = TENON_POSTGRESQL, .at = text, .end = text + strlen(text)};
}

static bool is_name(const tenon__token *token)
{
    return token->kind == TENON__TOKEN_WORD || token->kind == TENON__TOKEN_NAME;
}

static void copy_token(char *out, size_t size, const tenon__token *token)
{
    snprintf(out, size, "%.*s", (int)token->length, token->text);
}

/* name | schema "." name; the token behind it in *next. */
static bool read_name(tenon__scanner *s, tenon__token first, subject *out, tenon__token *next)
{
    *out = (subject){0};
    if (!is_name(&first))
        return false;
    copy_token(out->name, sizeof out->name, &first);
    *next = tenon__scan(s);
    if (tenon__token_is(next, ".")) {
        memcpy(out->schema, out->name, sizeof out->schema);
        tenon__token second = tenon__scan(s);
        copy_token(out->name, sizeof out->name, &second);
        *next = tenon__scan(s);
    }
    snprintf(out->full, sizeof out->full, "%s%s%s", out->schema, out->schema[0] ? "." : "",
             out->name);
    return true;
}

static tenon__token skip_if_exists(tenon__scanner *s)
{
    tenon__scanner ahead = *s;
    if (tenon__sql_fits(&ahead, "IF NOT EXISTS")) {
        *s = ahead;
    } else {
        ahead = *s;
        if (tenon__sql_fits(&ahead, "IF EXISTS"))
            *s = ahead;
    }
    return tenon__scan(s);
}

/* The index that CREATE INDEX CONCURRENTLY makes lives in the schema of its table. False for other
 * statements, and for an index without a name. */
static bool read_created_index(const char *text, subject *index)
{
    subject table;
    tenon__token next;
    tenon__scanner s = scan_text(text), unique = s;
    if (!tenon__sql_fits(&s, "CREATE INDEX CONCURRENTLY")) {
        if (!tenon__sql_fits(&unique, "CREATE UNIQUE INDEX CONCURRENTLY"))
            return false;
        s = unique;
    }
    tenon__token first = skip_if_exists(&s);
    if (tenon__token_is(&first, "ON") || !read_name(&s, first, index, &next))
        return false;
    next = tenon__scan(&s);
    if (tenon__token_is(&next, "ONLY"))
        next = tenon__scan(&s);
    tenon__token behind;
    if (!read_name(&s, next, &table, &behind))
        return false;
    snprintf(index->full, sizeof index->full, "%s%s%s", table.schema, table.schema[0] ? "." : "",
             index->name);
    return true;
}

static bool read_dropped_index(const char *text, subject *index)
{
    tenon__token next;
    tenon__scanner s = scan_text(text);
    return tenon__sql_fits(&s, "DROP INDEX CONCURRENTLY") &&
           read_name(&s, skip_if_exists(&s), index, &next);
}

static bool read_detached(const char *text, subject *partition)
{
    tenon__token next;
    tenon__scanner s = scan_text(text);
    return tenon__sql_fits(&s, "ALTER TABLE * DETACH PARTITION") &&
           read_name(&s, tenon__scan(&s), partition, &next);
}

/* *state: "valid", "invalid", or NULL when there is no such index. */
static bool read_index_state(tenon_session *s, const subject *index, const char **state)
{
    const char *name = index->full;
    return tenon__query_one(s,
                            "SELECT CASE WHEN indisvalid THEN 'valid' ELSE 'invalid' END"
                            " FROM pg_index WHERE indexrelid = to_regclass($1)",
                            &name, 1, state);
}

static bool is_repeatable(tenon_dialect dialect, const char *text)
{
    static const char *const patterns[] = {"VACUUM", "REINDEX", "CLUSTER", "ALTER SYSTEM",
                                           "DISCARD"};
    for (size_t i = 0; i < TENON__COUNT(patterns); i++) {
        tenon__scanner s = scan_text(text);
        if (tenon__sql_fits(&s, patterns[i]))
            return true;
    }
    return dialect == TENON_SQLITE;
}

static bool find_detached(tenon_session *s, const subject *partition, tenon__outcome *out)
{
    const char *name = partition->full, *state;
    if (!tenon__query_one(s,
                          "SELECT CASE WHEN inhdetachpending THEN 'pending' ELSE 'attached' END"
                          " FROM pg_inherits WHERE inhrelid = to_regclass($1)",
                          &name, 1, &state))
        return false;
    *out = !state                       ? TENON__OUTCOME_DONE
           : !strcmp(state, "attached") ? TENON__OUTCOME_AGAIN
                                        : TENON__OUTCOME_UNKNOWN;
    return true;
}

bool tenon__outside_find(tenon_session *s, const tenon__piece *piece, tenon__outcome *out)
{
    subject about;
    const char *state;
    if (read_created_index(piece->text, &about)) {
        if (!read_index_state(s, &about, &state))
            return false;
        *out = state && !strcmp(state, "valid") ? TENON__OUTCOME_DONE : TENON__OUTCOME_AGAIN;
        return true;
    }
    if (read_dropped_index(piece->text, &about)) {
        if (!read_index_state(s, &about, &state))
            return false;
        *out = state ? TENON__OUTCOME_AGAIN : TENON__OUTCOME_DONE;
        return true;
    }
    if (read_detached(piece->text, &about))
        return find_detached(s, &about, out);
    bool can_repeat = is_repeatable(tenon__session_dialect(s), piece->text);
    *out = can_repeat ? TENON__OUTCOME_AGAIN : TENON__OUTCOME_UNKNOWN;
    return true;
}

bool tenon__outside_clean(tenon_session *s, const tenon__piece *piece)
{
    subject index;
    const char *state;
    char sql[400];
    if (tenon__session_dialect(s) != TENON_POSTGRESQL || !read_created_index(piece->text, &index))
        return true;
    if (!read_index_state(s, &index, &state))
        return false;
    if (!state || strcmp(state, "invalid") != 0)
        return true;
    snprintf(sql, sizeof sql, "DROP INDEX CONCURRENTLY IF EXISTS %s", index.full);
    return tenon_execute(s, sql);
}
