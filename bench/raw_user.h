/* A row as a programmer without tenon would hold it. */
#ifndef BENCH_RAW_USER_H
#define BENCH_RAW_USER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct raw_user {
    int32_t id, age;
    bool has_age;
    const char *name, *email;
    int64_t created_at_us;
    const char *profile;
    size_t profile_length;
} raw_user;

/* Rows and their texts in one block. */
typedef struct raw_users {
    raw_user *items;
    size_t count;
} raw_users;

#endif
