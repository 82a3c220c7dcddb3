/* Where to connect to, and how safely: what libpq is told beside the URL.
 *
 * libpq encrypts when the server likes to, and then believes any certificate. Here TLS is required
 * where the way to the server leaves the machine, and the server's name is verified where there is
 * a certificate to do it by (sslmode=verify-full), unless the URL or PGSSLMODE says otherwise. What
 * counts is the name of the host: an address of loopback under another name is a tunnel, whose
 * other end is elsewhere. A service may name any host, so it counts as elsewhere too.
 *
 * Without TLS, because the URL wants it so, a password is not sent in clear text to another
 * machine. libpq 15 has no word for that (16 has require_auth), so the server's question is looked
 * at before libpq reads it. That is against servers that are set up badly; somebody who can answer
 * in the server's place is kept off by TLS alone.
 *
 * Several hosts are tried one after the other, by libpq. libpq 15 has no load_balance_hosts, so
 * their order is made here; and since libpq leaves it to us to watch the clock, a host that does
 * not answer is passed by the next attempt, which begins behind it. */
#include "driver/postgres/pg.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST_HOSTS = 64, PATH_SIZE = 1024 };

/* ---- what the URL says ----------------------------------------------------------------------- */

static const char *value_of(const PQconninfoOption *options, const char *name)
{
    for (; options && options->keyword; options++) {
        if (strcmp(options->keyword, name) == 0)
            return options->val && *options->val ? options->val : NULL;
    }
    return NULL;
}

static const char *variable(const char *name)
{
    const char *value = getenv(name); /* NOLINT(concurrency-mt-unsafe): as libpq does */
    return value && *value ? value : NULL;
}

static const char *value_or_variable(const PQconninfoOption *options, const char *name,
                                     const char *variable_name)
{
    const char *value = value_of(options, name);
    return value ? value : variable(variable_name);
}

/* ---- lists of hosts -------------------------------------------------------------------------- */

static size_t count_items(const char *list)
{
    size_t count = list != NULL;
    for (; list && *list; list++)
        count += *list == ',';
    return count;
}

static const char *item_of(const char *list, size_t i, size_t *length)
{
    for (; i > 0; i--)
        list += strcspn(list, ",") + 1;
    *length = strcspn(list, ",");
    return list;
}

/* A socket of the file system, or an address or name of this machine's loopback. */
static bool is_here(const char *host, size_t length)
{
    if (length == 0 || *host == '/' || *host == '@')
        return true;
    if (length > 4 && strncmp(host, "127.", 4) == 0)
        return strspn(host, "0123456789.") == length;
    return (length == 9 && strncmp(host, "localhost", length) == 0) ||
           (length == 3 && strncmp(host, "::1", length) == 0);
}

static bool are_here(const char *list)
{
    for (size_t i = 0; i < count_items(list); i++) {
        size_t length;
        const char *host = item_of(list, i, &length);
        if (!is_here(host, length))
            return false;
    }
    return true;
}

static bool stays_here(const PQconninfoOption *options)
{
    const char *hosts = value_or_variable(options, "host", "PGHOST");
    if (!hosts)
        hosts = value_or_variable(options, "hostaddr", "PGHOSTADDR");
    if (!hosts)
        return !value_or_variable(options, "service", "PGSERVICE");
    return are_here(hosts);
}

/* ---- their order ----------------------------------------------------------------------------- */

static void shuffle(unsigned char *order, size_t count)
{
    for (size_t i = count - 1; i > 0; i--) {
        uint32_t chance = 0;
        tenon__random(&chance, sizeof chance);
        size_t other = chance % (i + 1);
        unsigned char moved = order[i];
        order[i] = order[other];
        order[other] = moved;
    }
}

static bool write_list(const char *list, const unsigned char *order, size_t count, tenon__buf *out)
{
    for (size_t i = 0; i < count; i++) {
        size_t length;
        const char *item = item_of(list, order[i], &length);
        tenon__buf_text(out, i ? "," : "");
        tenon__buf_add(out, item, length);
    }
    return !out->failed;
}

static void add(tenon__pg_target *target, const char *name, const char *value)
{
    target->names[target->count] = name;
    target->values[target->count++] = value;
}

static bool add_hosts(tenon__pg_target *target, const tenon__connect_options *options)
{
    static const char *const names[] = {"host", "hostaddr", "port"};
    const char *lists[TENON__COUNT(names)];
    unsigned char order[MOST_HOSTS];
    for (size_t i = 0; i < TENON__COUNT(names); i++)
        lists[i] = value_of(target->options, names[i]);
    size_t count = count_items(lists[0] ? lists[0] : lists[1]);
    if (count < 2 || count > MOST_HOSTS)
        return true;
    for (size_t i = 0; i < count; i++)
        order[i] = (unsigned char)((i + options->first_host) % count);
    if (options->shuffles_hosts)
        shuffle(order, count);
    for (size_t i = 0; i < TENON__COUNT(names); i++) {
        if (count_items(lists[i]) != count)
            continue;
        if (!write_list(lists[i], order, count, &target->lists[i]))
            return false;
        add(target, names[i], tenon__buf_string(&target->lists[i]));
    }
    return true;
}

/* ---- safety ---------------------------------------------------------------------------------- */

static bool has_root_certificate(const PQconninfoOption *options)
{
    char path[PATH_SIZE];
    if (value_or_variable(options, "sslrootcert", "PGSSLROOTCERT"))
        return true;
    const char *home = variable("HOME");
    int length = snprintf(path, sizeof path, "%s/.postgresql/root.crt", home ? home : "");
    return home && (size_t)length < sizeof path && access(path, R_OK) == 0;
}

static void add_safety(tenon__pg_target *target)
{
    target->is_here = stays_here(target->options);
    if (target->is_here || value_or_variable(target->options, "sslmode", "PGSSLMODE") ||
        value_of(target->options, "requiressl"))
        return;
    target->requires_tls = true;
    add(target, "sslmode", has_root_certificate(target->options) ? "verify-full" : "require");
}

bool tenon__pg_target_init(tenon__pg_target *target, const tenon__connect_options *options,
                           PQconninfoOption *of_url, tenon_error *err)
{
    *target = (tenon__pg_target){.options = of_url};
    /* A peer that is gone without a word is noticed in 90 seconds, not in two hours. */
    add(target, "keepalives_idle", "60");
    add(target, "keepalives_interval", "10");
    add(target, "keepalives_count", "3");
    add_safety(target);
    add(target, "dbname", options->url);
    add(target, "client_encoding", "UTF8");
    add(target, "fallback_application_name",
        options->application_name ? options->application_name : "tenon");
    return add_hosts(target, options) || tenon__fail_no_memory(err);
}

void tenon__pg_target_release(tenon__pg_target *target)
{
    for (size_t i = 0; i < TENON__COUNT(target->lists); i++)
        tenon__buf_release(&target->lists[i]);
    PQconninfoFree(target->options);
}

/* ---- a password in clear text ---------------------------------------------------------------- */

/* AuthenticationCleartextPassword, which comes first or not at all. */
static bool asks_for_clear_text(const PGconn *pg)
{
    static const unsigned char question[] = {'R', 0, 0, 0, 8, 0, 0, 0, 3};
    unsigned char seen[sizeof question];
    if (PQstatus(pg) != CONNECTION_AWAITING_RESPONSE || PQsslInUse((PGconn *)(uintptr_t)pg))
        return false;
    ssize_t length = recv(PQsocket(pg), seen, sizeof seen, MSG_PEEK | MSG_DONTWAIT);
    return length == (ssize_t)sizeof seen && memcmp(seen, question, sizeof seen) == 0;
}

bool tenon__pg_refuse_clear_text(const tenon__connection *c, tenon_error *err)
{
    if (!c->refuses_clear_text || !asks_for_clear_text(c->pg))
        return false;
    tenon__fail(err, TENON_AUTH,
                "the server wants the password in clear text, over a connection without TLS");
    tenon__hint(err, "leave sslmode away, or have the server ask for scram-sha-256; "
                     "clear_password=allow sends it all the same");
    return true;
}

void tenon__pg_explain_tls(const tenon__connection *c, tenon_error *err)
{
    if (!c->requires_tls || !err || err->status != TENON_UNAVAILABLE)
        return;
    tenon__hint(err, "check that the server runs and that host and port in the URL are right; TLS "
                     "is required because the host is not this machine: sslmode says otherwise");
}
