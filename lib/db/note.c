/* What a session says about its writes for the log of changes: see tenon/audit.h, and who acts.
 *
 * What is said while a transaction is open holds for what is written from then on. The database has
 * been told the old words, and keeps them until the transaction ends; so it is told again before
 * each write, also when there is nothing left to say (`is_noted`). */
#include "db/session.h"

#include <tenon/audit.h>

#include <stdlib.h>

void tenon__session_note_release(tenon_session *s)
{
    free(s->own_note);
    free(s->own_actor);
    s->own_note = s->own_actor = NULL;
    s->note[0] = s->first_actor;
    s->note[1] = s->note[2] = NULL;
    s->is_noted = false;
}

const char *const *tenon__session_note(const tenon_session *s)
{
    return s->note;
}

bool tenon__session_has_note(const tenon_session *s)
{
    return s->note[0] || s->note[1] || s->note[2] || s->is_noted;
}

static size_t size_of(const char *text)
{
    return text ? strlen(text) + 1 : 0;
}

/* Two texts, or one, in the place of what was said before. NULL with the error. */
static char *replace(tenon_session *s, char **own, const char *text, const char *context)
{
    size_t text_size = size_of(text), context_size = size_of(context);
    if (text && !tenon__utf8_is_valid(text, text_size - 1)) {
        tenon__fail(&s->error, TENON_VALIDATION, "actor and reason of a change must be UTF-8");
        return NULL;
    }
    char *copy = malloc(text_size + context_size + 1);
    if (!copy) {
        tenon__fail_no_memory(&s->error);
        return NULL;
    }
    if (text)
        memcpy(copy, text, text_size);
    if (context)
        memcpy(copy + text_size, context, context_size);
    free(*own);
    *own = copy;
    s->is_noted |= s->depth > 0;
    return copy;
}

bool tenon_audit_note(tenon_session *s, const char *reason, const char *context)
{
    if (tenon__session_is_failed(s))
        return false;
    if (context && !tenon__json_is_valid(context, strlen(context)))
        return tenon__fail(&s->error, TENON_VALIDATION, "the context of a change must be JSON");
    char *own = replace(s, &s->own_note, reason, context);
    if (!own)
        return false;
    s->note[1] = reason ? own : NULL;
    s->note[2] = context ? own + size_of(reason) : NULL;
    return true;
}

bool tenon_session_set_actor(tenon_session *s, const char *actor)
{
    if (tenon__session_is_failed(s))
        return false;
    char *own = replace(s, &s->own_actor, actor, NULL);
    if (own)
        s->note[0] = actor ? own : NULL;
    return own != NULL;
}
