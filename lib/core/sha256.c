/* SHA-256 (FIPS 180-4) and HMAC (RFC 2104) over whole messages.
 *
 * It signs the cursors of pages: short messages, never secrets of great worth. The library links
 * no cryptography of its own, and for a hundred lines that two standards fix to the bit, with test
 * vectors, a dependency would cost every program more than it gives. */
#include "core/core.h"

enum { BLOCK_BYTES = 64, LENGTH_BYTES = 8, ROUNDS = 64 };

/* The first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
static const uint32_t round_constants[ROUNDS] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate(uint32_t x, unsigned count)
{
    return x >> count | x << (32 - count);
}

static uint32_t load(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* The message schedule of section 6.2.2, step 1. */
static void expand(const uint8_t *block, uint32_t schedule[ROUNDS])
{
    for (int t = 0; t < 16; t++)
        schedule[t] = load(block + 4 * t);
    for (int t = 16; t < ROUNDS; t++) {
        uint32_t a = schedule[t - 2], b = schedule[t - 15];
        uint32_t sigma1 = rotate(a, 17) ^ rotate(a, 19) ^ a >> 10;
        uint32_t sigma0 = rotate(b, 7) ^ rotate(b, 18) ^ b >> 3;
        schedule[t] = sigma1 + schedule[t - 7] + sigma0 + schedule[t - 16];
    }
}

/* Steps 2 to 4; v[0 … 7] are the standard's a … h. */
static void add_block(uint32_t state[8], const uint8_t *block)
{
    uint32_t schedule[ROUNDS], v[8];
    expand(block, schedule);
    memcpy(v, state, sizeof v);
    for (int t = 0; t < ROUNDS; t++) {
        uint32_t sum1 = rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25);
        uint32_t choice = (v[4] & v[5]) ^ (~v[4] & v[6]);
        uint32_t first = v[7] + sum1 + choice + round_constants[t] + schedule[t];
        uint32_t sum0 = rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22);
        uint32_t majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
        memmove(v + 1, v, 7 * sizeof *v);
        v[4] += first;
        v[0] = first + sum0 + majority;
    }
    for (int i = 0; i < 8; i++)
        state[i] += v[i];
}

static void store_big_endian(uint8_t *out, uint64_t value, size_t count)
{
    for (size_t i = count; i-- > 0; value >>= 8)
        out[i] = (uint8_t)value;
}

/* The rest of the message with its padding: one block or two. */
static void add_end(uint32_t state[8], const uint8_t *rest, size_t length, uint64_t total)
{
    uint8_t blocks[2 * BLOCK_BYTES] = {0};
    size_t end = length + 1 + LENGTH_BYTES <= BLOCK_BYTES ? BLOCK_BYTES : 2 * BLOCK_BYTES;
    if (length)
        memcpy(blocks, rest, length);
    blocks[length] = 0x80;
    store_big_endian(blocks + end - LENGTH_BYTES, total * 8, LENGTH_BYTES);
    for (size_t at = 0; at < end; at += BLOCK_BYTES)
        add_block(state, blocks + at);
}

/* `prefix` may be NULL; otherwise a block that stands before the message. */
static void hash(const uint8_t *prefix, const void *data, size_t length,
                 uint8_t out[TENON__SHA256_BYTES])
{
    uint32_t state[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    const uint8_t *at = data;
    size_t left = length;
    if (prefix)
        add_block(state, prefix);
    for (; left >= BLOCK_BYTES; left -= BLOCK_BYTES, at += BLOCK_BYTES)
        add_block(state, at);
    add_end(state, at, left, length + (prefix ? BLOCK_BYTES : 0));
    for (int i = 0; i < 8; i++)
        store_big_endian(out + 4 * i, state[i], 4);
}

void tenon__sha256(const void *data, size_t length, uint8_t out[TENON__SHA256_BYTES])
{
    hash(NULL, data, length, out);
}

void tenon__hmac_sha256(const void *key, size_t key_length, const void *data, size_t length,
                        uint8_t out[TENON__SHA256_BYTES])
{
    uint8_t inner[BLOCK_BYTES] = {0}, outer[BLOCK_BYTES], digest[TENON__SHA256_BYTES];
    if (key_length > BLOCK_BYTES)
        tenon__sha256(key, key_length, inner);
    else if (key_length)
        memcpy(inner, key, key_length);
    for (size_t i = 0; i < BLOCK_BYTES; i++) {
        outer[i] = inner[i] ^ 0x5c;
        inner[i] ^= 0x36;
    }
    hash(inner, data, length, digest);
    hash(outer, digest, sizeof digest, out);
}
