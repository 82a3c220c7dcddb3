/* PostgreSQL's indexes, those of constraints too: one row a key, the index in each of them. */
#include "catalogue/read.h"

#include <stdlib.h>

/* Indexes of partitions that belong to one of the partitioned table come and go with that one. What
 * PostgreSQL 14 does not have yet (indnullsnotdistinct) is asked for by way of JSON. An expression
 * has the collation of its columns by itself: whether it was given one only the statement tells. */
static const char indexes_sql[] =
    "SELECT i.indrelid::text, i.indexrelid::text, c.relname::text, i.indisunique::text,"
    " i.indisprimary::text, (o.oid IS NOT NULL)::text, (o.contype = 'x')::text,"
    " o.condeferrable::text, o.condeferred::text,"
    " CASE WHEN k.n = 1 THEN to_jsonb(i) ->> 'indnullsnotdistinct' END,"
    " (i.indisvalid AND i.indisready)::text, m.amname::text,"
    " CASE WHEN k.n = 1 THEN pg_get_expr(i.indpred, i.indrelid) END,"
    " CASE WHEN k.n = 1 THEN coalesce(pg_get_constraintdef(o.oid), pg_get_indexdef(i.indexrelid))"
    " END, d.description, (k.n > i.indnkeyatts)::text, a.attname::text,"
    " CASE WHEN a.attname IS NULL THEN pg_get_indexdef(i.indexrelid, k.n, false) END,"
    " ((i.indoption[k.n - 1] & 1) = 1)::text, ((i.indoption[k.n - 1] & 2) = 2)::text,"
    " CASE WHEN NOT p.opcdefault THEN p.opcname::text END, l.collname::text"
    " FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
    " JOIN pg_am m ON m.oid = c.relam"
    " CROSS JOIN LATERAL generate_series(1, i.indnatts) k(n)"
    " LEFT JOIN pg_constraint o ON o.conindid = i.indexrelid AND o.contype IN ('p', 'u', 'x')"
    " LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k.n - 1]"
    " AND a.attnum <> 0"
    " LEFT JOIN pg_attribute e ON e.attrelid = i.indexrelid AND e.attnum = k.n"
    " LEFT JOIN pg_type t ON t.oid = e.atttypid"
    " LEFT JOIN pg_opclass p ON p.oid = i.indclass[k.n - 1]"
    " LEFT JOIN pg_collation l ON l.oid = i.indcollation[k.n - 1]"
    " AND l.oid <> coalesce(a.attcollation, t.typcollation)"
    " AND (a.attname IS NOT NULL OR pg_get_indexdef(i.indexrelid) LIKE '% COLLATE %')"
    " LEFT JOIN pg_description d ON d.objoid = i.indexrelid AND d.objsubid = 0"
    " AND d.classoid = 'pg_class'::regclass"
    " WHERE c.relnamespace = ANY ($1::oid[]) AND NOT c.relispartition"
    " ORDER BY i.indrelid, i.indisprimary DESC, c.relname, k.n";

enum {
    INDEX_OID = 1,
    INDEX_NAME,
    INDEX_IS_UNIQUE,
    INDEX_IS_PRIMARY,
    INDEX_IS_CONSTRAINT,
    INDEX_IS_EXCLUSION,
    INDEX_IS_DEFERRABLE,
    INDEX_IS_DEFERRED,
    INDEX_IS_NULLS_NOT_DISTINCT,
    INDEX_IS_VALID,
    INDEX_METHOD,
    INDEX_PREDICATE,
    INDEX_DEFINITION,
    INDEX_COMMENT,
    KEY_IS_INCLUDED,
    KEY_COLUMN,
    KEY_EXPRESSION,
    KEY_IS_DESCENDING,
    KEY_IS_NULLS_FIRST,
    KEY_OPERATOR_CLASS,
    KEY_COLLATION,
    INDEX_CELLS
};

static catalogue_key key_at(const rows *found, size_t row)
{
    return (catalogue_key){
        .column = rows_cell(found, row, KEY_COLUMN),
        .expression = rows_cell(found, row, KEY_EXPRESSION),
        .is_descending = rows_truth(found, row, KEY_IS_DESCENDING),
        .is_nulls_first = rows_truth(found, row, KEY_IS_NULLS_FIRST),
        .operator_class = rows_cell(found, row, KEY_OPERATOR_CLASS),
        .collation = rows_cell(found, row, KEY_COLLATION),
    };
}

static void fill_keys(catalogue_reader *r, catalogue_index *index, const rows *found, size_t row,
                      size_t count)
{
    index->keys = catalogue_array(r, count, sizeof *index->keys);
    index->included = catalogue_array(r, count, sizeof *index->included);
    for (size_t i = row; !r->has_failed_memory && i < row + count; i++)
        if (rows_truth(found, i, KEY_IS_INCLUDED))
            index->included[index->included_count++] = rows_cell(found, i, KEY_COLUMN);
        else
            index->keys[index->key_count++] = key_at(found, i);
}

static void fill_index(catalogue_index *index, const rows *found, size_t row)
{
    *index = (catalogue_index){
        .name = rows_cell(found, row, INDEX_NAME),
        .is_unique = rows_truth(found, row, INDEX_IS_UNIQUE),
        .is_primary = rows_truth(found, row, INDEX_IS_PRIMARY),
        .is_constraint = rows_truth(found, row, INDEX_IS_CONSTRAINT),
        .is_exclusion = rows_truth(found, row, INDEX_IS_EXCLUSION),
        .is_deferrable = rows_truth(found, row, INDEX_IS_DEFERRABLE),
        .is_deferred = rows_truth(found, row, INDEX_IS_DEFERRED),
        .is_nulls_not_distinct = rows_truth(found, row, INDEX_IS_NULLS_NOT_DISTINCT),
        .is_valid = rows_truth(found, row, INDEX_IS_VALID),
        .method = rows_cell(found, row, INDEX_METHOD),
        .predicate = rows_cell(found, row, INDEX_PREDICATE),
        .definition = rows_cell(found, row, INDEX_DEFINITION),
        .comment = rows_cell(found, row, INDEX_COMMENT),
    };
}

static void fill_indexes(catalogue_reader *r, catalogue_table *t, const rows *found, size_t row,
                         size_t count)
{
    t->indexes = catalogue_array(r, count, sizeof *t->indexes);
    for (size_t end = row + count, keys; t->indexes && row < end; row += keys) {
        catalogue_index *index = &t->indexes[t->index_count++];
        keys = rows_run(found, row, INDEX_OID);
        fill_index(index, found, row);
        fill_keys(r, index, found, row, keys);
    }
}

bool catalogue_read_postgresql_indexes(catalogue_reader *r)
{
    rows found;
    if (!catalogue_ask(r, indexes_sql, INDEX_CELLS, &found))
        return false;
    for (size_t i = 0, count; i < found.count; i += count) {
        catalogue_table *t = catalogue_table_at(r, &found, i);
        count = rows_run(&found, i, 0);
        if (t)
            fill_indexes(r, t, &found, i, count);
    }
    return !r->has_failed_memory;
}
