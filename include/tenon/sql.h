/* SQL of the program's own, through the session's pool, transaction, hooks and limits: statements
 * of SQL files (statement.h), which a database has checked when they were generated. */
#ifndef TENON_SQL_H
#define TENON_SQL_H

#include <tenon/statement.h>

#endif
