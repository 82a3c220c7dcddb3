/* The options of a transaction: which make sense, whatever the database; the driver then says which
 * of them it can have, and writes them down. */
#include "db/transaction.h"

#include <strings.h>

bool tenon__begin_is_plain(const tenon_transaction_options *options)
{
    return !options->isolation && !options->read_only && !options->deferrable &&
           !options->statement_timeout_us && !options->lock_timeout_us &&
           !options->idle_timeout_us && !options->setting_count;
}

static bool check_setting(const tenon_setting *setting, tenon_error *err)
{
    if (!setting->name || !setting->value)
        return tenon__fail(err, TENON_MISUSE, "a setting has %s that is NULL",
                           setting->name ? "a value" : "a name");
    if (strcasecmp(setting->name, "search_path") != 0)
        return true;
    tenon__fail(err, TENON_MISUSE, "a transaction cannot set the search path");
    tenon__hint(err, "the URL says it for all: ?schema=");
    return false;
}

static bool check_options(const tenon_transaction_options *options, tenon_error *err)
{
    if ((unsigned)options->isolation > TENON_SERIALIZABLE)
        return tenon__fail(err, TENON_MISUSE, "there is no isolation %d", (int)options->isolation);
    bool is_safe = options->isolation == TENON_SERIALIZABLE && options->read_only;
    if (options->deferrable && !is_safe)
        return tenon__fail(err, TENON_MISUSE,
                           "only a serializable, read only transaction can be deferrable");
    if (options->setting_count && !options->settings)
        return tenon__fail(err, TENON_MISUSE, "settings are counted, but none are given");
    for (size_t i = 0; i < options->setting_count; i++) {
        if (!check_setting(&options->settings[i], err))
            return false;
    }
    return true;
}

bool tenon__begin_write(tenon_session *s, const tenon_transaction_options *options,
                        const char *savepoint, tenon__buf *sql)
{
    return check_options(options, &s->error) &&
           s->db->driver->write_begin(options, savepoint, sql, &s->error);
}

static bool asks_to_repeat(const tenon_transaction_options *options)
{
    return options && (options->tries_most || options->pause_first_us || options->pause_longest_us);
}

bool tenon_begin_with(tenon_session *s, const tenon_transaction_options *options)
{
    if (tenon__session_is_failed(s))
        return false;
    if (asks_to_repeat(options))
        return tenon__fail(&s->error, TENON_MISUSE,
                           "only tenon_transaction can run a transaction again");
    return tenon__transaction_begin(s, options);
}
