/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * histogram: how often positive numbers fall into fixed bins of equal ratio, eight to each factor
 * of two from 2^-8 to 2^8. The first bin holds all below (zero and negative ones too), the last all
 * from 2^8 on. A number on an edge belongs to the bin above it, and so does one that is below it by
 * less than 2^-30 of itself: weights that are 1 up to rounding are 1, not half of them below it.
 *
 *     struct histogram h = {{0}};
 *
 *     histogram_add(&h, weights, n, 1);
 *     histogram_shares(&h, shares);
 *     shares[HISTOGRAM_ONE]    // of the weights from 1, rounded or not, to below 2^(1/8)
 */
#ifndef MATH_HISTOGRAM_H
#define MATH_HISTOGRAM_H

#include <stdint.h>

enum {
    HISTOGRAM_PER_OCTAVE = 8,
    HISTOGRAM_OCTAVES = 8, /* below 1, and above */
    HISTOGRAM_N = 2 * HISTOGRAM_OCTAVES * HISTOGRAM_PER_OCTAVE + 2,
    HISTOGRAM_ONE = HISTOGRAM_OCTAVES * HISTOGRAM_PER_OCTAVE + 1, /* the bin that 1 begins */
};

struct histogram {
    int64_t counts[HISTOGRAM_N];
};

/* Counts scale * x[n], all finite. */
void histogram_add(struct histogram *h, const double *x, int n, double scale);

/* Gives how many were counted; of none the shares are 0. */
int64_t histogram_shares(const struct histogram *h, float ret_shares[HISTOGRAM_N]);

/* Where a bin begins; that of the first is 0 in place of all that lies below. */
double histogram_edge(int bin);

#endif
