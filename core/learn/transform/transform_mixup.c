/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/dataset.h"
#include "learn/transform/beta.h"
#include "learn/transform/transform.h"

#include <assert.h>

struct mixup {
    double alpha;
};

static const struct hparam hparams[] = {
    {"alpha", HPARAM_NUMBER, offsetof(struct mixup, alpha), .fallback = "1", .low = 0.001,
     .high = 100, .doc = "shares are Beta(alpha, alpha): 1 is uniform, towards 0 nothing mixes"},
    {0},
};

/* One share for the batch, partners by a random permutation of it. */
static void mix(const void *config, const struct transform_batch *batch, struct rng rng,
                struct transform_mix *ret_mixes)
{
    const struct mixup *mixup = config;
    struct rng share_rng = rng_derive(rng, "mixup share"), order = rng_derive(rng, "mixup order");
    double share = beta_draw(mixup->alpha, &share_rng);
    int n = batch->n;

    for (int i = 0; i < n; i++)
        ret_mixes[i] = (struct transform_mix){i, share};
    for (int i = n - 1; i > 0; i--) {
        int k = (int)rng_below(&order, (uint32_t)i + 1), partner = ret_mixes[i].partner;

        ret_mixes[i].partner = ret_mixes[k].partner;
        ret_mixes[k].partner = partner;
    }
}

/* The environments in a random circle: each example with that at its place in the next one. One
 * share for each environment. */
static void mix_domains(const void *config, const struct transform_batch *batch, struct rng rng,
                        struct transform_mix *ret_mixes)
{
    const struct mixup *mixup = config;
    struct rng share_rng = rng_derive(rng, "mixup share"), order = rng_derive(rng, "mixup order");
    int n_environments = batch->n_environments, part = batch->n / n_environments;
    uint32_t circle[DATASET_MAX_GROUPS];

    assert(n_environments <= DATASET_MAX_GROUPS && batch->n % n_environments == 0);
    for (int e = 0; e < n_environments; e++)
        circle[e] = (uint32_t)e;
    rng_shuffle(&order, circle, (uint32_t)n_environments);
    for (int e = 0; e < n_environments; e++) {
        int own = (int)circle[e] * part, other = (int)circle[(e + 1) % n_environments] * part;
        double share = beta_draw(mixup->alpha, &share_rng);

        for (int i = 0; i < part; i++)
            ret_mixes[own + i] = (struct transform_mix){other + i, share};
    }
}

const struct transform_type transform_mixup = {
    .component =
        {
            .name = "mixup",
            .doc = "each picture blended with another of the batch, labels likewise",
            .formula = "x <- s x + (1 - s) x', v = s v(y) + (1 - s) v(y'), s ~ Beta(alpha, alpha)",
            .source = "Zhang et al. 2018 (arXiv 1710.09412) and its authors' code",
            .hparams = hparams,
            .config_size = sizeof(struct mixup),
        },
    .mix = mix,
};

const struct transform_type transform_mixup_domains = {
    .component =
        {
            .name = "mixup_domains",
            .doc = "mixup of each environment's part of the batch with that of another",
            .formula = "as mixup; x' of the next environment in a random circle, s for each",
            .source = "Wang et al. 2020 (arXiv 2001.00677); DomainBed's Mixup",
            .hparams = hparams,
            .config_size = sizeof(struct mixup),
        },
    .mix = mix_domains,
    .needs = TRANSFORM_PARTS,
};
