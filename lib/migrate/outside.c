/* Statements that run outside of transactions, and so cannot be noted together with what they do.
 *
 * When a migrator died between sending one and noting its end, the next one has to find out what
 * became of it. For those on indexes and partitions the catalogue tells; those that merely bring
 * something into a state (VACUUM, REINDEX, ALTER SYSTEM, PRAGMA) can be run once more, and so can
 * what says `tenon:repeatable` of itself; of the rest (a procedure that commits by itself) nobody
 * knows, and a person has to say. */
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

/* ALTER TABLE [IF EXISTS] [ONLY] parent DETACH PARTITION partition */
static bool read_detached(const char *text, subject *parent, subject *partition)
{
    tenon__token next;
    tenon__scanner s = scan_text(text), ahead = s;
    if (!tenon__sql_fits(&ahead, "ALTER TABLE * DETACH PARTITION") ||
        !tenon__sql_fits(&s, "ALTER TABLE"))
        return false;
    tenon__token first = skip_if_exists(&s);
    if (tenon__token_is(&first, "ONLY"))
        first = tenon__scan(&s);
    return read_name(&s, first, parent, &next) &&
           read_name(&ahead, tenon__scan(&ahead), partition, &next);
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

static bool fits_one(const char *const *patterns, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++) {
        tenon__scanner s = scan_text(text);
        if (tenon__sql_fits(&s, patterns[i]))
            return true;
    }
    return false;
}

static bool is_repeatable(tenon_dialect dialect, const char *text)
{
    static const char *const patterns[] = {"VACUUM", "REINDEX", "CLUSTER", "ALTER SYSTEM",
                                           "DISCARD"};
    return dialect == TENON_SQLITE || strstr(text, "tenon:repeatable") ||
           fits_one(patterns, TENON__COUNT(patterns), text);
}

/* *state: "attached", "pending", or NULL when it is a table like any other. */
static bool read_detachment(tenon_session *s, const subject *partition, const char **state)
{
    const char *name = partition->full;
    return tenon__query_one(s,
                            "SELECT CASE WHEN inhdetachpending THEN 'pending' ELSE 'attached' END"
                            " FROM pg_inherits WHERE inhrelid = to_regclass($1)",
                            &name, 1, state);
}

bool tenon__outside_find(tenon_session *s, const tenon__piece *piece, tenon__outcome *out)
{
    subject about, parent;
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
    if (read_detached(piece->text, &parent, &about)) {
        if (!read_detachment(s, &about, &state))
            return false;
        *out = state ? TENON__OUTCOME_AGAIN : TENON__OUTCOME_DONE;
        return true;
    }
    bool can_repeat = is_repeatable(tenon__session_dialect(s), piece->text);
    *out = can_repeat ? TENON__OUTCOME_AGAIN : TENON__OUTCOME_UNKNOWN;
    return true;
}

static bool write_index_cleaning(tenon_session *s, const subject *index, tenon__buf *sql)
{
    const char *state;
    if (!read_index_state(s, index, &state))
        return false;
    if (state && !strcmp(state, "invalid"))
        tenon__buf_format(sql, "DROP INDEX CONCURRENTLY IF EXISTS %s", index->full);
    return !sql->failed || tenon__fail_no_memory(tenon__session_error(s));
}

static bool write_detachment_cleaning(tenon_session *s, const subject *parent,
                                      const subject *partition, tenon__buf *sql)
{
    const char *state;
    if (!read_detachment(s, partition, &state))
        return false;
    if (state && !strcmp(state, "pending"))
        tenon__buf_format(sql, "ALTER TABLE %s DETACH PARTITION %s FINALIZE", parent->full,
                          partition->full);
    return !sql->failed || tenon__fail_no_memory(tenon__session_error(s));
}

bool tenon__outside_cleaning(tenon_session *s, const tenon__piece *piece, bool is_begun,
                             tenon__buf *sql)
{
    subject about, parent;
    if (tenon__session_dialect(s) != TENON_POSTGRESQL)
        return true;
    if (read_created_index(piece->text, &about))
        return write_index_cleaning(s, &about, sql);
    if (is_begun && read_detached(piece->text, &parent, &about))
        return write_detachment_cleaning(s, &parent, &about, sql);
    return true;
}

/* Those that nobody queues up behind may be patient, the more so as a build that gives up has
 * worked for nothing; VACUUM FULL and its like lock a table, and may not. A procedure that gave up
 * half-way would leave nobody knowing how far it came: it has to limit itself. */
int64_t tenon__outside_wait_us(const tenon_migrate_options *options, const tenon__piece *piece)
{
    static const char *const patient[] = {
        "CREATE INDEX CONCURRENTLY",
        "CREATE UNIQUE INDEX CONCURRENTLY",
        "DROP INDEX CONCURRENTLY",
        "REINDEX * CONCURRENTLY",
        "ALTER TABLE",
        "VACUUM",
    };
    static const char *const locking[] = {"VACUUM FULL", "VACUUM ( FULL"};
    if (tenon__piece_is_routine(piece))
        return -1;
    bool is_patient = fits_one(patient, TENON__COUNT(patient), piece->text) &&
                      !fits_one(locking, TENON__COUNT(locking), piece->text);
    return is_patient ? options->outside_wait_us : options->lock_timeout_us;
}
