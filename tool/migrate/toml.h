/* The little of TOML that stands beside migrations: private to tool/migrate. */
#ifndef TENON_TOOL_MIGRATE_TOML_H
#define TENON_TOOL_MIGRATE_TOML_H

#include "core/core.h"

/* The text of the line `key = "text"`, or NULL. */
const char *migrate_toml_text(const char *toml, const char *key, tenon__arena *arena);
/* The texts of the line `key = ["a", "b"]`, ended by NULL; NULL when there is no such line. */
const char *const *migrate_toml_texts(const char *toml, const char *key, tenon__arena *arena);

#endif
