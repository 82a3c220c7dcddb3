/* Rewrites of tables as `migrate rewrite` and `migrate deploy` run them. */
#ifndef TENON_COMMANDS_MIGRATE_ONLINE_H
#define TENON_COMMANDS_MIGRATE_ONLINE_H

#include "commands/migrate_input.h"
#include "rewrite/rewrite.h"

/* rewrite_run_together (or rewrite_cancel, of one), which Ctrl-C stops; progress is told unless
 * `is_quiet`. */
bool migrate_online_rewrite(tenon_db *db, rewrite_options *options, size_t count, bool is_quiet,
                            bool is_cancel, rewrite_result *results, tenon_error *err);
/* "rewrote events: …", a line. */
void migrate_online_show(const rewrite_options *options, const rewrite_result *result);

/* tenon_migrate; but migrations that say `tenon:rewrite` (with `is_safe`, all that are one), of
 * tables of at least so many bytes, are preceded by a rewrite. False with in->error. */
bool migrate_online_deploy(migrate_input *in, const tenon_migrate_options *options, bool is_safe,
                           int64_t from_bytes);

#endif
