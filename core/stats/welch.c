/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Both samples without spread: no t, as in the paired t-test. */
#include "stats/distribution.h"
#include "stats/summary.h"
#include "stats/test.h"

#include <math.h>

static bool has_spread(const double *x, int n)
{
    for (int i = 1; i < n; i++)
        if (!test_is_equal(x[i], x[0]))
            return true;
    return false;
}

static struct test_result run(const struct test_input *in)
{
    struct test_result r = {.statistic = NAN, .p = NAN, .n = in->n_a + in->n_b, .way = TEST_THEORY};
    struct summary a = summary_of(in->a, in->n_a), b = summary_of(in->b, in->n_b);
    double va, vb, df;

    r.reason = in->n_a < 2 || in->n_b < 2         ? TEST_TOO_FEW
               : isnan(a.mean) || isnan(b.mean)   ? TEST_NOT_A_NUMBER
               : isinf(a.mean) || isinf(b.mean)   ? TEST_DIVERGED
               : !has_spread(in->a, in->n_a) && !has_spread(in->b, in->n_b) ? TEST_NO_SPREAD
                                                                             : TEST_SOUND;
    if (r.reason != TEST_SOUND)
        return r;
    va = a.sd * a.sd / in->n_a;
    vb = b.sd * b.sd / in->n_b;
    r.statistic = (a.mean - b.mean) / sqrt(va + vb);
    /* Degrees of freedom after Welch and Satterthwaite. */
    df = (va + vb) * (va + vb) / (va * va / (in->n_a - 1) + vb * vb / (in->n_b - 1));
    r.p = 2 * t_below(-fabs(r.statistic), df);
    return r;
}

const struct test_type test_welch = {
    .name = "welch",
    .title = "Welch's t-test",
    .statistic = "t",
    .doc = "are the means equal, for runs that are not pairs",
    .source = "Welch 1947, Biometrika 34",
    .run = run,
};
