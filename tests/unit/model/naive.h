/* Conditions and orders over rows in memory, worked out row by row from the descriptors: what the
 * SQL of filters is compared with. Booleans, integers, enums and texts; SQL's three truths. */
#ifndef NAIVE_H
#define NAIVE_H

#include <tenon/query.h>

typedef enum naive_truth { NO, YES, UNKNOWN } naive_truth;

/* The rows of one model, as find_many gave them. */
typedef struct naive_table {
    const tenon_model *model;
    const char *rows;
    size_t count;
} naive_table;

/* Pairs of a many-to-many relation, in the order of its columns' names. */
typedef struct naive_link {
    const char *table;
    int64_t (*pairs)[2];
    size_t count;
} naive_link;

typedef struct naive_data {
    const naive_table *tables;
    size_t table_count;
    const naive_link *links;
    size_t link_count;
} naive_data;

const naive_table *naive_table_of(const naive_data *data, const tenon_model *model);
const char *naive_row(const naive_table *table, size_t i);
naive_truth naive_where(const naive_data *data, const tenon_model *model, const char *row,
                        const void *where);
/* < 0 when a stands before b by this …Order, > 0 behind, 0 when it does not say. */
int naive_order(const naive_data *data, const tenon_model *model, const char *a, const char *b,
                const void *order);

#endif
