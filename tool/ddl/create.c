/* The entries: build the script by dialect, print it, and give the parts of it that others compare
 * with. */
#include "ddl/write.h"

static void write_column_default(ddl_writer *w, const schema_field *field)
{
    static void (*const dialects[])(ddl_writer *, const schema_field *) = {
        [TENON_POSTGRESQL] = ddl_postgresql_default,
        [TENON_SQLITE] = ddl_sqlite_default,
    };
    dialects[w->dialect](w, field);
}

void ddl_default(ddl_writer *w, const schema_field *field)
{
    static const char word[] = " DEFAULT ";
    size_t before = w->text.length;
    ddl_text(w, word);
    write_column_default(w, field);
    if (!w->text.failed && w->text.length == before + sizeof word - 1)
        w->text.data[w->text.length = before] = '\0';
}

static void write_column_type(ddl_writer *w, const schema_field *field)
{
    if (w->dialect == TENON_POSTGRESQL)
        ddl_postgresql_type(w, field);
    else
        ddl_text(w, ddl_sqlite_type(w, field));
}

/* What `write` writes of a field, without a script around it. */
static bool write_part(const schema *s, tenon_dialect dialect, const schema_field *field,
                       void (*write)(ddl_writer *, const schema_field *), tenon__buf *out,
                       tenon_error *err)
{
    ddl_writer w = {.schema = s, .dialect = dialect, .err = err};
    write(&w, field);
    bool is_written = !w.failed && !w.text.failed;
    if (is_written)
        tenon__buf_text(out, tenon__buf_string(&w.text));
    tenon__buf_release(&w.text);
    return (is_written && !out->failed) || tenon__fail_no_memory(err);
}

bool ddl_column_type(const schema *s, tenon_dialect dialect, const schema_field *field,
                     tenon__buf *out, tenon_error *err)
{
    return write_part(s, dialect, field, write_column_type, out, err);
}

bool ddl_column_default(const schema *s, tenon_dialect dialect, const schema_field *field,
                        tenon__buf *out, tenon_error *err)
{
    return write_part(s, dialect, field, write_column_default, out, err);
}

static bool create(const schema *s, tenon_dialect dialect, void (*write)(ddl_writer *),
                   ddl_script *out, tenon_error *err)
{
    *out = (ddl_script){0};
    ddl_writer w = {.schema = s, .dialect = dialect, .script = out, .err = err};
    write(&w);
    tenon__buf_release(&w.text);
    if (!w.failed)
        return true;
    ddl_script_release(out);
    return tenon__fail_no_memory(err);
}

bool ddl_create(const schema *s, tenon_dialect dialect, ddl_script *out, tenon_error *err)
{
    static void (*const dialects[])(ddl_writer *) = {
        [TENON_POSTGRESQL] = ddl_write_postgresql,
        [TENON_SQLITE] = ddl_write_sqlite,
    };
    return create(s, dialect, dialects[dialect], out, err);
}

bool ddl_create_log(const schema *s, tenon_dialect dialect, ddl_script *out, tenon_error *err)
{
    return create(s, dialect, ddl_audit, out, err);
}

void ddl_script_release(ddl_script *script)
{
    tenon__arena_release(&script->arena);
    *script = (ddl_script){0};
}

void ddl_script_text(const ddl_script *script, tenon__buf *out)
{
    for (size_t i = 0; i < script->count; i++)
        tenon__buf_format(out, "%s-- %s\n%s;\n", i ? "\n" : "", script->items[i].title,
                          script->items[i].sql);
}
