/* Checks trees. */
#include "schema/ast.h"

void schema_check_trees(schema *s, ast_file *const *files)
{
    (void)s;
    (void)files;
}
