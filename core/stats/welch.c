/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Both samples without spread: as the paired t-test. */
#include "stats/distribution.h"
#include "stats/summary.h"
#include "stats/test.h"

#include <math.h>

static struct test_result run(const struct test_input *in)
{
    struct test_result r = {.statistic = NAN, .p = NAN, .n = in->n_a + in->n_b, .way = TEST_THEORY};
    struct summary a = summary_of(in->a, in->n_a), b = summary_of(in->b, in->n_b);
    double va, vb, difference = a.mean - b.mean, df;

    if (in->n_a < 2 || in->n_b < 2)
        return r;
    va = a.sd * a.sd / in->n_a;
    vb = b.sd * b.sd / in->n_b;
    r.statistic = difference == 0 ? 0 * (va + vb) : difference / sqrt(va + vb);
    if (va + vb == 0) {
        r.p = difference == 0 ? 1 : 0;
        return r;
    }
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
