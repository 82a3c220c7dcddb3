/* The lists of functions that never give NULL for values, against the servers themselves: every
 * built-in function and operator of PostgreSQL by a name in them is called with many values of its
 * types; and so are SQLite's. One that gives NULL must not be in the list of those that do not, and
 * one that gives a value for NULL is not strict. */
#include "described.h"

#include "nullability/form.h"

#include <libpq-fe.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- PostgreSQL ---- */

/* Runs the calls on the server, where a call that fails is one without an answer. What is found
 * comes as rows "function(types): call". A polymorphic type stands for integers. */
static const char prepare_sql[] =
    "CREATE TABLE samples (type oid, value text);"
    "INSERT INTO samples SELECT t::regtype, v FROM (VALUES"
    " ('bool', '{true,false}'), ('int2', '{0,1,-3}'), ('int4', '{0,1,-3,7}'), ('int8', '{0,1,-3}'),"
    " ('float4', '{0,1.5,NaN,Infinity}'), ('float8', '{0,-1.5,NaN,Infinity,-Infinity}'),"
    " ('numeric', '{0,1.5,-2,NaN,Infinity}'), ('text', '{\"\",a,A b,5,%,[a,\\\\d}'),"
    " ('varchar', '{\"\",a}'), ('bpchar', '{a}'), ('name', '{a}'), ('char', '{a}'),"
    " ('bytea', '{\"\",a}'), ('date', '{2024-02-29,infinity,-infinity}'),"
    " ('timestamp', '{2024-02-29 12:00,infinity,-infinity}'),"
    " ('timestamptz', '{2024-02-29 12:00Z,infinity,-infinity}'), ('time', '{12:00,24:00}'),"
    " ('timetz', '{12:00Z}'), ('interval', '{1 day,-2 mons 3 sec}'),"
    " ('json', '{null,1,\"[]\",\"[1,null]\",\"{\\\"a\\\":null}\"}'),"
    " ('jsonb', '{null,1,\"[]\",\"[1,null]\",\"{\\\"a\\\":null}\"}'),"
    " ('int4range', '{empty,\"[1,3)\",\"(,)\",\"[1,)\"}'), ('daterange', '{empty,\"(,)\"}'),"
    " ('anyrange', '{empty,\"[1,3)\",\"(,)\"}'), ('anyarray', '{\"{}\",\"{1,2}\",\"{NULL}\"}'),"
    " ('anycompatiblearray', '{\"{}\",\"{1}\"}'), ('anyelement', '{1}'),"
    " ('anycompatible', '{1}'), ('anynonarray', '{1}'),"
    " ('int4[]', '{\"{}\",\"{1,2}\"}'), ('text[]', '{\"{}\",\"{a,NULL}\"}'),"
    " ('inet', '{10.0.0.1/8,::1}'), ('cidr', '{10.0.0.0/8}'), ('tsvector', '{\"\",a b}'),"
    " ('tsquery', '{\"\",a}'), ('point', '{\"(0,0)\"}'), ('box', "
    "'{\"(0,0),(1,1)\",\"(5,5),(6,6)\"}'),"
    " ('lseg', '{\"[(0,0),(1,1)]\",\"[(5,5),(6,7)]\"}'), ('path', '{\"((0,0),(1,1))\"}'),"
    " ('circle', '{\"<(0,0),1>\"}'), ('polygon', '{\"((0,0),(1,1),(1,0))\"}'),"
    " ('bit', '{1,0}'), ('varbit', '{101}'), ('uuid', '{00000000-0000-0000-0000-000000000000}'),"
    " ('regconfig', '{simple}'), ('oid', '{1}'), ('money', '{1}'), ('macaddr', "
    "'{08:00:2b:01:02:03}'),"
    " ('jsonpath', '{$.a}'), ('pg_lsn', '{0/0}')) x (t, list), unnest(list::text[]) v;"
    /* The type that a value of a polymorphic one is cast to. */
    "CREATE FUNCTION concrete(t oid) RETURNS text LANGUAGE sql AS $$ SELECT CASE t::regtype::text"
    " WHEN 'anyrange' THEN 'int4range' WHEN 'anyarray' THEN 'int4[]' WHEN 'anycompatiblearray'"
    " THEN 'int4[]' WHEN 'anyelement' THEN 'int4' WHEN 'anycompatible' THEN 'int4'"
    " WHEN 'anynonarray' THEN 'int4' ELSE format_type(t, NULL) END $$;"
    /* NULL: it gives NULL or fails; and that is told apart. */
    "CREATE FUNCTION gives_null(call text) RETURNS boolean LANGUAGE plpgsql AS $$"
    " DECLARE answer boolean; BEGIN EXECUTE 'SELECT (' || call || ') IS NULL' INTO answer;"
    " RETURN answer; EXCEPTION WHEN OTHERS THEN RETURN false; END $$;"
    "CREATE FUNCTION literal(t oid, v text) RETURNS text LANGUAGE sql AS"
    " $$ SELECT quote_literal(v) || '::' || concrete(t) $$;"
    /* All calls with values of the first four arguments. */
    "CREATE FUNCTION calls(types oid[]) RETURNS SETOF text[] LANGUAGE plpgsql AS $$"
    " BEGIN IF cardinality(types) = 0 THEN RETURN NEXT '{}'::text[]; RETURN; END IF;"
    " RETURN QUERY SELECT literal(s.type, s.value) || c FROM samples s,"
    " calls(types[2:]) AS c WHERE s.type = types[1]; END $$;";

static const char functions_sql[] =
    "WITH f AS (SELECT p.oid, p.proname, ARRAY(SELECT unnest(p.proargtypes)) AS types"
    " FROM pg_proc p WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind = 'f'"
    " AND NOT p.proretset AND p.provariadic = 0 AND p.proname = $1 AND p.pronargs BETWEEN 1 AND 3"
    " AND p.prorettype <> 'trigger'::regtype)"
    " SELECT DISTINCT ON (f.oid) f.oid::regprocedure::text || ': ' || array_to_string(c, ', ')"
    " FROM f, LATERAL (SELECT c FROM calls(f.types) c LIMIT 400) x"
    " WHERE NOT (f.types && '{internal,cstring}'::regtype[]::oid[])"
    " AND gives_null(format('pg_catalog.%I(%s)', f.proname, array_to_string(c, ', ')))";

static const char operators_sql[] =
    "WITH f AS (SELECT o.oid, o.oprname, o.oprleft, o.oprright FROM pg_operator o"
    " WHERE o.oprnamespace = 'pg_catalog'::regnamespace AND o.oprname = $1 AND o.oprleft <> 0"
    " AND o.oid <> 'pg_catalog.+(path,path)'::regoperator)" /* told by its type */
    " SELECT DISTINCT ON (f.oid) f.oid::regoperator::text || ': ' || array_to_string(c, ', ')"
    " FROM f, LATERAL (SELECT c FROM calls(ARRAY[f.oprleft, f.oprright]) c LIMIT 400) x"
    " WHERE gives_null(format('%s OPERATOR(pg_catalog.%s) %s', c[1], f.oprname, c[2]))";

static const char lax_functions_sql[] =
    "SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace ="
    " 'pg_catalog'::regnamespace AND p.prokind = 'f' AND NOT p.proretset AND p.proname = $1"
    " AND NOT p.proisstrict AND p.prolang IN (SELECT oid FROM pg_language WHERE lanname <> 'sql')"
    " AND NOT p.proargtypes::oid[] && '{internal}'::regtype[]::oid[] AND p.pronargs > 0";

static const char lax_operators_sql[] =
    "SELECT o.oid::regoperator::text FROM pg_operator o JOIN pg_proc p ON p.oid = o.oprcode"
    " WHERE o.oprnamespace = 'pg_catalog'::regnamespace AND o.oprname = $1 AND NOT p.proisstrict";

static PGconn *server;
static catalogue of_postgres = {.dialect = TENON_POSTGRESQL};
static catalogue of_sqlite = {.dialect = TENON_SQLITE};

static int connect_server(void **state)
{
    (void)state;
    const char *url = testdb_create("functions");
    testdb_run(url, prepare_sql);
    server = PQconnectdb(url);
    PQclear(PQexec(server, "SET client_min_messages = error"));
    return PQstatus(server) != CONNECTION_OK;
}

static int disconnect_server(void **state)
{
    (void)state;
    PQfinish(server);
    return 0;
}

static PGresult *ask(const char *sql, const char *value)
{
    PGresult *result = PQexecParams(server, sql, value != NULL, NULL, &value, NULL, NULL, 0);
    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        fail_msg("%s", PQerrorMessage(server));
    return result;
}

/* How much the query finds about the name; all of it is told before the test fails. */
static size_t find(const char *sql, const char *name, const char *claim)
{
    PGresult *found = ask(sql, name);
    for (int i = 0; i < PQntuples(found); i++)
        print_error("%s %s: %s\n", name, claim, PQgetvalue(found, i, 0));
    size_t count = (size_t)PQntuples(found);
    PQclear(found);
    return count;
}

static void functions_said_to_be_total_never_give_null(void **state)
{
    (void)state;
    PGresult *names = ask("SELECT DISTINCT proname FROM pg_proc WHERE pronamespace ="
                          " 'pg_catalog'::regnamespace AND prokind = 'f'",
                          NULL);
    size_t count = 0, wrong = 0;
    for (int i = 0; i < PQntuples(names); i++) {
        const char *name = PQgetvalue(names, i, 0);
        unsigned traits = null_function_traits(&of_postgres, name, 1);
        if ((traits & (CALL_TOTAL | CALL_NEVER)) && !(traits & (CALL_FRESH | CALL_SET))) {
            wrong += find(functions_sql, name, "gives NULL");
            count++;
        }
        if ((traits & CALL_STRICT) && !(traits & CALL_FRESH))
            wrong += find(lax_functions_sql, name, "is not strict");
    }
    assert_int_equal(wrong, 0);
    assert_true(count > 100);
    PQclear(names);
}

static void operators_said_to_be_total_never_give_null(void **state)
{
    (void)state;
    PGresult *names = ask("SELECT DISTINCT oprname FROM pg_operator", NULL);
    size_t count = 0, wrong = 0;
    for (int i = 0; i < PQntuples(names); i++) {
        const char *name = PQgetvalue(names, i, 0);
        unsigned traits = null_operator_traits(&of_postgres, name);
        bool is_comparison = null_is_comparison(name);
        if (is_comparison || (traits & CALL_TOTAL)) {
            wrong += find(operators_sql, name, "gives NULL");
            count++;
        }
        if (is_comparison || (traits & CALL_STRICT))
            wrong += find(lax_operators_sql, name, "is not strict");
    }
    assert_int_equal(wrong, 0);
    assert_true(count > 30);
    PQclear(names);
}

/* The parts that infinity is said to have, and the types that are said to have none. */
static void parts_of_times_are_null_for_infinity_only(void **state)
{
    (void)state;
    PGresult *found =
        ask("SELECT count(*) FROM unnest('{year,decade,century,millennium,julian,isoyear,epoch}'"
            "::text[]) p, unnest('{infinity,-infinity}'::timestamptz[]) t"
            " WHERE date_part(p, t) IS NULL OR date_part(p, t::timestamp) IS NULL"
            " OR date_part(p, t::date) IS NULL",
            NULL);
    assert_string_equal(PQgetvalue(found, 0, 0), "0");
    PQclear(found);
    found = ask("SELECT count(*) FROM unnest('{hour,minute,second,epoch,microseconds}'::text[]) p"
                " WHERE date_part(p, '24:00'::time) IS NULL OR date_part(p, '-1 day'::interval)"
                " IS NULL",
                NULL);
    assert_string_equal(PQgetvalue(found, 0, 0), "0");
    PQclear(found);
}

/* ---- SQLite ---- */

static const char *const samples[] = {"1",
                                      "0",
                                      "-7",
                                      "2.5",
                                      "''",
                                      "'a'",
                                      "'[]'",
                                      "x'00'",
                                      "'{\"a\":null}'",
                                      "'%'",
                                      "9223372036854775807"};

/* -1: the call fails. */
static int gives_null(sqlite3 *db, const char *call)
{
    sqlite3_stmt *statement;
    char sql[256];
    int answer = -1;
    snprintf(sql, sizeof sql, "SELECT %s", call);
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
        return -1;
    if (sqlite3_step(statement) == SQLITE_ROW)
        answer = sqlite3_column_type(statement, 0) == SQLITE_NULL;
    sqlite3_finalize(statement);
    return answer;
}

static void check_calls(sqlite3 *db, const char *name, unsigned traits, size_t count)
{
    char call[192];
    size_t n = TENON__COUNT(samples);
    for (size_t i = 0; i < n * n * n; i++) {
        const char *a = samples[i % n], *b = samples[i / n % n], *c = samples[i / n / n];
        if (count == 1)
            snprintf(call, sizeof call, "%s(%s)", name, a);
        else if (count == 2)
            snprintf(call, sizeof call, "%s(%s, %s)", name, a, b);
        else
            snprintf(call, sizeof call, "%s(%s, %s, %s)", name, a, b, c);
        if ((traits & (CALL_TOTAL | CALL_NEVER)) && gives_null(db, call) == 1)
            fail_msg("%s is NULL", call);
    }
    snprintf(call, sizeof call, count == 1 ? "%s(NULL)" : "%s(NULL, 1)", name);
    if ((traits & CALL_STRICT) && count < 3 && gives_null(db, call) == 0)
        fail_msg("%s is not NULL", call);
    if ((traits & CALL_NEVER) && count < 3 && gives_null(db, call) == 1)
        fail_msg("%s is NULL", call);
}

static void functions_of_sqlite_are_as_they_are_said_to_be(void **state)
{
    (void)state;
    sqlite3 *db;
    sqlite3_stmt *names;
    size_t known = 0;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(db, "SELECT DISTINCT name FROM pragma_function_list", -1, &names, NULL),
        SQLITE_OK);
    while (sqlite3_step(names) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(names, 0);
        for (size_t count = 1; count <= 3; count++) {
            unsigned traits = null_function_traits(&of_sqlite, name, count);
            bool is_scalar = !(traits & (CALL_ANY_AGGREGATE | CALL_OFFSET | CALL_EDGE));
            known += traits && is_scalar;
            if (traits && is_scalar)
                check_calls(db, name, traits, count);
        }
    }
    assert_true(known > 60);
    sqlite3_finalize(names);
    sqlite3_close(db);
}

static void operators_of_sqlite_are_as_they_are_said_to_be(void **state)
{
    (void)state;
    static const char *const names[] = {"+", "-",  "*",  "/",  "%",   "||",   "&",
                                        "|", "<<", ">>", "->", "->>", "LIKE", "GLOB"};
    sqlite3 *db;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    for (size_t k = 0; k < TENON__COUNT(names); k++)
        for (size_t i = 0; i < TENON__COUNT(samples) * TENON__COUNT(samples); i++) {
            char call[128];
            const char *b = samples[i / TENON__COUNT(samples)];
            unsigned traits = null_operator_traits(&of_sqlite, names[k]);
            bool is_divided =
                (traits & CALL_DIVISION) && (!strcmp(b, "1") || !strcmp(b, "9223372036854775807"));
            snprintf(call, sizeof call, "%s %s %s", samples[i % TENON__COUNT(samples)], names[k],
                     b);
            if (((traits & CALL_TOTAL) || is_divided) && gives_null(db, call) == 1)
                fail_msg("%s is NULL", call);
            snprintf(call, sizeof call, "NULL %s %s", names[k], b);
            if ((traits & CALL_STRICT) && gives_null(db, call) == 0)
                fail_msg("%s is not NULL", call);
        }
    sqlite3_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_said_to_be_total_never_give_null),
        cmocka_unit_test(operators_said_to_be_total_never_give_null),
        cmocka_unit_test(parts_of_times_are_null_for_infinity_only),
        cmocka_unit_test(functions_of_sqlite_are_as_they_are_said_to_be),
        cmocka_unit_test(operators_of_sqlite_are_as_they_are_said_to_be),
    };
    return cmocka_run_group_tests(tests, connect_server, disconnect_server);
}
