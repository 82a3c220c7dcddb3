/* Walking over the elements of a JSON array's text, for array.c and functions.c, and over the
 * members of an object's, for json_contains.c. */
#ifndef TENON_DRIVER_SQLITE_JSON_ARRAY_H
#define TENON_DRIVER_SQLITE_JSON_ARRAY_H

#include "driver/sqlite/sqlite.h"

typedef enum json_type {
    JSON_NULL,
    JSON_FALSE,
    JSON_TRUE,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT
} json_type;

/* An element as it stands in the text. */
typedef struct json_item {
    json_type type;
    const char *text;
    size_t length;
} json_item;

/* What is left of the array. */
typedef struct json_items {
    const char *at, *end;
} json_items;

/* False when the text is not a valid JSON array. */
bool tenon__sqlite_json_items(const char *text, size_t length, json_items *out);
/* The next element; false behind the last. */
bool tenon__sqlite_json_next(json_items *items, json_item *out);
/* Any JSON as one item; false when it is not valid. */
bool tenon__sqlite_json_whole(const char *text, size_t length, json_item *out);
/* What stands in a JSON_ARRAY or JSON_OBJECT. */
json_items tenon__sqlite_json_inside(json_item container);
/* The next member of an object; false behind the last. */
bool tenon__sqlite_json_next_member(json_items *members, json_item *key, json_item *value);
/* The characters of a JSON_STRING. An escape without a partner becomes bytes that are not UTF-8. */
void tenon__sqlite_json_unescape(json_item string, tenon__buf *out);
/* A JSON_NUMBER: an integer where it is written as one and fits, else a real. False: no memory. */
bool tenon__sqlite_json_number(json_item number, cell *out);
/* True for the same value, however it is written. Objects and arrays are compared as they stand.
 * *is_failed becomes true when memory was short; then the answer is none. */
bool tenon__sqlite_json_equal(json_item a, json_item b, bool *is_failed);

/* json_contains.c: tenon_json_contains(a, b), PostgreSQL's a @> b. */
void tenon__sqlite_json_contains(sqlite3_context *context, int count, sqlite3_value **arguments);

#endif
