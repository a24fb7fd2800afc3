/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * adjust: p-values of several comparisons that are read together.
 *
 * ret_adjusted[i] belongs to p[i], in any order, and may be p itself. NaN stays
 * NaN and does not count as a hypothesis. A hypothesis is rejected at a level
 * where its adjusted p is at most that.
 */
#ifndef STATS_ADJUST_H
#define STATS_ADJUST_H

#include "base/error.h"

struct adjust_type {
    const char *name, *title, *controls, *source;
    void (*run)(const double *p, int n, double *ret_adjusted);
};

/* Under any dependence; under independence or positive dependence; the share of
 * false ones among the rejected, under the same. */
extern const struct adjust_type adjust_holm, adjust_hochberg, adjust_benjamini_hochberg;
extern const struct adjust_type *const adjust_types[]; /* NULL-ended */

/* NULL with an error that names the known ones. */
const struct adjust_type *adjust_find(const char *name, struct error *err);

#endif
