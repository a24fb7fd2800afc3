/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lab/worker.h"

#include "base/clock.h"
#include "lab/environment.h"
#include "lab/process.h"
#include "lab/store.h"
#include "learn/data_cache.h"
#include "learn/run.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static volatile sig_atomic_t is_told_to_stop;

static void on_signal(int signal)
{
    (void)signal;
    is_told_to_stop = 1;
}

struct worker {
    struct store *store;
    struct data_cache data;
    const char *data_root;
    int n_threads;
    char owner[PROCESS_OWNER_SIZE];
    const char *environment;
    /* of the run at work */
    struct arena arena;
    struct store_metric *metrics;
    int n_metrics;
};

static void add_metric(struct worker *w, long step, const char *part, const char *name,
                       int class_index, double value)
{
    w->metrics = arena_grow(&w->arena, w->metrics, w->n_metrics, sizeof *w->metrics);
    w->metrics[w->n_metrics++] = (struct store_metric){step, part, name, class_index, value};
}

static void add_evaluation(struct worker *w, long step, const char *part,
                           const struct evaluation *e)
{
    add_metric(w, step, part, "loss", -1, e->loss);
    add_metric(w, step, part, "accuracy", -1, e->accuracy);
    add_metric(w, step, part, "balanced_accuracy", -1, e->balanced_accuracy);
}

static int evaluated(void *context, const struct run_point *point, struct error *err)
{
    struct worker *w = context;

    (void)err;
    add_metric(w, point->step, "train", "loss", -1, point->train_loss);
    add_metric(w, point->step, "train", "accuracy", -1, point->train_accuracy);
    add_evaluation(w, point->step, "validation", &point->validation);
    add_evaluation(w, point->step, "test", &point->test);
    for (int c = 0; c < point->test.n_classes; c++)
        add_metric(w, point->step, "test", "class_accuracy", c, point->test.class_accuracy[c]);
    return 0;
}

static bool should_stop(void *context, long step, long n_steps)
{
    (void)context, (void)step, (void)n_steps;
    return is_told_to_stop;
}

/* Trains one run. *ret_result is set where it gives 0. */
static int train(struct worker *w, const struct store_claim *claim, struct run_result *ret_result,
                 struct error *err)
{
    struct settings spec, description;
    const struct run_observer observer = {w, evaluated, should_stop};
    const struct dataset *dataset;
    const char *digest;

    settings_init(&spec, &w->arena);
    settings_init(&description, &w->arena);
    if (settings_parse(&spec, claim->spec, err) < 0)
        return error_context(err, "spec");
    digest = settings_string(&spec, "data.digest");
    if (store_data_description(w->store, digest, &description, err) < 0 ||
        data_cache_open(&w->data, &spec, &description, w->data_root, &dataset, err) < 0)
        return -1;
    if (strcmp(dataset->digest, digest) != 0)
        return error_set(err, "data set \"%s\" has changed since the plan was made", dataset->name);
    return run_train(&spec, dataset, w->n_threads, &observer, ret_result, err);
}

static int work_on(struct worker *w, const struct store_claim *claim, struct error *err)
{
    struct run_result result;
    struct error run_err;
    double wall = clock_wall(), start = clock_now();

    w->metrics = NULL;
    w->n_metrics = 0;
    if (train(w, claim, &result, &run_err) < 0)
        return store_fail(w->store, claim->run, w->owner, run_err.text, err);
    if (result.outcome == RUN_STOPPED)
        return store_release(w->store, claim->run, w->owner, err);
    return store_finish(w->store, claim->run, w->owner,
                        &(struct store_outcome){
                            .has_diverged = result.outcome == RUN_DIVERGED,
                            .n_steps = result.n_steps,
                            .last_step = result.last_step,
                            .weights_hash = result.weights_hash,
                            .metrics = w->metrics,
                            .n_metrics = w->n_metrics,
                            .environment = w->environment,
                            .host = process_host(),
                            .started = wall,
                            .seconds = clock_now() - start,
                            .peak_memory = process_peak_memory(),
                        },
                        err);
}

static void set_signals(int parent)
{
    struct sigaction stop = {.sa_handler = on_signal};
    struct sigaction ignore = {.sa_handler = SIG_IGN};

    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGINT, &ignore, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
    prctl(PR_SET_NAME, "rgdbench"); /* not "exe", as executed through /proc */
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        is_told_to_stop = 1; /* the sweep was gone before we asked */
}

int worker_run(const struct worker_options *options, struct error *err)
{
    struct worker w = {.data_root = options->data_root, .n_threads = options->n_threads};
    struct arena arena = {0};
    struct settings environment;
    struct text text = {0};
    int got = -1;

    set_signals(options->parent);
    process_owner(getpid(), w.owner);
    settings_init(&environment, &arena);
    environment_read(&environment);
    settings_write(&text, &environment);
    w.environment = text.s;
    if (store_open(options->store_path, STORE_WRITE, &w.store, err) < 0)
        goto out;
    do {
        struct store_claim claim;

        got = is_told_to_stop
                  ? 0
                  : store_claim(w.store, w.owner, options->numeric, &w.arena, &claim, err);
        if (got > 0 && work_on(&w, &claim, err) < 0)
            got = -1;
        arena_release(&w.arena);
    } while (got > 0);
out:
    data_cache_close(&w.data);
    store_close(w.store);
    text_release(&text);
    arena_release(&arena);
    return got;
}
