/* What is known of built-in functions and operators, by name.
 *
 * That a function is strict says only that it gives NULL for NULL; many a strict one gives NULL for
 * other arguments too (array_length, to_char of infinity). So the lists below name those that never
 * do, whatever their arguments' types, and a test asks the server about every function of each name
 * with many values. Where a database defines a function or an operator of its own by a name,
 * nothing is known of that name. */
#include "nullability/form.h"

#include <strings.h>

typedef struct known_name {
    const char *names; /* between spaces */
    unsigned traits;
} known_name;

enum { PURE = CALL_TOTAL | CALL_STRICT };

static const known_name postgres_functions[] = {
    {" initcap btrim ltrim rtrim lpad rpad repeat replace reverse translate left right md5 "
     "quote_ident quote_literal overlay substr split_part chr to_hex encode regexp_replace "
     "jsonb_typeof json_typeof jsonb_pretty host pg_size_pretty to_ascii ",
     PURE | CALL_GIVES_TEXT},
    {" concat quote_nullable ", CALL_NEVER | CALL_GIVES_TEXT},
    {" concat_ws format ", CALL_TOTAL | CALL_GIVES_TEXT},
    {" length char_length character_length octet_length bit_length strpos position ascii "
     "cardinality jsonb_array_length json_array_length family masklen ",
     PURE | CALL_GIVES_NUMBER},
    {" abs ceil ceiling floor round trunc sign sqrt cbrt exp ln log log10 power pow mod div gcd "
     "lcm "
     "factorial degrees radians sin cos tan cot asin acos atan atan2 sinh cosh tanh asinh acosh "
     "atanh width_bucket trim_scale starts_with decode sha224 sha256 sha384 sha512 "
     "regexp_split_to_array regexp_count regexp_like normalize get_bit get_byte set_bit set_byte "
     "convert_from convert_to unistr date_trunc date_bin age make_date make_time make_timestamp "
     "make_timestamptz make_interval to_timestamp timezone isfinite justify_days justify_hours "
     "justify_interval to_json to_jsonb row_to_json array_to_json json_object jsonb_object "
     "jsonb_set jsonb_insert jsonb_strip_nulls json_strip_nulls to_tsvector to_tsquery "
     "plainto_tsquery phraseto_tsquery websearch_to_tsquery ts_rank ts_rank_cd ts_headline "
     "setweight "
     "strip numnode lower_inc upper_inc lower_inf upper_inf isempty range_merge abbrev broadcast "
     "hostmask netmask network set_masklen inet_same_family pg_column_size hashtext "
     "hashtextextended "
     "crypt gen_salt digest hmac similarity word_similarity strict_word_similarity unaccent ",
     PURE},
    {" nextval setval currval lastval pg_try_advisory_lock pg_try_advisory_xact_lock "
     "pg_advisory_unlock ",
     PURE | CALL_FRESH},
    {" array_append array_prepend array_cat array_remove array_replace array_to_string "
     "string_to_array array_fill trim_array int4range int8range numrange tsrange tstzrange "
     "daterange "
     "set_config ",
     CALL_TOTAL},
    {" lower upper ", CALL_OF_TEXT | CALL_STRICT | CALL_GIVES_TEXT},
    {" substring ", CALL_OF_NUMBER | CALL_STRICT | CALL_GIVES_TEXT},
    {" extract date_part ", CALL_OF_FIELD | CALL_STRICT},
    {" now transaction_timestamp statement_timestamp ", CALL_NEVER | CALL_GIVES_FINITE_TIME},
    {" clock_timestamp ", CALL_NEVER | CALL_FRESH | CALL_GIVES_FINITE_TIME},
    {" json_build_object jsonb_build_object json_build_array jsonb_build_array num_nulls "
     "num_nonnulls pi version current_database pg_typeof pg_backend_pid ",
     CALL_NEVER},
    {" random gen_random_uuid uuid_generate_v4 uuid_generate_v1 timeofday txid_current ",
     CALL_NEVER | CALL_FRESH},
    {" array_length array_upper array_lower array_ndims array_dims jsonb_extract_path "
     "json_extract_path jsonb_extract_path_text json_extract_path_text to_char regexp_match "
     "regexp_substr to_date to_number ",
     CALL_STRICT},
    {" generate_series generate_subscripts jsonb_array_elements json_array_elements "
     "jsonb_object_keys json_object_keys regexp_split_to_table regexp_matches jsonb_path_query ",
     CALL_SET | CALL_NEVER},
    {" unnest jsonb_array_elements_text json_array_elements_text string_to_table jsonb_each "
     "json_each "
     "jsonb_each_text json_each_text ",
     CALL_SET},
    {" count regr_count row_number rank dense_rank percent_rank cume_dist ", CALL_COUNT},
    {" array_agg json_agg jsonb_agg json_object_agg jsonb_object_agg ", CALL_ROWS},
    {" sum min max avg string_agg bool_and bool_or every bit_and bit_or bit_xor range_agg "
     "range_intersect_agg stddev_pop var_pop percentile_cont percentile_disc mode any_value "
     "xmlagg ",
     CALL_VALUES},
    {" stddev stddev_samp variance var_samp corr covar_pop covar_samp regr_avgx regr_avgy "
     "regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy ",
     CALL_SAMPLE},
    {" ntile ", PURE},
    {" lag lead ", CALL_OFFSET},
    {" first_value last_value ", CALL_EDGE},
};

static const known_name postgres_operators[] = {
    {" + - * / % ^ |/ ||/ @ & | ~ << >> && @> <@ ~~ !~~ ~~* !~~* ~* !~ !~* ? ?| ?& <-> <=> <#> #- "
     "-|- &< &> ^@ ~= ",
     PURE},
    {" || ", CALL_TOTAL},
    {" # ", CALL_OF_NUMBER | CALL_STRICT},
    {" -> ->> #> #>> @@ @? ", CALL_STRICT},
};

static const known_name sqlite_functions[] = {
    {" json_valid zeroblob ", CALL_TOTAL},
    {" like glob ", CALL_TOTAL | CALL_PATTERN},
    {" length lower upper trim ltrim rtrim replace substr substring instr round abs likely "
     "unlikely "
     "likelihood json json_patch json_set json_insert json_replace ",
     PURE},
    {" hex typeof quote char json_array json_object json_quote sqlite_version pi ", CALL_NEVER},
    {" random randomblob changes total_changes last_insert_rowid ", CALL_NEVER | CALL_FRESH},
    {" date time datetime julianday unixepoch strftime ", CALL_OF_NOW},
    {" json_extract json_array_length json_type unicode sign ceil ceiling floor trunc ",
     CALL_STRICT},
    {" json_each json_tree ", CALL_SET},
    {" count total json_group_array json_group_object row_number rank dense_rank percent_rank "
     "cume_dist ntile ",
     CALL_COUNT},
    {" sum avg min max group_concat string_agg ", CALL_VALUES},
    {" lag lead ", CALL_OFFSET},
    {" first_value last_value ", CALL_EDGE},
};

/* Infinity less infinity is NULL: arithmetic is taken to stay finite (docs/nullability.md). */
static const known_name sqlite_operators[] = {
    {" like glob ", CALL_TOTAL | CALL_PATTERN},
    {" + - * || & | << >> ~ ", PURE},
    {" / % ", CALL_DIVISION | CALL_STRICT},
    {" -> ->> ", CALL_STRICT},
};

static bool is_listed(const char *names, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = names + 1; *at; at = strchr(at, ' ') + 1)
        if (!strncasecmp(at, name, length) && at[length] == ' ')
            return true;
    return false;
}

static unsigned find_traits(const known_name *list, size_t count, const char *name)
{
    for (size_t i = 0; *name && !strchr(name, ' ') && i < count; i++)
        if (is_listed(list[i].names, name))
            return list[i].traits;
    return 0;
}

/* "lower(text)" is one of lower. */
static bool is_defined(const catalogue *database, const char *kind, const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < database->other_count; i++) {
        const catalogue_object *o = &database->others[i];
        if (!strcmp(o->kind, kind) && o->name && !strncmp(o->name, name, length) &&
            (!o->name[length] || strchr("( ", o->name[length])))
            return true;
    }
    return false;
}

unsigned null_function_traits(const catalogue *database, const char *name, size_t argument_count)
{
    if (database->dialect == TENON_SQLITE) {
        bool is_scalar =
            argument_count > 1 && (!strcasecmp(name, "min") || !strcasecmp(name, "max"));
        return is_scalar ? (unsigned)PURE
                         : find_traits(sqlite_functions, TENON__COUNT(sqlite_functions), name);
    }
    if (is_defined(database, "function", name) || is_defined(database, "aggregate", name))
        return 0;
    return find_traits(postgres_functions, TENON__COUNT(postgres_functions), name);
}

unsigned null_operator_traits(const catalogue *database, const char *name)
{
    if (database->dialect == TENON_SQLITE)
        return find_traits(sqlite_operators, TENON__COUNT(sqlite_operators), name);
    if (is_defined(database, "operator", name))
        return 0;
    return find_traits(postgres_operators, TENON__COUNT(postgres_operators), name);
}

/* Of which no value consists of fields. */
bool null_is_built_in_type(const char *name)
{
    static const char types[] =
        " bool int2 int4 int8 float4 float8 numeric money text varchar bpchar char name bytea uuid "
        "date timestamp timestamptz time timetz interval json jsonb xml inet cidr macaddr macaddr8 "
        "bit varbit tsvector tsquery oid int4range int8range numrange tsrange tstzrange daterange "
        "point line lseg box path polygon circle citext ";
    return name && is_listed(types, name);
}

bool null_is_comparison(const char *operator_name)
{
    static const char comparisons[] = " = == <> != < > <= >= ";
    return is_listed(comparisons, operator_name);
}

size_t null_function_columns(const catalogue *database, const char *name,
                             const function_column **columns)
{
    static const function_column each[] = {{"key", false}, {"value", false}};
    static const function_column each_text[] = {{"key", false}, {"value", true}};
    static const function_column walk[] = {{"key", true},      {"value", true}, {"type", false},
                                           {"atom", true},     {"id", false},   {"parent", true},
                                           {"fullkey", false}, {"path", false}};
    bool is_sqlite = database->dialect == TENON_SQLITE;
    if (is_sqlite && (!strcasecmp(name, "json_each") || !strcasecmp(name, "json_tree"))) {
        *columns = walk;
        return TENON__COUNT(walk);
    }
    bool is_each = !is_sqlite && (!strcmp(name, "json_each") || !strcmp(name, "jsonb_each"));
    bool is_text =
        !is_sqlite && (!strcmp(name, "json_each_text") || !strcmp(name, "jsonb_each_text"));
    *columns = is_text ? each_text : each;
    return is_each || is_text ? 2 : 0;
}
