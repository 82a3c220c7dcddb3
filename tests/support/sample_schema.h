/* The tables of the sample models, for both databases. */
#ifndef SAMPLE_SCHEMA_H
#define SAMPLE_SCHEMA_H

extern const char sample_schema_postgresql[];
extern const char sample_schema_sqlite[];

#endif
