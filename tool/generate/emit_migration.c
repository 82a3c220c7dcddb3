/* The migration that the code was generated beside: a constant that tenon_verify takes, so that a
 * program can ask at its start whether the database has what it was made for. */
#include "generate/emit.h"

void emit_last_migration_declaration(emitter *e)
{
    if (e->options->last_migration.name)
        tenon__buf_format(e->out,
                          "/* For tenon_verify: the last migration when this was generated. */\n"
                          "extern const tenon_last_migration %s;\n\n",
                          e->names->last_migration);
}

void emit_last_migration(emitter *e)
{
    const tenon_last_migration *last = &e->options->last_migration;
    if (!last->name)
        return;
    tenon__buf_format(e->out,
                      "const tenon_last_migration %s = {\n    .name = ", e->names->last_migration);
    emit_string(e, last->name);
    tenon__buf_text(e->out, ",\n    .checksums = {\n        ");
    emit_string(e, last->checksums[0]);
    tenon__buf_text(e->out, ",\n        ");
    emit_string(e, last->checksums[1]);
    tenon__buf_text(e->out, ",\n    },\n};\n\n");
}
