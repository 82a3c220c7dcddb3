/* UUIDs: what is read is written as it was, in lower case; any 16 bytes survive their text. */
#include "core/core.h"

#include <strings.h>

#include "check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size), written[TENON_UUID_TEXT_SIZE];
    tenon_uuid uuid, again;
    if (tenon_uuid_parse(text, &uuid, NULL)) {
        CHECK(tenon_uuid_format(uuid, written, sizeof written) == 36);
        CHECK(strcasecmp(text, written) == 0);
    }
    if (size >= sizeof uuid) {
        memcpy(&uuid, data, sizeof uuid);
        tenon_uuid_format(uuid, written, sizeof written);
        CHECK(tenon_uuid_parse(written, &again, NULL));
        CHECK(again.hi == uuid.hi && again.lo == uuid.lo);
    }
    free(text);
    return 0;
}
