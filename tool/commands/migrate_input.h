/* What the commands of `tenon migrate` have in common: their arguments, the folder, the database,
 * and what they tell while migrations run. */
#ifndef TENON_COMMANDS_MIGRATE_INPUT_H
#define TENON_COMMANDS_MIGRATE_INPUT_H

#include "commands/commands.h"
#include "migrate/migrate.h"
#include "schema/schema.h"

#define MIGRATE_INPUT_USAGE                                                                        \
    "PATH is the schema, as for the other commands. It is needed for what is not given:\n"         \
    "  --url URL            the database; default: the url of the schema's datasource\n"           \
    "  --migrations FOLDER  default: the folder migrations beside the schema\n"

/* An option of one command: with a value, or without. */
typedef struct migrate_option {
    const char *name; /* "--count" */
    const char **value;
    bool *is_given;
    size_t *count; /* of values, for one that may be repeated: up to MIGRATE_VALUES_MOST */
} migrate_option;
enum { MIGRATE_VALUES_MOST = 64 };

typedef struct migrate_input {
    schema *schema; /* NULL when everything was given without it */
    tenon__buf url, folder_path;
    migrate_folder folder;
    tenon_db *db; /* NULL: not opened */
    tenon_error error;
    bool is_verbose;
    bool run_contracts; /* also migrations that wait until the version before is gone */
    size_t held_back;   /* of them, by migrate_input_pending */
} migrate_input;

/* Reads arguments, schema and folder. COMMAND_DONE, or what to end with; what is wrong was told
 * then. `options` end with a name of NULL. */
int migrate_input_read(const command *about, int argc, char **argv, const migrate_option *options,
                       migrate_input *in);
/* Where the migrations of a schema are, whether there are any or not. */
void migrate_input_find_folder(const schema *s, tenon__buf *out);
/* Connects, and compares the kinds of database. */
bool migrate_input_open(migrate_input *in);
/* The same for commands that only look, or undo: makes no file of SQLite. */
bool migrate_input_open_existing(migrate_input *in);
void migrate_input_release(migrate_input *in);

/* Tells the error of the input; COMMAND_FAILED. */
int migrate_input_fail(const migrate_input *in);
/* For lib/migrate: one line for each migration; waits and warnings on stderr. */
tenon_migrate_options migrate_input_options(migrate_input *in);
/* Says what is wrong with the order and the parents of the folder; how many things. */
size_t migrate_input_warn(const migrate_input *in);
/* How many are to run; look at in->error. */
size_t migrate_input_pending(migrate_input *in);
/* Copies an SQLite database before it is changed, and says where to. */
bool migrate_input_back_up(migrate_input *in, const char *keep);
/* PostgreSQL: has what is lost copied first: by all that are pending, or, down, by the last
 * `count`. `days` is the option's text, or NULL. */
#define MIGRATE_INPUT_KEEP_USAGE                                                                   \
    "  --keep-lost DAYS     PostgreSQL: copies of what is lost are kept so long; default 30, 0\n"  \
    "                       makes none; see `tenon migrate kept`\n"
bool migrate_input_keep_lost(migrate_input *in, const char *days, bool is_down, size_t count);
void migrate_input_show_kept(const migrate_kept *kept);

/* Asks on a terminal. Without one false, and the option that says it is told. */
bool migrate_input_confirm(const char *question, const char *option);

#endif
