/* Which column of the shadow gets its value from where.
 *
 * A column of the same name keeps its value. Where the type has changed the value is cast, and the
 * cast has to lead back: one that does not (a text that is cut, digits that are rounded) raises an
 * error in the database, in the first copy as in every later one, so that no value is altered
 * unseen. A value that the caller has given as an expression is meant as it is. */
#include "rewrite/inside.h"

#include "db/db.h"
#include "render/render.h"

enum { NAME, OLD_TYPE, TYPE, IS_GENERATED, IS_KEY, HAS_EQUALITY, COLUMN_FACTS };

static const char columns_sql[] =
    "SELECT n.attname::text, format_type(o.atttypid, o.atttypmod), format_type(n.atttypid,"
    " n.atttypmod), (n.attgenerated <> '')::text, coalesce(o.attnum = ANY (k.columns), "
    "false)::text,"
    " coalesce(o.atttypid NOT IN ('json'::regtype, 'xml'::regtype, 'point'::regtype,"
    " 'box'::regtype, 'polygon'::regtype, 'line'::regtype, 'lseg'::regtype, 'path'::regtype,"
    " 'circle'::regtype), true)::text"
    " FROM pg_attribute n LEFT JOIN pg_attribute o ON o.attrelid = {oid} AND o.attname = n.attname"
    " AND o.attnum > 0 AND NOT o.attisdropped LEFT JOIN (SELECT (indkey::int2[])[0:indnkeyatts - 1]"
    " AS columns FROM pg_index WHERE indexrelid = {key_index}) k ON true"
    " WHERE n.attrelid = '{shadow}'::regclass AND n.attnum > 0 AND NOT n.attisdropped"
    " ORDER BY n.attnum";

static const char dropped_sql[] =
    "SELECT string_agg(quote_ident(o.attname), ', ' ORDER BY o.attnum) FROM pg_attribute o"
    " WHERE o.attrelid = {oid} AND o.attnum > 0 AND NOT o.attisdropped AND NOT EXISTS (SELECT"
    " FROM pg_attribute n WHERE n.attrelid = '{shadow}'::regclass AND n.attname = o.attname"
    " AND n.attnum > 0 AND NOT n.attisdropped)";

/* The lists under construction. */
typedef struct lists {
    tenon__buf columns, images, values, key_values, named_key_values, log_key_values,
        back_key_values;
    const char *key_types[REWRITE_KEY_MOST]; /* in the shadow */
    size_t used_values;
    bool has_equal_keys;
} lists;

static void release_lists(lists *l)
{
    tenon__buf_release(&l->columns);
    tenon__buf_release(&l->images);
    tenon__buf_release(&l->values);
    tenon__buf_release(&l->key_values);
    tenon__buf_release(&l->named_key_values);
    tenon__buf_release(&l->log_key_values);
    tenon__buf_release(&l->back_key_values);
}

static const rewrite_value *find_value(rewriter *r, const char *column)
{
    for (size_t i = 0; i < r->options->value_count; i++)
        if (!strcmp(r->options->values[i].column, column))
            return &r->options->values[i];
    return NULL;
}

static const char *quote(rewriter *r, const char *name)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf quoted = {0};
    tenon__quote_identifier(&quoted, TENON_POSTGRESQL, name, tenon__session_error(r->s));
    return tenon__arena_text(&r->scratch, tenon__buf_string(&quoted));
}

/* The new value, or an error when it does not lead back to the old one. */
static void add_cast(rewriter *r, tenon__buf *out, const char *name, const char *const *facts)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf literal = {0};
    bool is_equal = facts[HAS_EQUALITY][0] == 't';
    const char *as = is_equal ? "" : "::text";
    tenon__quote_literal(&literal, TENON_POSTGRESQL, facts[NAME], strlen(facts[NAME]),
                         tenon__session_error(r->s));
    const char *lost = rewrite_expand(r, "{lost}");
    tenon__buf_format(out,
                      "CASE WHEN t.%s::%s::%s%s IS DISTINCT FROM t.%s%s THEN %s(%s, t.%s::text)::%s"
                      " ELSE t.%s::%s END",
                      name, facts[TYPE], facts[OLD_TYPE], as, name, as, lost ? lost : "",
                      tenon__buf_string(&literal), name, facts[TYPE], name, facts[TYPE]);
}

static void add_key(rewriter *r, lists *l, const char *const *facts)
{
    bool is_cast = strcmp(facts[OLD_TYPE], facts[TYPE]) != 0;
    size_t i = 0;
    while (i < r->key_count && strcmp(r->key_names[i], facts[NAME]) != 0)
        i++;
    if (i < r->key_count)
        l->key_types[i] = tenon__arena_text(&r->arena, facts[TYPE]);
    l->has_equal_keys = l->has_equal_keys && !is_cast;
}

/* In the order of the key, whatever that of the columns. */
static void add_keys(rewriter *r, lists *l)
{
    for (size_t i = 0; i < r->key_count; i++) {
        const char *name = quote(r, r->key_names[i]), *comma = i ? ", " : "";
        const char *type = l->has_equal_keys ? r->key_types[i] : l->key_types[i];
        tenon__buf_format(&l->named_key_values, "%st.%s::%s AS _tenon_key_%zu", comma, name, type,
                          i);
        tenon__buf_format(&l->key_values, "%sa._tenon_key_%zu", comma, i);
        tenon__buf_format(&l->log_key_values, "%sl.%s::%s", comma, name, type);
        tenon__buf_format(&l->back_key_values, "%sn.%s::%s", comma, name, r->key_types[i]);
    }
}

static void add_column(rewriter *r, lists *l, const char *const *facts)
{
    const rewrite_value *given = find_value(r, facts[NAME]);
    const char *name = quote(r, facts[NAME]);
    l->used_values += given != NULL;
    if (facts[IS_KEY][0] == 't')
        add_key(r, l, facts);
    if (facts[IS_GENERATED][0] == 't' || (!facts[OLD_TYPE] && !given))
        return;
    if (l->columns.length) {
        tenon__buf_text(&l->columns, ", ");
        tenon__buf_text(&l->images, ", ");
        tenon__buf_text(&l->values, ", ");
    }
    tenon__buf_text(&l->columns, name);
    tenon__buf_format(&l->images, "n.%s", name);
    if (given)
        tenon__buf_format(&l->values, "(%s)::%s", given->expression, facts[TYPE]);
    else if (strcmp(facts[OLD_TYPE], facts[TYPE]) != 0)
        add_cast(r, &l->values, name, facts);
    else
        tenon__buf_format(&l->values, "t.%s", name);
}

static bool check_dropped(rewriter *r)
{
    const char *dropped;
    if (!rewrite_ask(r, dropped_sql, NULL, 0, &dropped))
        return false;
    if (!dropped || r->options->accepts_loss)
        return true;
    tenon_error *err = tenon__session_error(r->s);
    tenon__fail(err, TENON_CONFLICT, "columns of table %s would be dropped with their values: %s",
                r->name, dropped);
    tenon__hint(err, "allow it by accepting the loss of data");
    return false;
}

static bool check_lists(rewriter *r, const lists *l)
{
    tenon_error *err = tenon__session_error(r->s);
    for (size_t i = 0; i < r->key_count; i++)
        if (!l->key_types[i] || find_value(r, r->key_names[i]))
            return tenon__fail(err, TENON_UNSUPPORTED,
                               "column %s identifies the rows of table %s: it can change its type, "
                               "but must keep its value and name",
                               r->key_names[i], r->name);
    if (l->used_values < r->options->value_count)
        return tenon__fail(err, TENON_MISUSE,
                           "a value is given for a column that table %s will not have", r->name);
    return err->status == TENON_OK;
}

/* `($1::text[])[1]::bigint, …` for a key that is a parameter. */
static void define_bound(rewriter *r, const char *word, int parameter, const char *const *types)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf list = {0};
    for (size_t i = 0; i < r->key_count; i++)
        tenon__buf_format(&list, "%s(($%d::text[])[%zu])::%s", i ? ", " : "", parameter, i + 1,
                          types[i]);
    rewrite_define(r, word, tenon__buf_string(&list));
}

static void define_range(rewriter *r, const char *word, const char *template)
{
    const char *text = rewrite_expand(r, template);
    rewrite_define(r, word, text ? text : "");
}

void rewrite_bound(rewriter *r, const char *last, const char *upper)
{
    rewrite_alias(r, "lower", last ? "some_lower" : "no_lower");
    rewrite_alias(r, "n_lower", last ? "some_n_lower" : "no_lower");
    rewrite_alias(r, "upper", upper ? "some_upper" : "no_upper");
    rewrite_alias(r, "n_upper", upper ? "some_n_upper" : "no_upper");
}

static bool define_lists(rewriter *r, lists *l)
{
    tenon__buf *all[] = {&l->columns,        &l->images,           &l->values,
                         &l->key_values,     &l->named_key_values, &l->log_key_values,
                         &l->back_key_values};
    static const char *const words[] = {"columns",        "images",           "values",
                                        "a_key_values",   "named_key_values", "log_key_values",
                                        "back_key_values"};
    add_keys(r, l);
    for (size_t i = 0; i < TENON__COUNT(all); i++) {
        if (all[i]->failed)
            return tenon__fail_no_memory(tenon__session_error(r->s));
        rewrite_define(r, words[i], tenon__buf_string(all[i]));
    }
    define_bound(r, "after", 1, r->key_types);
    define_bound(r, "upto", 2, r->key_types);
    define_bound(r, "n_after", 1, l->has_equal_keys ? r->key_types : l->key_types);
    define_bound(r, "n_upto", 2, l->has_equal_keys ? r->key_types : l->key_types);
    define_range(r, "some_lower", "({key}) > ({after})");
    define_range(r, "some_n_lower", "({key}) > ({n_after})");
    define_range(r, "no_lower", "$1::text IS NULL");
    define_range(r, "some_upper", "({key}) <= ({upto})");
    define_range(r, "some_n_upper", "({key}) <= ({n_upto})");
    define_range(r, "no_upper", "$2::text IS NULL");
    return true;
}

bool rewrite_columns(rewriter *r)
{
    TENON__CLEANUP(release_lists) lists l = {.has_equal_keys = true};
    rows found;
    if (!check_dropped(r) || !rewrite_read(r, columns_sql, COLUMN_FACTS, NULL, 0, &found))
        return false;
    for (size_t i = 0; i < found.count; i++)
        add_column(r, &l, found.cells + i * COLUMN_FACTS);
    return check_lists(r, &l) && define_lists(r, &l);
}
