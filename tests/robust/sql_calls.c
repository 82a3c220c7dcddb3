/* Calls of every_call.c that run SQL of the program's own. */
#include "rare_calls.h"

#include "unit/sql/queries.h"

bool sql_statement(tenon_session *s)
{
    const TopAuthors all = {.least_posts = 0, .most = 10};
    const User *ann = tenon_statement_one(s, &user_by_email, &(UserByEmail){ANN});
    bool is_done = ann && tenon_statement_many(s, &top_authors, &all).count == 1;
    tenon_stream *stream = tenon_statement_stream(s, &top_authors, &all);
    is_done = tenon_stream_next(stream) != NULL && is_done;
    is_done = tenon_stream_close(stream) && is_done;
    return is_done && tenon_statement_rows(s, &rename_user, &(RenameUser){ANN_ID, "Ann"}) == 1 &&
           tenon_statement_exec(s, &rename_user_exec, &(RenameUser){ANN_ID + 1, "x"});
}

static const AddPost posts[] = {
    {.id = {1, 1}, .author_id = ANN_ID, .slug = "a", .published = {true, true}},
    {.id = {1, 2}, .author_id = ANN_ID, .slug = "b", .published = {true, false}},
};

bool sql_batch(tenon_session *s)
{
    const RenameUser names[] = {{ANN_ID, "Ann"}, {ANN_ID + 1, "x"}};
    const tenon_list *lists = tenon_statement_batch_lists(s, &add_post, posts, 2);
    return lists && lists[1].count == 1 && tenon_statement_batch(s, &rename_users, names, 2) == 1;
}

bool sql_copy(tenon_session *s)
{
    return tenon_statement_copy(s, &load_posts, posts, 2) == 2;
}
