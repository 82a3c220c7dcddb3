/* Calls of every_call.c that run inside of an event loop. What is lost for want of memory is a task
 * that does not start, or one whose session says why it has failed. */
#include "rare_calls.h"

#include "sample.h"

#include <tenon/epoll.h>

static void count_users(tenon_session *s, void *arg)
{
    bool *is_done = arg;
    *is_done = user_count(s) >= 0 && user_find(s, ANN_ID) && !tenon_failed(s);
}

bool async_calls(tenon_session *s)
{
    bool done[3] = {false, false, false};
    tenon_epoll loop;
    tenon_error err;
    (void)s;
    tenon_error_reset(&err);
    tenon_db *db = tenon_open(url, NULL, &err);
    if (!db)
        return false;
    if (tenon_epoll_open(&loop, db, NULL, &err)) {
        for (int i = 0; i < 3; i++)
            tenon_async_start(loop.async, count_users, NULL, &done[i], &err);
        tenon_epoll_run(&loop);
        tenon_async_cancel(loop.async, &done[0]);
        tenon_epoll_close(&loop);
    }
    tenon_close(db);
    return done[0] && done[1] && done[2];
}
