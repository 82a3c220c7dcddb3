/* What only the operating system knows: the time and true randomness. */
#include "core/core.h"

#include <time.h>
#include <unistd.h>

/* The most that one call to getentropy gives. */
enum { ENTROPY_CHUNK = 256 };

static int64_t read_clock_us(clockid_t clock)
{
    struct timespec now = {0};
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t tenon__monotonic_ns(void)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t tenon__monotonic_us(void)
{
    return read_clock_us(CLOCK_MONOTONIC);
}

TENON__HOT int64_t tenon__monotonic_coarse_us(void)
{
#ifdef CLOCK_MONOTONIC_COARSE
    return read_clock_us(CLOCK_MONOTONIC_COARSE);
#else
    return tenon__monotonic_us();
#endif
}

int64_t tenon__now_us(void)
{
    return read_clock_us(CLOCK_REALTIME);
}

bool tenon__random(void *data, size_t length)
{
    char *at = data;
    while (length > 0) {
        size_t chunk = length < ENTROPY_CHUNK ? length : ENTROPY_CHUNK;
        if (getentropy(at, chunk) != 0)
            return false;
        at += chunk;
        length -= chunk;
    }
    return true;
}
