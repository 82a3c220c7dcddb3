/* Writing a file so that nobody ever sees half of it; for all commands that write one. */
#ifndef TENON_COMMANDS_FILE_OUTPUT_H
#define TENON_COMMANDS_FILE_OUTPUT_H

#include <stdbool.h>

/* Replaces or makes a file by renaming a temporary one over it, with the same mode. False with
 * errno; the old file then stays. */
bool file_output_replace(const char *path, const char *text);

#endif
