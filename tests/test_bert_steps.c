/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Fine-tuning as transformers' Trainer and PyTorch's AdamW do it (tests/reference/bert.py): ten steps of
 * whole runs, from their settings, with warm-up from zero, a linear schedule, clipping, and decay but of
 * biases and norms.
 *
 * The linker hands engine_gradient over to here: it makes a step's losses, and its gradient before that is
 * clipped. */
#include "bert_fixture.h"
#include "learn/config/config.h"
#include "learn/run.h"
#include "learn/weights.h"

enum { STEPS = 10 };

/* Single precision through ten steps, against double: 1e-7 and 3e-7 are seen. */
static const double LOSS_TOLERANCE = 5e-7, NORM_SHARE = 2e-6;
static const float WIDTH = 0.25f; /* of weights, as bert.py's TRACE_WIDTH */

static const char RECIPE[] =
    "data = \"texts\"\ndata.format = \"drawn_text\"\ntrain.epochs = 10\ntrain.batch = 4\n"
    "train.micro_batch = 16\ntrain.lr = 0.001\ntrain.warmup = 2\ntrain.warmup_from = \"zero\"\n"
    "schedule = \"linear\"\noptimizer = \"adamw\"\noptimizer.weight_decay = 0.01\noptimizer.clip_norm = 1\n";

static char path[] = "/tmp/rgdbench-bert-XXXXXX";
static struct dataset dataset;

/* Of the run. */
static struct {
    double losses[N], norm;
} steps[STEPS];
static int n_steps;
static double words, positions; /* norms of both tables behind the last step */

double __real_engine_gradient(struct engine *e, float *weights, const struct engine_batch *batch);
double __wrap_engine_gradient(struct engine *e, float *weights, const struct engine_batch *batch);

double __wrap_engine_gradient(struct engine *e, float *weights, const struct engine_batch *batch)
{
    double sum = __real_engine_gradient(e, weights, batch), square = 0;
    const struct params *params = &e->graph.params;

    assert_true(n_steps < STEPS);
    assert_int_equal(batch->n, N);
    for (int i = 0; i < N; i++)
        steps[n_steps].losses[batch->indices[i]] = e->outcome.losses[i];
    for (int i = 0; i < params->n; i++)
        for (size_t k = 0; k < params->items[i].size; k++)
            square += pow((double)e->grads[0][params->items[i].offset + k], 2);
    steps[n_steps++].norm = sqrt(square);
    return sum;
}

/* The texts twice, to train and to validate; and once more to test. */
static int open_texts(void **state)
{
    static const char *const classes[CLASSES] = {"a", "b", "c"};
    static const int n_words = N_WORDS;
    static int32_t tokens[2 * N][LONGEST], counts[2 * N][2];
    static uint16_t targets[2 * N];
    struct pool pool = {.n = 2 * N, .values = {{.codes = *tokens}, {.codes = *counts}}, .labels = targets};

    (void)state;
    for (int i = 0; i < 2 * N; i++) {
        memcpy(tokens[i], texts[i % N], sizeof tokens[i]);
        counts[i][0] = lengths[i % N];
        counts[i][1] = seconds[i % N];
        targets[i] = (uint16_t)labels[i % N];
    }
    dataset = (struct dataset){.name = "texts",
                               .signature = {2, {{"tokens", FIELD_TOKENS, {LONGEST, 1, 1}, NULL, &n_words},
                                                 {"length", FIELD_LENGTH, {2, 1, 1}, NULL, NULL}}},
                               .n_classes = CLASSES,
                               .class_names = classes,
                               .train = pool,
                               .test = pool,
                               .n_validation = N};
    dataset.test.n = N;
    close(mkstemp(path));
    return 0;
}

static int close_texts(void **state)
{
    (void)state;
    return unlink(path);
}

static int evaluated(void *context, const struct run_point *point, struct error *err)
{
    (void)context, (void)point, (void)err;
    return 0;
}

static bool should_stop(void *context, long step, long n)
{
    (void)context, (void)step, (void)n;
    return false;
}

static double end_norm(const struct params *params, const float *weights, const char *name)
{
    for (int i = 0; i < params->n; i++)
        if (strstr(params->items[i].name, name))
            return norm_of(&params->items[i], 0, weights);
    fail_msg("no \"%s\"", name);
    return NAN;
}

static int ended(void *context, const struct params *params, const float *weights, struct error *err)
{
    (void)context, (void)err;
    words = end_norm(params, weights, "word_embeddings");
    positions = end_norm(params, weights, "position_embeddings");
    return 0;
}

/* A run from the weights of bert.py, in a file as it is written for others. */
static void run(const char *model, const char *objective)
{
    const struct checkpoint none = {NULL, "", INFINITY};
    const struct run_observer observer = {.evaluated = evaluated, .should_stop = should_stop, .ended = ended};
    struct settings s;
    const struct run_input input = {
        .settings = &s, .dataset = &dataset, .init = path, .n_threads = 1, .checkpoint = &none};
    struct run_result result;
    struct graph g;
    struct error err;
    char digest[HASH_HEX_SIZE];

    build(model, SMALL, N_WORDS, LONGEST, &g);
    settings_init(&s, &arena);
    if (weights_save(path, &g.params, set_weights(&g.params, WIDTH), NULL, &err) < 0 ||
        weights_digest(path, digest, &err) < 0 || settings_parse(&s, RECIPE, &err) < 0 ||
        settings_parse(&s, SMALL, &err) < 0)
        fail_msg("%s", err.text);
    settings_set(&s, "model", value_string(model));
    settings_set(&s, "model.init", value_string(digest));
    settings_set(&s, "objective", value_string(objective));
    n_steps = 0;
    if (config_complete(&s, &err) < 0 || run_train(&input, &observer, &result, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(result.outcome, RUN_FINISHED);
    assert_int_equal(n_steps, STEPS);
}

static void check_norm(const char *model, const char *objective, const char *what, double got, double want)
{
    if (!(fabs(got - want) <= NORM_SHARE * want))
        fail_msg("%s by %s: %s has norm %.9g, not %.9g", model, objective, what, got, want);
}

static void check(const char *model, const struct reference_trace *trace)
{
    const char *objective = trace->objective;

    run(model, objective);
    for (int t = 0; t < STEPS; t++) {
        for (int i = 0; i < N; i++)
            if (!(fabs(steps[t].losses[i] - trace->steps[t].losses[i]) <= LOSS_TOLERANCE))
                fail_msg("%s by %s: before step %d the loss of text %d is %.9g, not %.9g", model, objective,
                         t + 1, i, steps[t].losses[i], trace->steps[t].losses[i]);
        check_norm(model, objective, arena_printf(&arena, "the gradient of step %d", t + 1), steps[t].norm,
                   trace->steps[t].norm);
    }
    check_norm(model, objective, "the table of words", words, trace->words);
    check_norm(model, objective, "that of positions", positions, trace->positions);
}

static void test_as_transformers(void **state)
{
    (void)state;
    for (int m = 0; m < 2; m++)
        for (int o = 0; o < 2; o++)
            check(reference_bert[m].model, &reference_bert[m].traces[o]);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_transformers),
    };

    return cmocka_run_group_tests(tests, open_texts, close_texts);
}
