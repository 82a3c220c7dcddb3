/* Creating a whole schema in an empty database: looked at first, then made in one transaction. */
#include "ddl/ddl.h"

#include "db/db.h"

/* The result of the queries below: one text column. */
static const tenon_field name_field = {.name = "name",
                                       .column = "name",
                                       .kind = TENON_KIND_TEXT,
                                       .pg_type = TENON_PG_TEXT,
                                       .precision = -1};
static const tenon__out name_out = {.kind = TENON__OUT_FIELD, .field = &name_field};
static const tenon__layout name_layout = {
    .outs = &name_out, .out_count = 1, .row_size = sizeof(const char *)};

/* What is there already, one name is enough. PostgreSQL: tables, views, sequences and enums of the
 * search path's schema and of those that the schema names ($1); extensions' own are left out. */
static const char postgresql_sql[] =
    "SELECT found.name::text FROM ("
    "SELECT c.oid, 'pg_class'::regclass AS catalogue, n.nspname, c.relname AS name"
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')"
    " UNION ALL "
    "SELECT t.oid, 'pg_type'::regclass, n.nspname, t.typname"
    " FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype = 'e'"
    ") found WHERE (found.nspname = current_schema() OR found.nspname = ANY ($1))"
    " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = found.oid"
    " AND d.classid = found.catalogue AND d.deptype = 'e')"
    " ORDER BY 1 LIMIT 1";

static const char sqlite_sql[] =
    "SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY 1 LIMIT 1";

static const tenon__slot schemas_slot = {.field = &name_field, .form = TENON__FORM_WIDE_LIST};

static const tenon__statement statements[] = {
    [TENON_POSTGRESQL] = {.sql = postgresql_sql,
                          .sql_length = sizeof postgresql_sql - 1,
                          .flags = TENON__ONCE,
                          .slots = &schemas_slot,
                          .slot_count = 1,
                          .layout = &name_layout},
    [TENON_SQLITE] = {.sql = sqlite_sql,
                      .sql_length = sizeof sqlite_sql - 1,
                      .flags = TENON__ONCE,
                      .layout = &name_layout},
};

static void keep_statement(void *owner)
{
    (void)owner;
}

static bool make_statement(tenon_dialect dialect, const uint8_t *key, size_t length,
                           tenon__cached *out, tenon_error *err)
{
    (void)key;
    (void)length;
    (void)err;
    *out = (tenon__cached){.statement = &statements[dialect], .free_owner = keep_statement};
    return true;
}

bool ddl_first_object(tenon_session *s, const schema *wanted, const char **name)
{
    static const uint8_t key[] = "first object";
    size_t most = wanted->model_count + wanted->enum_count;
    const char **schemas = tenon_session_alloc(s, (most + 1) * sizeof *schemas);
    tenon__list list = {.items = schemas};
    if (!schemas)
        return false;
    for (size_t i = 0; i < wanted->model_count; i++)
        if (wanted->models[i]->database_schema)
            schemas[list.count++] = wanted->models[i]->database_schema;
    for (size_t i = 0; i < wanted->enum_count; i++)
        if (wanted->enums[i]->database_schema)
            schemas[list.count++] = wanted->enums[i]->database_schema;
    const void *values[] = {&list};
    bool has_slot = statements[tenon__session_dialect(s)].slot_count > 0;
    tenon__rows rows = {.arena = tenon__session_arena(s), .expected = 1};
    tenon__call call = {.key = key,
                        .key_length = sizeof key,
                        .make = make_statement,
                        .values = values,
                        .value_count = has_slot,
                        .rows = &rows};
    if (!tenon__run(s, &call))
        return false;
    *name = rows.count ? *(const char **)(void *)rows.items : NULL;
    return true;
}

/* What a dialect needs before the script. PostgreSQL: the schema that the URL names need not be
 * there yet; then it is all of the search path, quoted. */
static const char *const before_script[] = {
    [TENON_POSTGRESQL] =
        "DO $$ BEGIN IF current_schema() IS NULL"
        " AND strpos(current_setting('search_path'), ',') = 0"
        " THEN EXECUTE 'CREATE SCHEMA ' || current_setting('search_path'); END IF; END $$",
    [TENON_SQLITE] = NULL,
};

bool ddl_make_search_path(tenon_session *s)
{
    const char *before = before_script[tenon__session_dialect(s)];
    return !before || tenon_execute(s, before);
}

bool ddl_apply(tenon_session *s, const ddl_script *script)
{
    tenon_begin(s);
    ddl_make_search_path(s);
    for (size_t i = 0; i < script->count; i++)
        tenon_execute(s, script->items[i].sql);
    return tenon_commit(s);
}
