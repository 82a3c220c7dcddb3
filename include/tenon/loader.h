/* Loaders: rows that are wanted one by one come in one statement.
 *
 * Code that handles one thing after another often needs a row for each: the author of every
 * article. A loop of finds asks the database once a row. A loader is told first which rows will be
 * needed, and asks once for all of them when the first is taken:
 *
 *     tenon_loader *authors = author_find_loader(s);
 *     for (size_t i = 0; i < articles.count; i++)
 *         author_find_want(authors, articles.items[i].authorId);
 *     for (size_t i = 0; i < articles.count; i++)
 *         print(&articles.items[i], author_find_get(authors, articles.items[i].authorId));
 *     tenon_loader_close(authors);
 *
 * Keys are told apart by their bytes. Of two spellings of one key, in a column whose collation
 * ignores case, the one that is not the row's may come back as none.
 *
 * Where a relation leads to the rows, `.include` says the same shorter. The rows live in the
 * session's arena; a loader gives the same row for the same key, as it was when it was loaded.
 * Errors go to the session. One thread at a time, as for the session. */
#ifndef TENON_LOADER_H
#define TENON_LOADER_H

#include <tenon/model.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tenon_loader tenon_loader;

/* For rows by a unique (index into model->uniques). NULL when the session has failed or fails here:
 * MISUSE for a unique of a part of the table. To be closed before the session. */
TENON_API tenon_loader *tenon_loader_open(tenon_session *s, const tenon_model *model,
                                          uint32_t unique);
/* Notes a key for the next statement; `key` as in tenon_find_by, copied. MISUSE when model and
 * unique are not the loader's. NULL is accepted as a loader here and below. */
TENON_API void tenon_loader_want(tenon_loader *loader, const tenon_model *model, uint32_t unique,
                                 const void *const *key);
/* The row with this key, or NULL when there is none. When it has not been loaded yet, it is now,
 * and all that are wanted with it: in one statement, 500 keys each where they have several
 * columns. */
TENON_API void *tenon_loader_get(tenon_loader *loader, const tenon_model *model, uint32_t unique,
                                 const void *const *key);
/* Forgets what was wanted and loaded: after a write, or when the session's arena was rewound. */
TENON_API void tenon_loader_forget(tenon_loader *loader);
/* The rows stay. NULL is accepted. */
TENON_API void tenon_loader_close(tenon_loader *loader);

#ifdef __cplusplus
}
#endif
#endif
