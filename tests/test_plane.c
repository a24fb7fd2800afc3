/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Data of numbers, with classes and with numbers as targets: what they are, what a run of them
 * measures and records, what cannot be asked of them. */
#include "learn/run.h"

#include "learn/config/config.h"
#include "math/histogram.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct arena arena;

static void set(struct settings *s, const char *lines)
{
    struct settings some;
    struct error err;

    settings_init(&some, &arena);
    assert_int_equal(settings_parse(&some, lines, &err), 0);
    for (int i = 0; i < some.n_items; i++)
        settings_set(s, some.items[i].name, some.items[i].value);
}

static struct settings settings_of(const char *format, const char *more)
{
    struct settings s;
    struct error err;

    settings_init(&s, &arena);
    set(&s, arena_printf(&arena, "data = \"%s\"\ndata.format = \"%s\"\ndata.train = 80\n"
                         "data.test = 60\ndata.validation = 20\nmodel.hidden = []\ntrain.epochs = 8\n"
                         "train.batch = 30\ntrain.lr = 0.03\n", format, format));
    set(&s, more);
    if (config_complete(&s, &err) < 0)
        fail_msg("%s", err.text);
    return s;
}

static struct dataset open_data(const struct settings *s, const char *format)
{
    struct settings description;
    struct dataset_source source = {format, NULL, &description, NULL};
    struct dataset d;
    struct error err;

    settings_init(&description, &arena);
    settings_set(&description, "format", value_string(format));
    if (dataset_open(&d, &source, s, &err) < 0)
        fail_msg("%s", err.text);
    return d;
}

/* What the last evaluation said. */
struct witness {
    struct evaluation validation, test; /* whose values are gone with the run, but for: */
    double validation_r2, test_r2;
    int n_records, n_looks;
    struct run_record records[12];
};

static int evaluated(void *context, const struct run_point *point, struct error *err)
{
    struct witness *w = context;

    (void)err;
    w->validation = point->validation;
    w->test = point->test;
    w->validation_r2 = metric_value(&point->validation.values, "r2", -1);
    w->test_r2 = metric_value(&point->test.values, "r2", -1);
    w->n_looks++;
    assert_true(point->n_records <= 12);
    w->n_records = point->n_records;
    for (int i = 0; i < point->n_records; i++) {
        size_t size = (size_t)point->records[i].n * sizeof(float);

        w->records[i] = point->records[i];
        w->records[i].numbers = memcpy(arena_alloc(&arena, size), point->records[i].numbers, size);
    }
    return 0;
}

static bool never(void *context, long step, long n_steps)
{
    (void)context, (void)step, (void)n_steps;
    return false;
}

static void ignore(void *context, const char *line)
{
    (void)context, (void)line;
}

static struct witness train(const struct settings *s, const struct dataset *d, int n_threads)
{
    const struct checkpoint checkpoint = {NULL, "key", 1e9};
    const struct run_input input = {
        .settings = s, .dataset = d, .n_threads = n_threads, .checkpoint = &checkpoint};
    struct witness w = {.n_looks = 0};
    const struct run_observer observer = {
        .context = &w, .evaluated = evaluated, .should_stop = never, .tell = ignore};
    struct run_result result;
    struct error err;

    if (run_train(&input, &observer, &result, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(result.outcome, RUN_FINISHED);
    return w;
}

/* More examples leave the first ones what they are; other settings make other data. */
static void test_data(void **state)
{
    static const char *const formats[] = {"rare_cluster", "rare_line"};

    (void)state;
    for (int f = 0; f < 2; f++) {
        struct settings s = settings_of(formats[f], ""),
                        more = settings_of(formats[f], "data.train = 90\n"),
                        noisy = settings_of(formats[f], "data.noise = 0.2\n");
        struct dataset a = open_data(&s, formats[f]), b = open_data(&more, formats[f]),
                       c = open_data(&noisy, formats[f]);

        assert_true(a.train.n == 80 && a.test.n == 60 && a.probe.n > 1 && a.signature.n == 1);
        assert_int_equal(a.signature.fields[0].kind, FIELD_NUMBERS);
        assert_memory_equal(a.train.values[0].numbers, b.train.values[0].numbers,
                            80 * field_size(&a.signature.fields[0]) * sizeof(float));
        assert_string_not_equal(a.digest, b.digest);
        assert_string_not_equal(a.digest, c.digest);
        assert_true((a.train.targets != NULL) == (f == 1) && (a.class_names == NULL) == (f == 1));
        dataset_close(&a);
        dataset_close(&b);
        dataset_close(&c);
    }
}

/* The line is there to be found where nothing is rare and nothing is noisy; R2 and the probe say so. */
static void test_line(void **state)
{
    struct settings s = settings_of("rare_line", "data.rare = 0\ndata.noise = 0\nloss = \"mse\"\n"
                                                 "train.epochs = 60\n");
    struct dataset d = open_data(&s, "rare_line");
    struct witness w;

    (void)state;
    for (int i = 0; i < d.test.n; i++) /* half of them are rare all the same */
        assert_true(fabs((double)(d.test.targets[i] - d.test.values[0].numbers[i] / 2) - 0.5) <= 0.5001);
    w = train(&s, &d, 1);
    assert_int_equal(w.test.n_classes, 0);
    assert_null(w.test.answers);
    assert_true(w.validation_r2 > 0.999 && w.validation.loss < 1e-4 && w.test_r2 < 0.5);
    assert_int_equal(w.n_records, 6);
    assert_string_equal(w.records[2].name, "probe_scores");
    for (int i = 0; i < w.records[1].n; i++)
        assert_true(fabs((double)(w.records[2].numbers[i] - w.records[1].numbers[i] / 2)) < 0.02);
    dataset_close(&d);
}

/* R2 from the test part by hand, of the line that the probe shows. */
static void test_r2(void **state)
{
    struct settings s = settings_of("rare_line", "loss = \"mse\"\nobjective = \"kl_dro\"\n");
    struct dataset d = open_data(&s, "rare_line");
    struct witness w = train(&s, &d, 1), again = train(&s, &d, 2);
    const float *x = w.records[1].numbers, *y = w.records[2].numbers;
    int last = w.records[1].n - 1;
    double slope = (double)(y[last] - y[0]) / (double)(x[last] - x[0]), mean = 0, spread = 0, sum = 0;

    (void)state;
    for (int i = 0; i < d.test.n; i++)
        mean += (double)d.test.targets[i] / d.test.n;
    for (int i = 0; i < d.test.n; i++) {
        double line = (double)y[0] + slope * (double)(d.test.values[0].numbers[i] - x[0]);

        sum += pow(line - (double)d.test.targets[i], 2);
        spread += pow((double)d.test.targets[i] - mean, 2);
    }
    assert_true(fabs(w.test_r2 - (1 - sum / spread)) < 1e-5);
    assert_true(fabs(w.test.loss - sum / d.test.n) < 1e-5);
    assert_true(w.test_r2 == again.test_r2 && w.validation.loss == again.validation.loss);
    dataset_close(&d);
}

/* The weights recorded are those of the objective at the losses of the trained model, whose boundary
 * the probe shows; nothing is recorded before the end. */
static void test_weights(void **state)
{
    struct settings s = settings_of("rare_cluster", "objective = \"rgd\"\nobjective.clip = 1\n"
                                                    "train.batch = 100\ndata.validation = 5\ntrain.epochs = 80\n"
                                                    "train.evaluate = 10\ntrain.lr = 0.1\n");
    struct dataset d = open_data(&s, "rare_cluster");
    struct witness w = train(&s, &d, 1);
    const float *targets = w.records[4].numbers, *weights = w.records[5].numbers;
    int n = w.records[4].n, n_right = 0;

    (void)state;
    assert_true(w.n_looks == 8 && w.n_records == 11 && n == 70 && w.records[5].n == n);
    assert_string_equal(w.records[5].name, "train_weights");
    assert_int_equal(w.records[2].n, 2 * d.probe.n);
    for (int i = 0; i < n; i++) {
        double loss = 2 * log((double)weights[i]); /* below the clip */

        assert_true(weights[i] >= 1 && weights[i] < 1.6488f);
        n_right += loss < log(2); /* of two classes: the right one is the likelier */
        assert_true(targets[i] == 0 || targets[i] == 1);
    }
    assert_true(n_right > 60);
    dataset_close(&d);
}

/* An objective with a memory is as it was. */
static void test_memory(void **state)
{
    struct settings s = settings_of("rare_cluster", "objective = \"absgd\"\n");
    struct dataset d = open_data(&s, "rare_cluster"), bare = d;
    struct witness w = train(&s, &d, 1), v;

    (void)state;
    bare.probe.n = 0;
    v = train(&s, &bare, 1);
    assert_true(w.n_records == 11 && v.n_records == 6);
    assert_true(w.test.loss == v.test.loss);
    dataset_close(&d);
}

static void test_refused(void **state)
{
    static const struct {
        const char *format, *more, *wanted;
    } cases[] = {
        {"rare_line", "", "loss cross_entropy is of classes, and these data have numbers as targets; use "
                          "mse"},
        {"rare_line", "loss = \"mse\"\ntransform = \"mixup\"\n", "transform mixup mixes classes"},
        {"rare_line", "loss = \"mse\"\nobjective = \"group_dro\"\n",
         "objective group_dro needs the class of each example"},
        {"rare_line", "loss = \"mse\"\npenalty = \"sd\"\n", "penalty sd"},
        {"rare_line", "loss = \"mse\"\ndata.imbalance = 10\n", "data.imbalance is of classes"},
        {"rare_line", "loss = \"mse\"\ndata.label_noise = 0.1\n", "data.label_noise is of classes"},
        {"rare_line", "loss = \"mse\"\ntrain.jtt_epochs = 1\n", "train.jtt_epochs is of classes"},
        {"rare_cluster", "data.augment = \"crop_flip\"\n", "data.augment changes pictures"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct settings s = settings_of(cases[i].format, cases[i].more);
        struct dataset d = open_data(&s, cases[i].format);
        const struct run_input input = {.settings = &s, .dataset = &d};
        struct error err = {.text = "no error"};

        if (run_check(&input, NULL, &err) == 0 || !strstr(err.text, cases[i].wanted))
            fail_msg("%s: %s", cases[i].wanted, err.text);
        dataset_close(&d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_data),    cmocka_unit_test(test_line),
        cmocka_unit_test(test_r2),      cmocka_unit_test(test_weights),
        cmocka_unit_test(test_memory),  cmocka_unit_test(test_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
