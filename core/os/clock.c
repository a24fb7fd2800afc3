/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "os/clock.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

static double read_clock(clockid_t id)
{
    struct timespec t;

    clock_gettime(id, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double clock_now(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

double clock_wall(void)
{
    return read_clock(CLOCK_REALTIME);
}

void clock_duration(double seconds, char ret_text[32])
{
    long s = lround(seconds);

    if (seconds < 9.95)
        snprintf(ret_text, 32, "%.1f s", seconds);
    else if (s < 60)
        snprintf(ret_text, 32, "%ld s", s);
    else if (s < 3600)
        snprintf(ret_text, 32, "%ld:%02ld", s / 60, s % 60);
    else
        snprintf(ret_text, 32, "%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
}
