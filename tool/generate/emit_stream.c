/* Reading row after row, and what a query would do: the typed forms of <tenon/stream.h> and
 * <tenon/explain.h>. Views have them as models do. */
#include "generate/emit.h"

void emit_stream_types(emitter *e, const model_names *names)
{
    tenon__buf_format(e->out,
                      "/* Rows one after another; see <tenon/stream.h>. */\n"
                      "typedef struct %s {\n    tenon_stream *stream;\n} %s;\n"
                      "/* Called with each row, which stays until it returns; false ends it. */\n"
                      "typedef bool %s(%s *row, void *ctx);\n\n",
                      names->stream, names->stream, names->each, names->type);
}

void emit_stream_declarations(emitter *e, const model_names *names)
{
    const char *snake = names->snake;
    tenon__buf_format(e->out,
                      "%s %s_stream_open_q(const %s *query);\n"
                      "%s *%s_stream_next(%s stream);\n"
                      "bool %s_stream_close(%s stream);\n"
                      "bool %s_each_q(const %s *query, %s *function, void *ctx);\n"
                      "const tenon_explanation *%s_explain_q(const %s *query);\n",
                      names->stream, snake, names->query, names->type, snake, names->stream, snake,
                      names->stream, snake, names->query, names->each, snake, names->query);
}

/* `user_each(s, function, ctx, .where = …)`: what stands behind ctx may be nothing. */
void emit_stream_macros(emitter *e, const model_names *names)
{
    const char *snake = names->snake;
    tenon__buf_format(
        e->out,
        "#define %s_stream_open(...) \\\n"
        "    %s_stream_open_q(TENON_HERE((&(%s){ .session = __VA_ARGS__ })))\n"
        "#define %s_each(session_, function_, ...) \\\n"
        "    %s_each_q(TENON_HERE((&(%s){ .session = (session_), \\\n"
        "        TENON_REST(__VA_ARGS__) })), (function_), TENON_FIRST(__VA_ARGS__))\n"
        "#define %s_explain(...) \\\n"
        "    %s_explain_q(TENON_HERE((&(%s){ .session = __VA_ARGS__ })))\n",
        snake, snake, names->query, snake, snake, names->query, snake, snake, names->query);
}

void emit_stream_functions(emitter *e, const model_names *names)
{
    const char *snake = names->snake, *stream = names->stream, *type = names->type;
    tenon__buf_format(e->out,
                      "%s %s_stream_open_q(const %s *query)\n{\n"
                      "    %s made = { tenon_stream_open(&%s, query) };\n"
                      "    return made;\n}\n\n"
                      "%s *%s_stream_next(%s stream)\n{\n"
                      "    return TENON_AS(%s *, tenon_stream_next(stream.stream));\n}\n\n"
                      "bool %s_stream_close(%s stream)\n{\n"
                      "    return tenon_stream_close(stream.stream);\n}\n\n",
                      stream, snake, names->query, stream, names->descriptor, type, snake, stream,
                      type, snake, stream);
    tenon__buf_format(e->out,
                      "bool %s_each_q(const %s *query, %s *function, void *ctx)\n{\n"
                      "    %s made = %s_stream_open_q(query);\n"
                      "    %s *row = %s_stream_next(made);\n"
                      "    while (row && function(row, ctx))\n"
                      "        row = %s_stream_next(made);\n"
                      "    return %s_stream_close(made);\n}\n\n",
                      snake, names->query, names->each, stream, snake, type, snake, snake, snake);
    tenon__buf_format(e->out,
                      "const tenon_explanation *%s_explain_q(const %s *query)\n{\n"
                      "    return tenon_explain(&%s, query);\n}\n\n",
                      snake, names->query, names->descriptor);
}
