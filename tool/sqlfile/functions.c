/* SQLite's functions: what they give, and what they are given, where that is one type always. From
 * its documentation; a name in letters of any case. */
#include "sqlfile/check.h"

#include <strings.h>

static const struct {
    const char *name, *word;
} results[] = {
    {"count", "BigInt"},
    {"length", "BigInt"},
    {"instr", "BigInt"},
    {"unicode", "BigInt"},
    {"changes", "BigInt"},
    {"total_changes", "BigInt"},
    {"random", "BigInt"},
    {"last_insert_rowid", "BigInt"},
    {"sign", "BigInt"},
    {"row_number", "BigInt"},
    {"rank", "BigInt"},
    {"dense_rank", "BigInt"},
    {"ntile", "BigInt"},
    {"json_array_length", "BigInt"},
    {"unixepoch", "BigInt"},
    {"avg", "Float"},
    {"total", "Float"},
    {"round", "Float"},
    {"julianday", "Float"},
    {"percent_rank", "Float"},
    {"cume_dist", "Float"},
    {"acos", "Float"},
    {"acosh", "Float"},
    {"asin", "Float"},
    {"asinh", "Float"},
    {"atan", "Float"},
    {"atan2", "Float"},
    {"atanh", "Float"},
    {"cos", "Float"},
    {"cosh", "Float"},
    {"degrees", "Float"},
    {"exp", "Float"},
    {"ln", "Float"},
    {"log", "Float"},
    {"log10", "Float"},
    {"log2", "Float"},
    {"mod", "Float"},
    {"pi", "Float"},
    {"pow", "Float"},
    {"power", "Float"},
    {"radians", "Float"},
    {"sin", "Float"},
    {"sinh", "Float"},
    {"sqrt", "Float"},
    {"tan", "Float"},
    {"tanh", "Float"},
    {"bm25", "Float"},
    {"lower", "String"},
    {"upper", "String"},
    {"trim", "String"},
    {"ltrim", "String"},
    {"rtrim", "String"},
    {"btrim", "String"},
    {"replace", "String"},
    {"substr", "String"},
    {"substring", "String"},
    {"printf", "String"},
    {"format", "String"},
    {"hex", "String"},
    {"quote", "String"},
    {"char", "String"},
    {"typeof", "String"},
    {"soundex", "String"},
    {"group_concat", "String"},
    {"strftime", "String"},
    {"sqlite_version", "String"},
    {"sqlite_source_id", "String"},
    {"highlight", "String"},
    {"snippet", "String"},
    {"date", "String"},
    {"time", "String"},
    {"datetime", "String"},
    {"json", "Json"},
    {"json_object", "Json"},
    {"json_array", "Json"},
    {"json_group_array", "Json"},
    {"json_group_object", "Json"},
    {"json_type", "String"},
    {"like_escape", "String"},
    {"randomblob", "Bytes"},
    {"zeroblob", "Bytes"},
    {"glob", "Boolean"},
    {"like", "Boolean"},
    {"json_valid", "Boolean"},
    {"sqlite_compileoption_used", "Boolean"},
    {"sqlite_compileoption_get", "String"},
};

static const struct {
    const char *name, *word;
} arguments[] = {
    {"json", "Json"},    {"json_valid", "String"}, {"lower", "String"},   {"upper", "String"},
    {"trim", "String"},  {"ltrim", "String"},      {"rtrim", "String"},   {"replace", "String"},
    {"instr", "String"}, {"unicode", "String"},    {"soundex", "String"}, {"glob", "String"},
    {"like", "String"},
};

const char *sql_function_result(const char *name)
{
    for (size_t i = 0; i < TENON__COUNT(results); i++)
        if (!strcasecmp(name, results[i].name))
            return results[i].word;
    return NULL;
}

const char *sql_function_argument(const char *name)
{
    for (size_t i = 0; i < TENON__COUNT(arguments); i++)
        if (!strcasecmp(name, arguments[i].name))
            return arguments[i].word;
    return NULL;
}
