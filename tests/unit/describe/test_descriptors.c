/* The descriptors that tool/describe builds in memory and those that a compiler makes of the
 * generated code are the same: offsets, sizes, flags, defaults, names. The generated code is that
 * of tests/golden/generate. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "describe/describe.h"
#include "driver/driver.h"

extern const tenon_model everything_model;
extern const tenon_model membership_model, person_model, tagged_model;
extern const tenon_model spending_model, plain_model, kept_model;
extern const tenon_model wide_model, one_model, product_model;

#define CASES "tests/golden/generate/"

static void check_text(const char *made, const char *compiled)
{
    assert_int_equal(made == NULL, compiled == NULL);
    if (made)
        assert_string_equal(made, compiled);
}

static bool are_equal_texts(const char *a, size_t a_length, const char *b, size_t b_length)
{
    return a_length == b_length && memcmp(a, b, a_length) == 0;
}

/* Both wide, or both elements of a list. */
static bool are_equal_values(tenon_kind kind, const void *a, const void *b, size_t size)
{
    switch ((int)kind) {
    case TENON_KIND_TEXT:
    case TENON_KIND_OTHER:
        return strcmp(*(const char *const *)a, *(const char *const *)b) == 0;
    case TENON_KIND_DECIMAL:
        return tenon_decimal_compare(*(const tenon_decimal *)a, *(const tenon_decimal *)b) == 0;
    case TENON_KIND_JSON: {
        const tenon_json *x = a, *y = b;
        return are_equal_texts(x->text, x->len, y->text, y->len);
    }
    case TENON_KIND_BYTES: {
        const tenon_bytes *x = a, *y = b;
        return are_equal_texts(x->data, x->len, y->data, y->len);
    }
    case TENON_KIND_CLOCK_TZ: { /* has padding */
        const tenon_clock_tz *x = a, *y = b;
        return x->us == y->us && x->offset_seconds == y->offset_seconds;
    }
    default:
        return memcmp(a, b, size) == 0;
    }
}

static void check_default(const tenon_field *made, const tenon_field *compiled)
{
    assert_int_equal(made->default_kind, compiled->default_kind);
    assert_int_equal(made->default_length, compiled->default_length);
    if (made->default_kind != TENON_DEFAULT_VALUE)
        return;
    const char *a = made->default_value, *b = compiled->default_value;
    size_t count = 1, size = tenon__wide_size(made->kind);
    if (made->flags & TENON_FIELD_LIST) {
        const tenon__list *x = made->default_value, *y = compiled->default_value;
        assert_int_equal(x->count, y->count);
        a = x->items, b = y->items, count = x->count, size = tenon__element_size(made->kind);
    }
    for (size_t i = 0; i < count; i++)
        if (!are_equal_values(made->kind, a + i * size, b + i * size, size))
            fail_msg("%s: the defaults differ", made->name);
}

static void check_validation(const tenon_validation *made, const tenon_validation *compiled)
{
    assert_int_equal(made == NULL, compiled == NULL);
    if (!made)
        return;
    assert_int_equal(made->has_min, compiled->has_min);
    assert_int_equal(made->has_max, compiled->has_max);
    assert_int_equal(made->is_required, compiled->is_required);
    assert_true(made->min == compiled->min && made->max == compiled->max);
    assert_int_equal(made->has_min_length, compiled->has_min_length);
    assert_int_equal(made->has_max_length, compiled->has_max_length);
    assert_int_equal(made->min_length, compiled->min_length);
    assert_int_equal(made->max_length, compiled->max_length);
    check_text(made->pattern, compiled->pattern);
    check_text(made->message, compiled->message);
}

static void check_enum(const tenon_enum *made, const tenon_enum *compiled)
{
    assert_int_equal(made == NULL, compiled == NULL);
    if (!made)
        return;
    check_text(made->name, compiled->name);
    check_text(made->type, compiled->type);
    check_text(made->type_schema, compiled->type_schema);
    assert_int_equal(made->count, compiled->count);
    for (uint32_t i = 0; i < made->count; i++) {
        check_text(made->names[i], compiled->names[i]);
        check_text(made->values[i], compiled->values[i]);
    }
}

static void check_field(const tenon_field *made, const tenon_field *compiled)
{
    check_text(made->name, compiled->name);
    check_text(made->column, compiled->column);
    assert_int_equal(made->kind, compiled->kind);
    assert_int_equal(made->pg_type, compiled->pg_type);
    assert_int_equal(made->flags, compiled->flags);
    assert_int_equal(made->precision, compiled->precision);
    assert_int_equal(made->scale, compiled->scale);
    assert_int_equal(made->row_offset, compiled->row_offset);
    assert_int_equal(made->where_offset, compiled->where_offset);
    assert_int_equal(made->set_offset, compiled->set_offset);
    check_text(made->other_type, compiled->other_type);
    check_enum(made->enumeration, compiled->enumeration);
    check_default(made, compiled);
    check_validation(made->validation, compiled->validation);
}

static void check_field_list(const uint16_t *made, const uint16_t *compiled, size_t count)
{
    assert_memory_equal(made, compiled, count * sizeof *made);
}

static void check_constraints(const tenon_model *made, const tenon_model *compiled)
{
    assert_int_equal(made->unique_count, compiled->unique_count);
    for (uint32_t i = 0; i < made->unique_count; i++) {
        const tenon_unique *a = &made->uniques[i], *b = &compiled->uniques[i];
        check_text(a->name, b->name);
        check_text(a->constraint, b->constraint);
        assert_int_equal(a->field_count, b->field_count);
        check_field_list(a->fields, b->fields, a->field_count);
        assert_int_equal(a->is_primary, b->is_primary);
        assert_int_equal(a->is_partial, b->is_partial);
    }
    assert_int_equal(made->constraint_count, compiled->constraint_count);
    for (uint32_t i = 0; i < made->constraint_count; i++) {
        const tenon_constraint *a = &made->constraints[i], *b = &compiled->constraints[i];
        check_text(a->constraint, b->constraint);
        assert_int_equal(a->field_count, b->field_count);
        check_field_list(a->fields, b->fields, a->field_count);
    }
}

static void check_link(const tenon_link *made, const tenon_link *compiled)
{
    assert_int_equal(made != NULL, compiled != NULL);
    if (!made)
        return;
    check_text(made->schema, compiled->schema);
    check_text(made->table, compiled->table);
    check_text(made->column, compiled->column);
    check_text(made->target_column, compiled->target_column);
}

static void check_relation(const tenon_relation *made, const tenon_relation *compiled)
{
    check_text(made->name, compiled->name);
    check_text(made->target->name, compiled->target->name);
    assert_int_equal(made->is_list, compiled->is_list);
    assert_int_equal(made->is_required, compiled->is_required);
    assert_int_equal(made->holds_key, compiled->holds_key);
    assert_int_equal(made->inverse, compiled->inverse);
    assert_int_equal(made->field_count, compiled->field_count);
    check_field_list(made->fields, compiled->fields, made->field_count);
    check_field_list(made->target_fields, compiled->target_fields, made->field_count);
    check_link(made->link, compiled->link);
    assert_int_equal(made->on_delete, compiled->on_delete);
    assert_int_equal(made->row_offset, compiled->row_offset);
    assert_int_equal(made->where_offset, compiled->where_offset);
    assert_int_equal(made->include_offset, compiled->include_offset);
    assert_int_equal(made->order_offset, compiled->order_offset);
    assert_int_equal(made->count_where_offset, compiled->count_where_offset);
    assert_int_equal(made->count_offset, compiled->count_offset);
    assert_int_equal(made->set_offset, compiled->set_offset);
}

static void check_sizes(const tenon_model *made, const tenon_model *compiled)
{
    assert_int_equal(made->row_size, compiled->row_size);
    assert_int_equal(made->loaded_offset, compiled->loaded_offset);
    assert_int_equal(made->counts_offset, compiled->counts_offset);
    assert_int_equal(made->counts_size, compiled->counts_size);
    assert_int_equal(made->order_size, compiled->order_size);
    assert_int_equal(made->where_size, compiled->where_size);
    assert_int_equal(made->set_size, compiled->set_size);
    assert_int_equal(made->query_where, compiled->query_where);
    assert_int_equal(made->query_order_by, compiled->query_order_by);
    assert_int_equal(made->query_select, compiled->query_select);
    assert_int_equal(made->query_distinct, compiled->query_distinct);
    assert_int_equal(made->update_where, compiled->update_where);
    assert_int_equal(made->update_set, compiled->update_set);
    assert_int_equal(made->delete_where, compiled->delete_where);
    assert_int_equal(made->upsert_create, compiled->upsert_create);
    assert_int_equal(made->upsert_update, compiled->upsert_update);
    assert_int_equal(made->nested_set, compiled->nested_set);
    assert_int_equal(made->nested_size, compiled->nested_size);
    assert_int_equal(made->nested_update, compiled->nested_update);
    assert_int_equal(made->nested_upsert_size, compiled->nested_upsert_size);
}

static void check_model(const tenon_model *made, const tenon_model *compiled)
{
    assert_int_equal(made->abi, compiled->abi);
    assert_int_equal(made->size, compiled->size);
    check_text(made->name, compiled->name);
    check_text(made->table, compiled->table);
    check_text(made->schema, compiled->schema);
    assert_int_equal(made->is_view, compiled->is_view);
    assert_int_equal(made->field_count, compiled->field_count);
    for (uint32_t i = 0; i < made->field_count; i++)
        check_field(&made->fields[i], &compiled->fields[i]);
    check_constraints(made, compiled);
    assert_int_equal(made->relation_count, compiled->relation_count);
    for (uint32_t i = 0; i < made->relation_count; i++)
        check_relation(&made->relations[i], &compiled->relations[i]);
    check_sizes(made, compiled);
}

static void check_case(const char *path, const tenon_model *const *compiled, size_t count)
{
    tenon_error err = {0};
    schema *s = schema_read_path(path, &err);
    assert_non_null(s);
    describe_set *set = describe_schema(s, &err);
    if (!set)
        fail_msg("%s", err.message);
    assert_int_equal(set->model_count, count);
    for (size_t i = 0; i < count; i++)
        check_model(&set->models[i].model, compiled[i]);
    describe_free(set);
    schema_free(s);
}

static void every_type_and_default_is_as_compiled(void **state)
{
    const tenon_model *models[] = {&everything_model};
    check_case(CASES "everything/schema.prisma", models, 1);
}

static void keys_of_several_columns_are_as_compiled(void **state)
{
    const tenon_model *models[] = {&membership_model, &person_model, &tagged_model};
    check_case(CASES "keys/schema.prisma", models, 3);
}

static void views_and_what_is_ignored_are_as_compiled(void **state)
{
    const tenon_model *models[] = {&spending_model, &plain_model, &kept_model};
    check_case(CASES "views/schema.prisma", models, 3);
}

static void small_and_wide_models_are_as_compiled(void **state)
{
    const tenon_model *wide[] = {&wide_model}, *small[] = {&one_model};
    check_case(CASES "wide/schema.prisma", wide, 1);
    check_case(CASES "small/schema.prisma", small, 1);
}

static void validations_are_as_compiled(void **state)
{
    const tenon_model *models[] = {&product_model};
    check_case(CASES "validation/schema.prisma", models, 1);
}

static void a_schema_without_models_has_no_descriptors(void **state)
{
    check_case(CASES "none/schema.prisma", NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_and_default_is_as_compiled),
        cmocka_unit_test(keys_of_several_columns_are_as_compiled),
        cmocka_unit_test(views_and_what_is_ignored_are_as_compiled),
        cmocka_unit_test(small_and_wide_models_are_as_compiled),
        cmocka_unit_test(validations_are_as_compiled),
        cmocka_unit_test(a_schema_without_models_has_no_descriptors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
