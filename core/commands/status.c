/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How the runs of an experiment stand, also while others work on them. */
#include "base/text.h"
#include "commands/command.h"
#include "commands/project.h"
#include "os/clock.h"
#include "os/process.h"
#include "os/say.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N_ERRORS = 20, TAIL_LINES = 10, TAIL_BYTES = 16000 };

/* The end of the sweeps' log, which has what workers said; each line begins with whose it is. Empty
 * where there is none. What a library wrote may be anything. */
static void read_log(const char *path, char ret_tail[TAIL_BYTES + 1])
{
    FILE *f = fopen(path, "re");
    size_t size = 0;

    if (f) {
        if (fseek(f, -TAIL_BYTES, SEEK_END) < 0)
            rewind(f);
        size = fread(ret_tail, 1, TAIL_BYTES, f);
        fclose(f);
    }
    ret_tail[size] = 0;
    text_make_plain(ret_tail, size, "\n");
}

static void add_run(struct text *line, const struct store_run *run)
{
    text_printf(line, "%s  %s %s%s%s seed %d", run->state, run->method, run->condition,
                run->condition[0] ? " " : "", run->point, run->seed);
}

/* Releases the line. */
static void print_line(struct text *line)
{
    say(stdout, "%s\n", line->s);
    text_release(line);
}

/* "12 m 5 s a run, 40 runs an hour, 1:23:45 to go" */
static void print_pace(const struct store_counts *c, double seconds)
{
    char mean[32], eta[32];

    if (isnan(seconds) || c->running == 0)
        return;
    clock_duration(seconds, mean);
    clock_duration(seconds * (c->planned + 0.5 * c->running) / c->running, eta);
    say(stdout, "%s a run, %.3g runs an hour, %s to go\n", mean,
        c->running * 3600 / fmax(seconds, 1e-3), eta);
}

/* What the worker said last of the run it is at: that it waits for room on the disk, say. */
static void print_last_word(const struct store_watched *w, const char *tail)
{
    const char *pid = strchr(w->owner, ' '), *last = NULL;
    char start[100];
    size_t size;

    if (!pid++)
        return;
    snprintf(start, sizeof start, "worker %.*s: run %.12s: ", (int)strcspn(pid, " "), pid,
             w->run.spec_id);
    size = strlen(start);
    for (const char *at = tail; (at = strstr(at, start)); at += size)
        last = at + size;
    if (last)
        say(stdout, "    it said: %.*s\n", (int)strcspn(last, "\n"), last);
}

static void print_worker(const struct store_watched *w, const char *tail)
{
    const char *start = strrchr(w->owner, ' '); /* behind host and process */
    double now = clock_wall();
    char since[32], lease[64];
    struct text line = {0};

    clock_duration(fmax(0, now - w->started), since);
    if (!process_is_alive(w->owner))
        snprintf(lease, sizeof lease, "its worker is gone");
    else if (w->lease < now)
        snprintf(lease, sizeof lease, "silent for %.0f s: the next worker takes it", now - w->lease);
    else
        snprintf(lease, sizeof lease, "for %s", since);
    add_run(&line, &w->run);
    text_printf(&line, ": %.*s, %s", (int)(start ? start - w->owner : 0), w->owner, lease);
    print_line(&line);
    print_last_word(w, tail);
}

static void print_troubles(const struct store_watch *watch, const char *state, int n_most,
                           const char *tail)
{
    int n = 0, n_shown = 0;

    for (int i = 0; i < watch->n_runs; i++)
        n += strcmp(watch->runs[i].run.state, state) == 0;
    for (int i = 0; i < watch->n_runs && n_shown < n_most; i++) {
        const struct store_run *run = &watch->runs[i].run;
        struct text line = {0};

        if (strcmp(run->state, state) != 0)
            continue;
        n_shown++;
        if (strcmp(state, "running") == 0) {
            print_worker(&watch->runs[i], tail);
            continue;
        }
        add_run(&line, run);
        if (run->error)
            text_printf(&line, ": %s", run->error);
        else
            text_printf(&line, " at step %ld", run->last_step);
        print_line(&line);
    }
    if (n > n_shown)
        say(stdout, "... and %d more\n", n - n_shown);
}

static void print_log(const char *path, const char *tail)
{
    const char *from = tail + strlen(tail);
    int n = 0;

    for (; from > tail; from--)
        if (from[-1] == '\n' && *from && ++n == TAIL_LINES)
            break;
    if (*from) {
        say(stdout, "\nthe end of %s:\n", path);
        say_page(stdout, from);
    }
}

/* Of the plan that the store is bound to. Adds its failed runs to *n_failed. */
static int print_plan(struct store *store, struct arena *arena, const char *tail, int *n_failed,
                      struct error *err)
{
    struct store_watch watch;
    struct store_counts c;

    if (store_count(store, &c, err) < 0 || store_read_watch(store, arena, &watch, err) < 0)
        return -1;
    say(stdout, "planned %d  running %d  finished %d  diverged %d  failed %d  cancelled %d",
        c.planned, c.running, c.finished, c.diverged, c.failed, c.cancelled);
    if (c.elsewhere)
        say(stdout, "  elsewhere %d", c.elsewhere);
    say(stdout, "\n");
    print_pace(&c, watch.seconds);
    print_troubles(&watch, "running", 1024, tail);
    print_troubles(&watch, "diverged", N_ERRORS, tail);
    print_troubles(&watch, "failed", N_ERRORS, tail);
    *n_failed += c.failed;
    return 0;
}

int command_status(const struct invocation *in, enum exit_status *ret_status, struct error *err)
{
    const char *word = in->words[0];
    const char *log = project_log_path(in->arena, project_store_path(in->arena, word));
    char tail[TAIL_BYTES + 1];
    struct store *store = NULL;
    int n_failed = 0, has_fresh = 0, result = -1;

    (void)ret_status;
    read_log(log, tail);
    if ((project_is_store(word) ? store_open(word, STORE_READ, &store, err)
                                : project_open_store(in->arena, word, STORE_READ, &store, err)) == 0 &&
        store_freeze(store, err) == 0 && print_plan(store, in->arena, tail, &n_failed, err) == 0 &&
        (has_fresh = store_bind_fresh(store, err)) >= 0) {
        if (has_fresh)
            say(stdout, "\non fresh seeds: ");
        result = has_fresh ? print_plan(store, in->arena, tail, &n_failed, err) : 0;
    }
    if (result == 0 && n_failed)
        print_log(log, tail);
    store_close(store);
    return result;
}
