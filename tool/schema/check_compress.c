/* @tenon.compress: an array that is stored in one value, as docs/compression.md tells.
 *
 * The database sees bytes, so what it does with arrays it cannot do with these: there is nothing to
 * index, to compare or to fill in. All that is told here, where the field stands, and not by a
 * database later. */
#include "schema/check.h"

#include <stdlib.h>

static bool is_packable_native(schema_native native)
{
    switch ((int)native) {
    case SCHEMA_NATIVE_OID:
    case SCHEMA_NATIVE_INET:
    case SCHEMA_NATIVE_BIT:
    case SCHEMA_NATIVE_VARBIT:
    case SCHEMA_NATIVE_XML:
    case SCHEMA_NATIVE_TIMETZ:
        return false;
    default:
        return true;
    }
}

static bool is_packable(const schema_field *field)
{
    return field->kind == SCHEMA_SCALAR && field->arity == SCHEMA_LIST &&
           field->type != SCHEMA_DECIMAL && field->type != SCHEMA_JSON &&
           is_packable_native(field->native.kind);
}

static bool is_in(const schema_index *index, const schema_field *field)
{
    for (size_t i = 0; index && i < index->column_count; i++) {
        if (index->columns[i].field == field)
            return true;
    }
    return false;
}

static bool is_indexed(const schema_model *model, const schema_field *field)
{
    for (size_t i = 0; i < model->index_count; i++) {
        if (is_in(model->indexes[i], field))
            return true;
    }
    return is_in(model->primary_key, field);
}

static void check_bound(check *c, const schema_word *word, const schema_field *field)
{
    for (size_t i = 0; i < word->argument_count; i++) {
        const schema_word_argument *argument = &word->arguments[i];
        if (!argument->name || strcmp(argument->name, "maxError") != 0)
            continue;
        if (field->type != SCHEMA_FLOAT)
            check_error(c, word->span, NULL, "@tenon.compress: 'maxError' is for Float[]");
        else if (!(strtod(argument->value, NULL) > 0))
            check_error(c, word->span, "leave it out, and nothing is lost",
                        "@tenon.compress: 'maxError' must be above zero");
    }
}

void check_compression(check *c, const schema_word *word, const check_field *f)
{
    const schema_field *field = f->field;
    if (!is_packable(field)) {
        check_error(c, word->span, NULL,
                    "@tenon.compress is for a list of Boolean, Int, BigInt, Float, DateTime, "
                    "String or Bytes");
        return;
    }
    check_bound(c, word, field);
    if (field->default_value.kind != SCHEMA_NO_DEFAULT)
        check_error(c, word->span, "without one it is an empty list",
                    "a field with @tenon.compress has no default");
    if (is_indexed(f->model->model, field))
        check_error(c, word->span, "remove it from the index",
                    "a field with @tenon.compress cannot be in an index");
}
