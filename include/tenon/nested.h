/* What is written together with a row: the rows at the end of its relations.
 *
 *     Author *ann = author_create(s, .name = SET("Ann"),
 *         .articles = &(ArticleListWrite){
 *             .create = ARTICLE_SETS({ .title = SET("One") }, { .title = SET("Two") }),
 *             .connect = ARTICLE_WHERES({ .id = EQ(7) }),
 *         });
 *
 * A …Set has a pointer for each relation; NULL, as it is by itself, costs nothing. What it points
 * at has these forms, with the target's own types: a generated …Write for one row, a …ListWrite for
 * many. Sets inside may have relations again, to a depth of 32. All of it is one transaction, or a
 * savepoint of the session's: it happens as a whole or not at all. The row comes back without its
 * relations, as from every write: `include` loads them.
 *
 * The order: rows whose key the row holds are written first, then the row, then what points at it.
 * Within one relation the members act in the order in which they stand here.
 *
 * A `where` that names one row sets EQ on all fields of a unique; it may say more, which must hold
 * too. Anything else is MISUSE. When there is no such row, or when it is not at the end of this
 * relation, the call fails with FOREIGN_KEY and the message names it; only `disconnect` of a row
 * that is not connected is nothing to do. Keys of the relation are filled in here: a Set that gives
 * them itself at the same time is MISUSE. A row that must have its key (a required relation) cannot
 * be disconnected, replaced or left without: MISUSE.
 *
 * For a new row only create, connect and connect_or_create have a meaning; the others are
 * MISUSE. */
#ifndef TENON_NESTED_H
#define TENON_NESTED_H

#include <tenon/model.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A row and how it is to be: `…NestedUpdate` { where, set }, `…ConnectOrCreate` { where, create },
 * `…NestedUpsert` { where, create, update }, at the offsets of the target's descriptor. */

typedef struct tenon_write {
    const void *create;            /* …Set */
    const void *connect;           /* …Where that names it */
    const void *connect_or_create; /* …ConnectOrCreate */
    const void *update;            /* …Set, for the row that is there */
    /* …NestedUpsert: updates the row that is there, if the where (which need not name it) holds;
     * otherwise creates one */
    const void *upsert;
    const void *only_if; /* …Where: a condition of update, disconnect and delete_ */
    bool disconnect;     /* the row stays, without the relation */
    bool delete_;
} tenon_write;

/* items NULL = not set. */
typedef struct tenon_write_items {
    const void *items;
    size_t count;
} tenon_write_items;

typedef struct tenon_list_write {
    tenon_write_items set;         /* …Where: exactly these are connected from now on */
    tenon_write_items disconnect;  /* …Where, each naming a row, which stays */
    tenon_write_items delete_;     /* …Where, each naming a row */
    tenon_write_items delete_many; /* …Where: all connected rows for which one of them holds */
    tenon_write_items update;      /* …NestedUpdate, each naming a row */
    tenon_write_items update_many; /* …NestedUpdate: all connected rows for which it holds */
    tenon_write_items upsert;      /* …NestedUpsert */
    tenon_write_items connect;     /* …Where, each naming a row */
    tenon_write_items connect_or_create; /* …ConnectOrCreate */
    tenon_write_items create;            /* …Set */
    bool clear;                          /* none stays connected, as `set` to nothing */
    bool skip_duplicates;                /* of create, as in create_many */
} tenon_list_write;

#ifdef __cplusplus
}
#endif
#endif
