/* Finds libpq and its functions. See libpq.h.
 *
 * The table is the one variable of the library that outlives its databases: it is filled in under a
 * lock, says the same ever after, and is never emptied, because libpq cannot be unloaded while
 * anybody has a connection, and others in the program may use it too. What could not be loaded is
 * tried again with the next database. */
#include "driver/postgres/libpq.h"

#ifdef TENON_LIBPQ_LINKED

bool tenon__libpq_load(tenon_error *err)
{
    (void)err;
    return true;
}

#else

#include <dlfcn.h>
#include <pthread.h>

#define LIBRARY "libpq.so.5" /* by its soname: without it there is no other to be had */

tenon__libpq_functions tenon__libpq;

static bool fail_load(tenon_error *err)
{
    const char *reason = dlerror(); /* NOLINT(concurrency-mt-unsafe): glibc keeps one a thread */
    tenon__fail(err, TENON_UNSUPPORTED, "PostgreSQL's client library cannot be loaded: %s",
                reason ? reason : LIBRARY);
    tenon__hint(err, "install libpq 15 or newer, on Debian and Ubuntu the package libpq5");
    return false;
}

static bool find_functions(void *library)
{
#define FUNCTION(name) {#name, &name},
    static const struct {
        const char *name;
        void *pointer; /* to the member */
    } functions[] = {TENON__LIBPQ(FUNCTION)};
    for (size_t i = 0; i < TENON__COUNT(functions); i++) {
        void *symbol = dlsym(library, functions[i].name);
        if (!symbol)
            return false;
        memcpy(functions[i].pointer, &symbol,
               sizeof symbol); /* C has no conversion between the two */
    }
    return true;
}

bool tenon__libpq_load(tenon_error *err)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static bool is_loaded;
    pthread_mutex_lock(&lock);
    if (!is_loaded) {
        void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
        is_loaded = library && find_functions(library);
        if (!is_loaded)
            fail_load(err);
    }
    bool is_done = is_loaded;
    pthread_mutex_unlock(&lock);
    return is_done;
}

#endif
