/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "table/caption.h"

#include "analysis/edges.h"
#include "stats/bootstrap.h"
#include "stats/power.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int count_missing(const struct selections *s, int *ret_planned)
{
    int n_planned = 0, n_there = 0;

    for (int i = 0; i < s->n; i++) {
        n_planned += s->items[i].n_planned;
        n_there += s->items[i].n_finished + s->items[i].n_diverged + s->items[i].n_failed;
    }
    *ret_planned = n_planned;
    return n_planned - n_there;
}

void caption_incomplete(struct text *t, const struct selections *s)
{
    int n_planned, n_missing = count_missing(s, &n_planned);

    if (n_missing > 0)
        text_printf(t, "INCOMPLETE: %d of %d runs. ", n_planned - n_missing, n_planned);
}

const char *caption_when(const struct selections *s)
{
    if (s->judged_at)
        return s->judged_at;
    return s->has_epochs ? "at the last epoch" : "at the last step";
}

void caption_overrides(struct text *t, const struct selections *s)
{
    const char *at = s->plan.overrides;
    struct arena arena = {0};

    if (!at || !*at)
        return;
    text_printf(t, " The command line changed:");
    for (; *at; at += strcspn(at, "\n"), at += *at == '\n') {
        size_t size = strcspn(at, "\n");
        char *word = arena_printf(&arena, "%.*s", (int)size, at);
        const char *quote = text_is_plain(word) && !strchr(word, ' ') ? "" : "\"";

        text_printf(t, " %s", quote);
        text_add_plain(t, at, size, "");
        text_add_string(t, quote);
    }
    arena_release(&arena);
    text_printf(t, ".");
}

/* The budgets under each method's first condition; a plan gives all conditions the same points. */
static void add_budgets(struct text *t, const struct selections *s)
{
    const struct selection *first = &s->items[0];
    bool is_unequal = false;

    for (int i = 0; i < s->n; i++)
        is_unequal |= s->items[i].n_points != first->n_points;
    if (!is_unequal) {
        text_printf(t, " from %d configuration%s each.", first->n_points,
                    first->n_points == 1 ? "" : "s");
        return;
    }
    text_printf(t, ". TUNING BUDGETS DIFFER, which favours the larger: configurations tried");
    for (int i = 0; i < s->n; i++)
        if (i == 0 || strcmp(s->items[i].method, s->items[i - 1].method) != 0) /* the plan has its runs together */
            text_printf(t, "%s %s %d", i ? "," : "", s->items[i].method, s->items[i].n_points);
    text_printf(t, ".");
}

/* Seeds that have not tried all. */
static void add_partial(struct text *t, const struct selections *s)
{
    int n = 0;

    for (int i = 0; i < s->n; i++)
        n += s->items[i].n_partial;
    if (n)
        text_printf(t, " In %d trial%s not all configurations have ended; %s selected among the others.", n,
                    n == 1 ? "" : "s", n == 1 ? "it" : "they");
}

void caption_unit(struct text *t, const struct selections *s)
{
    if (s->in == SELECT_IN_SEED)
        text_printf(t, "each seed is a whole trial, which selects its own configuration; mean over seeds and "
                       "95%% t interval.");
    else
        text_printf(t, "mean over seeds and 95%% t interval, for one configuration that was selected over "
                       "all seeds; tuned anew: 95%% bootstrap interval of seeds with the selection done again "
                       "on each draw.");
}

/* Once for each method and reason. */
void caption_untested(struct text *t, const struct comparisons *c)
{
    int n = 0;

    for (int i = 0; i < c->n; i++) {
        const struct contrast *on = &c->items[i].on[ON_TUNED];
        const char *reason = on->is_tested ? comparisons_no_test(on) : NULL;
        bool is_told = false;

        for (int k = 0; k < i && reason && !is_told; k++) {
            const struct contrast *before = &c->items[k].on[ON_TUNED];

            is_told = before->is_tested && comparisons_no_test(before) == reason &&
                      strcmp(c->items[k].r->method, c->items[i].r->method) == 0;
        }
        if (!reason || is_told)
            continue;
        text_printf(t, "%s %s (%s)", n++ ? "," : " No t-test:", c->items[i].r->method, reason);
    }
    if (n)
        text_printf(t, ".");
}

void caption_correction(struct text *t, const struct comparisons *c)
{
    const struct n_tests *n = &c->n_tests[ON_TUNED];

    if (n->t == n->signed_rank)
        text_printf(t, "each %s-corrected over the table's %d comparison%s.", c->correction->title, n->t,
                    n->t == 1 ? "" : "s");
    else
        text_printf(t, "%s-corrected over the comparisons that have it, %d and %d of %d.",
                    c->correction->title, n->t, n->signed_rank, n->compared);
}

/* Of one comparison both are the same. */
static void add_intervals(struct text *t, int n_tests, bool is_simultaneous)
{
    if (n_tests < 2)
        return;
    if (is_simultaneous)
        text_printf(t, " The %d intervals of differences hold together at 95%% (Bonferroni): where one leaves 0 "
                       "out, its corrected p (t) is below 0.05; not always the other way round.", n_tests);
    else
        text_printf(t, " Each 95%% interval of a difference is by itself, NOT CORRECTED as p is: it may leave 0 "
                       "out where p is above 0.05 (intervals=simultaneous corrects it).");
}

void caption_equal(struct text *t, const struct selections *s, const struct comparisons *c)
{
    const struct n_tests *n = &c->n_tests[ON_TUNED];

    if (c->rope > 0)
        text_printf(t, " p (equal): two one-sided t-tests that the mean difference is within %g%s, corrected "
                       "likewise over %d comparison%s: below 0.05 they are equal to that.",
                    s->measure.unit * c->rope,
                    !s->measure.type->is_share ? "" : s->measure.unit * c->rope == 1 ? " point" : " points",
                    n->equal, n->equal == 1 ? "" : "s");
}

void caption_tests(struct text *t, const struct selections *s, const struct comparisons *c,
                   const struct table_options *options)
{
    const struct n_tests *n = &c->n_tests[ON_TUNED];

    text_printf(t, " Difference to %s, paired by seed%s; two-sided p of the paired t-test and of the "
                   "exact Wilcoxon signed-rank test (zeros left out, ties at mean ranks), ", s->plan.baseline,
                s->measure.type->is_share ? ", in points" : "");
    caption_correction(t, c);
    add_intervals(t, n->t, options->is_simultaneous);
    if (s->in == SELECT_IN_ALL)
        text_printf(t, " THESE ARE TESTS OF TWO CONFIGURATIONS, not of methods: what the selection got wrong is "
                       "common to all seeds (select_in=seed tests methods).");
    text_printf(t, " Tuned anew, minus %s: 95%% bootstrap interval of seeds, for both methods the configuration "
                   "with the best mean validation %s on the seeds drawn.", s->plan.baseline,
                s->select_by.title);
    caption_equal(t, s, c);
    caption_untested(t, c);
}

/* Where classes are held out in unequal numbers, how they count; a plan holds out alike. */
static void add_validation(struct text *t, const struct selections *s)
{
    const struct settings *spec = NULL;
    const struct value *own, *as, *most;

    for (int i = 0; i < s->n && !spec; i++)
        spec = s->items[i].spec;
    own = spec ? settings_find(spec, "data.validation_own") : NULL;
    as = spec ? settings_find(spec, "data.validation_as") : NULL;
    most = spec ? settings_find(spec, "data.validation") : NULL;
    if ((!own && !as) || !most)
        return;
    text_printf(t, " Validation has up to %g examples of each class", most->number);
    if (own)
        text_printf(t, ", of those that are trained on %g at most", own->number);
    text_printf(t, "; it is a mean over classes, %s.",
                as && as->kind == VALUE_STRING && strcmp(as->string, "natural") == 0
                    ? "each with its share of the training part"
                    : "which all weigh the same");
}

void caption_selection(struct text *t, const struct selections *s)
{
    int most = 0;

    for (int i = 0; i < s->n; i++)
        most = s->items[i].n_points > most ? s->items[i].n_points : most;
    if (most == 1) {
        text_printf(t, " Each method has one configuration.");
        return;
    }
    text_printf(t, s->in == SELECT_IN_SEED
                       ? " In each seed the configuration with the best validation %s is selected"
                       : " The configuration with the best mean validation %s is selected",
                s->select_by.title);
    add_budgets(t, s);
    add_partial(t, s);
    add_validation(t, s);
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(double *x, int n)
{
    qsort(x, (size_t)n, sizeof *x, ascending);
    return (x[(n - 1) / 2] + x[n / 2]) / 2;
}

void caption_lead(struct text *t, const struct selections *s)
{
    struct arena arena = {0};
    double *leads = arena_alloc(&arena, ((size_t)s->n + 1) * sizeof *leads);
    double *errors = arena_alloc(&arena, ((size_t)s->n + 1) * sizeof *errors);
    const struct measure *m = &s->select_by;
    int n = 0, n_noise = 0, digits = m->type->is_share ? 2 : 4;

    for (int i = 0; i < s->n; i++) {
        struct board_lead lead = {NAN, NAN};

        if (s->items[i].board)
            lead = board_lead_of(s->items[i].board);
        if (!isfinite(lead.standard_error))
            continue;
        n_noise += !(lead.mean >= 2 * lead.standard_error && lead.mean > 0);
        leads[n] = lead.mean;
        errors[n++] = lead.standard_error;
    }
    if (n)
        text_printf(t, " Over all seeds the best configuration leads the next on validation by "
                       "%.*f%s, standard error %.*f%s; for %d of %d %s by less than two standard "
                       "errors, that is, by no more than noise.",
                    digits, m->unit * median(leads, n), m->points, digits, m->unit * median(errors, n),
                    n > 1 ? " (medians)" : "",
                    n_noise, n, s->n_conditions > 1 ? "rows" : n == 1 ? "method" : "methods");
    arena_release(&arena);
}

/* A setting, an end of its grids, and who selected there. */
struct mention {
    const char *setting; /* without its slot */
    enum grid_end end;
    const char *methods; /* "erm, rgd" */
    int n;
    const struct selection *last; /* of them */
};

/* Under several conditions a method is mentioned once. */
static void mention(struct mention **mentions, int *n, const char *setting, enum grid_end end,
                    const struct selection *r, struct arena *arena)
{
    struct mention *m;
    int i = 0;

    while (i < *n && !(strcmp((*mentions)[i].setting, setting) == 0 && (*mentions)[i].end == end))
        i++;
    if (i == *n) {
        *mentions = arena_grow(arena, *mentions, *n, sizeof **mentions);
        (*mentions)[(*n)++] = (struct mention){.setting = setting, .end = end, .methods = ""};
    }
    m = &(*mentions)[i];
    if (m->last && strcmp(m->last->method, r->method) == 0) /* the plan has its runs together */
        return;
    m->last = r;
    m->methods = arena_printf(arena, "%s%s%s", m->methods, m->n++ ? ", " : "", r->method);
}

static int by_setting(const void *a, const void *b)
{
    const struct mention *x = a, *y = b;
    int order = strcmp(x->setting, y->setting);

    return order ? order : (int)x->end - (int)y->end;
}

/* "lr is the smallest of its grid for 2 of 3 methods (erm, rgd), the largest for 1 (cvar); clip" */
static void write_mentions(struct text *t, const struct mention *mentions, int n, int n_methods)
{
    for (int i = 0; i < n; i++) {
        const struct mention *m = &mentions[i];
        const char *end = m->end == GRID_LARGEST ? "largest" : "smallest";

        if (i == 0)
            text_printf(t, "%s is the %s of its grid for %d of %d method%s", m->setting, end, m->n,
                        n_methods, n_methods == 1 ? "" : "s");
        else if (strcmp(m->setting, m[-1].setting) == 0)
            text_printf(t, ", the %s for %d", end, m->n);
        else
            text_printf(t, "; %s the %s for %d", m->setting, end, m->n);
        text_printf(t, " (%s)", m->methods);
    }
}

void caption_edges(struct text *t, const struct selections *s)
{
    struct arena arena = {0};
    struct mention *mentions = NULL;
    int n = 0, n_methods = 0;

    for (int i = 0; i < s->n; i++) {
        struct edges edges = edges_find(&s->items[i], &arena);

        n_methods += i == 0 || strcmp(s->items[i].method, s->items[i - 1].method) != 0;
        for (int k = 0; k < edges.n; k++) {
            const struct edge *e = &edges.items[k];

            if (e->end != GRID_INSIDE)
                mention(&mentions, &n, label_short_setting(e->setting), e->end, &s->items[i],
                        &arena);
        }
    }
    if (n) {
        qsort(mentions, (size_t)n, sizeof *mentions, by_setting);
        text_printf(t, " GRID EDGES, beyond which better values may lie: ");
        write_mentions(t, mentions, n, n_methods);
        text_printf(t, s->n_conditions > 1 ? ", in one condition or more." : ".");
    }
    arena_release(&arena);
}

void caption_emphasis(struct text *t, const struct table_options *options)
{
    if (options->format->best)
        text_printf(t, " Best mean %s; %s: not significantly worse (paired t-test at 5%%, "
                       "Holm-corrected over all pairs of methods, as the best was seen first).",
                    options->format->best, options->format->close);
}

/* What became of the runs of selections. */
struct tally {
    int n_planned, n_ended, n_diverged, n_failed;
};

static void tally_add(struct tally *tally, const struct selection *r)
{
    tally->n_planned += r->n_planned;
    tally->n_ended += r->n_finished + r->n_diverged;
    tally->n_diverged += r->n_diverged;
    tally->n_failed += r->n_failed;
}

static void tally_write(const struct tally *tally, const struct measure *m, struct text *t)
{
    struct arena arena = {0};
    int n_missing = tally->n_planned - tally->n_ended - tally->n_failed;

    text_printf(t, " Of %d runs %d ended", tally->n_planned, tally->n_ended);
    if (tally->n_diverged)
        text_printf(t, ", %d of them DIVERGED (%s%s)", tally->n_diverged, measure_worst(m, &arena),
                    isfinite(m->worst) ? "" : "; a mean with one does not exist");
    text_printf(t, ", %d failed, %d %s missing.", tally->n_failed, n_missing,
                n_missing == 1 ? "is" : "are");
    arena_release(&arena);
}

void caption_runs(struct text *t, const struct selections *s)
{
    struct tally tally = {0};
    int n_most = 0;

    for (int i = 0; i < s->n; i++) {
        tally_add(&tally, &s->items[i]);
        n_most = s->items[i].n > n_most ? s->items[i].n : n_most;
    }
    if (n_most > 1 && power_least_p(n_most) > 0.05)
        text_printf(t, " With %d seeds the signed-rank test cannot give p below %g.", n_most,
                    power_least_p(n_most));
    tally_write(&tally, &s->measure, t);
}

static void list_failure_rates(struct text *t, const struct selections *s)
{
    struct arena arena = {0};
    int n = 0;

    for (int i = 0; i < s->n; i++) {
        const struct selection *r = &s->items[i];
        int n_bad = r->n_diverged + r->n_failed;

        if (n_bad)
            text_printf(t, "%s %s%s%s %d of %d", n++ ? "," : " Diverged or failed:", r->method,
                        *r->condition ? " " : "", label_short(&r->condition_label, &arena), n_bad,
                        r->n_planned);
    }
    if (n)
        text_printf(t, ".");
    arena_release(&arena);
}

/* Below the median by more than five times the range of the middle half, and by `least`: what
 * trained to nothing without a number that is not finite. */
static double collapse_limit(const struct selection *r, double least, struct arena *arena, double *ret_median)
{
    double *sorted = arena_alloc(arena, ((size_t)r->n + 1) * sizeof *sorted), spread;

    memcpy(sorted, r->test, (size_t)r->n * sizeof *sorted);
    qsort(sorted, (size_t)r->n, sizeof *sorted, ascending);
    *ret_median = bootstrap_quantile(sorted, r->n, 0.5);
    spread = bootstrap_quantile(sorted, r->n, 0.75) - bootstrap_quantile(sorted, r->n, 0.25);
    return *ret_median - fmax(least, 5 * spread);
}

static void list_collapses(struct text *t, const struct selections *s)
{
    enum { LEAST_RUNS = 5, MAX_TOLD = 8 };
    const struct measure *m = &s->measure;
    struct arena arena = {0};
    int n = 0;

    for (int i = 0; i < s->n; i++) {
        const struct selection *r = &s->items[i];
        double median, limit;

        if (r->n < LEAST_RUNS)
            continue;
        limit = collapse_limit(r, m->type->is_share ? 0.1 : 0, &arena, &median);
        for (int k = 0; k < r->n; k++) {
            if (r->has_diverged[k] || !(r->test[k] < limit))
                continue;
            if (n++ < MAX_TOLD) {
                text_printf(t, "%s %s%s%s seed %d, ",
                            n > 1 ? ";" : m->sign < 0 ? " FAR ABOVE THEIR SIBLINGS:" : " FAR BELOW THEIR SIBLINGS:",
                            r->method, *r->condition ? " " : "", label_short(&r->condition_label, &arena),
                            r->seeds[k]);
                measure_add(t, m->format, measure_shown(m, r->test[k]));
                text_add_string(t, " where the median is ");
                measure_add(t, m->format, measure_shown(m, median));
            }
        }
    }
    if (n > MAX_TOLD)
        text_printf(t, "; and %d more", n - MAX_TOLD);
    if (n)
        text_printf(t, ".");
    arena_release(&arena);
}

void caption_failures(struct text *t, const struct selections *s)
{
    list_failure_rates(t, s);
    list_collapses(t, s);
}

void caption_fresh(struct text *t, const struct selections *s, const struct comparisons *c,
                   const struct table_options *options)
{
    struct tally tally = {0};
    bool is_frozen = false;

    if (!s->fresh)
        return;
    for (int i = 0; i < s->n; i++) {
        if (!s->items[i].fresh)
            continue;
        tally_add(&tally, s->items[i].fresh);
        is_frozen |= s->items[i].fresh->is_frozen;
    }
    text_printf(t, is_frozen
                       ? " Fresh seeds: the configurations that were selected over all seeds, trained again on "
                         "seeds that selected nothing, so that the choice flatters none of these numbers; its "
                         "luck stays, so that THESE ARE TESTS OF CONFIGURATIONS, not of methods"
                       : s->in == SELECT_IN_SEED
                             ? " Fresh seeds: the whole grid on seeds that came later, each selecting its own "
                               "configuration"
                             : " Fresh seeds: the selected configurations on seeds that selected nothing");
    text_printf(t, "; mean, 95%% t interval, and differences paired by fresh seed");
    if (c->n_tests[ON_FRESH].t)
        text_printf(t, ", p %s-corrected over their own %d comparison%s", c->correction->title,
                    c->n_tests[ON_FRESH].t, c->n_tests[ON_FRESH].t == 1 ? "" : "s");
    text_printf(t, ".");
    add_intervals(t, c->n_tests[ON_FRESH].t, options->is_simultaneous);
    tally_write(&tally, &s->measure, t);
}

void caption_caveats(struct text *t, const struct store_caveats *caveats)
{
    if (*caveats->same)
        text_printf(t, " THE SAME RUNS UNDER SEVERAL NAMES, which compares nothing: %s.", caveats->same);
    if (*caveats->warnings)
        text_printf(t, " WARNING: %s.", caveats->warnings);
    if (*caveats->choices)
        text_printf(t, " Our choice, as no source that we read says it: %s.", caveats->choices);
    if (*caveats->names)
        text_printf(t, " Also known as: %s.", caveats->names);
}
