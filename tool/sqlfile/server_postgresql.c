/* PostgreSQL describes statements: it is asked by the protocol's own Describe, which gives types of
 * parameters and columns without running anything.
 *
 * libpq is used as it is, and not lib/db: a description is no result, and a program has no use for
 * it. Types that are built in are known by their OIDs; the rest (enums, domains, what extensions
 * bring) is looked up once each. */
#include "sqlfile/server.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct built_in {
    Oid oid, array_oid;
    tenon_kind kind;
    tenon_pg_type pg_type;
} built_in;

static const built_in built_ins[] = {
    {16, 1000, TENON_KIND_BOOL, TENON_PG_BOOL},
    {21, 1005, TENON_KIND_INT16, TENON_PG_INT2},
    {23, 1007, TENON_KIND_INT32, TENON_PG_INT4},
    {20, 1016, TENON_KIND_INT64, TENON_PG_INT8},
    {26, 1028, TENON_KIND_INT64, TENON_PG_OID},
    {700, 1021, TENON_KIND_FLOAT, TENON_PG_FLOAT4},
    {701, 1022, TENON_KIND_DOUBLE, TENON_PG_FLOAT8},
    {1700, 1231, TENON_KIND_DECIMAL, TENON_PG_NUMERIC},
    {25, 1009, TENON_KIND_TEXT, TENON_PG_TEXT},
    {1043, 1015, TENON_KIND_TEXT, TENON_PG_VARCHAR},
    {1042, 1014, TENON_KIND_TEXT, TENON_PG_BPCHAR},
    {114, 199, TENON_KIND_JSON, TENON_PG_JSON},
    {3802, 3807, TENON_KIND_JSON, TENON_PG_JSONB},
    {17, 1001, TENON_KIND_BYTES, TENON_PG_BYTEA},
    {2950, 2951, TENON_KIND_UUID, TENON_PG_UUID},
    {1114, 1115, TENON_KIND_TIME, TENON_PG_TIMESTAMP},
    {1184, 1185, TENON_KIND_TIME, TENON_PG_TIMESTAMPTZ},
    {1082, 1182, TENON_KIND_DATE, TENON_PG_DATE},
    {1083, 1183, TENON_KIND_CLOCK, TENON_PG_TIME},
    {1266, 1270, TENON_KIND_CLOCK_TZ, TENON_PG_TIMETZ},
    {1186, 1187, TENON_KIND_INTERVAL, TENON_PG_INTERVAL},
};

/* What travels as text: a parameter may be given so, a column has to be cast. */
static const built_in as_text[] = {
    {1560, 1561, TENON_KIND_OTHER, TENON_PG_BIT},
    {1562, 1563, TENON_KIND_OTHER, TENON_PG_VARBIT},
    {869, 1041, TENON_KIND_OTHER, TENON_PG_INET},
    {142, 143, TENON_KIND_OTHER, TENON_PG_XML},
};

enum { OID_VOID = 2278, FIRST_OWN_OID = 16384 };

/* A type that is not built in, as pg_type has it. */
typedef struct looked_up {
    Oid oid;
    const char *name, *schema;
    char kind; /* typtype: b, c, d, e, r, … */
    Oid base, element;
} looked_up;

struct sql_server {
    PGconn *connection;
    const describe_set *described;
    tenon__arena arena;
    looked_up *types;
    size_t type_count, type_capacity;
};

static void clear_result(PGresult **result)
{
    PQclear(*result);
}

/* ---- connecting ------------------------------------------------------------------------------ */

static void ignore_notice(void *context, const char *message)
{
    (void)context;
    (void)message;
}

static void close_server(sql_server *server)
{
    if (!server)
        return;
    PQfinish(server->connection);
    tenon__arena_release(&server->arena);
    free(server);
}

static sql_server *open_server(const char *url, const describe_set *described, tenon_error *err)
{
    sql_server *server = calloc(1, sizeof *server);
    if (!server) {
        tenon__fail_no_memory(err);
        return NULL;
    }
    server->described = described;
    server->connection = PQconnectdb(url);
    if (PQstatus(server->connection) == CONNECTION_OK) {
        PQsetNoticeProcessor(server->connection, ignore_notice, NULL);
        return server;
    }
    tenon__fail(err, TENON_UNAVAILABLE, "%s", PQerrorMessage(server->connection));
    close_server(server);
    return NULL;
}

/* ---- types ----------------------------------------------------------------------------------- */

static const char *copy_value(sql_server *server, const PGresult *result, int column)
{
    return tenon__arena_text(&server->arena, PQgetvalue(result, 0, column));
}

static Oid read_oid(const PGresult *result, int column)
{
    return (Oid)strtoul(PQgetvalue(result, 0, column), NULL, 10);
}

static const looked_up *keep_type(sql_server *server, Oid oid, const PGresult *result)
{
    if (server->type_count == server->type_capacity) {
        size_t capacity = server->type_capacity ? server->type_capacity * 2 : 16;
        void *list =
            tenon__arena_resize(&server->arena, server->types, capacity * sizeof *server->types);
        if (!list)
            return NULL;
        server->types = list;
        server->type_capacity = capacity;
    }
    looked_up *type = &server->types[server->type_count++];
    *type = (looked_up){.oid = oid,
                        .name = copy_value(server, result, 0),
                        .schema = copy_value(server, result, 1),
                        .kind = *PQgetvalue(result, 0, 2),
                        .base = read_oid(result, 3),
                        .element = read_oid(result, 4)};
    return type;
}

static const looked_up *look_up(sql_server *server, Oid oid)
{
    char number[16];
    const char *values[] = {number};
    for (size_t i = 0; i < server->type_count; i++)
        if (server->types[i].oid == oid)
            return &server->types[i];
    snprintf(number, sizeof number, "%u", oid);
    TENON__CLEANUP(clear_result)
    PGresult *result = PQexecParams(
        server->connection,
        "SELECT t.typname, n.nspname, t.typtype, t.typbasetype,"
        " CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE 0 END"
        " FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace"
        " WHERE t.oid = $1::pg_catalog.oid",
        1, NULL, values, NULL, NULL, 0);
    return PQntuples(result) == 1 ? keep_type(server, oid, result) : NULL;
}

static const tenon_enum *find_enum(const sql_server *server, const looked_up *type)
{
    const describe_set *described = server->described;
    for (size_t i = 0; described && i < described->enum_count; i++) {
        const tenon_enum *each = &described->enums[i];
        if (!strcmp(each->type, type->name) &&
            (!each->type_schema || !strcmp(each->type_schema, type->schema)))
            return each;
    }
    return NULL;
}

static bool find_built_in(const built_in *list, size_t count, Oid oid, tenon_field *out)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i].oid != oid && list[i].array_oid != oid)
            continue;
        out->kind = list[i].kind;
        out->pg_type = list[i].pg_type;
        out->flags = list[i].array_oid == oid ? TENON_FIELD_LIST : 0;
        return true;
    }
    return false;
}

static void fill_type(sql_server *server, Oid oid, tenon__arena *arena, sql_described *out);
static void describe_type(sql_server *server, Oid oid, tenon__arena *arena, sql_described *out);

/* A composite: of a table, or made by CREATE TYPE. Types cannot contain themselves. */
static void fill_composite(sql_server *server, Oid oid, tenon__arena *arena, sql_described *out)
{
    char number[16];
    const char *values[] = {number};
    snprintf(number, sizeof number, "%u", oid);
    TENON__CLEANUP(clear_result)
    PGresult *result =
        PQexecParams(server->connection,
                     "SELECT a.attname, a.atttypid FROM pg_catalog.pg_attribute a"
                     " JOIN pg_catalog.pg_type t ON t.typrelid = a.attrelid"
                     " WHERE t.oid = $1::pg_catalog.oid AND a.attnum > 0 AND NOT a.attisdropped"
                     " ORDER BY a.attnum",
                     1, NULL, values, NULL, NULL, 0);
    size_t count = (size_t)PQntuples(result);
    out->members = tenon__arena_array(arena, count, sizeof *out->members);
    out->member_count = out->members ? count : 0;
    out->needs_cast = out->member_count == 0;
    for (size_t i = 0; i < out->member_count; i++) {
        sql_described *member = &out->members[i];
        member->name = tenon__arena_text(arena, PQgetvalue(result, (int)i, 0));
        describe_type(server, (Oid)strtoul(PQgetvalue(result, (int)i, 1), NULL, 10), arena, member);
        out->needs_cast |= member->needs_cast;
    }
}

/* Those of extensions that have a C type of their own. */
static void fill_extension_type(const looked_up *type, sql_described *out)
{
    static const struct {
        const char *name;
        tenon_kind kind;
        tenon_pg_type pg_type;
    } known[] = {{"citext", TENON_KIND_TEXT, TENON_PG_CITEXT},
                 {"vector", TENON_KIND_VECTOR, TENON_PG_VECTOR}};
    for (size_t i = 0; type->kind == 'b' && i < TENON__COUNT(known); i++)
        if (!strcmp(type->name, known[i].name)) {
            out->field = (tenon_field){.kind = known[i].kind, .pg_type = known[i].pg_type};
            out->needs_cast = false;
        }
}

static void fill_as_text(const looked_up *type, tenon__arena *arena, sql_described *out)
{
    out->field.kind = TENON_KIND_OTHER;
    out->field.pg_type = TENON_PG_OTHER;
    out->field.other_type = tenon__arena_text(arena, type->name);
    out->needs_cast = true;
}

/* A value of a domain travels as one of its base; an array of them has a type of its own. */
static void fill_array(sql_server *server, const looked_up *type, tenon__arena *arena,
                       sql_described *out)
{
    const looked_up array = *type; /* looking up may move it */
    const looked_up *element = look_up(server, array.element);
    if (element && element->kind == 'd') {
        fill_as_text(&array, arena, out);
        return;
    }
    fill_type(server, array.element, arena, out);
    out->field.flags |= TENON_FIELD_LIST;
}

/* Types that are made by CREATE TYPE, CREATE DOMAIN and extensions. */
static void fill_looked_up(sql_server *server, Oid oid, tenon__arena *arena, sql_described *out)
{
    const looked_up *type = look_up(server, oid);
    if (!type)
        return;
    const tenon_enum *enumeration = type->kind == 'e' ? find_enum(server, type) : NULL;
    if (type->kind == 'd') {
        fill_type(server, type->base, arena, out);
        return;
    }
    if (type->element) {
        fill_array(server, type, arena, out);
        return;
    }
    if (enumeration) {
        out->field.enumeration = enumeration;
        out->field.kind = TENON_KIND_ENUM;
        out->field.pg_type = TENON_PG_ENUM;
        return;
    }
    fill_as_text(type, arena, out);
    fill_extension_type(type, out);
    if (type->kind == 'c' && oid >= FIRST_OWN_OID)
        fill_composite(server, oid, arena, out);
}

static void fill_type(sql_server *server, Oid oid, tenon__arena *arena, sql_described *out)
{
    if (find_built_in(built_ins, TENON__COUNT(built_ins), oid, &out->field))
        return;
    if (find_built_in(as_text, TENON__COUNT(as_text), oid, &out->field))
        out->needs_cast = true;
    else
        fill_looked_up(server, oid, arena, out);
}

static void describe_type(sql_server *server, Oid oid, tenon__arena *arena, sql_described *out)
{
    out->field.precision = -1;
    fill_type(server, oid, arena, out);
    out->field.precision = -1;
    const looked_up *type = look_up(server, oid);
    out->type = type ? tenon__arena_text(arena, type->name) : "unknown";
}

/* ---- describing ------------------------------------------------------------------------------ */

static void copy_text(char *to, size_t size, const char *text)
{
    tenon__error_copy(to, size, text ? text : "");
}

/* The server counts characters from 1. */
static size_t byte_of_character(const char *sql, const char *position)
{
    size_t number = strtoul(position, NULL, 10), at = 0;
    while (number > 1 && sql[at]) {
        at++;
        while (((unsigned char)sql[at] & 0xc0) == 0x80)
            at++;
        number--;
    }
    return at;
}

static bool complain(const PGresult *result, const char *sql, sql_complaint *complaint)
{
    const char *position = PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    *complaint = (sql_complaint){.has_place = position != NULL};
    copy_text(complaint->message, sizeof complaint->message,
              message ? message : PQresultErrorMessage(result));
    copy_text(complaint->hint, sizeof complaint->hint,
              PQresultErrorField(result, PG_DIAG_MESSAGE_HINT));
    if (position)
        complaint->at = byte_of_character(sql, position);
    return false;
}

static bool read_description(sql_server *server, const PGresult *result, tenon__arena *arena,
                             sql_description *out)
{
    int columns = PQnfields(result), parameters = PQnparams(result);
    out->column_count = (size_t)columns;
    out->parameter_count = (size_t)parameters;
    out->columns = tenon__arena_array(arena, out->column_count, sizeof *out->columns);
    out->parameters = tenon__arena_array(arena, out->parameter_count, sizeof *out->parameters);
    if (!out->columns || !out->parameters)
        return false;
    for (int i = 0; i < parameters; i++)
        describe_type(server, PQparamtype(result, i), arena, &out->parameters[i]);
    for (int i = 0; i < columns; i++) {
        out->columns[i].name = tenon__arena_text(arena, PQfname(result, i));
        describe_type(server, PQftype(result, i), arena, &out->columns[i]);
    }
    /* SELECT of a function without a result, and CALL. */
    if (columns == 1 && PQftype(result, 0) == OID_VOID)
        out->column_count = 0;
    return !arena->failed;
}

static bool describe_statement(sql_server *server, const char *sql, tenon__arena *arena,
                               sql_description *out, sql_complaint *complaint)
{
    *out = (sql_description){0};
    TENON__CLEANUP(clear_result)
    PGresult *prepared = PQprepare(server->connection, "", sql, 0, NULL);
    if (PQresultStatus(prepared) != PGRES_COMMAND_OK)
        return complain(prepared, sql, complaint);
    TENON__CLEANUP(clear_result) PGresult *result = PQdescribePrepared(server->connection, "");
    if (PQresultStatus(result) != PGRES_COMMAND_OK)
        return complain(result, sql, complaint);
    return read_description(server, result, arena, out);
}

/* ---- types of expressions -------------------------------------------------------------------- */

/* Nothing in the protocol tells the type of an expression that is no column. But of a function that
 * does not exist, the server says with what arguments it was called:
 *
 *     function tenon_shape(unknown, integer, character varying[]) does not exist */

/* The end of the type that begins here: quoted names may hold anything. */
static const char *end_of_type(const char *at)
{
    for (bool is_quoted = false; *at && (is_quoted || (*at != ',' && *at != ')')); at++)
        is_quoted ^= *at == '"';
    return at;
}

/* A literal has no type of its own: PostgreSQL makes text of it. */
static Oid oid_of_type(sql_server *server, const char *type, size_t length)
{
    char name[256];
    const char *values[] = {name};
    if (length >= sizeof name)
        return InvalidOid;
    memcpy(name, type, length);
    name[length] = '\0';
    TENON__CLEANUP(clear_result)
    PGresult *result =
        PQexecParams(server->connection,
                     "SELECT coalesce(nullif(pg_catalog.to_regtype($1)::pg_catalog.oid, 705), 25)",
                     1, NULL, values, NULL, NULL, 0);
    return PQntuples(result) == 1 ? read_oid(result, 0) : InvalidOid;
}

static bool read_arguments(sql_server *server, const char *at, tenon__arena *arena,
                           sql_described *out, size_t count)
{
    size_t found = 0;
    for (; *at && *at != ')'; found++) {
        at += strspn(at, ", ");
        const char *end = end_of_type(at);
        Oid oid = found < count ? oid_of_type(server, at, (size_t)(end - at)) : InvalidOid;
        if (oid == InvalidOid)
            return false;
        describe_type(server, oid, arena, &out[found]);
        at = end;
    }
    return found == count && *at == ')';
}

static bool describe_arguments(sql_server *server, const char *sql, tenon__arena *arena,
                               sql_described *out, size_t count)
{
    static const char call[] = SQL_SHAPE "(";
    TENON__CLEANUP(clear_result)
    PGresult *refused = PQprepare(server->connection, "", sql, 0, NULL);
    const char *message = PQresultErrorField(refused, PG_DIAG_MESSAGE_PRIMARY);
    const char *at = message ? strstr(message, call) : NULL;
    return at && read_arguments(server, at + sizeof call - 1, arena, out, count) && !arena->failed;
}

/* ---- what functions do ----------------------------------------------------------------------- */

/* What is volatile because it gives something else each time, and changes nothing. Whatever is not
 * found out may. */
static bool is_volatile(sql_server *server, const char *functions)
{
    const char *values[] = {functions};
    TENON__CLEANUP(clear_result)
    PGresult *result = PQexecParams(
        server->connection,
        "SELECT FROM pg_catalog.pg_proc WHERE provolatile = 'v'"
        " AND proname = ANY ($1::pg_catalog.name[])"
        " AND (pronamespace <> 'pg_catalog'::pg_catalog.regnamespace OR proname NOT IN"
        " ('random', 'random_normal', 'clock_timestamp', 'timeofday', 'gen_random_uuid',"
        " 'pg_sleep', 'pg_sleep_for', 'pg_sleep_until', 'pg_relation_size', 'pg_table_size',"
        " 'pg_total_relation_size', 'pg_indexes_size', 'pg_database_size')) LIMIT 1",
        1, NULL, values, NULL, NULL, 0);
    return PQresultStatus(result) != PGRES_TUPLES_OK || PQntuples(result) > 0;
}

const sql_server_kind sql_postgresql_server = {.open = open_server,
                                               .close = close_server,
                                               .describe = describe_statement,
                                               .describe_arguments = describe_arguments,
                                               .is_volatile = is_volatile};
