/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every objective and both models train to the same bits on any number of threads,
 * with activations kept or computed again; and to what is known to be the same
 * by algebra. What must not move the weights does not. */
#include "learn/weights.h"
#include "trainer_fixture.h"

static void check_objective(const char *name, double trim)
{
    char want[65], got[65];

    train(&(struct setup){name, trim, 1, ENGINE_KEEP, NULL, 0, 0, 0, 0}, want);
    for (int n_threads = 1; n_threads <= 8; n_threads = n_threads < 4 ? n_threads + 1 : 8) {
        for (int keeps = 0; keeps < 2; keeps++) {
            train(&(struct setup){name, trim, n_threads, keeps ? ENGINE_KEEP : 0, NULL, 0, 0, 0, 0}, got);
            if (strcmp(got, want) != 0)
                fail_msg("%s trim %g: other bits on %d threads, activations %s", name, trim,
                         n_threads, keeps ? "kept" : "computed again");
        }
        if (n_threads == 8)
            break;
    }
}

static void test_same_bits(void **state)
{
    const struct component *c;

    (void)state;
    for (int i = 0; (c = objective_kind.at(i)); i++)
        check_objective(c->name, 0);
    check_objective("rgd", 0.1);
    check_objective("rgd_mean_one", 0.1);
}

static void weigh_alike(void *context, const struct objective_batch *losses, double *ret_weights)
{
    (void)context;
    for (int i = 0; i < losses->n; i++)
        ret_weights[i] = 1;
}

/* The sum of the losses at inputs moved by `stride` along `way`. */
static double loss_along(struct session *s, const struct engine_batch *at, const float *x, const float *way, double stride)
{
    size_t n = (size_t)at->n * field_size(&dataset.signature.fields[0]);
    float *moved = arena_alloc(&s->arena, n * sizeof *moved);
    struct engine_batch batch = *at;

    for (size_t k = 0; k < n; k++)
        moved[k] = (float)((double)x[k] + stride * (double)way[k]);
    batch.x = moved;
    return engine_gradient(&s->trainer.engine, s->trainer.weights, &batch);
}

/* The derivative by the inputs, along itself, where it changes the loss most: that of one graph beside another. */
static void test_input_gradients(void **state)
{
    static const char *const models[] = {"mlp", "cosine", "vit", "resnet frozen", "resnet ghost", "resnet"};
    static const double STRIDE = 0.02, TOLERANCE = 0.01; /* of losses in floats, with kinks */

    (void)state;
    step_name = "wrm";
    for (size_t m = 0; m < sizeof models / sizeof *models; m++) {
        struct session s;
        struct engine_batch batch = {.data = &s.data, .indices = indices, .n = 13, .rng = rng_seed(1), .weigh = weigh_alike};
        size_t n = 13 * field_size(&dataset.signature.fields[0]);
        float *x, *way;
        double length = 0, slope;

        open_session(&s, &(struct setup){"erm", 0, 2, 0, models[m], 5, 0, 0, 0});
        x = arena_alloc(&s.arena, n * sizeof *x);
        way = arena_alloc(&s.arena, n * sizeof *way);
        engine_read(&s.trainer.engine, &batch, x);
        batch.x = x;
        batch.x_gradient = way;
        assert_true(isfinite(engine_gradient(&s.trainer.engine, s.trainer.weights, &batch)));
        batch.x_gradient = NULL;
        for (size_t k = 0; k < n; k++)
            length += (double)way[k] * (double)way[k];
        length = sqrt(length);
        for (size_t k = 0; k < n; k++)
            way[k] = (float)((double)way[k] / length);
        slope = (loss_along(&s, &batch, x, way, STRIDE) - loss_along(&s, &batch, x, way, -STRIDE)) / (2 * STRIDE);
        if (!(fabs(slope / length - 1) < TOLERANCE))
            fail_msg("%s: %g along a gradient of length %g", models[m], slope, length);
        arena_release(&s.arena);
    }
    step_name = NULL;
}

static void check_step(const char *name, const char *model)
{
    struct setup setup = {"erm", 0, 1, ENGINE_KEEP, model, 0, 0, 0, 0};
    char plain[65], want[65], got[65];

    train(&setup, plain);
    step_name = name;
    train(&setup, want);
    if (strcmp(want, plain) == 0)
        fail_msg("step %s, %s: as if there were none", name, model);
    for (int i = 0; i < 2; i++) {
        setup.n_threads = 2 + i;
        setup.keep = i ? 0 : ENGINE_KEEP;
        train(&setup, got);
        if (strcmp(got, want) != 0)
            fail_msg("step %s, %s: other bits on %d threads, activations %s", name, model, setup.n_threads,
                     setup.keep ? "kept" : "computed again");
    }
    step_name = NULL;
}

static void test_steps_have_the_same_bits(void **state)
{
    const struct component *c;

    (void)state;
    for (int i = 0; (c = step_kind.at(i)); i++) {
        check_step(c->name, "mlp");
        check_step(c->name, "resnet");
    }
}

/* Forwards first or together: one and the same, also of what moves at a batch's end. A share so small that it
 * trims nothing takes the long way. */
static void test_both_ways_are_one(void **state)
{
    static const char *const objectives[] = {"rgd", "cvar_dual"};
    char together[65], apart[65];

    (void)state;
    for (int i = 0; i < 2; i++) {
        train(&(struct setup){objectives[i], 0, 1, ENGINE_KEEP, NULL, 0, 0, 0, 0}, together);
        train(&(struct setup){objectives[i], 1e-6, 2, ENGINE_KEEP, NULL, 0, 0, 0, 0}, apart);
        assert_string_equal(together, apart);
        train(&(struct setup){objectives[i], 1e-6, 2, 0, NULL, 0, 0, 0, 0}, apart);
        assert_string_equal(together, apart);
    }
}

static void test_objectives_differ(void **state)
{
    char a[65], b[65];

    (void)state;
    train(&(struct setup){"erm", 0, 1, ENGINE_KEEP, NULL, 0, 0, 0, 0}, a);
    train(&(struct setup){"kl_dro", 0, 1, ENGINE_KEEP, NULL, 0, 0, 0, 0}, b);
    assert_string_not_equal(a, b);
    train(&(struct setup){"erm", 0.2, 1, ENGINE_KEEP, NULL, 0, 0, 0, 0}, b);
    assert_string_not_equal(a, b);
}

/* The micro-batch is part of the spec: another one may round otherwise, threads may not. */
static void test_models_and_micro_batches(void **state)
{
    static const char *const models[] = {"mlp", "vit", "resnet", "resnet ghost", "resnet frozen"};
    static const int micro_batches[] = {3, BATCH};
    static const int threads[] = {2, 3, 4, 8};

    (void)state;
    for (size_t m = 0; m < sizeof models / sizeof *models; m++) {
        for (int b = 0; b < 2; b++) {
            struct setup setup = {"rgd", 0, 1, ENGINE_KEEP, models[m], micro_batches[b], 0, 0, 0};
            char want[65], got[65];

            train(&setup, want);
            for (int i = 0; i < 4; i++) {
                setup.n_threads = threads[i];
                train(&setup, got);
                if (strcmp(got, want) != 0)
                    fail_msg("%s, %d at a time: other bits on %d threads", models[m],
                             micro_batches[b], threads[i]);
            }
        }
    }
}

/* Pictures that reach the first layer as bytes give the bits of those that reach it as floats. */
static void test_bytes_are_floats(void **state)
{
    static const int micro_batches[] = {24, BATCH};
    struct session s;
    char bytes[65], floats[65];

    (void)state;
    for (int b = 0; b < 2; b++) {
        struct setup setup = {"kl_dro", 0, 1, 0, "mlp", micro_batches[b], 0, 0, 0};

        open_session(&s, &setup);
        assert_true(s.trainer.engine.takes_bytes);
        s.trainer.engine.takes_bytes = false;
        for (int i = 0; i < N_STEPS; i++)
            make_step(&s, i, 0.05);
        hash(&s, floats);
        arena_release(&s.arena);
        train(&setup, bytes);
        assert_string_equal(bytes, floats);
    }
    open_session(&s, &(struct setup){"erm", 0, 1, 0, "vit", 0, 0, 0, 0});
    assert_false(s.trainer.engine.takes_bytes);
    arena_release(&s.arena);
}

/* In pieces or at once, the gradient is the same sum, but for rounding. */
static void check_pieces(const char *model, double rate)
{
    static const double TOLERANCE = 1e-5; /* of weights around 0.1, three steps of floats */
    struct session whole, pieces;

    open_session(&whole, &(struct setup){"rgd", 0, 1, ENGINE_KEEP, model, BATCH, 0, 0, 0});
    open_session(&pieces, &(struct setup){"rgd", 0, 1, ENGINE_KEEP, model, 3, 0, 0, 0});
    for (int i = 0; i < N_STEPS; i++) {
        make_step(&whole, i, rate);
        make_step(&pieces, i, rate);
    }
    for (size_t k = 0; k < whole.trainer.engine.graph.params.size; k++)
        if (!(fabs(whole.trainer.weights[k] - pieces.trainer.weights[k]) < TOLERANCE))
            fail_msg("%s: weight %zu: %g at once, %g in pieces", model, k, whole.trainer.weights[k],
                     pieces.trainer.weights[k]);
    arena_release(&whole.arena);
    arena_release(&pieces.arena);
}

/* Statistics of the batch, too, whatever it is cut into. */
static void test_pieces_make_the_whole(void **state)
{
    (void)state;
    check_pieces("mlp", 0.05);
    check_pieces("resnet", 0.005);
}

/* Between two steps, an evaluation leaves no trace in the bits; and two agree. */
static void test_evaluation_changes_nothing(void **state)
{
    struct setup setup = {"rgd", 0, 2, ENGINE_KEEP, "vit", 0, 0, 0, 0};
    struct session s;
    struct evaluation first, second;
    char want[65], got[65];

    (void)state;
    train(&setup, want);
    open_session(&s, &setup);
    for (int i = 0; i < N_STEPS; i++) {
        make_step(&s, i, 0.05);
        assert_true(trainer_evaluate(&s.trainer, &s.data, indices, 37, &s.arena, &first));
        assert_true(trainer_evaluate(&s.trainer, &s.data, indices, 37, &s.arena, &second));
        assert_true(first.loss == second.loss && first.values.n == second.values.n);
        for (int v = 0; v < first.values.n; v++)
            assert_memory_equal(&first.values.items[v].value, &second.values.items[v].value, sizeof(double));
    }
    hash(&s, got);
    assert_string_equal(got, want);
    arena_release(&s.arena);
}

static double value_of(const struct evaluation *e, const char *name, int class_index)
{
    return metric_value(&e->values, name, class_index);
}

/* Weights by size give the plain means; all weight on one class gives that class's. */
static void test_weighted_evaluation(void **state)
{
    struct setup setup = {"rgd", 0, 2, ENGINE_KEEP, "vit", 0, 0, 0, 0};
    struct session s;
    struct evaluation plain, weighted;
    double shares[10] = {0}, one[10] = {[3] = 1};

    (void)state;
    open_session(&s, &setup);
    for (int i = 0; i < 37; i++)
        shares[s.data.pool->labels[indices[i]]] += 1.0 / 37;
    assert_true(trainer_evaluate(&s.trainer, &s.data, indices, 37, &s.arena, &plain));
    s.data.class_weights = shares;
    assert_true(trainer_evaluate(&s.trainer, &s.data, indices, 37, &s.arena, &weighted));
    assert_float_equal(value_of(&weighted, "accuracy", -1), value_of(&plain, "accuracy", -1), 1e-12);
    assert_float_equal(weighted.loss, plain.loss, 1e-6);
    s.data.class_weights = one;
    assert_true(trainer_evaluate(&s.trainer, &s.data, indices, 37, &s.arena, &weighted));
    assert_true(value_of(&weighted, "accuracy", -1) == value_of(&plain, "class_accuracy", 3));
    assert_true(value_of(&weighted, "balanced_accuracy", -1) == value_of(&plain, "balanced_accuracy", -1));
    arena_release(&s.arena);
}

/* A loss that is not finite is told, and no weight moves by it. */
static void test_no_step_from_nan(void **state)
{
    static const float poisons[] = {NAN, INFINITY};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct session s;
        char before[65], after[65];

        open_session(&s, &(struct setup){"erm", 0, 2, ENGINE_KEEP, NULL, 0, 0, 0, 0});
        make_step(&s, 0, 0.05);
        s.trainer.weights[0] = poisons[i];
        hash(&s, before);
        assert_false(isfinite(make_step(&s, 1, 0.05)));
        hash(&s, after);
        assert_string_equal(before, after);
        arena_release(&s.arena);
    }
}

static struct trainer_step first_step(double rate)
{
    return (struct trainer_step){.step = 1, .rate = rate, .rng = rng_seed(0)};
}

/* The root of the sum of squares of a[i] - b[i]. */
static double distance(const float *a, const float *b, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
    return sqrt(sum);
}

/* Of SGD's first step with rate 1, the way is the gradient: cut to a norm below its own, in
 * its direction; left to the bit by a norm above. */
static void test_clipping(void **state)
{
    static const double limits[] = {0, 0.01, 1e6};
    struct session s[3];
    struct arena arena = {0};
    size_t size;
    float *from;

    (void)state;
    for (int i = 0; i < 3; i++) {
        struct setup setup = {"rgd", 0, 1, ENGINE_KEEP, NULL, 0, 0, 0, 0};

        open_session(&s[i], &setup);
        s[i].optimizer_common.clip_norm = limits[i];
    }
    size = s[0].trainer.engine.graph.params.size;
    from = arena_alloc(&arena, size * sizeof *from);
    memcpy(from, s[0].trainer.weights, size * sizeof *from);
    for (int i = 0; i < 3; i++)
        make_step(&s[i], 0, 1);
    assert_true(distance(s[0].trainer.weights, from, size) > 0.1);
    assert_true(fabs(distance(s[1].trainer.weights, from, size) - limits[1]) < 1e-4 * limits[1]);
    assert_memory_equal(s[2].trainer.weights, s[0].trainer.weights, size * sizeof *from);
    for (size_t k = 0; k < size; k++) {
        double whole = s[0].trainer.weights[k] - from[k], cut = s[1].trainer.weights[k] - from[k];

        assert_true(fabs(cut) < 1e-6 || (whole > 0) == (cut > 0));
    }
    for (int i = 0; i < 3; i++)
        arena_release(&s[i].arena);
    arena_release(&arena);
}

static const double EMA = 0.7;

/* What an average is behind step i, from 0, from what it was: of sma those behind the first count. */
static double follow(const char *average, double mean, double w, int i)
{
    double decay = average ? 1 - 1.0 / i : EMA;

    return i == 0 || (average && i == 1) ? w : decay * mean + (1 - decay) * w;
}

/* The average of the weights after each step, in double; evaluation sees it, training not. */
static void check_averaging(const char *average)
{
    static const double TOLERANCE = 1e-7; /* of weights around 0.1 in floats */
    struct setup setup = {"rgd", 0, 2, ENGINE_KEEP, NULL, 0, 0, 0, 0};
    struct session s;
    struct evaluation model, weights;
    char plain[65], got[65];
    double *want;
    size_t size;

    train(&setup, plain);
    setup.ema = average ? 0 : EMA;
    chosen_average = average;
    open_session(&s, &setup);
    size = s.trainer.engine.graph.params.size;
    want = arena_alloc(&s.arena, size * sizeof *want);
    for (int i = 0; i < N_STEPS; i++) {
        make_step(&s, i, 0.05);
        for (size_t k = 0; k < size; k++)
            want[k] = follow(average, want[k], s.trainer.weights[k], i);
    }
    hash(&s, got);
    assert_string_equal(got, plain);
    for (size_t k = 0; k < size; k++)
        assert_true(fabs(trainer_model(&s.trainer)[k] - want[k]) < TOLERANCE);
    trainer_evaluate(&s.trainer, &s.data, indices, 37, &s.arena, &model);
    memcpy(s.trainer.averages[0], s.trainer.weights, size * sizeof(float));
    trainer_evaluate(&s.trainer, &s.data, indices, 37, &s.arena, &weights);
    assert_true(model.loss != weights.loss);
    arena_release(&s.arena);
    chosen_average = NULL;
}

static void test_averaging(void **state)
{
    (void)state;
    check_averaging(NULL); /* optimizer.ema */
    check_averaging("sma");
}

/* Of SGD's first step, decay is rate * weight_decay * w: on what params.h says, or on all. */
static void test_what_decays(void **state)
{
    static const double RATE = 0.5, DECAY = 0.1, TOLERANCE = 1e-6;
    struct setup setup = {.objective = "erm", .n_threads = 1, .keep = ENGINE_KEEP, .model = "vit"};
    struct session plain, s;
    const struct params *p = &plain.trainer.engine.graph.params;
    float *from;

    (void)state;
    open_session(&plain, &setup);
    from = arena_alloc(&plain.arena, p->size * sizeof *from);
    memcpy(from, plain.trainer.weights, p->size * sizeof *from);
    make_step(&plain, 0, RATE);
    setup.weight_decay = DECAY;
    for (int decays = OPTIMIZER_DECAYS_WEIGHTS; decays <= OPTIMIZER_DECAYS_ALL; decays++) {
        setup.decays = decays;
        open_session(&s, &setup);
        make_step(&s, 0, RATE);
        for (int i = 0; i < p->n; i++) {
            bool is_decayed = p->items[i].decays || decays == OPTIMIZER_DECAYS_ALL;

            for (size_t k = 0; k < p->items[i].size; k++) {
                size_t at = p->items[i].offset + k;
                double want = plain.trainer.weights[at] - is_decayed * RATE * DECAY * from[at];

                assert_true(fabs(s.trainer.weights[at] - want) < TOLERANCE);
            }
        }
        arena_release(&s.arena);
    }
    arena_release(&plain.arena);
}

/* What is trained steps as if all were; what is fixed does not. */
static void test_fixed(void **state)
{
    static const double RATE = 0.5;
    struct setup setup = {.objective = "erm", .n_threads = 1, .keep = ENGINE_KEEP, .weight_decay = 0.1};
    struct session plain, s;
    struct params *p = &s.trainer.engine.graph.params;
    struct error err;

    (void)state;
    open_session(&plain, &setup);
    open_session(&s, &setup);
    assert_int_equal(weights_fix("output.", p, p->n, &err), 0);
    make_step(&plain, 0, RATE);
    make_step(&s, 0, RATE);
    for (int i = 0; i < p->n; i++) {
        const struct param *item = &p->items[i];
        bool is_same = memcmp(s.trainer.weights + item->offset, plain.trainer.weights + item->offset,
                              item->size * sizeof(float)) == 0;

        assert_true(is_same == (strncmp(item->name, "output.", 7) == 0));
    }
    assert_int_equal(weights_fix("hidden9.", p, p->n, &err), -1);
    assert_string_equal(err.text, "model.trains \"hidden9.\": no parameter of the model begins so; its last is "
                                  "\"output.bias\"");
    arena_release(&plain.arena);
    arena_release(&s.arena);
}

/* Makes the outputs and losses of the sample's MLP finite and hidden2.weight's gradient not:
 * 1e6, which the first layer gives, times 1e36 or so, which comes back from the outputs. */
static void poison_gradient(struct trainer *t)
{
    static const float fill[] = {0, 1e6f, 0, 1e-3f, 1e37f, 0}; /* weight, bias of each layer */
    const struct params *p = &t->engine.graph.params;

    for (int i = 0; i < p->n; i++)
        for (size_t k = 0; k < p->items[i].size; k++)
            t->weights[p->items[i].offset + k] = i == 4 && k % 2 ? -fill[i] : fill[i];
}

/* Poison anywhere is named by the first place that it shows. */
static void test_trace(void **state)
{
    static const struct {
        float poison;
        int param; /* of the sample's MLP: hidden1, hidden2, output; weight and bias of each */
        const char *want;
    } cases[] = {
        {NAN, 0, "weights \"hidden1.weight\""},
        {INFINITY, 3, "weights \"hidden2.bias\""},
        {1e38f, 2, "output of layer \"hidden2\" (linear)"},
        {3e38f, 4, "output of layer \"output\" (linear)"},
        {0, -1, "gradient of \"hidden2.weight\""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct trainer_step step = first_step(0.1);
        struct trainer_sums sums;
        struct text said = {0};
        struct session s;
        const struct param *p;

        open_session(&s, &(struct setup){"erm", 0, 2, ENGINE_KEEP, NULL, 0, 0, 0, 0});
        s.optimizer_common.clip_norm = 1;
        if (cases[i].param < 0) {
            poison_gradient(&s.trainer);
        } else {
            p = &s.trainer.engine.graph.params.items[cases[i].param];
            for (size_t k = 0; k < p->size; k++)
                s.trainer.weights[p->offset + k] = cases[i].poison;
        }
        trainer_step(&s.trainer, &s.data, indices, BATCH, &step, &sums);
        assert_false(isfinite(sums.loss));
        trainer_trace(&s.trainer, &s.data, indices, BATCH, &step, &said);
        assert_string_equal(said.s, cases[i].want);
        text_release(&said);
        arena_release(&s.arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_bits),
        cmocka_unit_test(test_input_gradients),
        cmocka_unit_test(test_steps_have_the_same_bits),
        cmocka_unit_test(test_both_ways_are_one),
        cmocka_unit_test(test_objectives_differ),
        cmocka_unit_test(test_models_and_micro_batches),
        cmocka_unit_test(test_bytes_are_floats),
        cmocka_unit_test(test_pieces_make_the_whole),
        cmocka_unit_test(test_evaluation_changes_nothing),
        cmocka_unit_test(test_weighted_evaluation),
        cmocka_unit_test(test_no_step_from_nan),
        cmocka_unit_test(test_clipping),
        cmocka_unit_test(test_averaging),
        cmocka_unit_test(test_what_decays),
        cmocka_unit_test(test_fixed),
        cmocka_unit_test(test_trace),
    };

    return cmocka_run_group_tests(tests, open_data, close_data);
}
