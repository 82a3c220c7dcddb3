/* Migrations with columns that become packed (@tenon.compress), or no longer are (tool/convert). */
#ifndef TENON_COMMANDS_MIGRATE_CONVERT_H
#define TENON_COMMANDS_MIGRATE_CONVERT_H

#include "commands/migrate_input.h"

bool migrate_convert_is_asked(const char *sql);
/* Converts what this file asks for, and runs it: the next one of the list, as the options say.
 * False with in->error. */
bool migrate_convert_and_run(migrate_input *in, const char *sql, const tenon_migrations *list,
                             const tenon_migrate_options *options);
/* tenon_migrate_undo, with the conversions of each down.sql before it. */
bool migrate_convert_undo(migrate_input *in, size_t count, const tenon_migrate_options *options);

#endif
