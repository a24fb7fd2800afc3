/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * train.judge = best: the first of the best evaluations on validation data judges the run, its weights are the
 * run's, and what is kept of one evaluation alone is of that one; stopped anywhere or not, on any number of threads. */
#include "run_fixture.h"

#include "plan/plan.h"
#include "work/journal.h"

/* The last evaluations are worse than one before. */
static const char falls[] = "train.evaluate = 1\ntrain.evaluate_steps = 3\ntrain.epochs = 8\ntrain.lr = 0.002\n"
                            "schedule = \"constant\"\n";

enum { MOST = 100 };

struct judged {
    struct journal journal;
    double values[MOST], best; /* of each evaluation, on validation data */
    long steps[MOST], step;    /* of each, and of the one that judges */
    int n, n_judged, n_tests;
    long stop_at; /* step */
    int n_polls, polls_left; /* of a call */
    char ended[HASH_HEX_SIZE];
    const char *measure;
};

static int hear(void *context, const struct run_point *point, struct error *err)
{
    struct judged *w = context;

    (void)err;
    journal_add(&w->journal, point);
    assert_true(w->n < MOST);
    w->values[w->n] = metric_value(&point->validation.values, w->measure, -1);
    w->steps[w->n++] = point->step;
    w->n_judged += point->is_judged;
    w->n_tests += point->has_test;
    if (point->is_judged) {
        w->step = point->step;
        w->best = w->values[w->n - 1];
    }
    return 0;
}

static bool should_halt(void *context, long step, long n_steps)
{
    struct judged *w = context;

    (void)n_steps;
    w->n_polls++;
    return step >= w->stop_at || w->polls_left-- <= 0;
}

static void keep_journal(void *context, struct text *t)
{
    journal_write(&((struct judged *)context)->journal, 0, t);
}

static int take_journal(void *context, const char *journal, struct error *err)
{
    return journal_read(&((struct judged *)context)->journal, journal, err);
}

static void hear_line(void *context, const char *line)
{
    (void)context, (void)line;
}

static int end(void *context, const struct params *params, const float *weights, struct error *err)
{
    (void)err;
    params_hash(params, weights, ((struct judged *)context)->ended);
    return 0;
}

static struct run_result train(const struct settings *s, struct judged *w, int n_threads)
{
    const struct checkpoint checkpoint = {path, "key", NEVER};
    const struct run_input input = {
        .settings = s, .dataset = &dataset, .n_threads = n_threads, .checkpoint = &checkpoint};
    const struct run_observer observer = {.context = w, .evaluated = hear, .should_stop = should_halt,
                                          .save = keep_journal, .restore = take_journal, .ended = end,
                                          .tell = hear_line};
    struct run_result result;
    struct error err;

    journal_init(&w->journal, &arena);
    if (run_train(&input, &observer, &result, &err) < 0)
        fail_msg("%s", err.text);
    return result;
}

static struct judged witness_of(const char *measure)
{
    return (struct judged){.measure = measure, .stop_at = NEVER, .polls_left = NEVER};
}

static struct settings judged_by(const char *measure, const char *more)
{
    return settings_with(arena_printf(&arena, "%strain.judge = \"best\"\ntrain.judge_by = \"%s\"\n%s", falls, measure,
                                      more));
}

static const char *journal_of(const struct judged *w)
{
    struct text t = {0};
    const char *s;

    journal_write(&w->journal, 0, &t);
    s = arena_strdup(&arena, t.s);
    text_release(&t);
    return s;
}

/* The weights that a run has behind a step. */
static struct run_result stopped_at(const struct settings *s, long step)
{
    struct judged w = witness_of("accuracy");
    struct run_result result;

    unlink(path);
    w.stop_at = step;
    result = train(s, &w, 1);
    assert_int_equal(result.outcome, RUN_STOPPED);
    unlink(path);
    return result;
}

/* By one that is to be high, also where several evaluations are equally good, and by one that is to be low. */
static void test_the_best_judges(void **state)
{
    static const struct {
        const char *measure, *more;
        double sign;
    } cases[] = {{"accuracy", "", 1}, {"accuracy", "train.lr = 0.01\n", 1}, {"log_loss", "", -1}};

    (void)state;
    for (size_t m = 0; m < sizeof cases / sizeof *cases; m++) {
        const char *measure = cases[m].measure;
        struct settings s = judged_by(measure, cases[m].more),
                        last = settings_with(arena_printf(&arena, "%s%s", falls, cases[m].more));
        struct judged w = witness_of(measure), plain = witness_of(measure);
        struct run_result got, want;
        int best = 0;

        unlink(path);
        got = train(&s, &w, 1);
        assert_int_equal(got.outcome, RUN_FINISHED);
        for (int i = 1; i < w.n; i++)
            if (cases[m].sign * (w.values[i] - w.values[best]) > 1e-9)
                best = i;
        assert_true(best > 0 && best < w.n - 1);
        assert_int_equal(w.step, w.steps[best]);
        assert_string_equal(got.weights_hash, stopped_at(&s, w.step).weights_hash);
        assert_string_equal(w.ended, got.weights_hash);

        /* It moves nothing: the same evaluations, and the same last weights, which are not the run's. */
        unlink(path);
        want = train(&last, &plain, 1);
        assert_int_equal(plain.n_judged, 1);
        assert_int_equal(plain.step, want.n_steps);
        assert_memory_equal(plain.values, w.values, sizeof w.values);
        assert_string_not_equal(got.weights_hash, want.weights_hash);
    }
}

/* It ends so many evaluations behind the best, with the weights that it would have had; also when it is stopped at each
 * step and goes on. */
static void test_patience(void **state)
{
    struct settings s = judged_by("accuracy", "train.patience = 2\n"), without = judged_by("accuracy", "");
    struct judged w = witness_of("accuracy"), whole = witness_of("accuracy"), pieces;
    struct run_result got, want;
    int n = 0, best = 0;

    (void)state;
    unlink(path);
    want = train(&without, &whole, 1);
    for (int i = 0; i < whole.n && i < best + 3; i++, n++)
        if (whole.values[i] - whole.values[best] > 1e-9)
            best = i;
    assert_true(n < whole.n); /* there is something to stop */
    unlink(path);
    got = train(&s, &w, 2);
    assert_int_equal(got.outcome, RUN_FINISHED);
    assert_int_equal(w.n, n);
    assert_memory_equal(w.values, whole.values, (size_t)n * sizeof *w.values);
    assert_int_equal(w.step, whole.steps[best]);
    assert_int_equal(got.last_step, whole.steps[n - 1]);
    assert_int_equal(got.n_steps, want.n_steps);
    assert_string_equal(got.weights_hash, stopped_at(&without, w.step).weights_hash);
    unlink(path);
    for (long step = 1; got.outcome == RUN_STOPPED || step == 1; step++) {
        pieces = witness_of("accuracy");
        pieces.stop_at = step;
        got = train(&s, &pieces, 1);
    }
    assert_int_equal(got.last_step, whole.steps[n - 1]);
    assert_string_equal(got.weights_hash, w.ended);
}

/* What is kept of one evaluation alone is of that which judges: answers, values of classes, rows of numbers. */
static void test_what_is_kept(void **state)
{
    struct settings s = judged_by("accuracy", "");
    struct judged w = witness_of("accuracy");
    int n_judged = 0, n_classes = 0, n_counts = 0;

    (void)state;
    unlink(path);
    train(&s, &w, 1);
    assert_true(w.n_judged > 1);
    assert_int_equal(w.journal.answers.step, w.step);
    for (int i = 0; i < w.journal.n_arrays; i++) {
        const struct store_array *a = &w.journal.arrays[i];

        assert_true(strcmp(a->name, "weights") == 0 || a->step == w.step);
        n_counts += strcmp(a->name, "test_predicted") == 0;
        if (strcmp(a->name, "judged") != 0)
            continue;
        n_judged++;
        assert_true(a->numbers[0] == (float)w.best);
    }
    for (int i = 0; i < w.journal.n_metrics; i++) {
        const struct store_metric *m = &w.journal.metrics[i];

        if (m->class_index < 0 || (strcmp(m->name, "class_accuracy") == 0 && strcmp(m->part, "test") == 0))
            continue;
        assert_int_equal(m->step, w.step);
        n_classes++;
    }
    assert_int_equal(n_judged, 1);
    assert_int_equal(n_counts, 1);
    assert_true(n_classes > 0);
}

/* Test pictures are seen where the run may end up being judged, and nowhere else. */
static void test_unseen_test(void **state)
{
    struct settings each = judged_by("accuracy", ""), last = judged_by("accuracy", "train.test = \"last\"\n");
    struct judged a = witness_of("accuracy"), b = witness_of("accuracy");
    struct run_result want, got;

    (void)state;
    unlink(path);
    want = train(&each, &a, 1);
    unlink(path);
    got = train(&last, &b, 1);
    assert_int_equal(a.n_tests, a.n);
    assert_int_equal(b.n_tests, b.n_judged);
    assert_true(b.n_tests < b.n);
    assert_string_equal(got.weights_hash, want.weights_hash);
    assert_int_equal(b.step, a.step);
}

/* Stopped at several places and gone on with, now on one thread, now on two. */
static void test_stopped(void **state)
{
    static const char *const more[] = {"", "train.epochs = 4\noptimizer = \"adamw\"\noptimizer.ema = 0.5\n",
                                       "train.epochs = 2\ntrain.jtt_epochs = 1\n"};

    (void)state;
    for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
        struct settings s = judged_by("log_loss", more[i]);
        struct judged whole_told = witness_of("log_loss"), w;
        struct run_result want, got;

        unlink(path);
        want = train(&s, &whole_told, 1);
        for (int k = 1; k < whole_told.n_polls; k += whole_told.n_polls / 5 + 1) {
            int n_calls = 0;

            unlink(path);
            do {
                w = witness_of("log_loss");
                if (n_calls < 4)
                    w.polls_left = k;
                got = train(&s, &w, 1 + n_calls % 2);
            } while (++n_calls < 6 && got.outcome == RUN_STOPPED);
            assert_int_equal(got.outcome, RUN_FINISHED);
            assert_string_equal(got.weights_hash, want.weights_hash);
            assert_string_equal(w.ended, want.weights_hash);
            assert_string_equal(journal_of(&w), journal_of(&whole_told));
        }
    }
}

/* A run that diverges ends with what it had then, whatever was good before. */
static void test_diverged(void **state)
{
    struct settings s = judged_by("accuracy", "train.lr = 50\nmodel.dropout = 0\n");
    struct judged w = witness_of("accuracy");
    struct run_result result;

    (void)state;
    unlink(path);
    result = train(&s, &w, 1);
    assert_int_equal(result.outcome, RUN_DIVERGED);
    assert_string_equal(w.ended, result.weights_hash);
}

/* What the data have not: said before anything is trained. */
static void test_measures(void **state)
{
    static const char *const none[] = {"r2", "f1", "f1:nobody", "accuracy:circle", "worst_group_accuracy", "", "f1:"};

    (void)state;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        struct settings s = judged_by(none[i], "");
        const struct run_input input = {.settings = &s, .dataset = &dataset, .n_threads = 1};
        struct error err;

        assert_int_equal(run_check(&input, NULL, &err), -1);
        assert_string_equal(err.text, arena_printf(&arena, "train.judge_by \"%s\": data set \"shapes\" has no such "
                                                           "measure", none[i]));
    }
    {
        struct settings s = judged_by("f1:circle", "");
        const struct run_input input = {.settings = &s, .dataset = &dataset, .n_threads = 1};
        struct error err;

        assert_int_equal(run_check(&input, NULL, &err), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_best_judges), cmocka_unit_test(test_patience), cmocka_unit_test(test_what_is_kept),
        cmocka_unit_test(test_unseen_test),     cmocka_unit_test(test_stopped),
        cmocka_unit_test(test_diverged),        cmocka_unit_test(test_measures),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
