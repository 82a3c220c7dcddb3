/* Fields that name who made a row, or changed it last: @tenon.createdBy and @tenon.updatedBy.
 *
 * The name is the actor of the session. Where the session has none, a field that may be NULL says
 * so, rather than keep the name of somebody else; and one that may not refuses the write before
 * anything is sent. What a program sets by itself is what is stored. */
#include "model/walk.h"

static const void *refuse(tenon__walk *walk, const tenon_field *field)
{
    tenon__walk_fail(walk, TENON_MISUSE, field, "is filled from the session, which has no actor");
    tenon__hint(walk->err, "call tenon_session_set_actor, or set the field");
    return NULL;
}

const void *tenon__make_actor(tenon__walk *walk, const tenon_field *field)
{
    const char *const *actor = tenon__session_actor(walk->session);
    if (*actor)
        return !field->validation || tenon__validate(walk, field, actor) ? actor : NULL;
    if (field->default_kind != TENON_DEFAULT_NONE)
        return tenon__make_default(walk, field);
    return field->flags & TENON_FIELD_NULLABLE ? NULL : refuse(walk, field);
}
