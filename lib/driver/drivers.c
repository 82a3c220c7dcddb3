/* Which driver a URL means: the only place that knows them all. */
#include "driver/driver.h"

#include <strings.h>

static const struct {
    const char *scheme;
    const tenon__driver *driver;
} drivers_by_scheme[] = {
    {"postgresql:", &tenon__postgres_driver},
    {"postgres:", &tenon__postgres_driver},
    {"sqlite:", &tenon__sqlite_driver},
    {"file:", &tenon__sqlite_driver},
};

const tenon__driver *tenon__driver_of_url(const char *url, tenon_error *err)
{
    for (size_t i = 0; url && i < TENON__COUNT(drivers_by_scheme); i++) {
        const char *scheme = drivers_by_scheme[i].scheme;
        if (strncasecmp(url, scheme, strlen(scheme)) == 0)
            return drivers_by_scheme[i].driver;
    }
    /* The URL itself stays out of the message: it may hold a password. */
    tenon__fail(err, TENON_MISUSE, "%s",
                url ? "the database URL has no known scheme" : "there is no database URL");
    tenon__hint(err, "postgresql://user@host/database, sqlite:path, file:path or sqlite::memory:");
    return NULL;
}
