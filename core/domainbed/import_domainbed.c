/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "domainbed/import_domainbed.h"

#include "os/file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- findings ---- */

static const char *const sentences[IMPORT_N_KINDS][2] = {
    [IMPORT_FOREIGN] = {"entry is no job: passed over", "entries are no jobs: passed over"},
    [IMPORT_UNFINISHED] = {"job has not ended: left out", "jobs have not ended: left out"},
    [IMPORT_CUT] = {"job is not whole: left out", "jobs are not whole: left out"},
    [IMPORT_UNREADABLE] = {"job cannot be read: left out", "jobs cannot be read: left out"},
    [IMPORT_DOUBLE] = {"job is there twice: the second is left out",
                       "jobs are there twice: the later ones are left out"},
    [IMPORT_BAD_LINES] = {"line is torn or wrong: left out", "lines are torn or wrong: left out"},
    [IMPORT_REPEATED_LINES] = {"line is of a step that comes again: left out",
                               "lines are of steps that come again: left out"},
    [IMPORT_SHORTER] = {"job ends before others of its data set: kept",
                        "jobs end before others of their data set: kept"},
    [IMPORT_NOT_FINITE] = {"loss is not finite: kept as such",
                           "losses are not finite: kept as such"},
};

static void find(struct import_findings *f, enum import_kind kind, int n, const char *first)
{
    if (n > 0 && f->counts[kind] == 0)
        f->first[kind] = first;
    f->counts[kind] += n;
}

void import_findings_write(const struct import_findings *f, struct text *t)
{
    for (int i = 0; i < IMPORT_N_KINDS; i++)
        if (f->counts[i])
            text_printf(t, "%d %s (%s%s)\n", f->counts[i], sentences[i][f->counts[i] > 1],
                        f->counts[i] > 1 ? "the first: " : "", f->first[i]);
}

/* ---- jobs ---- */

static int by_number(int x, int y)
{
    return (x > y) - (x < y);
}

static int by_name(int (*place)(const char *), const char *x, const char *y)
{
    int order = by_number(place(x), place(y));

    return order ? order : strcmp(x, y);
}

/* As a plan lies; 0: two of one job. */
static int compare(const struct domainbed_job *x, const struct domainbed_job *y)
{
    int order = by_name(domainbed_algorithm_place, x->algorithm, y->algorithm);

    if (order == 0)
        order = by_name(domainbed_dataset_place, x->dataset, y->dataset);
    if (order == 0)
        order = by_number(x->n_test_envs, y->n_test_envs);
    for (int i = 0; i < x->n_test_envs && order == 0; i++)
        order = by_number(x->test_envs[i], y->test_envs[i]);
    if (order == 0)
        order = by_number(x->draw, y->draw);
    return order ? order : by_number(x->trial, y->trial);
}

static int by_place(const void *a, const void *b)
{
    const struct domainbed_job *x = a, *y = b;
    int order = compare(x, y);

    return order ? order : strcmp(x->folder, y->folder);
}

/* Reads one entry of the tree. True where it is a job that counts. */
static bool read_entry(const char *tree, const char *name, struct arena *arena,
                       struct domainbed_job *ret_job, struct import_findings *f)
{
    const char *path = arena_printf(arena, "%s/%s", tree, name);
    bool is_done = file_exists(arena_printf(arena, "%s/done", path));
    struct error err;

    if (!file_is_directory(path) ||
        (!is_done && !file_exists(arena_printf(arena, "%s/results.jsonl", path)) &&
         !file_exists(arena_printf(arena, "%s/out.txt", path)))) {
        find(f, IMPORT_FOREIGN, 1, name);
        return false;
    }
    if (!is_done) {
        find(f, IMPORT_UNFINISHED, 1, arena_printf(arena, "%s: it has no file \"done\"", name));
        return false;
    }
    if (domainbed_job_read(tree, name, arena, ret_job, &err) < 0) {
        find(f, IMPORT_UNREADABLE, 1, arena_printf(arena, "%s: %s", name, err.text));
        return false;
    }
    find(f, IMPORT_BAD_LINES, ret_job->n_bad_lines,
         arena_printf(arena, "%s: %s", name, ret_job->first_bad));
    find(f, IMPORT_REPEATED_LINES, ret_job->n_repeated_lines, name);
    if (!ret_job->is_whole) {
        find(f, IMPORT_CUT, 1,
             ret_job->has_steps
                 ? arena_printf(arena, "%s: its last line is of step %ld, not %ld", name,
                                ret_job->records[ret_job->n_records - 1].n_made - 1,
                                ret_job->n_steps - 1)
                 : arena_printf(arena, "%s: its last line is torn or wrong", name));
        return false;
    }
    find(f, IMPORT_NOT_FINITE, ret_job->n_not_finite, name);
    return true;
}

static int by_length(const void *a, const void *b)
{
    const struct domainbed_job *x = a, *y = b;
    int order = strcmp(x->dataset, y->dataset);

    if (order == 0)
        order = by_number(x->has_steps, y->has_steps);
    if (order == 0 && x->n_steps != y->n_steps)
        order = x->n_steps > y->n_steps ? -1 : 1;
    return order ? order : strcmp(x->folder, y->folder);
}

/* Jobs of one data set have one number of steps where their arguments do not say another; one
 * that ends earlier may have lost its last lines. Sorts. */
static void find_shorter(struct domainbed_job *jobs, int n, struct arena *arena,
                         struct import_findings *f)
{
    const struct domainbed_job *longest = jobs;

    qsort(jobs, (size_t)n, sizeof *jobs, by_length);
    for (int i = 0; i < n; i++) {
        if (jobs[i].has_steps)
            continue;
        if (longest->has_steps || strcmp(longest->dataset, jobs[i].dataset) != 0)
            longest = &jobs[i];
        if (jobs[i].n_steps < longest->n_steps)
            find(f, IMPORT_SHORTER, 1,
                 arena_printf(arena, "%s: its last line is of step %ld, that of %s of step %ld",
                              jobs[i].folder, jobs[i].n_steps - 1, longest->folder,
                              longest->n_steps - 1));
    }
}

/* Sorts, and drops all but the first of each job. Gives how many stay. */
static int drop_doubles(struct domainbed_job *jobs, int n, struct arena *arena,
                        struct import_findings *f)
{
    int n_kept = 0;

    qsort(jobs, (size_t)n, sizeof *jobs, by_place);
    for (int i = 0; i < n; i++) {
        if (n_kept && compare(&jobs[n_kept - 1], &jobs[i]) == 0)
            find(f, IMPORT_DOUBLE, 1, arena_printf(arena, "%s: the same job as %s", jobs[i].folder,
                                                   jobs[n_kept - 1].folder));
        else
            jobs[n_kept++] = jobs[i];
    }
    return n_kept;
}

/* ---- the plan ---- */

static struct label describe_condition(const struct domainbed_job *job, bool with_data,
                                       struct arena *arena)
{
    struct label_part *parts = arena_alloc(arena, 2 * sizeof *parts);
    const char *list = "[";
    int n = 0;

    if (with_data)
        parts[n++] = (struct label_part){"data", arena_printf(arena, "\"%s\"", job->dataset)};
    for (int i = 0; i < job->n_test_envs; i++)
        list = arena_printf(arena, "%s%s%d", list, i ? "," : "", job->test_envs[i]);
    parts[n++] = (struct label_part){"data.test_envs", arena_printf(arena, "%s]", list)};
    return (struct label){parts, n};
}

static void make_plan(struct import *import, const struct experiment *experiment, int n,
                      struct arena *arena)
{
    struct plan *plan = &import->plan;
    bool has_data_sets = false;

    for (int i = 0; i < n; i++)
        has_data_sets |= strcmp(import->jobs[i].dataset, import->jobs[0].dataset) != 0;
    *plan = (struct plan){.arena = arena,
                          .experiment = experiment,
                          .runs = arena_alloc(arena, (size_t)n * sizeof *plan->runs),
                          .n_runs = n};
    for (int i = 0; i < n; i++) {
        const struct domainbed_job *job = &import->jobs[i];
        struct plan_run *run = &plan->runs[i];

        struct label condition = describe_condition(job, has_data_sets, arena), none = {0};
        struct label point = label_with(
            &none, (struct label_part){"draw", arena_printf(arena, "%d", job->draw)}, arena);

        *run = (struct plan_run){
            .method = job->algorithm,
            .condition = label_text(&condition, arena),
            .point = label_text(&point, arena),
            .condition_label = condition,
            .point_label = point,
            .seed = job->trial,
            .spec = job->spec,
        };
        hash_block(run->spec, strlen(run->spec), run->id);
    }
    plan_set_id(plan);
}

static int describe(const struct import *import, const char *name, const char *baseline, int n,
                    struct arena *arena, struct experiment *ret_experiment, struct error *err)
{
    const char *known[EXPERIMENT_MAX_METHODS + 1] = {0};
    int n_known = 0;

    for (int i = 0; i < n; i++) {
        if (n_known && strcmp(known[n_known - 1], import->jobs[i].algorithm) == 0)
            continue;
        if (n_known == EXPERIMENT_MAX_METHODS)
            return error_set(err, "more than %d algorithms", EXPERIMENT_MAX_METHODS);
        known[n_known++] = import->jobs[i].algorithm;
    }
    *ret_experiment = (struct experiment){
        .arena = arena,
        .name = name,
        .title = arena_printf(arena, "DomainBed sweep %s", name),
        .question = arena_printf(arena, "Does any algorithm of this DomainBed sweep beat %s?",
                                 baseline ? baseline : known[0]),
        .source = "-- no script: runs that DomainBed made, read by `rgdbench import domainbed`\n",
        .overrides = "",
        .baseline = baseline ? baseline : known[0], /* ERM is first of their order */
    };
    for (int i = 0; baseline && (!known[i] || strcmp(known[i], baseline) != 0); i++)
        if (!known[i])
            return text_unknown(err, "algorithm", baseline, known);
    return 0;
}

int import_domainbed_read(const char *tree, const char *name, const char *baseline,
                          struct arena *arena, struct import *ret_import, struct error *err)
{
    struct import import = {0};
    struct experiment *experiment;
    const char *const *names, *const *foreign;
    struct text t = {0};
    int n = 0;

    if (!file_is_directory(tree))
        return error_set(err, "\"%s\" is not a folder", tree);
    if (!(names = file_names(tree, "", arena, err)) ||
        !(foreign = file_foreign_names(tree, "", arena, err)))
        return -1;
    for (; *foreign; foreign++)
        find(&import.findings, IMPORT_FOREIGN, 1,
             arena_printf(arena, "%s: not a name of letters, digits, _ . and -, 64 at most", *foreign));
    for (int i = 0; names[i]; i++) {
        struct domainbed_job job;

        if (!read_entry(tree, names[i], arena, &job, &import.findings))
            continue;
        if (n == PLAN_MAX_RUNS)
            return error_set(err, "\"%s\" has more than %d jobs", tree, PLAN_MAX_RUNS);
        import.jobs = arena_grow(arena, import.jobs, n, sizeof *import.jobs);
        import.jobs[n++] = job;
    }
    if (n == 0) {
        import_findings_write(&import.findings, &t);
        for (char *c = t.s; c && *c; c++)
            if (*c == '\n')
                *c = c[1] ? ';' : '\0';
        error_set(err, "\"%s\" has no DomainBed job that ended: %s", tree,
                  t.s ? t.s : "it is empty");
        text_release(&t);
        return -1;
    }
    find_shorter(import.jobs, n, arena, &import.findings);
    n = drop_doubles(import.jobs, n, arena, &import.findings);
    experiment = arena_alloc(arena, sizeof *experiment);
    if (describe(&import, name, baseline, n, arena, experiment, err) < 0)
        return -1;
    make_plan(&import, experiment, n, arena);
    *ret_import = import;
    return 0;
}

/* ---- into the store ---- */

static double mean_of_training(const struct domainbed_job *job, const double *values)
{
    double sum = 0;

    for (int e = 0; e < job->n_environments; e++) {
        bool is_test = false;

        for (int i = 0; i < job->n_test_envs; i++)
            is_test |= job->test_envs[i] == e;
        sum += is_test ? 0 : values[e];
    }
    return sum / (job->n_environments - job->n_test_envs);
}

/* The same metrics that a run of ours stores of data with environments. */
static struct store_outcome outcome(void *context, int run, struct arena *arena)
{
    const struct import *import = context;
    const struct domainbed_job *job = &import->jobs[run];
    struct store_metric *m = arena_alloc(
        arena, (size_t)job->n_records * (size_t)(2 * job->n_environments + 3) * sizeof *m);
    int n = 0;

    for (int r = 0; r < job->n_records; r++) {
        const struct domainbed_record *record = &job->records[r];
        long step = record->n_made;

        for (int e = 0; e < job->n_environments; e++) {
            m[n++] = (struct store_metric){step, arena_printf(arena, "env%d_in", e), "accuracy", -1,
                                           record->in[e]};
            m[n++] = (struct store_metric){step, arena_printf(arena, "env%d_out", e), "accuracy",
                                           -1, record->out[e]};
        }
        m[n++] = (struct store_metric){step, "validation", "accuracy", -1,
                                       mean_of_training(job, record->out)};
        m[n++] =
            (struct store_metric){step, "test", "accuracy", -1, record->in[job->test_envs[0]]};
        if (record->has_loss)
            m[n++] = (struct store_metric){step, "train", "loss", -1, record->loss};
    }
    return (struct store_outcome){
        .n_steps = job->n_steps,
        .last_step = job->n_steps,
        .weights_hash = "",
        .metrics = m,
        .n_metrics = n,
        .environment = arena_printf(arena, "import = \"domainbed\"\n%s", job->environment),
        .host = "",
    };
}

int import_domainbed_store(const struct import *import, struct store *store, struct error *err)
{
    return store_put_ended(store, &import->plan, outcome, (void *)import, err);
}
