/* Debian control files (deb822): stanzas of "Field: value" lines, separated by empty lines. */
#ifndef CONTROL_H
#define CONTROL_H

#include <stdbool.h>
#include <stdio.h>

enum { CONTROL_FIELDS = 64 };

typedef struct control_stanza {
    char *text; /* the whole stanza; names and values point into it */
    size_t capacity;
    const char *names[CONTROL_FIELDS];
    const char *values[CONTROL_FIELDS]; /* continuation lines are joined by \n */
    size_t count;
} control_stanza;

/* Reads the next stanza; false at the end of the file. */
bool control_next(FILE *file, control_stanza *stanza);
/* The value of a field, or NULL. */
const char *control_get(const control_stanza *stanza, const char *name);
void control_release(control_stanza *stanza);

#endif
