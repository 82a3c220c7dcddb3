/* Private to tool/sqlfile: the databases that queries are checked on. */
#ifndef TENON_SQLFILE_DATABASE_H
#define TENON_SQLFILE_DATABASE_H

#include "catalogue/catalogue.h"
#include "scratch/scratch.h"
#include "sqlfile/planner.h"
#include "sqlfile/server.h"
#include "sqlfile/sqlfile.h"

typedef struct sql_database {
    tenon_dialect dialect;
    scratch *scratch; /* NULL: it is not thrown away */
    tenon_db *db;
    tenon_session *session;
    catalogue *catalogue;
    const sql_server_kind *kind;
    sql_server *server;
    const sql_planner_kind *planner_kind;
    sql_planner *planner; /* NULL: nobody lints, or it is not thrown away */
} sql_database;

/* The database that the options name, or a new one with the tables of the schema. False with
 * *err. */
bool sql_database_open(sql_database *d, tenon_dialect dialect, const schema *s,
                       const describe_set *described, const sqlfile_options *options,
                       tenon_error *err);
void sql_database_close(sql_database *d);

#endif
