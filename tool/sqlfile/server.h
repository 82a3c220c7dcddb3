/* Private to tool/sqlfile: a database that prepares statements and says what they are.
 *
 * Nothing is run in it but what makes its tables. What it says is turned into the fields of
 * descriptors as far as the type alone decides; a kind of 0 means that it does not know: SQLite
 * has no types of parameters, and none of expressions. */
#ifndef TENON_SQLFILE_SERVER_H
#define TENON_SQLFILE_SERVER_H

#include "describe/describe.h"

#include <tenon/session.h>

typedef struct sql_described {
    const char *name;  /* of a column */
    const char *type;  /* as the database spells it; NULL: it has none */
    tenon_field field; /* kind, pg_type, flags (LIST), enumeration, other_type */
    bool needs_cast;   /* a column that can be read as text only */
    /* Of a composite: what it consists of. It needs a cast when one of them does. */
    struct sql_described *members;
    size_t member_count;
} sql_described;

typedef struct sql_description {
    sql_described *parameters, *columns;
    size_t parameter_count, column_count;
    bool is_writing; /* SQLite: it needs the connection that writes */
} sql_description;

/* What it says against a statement. */
typedef struct sql_complaint {
    char message[512];
    char hint[512];
    bool has_place;
    size_t at; /* byte of the text */
} sql_complaint;

typedef struct sql_server sql_server;

typedef struct sql_server_kind {
    /* NULL with *err. `described` has the enums of the schema, and may be NULL. */
    sql_server *(*open)(const char *url, const describe_set *described, tenon_error *err);
    void (*close)(sql_server *server);
    /* False with *complaint. What is described lives in the arena. */
    bool (*describe)(sql_server *server, const char *sql, tenon__arena *arena, sql_description *out,
                     sql_complaint *complaint);
    /* The types of the arguments of the one call of SQL_SHAPE in a statement, where a value made of
     * them stands in one that is right. False: they are not so many, or it is not known. NULL: it
     * has no types of expressions. */
    bool (*describe_arguments)(sql_server *server, const char *sql, tenon__arena *arena,
                               sql_described *out, size_t count);
    /* Whether one of these functions (an array of names) may change something, as far as they say
     * themselves. NULL: none does. */
    bool (*is_volatile)(sql_server *server, const char *functions);
} sql_server_kind;

/* A function that no database has. */
#define SQL_SHAPE "tenon_shape"

extern const sql_server_kind sql_postgresql_server, sql_sqlite_server;

/* types.c: the kind of a type that a word of the schema language, or SQLite's declaration, names;
 * kind 0 for none. */
tenon_field sql_type_of_word(const char *word);
tenon_field sql_type_of_declaration(const char *declared);
/* What PostgreSQL calls the type that goes with a kind; of a packed array, that of its elements. */
const char *sql_word_of_type(const tenon_field *field);

#endif
