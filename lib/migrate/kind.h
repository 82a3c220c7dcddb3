/* What kind of statement a piece is: private to lib/migrate. */
#ifndef TENON_MIGRATE_KIND_H
#define TENON_MIGRATE_KIND_H

#include "migrate/split.h"

/* Whether what follows begins with these words (see kind.c); the scanner then stands behind
 * them. */
bool tenon__sql_fits(tenon__scanner *scanner, const char *pattern);
/* Fills in `kind` and `is_setting` by the text. */
void tenon__piece_classify(tenon_dialect dialect, tenon__piece *piece);
/* PostgreSQL: whether it may end transactions itself, when it is all of a file. */
bool tenon__piece_is_routine(const tenon__piece *piece);

#endif
