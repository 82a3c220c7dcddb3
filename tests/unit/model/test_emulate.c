/* Relations without foreign keys: the same calls are made where there are none, through tenon, and
 * where there are, in SQL, and the same rows must remain. */
#include "depot.h"

#include <stdio.h>

#include <tenon/audit.h>
#include <tenon/test.h>
#include <tenon/unit.h>

#include "generator.h"
#include "testdb.h"

/* ---- the oracle: the same tables, with foreign keys ------------------------------------------ */

static const char oracle_tables[] =
    "CREATE TABLE \"Region\" (code TEXT PRIMARY KEY);"
    "CREATE TABLE \"Depot\" (id INTEGER PRIMARY KEY, \"regionCode\" TEXT NOT NULL REFERENCES "
    "\"Region\" (code) ON DELETE CASCADE ON UPDATE CASCADE);"
    "CREATE TABLE \"Shelf\" (\"depotId\" INTEGER NOT NULL REFERENCES \"Depot\" (id) ON DELETE "
    "CASCADE ON UPDATE CASCADE, number INTEGER NOT NULL, PRIMARY KEY (\"depotId\", number));"
    "CREATE TABLE \"Item\" (id INTEGER PRIMARY KEY, \"depotId\" INTEGER, \"shelfNumber\" INTEGER, "
    "FOREIGN KEY (\"depotId\", \"shelfNumber\") REFERENCES \"Shelf\" (\"depotId\", number) "
    "ON DELETE SET NULL ON UPDATE CASCADE);"
    "CREATE TABLE \"Part\" (id INTEGER PRIMARY KEY, \"itemId\" INTEGER NOT NULL REFERENCES "
    "\"Item\" (id) ON DELETE RESTRICT ON UPDATE RESTRICT);"
    "CREATE TABLE \"Keeper\" (id INTEGER PRIMARY KEY, \"depotId\" INTEGER REFERENCES \"Depot\" "
    "(id) "
    "ON DELETE SET NULL ON UPDATE SET NULL);"
    "CREATE TABLE \"Label\" (id INTEGER PRIMARY KEY);"
    "CREATE TABLE \"_DepotToLabel\" (\"A\" INTEGER NOT NULL REFERENCES \"Depot\" (id) ON DELETE "
    "CASCADE ON UPDATE CASCADE, \"B\" INTEGER NOT NULL REFERENCES \"Label\" (id) ON DELETE CASCADE "
    "ON UPDATE CASCADE);";

typedef struct oracle {
    const char *url;
    tenon_db *db;
    tenon_session *session;
} oracle;

static oracle open_oracle(both *b)
{
    tenon_error err;
    oracle o = {.url = b->is_sqlite ? testdb_sqlite_url() : testdb_create("oracle")};
    testdb_run(o.url, oracle_tables);
    o.db = tenon_open(o.url, NULL, &err);
    assert_non_null(o.db);
    o.session = tenon_session_open(o.db, NULL);
    return o;
}

static void close_oracle(oracle *o)
{
    tenon_session_close(o->session);
    tenon_close(o->db);
}

/* Two regions, six depots of three shelves, four items each and a part for every third. */
static const char rows_of_both[] =
    "INSERT INTO \"Region\" (code) VALUES ('n'), ('s'), ('w');"
    "INSERT INTO \"Depot\" (id, \"regionCode\") VALUES (1, 'n'), (2, 'n'), (3, 's'), (4, 's'), "
    "(5, 's'), (6, 'w');"
    "INSERT INTO \"Shelf\" (\"depotId\", number) SELECT d.id, n.id FROM \"Depot\" AS d, "
    "\"Depot\" AS n WHERE n.id <= 3;"
    "INSERT INTO \"Keeper\" (id, \"depotId\") VALUES (1, 2), (2, 3), (3, NULL), (4, 5);"
    "INSERT INTO \"Label\" (id) VALUES (1), (2), (3);"
    "INSERT INTO \"_DepotToLabel\" (\"A\", \"B\") SELECT d.id, l.id FROM \"Depot\" AS d, \"Label\" "
    "AS l WHERE (d.id + l.id) % 2 = 0;";

static void fill(both *b, const oracle *o)
{
    static const char items[] =
        "INSERT INTO \"Item\" (id, \"depotId\", \"shelfNumber\"%s) SELECT s.\"depotId\" * 10 + "
        "s.number, s.\"depotId\", s.number%s FROM \"Shelf\" AS s;"
        "INSERT INTO \"Item\" (id%s) SELECT 100 + id%s FROM \"Depot\";"
        "INSERT INTO \"Part\" (id, \"itemId\") SELECT id, id FROM \"Item\" WHERE id %% 3 = 0;";
    static const char at[] = ", '2024-01-01T00:00:00.000+00:00'";
    char sql[1024], plain[1024];
    snprintf(sql, sizeof sql, items, ", \"updatedAt\"",
             b->is_sqlite ? at : ", '2024-01-01'::timestamp", ", \"updatedAt\"",
             b->is_sqlite ? at : ", '2024-01-01'::timestamp");
    snprintf(plain, sizeof plain, items, "", "", "", "");
    both_sql(b, rows_of_both);
    both_sql(b, sql);
    if (!o)
        return;
    testdb_run(o->url, rows_of_both);
    testdb_run(o->url, plain);
}

/* ---- what remains ---------------------------------------------------------------------------- */

static const struct {
    const char *table, *row;
} dumped[] = {
    {"Region", "code"},
    {"Depot", "CAST(id AS text) || \"regionCode\""},
    {"Shelf", "CAST(\"depotId\" AS text) || '/' || CAST(number AS text)"},
    {"Item", "CAST(id AS text) || ':' || coalesce(CAST(\"depotId\" AS text), '') || '/' || "
             "coalesce(CAST(\"shelfNumber\" AS text), '')"},
    {"Part", "CAST(id AS text) || ':' || CAST(\"itemId\" AS text)"},
    {"Keeper", "CAST(id AS text) || ':' || coalesce(CAST(\"depotId\" AS text), '')"},
    {"Label", "CAST(id AS text)"},
    {"_DepotToLabel", "CAST(\"A\" AS text) || '-' || CAST(\"B\" AS text)"},
};

/* All tables as one text. */
static void assert_same_rows(both *b, const oracle *o)
{
    char sql[4096] = "SELECT ''", expected[16384];
    for (size_t i = 0; i < sizeof dumped / sizeof *dumped; i++)
        snprintf(sql + strlen(sql), sizeof sql - strlen(sql),
                 " || ' %s: ' || coalesce((SELECT %s(x, ' ') FROM (SELECT %s AS x FROM \"%s\" "
                 "ORDER BY 1) AS q), '')",
                 dumped[i].table, b->is_sqlite ? "group_concat" : "string_agg", dumped[i].row,
                 dumped[i].table);
    snprintf(expected, sizeof expected, "%s", testdb_value(o->url, sql));
    assert_string_equal(both_value(b, sql), expected);
}

/* ---- the same by random ---------------------------------------------------------------------- */

typedef struct deed {
    both *b;
    char sql[256];
    int32_t a, c;
} deed;

static const char *const codes[] = {"n", "s", "w", "x"};

static void delete_something(deed *d, unsigned which)
{
    tenon_session *s = d->b->session;
    switch (which) {
    case 0:
        region_delete(s, codes[d->a % 4]);
        snprintf(d->sql, sizeof d->sql, "DELETE FROM \"Region\" WHERE code = '%s'",
                 codes[d->a % 4]);
        return;
    case 1:
        depot_delete(s, d->a);
        snprintf(d->sql, sizeof d->sql, "DELETE FROM \"Depot\" WHERE id = %d", d->a);
        return;
    case 2:
        depot_delete_many(s, .where = {.id = BETWEEN(d->a, d->c)});
        snprintf(d->sql, sizeof d->sql, "DELETE FROM \"Depot\" WHERE id BETWEEN %d AND %d", d->a,
                 d->c);
        return;
    case 3:
        shelf_delete(s, d->a, d->c % 4);
        snprintf(d->sql, sizeof d->sql,
                 "DELETE FROM \"Shelf\" WHERE \"depotId\" = %d AND number = %d", d->a, d->c % 4);
        return;
    case 4:
        item_purge(s, d->a * 10 + d->c % 4);
        snprintf(d->sql, sizeof d->sql, "DELETE FROM \"Item\" WHERE id = %d", d->a * 10 + d->c % 4);
        return;
    case 5:
        shelf_delete_many(s, .where = {.number = EQ(d->c % 4)});
        snprintf(d->sql, sizeof d->sql, "DELETE FROM \"Shelf\" WHERE number = %d", d->c % 4);
        return;
    default:
        label_delete(s, d->a);
        snprintf(d->sql, sizeof d->sql, "DELETE FROM \"Label\" WHERE id = %d", d->a);
    }
}

static void change_something(deed *d, unsigned which)
{
    tenon_session *s = d->b->session;
    switch (which) {
    case 0:
        region_update(s, codes[d->a % 4], .code = SET(codes[d->c % 4]));
        snprintf(d->sql, sizeof d->sql, "UPDATE \"Region\" SET code = '%s' WHERE code = '%s'",
                 codes[d->c % 4], codes[d->a % 4]);
        return;
    case 1:
        depot_update(s, d->a, .id = SET(d->c));
        snprintf(d->sql, sizeof d->sql, "UPDATE \"Depot\" SET id = %d WHERE id = %d", d->c, d->a);
        return;
    case 2:
        shelf_update(s, d->a, d->c % 4, .number = INCREASE(10));
        snprintf(d->sql, sizeof d->sql,
                 "UPDATE \"Shelf\" SET number = number + 10 WHERE \"depotId\" = %d AND number = %d",
                 d->a, d->c % 4);
        return;
    case 3:
        shelf_update_many(s, .where = {.depotId = EQ(d->a)}, .set = {.number = INCREASE(100)});
        snprintf(d->sql, sizeof d->sql,
                 "UPDATE \"Shelf\" SET number = number + 100 WHERE \"depotId\" = %d", d->a);
        return;
    case 4:
        item_update(s, d->a * 10 + d->c % 4, .id = INCREASE(1000));
        snprintf(d->sql, sizeof d->sql, "UPDATE \"Item\" SET id = id + 1000 WHERE id = %d",
                 d->a * 10 + d->c % 4);
        return;
    default:
        label_update(s, d->a, .id = SET(d->c));
        snprintf(d->sql, sizeof d->sql, "UPDATE \"Label\" SET id = %d WHERE id = %d", d->c, d->a);
    }
}

static void do_both(both *b, oracle *o, generator *g)
{
    deed d = {.b = b};
    d.a = 1 + (int32_t)generator_below(g, 8);
    d.c = 1 + (int32_t)generator_below(g, 8);
    if (generator_below(g, 3) == 0)
        delete_something(&d, (unsigned)generator_below(g, 7));
    else
        change_something(&d, (unsigned)generator_below(g, 6));
    bool is_done = tenon_execute(o->session, d.sql);
    tenon_status expected = tenon_session_error(o->session)->status;
    tenon_status status = tenon_session_error(b->session)->status;
    if (status != expected)
        fail_msg("%s: %s instead of %s: %s", d.sql, tenon_status_name(status),
                 tenon_status_name(expected), tenon_message(b->session));
    assert_int_equal(is_done, status == TENON_OK);
    tenon_error_clear(o->session);
    tenon_error_clear(b->session);
}

static void the_same_rows_remain_as_with_foreign_keys(void **state)
{
    both *b = *state;
    oracle o = open_oracle(b);
    for (uint64_t seed = 1; seed <= 8; seed++) {
        generator g = {.state = seed};
        assert_true(tenon_execute(b->session, b->empty));
        assert_true(tenon_execute(o.session,
                                  "DELETE FROM \"Part\"; DELETE FROM \"Item\"; DELETE FROM "
                                  "\"Keeper\"; DELETE FROM \"Region\"; DELETE FROM \"Label\""));
        fill(b, &o);
        for (int i = 0; i < 25; i++) {
            do_both(b, &o, &g);
            assert_same_rows(b, &o);
        }
    }
    close_oracle(&o);
}

/* ---- one by one ------------------------------------------------------------------------------ */

static void a_row_takes_along_what_hangs_on_it(void **state)
{
    both *b = *state;
    fill(b, NULL);
    Region *gone = region_delete(b->session, "n");
    assert_sound(b->session);
    assert_string_equal(gone->code, "n");
    assert_int_equal(depot_count(b->session), 4);
    assert_int_equal(shelf_count(b->session), 12);
    assert_int_equal(item_count(b->session), 24);
    assert_int_equal(item_count(b->session, .where = {.depotId = IS_NULL()}), 12);
    assert_null(keeper_find(b->session, 1)->depotId.has ? "" : NULL);
    assert_null(region_delete(b->session, "n"));
    assert_sound(b->session);
}

static void what_is_restricted_stays_and_nothing_is_done(void **state)
{
    both *b = *state;
    fill(b, NULL);
    assert_null(item_purge(b->session, 12));
    assert_failed(b->session, TENON_FOREIGN_KEY, "Item is still referred to by Part (parts)");
    assert_null(item_update(b->session, 12, .id = SET(77)));
    assert_failed(b->session, TENON_FOREIGN_KEY, "Item is still referred to by Part");
    assert_int_equal(item_purge(b->session, 11)->id, 11);
    assert_int_equal(item_count(b->session), 23);
    assert_true(tenon_begin(b->session));
    assert_null(item_purge(b->session, 12));
    assert_failed(b->session, TENON_FOREIGN_KEY, NULL);
    assert_int_equal(item_purge(b->session, 13)->id, 13); /* the transaction goes on */
    assert_true(tenon_commit(b->session));
    assert_int_equal(item_count(b->session), 22);
}

static void many_rows_are_one_statement_a_relation(void **state)
{
    both *b = *state;
    fill(b, NULL);
    uint64_t before = tenon_statement_count(b->session);
    assert_int_equal(region_delete_many(b->session, .everything = true), 3);
    uint64_t all = tenon_statement_count(b->session) - before;
    assert_true(all >= 8 && all < 20);
    assert_int_equal(shelf_count(b->session), 0);
    assert_int_equal(item_count(b->session), 24);
    region_delete_many(b->session);
    assert_failed(b->session, TENON_MISUSE, "every row");
    assert_int_equal(region_delete_many(b->session, .everything = true), 0);
    assert_sound(b->session);
}

static void rows_come_back(void **state)
{
    both *b = *state;
    fill(b, NULL);
    DepotList gone = depot_delete_many_returning(b->session, .where = {.id = GE(5)});
    assert_sound(b->session);
    assert_int_equal(gone.count, 2);
    assert_int_equal(gone.items[0].id + gone.items[1].id, 11);
    ShelfList moved = shelf_update_many_returning(b->session, .where = {.depotId = EQ(1)},
                                                  .set = {.number = INCREASE(20)});
    assert_sound(b->session);
    assert_int_equal(moved.count, 3);
    assert_int_equal(item_count(b->session, .where = {.shelfNumber = GT(20)}), 3);
}

/* As a foreign key would: a mark is no deletion, and marked rows are rows. */
static void rows_that_are_marked_are_rows(void **state)
{
    both *b = *state;
    fill(b, NULL);
    assert_non_null(item_delete(b->session, 12)); /* which a part refers to */
    assert_sound(b->session);
    assert_int_equal(part_count(b->session, .where = {.itemId = EQ(12)}), 1);
    assert_non_null(shelf_delete(b->session, 1, 2));
    Item *item = item_find(b->session, 12, .with_deleted = true);
    assert_false(item->depotId.has);
    assert_int_equal(item_purge_many(b->session, .everything = true), 0);
    assert_failed(b->session, TENON_FOREIGN_KEY, "Part");
    part_delete(b->session, 12);
    assert_int_equal(item_purge_many(b->session, .everything = true), 1);
    assert_sound(b->session);
}

static void what_is_done_to_others_is_no_change_of_theirs(void **state)
{
    both *b = *state;
    fill(b, NULL);
    tenon_time before = item_find(b->session, 21)->updatedAt;
    depot_delete(b->session, 2);
    Item *item = item_find(b->session, 21);
    assert_false(item->depotId.has || item->shelfNumber.has);
    assert_int_equal(item->updatedAt.us, before.us);
}

static void the_log_has_what_went_along(void **state)
{
    both *b = *state;
    fill(b, NULL);
    tenon_session *s = tenon_session_open(b->db, &(tenon_session_options){.actor = "ann"});
    depot_delete(s, 3);
    assert_sound(s);
    tenon_audit_list history = shelf_history(s, 3, 1);
    assert_sound(s);
    assert_int_equal(history.items[0].operation, TENON_AUDIT_DELETE);
    assert_string_equal(history.items[0].actor, "ann");
    tenon_session_close(s);
}

static void keys_of_two_columns_in_great_numbers(void **state)
{
    both *b = *state;
    fill(b, NULL);
    ShelfSet sets[350] = {{0}};
    ItemSet items[350] = {{0}};
    for (int i = 0; i < 350; i++) {
        sets[i] = (ShelfSet){.depotId = SET(6), .number = SET(i + 10)};
        items[i] = (ItemSet){.id = SET(i + 1000), .depotId = SET(6), .shelfNumber = SET(i + 10)};
    }
    assert_int_equal(shelf_create_many(b->session, .items = sets, .count = 350), 350);
    assert_int_equal(item_create_many(b->session, .items = items, .count = 350), 350);
    assert_int_equal(shelf_delete_many(b->session, .where = {.number = GE(11)}), 349);
    assert_sound(b->session);
    assert_int_equal(item_count(b->session, .where = {.id = GE(1000), .depotId = IS_NULL()}), 349);
    depot_delete(b->session, 6);
    assert_sound(b->session);
    assert_int_equal(item_count(b->session, .where = {.id = GE(1000), .depotId = IS_NULL()}), 350);
}

static void other_calls_follow_too(void **state)
{
    both *b = *state;
    tenon_session *s = b->session;
    fill(b, NULL);
    region_upsert(s, .create = {.code = SET("n")}, .update = {.code = SET("north")});
    assert_sound(s);
    assert_int_equal(depot_count(s, .where = {.regionCode = EQ("north")}), 2);
    region_update(s, "north", .depots = &(DepotListWrite){.delete_ = DEPOT_WHERES({.id = EQ(1)})});
    assert_sound(s);
    assert_int_equal(shelf_count(s, .where = {.depotId = EQ(1)}), 0);
    RegionSet codes_of_all[] = {{.code = SET("s"), .name = SET("south")}};
    assert_int_equal(region_update_each(s, .items = codes_of_all, .count = 1), 1);
    DepotSet ids[] = {{.id = SET(9), .regionCode = SET("s")}};
    depot_upsert_many(s, .items = ids, .count = 1);
    assert_sound(s);
    ShelfSet numbers[] = {{.depotId = SET(2), .number = SET(2), .height = SET(5)}};
    assert_int_equal(shelf_update_each(s, .items = numbers, .count = 1), 1);
    tenon_unit *unit = tenon_unit_open(s);
    Depot *two = tenon_unit_track(unit, &depot_model, depot_find(s, 2));
    two->id = 22;
    Depot *three = tenon_unit_track(unit, &depot_model, depot_find(s, 3));
    tenon_unit_remove(unit, &depot_model, three);
    assert_true(tenon_unit_flush(unit));
    tenon_unit_close(unit);
    assert_sound(s);
    assert_int_equal(shelf_count(s, .where = {.depotId = EQ(22)}), 3);
    assert_int_equal(shelf_count(s, .where = {.depotId = EQ(3)}), 0);
}

static void what_cannot_be_followed_is_refused(void **state)
{
    both *b = *state;
    fill(b, NULL);
    region_update(b->session, "n", .name = SET("north"));
    const RegionSet region = {.code = SET("x"), .name = SET("north")};
    region_upsert_many(b->session, .on = REGION_BY_NAME, .items = &region, .count = 1);
    assert_failed(b->session, TENON_MISUSE, "Region.code: upsert_many cannot change what others");
    region_update_each(b->session, .on = REGION_BY_NAME, .items = &region, .count = 1);
    assert_failed(b->session, TENON_MISUSE, "Region.code: update_each cannot change what others");
    region_upsert(b->session, .on = REGION_BY_NAME, .create = region, .update = {.code = SET("x")});
    assert_sound(b->session);
    assert_int_equal(depot_count(b->session, .where = {.regionCode = EQ("x")}), 2);
}

/* Rows of another table are nobody's: nobody refers to them. */
static void a_table_chosen_at_run_time_has_no_relations(void **state)
{
    both *b = *state;
    fill(b, NULL);
    both_sql(b, "CREATE TABLE \"Old\" AS SELECT * FROM \"Depot\"");
    assert_int_equal(depot_delete_many(b->session, .table = {.name = "Old"}, .everything = true),
                     6);
    assert_sound(b->session);
    assert_int_equal(shelf_count(b->session), 18);
    both_sql(b, "DROP TABLE \"Old\"");
}

static void forbid(tenon_event *event, void *ctx)
{
    (void)ctx;
    tenon_veto(event, "not this one");
}

static void a_veto_leaves_everything(void **state)
{
    both *b = *state;
    fill(b, NULL);
    const tenon_hook hook = {.moments = TENON_BEFORE_DELETE, .function = forbid};
    tenon_session_hook_add(b->session, &hook);
    assert_null(depot_delete(b->session, 1));
    assert_failed(b->session, TENON_VETO, "not this one");
    depot_delete_many(b->session, .where = {.id = LE(3)});
    assert_failed(b->session, TENON_VETO, "not this one");
    assert_int_equal(shelf_count(b->session), 18);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_DEPOT(the_same_rows_remain_as_with_foreign_keys),
        ON_DEPOT(a_row_takes_along_what_hangs_on_it),
        ON_DEPOT(what_is_restricted_stays_and_nothing_is_done),
        ON_DEPOT(many_rows_are_one_statement_a_relation),
        ON_DEPOT(rows_come_back),
        ON_DEPOT(rows_that_are_marked_are_rows),
        ON_DEPOT(what_is_done_to_others_is_no_change_of_theirs),
        ON_DEPOT(the_log_has_what_went_along),
        ON_DEPOT(keys_of_two_columns_in_great_numbers),
        ON_DEPOT(other_calls_follow_too),
        ON_DEPOT(what_cannot_be_followed_is_refused),
        ON_DEPOT(a_table_chosen_at_run_time_has_no_relations),
        ON_DEPOT(a_veto_leaves_everything),
    };
    return depot_run(tests);
}
