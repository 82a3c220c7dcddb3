/* The preview features of generators: which are known, which have become part of the language.
 *
 * Most change nothing in a schema and are accepted for the sake of the other tools that read it. */
#include "schema/check.h"

#include <strings.h>

/* Known, and not needed any more: their use gives a warning. */
static const char *const retired[] = {"aggregateApi",
                                      "atomicNumberOperations",
                                      "clientExtensions",
                                      "cockroachdb",
                                      "connectOrCreate",
                                      "createMany",
                                      "dataProxy",
                                      "deno",
                                      "distinct",
                                      "driverAdapters",
                                      "extendedIndexes",
                                      "extendedWhereUnique",
                                      "fieldReference",
                                      "filterJson",
                                      "filteredRelationCount",
                                      "fullTextIndex",
                                      "groupBy",
                                      "improvedQueryRaw",
                                      "interactiveTransactions",
                                      "jsonProtocol",
                                      "microsoftSqlServer",
                                      "middlewares",
                                      "mongoDb",
                                      "multiSchema",
                                      "nApi",
                                      "namedConstraints",
                                      "nativeTypes",
                                      "omitApi",
                                      "orderByAggregateGroup",
                                      "orderByNulls",
                                      "orderByRelation",
                                      "prismaSchemaFolder",
                                      "queryCompiler",
                                      "referentialActions",
                                      "referentialIntegrity",
                                      "selectRelationCount",
                                      "tracing",
                                      "transactionApi",
                                      "uncheckedScalarInputs"};

static const char *const active[] = {"fullTextSearchPostgres",
                                     "metrics",
                                     "nativeDistinct",
                                     "partialIndexes",
                                     "postgresqlExtensions",
                                     "reactNative",
                                     "relationJoins",
                                     "schemaEngineDriverAdapters",
                                     "shardKeys",
                                     "strictUndefinedChecks",
                                     "typedSql",
                                     "views"};

static bool is_in(const char *const *list, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcasecmp(list[i], name) == 0)
            return true;
    }
    return false;
}

static bool is(const char *name, const char *feature)
{
    return strcasecmp(name, feature) == 0;
}

static void check_active(check *c, const char *name, schema_span span)
{
    if (is(name, "views"))
        c->features |= CHECK_FEATURE_VIEWS;
    if (is(name, "postgresqlExtensions"))
        c->features |= CHECK_FEATURE_EXTENSIONS;
    if (is(name, "shardKeys"))
        c->features |= CHECK_FEATURE_SHARD_KEYS;
    if (is(name, "metrics"))
        check_warning(c, span, NULL, "the preview feature '%s' will be removed", name);
}

/* `is_postgresql`: whether the first datasource is. */
void check_feature_name(check *c, const char *name, schema_span span, bool is_postgresql)
{
    if (is(name, "fullTextSearch"))
        check_warning(c, span, is_postgresql ? "write fullTextSearchPostgres" : "remove it",
                      "the preview feature '%s' %s", name,
                      is_postgresql ? "has another name" : "is not needed any more");
    else if (is_in(retired, TENON__COUNT(retired), name))
        check_warning(c, span, "remove it", "the preview feature '%s' is not needed any more",
                      name);
    else if (is_in(active, TENON__COUNT(active), name) &&
             (is_postgresql || !is(name, "fullTextSearchPostgres")))
        check_active(c, name, span);
    else
        check_error(c, span, check_hint_near(c, name, active, TENON__COUNT(active)),
                    "unknown preview feature '%s'", name);
}
