/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The last layer anew: all before it stays as the first stage left it, what trains it is balanced, what selects is not
 * trained on; and a run that is stopped goes on to the same bits. */
#include "run_fixture.h"

#include "learn/protocol/training_list.h"

static const char *const MODELS[] = {
    "model = \"mlp\"\n", /* with dropout */
    "model = \"resnet\"\nmodel.depth = 8\nmodel.width = 2\n",
    "model = \"resnet\"\nmodel.depth = 8\nmodel.width = 2\nmodel.batch_norm = \"ghost\"\noptimizer.ema = 0.9\n",
    "model = \"mlp\"\noptimizer.sam = 0.1\noptimizer.weight_decay = 0.1\noptimizer.clip_norm = 1\n",
    "model = \"mlp\"\ntrain.late = 1\nlate_objective = \"absgd\"\nobjective = \"group_dro\"\n",
    "model = \"mlp\"\npenalty = \"sd\"\ntransform = \"mixup\"\n",
};
enum { N_MODELS = sizeof MODELS / sizeof *MODELS };

/* What a run ends with: where each parameter is, and all weights. */
struct ending {
    struct params params;
    float *weights;
};

static int ended(void *context, const struct params *params, const float *weights, struct error *err)
{
    struct ending *e = context;

    (void)err;
    e->params = *params;
    e->params.items = arena_alloc(&arena, (size_t)params->n * sizeof *params->items);
    memcpy(e->params.items, params->items, (size_t)params->n * sizeof *params->items);
    for (int i = 0; i < params->n; i++)
        e->params.items[i].name = arena_strdup(&arena, params->items[i].name);
    e->weights = arena_alloc(&arena, params->size * sizeof *weights);
    memcpy(e->weights, weights, params->size * sizeof *weights);
    return 0;
}

static int ignore(void *context, const struct run_point *point, struct error *err)
{
    (void)context, (void)point, (void)err;
    return 0;
}

static bool go_on(void *context, long step, long n_steps)
{
    (void)context, (void)step, (void)n_steps;
    return false;
}

static struct ending end_of(const char *more)
{
    static const struct checkpoint none = {NULL, "", 1e9};
    struct settings s = settings_with(more);
    struct ending e;
    const struct run_input input = {.settings = &s, .dataset = &dataset, .n_threads = 1, .checkpoint = &none};
    const struct run_observer observer = {
        .context = &e, .evaluated = ignore, .should_stop = go_on, .tell = tell, .ended = ended};
    struct run_result result;
    struct error err;

    if (run_train(&input, &observer, &result, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(result.outcome, RUN_FINISHED);
    return e;
}

static bool is_last_layer(const struct param *p)
{
    return strncmp(p->name, "output.", 7) == 0 || strncmp(p->name, "fc.", 3) == 0 || strncmp(p->name, "linear.", 7) == 0;
}

static bool is_same(const struct ending *a, const struct ending *b, int i)
{
    const struct param *p = &a->params.items[i];

    return memcmp(a->weights + p->offset, b->weights + p->offset, p->size * sizeof(float)) == 0;
}

/* Running means and variances are features, too. */
static void test_features_stay(void **state)
{
    (void)state;
    for (int m = 0; m < N_MODELS; m++) {
        struct ending plain = end_of(MODELS[m]),
                      crt = end_of(arena_printf(&arena, "%strain.retrain = \"crt\"\ntrain.retrain_epochs = 2\n", MODELS[m])),
                      cold = end_of(arena_printf(&arena, "%strain.retrain = \"crt\"\ntrain.retrain_epochs = 2\n"
                                                         "train.retrain_lr = 0.001\n", MODELS[m]));
        int n_last = 0;

        for (int i = 0; i < plain.params.n; i++) {
            bool is_last = is_last_layer(&plain.params.items[i]);

            n_last += is_last;
            if (is_same(&plain, &crt, i) == is_last || is_same(&crt, &cold, i) == is_last)
                fail_msg("%s: \"%s\" %s", MODELS[m], plain.params.items[i].name, is_last ? "stays" : "moves");
        }
        assert_true(n_last > 0);
    }
}

/* dfr holds part of validation out of what selects, and out of what else is trained on; a strong L1 norm makes the last
 * layer's weights nearly 0. */
static void test_dfr(void **state)
{
    static const char base[] = "model = \"mlp\"\ndata.validation = 6\ndata.train_per_class = 20\ntrain.retrain = \"dfr\"\n"
                               "train.retrain_epochs = 40\ntrain.retrain_lr = 0.01\noptimizer.momentum = 0\n";
    struct ending weak = end_of(arena_printf(&arena, "%strain.retrain_l1 = 0\n", base)),
                  strong = end_of(arena_printf(&arena, "%strain.retrain_l1 = 1\n", base));

    (void)state;
    for (int i = 0; i < weak.params.n; i++) {
        const struct param *p = &weak.params.items[i];
        double sums[2] = {0};

        assert_true(is_same(&weak, &strong, i) != is_last_layer(p));
        if (!is_last_layer(p) || p->n_dims < 2)
            continue;
        for (size_t k = 0; k < p->size; k++) {
            sums[0] += fabs((double)weak.weights[p->offset + k]);
            sums[1] += fabs((double)strong.weights[p->offset + k]);
        }
        assert_true(sums[1] < 0.1 * sums[0]);
    }
}

static void test_stopped_anywhere(void **state)
{
    (void)state;
    for (int m = 0; m < N_MODELS; m++) {
        check_stopped(arena_printf(&arena, "%strain.retrain = \"crt\"\ntrain.retrain_epochs = 3\n", MODELS[m]), 5);
        check_stopped(arena_printf(&arena, "%strain.retrain = \"dfr\"\ntrain.retrain_epochs = 6\ntrain.judge = \"best\"\n"
                                           "train.judge_by = \"accuracy\"\n", MODELS[m]), 5);
    }
}

/* Cells of 7, 2, 0 and 3: each three times an epoch, or as often as the smallest allows. */
static void test_balanced_draws(void **state)
{
    static const uint32_t indices[12] = {20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31};
    static const int cells[12] = {0, 1, 0, 3, 0, 0, 3, 0, 1, 0, 3, 0};
    static const enum objective_by by = BY_CLASS;
    const struct sampler each = {&sampler_each, &by};
    const struct objective_data data = {.n_classes = 4};
    uint16_t labels[32] = {0};
    struct sampler_groups groups;
    struct training_list list = {.rng = rng_seed(3), .sampler = each.type, .groups = &groups};
    int seen[12] = {0}, smallest;

    (void)state;
    for (int i = 0; i < 12; i++)
        labels[indices[i]] = (uint16_t)cells[i];
    groups = sampler_group(&each, &(struct sampler_list){indices, 12, labels, NULL, &data}, &arena);
    smallest = sampler_smallest(&groups);
    assert_int_equal(smallest, 2);
    assert_int_equal(groups.n, 3);
    for (int n_each = smallest; n_each <= 5; n_each++) {
        list.n = groups.n * n_each;
        list.order = arena_alloc(&arena, (size_t)(list.n + 12) * sizeof *list.order);
        for (int epoch = 0; epoch < 40; epoch++) {
            int of_cell[4] = {0}, of[12] = {0};

            list.order_epoch = -1;
            training_list_draw(&list, epoch);
            for (int i = 0; i < list.n; i++) {
                assert_in_range(list.order[i], 20, 31);
                of_cell[cells[list.order[i] - 20]]++;
                of[list.order[i] - 20]++;
                seen[list.order[i] - 20]++;
            }
            for (int c = 0; c < 4; c++)
                assert_int_equal(of_cell[c], c == 2 ? 0 : n_each);
            for (int i = 0; i < 12; i++) /* none comes again before the others of its cell */
                assert_true(cells[i] == 0 ? of[i] <= 1 : of[i] >= n_each / (cells[i] == 1 ? 2 : 3));
        }
    }
    for (int i = 0; i < 12; i++)
        assert_true(seen[i] > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_features_stay),
        cmocka_unit_test(test_dfr),
        cmocka_unit_test(test_stopped_anywhere),
        cmocka_unit_test(test_balanced_draws),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
