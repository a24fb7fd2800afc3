/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/transform/beta.h"
#include "learn/transform/transform.h"

#include <stdlib.h>

struct lisa {
    double p_sel, alpha;
};

static const struct hparam hparams[] = {
    {"p_sel", HPARAM_NUMBER, offsetof(struct lisa, p_sel), .fallback = "0.5", .low = 0, .high = 1,
     .doc = "how often a batch is mixed within classes, across environments; else within environments, across "
            "classes"},
    {"alpha", HPARAM_NUMBER, offsetof(struct lisa, alpha), .fallback = "2", .low = 0.001, .high = 100,
     .doc = "shares are Beta(alpha, alpha): 1 is uniform, towards 0 nothing mixes"},
    {0},
};

/* An example by what its partner has too, by what its partner has not, and by its place: a number to sort by. */
enum { WITHIN_BIT = 48, ACROSS_BIT = 32 };

static uint64_t within(uint64_t key)
{
    return key >> WITHIN_BIT;
}

static uint64_t both(uint64_t key)
{
    return key >> ACROSS_BIT;
}

static int ascending(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

static int end_of(const uint64_t *keys, int n, int first, uint64_t (*part)(uint64_t key))
{
    int end = first;

    while (end < n && part(keys[end]) == part(keys[first]))
        end++;
    return end;
}

/* Sorted, those that an example may be mixed with are its class (or environment) without its own group in that, two
 * runs of keys; of these each is as likely. Without any it stays as it is. */
static void mix(const void *config, const struct transform_batch *batch, struct rng rng,
                struct transform_mix *ret_mixes)
{
    const struct lisa *lisa = config;
    struct rng selection = rng_derive(rng, "lisa selection"), partners = rng_derive(rng, "lisa partner"),
               shares = rng_derive(rng, "lisa share");
    bool is_within_class = rng_uniform(&selection) < lisa->p_sel;
    const int *keep = is_within_class ? batch->labels : batch->environments;
    const int *change = is_within_class ? batch->environments : batch->labels;
    uint64_t *keys = batch->room;
    int n = batch->n;

    for (int i = 0; i < n; i++)
        keys[i] = (uint64_t)keep[i] << WITHIN_BIT | (uint64_t)change[i] << ACROSS_BIT | (uint64_t)i;
    qsort(keys, (size_t)n, sizeof *keys, ascending);
    for (int first = 0, end; first < n; first = end) {
        end = end_of(keys, n, first, within);
        for (int own = first, own_end; own < end; own = own_end) {
            int n_others;

            own_end = end_of(keys, n, own, both);
            n_others = end - first - (own_end - own);
            for (int k = own; k < own_end; k++) {
                int i = (int)(uint32_t)keys[k], other = first;
                double share = beta_draw(lisa->alpha, &shares);

                ret_mixes[i] = (struct transform_mix){i, 1};
                if (n_others == 0)
                    continue;
                other += (int)rng_below(&partners, (uint32_t)n_others);
                other += other >= own ? own_end - own : 0;
                ret_mixes[i] = (struct transform_mix){(int)(uint32_t)keys[other], share};
            }
        }
    }
}

static bool crosses_classes(const void *config)
{
    return ((const struct lisa *)config)->p_sel < 1;
}

const struct transform_type transform_lisa = {
    .component =
        {
            .name = "lisa",
            .doc = "each picture blended with one of its class in another environment, or of its environment in another "
                   "class",
            .formula = "as mixup, s for each example; p_sel of the batches have y' = y, e' != e, the others e' = e, "
                       "y' != y",
            .source = "Yao et al. 2022 (arXiv 2201.00299); SubpopBench's LISA",
            .caveat = "a partner is any such example of the batch, each as likely; an example without one stays as it is",
            .hparams = hparams,
            .config_size = sizeof(struct lisa),
        },
    .mix = mix,
    .needs = TRANSFORM_ENVIRONMENTS,
    .crosses_classes = crosses_classes,
};
