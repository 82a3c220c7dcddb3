/* Whether a schema and an array are what Arrow's specification of its C data interface asks for:
 * the reader of last resort, for machines without one of Arrow's own. */
#ifndef ARROW_CHECK_H
#define ARROW_CHECK_H

#include <tenon/arrow.h>

/* Fails the running test with what is wrong. */
void assert_arrow(const struct ArrowSchema *schema, const struct ArrowArray *array);

#endif
