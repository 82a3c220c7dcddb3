/* Database URLs: tenon's own parameters are understood and taken out, the client library's pass
 * through.
 *
 * One table lists every parameter with what becomes of it, so that a misspelt one is refused with
 * the nearest name instead of being ignored. What Prisma puts into URLs means the same here; where
 * that cannot be, the table says what to write instead. A duration is a number of seconds, or has a
 * unit (500ms, 5s, 2min); 0 means no limit. `schema` becomes the server option search_path, quoted
 * for the list of names that it is, then for the options string, then for the URL.
 */
#include "db/url.h"

#include "db/wait.h"

#include <stdlib.h>

enum {
    US_PER_MS = 1000,
    MOST_CACHED = 1 << 20,
    MOST_FAILURES = 1000000,
    NEAR_ENOUGH = 3 /* edits between a misspelt name and its correction */
};

/* ---- parameters ------------------------------------------------------------------------------ */

typedef enum parameter_kind {
    COUNT,     /* a whole number into a uint64_t */
    DURATION,  /* into an int64_t of microseconds */
    TEXT,      /* into a const char * */
    CHOICE,    /* a word of the list in `advice`: its place, from 0 on, into a uint64_t */
    PASSED_ON, /* the client library's */
    REFUSED    /* known, but not to be had: `advice` says what to do */
} parameter_kind;

enum { POSTGRESQL = 1 << TENON_POSTGRESQL, SQLITE = 1 << TENON_SQLITE, BOTH = POSTGRESQL | SQLITE };

/* Narrow, as there are many. */
typedef struct parameter {
    const char *name;
    parameter_kind kind : 4;
    unsigned dialects : 4;
    unsigned offset : 16; /* of what is read, in tenon__config */
    unsigned least : 8;   /* COUNT */
    uint32_t most;        /* COUNT */
    /* REFUSED: what to do instead. TEXT, CHOICE: the words there are; NULL: any. */
    const char *advice;
} parameter;

#define MEMBER(name) offsetof(tenon__config, name)

static const parameter parameters[] = {
    {"pool_min", COUNT, BOTH, MEMBER(pool_min), 0, TENON__MOST_POOL, NULL},
    {"pool_max", COUNT, BOTH, MEMBER(pool_max), 1, TENON__MOST_POOL, NULL},
    {"connection_limit", COUNT, BOTH, MEMBER(pool_max), 1, TENON__MOST_POOL, NULL},
    {"acquire_timeout", DURATION, BOTH, MEMBER(acquire_timeout_us), 0, 0, NULL},
    {"pool_timeout", DURATION, BOTH, MEMBER(acquire_timeout_us), 0, 0, NULL},
    {"connect_timeout", DURATION, BOTH, MEMBER(connect_timeout_us), 0, 0, NULL},
    {"statement_timeout", DURATION, BOTH, MEMBER(statement_timeout_us), 0, 0, NULL},
    {"socket_timeout", DURATION, BOTH, MEMBER(statement_timeout_us), 0, 0, NULL},
    {"statement_cache", COUNT, BOTH, MEMBER(statement_cache_count), 0, MOST_CACHED, NULL},
    {"statement_cache_size", COUNT, BOTH, MEMBER(statement_cache_count), 0, MOST_CACHED, NULL},
    {"plan_cache", COUNT, BOTH, MEMBER(plan_cache_count), 1, MOST_CACHED, NULL},
    {"schema", TEXT, POSTGRESQL, MEMBER(schema), 0, 0, NULL},
    {"datetime", TEXT, SQLITE, MEMBER(datetime), 0, 0, "iso sql unixms"},
    {"synchronous", TEXT, SQLITE, MEMBER(synchronous), 0, 0, "off normal full extra"},
    {"mode", TEXT, SQLITE, MEMBER(mode), 0, 0, "ro rw rwc"},
    {"schema_check", TEXT, BOTH, MEMBER(schema_check), 0, 0, "on off"},
    {"application_name", TEXT, BOTH, MEMBER(application_name), 0, 0, NULL},
    {"idle_timeout", DURATION, BOTH, MEMBER(idle_timeout_us), 0, 0, NULL},
    {"lifetime", DURATION, BOTH, MEMBER(lifetime_us), 0, 0, NULL},
    {"slow_acquire", DURATION, BOTH, MEMBER(slow_acquire_us), 0, 0, NULL},
    {"leak_after", DURATION, BOTH, MEMBER(leak_after_us), 0, 0, NULL},
    {"pool_check", CHOICE, BOTH, MEMBER(pool_check), 0, 0, "news always"},
    {"pool_reset", CHOICE, POSTGRESQL, MEMBER(pool_reset), 0, 0, "nothing state all"},
    {"pool_order", CHOICE, BOTH, MEMBER(is_fifo), 0, 0, "lifo fifo"},
    {"pool_thread", CHOICE, BOTH, MEMBER(without_thread), 0, 0, "on off"},
    {"breaker_failures", COUNT, BOTH, MEMBER(breaker_failures), 0, MOST_FAILURES, NULL},
    {"breaker_wait", DURATION, BOTH, MEMBER(breaker_wait_us), 0, 0, NULL},
    {"lock_timeout", DURATION, POSTGRESQL, MEMBER(lock_timeout_us), 0, 0, NULL},
    {"idle_in_transaction_timeout", DURATION, POSTGRESQL, MEMBER(idle_in_transaction_us), 0, 0,
     NULL},
    {"pooler", CHOICE, POSTGRESQL, MEMBER(pooler), 0, 0, "none transaction"},
    {"load_balance_hosts", CHOICE, POSTGRESQL, MEMBER(shuffles_hosts), 0, 0, "disable random"},
    {"clear_password", CHOICE, POSTGRESQL, MEMBER(allows_clear_text), 0, 0, "refuse allow"},
    {"pgbouncer", CHOICE, POSTGRESQL, MEMBER(pooler), 0, 0, "false true"},
    {"sslaccept", REFUSED, POSTGRESQL, 0, 0, 0,
     "use sslmode=require to accept any certificate, sslmode=verify-full to check it"},
    {"sslidentity", REFUSED, POSTGRESQL, 0, 0, 0, "use sslcert and sslkey with PEM files"},
    {"client_encoding", REFUSED, BOTH, 0, 0, 0, "leave it away: text is always UTF-8"},
    {"replica", REFUSED, BOTH, 0, 0, 0, "open it with tenon_replicas_open of libtenon-replica"},
    {"host", PASSED_ON, POSTGRESQL, 0, 0, 0, NULL},
    {"hostaddr", PASSED_ON, POSTGRESQL, 0, 0, 0, NULL},
    {"port", PASSED_ON, POSTGRESQL, 0, 0, 0, NULL},
    {"dbname", PASSED_ON, POSTGRESQL, 0, 0, 0, NULL},
    {"user", PASSED_ON, POSTGRESQL, 0, 0, 0, NULL},
    {"password", PASSED_ON, POSTGRESQL, 0, 0, 0, NULL},
    {"passfile", PASSED_ON, POSTGRESQL, 0, 0, 0, NULL},
    {"require_auth", PASSED_ON, POSTGRESQL, 0, 0, 0, NULL},
    {"channel_binding", PASSED_ON, POSTGRESQL, 0, 0, 0, NULL},
    {"options", PASSED_ON, POSTGRESQL, 0, 0, 0, NULL},
    {"fallback_application_name", PASSED_ON, POSTGRESQL, 0, 0, 0, NULL},
    {"keepalives", PASSED_ON, POSTGRESQL, 0, 0, 0, NULL},
    {"keepalives_idle", PASSED_ON, POSTGRESQL, 0, 0, 0, NULL},
    {"keepalives_interval", PASSED_ON, POSTGRESQL, 0, 0, 0, NULL},
    {"keepalives_count", PASSED_ON, POSTGRESQL, 0, 0, 0, NULL},
    {"tcp_user_timeout", PASSED_ON, POSTGRESQL, 0, 0, 0, NULL},
    {"sslmode", PASSED_ON, POSTGRESQL, 0, 0, 0, NULL},
    {"sslnegotiation", PASSED_ON, POSTGRESQL, 0, 0, 0, NULL},
    {"sslcompression", PASSED_ON, POSTGRESQL, 0, 0, 0, NULL},
    {"sslcert", PASSED_ON, POSTGRESQL, 0, 0, 0, NULL},
    {"sslkey", PASSED_ON, POSTGRESQL, 0, 0, 0, NULL},
    {"sslpassword", PASSED_ON, POSTGRESQL, 0, 0, 0, NULL},
    {"sslcertmode", PASSED_ON, POSTGRESQL, 0, 0, 0, NULL},
    {"sslrootcert", PASSED_ON, POSTGRESQL, 0, 0, 0, NULL},
    {"sslcrl", PASSED_ON, POSTGRESQL, 0, 0, 0, NULL},
    {"sslcrldir", PASSED_ON, POSTGRESQL, 0, 0, 0, NULL},
    {"sslsni", PASSED_ON, POSTGRESQL, 0, 0, 0, NULL},
    {"ssl_min_protocol_version", PASSED_ON, POSTGRESQL, 0, 0, 0, NULL},
    {"ssl_max_protocol_version", PASSED_ON, POSTGRESQL, 0, 0, 0, NULL},
    {"requirepeer", PASSED_ON, POSTGRESQL, 0, 0, 0, NULL},
    {"requiressl", PASSED_ON, POSTGRESQL, 0, 0, 0, NULL},
    {"gssencmode", PASSED_ON, POSTGRESQL, 0, 0, 0, NULL},
    {"krbsrvname", PASSED_ON, POSTGRESQL, 0, 0, 0, NULL},
    {"gsslib", PASSED_ON, POSTGRESQL, 0, 0, 0, NULL},
    {"service", PASSED_ON, POSTGRESQL, 0, 0, 0, NULL},
    {"target_session_attrs", PASSED_ON, POSTGRESQL, 0, 0, 0, NULL},
};

/* What is being read. The passed-on parameters are collected as they stand in the URL. */
typedef struct reader {
    tenon__config *config;
    tenon__buf passed_on;
    tenon_error *err;
} reader;

/* ---- nearest name ---------------------------------------------------------------------------- */

static size_t least_of(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Edits (insert, delete, replace) from a to b, of at most 63 bytes. */
static size_t distance(const char *a, const char *b)
{
    size_t row[64];
    size_t width = strlen(b);
    if (width >= TENON__COUNT(row))
        return SIZE_MAX;
    for (size_t j = 0; j <= width; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= width; j++) {
            size_t replaced = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            row[j] = least_of(replaced, least_of(row[j], row[j - 1]) + 1);
        }
    }
    return row[width];
}

static const char *nearest_name(const char *name, unsigned dialect)
{
    const char *nearest = NULL;
    size_t shortest = NEAR_ENOUGH + 1;
    for (size_t i = 0; i < TENON__COUNT(parameters); i++) {
        if (!(parameters[i].dialects & dialect) || parameters[i].kind == REFUSED)
            continue;
        size_t edits = distance(name, parameters[i].name);
        if (edits < shortest)
            shortest = edits, nearest = parameters[i].name;
    }
    return nearest;
}

/* A name that cannot be one may be a piece of a password with an unquoted '?'. */
static bool is_name(const char *text)
{
    return *text && text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                      "0123456789_-.")] == '\0';
}

static bool fail_unknown(reader *r, const char *name, unsigned dialect)
{
    if (!is_name(name))
        return tenon__fail(r->err, TENON_MISUSE,
                           "the database URL has a parameter whose name is not one");
    tenon__fail(r->err, TENON_MISUSE, "the database URL has an unknown parameter '%.60s'", name);
    const char *nearest = nearest_name(name, dialect);
    if (nearest)
        tenon__hint(r->err, "did you mean '%s'?", nearest);
    return false;
}

/* ---- values ---------------------------------------------------------------------------------- */

static bool fail_value(reader *r, const char *name, const char *wanted)
{
    return tenon__fail(r->err, TENON_MISUSE, "the database URL's %s must be %s", name, wanted);
}

/* Digits at the start of *text, at most 12; false when there are none. */
static bool take_number(const char **text, uint64_t *out)
{
    const char *at = *text;
    uint64_t number = 0;
    while (*at >= '0' && *at <= '9' && at - *text < 12)
        number = number * 10 + (uint64_t)(*at++ - '0');
    bool has_digits = at > *text;
    *text = at;
    *out = number;
    return has_digits;
}

static bool set_count(reader *r, const parameter *p, const char *value)
{
    uint64_t number;
    const char *at = value;
    if (!take_number(&at, &number) || *at || number < p->least || number > p->most) {
        return tenon__fail(r->err, TENON_MISUSE,
                           "the database URL's %s must be a number from %llu to %llu", p->name,
                           (unsigned long long)p->least, (unsigned long long)p->most);
    }
    memcpy((char *)r->config + p->offset, &number, sizeof number);
    return true;
}

static int64_t unit_us(const char *unit)
{
    static const struct {
        const char *name;
        int64_t us;
    } units[] = {{"", 1000000}, {"us", 1}, {"ms", 1000}, {"s", 1000000}, {"min", 60000000}};
    for (size_t i = 0; i < TENON__COUNT(units); i++)
        if (strcmp(unit, units[i].name) == 0)
            return units[i].us;
    return 0;
}

bool tenon__duration_read(const char *text, int64_t *us)
{
    uint64_t number;
    bool is_number = take_number(&text, &number);
    int64_t unit = unit_us(text);
    if (!is_number || unit == 0 || __builtin_mul_overflow((int64_t)number, unit, us))
        return false;
    if (*us == 0)
        *us = TENON__NEVER;
    return true;
}

static bool set_duration(reader *r, const parameter *p, const char *value)
{
    int64_t us;
    if (!tenon__duration_read(value, &us))
        return fail_value(r, p->name,
                          "a number of seconds, or one with us, ms, s or min behind it");
    memcpy((char *)r->config + p->offset, &us, sizeof us);
    return true;
}

static bool is_first(const char *list, const char *word)
{
    size_t length = strlen(word);
    return strcspn(list, " ") == length && strncmp(list, word, length) == 0;
}

/* Whether `word` is one of the words of `list`. */
static bool is_listed(const char *list, const char *word)
{
    for (const char *at = list; *at; at += strcspn(at, " "), at += *at == ' ')
        if (is_first(at, word))
            return true;
    return false;
}

static bool set_text(reader *r, const parameter *p, const char *value)
{
    if (!*value)
        return fail_value(r, p->name, "given a value");
    if (p->advice && !is_listed(p->advice, value))
        return fail_value(r, p->name, p->advice);
    memcpy((char *)r->config + p->offset, &value, sizeof value);
    return true;
}

static bool set_choice(reader *r, const parameter *p, const char *value)
{
    uint64_t place = 0;
    if (!*value || !is_listed(p->advice, value))
        return fail_value(r, p->name, p->advice);
    for (const char *at = p->advice; !is_first(at, value); place++)
        at += strcspn(at, " ") + 1;
    memcpy((char *)r->config + p->offset, &place, sizeof place);
    return true;
}

/* ---- reading --------------------------------------------------------------------------------- */

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if ((c | 32) >= 'a' && (c | 32) <= 'f')
        return (c | 32) - 'a' + 10;
    return -1;
}

/* Text of the URL with its %XX decoded, in the arena. NULL with the error. */
static char *decode(reader *r, const char *text, size_t length)
{
    char *out = tenon__arena_copy(&r->config->arena, text, length), *to = out;
    if (!out)
        return tenon__fail_no_memory(r->err), NULL;
    for (size_t i = 0; i < length; i++) {
        if (text[i] != '%') {
            *to++ = text[i];
            continue;
        }
        int high = i + 2 < length ? hex_value(text[i + 1]) : -1;
        int low = high >= 0 ? hex_value(text[i + 2]) : -1;
        if (low < 0 || high + low == 0) {
            tenon__fail(r->err, TENON_MISUSE,
                        "the database URL has a '%%' without two hexadecimal digits behind it");
            tenon__hint(r->err, "write a '%%' itself as %%25");
            return NULL;
        }
        *to++ = (char)(high * 16 + low);
        i += 2;
    }
    *to = '\0';
    return out;
}

static const parameter *find_parameter(const char *name, unsigned dialect)
{
    for (size_t i = 0; i < TENON__COUNT(parameters); i++)
        if ((parameters[i].dialects & dialect) && strcmp(parameters[i].name, name) == 0)
            return &parameters[i];
    return NULL;
}

static unsigned count_hosts(const char *list, size_t length)
{
    unsigned count = 1;
    for (size_t i = 0; i < length; i++)
        count += list[i] == ',';
    return count;
}

/* `raw` is "name=value" as in the URL. */
static bool pass_on(reader *r, const char *name, const char *value, const char *raw, size_t length)
{
    if (strcmp(name, "options") == 0) {
        r->config->server_options = value;
        return true;
    }
    if (strcmp(name, "target_session_attrs") == 0)
        r->config->wants_primary = !strcmp(value, "read-write") || !strcmp(value, "primary");
    if (strcmp(name, "host") == 0 || strcmp(name, "hostaddr") == 0)
        r->config->host_count = count_hosts(value, strlen(value));
    tenon__buf_char(&r->passed_on, r->passed_on.length ? '&' : '?');
    tenon__buf_add(&r->passed_on, raw, length);
    return true;
}

static bool refuse(reader *r, const parameter *p)
{
    tenon__fail(r->err, TENON_MISUSE, "the database URL's parameter '%s' is not supported",
                p->name);
    tenon__hint(r->err, "%s", p->advice);
    return false;
}

/* parameter = name "=" value */
static bool read_parameter(reader *r, const char *raw, size_t length)
{
    unsigned dialect = 1u << r->config->driver->dialect;
    const char *equals = memchr(raw, '=', length);
    size_t name_length = equals ? (size_t)(equals - raw) : length;
    const char *name = decode(r, raw, name_length);
    if (!name)
        return false;
    const parameter *p = find_parameter(name, dialect);
    if (!p)
        return fail_unknown(r, name, dialect);
    if (!equals)
        return fail_value(r, p->name, "given a value");
    const char *value = decode(r, equals + 1, length - name_length - 1);
    if (!value)
        return false;
    switch (p->kind) {
    case COUNT:
        return set_count(r, p, value);
    case DURATION:
        return set_duration(r, p, value);
    case TEXT:
        return set_text(r, p, value);
    case CHOICE:
        return set_choice(r, p, value);
    case PASSED_ON:
        return pass_on(r, name, value, raw, length);
    case REFUSED:
        return refuse(r, p);
    }
    return false;
}

/* parameters = parameter { "&" parameter } */
static bool read_parameters(reader *r, const char *at)
{
    while (*at) {
        size_t length = strcspn(at, "&");
        if (length > 0 && !read_parameter(r, at, length))
            return false;
        at += length;
        at += *at == '&';
    }
    return true;
}

/* ---- the URL for the driver ------------------------------------------------------------------ */

/* One character of an options string inside a URL: first `\` before what separates options, then
 * %XX. */
static void add_option_char(tenon__buf *out, char c)
{
    if (c == ' ' || c == '\\')
        tenon__buf_text(out, "%5C");
    bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    c == '_' || c == '-';
    if (is_plain)
        tenon__buf_char(out, c);
    else
        tenon__buf_format(out, "%%%02X", (unsigned)(unsigned char)c);
}

static void add_search_path(tenon__buf *out, const char *schema)
{
    tenon__buf_text(out, "-csearch_path%3D%22");
    for (; *schema; schema++) {
        if (*schema == '"')
            add_option_char(out, '"');
        add_option_char(out, *schema);
    }
    tenon__buf_text(out, "%22");
}

/* Of the session that the server begins, in milliseconds, rounded up, for 0 would be no limit. */
static void add_timeout(tenon__buf *out, const char *name, int64_t us)
{
    if (us == 0)
        return;
    int64_t ms = us == TENON__NEVER ? 0 : us / US_PER_MS + (us % US_PER_MS != 0);
    tenon__buf_format(out, "%%20-c%s%%3D%lld", name, (long long)(ms < INT32_MAX ? ms : INT32_MAX));
}

static void add_server_options(const tenon__config *config, bool is_first, tenon__buf *out)
{
    const char *own = config->server_options;
    if (!own && !config->schema && !config->lock_timeout_us && !config->idle_in_transaction_us)
        return;
    tenon__buf_char(out, is_first ? '?' : '&');
    tenon__buf_text(out, "options=");
    for (const char *c = own; c && *c; c++)
        tenon__buf_format(out, "%%%02X", (unsigned)(unsigned char)*c);
    if (own && config->schema)
        tenon__buf_text(out, "%20");
    if (config->schema)
        add_search_path(out, config->schema);
    add_timeout(out, "lock_timeout", config->lock_timeout_us);
    add_timeout(out, "idle_in_transaction_session_timeout", config->idle_in_transaction_us);
}

/* Behind the password, which may hold anything. */
static const char *find_host(const char *url)
{
    const char *authority = strstr(url, "//");
    const char *from = authority ? authority + 2 : url;
    size_t user = strcspn(from, "@/");
    return authority && from[user] == '@' ? from + user : from;
}

/* Where the parameters begin: the first '?' from the host on. */
static const char *find_parameters(const char *url)
{
    const char *from = find_host(url);
    const char *question = strchr(from, '?');
    return question ? question : from + strlen(from);
}

static bool write_path(reader *r, const char *url, size_t length, tenon__buf *out)
{
    const char *path = memchr(url, ':', length);
    const char *decoded = decode(r, path + 1, length - (size_t)(path + 1 - url));
    if (decoded)
        tenon__buf_format(out, "sqlite:%s", decoded);
    return decoded != NULL;
}

bool tenon__url_write(tenon__config *config, const char *url, tenon_error *err)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf out = {0};
    reader r = {.config = config, .err = err};
    size_t length = (size_t)(find_parameters(url) - url);
    if (config->driver->dialect == TENON_SQLITE) {
        if (!write_path(&r, url, length, &out))
            return false;
    } else {
        tenon__buf_add(&out, url, length);
        tenon__buf_text(&out, config->passed_on);
        add_server_options(config, !config->passed_on[0], &out);
    }
    config->url = out.failed ? NULL : tenon__arena_text(&config->arena, tenon__buf_string(&out));
    return config->url || tenon__fail_no_memory(err);
}

bool tenon__url_read(tenon__config *config, const char *url, tenon_error *err)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf passed_on = {0};
    reader r = {.config = config, .err = err};
    const char *question = find_parameters(url), *host = find_host(url);
    config->host_count = count_hosts(host, strcspn(host, "/?"));
    bool is_read = read_parameters(&r, *question ? question + 1 : question);
    passed_on = r.passed_on;
    if (!is_read)
        return false;
    config->passed_on =
        passed_on.failed ? NULL : tenon__arena_text(&config->arena, tenon__buf_string(&passed_on));
    return config->passed_on || tenon__fail_no_memory(err);
}
