/* Deleting rows of a @tenon.softDelete model marks them, restoring unmarks them, and purging is
 * what deletes. That nobody else sees marked rows is the business of lib/render.
 *
 * To mark is an UPDATE, which also counts the version and sets the time of an @updatedAt field. */
#include "model/emulate.h"

static bool check_model(tenon__walk *walk, const char *call)
{
    return walk->model->deleted_column ||
           tenon__walk_misuse(walk, "%s is for models with @tenon.softDelete", call);
}

/* What says that a row is deleted, or is not. */
static const void *make_mark(tenon__walk *walk, const tenon_field *field, bool is_deleted)
{
    static const int no = 0, yes = 1;
    if (field->kind == TENON_KIND_BOOL)
        return is_deleted ? &yes : &no;
    return is_deleted ? tenon__make_now(walk, field) : NULL;
}

static bool begin(tenon__walk *walk, tenon_session *session, const tenon_model *model,
                  tenon_table table, tenon__operation operation)
{
    if (!tenon__walk_begin(walk, session, model, operation))
        return false;
    tenon__walk_table(walk, table);
    return true;
}

static void walk_mark(tenon__walk *walk, bool is_deleted)
{
    const tenon_model *model = walk->model;
    if (!check_model(walk, is_deleted ? "delete" : "restore"))
        return;
    tenon__walk_flag(walk, is_deleted ? TENON__SHAPE_MARKS_DELETED : TENON__SHAPE_ONLY_DELETED);
    uint16_t mark = (uint16_t)(model->deleted_column - 1);
    tenon__walk_marked(walk, mark, make_mark(walk, &model->fields[mark], is_deleted));
}

/* ---- one row --------------------------------------------------------------------------------- */

void *tenon__mark_row(const tenon_key_options *options, const tenon_model *model, uint32_t unique,
                      const void *const *key, bool is_deleted)
{
    tenon__walk walk;
    if (!options || !begin(&walk, options->session, model, options->table, TENON__UPDATE))
        return NULL;
    walk.subject = key;
    walk_mark(&walk, is_deleted);
    tenon__walk_key(&walk, unique, key);
    return tenon__walk_run_for_row(&walk);
}

void *tenon_restore_with(const tenon_key_options *options, const tenon_model *model,
                         uint32_t unique, const void *const *key)
{
    return tenon__mark_row(options, model, unique, key, false);
}

void *tenon_restore(tenon_session *s, const tenon_model *model, uint32_t unique,
                    const void *const *key)
{
    return tenon_restore_with(&(tenon_key_options){.session = s}, model, unique, key);
}

void *tenon_purge_with(const tenon_key_options *options, const tenon_model *model, uint32_t unique,
                       const void *const *key)
{
    tenon__walk walk;
    if (options && model->deleted_column && model->has_emulated && !options->table.name)
        return tenon__delete_emulated(options, model, unique, key, TENON__SHAPE_WITH_DELETED);
    if (!options || !begin(&walk, options->session, model, options->table, TENON__DELETE))
        return NULL;
    check_model(&walk, "purge");
    walk.subject = key;
    tenon__walk_flag(&walk, TENON__SHAPE_WITH_DELETED);
    tenon__walk_key(&walk, unique, key);
    return tenon__walk_run_for_row(&walk);
}

void *tenon_purge(tenon_session *s, const tenon_model *model, uint32_t unique,
                  const void *const *key)
{
    return tenon_purge_with(&(tenon_key_options){.session = s}, model, unique, key);
}

/* ---- many rows ------------------------------------------------------------------------------- */

static void walk_many(tenon__walk *walk, const void *delete_many, bool everything, const char *verb)
{
    const char *where = (const char *)delete_many + walk->model->delete_where;
    walk->subject = delete_many;
    tenon__walk_many(walk, where, everything, verb);
}

static bool walk_mark_many(tenon__walk *walk, const tenon_model *model, const void *delete_many,
                           bool is_deleted)
{
    tenon_delete_many_head head;
    memcpy(&head, delete_many, sizeof head);
    if (!begin(walk, head.session, model, head.table, TENON__UPDATE_MANY))
        return false;
    walk_mark(walk, is_deleted);
    walk_many(walk, delete_many, head.everything, is_deleted ? "delete" : "restore");
    return true;
}

int64_t tenon__mark_many(const tenon_model *model, const void *delete_many, bool is_deleted)
{
    tenon__walk walk;
    bool is_begun = walk_mark_many(&walk, model, delete_many, is_deleted);
    return is_begun ? tenon__walk_run_for_count(&walk) : 0;
}

tenon_list tenon__mark_many_returning(const tenon_model *model, const void *delete_many)
{
    tenon__walk walk;
    bool is_begun = walk_mark_many(&walk, model, delete_many, true);
    return is_begun ? tenon__walk_run_for_rows(&walk) : (tenon_list){0};
}

int64_t tenon_restore_many(const tenon_model *model, const void *restore_many)
{
    return tenon__mark_many(model, restore_many, false);
}

int64_t tenon_purge_many(const tenon_model *model, const void *purge_many)
{
    tenon_delete_many_head head;
    memcpy(&head, purge_many, sizeof head);
    tenon__walk walk;
    if (model->deleted_column && model->has_emulated && !head.table.name)
        return tenon__delete_many_emulated(model, purge_many, TENON__SHAPE_ONLY_DELETED, NULL);
    if (!begin(&walk, head.session, model, head.table, TENON__DELETE_MANY))
        return 0;
    check_model(&walk, "purge");
    tenon__walk_flag(&walk, TENON__SHAPE_ONLY_DELETED);
    walk_many(&walk, purge_many, head.everything, "purge");
    return tenon__walk_run_for_count(&walk);
}

/* ---- reading --------------------------------------------------------------------------------- */

void tenon__walk_deleted(tenon__walk *walk, bool with_deleted, bool only_deleted)
{
    if (TENON__LIKELY(!with_deleted && !only_deleted))
        return;
    if (with_deleted && only_deleted)
        tenon__walk_misuse(walk, "with_deleted and only_deleted exclude each other");
    if (check_model(walk, only_deleted ? "only_deleted" : "with_deleted"))
        tenon__walk_flag(walk,
                         with_deleted ? TENON__SHAPE_WITH_DELETED : TENON__SHAPE_ONLY_DELETED);
}
