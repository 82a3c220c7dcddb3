/* Private to tool/migrate: what both readers of online migrations need. */
#ifndef TENON_MIGRATE_ONLINE_H
#define TENON_MIGRATE_ONLINE_H

#include "migrate/migrate.h"
#include "pgparse/pgparse.h"

/* What stands behind the name of the statement's table. NULL for want of memory. */
const char *migrate_commands_of(const pgparse_tree *tree, const pgparse_statement *statement,
                                tenon__arena *arena);
/* "pg_catalog"."int8", for to_regtype; "" when the type has a length or a scale. */
const char *migrate_name_type(tenon__arena *arena, const PgQuery__TypeName *type);
/* One more, without anything, where there is room. NULL for want of memory. */
migrate_online_table *migrate_add_online(migrate_online *out, const PgQuery__RangeVar *table,
                                         tenon__arena *arena);
/* Reads a file that makes one enum anew. True when it is none, too; false for want of memory. */
bool migrate_read_online_enum(const pgparse_tree *tree, tenon__arena *arena, migrate_online *out);

#endif
