/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/average/average.h"

#include <string.h>

/* The average moves to the new weights; the first of them are its start, as in
 * torch.optim.swa_utils.AveragedModel. */
static void add(const void *config, const struct average_step *step)
{
    float rest = (float)(1 - ((const struct optimizer_common *)config)->ema);
    float *restrict a = step->blocks[0];
    const float *restrict w = step->w;

    if (step->step == 1)
        memcpy(a, w, step->n * sizeof *a);
#pragma omp simd
    for (size_t i = 0; i < step->n; i++)
        a[i] += rest * (w[i] - a[i]);
}

const struct average_type average_ema = {
    .component = {.name = "ema"},
    .n_blocks = 1,
    .add = add,
};
