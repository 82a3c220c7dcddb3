/* Tables of calls: a struct of pointers to the functions of a model, or of all queries, and the
 * constant that has the real ones.
 *
 * A part of a program that takes such a table instead of calling by name can be given another one:
 * a test's, or the same with one call of its own in front. Only written when the generator block
 * says so. What a table has is what has just been declared, line by line, so that no function can
 * be missing in it. */
#include "generate/emit.h"

/* One declaration: `Maker *maker_find_q(const tenon_key_options *options, int64_t id);` */
typedef struct declaration {
    const char *result, *name, *arguments, *end;
} declaration;

static size_t name_length(const declaration *d)
{
    return (size_t)(d->arguments - d->name);
}

/* The next one in the text whose name begins so; false behind the last. */
static bool next_declaration(const char **at, const char *beginning, declaration *out)
{
    while (**at) {
        const char *line = *at, *end = strchr(line, '\n'), *open = strchr(line, '(');
        *at = end ? end + 1 : line + strlen(line);
        if (!end || !open || open > end || end[-1] != ';')
            continue;
        const char *name = open;
        while (name > line && name[-1] != ' ' && name[-1] != '*')
            name--;
        *out = (declaration){line, name, open, end};
        if (!strncmp(name, beginning, strlen(beginning)))
            return true;
    }
    return false;
}

/* The function that macros call is the one with _q behind its name; a plain one beside it is for
 * programs that use none. */
static bool is_beside_another(const char *text, const declaration *d)
{
    declaration other;
    for (const char *at = text; next_declaration(&at, "", &other);)
        if (name_length(&other) == name_length(d) + 2 &&
            !strncmp(other.name, d->name, name_length(d)) &&
            !strncmp(other.name + name_length(d), "_q", 2))
            return true;
    return false;
}

/* "maker_find_q" → "find". Of queries the end stays, because without it the name is a macro's. */
static void add_member(tenon__buf *out, const declaration *d, const call_names *names)
{
    const char *start = d->name + strlen(names->beginning);
    size_t length = name_length(d) - strlen(names->beginning);
    bool has_end = !names->keeps_end && length > 2 && !strncmp(start + length - 2, "_q", 2);
    tenon__buf_clear(out);
    tenon__buf_add(out, start, has_end ? length - 2 : length);
    if (generate_is_reserved_member(tenon__buf_string(out)))
        tenon__buf_char(out, '_');
}

static void emit_type(emitter *e, const call_names *names, const char *text)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf member = {0};
    declaration d;
    tenon__buf_text(e->out,
                    "\n/* These functions as a table: who is given it may be given another. */\n");
    tenon__buf_format(e->out, "typedef struct %s {\n", names->type);
    for (const char *at = text; next_declaration(&at, names->beginning, &d);) {
        if (is_beside_another(text, &d))
            continue;
        add_member(&member, &d, names);
        tenon__buf_format(e->out, "    %.*s(*%s)%.*s\n", (int)(d.name - d.result), d.result,
                          tenon__buf_string(&member), (int)(d.end - d.arguments), d.arguments);
    }
    tenon__buf_format(e->out, "} %s;\nextern const %s %s;\n", names->type, names->type,
                      names->variable);
    e->out->failed |= member.failed;
}

static void emit_table(emitter *e, const call_names *names, const char *text)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf member = {0};
    declaration d;
    tenon__buf_format(e->out, "const %s %s = {\n", names->type, names->variable);
    for (const char *at = text; next_declaration(&at, names->beginning, &d);) {
        if (is_beside_another(text, &d))
            continue;
        add_member(&member, &d, names);
        tenon__buf_format(e->out, "    .%s = %.*s,\n", tenon__buf_string(&member),
                          (int)name_length(&d), d.name);
    }
    tenon__buf_text(e->out, "};\n\n");
    e->out->failed |= member.failed;
}

typedef void emit_part(emitter *e, const call_names *names, const char *text);

static void emit_of(emitter *e, const call_names *names, void (*declare)(emitter *e, size_t at),
                    size_t at, emit_part *part)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    emitter scratch = *e;
    if (!e->options->has_calls)
        return;
    scratch.out = &text;
    declare(&scratch, at);
    part(e, names, tenon__buf_string(&text));
    e->out->failed |= text.failed;
}

void emit_calls_type(emitter *e, size_t model)
{
    emit_of(e, &e->names->models[model].calls, emit_call_declarations, model, emit_type);
}

void emit_calls_table(emitter *e, size_t model)
{
    emit_of(e, &e->names->models[model].calls, emit_call_declarations, model, emit_table);
}

/* ---- queries --------------------------------------------------------------------------------- */

static void declare_queries(emitter *e, size_t unused)
{
    (void)unused;
    for (size_t i = 0; i < e->options->queries->query_count; i++)
        emit_query_functions(e, i);
}

void emit_query_calls_type(emitter *e)
{
    if (e->options->queries && e->options->queries->query_count)
        emit_of(e, &e->names->query_calls, declare_queries, 0, emit_type);
}

void emit_query_calls_table(emitter *e)
{
    if (e->options->queries && e->options->queries->query_count)
        emit_of(e, &e->names->query_calls, declare_queries, 0, emit_table);
}
