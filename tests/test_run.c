/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A run that is stopped again and again, amid epochs and evaluations, and goes on
 * from its checkpoints gives the bits of one that was not. */
#include "run_fixture.h"

#include "learn/step/step.h"

/* Of the last evaluation. */
static const char *last_line(const struct witness *w)
{
    const char *at = w->journal.s + w->journal.size - 1;

    while (at > w->journal.s && at[-1] != '\n')
        at--;
    return at;
}

static void test_stopped_anywhere(void **state)
{
    (void)state;
    for (int stride = 4; stride < 8; stride++)
        check_stopped("train.warmup = 1\n", stride);
}

/* With all that the tables list, so that a state which is not in the checkpoint
 * is found, whoever adds it. */
static void check_kind(const struct component_kind *kind)
{
    const struct component *c;

    for (int i = 0; (c = kind->at(i)); i++) {
        char line[100];

        if (kind == &transform_kind && ((const struct transform_type *)c)->needs)
            continue; /* these data have none: test_domain_run.c */
        snprintf(line, sizeof line, "%s = \"%s\"\n", kind->name, c->name);
        check_stopped(line, 5);
    }
}

static void test_every_component(void **state)
{
    (void)state;
    check_kind(&optimizer_kind);
    check_kind(&objective_kind);
    check_kind(&loss_kind);
    check_kind(&schedule_kind);
    check_kind(&transform_kind);
    check_kind(&step_kind);
    check_kind(&sampler_kind);
    check_kind(&average_kind);
}

/* Late slots with a memory, a wrapped optimizer, and two stages: stopped in each. */
static void test_every_way_to_compose(void **state)
{
    (void)state;
    check_stopped("train.late = 1\nlate_objective = \"absgd\"\nobjective = \"group_dro\"\n", 5);
    check_stopped("train.late = 2\nlate_loss = \"focal\"\nlate_transform = \"mixup\"\n", 5);
    check_stopped("optimizer.sam = 0.1\nobjective = \"absgd\"\ntransform = \"mixup\"\n", 5);
    check_stopped("train.jtt_epochs = 2\ntrain.jtt_weight = 4\nobjective = \"absgd\"\n", 5);
    check_stopped("objective = \"rgd\"\nobjective.trim = 0.3\nloss.class_beta = 0.9\n", 5);
    check_stopped("step = \"wrm\"\nobjective = \"absgd\"\ntransform = \"mixup\"\npenalty = \"sd\"\n", 5);
    check_stopped("step = \"lff\"\noptimizer = \"adamw\"\ntrain.jtt_epochs = 1\noptimizer.clip_norm = 1\n", 5);
    check_stopped("train.jtt_epochs = 2\ntrain.jtt_weight = 4\nsampler = \"balanced\"\n", 5);
}

static struct run_result run_of(const char *more)
{
    struct settings s = settings_with(more);
    struct witness told;
    struct run_result result = whole(&s, &told, NEVER);

    release(&told);
    return result;
}

/* What changes nothing gives the bits of a plain run; what does, others. */
static void test_late_slots(void **state)
{
    struct run_result plain = run_of(""), same, other;

    (void)state;
    same = run_of("train.late = 1\nlate_loss = \"cross_entropy\"\n"
                  "late_objective = \"rgd\"\nlate_objective.clip = 1e300\n"); /* weights of 1 */
    assert_string_equal(same.weights_hash, plain.weights_hash);
    other = run_of("train.late = 1\nlate_loss = \"focal\"\n");
    assert_string_not_equal(other.weights_hash, plain.weights_hash);
    same = run_of("train.late = 2\nlate_loss = \"focal\"\n");
    assert_string_not_equal(same.weights_hash, other.weights_hash);
    other = run_of("train.late = 0.6666\nlate_loss = \"focal\"\n"); /* of three epochs: behind the second */
    assert_string_equal(same.weights_hash, other.weights_hash);
}

/* The shares of the weights that are recorded: a trimmed share is 0, the others make up for it. */
static void test_weights(void **state)
{
    struct settings erm = settings_with(""), trimmed = settings_with("objective.trim = 0.25\n"),
                    rgd = settings_with("objective = \"rgd\"\nobjective.clip = 1\n"),
                    mean_one = settings_with("objective = \"rgd_mean_one\"\nobjective.clip = 9\n");
    struct witness w;
    double below = 0, above = 0;

    (void)state;
    whole(&erm, &w, NEVER);
    assert_true(w.weights[HISTOGRAM_ONE] == 1);
    release(&w);
    whole(&trimmed, &w, NEVER);
    assert_true(w.weights[0] > 0.15f && w.weights[0] <= 0.25f && w.weights[HISTOGRAM_ONE] == 0);
    release(&w);
    whole(&rgd, &w, NEVER); /* from 1 to exp(1/2) */
    for (int i = 0; i < HISTOGRAM_N; i++)
        if (w.weights[i] > 0)
            assert_true(i >= HISTOGRAM_ONE && histogram_edge(i) < 1.6488);
    release(&w);
    whole(&mean_one, &w, NEVER);
    for (int i = 0; i < HISTOGRAM_N; i++)
        *(i < HISTOGRAM_ONE ? &below : &above) += (double)w.weights[i];
    assert_true(below > 0.05 && above > 0.05 && fabs(below + above - 1) < 1e-6);
    release(&w);
}

/* All labels drawn anew are other labels. */
static void test_label_noise(void **state)
{
    struct run_result plain = run_of(""), noisy = run_of("data.label_noise = 1\n");

    (void)state;
    assert_string_not_equal(noisy.weights_hash, plain.weights_hash);
    check_stopped("data.label_noise = 0.5\nobjective = \"class_balanced\"\n", 6);
}

/* Labels of a file: the data set's own train as if there were none, others do not; validation has them where it is asked
 * for, which trains nothing. */
static void test_noisy_labels(void **state)
{
    uint16_t *others = arena_alloc(&arena, (size_t)dataset.train.n * sizeof *others);
    const struct noisy_labels noisy[] = {{"own", dataset.train.labels}, {"others", others}};
    struct run_result plain = run_of(""), own, clean, wrong;
    struct settings s = settings_with("data.noisy_labels = \"others\"\n"),
                    all = settings_with("data.noisy_labels = \"others\"\ndata.validation_labels = \"noisy\"\n");
    struct witness told, told_of_all;

    (void)state;
    for (int i = 0; i < dataset.train.n; i++)
        others[i] = (uint16_t)((dataset.train.labels[i] + 1) % dataset.n_classes);
    dataset.noisy = noisy;
    dataset.n_noisy = 2;
    own = run_of("data.noisy_labels = \"own\"\ndata.validation_labels = \"noisy\"\n");
    assert_string_equal(own.weights_hash, plain.weights_hash);
    clean = whole(&s, &told, NEVER);
    wrong = whole(&all, &told_of_all, NEVER);
    assert_string_not_equal(clean.weights_hash, plain.weights_hash);
    assert_string_equal(clean.weights_hash, wrong.weights_hash);
    assert_string_not_equal(told.journal.s, told_of_all.journal.s);
    assert_string_equal(strrchr(told.journal.s, ' '), strrchr(told_of_all.journal.s, ' ')); /* of the test part */
    dataset.n_noisy = 0;
    release(&told);
    release(&told_of_all);
    wrong = run_of("data.label_noise = 0.5\n");
    clean = run_of("data.label_noise = 0.5\ndata.validation_labels = \"noisy\"\n");
    assert_string_equal(clean.weights_hash, wrong.weights_hash);
}

/* Errors seen once: the second stage is a plain run. Seen w times: an epoch has
 * (w - 1) more examples for each. */
static void test_just_train_twice(void **state)
{
    struct run_result plain = run_of(""), once, twice, thrice;
    long first;

    (void)state;
    once = run_of("train.jtt_epochs = 1\ntrain.jtt_weight = 1\n");
    assert_string_equal(once.weights_hash, plain.weights_hash);
    first = once.n_steps - plain.n_steps;
    assert_int_equal(first, plain.n_steps / 3); /* of 3 epochs */
    twice = run_of("train.jtt_epochs = 1\ntrain.jtt_weight = 17\n"); /* + a batch an error */
    thrice = run_of("train.jtt_epochs = 1\ntrain.jtt_weight = 33\n");
    assert_true(twice.n_steps > once.n_steps);
    assert_int_equal(thrice.n_steps - twice.n_steps, twice.n_steps - once.n_steps);
    assert_int_equal((twice.n_steps - once.n_steps) % 3, 0);
}

/* How often it looks moves no weight: every step, every third, never before the end. */
static void test_evaluation_interval(void **state)
{
    static const char *const intervals[] = {"1", "3", "1000"};
    struct run_result plain = run_of("");

    (void)state;
    for (int i = 0; i < 3; i++) {
        struct settings s =
            settings_with(arena_printf(
                &arena, "train.evaluate = 1\ntrain.evaluate_steps = %s\n", intervals[i]));
        struct witness told;
        struct run_result got = whole(&s, &told, NEVER);
        long every = atol(intervals[i]), n_looks = 0;

        for (const char *c = told.journal.s; *c; c++)
            n_looks += *c == '\n';
        assert_int_equal(n_looks, (got.n_steps + every - 1) / every);
        assert_string_equal(got.weights_hash, plain.weights_hash);
        release(&told);
    }
    check_stopped("train.evaluate = 1\ntrain.evaluate_steps = 2\n", 5);
}

/* Test pictures seen once give what they give at the last of several times, and move no weight. */
static void test_test_at_the_end(void **state)
{
    struct settings each = settings_with("train.evaluate = 1\n"),
                    last = settings_with("train.evaluate = 1\ntrain.test = \"last\"\n");
    struct witness each_told, last_told;
    struct run_result want = whole(&each, &each_told, NEVER), got = whole(&last, &last_told, NEVER);

    (void)state;
    assert_int_equal(each_told.n_tests, 3);
    assert_int_equal(last_told.n_tests, 1);
    assert_string_equal(got.weights_hash, want.weights_hash);
    assert_string_equal(last_line(&last_told), last_line(&each_told));
    release(&each_told);
    release(&last_told);
    check_stopped("train.test = \"last\"\ntrain.jtt_epochs = 1\n", 5);
}

/* What validation of a few pictures of the test part sees, another test part changes; else it does not. */
static void test_validation_of_the_test_part(void **state)
{
    static const char *const from[] = {"train", "test"};
    const unsigned char **bytes = arena_alloc(&arena, (size_t)dataset.test.n * sizeof *bytes);
    const struct values values = dataset.test.values[0];

    (void)state;
    for (int i = 0; i < dataset.test.n; i++)
        bytes[i] = values.bytes[0];
    for (int k = 0; k < 2; k++) {
        struct settings s = settings_with(arena_printf(
            &arena, "train.test = \"last\"\ndata.validation_from = \"%s\"\n", from[k]));
        struct witness told, told_of_other;
        struct run_result want = whole(&s, &told, NEVER), got;

        dataset.test.values[0].bytes = bytes;
        got = whole(&s, &told_of_other, NEVER);
        dataset.test.values[0] = values;
        assert_string_equal(got.weights_hash, want.weights_hash);
        *strchr(told.journal.s, '\n') = '\0';
        *strchr(told_of_other.journal.s, '\n') = '\0';
        assert_int_equal(strcmp(told.journal.s, told_of_other.journal.s) != 0, k == 1);
        release(&told);
        release(&told_of_other);
    }
}

/* The average is the model: another hash than that of the weights, which it leaves alone. */
static void test_averaged_weights(void **state)
{
    struct run_result plain = run_of(""), averaged = run_of("optimizer.ema = 0.9\n");
    struct run_result mean = run_of("average = \"sma\"\naverage.from = 3\n");

    (void)state;
    assert_string_not_equal(averaged.weights_hash, plain.weights_hash);
    assert_string_not_equal(mean.weights_hash, plain.weights_hash);
    check_stopped("average = \"sma\"\naverage.from = 0.5\ntrain.judge = \"best\"\ntrain.judge_by = \"accuracy\"\n", 5);
    check_stopped("average = \"sma\"\ntrain.jtt_epochs = 2\noptimizer.sam = 0.1\n", 5);
    check_stopped("optimizer.ema = 0.9\noptimizer.clip_norm = 0.5\n", 5);
    check_stopped("optimizer.ema = 0.9\ntrain.jtt_epochs = 2\noptimizer.sam = 0.1\n", 5);
}

/* Diverges with these settings, and says so. */
static void check_diverged(const char *settings, const char *format)
{
    struct settings s = settings_with(settings);
    struct witness told = {.stop_at = NEVER};
    struct run_result result;

    unlink(path);
    assert_int_equal(call(&s, &told, 1, NEVER, &result), RUN_DIVERGED);
    assert_string_equal(result.diverged, arena_printf(&arena, format, result.last_step));
    release(&told);
}

/* A rate that no run survives: in a step or, where that comes first, at an evaluation. */
static void test_where_it_diverged(void **state)
{
    (void)state;
    check_diverged("train.lr = 1000\n",
                   "step %ld: not finite: output of layer \"output\" (linear)");
    check_diverged("train.lr = 1000\noptimizer.ema = 0.5\ntrain.evaluate = 1\n"
                   "train.evaluate_steps = 2\n",
                   "evaluation at step %ld: not finite: validation loss");
}

/* The value of a model that learns falls below that of a constant answer; that of one that does not, does not; and where
 * all examples weigh the same the best constant answer is the classes' shares, and its value their entropy. */
static void test_training_values(void **state)
{
    static const struct {
        const char *more;
        bool is_there, is_below;
    } rows[] = {
        {"objective = \"erm\"\n", false, false},
        {"objective = \"cvar\"\nobjective.alpha = 1\ntrain.lr = 0.000000001\n", true, false},
        {"objective = \"cvar\"\nobjective.alpha = 1\ntrain.epochs = 60\ntrain.lr = 0.003\n", true, true},
        {"objective = \"cvar\"\nobjective.alpha = 0.2\ntrain.lr = 0.000000001\n", true, false},
        {"objective = \"chi2_dro\"\nobjective.rho = 0.01\ntrain.epochs = 60\ntrain.lr = 0.003\n", true, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct settings s = settings_with(rows[i].more);
        struct witness w;

        whole(&s, &w, NEVER);
        assert_int_equal(w.values[TRAINER_CONSTANT] > 0, rows[i].is_there);
        assert_int_equal(w.values[TRAINER_VALUE] < 0.99F * w.values[TRAINER_CONSTANT], rows[i].is_below);
        if (i == 1 || i == 2) /* ten classes, the commonest twice the rarest: 2.25 to 2.30 */
            assert_true(w.values[TRAINER_CONSTANT] > 2.24F && w.values[TRAINER_CONSTANT] < 2.3026F);
        release(&w);
    }
}

static void test_a_transformer(void **state)
{
    (void)state;
    check_stopped("model = \"vit\"\nmodel.dim = 12\nmodel.depth = 2\nmodel.heads = 2\n"
                  "model.patch = 16\nmodel.dropout = 0.1\nmodel.drop_path = 0.2\n"
                  "optimizer = \"adamw\"\n", 5);
}

/* Running means and variances outlive a step, and stay out of the way of what moves weights. */
static void test_batch_norm(void **state)
{
    static const char resnet[] = "model = \"resnet\"\nmodel.depth = 8\nmodel.width = 2\n";
    char line[200];

    (void)state;
    snprintf(line, sizeof line, "%soptimizer.sam = 0.1\noptimizer.ema = 0.9\noptimizer.clip_norm = 1\n", resnet);
    check_stopped(line, 5);
    snprintf(line, sizeof line, "%saverage = \"sma\"\n", resnet);
    check_stopped(line, 5);
    snprintf(line, sizeof line, "%strain.jtt_epochs = 1\ntransform = \"mixup\"\n", resnet);
    check_stopped(line, 5);
    snprintf(line, sizeof line, "%smodel.batch_norm = \"ghost\"\nobjective = \"cvar\"\n", resnet);
    check_stopped(line, 5);
    snprintf(line, sizeof line, "%strain.lr = 1000\n", resnet);
    check_diverged(line, "evaluation at step %ld: not finite: weights \"layer1.0.bn1.running_var\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stopped_anywhere),
        cmocka_unit_test(test_every_component),
        cmocka_unit_test(test_every_way_to_compose),
        cmocka_unit_test(test_late_slots),
        cmocka_unit_test(test_weights),
        cmocka_unit_test(test_label_noise),
        cmocka_unit_test(test_noisy_labels),
        cmocka_unit_test(test_just_train_twice),
        cmocka_unit_test(test_evaluation_interval),
        cmocka_unit_test(test_test_at_the_end),
        cmocka_unit_test(test_validation_of_the_test_part),
        cmocka_unit_test(test_averaged_weights),
        cmocka_unit_test(test_where_it_diverged),
        cmocka_unit_test(test_training_values),
        cmocka_unit_test(test_a_transformer),
        cmocka_unit_test(test_batch_norm),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
