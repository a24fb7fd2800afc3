/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "table/measured.h"

#include <math.h>

struct sheet_cell measured_value(struct sheet *g, const struct measure *m, double mean, double half_width,
                                 enum emphasis emphasis)
{
    double x = measure_shown(m, mean);

    return (struct sheet_cell){sheet_interval(g, m->format, x, m->unit * half_width), x, emphasis};
}

struct sheet_cell measured_difference(struct sheet *g, const struct measure *m, double mean,
                                      double half_width)
{
    double x = measure_shown(m, mean);

    return (struct sheet_cell){sheet_interval(g, m->signed_format, x, m->unit * half_width), x, EMPHASIS_NONE};
}

struct sheet_cell measured_ends(struct sheet *g, const struct measure *m, bool is_difference, double low,
                                double high, double *ret_high)
{
    double a, b;

    measure_show_ends(m, low, high, &a, &b);
    if (ret_high)
        *ret_high = b;
    return (struct sheet_cell){
        sheet_range(g, is_difference ? m->signed_format : m->format, is_difference ? " to " : "–", a, b), a,
        EMPHASIS_NONE};
}

struct sheet_cell measured_with_ends(struct sheet *g, const struct measure *m, double x, double low,
                                     double high, double *ret_low, double *ret_high)
{
    const char *text = sheet_interval(g, m->format, measure_shown(m, x), NAN);

    measure_show_ends(m, low, high, ret_low, ret_high);
    if (isfinite(x) && isfinite(low))
        text = arena_printf(g->arena, "%s (%s)", text, sheet_range(g, m->format, "–", *ret_low, *ret_high));
    return (struct sheet_cell){text, measure_shown(m, x), EMPHASIS_NONE};
}
