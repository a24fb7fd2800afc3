/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A row of the table is a struct; a column is a line below that says which member it shows, to whom. */
#include "analysis/classes.h"
#include "analysis/comparisons.h"
#include "analysis/edges.h"
#include "analysis/effects.h"
#include "analysis/retuning.h"
#include "stats/paired.h"
#include "table/caption.h"
#include "table/measured.h"
#include "table/table.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

enum { MAX_MEASURES = 12 };

/* As people read them (table/measured.h), where it is not a count, a p or a ratio. */
struct row {
    const char *condition, *method, *selected, *edge, *published_source;
    struct sheet_cell n, test, anew, difference, difference_anew, worst_class, tail, bca, improvement,
        iqm, posterior, fresh_n, fresh_test, fresh_difference, published;
    struct sheet_cell measured[MAX_MEASURES];
    double measured_half_width[MAX_MEASURES];
    double n_planned, n_finished, n_diverged, n_failed, n_configurations;
    double sd, half_width, anew_high, difference_half_width, difference_anew_high;
    double p_t, p_t_corrected, p_w, p_w_corrected, p_flip, d_z, g, p_best, p_equal;
    double worst_half_width, tail_half_width;
    double bca_high, improvement_low, improvement_high, iqm_low, iqm_high, equal, higher;
    double lead, lead_error, edge_share;
    double fresh_half_width, fresh_difference_half_width, fresh_p_t, fresh_p_t_corrected, fresh_p_w,
        fresh_p_w_corrected;
};

enum show { TEXT, GROUP, NOTE /* texts, by their role */, NUMBER, P, CELL,
            MEASURES /* of other measures: a mean, and its half width */ };

/* People see a column where there is something in it. */
enum when {
    ALWAYS,
    CONDITIONS,   /* there are several */
    TUNED_OVER_ALL, /* one configuration was selected over all seeds */
    FRESH,        /* there are runs on fresh seeds */
    PUBLISHED,    /* there are numbers from papers */
    ROPE,         /* from here on: was asked for; else programs see no such column either */
    CLASSES,
    EFFECTS,
    N_WHEN
};

struct column {
    const char *head, *key; /* $m: the measure's title, $k: its key, $b: the baseline, $%: " %" of shares, $i:
                             * ci95, or that they hold together, $> and $h: ">" and "higher", or of errors "<" and
                             * "lower" */
    enum sheet_reader reader;
    enum when when;
    enum show show;
    size_t offset; /* in struct row */
    const char *format; /* NULL of a number: as the measure is printed */
};

#define TO(member) offsetof(struct row, member)

static const struct column columns[] = {
    {"condition", "condition", SHEET_ALL, CONDITIONS, GROUP, TO(condition), NULL},
    {"method", "method", SHEET_ALL, ALWAYS, TEXT, TO(method), NULL},
    {"n", "n", SHEET_ALL, ALWAYS, CELL, TO(n), NULL},
    {"", "n_planned", SHEET_PROGRAMS, ALWAYS, NUMBER, TO(n_planned), "%.0f"},
    {"", "n_finished", SHEET_PROGRAMS, ALWAYS, NUMBER, TO(n_finished), "%.0f"},
    {"", "n_diverged", SHEET_PROGRAMS, ALWAYS, NUMBER, TO(n_diverged), "%.0f"},
    {"", "n_failed", SHEET_PROGRAMS, ALWAYS, NUMBER, TO(n_failed), "%.0f"},
    {"", "n_configurations", SHEET_PROGRAMS, ALWAYS, NUMBER, TO(n_configurations), "%.0f"},
    {"test $m$%", "$k", SHEET_ALL, ALWAYS, CELL, TO(test), NULL},
    {"", "$k_sd", SHEET_PROGRAMS, ALWAYS, NUMBER, TO(sd), NULL},
    {"", "$k_ci95", SHEET_PROGRAMS, ALWAYS, NUMBER, TO(half_width), NULL},
    {"tuned anew", "procedure_low", SHEET_ALL, TUNED_OVER_ALL, CELL, TO(anew), NULL},
    {"", "procedure_high", SHEET_PROGRAMS, ALWAYS, NUMBER, TO(anew_high), NULL},
    {"", "measures", SHEET_ALL, ALWAYS, MEASURES, 0, NULL},
    {"worst class %", "worst_class", SHEET_ALL, CLASSES, CELL, TO(worst_class), NULL},
    {"", "worst_class_ci95", SHEET_PROGRAMS, CLASSES, NUMBER, TO(worst_half_width), "%.2f"},
    {"tail %", "tail", SHEET_ALL, CLASSES, CELL, TO(tail), NULL},
    {"", "tail_ci95", SHEET_PROGRAMS, CLASSES, NUMBER, TO(tail_half_width), "%.2f"},
    {"minus $b", "difference", SHEET_ALL, ALWAYS, CELL, TO(difference), NULL},
    {"", "difference_$i", SHEET_PROGRAMS, ALWAYS, NUMBER, TO(difference_half_width), NULL},
    {"tuned anew, minus $b", "difference_procedure_low", SHEET_ALL, ALWAYS, CELL, TO(difference_anew), NULL},
    {"", "difference_procedure_high", SHEET_PROGRAMS, ALWAYS, NUMBER, TO(difference_anew_high), NULL},
    {"", "p_t", SHEET_PROGRAMS, ALWAYS, P, TO(p_t), NULL},
    {"p (t)", "p_t_corrected", SHEET_ALL, ALWAYS, P, TO(p_t_corrected), NULL},
    {"", "p_signed_rank", SHEET_PROGRAMS, ALWAYS, P, TO(p_w), NULL},
    {"p (W)", "p_signed_rank_corrected", SHEET_ALL, ALWAYS, P, TO(p_w_corrected), NULL},
    {"", "p_sign_flip", SHEET_PROGRAMS, ALWAYS, P, TO(p_flip), NULL},
    {"p (equal)", "p_equal", SHEET_ALL, ROPE, P, TO(p_equal), NULL},
    {"d_z", "cohens_dz", SHEET_ALL, ALWAYS, NUMBER, TO(d_z), "%.2f"},
    {"", "hedges_g", SHEET_PROGRAMS, ALWAYS, NUMBER, TO(g), "%.2f"},
    {"", "p_against_best", SHEET_PROGRAMS, ALWAYS, P, TO(p_best), NULL},
    {"fresh n", "n_fresh", SHEET_ALL, FRESH, CELL, TO(fresh_n), NULL},
    {"fresh seeds$%", "$k_fresh", SHEET_ALL, FRESH, CELL, TO(fresh_test), NULL},
    {"", "$k_fresh_ci95", SHEET_PROGRAMS, ALWAYS, NUMBER, TO(fresh_half_width), NULL},
    {"fresh minus $b", "difference_fresh", SHEET_ALL, FRESH, CELL, TO(fresh_difference), NULL},
    {"", "difference_fresh_$i", SHEET_PROGRAMS, ALWAYS, NUMBER, TO(fresh_difference_half_width), NULL},
    {"", "p_t_fresh", SHEET_PROGRAMS, ALWAYS, P, TO(fresh_p_t), NULL},
    {"fresh p (t)", "p_t_fresh_corrected", SHEET_ALL, FRESH, P, TO(fresh_p_t_corrected), NULL},
    {"", "p_signed_rank_fresh", SHEET_PROGRAMS, ALWAYS, P, TO(fresh_p_w), NULL},
    {"", "p_signed_rank_fresh_corrected", SHEET_PROGRAMS, ALWAYS, P, TO(fresh_p_w_corrected), NULL},
    {"BCa", "bca_low", SHEET_ALL, EFFECTS, CELL, TO(bca), NULL},
    {"", "bca_high", SHEET_PROGRAMS, EFFECTS, NUMBER, TO(bca_high), NULL},
    {"g", "", SHEET_PEOPLE, EFFECTS, NUMBER, TO(g), "%.2f"}, /* programs have it in any table */
    {"P($>$b)", "probability_of_improvement", SHEET_ALL, EFFECTS, CELL, TO(improvement), NULL},
    {"", "probability_of_improvement_low", SHEET_PROGRAMS, EFFECTS, NUMBER, TO(improvement_low), "%.3f"},
    {"", "probability_of_improvement_high", SHEET_PROGRAMS, EFFECTS, NUMBER, TO(improvement_high), "%.3f"},
    {"IQM$%", "iqm", SHEET_ALL, EFFECTS, CELL, TO(iqm), NULL},
    {"", "iqm_low", SHEET_PROGRAMS, EFFECTS, NUMBER, TO(iqm_low), NULL},
    {"", "iqm_high", SHEET_PROGRAMS, EFFECTS, NUMBER, TO(iqm_high), NULL},
    {"posterior", "bayes_baseline_$h", SHEET_ALL, EFFECTS, CELL, TO(posterior), NULL},
    {"", "bayes_equal", SHEET_PROGRAMS, EFFECTS, NUMBER, TO(equal), "%.3f"},
    {"", "bayes_method_$h", SHEET_PROGRAMS, EFFECTS, NUMBER, TO(higher), "%.3f"},
    {"published %", "published", SHEET_ALL, PUBLISHED, CELL, TO(published), NULL},
    {"", "published_source", SHEET_PROGRAMS, ALWAYS, TEXT, TO(published_source), NULL},
    {"", "validation_lead", SHEET_PROGRAMS, ALWAYS, NUMBER, TO(lead), NULL},
    {"", "validation_lead_se", SHEET_PROGRAMS, ALWAYS, NUMBER, TO(lead_error), NULL},
    {"", "edge", SHEET_PROGRAMS, ALWAYS, TEXT, TO(edge), NULL},
    {"", "edge_share", SHEET_PROGRAMS, ALWAYS, NUMBER, TO(edge_share), "%.2f"},
    {"selected", "selected", SHEET_ALL, ALWAYS, NOTE, TO(selected), NULL},
};

enum { N_COLUMNS = sizeof columns / sizeof *columns };

_Static_assert(N_COLUMNS - 1 + 2 * MAX_MEASURES <= SHEET_MAX_COLUMNS, "a mean and its half width for each measure");

/* What a table is made of besides its rows. */
struct frame {
    struct sheet *g;
    const struct selections *s;
    const struct table_options *options;
    bool has[N_WHEN];
    struct measure measures[MAX_MEASURES]; /* more of them */
    int n_measures;
    int shown[N_COLUMNS], n_shown; /* places in columns[] */
};

static const char *fill_name(const struct frame *f, const char *pattern)
{
    const struct selections *s = f->s;
    struct text t = {0};
    const char *filled;

    for (; *pattern; pattern++) {
        if (*pattern != '$') {
            text_add(&t, pattern, 1);
            continue;
        }
        pattern++;
        text_add_string(&t, *pattern == 'm'   ? s->measure.title
                            : *pattern == 'k' ? s->measure.column
                            : *pattern == '%' ? s->measure.percent
                            : *pattern == '>' ? s->measure.sign < 0 ? "<" : ">"
                            : *pattern == 'h' ? s->measure.sign < 0 ? "lower" : "higher"
                            : *pattern == 'i' ? f->options->is_simultaneous ? "ci95_simultaneous" : "ci95"
                                              : s->plan.baseline);
    }
    filled = arena_strdup(f->g->arena, t.s ? t.s : "");
    text_release(&t);
    return filled;
}

static bool is_there(const struct frame *f, const struct column *c)
{
    return c->when < ROPE || f->has[c->when];
}

/* Those that options->columns names, in that order, or all that there are. */
static int choose_columns(struct frame *f, struct error *err)
{
    const char *keys[N_COLUMNS + 1] = {0}, *at = f->options->columns;
    int places[N_COLUMNS], n = 0;

    for (int i = 0; i < N_COLUMNS; i++)
        if (is_there(f, &columns[i])) {
            places[n] = i;
            keys[n++] = fill_name(f, columns[i].key);
        }
    if (!at) {
        memcpy(f->shown, places, sizeof places);
        f->n_shown = n;
        return 0;
    }
    for (; *at; at += *at == ',') {
        size_t size = strcspn(at, ",");
        const char *key = arena_printf(f->g->arena, "%.*s", (int)size, at);
        int i = 0;

        while (i < n && strcmp(keys[i], key) != 0)
            i++;
        for (int k = 0; k < f->n_shown && i < n; k++)
            if (f->shown[k] == places[i])
                return error_set(err, "columns=%s: \"%s\" stands there twice", f->options->columns, key);
        if (i == n)
            return text_unknown(err, "column", key, keys);
        f->shown[f->n_shown++] = places[i];
        at += size;
    }
    return f->n_shown > 0 ? 0 : error_set(err, "columns= names no column");
}

static int find_measures(struct frame *f, struct error *err)
{
    for (const char *const *name = f->options->measures; name && *name; name++) {
        if (f->n_measures == MAX_MEASURES)
            return error_set(err, "more than %d measures side by side", MAX_MEASURES + 1);
        if (store_find_measure(&f->s->plan, *name, f->g->arena, &f->measures[f->n_measures++], err) < 0)
            return -1;
    }
    return 0;
}

static void add_columns(struct frame *f)
{
    for (int i = 0; i < f->n_shown; i++) {
        const struct column *c = &columns[f->shown[i]];
        bool is_seen = (c->reader != SHEET_PROGRAMS && f->has[c->when]) || f->options->columns;
        const char *key = fill_name(f, c->key), *head = fill_name(f, c->head);

        for (int k = 0; k < f->n_measures && c->show == MEASURES; k++) {
            const struct measure *m = &f->measures[k];

            sheet_column(f->g, (struct sheet_column){arena_printf(f->g->arena, "%s%s", m->title, m->percent),
                                                     m->column, SHEET_ALL, true});
            sheet_column(f->g, (struct sheet_column){"", arena_printf(f->g->arena, "%s_ci95", m->column),
                                                     SHEET_PROGRAMS, true});
        }
        if (c->show != MEASURES)
            sheet_column(f->g, (struct sheet_column){*head ? head : key, key,
                                                     !is_seen                    ? SHEET_PROGRAMS
                                                     : c->reader == SHEET_PEOPLE ? SHEET_PEOPLE
                                                                                 : SHEET_ALL,
                                                     c->show > NOTE});
        sheet_role(f->g, c->show == NOTE ? SHEET_NOTE : c->show == GROUP ? SHEET_GROUP : SHEET_PLAIN);
    }
}

static void add_cells(const struct frame *f, const struct row *row)
{
    for (int i = 0; i < f->n_shown; i++) {
        const struct column *c = &columns[f->shown[i]];
        const void *at = (const char *)row + c->offset;

        if (c->show <= NOTE)
            sheet_text(f->g, *(const char *const *)at);
        else if (c->show == NUMBER)
            sheet_number(f->g, c->format ? c->format : f->s->measure.format, *(const double *)at);
        else if (c->show == P)
            sheet_p(f->g, *(const double *)at);
        else if (c->show == CELL)
            sheet_cell(f->g, *(const struct sheet_cell *)at);
        for (int k = 0; k < f->n_measures && c->show == MEASURES; k++) {
            sheet_cell(f->g, row->measured[k]);
            sheet_number(f->g, f->measures[k].format, row->measured_half_width[k]);
        }
    }
}

/* "46.25 ± 0.31" of accuracies of classes, whatever else is measured. */
static struct sheet_cell share(struct sheet *g, const struct summary *s)
{
    return (struct sheet_cell){sheet_interval(g, "%.2f", 100 * s->mean, 100 * s->half_width), 100 * s->mean,
                               EMPHASIS_NONE};
}

/* "0.71 (0.45-0.92)". */
static struct sheet_cell with_ends(struct sheet *g, double x, struct bootstrap_interval e)
{
    const char *text = sheet_interval(g, "%.2f", x, NAN);

    if (isfinite(x) && isfinite(e.low))
        text = arena_printf(g->arena, "%s (%.2f–%.2f)", text, e.low, e.high);
    return (struct sheet_cell){text, x, EMPHASIS_NONE};
}

/* How many ended, and what is not as planned. */
static struct sheet_cell count(struct sheet *g, const struct selection *r)
{
    const char *of = r->point && r->n < r->n_seeds ? arena_printf(g->arena, " of %d", r->n_seeds)
                                                   : "";
    const char *diverged = r->n_diverged_here
                               ? arena_printf(g->arena, " (%d div.)", r->n_diverged_here)
                               : "";

    return (struct sheet_cell){arena_printf(g->arena, "%d%s%s", r->n, of, diverged), r->n, EMPHASIS_NONE};
}

static double half_width(const struct contrast *on, const struct table_options *options)
{
    return options->is_simultaneous ? on->simultaneous : on->against.difference.half_width;
}

static void fill_difference(const struct frame *f, const struct selection *r,
                            const struct selection *base, const struct comparison *c, struct row *row)
{
    const struct measure *m = &f->s->measure;
    struct sheet *g = f->g;
    const struct contrast *on = &c->on[ON_TUNED];
    const struct paired *p = &on->against;
    double half = half_width(on, f->options);
    struct retuning anew = {.low = NAN, .high = NAN};

    if (on->is_tested)
        anew = retuning_difference(r, base);
    row->difference = measured_difference(g, m, p->difference.mean, half);
    row->difference_half_width = m->unit * half;
    row->difference_anew = measured_ends(g, m, true, anew.low, anew.high, &row->difference_anew_high);
    row->p_t = p->t.p;
    row->p_t_corrected = on->p_t;
    row->p_w = p->signed_rank.p;
    row->p_w_corrected = on->p_signed_rank;
    row->p_flip = p->sign_flip.p;
    row->d_z = m->sign * p->cohens_dz;
    row->g = m->sign * p->hedges_g;
    row->p_best = c->p_best;
    row->p_equal = on->p_equal;
}

static void fill_fresh(const struct frame *f, const struct selection *fresh, const struct contrast *c,
                       struct row *row)
{
    const struct measure *m = &f->s->measure;
    struct sheet *g = f->g;
    struct summary test = summary_of(fresh ? fresh->test : NULL, fresh ? fresh->n : 0);
    double half = half_width(c, f->options);

    row->fresh_n = fresh ? count(g, fresh) : (struct sheet_cell){"-", NAN, EMPHASIS_NONE};
    row->fresh_test = measured_value(g, m, test.mean, test.half_width, EMPHASIS_NONE);
    row->fresh_half_width = m->unit * test.half_width;
    row->fresh_difference = measured_difference(g, m, c->against.difference.mean, half);
    row->fresh_difference_half_width = m->unit * half;
    row->fresh_p_t = c->against.t.p;
    row->fresh_p_t_corrected = c->p_t;
    row->fresh_p_w = c->against.signed_rank.p;
    row->fresh_p_w_corrected = c->p_signed_rank;
}

static void fill_effects(struct sheet *g, const struct measure *m, const struct effects *e, struct row *row)
{
    row->bca = measured_ends(g, m, true, e->bca.low, e->bca.high, &row->bca_high);
    row->improvement = with_ends(g, e->improvement, e->improvement_ends);
    row->improvement_low = e->improvement_ends.low;
    row->improvement_high = e->improvement_ends.high;
    row->iqm = measured_with_ends(g, m, e->iqm, e->iqm_ends.low, e->iqm_ends.high, &row->iqm_low,
                                  &row->iqm_high);
    row->posterior = (struct sheet_cell){
        isfinite(e->bayes.left) ? arena_printf(g->arena, "%.2f / %.2f / %.2f", e->bayes.left,
                                               e->bayes.rope, e->bayes.right)
                                : "-",
        e->bayes.left, EMPHASIS_NONE};
    row->equal = e->bayes.rope;
    row->higher = e->bayes.right;
}

/* Can what was selected be trusted: its lead, and its place in its grid. */
static void fill_selection(struct sheet *g, const struct selections *s, const struct selection *r,
                           struct row *row)
{
    struct board_lead lead = r->board ? board_lead_of(r->board) : (struct board_lead){NAN, NAN};
    struct edges edges = edges_find(r, g->arena);

    row->lead = s->select_by.unit * lead.mean;
    row->lead_error = s->select_by.unit * lead.standard_error;
    row->edge = edges_text(&edges, g->arena);
    row->edge_share = edges.share;
    row->selected = select_choices(g->arena, r, s->in, 2);
}

static void fill_published(struct sheet *g, const struct published_number *there, struct row *row)
{
    row->published = (struct sheet_cell){published_text(there, g->arena),
                                         there ? there->percent : NAN, EMPHASIS_NONE};
    row->published_source = published_sources(there, g->arena);
}

/* Means of other measures, at what was selected by this one. */
static int fill_measures(const struct frame *f, const struct selection *r, struct row *row, struct error *err)
{
    struct sheet *g = f->g;
    double *values = arena_alloc(g->arena, ((size_t)r->n + 1) * sizeof *values);

    for (int k = 0; k < f->n_measures; k++) {
        const struct measure *m = &f->measures[k];
        struct summary x;

        for (int i = 0; i < r->n; i++)
            if (select_read_value(f->options->store, r, i, m, &values[i], err) < 0)
                return -1;
        x = summary_of(values, r->n);
        row->measured[k] = measured_value(g, m, x.mean, x.half_width, EMPHASIS_NONE);
        row->measured_half_width[k] = m->unit * x.half_width;
    }
    return 0;
}

/* stream: of random numbers, the number of rows before that were compared, as `stats` has it. */
static int fill_row(const struct frame *f, const struct comparison *c, int stream, struct row *row,
                    struct error *err)
{
    const struct selections *s = f->s;
    const struct table_options *options = f->options;
    struct sheet *g = f->g;
    const struct selection *r = c->r, *base = select_beside(s, r, s->plan.baseline);
    const struct measure *m = &s->measure;
    struct summary test = summary_of(r->test, r->n);
    struct retuning whole = retuning_bootstrap(r);

    row->condition = label_short(&r->condition_label, g->arena);
    row->method = r->method;
    row->n = count(g, r);
    row->n_planned = r->n_planned;
    row->n_finished = r->n_finished;
    row->n_diverged = r->n_diverged;
    row->n_failed = r->n_failed;
    row->n_configurations = r->n_points;
    row->test = measured_value(g, m, test.mean, test.half_width, c->emphasis);
    row->sd = m->unit * test.sd;
    row->half_width = m->unit * test.half_width;
    row->anew = measured_ends(g, m, false, whole.low, whole.high, &row->anew_high);
    fill_difference(f, r, base, c, row);
    fill_fresh(f, r->fresh, &c->on[ON_FRESH], row);
    if (fill_measures(f, r, row, err) < 0)
        return -1;
    if (options->with_effects) {
        struct effects e = effects_of(r, c->on[ON_TUNED].is_tested ? base : NULL, options->rope, stream);

        fill_effects(g, m, &e, row);
    }
    if (options->with_classes) {
        struct classes classes;

        if (classes_read(options->store, r, g->arena, &classes, err) < 0)
            return -1;
        row->worst_class = share(g, &classes.worst);
        row->worst_half_width = 100 * classes.worst.half_width;
        row->tail = share(g, &classes.tail);
        row->tail_half_width = 100 * classes.tail.half_width;
    }
    fill_published(g, published_find(options->published, r->method, row->condition, false), row);
    fill_selection(g, s, r, row);
    return 0;
}

/* Of several measures, which one chose. */
static void caption_measures(const struct frame *f, struct text *t)
{
    int n = 0;

    for (int k = 0; k < f->n_measures; k++)
        if (f->measures[k].sign < 0)
            text_printf(t, "%s%s", n++ ? ", " : " Lower is better of ", f->measures[k].title);
    text_printf(t, n ? "." : "");
}

static int write_caption(const struct frame *f, const struct comparisons *c, struct text *t, struct error *err)
{
    const struct selections *s = f->s;
    const struct table_options *options = f->options;

    caption_incomplete(t, s);
    text_printf(t, "%s. Test %s%s %s: ", s->plan.title, s->measure.title,
                s->measure.sign < 0 ? " (lower is better)" : "", caption_when(s));
    caption_unit(t, s);
    if (c->n_tests[ON_TUNED].compared)
        caption_tests(t, s, c, options);
    if (options->with_classes)
        text_printf(t, " Worst class: the lowest accuracy of a class in each seed; tail: mean accuracy of the "
                       "third of the classes with the fewest training examples; means over seeds and 95%% t "
                       "intervals.");
    caption_measures(f, t);
    if (options->with_effects)
        effects_caption(t, s, options->rope);
    caption_emphasis(t, options);
    caption_selection(t, s);
    caption_lead(t, s);
    caption_edges(t, s);
    if (caption_data(t, s, options->store, err) < 0)
        return -1;
    caption_runs(t, s);
    caption_failures(t, s);
    caption_fresh(t, s, c, options);
    caption_overrides(t, s);
    caption_caveats(t, &s->plan.caveats);
    published_caption(t, options->published, s, false);
    return 0;
}

int table_methods(const struct selections *s, const struct table_options *options,
                  struct text *ret_text, struct error *err)
{
    struct arena arena = {0};
    struct sheet g = {.arena = &arena};
    struct text caption = {0};
    struct frame f = {.g = &g, .s = s, .options = options,
                      .has = {[ALWAYS] = true,
                              [TUNED_OVER_ALL] = s->in == SELECT_IN_ALL,
                              [FRESH] = s->fresh != NULL,
                              [PUBLISHED] = published_has(options->published, false),
                              [ROPE] = options->rope > 0,
                              [CLASSES] = options->with_classes,
                              [EFFECTS] = options->with_effects}};
    struct comparisons c = {0};
    int result = 0;

    if (s->n == 0)
        return error_set(err, "the plan has no runs");
    for (int i = 0; i < s->n; i++)
        f.has[CONDITIONS] |= strcmp(s->items[i].condition, s->items[0].condition) != 0;
    result = choose_columns(&f, err) < 0 || find_measures(&f, err) < 0 ? -1 : 0;
    if (result == 0) {
        add_columns(&f);
        c = comparisons_make(s, options->correction, options->rope, &arena);
    }
    for (int i = 0, stream = 0; i < c.n && result == 0; i++) {
        struct row row = {0};

        result = fill_row(&f, &c.items[i], stream, &row, err);
        stream += c.items[i].on[ON_TUNED].is_tested;
        if (result == 0)
            add_cells(&f, &row);
    }
    if (result == 0)
        result = write_caption(&f, &c, &caption, err);
    if (result == 0)
        sheet_write(&g, options->format, caption.s, ret_text);
    text_release(&caption);
    arena_release(&arena);
    return result;
}
