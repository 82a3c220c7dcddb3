/* Streams of rows: the query is walked as find_many walks it, the rest is lib/db's. */
#include "model/include.h"

tenon_stream *tenon_stream_open(const tenon_model *model, const void *query)
{
    tenon_query_head head;
    memcpy(&head, query, sizeof head);
    tenon__walk walk;
    if (!tenon__walk_find(&walk, model, query, &head, head.limit, NULL))
        return NULL;
    walk.subject = query;
    if (tenon__has_includes(model, query)) {
        tenon__walk_misuse(&walk, "a stream loads no relations");
        tenon__hint(walk.err, "load them for the row in hand, with _load");
    }
    return tenon__stream_hinted(&walk, head.hints);
}
