/* Bytes of the format: varints, little-endian numbers, and the checksum. */
#include "codec/block.h"

#include <endian.h>

enum { VARINT_BYTES = 10 };

void tenon__add_varint(tenon__buf *out, uint64_t value)
{
    uint8_t bytes[VARINT_BYTES];
    size_t count = 0;
    for (; value >= 0x80; value >>= 7)
        bytes[count++] = (uint8_t)(value | 0x80);
    bytes[count++] = (uint8_t)value;
    tenon__buf_add(out, bytes, count);
}

/* Of several ways to write a number only the shortest is read. */
bool tenon__read_varint(tenon__reader *in, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; shift < 64 && in->at < in->end; shift += 7) {
        uint8_t byte = *in->at++;
        *value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return (shift == 0 || byte != 0) && (shift < 63 || byte == 1);
    }
    return false;
}

void tenon__add_uint32(tenon__buf *out, uint32_t value)
{
    uint32_t little = htole32(value);
    tenon__buf_add(out, &little, sizeof little);
}

void tenon__add_uint64(tenon__buf *out, uint64_t value)
{
    uint64_t little = htole64(value);
    tenon__buf_add(out, &little, sizeof little);
}

bool tenon__read_uint32(tenon__reader *in, uint32_t *value)
{
    const uint8_t *bytes = tenon__reader_take(in, sizeof *value);
    if (!bytes)
        return false;
    memcpy(value, bytes, sizeof *value);
    *value = le32toh(*value);
    return true;
}

bool tenon__read_uint64(tenon__reader *in, uint64_t *value)
{
    const uint8_t *bytes = tenon__reader_take(in, sizeof *value);
    if (!bytes)
        return false;
    memcpy(value, bytes, sizeof *value);
    *value = le64toh(*value);
    return true;
}

/* The polynomial 0x1EDC6F41 with its bits reversed (RFC 3720, appendix B.4), four bits a step. */
uint32_t tenon__crc32c(uint32_t crc, const void *data, size_t length)
{
    static const uint32_t steps[16] = {
        0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3,
        0x61c69362, 0x7198540d, 0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
        0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
    };
    const uint8_t *bytes = data;
    crc = ~crc;
    for (size_t i = 0; i < length; i++) {
        crc ^= bytes[i];
        crc = crc >> 4 ^ steps[crc & 15];
        crc = crc >> 4 ^ steps[crc & 15];
    }
    return ~crc;
}
