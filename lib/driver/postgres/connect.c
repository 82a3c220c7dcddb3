/* Opening and closing a connection, and the table of this driver.
 *
 * libpq gets the URL as it is, with what target.c puts beneath it and above. Text is UTF-8 on both
 * sides; a database in SQL_ASCII promises no encoding at all and is refused. Where a role or
 * database has settings that make a backslash an escape, that is switched off at once. */
#include "driver/postgres/pg.h"

#include <stdlib.h>

enum { PARAMETER_LIMIT = 65535, FIRST_VALUES = 16 };

static void ignore_notice(void *unused, const char *message)
{
    (void)unused;
    (void)message;
}

/* libpq quotes the URL in its message; it may hold a password. */
static bool fail_url(tenon_error *err, const char *message)
{
    const char *url = message ? strstr(message, "://") : NULL;
    const char *quote = url ? memchr(message, '"', (size_t)(url - message)) : NULL;
    size_t length = quote ? (size_t)(quote - message) : message ? strlen(message) : 0;
    while (length && strchr("\n :", message[length - 1]))
        length--;
    return tenon__fail(err, TENON_MISUSE, "the database URL is not valid: %.*s", (int)length,
                       message ? message : "");
}

/* What the URL says; NULL with the error. */
static PQconninfoOption *parse_url(const char *url, tenon_error *err)
{
    char *message = NULL;
    PQconninfoOption *options = PQconninfoParse(url, &message);
    if (!options)
        fail_url(err, message);
    PQfreemem(message);
    return options;
}

static void close_connection(tenon__connection *c)
{
    if (!c)
        return;
    PQclear(c->result);
    tenon__pg_drop_request(c);
    tenon__pg_end_pieces(c);
    PQfinish(c->pg);
    tenon__pg_free_statements(c);
    free(c->copy);
    free(c->pieces.items);
    tenon__buf_release(&c->out);
    tenon__buf_release(&c->wire.out);
    tenon__buf_release(&c->wire.in);
    free(c->values);
    free(c->lengths);
    free(c);
}

static PGconn *start(tenon__connection *c, const tenon__connect_options *options,
                     PQconninfoOption *of_url, tenon_error *err)
{
    tenon__pg_target target;
    PGconn *pg = NULL;
    if (tenon__pg_target_init(&target, options, of_url, err))
        pg = PQconnectStartParams(target.names, target.values, 1);
    c->requires_tls = target.requires_tls;
    c->refuses_clear_text = !target.is_here && !options->allows_clear_text;
    tenon__pg_target_release(&target);
    if (!pg)
        tenon__fail_no_memory(err);
    return pg;
}

static bool begin(tenon__connection *c, const tenon__connect_options *options,
                  PQconninfoOption *of_url, tenon_error *err)
{
    c->pg = start(c, options, of_url, err);
    if (!c->pg || !tenon__pg_reserve_values(c, FIRST_VALUES, err))
        return false;
    if (PQstatus(c->pg) == CONNECTION_BAD)
        return tenon__pg_fail_connect(err, c->pg);
    PQsetErrorVerbosity(c->pg, PQERRORS_VERBOSE);
    PQsetNoticeProcessor(c->pg, ignore_notice, NULL);
    return true;
}

static tenon__connection *connect_start(const tenon__connect_options *options,
                                        tenon__progress *progress, tenon_error *err)
{
    PQconninfoOption *of_url = tenon__libpq_load(err) ? parse_url(options->url, err) : NULL;
    if (!of_url)
        return NULL;
    tenon__connection *c = calloc(1, sizeof *c);
    if (!c) {
        PQconninfoFree(of_url);
        tenon__fail_no_memory(err);
        return NULL;
    }
    c->state = TENON__CONNECTING;
    c->skips_check = options->skip_schema_check;
    c->is_nameless = options->is_nameless;
    tenon__random(&c->nonce, sizeof c->nonce);
    if (!begin(c, options, of_url, err)) {
        close_connection(c);
        return NULL;
    }
    *progress = TENON__WANT_WRITE;
    return c;
}

static bool check_encoding(tenon__connection *c, tenon_error *err)
{
    const char *encoding = PQparameterStatus(c->pg, "server_encoding");
    if (!encoding || strcmp(encoding, "SQL_ASCII") != 0)
        return true;
    tenon__fail(err, TENON_UNSUPPORTED,
                "the database's encoding is SQL_ASCII, which promises nothing");
    tenon__hint(err, "create the database with ENCODING 'UTF8'");
    return false;
}

static tenon__progress finish_connect(tenon__connection *c, tenon_error *err)
{
    if (!check_encoding(c, err) || PQsetnonblocking(c->pg, 1) != 0) {
        tenon__fail_no_memory(err);
        c->state = TENON__BROKEN;
        return TENON__FAILED;
    }
    PQsetErrorVerbosity(c->pg, PQERRORS_DEFAULT);
    c->state = TENON__IDLE;
    tenon__pg_wire_open(c);
    if (TENON__UNLIKELY(tenon__pg_has_backslashes(c)))
        return tenon__pg_script(c, TENON__PG_NO_BACKSLASHES, err);
    return TENON__DONE;
}

tenon__progress tenon__pg_step_connect(tenon__connection *c, tenon_error *err)
{
    if (tenon__pg_refuse_clear_text(c, err)) {
        c->state = TENON__BROKEN;
        return TENON__FAILED;
    }
    switch (PQconnectPoll(c->pg)) {
    case PGRES_POLLING_READING:
        return TENON__WANT_READ;
    case PGRES_POLLING_WRITING:
    case PGRES_POLLING_ACTIVE:
        return TENON__WANT_WRITE;
    case PGRES_POLLING_OK:
        return finish_connect(c, err);
    case PGRES_POLLING_FAILED:
        break;
    }
    c->state = TENON__BROKEN;
    tenon__pg_fail_connect(err, c->pg);
    tenon__pg_explain_tls(c, err);
    return TENON__FAILED;
}

static tenon__state state_of(const tenon__connection *c)
{
    return c->state;
}

TENON__HOT static int socket_of(const tenon__connection *c)
{
    return c->awaits_request ? tenon__pg_request_socket(c) : PQsocket(c->pg);
}

static bool in_transaction(const tenon__connection *c, bool *is_failed)
{
    PGTransactionStatusType status = tenon__pg_transaction_status(c);
    *is_failed = status == PQTRANS_INERROR;
    return status == PQTRANS_INTRANS || status == PQTRANS_INERROR ||
           (status == PQTRANS_ACTIVE && c->in_transaction);
}

const tenon__driver tenon__postgres_driver = {
    .name = "postgresql",
    .dialect = TENON_POSTGRESQL,
    .can_copy = true,
    .parameter_limit = PARAMETER_LIMIT,
    .connect = connect_start,
    .close = close_connection,
    .state = state_of,
    .socket = socket_of,
    .step = tenon__pg_step,
    .cancel = tenon__pg_cancel,
    .prepare = tenon__pg_prepare,
    .forget = tenon__pg_forget,
    .execute = tenon__pg_execute,
    .execute_together = tenon__pg_execute_together,
    .fetch = tenon__pg_fetch,
    .script = tenon__pg_script,
    .write_begin = tenon__pg_write_begin,
    .in_transaction = in_transaction,
    .type_name = tenon__pg_slot_type,
    .cursor_open = tenon__pg_cursor_open,
    .cursor_fetch = tenon__pg_cursor_fetch,
    .cursor_close = tenon__pg_cursor_close,
    .cursor_forget = tenon__pg_cursor_forget,
    /* planned for all of the rows, not for the first tenth */
    .cursor_settings = "; SET LOCAL cursor_tuple_fraction = 1",
    .copy_begin = tenon__pg_copy_begin,
    .copy_row = tenon__pg_copy_row,
    .copy_end = tenon__pg_copy_end,
};
