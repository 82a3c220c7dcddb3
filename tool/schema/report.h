/* What report.c does besides the functions of schema.h; private to tool/schema. */
#ifndef TENON_SCHEMA_REPORT_H
#define TENON_SCHEMA_REPORT_H

#include "schema/schema.h"

/* Sorts the diagnostics by file and position; of equal ones one is left. */
void report_sort(schema *s);

#endif
