/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sorted ascending, the i-th of m p-values (from 0) is multiplied by a factor. A
 * step-down procedure then takes the running maximum from the smallest on, a
 * step-up one the running minimum from the largest on. */
#include "stats/adjust.h"

#include "base/arena.h"
#include "base/text.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct hypothesis {
    double p;
    int index;
};

static int by_p(const void *a, const void *b)
{
    double x = ((const struct hypothesis *)a)->p;
    double y = ((const struct hypothesis *)b)->p;

    return (x > y) - (x < y);
}

/* Those that are not NaN, sorted; gives their number. */
static int sort(const double *p, int n, struct hypothesis *ret_sorted, double *ret_adjusted)
{
    int m = 0;

    assert(n >= 0);
    for (int i = 0; i < n; i++) {
        if (isnan(p[i]))
            ret_adjusted[i] = NAN;
        else
            ret_sorted[m++] = (struct hypothesis){.p = p[i], .index = i};
    }
    qsort(ret_sorted, (size_t)m, sizeof *ret_sorted, by_p);
    return m;
}

static void holm(const double *p, int n, double *ret_adjusted)
{
    struct arena arena = {0};
    struct hypothesis *sorted = arena_alloc(&arena, (size_t)n * sizeof *sorted);
    int m = sort(p, n, sorted, ret_adjusted);
    double largest = 0;

    for (int i = 0; i < m; i++) {
        largest = fmax(largest, fmin(1, (m - i) * sorted[i].p));
        ret_adjusted[sorted[i].index] = largest;
    }
    arena_release(&arena);
}

static double hochberg_factor(int m, int i)
{
    return m - i;
}

static double benjamini_hochberg_factor(int m, int i)
{
    return (double)m / (i + 1);
}

static void step_up(const double *p, int n, double (*factor)(int m, int i), double *ret_adjusted)
{
    struct arena arena = {0};
    struct hypothesis *sorted = arena_alloc(&arena, (size_t)n * sizeof *sorted);
    int m = sort(p, n, sorted, ret_adjusted);
    double smallest = 1;

    for (int i = m - 1; i >= 0; i--) {
        smallest = fmin(smallest, factor(m, i) * sorted[i].p);
        ret_adjusted[sorted[i].index] = smallest;
    }
    arena_release(&arena);
}

static void hochberg(const double *p, int n, double *ret_adjusted)
{
    step_up(p, n, hochberg_factor, ret_adjusted);
}

static void benjamini_hochberg(const double *p, int n, double *ret_adjusted)
{
    step_up(p, n, benjamini_hochberg_factor, ret_adjusted);
}

const struct adjust_type adjust_holm = {
    "holm", "Holm", "the chance of any false rejection",
    "Holm 1979, Scandinavian Journal of Statistics 6", holm};
const struct adjust_type adjust_hochberg = {
    "hochberg", "Hochberg", "the chance of any false rejection, without negative dependence",
    "Hochberg 1988, Biometrika 75", hochberg};
const struct adjust_type adjust_benjamini_hochberg = {
    "benjamini_hochberg", "Benjamini-Hochberg", "the share of false ones among the rejections",
    "Benjamini and Hochberg 1995, JRSS B 57", benjamini_hochberg};

const struct adjust_type *const adjust_types[] = {&adjust_holm, &adjust_hochberg,
                                                  &adjust_benjamini_hochberg, NULL};

const struct adjust_type *adjust_find(const char *name, struct error *err)
{
    const char *names[sizeof adjust_types / sizeof *adjust_types] = {0};

    for (int i = 0; adjust_types[i]; i++) {
        names[i] = adjust_types[i]->name;
        if (strcmp(names[i], name) == 0)
            return adjust_types[i];
    }
    text_unknown(err, "correction", name, names);
    return NULL;
}
