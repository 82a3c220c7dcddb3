/* Whether columns say what rows say: the same query read both ways. */
#ifndef SAME_H
#define SAME_H

#include <tenon/columns.h>
#include <tenon/query.h>

/* Every row and every column of the model, in their order. */
void assert_same(const tenon_model *model, tenon_list rows, const tenon_columns *columns);
/* Rows first … of the list, as a chunk has them. */
void assert_same_from(const tenon_model *model, tenon_list rows, size_t first,
                      const tenon_columns *columns);

#endif
