/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All differences equal: there is no t, also where they are all 0. Without spread the
 * data do not say how far the mean may be off, and p = 0 from two pairs would be one
 * of the strongest results there are. */
#include "stats/distribution.h"
#include "stats/test.h"

#include <assert.h>
#include <math.h>

static struct test_result run(const struct test_input *in)
{
    struct test_result r = {.statistic = NAN, .p = NAN, .n = in->n_a, .way = TEST_THEORY};
    struct summary s;

    assert(in->n_a == in->n_b);
    r.reason = test_summary(in, &s);
    if (r.reason == TEST_SOUND) {
        r.statistic = s.mean / (s.sd / sqrt(in->n_a));
        r.p = 2 * t_below(-fabs(r.statistic), in->n_a - 1);
    }
    return r;
}

const struct test_type test_paired_t = {
    .name = "paired_t",
    .title = "paired t-test",
    .statistic = "t",
    .doc = "is the mean difference 0, when differences are normal",
    .source = "Student 1908, The probable error of a mean",
    .is_paired = true,
    .run = run,
};
