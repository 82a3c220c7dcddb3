/* Models that share a key, one-to-one: what one of them is, the other one is too (class-table
 * inheritance), written, read, changed and deleted as one. Each stands in another file of the
 * schema. */
#include "estate.h"

#include <tenon/test.h>

static Asset *create_house(both *b, const char *name, int rooms)
{
    return asset_create(b->session, .name = SET(name), .kind = SET(KIND_HOUSE),
                        .value = SET(rooms * 100),
                        .house = &(HouseWrite){.create = &(HouseSet){.rooms = SET(rooms)}});
}

static Asset *create_boat(both *b, const char *name, double length)
{
    return asset_create(b->session, .name = SET(name), .kind = SET(KIND_BOAT),
                        .boat = &(BoatWrite){.create = &(BoatSet){.length = SET(length)}});
}

static void both_rows_are_created_by_one_call(void **state)
{
    both *b = *state;
    Asset *asset = create_house(b, "mill", 5);
    assert_sound(b->session);
    assert_int_equal(house_find(b->session, asset->id)->rooms, 5);
    House *house = house_create(
        b->session, .rooms = SET(2),
        .asset = &(AssetWrite){.create = &(AssetSet){.name = SET("hut"), .kind = SET(KIND_HOUSE)}});
    assert_sound(b->session);
    assert_int_not_equal(house->id, asset->id);
    assert_string_equal(asset_find(b->session, house->id)->name, "hut");
}

static void half_of_it_is_nothing(void **state)
{
    both *b = *state;
    Asset *asset = create_house(b, "mill", 5);
    const HouseSet given = {.id = SET(asset->id), .rooms = SET(1)};
    asset_create(b->session, .name = SET("twin"), .kind = SET(KIND_HOUSE),
                 .house = &(HouseWrite){.create = &given});
    assert_true(tenon_failed(b->session));
    tenon_error_clear(b->session);
    assert_int_equal(asset_count(b->session), 1);
}

static void either_side_brings_the_other(void **state)
{
    both *b = *state;
    create_house(b, "mill", 5);
    create_boat(b, "kite", 7.5);
    uint64_t before = tenon_statement_count(b->session);
    House *house = house_find_first(b->session, .include = {.asset = &(AssetQuery){0}});
    assert_sound(b->session);
    assert_int_equal(tenon_statement_count(b->session) - before, 1);
    assert_string_equal(house->asset->name, "mill");
    AssetList all =
        asset_find_many(b->session, .order_by = {ASC(ASSET_NAME)},
                        .include = {.house = &(HouseQuery){0}, .boat = &(BoatQuery){0}});
    assert_sound(b->session);
    assert_true(all.items[0].boat && !all.items[0].house);
    assert_true(all.items[1].house && !all.items[1].boat);
    assert_int_equal(all.items[1].house->rooms, 5);
}

static void conditions_and_orders_go_from_one_to_the_other(void **state)
{
    both *b = *state;
    create_house(b, "mill", 5);
    create_house(b, "hut", 1);
    create_boat(b, "kite", 7.5);
    const AssetWhere dear = {.value = GE(200)};
    const AssetOrder by_name = ASC(ASSET_NAME);
    HouseList houses = house_find_many(b->session, .order_by = {{.asset = &by_name}});
    assert_sound(b->session);
    assert_int_equal(houses.items[0].rooms, 1);
    assert_int_equal(house_count(b->session, .where = {.asset.is = &dear}), 1);
    assert_int_equal(asset_count(b->session, .where = {.house.presence = TENON_ABSENT}), 1);
    assert_int_equal(asset_count(b->session, .where = {.house.is = &(HouseWhere){.rooms = GE(3)}}),
                     1);
    HousePage page = house_page(b->session, .size = 1, .order_by = {{.asset = &by_name}});
    page = house_page(b->session, .size = 1, .order_by = {{.asset = &by_name}}, .after = page.next);
    assert_int_equal(page.items[0].rooms, 5);
}

static void both_are_changed_by_one_call(void **state)
{
    both *b = *state;
    Asset *asset = create_house(b, "mill", 5);
    asset_update(b->session, asset->id, .name = SET("old mill"),
                 .house = &(HouseWrite){.update = &(HouseSet){.rooms = SET(6)}});
    assert_sound(b->session);
    House *house = house_find_first(b->session, .include = {.asset = &(AssetQuery){0}});
    assert_int_equal(house->rooms, 6);
    assert_string_equal(house->asset->name, "old mill");
}

/* By the database's own rule, from the base to what hangs on what it is. */
static void what_it_is_goes_with_it(void **state)
{
    both *b = *state;
    Asset *asset = create_house(b, "mill", 5);
    create_boat(b, "kite", 7.5);
    house_update(b->session, asset->id,
                 .tenants = &(TenantListWrite){.create = TENANT_SETS({.name = SET("ann")})});
    assert_sound(b->session);
    asset_delete(b->session, asset->id);
    assert_sound(b->session);
    assert_int_equal(house_count(b->session), 0);
    assert_int_equal(tenant_count(b->session), 0);
    assert_int_equal(boat_count(b->session), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_ESTATE(both_rows_are_created_by_one_call),
        ON_ESTATE(half_of_it_is_nothing),
        ON_ESTATE(either_side_brings_the_other),
        ON_ESTATE(conditions_and_orders_go_from_one_to_the_other),
        ON_ESTATE(both_are_changed_by_one_call),
        ON_ESTATE(what_it_is_goes_with_it),
    };
    return estate_run(tests);
}
