/* What a session says about its writes for the log of changes: see tenon/audit.h. */
#include "db/session.h"

#include <tenon/audit.h>

#include <stdlib.h>

void tenon__session_note_release(tenon_session *s)
{
    free(s->own_note);
    s->own_note = NULL;
    s->note[1] = s->note[2] = NULL;
}

const char *const *tenon__session_note(const tenon_session *s)
{
    return s->note;
}

bool tenon__session_has_note(const tenon_session *s)
{
    return s->note[0] || s->note[1] || s->note[2];
}

static size_t size_of(const char *text)
{
    return text ? strlen(text) + 1 : 0;
}

bool tenon_audit_note(tenon_session *s, const char *reason, const char *context)
{
    size_t reason_size = size_of(reason), context_size = size_of(context);
    if (tenon__session_is_failed(s))
        return false;
    if (context && !tenon__json_is_valid(context, context_size - 1))
        return tenon__fail(&s->error, TENON_VALIDATION, "the context of a change must be JSON");
    if (reason && !tenon__utf8_is_valid(reason, reason_size - 1))
        return tenon__fail(&s->error, TENON_VALIDATION, "the reason of a change must be UTF-8");
    char *own = malloc(reason_size + context_size + 1);
    if (!own)
        return tenon__fail_no_memory(&s->error);
    tenon__session_note_release(s);
    s->own_note = own;
    if (reason)
        s->note[1] = memcpy(own, reason, reason_size);
    if (context)
        s->note[2] = memcpy(own + reason_size, context, context_size);
    return true;
}
