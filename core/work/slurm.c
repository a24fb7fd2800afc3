/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "work/slurm.h"

#include "os/process.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* To add one: a row here, and SLURM_N_OPTIONS. */
static const struct option {
    const char *name;
    const char *sbatch;   /* its option; NULL: it is not handed on as it is */
    const char *fallback; /* "": the cluster's */
    bool is_count;     /* a whole number from 1 */
    bool is_for_merge; /* also of the job that joins the stores */
} options[SLURM_N_OPTIONS] = {
    {"tasks", NULL, "4", true, false},
    {"at_once", NULL, "", true, false}, /* of the tasks; "": as many as there is room for */
    {"cpus", "cpus-per-task", "1", true, false},
    {"time", "time", "01:00:00", false, false},
    {"mem", "mem", "", false, true},
    {"partition", "partition", "", false, true},
    {"account", "account", "", false, true},
    {"qos", "qos", "", false, true},
    {"constraint", "constraint", "", false, false},
    {"reservation", "reservation", "", false, true},
    {"nodelist", "nodelist", "", false, false},
    {"exclude", "exclude", "", false, false},
    {"nice", "nice", "", false, true},
};

enum { TASKS, AT_ONCE, CPUS, MAX_COUNT = 9999, MAX_RESTARTS = 1000, WARNING_SECONDS = 90 };

/* What stands in an #SBATCH line as it is. */
static const char SAFE[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.,:=@%+*-[]()&|/";

static int unknown(const char *name, struct error *err)
{
    const char *names[SLURM_N_OPTIONS + 1] = {0};

    for (int i = 0; i < SLURM_N_OPTIONS; i++)
        names[i] = options[i].name;
    return text_lacks(err, "--slurm", "option", name, names);
}

static int read_count(const struct option *o, const char *value, struct error *err)
{
    double x;

    if (text_parse_number(value, &x) < 0 || x != (int)x || x < 1 || x > MAX_COUNT)
        return error_set(err, "--slurm: %s=%s: not a whole number from 1 to %d", o->name, value,
                         MAX_COUNT);
    return 0;
}

static int read_word(struct slurm *s, const char *word, struct arena *arena, struct error *err)
{
    const char *equals = strchr(word, '=');
    const char *name = arena_printf(arena, "%.*s", (int)strcspn(word, "="), word);
    int i = 0;

    while (i < SLURM_N_OPTIONS && strcmp(options[i].name, name) != 0)
        i++;
    if (i == SLURM_N_OPTIONS)
        return unknown(name, err);
    if (!equals || !equals[1])
        return error_set(err, "--slurm: %s needs a value, as in %s=...", name, name);
    if (equals[1 + strspn(equals + 1, SAFE)])
        return error_set(err, "--slurm: %s: \"%s\" has other characters than letters, digits and %s",
                         name, equals + 1, strchr(SAFE, '_'));
    if (options[i].is_count && read_count(&options[i], equals + 1, err) < 0)
        return -1;
    s->values[i] = equals + 1;
    return 0;
}

int slurm_read(struct slurm *ret_slurm, const char *words, struct arena *arena, struct error *err)
{
    struct slurm s = {0};
    size_t length;

    for (int i = 0; i < SLURM_N_OPTIONS; i++)
        s.values[i] = options[i].fallback;
    for (; words += strspn(words, " \t\n"), *words; words += length) {
        length = strcspn(words, " \t\n");
        if (read_word(&s, arena_printf(arena, "%.*s", (int)length, words), arena, err) < 0)
            return -1;
    }
    sscanf(s.values[TASKS], "%d", &s.n_tasks);
    sscanf(s.values[CPUS], "%d", &s.n_cpus);
    *ret_slurm = s;
    return 0;
}

/* ---- the scripts ---- */

static void write_options(const struct slurm *s, bool is_merge, struct text *t)
{
    for (int i = 0; i < SLURM_N_OPTIONS; i++)
        if (options[i].sbatch && s->values[i][0] && (!is_merge || options[i].is_for_merge))
            text_printf(t, "#SBATCH --%s=%s\n", options[i].sbatch, s->values[i]);
}

/* The network check of the store is for machines that write to one store at a time. */
static const char PERMISSION[] =
    "export RGDBENCH_NETWORK_STORE=1 # one machine at a time has each of these stores\n";

void slurm_write_array(const struct slurm *s, const struct slurm_job *job, struct text *t)
{
    text_printf(t, "#!/bin/sh\n"
                   "# The sweep \"%s\": each task works on its share of the runs, in a store of its own.\n"
                   "#SBATCH --job-name=rgdbench-%s\n"
                   "#SBATCH --array=1-%d%s%s\n", job->name, job->name, s->n_tasks,
                s->values[AT_ONCE][0] ? "%" : "", s->values[AT_ONCE]);
    write_options(s, false, t);
    text_printf(t, "#SBATCH --output=%s/%%a.out\n"
                   "#SBATCH --open-mode=append\n"
                   "#SBATCH --requeue\n"
                   "#SBATCH --signal=B:USR1@%d\n\n%s", job->folder, WARNING_SECONDS, PERMISSION);
    text_printf(t, "task=${SLURM_ARRAY_TASK_ID:?is set by Slurm: submit this by sbatch}\n"
                   "trap 'told=1; kill -USR1 $program' USR1 # the time is nearly over\n"
                   "trap 'told=1; kill -TERM $program' TERM\n");
    text_add_quoted(t, job->program);
    text_printf(t, " sweep \"%s/$task.db\"", job->folder);
    for (const char *const *a = job->arguments; *a; a++) {
        text_add(t, " ", 1);
        text_add_quoted(t, *a);
    }
    text_printf(t, " &\n"
                   "program=$!\n"
                   "wait $program\n"
                   "status=$?\n"
                   "while [ \"$told\" ]; do # a signal has ended `wait`, not the program\n"
                   "    told=\n"
                   "    wait $program\n"
                   "    status=$?\n"
                   "done\n"
                   "# 75: it has written its checkpoints and goes on later. 138: it was told before it could listen.\n"
                   "if { [ $status = 75 ] || [ $status = 138 ]; } && [ \"${SLURM_RESTART_COUNT:-0}\" -lt %d ]; then\n"
                   "    scontrol requeue \"${SLURM_ARRAY_JOB_ID}_$task\"\n"
                   "fi\n"
                   "exit $status\n", MAX_RESTARTS);
}

void slurm_write_merge(const struct slurm *s, const struct slurm_job *job, struct text *t)
{
    text_printf(t, "#!/bin/sh\n"
                   "# Joins what the tasks of array.sh have done into results/%s.db; by hand, too: sh merge.sh\n"
                   "# in the project's folder.\n"
                   "#SBATCH --job-name=rgdbench-%s-merge\n", job->name, job->name);
    write_options(s, true, t);
    text_printf(t, "#SBATCH --time=00:30:00\n"
                   "#SBATCH --output=%s/merge.out\n"
                   "#SBATCH --open-mode=append\n\n%s", job->folder, PERMISSION);
    text_add_quoted(t, job->program);
    text_printf(t, " merge %s %s/*.db && touch %s/merged\n", job->name, job->folder, job->folder);
}

/* ---- sbatch ---- */

/* "sbatch: error: A\nsbatch: error: B\n" as "A; B". */
static void join_lines(const char *said, struct text *t)
{
    static const char prefix[] = "sbatch: error: ";
    size_t length;

    for (; said && *said; said += length + (said[length] == '\n')) {
        length = strcspn(said, "\n");
        if (strncmp(said, prefix, sizeof prefix - 1) == 0) {
            said += sizeof prefix - 1;
            length -= sizeof prefix - 1;
        }
        text_printf(t, "%s%.*s", t->size ? "; " : "", (int)length, said);
    }
}

/* sbatch with these arguments; what it says on success. */
static int run_sbatch(const char *const *argv, struct text *ret_said, struct error *err)
{
    const struct process_call call = {.argv = argv, .streams = PROCESS_OUTPUT | PROCESS_ERRORS};
    struct text said = {0}, line = {0};
    int status;

    if (process_capture(&call, &said, &status, err) < 0)
        return -1;
    if (status == 0) {
        *ret_said = said;
        return 0;
    }
    join_lines(said.s, &line);
    error_set(err, "sbatch refuses: %s", line.s ? line.s : "it does not say why");
    text_release(&said);
    text_release(&line);
    return -1;
}

int slurm_check(struct error *err)
{
    struct text said = {0};

    if (run_sbatch((const char *const[]){"sbatch", "--version", NULL}, &said, err) < 0)
        return error_context(err, "--launcher=slurm needs Slurm's sbatch (with --dry-run it prints the "
                                  "scripts)");
    text_release(&said);
    return 0;
}

int slurm_submit(const char *script, const char *after, char ret_id[SLURM_ID_SIZE],
                 struct error *err)
{
    char dependency[64];
    const char *argv[] = {"sbatch", "--parsable", script, NULL, NULL};
    struct text said = {0};
    const char *at;
    size_t n;

    if (after) {
        snprintf(dependency, sizeof dependency, "--dependency=afterany:%s", after);
        argv[2] = dependency;
        argv[3] = script;
    }
    if (run_sbatch(argv, &said, err) < 0)
        return -1;
    for (at = said.s; at && !isdigit((unsigned char)*at) && (at = strchr(at, '\n')); at++)
        ; /* warnings come first; then "ID" or "ID;CLUSTER" */
    n = at ? strspn(at, "0123456789") : 0;
    if (n > 0 && n < SLURM_ID_SIZE)
        snprintf(ret_id, SLURM_ID_SIZE, "%.*s", (int)n, at);
    text_release(&said);
    return n > 0 && n < SLURM_ID_SIZE ? 0 : error_set(err, "sbatch does not say the number of the job");
}
