/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The verbs that check the promise about bits: verify, bisect. */
#include "commands/command.h"
#include "commands/project.h"
#include "math/rng.h"
#include "os/say.h"
#include "os/walls.h"
#include "page/common_lines.h"
#include "work/job.h"
#include "work/retrain.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool same_profile(const struct invocation *in, const char *a, const char *b)
{
    const char *const specs[] = {a, b};
    const struct value *v[2];
    struct error err;

    for (int i = 0; i < 2; i++) {
        struct settings s;

        settings_init(&s, in->arena);
        v[i] = settings_parse(&s, specs[i], &err) == 0 ? settings_find(&s, "train.numeric") : NULL;
    }
    return v[0] && v[1] && value_equal(v[0], v[1]);
}

/* ---- verify ---- */

static int parse_words(const struct invocation *in, int *ret_n, double *ret_seed, struct error *err)
{
    for (int i = 1; i < in->n_words; i++) {
        const char *word = in->words[i];
        bool is_n = strncmp(word, "n=", 2) == 0, is_seed = strncmp(word, "seed=", 5) == 0;
        double x;

        if (!is_n && !is_seed)
            return error_set(err, "unknown word \"%s\"; have n=RUNS seed=NUMBER", word);
        if (text_parse_number(strchr(word, '=') + 1, &x) < 0 || x < is_n || x != floor(x) || x > 1e6)
            return error_set(err, "\"%s\": not a whole number from %d to 1000000", word, is_n);
        if (is_n)
            *ret_n = (int)x;
        else
            *ret_seed = x;
    }
    return 0;
}

static int count_digested(const struct store_metric *metrics, int n)
{
    int n_digested = 0;

    for (int i = 0; i < n; i++)
        n_digested += store_is_digested(&metrics[i]);
    return n_digested;
}

/* The first place where the metrics differ, said in a line; NULL: they are the same bits. Of measures that
 * came after the store was made, it has none. */
static const char *first_difference(struct arena *arena, const struct store_metric *a, int n_a,
                                    const struct store_metric *b, int n_b)
{
    if (count_digested(a, n_a) != count_digested(b, n_b))
        return arena_printf(arena, "%d metrics, not %d", n_b, n_a);
    for (int i = 0; i < n_a; i++) {
        int k = 0;

        while (k < n_b && !(a[i].step == b[k].step && a[i].class_index == b[k].class_index &&
                            strcmp(a[i].part, b[k].part) == 0 && strcmp(a[i].name, b[k].name) == 0))
            k++;
        if (k == n_b || (memcmp(&a[i].value, &b[k].value, sizeof(double)) != 0 &&
                         !(isnan(a[i].value) && isnan(b[k].value))))
            return arena_printf(arena, "%s %s at step %ld: %.17g in the store, %.17g now", a[i].part,
                                a[i].name, a[i].step, a[i].value, k < n_b ? b[k].value : NAN);
    }
    return NULL;
}

/* 1: the same bits, 0: not, -1 with an error. */
static int verify_run(struct retrain *r, const struct store_run *run,
                      const struct store_origin *origin, struct error *err)
{
    struct arena arena = {0};
    struct store_metric *metrics;
    struct run_result result;
    struct journal journal;
    const char *difference = NULL;
    int n_metrics, status = -1;

    say(stdout, "%.12s  %s %s%s%s seed %d  ", run->spec_id, run->method, run->condition,
        *run->condition ? " " : "", run->point, run->seed);
    fflush(stdout);
    if (store_read_metrics(r->store, run->run, &arena, &metrics, &n_metrics, err) == 0 &&
        retrain_run(r, origin->spec, -1, &arena, &result, &journal, err) == 0) {
        if (strcmp(result.weights_hash, origin->weights_hash) != 0)
            difference = arena_printf(&arena, "weights %.12s, not %.12s", result.weights_hash,
                                      origin->weights_hash);
        else
            difference = first_difference(&arena, metrics, n_metrics, journal.metrics,
                                          journal.n_metrics);
        say(stdout, "%s%s\n", difference ? "DIFFERS: " : "same bits", difference ? difference : "");
        status = difference == NULL;
    } else {
        say(stdout, "could not be trained\n");
    }
    arena_release(&arena);
    return status;
}

/* The ended runs in the profile of the first of them, shuffled by the seed. */
static int choose_runs(const struct invocation *in, const struct store_plan *plan,
                       const struct store_provenance *p, double seed, uint32_t *ret_runs)
{
    struct rng rng = rng_derive(rng_seed((uint64_t)seed), "verify");
    int n = 0, first = -1;

    for (int i = 0; i < plan->n_runs; i++) {
        if (!*p->origins[i].weights_hash)
            continue;
        if (first < 0)
            first = i;
        if (same_profile(in, p->origins[first].spec, p->origins[i].spec))
            ret_runs[n++] = (uint32_t)i;
    }
    rng_shuffle(&rng, ret_runs, (uint32_t)n);
    return n;
}

int command_verify(const struct invocation *in, enum exit_status *ret_status, struct error *err)
{
    struct retrain r = {.data_root = in->data_root, .n_threads = in->n_threads,
                        .cache.listener = &project_listener};
    struct store_provenance provenance;
    struct store_plan plan;
    uint32_t *runs;
    double seed = 0;
    int n = 3, n_there, n_same = 0, result = -1, same = 1;

    if (parse_words(in, &n, &seed, err) < 0 ||
        project_open_store(in->arena, in->words[0], STORE_READ, &r.store, err) < 0 ||
        store_read_plan(r.store, in->arena, &plan, err) < 0 ||
        store_read_provenance(r.store, &plan, in->arena, &provenance, err) < 0)
        goto out;
    runs = arena_alloc(in->arena, (size_t)plan.n_runs * sizeof *runs);
    n_there = choose_runs(in, &plan, &provenance, seed, runs);
    if (n_there == 0) {
        error_set(err, "no run of \"%s\" was trained here to its end", in->words[0]);
        goto out;
    }
    if (job_enter_platform(provenance.origins[runs[0]].spec, in->n_threads, err) < 0)
        goto out;
    n = n < n_there ? n : n_there;
    if (walls_raise(WALL_NETWORK | WALL_EXECUTE, NULL, err) < 0)
        goto out;
    for (int i = 0; i < n && same >= 0; i++) {
        same = verify_run(&r, &plan.runs[runs[i]], &provenance.origins[runs[i]], err);
        n_same += same > 0;
    }
    if (same < 0)
        goto out;
    say(stdout, "%d of %d runs gave the same bits\n", n_same, n);
    *ret_status = n_same == n ? EXIT_OK : EXIT_MISMATCH;
    result = 0;
out:
    data_cache_close(&r.cache);
    store_close(r.store);
    return result;
}

/* ---- bisect ---- */

static int hash_at(struct retrain *r, const char *spec, long step, char ret_hash[HASH_HEX_SIZE],
                   long *ret_n_steps, struct error *err)
{
    struct arena arena = {0};
    struct run_result result;
    struct journal journal;
    int status = retrain_run(r, spec, step, &arena, &result, &journal, err);

    arena_release(&arena);
    if (status < 0)
        return -1;
    memcpy(ret_hash, result.weights_hash, HASH_HEX_SIZE);
    if (ret_n_steps)
        *ret_n_steps = result.last_step;
    return 0;
}

/* 1: both have the same weights after `step` steps; 0: not; -1. */
static int same_at(struct retrain *r, const char *a, const char *b, long step, struct error *err)
{
    char x[HASH_HEX_SIZE], y[HASH_HEX_SIZE];

    if (hash_at(r, a, step, x, NULL, err) < 0 || hash_at(r, b, step, y, NULL, err) < 0)
        return -1;
    say(stderr, "after step %ld: %.12s %s %.12s\n", step, x, strcmp(x, y) ? "!=" : "==", y);
    return strcmp(x, y) == 0;
}

static void print_differences(const char *a, const char *b, struct arena *arena)
{
    const char *const both[] = {a, b};
    const char *common = common_lines_common(both, 2, arena);
    const char *own_a = common_lines_own(a, common, arena), *own_b = common_lines_own(b, common, arena);

    if (!*own_a && !*own_b) {
        say(stdout, "both have the same settings\n");
        return;
    }
    say(stdout, "settings of A alone:\n");
    say_page(stdout, own_a);
    say(stdout, "settings of B alone:\n");
    say_page(stdout, own_b);
}

static int bisect(struct retrain *r, const char *a, const char *b, struct error *err)
{
    char hash[HASH_HEX_SIZE];
    long n_a, n_b, low = 0, high;
    int same = same_at(r, a, b, 0, err);

    if (same <= 0) {
        if (same == 0)
            say(stdout, "the weights differ before the first step\n");
        return same;
    }
    if (hash_at(r, a, 1, hash, &n_a, err) < 0 || hash_at(r, b, 1, hash, &n_b, err) < 0)
        return -1;
    high = n_a < n_b ? n_a : n_b;
    if ((same = same_at(r, a, b, high, err)) < 0)
        return -1;
    if (same) {
        say(stdout, "the same weights after all %ld steps\n", high);
        return 0;
    }
    while (high - low > 1) { /* same after `low`, not after `high` */
        long middle = low + (high - low) / 2;

        if ((same = same_at(r, a, b, middle, err)) < 0)
            return -1;
        *(same ? &low : &high) = middle;
    }
    say(stdout, "the weights first differ after step %ld\n", high);
    return 0;
}

int command_bisect(const struct invocation *in, enum exit_status *ret_status, struct error *err)
{
    struct retrain r = {.data_root = in->data_root, .n_threads = in->n_threads,
                        .cache.listener = &project_listener};
    struct store_weights a, b;
    int result = -1;

    (void)ret_status;
    if (project_open_store(in->arena, in->words[0], STORE_READ, &r.store, err) < 0 ||
        store_read_weights(r.store, in->words[1], in->arena, &a, err) < 0 ||
        store_read_weights(r.store, in->words[2], in->arena, &b, err) < 0)
        goto out;
    if (!same_profile(in, a.spec, b.spec)) {
        error_set(err, "runs %.12s and %.12s have different numeric profiles: they differ from the "
                       "first product on", a.spec_id, b.spec_id);
        goto out;
    }
    if (job_enter_platform(a.spec, in->n_threads, err) < 0)
        goto out;
    print_differences(a.spec, b.spec, in->arena);
    if (walls_raise(WALL_NETWORK | WALL_EXECUTE, NULL, err) < 0)
        goto out;
    result = bisect(&r, a.spec, b.spec, err);
out:
    data_cache_close(&r.cache);
    store_close(r.store);
    return result;
}
