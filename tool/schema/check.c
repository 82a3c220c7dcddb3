/* From syntax trees to the checked schema: the order of the stages.
 *
 *     names      which declarations there are; nothing twice
 *     types      what the type of each field refers to
 *     attributes each on its own: arguments, fields, defaults
 *     relations  which two fields belong together
 *     config     datasource and generators, on their own
 *     rules      what the database allows, and whether it all fits together
 *     words      the @tenon words of comments, on their own
 *
 * All of them but the rules look at any schema, so that one run reports every mistake that stands
 * for itself; the rules begin only when there is no error yet, since otherwise one mistake would be
 * reported again and again in other words. A field of which the type is not known is left out of
 * everything. These are the stages of Prisma's engine: the same schema gives errors in the same
 * places. */
#include "schema/check.h"

/* Without memory an error may not have been kept, so that nothing can be relied on either. */
static bool has_errors(const check *c)
{
    return schema_error_count(c->s) > 0 || c->s->has_failed_memory || c->s->arena.failed;
}

static void run_stages(check *c)
{
    check_names(c);
    check_types(c);
    check_all_attributes(c);
    c->s->is_resolved = !has_errors(c);
    check_infer_relations(c);
    check_config(c);
    bool is_ruled = !has_errors(c);
    if (is_ruled) {
        check_make_names(c);
        check_database_rules(c);
    }
    if (!has_errors(c))
        check_make_relations(c);
    check_words(c);
    if (is_ruled)
        check_lists(c);
    if (!has_errors(c))
        check_make_vector_indexes(c);
}

void schema_check_trees(schema *s, ast_file *const *files)
{
    check c = {.s = s, .connector = &check_no_connector};

    if (check_collect(&c, files))
        run_stages(&c);
    else
        s->has_failed_memory = true;
    check_release(&c);
}
