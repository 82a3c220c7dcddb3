/* Calls of every_call.c that few programs make: hooks, rows that are made up, marked as
 * deleted or created where there is none. */
#ifndef RARE_CALLS_H
#define RARE_CALLS_H

#include <tenon/tenon.h>

#define ANN "ann@example.com"
enum { ANN_ID = 100000 }; /* beyond what the database counts up to here */

extern const char *url; /* of the database of the present test */

bool rare_marked_rows(tenon_session *s);
bool rare_loader(tenon_session *s);
bool rare_get_or_create(tenon_session *s);
bool rare_create_or_ignore(tenon_session *s);
bool rare_many_returning(tenon_session *s);
bool rare_hooks(tenon_session *s);
bool rare_fake(tenon_session *s);
bool rare_fake_create(tenon_session *s);
bool rare_migrate(tenon_session *s);
bool rare_migrate_back(tenon_session *s);
bool rare_log_of_changes(tenon_session *s);
bool rare_need_nothing(tenon_session *s);
bool rare_hook_of_database(tenon_db *db, tenon_error *err);

/* pool_calls.c */
bool rare_pool(tenon_session *s);
bool rare_replicas(tenon_session *s);

/* sql_calls.c */
bool sql_statement(tenon_session *s);
bool sql_batch(tenon_session *s);
bool sql_copy(tenon_session *s);
bool sql_dynamic(tenon_session *s);
bool sql_cells(tenon_session *s);
bool sql_explain(tenon_session *s);

/* array_calls.c */
bool array_calls(tenon_session *s);

/* column_calls.c */
bool column_calls(tenon_session *s);

/* async_calls.c */
bool async_calls(tenon_session *s);
bool batch_calls(tenon_session *s);

/* trace_calls.c */
bool trace_calls(tenon_session *s);

#endif
