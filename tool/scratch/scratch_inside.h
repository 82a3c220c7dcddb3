/* Private to tool/scratch. */
#ifndef TENON_SCRATCH_INSIDE_H
#define TENON_SCRATCH_INSIDE_H

#include "scratch/scratch.h"

#include <sys/types.h>

enum { SCRATCH_FOLDER_SIZE = 64, SCRATCH_TEXT_SIZE = 512, SCRATCH_NAME_SIZE = 32 };

/* ---- guardian.c ---- */

/* What the second process does, before it says that all is well and after the first is gone. `text`
 * says what is wrong, when `prepare` returns false. */
typedef struct scratch_duty {
    bool (*prepare)(void *context, char text[SCRATCH_TEXT_SIZE]);
    void (*clean)(void *context);
    void *context;
} scratch_duty;

typedef struct scratch_guardian {
    pid_t process; /* 0: none */
    int pipe;      /* to it; closing it is what it waits for */
} scratch_guardian;

bool scratch_guardian_start(scratch_guardian *g, const scratch_duty *duty, tenon_error *err);
/* Returns when everything has been removed. */
void scratch_guardian_stop(scratch_guardian *g);

/* ---- cluster.c ---- */

typedef struct scratch_cluster {
    char folder[SCRATCH_FOLDER_SIZE];
    char programs[256]; /* the folder of initdb and pg_ctl */
    uid_t user;         /* who runs it, when we are root; else 0 */
    gid_t group;
} scratch_cluster;

/* Finds the programs and whom to run them as. */
bool scratch_cluster_find(scratch_cluster *c, unsigned version, tenon_error *err);
/* Duties of the guardian. */
bool scratch_cluster_start(void *cluster, char text[SCRATCH_TEXT_SIZE]);
void scratch_cluster_remove(void *cluster);

/* A new folder of ours alone. */
bool scratch_folder_make(char folder[SCRATCH_FOLDER_SIZE], tenon_error *err);
void scratch_folder_remove(void *folder);

#endif
