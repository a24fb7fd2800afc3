/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "work/retrain.h"

#include "work/job.h"

#include <stddef.h>

struct watcher {
    struct journal journal;
    long stop_at;
};

static int evaluated(void *context, const struct run_point *point, struct error *err)
{
    struct watcher *w = context;

    (void)err;
    journal_add(&w->journal, point);
    return 0;
}

static bool should_stop(void *context, long step, long n_steps)
{
    const struct watcher *w = context;

    (void)n_steps;
    return w->stop_at >= 0 && step >= w->stop_at;
}

/* There is no checkpoint, so that these are never asked for anything. */
static void save(void *context, struct text *t)
{
    (void)context, (void)t;
}

static int restore(void *context, const char *journal, struct error *err)
{
    (void)context, (void)journal, (void)err;
    return 0;
}

static void tell(void *context, const char *line)
{
    (void)context, (void)line;
}

int retrain_run(struct retrain *r, const char *spec, long stop_at, struct arena *arena,
                struct run_result *ret_result, struct journal *ret_journal, struct error *err)
{
    static const struct checkpoint none = {.path = NULL, .interval = 1e9};
    struct watcher watcher = {.stop_at = stop_at};
    const struct run_observer observer = {.context = &watcher,
                                          .evaluated = evaluated,
                                          .should_stop = should_stop,
                                          .save = save,
                                          .restore = restore,
                                          .tell = tell};
    struct job job;

    journal_init(&watcher.journal, arena);
    if (job_open(&job, r->store, spec, r->data_root, &r->cache, arena, err) < 0)
        return -1;
    job.input.n_threads = r->n_threads;
    job.input.checkpoint = &none;
    if (run_train(&job.input, &observer, ret_result, err) < 0)
        return -1;
    *ret_journal = watcher.journal;
    return 0;
}
