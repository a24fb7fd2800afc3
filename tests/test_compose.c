/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One step of a linear model against the same step in double precision, for each
 * way to compose: weights of the objective, trimming, class weights, mixup, SAM. */
#include "learn/config/config.h"
#include "learn/config/method.h"
#include "nn/class_weights.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

enum { N = 20, MICRO_BATCH = 8, C = 10, D = 3 * 32 * 32 };

static const double RATE = 0.05;
/* Gradients are sums of about a thousand products in single precision. */
static const double TOLERANCE = 2e-5;

static struct dataset dataset;
static struct standard standard;
static uint32_t indices[N];
static const int counts[C] = {500, 400, 300, 200, 100, 50, 30, 20, 10, 5};

static int open_data(void **state)
{
    struct arena arena = {0};
    struct settings description, s;
    struct dataset_source source = {"shapes", NULL, &description, NULL};
    struct error err;

    (void)state;
    settings_init(&description, &arena);
    settings_init(&s, &arena);
    settings_set(&description, "format", value_string("shapes"));
    settings_set(&s, "data.train_per_class", value_number(2));
    settings_set(&s, "data.test_per_class", value_number(1));
    settings_set(&s, "data.difficulty", value_number(0.5));
    if (dataset_open(&dataset, &source, &s, &err) < 0)
        fail_msg("%s", err.text);
    for (uint32_t i = 0; i < N; i++)
        indices[i] = i;
    standard_measure(&dataset.signature.fields[0], &dataset.train.values[0], indices, N, &standard);
    arena_release(&arena);
    return 0;
}

static int close_data(void **state)
{
    (void)state;
    dataset_close(&dataset);
    return 0;
}

/* A model W [C][D], b [C] and its gradient, all in double. */
struct reference {
    double w[C][D], b[C], gw[C][D], gb[C];
    double x[N][D];      /* of the batch, mixed */
    int labels[N], partner_labels[N];
    double share[N];     /* of the label; the rest is the partner's */
};

struct composition {
    const char *settings;
    double clip;  /* of rgd; 0: erm */
    int n_trimmed;
    double class_beta, sam;
    bool mixes;
};

/* Cross-entropy of example i weighted by class, and its gradient by scores. */
static double loss_of(const struct reference *r, const struct composition *c, int i, double *g)
{
    double z[C], top = -INFINITY, sum = 0, loss = 0, class_weight[C];

    class_weights(c->class_beta, counts, C, class_weight);
    for (int k = 0; k < C; k++) {
        z[k] = r->b[k];
        for (int d = 0; d < D; d++)
            z[k] += r->w[k][d] * r->x[i][d];
        top = fmax(top, z[k]);
    }
    for (int k = 0; k < C; k++)
        sum += exp(z[k] - top);
    for (int k = 0; k < C; k++)
        g[k] = 0;
    for (int side = 0; side < 2; side++) {
        int label = side ? r->partner_labels[i] : r->labels[i];
        double share = (side ? 1 - r->share[i] : r->share[i]) * class_weight[label];

        loss += share * (log(sum) + top - z[label]);
        for (int k = 0; k < C; k++)
            g[k] += share * (exp(z[k] - top) / sum - (k == label));
    }
    return loss;
}

static void gradient(struct reference *r, const struct composition *c)
{
    double losses[N], g[N][C];

    memset(r->gw, 0, sizeof r->gw);
    memset(r->gb, 0, sizeof r->gb);
    for (int i = 0; i < N; i++)
        losses[i] = loss_of(r, c, i, g[i]);
    for (int i = 0; i < N; i++) {
        int n_above = 0;
        double weight = c->clip > 0 ? exp(fmin(losses[i], c->clip) / (c->clip + 1)) : 1;

        for (int k = 0; k < N; k++)
            n_above += losses[k] > losses[i];
        if (n_above < c->n_trimmed)
            continue;
        for (int k = 0; k < C; k++) {
            r->gb[k] += weight * g[i][k] / (N - c->n_trimmed);
            for (int d = 0; d < D; d++)
                r->gw[k][d] += weight * g[i][k] * r->x[i][d] / (N - c->n_trimmed);
        }
    }
}

static void move(struct reference *r, double stride)
{
    for (int k = 0; k < C; k++) {
        r->b[k] += stride * r->gb[k];
        for (int d = 0; d < D; d++)
            r->w[k][d] += stride * r->gw[k][d];
    }
}

static double length(const struct reference *r)
{
    double sum = 0;

    for (int k = 0; k < C; k++) {
        sum += r->gb[k] * r->gb[k];
        for (int d = 0; d < D; d++)
            sum += r->gw[k][d] * r->gw[k][d];
    }
    return sqrt(sum);
}

static void step(struct reference *r, const struct composition *c)
{
    static struct reference up;

    gradient(r, c);
    if (c->sam > 0) {
        up = *r;
        move(&up, c->sam / length(r));
        gradient(&up, c);
        memcpy(r->gw, up.gw, sizeof r->gw);
        memcpy(r->gb, up.gb, sizeof r->gb);
    }
    move(r, -RATE);
}

static void load(struct reference *r, const struct trainer *t)
{
    const struct param *w = &t->engine.graph.params.items[0], *b = &t->engine.graph.params.items[1];

    assert_true(w->size == (size_t)C * D && b->size == C);
    for (int k = 0; k < C; k++) {
        r->b[k] = t->weights[b->offset + (size_t)k];
        for (int d = 0; d < D; d++) /* the block has [in][out] */
            r->w[k][d] = t->weights[w->offset + (size_t)d * C + (size_t)k];
    }
}

static void fill(struct reference *r, const struct trainer *t, struct rng rng)
{
    static float x[N][D];
    struct transform_mix mixes[N];

    batch_fill(&dataset.signature.fields[0], &dataset.train.values[0], &standard, indices, N, NULL, rng, x);
    for (int i = 0; i < N; i++)
        r->labels[i] = dataset.train.labels[i];
    for (int i = 0; i < N; i++)
        mixes[i] = (struct transform_mix){i, 1};
    if (t->engine.slots->transform->mix)
        t->engine.slots->transform->mix(t->engine.slots->transform_config,
                                        &(struct transform_batch){.n = N, .n_environments = 1}, rng, mixes);
    for (int i = 0; i < N; i++) {
        int p = mixes[i].partner;

        r->share[i] = mixes[i].share;
        r->partner_labels[i] = r->labels[p];
        for (int d = 0; d < D; d++)
            r->x[i][d] = mixes[i].share * x[i][d] + (1 - mixes[i].share) * x[p][d];
    }
}

static void check(const struct composition *c)
{
    static struct reference want, got;
    struct arena arena = {0};
    struct settings s, more;
    struct method method;
    const struct method_data data = {{.n_classes = C, .class_counts = counts}, N, TARGET_CLASS, false};
    const struct engine_data reads = {
        .pool = &dataset.train, .standard = &standard};
    const struct trainer_step how = {.step = 1, .rate = RATE, .rng = rng_seed(5)};
    struct trainer_sums sums;
    struct trainer t;
    struct graph graph;
    struct error err;
    double largest = 0;

    settings_init(&s, &arena);
    settings_init(&more, &arena);
    assert_int_equal(settings_parse(&more, "data = \"shapes\"\ndata.format = \"shapes\"\n", &err), 0);
    assert_int_equal(settings_parse(&more, c->settings, &err), 0);
    settings_copy(&s, &more);
    if (config_complete(&s, &err) < 0 || method_open(&method, &s, &data, &arena, &err) < 0)
        fail_msg("%s: %s", c->settings, err.text);
    graph_init(&graph, &arena, &dataset.signature);
    assert_int_equal(model_add_head(&graph, "output", HEAD_LINEAR, &(struct op_linear){.width = C}, GRAPH_INPUT, &err), 1);
    trainer_init(&t, &arena, &method.trainer, &graph,
                 &(struct engine_sizes){C, N, MICRO_BATCH, 2, 0, 0, TARGET_CLASS}, rng_seed(3));
    load(&want, &t);
    fill(&want, &t, how.rng);
    trainer_step(&t, &reads, indices, N, &how, &sums);
    step(&want, c);
    load(&got, &t);
    for (int k = 0; k < C; k++)
        for (int d = 0; d < D; d++)
            largest = fmax(largest, fabs(RATE * want.gw[k][d]));
    for (int k = 0; k < C; k++)
        for (int d = 0; d < D; d++)
            if (fabs(got.w[k][d] - want.w[k][d]) > TOLERANCE * largest + 1e-8)
                fail_msg("%s: weight %d,%d is %.9g, not %.9g (steps up to %g)", c->settings, k, d,
                         got.w[k][d], want.w[k][d], largest);
    arena_release(&arena);
}

static void test_steps(void **state)
{
    static const struct composition compositions[] = {
        {.settings = ""},
        {.settings = "objective = \"rgd\"\nobjective.clip = 2\n", .clip = 2},
        {.settings = "objective = \"rgd\"\nobjective.clip = 2\nobjective.trim = 0.25\n", .clip = 2,
         .n_trimmed = 5},
        {.settings = "loss.class_beta = 0.99\n", .class_beta = 0.99},
        {.settings = "transform = \"mixup\"\ntransform.alpha = 2\n", .mixes = true},
        {.settings = "optimizer.sam = 0.5\n", .sam = 0.5},
        {.settings = "objective = \"rgd\"\nobjective.trim = 0.1\nloss.class_beta = 0.9\n"
                     "transform = \"mixup\"\noptimizer.sam = 0.2\n",
         .clip = 1, .n_trimmed = 2, .class_beta = 0.9, .sam = 0.2, .mixes = true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof compositions / sizeof *compositions; i++)
        check(&compositions[i]);
}

/* Beta(a, a) has mean 1/2 and variance 1 / (4 (2 a + 1)); partners are a
 * permutation. Limits are 4 standard errors of 4000 draws. */
static void test_mixup_draws(void **state)
{
    static const double alphas[] = {0.1, 0.5, 1, 3, 50};
    enum { DRAWS = 4000, BATCH = 7 };
    const struct transform_type *mixup = NULL;

    (void)state;
    for (int i = 0; transform_kind.at(i); i++)
        if (strcmp(transform_kind.at(i)->name, "mixup") == 0)
            mixup = (const struct transform_type *)transform_kind.at(i);
    assert_non_null(mixup);
    for (size_t k = 0; k < sizeof alphas / sizeof *alphas; k++) {
        double variance = 1 / (4 * (2 * alphas[k] + 1)), sum = 0, squares = 0, fourth = 0;

        for (int i = 0; i < DRAWS; i++) {
            struct transform_mix mixes[BATCH];
            int seen = 0;
            double d;

            mixup->mix(&alphas[k], &(struct transform_batch){.n = BATCH, .n_environments = 1},
                       rng_index(rng_seed(9), (uint64_t)i), mixes);
            d = mixes[0].share - 0.5;
            assert_true(mixes[0].share >= 0 && mixes[0].share <= 1);
            sum += d;
            squares += d * d;
            fourth += d * d * d * d;
            for (int b = 0; b < BATCH; b++) {
                assert_true(mixes[b].share == mixes[0].share);
                seen |= 1 << mixes[b].partner;
            }
            assert_int_equal(seen, (1 << BATCH) - 1);
        }
        assert_true(fabs(sum / DRAWS) < 4 * sqrt(variance / DRAWS));
        assert_true(fabs(squares / DRAWS - variance) <
                    4 * sqrt((fourth / DRAWS - variance * variance) / DRAWS));
    }
}

/* Each environment's part with that of one other, at the same places and with one share; all
 * circles of three occur, and a single environment stays as it is. */
static void test_mixup_of_environments(void **state)
{
    enum { PART = 4, PARTS = 3, DRAWS = 400 };
    const double alpha = 0.2;
    const struct transform_type *mixup =
        (const struct transform_type *)component_find(&transform_kind, "mixup_domains", NULL);
    const struct transform_batch parts = {.n = PARTS * PART, .n_environments = PARTS};
    int n_next[PARTS][PARTS] = {{0}};
    struct transform_mix mixes[PARTS * PART];

    (void)state;
    for (int i = 0; i < DRAWS; i++) {
        int seen = 0;

        mixup->mix(&alpha, &parts, rng_index(rng_seed(5), (uint64_t)i), mixes);
        for (int e = 0; e < PARTS; e++) {
            int other = mixes[e * PART].partner / PART;

            assert_int_not_equal(other, e);
            seen |= 1 << other;
            n_next[e][other]++;
            for (int k = 0; k < PART; k++) {
                assert_int_equal(mixes[e * PART + k].partner, other * PART + k);
                assert_true(mixes[e * PART + k].share == mixes[e * PART].share);
            }
        }
        assert_int_equal(seen, (1 << PARTS) - 1);
        assert_true(mixes[0].share != mixes[PART].share);
    }
    for (int e = 0; e < PARTS; e++) /* two circles, of probability a half */
        for (int other = 0; other < PARTS; other++)
            assert_in_range(n_next[e][other], e == other ? 0 : 150, e == other ? 0 : 250);
    mixup->mix(&alpha, &(struct transform_batch){.n = PART, .n_environments = 1}, rng_seed(5), mixes);
    for (int k = 0; k < PART; k++)
        assert_int_equal(mixes[k].partner, k);
}

/* Within classes with probability p_sel, else within environments, each partner as likely, up to 4 or 5 standard errors.
 * An example without one stays as it is. */
static void test_lisa(void **state)
{
    enum { N_MIXED = 8, DRAWS = 4000 };
    static const int labels[N_MIXED] = {0, 1, 0, 1, 0, 2, 0, 1}, environments[N_MIXED] = {0, 0, 1, 0, 1, 0, 2, 2};
    const double settings[] = {0.25, 2}; /* p_sel, alpha */
    uint64_t room[N_MIXED];
    const struct transform_batch batch = {N_MIXED, 3, labels, environments, room};
    const struct transform_type *lisa =
        (const struct transform_type *)component_find(&transform_kind, "lisa", NULL);
    int n_within_class = 0, n_with[2][N_MIXED][N_MIXED] = {{{0}}};
    double sum = 0, squares = 0, n_shares = 0;
    struct transform_mix mixes[N_MIXED];

    (void)state;
    for (int d = 0; d < DRAWS; d++) {
        bool is_within_class;

        lisa->mix(settings, &batch, rng_index(rng_seed(11), (uint64_t)d), mixes);
        is_within_class = mixes[0].partner != 0 && labels[mixes[0].partner] == 0;
        n_within_class += is_within_class;
        for (int i = 0; i < N_MIXED; i++) {
            int k = mixes[i].partner;

            n_with[is_within_class][i][k]++;
            assert_true(k == i ? mixes[i].share == 1 : mixes[i].share > 0 && mixes[i].share < 1);
            if (k == i)
                continue;
            sum += mixes[i].share;
            squares += (mixes[i].share - 0.5) * (mixes[i].share - 0.5);
            n_shares++;
        }
    }
    assert_true(fabs((double)n_within_class / DRAWS - 0.25) < 4 * sqrt(0.25 * 0.75 / DRAWS));
    assert_true(fabs(sum / n_shares - 0.5) < 4 * sqrt(0.05 / n_shares)); /* Beta(2, 2) has the variance 1/20 */
    assert_true(fabs(squares / n_shares - 0.05) < 0.001);
    for (int within_class = 0; within_class < 2; within_class++)
        for (int i = 0; i < N_MIXED; i++) {
            int n_partners = 0, n = within_class ? n_within_class : DRAWS - n_within_class;
            bool fits[N_MIXED];

            for (int k = 0; k < N_MIXED; k++) {
                fits[k] = (labels[i] == labels[k]) == within_class &&
                          (environments[i] == environments[k]) != within_class;
                n_partners += fits[k];
            }
            for (int k = 0; k < N_MIXED; k++) {
                double p = n_partners ? fits[k] / (double)n_partners : k == i;

                if (fabs(n_with[within_class][i][k] - n * p) > 5 * sqrt(n * p * (1 - p)))
                    fail_msg("%d: %d with %d: %d of %d", within_class, i, k, n_with[within_class][i][k], n);
            }
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_mixup_draws),
        cmocka_unit_test(test_mixup_of_environments),
        cmocka_unit_test(test_lisa),
    };

    return cmocka_run_group_tests(tests, open_data, close_data);
}
