/* Names made from names: `blogPosts` for the many of `BlogPost`; private to tool/schema. */
#ifndef TENON_SCHEMA_INFLECT_H
#define TENON_SCHEMA_INFLECT_H

#include "core/core.h"

/* "BlogPost", "blog_post" and "BLOG_POST" become "blogPost". In the arena; NULL without memory. */
const char *inflect_camel_case(tenon__arena *arena, const char *name);
/* The English plural of a word in camel case. In the arena; NULL without memory. */
const char *inflect_plural(tenon__arena *arena, const char *word);

#endif
