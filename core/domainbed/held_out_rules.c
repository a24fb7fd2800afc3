/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "domainbed/held_out.h"

#include <math.h>
#include <string.h>

/* The run that holds out just these two (b = a: just the one), or NULL. */
static const struct held_out_run *find(const struct held_out_run *runs, int n, int a, int b)
{
    for (int i = 0; i < n; i++) {
        const int *e = runs[i].test_envs;

        if (runs[i].n_test_envs == 1 + (a != b) &&
            ((e[0] == a && e[a != b] == b) || (e[0] == b && e[a != b] == a)))
            return &runs[i];
    }
    return NULL;
}

/* Of the environment's "in"; what a rule reads of the others it reads in `part`. */
static double at(const struct held_out_run *run, const double *part, int look, int environment)
{
    return run->has_diverged ? 0 : part[look * run->n_environments + environment];
}

static void set(struct held_out_candidate *c, const struct held_out_run *run, int look,
                double validation, int environment)
{
    c->point = run->point;
    c->validation = validation;
    c->test = at(run, run->in, look, environment);
    c->step = run->steps[look];
}

/* Does this checkpoint come before all so far? */
static bool is_better(double validation, double test, const struct held_out_candidate *best,
                      bool has_best)
{
    return isfinite(validation) && isfinite(test) && (!has_best || validation > best->validation);
}

static bool score_training(const struct held_out_run *runs, int n, int environment,
                           struct held_out_candidate *ret_candidate)
{
    const struct held_out_run *run = find(runs, n, environment, environment);
    double outs[DOMAINBED_MAX_ENVIRONMENTS];
    bool has_best = false;

    for (int look = 0; run && look < run->n_looks; look++) {
        int n_outs = 0;
        double mean;

        for (int e = 0; e < run->n_environments; e++)
            if (e != environment)
                outs[n_outs++] = at(run, run->out, look, e);
        mean = held_out_sum(outs, n_outs) / n_outs;
        if (!is_better(mean, at(run, run->in, look, environment), ret_candidate, has_best))
            continue;
        has_best = true;
        set(ret_candidate, run, look, mean, environment);
    }
    return has_best;
}

static int find_step(const struct held_out_run *run, long step)
{
    int look = 0;

    while (look < run->n_looks && run->steps[look] != step)
        look++;
    return run->has_diverged ? 0 : look < run->n_looks ? look : -1;
}

static bool score_leave_one_out(const struct held_out_run *runs, int n, int environment,
                                struct held_out_candidate *ret_candidate)
{
    const struct held_out_run *run = find(runs, n, environment, environment);
    double ins[DOMAINBED_MAX_ENVIRONMENTS];
    bool has_best = false;

    if (run && run->has_diverged) {
        set(ret_candidate, run, 0, 0, environment);
        return true;
    }
    for (int look = 0; run && look < run->n_looks; look++) {
        int n_ins = 0;
        double mean;

        for (int e = 0; e < run->n_environments && n_ins >= 0; e++) {
            const struct held_out_run *pair = find(runs, n, environment, e);
            int there = pair ? find_step(pair, run->steps[look]) : -1;

            if (e == environment)
                continue;
            if (there < 0 || e >= pair->n_environments)
                n_ins = -1;
            else
                ins[n_ins++] = at(pair, pair->in, there, e);
        }
        if (n_ins < 1)
            continue;
        mean = held_out_sum(ins, n_ins) / n_ins;
        if (!is_better(mean, at(run, run->in, look, environment), ret_candidate, has_best))
            continue;
        has_best = true;
        set(ret_candidate, run, look, mean, environment);
    }
    return has_best;
}

static bool score_oracle(const struct held_out_run *runs, int n, int environment,
                         struct held_out_candidate *ret_candidate)
{
    const struct held_out_run *run = find(runs, n, environment, environment);
    double out;

    if (!run)
        return false;
    out = at(run, run->out, run->n_looks - 1, environment);
    set(ret_candidate, run, run->n_looks - 1, out, environment);
    return isfinite(out) && isfinite(ret_candidate->test);
}

static const struct held_out_rule training = {
    .name = "training",
    .title = "training-domain validation set",
    .doc = "the checkpoint and draw with the best mean accuracy on what is kept back of the "
           "training environments",
    .score = score_training,
};

static const struct held_out_rule leave_one_out = {
    .name = "leave_one_out",
    .title = "leave-one-domain-out cross-validation",
    .doc = "the checkpoint and draw that, where each training environment in turn is held out "
           "too, are best on it on average",
    .score = score_leave_one_out,
};

static const struct held_out_rule oracle = {
    .name = "oracle",
    .title = "test-domain validation set (oracle)",
    .doc = "the draw that is best at its last checkpoint on what is kept back of the held-out "
           "environment itself, so that it knows more than a user can",
    .score = score_oracle,
};

const struct held_out_rule *const held_out_rules[] = {&training, &leave_one_out, &oracle, NULL};

const struct held_out_rule *held_out_find_rule(const char *name, struct error *err)
{
    const char *known[sizeof held_out_rules / sizeof *held_out_rules] = {0};

    for (int i = 0; held_out_rules[i]; i++) {
        if (strcmp(held_out_rules[i]->name, name) == 0)
            return held_out_rules[i];
        known[i] = held_out_rules[i]->name;
    }
    text_unknown(err, "rule", name, known);
    return NULL;
}
