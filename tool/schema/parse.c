/* From the concrete syntax to the syntax tree that the checker reads.
 *
 * Everything here walks nodes that are known to be well-formed; what the grammar lets through only
 * to give a good message (`name: String`, `[String]`, `String!`) is reported here and left out.
 *
 * Documentation: the doc and block comments that stand directly before a declaration, and behind it
 * on its line. Before a field blank lines may lie between. A comment in front of a block attribute
 * belongs to the attribute. A comment with a @tenon word that documents nothing is an error,
 * because the word would be ignored without anybody noticing. */
#include "schema/ast.h"
#include "schema/lexer.h"
#include "schema/literal.h"
#include "schema/syntax.h"

typedef struct builder {
    schema *s;
    uint32_t file;
    const char *text;
    const syntax_node *comment; /* COMMENT_BLOCK waiting for its declaration, or NULL */
} builder;

static void *make(builder *b, size_t count, size_t size)
{
    return tenon__arena_array(&b->s->arena, count, size);
}

/* ---- spans and names ---- */

static schema_span span_of(const builder *b, const syntax_node *node)
{
    return (schema_span){b->file, node->start, node->end};
}

/* Without the line break and the blanks at the end. */
static schema_span trimmed_span(const builder *b, const syntax_node *node)
{
    schema_span span = span_of(b, node);

    while (span.end > span.start && strchr(" \t\r\n", b->text[span.end - 1]))
        span.end--;
    return span;
}

static const char *text_of(builder *b, const syntax_node *node)
{
    const char *copy =
        tenon__arena_copy(&b->s->arena, b->text + node->start, node->end - node->start);
    return copy ? copy : "";
}

static ast_identifier identifier(builder *b, const syntax_node *node)
{
    return (ast_identifier){text_of(b, node), span_of(b, node)};
}

static ast_identifier name_of(builder *b, const syntax_node *declaration)
{
    return identifier(b, syntax_child(declaration, SYNTAX_IDENTIFIER));
}

static bool text_is(const builder *b, const syntax_node *node, const char *word)
{
    size_t length = strlen(word);
    return node->end - node->start == length && memcmp(b->text + node->start, word, length) == 0;
}

/* ---- comments ---- */

static void add_doc_line(tenon__buf *out, const char *line, const char *end)
{
    while (line < end && strchr(" \t", *line))
        line++;
    while (end > line && strchr(" \t\r", end[-1]))
        end--;
    if (out->length)
        tenon__buf_char(out, '\n');
    tenon__buf_add(out, line, (size_t)(end - line));
}

/* The lines of a block comment, each without its leading star; empty first and last lines
 * dropped. */
static void add_block_comment(tenon__buf *out, const char *text, const char *end)
{
    while (text < end && strchr(" \t\r\n*", *text))
        text++;
    while (end > text && strchr(" \t\r\n*", end[-1]))
        end--;
    while (text <= end) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        const char *line = text;
        stop = stop ? stop : end;
        while (line < stop && strchr(" \t", *line))
            line++;
        add_doc_line(out, line < stop && *line == '*' ? line + 1 : line, stop);
        text = stop + 1;
    }
}

static void add_comment(const builder *b, tenon__buf *out, const syntax_node *comment)
{
    if (comment->rule == SYNTAX_DOC_COMMENT)
        add_doc_line(out, b->text + comment->start + 3, b->text + comment->end);
    else if (comment->rule == SYNTAX_BLOCK_COMMENT)
        add_block_comment(out, b->text + comment->start + 2, b->text + comment->end - 2);
}

static void add_comments(const builder *b, tenon__buf *out, const syntax_node *parent)
{
    SYNTAX_EACH(child, parent)
    add_comment(b, out, child);
}

/* The documentation of a declaration, taking the comment that waits for it; NULL when there is
 * none. */
static const char *take_documentation(builder *b, const syntax_node *declaration)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};

    if (b->comment)
        add_comments(b, &text, b->comment);
    b->comment = NULL;
    add_comments(b, &text, declaration);
    if (text.failed)
        b->s->has_failed_memory = true;
    return text.length && !text.failed ? tenon__arena_copy(&b->s->arena, text.data, text.length)
                                       : NULL;
}

/* Forgets a comment that nothing was declared for. */
static void drop_comment(builder *b)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    const syntax_node *comment = b->comment;

    b->comment = NULL;
    if (!comment)
        return;
    add_comments(b, &text, comment);
    if (!text.failed && strstr(tenon__buf_string(&text), "@tenon."))
        schema_report(
            b->s, SCHEMA_ERROR, trimmed_span(b, comment),
            "move it directly before the model, enum, field or value that it is meant for",
            "this comment has a @tenon word but documents nothing");
}

static void keep_comment(builder *b, const syntax_node *comment)
{
    drop_comment(b);
    b->comment = comment;
}

/* ---- expressions ---- */

static ast_arguments arguments(builder *b, const syntax_node *node);

static ast_expression *make_expression(builder *b, const syntax_node *node,
                                       ast_expression_kind kind)
{
    ast_expression *e = make(b, 1, sizeof *e);

    if (!e)
        return NULL;
    e->kind = kind;
    e->span = span_of(b, node);
    return e;
}

static ast_expression *word_expression(builder *b, const syntax_node *node,
                                       ast_expression_kind kind)
{
    ast_expression *e = make_expression(b, node, kind);

    if (!e)
        return NULL;
    e->text = text_of(b, node);
    e->text_length = node->end - node->start;
    return e;
}

static ast_expression *string_expression(builder *b, const syntax_node *node)
{
    ast_expression *e = make_expression(b, node, AST_STRING);

    if (e)
        e->text = literal_decode(b->s, e->span, &e->text_length);
    return e && e->text ? e : NULL;
}

static ast_expression *function_expression(builder *b, const syntax_node *node)
{
    ast_expression *e = make_expression(b, node, AST_FUNCTION);
    const syntax_node *name = syntax_child(node, SYNTAX_PATH);

    if (!e)
        return NULL;
    e->text = text_of(b, name);
    e->text_length = name->end - name->start;
    e->arguments = arguments(b, syntax_child(node, SYNTAX_ARGUMENTS));
    return e;
}

static ast_expression *expression(builder *b, const syntax_node *node);

static ast_expression *array_expression(builder *b, const syntax_node *node)
{
    ast_expression *e = make_expression(b, node, AST_ARRAY);
    size_t count = 0;

    SYNTAX_EACH(child, node)
    count++;
    if (!e || !(e->items = make(b, count, sizeof *e->items)))
        return NULL;
    SYNTAX_EACH(child, node)
    {
        if (!(e->items[e->item_count] = expression(b, child)))
            return NULL;
        e->item_count++;
    }
    return e;
}

static ast_expression *object_expression(builder *b, const syntax_node *node)
{
    ast_expression *e = make_expression(b, node, AST_OBJECT);

    if (e)
        e->arguments = arguments(b, node);
    return e;
}

/* NULL only without memory. */
static ast_expression *expression(builder *b, const syntax_node *node)
{
    switch ((int)node->rule) {
    case SYNTAX_FUNCTION:
        return function_expression(b, node);
    case SYNTAX_ARRAY:
        return array_expression(b, node);
    case SYNTAX_OBJECT:
        return object_expression(b, node);
    case SYNTAX_STRING:
        return string_expression(b, node);
    case SYNTAX_NUMBER:
        return word_expression(b, node, AST_NUMBER);
    default:
        return word_expression(b, node, AST_CONSTANT);
    }
}

static const syntax_node *expression_in(const syntax_node *parent)
{
    SYNTAX_EACH(child, parent)
    {
        if (syntax_is_expression(child->rule))
            return child;
    }
    return NULL;
}

/* ---- arguments and attributes ---- */

static void add_argument(builder *b, ast_arguments *list, const syntax_node *node)
{
    bool is_named = node->rule == SYNTAX_NAMED_ARGUMENT;
    ast_argument argument = {.name = {"", {b->file, node->start, node->start}},
                             .value = expression(b, is_named ? expression_in(node) : node),
                             .span = span_of(b, node)};

    if (is_named)
        argument.name = name_of(b, node);
    if (argument.value)
        list->items[list->count++] = argument;
}

static void add_any_argument(builder *b, ast_arguments *list, const syntax_node *node)
{
    if (node->rule == SYNTAX_EMPTY_ARGUMENT) {
        list->empty[list->empty_count] = span_of(b, node);
        list->empty_names[list->empty_count++] = name_of(b, node);
    } else if (node->rule == SYNTAX_TRAILING_COMMA) {
        list->has_trailing_comma = true;
        list->trailing_comma = span_of(b, node);
    } else {
        add_argument(b, list, node);
    }
}

/* `node` is the argument list, or NULL for none. */
static ast_arguments arguments(builder *b, const syntax_node *node)
{
    ast_arguments list = {0};
    size_t count = 0, empty = 0;

    if (!node)
        return list;
    SYNTAX_EACH(child, node)
    child->rule == SYNTAX_EMPTY_ARGUMENT ? empty++ : count++;
    list.has_parentheses = true;
    list.span = span_of(b, node);
    list.items = make(b, count, sizeof *list.items);
    list.empty = make(b, empty, sizeof *list.empty);
    list.empty_names = make(b, empty, sizeof *list.empty_names);
    if (!list.items || !list.empty || !list.empty_names)
        return list;
    SYNTAX_EACH(child, node)
    add_any_argument(b, &list, child);
    return list;
}

static ast_attribute attribute(builder *b, const syntax_node *node)
{
    return (ast_attribute){.name = identifier(b, syntax_child(node, SYNTAX_PATH)),
                           .arguments = arguments(b, syntax_child(node, SYNTAX_ARGUMENTS)),
                           .span = span_of(b, node)};
}

/* The children of `parent` that are attributes of that kind. */
static ast_attribute *attributes(builder *b, const syntax_node *parent, syntax_rule rule,
                                 size_t *count)
{
    ast_attribute *list = make(b, syntax_count(parent, rule), sizeof *list);

    *count = 0;
    if (!list)
        return NULL;
    SYNTAX_EACH(child, parent)
    {
        if (child->rule == rule)
            list[(*count)++] = attribute(b, child);
    }
    return list;
}

/* ---- fields ---- */

static const syntax_node *type_in(const syntax_node *field)
{
    SYNTAX_EACH(child, field)
    {
        if (syntax_is_type(child->rule))
            return child;
    }
    return NULL;
}

/* What the grammar takes only so that it can be refused with a message of its own. */
static const char *legacy_message(syntax_rule rule, const char **hint)
{
    switch ((int)rule) {
    case SYNTAX_LEGACY_COLON:
        *hint = "remove the ':'";
        return "a field declaration has no ':'";
    case SYNTAX_LEGACY_REQUIRED_TYPE:
        *hint = "remove the '!'";
        return "fields are required unless they end in '?'";
    case SYNTAX_LEGACY_LIST_TYPE:
        *hint = "write Type[] instead of [Type]";
        return "this is not how a list is written";
    case SYNTAX_OPTIONAL_LIST_TYPE:
        *hint = "use either Type[] or Type?";
        return "a list cannot be optional";
    default:
        return NULL;
    }
}

static bool report_legacy(builder *b, const syntax_node *field)
{
    SYNTAX_EACH(child, field)
    {
        const char *hint = NULL, *message = legacy_message(child->rule, &hint);
        if (message) {
            schema_report(b->s, SCHEMA_ERROR, span_of(b, child), hint, "%s", message);
            return true;
        }
    }
    return false;
}

static void set_type(builder *b, ast_field *field, const syntax_node *type)
{
    const syntax_node *base = syntax_child(type, SYNTAX_BASE_TYPE);
    const syntax_node *unsupported = syntax_child(base, SYNTAX_STRING);
    size_t length;

    field->arity = type->rule == SYNTAX_LIST_TYPE       ? SCHEMA_LIST
                   : type->rule == SYNTAX_OPTIONAL_TYPE ? SCHEMA_OPTIONAL
                                                        : SCHEMA_REQUIRED;
    field->type = identifier(b, base);
    field->is_unsupported = unsupported != NULL;
    if (unsupported)
        field->type.text = literal_decode(b->s, span_of(b, unsupported), &length);
}

/* False when the declaration cannot be understood, which is then reported. */
static bool field(builder *b, const syntax_node *node, ast_field *out)
{
    const syntax_node *type = type_in(node);

    *out = (ast_field){.name = name_of(b, node),
                       .documentation = take_documentation(b, node),
                       .span = trimmed_span(b, node)};
    if (report_legacy(b, node))
        return false;
    out->attributes = attributes(b, node, SYNTAX_FIELD_ATTRIBUTE, &out->attribute_count);
    if (type) {
        set_type(b, out, type);
        return true;
    }
    schema_report(b->s, SCHEMA_ERROR, out->span, "a field is written: name Type @attributes",
                  "the field '%s' has no type", out->name.text);
    return false;
}

/* ---- members of blocks ---- */

static void report_line(builder *b, const syntax_node *line, const char *hint, const char *message)
{
    schema_report(b->s, SCHEMA_ERROR, trimmed_span(b, line), hint, "%s", message);
}

static void model_member(builder *b, ast_block *block, const syntax_node *node)
{
    if (node->rule == SYNTAX_FIELD) {
        block->field_count += field(b, node, &block->fields[block->field_count]);
    } else if (node->rule == SYNTAX_COMMENT_BLOCK) {
        keep_comment(b, node);
    } else if (node->rule == SYNTAX_BLOCK_ATTRIBUTE) {
        drop_comment(b);
    } else if (node->rule == SYNTAX_CATCH_ALL) {
        report_line(b, node, "a field is written: name Type @attributes",
                    "this line is not a valid field or attribute definition");
    }
}

static void enum_member(builder *b, ast_block *block, const syntax_node *node)
{
    if (node->rule == SYNTAX_ENUM_VALUE) {
        ast_enum_value *value = &block->values[block->value_count++];
        *value = (ast_enum_value){.name = name_of(b, node),
                                  .documentation = take_documentation(b, node),
                                  .span = trimmed_span(b, node)};
        value->attributes = attributes(b, node, SYNTAX_FIELD_ATTRIBUTE, &value->attribute_count);
    } else if (node->rule == SYNTAX_COMMENT_BLOCK) {
        keep_comment(b, node);
    } else if (node->rule == SYNTAX_CATCH_ALL) {
        report_line(b, node, "one value a line, without commas",
                    "this line is not an enum value definition");
    } else {
        drop_comment(b);
    }
}

static void config_member(builder *b, ast_block *block, const syntax_node *node)
{
    if (node->rule == SYNTAX_COMMENT_BLOCK) {
        keep_comment(b, node);
    } else if (node->rule == SYNTAX_KEY_VALUE) {
        drop_comment(b);
        const syntax_node *value = expression_in(node);
        block->properties[block->property_count++] =
            (ast_property){.name = name_of(b, node),
                           .value = value ? expression(b, value) : NULL,
                           .span = span_of(b, node)};
    } else if (node->rule == SYNTAX_CATCH_ALL) {
        report_line(b, node, "a property is written: name = value",
                    block->kind == AST_DATASOURCE
                        ? "this line is not a valid definition within a datasource"
                        : "this line is not a valid definition within a generator");
    }
}

static void any_member(builder *b, ast_block *block, const syntax_node *node)
{
    if (block->kind == AST_ENUM)
        enum_member(b, block, node);
    else if (block->kind == AST_DATASOURCE || block->kind == AST_GENERATOR)
        config_member(b, block, node);
    else
        model_member(b, block, node);
}

/* A composite type has fields only. */
static void check_composite_type(builder *b, const ast_block *block)
{
    for (size_t i = 0; i < block->attribute_count; i++)
        schema_report(b->s, SCHEMA_ERROR, block->attributes[i].span, NULL,
                      "a composite type cannot have '@@%s'", block->attributes[i].name.text);
    for (size_t i = 0; i < block->field_count; i++) {
        const ast_field *f = &block->fields[i];
        for (size_t k = 0; k < f->attribute_count; k++) {
            const char *name = f->attributes[k].name.text;
            if (!strcmp(name, "relation") || !strcmp(name, "unique") || !strcmp(name, "id"))
                schema_report(b->s, SCHEMA_ERROR, f->span, NULL,
                              "a field of a composite type cannot have '@%s'", name);
        }
    }
}

/* ---- top level ---- */

static const char *const keywords[] = {"model", "enum", "datasource", "generator", "view", "type"};

static ast_block_kind kind_of(const builder *b, const syntax_node *keyword)
{
    static const ast_block_kind kinds[] = {AST_MODEL,     AST_ENUM, AST_DATASOURCE,
                                           AST_GENERATOR, AST_VIEW, AST_TYPE};

    for (size_t i = 0; i < TENON__COUNT(keywords); i++) {
        if (text_is(b, keyword, keywords[i]))
            return kinds[i];
    }
    return AST_MODEL;
}

static void block(builder *b, const syntax_node *node, ast_block *out)
{
    *out = (ast_block){.kind = kind_of(b, node + 1),
                       .name = name_of(b, node),
                       .documentation = take_documentation(b, node),
                       .span = span_of(b, node)};
    out->fields = make(b, syntax_count(node, SYNTAX_FIELD), sizeof *out->fields);
    out->values = make(b, syntax_count(node, SYNTAX_ENUM_VALUE), sizeof *out->values);
    out->properties = make(b, syntax_count(node, SYNTAX_KEY_VALUE), sizeof *out->properties);
    if (!out->fields || !out->values || !out->properties)
        return;
    SYNTAX_EACH(child, node)
    any_member(b, out, child);
    drop_comment(b);
    out->attributes = attributes(b, node, SYNTAX_BLOCK_ATTRIBUTE, &out->attribute_count);
    if (out->kind == AST_TYPE)
        check_composite_type(b, out);
}

/* A line or block at the top level that is none: about its first word. */
static void report_stray(builder *b, const syntax_node *node, const char *what)
{
    lexer in = {b->text, node->end};
    size_t end = lexer_identifier(&in, node->start);
    const char *word = tenon__arena_copy(&b->s->arena, b->text + node->start, end - node->start);
    const char *near = word ? schema_nearest(word, keywords, TENON__COUNT(keywords)) : NULL;
    bool is_keyword = near && !strcmp(near, word);
    const char *hint = "the keywords are model, enum, view, type, datasource and generator";
    if (is_keyword)
        hint = "each member and the '}' stand on lines of their own";
    else if (near)
        hint = tenon__arena_format(&b->s->arena, "did you mean '%s'?", near);
    schema_report(b->s, SCHEMA_ERROR, trimmed_span(b, node), hint, "this %s %s", what,
                  is_keyword ? "is not laid out as a block" : "does not start with a keyword");
}

static void top_level(builder *b, const syntax_node *node, ast_file *file)
{
    switch ((int)node->rule) {
    case SYNTAX_MODEL:
    case SYNTAX_ENUM:
    case SYNTAX_CONFIG:
        block(b, node, &file->blocks[file->block_count++]);
        return;
    case SYNTAX_COMMENT_BLOCK:
        keep_comment(b, node);
        return;
    case SYNTAX_TYPE_ALIAS:
        report_line(b, node, "write the type at each field", "a type cannot be an alias");
        break;
    case SYNTAX_ARBITRARY_BLOCK:
        report_stray(b, node, "block");
        break;
    case SYNTAX_CATCH_ALL:
        report_stray(b, node, "line");
        break;
    default:
        break;
    }
    drop_comment(b);
}

static ast_file *build(builder *b, const syntax_node *root)
{
    ast_file *file = make(b, 1, sizeof *file);
    size_t most = syntax_count(root, SYNTAX_MODEL) + syntax_count(root, SYNTAX_ENUM) +
                  syntax_count(root, SYNTAX_CONFIG);

    if (!file || !(file->blocks = make(b, most, sizeof *file->blocks)))
        return NULL;
    SYNTAX_EACH(child, root)
    top_level(b, child, file);
    drop_comment(b);
    return b->s->arena.failed || b->s->has_failed_memory ? NULL : file;
}

ast_file *ast_parse(schema *s, size_t file)
{
    builder b = {.s = s, .file = (uint32_t)file, .text = s->files[file].text};
    syntax_tree tree;

    if (!syntax_parse(&tree, &s->arena, s->files[file].text, s->files[file].length))
        return NULL;
    return build(&b, tree.nodes);
}
