/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "page/versions.h"

#include "page/code_diff.h"
#include "page/html.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DIFFS = 8 };

/* `name = VALUE` of an environment, without quotes; "" where it has none. Environments may be a
 * stranger's: looked through line by line, not parsed. */
static const char *value_of(const char *text, const char *name, struct arena *arena)
{
    size_t length = strlen(name);

    for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
        const char *value = text + length + 3;

        if (strncmp(text, name, length) != 0 || strncmp(text + length, " = ", 3) != 0)
            continue;
        value += *value == '"';
        return arena_printf(arena, "%.*s", (int)strcspn(value, "\"\n"), value);
    }
    return "";
}

static struct version read_version(const char *environment, struct arena *arena)
{
    return (struct version){
        .commit = value_of(environment, "commit", arena),
        .is_dirty = strcmp(value_of(environment, "commit.dirty", arena), "true") == 0,
        .patch = value_of(environment, "commit.patch", arena),
    };
}

static int by_text(const void *a, const void *b)
{
    const struct version *x = a, *y = b;
    int order = strcmp(x->commit, y->commit);

    if (order == 0)
        order = x->is_dirty - y->is_dirty;
    return order ? order : strcmp(x->patch, y->patch);
}

static int by_runs(const void *a, const void *b)
{
    const struct version *x = a, *y = b;

    return x->n_runs != y->n_runs ? y->n_runs - x->n_runs : by_text(a, b);
}

/* Counts the runs of each environment. */
static int count_runs(struct store *store, const struct store_plan *plan, const char *a, const char *b,
                      struct arena *arena, struct store_provenance *ret_p, int **counts,
                      struct error *err)
{
    if (store_read_provenance(store, plan, arena, ret_p, err) < 0)
        return -1;
    if (!*counts)
        *counts = arena_alloc(arena, (size_t)(ret_p->n_environments + 1) * sizeof **counts);
    for (int i = 0; i < plan->n_runs; i++)
        if (ret_p->origins[i].environment >= 0 &&
            (!a || strcmp(plan->runs[i].method, a) == 0 || strcmp(plan->runs[i].method, b) == 0))
            (*counts)[ret_p->origins[i].environment]++;
    return 0;
}

int versions_read(struct store *store, const struct selections *s, const char *a, const char *b,
                  struct arena *arena, struct versions *ret_code, struct error *err)
{
    struct store_provenance p;
    struct version *versions;
    int *counts = NULL, n = 0, n_merged = 0;

    if (count_runs(store, &s->plan, a, b, arena, &p, &counts, err) < 0 ||
        (s->fresh && count_runs(store, &s->fresh->plan, a, b, arena, &p, &counts, err) < 0))
        return -1;
    versions = arena_alloc(arena, (size_t)(p.n_environments + 1) * sizeof *versions);
    for (int i = 0; i < p.n_environments; i++)
        if (counts[i]) {
            versions[n] = read_version(p.environments[i].text, arena);
            versions[n++].n_runs = counts[i];
        }
    qsort(versions, (size_t)n, sizeof *versions, by_text);
    for (int i = 0; i < n; i++) {
        if (n_merged && by_text(&versions[n_merged - 1], &versions[i]) == 0)
            versions[n_merged - 1].n_runs += versions[i].n_runs;
        else
            versions[n_merged++] = versions[i];
    }
    qsort(versions, (size_t)n_merged, sizeof *versions, by_runs);
    *ret_code = (struct versions){versions, n_merged};
    return 0;
}

static const char *name_of(const struct version *v)
{
    return *v->commit ? v->commit : "an unknown commit";
}

void versions_list(const struct versions *code, struct text *t)
{
    for (int i = 0; i < code->n; i++) {
        const struct version *v = &code->versions[i];

        text_printf(t, "%s%s", i ? ", " : "", name_of(v));
        if (v->is_dirty)
            text_printf(t, " with changes%s%.12s", *v->patch ? " " : "", v->patch);
        text_printf(t, " (%d run%s)", v->n_runs, v->n_runs == 1 ? "" : "s");
    }
}

/* ---- on a page ---- */

/* What a build had that its commit has not. */
static int write_patch(struct store *store, const struct version *v, struct arena *arena,
                       struct text *t, struct error *err)
{
    const char *patch = NULL;

    if (*v->patch && store_read_patch(store, v->patch, arena, &patch, err) < 0)
        return -1;
    if (patch)
        html_details(t, arena_printf(arena, "Changes %.12s on top of %s", v->patch, name_of(v)), patch);
    else
        html_paragraph(t, NULL, arena_printf(arena, "What was changed on top of %s was not stored: "
                                             "nothing of core/ or the Makefile, or by a program "
                                             "that did not store it yet.", name_of(v)));
    return 0;
}

/* Between the first version's commit and the others', each once. */
static void write_diffs(const struct versions *code, struct arena *arena, struct text *t)
{
    const char *from = code->versions[0].commit;
    int n = 0;

    for (int i = 1; i < code->n; i++) {
        const char *to = code->versions[i].commit, *diff;
        bool is_told = strcmp(to, from) == 0 || !*to || !*from;

        for (int k = 1; k < i; k++)
            is_told |= strcmp(code->versions[k].commit, to) == 0;
        if (is_told)
            continue;
        diff = n++ < MAX_DIFFS ? code_diff(from, to, arena) : NULL;
        if (diff)
            html_details(t, arena_printf(arena, "What core/ and the Makefile differ in from %s to %s",
                                         from, to), *diff ? diff : "Nothing.\n");
        else
            html_paragraph(t, NULL, arena_printf(arena, n > MAX_DIFFS
                                                 ? "More of them: git diff %s %s"
                                                 : "No repository with these commits was at hand when this "
                                                   "page was made; in one: git diff %s %s", from, to));
    }
}

static void write_table(const struct versions *code, struct text *t)
{
    html_begin_scroll(t, "Versions of the code");
    text_printf(t, "<table class=\"sortable\">\n<caption>Versions of the program that computed the runs."
                   "</caption>\n<thead><tr><th scope=\"col\">commit</th><th scope=\"col\">changes on top"
                   "</th><th scope=\"col\" class=\"number\">runs</th></tr></thead>\n<tbody>\n");
    for (int i = 0; i < code->n; i++) {
        const struct version *v = &code->versions[i];
        char patch[13];

        snprintf(patch, sizeof patch, "%s", *v->patch ? v->patch : v->is_dirty ? "yes" : "none");
        text_printf(t, "<tr><th scope=\"row\"><code>");
        html_text(t, name_of(v));
        text_printf(t, "</code></th><td>");
        html_text(t, patch);
        text_printf(t, "</td><td class=\"number\" data-value=\"%d\">%d</td></tr>\n", v->n_runs, v->n_runs);
    }
    text_printf(t, "</tbody>\n</table>\n");
    html_end_scroll(t);
}

int versions_write_page(struct store *store, const struct versions *code, struct text *t,
                        struct error *err)
{
    struct arena arena = {0};
    int result = 0;

    html_heading(t, "code", "Code");
    if (code->n == 0) {
        html_paragraph(t, NULL, "No run has ended yet.");
        return 0;
    }
    write_table(code, t);
    for (int i = 0; i < code->n && result == 0; i++)
        if (code->versions[i].is_dirty)
            result = write_patch(store, &code->versions[i], &arena, t, err);
    write_diffs(code, &arena, t);
    arena_release(&arena);
    return result;
}
