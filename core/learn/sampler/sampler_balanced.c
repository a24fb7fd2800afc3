/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/sampler/sampler.h"

struct balanced {
    int by; /* enum objective_by */
};

static const struct hparam hparams[] = {
    {"by", HPARAM_CHOICE, offsetof(struct balanced, by), .fallback = "\"class\"", .choices = objective_by_names,
     .doc = "what is drawn equally often: class, environment, or both: each class in an environment"},
    {0},
};

static enum objective_by by(const void *config)
{
    return (enum objective_by)((const struct balanced *)config)->by;
}

/* A group, each alike, then an example of it, each alike. */
static void draw(const struct sampler_groups *groups, int n, struct rng rng, uint32_t *ret_examples)
{
    for (int i = 0; i < n; i++) {
        uint32_t g = rng_below(&rng, (uint32_t)groups->n);
        int first = g ? groups->ends[g - 1] : 0;

        ret_examples[i] = groups->examples[first + (int)rng_below(&rng, (uint32_t)(groups->ends[g] - first))];
    }
}

const struct sampler_type sampler_balanced = {
    .component =
        {
            .name = "balanced",
            .doc = "each class, environment or class in an environment as often, drawn with replacement",
            .formula = "p_i = 1 / (G n_g) in each draw, n_g > 0; as many draws as there are examples",
            .source = "SubpopBench's ReSample, Yang et al. 2023 (arXiv 2302.12254); group DRO's authors train so "
                      "(arXiv 1911.08731)",
            .hparams = hparams,
            .config_size = sizeof(struct balanced),
        },
    .by = by,
    .draw = draw,
};
