/* Several kinds of a thing in one table (single-table inheritance), as the schema language can say
 * it: an enum tells which a row is, conditions choose by it, and checks of the database hold what
 * each kind must have and must not have. */
#include "estate.h"

/* What a query of one kind says, and nothing else of it. */
#define CARS .kind = EQ(VEHICLE_KIND_CAR)
#define BIKES .kind = EQ(VEHICLE_KIND_BIKE)

static Vehicle *create_car(both *b, const char *name, const char *plate)
{
    return vehicle_create(b->session, .kind = SET(VEHICLE_KIND_CAR), .name = SET(name),
                          .plate = SET(plate));
}

static Vehicle *create_bike(both *b, const char *name, int gears)
{
    return vehicle_create(b->session, .kind = SET(VEHICLE_KIND_BIKE), .name = SET(name),
                          .gears = SET(gears));
}

static void create_all(both *b)
{
    create_car(b, "van", "B 1");
    create_car(b, "bus", "B 2");
    create_bike(b, "racer", 22);
    assert_sound(b->session);
}

static void each_kind_is_found_alone_and_all_together(void **state)
{
    both *b = *state;
    create_all(b);
    VehicleList cars =
        vehicle_find_many(b->session, .where = {CARS}, .order_by = {ASC(VEHICLE_NAME)},
                          .select = {VEHICLE_NAME, VEHICLE_PLATE});
    assert_sound(b->session);
    assert_int_equal(cars.count, 2);
    assert_string_equal(cars.items[0].plate, "B 2");
    assert_false(VEHICLE_LOADED(&cars.items[0], VEHICLE_GEARS));
    assert_int_equal(vehicle_count(b->session, .where = {BIKES, .gears = GE(20)}), 1);
    assert_int_equal(vehicle_count(b->session), 3);
    VehicleGroupList kinds = vehicle_facets(b->session, .column = VEHICLE_KIND);
    assert_int_equal(kinds.items[0].key.kind, VEHICLE_KIND_CAR);
    assert_int_equal(kinds.items[0].count, 2);
}

static void a_kind_has_what_it_must_have_and_nothing_else(void **state)
{
    both *b = *state;
    create_car(b, "van", NULL);
    assert_failed(b->session, TENON_MISUSE, "NULL");
    vehicle_create(b->session, .kind = SET(VEHICLE_KIND_CAR), .name = SET("van"));
    assert_failed(b->session, TENON_CHECK, "");
    vehicle_create(b->session, .kind = SET(VEHICLE_KIND_BIKE), .name = SET("x"), .plate = SET("B"));
    assert_failed(b->session, TENON_CHECK, "");
    create_all(b);
    vehicle_update_many(b->session, .where = {CARS}, .set = {.gears = SET(5)});
    assert_failed(b->session, TENON_CHECK, "");
    vehicle_update_many(b->session, .where = {BIKES}, .set = {.gears = SET(5)});
    assert_sound(b->session);
}

/* A row that becomes another kind changes whole, or not at all. */
static void a_row_may_become_another_kind(void **state)
{
    both *b = *state;
    Vehicle *bike = create_bike(b, "racer", 22);
    vehicle_update(b->session, bike->id, .kind = SET(VEHICLE_KIND_CAR));
    assert_failed(b->session, TENON_CHECK, "");
    Vehicle *car = vehicle_update(b->session, bike->id, .kind = SET(VEHICLE_KIND_CAR),
                                  .plate = SET("B 3"), .gears = SET_NULL());
    assert_sound(b->session);
    assert_int_equal(car->kind, VEHICLE_KIND_CAR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_ESTATE(each_kind_is_found_alone_and_all_together),
        ON_ESTATE(a_kind_has_what_it_must_have_and_nothing_else),
        ON_ESTATE(a_row_may_become_another_kind),
    };
    return estate_run(tests);
}
