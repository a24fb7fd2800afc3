/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/equivalence.h"

#include "stats/distribution.h"

#include <assert.h>
#include <math.h>

struct test_result equivalence_tost(const struct test_input *in, double margin)
{
    struct test_result r = {.statistic = NAN, .p = NAN, .n = in->n_a, .way = TEST_THEORY};
    struct summary s;

    assert(in->n_a == in->n_b);
    r.reason = test_summary(in, &s);
    if (r.reason == TEST_SOUND && !(margin > 0))
        r.reason = TEST_NO_MARGIN;
    if (r.reason == TEST_SOUND) {
        /* The side that the mean is nearer to is the harder one to reject. */
        r.statistic = (fabs(s.mean) - margin) / (s.sd / sqrt(s.n));
        r.p = t_below(r.statistic, s.n - 1);
        if (s.mean < 0)
            r.statistic = -r.statistic;
    }
    return r;
}
