/* A thousand sessions on one thread, without a loop of the program's own. See bank.h. */
#include "bank.h"

#include <tenon/epoll.h>

int main(int argc, char **argv)
{
    tenon_error err = {0};
    tenon_epoll loop;
    bank *b = bank_open(argc, argv);
    if (!b)
        return 1;
    if (!tenon_epoll_open(&loop, b->db, NULL, &err))
        return bank_fail(b, &err);
    bank_start(b, loop.async);
    tenon_epoll_run(&loop);
    tenon_epoll_close(&loop);
    return bank_close(b, "epoll");
}
