/* What the generator block of `tenon` in a schema says, with what the command line says in its
 * place. */
#ifndef TENON_COMMANDS_GENERATOR_BLOCK_H
#define TENON_COMMANDS_GENERATOR_BLOCK_H

#include "generate/generate.h"

typedef struct generator_choice {
    const char *output, *name, *prefix; /* NULL: not given */
    bool is_split;
} generator_choice;

/* Fills *options and *folder (where the files go, "." for the working folder). `given` comes from
 * the command line; `path` is the schema's, a file or a folder. False with *err: an unknown
 * property, one of the wrong kind, a second block, a name that no file or identifier can have. */
bool generator_block_read(const schema *s, const char *path, const generator_choice *given,
                          generate_options *options, tenon__buf *folder, tenon_error *err);

/* Where the queries are: what the property `queries` says, relative to the schema, or the folder
 * "queries" beside it, if there is one; else *out stays empty. */
bool generator_block_queries(const schema *s, const char *path, tenon__buf *out, tenon_error *err);

#endif
