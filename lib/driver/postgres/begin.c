/* How a transaction begins: BEGIN and all its settings in one text, one round trip.
 *
 * The simple protocol, which can carry several statements, takes no parameters. So the settings are
 * literals of the form E'…', with quotes and backslashes doubled: they read the same whatever
 * standard_conforming_strings says, also after SQL text has changed it. */
#include "driver/postgres/pg.h"

enum { US_PER_MS = 1000 };

static void write_isolation(const tenon_transaction_options *options, tenon__buf *sql)
{
    static const char *const levels[] = {
        [TENON_ISOLATION_DEFAULT] = "",
        [TENON_READ_COMMITTED] = " ISOLATION LEVEL READ COMMITTED",
        [TENON_REPEATABLE_READ] = " ISOLATION LEVEL REPEATABLE READ",
        [TENON_SERIALIZABLE] = " ISOLATION LEVEL SERIALIZABLE",
    };
    tenon__buf_text(sql, "BEGIN");
    tenon__buf_text(sql, levels[options->isolation]);
    tenon__buf_text(sql, options->read_only ? " READ ONLY" : "");
    tenon__buf_text(sql, options->deferrable ? " DEFERRABLE" : "");
}

/* In milliseconds, rounded up, for 0 would be no limit. */
static bool write_timeout(const char *name, int64_t us, tenon__buf *sql, tenon_error *err)
{
    if (us == 0)
        return true;
    int64_t ms = us < 0 ? 0 : us / US_PER_MS + (us % US_PER_MS != 0);
    if (ms > INT32_MAX)
        return tenon__fail(err, TENON_LIMIT, "PostgreSQL cannot wait longer than %d ms: %s",
                           INT32_MAX, name);
    tenon__buf_format(sql, "; SET LOCAL %s = %lld", name, (long long)ms);
    return true;
}

static bool write_literal(const char *text, tenon__buf *sql, tenon_error *err)
{
    if (!tenon__utf8_is_valid(text, strlen(text)))
        return tenon__fail(err, TENON_MISUSE, "a setting is not valid UTF-8");
    tenon__buf_text(sql, "E'");
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\')
            tenon__buf_char(sql, *text);
        tenon__buf_char(sql, *text);
    }
    tenon__buf_char(sql, '\'');
    return true;
}

static bool write_settings(const tenon_transaction_options *options, tenon__buf *sql,
                           tenon_error *err)
{
    for (size_t i = 0; i < options->setting_count; i++) {
        const tenon_setting *setting = &options->settings[i];
        tenon__buf_text(sql, i == 0 ? "; SELECT set_config(" : ", set_config(");
        if (!write_literal(setting->name, sql, err))
            return false;
        tenon__buf_text(sql, ", ");
        if (!write_literal(setting->value, sql, err))
            return false;
        tenon__buf_text(sql, ", true)");
    }
    return true;
}

bool tenon__pg_write_begin(const tenon_transaction_options *options, const char *savepoint,
                           tenon__buf *sql, tenon_error *err)
{
    if (savepoint)
        tenon__buf_format(sql, "SAVEPOINT %s%s", savepoint,
                          options->read_only ? "; SET TRANSACTION READ ONLY" : "");
    else
        write_isolation(options, sql);
    bool is_written =
        write_timeout("statement_timeout", options->statement_timeout_us, sql, err) &&
        write_timeout("lock_timeout", options->lock_timeout_us, sql, err) &&
        write_timeout("idle_in_transaction_session_timeout", options->idle_timeout_us, sql, err) &&
        write_settings(options, sql, err);
    return is_written && (!sql->failed || tenon__fail_no_memory(err));
}
