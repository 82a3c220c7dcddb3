/* Lines `key = "text"` and `key = ["text", …]`, whose texts hold no quote: names of folders and
 * checksums. Whoever writes more into these files is not disturbed by it. */
#include "migrate/toml.h"

/* Behind `key =` at the beginning of a line, or NULL. */
static const char *find_value(const char *toml, const char *key)
{
    size_t length = strlen(key);
    for (const char *line = toml; line; line = strchr(line, '\n')) {
        line += line != toml || *line == '\n';
        line += strspn(line, " \t");
        const char *behind = line + length;
        if (strncmp(line, key, length) != 0)
            continue;
        behind += strspn(behind, " \t");
        if (*behind == '=')
            return behind + 1 + strspn(behind + 1, " \t");
    }
    return NULL;
}

/* A text in quotes; *end is behind it. */
static const char *read_text(const char *at, tenon__arena *arena, const char **end)
{
    const char *close = *at == '"' ? strchr(at + 1, '"') : NULL;
    if (!close)
        return NULL;
    *end = close + 1;
    return tenon__arena_copy(arena, at + 1, (size_t)(close - at) - 1);
}

const char *migrate_toml_text(const char *toml, const char *key, tenon__arena *arena)
{
    const char *value = find_value(toml, key), *end;
    return value ? read_text(value, arena, &end) : NULL;
}

static size_t count_commas(const char *text)
{
    size_t count = 0;
    for (; *text && *text != ']'; text++)
        count += *text == ',';
    return count;
}

const char *const *migrate_toml_texts(const char *toml, const char *key, tenon__arena *arena)
{
    const char *at = find_value(toml, key);
    if (!at || *at != '[')
        return NULL;
    const char **texts = tenon__arena_array(arena, count_commas(at) + 2, sizeof *texts);
    if (!texts)
        return NULL;
    size_t count = 0;
    for (at++;;) {
        at += strspn(at, ", \t\r\n");
        const char *text = read_text(at, arena, &at);
        if (!text)
            return texts;
        texts[count++] = text;
    }
}
