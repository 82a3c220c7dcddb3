/* What check_words.c and check_word_rules.c share. */
#ifndef TENON_SCHEMA_CHECK_WORDS_H
#define TENON_SCHEMA_CHECK_WORDS_H

#include "schema/check.h"

/* What a comment documents: a field of a model, a model, an enum, a value – or, when all is zero, a
 * block that takes no words. */
typedef struct check_word_target {
    check_model *model;
    check_field *field;
    check_enum *enumeration;
    bool is_enum_value;
} check_word_target;

/* Reports words that are unknown, misplaced or repeated, and arguments that do not fit. */
void check_word_rules(check *c, const schema_comment *comment, const check_word_target *target);

#endif
