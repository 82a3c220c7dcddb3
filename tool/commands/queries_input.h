/* Which query files a command works on, and having them checked; for all commands that do. */
#ifndef TENON_COMMANDS_QUERIES_INPUT_H
#define TENON_COMMANDS_QUERIES_INPUT_H

#include "sqlfile/sqlfile.h"

/* What usage texts say about the options below. */
#define QUERIES_INPUT_USAGE                                                                        \
    "  --queries PATH  files of SQL, or a folder with them; default: `queries` of the\n"           \
    "                  generator block, else the folder queries beside the schema\n"               \
    "  --server URL    a PostgreSQL server on which a database may be made and thrown away\n"      \
    "                  to ask about the queries; default: a server is started for it\n"

typedef struct queries_choice {
    const char *queries, *server; /* NULL: not given */
    const char *url;              /* of a database that is asked as it is; NULL: a throwaway one */
    bool asks;         /* the databases, also about what has been kept of their answers */
    bool is_read_only; /* nothing is kept */
} queries_choice;

/* Reads and checks. *out is NULL where there are no queries. False with *err when they could not be
 * read or no database could be asked; what is wrong with them are diagnostics of the set. */
bool queries_input_read(const schema *s, const char *schema_path, const queries_choice *given,
                        sqlfile_set **out, tenon_error *err);

/* A hash of the texts of the queries, of 0 when there are none or they cannot be read. */
uint64_t queries_input_hash(const schema *s, const char *schema_path, const queries_choice *given);

#endif
