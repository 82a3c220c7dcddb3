/* Which database a command works on; for all commands that connect. */
#ifndef TENON_COMMANDS_DATABASE_URL_H
#define TENON_COMMANDS_DATABASE_URL_H

#include "schema/schema.h"

#include <tenon/db.h>

/* What usage texts say about --url. */
#define DATABASE_URL_USAGE                                                                         \
    "  --url URL   postgresql://…, sqlite:PATH or file:PATH; default: the url of the schema's\n" \
    "              datasource, whose env(\"…\") is looked up in the environment, then in .env\n" \
    "              beside the schema or in the working folder\n"

/* The URL into *out; file: paths of the schema become relative to the schema, as the language has
 * it. False when there is none, with *err saying where it was looked for. */
bool database_url(const schema *s, const char *given, tenon__buf *out, tenon_error *err);

/* Without the replicas that it names: commands work on the primary. */
bool database_url_of_primary(tenon__buf *url, tenon_error *err);

/* For commands that only look: opens a database that is there. NULL with *err where connecting
 * would make an empty file. */
tenon_db *database_open(const char *url, tenon_error *err);

#endif
