/* From syntax trees to the checked schema: the order of the stages.
 *
 * Each stage relies on what the ones before it found to be right, so a stage begins only when they
 * reported no error; otherwise one mistake would be reported again and again in other words:
 *
 *     names      which declarations there are; nothing twice         needs: nothing
 *     types      what the type of each field refers to               needs: names
 *     attributes each on its own: arguments, fields, defaults        needs: types
 *     relations  which two fields belong together                    needs: attributes
 *     config     datasource and generators, on their own             needs: nothing
 *     rules      what the database allows, and whether it all fits   needs: everything
 *     words      the @tenon words of comments, on their own          needs: nothing
 *
 * These are the stages of Prisma's engine, so that the same schema gives errors in the same places. */
#include "schema/check.h"

static bool has_errors(const check *c)
{
    return schema_error_count(c->s) > 0;
}

static void run_stages(check *c)
{
    check_names(c);
    if (!has_errors(c))
        check_types(c);
    bool has_types = !has_errors(c);
    if (has_types)
        check_all_attributes(c);
    c->s->is_resolved = has_types && !has_errors(c);
    if (has_types)
        check_infer_relations(c);
    check_config(c);
    if (!has_errors(c)) {
        check_make_names(c);
        check_database_rules(c);
    }
    if (!has_errors(c))
        check_make_relations(c);
    check_words(c);
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
