/* Models with relations: what holds for them without loading any. */
#include "blog.h"

static void a_row_has_no_relation_until_it_is_loaded(void **state)
{
    both *b = *state;
    Author *ann = author_create(b->session, .name = SET("ann"));
    assert_sound(b->session);
    assert_true(AUTHOR_LOADED(ann, AUTHOR_NAME));
    assert_false(AUTHOR_LOADED(ann, AUTHOR_ARTICLES));
    assert_null(ann->boss);
    assert_null(ann->counts);
    assert_int_equal(ann->articles.count, 0);
}

static void descriptors_know_both_sides(void **state)
{
    for (uint32_t i = 0; i < author_model.relation_count; i++) {
        const tenon_relation *side = &author_model.relations[i];
        const tenon_relation *other = &side->target->relations[side->inverse];
        assert_ptr_equal(other->target, &author_model);
        assert_ptr_equal(&author_model.relations[other->inverse], side);
        assert_int_equal(side->field_count, other->field_count);
        assert_memory_equal(side->fields, other->target_fields, side->field_count * 2u);
    }
}

static void rows_of_the_blog_can_be_written_and_found(void **state)
{
    both *b = *state;
    Author *ann = author_create(b->session, .name = SET("ann"));
    article_create(b->session, .title = SET("one"), .authorId = SET(ann->id));
    article_create(b->session, .title = SET("two"), .authorId = SET(ann->id));
    ArticleList found = article_find_many(b->session, .where = {.authorId = EQ(ann->id)},
                                          .order_by = {DESC(ARTICLE_TITLE)});
    assert_sound(b->session);
    assert_int_equal(found.count, 2);
    assert_string_equal(found.items[0].title, "two");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BLOG(a_row_has_no_relation_until_it_is_loaded),
        cmocka_unit_test(descriptors_know_both_sides),
        ON_BLOG(rows_of_the_blog_can_be_written_and_found),
    };
    return blog_run(tests);
}
