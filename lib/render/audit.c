/* The log of changes (@tenon.audit): reading it, and telling the database who acts before it
 * writes.
 *
 * The log is written by triggers (tool/ddl/audit.c), whose forms the statements here have to meet:
 * the key of a row is a JSON object that the database makes of the key's values, as a trigger makes
 * it of the columns. */
#include "render/sql.h"

#include <stddef.h>

void tenon__audit_name(tenon__buf *out, const char *schema, const char *table)
{
    tenon__buf_format(out, "%s%s%s", schema ? schema : "", schema ? "." : "", table);
}

/* Of very large and very small numbers SQLite needs more than 17 digits to get the last one right.
 */
static void write_float(tenon__buf *out, const char *v)
{
    tenon__buf_format(out,
                      "iif(abs(%s) < 9e999, json(printf(iif(abs(%s) BETWEEN 1e-90 AND 1e90, "
                      "'%%!.17g', '%%!.19g'), %s)), CAST(%s AS TEXT))",
                      v, v, v, v);
}

/* A number that SQLite stores as a float stands for the shortest text that reads as it. */
static void write_shortest(tenon__buf *out, const char *v)
{
    tenon__buf_format(out,
                      "iif(typeof(%s) = 'real', json(CASE %s WHEN CAST(printf('%%!.15g', %s) AS "
                      "REAL) THEN printf('%%!.15g', %s) WHEN CAST(printf('%%!.16g', %s) AS REAL) "
                      "THEN printf('%%!.16g', %s) ELSE printf('%%!.17g', %s) END), %s)",
                      v, v, v, v, v, v, v, v);
}

void tenon__audit_form(tenon__buf *out, tenon_kind kind, bool is_list, const char *value)
{
    const char *v = value;
    if (is_list || kind == TENON_KIND_JSON)
        tenon__buf_format(out, "iif(json_valid(%s), json(%s), %s)", v, v, v);
    else if (kind == TENON_KIND_BOOL)
        tenon__buf_format(out, "CASE %s WHEN 1 THEN json('true') WHEN 0 THEN json('false') END", v);
    else if (kind == TENON_KIND_FLOAT || kind == TENON_KIND_DOUBLE)
        write_float(out, v);
    else if (kind == TENON_KIND_DECIMAL)
        write_shortest(out, v);
    else if (kind == TENON_KIND_BYTES || kind == TENON_KIND_VECTOR || kind == TENON_KIND_PACKED)
        tenon__buf_format(out, "iif(%s IS NULL, NULL, '\\x' || lower(hex(%s)))", v, v);
    else
        tenon__buf_text(out, v);
}

/* ---- fields of the log ----------------------------------------------------------------------- */

#define TEXT(name_)                                                                                \
    {                                                                                              \
        .name = #name_, .column = #name_, .kind = TENON_KIND_TEXT, .pg_type = TENON_PG_TEXT,       \
        .flags = TENON_FIELD_NULLABLE, .precision = -1                                             \
    }
static const tenon_field fields[] = {TEXT(at),      TEXT(operation), TEXT(actor),  TEXT(reason),
                                     TEXT(context), TEXT(key),       TEXT(before), TEXT(after)};
#undef TEXT
static const tenon_field *const text_field = &fields[0];
static const tenon_field id_field = {.name = "id",
                                     .column = "id",
                                     .kind = TENON_KIND_INT64,
                                     .pg_type = TENON_PG_INT8,
                                     .precision = -1};

#define OUT(i, name)                                                                               \
    {                                                                                              \
        .kind = TENON__OUT_FIELD, .field = &fields[i], .offset = offsetof(tenon__audit_row, name)  \
    }
static const tenon__out outs[] = {
    {.kind = TENON__OUT_INT64, .offset = offsetof(tenon__audit_row, id)},
    OUT(0, at),
    OUT(1, operation),
    OUT(2, actor),
    OUT(3, reason),
    OUT(4, context),
    OUT(5, key),
    OUT(6, before),
    OUT(7, after),
};
#undef OUT

/* ---- reading --------------------------------------------------------------------------------- */

static void write_text_slot(tenon__sql *w)
{
    tenon__sql_any_slot(w, (tenon__slot){.field = text_field});
}

/* " AND " what stands before a value, the value, what stands behind it */
static void write_bound(tenon__sql *w, const char *before, const char *after)
{
    tenon__sql_add(w, " AND ");
    tenon__sql_add(w, before);
    write_text_slot(w);
    tenon__sql_add(w, after);
}

/* " AND "key" = json_object('id', $1)" */
static void write_key(tenon__sql *w)
{
    const tenon_unique *unique = &w->model->uniques[w->head.number];
    tenon__sql_add(w, " AND \"key\" = ");
    tenon__sql_add(w, w->dialect->log.object);
    for (uint16_t i = 0; i < unique->field_count; i++) {
        const tenon_field *field = &w->model->fields[unique->fields[i]];
        tenon__sql_add(w, i ? ", " : "(");
        tenon__sql_literal(w, field->column, strlen(field->column));
        tenon__sql_add(w, ", ");
        w->dialect->log.key(w, field);
    }
    tenon__sql_add(w, ")");
}

static void write_name(tenon__sql *w)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf name = {0};
    tenon__audit_name(&name, w->model->schema, w->model->table);
    w->failed |= name.failed;
    tenon__sql_literal(w, tenon__buf_string(&name), name.length);
}

void tenon__sql_audited(tenon__sql *w)
{
    const tenon__sql_log *log = &w->dialect->log;
    uint8_t asked = tenon__shape_next(&w->shape);
    tenon__sql_plain_layout(w, outs, TENON__COUNT(outs), sizeof(tenon__audit_row));
    tenon__sql_add(w, "SELECT ");
    tenon__sql_add(w, log->columns);
    tenon__sql_add(w, " FROM \"_tenon_audit\" WHERE \"table\" = ");
    write_name(w);
    if (asked & TENON__AUDITED_KEY)
        write_key(w);
    if (asked & TENON__AUDITED_ACTOR)
        write_bound(w, "\"actor\" = ", "");
    if (asked & TENON__AUDITED_SINCE)
        write_bound(w, log->since, log->time_end);
    if (asked & TENON__AUDITED_UNTIL)
        write_bound(w, log->until, log->time_end);
    if (asked & TENON__AUDITED_BEFORE) {
        tenon__sql_add(w, " AND \"id\" < ");
        tenon__sql_any_slot(w, (tenon__slot){.field = &id_field});
    }
    tenon__sql_add(w, " ORDER BY \"id\" DESC");
    tenon__sql_limit(w);
}

/* ---- who acts -------------------------------------------------------------------------------- */

void tenon__sql_note(tenon__sql *w)
{
    const char *const *at = w->dialect->log.note;
    for (size_t i = 0; i < TENON__AUDIT_NOTES; i++) {
        tenon__sql_add(w, *at++);
        write_text_slot(w);
    }
    tenon__sql_add(w, *at);
}

void tenon__sql_forget_note(tenon__sql *w)
{
    tenon__sql_add(w, "DELETE FROM \"_tenon_note\"");
}
