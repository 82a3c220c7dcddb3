/* Trees and units of work when memory runs out at every place of them: NO_MEMORY, nothing half
 * done, and the same again on the same session is right. */
#include "blog.h"

#include "fault.h"

static const fault_mode modes[] = {FAULT_ONCE, FAULT_FOREVER};

/* A unit of work; true when all of it was done. */
typedef bool work(both *b);

static bool load_tree(both *b, tenon_strategy strategy)
{
    CommentQuery comments = {.strategy = strategy, .order_by = {ASC(COMMENT_ID)}};
    TagQuery tags = {.strategy = strategy, .limit = 1, .order_by = {ASC(TAG_ID)}};
    ArticleQuery articles = {.strategy = strategy,
                             .order_by = {ASC(ARTICLE_ID)},
                             .include = {.comments = &comments, .tags = &tags}};
    AuthorList found = author_find_many(b->session, .order_by = {ASC(AUTHOR_ID)}, .limit = 2,
                                        .include.articles = &articles);
    return found.count == 2 && found.items[0].articles.count == 3 &&
           found.items[0].articles.items[0].tags.count == 1 &&
           found.items[0].articles.items[0].comments.count == 2;
}

static bool load_by_subquery(both *b)
{
    return load_tree(b, TENON_LOAD_SUBQUERY);
}

static bool load_by_batch(both *b)
{
    return load_tree(b, TENON_LOAD_BATCH);
}

static bool explain_tree(both *b)
{
    ArticleQuery articles = {.strategy = TENON_LOAD_SUBQUERY};
    return author_explain(b->session, .include.articles = &articles) != NULL;
}

static bool flush_unit(both *b)
{
    Author boss = {.id = 1001, .name = "boss"}, one = {.id = 1002, .name = "one", .boss = &boss};
    tenon_unit *unit = tenon_unit_open(b->session);
    Author *ann = author_find(b->session, 1);
    bool is_done = unit && ann && tenon_unit_track(unit, &author_model, ann) &&
                   tenon_unit_add(unit, &author_model, &one) &&
                   tenon_unit_add(unit, &author_model, &boss);
    if (is_done)
        ann->age = (tenon_opt_int32){true, 77};
    is_done = is_done && tenon_unit_flush(unit);
    tenon_unit_close(unit);
    return is_done;
}

static bool has_failed_once(both *b, work *run, size_t n, fault_mode mode)
{
    tenon_mark mark = tenon_session_mark(b->session);
    fault_arm(n, mode);
    bool is_done = run(b);
    bool has_failed = fault_disarm();
    const tenon_error *err = tenon_session_error(b->session);
    if (!is_done && err->status != TENON_NO_MEMORY && err->status != TENON_UNAVAILABLE)
        fail_msg("%s: %s", tenon_status_name(err->status), err->message);
    assert_true(is_done || has_failed);
    if (!is_done)
        assert_string_equal(
            both_value(b, "SELECT count(*) FROM \"Author\" WHERE name = 'one' OR age = 77"), "0");
    tenon_error_clear(b->session);
    both_sql(b, "DELETE FROM \"Author\" WHERE name = 'one' OR name = 'boss';"
                "UPDATE \"Author\" SET age = 30 WHERE id = 1");
    if (!run(b))
        fail_msg("allocation %zu: %s", n, tenon_message(b->session));
    both_sql(b, "DELETE FROM \"Author\" WHERE name = 'one' OR name = 'boss';"
                "UPDATE \"Author\" SET age = 30 WHERE id = 1");
    tenon_session_rewind(b->session, mark);
    return has_failed;
}

static void run_with_faults(both *b, work *run)
{
    for (size_t m = 0; m < 2; m++)
        for (size_t n = 1; has_failed_once(b, run, n, modes[m]);)
            n++;
}

static void trees_survive_want_of_memory(void **state)
{
    both *b = *state;
    blog_start(state);
    run_with_faults(b, load_by_batch);
    if (b->is_sqlite)
        return;
    run_with_faults(b, load_by_subquery);
    run_with_faults(b, explain_tree);
}

static void a_flush_survives_want_of_memory(void **state)
{
    blog_start(state);
    run_with_faults(*state, flush_unit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BLOG(trees_survive_want_of_memory),
        ON_BLOG(a_flush_survives_want_of_memory),
    };
    fault_include_sqlite();
    return blog_run(tests);
}
