/* Memory runs out at every place of every public function; see every_call.c. */
#ifndef EVERY_CALL_H
#define EVERY_CALL_H

#include <stdbool.h>

/* Runs all of it on a database with the tables of the sample; fails the present test. */
void every_call_survives(const char *of_database);
/* Whether an exported function is among them. */
bool every_call_has(const char *symbol);

#endif
