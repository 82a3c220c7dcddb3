/* The version is the build's: meson.build is the one place that says it. */
#include <tenon/db.h>

const char *tenon_version(void)
{
    return TENON_VERSION;
}
