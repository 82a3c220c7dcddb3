/* Private to tool/catalogue: what the questions to PostgreSQL share. */
#ifndef TENON_CATALOGUE_POSTGRESQL_H
#define TENON_CATALOGUE_POSTGRESQL_H

/* What an extension has made is the extension's. `class` and `object`: of pg_depend. */
#define NOT_OF_EXTENSION(class, object)                                                            \
    " AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = '" class "'::regclass"             \
                                                                         " AND e.objid = " object  \
                                                                         " AND e.deptype = 'e')"

#endif
