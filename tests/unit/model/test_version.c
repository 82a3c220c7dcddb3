/* Optimistic locks: @tenon.version. */
#include "desk.h"

#include <stdio.h>

static void a_new_row_has_its_first_version(void **state)
{
    both *b = *state;
    Job *job = job_create(b->session, .title = SET("paint"));
    Page *page = page_create(b->session, .site = SET("a"), .path = SET("/"), .secret = SET("s"));
    assert_sound(b->session);
    assert_int_equal(job->version, 1);
    assert_int_equal(page->revision, 0);
    Job *later = job_create(b->session, .title = SET("moved"), .version = SET(7));
    assert_int_equal(later->version, 7);
}

static void every_update_counts(void **state)
{
    both *b = *state;
    Job *job = job_create(b->session, .title = SET("paint"));
    assert_int_equal(job_update(b->session, job->id, .weight = SET(1))->version, 2);
    assert_int_equal(job_update(b->session, job->id, .weight = INCREASE(1))->version, 3);
    assert_int_equal(
        job_update_many(b->session, .where = {.title = EQ("paint")}, .set = {.weight = SET(9)}), 1);
    Job *found = job_find(b->session, job->id);
    assert_int_equal(found->version, 4);
    assert_int_equal(found->weight, 9);
}

static void an_update_without_a_change_does_not_count(void **state)
{
    both *b = *state;
    Job *job = job_create(b->session, .title = SET("paint"));
    assert_int_equal(job_update(b->session, job->id, .table = {0})->version, 1);
    assert_sound(b->session);
}

static void an_upsert_counts_where_it_meets_a_row(void **state)
{
    both *b = *state;
    for (int64_t revision = 0; revision < 3; revision++) {
        Page *page = page_upsert(b->session,
                                 .create = {.site = SET("a"), .path = SET("/"), .secret = SET("s")},
                                 .update = {.body = SET("new")});
        assert_sound(b->session);
        assert_int_equal(page->revision, revision);
    }
}

static void changes_of_many_rows_count(void **state)
{
    both *b = *state;
    Job *job = job_create(b->session, .title = SET("paint"));
    assert_sound(b->session);
    const JobSet item = {.id = SET(job->id), .title = SET("sand")};
    assert_int_equal(job_update_each(b->session, .items = &item, .count = 1), 1);
    assert_sound(b->session);
    assert_int_equal(job_find(b->session, job->id)->version, 2);
    assert_int_equal(job_upsert_many(b->session, .items = &item, .count = 1), 1);
    assert_sound(b->session);
    assert_int_equal(job_find(b->session, job->id)->version, 3);
}

static void a_row_that_has_not_changed_is_updated(void **state)
{
    both *b = *state;
    Job *job = job_create(b->session, .title = SET("paint"));
    Job *done =
        job_update(b->session, job->id, .version = STILL(job->version), .state = SET("done"));
    assert_sound(b->session);
    assert_int_equal(done->version, 2);
    assert_string_equal(done->state, "done");
}

static void a_row_that_has_changed_is_a_conflict(void **state)
{
    both *b = *state;
    Job *job = job_create(b->session, .title = SET("paint"));
    job_update(b->session, job->id, .state = SET("taken"));
    assert_null(
        job_update(b->session, job->id, .version = STILL(job->version), .state = SET("done")));
    const tenon_error *err = tenon_session_error(b->session);
    assert_string_equal(err->model, "Job");
    assert_string_equal(err->field, "version");
    assert_int_equal(err->applied, TENON_APPLIED_NO);
    char text[80];
    snprintf(text, sizeof text, "the row with id %d has 2 instead of 1", job->id);
    assert_failed(b->session, TENON_CONFLICT, text);
    assert_string_equal(job_find(b->session, job->id)->state, "taken");
}

static void a_row_that_is_gone_is_no_row(void **state)
{
    both *b = *state;
    Job *job = job_create(b->session, .title = SET("paint"));
    job_delete(b->session, job->id);
    assert_null(job_update(b->session, job->id, .version = STILL(1), .state = SET("done")));
    assert_sound(b->session);
}

static void a_conflict_names_a_key_of_several_columns(void **state)
{
    both *b = *state;
    page_create(b->session, .site = SET("a"), .path = SET("/x"), .secret = SET("s"),
                .revision = SET(5));
    assert_null(page_update(b->session, "a", "/x", .revision = STILL(4), .body = SET("b")));
    assert_failed(b->session, TENON_CONFLICT, "site a, path /x has 5 instead of 4");
}

static void a_conflict_does_not_show_a_sensitive_key(void **state)
{
    both *b = *state;
    page_create(b->session, .site = SET("a"), .path = SET("/"), .secret = SET("hush"));
    const char *secret = "hush";
    const void *const key[] = {&secret};
    assert_null(tenon_update(&page_model, PAGE_BY_SECRET - 1, key,
                             &(PageSet){.session = b->session, .revision = STILL(9)}));
    assert_null(strstr(tenon_message(b->session), "hush"));
    assert_failed(b->session, TENON_CONFLICT, "the row with secret has 0");
}

static void a_version_alone_can_be_taken_on(void **state)
{
    both *b = *state;
    Job *job = job_create(b->session, .title = SET("paint"));
    assert_int_equal(job_update(b->session, job->id, .version = STILL(1))->version, 2);
    assert_null(job_update(b->session, job->id, .version = STILL(1)));
    assert_failed(b->session, TENON_CONFLICT, NULL);
}

static void a_version_is_counted_and_not_set(void **state)
{
    both *b = *state;
    Job *job = job_create(b->session, .title = SET("paint"));
    assert_null(job_update(b->session, job->id, .version = SET(9)));
    assert_failed(b->session, TENON_MISUSE, "counted, not set");
    job_update_many(b->session, .everything = true, .set = {.version = INCREASE(1)});
    assert_failed(b->session, TENON_MISUSE, "STILL(n)");
}

static void an_expected_version_belongs_to_the_update_of_a_row(void **state)
{
    both *b = *state;
    job_update_many(b->session, .everything = true, .set = {.version = STILL(1)});
    assert_failed(b->session, TENON_MISUSE, "no meaning for update_many");
    job_upsert(b->session, .create = {.id = SET(1), .title = SET("t")},
               .update = {.version = STILL(1)});
    assert_failed(b->session, TENON_MISUSE, "no meaning for upsert");
    job_create(b->session, .title = SET("t"), .version = STILL(1));
    assert_failed(b->session, TENON_MISUSE, "no meaning for a new row");
    page_update(b->session, "a", "/", .site = (tenon_text_set){.op = TENON_STILL, .value = "a"});
    assert_failed(b->session, TENON_MISUSE, "STILL");
}

static void of_two_who_read_the_same_one_wins(void **state)
{
    both *b = *state;
    tenon_session *other = tenon_session_open(b->db, NULL);
    Job *job = job_create(b->session, .title = SET("paint"));
    Job *mine = job_find(b->session, job->id), *theirs = job_find(other, job->id);
    assert_non_null(
        job_update(b->session, mine->id, .version = STILL(mine->version), .state = SET("mine")));
    assert_null(
        job_update(other, theirs->id, .version = STILL(theirs->version), .state = SET("theirs")));
    assert_failed(other, TENON_CONFLICT, NULL);
    tenon_session_close(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_DESK(a_new_row_has_its_first_version),
        ON_DESK(every_update_counts),
        ON_DESK(an_update_without_a_change_does_not_count),
        ON_DESK(an_upsert_counts_where_it_meets_a_row),
        ON_DESK(changes_of_many_rows_count),
        ON_DESK(a_row_that_has_not_changed_is_updated),
        ON_DESK(a_row_that_has_changed_is_a_conflict),
        ON_DESK(a_row_that_is_gone_is_no_row),
        ON_DESK(a_conflict_names_a_key_of_several_columns),
        ON_DESK(a_conflict_does_not_show_a_sensitive_key),
        ON_DESK(a_version_alone_can_be_taken_on),
        ON_DESK(a_version_is_counted_and_not_set),
        ON_DESK(an_expected_version_belongs_to_the_update_of_a_row),
        ON_DESK(of_two_who_read_the_same_one_wins),
    };
    return desk_run(tests);
}
