/* What hooks are told about a statement, found out while it is rendered. */
#include "render/sql.h"

typedef struct named {
    const char *operation;
    tenon__deed deed;
} named;

static const named names[] = {
    [TENON__FIND_BY] = {"find_by", TENON__DEED_LOAD_BY_KEY},
    [TENON__FIND] = {"find", TENON__DEED_LOAD},
    [TENON__COUNT_ROWS] = {"count", TENON__DEED_NONE},
    [TENON__EXISTS] = {"exists", TENON__DEED_NONE},
    /* those with rows of their own form tell of them themselves */
    [TENON__FIND_RELATED] = {"include", TENON__DEED_NONE},
    [TENON__COUNT_RELATED] = {"include", TENON__DEED_NONE},
    [TENON__AGGREGATE] = {"aggregate", TENON__DEED_NONE},
    [TENON__GROUP] = {"group", TENON__DEED_NONE},
    [TENON__PAGE] = {"page", TENON__DEED_NONE},
    [TENON__PAGE_OF] = {"page_of", TENON__DEED_NONE},
    [TENON__CREATE] = {"create", TENON__DEED_CREATE},
    [TENON__CREATE_MANY] = {"create_many", TENON__DEED_CREATE_MANY},
    [TENON__UPDATE] = {"update", TENON__DEED_UPDATE},
    [TENON__UPDATE_MANY] = {"update_many", TENON__DEED_UPDATE_MANY},
    [TENON__UPSERT] = {"upsert", TENON__DEED_UPSERT},
    [TENON__DELETE] = {"delete", TENON__DEED_DELETE},
    [TENON__DELETE_MANY] = {"delete_many", TENON__DEED_DELETE_MANY},
    [TENON__AUDITED] = {"history", TENON__DEED_NONE},
    [TENON__NOTE] = {"note", TENON__DEED_NONE},
    [TENON__FORGET_NOTE] = {"note", TENON__DEED_NONE},
    [TENON__LINKED] = {"linked", TENON__DEED_NONE},
    [TENON__LINK] = {"link", TENON__DEED_NONE},
    [TENON__UNLINK] = {"unlink", TENON__DEED_NONE},
    [TENON__UPSERT_MANY] = {"upsert_many", TENON__DEED_NONE},
    [TENON__UPDATE_EACH] = {"update_each", TENON__DEED_NONE},
};

/* An UPDATE that marks rows as deleted, or unmarks them, is no update to the program. */
static void tell_mark(tenon__sql *w, const char *one, tenon__deed deed, const char *many,
                      tenon__deed deed_of_many)
{
    if (w->head.operation == TENON__UPDATE) {
        w->about.operation = one;
        w->about.deed = deed;
    } else if (w->head.operation == TENON__UPDATE_MANY) {
        w->about.operation = many;
        w->about.deed = deed_of_many;
    }
}

void tenon__sql_tell_operation(tenon__sql *w)
{
    uint16_t operation = w->head.operation;
    named name = operation < TENON__COUNT(names) ? names[operation] : (named){0};
    w->about.model = w->model;
    w->about.operation = name.operation ? name.operation : "query";
    w->about.deed = name.deed;
    if (operation == TENON__UPSERT && w->head.flags & TENON__SHAPE_SKIP_DUPLICATES) {
        w->about.operation = "get_or_create";
        w->about.deed = TENON__DEED_CREATE;
    }
    if (w->head.flags & TENON__SHAPE_MARKS_DELETED)
        tell_mark(w, "delete", TENON__DEED_DELETE, "delete_many", TENON__DEED_DELETE_MANY);
    else if (w->head.flags & TENON__SHAPE_ONLY_DELETED)
        tell_mark(w, "restore", TENON__DEED_RESTORE, "restore_many", TENON__DEED_RESTORE_MANY);
    if (w->head.operation == TENON__FIND && w->head.flags & TENON__SHAPE_HAS_JOINED)
        w->about.deed = TENON__DEED_NONE;
    if (w->head.flags & TENON__SHAPE_EXPLAIN) {
        w->about.operation = "explain";
        w->about.deed = TENON__DEED_NONE;
    }
}

void tenon__sql_tell_key(tenon__sql *w, const tenon_unique *unique)
{
    w->about.equal = unique->fields;
    w->about.equal_count = unique->field_count;
    w->about.key_at = w->slot_count;
}

/* An operator about one field, with nothing but the field behind it in the shape. */
static bool is_simple(uint8_t word)
{
    return word != TENON__SHAPE_END && word <= TENON_NOT_EMPTY && word != TENON_JSON_PATH_EQ;
}

/* The first conditions of a where, up to one that is not simple. The shape is left where it is. */
void tenon__sql_tell_where(tenon__sql *w)
{
    tenon__shape_reader shape = w->shape;
    uint16_t *equal = tenon__sql_alloc(w, w->model->field_count, sizeof *equal);
    if (!equal || w->about.equal)
        return;
    size_t count = 0;
    for (uint8_t word; is_simple(word = tenon__shape_next(&shape));) {
        uint16_t field = tenon__shape_next_field(&shape);
        if ((word == TENON_EQ || word == TENON_IN) && count < w->model->field_count)
            equal[count++] = field;
    }
    w->about.equal = equal;
    w->about.equal_count = count;
}
