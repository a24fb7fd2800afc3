/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * domainbed_tree: output trees as DomainBed's sweep leaves them, with made-up accuracies, and
 * a whole sweep of them whose tables reference/domainbed_tree.{txt,tex} hold.
 *
 * The accuracies are fiftieths, so that many checkpoints and draws are equal: the order of
 * what is equal, and of sums, shows in the tables. */
#ifndef TESTS_DOMAINBED_TREE_H
#define TESTS_DOMAINBED_TREE_H

#include "math/rng.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

struct tree_job {
    const char *algorithm, *dataset;
    int n_environments, test_envs[2], n_test_envs, draw, trial;
};

enum { TREE_STEPS = 301, TREE_EVERY = 100, TREE_N_LINES = 4 };

static FILE *tree_open(const char *tree, const char *folder, const char *file)
{
    char path[512];
    FILE *f;

    snprintf(path, sizeof path, "%s/%s", tree, folder);
    mkdir(path, 0777);
    snprintf(path, sizeof path, "%s/%s/%s", tree, folder, file);
    if (!(f = fopen(path, "w")))
        abort();
    return f;
}

static void tree_line(FILE *f, const struct tree_job *job, int step)
{
    struct rng rng = rng_seed((uint64_t)(job->draw + 10 * job->trial));

    rng = rng_derive(rng_derive(rng, job->algorithm), job->dataset);
    for (int i = 0; i < job->n_test_envs; i++)
        rng = rng_index(rng, (uint64_t)job->test_envs[i]);
    rng = rng_index(rng, (uint64_t)step);
    fprintf(f, "{\"args\": {\"algorithm\": \"%s\", \"data_dir\": \"/elsewhere\", "
               "\"dataset\": \"%s\", \"holdout_fraction\": 0.2, \"hparams\": null, \"hparams_seed\": %d, \"seed\": 7, "
               "\"steps\": %d, \"task\": \"domain_generalization\", \"test_envs\": [%d",
            job->algorithm, job->dataset, job->draw, TREE_STEPS, job->test_envs[0]);
    if (job->n_test_envs > 1)
        fprintf(f, ", %d", job->test_envs[1]);
    fprintf(f, "], \"trial_seed\": %d}", job->trial);
    for (int e = 0; e < job->n_environments; e++)
        fprintf(f, ", \"env%d_in_acc\": %.17g, \"env%d_out_acc\": %.17g", e,
                (30 + (int)rng_below(&rng, 20)) / 50.0, e, (35 + (int)rng_below(&rng, 6)) / 50.0);
    fprintf(f, ", \"epoch\": 0.5, \"hparams\": {\"batch_size\": 32, \"lr\": 5e-05, \"x\": false}, "
               "\"loss\": %s, \"step\": %d, \"step_time\": 0.5}\n",
            step == TREE_EVERY ? "NaN" : "0.25", step);
}

/* The whole job, with `done`. */
static void tree_job(const char *tree, const char *folder, const struct tree_job *job)
{
    FILE *f = tree_open(tree, folder, "results.jsonl");

    for (int i = 0; i < TREE_N_LINES; i++)
        tree_line(f, job, i * TREE_EVERY);
    fclose(f);
    f = tree_open(tree, folder, "done");
    fprintf(f, "done");
    fclose(f);
}

/* Gives the number of jobs. Three algorithms on two data sets, with pairs; of RGD some are
 * missing; ten environments and nine trials without pairs. */
static inline int tree_sweep(const char *tree)
{
    static const struct {
        const char *algorithm, *dataset;
        int n_environments, most_held_out, n_draws, n_trials;
    } parts[] = {
        {"ERM", "VLCS", 4, 2, 3, 3},         {"GroupDRO", "VLCS", 4, 2, 3, 3},
        {"RGD", "VLCS", 4, 2, 3, 3},         {"ERM", "ColoredMNIST", 3, 2, 2, 3},
        {"GroupDRO", "ColoredMNIST", 3, 2, 2, 3}, {"ERM", "SVIRO", 10, 1, 2, 9},
    };
    int n = 0;

    for (size_t p = 0; p < sizeof parts / sizeof *parts; p++)
        for (int a = 0; a < parts[p].n_environments; a++)
            for (int b = a; b < (parts[p].most_held_out > 1 ? parts[p].n_environments : a + 1); b++)
                for (int k = 0; k < parts[p].n_draws * parts[p].n_trials; k++) {
                    struct tree_job job = {parts[p].algorithm, parts[p].dataset,
                                           parts[p].n_environments, {a, b}, 1 + (b > a),
                                           k % parts[p].n_draws, k / parts[p].n_draws};
                    char folder[32];

                    if (p == 2 && (a == 3 || (a == 0 && b == 2 && job.draw == 1)))
                        continue;
                    snprintf(folder, sizeof folder, "job%04d", n++);
                    tree_job(tree, folder, &job);
                }
    return n;
}

#endif
