/* Defaults that the client makes: ids and times.
 *
 * All times of one call are the same instant, cut (not rounded) to what their column keeps, so that
 * what create returns is what was stored. Ids come as their column wants them: a UUID as such or as
 * text. */
#include "model/walk.h"

enum { SECONDS_A_DAY = 86400, TIME_DIGITS = 6 };
#define DAY_US INT64_C(86400000000)

static int64_t floor_to(int64_t value, int64_t unit)
{
    int64_t rest = value % unit;
    return value - (rest < 0 ? rest + unit : rest);
}

static int64_t cut(const tenon_field *field, int64_t us)
{
    static const int64_t unit_us[] = {1000000, 100000, 10000, 1000, 100, 10};
    int digits = field->precision;
    return digits < 0 || digits >= TIME_DIGITS ? us : floor_to(us, unit_us[digits]);
}

static int64_t call_time(tenon__walk *walk)
{
    if (walk->now.us == 0)
        walk->now = tenon_time_now();
    return walk->now.us;
}

const void *tenon__make_now(tenon__walk *walk, const tenon_field *field)
{
    union {
        tenon_time time;
        tenon_date date;
        tenon_clock clock;
        tenon_clock_tz clock_tz;
    } *now = tenon__walk_alloc(walk, sizeof *now);
    if (!now)
        return NULL;
    int64_t us = call_time(walk), start_of_day = floor_to(us, DAY_US);
    switch (field->kind) {
    case TENON_KIND_TIME:
        now->time.us = cut(field, us);
        return now;
    case TENON_KIND_DATE:
        now->date.days = (int32_t)(start_of_day / DAY_US);
        return now;
    case TENON_KIND_CLOCK:
        now->clock.us = cut(field, us - start_of_day);
        return now;
    case TENON_KIND_CLOCK_TZ:
        now->clock_tz = (tenon_clock_tz){.us = cut(field, us - start_of_day)};
        return now;
    default:
        tenon__walk_fail(walk, TENON_MISUSE, field, "now is no value of this type");
        return NULL;
    }
}

/* ---- ids ------------------------------------------------------------------------------------- */

static const void *fail_random(tenon__walk *walk, const tenon_field *field)
{
    tenon__walk_fail(walk, TENON_IO, field, "the system has no random numbers for a new id");
    return NULL;
}

static const void *make_uuid(tenon__walk *walk, const tenon_field *field)
{
    tenon_uuid *uuid = tenon__walk_alloc(walk, sizeof *uuid);
    if (!uuid)
        return NULL;
    tenon__entropy *pool = tenon__session_entropy(walk->session);
    bool is_made = field->default_kind == TENON_DEFAULT_UUID4 ? tenon__uuid4(pool, uuid)
                                                              : tenon__uuid7(pool, uuid);
    if (!is_made)
        return fail_random(walk, field);
    if (field->kind == TENON_KIND_UUID)
        return uuid;
    struct {
        const char *text;
        char room[TENON_UUID_TEXT_SIZE];
    } *id = tenon__walk_alloc(walk, sizeof *id);
    if (!id)
        return NULL;
    tenon_uuid_format(*uuid, id->room, sizeof id->room);
    id->text = id->room;
    return &id->text;
}

static bool write_id(tenon__entropy *pool, const tenon_field *field, char *out)
{
    switch (field->default_kind) {
    case TENON_DEFAULT_CUID:
        return tenon__cuid(pool, out);
    case TENON_DEFAULT_CUID2:
        return tenon__cuid2(pool, out);
    case TENON_DEFAULT_ULID:
        return tenon__ulid(pool, out);
    default:
        return tenon__nanoid(pool, out, field->default_length);
    }
}

static const void *make_text_id(tenon__walk *walk, const tenon_field *field)
{
    struct {
        const char *text;
        char room[TENON__ID_TEXT_SIZE];
    } *id = tenon__walk_alloc(walk, sizeof *id);
    if (!id)
        return NULL;
    if (!write_id(tenon__session_entropy(walk->session), field, id->room))
        return fail_random(walk, field);
    id->text = id->room;
    return &id->text;
}

const void *tenon__make_default(tenon__walk *walk, const tenon_field *field)
{
    switch (field->default_kind) {
    case TENON_DEFAULT_NONE:
        return NULL;
    case TENON_DEFAULT_VALUE:
        return field->default_value;
    case TENON_DEFAULT_NOW:
        return tenon__make_now(walk, field);
    case TENON_DEFAULT_UUID4:
    case TENON_DEFAULT_UUID7:
        return make_uuid(walk, field);
    case TENON_DEFAULT_CUID:
    case TENON_DEFAULT_CUID2:
    case TENON_DEFAULT_ULID:
    case TENON_DEFAULT_NANOID:
        return make_text_id(walk, field);
    }
    return NULL;
}
