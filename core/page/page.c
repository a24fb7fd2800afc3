/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "page/page.h"

#include "analysis/comparisons.h"
#include "os/file.h"
#include "page/common_lines.h"
#include "page/html.h"
#include "page/page_runs.h"
#include "page/page_versions.h"
#include "table/table.h"

#include <string.h>

struct page {
    struct store *store;
    const char *name;
    struct arena arena;
    struct selections s;
    struct comparisons comparisons;
    struct store_provenance provenance;
    struct text *t;
    struct error *err;
    int status; /* of the figures */
    const char *skipped; /* figures, and why; NULL: none */
};

/* ---- tables ---- */

static int write_tables(struct page *p, const struct table_options *options)
{
    html_heading(p->t, "results", "Results");
    html_begin_scroll(p->t, "Methods");
    if (table_methods(&p->s, options, p->t, p->err) < 0)
        return -1;
    html_end_scroll(p->t);
    for (int m = 0; m < p->s.plan.n_methods; m++) {
        const char *method = p->s.plan.methods[m];

        if (strcmp(method, p->s.plan.baseline) == 0)
            continue;
        text_printf(p->t, "<details><summary>");
        html_text(p->t, arena_printf(&p->arena, "%s and %s, seed by seed", method,
                                     p->s.plan.baseline));
        text_printf(p->t, "</summary>\n");
        html_begin_scroll(p->t, arena_printf(&p->arena, "%s, seed by seed", method));
        if (table_compare(p->store, &p->s, method, p->s.plan.baseline, options, p->t, p->err) < 0)
            return -1;
        html_end_scroll(p->t);
        text_printf(p->t, "</details>\n");
    }
    return 0;
}

/* ---- figures ---- */

static void add_figure(void *context, const char *path, const char *doc)
{
    struct page *p = context;
    struct file_map map;
    const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;

    if (p->status < 0 ||
        (p->status = file_map_open(arena_printf(&p->arena, "%s.svg", path), &map, p->err)) < 0)
        return;
    html_figure(p->t, map.bytes, map.size, arena_printf(&p->arena, "%s: %s", name, doc),
                arena_printf(&p->arena, "%s (%s)", doc, name));
    file_map_close(&map);
}

static void add_line(void *context, const char *line)
{
    struct page *p = context;

    p->skipped = arena_printf(&p->arena, "%s%s%s", p->skipped ? p->skipped : "", p->skipped ? "; " : "", line);
}

/* The page is the same whatever was there before. */
static void ignore_removed(void *context, const char *path)
{
    (void)context, (void)path;
}

static int write_figures(struct page *p, const struct plot_target *target)
{
    const struct figures_listener listener = {.drawn = add_figure, .skipped = add_line, .removed = ignore_removed,
                                              .context = p};

    html_heading(p->t, "figures", "Figures");
    html_paragraph(p->t, NULL, arena_printf(&p->arena, "Numbers, scripts, PNG and PDF of each are in "
                                            "%s.", target->directory));
    text_printf(p->t, "<div class=\"figures\">\n");
    if (figures_draw(p->store, &p->s, target, &listener, p->err) < 0 || p->status < 0)
        return -1;
    text_printf(p->t, "</div>\n");
    if (p->skipped)
        html_paragraph(p->t, NULL, arena_printf(&p->arena, "Not drawn: %s.", p->skipped));
    return 0;
}

/* ---- where it comes from ---- */

static void write_environments(struct page *p)
{
    const struct store_provenance *o = &p->provenance;
    const char **texts = arena_alloc(&p->arena, (size_t)(o->n_environments + 1) * sizeof *texts);
    const char *common;

    html_heading(p->t, "environment", "Environment");
    if (o->n_environments == 0)
        html_paragraph(p->t, NULL, "No run has ended yet.");
    for (int i = 0; i < o->n_environments; i++)
        texts[i] = o->environments[i].text;
    common = common_lines_common(texts, o->n_environments, &p->arena);
    html_details(p->t, o->n_environments > 1 ? "What all environments share" : "All of it", common);
    for (int i = 0; i < o->n_environments && o->n_environments > 1; i++)
        html_details(p->t, arena_printf(&p->arena, "Environment %c", i < 26 ? 'A' + i : '?'),
                     common_lines_own(texts[i], common, &p->arena));
}

/* Of the method that has most of them. */
static int count_fresh_seeds(const struct selections *s)
{
    int most = 0;

    for (int i = 0; i < s->n; i++)
        if (s->items[i].fresh && s->items[i].fresh->n_seeds > most)
            most = s->items[i].fresh->n_seeds;
    return most;
}

/* Had only what was selected before runs on fresh seeds, not the whole grid? */
static bool is_frozen(const struct selections *s)
{
    for (int i = 0; i < s->n; i++)
        if (s->items[i].fresh && s->items[i].fresh->is_frozen)
            return true;
    return false;
}

/* The overrides as make's SET: words between blanks, all in quotes where one needs them. */
static void add_setting(struct text *t, const char *overrides, struct arena *arena)
{
    void (*add)(struct text *, const char *) =
        strpbrk(overrides, " \t'\"\\") ? text_add_quoted : text_add_string;
    struct text words = {0};

    for (char *rest = arena_strdup(arena, overrides), *word; (word = strsep(&rest, "\n"));)
        if (*word) {
            text_printf(&words, words.size ? " " : "");
            add(&words, word);
        }
    if (words.size) {
        text_printf(t, " SET=");
        text_add_quoted(t, words.s);
    }
    text_release(&words);
}

static void write_repeat(struct page *p, const char *digest, int n_left)
{
    struct text commands = {0};

    text_printf(&commands, "make sweep EXP=%s", p->name);
    add_setting(&commands, p->provenance.overrides, &p->arena);
    if (p->s.fresh)
        text_printf(&commands, is_frozen(&p->s) ? "\nbuild/rgdbench confirm %s n=%d --frozen"
                                                : "\nmake confirm EXP=%s N=%d",
                    p->name, count_fresh_seeds(&p->s));
    text_printf(&commands, "\nmake digest EXP=%s\n", p->name);
    html_heading(p->t, "repeat", "How to repeat it");
    html_details(p->t, "Commands", commands.s);
    html_paragraph(p->t, NULL, arena_printf(&p->arena, "Digest of the results%s: %s", n_left ?
                                            " so far" : "", digest));
    html_details(p->t, "The experiment's script", p->provenance.source);
    text_release(&commands);
}

static void write_head(struct page *p, const struct store_counts *c)
{
    struct text verdict = {0};

    html_begin(p->t, p->s.plan.title);
    text_printf(p->t, "<p><a href=\"index.html\">All experiments</a></p>\n<h1>");
    html_text(p->t, p->s.plan.title);
    text_printf(p->t, "</h1>\n");
    html_paragraph(p->t, NULL, p->s.plan.question);
    comparisons_verdict(&p->s, &p->comparisons, &verdict);
    html_paragraph(p->t, "verdict", verdict.s);
    html_paragraph(p->t, NULL, arena_printf(&p->arena, "%d runs finished, %d diverged, %d failed, %d "
                                            "still to come.", c->finished, c->diverged, c->failed,
                                            c->planned + c->running));
    if (p->s.fresh)
        html_paragraph(p->t, NULL, arena_printf(&p->arena, "Besides, %d runs of %s, on fresh seeds.",
                                                p->s.fresh->plan.n_runs, is_frozen(&p->s)
                                                    ? "what was selected over all seeds" : "the whole grid"));
    text_release(&verdict);
}

int page_write(struct store *store, const char *name, const struct plot_target *target,
               const struct published *published, struct text *t, struct error *err)
{
    struct table_options options = {.format = sheet_find_format("html", err), .store = store};
    struct page p = {.store = store, .name = name, .t = t, .err = err};
    struct store_counts counts;
    struct versions versions;
    char digest[HASH_HEX_SIZE];
    int n_left, result = -1;

    if (select_points(store, &(struct select_options){0}, &p.arena, &p.s, err) < 0 || store_count(store, &counts, err) < 0 ||
        store_digest(store, digest, &n_left, err) < 0 ||
        store_read_provenance(store, &p.s.plan, &p.arena, &p.provenance, err) < 0)
        goto out;
    p.comparisons = comparisons_make(&p.s, NULL, 0, &p.arena);
    options.published = published_of(published, &p.s.measure);
    write_head(&p, &counts);
    if (write_tables(&p, &options) < 0 || write_figures(&p, target) < 0)
        goto out;
    html_heading(t, "runs", "Runs");
    if (page_runs_write(store, &p.s, &p.provenance, t, err) < 0)
        goto out;
    if (versions_read(store, &p.s, NULL, NULL, &p.arena, &versions, err) < 0 ||
        page_versions_write(store, &versions, t, err) < 0)
        goto out;
    write_environments(&p);
    write_repeat(&p, digest, n_left);
    html_end(t);
    result = 0;
out:
    arena_release(&p.arena);
    return result;
}

/* ---- the index ---- */

int page_describe(struct store *store, const char *name, struct arena *arena,
                  struct page_entry *ret_entry, struct error *err)
{
    struct page_entry entry = {.name = name};
    struct text verdict = {0};
    struct comparisons c;
    struct selections s;

    if (select_points(store, &(struct select_options){0}, arena, &s, err) < 0 || store_count(store, &entry.counts, err) < 0)
        return -1;
    c = comparisons_make(&s, NULL, 0, arena);
    comparisons_verdict(&s, &c, &verdict);
    entry.title = s.plan.title;
    entry.question = s.plan.question;
    entry.verdict = arena_strdup(arena, verdict.s);
    text_release(&verdict);
    *ret_entry = entry;
    return 0;
}

void page_write_index(const struct page_entry *entries, int n, struct text *t)
{
    html_begin(t, "rgdbench: experiments");
    text_printf(t, "<h1>Experiments</h1>\n");
    if (n == 0)
        html_paragraph(t, NULL, "There are no results yet: make sweep EXP=quickstart");
    html_begin_scroll(t, "Experiments");
    text_printf(t, "<table class=\"sortable\">\n<caption>One page for each store in results/.</caption>\n"
                   "<thead><tr><th scope=\"col\">experiment</th><th scope=\"col\">question</th>"
                   "<th scope=\"col\">verdict</th><th scope=\"col\" class=\"number\">runs</th>"
                   "</tr></thead>\n<tbody>\n");
    for (int i = 0; i < n; i++) {
        const struct page_entry *e = &entries[i];
        const struct store_counts *c = &e->counts;
        int n_runs = c->planned + c->running + c->finished + c->diverged + c->failed;

        if (e->trouble) {
            text_printf(t, "<tr><th scope=\"row\">");
            html_text(t, e->name);
            text_printf(t, "</th><td></td><td>");
            html_text(t, e->trouble);
            text_printf(t, "</td><td class=\"number\">-</td></tr>\n");
            continue;
        }
        text_printf(t, "<tr><th scope=\"row\"><a href=\"");
        html_text(t, e->name);
        text_printf(t, ".html\">");
        html_text(t, e->title);
        text_printf(t, "</a></th><td>");
        html_text(t, e->question);
        text_printf(t, "</td><td>");
        html_text(t, e->verdict);
        text_printf(t, "</td><td class=\"number\" data-value=\"%d\">%d of %d</td></tr>\n", c->finished,
                    c->finished, n_runs);
    }
    text_printf(t, "</tbody>\n</table>\n");
    html_end_scroll(t);
    html_end(t);
}
