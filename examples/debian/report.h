/* Prints what the database knows about the packages. */
#ifndef REPORT_H
#define REPORT_H

#include <tenon/tenon.h>

/* The tables, and everything that the package called `name` needs. */
void report_print(tenon_session *s, const char *name, bool with_colours);

#endif
