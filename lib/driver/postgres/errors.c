/* What went wrong, in tenon's terms.
 *
 * One table maps SQLSTATE codes and classes (their first two characters) to a status;
 * docs/errors.md shows it to users and a test compares the two. A message is the server's primary
 * message; its detail joins it except in the classes 22, 23 and 44, where it quotes data. Names of
 * tables, columns and constraints are passed on as the server gives them.
 *
 * Failures to connect carry no SQLSTATE in libpq's interface, only a text in the server's language.
 * So connections are begun with verbose messages, in which the code stands between colons. */
#include "driver/postgres/pg.h"

#include <stdio.h>

/* Sorted by code within a class, the class itself first; what stands nowhere is UNSUPPORTED. */
const tenon__pg_code tenon__pg_codes[] = {
    {"03", TENON_MISUSE},             /* SQL statement not yet complete */
    {"08", TENON_UNAVAILABLE},        /* connection exception */
    {"08P01", TENON_IO},              /* protocol violation */
    {"09", TENON_CONFLICT},           /* triggered action exception */
    {"0A", TENON_UNSUPPORTED},        /* feature not supported */
    {"0B", TENON_MISUSE},             /* invalid transaction initiation */
    {"0L", TENON_PERMISSION},         /* invalid grantor */
    {"0P", TENON_AUTH},               /* invalid role */
    {"20", TENON_MISUSE},             /* case not found */
    {"21", TENON_MISUSE},             /* cardinality violation */
    {"22", TENON_RANGE},              /* data exception */
    {"22007", TENON_TYPE},            /* invalid datetime format */
    {"22018", TENON_TYPE},            /* invalid character value for cast */
    {"22021", TENON_TYPE},            /* character not in repertoire */
    {"22023", TENON_MISUSE},          /* invalid parameter value */
    {"22030", TENON_TYPE},            /* duplicate JSON object key value */
    {"22032", TENON_TYPE},            /* invalid JSON text */
    {"2200M", TENON_TYPE},            /* invalid XML document */
    {"2200N", TENON_TYPE},            /* invalid XML content */
    {"22P02", TENON_TYPE},            /* invalid text representation */
    {"22P03", TENON_TYPE},            /* invalid binary representation */
    {"22P05", TENON_TYPE},            /* untranslatable character */
    {"23", TENON_CHECK},              /* integrity constraint violation */
    {"23001", TENON_FOREIGN_KEY},     /* restrict violation */
    {"23502", TENON_NOT_NULL},        /* not null violation */
    {"23503", TENON_FOREIGN_KEY},     /* foreign key violation */
    {"23505", TENON_UNIQUE},          /* unique violation */
    {"23514", TENON_CHECK},           /* check violation */
    {"23P01", TENON_EXCLUSION},       /* exclusion violation */
    {"24", TENON_MISUSE},             /* invalid cursor state */
    {"25", TENON_MISUSE},             /* invalid transaction state */
    {"25006", TENON_READ_ONLY},       /* read only SQL transaction */
    {"25P03", TENON_TIMEOUT},         /* idle in transaction session timeout */
    {"26", TENON_SERIALIZATION},      /* a prepared statement is gone: see run.c */
    {"27", TENON_CONFLICT},           /* triggered data change violation */
    {"28", TENON_AUTH},               /* invalid authorization specification */
    {"2B", TENON_CONFLICT},           /* dependent privilege descriptors still exist */
    {"2D", TENON_MISUSE},             /* invalid transaction termination */
    {"2F", TENON_MISUSE},             /* SQL routine exception */
    {"34", TENON_MISUSE},             /* invalid cursor name */
    {"38", TENON_MISUSE},             /* external routine exception */
    {"39", TENON_MISUSE},             /* external routine invocation exception */
    {"3B", TENON_MISUSE},             /* savepoint exception */
    {"3D", TENON_SCHEMA},             /* no such database */
    {"3F", TENON_SCHEMA},             /* no such schema */
    {"40", TENON_SERIALIZATION},      /* transaction rollback */
    {"40003", TENON_OUTCOME_UNKNOWN}, /* statement completion unknown */
    {"40P01", TENON_DEADLOCK},        /* deadlock detected */
    {"42", TENON_MISUSE},             /* syntax error or access rule violation */
    {"42501", TENON_PERMISSION},      /* insufficient privilege */
    {"42703", TENON_SCHEMA},          /* undefined column */
    {"42704", TENON_SCHEMA},          /* undefined object */
    {"42804", TENON_SCHEMA},          /* datatype mismatch */
    {"42883", TENON_SCHEMA},          /* undefined function */
    {"42P01", TENON_SCHEMA},          /* undefined table */
    {"44", TENON_CHECK},              /* with check option violation */
    {"53", TENON_BUSY},               /* insufficient resources */
    {"53100", TENON_DISK_FULL},       /* disk full */
    {"53200", TENON_NO_MEMORY},       /* out of memory */
    {"54", TENON_LIMIT},              /* program limit exceeded */
    {"55", TENON_LOCKED},             /* object not in prerequisite state */
    {"55P02", TENON_MISUSE},          /* cannot change run-time parameter */
    {"57", TENON_UNAVAILABLE},        /* operator intervention */
    {"57014", TENON_CANCELLED},       /* query cancelled */
    {"58", TENON_IO},                 /* system error */
    {"72", TENON_SERIALIZATION},      /* snapshot too old */
    {"F0", TENON_IO},                 /* configuration file error */
    {"HV", TENON_IO},                 /* foreign data wrapper error */
    {"P0", TENON_CHECK},              /* raised by a function of the database */
    {"XX", TENON_IO},                 /* internal error */
    {"XX001", TENON_CORRUPT},         /* data corrupted */
    {"XX002", TENON_CORRUPT},         /* index corrupted */
};
const size_t tenon__pg_code_count = TENON__COUNT(tenon__pg_codes);

tenon_status tenon__pg_status_of(const char *sqlstate)
{
    tenon_status status = TENON_UNSUPPORTED;
    for (size_t i = 0; i < tenon__pg_code_count; i++) {
        const char *code = tenon__pg_codes[i].sqlstate;
        if (strncmp(code, sqlstate, strlen(code)) == 0)
            status = tenon__pg_codes[i].status; /* a code stands behind its class */
    }
    return status;
}

static const struct {
    char sqlstate[6];
    const char *hint;
} hints[] = {
    {"25P02", "an earlier statement of this transaction failed: roll back"},
    {"26000", "the server has lost its prepared statements: roll back and run the unit of work "
              "again; behind "
              "a pooler of transactions say pooler=transaction in the URL"},
    {"28000", "check user and database in the URL and the server's pg_hba.conf"},
    {"28P01", "check user and password in the URL"},
    {"3D000", "create the database, or correct its name in the URL"},
    {"42501", "grant the role of the URL what it needs"},
    {"42703", "migrate the database, or change the schema and generate again"},
    {"42704", "migrate the database, or change the schema and generate again"},
    {"42804", "migrate the database, or change the schema and generate again"},
    {"42883", "migrate the database, or change the schema and generate again"},
    {"42P05", "a pooler gives its connections to several programs: say pooler=transaction in the "
              "URL (or pgbouncer=true)"},
    {"42P01", "migrate the database, or change the schema and generate again"},
    {"53300", "the server has no connection left: lower pool_max or raise its max_connections"},
};

/* A type of pgvector, in a database that does not have it. */
static bool lacks_vectors(const tenon_error *err)
{
    return strcmp(err->sqlstate, "42704") == 0 && strstr(err->message, "type \"vector\"");
}

static void add_hint(tenon_error *err, const char *servers)
{
    if (lacks_vectors(err)) {
        tenon__hint(err,
                    "it is of the extension vector (pgvector): say extensions = [vector] in the "
                    "datasource, or CREATE EXTENSION vector");
        return;
    }
    for (size_t i = 0; i < TENON__COUNT(hints); i++) {
        if (strcmp(hints[i].sqlstate, err->sqlstate) == 0)
            tenon__hint(err, "%s", hints[i].hint);
    }
    if (!err->hint[0] && servers)
        tenon__hint(err, "%s", servers);
}

/* ---- answers of the server ------------------------------------------------------------------- */

/* Details of these classes quote values of rows. */
static bool is_detail_secret(const char *sqlstate)
{
    return strncmp(sqlstate, "22", 2) == 0 || strncmp(sqlstate, "23", 2) == 0 ||
           strncmp(sqlstate, "44", 2) == 0;
}

static void copy_names(tenon_error *err, const tenon__connection *c)
{
    tenon__error_copy(err->model, sizeof err->model, tenon__pg_error_field(c, PG_DIAG_TABLE_NAME));
    tenon__error_copy(err->field, sizeof err->field, tenon__pg_error_field(c, PG_DIAG_COLUMN_NAME));
    tenon__error_copy(err->constraint, sizeof err->constraint,
                      tenon__pg_error_field(c, PG_DIAG_CONSTRAINT_NAME));
}

static void copy_sql(tenon_error *err, const tenon__connection *c)
{
    tenon__error_copy(err->sql, sizeof err->sql, c->running ? c->running->statement->sql : c->sql);
}

static bool is_writing(const tenon__connection *c)
{
    if (c->pieces.count)
        return c->pieces.may_write;
    return c->running ? c->running->statement->flags & TENON__WRITES : c->may_write;
}

/* Inside a transaction it goes with it. */
tenon_applied tenon__pg_applied_when_lost(const tenon__connection *c)
{
    if (!c->is_sent || !is_writing(c) || (c->in_transaction && !c->is_commit))
        return TENON_APPLIED_NO;
    return TENON_APPLIED_UNKNOWN;
}

bool tenon__pg_fail_result(tenon_error *err, const tenon__connection *c)
{
    const char *sqlstate = tenon__pg_error_field(c, PG_DIAG_SQLSTATE);
    const char *message = tenon__pg_error_field(c, PG_DIAG_MESSAGE_PRIMARY);
    const char *detail = tenon__pg_error_field(c, PG_DIAG_MESSAGE_DETAIL);
    if (!err || err->status)
        return false;
    if (!sqlstate) { /* made by libpq: it could not keep the result */
        tenon__fail(err, TENON_NO_MEMORY, "%s", PQresultErrorMessage(c->result));
        err->applied = is_writing(c) ? TENON_APPLIED_UNKNOWN : TENON_APPLIED_NO;
        return false;
    }
    bool has_detail = detail && !is_detail_secret(sqlstate);
    tenon__fail(err, tenon__pg_status_of(sqlstate), "%s%s%s%s", message ? message : "no message",
                has_detail ? " (" : "", has_detail ? detail : "", has_detail ? ")" : "");
    tenon__error_copy(err->sqlstate, sizeof err->sqlstate, sqlstate);
    copy_names(err, c);
    copy_sql(err, c);
    add_hint(err, tenon__pg_error_field(c, PG_DIAG_MESSAGE_HINT));
    return false;
}

/* ---- connections that are gone --------------------------------------------------------------- */

/* A text of libpq as one sentence. Its lines, one a host that was tried, are put in a row; those
 * that begin with a tab guess what may be the matter, which is what a hint is for. */
static void fail_with_text(tenon_error *err, tenon_status status, const char *text)
{
    char sentence[sizeof err->message] = "";
    size_t used = 0;
    for (size_t length; *text && used < sizeof sentence; text += length + (text[length] == '\n')) {
        length = strcspn(text, "\n");
        if (length && *text != '\t')
            used += (size_t)snprintf(sentence + used, sizeof sentence - used, "%s%.*s",
                                     used ? "; " : "", (int)length, text);
    }
    tenon__fail(err, status, "%s", sentence);
}

bool tenon__pg_fail_lost(tenon_error *err, tenon__connection *c)
{
    c->state = TENON__BROKEN;
    if (!err || err->status)
        return false;
    tenon_applied applied = tenon__pg_applied_when_lost(c);
    if (tenon__pg_error_field(c, PG_DIAG_SQLSTATE))
        tenon__pg_fail_result(err, c);
    else
        fail_with_text(err, TENON_UNAVAILABLE, PQerrorMessage(c->pg));
    bool is_unknown_commit = c->is_commit && c->is_sent;
    if (is_unknown_commit)
        err->status = TENON_OUTCOME_UNKNOWN;
    if (is_unknown_commit && !err->hint[0])
        tenon__hint(err, "look whether the transaction took place before running it again");
    err->applied = applied;
    copy_sql(err, c);
    return false;
}

bool tenon__pg_fail_client(tenon_error *err, tenon__connection *c)
{
    if (PQstatus(c->pg) == CONNECTION_BAD)
        return tenon__pg_fail_lost(err, c);
    fail_with_text(err, TENON_NO_MEMORY, PQerrorMessage(c->pg));
    return false;
}

/* ---- connections that never were ------------------------------------------------------------- */

static bool is_code(const char *text)
{
    for (int i = 0; i < 5; i++) {
        if (!(text[i] >= '0' && text[i] <= '9') && !(text[i] >= 'A' && text[i] <= 'Z'))
            return false;
    }
    return true;
}

/* The last ":  28P01: " of a verbose message; NULL when there is none. */
static const char *find_code(const char *message)
{
    const char *found = NULL;
    for (const char *at = message; (at = strstr(at, ":  ")); at++) {
        if (is_code(at + 3) && at[8] == ':' && at[9] == ' ')
            found = at + 3;
    }
    return found;
}

bool tenon__pg_fail_connect(tenon_error *err, const PGconn *pg)
{
    const char *message = PQerrorMessage(pg);
    const char *code = find_code(message);
    if (!code && PQconnectionNeedsPassword(pg)) { /* libpq's own failure, without a code */
        fail_with_text(err, TENON_AUTH, message);
        tenon__hint(err, "give the password in the URL, in PGPASSWORD or in ~/.pgpass");
        return false;
    }
    if (!code) {
        fail_with_text(err, TENON_UNAVAILABLE, message);
        tenon__hint(err, "check that the server runs and that host and port in the URL are right");
        return false;
    }
    char sqlstate[6] = {0};
    memcpy(sqlstate, code, 5);
    int length = (int)strcspn(code + 7, "\n");
    tenon__fail(err, tenon__pg_status_of(sqlstate), "%.*s", length, code + 7);
    if (err)
        tenon__error_copy(err->sqlstate, sizeof err->sqlstate, sqlstate);
    if (err)
        add_hint(err, NULL);
    return false;
}
