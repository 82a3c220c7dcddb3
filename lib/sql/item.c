/* What %p takes: values of the rich types, names, lists, patterns, other SQL.
 *
 * The compiler lets any pointer through, so the first bytes tell whether a macro has made it; they
 * are read one by one, and nothing behind the first that is wrong. */
#include "sql/text.h"

static tenon_error *err_of(const tenon_sql *q)
{
    return tenon__session_error(q->session);
}

static bool is_item(const void *pointer)
{
    const char *tag = pointer;
    for (size_t i = 0; tag && i < sizeof TENON_SQL_TAG; i++)
        if (tag[i] != TENON_SQL_TAG[i])
            return false;
    return tag != NULL;
}

/* ---- values ---------------------------------------------------------------------------------- */

/* A length of 0 means that the text is to be measured: the copy needs to know it. */
static void measure(tenon_kind kind, void *value)
{
    tenon_json *text = value;
    if ((kind == TENON_KIND_DECIMAL || kind == TENON_KIND_JSON) && text->text && !text->len)
        text->len = strlen(text->text);
}

static bool is_null(tenon_kind kind, const void *value)
{
    switch ((int)kind) {
    case TENON_KIND_TEXT:
        return !*(const char *const *)value;
    case TENON_KIND_DECIMAL:
    case TENON_KIND_JSON:
        return !((const tenon_json *)value)->text;
    case TENON_KIND_BYTES:
        return !((const tenon_bytes *)value)->data;
    default:
        return false;
    }
}

static bool bind_copy(tenon_sql *q, tenon__bound *bound, const tenon__slot *slot, const void *value)
{
    if (value && !(bound->value = tenon__copy_value(q->arena, slot, value)))
        return tenon__fail_no_memory(err_of(q));
    return tenon__text_bind(q, bound);
}

static bool add_value(tenon_sql *q, const tenon_sql_item *item)
{
    tenon_kind kind = (tenon_kind)item->kind;
    tenon_sql_item copy = *item;
    tenon_field field;
    tenon__bound bound = {.slot = tenon__slot_code(kind, TENON__SLOT_VALUE),
                          .enumeration = item->enumeration};
    const tenon__slot slot = tenon__slot_of_code(bound.slot, &field);
    measure(kind, &copy.as);
    bool has_value = !item->is_null && !is_null(kind, &copy.as);
    return bind_copy(q, &bound, &slot, has_value ? &copy.as : NULL);
}

bool tenon__text_add_value(tenon_sql *q, tenon_kind kind, const void *value, size_t size)
{
    tenon_sql_item item = tenon_sql_item_of(TENON_SQL_FORM_VALUE, (int)kind);
    memcpy(&item.as, value, size);
    return add_value(q, &item);
}

/* ---- lists ----------------------------------------------------------------------------------- */

static bool add_array(tenon_sql *q, const tenon_sql_item *item)
{
    tenon__bound bound = {.slot = tenon__slot_code((tenon_kind)item->kind, TENON__SLOT_ARRAY)};
    tenon_field field;
    const tenon__slot slot = tenon__slot_of_code(bound.slot, &field);
    const tenon__list list = {item->as.list.items, item->as.list.count};
    return bind_copy(q, &bound, &slot, &list);
}

/* The items of a row-form array in the wide form that lists are looked up by. */
static char *widen_items(tenon_sql *q, tenon_kind kind, const tenon__list *list)
{
    size_t wide = tenon__wide_size(kind), narrow = tenon__element_size(kind);
    char *items = tenon__arena_array(q->arena, list->count, wide);
    const char *from = list->items;
    for (size_t i = 0; items && i < list->count; i++) {
        tenon__wide room;
        memcpy(items + i * wide, tenon__widen(kind, from + i * narrow, &room), wide);
        measure(kind, items + i * wide);
    }
    if (!items)
        tenon__fail_no_memory(err_of(q));
    return items;
}

static bool check_items(tenon_sql *q, const char *at, tenon_kind kind, const tenon__list *list)
{
    const char *items = list->items;
    for (size_t i = 0; i < list->count; i++)
        if (!items || is_null(kind, items + i * tenon__wide_size(kind)))
            return tenon__text_refuse(q, at, "item %zu of a list is NULL, which nothing equals", i);
    return true;
}

static bool add_list(tenon_sql *q, const char *at, const tenon_sql_item *item)
{
    tenon_kind kind = (tenon_kind)item->kind;
    const char *const *words =
        item->form == TENON_SQL_FORM_IN ? q->dialect->in : q->dialect->not_in;
    tenon__bound bound = {.slot = tenon__slot_code(kind, TENON__SLOT_LIST),
                          .enumeration = item->enumeration};
    tenon_field field;
    const tenon__slot slot = tenon__slot_of_code(bound.slot, &field);
    tenon__list list = {item->as.list.items, item->as.list.items ? item->as.list.count : 0};
    if (!(list.items = widen_items(q, kind, &list)) || !check_items(q, at, kind, &list))
        return false;
    return tenon__text_add(q, words[0], strlen(words[0])) && bind_copy(q, &bound, &slot, &list) &&
           tenon__text_add(q, words[1], strlen(words[1]));
}

/* ---- patterns -------------------------------------------------------------------------------- */

const tenon__pattern_style tenon__like_style = {
    .special = "%_\\", .before = "\\", .behind = "", .any = "%"};

static void write_pattern(tenon__buf *out, const tenon__pattern_style *style, const char *text,
                          bool is_open_before, bool is_open_behind)
{
    tenon__buf_text(out, is_open_before ? style->any : "");
    for (; *text; text++) {
        bool is_special = strchr(style->special, *text) != NULL;
        tenon__buf_text(out, is_special ? style->before : "");
        tenon__buf_char(out, *text);
        tenon__buf_text(out, is_special ? style->behind : "");
    }
    tenon__buf_text(out, is_open_behind ? style->any : "");
}

static bool is_caseless(int operation)
{
    return operation == TENON_ICONTAINS || operation == TENON_ISTARTS_WITH ||
           operation == TENON_IENDS_WITH;
}

static bool add_match(tenon_sql *q, const char *at, const tenon_sql_item *item)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf pattern = {0};
    int operation = item->operation;
    const tenon__match_words *words =
        is_caseless(operation) ? &q->dialect->caseless : &q->dialect->match;
    if (!item->as.text)
        return tenon__text_refuse(q, at, "a text to look for is NULL");
    write_pattern(&pattern, words->style, item->as.text,
                  operation != TENON_STARTS_WITH && operation != TENON_ISTARTS_WITH,
                  operation != TENON_ENDS_WITH && operation != TENON_IENDS_WITH);
    if (pattern.failed)
        return tenon__fail_no_memory(err_of(q));
    return tenon__text_add(q, words->before, strlen(words->before)) &&
           tenon__text_add_text(q, tenon__buf_string(&pattern)) &&
           tenon__text_add(q, words->behind, strlen(words->behind));
}

bool tenon__text_add_text(tenon_sql *q, const char *text)
{
    return tenon__text_add_value(q, TENON_KIND_TEXT, &text, sizeof text);
}

/* ---- names ----------------------------------------------------------------------------------- */

static bool write_name(tenon_sql *q, const char *at, const tenon_sql_item *item, tenon__buf *out)
{
    tenon_dialect dialect = q->dialect->id;
    const tenon_model *model = item->model;
    tenon_error *err = err_of(q);
    if (item->form == TENON_SQL_FORM_NAME)
        return tenon__quote_identifier(out, dialect, item->as.text, err);
    if (!model || model->abi != TENON_ABI)
        return tenon__text_refuse(q, at, "a name is of no model of this version of tenon");
    if (item->form == TENON_SQL_FORM_TABLE)
        return tenon__quote_table(out, dialect, model->schema, model->table, err);
    if (item->form == TENON_SQL_FORM_COLUMNS)
        return tenon__write_columns(out, dialect, model, item->alias, err);
    if (item->column < 1 || (uint32_t)item->column > model->field_count)
        return tenon__text_refuse(q, at, "%d is no column of %s", item->column, model->name);
    return tenon__write_column(out, dialect, &model->fields[item->column - 1], item->alias, err);
}

static bool add_name(tenon_sql *q, const char *at, const tenon_sql_item *item)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf name = {0};
    return write_name(q, at, item, &name) && tenon__text_add(q, name.data, name.length);
}

/* ---- all of them ----------------------------------------------------------------------------- */

static bool add_part(tenon_sql *q, const char *at, const tenon_sql *part)
{
    if (!part || part == q || part->session != q->session)
        return tenon__text_refuse(q, at, "a part has to be another SQL of the same session");
    if (part->is_ended)
        return tenon__text_refuse(q, at, "a part must not end in a semicolon");
    return tenon__text_add_part(q, part);
}

bool tenon__text_add_item(tenon_sql *q, const char *at, const void *pointer)
{
    const tenon_sql_item *item = pointer;
    if (!is_item(pointer))
        return tenon__text_refuse(q, at, "%%p takes what SQL_VALUE and its like make");
    switch (item->form) {
    case TENON_SQL_FORM_VALUE:
        return add_value(q, item);
    case TENON_SQL_FORM_ARRAY:
        return add_array(q, item);
    case TENON_SQL_FORM_IN:
    case TENON_SQL_FORM_NOT_IN:
        return add_list(q, at, item);
    case TENON_SQL_FORM_LIKE:
        return add_match(q, at, item);
    case TENON_SQL_FORM_TABLE:
    case TENON_SQL_FORM_COLUMN:
    case TENON_SQL_FORM_COLUMNS:
    case TENON_SQL_FORM_NAME:
        return add_name(q, at, item);
    case TENON_SQL_FORM_PART:
        return add_part(q, at, item->as.part);
    }
    return tenon__text_refuse(q, at, "%%p takes what SQL_VALUE and its like make");
}
