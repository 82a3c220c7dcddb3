/* What a failure of SQLite means to the caller.
 *
 * One table maps extended result codes to statuses, most specific first; docs/errors.md has the
 * same table for people. Constraint failures name table and columns only in the message's text, so
 * it is taken apart here: that form has been the same since SQLite 3.8. A foreign key's name SQLite
 * does not know. */
#include "driver/sqlite/sqlite.h"

#include <errno.h>
#include <stdio.h>

typedef struct code_status {
    int code;
    tenon_status status;
} code_status;

/* Extended codes that mean something else than their primary code does. */
static const code_status extended_codes[] = {
    {SQLITE_BUSY_SNAPSHOT, TENON_SERIALIZATION}, {SQLITE_ERROR_SNAPSHOT, TENON_SERIALIZATION},
    {SQLITE_IOERR_NOMEM, TENON_NO_MEMORY},       {SQLITE_IOERR_CORRUPTFS, TENON_CORRUPT},
    {SQLITE_CONSTRAINT_UNIQUE, TENON_UNIQUE},    {SQLITE_CONSTRAINT_PRIMARYKEY, TENON_UNIQUE},
    {SQLITE_CONSTRAINT_ROWID, TENON_UNIQUE},     {SQLITE_CONSTRAINT_FOREIGNKEY, TENON_FOREIGN_KEY},
    {SQLITE_CONSTRAINT_NOTNULL, TENON_NOT_NULL}, {SQLITE_CONSTRAINT_DATATYPE, TENON_TYPE},
    {SQLITE_CONSTRAINT_COMMITHOOK, TENON_VETO},  {SQLITE_ERROR_MISSING_COLLSEQ, TENON_SCHEMA},
};

static const code_status primary_codes[] = {
    {SQLITE_ERROR, TENON_MISUSE},        {SQLITE_INTERNAL, TENON_MISUSE},
    {SQLITE_PERM, TENON_PERMISSION},     {SQLITE_ABORT, TENON_CANCELLED},
    {SQLITE_BUSY, TENON_BUSY},           {SQLITE_LOCKED, TENON_LOCKED},
    {SQLITE_NOMEM, TENON_NO_MEMORY},     {SQLITE_READONLY, TENON_READ_ONLY},
    {SQLITE_INTERRUPT, TENON_CANCELLED}, {SQLITE_IOERR, TENON_IO},
    {SQLITE_CORRUPT, TENON_CORRUPT},     {SQLITE_FULL, TENON_DISK_FULL},
    {SQLITE_CANTOPEN, TENON_IO},         {SQLITE_PROTOCOL, TENON_BUSY},
    {SQLITE_SCHEMA, TENON_SCHEMA},       {SQLITE_TOOBIG, TENON_LIMIT},
    {SQLITE_CONSTRAINT, TENON_CHECK},    {SQLITE_MISMATCH, TENON_TYPE},
    {SQLITE_MISUSE, TENON_MISUSE},       {SQLITE_NOLFS, TENON_UNSUPPORTED},
    {SQLITE_AUTH, TENON_PERMISSION},     {SQLITE_RANGE, TENON_MISUSE},
    {SQLITE_NOTADB, TENON_CORRUPT},
};

/* What SQLITE_ERROR says in words only. */
static const struct {
    const char *part;
    tenon_status status;
} error_words[] = {
    {"no such table", TENON_SCHEMA},
    {"no such column", TENON_SCHEMA},
    {"has no column named", TENON_SCHEMA},
    {"no such index", TENON_SCHEMA},
    {"integer overflow", TENON_RANGE},
    {"does not fit", TENON_RANGE},
    {"too many", TENON_LIMIT},
    {"parser stack overflow", TENON_LIMIT},
    {"Expression tree is too large", TENON_LIMIT},
};

static tenon_status find_code(const code_status *codes, size_t count, int code)
{
    for (size_t i = 0; i < count; i++) {
        if (codes[i].code == code)
            return codes[i].status;
    }
    return TENON_OK;
}

tenon_status tenon__sqlite_status(int code)
{
    tenon_status status = find_code(extended_codes, TENON__COUNT(extended_codes), code);
    if (status == TENON_OK)
        status = find_code(primary_codes, TENON__COUNT(primary_codes), code & 0xFF);
    return status == TENON_OK ? TENON_IO : status;
}

static tenon_status status_of_words(const char *message)
{
    for (size_t i = 0; i < TENON__COUNT(error_words); i++) {
        if (strstr(message, error_words[i].part))
            return error_words[i].status;
    }
    return TENON_MISUSE;
}

/* ---- names in messages ----------------------------------------------------------------------- */

static const tenon_model *model_of(const tenon__statement *statement)
{
    if (!statement)
        return NULL;
    if (statement->layout && statement->layout->model)
        return statement->layout->model;
    return statement->slot_count ? statement->slots[0].model : NULL;
}

static void copy_part(char *field, size_t size, const char *from, size_t length)
{
    char text[256];
    if (length >= sizeof text)
        length = tenon__utf8_cut(from, length, sizeof text - 1);
    memcpy(text, from, length);
    text[length] = '\0';
    tenon__error_copy(field, size, text);
}

/* Length of the table's name that the list of columns starts with. The statement's own table is
 * tried first, for a name may have a dot inside. */
static size_t table_length(const char *columns, const tenon__statement *statement)
{
    const tenon_model *model = model_of(statement);
    size_t length = model ? strlen(model->table) : 0;
    if (length && strncmp(columns, model->table, length) == 0 && columns[length] == '.')
        return length;
    return strcspn(columns, ".");
}

/* columns = table "." column { ", " table "." column } */
static void take_columns(const char *columns, const tenon__statement *statement, tenon_error *err)
{
    size_t table = table_length(columns, statement), length = 0;
    char fields[sizeof err->field] = "";
    copy_part(err->model, sizeof err->model, columns, table);
    for (const char *at = columns; *at;) {
        bool is_start = at == columns || (at[-1] == ' ' && at[-2] == ',');
        if (is_start && strncmp(at, columns, table) == 0 && at[table] == '.')
            at += table + 1;
        if (length + 1 < sizeof fields && *at)
            fields[length++] = *at;
        at += *at != '\0';
    }
    fields[length] = '\0';
    tenon__error_copy(err->field, sizeof err->field, fields);
}

/* "UNIQUE constraint failed: index 'name'" is that of an index on an expression. */
static void take_unique(const char *rest, const tenon__statement *statement, tenon_error *err)
{
    static const char index_word[] = "index '";
    size_t skipped = sizeof index_word - 1;
    if (strncmp(rest, index_word, skipped) == 0)
        copy_part(err->constraint, sizeof err->constraint, rest + skipped,
                  strcspn(rest + skipped, "'"));
    else
        take_columns(rest, statement, err);
}

static void take_names(const char *message, const tenon__statement *statement, tenon_error *err)
{
    static const char failed[] = "constraint failed: ";
    const char *rest = strstr(message, failed);
    const tenon_model *model = model_of(statement);
    if (model)
        tenon__error_copy(err->model, sizeof err->model, model->table);
    if (!rest)
        return;
    rest += sizeof failed - 1;
    if (err->status == TENON_UNIQUE || err->status == TENON_NOT_NULL)
        take_unique(rest, statement, err);
    else if (err->status == TENON_CHECK)
        tenon__error_copy(err->constraint, sizeof err->constraint, rest);
}

/* ---- whole errors ---------------------------------------------------------------------------- */

static tenon_status status_of(tenon__connection *connection, int code, const char *message)
{
    int primary = code & 0xFF;
    tenon_status status = tenon__sqlite_status(code);
    bool was_waiting = primary == SQLITE_INTERRUPT || primary == SQLITE_BUSY;
    if (was_waiting && tenon__sqlite_is_stopped(connection))
        return TENON_CANCELLED;
    if (was_waiting && connection->is_timed_out)
        return TENON_TIMEOUT;
    if (code == SQLITE_ERROR)
        return status_of_words(message);
    /* ON DELETE RESTRICT is a trigger of SQLite's own. */
    if (code == SQLITE_CONSTRAINT_TRIGGER && strcmp(message, "FOREIGN KEY constraint failed") == 0)
        return TENON_FOREIGN_KEY;
    if (primary == SQLITE_CANTOPEN && sqlite3_system_errno(connection->db) == EACCES)
        return TENON_PERMISSION;
    return status;
}

static const char *hint_of(tenon_status status)
{
    switch ((int)status) {
    case TENON_BUSY:
        return "another process holds the write lock; try again, or wait longer";
    case TENON_SCHEMA:
        return "bring the database up to the schema, or generate again from the schema it has";
    case TENON_DISK_FULL:
        return "make room; nothing of this statement was stored";
    case TENON_CORRUPT:
        return "the file is damaged or no SQLite database; restore a backup";
    default:
        return NULL;
    }
}

/* A write whose file could not be written or synchronised may come back from the log at the next
 * open. */
static tenon_applied applied_of(tenon_status status, const tenon__statement *statement)
{
    bool may_write = !statement || (statement->flags & TENON__WRITES);
    return status == TENON_IO && may_write ? TENON_APPLIED_UNKNOWN : TENON_APPLIED_NO;
}

tenon__progress tenon__sqlite_fail(tenon__connection *connection, int code,
                                   const tenon__statement *statement, tenon_error *err)
{
    const char *message = sqlite3_errmsg(connection->db);
    tenon_status status = status_of(connection, code, message);
    if (!err || err->status != TENON_OK)
        return TENON__FAILED;
    tenon__fail(err, status, "%s", message);
    err->sqlite_code = code;
    err->applied = applied_of(status, statement);
    take_names(message, statement, err);
    if (statement)
        tenon__error_copy(err->sql, sizeof err->sql, statement->sql);
    if (hint_of(status))
        tenon__hint(err, "%s", hint_of(status));
    return TENON__FAILED;
}
