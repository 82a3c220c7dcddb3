/* What the client has no words for: questions in SQL, see queries/. */
#ifndef ANALYTICS_H
#define ANALYTICS_H

#include <tenon/tenon.h>

/* Prints windows over all packages, percentiles of their sizes, and everything that one needs. */
void analytics_print(tenon_session *s, const char *package, bool with_colours);

#endif
