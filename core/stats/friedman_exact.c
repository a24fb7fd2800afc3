/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Friedman's test by all orders of ranks: how often a spread of rank sums as large as this one comes where
 * each block's ranks stand in any order, all alike.
 *
 * Block after block, the sums that can be, and how likely each is. As the blocks to come treat all
 * methods alike, sums that differ in their order only are one. */
#include "stats/friedman.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_METHODS = 6, MAX_STEPS = 1 << 16 }; /* some 10 ms: 39 blocks of 3 methods, 11 of 4 */

/* Rank sums, doubled so that they are whole, in rising order, and their probability. */
struct sums {
    int at[MAX_METHODS];
    double p;
};

static int compare_sums(const void *a, const void *b)
{
    const struct sums *x = a, *y = b;

    for (int i = 0; i < MAX_METHODS; i++)
        if (x->at[i] != y->at[i])
            return x->at[i] < y->at[i] ? -1 : 1;
    return 0;
}

static void sort(int *x, int n)
{
    for (int i = 1; i < n; i++)
        for (int k = i; k > 0 && x[k] < x[k - 1]; k--) {
            int swap = x[k];

            x[k] = x[k - 1];
            x[k - 1] = swap;
        }
}

/* The next order of x after this one; false behind the last. */
static bool next_order(int *x, int n)
{
    int i = n - 2, k = n - 1, swap;

    while (i >= 0 && x[i] >= x[i + 1])
        i--;
    if (i < 0)
        return false;
    while (x[k] <= x[i])
        k--;
    swap = x[i];
    x[i] = x[k];
    x[k] = swap;
    sort(x + i + 1, n - i - 1);
    return true;
}

static int count_orders(const int *sorted, int n)
{
    int x[MAX_METHODS], count = 1;

    memcpy(x, sorted, (size_t)n * sizeof *x);
    while (next_order(x, n))
        count++;
    return count;
}

/* Equal ones become one. Gives their number. */
static int merge(struct sums *s, int n)
{
    int n_merged = 0;

    qsort(s, (size_t)n, sizeof *s, compare_sums);
    for (int i = 0; i < n; i++) {
        if (n_merged > 0 && compare_sums(&s[n_merged - 1], &s[i]) == 0)
            s[n_merged - 1].p += s[i].p;
        else
            s[n_merged++] = s[i];
    }
    return n_merged;
}

/* From the n sums so far to those with one more block; they are left in `from`. -1: too many for the steps
 * that are left. */
static int add_block(struct sums **from, int n, const int *ranks, int n_methods, int *steps)
{
    int n_orders = count_orders(ranks, n_methods), n_next = 0;
    struct sums *next;

    if (n > *steps / n_orders)
        return -1;
    *steps -= n * n_orders;
    next = calloc((size_t)n * (size_t)n_orders, sizeof *next);
    if (!next)
        return -1;
    for (int i = 0; i < n; i++) {
        int order[MAX_METHODS];

        memcpy(order, ranks, (size_t)n_methods * sizeof *order);
        do {
            struct sums *s = &next[n_next++];

            *s = (*from)[i];
            s->p /= n_orders;
            for (int m = 0; m < n_methods; m++)
                s->at[m] += order[m];
            sort(s->at, n_methods);
        } while (next_order(order, n_methods));
    }
    free(*from);
    *from = next;
    return merge(next, n_next);
}

static double square_sum(const int *x, int n)
{
    double sum = 0;

    for (int i = 0; i < n; i++)
        sum += (double)x[i] * x[i]; /* whole numbers: exact */
    return sum;
}

double friedman_exact_p(const double *ranks, int n_blocks, int n_methods)
{
    int observed[MAX_METHODS] = {0}, block[MAX_METHODS], n = 1, steps = MAX_STEPS;
    struct sums *sums;
    double p = 0;

    if (n_methods > MAX_METHODS || !(sums = calloc(1, sizeof *sums)))
        return NAN;
    sums->p = 1;
    for (int j = 0; j < n_blocks && n > 0; j++) {
        for (int m = 0; m < n_methods; m++) {
            block[m] = (int)(2 * ranks[(size_t)j * (size_t)n_methods + (size_t)m]);
            observed[m] += block[m];
        }
        sort(block, n_methods);
        n = add_block(&sums, n, block, n_methods, &steps);
    }
    for (int i = 0; i < n; i++) /* the mean of sums is always the same: squares order them as spreads do */
        if (square_sum(sums[i].at, n_methods) >= square_sum(observed, n_methods))
            p += sums[i].p;
    free(sums);
    return n < 0 ? (double)NAN : p > 1 ? 1 : p;
}
