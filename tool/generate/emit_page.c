/* What pages add to a model. Their queries begin with the members of the model's …Query, in the
 * same places, so that whatever reads a query reads these. */
#include "generate/emit.h"

static void emit_query_type(emitter *e, size_t at, const char *name, const char *extra)
{
    tenon__buf_format(e->out,
                      "/* limit, offset, distinct and lock have no meaning here. */\n"
                      "typedef struct %s {\n",
                      name);
    emit_query_members(e, at);
    tenon__buf_format(e->out, "%s} %s;\n\n", extra, name);
}

void emit_page_types(emitter *e, size_t at)
{
    const model_names *names = &e->names->models[at];
    const page_names *own = &names->page;
    emit_query_type(e, at, own->page_query, "    int64_t size;\n    const char *after, *before;\n");
    emit_query_type(e, at, own->offset_page_query, "    int64_t page, size;\n");
    tenon__buf_format(e->out,
                      "typedef struct %s {\n"
                      "    struct %s *items;\n"
                      "    size_t count;\n"
                      "    bool has_next, has_previous;\n"
                      "    const char *next, *previous;\n"
                      "} %s;\n\n",
                      own->page, names->type, own->page);
    tenon__buf_format(e->out,
                      "typedef struct %s {\n"
                      "    struct %s *items;\n"
                      "    size_t count;\n"
                      "    int64_t page, pages, total;\n"
                      "    bool has_next, has_previous;\n"
                      "} %s;\n\n",
                      own->offset_page, names->type, own->offset_page);
}

void emit_page_declarations(emitter *e, size_t at)
{
    const model_names *names = &e->names->models[at];
    tenon__buf_format(e->out, "%s %s_page_q(const %s *query);\n%s %s_page_of_q(const %s *query);\n",
                      names->page.page, names->snake, names->page.page_query,
                      names->page.offset_page, names->snake, names->page.offset_page_query);
}

void emit_page_macros(emitter *e, size_t at)
{
    const model_names *names = &e->names->models[at];
    emit_call_macro(e, names->snake, "page", names->page.page_query);
    emit_call_macro(e, names->snake, "page_of", names->page.offset_page_query);
}

void emit_page_functions(emitter *e, size_t at)
{
    const model_names *names = &e->names->models[at];
    const page_names *own = &names->page;
    tenon__buf_format(e->out,
                      "%s %s_page_q(const %s *query)\n{\n"
                      "    tenon_page_request request = { query->size, query->after, "
                      "query->before };\n"
                      "    tenon_page found = tenon_find_page(&%s, query, &request);\n"
                      "    %s page = { TENON_AS(%s *, found.items), found.count, "
                      "found.has_next,\n"
                      "        found.has_previous, found.next, found.previous };\n"
                      "    return page;\n}\n\n",
                      own->page, names->snake, own->page_query, names->descriptor, own->page,
                      names->type);
    tenon__buf_format(e->out,
                      "%s %s_page_of_q(const %s *query)\n{\n"
                      "    tenon_offset_page found =\n"
                      "        tenon_find_page_of(&%s, query, query->page, query->size);\n"
                      "    %s page = { TENON_AS(%s *, found.items), found.count, found.page,\n"
                      "        found.pages, found.total, found.has_next, found.has_previous };\n"
                      "    return page;\n}\n\n",
                      own->offset_page, names->snake, own->offset_page_query, names->descriptor,
                      own->offset_page, names->type);
}
