/* See sample_everything.h. */
#include "sample_everything.h"

static const tenon_field everything_fields[] = {
    {
        .name = "id",
        .column = "id",
        .kind = TENON_KIND_INT64,
        .pg_type = TENON_PG_INT8,
        .flags = TENON_FIELD_KEY | TENON_FIELD_GENERATED,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(Everything, id),
        .where_offset = offsetof(EverythingWhere, id),
        .set_offset = offsetof(EverythingSet, id),
    },
    {
        .name = "flag",
        .column = "flag",
        .kind = TENON_KIND_BOOL,
        .pg_type = TENON_PG_BOOL,
        .flags = TENON_FIELD_NULLABLE,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(Everything, flag),
        .where_offset = offsetof(EverythingWhere, flag),
        .set_offset = offsetof(EverythingSet, flag),
    },
    {
        .name = "small",
        .column = "small",
        .kind = TENON_KIND_INT16,
        .pg_type = TENON_PG_INT2,
        .flags = TENON_FIELD_NULLABLE,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(Everything, small),
        .where_offset = offsetof(EverythingWhere, small),
        .set_offset = offsetof(EverythingSet, small),
    },
    {
        .name = "number",
        .column = "number",
        .kind = TENON_KIND_INT32,
        .pg_type = TENON_PG_INT4,
        .flags = TENON_FIELD_NULLABLE,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(Everything, number),
        .where_offset = offsetof(EverythingWhere, number),
        .set_offset = offsetof(EverythingSet, number),
    },
    {
        .name = "big",
        .column = "big",
        .kind = TENON_KIND_INT64,
        .pg_type = TENON_PG_INT8,
        .flags = TENON_FIELD_NULLABLE,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(Everything, big),
        .where_offset = offsetof(EverythingWhere, big),
        .set_offset = offsetof(EverythingSet, big),
    },
    {
        .name = "real",
        .column = "real",
        .kind = TENON_KIND_FLOAT,
        .pg_type = TENON_PG_FLOAT4,
        .flags = TENON_FIELD_NULLABLE,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(Everything, real),
        .where_offset = offsetof(EverythingWhere, real),
        .set_offset = offsetof(EverythingSet, real),
    },
    {
        .name = "precise",
        .column = "precise",
        .kind = TENON_KIND_DOUBLE,
        .pg_type = TENON_PG_FLOAT8,
        .flags = TENON_FIELD_NULLABLE,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(Everything, precise),
        .where_offset = offsetof(EverythingWhere, precise),
        .set_offset = offsetof(EverythingSet, precise),
    },
    {
        .name = "price",
        .column = "price",
        .kind = TENON_KIND_DECIMAL,
        .pg_type = TENON_PG_NUMERIC,
        .flags = TENON_FIELD_NULLABLE,
        .precision = 12,
        .scale = 4,
        .row_offset = offsetof(Everything, price),
        .where_offset = offsetof(EverythingWhere, price),
        .set_offset = offsetof(EverythingSet, price),
    },
    {
        .name = "text",
        .column = "text",
        .kind = TENON_KIND_TEXT,
        .pg_type = TENON_PG_TEXT,
        .flags = TENON_FIELD_NULLABLE,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(Everything, text),
        .where_offset = offsetof(EverythingWhere, text),
        .set_offset = offsetof(EverythingSet, text),
    },
    {
        .name = "label",
        .column = "label",
        .kind = TENON_KIND_TEXT,
        .pg_type = TENON_PG_VARCHAR,
        .flags = TENON_FIELD_NULLABLE,
        .precision = 20,
        .scale = 0,
        .row_offset = offsetof(Everything, label),
        .where_offset = offsetof(EverythingWhere, label),
        .set_offset = offsetof(EverythingSet, label),
    },
    {
        .name = "code",
        .column = "code",
        .kind = TENON_KIND_TEXT,
        .pg_type = TENON_PG_BPCHAR,
        .flags = TENON_FIELD_NULLABLE,
        .precision = 4,
        .scale = 0,
        .row_offset = offsetof(Everything, code),
        .where_offset = offsetof(EverythingWhere, code),
        .set_offset = offsetof(EverythingSet, code),
    },
    {
        .name = "data",
        .column = "data",
        .kind = TENON_KIND_JSON,
        .pg_type = TENON_PG_JSONB,
        .flags = TENON_FIELD_NULLABLE,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(Everything, data),
        .where_offset = offsetof(EverythingWhere, data),
        .set_offset = offsetof(EverythingSet, data),
    },
    {
        .name = "raw",
        .column = "raw",
        .kind = TENON_KIND_JSON,
        .pg_type = TENON_PG_JSON,
        .flags = TENON_FIELD_NULLABLE,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(Everything, raw),
        .where_offset = offsetof(EverythingWhere, raw),
        .set_offset = offsetof(EverythingSet, raw),
    },
    {
        .name = "blob",
        .column = "blob",
        .kind = TENON_KIND_BYTES,
        .pg_type = TENON_PG_BYTEA,
        .flags = TENON_FIELD_NULLABLE,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(Everything, blob),
        .where_offset = offsetof(EverythingWhere, blob),
        .set_offset = offsetof(EverythingSet, blob),
    },
    {
        .name = "uuid",
        .column = "uuid",
        .kind = TENON_KIND_UUID,
        .pg_type = TENON_PG_UUID,
        .flags = TENON_FIELD_NULLABLE,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(Everything, uuid),
        .where_offset = offsetof(EverythingWhere, uuid),
        .set_offset = offsetof(EverythingSet, uuid),
    },
    {
        .name = "stamp",
        .column = "stamp",
        .kind = TENON_KIND_TIME,
        .pg_type = TENON_PG_TIMESTAMP,
        .flags = TENON_FIELD_NULLABLE,
        .precision = 3,
        .scale = 0,
        .row_offset = offsetof(Everything, stamp),
        .where_offset = offsetof(EverythingWhere, stamp),
        .set_offset = offsetof(EverythingSet, stamp),
    },
    {
        .name = "instant",
        .column = "instant",
        .kind = TENON_KIND_TIME,
        .pg_type = TENON_PG_TIMESTAMPTZ,
        .flags = TENON_FIELD_NULLABLE,
        .precision = 6,
        .scale = 0,
        .row_offset = offsetof(Everything, instant),
        .where_offset = offsetof(EverythingWhere, instant),
        .set_offset = offsetof(EverythingSet, instant),
    },
    {
        .name = "day",
        .column = "day",
        .kind = TENON_KIND_DATE,
        .pg_type = TENON_PG_DATE,
        .flags = TENON_FIELD_NULLABLE,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(Everything, day),
        .where_offset = offsetof(EverythingWhere, day),
        .set_offset = offsetof(EverythingSet, day),
    },
    {
        .name = "clock",
        .column = "clock",
        .kind = TENON_KIND_CLOCK,
        .pg_type = TENON_PG_TIME,
        .flags = TENON_FIELD_NULLABLE,
        .precision = 6,
        .scale = 0,
        .row_offset = offsetof(Everything, clock),
        .where_offset = offsetof(EverythingWhere, clock),
        .set_offset = offsetof(EverythingSet, clock),
    },
    {
        .name = "zoned",
        .column = "zoned",
        .kind = TENON_KIND_CLOCK_TZ,
        .pg_type = TENON_PG_TIMETZ,
        .flags = TENON_FIELD_NULLABLE,
        .precision = 6,
        .scale = 0,
        .row_offset = offsetof(Everything, zoned),
        .where_offset = offsetof(EverythingWhere, zoned),
        .set_offset = offsetof(EverythingSet, zoned),
    },
    {
        .name = "role",
        .column = "role",
        .kind = TENON_KIND_ENUM,
        .pg_type = TENON_PG_ENUM,
        .flags = TENON_FIELD_NULLABLE,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(Everything, role),
        .where_offset = offsetof(EverythingWhere, role),
        .set_offset = offsetof(EverythingSet, role),
        .enumeration = &role_enum,
    },
    {
        .name = "money",
        .column = "money",
        .kind = TENON_KIND_DECIMAL,
        .pg_type = TENON_PG_MONEY,
        .flags = TENON_FIELD_NULLABLE,
        .precision = 19,
        .scale = 2,
        .row_offset = offsetof(Everything, money),
        .where_offset = offsetof(EverythingWhere, money),
        .set_offset = offsetof(EverythingSet, money),
    },
    {
        .name = "bits",
        .column = "bits",
        .kind = TENON_KIND_OTHER,
        .pg_type = TENON_PG_BIT,
        .flags = TENON_FIELD_NULLABLE,
        .precision = 8,
        .scale = 0,
        .row_offset = offsetof(Everything, bits),
        .where_offset = offsetof(EverythingWhere, bits),
        .set_offset = offsetof(EverythingSet, bits),
    },
    {
        .name = "address",
        .column = "address",
        .kind = TENON_KIND_OTHER,
        .pg_type = TENON_PG_INET,
        .flags = TENON_FIELD_NULLABLE,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(Everything, address),
        .where_offset = offsetof(EverythingWhere, address),
        .set_offset = offsetof(EverythingSet, address),
    },
    {
        .name = "markup",
        .column = "markup",
        .kind = TENON_KIND_OTHER,
        .pg_type = TENON_PG_XML,
        .flags = TENON_FIELD_NULLABLE,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(Everything, markup),
        .where_offset = offsetof(EverythingWhere, markup),
        .set_offset = offsetof(EverythingSet, markup),
    },
};

static const uint16_t everything_key_0[] = {0};
static const tenon_unique everything_uniques[] = {
    {
        .name = "id",
        .constraint = "Everything_pkey",
        .fields = everything_key_0,
        .field_count = 1,
        .is_primary = true,
    },
};

const tenon_model everything_model = {
    .abi = TENON_ABI,
    .size = sizeof(tenon_model),
    .name = "Everything",
    .table = "Everything",
    .schema = NULL,
    .is_view = false,
    .fields = everything_fields,
    .field_count = 25,
    .uniques = everything_uniques,
    .unique_count = 1,
    .row_size = sizeof(Everything),
    .loaded_offset = offsetof(Everything, tenon_loaded),
    .where_size = sizeof(EverythingWhere),
    .set_size = sizeof(EverythingSet),
    .query_where = offsetof(EverythingQuery, where),
    .query_order_by = offsetof(EverythingQuery, order_by),
    .query_select = offsetof(EverythingQuery, select),
    .query_distinct = offsetof(EverythingQuery, distinct),
    .update_where = offsetof(EverythingUpdateMany, where),
    .update_set = offsetof(EverythingUpdateMany, set),
    .delete_where = offsetof(EverythingDeleteMany, where),
    .upsert_create = offsetof(EverythingUpsert, create),
    .upsert_update = offsetof(EverythingUpsert, update),
};

Everything *everything_find(tenon_session *session, int64_t id)
{
    const void *const key[] = {&id};
    return TENON_AS(Everything *, tenon_find_by(session, &everything_model, 0, key));
}

Everything *everything_find_first_q(const EverythingQuery *query)
{
    return TENON_AS(Everything *, tenon_find_first(&everything_model, query));
}

EverythingList everything_find_many_q(const EverythingQuery *query)
{
    tenon_list found = tenon_find_many(&everything_model, query);
    EverythingList list = {TENON_AS(Everything *, found.items), found.count};
    return list;
}

int64_t everything_count_q(const EverythingQuery *query)
{
    return tenon_count(&everything_model, query);
}

bool everything_exists_q(const EverythingQuery *query)
{
    return tenon_exists(&everything_model, query);
}

Everything *everything_create_q(const EverythingSet *query)
{
    return TENON_AS(Everything *, tenon_create(&everything_model, query));
}

int64_t everything_create_many_q(const EverythingCreateMany *query)
{
    return tenon_create_many(&everything_model, query);
}

EverythingList everything_create_many_returning_q(const EverythingCreateMany *query)
{
    tenon_list found = tenon_create_many_returning(&everything_model, query);
    EverythingList list = {TENON_AS(Everything *, found.items), found.count};
    return list;
}

Everything *everything_update_q(const EverythingSet *set, int64_t id)
{
    const void *const key[] = {&id};
    return TENON_AS(Everything *, tenon_update(&everything_model, 0, key, set));
}

Everything *everything_delete(tenon_session *session, int64_t id)
{
    const void *const key[] = {&id};
    return TENON_AS(Everything *, tenon_delete(session, &everything_model, 0, key));
}

int64_t everything_update_many_q(const EverythingUpdateMany *query)
{
    return tenon_update_many(&everything_model, query);
}

int64_t everything_delete_many_q(const EverythingDeleteMany *query)
{
    return tenon_delete_many(&everything_model, query);
}

Everything *everything_upsert_q(const EverythingUpsert *query)
{
    return TENON_AS(Everything *, tenon_upsert(&everything_model, query));
}
