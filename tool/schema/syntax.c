/* The grammar of schema.prisma, one function a rule.
 *
 * A parsing expression grammar by recursive descent: alternatives are tried in order, the first
 * that matches wins, and a rule that fails leaves no trace. Blanks may stand between any two
 * elements; line breaks only where a rule names them, therefore no attribute goes over two lines
 * and recovery is the language's own: a line that no rule matches is a CATCH_ALL, reported later,
 * and the next line starts afresh. A block without its closing brace falls apart into such lines.
 *
 * Rules are quoted in the usual notation: `?` optional, `*` any number, `/` ordered choice. */
#include "schema/syntax.h"

#include "schema/lexer.h"

/* Deeper nesting of functions and arrays than this is taken for a line that cannot be
 * understood. */
enum { MAX_DEPTH = 200 };

typedef struct parser {
    syntax_tree *tree;
    tenon__arena *arena;
    lexer in;
    size_t at;
    unsigned depth;
    bool has_failed_memory;
} parser;

typedef struct mark {
    size_t at, node;
} mark;

typedef bool rule_function(parser *p);
typedef size_t matcher(const lexer *in, size_t at);

/* ---- building nodes ---- */

static bool grow(parser *p)
{
    syntax_tree *tree = p->tree;
    size_t capacity = tree->capacity ? tree->capacity * 2 : 256;
    void *nodes = tenon__arena_resize(p->arena, tree->nodes, capacity * sizeof *tree->nodes);

    if (!nodes)
        return !(p->has_failed_memory = true);
    tree->nodes = nodes;
    tree->capacity = capacity;
    return true;
}

/* Starts a node behind the blanks; `end` must follow. */
static mark begin(parser *p, syntax_rule rule)
{
    mark m = {p->at, p->tree->count};
    size_t start = lexer_spaces(&p->in, p->at);

    if (p->has_failed_memory || (p->tree->count == p->tree->capacity && !grow(p)))
        return m;
    p->tree->nodes[p->tree->count++] = (syntax_node){.rule = rule, .start = (uint32_t)start};
    p->at = start;
    return m;
}

static void undo(parser *p, mark m)
{
    p->at = m.at;
    p->tree->count = m.node;
}

static bool end(parser *p, mark m, bool matched)
{
    if (!matched || p->has_failed_memory) {
        undo(p, m);
        return false;
    }
    syntax_node *node = &p->tree->nodes[m.node];
    node->end = (uint32_t)p->at;
    node->size = (uint32_t)(p->tree->count - m.node);
    return true;
}

static bool maybe(bool matched)
{
    (void)matched;
    return true;
}

static bool many(parser *p, rule_function *rule)
{
    while (rule(p)) {
    }
    return true;
}

/* Consumes what the matcher matches behind the blanks. */
static bool match(parser *p, matcher *matches)
{
    size_t start = lexer_spaces(&p->in, p->at);
    size_t stop = matches(&p->in, start);

    if (stop == start)
        return false;
    p->at = stop;
    return true;
}

/* A node without children. */
static bool leaf(parser *p, syntax_rule rule, matcher *matches)
{
    size_t start = lexer_spaces(&p->in, p->at);
    size_t stop = matches(&p->in, start);

    if (stop == start)
        return false;
    mark m = begin(p, rule);
    p->at = stop;
    return end(p, m, true);
}

static bool literal(parser *p, const char *word)
{
    size_t start = lexer_spaces(&p->in, p->at);
    size_t stop = lexer_literal(&p->in, start, word);

    if (stop == start)
        return false;
    p->at = stop;
    return true;
}

static bool keyword(parser *p, const char *word)
{
    mark m = begin(p, SYNTAX_KEYWORD);
    return end(p, m, literal(p, word));
}

static bool newline(parser *p)
{
    return match(p, lexer_newline);
}

/* identifier = (letter / digit) ("_" / "-" / letter / digit)*; letters are Unicode's, digits
 * ASCII's */
static bool identifier(parser *p)
{
    return leaf(p, SYNTAX_IDENTIFIER, lexer_identifier);
}

/* path = identifier ("." path?)* */
static bool path(parser *p)
{
    return leaf(p, SYNTAX_PATH, lexer_path);
}

/* string_literal = '"' (escape / any but '"' and control characters)* '"' */
static bool string_literal(parser *p)
{
    return leaf(p, SYNTAX_STRING, lexer_string);
}

/* ---- comments and blank lines ---- */

/* trailing_comment = doc_comment / block_comment / line_comment */
static bool trailing_comment(parser *p)
{
    return leaf(p, SYNTAX_DOC_COMMENT, lexer_doc_comment) ||
           leaf(p, SYNTAX_BLOCK_COMMENT, lexer_block_comment) ||
           leaf(p, SYNTAX_LINE_COMMENT, lexer_line_comment);
}

/* comment_block = ((doc_comment / block_comment / line_comment) newline?)+ */
static bool comment_block(parser *p)
{
    mark m = begin(p, SYNTAX_COMMENT_BLOCK);
    bool has_one = false;

    while (trailing_comment(p)) {
        has_one = true;
        p->at = lexer_newline(&p->in, p->at);
    }
    return end(p, m, has_one);
}

/* empty_lines = newline+ */
static bool empty_lines(parser *p)
{
    mark m = begin(p, SYNTAX_EMPTY_LINES);
    return end(p, m, newline(p) && many(p, newline));
}

/* catch_all = any character but a line break + newline? */
static bool catch_all(parser *p)
{
    mark m = begin(p, SYNTAX_CATCH_ALL);
    bool matched = match(p, lexer_rest_of_line);

    p->at = lexer_newline(&p->in, p->at);
    return end(p, m, matched);
}

/* ---- expressions ---- */

static bool expression(parser *p);

static bool object(parser *p);

/* named_argument = identifier ":" (expression / object) */
static bool named_argument(parser *p)
{
    mark m = begin(p, SYNTAX_NAMED_ARGUMENT);
    return end(p, m, identifier(p) && literal(p, ":") && (expression(p) || object(p)));
}

/* empty_argument = identifier ":" */
static bool empty_argument(parser *p)
{
    mark m = begin(p, SYNTAX_EMPTY_ARGUMENT);
    return end(p, m, identifier(p) && literal(p, ":"));
}

/* argument = named_argument / empty_argument / expression */
static bool argument(parser *p)
{
    return named_argument(p) || empty_argument(p) || expression(p);
}

/* "," rule, undone as a whole when the rule does not match */
static bool after_comma(parser *p, rule_function *rule)
{
    mark m = {p->at, p->tree->count};

    if (literal(p, ",") && rule(p))
        return true;
    undo(p, m);
    return false;
}

static bool next_argument(parser *p)
{
    return after_comma(p, argument);
}

static bool next_expression(parser *p)
{
    return after_comma(p, expression);
}

static bool next_member(parser *p)
{
    return after_comma(p, named_argument);
}

/* object = "{" (named_argument ("," named_argument)*)? "}" */
static bool object(parser *p)
{
    if (p->depth == MAX_DEPTH)
        return false;
    mark m = begin(p, SYNTAX_OBJECT);
    p->depth++;
    bool matched =
        literal(p, "{") && maybe(named_argument(p) && many(p, next_member)) && literal(p, "}");
    p->depth--;
    return end(p, m, matched);
}

/* trailing_comma = "," */
static bool trailing_comma(parser *p)
{
    mark m = begin(p, SYNTAX_TRAILING_COMMA);
    return end(p, m, literal(p, ","));
}

/* arguments_list = "(" (argument ("," argument)*)? trailing_comma? ")" */
static bool arguments_list(parser *p)
{
    mark m = begin(p, SYNTAX_ARGUMENTS);
    return end(p, m,
               literal(p, "(") && maybe(argument(p) && many(p, next_argument)) &&
                   maybe(trailing_comma(p)) && literal(p, ")"));
}

/* function_call = path arguments_list */
static bool function_call(parser *p)
{
    mark m = begin(p, SYNTAX_FUNCTION);
    return end(p, m, path(p) && arguments_list(p));
}

/* array_expression = "[" (expression ("," expression)*)? "]" */
static bool array_expression(parser *p)
{
    mark m = begin(p, SYNTAX_ARRAY);
    return end(p, m,
               literal(p, "[") && maybe(expression(p) && many(p, next_expression)) &&
                   literal(p, "]"));
}

/* expression = function_call / array_expression / numeric_literal / string_literal / path */
static bool expression(parser *p)
{
    if (p->depth == MAX_DEPTH)
        return false;
    p->depth++;
    bool matched = function_call(p) || array_expression(p) ||
                   leaf(p, SYNTAX_NUMBER, lexer_number) || string_literal(p) || path(p);
    p->depth--;
    return matched;
}

/* ---- attributes ---- */

/* field_attribute = "@" path arguments_list? */
static bool field_attribute(parser *p)
{
    mark m = begin(p, SYNTAX_FIELD_ATTRIBUTE);
    return end(p, m, literal(p, "@") && path(p) && maybe(arguments_list(p)));
}

/* block_attribute = "@@" path arguments_list? trailing_comment? newline; the node ends before it */
static bool block_attribute(parser *p)
{
    mark m = begin(p, SYNTAX_BLOCK_ATTRIBUTE);
    bool matched =
        end(p, m,
            literal(p, "@@") && path(p) && maybe(arguments_list(p)) && maybe(trailing_comment(p)));

    if (!matched || newline(p))
        return matched;
    undo(p, m);
    return false;
}

/* ---- fields ---- */

/* unsupported_type = "Unsupported(" string_literal ")" */
static bool unsupported_type(parser *p)
{
    mark m = {p->at, p->tree->count};

    if (literal(p, "Unsupported(") && string_literal(p) && literal(p, ")"))
        return true;
    undo(p, m);
    return false;
}

/* base_type = unsupported_type / identifier */
static bool base_type(parser *p)
{
    mark m = begin(p, SYNTAX_BASE_TYPE);
    return end(p, m, unsupported_type(p) || match(p, lexer_identifier));
}

/* legacy_list_type = "[" base_type "]" */
static bool legacy_list_type(parser *p)
{
    mark m = begin(p, SYNTAX_LEGACY_LIST_TYPE);
    return end(p, m, literal(p, "[") && base_type(p) && literal(p, "]"));
}

/* The rule of a type by what stands behind its base. */
static syntax_rule type_suffix(parser *p)
{
    if (literal(p, "[]"))
        return literal(p, "?") ? SYNTAX_OPTIONAL_LIST_TYPE : SYNTAX_LIST_TYPE;
    if (literal(p, "?"))
        return SYNTAX_OPTIONAL_TYPE;
    return literal(p, "!") ? SYNTAX_LEGACY_REQUIRED_TYPE : SYNTAX_REQUIRED_TYPE;
}

/* field_type = base_type ("[]" "?" / "[]" / "?" / "!")? / legacy_list_type */
static bool field_type(parser *p)
{
    mark m = begin(p, SYNTAX_REQUIRED_TYPE);

    if (!base_type(p))
        return end(p, m, false) || legacy_list_type(p);
    p->tree->nodes[m.node].rule = type_suffix(p);
    return end(p, m, true);
}

static bool legacy_colon(parser *p)
{
    mark m = begin(p, SYNTAX_LEGACY_COLON);
    return end(p, m, literal(p, ":"));
}

/* field_declaration = identifier ":"? field_type? field_attribute* trailing_comment? newline */
static bool field_declaration(parser *p)
{
    mark m = begin(p, SYNTAX_FIELD);
    return end(p, m,
               identifier(p) && maybe(legacy_colon(p)) && maybe(field_type(p)) &&
                   many(p, field_attribute) && maybe(trailing_comment(p)) && newline(p));
}

/* enum_value_declaration = identifier field_attribute* trailing_comment? newline */
static bool enum_value_declaration(parser *p)
{
    mark m = begin(p, SYNTAX_ENUM_VALUE);
    return end(p, m,
               identifier(p) && many(p, field_attribute) && maybe(trailing_comment(p)) &&
                   newline(p));
}

/* key_value = identifier "=" expression? trailing_comment? newline; the node ends before it */
static bool key_value(parser *p)
{
    mark m = begin(p, SYNTAX_KEY_VALUE);
    bool matched =
        end(p, m,
            identifier(p) && literal(p, "=") && maybe(expression(p)) && maybe(trailing_comment(p)));

    if (!matched || newline(p))
        return matched;
    undo(p, m);
    return false;
}

/* ---- blocks ---- */

/* block_open = "{" any character but a line break * newline */
static bool block_open(parser *p)
{
    if (!literal(p, "{"))
        return false;
    p->at = lexer_rest_of_line(&p->in, p->at);
    return newline(p);
}

static bool is_at_block_close(const parser *p)
{
    size_t at = lexer_spaces(&p->in, p->at);
    return lexer_literal(&p->in, at, "}") > at;
}

/* comment_block / empty_lines / !"}" catch_all: what every block may hold besides its own
 * members */
static bool any_member(parser *p)
{
    return comment_block(p) || empty_lines(p) || (!is_at_block_close(p) && catch_all(p));
}

static bool model_member(parser *p)
{
    return field_declaration(p) || block_attribute(p) || any_member(p);
}

static bool enum_member(parser *p)
{
    return enum_value_declaration(p) || block_attribute(p) || any_member(p);
}

static bool config_member(parser *p)
{
    return key_value(p) || any_member(p);
}

static bool block(parser *p, rule_function *member)
{
    /* Without any brace ahead there is no need to read on to the end of the file. */
    return identifier(p) && block_open(p) &&
           memchr(p->in.text + p->at, '}', p->in.length - p->at) != NULL && many(p, member) &&
           literal(p, "}");
}

/* model_declaration = ("model" / "type" / "view") identifier block_open
 *                     (field_declaration / block_attribute / any_member)* "}" */
static bool model_declaration(parser *p)
{
    mark m = begin(p, SYNTAX_MODEL);
    return end(p, m,
               (keyword(p, "model") || keyword(p, "type") || keyword(p, "view")) &&
                   block(p, model_member));
}

/* enum_declaration = "enum" identifier block_open
 *                    (enum_value_declaration / block_attribute / any_member)* "}" */
static bool enum_declaration(parser *p)
{
    mark m = begin(p, SYNTAX_ENUM);
    return end(p, m, keyword(p, "enum") && block(p, enum_member));
}

/* config_block = ("datasource" / "generator") identifier block_open (key_value / any_member)*
 * "}" */
static bool config_block(parser *p)
{
    mark m = begin(p, SYNTAX_CONFIG);
    return end(p, m,
               (keyword(p, "datasource") || keyword(p, "generator")) && block(p, config_member));
}

/* type_alias = "type" identifier "=" base_type field_attribute*; blanks behind it belong to it
 * unless it ends in a parenthesis */
static bool type_alias(parser *p)
{
    mark m = begin(p, SYNTAX_TYPE_ALIAS);
    bool matched = keyword(p, "type") && identifier(p) && literal(p, "=") && base_type(p) &&
                   many(p, field_attribute);

    if (matched && p->in.text[p->at - 1] != ')')
        p->at = lexer_spaces(&p->in, p->at);
    return end(p, m, matched);
}

static size_t until_block_close(const lexer *in, size_t at)
{
    const char *brace = memchr(in->text + at, '}', in->length - at);
    return brace ? (size_t)(brace - in->text) + 1 : at;
}

/* arbitrary_block = identifier block_open (any character but "}")* "}" */
static bool arbitrary_block(parser *p)
{
    mark m = begin(p, SYNTAX_ARBITRARY_BLOCK);
    return end(p, m, identifier(p) && block_open(p) && match(p, until_block_close));
}

static bool top_level(parser *p)
{
    return model_declaration(p) || enum_declaration(p) || config_block(p) || type_alias(p) ||
           arbitrary_block(p) || comment_block(p) || empty_lines(p) || catch_all(p);
}

/* schema = (model_declaration / enum_declaration / config_block / type_alias / arbitrary_block
 *          / comment_block / empty_lines / catch_all)* */
bool syntax_parse(syntax_tree *tree, tenon__arena *arena, const char *text, size_t length)
{
    *tree = (syntax_tree){.text = text, .length = length};
    parser p = {.tree = tree, .arena = arena, .in = {text, length}};
    mark m = begin(&p, SYNTAX_SCHEMA);

    many(&p, top_level);
    return end(&p, m, true);
}

/* ---- looking at a tree ---- */

const syntax_node *syntax_child(const syntax_node *parent, syntax_rule rule)
{
    SYNTAX_EACH(child, parent)
    {
        if (child->rule == rule)
            return child;
    }
    return NULL;
}

size_t syntax_count(const syntax_node *parent, syntax_rule rule)
{
    size_t count = 0;

    SYNTAX_EACH(child, parent)
    count += child->rule == rule;
    return count;
}

bool syntax_is_comment(syntax_rule rule)
{
    return rule >= SYNTAX_DOC_COMMENT;
}

bool syntax_is_type(syntax_rule rule)
{
    return rule >= SYNTAX_REQUIRED_TYPE && rule <= SYNTAX_LEGACY_LIST_TYPE;
}

bool syntax_is_expression(syntax_rule rule)
{
    return rule >= SYNTAX_FUNCTION && rule <= SYNTAX_PATH;
}
