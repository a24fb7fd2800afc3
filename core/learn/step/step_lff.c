/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Learning from failure: a second model of the same kind, biased, learns what is easily learnt, by generalised cross-entropy;
 * what it fails at weighs more for the first. Both are asked before either moves, and both move by the run's optimizer.
 *
 * As SubpopBench has it, with the losses of the moment: the authors' code first averages each example's losses over time,
 * and divides them by the largest average of its class. That is a memory of the training part, which what comes to a step
 * augmented or mixed is not of. Its generalised cross-entropy is q times Zhang and Sabuncu's, in both. */
#include "learn/step/step.h"
#include "math/kernels.h"

#include <math.h>
#include <string.h>

struct lff {
    double q;
};

static const struct hparam hparams[] = {
    {"q", HPARAM_NUMBER, offsetof(struct lff, q), .fallback = "0.7", .low = 1e-6, .high = 1,
     .doc = "the biased model's: how much less it heeds what it gives a low probability"},
    {0},
};

/* Its room: the biased model, what the optimizer keeps for it, and its losses of a batch. */
struct second {
    float *weights, *states[OPTIMIZER_MAX_STATES], *losses;
};

static struct second second_of(const struct trainer *t)
{
    size_t size = t->engine.graph.params.size;
    int n_states = t->method.optimizer->n_states;
    struct second second = {.weights = t->step_room, .losses = t->step_room + (size_t)(1 + n_states) * size};

    for (int i = 0; i < n_states; i++)
        second.states[i] = t->step_room + (size_t)(1 + i) * size;
    return second;
}

static size_t count_room(const struct trainer_method *method, const struct graph *graph, int batch)
{
    return (size_t)(1 + method->optimizer->n_states) * graph->params.size + (size_t)batch;
}

static void begin(struct trainer *t, struct rng rng)
{
    struct second second = second_of(t);

    for (int i = 0; i < t->method.optimizer->n_states; i++)
        memset(second.states[i], 0, t->engine.graph.params.size * sizeof *second.states[i]);
    if (t->step_start)
        memcpy(second.weights, t->step_start, t->engine.graph.params.size * sizeof *second.weights);
    else
        params_init(&t->engine.graph.params, second.weights, rng);
}

static void add_state(const struct trainer *t, struct state *state)
{
    size_t n_blocks = (size_t)(1 + t->method.optimizer->n_states);

    state_add(state, "biased", TENSOR_F32, t->step_room, n_blocks * t->engine.graph.params.size);
}

/* The losses of the other model, and this step's settings. */
struct weighing {
    const struct lff *lff;
    float *biased; /* [n] */
};

/* q p^q, p = exp(-v) the probability of the label, where the loss is cross-entropy. */
static void weigh_biased(void *context, const struct objective_batch *losses, double *ret_weights)
{
    const struct weighing *w = context;

    for (int i = 0; i < losses->n; i++) {
        w->biased[i] = (float)losses->losses[i];
        ret_weights[i] = w->lff->q * kernel_exp(-w->lff->q * losses->losses[i]);
    }
}

static void weigh_failures(void *context, const struct objective_batch *losses, double *ret_weights)
{
    const struct weighing *w = context;

    for (int i = 0; i < losses->n; i++) {
        double b = (double)w->biased[i];

        ret_weights[i] = b / (b + losses->losses[i] + 1e-8);
    }
}

static double gradient(struct trainer *t, const struct engine_batch *batch, const struct trainer_step *step,
                       int *ret_n_correct)
{
    struct second second = second_of(t);
    struct weighing weighing = {t->method.step_config, second.losses};
    struct engine_batch biased = *batch, debiased = *batch;
    double loss;

    biased.weigh = weigh_biased;
    debiased.weigh = weigh_failures;
    biased.weigh_context = debiased.weigh_context = &weighing;
    loss = engine_gradient(&t->engine, second.weights, &biased);
    if (!isfinite(loss) || !trainer_move(t, step->step, step->rate, second.weights, second.states))
        return NAN;
    loss = engine_gradient(&t->engine, t->weights, &debiased);
    *ret_n_correct = step_count_correct(t, batch->n);
    return loss;
}

const struct step_type step_lff = {
    .component =
        {
            .name = "lff",
            .doc = "learning from failure: what a second, biased model fails at weighs more",
            .formula = "w = b / (b + v + 1e-8), b the biased model's loss, which trains with weights q exp(-q b)",
            .source = "Nam et al. 2020 (arXiv 2007.02561), in SubpopBench's form, without averages over time",
            .hparams = hparams,
            .config_size = sizeof(struct lff),
        },
    .weighs = true,
    .has_model = true,
    .count_room = count_room,
    .begin = begin,
    .add_state = add_state,
    .gradient = gradient,
};
