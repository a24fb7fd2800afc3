/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All differences equal: t is +-infinity and p is 0 where they are not 0, else t
 * is 0 and p is 1. */
#include "base/arena.h"
#include "stats/distribution.h"
#include "stats/summary.h"
#include "stats/test.h"

#include <assert.h>
#include <math.h>

static struct test_result run(const struct test_input *in)
{
    struct test_result r = {.statistic = NAN, .p = NAN, .n = in->n_a, .way = TEST_THEORY};
    struct arena arena = {0};
    double *d = arena_alloc(&arena, (size_t)in->n_a * sizeof *d);
    struct summary s;

    assert(in->n_a == in->n_b);
    test_differences(in, d);
    s = summary_of(d, in->n_a);
    arena_release(&arena);
    if (in->n_a < 2)
        return r;
    /* mean / 0 is an infinity, 0 / 0 is 0 here */
    r.statistic = s.mean == 0 ? 0 * s.sd : s.mean / (s.sd / sqrt(in->n_a));
    r.p = 2 * t_below(-fabs(r.statistic), in->n_a - 1);
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
