/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/average/average.h"

#include <math.h>
#include <string.h>

struct sma {
    double from;
};

static const struct hparam hparams[] = {
    {"from", HPARAM_NUMBER, offsetof(struct sma, from), .fallback = "0.02", .low = 0, .high = 1e9,
     .doc = "steps before the first whose weights count; below 1: a share of the run's"},
    {0},
};

/* A share is rounded as floats are: it may come out a bit above the step that is meant. */
static long steps_before(const struct sma *sma, long n_steps)
{
    const double ROUNDING = 1e-12;

    return (long)ceil(sma->from < 1 ? sma->from * (double)n_steps * (1 - ROUNDING) : sma->from);
}

/* Until it begins it is the weights. The mean is in two floats, as one would not see the last of many steps: they move
 * it by less than its rounding. */
static void add(const void *config, const struct average_step *step)
{
    long n_counted = step->step - steps_before(config, step->n_steps);
    double rate = 1 / (double)n_counted;
    float *restrict a = step->blocks[0], *restrict rest = step->blocks[1];
    const float *restrict w = step->w;

    if (n_counted <= 1) {
        memcpy(a, w, step->n * sizeof *a);
        memset(rest, 0, step->n * sizeof *rest);
        return;
    }
#pragma omp simd
    for (size_t i = 0; i < step->n; i++) {
        double mean = (double)a[i] + (double)rest[i];

        mean += rate * ((double)w[i] - mean);
        a[i] = (float)mean;
        rest[i] = (float)(mean - (double)a[i]);
    }
}

static int check(const void *config, long n_steps, struct error *err)
{
    const struct sma *sma = config;
    long n_counted = n_steps - steps_before(sma, n_steps);

    if (n_counted >= 2)
        return 0;
    return error_set(err, "average.from %g leaves %ld of a run's %ld steps: two at least make an average", sma->from,
                     n_counted > 0 ? n_counted : 0, n_steps);
}

const struct average_type average_sma = {
    .component =
        {
            .name = "sma",
            .doc = "simple moving average: the plain mean of the weights behind each step, from one on",
            .formula = "a = mean of w_t, t > from; w until then",
            .source = "Arpit et al. 2022 (arXiv 2110.10832)",
            .caveat = "from is a share of the run by default: 0.02, where its authors have 100 of 5,001 steps",
            .hparams = hparams,
            .config_size = sizeof(struct sma),
        },
    .n_blocks = 2,
    .add = add,
    .check = check,
};
