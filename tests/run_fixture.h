/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * run_fixture: runs on a few drawn pictures, stopped where a test wants it, and all that they tell. */
#ifndef TESTS_RUN_FIXTURE_H
#define TESTS_RUN_FIXTURE_H

#include "learn/run.h"

#include "learn/config/config.h"
#include "learn/sampler/sampler.h"
#include "learn/transform/transform.h"
#include "math/histogram.h"
#include "nn/model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

enum { NEVER = 1000000 };

static char folder[] = "/tmp/rgdbench-test-XXXXXX";
static char path[100];
static struct arena arena;
static struct dataset dataset;

/* What one call of run_train was told, and when it is to stop. */
struct witness {
    struct text journal; /* every number of every evaluation */
    char line[1200];     /* the last that was told */
    int n_polls, stop_at, n_tests;
    int change_at; /* the poll after which the file `changing` is written; 0: none */
    float weights[HISTOGRAM_N]; /* shares, of the last evaluation */
    float values[TRAINER_N_VALUES]; /* of the training part; 0: none were recorded */
};

static void note(struct text *t, const struct evaluation *e)
{
    text_printf(t, " %a", e->loss);
    for (int i = 0; i < e->values.n; i++)
        text_printf(t, " %a", e->values.items[i].value);
}

static int evaluated(void *context, const struct run_point *point, struct error *err)
{
    struct witness *w = context;

    (void)err;
    text_printf(&w->journal, "%ld %d %a %a", point->step, point->epoch, point->train_loss,
                point->train_accuracy);
    note(&w->journal, &point->validation);
    assert_true(point->has_test || point->test.n == 0);
    w->n_tests += point->has_test;
    note(&w->journal, &point->test);
    for (int i = 0; i < point->n_records; i++)
        for (int k = 0; k < point->records[i].n; k++)
            text_printf(&w->journal, " %a", (double)point->records[i].numbers[k]);
    for (int i = 0; i < point->n_records; i++)
        if (strcmp(point->records[i].name, "train_values") == 0)
            memcpy(w->values, point->records[i].numbers, sizeof w->values);
    text_printf(&w->journal, "\n");
    if (point->n_records)
        memcpy(w->weights, point->records[0].numbers, sizeof w->weights);
    return 0;
}

/* A file that data come from. */
static const char *changing(void)
{
    return arena_printf(&arena, "%s/changing", folder);
}

static void write_changing(void)
{
    struct error err;

    assert_int_equal(file_write(changing(), "x", 1, &err), 0);
}

static bool should_stop(void *context, long step, long n_steps)
{
    struct witness *w = context;

    assert_true(step >= 0 && step <= n_steps);
    if (w->n_polls == w->change_at && w->change_at)
        write_changing();
    return ++w->n_polls >= w->stop_at;
}

static void save(void *context, struct text *t)
{
    struct witness *w = context;

    text_add(t, w->journal.s ? w->journal.s : "", w->journal.size);
}

static int restore(void *context, const char *journal, struct error *err)
{
    struct witness *w = context;

    (void)err;
    text_printf(&w->journal, "%s", journal);
    return 0;
}

static void tell(void *context, const char *line)
{
    struct witness *w = context;

    snprintf(w->line, sizeof w->line, "%s", line);
}

static void set(struct settings *s, const char *line)
{
    struct settings one;
    struct error err;

    settings_init(&one, &arena);
    if (settings_parse(&one, line, &err) < 0)
        fail_msg("%s: %s", line, err.text);
    for (int i = 0; i < one.n_items; i++)
        settings_set(s, one.items[i].name, one.items[i].value);
}

/* The settings of a small run with `more`, "name = value" a line, changed. */
static struct settings settings_with(const char *more)
{
    struct settings s;
    const struct value *loss;
    struct error err;

    settings_init(&s, &arena);
    set(&s, "data = \"shapes\"\ndata.format = \"shapes\"\ndata.train_per_class = 9\n"
            "data.test_per_class = 4\ndata.validation = 2\ndata.imbalance = 2\n"
            "data.augment = \"crop_flip\"\nmodel = \"mlp\"\ntrain.epochs = 3\ntrain.batch = 16\n"
            "train.micro_batch = 4\ntrain.evaluate = 2\ntrain.lr = 0.01\n");
    set(&s, more);
    if (strcmp(settings_string(&s, "model"), "mlp") == 0)
        set(&s, "model.hidden = [12]\nmodel.dropout = 0.1\n");
    loss = settings_find(&s, "loss");
    if (loss && strcmp(loss->string, "ldam") == 0)
        set(&s, "model.head = \"cosine\"\n");
    if (config_complete(&s, &err) < 0)
        fail_msg("%s", err.text);
    return s;
}

/* One call. */
static int attempt(const struct settings *s, struct witness *w, int n_threads, double interval,
                   struct run_result *result, struct error *err)
{
    const struct checkpoint checkpoint = {path, "key", interval};
    const struct run_input input = {
        .settings = s, .dataset = &dataset, .n_threads = n_threads, .checkpoint = &checkpoint};
    const struct run_observer observer = {.context = w,
                                          .evaluated = evaluated,
                                          .should_stop = should_stop,
                                          .save = save,
                                          .restore = restore,
                                          .tell = tell};

    return run_train(&input, &observer, result, err);
}

/* One that succeeds. Gives the outcome. */
static enum run_outcome call(const struct settings *s, struct witness *w, int n_threads,
                             double interval, struct run_result *result)
{
    struct error err;

    if (attempt(s, w, n_threads, interval, result, &err) < 0)
        fail_msg("%s", err.text);
    return result->outcome;
}

/* Undisturbed: the result and, in *w, all numbers. */
static __attribute__((unused)) struct run_result whole(const struct settings *s, struct witness *w, double interval)
{
    struct run_result result;

    *w = (struct witness){.stop_at = NEVER};
    unlink(path);
    assert_int_equal(call(s, w, 1, interval, &result), RUN_FINISHED);
    assert_int_equal(result.last_step, result.n_steps);
    return result;
}

static __attribute__((unused)) void same(const struct run_result *got, const struct witness *w,
                 const struct run_result *want, const struct witness *v)
{
    assert_string_equal(got->weights_hash, want->weights_hash);
    assert_string_equal(w->journal.s, v->journal.s);
    assert_int_equal(got->last_step, want->last_step);
}

static __attribute__((unused)) void release(struct witness *w)
{
    text_release(&w->journal);
}

/* Stopped at every `stride`-th question, on changing numbers of threads. */
static void check_stopped_run(const struct settings *s, int stride)
{
    struct witness want_told, told;
    struct run_result want = whole(s, &want_told, NEVER), got;
    int n_stops = 0;

    assert_string_equal(want_told.line, "");
    for (;; n_stops++) {
        assert_true(n_stops < 1000);
        told = (struct witness){.stop_at = stride};
        if (call(s, &told, 1 + n_stops % 4, NEVER, &got) != RUN_STOPPED)
            break;
        release(&told);
        stride += stride / 4; /* an evaluation asks often: later ones get through it */
    }
    assert_true(n_stops > 2);
    assert_non_null(strstr(told.line, "goes on at step "));
    same(&got, &told, &want, &want_told);
    release(&told);
    release(&want_told);
}

static __attribute__((unused)) void check_stopped(const char *more, int stride)
{
    struct settings s = settings_with(more);

    check_stopped_run(&s, stride);
}

static int set_up(void **state)
{
    struct settings s, description;
    struct dataset_source source = {"shapes", NULL, &description, NULL};
    struct error err;

    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/more/run.safetensors", folder);
    settings_init(&description, &arena);
    set(&description, "format = \"shapes\"\n");
    s = settings_with("");
    return dataset_open(&dataset, &source, &s, &err);
}

static int tear_down(void **state)
{
    (void)state;
    unlink(path);
    rmdir(arena_printf(&arena, "%s/more", folder));
    dataset_close(&dataset);
    arena_release(&arena);
    return rmdir(folder);
}

#endif
