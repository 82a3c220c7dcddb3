/* zstd, for what no form of ours makes small: texts, bytes, numbers that repeat themselves.
 *
 * The library is loaded when it is first wanted, as libpq is (lib/driver/postgres/libpq.h): most
 * programs compress nothing, and would pay for it at their start. Where it is not installed,
 * packing goes on without it, and what was packed with it cannot be read. */
#include "codec/block.h"

#ifdef TENON_ZSTD

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <zstd.h>

#define LIBRARY "libzstd.so.1" /* by its soname, of which all versions have had what is used here */

enum { LEVEL = 3 /* zstd's own default: above it a percent costs twice the time */ };

static struct {
    __typeof__(ZSTD_compress) *compress;
    __typeof__(ZSTD_decompress) *decompress;
    __typeof__(ZSTD_compressBound) *bound;
    __typeof__(ZSTD_isError) *is_error;
    bool is_there;
} zstd;

static bool find(void *library, const char *name, void *function)
{
    void *symbol = dlsym(library, name);
    memcpy(function, &symbol, sizeof symbol); /* C has no conversion between the two */
    return symbol != NULL;
}

static void load(void)
{
    void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    zstd.is_there = library && find(library, "ZSTD_compress", &zstd.compress) &&
                    find(library, "ZSTD_decompress", &zstd.decompress) &&
                    find(library, "ZSTD_compressBound", &zstd.bound) &&
                    find(library, "ZSTD_isError", &zstd.is_error);
}

bool tenon__general_is_there(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return zstd.is_there;
}

bool tenon__general_add(tenon__buf *out, const void *data, size_t length, size_t below)
{
    size_t bound = zstd.bound(length);
    char *packed = malloc(bound);
    if (!packed)
        return false; /* then it is written in another way */
    size_t size = zstd.compress(packed, bound, data, length, LEVEL);
    bool is_smaller = !zstd.is_error(size) && size < below;
    if (is_smaller) {
        tenon__add_varint(out, size);
        tenon__buf_add(out, packed, size);
    }
    free(packed);
    return is_smaller;
}

static bool decompress(void *data, size_t length, const void *packed, size_t size)
{
    return zstd.decompress(data, length, packed, size) == length;
}

#else /* built without zstd's header */

bool tenon__general_is_there(void)
{
    return false;
}

bool tenon__general_add(tenon__buf *out, const void *data, size_t length, size_t below)
{
    (void)out, (void)data, (void)length, (void)below;
    return false;
}

static bool decompress(void *data, size_t length, const void *packed, size_t size)
{
    (void)data, (void)length, (void)packed, (void)size;
    return false;
}

#endif

bool tenon__general_read(tenon__reader *in, void *data, size_t length, tenon_error *err)
{
    uint64_t size;
    const uint8_t *packed;
    if (!tenon__read_varint(in, &size) || !(packed = tenon__reader_take(in, size)))
        return false;
    if (!tenon__general_is_there()) {
        tenon__fail(err, TENON_UNSUPPORTED, "the array was packed with zstd, which is not here");
        tenon__hint(err, "install zstd's library, on Debian and Ubuntu the package libzstd1, and "
                         "build tenon with -Dzstd=enabled");
        return false;
    }
    return decompress(data, length, packed, (size_t)size);
}
