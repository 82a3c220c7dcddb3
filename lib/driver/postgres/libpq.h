/* libpq, loaded when the first PostgreSQL database is opened.
 *
 * Linked with libpq, a program that only uses SQLite would load it at its start all the same, and
 * with it some 20 libraries of TLS, Kerberos and LDAP: 4 to 5 ms before main. So libtenon is not
 * linked with it. Code is written against libpq's own header, but the names of its functions stand
 * for pointers, which tenon__libpq_load fills in once a process. A call costs what it costs through
 * the linker's own table.
 *
 * A function has to be named twice below before it can be used: one that is missing in the first
 * list does not compile, in the second it does not link.
 *
 * Built with -Dlibpq=linked none of this takes place, for a program that is linked statically or
 * wants to see all it needs in one list. */
#ifndef TENON_POSTGRES_LIBPQ_H
#define TENON_POSTGRES_LIBPQ_H

#include "core/core.h"

#include <libpq-fe.h>

/* Before any other function of libpq, as often as one likes, from any thread. False with *err
 * (UNSUPPORTED) when the library is not installed. */
bool tenon__libpq_load(tenon_error *err);

#ifndef TENON_LIBPQ_LINKED

/* clang-format off */
#define TENON__LIBPQ(EACH)                                                                         \
    EACH(PQcancel) EACH(PQclear) EACH(PQcmdStatus) EACH(PQcmdTuples) EACH(PQconnectPoll)           \
    EACH(PQconnectStartParams) EACH(PQconnectionNeedsPassword) EACH(PQconninfoFree)                \
    EACH(PQconninfoParse) EACH(PQconsumeInput) EACH(PQenterPipelineMode) EACH(PQerrorMessage)      \
    EACH(PQexitPipelineMode) EACH(PQfinish) EACH(PQflush) EACH(PQfreeCancel) EACH(PQfreemem)       \
    EACH(PQfname) EACH(PQftype) EACH(PQgetCancel) EACH(PQgetCopyData) EACH(PQgetResult)            \
    EACH(PQgetisnull) EACH(PQgetlength) EACH(PQgetvalue) EACH(PQisBusy) EACH(PQnfields)            \
    EACH(PQntuples) EACH(PQparameterStatus) EACH(PQpipelineSync) EACH(PQputCopyData)               \
    EACH(PQputCopyEnd) EACH(PQresultErrorField) EACH(PQresultErrorMessage) EACH(PQresultStatus)    \
    EACH(PQsendFlushRequest) EACH(PQsendPrepare) EACH(PQsendQuery) EACH(PQsendQueryParams)         \
    EACH(PQsendQueryPrepared) EACH(PQsetErrorVerbosity)                                            \
    EACH(PQsetNoticeProcessor) EACH(PQsetnonblocking) EACH(PQsocket) EACH(PQsslInUse)              \
    EACH(PQgssEncInUse) EACH(PQstatus) EACH(PQtransactionStatus)
/* clang-format on */

/* Members are named like the functions that they point to. Read only after a successful load. */
#define TENON__LIBPQ_MEMBER(name) __typeof__(name) *name;
typedef struct tenon__libpq_functions {
    TENON__LIBPQ(TENON__LIBPQ_MEMBER)
} tenon__libpq_functions;

extern tenon__libpq_functions tenon__libpq;

#define PQcancel tenon__libpq.PQcancel
#define PQclear tenon__libpq.PQclear
#define PQcmdStatus tenon__libpq.PQcmdStatus
#define PQcmdTuples tenon__libpq.PQcmdTuples
#define PQconnectPoll tenon__libpq.PQconnectPoll
#define PQconnectStartParams tenon__libpq.PQconnectStartParams
#define PQconnectionNeedsPassword tenon__libpq.PQconnectionNeedsPassword
#define PQconninfoFree tenon__libpq.PQconninfoFree
#define PQconninfoParse tenon__libpq.PQconninfoParse
#define PQconsumeInput tenon__libpq.PQconsumeInput
#define PQenterPipelineMode tenon__libpq.PQenterPipelineMode
#define PQerrorMessage tenon__libpq.PQerrorMessage
#define PQexitPipelineMode tenon__libpq.PQexitPipelineMode
#define PQfinish tenon__libpq.PQfinish
#define PQflush tenon__libpq.PQflush
#define PQfreeCancel tenon__libpq.PQfreeCancel
#define PQfreemem tenon__libpq.PQfreemem
#define PQfname tenon__libpq.PQfname
#define PQftype tenon__libpq.PQftype
#define PQgetCancel tenon__libpq.PQgetCancel
#define PQgetCopyData tenon__libpq.PQgetCopyData
#define PQgetResult tenon__libpq.PQgetResult
#define PQgetisnull tenon__libpq.PQgetisnull
#define PQgetlength tenon__libpq.PQgetlength
#define PQgetvalue tenon__libpq.PQgetvalue
#define PQgssEncInUse tenon__libpq.PQgssEncInUse
#define PQisBusy tenon__libpq.PQisBusy
#define PQnfields tenon__libpq.PQnfields
#define PQntuples tenon__libpq.PQntuples
#define PQparameterStatus tenon__libpq.PQparameterStatus
#define PQpipelineSync tenon__libpq.PQpipelineSync
#define PQputCopyData tenon__libpq.PQputCopyData
#define PQputCopyEnd tenon__libpq.PQputCopyEnd
#define PQresultErrorField tenon__libpq.PQresultErrorField
#define PQresultErrorMessage tenon__libpq.PQresultErrorMessage
#define PQresultStatus tenon__libpq.PQresultStatus
#define PQsendFlushRequest tenon__libpq.PQsendFlushRequest
#define PQsendPrepare tenon__libpq.PQsendPrepare
#define PQsendQuery tenon__libpq.PQsendQuery
#define PQsendQueryParams tenon__libpq.PQsendQueryParams
#define PQsendQueryPrepared tenon__libpq.PQsendQueryPrepared
#define PQsetErrorVerbosity tenon__libpq.PQsetErrorVerbosity
#define PQsetNoticeProcessor tenon__libpq.PQsetNoticeProcessor
#define PQsetnonblocking tenon__libpq.PQsetnonblocking
#define PQsocket tenon__libpq.PQsocket
#define PQsslInUse tenon__libpq.PQsslInUse
#define PQstatus tenon__libpq.PQstatus
#define PQtransactionStatus tenon__libpq.PQtransactionStatus

#endif
#endif
