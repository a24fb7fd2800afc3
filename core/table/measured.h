/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * measured: cells of what was measured: selections have it so that higher is better, people read it as
 * the measure is known (plan/measure.h), in percent where it is a share.
 */
#ifndef TABLE_MEASURED_H
#define TABLE_MEASURED_H

#include "analysis/emphasis.h"
#include "plan/measure.h"
#include "table/sheet/sheet.h"

/* "46.25 ± 0.31", and 46.25 for programs. */
struct sheet_cell measured_value(struct sheet *g, const struct measure *m, double mean, double half_width,
                                 enum emphasis emphasis);

/* "-0.31 ± 0.12": of a difference, with its sign. */
struct sheet_cell measured_difference(struct sheet *g, const struct measure *m, double mean,
                                      double half_width);

/* "46.11–46.50" or, of a difference, "-0.31 to +0.52", and the lower end for programs; *ret_high, where not
 * NULL, the upper one. */
struct sheet_cell measured_ends(struct sheet *g, const struct measure *m, bool is_difference, double low,
                                double high, double *ret_high);

/* "71.20 (70.11–72.30)"; *ret_low and *ret_high: the ends. */
struct sheet_cell measured_with_ends(struct sheet *g, const struct measure *m, double x, double low,
                                     double high, double *ret_low, double *ret_high);

#endif
