/* `where:` of an index: the condition of a partial index, as SQL of the database. */
#include "schema/check.h"

void check_partial_index(check *c, check_model *model, schema_index *index,
                         const ast_attribute *attribute, const ast_expression *value)
{
    const ast_arguments *list = &value->arguments;

    (void)model;
    if (value->kind != AST_FUNCTION || strcmp(value->text, "raw") != 0 || list->count != 1) {
        check_error(c, attribute->span, NULL,
                    "the condition of an index is written where: raw(\"…\")");
        return;
    }
    const ast_expression *text = list->items[0].value;
    if (!check_form_of(c, text, CHECK_STRING))
        return;
    if (!text->text_length)
        check_error(c, attribute->span, NULL, "the condition of an index must not be empty");
    else
        index->where = text->text;
}
