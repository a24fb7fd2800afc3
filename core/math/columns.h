/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * columns: sums in double down the columns of rows of floats, for kernels_simd.c. A column's sum is one chain in the
 * rows' order, and a product of two floats is exact in double: so they give the same bits at any vector width. Private to
 * math/.
 */
#ifndef MATH_COLUMNS_H
#define MATH_COLUMNS_H

#include <stddef.h>

typedef float column_floats __attribute__((vector_size(16), aligned(4), may_alias));
typedef double column_doubles __attribute__((vector_size(32)));
typedef double column_out __attribute__((vector_size(32), aligned(8), may_alias));

enum { COLUMN_VECTORS = 4, COLUMN_WIDTH = 4, COLUMNS = COLUMN_VECTORS * COLUMN_WIDTH };

static inline column_doubles column_load(const float *x)
{
    return __builtin_convertvector(*(const column_floats *)x, column_doubles);
}

/* sums[n] of g, products[n] of g x. */
static inline void column_sum(double *restrict sums, double *restrict products, const float *g, const float *x,
                              size_t rows, size_t n)
{
    size_t first = 0;

    for (; first + COLUMNS <= n; first += COLUMNS) {
        column_doubles s[COLUMN_VECTORS] = {{0}}, p[COLUMN_VECTORS] = {{0}};

        for (size_t at = first; at < rows * n; at += n)
            for (int k = 0; k < COLUMN_VECTORS; k++) {
                column_doubles v = column_load(g + at + k * COLUMN_WIDTH);

                s[k] += v;
                p[k] += v * column_load(x + at + k * COLUMN_WIDTH);
            }
        for (int k = 0; k < COLUMN_VECTORS; k++) {
            *(column_out *)(sums + first + k * COLUMN_WIDTH) = s[k];
            *(column_out *)(products + first + k * COLUMN_WIDTH) = p[k];
        }
    }
    for (; first < n; first++) {
        double s = 0, p = 0;

        for (size_t at = first; at < rows * n; at += n) {
            s += (double)g[at];
            p += (double)g[at] * (double)x[at];
        }
        sums[first] = s;
        products[first] = p;
    }
}

#endif
