#include "sample.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const first_names[] = {"Ann", "Bo", "Carmen", "Dmitri", "Émile", "Fatima"};
static const char *const last_names[] = {"Ash", "Birch", "Cedar", "Larch", "Rowan", "Willow"};
static const char *const cities[] = {"Oslo", "Porto", "Lyon", "Kraków", "Graz", "Turku", "Siena"};

static bench_sample make_sample(size_t i)
{
    bench_sample s = {
        .has_age = i % 10 != 9,
        .age = (int32_t)(18 + i % 60),
        .created_at_us = INT64_C(1700000000123000) + (int64_t)i * 86461007000,
    };
    s.name_length =
        (size_t)snprintf(s.name, sizeof s.name, "%s %s", first_names[i % 6], last_names[i / 6 % 6]);
    s.email_length = (size_t)snprintf(s.email, sizeof s.email, "user%04zu@example.com", i);
    s.profile_length =
        (size_t)snprintf(s.profile, sizeof s.profile,
                         "{\"city\": \"%s\", \"tags\": [\"a\", \"b%zu\"], \"score\": %zu}",
                         cities[i % 7], i % 5, i * 37 % 1000);
    return s;
}

const bench_sample *bench_samples(void)
{
    static bench_sample samples[BENCH_ROWS];
    if (samples[0].name_length == 0) {
        for (size_t i = 0; i < BENCH_ROWS; i++)
            samples[i] = make_sample(i);
    }
    return samples;
}
