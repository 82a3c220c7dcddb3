/* Reading a plan: the lines of EXPLAIN as steps. */
#ifndef TENON_TRACE_PLAN_H
#define TENON_TRACE_PLAN_H

#include "trace/tracer.h"

/* Reads `plan` into out->steps and what belongs to it, in the arena. False without memory. */
bool tenon__plan_read(tenon_dialect dialect, const char *plan, tenon__arena *arena,
                      tenon_profile *out);

#endif
