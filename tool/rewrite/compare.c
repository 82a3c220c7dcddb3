/* Comparing the shadow with the table, every column of every row, bit by bit.
 *
 * A chunk at a time in both directions: rows of the table that the shadow lacks or has otherwise,
 * and rows of the shadow that the table lacks. Each chunk is one query, which sees one moment;
 * what was written since the log was followed last has its key in the log at that moment, and is
 * left to it. */
#include "rewrite/inside.h"

#include "db/db.h"

#include <stdlib.h>

static const char chunk_rows[] = "19999";

/* Whether the log has the key is asked last, of the few rows that differ. */
static const char differing_sql[] =
    "WITH differing AS MATERIALIZED (SELECT {a_key} FROM (SELECT {t_key}, ROW({values}) AS image,"
    " {named_key_values} FROM {table} t WHERE {lower} AND {upper}) a"
    " LEFT JOIN {shadow} n ON ({n_key}) = ({a_key_values})"
    " WHERE {n_first} IS NULL OR ROW({images}) *<> a.image)"
    " SELECT count(*)::text, min(ROW({a_key})::text) FROM differing a"
    " WHERE NOT EXISTS (SELECT FROM {log} l WHERE ({l_key}) = ({a_key}) OR l.is_truncate)";

static const char surplus_sql[] =
    "WITH surplus AS MATERIALIZED (SELECT {n_key} FROM {shadow} n WHERE {n_lower} AND {n_upper}"
    " AND NOT EXISTS (SELECT FROM {table} t WHERE ({t_key}) = ({back_key_values})))"
    " SELECT count(*)::text, min(ROW({n_key})::text) FROM surplus n WHERE NOT EXISTS"
    " (SELECT FROM {log} l WHERE ({log_key_values}) = ({n_key}) OR l.is_truncate)";

/* A pass over one of the two. */
typedef struct pass {
    const char *upper_sql, *count_sql, *rows_sql, *wrong;
} pass;

static const pass passes[] = {
    {"SELECT ARRAY[{key_texts}]::text FROM {table} WHERE {lower} ORDER BY {key}"
     " OFFSET $2::bigint LIMIT 1",
     "SELECT count(*)::text FROM {table} WHERE {lower} AND {upper}", differing_sql,
     "are missing or differ in"},
    {"SELECT ARRAY[{key_texts}]::text FROM {shadow} WHERE {n_lower} ORDER BY {key}"
     " OFFSET $2::bigint LIMIT 1",
     "SELECT count(*)::text FROM {shadow} WHERE {n_lower} AND {n_upper}", surplus_sql,
     "are too many in"},
};

static bool judge(rewriter *r, const pass *p, const rows *found)
{
    if (!strcmp(rows_cell(found, 0, 0), "0"))
        return true;
    tenon_error *err = tenon__session_error(r->s);
    tenon__fail(err, TENON_CORRUPT, "%s rows %s the copy of table %s, the first %s",
                rows_cell(found, 0, 0), p->wrong, r->name, rows_cell(found, 0, 1));
    tenon__hint(err, "a value given as an expression that is not always the same does this; the "
                     "table is as it was");
    return false;
}

static bool compare_chunk(rewriter *r, const pass *p, const char *last, const char **upper)
{
    const char *ask[] = {last, chunk_rows};
    const char *count;
    rows found;
    rewrite_bound(r, last, NULL);
    if (!tenon_begin(r->s) || !rewrite_plan_by_key(r, true) ||
        !rewrite_ask(r, p->upper_sql, ask, 2, upper))
        return false;
    const char *range[] = {last, *upper};
    rewrite_bound(r, last, *upper);
    if (!rewrite_read(r, p->rows_sql, 2, range, 2, &found) || !judge(r, p, &found) ||
        !rewrite_ask(r, p->count_sql, range, 2, &count) || !tenon_commit(r->s))
        return false;
    r->result->compared += p == passes ? strtoll(count, NULL, 10) : 0;
    rewrite_tell(r, REWRITE_COMPARES, r->result->compared, NULL);
    return true;
}

static bool compare_all(rewriter *r, const pass *p)
{
    const char *last = NULL, *upper;
    do {
        tenon__arena_clear(&r->scratch);
        if (rewrite_is_stopped(r) || !compare_chunk(r, p, last, &upper))
            return false;
        last = upper ? tenon__arena_text(&r->arena, upper) : NULL;
    } while (last);
    return true;
}

bool rewrite_compare(rewriter *r)
{
    rewrite_define(r, "a_key", rewrite_list(r, "a.", r->key_names, r->key_count, "", NULL));
    rewrite_define(r, "n_first", rewrite_list(r, "n.", r->key_names, 1, "", NULL));
    for (size_t i = 0; i < TENON__COUNT(passes); i++)
        if (!compare_all(r, &passes[i]))
            return false;
    return true;
}
