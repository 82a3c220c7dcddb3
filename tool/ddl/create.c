/* The two entries: build the script by dialect, and print it. */
#include "ddl/write.h"

bool ddl_create(const schema *s, tenon_dialect dialect, ddl_script *out, tenon_error *err)
{
    static void (*const dialects[])(ddl_writer *) = {
        [TENON_POSTGRESQL] = ddl_write_postgresql,
        [TENON_SQLITE] = ddl_write_sqlite,
    };
    *out = (ddl_script){0};
    ddl_writer w = {.schema = s, .dialect = dialect, .script = out, .err = err};
    dialects[dialect](&w);
    tenon__buf_release(&w.text);
    if (!w.failed)
        return true;
    ddl_script_release(out);
    return tenon__fail_no_memory(err);
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
