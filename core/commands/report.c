/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The verbs that only read a store: table, compare, plot, status, export, digest. */
#include "commands/command.h"
#include "commands/project.h"
#include "report/figures.h"
#include "report/table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static int parse_format(const char *name, enum table_format *ret_format, struct error *err)
{
    *ret_format = TABLE_TXT;
    if (!name)
        return 0;
    for (int i = 0; table_formats[i]; i++) {
        if (strcmp(table_formats[i], name) == 0) {
            *ret_format = (enum table_format)i;
            return 0;
        }
    }
    return text_unknown(err, "format", name, table_formats);
}

/* Opens the store of the first word and selects. The caller closes *ret_store. */
static int open_selections(const struct invocation *in, struct store **ret_store,
                           struct selections *ret_selections, struct error *err)
{
    *ret_store = NULL;
    if (project_open_store(in->arena, in->words[0], ret_store, err) < 0)
        return -1;
    return select_points(*ret_store, in->arena, ret_selections, err);
}

/* The table of all methods, or of the two named behind the experiment. */
static int print_table(const struct invocation *in, struct error *err)
{
    enum table_format format;
    struct selections s;
    struct store *store = NULL;
    struct text t = {0};
    int result = -1;

    if (parse_format(in->format, &format, err) == 0 && open_selections(in, &store, &s, err) == 0)
        result = in->n_words == 1
                     ? table_methods(&s, format, &t, err)
                     : table_compare(&s, in->words[1], in->words[2], format, &t, err);
    if (result == 0)
        fputs(t.s, stdout);
    text_release(&t);
    store_close(store);
    return result;
}

int command_table(const struct invocation *in, enum exit_status *ret_status, struct error *err)
{
    (void)ret_status;
    return print_table(in, err);
}

int command_compare(const struct invocation *in, enum exit_status *ret_status, struct error *err)
{
    (void)ret_status;
    return print_table(in, err);
}

static void tell_figure(void *context, const char *path)
{
    (void)context;
    printf("%s.svg  %s.png\n", path, path);
}

int command_plot(const struct invocation *in, enum exit_status *ret_status, struct error *err)
{
    struct plot_target target = {project_path(in->arena, "plots", in->words[0], ""), "plots"};
    struct selections s;
    struct store *store = NULL;
    int result = -1;

    (void)ret_status;
    if (open_selections(in, &store, &s, err) == 0)
        result = figures_draw(store, &s, &target, tell_figure, NULL, err);
    store_close(store);
    return result;
}

int command_status(const struct invocation *in, enum exit_status *ret_status, struct error *err)
{
    struct store *store = NULL;
    struct store_plan plan;
    struct store_counts c;
    int result = -1;

    (void)ret_status;
    if (project_open_store(in->arena, in->words[0], &store, err) < 0 ||
        store_count(store, &c, err) < 0 || store_read_plan(store, in->arena, &plan, err) < 0)
        goto out;
    printf("%s\nplanned %d  running %d  finished %d  diverged %d  failed %d\n", plan.title,
           c.planned, c.running, c.finished, c.diverged, c.failed);
    for (int i = 0; i < plan.n_runs; i++) {
        const struct store_run *run = &plan.runs[i];
        bool has_failed = strcmp(run->state, "failed") == 0;

        if (!has_failed && strcmp(run->state, "diverged") != 0)
            continue;
        printf("%s  %s %s%s%s seed %d", run->state, run->method, run->condition,
               run->condition[0] ? " " : "", run->point, run->seed);
        if (has_failed)
            printf(": %s\n", run->error);
        else
            printf(" at step %ld\n", run->last_step);
    }
    result = 0;
out:
    store_close(store);
    return result;
}

static int print_row(void *context, const struct store_export_row *r)
{
    const char *texts[] = {r->method, r->condition, r->point};
    char value[TEXT_NUMBER_SIZE] = "";

    (void)context;
    for (int i = 0; i < 3; i++) {
        fputc('"', stdout);
        for (const char *s = texts[i]; *s; s++)
            fputs(*s == '"' ? "\"\"" : (char[]){*s, 0}, stdout);
        fputs("\",", stdout);
    }
    if (isfinite(r->metric.value))
        snprintf(value, sizeof value, "%.17g", r->metric.value);
    printf("%d,%s,%s,%ld,%s,%s,", r->seed, r->spec_id, r->state, r->metric.step, r->metric.part,
           r->metric.name);
    if (r->metric.class_index >= 0)
        printf("%d", r->metric.class_index);
    printf(",%s\r\n", value);
    return ferror(stdout) ? -1 : 0;
}

int command_export(const struct invocation *in, enum exit_status *ret_status, struct error *err)
{
    struct store *store = NULL;
    int result = -1;

    (void)ret_status;
    if (project_open_store(in->arena, in->words[0], &store, err) < 0)
        return -1;
    printf("method,condition,point,seed,run,state,step,part,metric,class,value\r\n");
    result = store_export(store, print_row, NULL, err);
    store_close(store);
    return result;
}

int command_digest(const struct invocation *in, enum exit_status *ret_status, struct error *err)
{
    struct store *store = NULL;
    char hex[65];
    int n_left, result;

    (void)ret_status;
    if (project_open_store(in->arena, in->words[0], &store, err) < 0)
        return -1;
    result = store_digest(store, hex, &n_left, err);
    store_close(store);
    if (result < 0)
        return -1;
    printf("%s\n", hex);
    if (n_left)
        fprintf(stderr, "%d runs have not ended; the digest is of what there is\n", n_left);
    return 0;
}
