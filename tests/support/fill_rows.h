/* Rows for any catalogue, made of its columns alone: row n of every table has the n-th value of
 * each column's type, so that whatever refers to whatever finds its row, and whatever is unique
 * is. */
#ifndef FILL_ROWS_H
#define FILL_ROWS_H

#include "catalogue/catalogue.h"

enum { FILL_ROWS_PER_TABLE = 3 };

/* Tables that cannot be filled (a check refuses the values, a type is unknown) stay empty. False
 * only with the session's error. */
bool fill_rows(tenon_session *s, const catalogue *c);

#endif
