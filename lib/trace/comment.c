/* Comments behind the SQL that say who sent it, in the format of sqlcommenter: what stands in
 * pg_stat_activity, in the server's log and in auto_explain then leads back to the program.
 *
 *     action='User.find',application='shop',db_driver='tenon',file='src%2Fshop.c%3A12'
 *
 * Keys are sorted, values percent-encoded, so that nothing of them ends the comment. A comment is a
 * part of the text: what has another one is another statement to prepare. The application's name
 * and the action add none; with the place in the program, there is one of each shape a place. The
 * trace id of a request would make every text a new one, and so it is not offered. */
#include "trace/tracer.h"
#include "trace/wrap.h"

static void add_encoded(tenon__buf *out, const char *text)
{
    static const char hex[] = "0123456789ABCDEF";
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        bool is_letter = (c | 32) >= 'a' && (c | 32) <= 'z';
        if (is_letter || (c >= '0' && c <= '9') || strchr("-._~", c)) {
            tenon__buf_char(out, *text);
        } else {
            tenon__buf_char(out, '%');
            tenon__buf_char(out, hex[c >> 4]);
            tenon__buf_char(out, hex[c & 15]);
        }
    }
}

static void add_pair(tenon__buf *out, const char *key, const char *value, const char *more)
{
    tenon__buf_text(out, tenon__buf_last(out) == '*' ? "" : ",");
    tenon__buf_format(out, "%s='", key);
    add_encoded(out, value);
    if (more) {
        tenon__buf_char(out, '.');
        add_encoded(out, more);
    }
    tenon__buf_char(out, '\'');
}

static void add_action(tenon__buf *out, const tenon__about *about)
{
    const char *operation = about->operation ? about->operation : "query";
    if (about->model)
        add_pair(out, "action", about->model->name, operation);
    else
        add_pair(out, "action", operation, NULL);
}

/* The text in the key is a byte of tenon_comment values, the application's name and the site, each
 * with its NUL. */
static void add_comment(tenon__buf *out, const tenon__wrapped *wrapped)
{
    unsigned wanted = (unsigned char)wrapped->text[0];
    const char *application = wrapped->text + 1;
    const char *site = application + strlen(application) + 1;
    tenon__buf_text(out, " /*");
    if (wanted & TENON_COMMENT_ACTION)
        add_action(out, &wrapped->statement.about);
    if (wanted & TENON_COMMENT_APPLICATION) {
        add_pair(out, "application", application, NULL);
        add_pair(out, "db_driver", "tenon", NULL);
    }
    if (wanted & TENON_COMMENT_SITE && *site)
        add_pair(out, "file", site, NULL);
    tenon__buf_text(out, "*/");
}

static bool make_commented(tenon_dialect dialect, const uint8_t *key, size_t length,
                           tenon__cached *out, tenon_error *err)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
    tenon__wrapped *wrapped = tenon__unwrap(dialect, key, length, err);
    if (!wrapped)
        return false;
    tenon__buf_add(&sql, wrapped->statement.sql, wrapped->statement.sql_length);
    add_comment(&sql, wrapped);
    wrapped->arena.failed |= sql.failed;
    wrapped->statement.sql =
        tenon__arena_copy(&wrapped->arena, tenon__buf_string(&sql), sql.length);
    wrapped->statement.sql_length = sql.length;
    return tenon__wrapped_finish(wrapped, out, err);
}

const tenon__call *tenon__comment_dress(void *ctx, tenon_session *s, const tenon__call *call,
                                        const char *site)
{
    const tenon_trace *trace = ctx;
    tenon__arena *scratch = tenon__session_scratch(s);
    bool tells_site = site && trace->comments & TENON_COMMENT_SITE;
    if (trace->comments == TENON_COMMENT_SITE && !tells_site)
        return call;
    size_t name_size = strlen(trace->application_name) + 1;
    size_t site_size = (tells_site ? strlen(site) : 0) + 1;
    char *text = tenon__arena_alloc(scratch, 1 + name_size + site_size);
    if (!text)
        return NULL;
    text[0] = (char)trace->comments;
    memcpy(text + 1, trace->application_name, name_size);
    memcpy(text + 1 + name_size, tells_site ? site : "", site_size);
    return tenon__wrap(scratch, call, text, 1 + name_size + site_size, make_commented);
}
