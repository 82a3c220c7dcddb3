/* Models for tests, in the style of generated code.
 *
 * Between them they have a key that the database makes and one that the client makes, a key of two
 * columns, uniques, mapped names, client-side defaults, validation, and a column of every type,
 * nullable and as a list. sample_schema.h has the tables. */
#ifndef SAMPLE_MODEL_H
#define SAMPLE_MODEL_H

#include "sample_arrays.h"
#include "sample_everything.h"
#include "sample_post.h"
#include "sample_user.h"

#endif
