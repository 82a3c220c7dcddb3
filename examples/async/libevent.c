/* A thousand sessions on one thread, inside of a loop of libevent. See bank.h. */
#include "bank.h"

#include <tenon/libevent.h>

int main(int argc, char **argv)
{
    tenon_error err = {0};
    tenon_libevent tenon;
    bank *b = bank_open(argc, argv);
    if (!b)
        return 1;
    struct event_base *base = event_base_new();
    if (!base || !tenon_libevent_open(&tenon, base, b->db, NULL, &err))
        return bank_fail(b, &err);
    bank_start(b, tenon.async);
    event_base_dispatch(base);
    tenon_libevent_close(&tenon);
    event_base_free(base);
    return bank_close(b, "libevent");
}
