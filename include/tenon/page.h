/* Pages: what generated `_page` and `_page_of` are made of.
 *
 * Pages by cursor (`user_page(s, .size = 20, .after = cursor)`) are read from where the last one
 * ended, by the values of its last row: page 10,000 costs what page 1 does, and rows that come or
 * go meanwhile neither repeat nor hide others. A cursor is a short text of letters, digits, - and _
 * that fits in a URL. It is signed, so that nobody can make or change one, but not encrypted: it
 * holds the values of the order's columns. It belongs to its query: to the model, its table, the
 * where with its values and the order, not to the size of the page nor to the columns chosen.
 *
 * Pages by number (`user_page_of(s, .page = 3, .size = 20)`) know how many there are.
 *
 * For both the key is added to the order, so that it is always the same: the primary key, or else a
 * unique whose columns are never NULL. A model with neither has no pages: MISUSE. */
#ifndef TENON_PAGE_H
#define TENON_PAGE_H

#include <tenon/model.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tenon_page {
    void *items; /* count × model->row_size bytes */
    size_t count;
    bool has_next, has_previous;
    const char *next, *previous; /* cursors, of the session's arena; NULL when there is no such page
                                  */
} tenon_page;

typedef struct tenon_page_request {
    int64_t size;       /* most rows of the page, at least 1 */
    const char *after;  /* a cursor: the page behind it; */
    const char *before; /* or the page before it; not both */
} tenon_page_request;

typedef struct tenon_offset_page {
    void *items;
    size_t count;
    int64_t page, pages, total; /* this one, counted from 1; how many; rows on all of them */
    bool has_next, has_previous;
} tenon_offset_page;

/* `query` points at what begins as the model's …Query, of which limit, offset, distinct and lock
 * are MISUSE. The columns of the order are always loaded, chosen or not, because cursors are made
 * from them; of relations only their values go into the cursor. A @tenon.sensitive column cannot be
 * among them.
 *
 * A cursor that was changed, cut or signed with another key, and one of another query, is
 * VALIDATION. has_previous of a page behind a cursor is not looked up: the row that the cursor
 * stands for came before it. One statement. */
TENON_API tenon_page tenon_find_page(const tenon_model *model, const void *query,
                                     const tenon_page_request *request);

/* Items and total are of one moment, whatever others write:
 * they come from one statement; a page behind the last one is empty, and takes a second one to
 * count. */
TENON_API tenon_offset_page tenon_find_page_of(const tenon_model *model, const void *query,
                                               int64_t page, int64_t size);

#ifdef __cplusplus
}
#endif
#endif
