/* See sample_arrays.h. */
#include "sample_arrays.h"

static const tenon_field arrays_fields[] = {
    {
        .name = "id",
        .column = "id",
        .kind = TENON_KIND_INT64,
        .pg_type = TENON_PG_INT8,
        .flags = TENON_FIELD_KEY | TENON_FIELD_GENERATED,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(Arrays, id),
        .where_offset = offsetof(ArraysWhere, id),
        .set_offset = offsetof(ArraysSet, id),
    },
    {
        .name = "flags",
        .column = "flags",
        .kind = TENON_KIND_BOOL,
        .pg_type = TENON_PG_BOOL,
        .flags = TENON_FIELD_LIST,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(Arrays, flags),
        .where_offset = offsetof(ArraysWhere, flags),
        .set_offset = offsetof(ArraysSet, flags),
    },
    {
        .name = "smalls",
        .column = "smalls",
        .kind = TENON_KIND_INT16,
        .pg_type = TENON_PG_INT2,
        .flags = TENON_FIELD_LIST,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(Arrays, smalls),
        .where_offset = offsetof(ArraysWhere, smalls),
        .set_offset = offsetof(ArraysSet, smalls),
    },
    {
        .name = "numbers",
        .column = "numbers",
        .kind = TENON_KIND_INT32,
        .pg_type = TENON_PG_INT4,
        .flags = TENON_FIELD_LIST,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(Arrays, numbers),
        .where_offset = offsetof(ArraysWhere, numbers),
        .set_offset = offsetof(ArraysSet, numbers),
    },
    {
        .name = "bigs",
        .column = "bigs",
        .kind = TENON_KIND_INT64,
        .pg_type = TENON_PG_INT8,
        .flags = TENON_FIELD_LIST,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(Arrays, bigs),
        .where_offset = offsetof(ArraysWhere, bigs),
        .set_offset = offsetof(ArraysSet, bigs),
    },
    {
        .name = "reals",
        .column = "reals",
        .kind = TENON_KIND_FLOAT,
        .pg_type = TENON_PG_FLOAT4,
        .flags = TENON_FIELD_LIST,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(Arrays, reals),
        .where_offset = offsetof(ArraysWhere, reals),
        .set_offset = offsetof(ArraysSet, reals),
    },
    {
        .name = "precises",
        .column = "precises",
        .kind = TENON_KIND_DOUBLE,
        .pg_type = TENON_PG_FLOAT8,
        .flags = TENON_FIELD_LIST,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(Arrays, precises),
        .where_offset = offsetof(ArraysWhere, precises),
        .set_offset = offsetof(ArraysSet, precises),
    },
    {
        .name = "prices",
        .column = "prices",
        .kind = TENON_KIND_DECIMAL,
        .pg_type = TENON_PG_NUMERIC,
        .flags = TENON_FIELD_LIST,
        .precision = 12,
        .scale = 4,
        .row_offset = offsetof(Arrays, prices),
        .where_offset = offsetof(ArraysWhere, prices),
        .set_offset = offsetof(ArraysSet, prices),
    },
    {
        .name = "texts",
        .column = "texts",
        .kind = TENON_KIND_TEXT,
        .pg_type = TENON_PG_TEXT,
        .flags = TENON_FIELD_LIST,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(Arrays, texts),
        .where_offset = offsetof(ArraysWhere, texts),
        .set_offset = offsetof(ArraysSet, texts),
    },
    {
        .name = "labels",
        .column = "labels",
        .kind = TENON_KIND_TEXT,
        .pg_type = TENON_PG_VARCHAR,
        .flags = TENON_FIELD_LIST,
        .precision = 20,
        .scale = 0,
        .row_offset = offsetof(Arrays, labels),
        .where_offset = offsetof(ArraysWhere, labels),
        .set_offset = offsetof(ArraysSet, labels),
    },
    {
        .name = "codes",
        .column = "codes",
        .kind = TENON_KIND_TEXT,
        .pg_type = TENON_PG_BPCHAR,
        .flags = TENON_FIELD_LIST,
        .precision = 4,
        .scale = 0,
        .row_offset = offsetof(Arrays, codes),
        .where_offset = offsetof(ArraysWhere, codes),
        .set_offset = offsetof(ArraysSet, codes),
    },
    {
        .name = "datas",
        .column = "datas",
        .kind = TENON_KIND_JSON,
        .pg_type = TENON_PG_JSONB,
        .flags = TENON_FIELD_LIST,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(Arrays, datas),
        .where_offset = offsetof(ArraysWhere, datas),
        .set_offset = offsetof(ArraysSet, datas),
    },
    {
        .name = "raws",
        .column = "raws",
        .kind = TENON_KIND_JSON,
        .pg_type = TENON_PG_JSON,
        .flags = TENON_FIELD_LIST,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(Arrays, raws),
        .where_offset = offsetof(ArraysWhere, raws),
        .set_offset = offsetof(ArraysSet, raws),
    },
    {
        .name = "blobs",
        .column = "blobs",
        .kind = TENON_KIND_BYTES,
        .pg_type = TENON_PG_BYTEA,
        .flags = TENON_FIELD_LIST,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(Arrays, blobs),
        .where_offset = offsetof(ArraysWhere, blobs),
        .set_offset = offsetof(ArraysSet, blobs),
    },
    {
        .name = "uuids",
        .column = "uuids",
        .kind = TENON_KIND_UUID,
        .pg_type = TENON_PG_UUID,
        .flags = TENON_FIELD_LIST,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(Arrays, uuids),
        .where_offset = offsetof(ArraysWhere, uuids),
        .set_offset = offsetof(ArraysSet, uuids),
    },
    {
        .name = "stamps",
        .column = "stamps",
        .kind = TENON_KIND_TIME,
        .pg_type = TENON_PG_TIMESTAMP,
        .flags = TENON_FIELD_LIST,
        .precision = 3,
        .scale = 0,
        .row_offset = offsetof(Arrays, stamps),
        .where_offset = offsetof(ArraysWhere, stamps),
        .set_offset = offsetof(ArraysSet, stamps),
    },
    {
        .name = "instants",
        .column = "instants",
        .kind = TENON_KIND_TIME,
        .pg_type = TENON_PG_TIMESTAMPTZ,
        .flags = TENON_FIELD_LIST,
        .precision = 6,
        .scale = 0,
        .row_offset = offsetof(Arrays, instants),
        .where_offset = offsetof(ArraysWhere, instants),
        .set_offset = offsetof(ArraysSet, instants),
    },
    {
        .name = "days",
        .column = "days",
        .kind = TENON_KIND_DATE,
        .pg_type = TENON_PG_DATE,
        .flags = TENON_FIELD_LIST,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(Arrays, days),
        .where_offset = offsetof(ArraysWhere, days),
        .set_offset = offsetof(ArraysSet, days),
    },
    {
        .name = "clocks",
        .column = "clocks",
        .kind = TENON_KIND_CLOCK,
        .pg_type = TENON_PG_TIME,
        .flags = TENON_FIELD_LIST,
        .precision = 6,
        .scale = 0,
        .row_offset = offsetof(Arrays, clocks),
        .where_offset = offsetof(ArraysWhere, clocks),
        .set_offset = offsetof(ArraysSet, clocks),
    },
    {
        .name = "zoneds",
        .column = "zoneds",
        .kind = TENON_KIND_CLOCK_TZ,
        .pg_type = TENON_PG_TIMETZ,
        .flags = TENON_FIELD_LIST,
        .precision = 6,
        .scale = 0,
        .row_offset = offsetof(Arrays, zoneds),
        .where_offset = offsetof(ArraysWhere, zoneds),
        .set_offset = offsetof(ArraysSet, zoneds),
    },
    {
        .name = "roles",
        .column = "roles",
        .kind = TENON_KIND_ENUM,
        .pg_type = TENON_PG_ENUM,
        .flags = TENON_FIELD_LIST,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(Arrays, roles),
        .where_offset = offsetof(ArraysWhere, roles),
        .set_offset = offsetof(ArraysSet, roles),
        .enumeration = &role_enum,
    },
    {
        .name = "monies",
        .column = "monies",
        .kind = TENON_KIND_DECIMAL,
        .pg_type = TENON_PG_MONEY,
        .flags = TENON_FIELD_LIST,
        .precision = 19,
        .scale = 2,
        .row_offset = offsetof(Arrays, monies),
        .where_offset = offsetof(ArraysWhere, monies),
        .set_offset = offsetof(ArraysSet, monies),
    },
    {
        .name = "bitss",
        .column = "bitss",
        .kind = TENON_KIND_OTHER,
        .pg_type = TENON_PG_BIT,
        .flags = TENON_FIELD_LIST,
        .precision = 8,
        .scale = 0,
        .row_offset = offsetof(Arrays, bitss),
        .where_offset = offsetof(ArraysWhere, bitss),
        .set_offset = offsetof(ArraysSet, bitss),
    },
    {
        .name = "addresses",
        .column = "addresses",
        .kind = TENON_KIND_OTHER,
        .pg_type = TENON_PG_INET,
        .flags = TENON_FIELD_LIST,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(Arrays, addresses),
        .where_offset = offsetof(ArraysWhere, addresses),
        .set_offset = offsetof(ArraysSet, addresses),
    },
    {
        .name = "markups",
        .column = "markups",
        .kind = TENON_KIND_OTHER,
        .pg_type = TENON_PG_XML,
        .flags = TENON_FIELD_LIST,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(Arrays, markups),
        .where_offset = offsetof(ArraysWhere, markups),
        .set_offset = offsetof(ArraysSet, markups),
    },
};

static const uint16_t arrays_key_0[] = {0};
static const tenon_unique arrays_uniques[] = {
    {
        .name = "id",
        .constraint = "Arrays_pkey",
        .fields = arrays_key_0,
        .field_count = 1,
        .is_primary = true,
    },
};

const tenon_model arrays_model = {
    .abi = TENON_ABI,
    .size = sizeof(tenon_model),
    .name = "Arrays",
    .table = "Arrays",
    .schema = NULL,
    .is_view = false,
    .fields = arrays_fields,
    .field_count = 25,
    .uniques = arrays_uniques,
    .unique_count = 1,
    .row_size = sizeof(Arrays),
    .loaded_offset = offsetof(Arrays, tenon_loaded),
    .where_size = sizeof(ArraysWhere),
    .set_size = sizeof(ArraysSet),
    .query_where = offsetof(ArraysQuery, where),
    .query_order_by = offsetof(ArraysQuery, order_by),
    .query_select = offsetof(ArraysQuery, select),
    .query_distinct = offsetof(ArraysQuery, distinct),
    .update_where = offsetof(ArraysUpdateMany, where),
    .update_set = offsetof(ArraysUpdateMany, set),
    .delete_where = offsetof(ArraysDeleteMany, where),
    .upsert_create = offsetof(ArraysUpsert, create),
    .upsert_update = offsetof(ArraysUpsert, update),
};

Arrays *arrays_find(tenon_session *session, int64_t id)
{
    const void *const key[] = {&id};
    return TENON_AS(Arrays *, tenon_find_by(session, &arrays_model, 0, key));
}

Arrays *arrays_find_first_q(const ArraysQuery *query)
{
    return TENON_AS(Arrays *, tenon_find_first(&arrays_model, query));
}

ArraysList arrays_find_many_q(const ArraysQuery *query)
{
    tenon_list found = tenon_find_many(&arrays_model, query);
    ArraysList list = {TENON_AS(Arrays *, found.items), found.count};
    return list;
}

int64_t arrays_count_q(const ArraysQuery *query)
{
    return tenon_count(&arrays_model, query);
}

bool arrays_exists_q(const ArraysQuery *query)
{
    return tenon_exists(&arrays_model, query);
}

Arrays *arrays_create_q(const ArraysSet *query)
{
    return TENON_AS(Arrays *, tenon_create(&arrays_model, query));
}

int64_t arrays_create_many_q(const ArraysCreateMany *query)
{
    return tenon_create_many(&arrays_model, query);
}

ArraysList arrays_create_many_returning_q(const ArraysCreateMany *query)
{
    tenon_list found = tenon_create_many_returning(&arrays_model, query);
    ArraysList list = {TENON_AS(Arrays *, found.items), found.count};
    return list;
}

Arrays *arrays_update_q(const ArraysSet *set, int64_t id)
{
    const void *const key[] = {&id};
    return TENON_AS(Arrays *, tenon_update(&arrays_model, 0, key, set));
}

Arrays *arrays_delete(tenon_session *session, int64_t id)
{
    const void *const key[] = {&id};
    return TENON_AS(Arrays *, tenon_delete(session, &arrays_model, 0, key));
}

int64_t arrays_update_many_q(const ArraysUpdateMany *query)
{
    return tenon_update_many(&arrays_model, query);
}

int64_t arrays_delete_many_q(const ArraysDeleteMany *query)
{
    return tenon_delete_many(&arrays_model, query);
}

Arrays *arrays_upsert_q(const ArraysUpsert *query)
{
    return TENON_AS(Arrays *, tenon_upsert(&arrays_model, query));
}
