/* tenon's side of the trees and nested writes of tree.h. */
#include "side.h"
#include "tree.h"

#include "bench_models.h"

static tenon_db *db;
static size_t session_count;
static BENCH_OWN tenon_session *session;
static BENCH_OWN tenon_mark start;

static void check_session(void)
{
    if (tenon_failed(session))
        bench_fail("tenon", tenon_message(session));
}

static uint64_t check_post(const Post *post)
{
    uint64_t sum = tree_check(post->id, post->title, post->body);
    for (size_t i = 0; i < post->comments.count; i++) {
        const Comment *comment = &post->comments.items[i];
        sum += tree_check(comment->id, comment->text, comment->text);
        sum += tree_check(comment->author->id, comment->author->name, comment->author->email);
    }
    return sum;
}

static uint64_t read_tree(tenon_strategy strategy)
{
    WriterList writers = writer_find_many(
        session, .order_by = {{WRITER_ID, TENON_ASC}}, .limit = TREE_WRITERS,
        .include = {
            .posts = &(PostQuery){
                .strategy = strategy,
                .include = {.comments = &(CommentQuery){
                                .strategy = strategy,
                                .include = {.author = &(WriterQuery){.strategy = strategy}}}}}});
    check_session();
    uint64_t sum = 0;
    for (size_t w = 0; w < writers.count; w++) {
        const Writer *writer = &writers.items[w];
        sum += tree_check(writer->id, writer->name, writer->email);
        for (size_t p = 0; p < writer->posts.count; p++)
            sum += check_post(&writer->posts.items[p]);
    }
    tenon_session_rewind(session, start);
    return sum;
}

static uint64_t tree(size_t i)
{
    (void)i;
    return read_tree(TENON_LOAD_AUTO);
}

static uint64_t tree_batch(size_t i)
{
    (void)i;
    return read_tree(TENON_LOAD_BATCH);
}

static uint64_t tree_together(size_t i)
{
    (void)i;
    return read_tree(TENON_LOAD_SUBQUERY);
}

static uint64_t nested_create(size_t i)
{
    (void)i;
    static BENCH_OWN PostSet posts[TREE_CHILDREN];
    for (int k = 0; k < TREE_CHILDREN; k++)
        posts[k] = (PostSet){
            .title = {TENON_SET, "a title as titles are"},
            .body = {TENON_SET, "a body that is somewhat longer than a title"},
        };
    Writer *writer = writer_create(session, .name = {TENON_SET, "writer"},
                                   .email = {TENON_SET, "writer@example.com"},
                                   .posts = &(PostListWrite){.create = {posts, TREE_CHILDREN}});
    check_session();
    tenon_session_rewind(session, start);
    return writer ? TREE_CHILDREN : 0;
}

void bench_open(const char *url)
{
    tenon_error err;
    if (!db)
        db = tenon_open(url, NULL, &err);
    if (!db)
        bench_fail("tenon", err.message);
    session_count++;
    session = tenon_session_open(db, NULL);
    start = tenon_session_mark(session);
}

void bench_close(void)
{
    tenon_session_close(session);
    if (--session_count == 0)
        tenon_close(db);
}

const bench_work bench_works[] = {
    {"tree", NULL, tree},
    {"tree_batch", NULL, tree_batch},
    {"tree_together", NULL, tree_together},
    {"nested_create", NULL, nested_create},
    {0},
};
