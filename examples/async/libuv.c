/* A thousand sessions on one thread, inside of a loop of libuv. See bank.h. */
#include "bank.h"

#include <tenon/libuv.h>

int main(int argc, char **argv)
{
    tenon_error err = {0};
    tenon_libuv tenon;
    bank *b = bank_open(argc, argv);
    if (!b)
        return 1;
    if (!tenon_libuv_open(&tenon, uv_default_loop(), b->db, NULL, &err))
        return bank_fail(b, &err);
    bank_start(b, tenon.async);
    uv_run(uv_default_loop(), UV_RUN_DEFAULT);
    tenon_libuv_close(&tenon);
    uv_run(uv_default_loop(), UV_RUN_DEFAULT);
    uv_loop_close(uv_default_loop());
    return bank_close(b, "libuv");
}
