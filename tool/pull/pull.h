/* The face of tool/pull: a catalogue becomes the text of a schema.
 *
 *     pull_result result;
 *     if (pull_schema(catalogue, old, NULL, &result, &err))
 *         … result.files[0].text … result.notices …
 *     pull_release(&result);
 *
 * A schema already there is edited: what means the same as the database stays letter by letter,
 * with its comments; only lines that say something else are written anew, with the names, the words
 * of tenon, @updatedAt, @ignore and defaults of the client that they had. What the database has and
 * the language has no words for is not in the schema and is told as a notice, each by its name. */
#ifndef TENON_PULL_PULL_H
#define TENON_PULL_PULL_H

#include "catalogue/catalogue.h"

typedef struct pull_file {
    const char *path; /* that of the old schema; NULL: of new models, when the old is a folder, and
                       * of all when there is no old one */
    const char *text; /* as the formatter writes it; letter by letter the old one where nothing has
                       * changed */
    bool is_changed;
} pull_file;

/* `index "by_name" of table "users"`: `it has an expression` */
typedef struct pull_notice {
    const char *kind, *name, *reason;
} pull_notice;

typedef struct pull_result {
    tenon__arena arena;
    pull_file *files;
    size_t file_count;
    pull_notice *notices;
    size_t notice_count, notice_capacity;
    size_t model_count, view_count, enum_count;
} pull_result;

/* All-zero is the default. */
typedef struct pull_options {
    bool is_fresh;       /* of the old schema only the datasource and the generators are kept */
    bool has_namespaces; /* the datasource gets `schemas`, each model its @@schema */
} pull_options;

/* `old` may be NULL, and must be without errors otherwise; it and the catalogue have to stay as
 * long as the result. False with *err: no memory, or a schema of another database than the
 * catalogue's (MISUSE). */
bool pull_schema(const catalogue *c, const schema *old, const pull_options *options,
                 pull_result *out, tenon_error *err);
void pull_release(pull_result *result);

#endif
