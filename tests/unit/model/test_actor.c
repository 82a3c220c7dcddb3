/* Rows that are signed with the actor of the session. */
#include "office.h"

static tenon_session *open_as(both *b, const char *actor)
{
    tenon_session *s = tenon_session_open(b->db, &(tenon_session_options){.actor = actor});
    assert_non_null(s);
    return s;
}

static void a_new_row_is_signed_by_the_actor(void **state)
{
    tenon_session *s = open_as(*state, "ann");
    Note *note = note_create(s, .text = SET("hello"));
    assert_sound(s);
    assert_string_equal(note->createdBy, "ann");
    assert_string_equal(note->updatedBy, "ann");
    tenon_session_close(s);
}

static void a_change_is_signed_by_who_makes_it(void **state)
{
    both *b = *state;
    tenon_session *ann = open_as(b, "ann"), *bo = open_as(b, "bo");
    Note *note = note_create(ann, .text = SET("hello"));
    Note *changed = note_update(bo, note->id, .text = SET("bye"));
    assert_sound(bo);
    assert_string_equal(changed->createdBy, "ann");
    assert_string_equal(changed->updatedBy, "bo");
    assert_int_equal(note_update_many(ann, .everything = true, .set = {.text = SET("x")}), 1);
    assert_string_equal(note_find(ann, note->id)->updatedBy, "ann");
    tenon_session_close(ann);
    tenon_session_close(bo);
}

static void rows_of_bulk_calls_and_upserts_are_signed_too(void **state)
{
    both *b = *state;
    tenon_session *s = open_as(b, "ann");
    NoteSet many[1200] = {0};
    for (int i = 0; i < 1200; i++)
        many[i] = (NoteSet){.text = SET("t")};
    assert_int_equal(note_create_many(s, .items = many, .count = 1200), 1200);
    assert_int_equal(note_create_many(s, .items = many, .count = 20), 20);
    assert_int_equal(note_count(s, .where = {.createdBy = EQ("ann"), .updatedBy = EQ("ann")}),
                     1220);
    Note *note = note_upsert(s, .create = {.id = SET(5000), .text = SET("u")});
    assert_sound(s);
    assert_string_equal(note->createdBy, "ann");
    tenon_session_close(s);
}

static void without_an_actor_a_required_signature_is_refused(void **state)
{
    both *b = *state;
    assert_null(note_create(b->session, .text = SET("hello")));
    assert_failed(b->session, TENON_MISUSE, "Note.createdBy: is filled from the session");
    Note *note = note_create(b->session, .text = SET("hello"), .createdBy = SET("import"));
    assert_sound(b->session);
    assert_string_equal(note->createdBy, "import");
    assert_null(note->updatedBy);
}

static void a_change_by_nobody_does_not_keep_the_name_of_somebody(void **state)
{
    both *b = *state;
    tenon_session *ann = open_as(b, "ann");
    note_create(ann, .text = SET("hello"));
    tenon_session_close(ann);
    Note *note = note_find_first(b->session);
    Note *changed = note_update(b->session, note->id, .text = SET("bye"));
    assert_sound(b->session);
    assert_string_equal(changed->createdBy, "ann");
    assert_null(changed->updatedBy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_OFFICE(a_new_row_is_signed_by_the_actor),
        ON_OFFICE(a_change_is_signed_by_who_makes_it),
        ON_OFFICE(rows_of_bulk_calls_and_upserts_are_signed_too),
        ON_OFFICE(without_an_actor_a_required_signature_is_refused),
        ON_OFFICE(a_change_by_nobody_does_not_keep_the_name_of_somebody),
    };
    return office_run(tests);
}
