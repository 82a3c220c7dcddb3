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

/* With values of every form, and more text than fits at first. */
static tenon_sql *users(tenon_session *s)
{
    const char *const emails[] = {ANN, "bob@example.com"};
    const tenon_text_array list = {emails, 2};
    tenon_sql *part = tenon_sqlf(tenon_sql_new(s), "age BETWEEN %d AND %ld", 0, 200L);
    tenon_sql *q =
        tenon_sqlf(tenon_sql_new(s), "SELECT %p FROM %p WHERE (%p)", SQL_COLUMNS(&user_model, NULL),
                   SQL_TABLE(&user_model), SQL_PART(part));
    return tenon_sqlf(q, "AND email %p AND name %p AND role = %p", SQL_IN(list), SQL_CONTAINS("nn"),
                      SQL_ENUM(&role_enum, ROLE_USER));
}

bool sql_dynamic(tenon_session *s)
{
    tenon_sql *q = tenon_sql_plan(users(s), TENON_PLAN_AUTO);
    bool is_done = tenon_sql_one(q, SQL_MODEL(&user_model)) && *tenon_sql_text(q);
    is_done = tenon_sql_many(q, SQL_MODEL(&user_model)).count == 1 && is_done;
    tenon_stream *stream = tenon_sql_stream(q, SQL_MODEL(&user_model));
    is_done = tenon_stream_next(stream) != NULL && is_done;
    is_done = tenon_stream_close(stream) && is_done;
    tenon_sql *rename = tenon_sqlf(tenon_sql_new(s), "UPDATE %p SET name = %s WHERE id = %d",
                                   SQL_TABLE(&user_model), "Ann", ANN_ID);
    return is_done && tenon_sql_exec(rename) == 1;
}

bool sql_cells(tenon_session *s)
{
    int64_t id = 0;
    double score = 1;
    bool is_active = false;
    const tenon_cells *cells =
        tenon_sql_cells(tenon_sqlf(tenon_sql_new(s), "SELECT id, score, active FROM \"User\""));
    return cells && tenon_cell_int64(tenon_cell(cells, 0, 0), &id, NULL) && id == ANN_ID &&
           tenon_cell_double(tenon_cell(cells, 0, 1), &score, NULL) && score == 0 &&
           tenon_cell_bool(tenon_cell(cells, 0, 2), &is_active, NULL) && is_active;
}

bool sql_explain(tenon_session *s)
{
    const tenon_explanation *first = tenon_sql_explain(users(s));
    const tenon_explanation *second =
        tenon_statement_explain(s, &user_by_email, &(UserByEmail){ANN});
    return first && second && *second->plan;
}
