/* Ids made by the client.
 *
 * No generator keeps a counter: it would be global state that threads share and that a fork copies.
 * Every bit that is not the time comes from the operating system instead, some hundred bytes a
 * call.
 *
 * cuid keeps its published shape, "c", eight digits of time and sixteen more, of which the counter
 * and the host's fingerprint are drawn at random too: it says less about where it was made. cuid2
 * is defined as the hash of time, counter, fingerprint and randomness, so that nothing can be read
 * from the result; drawing each of its characters at random gives the same shape, the same secrecy
 * and more entropy (123 bits), and needs no hash function. */
#include "core/core.h"

/* The first 36 are the digits of base 36. */
static const char base36[] = "0123456789abcdefghijklmnopqrstuvwxyz";
static const char crockford[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
static const char url_safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static bool draw(tenon__entropy *pool, void *out, size_t size)
{
    if (pool->left < size) {
        if (!tenon__random(pool->bytes, sizeof pool->bytes))
            return false;
        pool->left = sizeof pool->bytes;
    }
    pool->left -= size;
    memcpy(out, pool->bytes + pool->left, size);
    memset(pool->bytes + pool->left, 0, size);
    return true;
}

/* An evenly distributed number below `bound` <= 256: bytes beyond its last multiple are drawn anew.
 */
static bool next_below(tenon__entropy *pool, unsigned bound, unsigned *out)
{
    unsigned usable = 256 - 256 % bound;
    unsigned char byte;
    do {
        if (!draw(pool, &byte, sizeof byte))
            return false;
    } while (byte >= usable);
    *out = byte % bound;
    return true;
}

static bool draw_text(tenon__entropy *pool, char *out, size_t length, const char *alphabet,
                      unsigned bound)
{
    for (size_t i = 0; i < length; i++) {
        unsigned choice;
        if (!next_below(pool, bound, &choice))
            return false;
        out[i] = alphabet[choice];
    }
    out[length] = '\0';
    return true;
}

/* The last `length` digits of the milliseconds since 1970. */
static void write_time(char *out, size_t length, const char *alphabet, unsigned base)
{
    uint64_t ms = (uint64_t)tenon__now_us() / 1000;
    for (size_t i = length; i-- > 0; ms /= base)
        out[i] = alphabet[ms % base];
}

static void mark_uuid(tenon_uuid *uuid, uint64_t version)
{
    uuid->hi = (uuid->hi & ~UINT64_C(0xF000)) | version << 12;
    uuid->lo = (uuid->lo & ~(UINT64_C(3) << 62)) | UINT64_C(2) << 62;
}

bool tenon__uuid4(tenon__entropy *pool, tenon_uuid *out)
{
    tenon_uuid uuid;
    if (!draw(pool, &uuid, sizeof uuid))
        return false;
    mark_uuid(&uuid, 4);
    *out = uuid;
    return true;
}

/* 48 bits of milliseconds, then the microseconds scaled to 12 bits, then randomness: ids of one
 * process that are made a few microseconds apart sort in the order of their making. */
bool tenon__uuid7(tenon__entropy *pool, tenon_uuid *out)
{
    tenon_uuid uuid = {.hi = 0};
    if (!draw(pool, &uuid.lo, sizeof uuid.lo))
        return false;
    uint64_t us = (uint64_t)tenon__now_us();
    uuid.hi = us / 1000 << 16 | us % 1000 * 4096 / 1000;
    mark_uuid(&uuid, 7);
    *out = uuid;
    return true;
}

bool tenon__cuid(tenon__entropy *pool, char *out)
{
    out[0] = 'c';
    write_time(out + 1, 8, base36, 36);
    return draw_text(pool, out + 9, 16, base36, 36);
}

bool tenon__cuid2(tenon__entropy *pool, char *out)
{
    return draw_text(pool, out, 1, base36 + 10, 26) && draw_text(pool, out + 1, 23, base36, 36);
}

bool tenon__ulid(tenon__entropy *pool, char *out)
{
    write_time(out, 10, crockford, 32);
    return draw_text(pool, out + 10, 16, crockford, 32);
}

bool tenon__nanoid(tenon__entropy *pool, char *out, unsigned length)
{
    if (length < 2 || length >= TENON__ID_TEXT_SIZE)
        return false;
    return draw_text(pool, out, length, url_safe, 64);
}
