/* Pages: one more row than asked for tells whether there is a next page.
 *
 * The columns of the order are added to those chosen, because cursors are made of them; what is
 * ordered by at the end of relations comes behind the row, as do rows that are joined to it and the
 * total, and all of that is taken off once it has been read. A page before a cursor is read
 * backwards and turned round. Hooks that watch what is loaded are called here, for the page as the
 * program gets it. What is loaded ahead (ahead.c) is for the rows of the page only, so its limit is
 * the size without the row more. */
#include <tenon/page.h>

#include "model/include.h"
#include "model/row.h"

enum { TERMS = TENON_MAX_ORDER + TENON_MAX_KEY };

/* What is known of a page while it is asked for. */
typedef struct task {
    tenon__walk walk;
    const tenon_model *model;
    tenon_query_head head;
    tenon_read before; /* of the session */
    const char *query;
    tenon__joined joined;
    tenon__places places;
    tenon__paged paged;
    tenon__arena *memory; /* of what is loaded ahead: */
    tenon__ahead *ahead;
    uint8_t digest[TENON__QUERY_DIGEST_BYTES];
} task;

static bool call_hooks(const task *t, const char *operation, const tenon__rows *rows)
{
    tenon__parents found = {.model = t->model};
    if (rows) {
        found.items = rows->items;
        found.count = rows->count;
    }
    return tenon__tell_load(t->head.session, t->model, operation, t->query, rows ? &found : NULL);
}

static void refuse_options(task *t, const char *call)
{
    if (t->head.limit || t->head.offset)
        tenon__walk_misuse(&t->walk, "limit and offset have no meaning for %s: give a size", call);
    if (t->head.strategy)
        tenon__walk_misuse(&t->walk, "strategy has a meaning for included relations only");
    tenon__refuse_distinct(&t->walk, t->query, call);
    tenon__refuse_nearest(&t->walk, t->query, call);
    tenon__refuse_lock(&t->walk, &t->head, call);
}

static void refuse_secrets(task *t)
{
    for (size_t i = 0; i < t->places.count; i++) {
        const tenon__term *term = &t->places.terms[i];
        const tenon_field *field = tenon__term_field(t->model, term);
        if (field->flags & TENON_FIELD_SENSITIVE)
            tenon__walk_misuse(&t->walk, "%s: a cursor would show the values of a sensitive column",
                               term->path ? term->path : field->name);
    }
}

/* Where what does not belong to the row begins. */
static uint32_t behind_row(const task *t)
{
    return t->model->row_size + t->joined.bytes;
}

/* Chosen columns, with those of the order. */
static void walk_columns_and_places(task *t, const char *call)
{
    tenon__walk *walk = &t->walk;
    size_t at = walk->shape.length;
    tenon__walk_columns(walk, t->query);
    bool has_columns = walk->shape.length > at;
    tenon__walk_joined(walk, t->query, false, &t->joined);
    if (!tenon__walk_places(walk, t->query + t->model->query_order_by, call, behind_row(t),
                            &t->places) ||
        !has_columns || walk->shape.failed)
        return;
    for (size_t i = 0; i < t->places.count; i++) {
        uint16_t field = t->places.terms[i].field;
        if (!t->places.terms[i].path)
            walk->shape.data[at + field / 8] |= (uint8_t)(1u << field % 8);
    }
}

/* False when the session has failed, or a hook says no. */
static bool open_task(task *t, const tenon_model *model, const void *query, const char *operation,
                      tenon__arena *memory)
{
    t->model = model;
    t->memory = memory;
    t->paged = (tenon__paged){.place = TENON__SHAPE_END};
    t->query = query;
    memcpy(&t->head, query, sizeof t->head);
    t->before = tenon__read_begin(t->head.session, t->head.read);
    return !tenon__session_is_failed(t->head.session) && call_hooks(t, operation, NULL);
}

static void close_task(const task *t)
{
    tenon__read_end(t->head.session, t->head.read, t->before);
}

static bool begin(task *t, const char *call, tenon__operation operation)
{
    if (!tenon__walk_begin(&t->walk, t->head.session, t->model, operation))
        return false;
    tenon__walk_table(&t->walk, t->head.table);
    tenon__walk_index(&t->walk, t->head.hints);
    tenon__walk_plan(&t->walk, t->head.plan);
    tenon__walk_deleted(&t->walk, t->head.with_deleted, t->head.only_deleted);
    refuse_options(t, call);
    return true;
}

static void walk_where(task *t)
{
    tenon__walk_where(&t->walk, t->query + t->model->query_where);
}

static bool run(task *t, tenon__rows *rows)
{
    rows->arena = tenon__session_arena(t->head.session);
    return tenon__run_hinted(&t->walk, t->head.hints, rows);
}

/* What the query includes comes in the same round trip where that is faster. */
static void plan_ahead(task *t)
{
    t->ahead = NULL;
    if (!t->walk.failed && tenon__has_includes(t->model, t->query))
        t->ahead = tenon__plan_ahead(t->memory, &t->walk, t->query, false, &t->joined, &t->paged);
}

static bool find(task *t, tenon__rows *rows)
{
    plan_ahead(t);
    if (!tenon__walk_is_sound(&t->walk) || !tenon__tell_joined(t->head.session, &t->joined))
        return false;
    rows->arena = tenon__session_arena(t->head.session);
    return t->ahead ? tenon__run_ahead(t->ahead, t->memory, &t->walk, rows) : run(t, rows);
}

/* The rows without what stands behind them. */
static bool strip(task *t, tenon__rows *rows, size_t stride)
{
    if (!tenon__take_joined(rows->arena, &t->joined, t->model, rows->items, rows->count, stride))
        return tenon__fail_no_memory(tenon__session_error(t->head.session));
    if (stride > t->model->row_size)
        tenon__close_up(rows, t->model->row_size, stride);
    return true;
}

/* The relations of the rows that are left. */
static bool include(task *t, const tenon__rows *rows)
{
    return !tenon__has_includes(t->model, t->query) ||
           tenon__include(t->head.session, t->model, t->query, rows->items, rows->count, &t->joined,
                          t->ahead);
}

/* ---- by cursor ------------------------------------------------------------------------------- */

static void check_request(task *t, const tenon_page_request *request)
{
    if (request->size < 1 || request->size == INT64_MAX)
        tenon__walk_misuse(&t->walk, "a page needs a size of at least 1");
    if (request->after && request->before)
        tenon__walk_misuse(&t->walk, "a page is after a cursor or before one, not both");
}

void tenon__walk_place(tenon__walk *walk, const tenon__paged *paged, size_t count)
{
    tenon__shape_word(&walk->shape, paged->place);
    if (paged->place == TENON__SHAPE_END)
        return;
    tenon__shape_word(&walk->shape, paged->cursor.is_inclusive);
    for (size_t i = 0; i < count; i++) {
        tenon__shape_word(&walk->shape, paged->cursor.values[i] == NULL);
        if (paged->cursor.values[i])
            tenon__walk_value(walk, paged->cursor.values[i]);
    }
}

/* Reads the cursor, if there is one, and writes where it stands. */
static void walk_keyset(task *t, const tenon_page_request *request)
{
    tenon__paged *paged = &t->paged;
    const char *text = request->before ? request->before : request->after;
    paged->is_by_cursor = true;
    paged->limit = request->size;
    if (text && (t->walk.failed ||
                 !tenon__cursor_read(&t->walk, &t->places, t->digest, text, &paged->cursor)))
        return;
    if (text)
        paged->place = request->before ? TENON__SHAPE_BEFORE : TENON__SHAPE_AFTER;
    tenon__walk_place(&t->walk, paged, t->places.count);
}

static void swap(char *a, char *b, size_t size)
{
    char room[64];
    for (size_t done = 0; done < size;) {
        size_t part = size - done < sizeof room ? size - done : sizeof room;
        memcpy(room, a + done, part);
        memcpy(a + done, b + done, part);
        memcpy(b + done, room, part);
        done += part;
    }
}

static void turn_round(tenon__rows *rows, size_t size)
{
    for (size_t i = 0; i < rows->count / 2; i++)
        swap(rows->items + i * size, rows->items + (rows->count - 1 - i) * size, size);
}

static const char *cursor_at(task *t, const char *row)
{
    tenon__cursor cursor;
    tenon__wide room[TERMS];
    tenon__cursor_of_row(t->model, &t->places, row, room, &cursor);
    return tenon__cursor_write(&t->walk, tenon__session_arena(t->head.session), &t->places,
                               t->digest, &cursor);
}

/* Which way there is more: behind what was read the surplus row tells; where the cursor came from
 * its row is, unless the cursor was made at an end. */
static tenon_page page_of_rows(task *t, const tenon_page_request *request, tenon__rows *rows)
{
    const tenon__cursor *cursor = &t->paged.cursor;
    bool has_more = rows->count > (size_t)request->size, has_origin = !cursor->is_inclusive;
    size_t stride = behind_row(t) + tenon__places_bytes(&t->places);
    rows->count -= has_more;
    if (request->before)
        turn_round(rows, stride);
    tenon_page page = {.count = rows->count,
                       .has_next = request->before ? has_origin : has_more,
                       .has_previous = request->before ? has_more : request->after && has_origin};
    if (page.has_next)
        page.next = cursor_at(t, rows->items + (rows->count - 1) * stride);
    if (page.has_previous)
        page.previous = cursor_at(t, rows->items);
    if (!strip(t, rows, stride))
        return (tenon_page){0};
    page.items = rows->items;
    return page;
}

/* Nothing is left behind the cursor: the way back begins with its row. */
static tenon_page empty_page(task *t, const tenon_page_request *request)
{
    const tenon__cursor *cursor = &t->paged.cursor;
    tenon_page page = {0};
    const char *from = request->before ? request->before : request->after;
    if (!from || cursor->is_inclusive)
        return page;
    const char *back = tenon__cursor_include(&t->walk, tenon__session_arena(t->head.session), from);
    page.has_next = request->before;
    page.has_previous = request->after;
    *(request->before ? &page.next : &page.previous) = back;
    return page;
}

tenon_page tenon_find_page(const tenon_model *model, const void *query,
                           const tenon_page_request *request)
{
    TENON__CLEANUP(tenon__arena_release) tenon__arena memory = {0};
    TENON__CLEANUP(close_task) task t;
    tenon__rows rows = {0};
    if (!open_task(&t, model, query, "page", &memory) || !begin(&t, "a page", TENON__PAGE))
        return (tenon_page){0};
    check_request(&t, request);
    walk_columns_and_places(&t, "a page");
    refuse_secrets(&t);
    size_t where_at = t.walk.shape.length, first_value = t.walk.value_count;
    walk_where(&t);
    tenon__query_digest(&t.walk, t.head.table, &t.places, where_at, first_value, t.digest);
    walk_keyset(&t, request);
    if (!t.walk.failed)
        tenon__walk_limit(&t.walk, request->size + 1, 0);
    if (!find(&t, &rows))
        return (tenon_page){0};
    tenon_page page = rows.count ? page_of_rows(&t, request, &rows) : empty_page(&t, request);
    bool is_done = !tenon__session_is_failed(t.head.session) && call_hooks(&t, "page", &rows) &&
                   include(&t, &rows);
    return is_done ? page : (tenon_page){0};
}

/* ---- by number ------------------------------------------------------------------------------- */

static void check_number(task *t, int64_t page, int64_t size, int64_t *offset)
{
    *offset = 0;
    if (size < 1)
        tenon__walk_misuse(&t->walk, "a page needs a size of at least 1");
    else if (page < 1)
        tenon__walk_misuse(&t->walk, "pages are counted from 1");
    else if (__builtin_mul_overflow(page - 1, size, offset))
        tenon__walk_misuse(&t->walk, "there cannot be a page %lld", (long long)page);
}

/* The rows with how many there are in all; the where is walked for both. */
static bool find_rows(task *t, int64_t page, int64_t size, tenon__rows *rows, int64_t *offset)
{
    if (!begin(t, "a page", TENON__PAGE_OF))
        return false;
    check_number(t, page, size, offset);
    tenon__walk_columns(&t->walk, t->query);
    tenon__walk_joined(&t->walk, t->query, false, &t->joined);
    tenon__walk_order_and_key(&t->walk, t->query, "a page");
    walk_where(t);
    walk_where(t);
    t->paged.limit = size;
    t->paged.offset = *offset;
    if (!t->walk.failed)
        tenon__walk_limit(&t->walk, size, *offset);
    return find(t, rows);
}

/* Takes the totals out of the rows; they are all the same. */
static bool take_total(task *t, tenon__rows *rows, int64_t *total)
{
    uint32_t at = behind_row(t);
    memcpy(total, rows->items + at, sizeof *total);
    return strip(t, rows, at + sizeof *total);
}

static bool count_rows(task *t, int64_t *total)
{
    if (!tenon__walk_begin(&t->walk, t->head.session, t->model, TENON__COUNT_ROWS))
        return false;
    tenon__walk_table(&t->walk, t->head.table);
    tenon__walk_index(&t->walk, t->head.hints);
    tenon__walk_plan(&t->walk, t->head.plan);
    tenon__walk_deleted(&t->walk, t->head.with_deleted, t->head.only_deleted);
    tenon__shape_word(&t->walk.shape, TENON__SHAPE_END);
    walk_where(t);
    tenon__arena *arena = tenon__session_arena(t->head.session);
    tenon__arena_mark mark = tenon__arena_mark_here(arena);
    tenon__rows rows = {.expected = 1};
    bool is_done = run(t, &rows) && rows.count;
    if (is_done)
        memcpy(total, rows.items, sizeof *total);
    tenon__arena_rewind(arena, mark);
    return is_done;
}

/* An empty page has no row to say the total. When it is counted then, and still is no more than
 * what stands before the page, that was a moment at which the page was empty; otherwise rows have
 * come, and it is read again. */
static bool find_page_of(task *t, int64_t page, int64_t size, tenon__rows *rows, int64_t *total)
{
    for (;;) {
        int64_t offset;
        *total = 0;
        if (!find_rows(t, page, size, rows, &offset))
            return false;
        if (rows->count)
            return take_total(t, rows, total);
        if (page == 1)
            return true;
        if (!count_rows(t, total))
            return false;
        if (*total <= offset)
            return true;
    }
}

tenon_offset_page tenon_find_page_of(const tenon_model *model, const void *query, int64_t page,
                                     int64_t size)
{
    TENON__CLEANUP(tenon__arena_release) tenon__arena memory = {0};
    TENON__CLEANUP(close_task) task t;
    tenon__rows rows = {0};
    int64_t total;
    if (!open_task(&t, model, query, "page_of", &memory) ||
        !find_page_of(&t, page, size, &rows, &total) || !call_hooks(&t, "page_of", &rows) ||
        !include(&t, &rows))
        return (tenon_offset_page){0};
    int64_t pages = total / size + (total % size != 0);
    return (tenon_offset_page){.items = rows.items,
                               .count = rows.count,
                               .page = page,
                               .pages = pages,
                               .total = total,
                               .has_next = page<pages, .has_previous = page> 1 && total > 0};
}
