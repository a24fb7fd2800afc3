/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "work/progress.h"

#include "base/settings.h"
#include "os/clock.h"
#include "os/say.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void progress_start(struct progress *p, int n_jobs, bool is_quiet, const struct measure *select_by, long since)
{
    const char *term = getenv("TERM");

    *p = (struct progress){
        .is_quiet = is_quiet,
        .is_terminal = isatty(STDERR_FILENO) && (!term || strcmp(term, "dumb") != 0),
        .start = clock_now(),
        .n_jobs = n_jobs,
        .since = since,
        .select_by = *select_by,
        .best = NAN,
    };
}

static void clear_line(struct progress *p)
{
    if (p->n_written)
        say_clear();
    p->n_written = 0;
}

/* "rgd clip=1 lr=0.05" */
static void short_label(const struct store_run *run, char *ret_label, size_t size)
{
    const struct label *const labels[] = {&run->condition_label, &run->point_label};
    struct arena arena = {0};
    struct text t = {0};

    text_printf(&t, "%s", run->method);
    for (int i = 0; i < 2; i++)
        if (labels[i]->n > 0)
            text_printf(&t, " %s", label_short(labels[i], &arena));
    snprintf(ret_label, size, "%s", t.s);
    text_release(&t);
    arena_release(&arena);
}

/* "73.1%" of a share, "0.423" of another number. */
static const char *short_value(const struct measure *m, double x, char ret_text[32])
{
    snprintf(ret_text, 32, m->type->is_share ? "%.1f%%" : "%.3f", m->unit * x);
    return ret_text;
}

static void tell_run(struct progress *p, const struct store_ended *ended, int n_done, int n_all)
{
    const struct store_run *run = &ended->run;
    char label[200], duration[32], value[32];

    short_label(run, label, sizeof label);
    clock_duration(run->seconds, duration);
    if (strcmp(run->state, "finished") == 0 && !isnan(ended->validation) &&
        !(p->select_by.sign * ended->validation <= p->select_by.sign * p->best)) {
        p->best = ended->validation;
        snprintf(p->best_label, sizeof p->best_label, "%s", label);
    }
    if (strcmp(run->state, "failed") == 0) {
        clear_line(p);
        say(stderr, "failed: %s seed %d: %s\n", label, run->seed, run->error);
        return;
    }
    if (p->is_terminal || p->is_quiet)
        return;
    say(stderr, "%*d/%d  %s seed %d: ", (int)(1 + log10(n_all)), n_done, n_all, label,
        run->seed);
    if (strcmp(run->state, "diverged") == 0)
        say(stderr, "diverged at %s, %s\n", run->error ? run->error : "some step", duration);
    else
        say(stderr, "validation %s, %s\n", short_value(&p->select_by, ended->validation, value), duration);
}

static void tell_state(struct progress *p, const struct store_counts *c)
{
    int n_left = c->planned + c->running;
    char line[400], eta[32] = "?", elapsed[32], best[32];
    int n;

    clock_duration(clock_now() - p->start, elapsed);
    if (p->n_ended > 0) /* half a run each is done of those at work, on average */
        clock_duration(p->seconds / p->n_ended * (c->planned + 0.5 * c->running) / p->n_jobs, eta);
    n = snprintf(line, sizeof line, "%d finished  %d running  %d left", c->finished + c->diverged,
                 c->running, n_left);
    if (c->diverged)
        n += snprintf(line + n, sizeof line - (size_t)n, "  %d diverged", c->diverged);
    if (c->failed)
        n += snprintf(line + n, sizeof line - (size_t)n, "  %d failed", c->failed);
    n += snprintf(line + n, sizeof line - (size_t)n, "  %s gone  %s to go", elapsed, eta);
    if (!isnan(p->best))
        snprintf(line + n, sizeof line - (size_t)n, "  best %s (%s)", short_value(&p->select_by, p->best, best),
                 p->best_label);
    say_over(line);
    p->n_written = 1;
}

int progress_tell(struct progress *p, struct store *store, const struct store_counts *c,
                  struct error *err)
{
    struct arena arena = {0};
    struct store_ended *ended;
    int n_all = c->planned + c->running + c->finished + c->diverged + c->failed + c->cancelled;
    int n = 0, n_done, result = store_read_ended(store, p->since, &p->select_by, &arena, &ended, &n, err);

    n_done = c->finished + c->diverged + c->failed - n;
    for (int i = 0; result == 0 && i < n; i++) {
        tell_run(p, &ended[i], ++n_done, n_all);
        p->since = ended[i].run.ended;
        if (strcmp(ended[i].run.state, "failed") == 0) {
            p->n_failed++;
        } else {
            p->n_ended++;
            p->seconds += ended[i].run.seconds;
        }
    }
    arena_release(&arena);
    return result;
}

void progress_show(struct progress *p, const struct store_counts *c)
{
    if (!p->is_terminal || p->is_quiet || clock_now() - p->last <= 0.2)
        return;
    tell_state(p, c);
    p->last = clock_now();
}

void progress_end(struct progress *p)
{
    clear_line(p);
    fflush(stderr);
}
