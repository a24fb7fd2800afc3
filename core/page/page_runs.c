/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "page/page_runs.h"

#include "page/common_lines.h"
#include "page/html.h"

#include <math.h>
#include <string.h>

static void find_range(const struct measure *m, const struct store_series *c, double *ret_low, double *ret_high)
{
    double low = INFINITY, high = -INFINITY;

    for (int i = 0; i < c->n; i++)
        if (isfinite(c->values[i])) {
            low = fmin(low, c->values[i]);
            high = fmax(high, c->values[i]);
        }
    if (m->type->is_share || !(low < high)) {
        low = 0;
        high = 1;
    }
    *ret_low = low;
    *ret_high = high;
}

/* The measure over the evaluations, as a line: of shares between 0 and 100%, of others between the least and
 * the largest; on test data, or on validation data where test data are seen at the end only. */
static int add_curve(struct store *store, const struct measure *m,
                     const struct store_run *run, struct arena *arena, struct text *t, struct error *err)
{
    const char *part = "test";
    struct store_series c;
    double low, high;
    int digits = m->type->is_share ? 1 : 3;

    if (store_read_curve(store, run->run, part, m->type->name, m->class_index, arena, &c, err) < 0)
        return -1;
    if (c.n < 2 &&
        store_read_curve(store, run->run, part = "validation", m->type->name, m->class_index, arena, &c, err) < 0)
        return -1;
    text_printf(t, "<td>");
    if (c.n > 1) {
        text_printf(t, "<svg class=\"curve\" viewBox=\"0 0 96 24\" role=\"img\" aria-label=\"%s "
                       "%s from %.*f to %.*f%s\"><polyline points=\"",
                    part, m->title, digits, m->unit * c.values[0], digits, m->unit * c.values[c.n - 1],
                    m->type->is_share ? " percent" : "");
        find_range(m, &c, &low, &high);
        for (int i = 0; i < c.n; i++)
            if (isfinite(c.values[i]))
                text_printf(t, "%.1f,%.1f ", 1 + 94.0 * i / (c.n - 1), 23 - 22 * fmax((c.values[i] - low) / (high - low), 0));
        text_printf(t, "\"/></svg>");
    }
    text_printf(t, "</td>");
    return 0;
}

static void add_value(struct text *t, const struct measure *m, double x)
{
    if (isfinite(x)) {
        text_printf(t, "<td class=\"number\" data-value=\"%.17g\">", m->sign * x);
        measure_add(t, m->format, measure_shown(m, x));
        text_printf(t, "</td>");
    } else {
        text_printf(t, "<td class=\"number\">-</td>");
    }
}

static void add_text(struct text *t, const char *s)
{
    text_printf(t, "<td>");
    html_text(t, s);
    text_printf(t, "</td>");
}

/* A letter for each environment, a number past the alphabet. */
static void add_environment(struct text *t, int i)
{
    if (i < 0)
        text_printf(t, "<td>-</td>");
    else if (i < 26)
        text_printf(t, "<td>%c</td>", 'A' + i);
    else
        text_printf(t, "<td>%d</td>", i + 1);
}

static bool has_run(const struct selection *r, long run)
{
    for (int i = 0; r && i < r->n; i++)
        if (r->runs[i] == run)
            return true;
    return false;
}

/* Was the run selected, of the sweep or of its fresh seeds? */
static bool is_selected(const struct selections *sweep, const struct store_run *run)
{
    for (int i = 0; i < sweep->n; i++)
        if (strcmp(sweep->items[i].method, run->method) == 0 &&
            strcmp(sweep->items[i].condition, run->condition) == 0 &&
            (has_run(&sweep->items[i], run->run) || has_run(sweep->items[i].fresh, run->run)))
            return true;
    return false;
}

static int add_run(struct store *store, const struct selections *sweep, const struct selections *s, int i,
                   const struct store_origin *origin, struct text *t, struct error *err)
{
    const struct store_run *run = &s->plan.runs[i];
    struct arena arena = {0};
    int result;

    text_printf(t, "<tr><th scope=\"row\"><code>%.12s</code></th>", run->spec_id);
    add_text(t, run->state);
    add_text(t, run->method);
    add_text(t, label_short(&run->condition_label, &arena));
    add_text(t, label_short(&run->point_label, &arena));
    text_printf(t, "<td class=\"number\" data-value=\"%d\">%d</td>", run->seed, run->seed);
    add_value(t, &s->select_by, s->validation[i]);
    add_value(t, &s->measure, s->test[i]);
    add_text(t, is_selected(sweep, run) ? "yes" : "");
    result = add_curve(store, &s->measure, run, &arena, t, err);
    text_printf(t, "<td class=\"number\" data-value=\"%.3f\">%.1f</td>", run->seconds, run->seconds);
    add_environment(t, origin->environment);
    add_text(t, run->error ? run->error : "");
    text_printf(t, "</tr>\n");
    arena_release(&arena);
    return result;
}

/* Of the runs of s: the sweep's, or those of its fresh seeds. */
static int write_table(struct store *store, const struct selections *sweep, const struct selections *s,
                       const struct store_provenance *p, const char *label, struct text *t,
                       struct error *err)
{
    static const char *const heads[] = {"run", "state", "method", "condition", "configuration",
                                        "seed", "validation", "test", "selected", "curve",
                                        "seconds", "environment", "error"};
    struct arena arena = {0};
    int result = 0;

    html_begin_scroll(t, label);
    text_printf(t, "<table class=\"sortable\">\n<caption>%s. The %s %s; a run that "
                   "diverged is %s. Selected: by %s, among its method's configurations. A run's name is "
                   "the beginning of the SHA-256 of its settings.</caption>\n<thead><tr>", label,
                s->measure.title, s->judged_at ? s->judged_at : "at the last evaluation", measure_worst(&s->measure, &arena),
                sweep->in == SELECT_IN_SEED ? "its seed" : "all seeds together");
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        text_printf(t, "<th scope=\"col\"%s>%s%s</th>",
                    i == 5 || i == 6 || i == 7 || i == 10 ? " class=\"number\"" : "", heads[i],
                    i == 6 ? s->select_by.percent : i == 7 ? s->measure.percent : "");
    text_printf(t, "</tr></thead>\n<tbody>\n");
    for (int i = 0; i < s->plan.n_runs && result == 0; i++)
        result = add_run(store, sweep, s, i, &p->origins[i], t, err);
    text_printf(t, "</tbody>\n</table>\n");
    html_end_scroll(t);
    arena_release(&arena);
    return result;
}

/* ---- settings ---- */

/* How many runs from the i-th on are of its method, condition and point: all its seeds,
 * which the plan has together. */
static int count_seeds(const struct store_plan *plan, int i)
{
    const struct store_run *first = &plan->runs[i];
    int n = 1;

    while (i + n < plan->n_runs && strcmp(plan->runs[i + n].method, first->method) == 0 &&
           strcmp(plan->runs[i + n].condition, first->condition) == 0 &&
           strcmp(plan->runs[i + n].point, first->point) == 0)
        n++;
    return n;
}

/* What all runs share, and under each configuration what is its own; the seed stands in
 * the table. */
static void write_settings(const struct selections *s, const struct store_provenance *p,
                           struct text *t)
{
    struct arena arena = {0};
    const char **specs = arena_alloc(&arena, (size_t)(s->plan.n_runs + 1) * sizeof *specs);
    const char *common;

    for (int i = 0; i < s->plan.n_runs; i++)
        specs[i] = p->origins[i].spec;
    common = common_lines_common(specs, s->plan.n_runs, &arena);
    html_details(t, "Settings that all runs share", common);
    text_printf(t, "<details><summary>Settings of each configuration</summary>\n");
    for (int i = 0, n; i < s->plan.n_runs; i += n) {
        const struct store_run *run = &s->plan.runs[i];

        n = count_seeds(&s->plan, i);
        html_details(t, arena_printf(&arena, "%s %s %s", run->method,
                                     label_short(&run->condition_label, &arena),
                                     label_short(&run->point_label, &arena)),
                     common_lines_own(common_lines_common(specs + i, n, &arena), common, &arena));
    }
    text_printf(t, "</details>\n");
    arena_release(&arena);
}

int page_runs_write(struct store *store, const struct selections *s,
                    const struct store_provenance *p, struct text *t, struct error *err)
{
    struct store_provenance fresh;
    struct arena arena = {0};
    int result = -1;

    write_settings(s, p, t);
    if (write_table(store, s, s, p, "Every run of the sweep", t, err) == 0)
        result = !s->fresh ? 0
                 : store_read_provenance(store, &s->fresh->plan, &arena, &fresh, err) < 0
                     ? -1
                     : write_table(store, s, s->fresh, &fresh, "Every run on a fresh seed", t, err);
    arena_release(&arena);
    return result;
}
