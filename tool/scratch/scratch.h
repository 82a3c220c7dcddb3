/* The face of tool/scratch: databases that are thrown away.
 *
 *     scratch *s = scratch_open(&(scratch_options){.dialect = TENON_POSTGRESQL}, &err);
 *     const char *url = scratch_database(s, &err);     an empty one, as many as wanted
 *     scratch_close(s);
 *
 * On PostgreSQL they are those of a cluster of their own (initdb in a temporary folder, a unix
 * socket, never root, nothing written for good), or temporary databases of a server that is named;
 * on SQLite files in a temporary folder. All of it is removed at the end, also when the process
 * crashes or is killed: a second process holds one end of a pipe, and cleans up when the other end
 * is gone. Open it before other threads are started. */
#ifndef TENON_SCRATCH_SCRATCH_H
#define TENON_SCRATCH_SCRATCH_H

#include "core/core.h"

#include <tenon/db.h>

typedef struct scratch_options {
    tenon_dialect dialect;
    /* PostgreSQL: a server on which databases may be created; NULL: that of TENON_SCRATCH_URL in
     * the environment when any version will do, else a cluster of our own. */
    const char *url;
    unsigned server_version; /* of our own cluster: 16; 0: the newest that is installed */
} scratch_options;

typedef struct scratch scratch;

/* NULL with *err: UNAVAILABLE where no server is installed or it does not start (the message has
 * what it says), and what the named server answers. */
scratch *scratch_open(const scratch_options *options, tenon_error *err);
/* The URL of a new, empty database; valid until the scratch is closed. NULL with *err. */
const char *scratch_database(scratch *s, tenon_error *err);
/* Every connection to its databases should have been closed. NULL is accepted. */
void scratch_close(scratch *s);

#endif
