/* The SQL of a session's statements as text, for tests that compare it: a hook that appends. */
#include "db/session.h"

#include <tenon/hooks.h>
#include <tenon/test.h>

static void append(tenon_statement_log *log, const char *text)
{
    for (; *text; text++, log->length++) {
        if (log->length + 1 < log->size)
            log->text[log->length] = *text;
    }
    if (log->size)
        log->text[log->length < log->size ? log->length : log->size - 1] = '\0';
}

static void note(tenon_event *event, void *ctx)
{
    append(ctx, event->sql ? event->sql : "");
    append(ctx, "\n");
}

bool tenon_statement_log_start(tenon_session *s, tenon_statement_log *log)
{
    if (!s || !log)
        return false;
    log->length = 0;
    append(log, "");
    log->hook = tenon_session_hook_add(
        s, &(tenon_hook){.moments = TENON_BEFORE_QUERY, .function = note, .ctx = log});
    return log->hook != 0;
}

void tenon_statement_log_stop(tenon_session *s, tenon_statement_log *log)
{
    if (s && log && log->hook)
        tenon_session_hook_remove(s, log->hook);
    if (log)
        log->hook = 0;
}
