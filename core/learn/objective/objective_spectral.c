/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Spectral risks: an example's weight is a function of its rank alone, w = n sigma, higher for higher
 * losses, whatever their distance; a spectrum sigma sums to 1. Equal losses weigh equally: the mean of
 * what their ranks have. (CVaR is the spectrum that is flat on the worst share: objective_cvar.c.)
 *
 * With a shift the risk is the worst case over all mixtures of the spectrum's permutations, less nu times
 * their divergence from uniform: max over w of mean(w v) - nu D(w). Then distances count: near losses
 * weigh alike. It is found by pooling adjacent violators, in time linear in n:
 *
 *   1. examples stand from the highest loss to the lowest, each a block of its own;
 *   2. two neighbours whose levels stand in the wrong order become one block (struct shift);
 *   3. a block shares the spectrum's mass over its ranks, as the level asks.
 *
 * Without a shift, blocks are the ties. All that a block sums is counted from its highest loss, and losses
 * of one block lie within nu times what the spectrum spans: nothing cancels or overflows. */
#include "learn/objective/divergence.h"
#include "learn/objective/objective.h"
#include "learn/objective/tilt.h"
#include "math/kernels.h"

#include <math.h>

enum { SHIFT_NONE, SHIFT_CHI2, SHIFT_KL };

static const char *const shift_names[] = {"none", "chi2", "kl", NULL};

struct spectral {
    double steepness; /* of its spectrum: r, or R */
    int shift;        /* enum above */
    double nu;
};

#define SHIFT_HPARAMS                                                                            \
    {"shift", HPARAM_CHOICE, offsetof(struct spectral, shift), .fallback = "\"none\"",           \
     .choices = shift_names, .doc = "divergence from uniform that a weight pays for; none: the " \
                                    "ranks alone count"},                                        \
    {"nu", HPARAM_NUMBER, offsetof(struct spectral, nu), .fallback = "1", .low = 1e-6,           \
     .high = 1e6, .doc = "price of the shift, where there is one: towards 0 it is as without, " \
                         "infinity would be ERM"}

static const struct hparam extremile_hparams[] = {
    {"r", HPARAM_NUMBER, offsetof(struct spectral, steepness), .fallback = "2", .low = 1,
     .high = 100, .doc = "order: the expected highest of r losses drawn; 1 is ERM"},
    SHIFT_HPARAMS,
    {0},
};

static const struct hparam exponential_hparams[] = {
    {"aversion", HPARAM_NUMBER, offsetof(struct spectral, steepness), .fallback = "1", .low = 0,
     .high = 100, .doc = "R: the highest rank weighs e^R times the lowest; 0 is ERM"},
    SHIFT_HPARAMS,
    {0},
};

/* n examples from `first` on, in the order of ranks. */
struct block {
    double mass; /* of the spectrum, n sigma */
    double sum;  /* of u = (v - first's) / nu, or of exp(u) */
    int first, n;
};

/* What a shift makes of blocks; `gap` is u of b's first counted from a's, not above 0. */
struct shift {
    double start; /* the sum of a block of one */
    bool (*violates)(const struct block *a, const struct block *b, double gap);
    double (*join)(const struct block *a, const struct block *b, double gap); /* the sum of both */
    double (*level)(const struct block *block);
    double (*weight)(double u, double level);
    double (*divergence)(const double *w, int n);
};

static bool violates_none(const struct block *a, const struct block *b, double gap)
{
    (void)a, (void)b;
    return gap == 0;
}

static double join_none(const struct block *a, const struct block *b, double gap)
{
    (void)a, (void)b, (void)gap;
    return 0;
}

static double level_none(const struct block *block)
{
    return block->mass / block->n;
}

static double weight_none(double u, double level)
{
    (void)u;
    return level;
}

static double divergence_none(const double *w, int n)
{
    (void)w, (void)n;
    return 0;
}

/* w = u - level: a projection. */
static double level_chi2(const struct block *block)
{
    return (block->sum - block->mass) / block->n;
}

static bool violates_chi2(const struct block *a, const struct block *b, double gap)
{
    return level_chi2(a) < level_chi2(b) + gap;
}

static double join_chi2(const struct block *a, const struct block *b, double gap)
{
    return a->sum + b->sum + b->n * gap;
}

static double weight_chi2(double u, double level)
{
    return fmax(0, u - level);
}

/* w = exp(u) level. */
static double level_kl(const struct block *block)
{
    return block->mass / block->sum;
}

static bool violates_kl(const struct block *a, const struct block *b, double gap)
{
    return a->sum * b->mass < b->sum * a->mass * kernel_exp(gap);
}

static double join_kl(const struct block *a, const struct block *b, double gap)
{
    return a->sum + b->sum * kernel_exp(gap);
}

static double weight_kl(double u, double level)
{
    return kernel_exp(u) * level;
}

static const struct shift shifts[] = {
    [SHIFT_NONE] = {0, violates_none, join_none, level_none, weight_none, divergence_none},
    [SHIFT_CHI2] = {0, violates_chi2, join_chi2, level_chi2, weight_chi2, divergence_chi2},
    [SHIFT_KL] = {1, violates_kl, join_kl, level_kl, weight_kl, divergence_kl},
};

/* The blocks of a batch stand one behind the other in its ranks and in the weights to be: block i has its sum in
 * ranks[i].loss, its first in ranks[i].block, its mass in weights[i]. There are never more than ranks seen. */
static struct block block_at(const struct objective_batch *batch, const double *weights, int i, int end)
{
    const struct objective_rank *ranks = batch->ranks;

    return (struct block){weights[i], ranks[i].loss, ranks[i].block, end - ranks[i].block};
}

/* The loss of rank k less that of rank `from`, over nu. */
static double distance(const struct spectral *o, const struct objective_batch *batch, int k, int from)
{
    const struct objective_rank *ranks = batch->ranks;

    return (batch->losses[ranks[k].index] - batch->losses[ranks[from].index]) / o->nu;
}

/* From the spectrum by rank to blocks that stand in order; gives their number. */
static int pool(const struct spectral *o, const struct objective_batch *batch, double *weights)
{
    const struct shift *shift = &shifts[o->shift];
    int n_blocks = 0;

    for (int k = 0; k < batch->n; k++) {
        struct block block = {weights[k], shift->start, k, 1};

        for (; n_blocks > 0; n_blocks--) {
            struct block above = block_at(batch, weights, n_blocks - 1, block.first);
            double gap = distance(o, batch, block.first, above.first);

            if (!shift->violates(&above, &block, gap))
                break;
            block = (struct block){above.mass + block.mass, shift->join(&above, &block, gap), above.first,
                                   above.n + block.n};
        }
        weights[n_blocks] = block.mass;
        batch->ranks[n_blocks].loss = block.sum;
        batch->ranks[n_blocks].block = block.first;
        n_blocks++;
    }
    return n_blocks;
}

/* From the spectrum by rank to the weights by example. */
static void spread(const struct spectral *o, const struct objective_batch *batch, double *weights)
{
    const struct shift *shift = &shifts[o->shift];
    struct objective_rank *ranks = batch->ranks;
    int n_blocks = pool(o, batch, weights);

    for (int i = 0; i < n_blocks; i++) { /* levels in place of sums; the masses are needed no more then */
        struct block block = block_at(batch, weights, i, i + 1 < n_blocks ? ranks[i + 1].block : batch->n);

        ranks[i].loss = shift->level(&block);
    }
    for (int i = 0; i < n_blocks; i++) {
        int end = i + 1 < n_blocks ? ranks[i + 1].block : batch->n;

        for (int k = ranks[i].block; k < end; k++)
            weights[ranks[k].index] = shift->weight(distance(o, batch, k, ranks[i].block), ranks[i].loss);
    }
}

/* sigma = (i/n)^r - ((i - 1)/n)^r for the i-th lowest. */
static void weigh_extremile(const void *config, const struct objective_batch *batch, double *ret_weights)
{
    const struct spectral *o = config;
    int n = batch->n;
    double above = 1; /* (i/n)^r */

    objective_rank(batch);
    for (int k = 0; k < n; k++) {
        double share = (double)(n - k - 1) / n, below = share > 0 ? kernel_exp(o->steepness * kernel_log(share)) : 0;

        ret_weights[k] = n * (above - below);
        above = below;
    }
    spread(o, batch, ret_weights);
}

/* sigma ~ e^(R i/n): a soft-max of the ranks, as the integral of an exponential over 1/n is. */
static void weigh_exponential(const void *config, const struct objective_batch *batch, double *ret_weights)
{
    const struct spectral *o = config;

    objective_rank(batch);
    for (int k = 0; k < batch->n; k++)
        ret_weights[k] = (double)(batch->n - k) / batch->n;
    tilt(ret_weights, batch->n, o->steepness, ret_weights);
    spread(o, batch, ret_weights);
}

/* At its weights, in batch->room. */
static double value_of_weights(const struct spectral *o, const struct objective_batch *batch)
{
    return objective_weighted_mean(batch, batch->room) - o->nu * shifts[o->shift].divergence(batch->room, batch->n);
}

static double value_extremile(const void *config, const struct objective_batch *batch)
{
    weigh_extremile(config, batch, batch->room);
    return value_of_weights(config, batch);
}

static double value_exponential(const void *config, const struct objective_batch *batch)
{
    weigh_exponential(config, batch, batch->room);
    return value_of_weights(config, batch);
}

const struct objective_type objective_spectral_extremile = {
    .component =
        {
            .name = "spectral_extremile",
            .doc = "a spectral risk: the expected highest of r losses; with a shift, DRO around it",
            .formula = "w = n ((i/n)^r - ((i - 1)/n)^r) for the i-th lowest loss",
            .source = "Daouia et al. 2019; Mehta et al. 2023 (arXiv 2212.05149), 2024 (arXiv 2310.13863)",
            .hparams = extremile_hparams,
            .config_size = sizeof(struct spectral),
        },
    .reach = REACH_BATCH,
    .weigh = weigh_extremile,
    .value = value_extremile,
};

const struct objective_type objective_spectral_exponential = {
    .component =
        {
            .name = "spectral_exponential",
            .doc = "the exponential spectral risk (ESRM): a soft-max of ranks; with a shift, DRO around it",
            .formula = "w ~ exp(R i / n) for the i-th lowest loss, mean 1",
            .source = "Cotter and Dowd 2006; Mehta et al. 2023 (arXiv 2212.05149), 2024 (arXiv 2310.13863)",
            .hparams = exponential_hparams,
            .config_size = sizeof(struct spectral),
        },
    .reach = REACH_BATCH,
    .weigh = weigh_exponential,
    .value = value_exponential,
};
