/* Loads the packages of a control file into the database. */
#ifndef LOAD_H
#define LOAD_H

#include <tenon/tenon.h>

#include <stdio.h>

/* Every package that is installed (or listed) in the file, a batch a transaction. What is reported
 * on stderr as saved is committed. Loading a file again changes nothing. False with the session's
 * error. */
bool load_packages(tenon_session *s, FILE *file);

#endif
