/* tenon: the data layer for C. Includes everything. */
#ifndef TENON_H
#define TENON_H

#include <tenon/aggregate.h>
#include <tenon/audit.h>
#include <tenon/codec.h>
#include <tenon/columns.h>
#include <tenon/db.h>
#include <tenon/error.h>
#include <tenon/explain.h>
#include <tenon/hooks.h>
#include <tenon/loader.h>
#include <tenon/migrate.h>
#include <tenon/model.h>
#include <tenon/nested.h>
#include <tenon/page.h>
#include <tenon/pool.h>
#include <tenon/query.h>
#include <tenon/replica.h>
#include <tenon/session.h>
#include <tenon/sql.h>
#include <tenon/stream.h>
#include <tenon/trace.h>
#include <tenon/types.h>
#include <tenon/unit.h>

#endif
