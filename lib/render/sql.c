/* The pieces that every statement is made of. */
#include "render/sql.h"

static void check_text(tenon__sql *w)
{
    if (w->text.failed && !w->failed) {
        tenon__fail_no_memory(w->err);
        w->failed = true;
    }
}

void tenon__sql_add(tenon__sql *w, const char *text)
{
    tenon__buf_text(&w->text, text);
    check_text(w);
}

void tenon__sql_identifier(tenon__sql *w, const char *name)
{
    if (!w->failed)
        w->failed = !tenon__quote_identifier(&w->text, w->dialect->id, name, w->err);
}

void tenon__sql_literal(tenon__sql *w, const char *text, size_t length)
{
    if (!w->failed)
        w->failed = !tenon__quote_literal(&w->text, w->dialect->id, text, length, w->err);
}

void tenon__sql_table(tenon__sql *w)
{
    if (!w->failed)
        w->failed = !tenon__quote_table(&w->text, w->dialect->id, w->schema, w->table, w->err);
}

void tenon__sql_qualified_column(tenon__sql *w, const tenon_field *field)
{
    tenon__sql_identifier(w, w->alias ? w->alias : w->table);
    tenon__sql_add(w, ".");
    tenon__sql_identifier(w, field->column);
}

void tenon__sql_column(tenon__sql *w, const tenon_field *field)
{
    if (w->measures && tenon__sql_measure(w, field))
        return;
    if (field == &tenon__count_field)
        tenon__sql_add(w, "count(*)");
    else if (w->is_qualified)
        tenon__sql_qualified_column(w, field);
    else
        tenon__sql_identifier(w, field->column);
}

void *tenon__sql_alloc(tenon__sql *w, size_t count, size_t size)
{
    if (w->failed)
        return NULL;
    void *memory = tenon__arena_array(w->arena, count, size);
    if (!memory) {
        tenon__fail_no_memory(w->err);
        w->failed = true;
    }
    return memory;
}

static bool make_room_for_slot(tenon__sql *w)
{
    if (w->slot_count < w->slot_capacity)
        return true;
    size_t capacity = w->slot_capacity ? w->slot_capacity * 2 : 8;
    tenon__slot *slots = tenon__sql_alloc(w, capacity, sizeof *slots);
    if (!slots)
        return false;
    if (w->slot_count)
        memcpy(slots, w->slots, w->slot_count * sizeof *slots);
    w->slots = slots;
    w->slot_capacity = capacity;
    return true;
}

size_t tenon__sql_reserve_slot(tenon__sql *w, tenon__slot slot)
{
    if (w->failed || !make_room_for_slot(w))
        return 0;
    w->slots[w->slot_count++] = slot;
    return w->slot_count;
}

void tenon__sql_any_slot(tenon__sql *w, tenon__slot slot)
{
    if (w->failed || (!w->repeated && !make_room_for_slot(w)))
        return;
    if (!w->repeated)
        w->slots[w->slot_count++] = slot;
    tenon__buf_char(&w->text, w->dialect->parameter_mark);
    tenon__buf_int(&w->text, (int64_t)(w->repeated ? w->repeated : w->slot_count));
    check_text(w);
}

void tenon__sql_slot(tenon__sql *w, const tenon_field *field, tenon__form form)
{
    tenon__sql_any_slot(
        w, (tenon__slot){
               .field = field, .form = form, .is_compared = w->is_condition, .model = w->model});
}

void tenon__sql_text_slot(tenon__sql *w, const tenon_field *field)
{
    tenon__sql_any_slot(w, (tenon__slot){.field = field, .as_text = true, .model = w->model});
}

void tenon__sql_row_slots(tenon__sql *w, const tenon_field *const *fields, size_t count)
{
    w->slots = tenon__sql_alloc(w, count, sizeof *w->slots);
    for (size_t i = 0; w->slots && i < count; i++) {
        bool is_list = fields[i]->flags & TENON_FIELD_LIST;
        w->slots[w->slot_count++] =
            (tenon__slot){.field = fields[i],
                          .form = is_list ? TENON__FORM_ARRAY : TENON__FORM_WIDE,
                          .model = w->model};
    }
}

void tenon__sql_refuse(tenon__sql *w, const tenon_field *field, const char *what, const char *hint)
{
    if (w->failed)
        return;
    w->failed = true;
    tenon__error_copy(w->err->model, sizeof w->err->model, w->model->name);
    tenon__error_copy(w->err->field, sizeof w->err->field, field ? field->name : NULL);
    tenon__fail(w->err, TENON_UNSUPPORTED, "%s", what);
    tenon__hint(w->err, "%s", hint);
}

const char *tenon__sql_own_next_text(tenon__sql *w)
{
    size_t length;
    const char *text = tenon__shape_next_text(&w->shape, &length);
    if (length == 0)
        return NULL;
    char *copy = tenon__sql_alloc(w, length + 1, 1);
    return copy ? memcpy(copy, text, length) : NULL;
}

const tenon_field *tenon__sql_next_field(tenon__sql *w)
{
    uint16_t index = tenon__shape_next_field(&w->shape);
    assert(index < w->model->field_count);
    return &w->model->fields[index];
}

const tenon_field *tenon__sql_operand(const tenon_field *field)
{
    static const tenon_field decimal = {.name = "the operand",
                                        .kind = TENON_KIND_DECIMAL,
                                        .pg_type = TENON_PG_NUMERIC,
                                        .precision = -1};
    return field->kind == TENON_KIND_DECIMAL ? &decimal : field;
}

tenon__sql_path tenon__sql_next_path(tenon__sql *w)
{
    size_t length;
    const char *text = tenon__shape_next_text(&w->shape, &length);
    return (tenon__sql_path){.at = text, .end = text + length};
}

tenon__sql_json tenon__sql_next_json(tenon__sql *w, tenon_operator operation,
                                     const tenon_field *field)
{
    tenon__sql_json json = {.operation = operation, .field = field};
    json.path = tenon__sql_next_path(w);
    if (tenon__has_json_form((int)operation))
        json.form = (tenon__json_form)tenon__shape_next(&w->shape);
    return json;
}

const char *tenon__sql_json_sign(tenon_operator operation)
{
    switch (operation) {
    case TENON_JSON_PATH_NE:
        return " <> ";
    case TENON_JSON_PATH_LT:
        return " < ";
    case TENON_JSON_PATH_LE:
        return " <= ";
    case TENON_JSON_PATH_GT:
        return " > ";
    case TENON_JSON_PATH_GE:
        return " >= ";
    default:
        return " = ";
    }
}

bool tenon__sql_is_json_match(tenon_operator operation, bool *minds_case)
{
    *minds_case = operation < TENON_JSON_PATH_ISTARTS_WITH;
    return operation >= TENON_JSON_PATH_STARTS_WITH && operation <= TENON_JSON_PATH_ICONTAINS;
}

static bool is_index(const char *key, size_t length)
{
    enum { MOST_DIGITS = 9 };
    for (size_t i = 0; i < length; i++) {
        if (key[i] < '0' || key[i] > '9')
            return false;
    }
    return length > 0 && length <= MOST_DIGITS;
}

bool tenon__sql_next_key(tenon__sql_path *path, tenon__sql_key *key)
{
    if (path->at >= path->end)
        return false;
    size_t rest = (size_t)(path->end - path->at);
    const char *dot = memchr(path->at, '.', rest);
    key->text = path->at;
    key->length = dot ? (size_t)(dot - path->at) : rest;
    key->is_index = is_index(key->text, key->length);
    path->at += key->length + 1;
    return true;
}
