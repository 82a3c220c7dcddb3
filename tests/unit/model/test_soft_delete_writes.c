/* Marked rows and the calls that write several rows, or look before they write: none of them
 * changes a row that nobody sees, but for upserts, which bring it back. */
#include "office.h"

#include <stdio.h>
#include <stdlib.h>

/* A client whose row is marked. */
static Client *marked_client(both *b, const char *name)
{
    client_create(b->session, .name = SET(name));
    Client *client = client_delete(b->session, client_find_by_name(b->session, name)->id);
    assert_sound(b->session);
    return client;
}

static Order *add_order(both *b, int32_t client, const char *title)
{
    Order *order = order_create(b->session, .title = SET(title), .clientId = SET(client));
    assert_sound(b->session);
    return order;
}

static const char *title_of(both *b, int32_t id)
{
    Order *order = order_find(b->session, id, .with_deleted = true);
    return order ? order->title : "-";
}

/* ---- by keys --------------------------------------------------------------------------------- */

static void upsert_many_brings_marked_rows_back(void **state)
{
    both *b = *state;
    Client *ann = marked_client(b, "Ann");
    const ClientSet rows[] = {{.name = SET("Ann"), .secret = SET("s")},
                              {.name = SET("Bo"), .secret = SET("t")}};
    ClientList written =
        client_upsert_many_returning(b->session, .on = CLIENT_BY_NAME, .items = rows, .count = 2);
    assert_sound(b->session);
    assert_int_equal(written.count, 2);
    assert_string_equal(client_find(b->session, ann->id)->secret, "s");
    assert_int_equal(client_count(b->session), 2);
    client_delete(b->session, ann->id);
    client_upsert_many(b->session, .on = CLIENT_BY_NAME, .items = rows, .count = 1,
                       .update = {CLIENT_NAME});
    assert_sound(b->session);
    assert_non_null(client_find(b->session, ann->id));
}

static void upsert_many_may_set_the_mark_itself(void **state)
{
    both *b = *state;
    Client *ann = marked_client(b, "Ann");
    const ClientSet rows[] = {{.name = SET("Ann"), .deletedAt = SET((tenon_time){1000000})}};
    client_upsert_many(b->session, .on = CLIENT_BY_NAME, .items = rows, .count = 1);
    assert_sound(b->session);
    assert_null(client_find(b->session, ann->id));
    assert_int_equal(client_find(b->session, ann->id, .with_deleted = true)->deletedAt.value.us,
                     1000000);
}

static void update_each_passes_marked_rows_over(void **state)
{
    both *b = *state;
    Client *ann = client_create(b->session, .name = SET("Ann"));
    Order *one = add_order(b, ann->id, "one"), *two = add_order(b, ann->id, "two");
    order_delete(b->session, two->id);
    const OrderSet rows[] = {{.id = SET(one->id), .title = SET("uno")},
                             {.id = SET(two->id), .title = SET("due")}};
    assert_int_equal(order_update_each(b->session, .items = rows, .count = 2), 1);
    assert_sound(b->session);
    assert_string_equal(title_of(b, one->id), "uno");
    assert_string_equal(title_of(b, two->id), "two");
}

static void what_may_be_there_already_leaves_marked_rows_alone(void **state)
{
    both *b = *state;
    Client *ann = marked_client(b, "Ann");
    assert_null(client_create_or_ignore(b->session, .name = SET("Ann")));
    const ClientSet rows[] = {{.name = SET("Ann")}, {.name = SET("Bo")}};
    assert_int_equal(
        client_create_many(b->session, .items = rows, .count = 2, .skip_duplicates = true), 1);
    assert_sound(b->session);
    assert_null(
        client_get_or_create(b->session, .on = CLIENT_BY_NAME, .create = {.name = SET("Ann")}));
    assert_failed(b->session, TENON_UNIQUE, "name");
    assert_true(client_find(b->session, ann->id, .only_deleted = true) != NULL);
}

/* ---- nested ---------------------------------------------------------------------------------- */

static void a_marked_row_is_not_there_to_connect(void **state)
{
    both *b = *state;
    Client *ann = marked_client(b, "Ann");
    order_create(b->session, .title = SET("one"),
                 .client = &(ClientWrite){.connect = &(ClientWhere){.id = EQ(ann->id)}});
    assert_failed(b->session, TENON_FOREIGN_KEY, "Client");
    Client *bo = client_create(b->session, .name = SET("Bo"));
    Order *gone = add_order(b, bo->id, "gone");
    order_delete(b->session, gone->id);
    client_create(b->session, .name = SET("Cy"),
                  .orders = &(OrderListWrite){.connect = ORDER_WHERES({.id = EQ(gone->id)})});
    assert_failed(b->session, TENON_FOREIGN_KEY, "Order");
    assert_int_equal(client_count(b->session), 1);
}

static void to_connect_or_create_what_is_marked_fails(void **state)
{
    both *b = *state;
    marked_client(b, "Ann");
    order_create(b->session, .title = SET("one"),
                 .client = &(ClientWrite){
                     .connect_or_create = &(ClientConnectOrCreate){
                         .where = {.name = EQ("Ann")}, .create = {.name = SET("Ann")}}});
    assert_failed(b->session, TENON_UNIQUE, "name");
    assert_int_equal(order_count(b->session), 0);
}

static void nested_deletes_mark(void **state)
{
    both *b = *state;
    Client *ann = client_create(b->session, .name = SET("Ann"));
    Order *one = add_order(b, ann->id, "one"), *two = add_order(b, ann->id, "two");
    client_update(b->session, ann->id,
                  .orders = &(OrderListWrite){.delete_ = ORDER_WHERES({.id = EQ(one->id)})});
    assert_sound(b->session);
    assert_true(order_find(b->session, one->id, .only_deleted = true) != NULL);
    client_update(b->session, ann->id,
                  .orders = &(OrderListWrite){.delete_many = ORDER_WHERES({.id = GT(0)})});
    assert_sound(b->session);
    assert_true(order_find(b->session, two->id, .only_deleted = true) != NULL);
    order_update(b->session, add_order(b, ann->id, "three")->id,
                 .client = &(ClientWrite){.delete_ = true});
    assert_sound(b->session);
    assert_true(client_find(b->session, ann->id, .only_deleted = true) != NULL);
}

static void what_is_marked_is_not_deleted_or_changed_again(void **state)
{
    both *b = *state;
    Client *ann = client_create(b->session, .name = SET("Ann"));
    Order *one = add_order(b, ann->id, "one");
    order_delete(b->session, one->id);
    client_update(b->session, ann->id,
                  .orders = &(OrderListWrite){.delete_ = ORDER_WHERES({.id = EQ(one->id)})});
    assert_failed(b->session, TENON_FOREIGN_KEY, "Order");
    client_update(b->session, ann->id,
                  .orders = &(OrderListWrite){
                      .update = ORDER_UPDATES({{.id = EQ(one->id)}, {.title = SET("uno")}})});
    assert_failed(b->session, TENON_FOREIGN_KEY, "Order");
    client_update(b->session, ann->id,
                  .orders = &(OrderListWrite){
                      .update_many = ORDER_UPDATES({{.id = GT(0)}, {.title = SET("uno")}})});
    assert_sound(b->session);
    assert_string_equal(title_of(b, one->id), "one");
}

static void a_list_is_set_without_its_marked_rows(void **state)
{
    both *b = *state;
    Client *ann = client_create(b->session, .name = SET("Ann"));
    Order *one = add_order(b, ann->id, "one"), *two = add_order(b, ann->id, "two");
    order_delete(b->session, one->id);
    client_update(b->session, ann->id, .orders = &(OrderListWrite){.clear = true});
    assert_sound(b->session);
    assert_false(order_find(b->session, two->id)->clientId.has);
    assert_true(order_find(b->session, one->id, .only_deleted = true)->clientId.has);
}

static void a_unit_of_work_marks(void **state)
{
    both *b = *state;
    tenon_unit *unit = tenon_unit_open(b->session);
    Client *ann =
        tenon_unit_track(unit, &client_model, client_create(b->session, .name = SET("Ann")));
    tenon_unit_remove(unit, &client_model, ann);
    assert_true(tenon_unit_flush(unit));
    tenon_unit_close(unit);
    assert_null(client_find(b->session, ann->id));
    assert_non_null(client_find(b->session, ann->id, .only_deleted = true));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_OFFICE(upsert_many_brings_marked_rows_back),
        ON_OFFICE(upsert_many_may_set_the_mark_itself),
        ON_OFFICE(update_each_passes_marked_rows_over),
        ON_OFFICE(what_may_be_there_already_leaves_marked_rows_alone),
        ON_OFFICE(a_marked_row_is_not_there_to_connect),
        ON_OFFICE(to_connect_or_create_what_is_marked_fails),
        ON_OFFICE(nested_deletes_mark),
        ON_OFFICE(what_is_marked_is_not_deleted_or_changed_again),
        ON_OFFICE(a_list_is_set_without_its_marked_rows),
        ON_OFFICE(a_unit_of_work_marks),
    };
    return office_run(tests);
}
