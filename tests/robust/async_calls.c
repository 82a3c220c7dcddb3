/* Calls of every_call.c that run inside of an event loop, or side by side. What is lost for want of
 * memory is a task that does not start, or one whose session says why it has failed. */
#include "rare_calls.h"

#include "sample.h"

#include <tenon/batch.h>
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

static bool run_batch(tenon_batch *batch, bool *done)
{
    bool is_done = true;
    for (int i = 0; i < 3; i++)
        is_done = tenon_batch_add(batch, count_users, &done[i]) && is_done;
    is_done = tenon_batch_run(batch) && is_done && tenon_batch_count(batch) == 3 &&
              tenon_batch_error(batch, 2)->status == TENON_OK;
    tenon_batch_clear(batch);
    return is_done;
}

bool batch_calls(tenon_session *s)
{
    bool done[3] = {false, false, false};
    tenon_batch *batch = tenon_batch_open(s);
    bool is_done = batch && run_batch(batch, done) && run_batch(batch, done);
    tenon_batch_close(batch);
    return is_done && done[0] && done[1] && done[2];
}
