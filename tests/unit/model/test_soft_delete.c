/* Rows that are marked as deleted: nobody sees them who does not ask, they come back, and they can
 * be deleted for good. */
#include "office.h"

#include <stdio.h>
#include <stdlib.h>

static Client *add_client(both *b, const char *name)
{
    Client *client = client_create(b->session, .name = SET(name));
    assert_sound(b->session);
    return client;
}

static Order *add_order(both *b, const Client *client, const char *title)
{
    Order *order = order_create(b->session, .title = SET(title), .clientId = SET(client->id));
    assert_sound(b->session);
    return order;
}

static int stored(both *b, const char *table)
{
    char sql[64];
    snprintf(sql, sizeof sql, "SELECT count(*) FROM \"%s\"", table);
    return atoi(both_value(b, sql));
}

/* ---- deleting -------------------------------------------------------------------------------- */

static void a_deleted_row_stays_and_is_not_seen(void **state)
{
    both *b = *state;
    Client *ann = add_client(b, "Ann");
    Client *gone = client_delete(b->session, ann->id);
    assert_sound(b->session);
    assert_int_equal(gone->id, ann->id);
    assert_true(gone->deletedAt.has);
    assert_true(gone->updatedAt.us >= ann->updatedAt.us);
    assert_int_equal(stored(b, "Client"), 1);
    assert_null(client_find(b->session, ann->id));
    assert_null(client_find_by_name(b->session, "Ann"));
    assert_null(client_find_first(b->session));
    assert_int_equal(client_find_many(b->session).count, 0);
    assert_int_equal(client_find_many(b->session, .where = {.name = EQ("Ann")}).count, 0);
    assert_int_equal(client_find_many(b->session, .distinct = {CLIENT_NAME}).count, 0);
    assert_int_equal(client_count(b->session), 0);
    assert_int_equal(client_count(b->session, .limit = 5), 0);
    assert_false(client_exists(b->session, .where = {.name = EQ("Ann")}));
    assert_sound(b->session);
}

static void what_is_deleted_cannot_be_changed_or_deleted_again(void **state)
{
    both *b = *state;
    Client *ann = add_client(b, "Ann");
    client_delete(b->session, ann->id);
    assert_null(client_update(b->session, ann->id, .name = SET("Bo")));
    assert_null(client_delete(b->session, ann->id));
    assert_int_equal(
        client_update_many(b->session, .everything = true, .set = {.secret = SET("s")}), 0);
    assert_int_equal(client_delete_many(b->session, .everything = true), 0);
    assert_sound(b->session);
}

static void many_rows_are_marked_by_a_filter(void **state)
{
    both *b = *state;
    Client *ann = add_client(b, "Ann");
    add_order(b, ann, "one");
    add_order(b, ann, "two");
    assert_int_equal(order_delete_many(b->session, .where = {.title = EQ("one")}), 1);
    assert_int_equal(stored(b, "Order"), 2);
    assert_int_equal(order_count(b->session), 1);
    assert_int_equal(order_delete_many(b->session), 0);
    assert_failed(b->session, TENON_MISUSE, "delete every row");
}

static void marked_rows_come_back_with_their_mark(void **state)
{
    both *b = *state;
    Client *ann = add_client(b, "Ann");
    add_client(b, "Bo");
    ClientList gone = client_delete_many_returning(b->session, .where = {.name = EQ("Ann")});
    assert_sound(b->session);
    assert_int_equal(gone.count, 1);
    assert_int_equal(gone.items[0].id, ann->id);
    assert_true(gone.items[0].deletedAt.has);
    assert_int_equal(
        client_update_many_returning(b->session, .everything = true, .set = {.secret = SET("s")})
            .count,
        1);
    assert_int_equal(stored(b, "Client"), 2);
    assert_sound(b->session);
}

static void writing_many_by_their_keys_minds_the_mark(void **state)
{
    both *b = *state;
    Client *ann = add_client(b, "Ann");
    Client *bo = add_client(b, "Bo");
    client_delete(b->session, ann->id);
    const ClientSet items[] = {{.name = SET("Ann"), .secret = SET("a")},
                               {.name = SET("Bo"), .secret = SET("b")}};
    assert_int_equal(
        client_update_each(b->session, .on = CLIENT_BY_NAME, .items = items, .count = 2), 1);
    assert_sound(b->session);
    assert_string_equal(client_find(b->session, bo->id)->secret, "b");
    assert_null(client_find(b->session, ann->id, .with_deleted = true)->secret);
    client_upsert_many(b->session, .on = CLIENT_BY_NAME, .items = items, .count = 2);
    assert_sound(b->session);
    assert_string_equal(client_find(b->session, ann->id)->secret, "a");
}

static void a_marked_row_is_in_the_way_of_a_new_one(void **state)
{
    both *b = *state;
    Client *ann = add_client(b, "Ann");
    client_delete(b->session, ann->id);
    assert_null(client_create_or_ignore(b->session, .name = SET("Ann")));
    assert_sound(b->session);
    assert_null(
        client_get_or_create(b->session, .on = CLIENT_BY_NAME, .create = {.name = SET("Ann")}));
    assert_failed(b->session, TENON_UNIQUE, "restore or purge it first");
    client_restore(b->session, ann->id);
    Client *again =
        client_get_or_create(b->session, .on = CLIENT_BY_NAME, .create = {.name = SET("Ann")});
    assert_sound(b->session);
    assert_int_equal(again->id, ann->id);
}

/* ---- seeing ---------------------------------------------------------------------------------- */

static void who_asks_sees_them(void **state)
{
    both *b = *state;
    Client *ann = add_client(b, "Ann");
    add_client(b, "Bo");
    client_delete(b->session, ann->id);
    assert_int_equal(client_find_many(b->session, .with_deleted = true).count, 2);
    ClientList gone = client_find_many(b->session, .only_deleted = true);
    assert_int_equal(gone.count, 1);
    assert_string_equal(gone.items[0].name, "Ann");
    assert_int_equal(client_count(b->session, .only_deleted = true), 1);
    assert_true(client_exists(b->session, .only_deleted = true));
    assert_non_null(client_find(b->session, ann->id, .with_deleted = true));
    assert_non_null(client_find_by_name(b->session, "Ann", .only_deleted = true));
    assert_null(client_find_by_name(b->session, "Bo", .only_deleted = true));
    assert_sound(b->session);
}

static void asking_makes_sense_only_where_rows_are_marked(void **state)
{
    both *b = *state;
    note_find_many(b->session, .with_deleted = true);
    assert_failed(b->session, TENON_MISUSE, "@tenon.softDelete");
    client_find_many(b->session, .with_deleted = true, .only_deleted = true);
    assert_failed(b->session, TENON_MISUSE, "exclude");
}

static void relations_do_not_see_them_either(void **state)
{
    both *b = *state;
    Client *ann = add_client(b, "Ann"), *bo = add_client(b, "Bo");
    add_order(b, ann, "one");
    Order *two = add_order(b, ann, "two");
    Order *three = add_order(b, bo, "three");
    order_delete(b->session, two->id);
    client_delete(b->session, bo->id);
    ClientList list = client_find_many(b->session, .include = {.orders = &(OrderQuery){0}},
                                       .counts = {.orders = &(OrderWhere){0}});
    assert_sound(b->session);
    assert_int_equal(list.count, 1);
    assert_int_equal(list.items[0].orders.count, 1);
    assert_int_equal(list.items[0].counts->orders, 1);
    list = client_find_many(b->session, .include = {.orders = &(OrderQuery){.with_deleted = true}});
    assert_int_equal(list.items[0].orders.count, 2);
    list = client_find_many(b->session, .include = {.orders = &(OrderQuery){.limit = 5}});
    assert_int_equal(list.items[0].orders.count, 1);
    Client *first = client_find_first(b->session, .order_by = {ASC(CLIENT_ID)},
                                      .include = {.orders = &(OrderQuery){.only_deleted = true}});
    assert_int_equal(first->orders.count, 1);
    Order *of_bo = order_find_first(b->session, .where = {.id = EQ(three->id)},
                                    .include = {.client = &(ClientQuery){.with_deleted = true}});
    assert_string_equal(of_bo->client->name, "Bo");
    OrderList orders = order_find_many(b->session, .where = {.id = EQ(three->id)},
                                       .include = {.client = &(ClientQuery){0}});
    assert_int_equal(orders.count, 1);
    assert_null(orders.items[0].client);
    assert_sound(b->session);
}

/* Also as a part of the subquery that finds the keys of a level below. */
static void relations_by_subquery_do_not_see_them_either(void **state)
{
    both *b = *state;
    Client *ann = add_client(b, "Ann"), *bo = add_client(b, "Bo");
    add_order(b, ann, "one");
    Order *two = add_order(b, ann, "two");
    add_order(b, bo, "three");
    order_delete(b->session, two->id);
    client_delete(b->session, bo->id);
    ClientQuery clients = {.strategy = TENON_LOAD_SUBQUERY};
    OrderQuery orders = {.strategy = TENON_LOAD_SUBQUERY, .include.client = &clients};
    ClientList list = client_find_many(b->session, .with_deleted = true,
                                       .order_by = {ASC(CLIENT_ID)}, .include.orders = &orders);
    assert_sound(b->session);
    assert_int_equal(list.count, 2);
    assert_int_equal(list.items[0].orders.count, 1);
    assert_string_equal(list.items[0].orders.items[0].client->name, "Ann");
    assert_int_equal(list.items[1].orders.count, 1);
    assert_null(list.items[1].orders.items[0].client);
    orders.only_deleted = true;
    clients.with_deleted = true; /* cppcheck-suppress unreadVariable */
    list = client_find_many(b->session, .include.orders = &orders);
    assert_int_equal(list.count, 1);
    assert_int_equal(list.items[0].orders.count, 1);
    assert_string_equal(list.items[0].orders.items[0].title, "two");
    assert_string_equal(list.items[0].orders.items[0].client->name, "Ann");
}

static void filters_and_orders_by_relations_do_not_see_them(void **state)
{
    both *b = *state;
    Client *ann = add_client(b, "Ann");
    Order *one = add_order(b, ann, "one");
    add_order(b, ann, "two");
    order_delete(b->session, one->id);
    const OrderWhere is_one = {.title = EQ("one")};
    const OrderWhere is_two = {.title = EQ("two")};
    assert_int_equal(client_count(b->session, .where = {.orders = {.some = &is_one}}), 0);
    assert_int_equal(client_count(b->session, .where = {.orders = {.none = &is_one}}), 1);
    assert_int_equal(client_count(b->session, .where = {.orders = {.every = &is_two}}), 1);
    assert_int_equal(client_count(b->session, .where = {.orders = {.count = EQ(1)}}), 1);
    const OrderQuery gone = {.session = b->session,
                             .only_deleted = true,
                             .where = {.client = {.presence = TENON_PRESENT}}};
    assert_int_equal(order_count_q(&gone), 1);
    client_delete(b->session, ann->id);
    const ClientWhere is_ann = {.name = EQ("Ann")};
    assert_int_equal(order_count(b->session, .where = {.client = {.is = &is_ann}}), 0);
    assert_int_equal(order_count(b->session, .where = {.client = {.is_not = &is_ann}}), 1);
    assert_int_equal(order_count(b->session, .where = {.client = {.presence = TENON_ABSENT}}), 1);
    assert_sound(b->session);
}

/* ---- back, and gone for good ----------------------------------------------------------------- */

static void a_row_comes_back(void **state)
{
    both *b = *state;
    Client *ann = add_client(b, "Ann");
    assert_null(client_restore(b->session, ann->id));
    client_delete(b->session, ann->id);
    Client *back = client_restore(b->session, ann->id);
    assert_sound(b->session);
    assert_false(back->deletedAt.has);
    assert_non_null(client_find(b->session, ann->id));
}

static void many_rows_come_back(void **state)
{
    both *b = *state;
    Client *ann = add_client(b, "Ann");
    for (int i = 0; i < 3; i++)
        add_order(b, ann, i ? "some" : "one");
    order_delete_many(b->session, .where = {.title = EQ("some")});
    assert_int_equal(order_restore_many(b->session, .everything = true), 2);
    assert_int_equal(order_count(b->session), 3);
    assert_int_equal(order_restore_many(b->session), 0);
    assert_failed(b->session, TENON_MISUSE, "restore every row");
}

static void purging_deletes(void **state)
{
    both *b = *state;
    Client *ann = add_client(b, "Ann"), *bo = add_client(b, "Bo");
    client_delete(b->session, ann->id);
    assert_non_null(client_purge(b->session, ann->id));
    assert_non_null(client_purge(b->session, bo->id));
    assert_null(client_purge(b->session, bo->id));
    assert_int_equal(stored(b, "Client"), 0);
    assert_sound(b->session);
}

static void purging_many_takes_only_what_is_marked(void **state)
{
    both *b = *state;
    Client *ann = add_client(b, "Ann");
    add_order(b, ann, "one");
    order_delete(b->session, add_order(b, ann, "two")->id);
    assert_int_equal(order_purge_many(b->session, .everything = true), 1);
    assert_int_equal(stored(b, "Order"), 1);
    assert_sound(b->session);
}

/* ---- upsert ---------------------------------------------------------------------------------- */

static void an_upsert_brings_a_marked_row_back(void **state)
{
    both *b = *state;
    Client *ann = add_client(b, "Ann");
    client_delete(b->session, ann->id);
    Client *back = client_upsert(b->session, .on = CLIENT_BY_NAME, .create = {.name = SET("Ann")},
                                 .update = {.secret = SET("s")});
    assert_sound(b->session);
    assert_int_equal(back->id, ann->id);
    assert_false(back->deletedAt.has);
    assert_string_equal(back->secret, "s");
    client_delete(b->session, ann->id);
    back = client_upsert(b->session, .on = CLIENT_BY_NAME, .create = {.name = SET("Ann")});
    assert_false(back->deletedAt.has);
    back = client_upsert(b->session, .on = CLIENT_BY_NAME, .create = {.name = SET("Ann")},
                         .update = {.deletedAt = SET((tenon_time){1000})});
    assert_sound(b->session);
    assert_true(back->deletedAt.has);
}

static void a_unique_holds_for_marked_rows_too(void **state)
{
    both *b = *state;
    client_delete(b->session, add_client(b, "Ann")->id);
    assert_null(client_create(b->session, .name = SET("Ann")));
    assert_failed(b->session, TENON_UNIQUE, "Client.name");
}

/* ---- hooks ----------------------------------------------------------------------------------- */

static char moments[128];

static void note_moment(tenon_event *event, void *ctx)
{
    strcat(moments, event->moment == TENON_BEFORE_DELETE ? "-" : "+");
    strcat(moments, event->operation);
    assert_int_equal(event->key_count != 0, event->where == NULL);
}

static void hooks_see_a_deletion_and_not_its_update(void **state)
{
    both *b = *state;
    Client *ann = add_client(b, "Ann");
    const tenon_hook hook = {.moments = TENON_BEFORE_DELETE | TENON_BEFORE_UPDATE,
                             .function = note_moment};
    tenon_session_hook_add(b->session, &hook);
    moments[0] = '\0';
    client_delete(b->session, ann->id);
    client_restore(b->session, ann->id);
    client_delete_many(b->session, .everything = true);
    client_restore_many(b->session, .everything = true);
    client_purge(b->session, ann->id);
    assert_sound(b->session);
    assert_string_equal(moments, "-delete+restore-delete_many+restore_many-delete");
}

/* ---- other ways to read ---------------------------------------------------------------------- */

static bool count_row(Client *client, void *ctx)
{
    (void)client;
    ++*(int *)ctx;
    return true;
}

static bool add_orders(Client *client, void *ctx)
{
    *(size_t *)ctx += client->orders.count;
    return true;
}

static void relations_of_a_stream_do_not_see_it(void **state)
{
    both *b = *state;
    Client *ann = add_client(b, "Ann");
    add_order(b, ann, "one");
    order_delete(b->session, add_order(b, ann, "two")->id);
    size_t seen = 0, all = 0;
    client_each(b->session, add_orders, &seen, .include = {.orders = &(OrderQuery){0}});
    client_each(b->session, add_orders, &all,
                .include = {.orders = &(OrderQuery){.with_deleted = true}});
    assert_sound(b->session);
    assert_int_equal(seen, 1);
    assert_int_equal(all, 2);
}

static void aggregates_pages_and_streams_do_not_see_it(void **state)
{
    both *b = *state;
    add_client(b, "Ann");
    client_delete(b->session, add_client(b, "Bob")->id);
    assert_int_equal(client_aggregate(b->session, .count = true).count, 1);
    ClientGroupList groups = client_group(b->session, .by = {CLIENT_NAME}, .count = true);
    assert_int_equal(groups.count, 1);
    assert_string_equal(groups.items[0].key.name, "Ann");
    assert_int_equal(client_facets(b->session, .column = CLIENT_NAME, .limit = 5).count, 1);
    assert_int_equal(client_page(b->session, .size = 5).count, 1);
    assert_int_equal(client_page_of(b->session, .page = 1, .size = 5).total, 1);
    assert_int_equal(client_page(b->session, .size = 5, .with_deleted = true).count, 2);
    ClientOffsetPage deleted =
        client_page_of(b->session, .page = 1, .size = 5, .only_deleted = true);
    assert_true(deleted.total == 1 && strcmp(deleted.items[0].name, "Bob") == 0);
    const char *cursor = client_page(b->session, .size = 1, .with_deleted = true).next;
    client_page(b->session, .size = 1, .after = cursor);
    assert_failed(b->session, TENON_VALIDATION, "another query");
    int seen = 0;
    client_each(b->session, count_row, &seen);
    assert_int_equal(seen, 1);
    assert_sound(b->session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_OFFICE(a_deleted_row_stays_and_is_not_seen),
        ON_OFFICE(relations_of_a_stream_do_not_see_it),
        ON_OFFICE(aggregates_pages_and_streams_do_not_see_it),
        ON_OFFICE(what_is_deleted_cannot_be_changed_or_deleted_again),
        ON_OFFICE(many_rows_are_marked_by_a_filter),
        ON_OFFICE(marked_rows_come_back_with_their_mark),
        ON_OFFICE(writing_many_by_their_keys_minds_the_mark),
        ON_OFFICE(a_marked_row_is_in_the_way_of_a_new_one),
        ON_OFFICE(who_asks_sees_them),
        ON_OFFICE(asking_makes_sense_only_where_rows_are_marked),
        ON_OFFICE(relations_do_not_see_them_either),
        ON_OFFICE(filters_and_orders_by_relations_do_not_see_them),
        ON_OFFICE_OF(postgresql, relations_by_subquery_do_not_see_them_either),
        ON_OFFICE(a_row_comes_back),
        ON_OFFICE(many_rows_come_back),
        ON_OFFICE(purging_deletes),
        ON_OFFICE(purging_many_takes_only_what_is_marked),
        ON_OFFICE(an_upsert_brings_a_marked_row_back),
        ON_OFFICE(a_unique_holds_for_marked_rows_too),
        ON_OFFICE(hooks_see_a_deletion_and_not_its_update),
    };
    return office_run(tests);
}
