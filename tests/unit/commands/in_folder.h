/* Commands as a user meets them, in a folder of their own that is removed after the test. */
#ifndef IN_FOLDER_H
#define IN_FOLDER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What the last line said, on both streams. */
extern char output[65536];

/* Runs a shell line in the folder, with $tenon for the command; returns its status. */
int run(const char *line);
const char *path_of(const char *name);
void write_file(const char *name, const char *text);
void check_file(const char *name, const char *expected);
/* The output has this text in it. */
void check_said(const char *text);

int make_folder(void **state);
int remove_folder(void **state);

#define TEST_IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

#endif
