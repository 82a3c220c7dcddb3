/* Puts the parts together: one header and one source, or a pair a model under an umbrella header.
 */
#include "generate/generate.h"

#include <ctype.h>

#include "generate/emit.h"

static void emit_mark(emitter *e)
{
    tenon__buf_text(e->out, GENERATE_MARK " Change the schema and run `tenon generate`. */\n");
}

/* "shop" → TENON_GENERATED_SHOP_H, which no name of a model can be equal to */
static void emit_guard(emitter *e, const char *name)
{
    tenon__buf_text(e->out, "TENON_GENERATED_");
    for (const char *at = name; *at; at++)
        tenon__buf_char(e->out,
                        isalnum((unsigned char)*at) ? (char)toupper((unsigned char)*at) : '_');
    tenon__buf_text(e->out, "_H");
}

static void open_header(emitter *e, const char *name)
{
    emit_mark(e);
    tenon__buf_text(e->out, "#ifndef ");
    emit_guard(e, name);
    tenon__buf_text(e->out, "\n#define ");
    emit_guard(e, name);
    tenon__buf_text(e->out, "\n\n");
}

static void open_linkage(emitter *e)
{
    tenon__buf_text(e->out, "\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n");
}

static void close_linkage(emitter *e)
{
    tenon__buf_text(e->out, "#ifdef __cplusplus\n}\n#endif\n");
}

static void close_header(emitter *e)
{
    tenon__buf_text(e->out, "\n#endif\n");
}

/* Keeps what was printed as a file of the output and empties the buffer. */
static bool finish_file(emitter *e, generate_output *out, const char *stem, const char *ending)
{
    generate_file *file = &out->files[out->count];
    file->name = tenon__arena_format(&out->arena, "%s%s", stem, ending);
    file->length = e->out->length;
    file->text = tenon__arena_copy(&out->arena, tenon__buf_string(e->out), e->out->length);
    bool is_whole = !e->out->failed && file->name && file->text;
    tenon__buf_clear(e->out);
    out->count += is_whole;
    return is_whole;
}

static bool write_whole(emitter *e, generate_output *out)
{
    const char *name = e->options->name;
    open_header(e, name);
    tenon__buf_text(e->out, "#include <tenon/tenon.h>\n#include <tenon/strict.h>\n");
    open_linkage(e);
    emit_enum_declarations(e);
    emit_forward_declarations(e);
    emit_check_declarations(e);
    emit_last_migration_declaration(e);
    for (size_t i = 0; i < e->set->model_count; i++) {
        emit_model_types(e, i);
        emit_model_calls(e, i);
    }
    emit_query_declarations(e);
    close_linkage(e);
    close_header(e);
    if (!finish_file(e, out, name, ".h"))
        return false;
    emit_mark(e);
    tenon__buf_format(e->out, "#include \"%s.h\"\n\n", name);
    emit_enum_definitions(e);
    emit_last_migration(e);
    for (size_t i = 0; i < e->set->model_count; i++) {
        emit_model_descriptor(e, i);
        emit_model_functions(e, i);
    }
    emit_query_definitions(e);
    return finish_file(e, out, name, ".c");
}

static bool write_shared(emitter *e, generate_output *out, const char *stem)
{
    open_header(e, stem);
    tenon__buf_text(e->out, "#include <tenon/tenon.h>\n#include <tenon/strict.h>\n");
    open_linkage(e);
    emit_enum_declarations(e);
    emit_forward_declarations(e);
    emit_check_declarations(e);
    emit_last_migration_declaration(e);
    close_linkage(e);
    close_header(e);
    if (!finish_file(e, out, stem, ".h"))
        return false;
    emit_mark(e);
    tenon__buf_format(e->out, "#include \"%s.h\"\n\n", stem);
    emit_enum_definitions(e);
    emit_last_migration(e);
    return finish_file(e, out, stem, ".c");
}

static bool write_model(emitter *e, generate_output *out, const char *shared, size_t at)
{
    const char *stem =
        tenon__arena_format(&out->arena, "%s_%s", e->options->name, e->names->models[at].snake);
    if (!stem)
        return false;
    open_header(e, stem);
    tenon__buf_format(e->out, "#include \"%s.h\"\n", shared);
    open_linkage(e);
    emit_model_types(e, at);
    emit_model_calls(e, at);
    close_linkage(e);
    close_header(e);
    if (!finish_file(e, out, stem, ".h"))
        return false;
    emit_mark(e);
    tenon__buf_format(e->out, "#include \"%s.h\"\n\n", stem);
    emit_model_descriptor(e, at);
    emit_model_functions(e, at);
    return finish_file(e, out, stem, ".c");
}

/* "shop_shared", with underscores behind it for as long as a model's files are called so. */
static const char *stem_of(const emitter *e, tenon__arena *arena, const char *end)
{
    /* Names with more underscores were given later, so one walk finds them all. */
    for (size_t i = 0; end && i < e->set->model_count; i++)
        if (!strcmp(e->names->models[i].snake, end))
            end = tenon__arena_format(arena, "%s_", end);
    return end ? tenon__arena_format(arena, "%s_%s", e->options->name, end) : NULL;
}

/* The queries have a pair of their own, which needs those of all models. */
static bool write_queries(emitter *e, generate_output *out)
{
    const char *stem = stem_of(e, &out->arena, "queries");
    if (!stem)
        return false;
    open_header(e, stem);
    for (size_t i = 0; i < out->count; i += 2)
        tenon__buf_format(e->out, "#include \"%s\"\n", out->files[i].name);
    open_linkage(e);
    emit_query_declarations(e);
    close_linkage(e);
    close_header(e);
    if (!finish_file(e, out, stem, ".h"))
        return false;
    emit_mark(e);
    tenon__buf_format(e->out, "#include \"%s.h\"\n\n", stem);
    emit_query_definitions(e);
    return finish_file(e, out, stem, ".c");
}

/* The umbrella header includes the others, in order. */
static bool write_split(emitter *e, generate_output *out)
{
    const char *name = e->options->name;
    const char *shared = stem_of(e, &out->arena, "shared");
    if (!shared || !write_shared(e, out, shared))
        return false;
    for (size_t i = 0; i < e->set->model_count; i++)
        if (!write_model(e, out, shared, i))
            return false;
    if (e->options->queries && e->options->queries->query_count && !write_queries(e, out))
        return false;
    open_header(e, name);
    for (size_t i = 0; i < out->count; i += 2)
        tenon__buf_format(e->out, "#include \"%s\"\n", out->files[i].name);
    close_header(e);
    return finish_file(e, out, name, ".h");
}

static bool write_files(const schema *s, const describe_set *set, const generate_options *options,
                        generate_output *out, tenon_error *err)
{
    generate_names names;
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    if (!generate_name_all(&out->arena, set, options, &names, err))
        return false;
    out->files = tenon__arena_array(&out->arena, 2 * set->model_count + 6, sizeof *out->files);
    emitter e = {.out = &text, .schema = s, .set = set, .names = &names, .options = options};
    if (!emit_can_check(&e, err))
        return false;
    bool is_done = out->files && (options->is_split ? write_split(&e, out) : write_whole(&e, out));
    return is_done || tenon__fail_no_memory(err);
}

bool generate_code(const schema *s, const generate_options *options, generate_output *out,
                   tenon_error *err)
{
    *out = (generate_output){0};
    /* Queries refer to the descriptors that they were checked with. */
    describe_set *own = options->queries ? NULL : describe_schema(s, err);
    const describe_set *set = options->queries ? options->queries->described : own;
    if (!set)
        return false;
    bool is_done = write_files(s, set, options, out, err);
    describe_free(own);
    if (!is_done)
        generate_output_release(out);
    return is_done;
}

void generate_output_release(generate_output *out)
{
    tenon__arena_release(&out->arena);
    *out = (generate_output){0};
}
