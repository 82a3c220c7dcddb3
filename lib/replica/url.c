/* What a URL says of replicas. See replica.h.
 *
 * A replica is named as in the place of a URL where the host stands: a name or an address with
 * perhaps a port behind it, or the folder of a socket. Its URL gets it as the parameters `host` and
 * `port`, which rule over what stands in front of the path and take every form of it. All else is
 * as the primary's, but for what says which of several hosts is meant. Nothing is decoded here:
 * what is percent-encoded stays so. */
#include "replica/replica.h"

#include "db/db.h"

#include <assert.h>

/* A part of the URL. */
typedef struct span {
    const char *text;
    size_t length;
} span;

static bool is_word(span s, const char *word)
{
    return strlen(word) == s.length && !strncmp(s.text, word, s.length);
}

/* user is all in front of the hosts: "postgresql://shop:secret@". */
typedef struct url_parts {
    span user, path;
    const char *parameters; /* behind the '?' */
} url_parts;

/* A user and a password may hold anything but '@' and '/'. */
static url_parts split(const char *url)
{
    const char *authority = strstr(url, "//"), *from = authority ? authority + 2 : url;
    size_t user = strcspn(from, "@/");
    const char *host = authority && from[user] == '@' ? from + user + 1 : from;
    const char *path = host + strcspn(host, "/?");
    const char *end = path + strcspn(path, "?");
    return (url_parts){.user = {url, (size_t)(host - url)},
                       .path = {path, (size_t)(end - path)},
                       .parameters = *end ? end + 1 : end};
}

/* What is being read. */
typedef struct reader {
    replica_url *out;
    url_parts parts;
    span hosts[TENON_REPLICAS_MOST];
    tenon__buf primary, shared; /* parameters, each behind '?' or '&', and behind '&' */
    tenon_error *err;
} reader;

/* ---- parameters ------------------------------------------------------------------------------ */

static bool fail(const reader *r, const char *name, const char *wanted)
{
    return tenon__fail(r->err, TENON_MISUSE, "the database URL's %s must be %s", name, wanted);
}

static bool add_host(reader *r, span host)
{
    if (r->out->count == TENON_REPLICAS_MOST)
        return tenon__fail(r->err, TENON_MISUSE, "the database URL names more than %d replicas",
                           TENON_REPLICAS_MOST);
    if (!host.length || memchr(host.text, ',', host.length))
        return fail(r, "replica", "one host, or host:port; several are a parameter each");
    r->hosts[r->out->count++] = host;
    return true;
}

static bool read_duration(const reader *r, const char *name, span value, int64_t *us)
{
    char text[32] = "";
    if (value.length < sizeof text)
        memcpy(text, value.text, value.length);
    if (!tenon__duration_read(text, us))
        return fail(r, name, "a number of seconds, or one with us, ms, s or min behind it");
    return true;
}

static bool read_lag_limit(const reader *r, span value)
{
    int64_t *us = &r->out->options.lag_limit_us;
    if (!read_duration(r, "replica_lag_limit", value, us))
        return false;
    if (*us == INT64_MAX)
        *us = -1;
    return true;
}

static bool read_look_every(const reader *r, span value)
{
    int64_t *us = &r->out->options.look_every_us;
    return read_duration(r, "replica_look_every", value, us) &&
           (*us < INT64_MAX || fail(r, "replica_look_every", "longer than 0"));
}

static bool read_choice(const reader *r, span value)
{
    static const char *const words[] = {[TENON_READ_PRIMARY] = "primary",
                                        [TENON_READ_REPLICA] = "replica",
                                        [TENON_READ_NEAREST] = "nearest"};
    for (size_t i = 1; i < TENON__COUNT(words); i++) {
        if (!is_word(value, words[i]))
            continue;
        r->out->options.read = (tenon_read)i;
        return true;
    }
    return fail(r, "replica_read", "primary, replica or nearest");
}

static bool read_own(reader *r, span name, span value)
{
    if (is_word(name, "replica"))
        return add_host(r, value);
    if (is_word(name, "replica_lag_limit"))
        return read_lag_limit(r, value);
    if (is_word(name, "replica_look_every"))
        return read_look_every(r, value);
    if (is_word(name, "replica_read"))
        return read_choice(r, value);
    tenon__fail(r->err, TENON_MISUSE, "the database URL has an unknown parameter '%.*s'",
                (int)(name.length < 60 ? name.length : 60), name.text);
    tenon__hint(r->err, "there are replica, replica_lag_limit, replica_look_every, replica_read");
    return false;
}

/* Of the primary, or of several servers among which it is looked for. */
static bool is_of_host(span name)
{
    static const char *const words[] = {"host", "hostaddr", "port", "target_session_attrs",
                                        "load_balance_hosts"};
    for (size_t i = 0; i < TENON__COUNT(words); i++)
        if (is_word(name, words[i]))
            return true;
    return false;
}

static bool read_parameter(reader *r, span raw)
{
    static const char own[] = "replica";
    const char *equals = memchr(raw.text, '=', raw.length);
    span name = {raw.text, equals ? (size_t)(equals - raw.text) : raw.length};
    span value = {equals ? equals + 1 : raw.text, equals ? raw.length - name.length - 1 : 0};
    if (name.length >= strlen(own) && !strncmp(name.text, own, strlen(own)))
        return read_own(r, name, value);
    tenon__buf_char(&r->primary, r->primary.length ? '&' : '?');
    tenon__buf_add(&r->primary, raw.text, raw.length);
    if (is_of_host(name))
        return true;
    tenon__buf_char(&r->shared, '&');
    tenon__buf_add(&r->shared, raw.text, raw.length);
    return true;
}

static bool read_parameters(reader *r)
{
    for (const char *at = r->parts.parameters; *at; at += *at == '&') {
        size_t length = strcspn(at, "&");
        if (length && !read_parameter(r, (span){at, length}))
            return false;
        at += length;
    }
    return true;
}

/* ---- hosts ----------------------------------------------------------------------------------- */

/* host [":" port]; an address with colons stands in brackets. */
static bool split_host(const reader *r, span whole, span *host, span *port)
{
    assert(whole.text && whole.length);
    const char *end = whole.text + whole.length;
    bool has_brackets = *whole.text == '[';
    const char *close = has_brackets ? memchr(whole.text, ']', whole.length) : whole.text;
    const char *colon = close ? memchr(close, ':', (size_t)(end - close)) : NULL;
    *host = (span){whole.text, colon ? (size_t)(colon - whole.text) : whole.length};
    *port = colon ? (span){colon + 1, (size_t)(end - colon - 1)} : (span){0};
    if (has_brackets && close)
        *host = (span){whole.text + 1, (size_t)(close - whole.text - 1)};
    bool is_port = !colon || (port->length && strspn(port->text, "0123456789") >= port->length);
    return (close && host->length && is_port) ||
           fail(r, "replica", "a host, host:port, or [address]:port");
}

static const char *write_url(reader *r, span whole)
{
    span host, port, user = r->parts.user, path = r->parts.path;
    if (!split_host(r, whole, &host, &port))
        return NULL;
    const char *url = tenon__arena_format(
        &r->out->arena, "%.*s%.*s?host=%.*s%s%.*s%s", (int)user.length, user.text, (int)path.length,
        path.text, (int)host.length, host.text, port.length ? "&port=" : "", (int)port.length,
        port.length ? port.text : "", tenon__buf_string(&r->shared));
    if (!url)
        tenon__fail_no_memory(r->err);
    return url;
}

static bool write_urls(reader *r)
{
    for (size_t i = 0; i < r->out->count; i++)
        if (!(r->out->options.urls[i] = write_url(r, r->hosts[i])))
            return false;
    return true;
}

/* The URL up to its parameters, and those that are not ours. */
static bool write_primary(reader *r, const char *url)
{
    const span *path = &r->parts.path;
    r->out->primary =
        tenon__arena_format(&r->out->arena, "%.*s%s", (int)(path->text + path->length - url), url,
                            tenon__buf_string(&r->primary));
    return r->out->primary || tenon__fail_no_memory(r->err);
}

bool replica_url_read(replica_url *out, const char *url, tenon_error *err)
{
    *out = (replica_url){0};
    reader r = {.out = out, .parts = split(url), .err = err};
    bool is_read = read_parameters(&r);
    if (is_read && (r.primary.failed || r.shared.failed))
        is_read = tenon__fail_no_memory(err);
    is_read = is_read && write_urls(&r) && write_primary(&r, url);
    tenon__buf_release(&r.primary);
    tenon__buf_release(&r.shared);
    return is_read;
}

void replica_url_release(replica_url *url)
{
    tenon__arena_release(&url->arena);
}
