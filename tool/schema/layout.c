/* The canonical layout of a schema: what the language's own formatter does with blanks and lines.
 *
 * It walks the concrete syntax and writes every construct again; comments and strings go through as
 * they are. The members of a block are collected in a table. A blank line, and nothing else, ends a
 * table, so fields between two blank lines are aligned with each other. Block attributes move to
 * the end of their block together with the comment right before them.
 *
 * Bytes, not characters, are counted for the width of a column, and what stands behind the opening
 * brace of a block is dropped: both are what the language's own formatter does, and files must not
 * change back and forth between the two. One thing it does is not followed: a block comment after
 * another comment gains a line each time it is formatted there. */
#include "schema/layout.h"

#include "schema/lexer.h"
#include "schema/syntax.h"
#include "schema/table.h"

#include <stdlib.h>

enum { INDENT = 2 };
enum { NAME_COLUMN, TYPE_COLUMN, ATTRIBUTES_COLUMN };

typedef struct layout {
    const char *text;
    tenon__buf *out;
    tenon__buf cell; /* the cell being composed */
    table table;
} layout;

/* ---- cells ---- */

static void add_source(layout *l, const syntax_node *node)
{
    tenon__buf_add(&l->cell, l->text + node->start, node->end - node->start);
}

static void set_cell(layout *l, size_t column)
{
    table_set_cell(&l->table, column, tenon__buf_string(&l->cell), l->cell.length);
    l->out->failed |= l->cell.failed;
    tenon__buf_clear(&l->cell);
}

static void set_suffix(layout *l, const syntax_node *comment)
{
    table_set_suffix(&l->table, l->text + comment->start, comment->end - comment->start);
}

/* ---- expressions ---- */

static void add_expression(layout *l, const syntax_node *node);

static void add_list(layout *l, const syntax_node *node, char open, char close)
{
    bool is_first = true;

    tenon__buf_char(&l->cell, open);
    SYNTAX_EACH(child, node)
    {
        if (child->rule == SYNTAX_TRAILING_COMMA)
            continue;
        tenon__buf_text(&l->cell, is_first ? "" : ", ");
        is_first = false;
        add_expression(l, child);
    }
    tenon__buf_char(&l->cell, close);
}

/* `{ a: 1, b: 2 }` */
static void add_object(layout *l, const syntax_node *node)
{
    const char *before = "{ ";

    SYNTAX_EACH(child, node)
    {
        tenon__buf_text(&l->cell, before);
        add_expression(l, child);
        before = ", ";
    }
    tenon__buf_text(&l->cell, node->size > 1 ? " }" : "{}");
}

static void add_named(layout *l, const syntax_node *node)
{
    SYNTAX_EACH(child, node)
    {
        add_expression(l, child);
        tenon__buf_text(&l->cell, child->rule == SYNTAX_IDENTIFIER ? ": " : "");
    }
}

/* A function call, or an attribute without its @: the name and the arguments. */
static void add_call(layout *l, const syntax_node *node)
{
    SYNTAX_EACH(child, node)
    {
        if (child->rule == SYNTAX_PATH)
            add_source(l, child);
        else if (child->rule == SYNTAX_ARGUMENTS)
            add_list(l, child, '(', ')');
    }
}

static void add_expression(layout *l, const syntax_node *node)
{
    if (node->rule == SYNTAX_NAMED_ARGUMENT || node->rule == SYNTAX_EMPTY_ARGUMENT)
        add_named(l, node);
    else if (node->rule == SYNTAX_FUNCTION)
        add_call(l, node);
    else if (node->rule == SYNTAX_ARRAY)
        add_list(l, node, '[', ']');
    else if (node->rule == SYNTAX_OBJECT)
        add_object(l, node);
    else
        add_source(l, node);
}

/* ---- attributes in order ---- */

typedef struct attribute {
    const syntax_node *node;
    const syntax_node *comment; /* the comment block right before it, or NULL */
    size_t rank;
} attribute;

typedef struct attribute_list {
    tenon__buf items; /* of attribute */
} attribute_list;

static size_t rank_of(const layout *l, const syntax_node *node)
{
    static const char *const order[] = {"id",       "unique", "default",  "updatedAt", "index",
                                        "fulltext", "map",    "relation", "ignore"};
    const syntax_node *path = syntax_child(node, SYNTAX_PATH);
    size_t length = path->end - path->start, rank = 0;

    for (; rank < TENON__COUNT(order); rank++) {
        if (strlen(order[rank]) == length && !memcmp(order[rank], l->text + path->start, length))
            break;
    }
    return rank;
}

static void collect(const layout *l, attribute_list *list, const syntax_node *node,
                    const syntax_node *comment)
{
    attribute item = {node, comment, rank_of(l, node)};
    tenon__buf_add(&list->items, &item, sizeof item);
}

/* By rank, and in the order of the text within one rank. */
static int compare_attributes(const void *left, const void *right)
{
    const attribute *a = left, *b = right;
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    return (a->node > b->node) - (a->node < b->node);
}

static attribute *sorted(attribute_list *list, size_t *count)
{
    attribute *items = (attribute *)(void *)list->items.data;

    *count = list->items.failed ? 0 : list->items.length / sizeof *items;
    if (*count > 1)
        qsort(items, *count, sizeof *items, compare_attributes);
    return items;
}

static void release_attributes(attribute_list *list)
{
    tenon__buf_release(&list->items);
}

/* ---- members of blocks ---- */

static void add_field_attributes(layout *l, const syntax_node *field)
{
    TENON__CLEANUP(release_attributes) attribute_list list = {0};
    size_t count;

    SYNTAX_EACH(child, field)
    {
        if (child->rule == SYNTAX_FIELD_ATTRIBUTE)
            collect(l, &list, child, NULL);
    }
    attribute *items = sorted(&list, &count);
    for (size_t i = 0; i < count; i++) {
        tenon__buf_text(&l->cell, i ? " @" : "@");
        add_call(l, items[i].node);
    }
    l->out->failed |= list.items.failed;
    set_cell(l, ATTRIBUTES_COLUMN);
}

static void add_type(layout *l, const syntax_node *type)
{
    bool is_list = type->rule == SYNTAX_LIST_TYPE || type->rule == SYNTAX_LEGACY_LIST_TYPE ||
                   type->rule == SYNTAX_OPTIONAL_LIST_TYPE;
    bool is_optional =
        type->rule == SYNTAX_OPTIONAL_TYPE || type->rule == SYNTAX_OPTIONAL_LIST_TYPE;

    add_source(l, syntax_child(type, SYNTAX_BASE_TYPE));
    tenon__buf_text(&l->cell, is_list ? "[]" : "");
    tenon__buf_text(&l->cell, is_optional ? "?" : "");
    set_cell(l, TYPE_COLUMN);
}

static void lay_out_field(layout *l, const syntax_node *node)
{
    table_add_row(&l->table);
    SYNTAX_EACH(child, node)
    {
        if (child->rule == SYNTAX_IDENTIFIER) {
            add_source(l, child);
            set_cell(l, NAME_COLUMN);
        } else if (syntax_is_type(child->rule)) {
            add_type(l, child);
        } else if (syntax_is_comment(child->rule)) {
            set_suffix(l, child);
        }
    }
    add_field_attributes(l, node);
}

/* The attributes of an enum value follow each other without a blank and are not put in order. */
static void lay_out_enum_value(layout *l, const syntax_node *node)
{
    table_add_row(&l->table);
    SYNTAX_EACH(child, node)
    {
        if (child->rule == SYNTAX_IDENTIFIER) {
            add_source(l, child);
            set_cell(l, NAME_COLUMN);
        } else if (child->rule == SYNTAX_FIELD_ATTRIBUTE) {
            tenon__buf_char(&l->cell, '@');
            add_call(l, child);
        } else {
            set_suffix(l, child);
        }
    }
    set_cell(l, TYPE_COLUMN);
}

/* `key =` without a value loses its equals sign. */
static void lay_out_key_value(layout *l, const syntax_node *node)
{
    table_add_row(&l->table);
    SYNTAX_EACH(child, node)
    {
        if (child->rule == SYNTAX_IDENTIFIER) {
            add_source(l, child);
            set_cell(l, NAME_COLUMN);
        } else if (syntax_is_comment(child->rule)) {
            set_suffix(l, child);
        } else {
            tenon__buf_text(&l->cell, "= ");
            add_expression(l, child);
            set_cell(l, TYPE_COLUMN);
        }
    }
}

static void lay_out_block_attribute(layout *l, const syntax_node *node)
{
    const syntax_node *last = NULL;

    table_add_row(&l->table);
    tenon__buf_text(&l->cell, "@@");
    add_call(l, node);
    set_cell(l, NAME_COLUMN);
    SYNTAX_EACH(child, node)
    last = child;
    if (last && syntax_is_comment(last->rule))
        set_suffix(l, last);
}

/* A line that nothing matches, without its line feed. */
static void lay_out_unknown_line(layout *l, const syntax_node *node)
{
    size_t end = node->end;

    while (end > node->start && l->text[end - 1] == '\n')
        end--;
    table_add_free_line(&l->table, l->text + node->start, end - node->start);
}

/* ---- comments ---- */

/* The end of the Unicode white space at `at`, or `at`. */
static size_t white_space(const lexer *in, size_t at)
{
    static const char *const others[] = {"\n",       "\v",           "\f",          "\r",
                                         "\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xA9"};
    size_t end = lexer_spaces(in, at);

    for (size_t i = 0; i < TENON__COUNT(others) && end == at; i++)
        end = lexer_literal(in, at, others[i]);
    return end;
}

static table_text trim(const char *text, size_t start, size_t end)
{
    lexer in = {text, end};
    size_t last = start;

    for (size_t next; (next = white_space(&in, start)) > start;)
        start = next;
    for (size_t at = start, next; at < end; at = next) {
        next = white_space(&in, at);
        if (next == at)
            last = next = at + 1;
    }
    return (table_text){start, last > start ? last - start : 0};
}

/* One line of a block comment behind a star of its own. */
static void lay_out_comment_line(layout *l, size_t start, size_t end)
{
    table_text line = trim(l->text, start, end);

    if (line.length && l->text[line.start] == '*')
        line = trim(l->text, line.start + 1, line.start + line.length);
    else if (!line.length)
        return;
    if (!line.length)
        return;
    tenon__buf_text(&l->cell, " * ");
    tenon__buf_add(&l->cell, l->text + line.start, line.length);
    table_add_row(&l->table);
    table_set_suffix(&l->table, tenon__buf_string(&l->cell), l->cell.length);
    tenon__buf_clear(&l->cell);
}

static void lay_out_block_comment(layout *l, const syntax_node *node)
{
    size_t end = node->end - 2;

    table_add_row(&l->table);
    table_set_suffix(&l->table, "/**", 3);
    for (size_t start = node->start + 2, stop; start < end; start = stop + 1) {
        const char *feed = memchr(l->text + start, '\n', end - start);
        stop = feed ? (size_t)(feed - l->text) : end;
        lay_out_comment_line(l, start, stop);
    }
    table_add_row(&l->table);
    table_set_suffix(&l->table, " */", 3);
}

static void lay_out_comments(layout *l, const syntax_node *block)
{
    SYNTAX_EACH(comment, block)
    {
        if (comment->rule == SYNTAX_BLOCK_COMMENT) {
            lay_out_block_comment(l, comment);
        } else {
            table_add_row(&l->table);
            set_suffix(l, comment);
        }
    }
}

/* ---- blocks ---- */

static void lay_out_member(layout *l, const syntax_node *node)
{
    switch ((int)node->rule) {
    case SYNTAX_FIELD:
        lay_out_field(l, node);
        break;
    case SYNTAX_ENUM_VALUE:
        lay_out_enum_value(l, node);
        break;
    case SYNTAX_KEY_VALUE:
        lay_out_key_value(l, node);
        break;
    case SYNTAX_COMMENT_BLOCK:
        lay_out_comments(l, node);
        break;
    case SYNTAX_CATCH_ALL:
        lay_out_unknown_line(l, node);
        break;
    default:
        break;
    }
}

static void start_table(layout *l)
{
    table_render(&l->table, INDENT, l->out);
    table_add_row(&l->table);
}

/* All members but the attributes, which go to the list. */
static void lay_out_members(layout *l, const syntax_node *block, attribute_list *attributes)
{
    const syntax_node *end = block + block->size, *comment = NULL;
    bool is_after_blank = false, is_first = true;

    SYNTAX_EACH(node, block)
    {
        const syntax_node *next = node + node->size;
        bool is_before_attribute = next < end && next->rule == SYNTAX_BLOCK_ATTRIBUTE;

        if (node->rule == SYNTAX_KEYWORD || node->rule == SYNTAX_IDENTIFIER)
            continue;
        if (node->rule == SYNTAX_EMPTY_LINES) {
            is_after_blank = !is_first;
        } else if (node->rule == SYNTAX_BLOCK_ATTRIBUTE) {
            collect(l, attributes, node, comment);
            comment = NULL;
            is_after_blank = false;
        } else if (node->rule == SYNTAX_COMMENT_BLOCK && is_before_attribute) {
            comment = node;
            is_after_blank = false;
        } else {
            if (is_after_blank)
                start_table(l);
            lay_out_member(l, node);
            is_after_blank = false;
        }
        is_first = false;
    }
    table_render(&l->table, INDENT, l->out);
}

static void lay_out_block_attributes(layout *l, attribute_list *list)
{
    size_t count;
    attribute *items = sorted(list, &count);

    if (count)
        table_add_row(&l->table);
    for (size_t i = 0; i < count; i++) {
        if (items[i].comment)
            lay_out_comments(l, items[i].comment);
        lay_out_block_attribute(l, items[i].node);
    }
    l->out->failed |= list->items.failed;
    table_render(&l->table, INDENT, l->out);
}

static void lay_out_block(layout *l, const syntax_node *node)
{
    TENON__CLEANUP(release_attributes) attribute_list attributes = {0};
    const syntax_node *keyword = node + 1, *name = node + 2;

    tenon__buf_add(l->out, l->text + keyword->start, keyword->end - keyword->start);
    tenon__buf_char(l->out, ' ');
    tenon__buf_add(l->out, l->text + name->start, name->end - name->start);
    tenon__buf_text(l->out, " {\n");
    lay_out_members(l, node, &attributes);
    lay_out_block_attributes(l, &attributes);
    tenon__buf_text(l->out, "}\n");
}

/* ---- top level ---- */

static void lay_out_top(layout *l, const syntax_node *node, bool is_at_edge)
{
    switch ((int)node->rule) {
    case SYNTAX_MODEL:
    case SYNTAX_ENUM:
    case SYNTAX_CONFIG:
        lay_out_block(l, node);
        break;
    case SYNTAX_COMMENT_BLOCK:
        lay_out_comments(l, node);
        table_render(&l->table, 0, l->out);
        break;
    case SYNTAX_EMPTY_LINES:
        tenon__buf_text(l->out, is_at_edge ? "" : "\n");
        break;
    default:
        tenon__buf_add(l->out, l->text + node->start, node->end - node->start);
        break;
    }
}

static void lay_out_schema(layout *l, const syntax_node *root)
{
    SYNTAX_EACH(node, root)
    {
        bool is_last = node + node->size == root + root->size;
        lay_out_top(l, node, is_last || node == root + 1);
    }
    if (!l->out->length || l->out->data[l->out->length - 1] != '\n')
        tenon__buf_char(l->out, '\n');
}

bool layout_text(const char *text, size_t length, tenon__buf *out)
{
    tenon__arena arena = {0};
    layout l = {.text = text, .out = out};
    syntax_tree tree;

    if (syntax_parse(&tree, &arena, text, length))
        lay_out_schema(&l, tree.nodes);
    else
        out->failed = true;
    table_release(&l.table);
    tenon__buf_release(&l.cell);
    tenon__arena_release(&arena);
    return !out->failed;
}
