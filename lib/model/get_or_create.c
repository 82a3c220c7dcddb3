/* Rows that are created only when nothing stands in their way.
 *
 * get_or_create reads before it writes: mostly the row is there, and reading takes no lock and
 * draws no number from a sequence. What makes it safe beside others is the insert, which does
 * nothing when the unique is taken: then somebody was quicker, and reading again finds their row.
 * It finds none only when that row was deleted in between, so it all begins anew, a few times. */
#include "model/walk.h"

enum { MOST_TRIES = 3 };

typedef struct search {
    tenon_get_or_create_head head;
    const tenon_unique *unique;
    const void *const *key;
} search;

/* ---- create_or_ignore ------------------------------------------------------------------------ */

void *tenon_create_or_ignore(const tenon_model *model, const void *set)
{
    tenon_set_head head;
    memcpy(&head, set, sizeof head);
    tenon__walk walk;
    if (!tenon__walk_begin(&walk, head.session, model, TENON__CREATE))
        return NULL;
    tenon__walk_table(&walk, head.table);
    walk.subject = set;
    tenon__walk_flag(&walk, TENON__SHAPE_RETURNING | TENON__SHAPE_SKIP_DUPLICATES);
    tenon__refuse_nested(&walk, set, "create_or_ignore");
    tenon__walk_create(&walk, set, NULL);
    return tenon__walk_run_for_row(&walk);
}

/* ---- get_or_create --------------------------------------------------------------------------- */

/* The values of the unique, which must be given and not made: a new id finds nothing. */
static const void *const *key_of(tenon__walk *walk, const tenon_unique *unique, const void *set)
{
    const void **key = tenon__walk_alloc(walk, unique->field_count * sizeof *key);
    for (uint16_t i = 0; key && i < unique->field_count && !walk->failed; i++) {
        const tenon_field *field = &walk->model->fields[unique->fields[i]];
        key[i] = tenon__set_value(field, set);
        if (!key[i])
            tenon__walk_fail(walk, TENON_MISUSE, field,
                             "must have a value, because the row is looked for by it");
    }
    return key;
}

/* Walks the insert, which outlives the reads before it: its memory is not the session's. */
static bool begin(tenon__walk *walk, search *sought, const tenon_model *model,
                  const void *get_or_create, tenon__arena *arena)
{
    memcpy(&sought->head, get_or_create, sizeof sought->head);
    if (!tenon__walk_begin(walk, sought->head.session, model, TENON__UPSERT))
        return false;
    walk->scratch = walk->shape.arena = arena;
    tenon__walk_table(walk, sought->head.table);
    tenon__walk_flag(walk, TENON__SHAPE_SKIP_DUPLICATES);
    sought->unique = tenon__walk_unique(walk, sought->head.on);
    if (!sought->unique)
        return false;
    const void *set = tenon__inner_set(walk, get_or_create, sizeof sought->head);
    walk->subject = set;
    tenon__refuse_nested(walk, set, "get_or_create");
    tenon__walk_create(walk, set, sought->unique);
    tenon__shape_word(&walk->shape, TENON__SHAPE_END);
    sought->key = key_of(walk, sought->unique, set);
    return tenon__walk_is_sound(walk);
}

static void *find(const tenon__walk *walk, const search *sought, bool is_deleted)
{
    tenon_key_options options = {.session = walk->session, .table = sought->head.table};
    uint32_t unique = (uint32_t)(sought->unique - walk->model->uniques);
    options.only_deleted = is_deleted;
    return tenon_find_by_with(&options, walk->model, unique, sought->key);
}

static bool fail(tenon__walk *walk, const search *sought, tenon_status status, const char *what)
{
    const tenon_field *field = &walk->model->fields[sought->unique->fields[0]];
    return tenon__walk_fail(walk, status, field, "%s", what);
}

/* When nobody sees the row that stands in the way. */
static bool refuse_deleted(tenon__walk *walk, const search *sought)
{
    if (!walk->model->deleted_column || !find(walk, sought, true))
        return true;
    fail(walk, sought, TENON_UNIQUE, "a row that is marked as deleted has this value");
    tenon__hint(walk->err, "restore or purge it first");
    return false;
}

static void *run(tenon__walk *walk, const search *sought, bool *is_created)
{
    for (int i = 0; i < MOST_TRIES; i++) {
        void *row = find(walk, sought, false);
        if (row || tenon__session_is_failed(walk->session))
            return row;
        row = tenon__walk_run_for_row(walk);
        *is_created = row != NULL;
        if (row || tenon__session_is_failed(walk->session) || !refuse_deleted(walk, sought))
            return row;
    }
    fail(walk, sought, TENON_CONFLICT, "others create and delete this row again and again");
    return NULL;
}

void *tenon_get_or_create(const tenon_model *model, const void *get_or_create)
{
    TENON__CLEANUP(tenon__arena_release) tenon__arena arena = {0};
    tenon__walk walk;
    search sought;
    bool is_created = false;
    if (!begin(&walk, &sought, model, get_or_create, &arena))
        return NULL;
    void *row = run(&walk, &sought, &is_created);
    if (row && sought.head.is_created)
        *sought.head.is_created = is_created;
    return row;
}
