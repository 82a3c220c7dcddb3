#include "control.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Appends one line of the file to the stanza's text; false at the end of the stanza or file. */
static bool append_line(FILE *file, control_stanza *stanza, size_t *length)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t got = getline(&line, &size, file);
    bool is_part = got > 1 || (got == 1 && line[0] != '\n');
    if (is_part) {
        size_t needed = *length + (size_t)got + 1;
        if (needed > stanza->capacity) {
            stanza->capacity = 2 * needed;
            stanza->text = realloc(stanza->text, stanza->capacity);
            if (!stanza->text)
                abort();
        }
        memcpy(stanza->text + *length, line, (size_t)got + 1);
        *length += (size_t)got;
    }
    free(line);
    return is_part;
}

/* Cuts the text into fields, in place. */
static void split_fields(control_stanza *stanza)
{
    char *line = stanza->text;
    while (line && *line) {
        char *end = line;
        do
            end = strchr(end + 1, '\n');
        while (end && (end[1] == ' ' || end[1] == '\t'));
        if (end)
            *end = '\0';
        char *colon = strchr(line, ':');
        if (colon && stanza->count < CONTROL_FIELDS) {
            *colon = '\0';
            stanza->names[stanza->count] = line;
            stanza->values[stanza->count++] = colon + 1 + strspn(colon + 1, " \t");
        }
        line = end ? end + 1 : NULL;
    }
}

bool control_next(FILE *file, control_stanza *stanza)
{
    size_t length = 0;
    stanza->count = 0;
    while (length == 0) {
        while (append_line(file, stanza, &length))
            ;
        if (length == 0 && feof(file))
            return false;
    }
    split_fields(stanza);
    return true;
}

const char *control_get(const control_stanza *stanza, const char *name)
{
    for (size_t i = 0; i < stanza->count; i++)
        if (!strcasecmp(stanza->names[i], name))
            return stanza->values[i];
    return NULL;
}

void control_release(control_stanza *stanza)
{
    free(stanza->text);
    memset(stanza, 0, sizeof *stanza);
}
