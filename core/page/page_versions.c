/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "page/page_versions.h"

#include "page/code_diff.h"
#include "page/html.h"

#include <stdio.h>
#include <string.h>

enum { MAX_DIFFS = 8 };

/* What a build had that its commit has not. */
static int write_patch(struct store *store, const struct version *v, struct arena *arena,
                       struct text *t, struct error *err)
{
    const char *patch = NULL;

    if (*v->patch && store_read_patch(store, v->patch, arena, &patch, err) < 0)
        return -1;
    if (patch)
        html_details(t, arena_printf(arena, "Changes %.12s on top of %s", v->patch, versions_name(v)), patch);
    else
        html_paragraph(t, NULL, arena_printf(arena, "What was changed on top of %s was not stored: "
                                             "nothing of core/ or the Makefile, or by a program "
                                             "that did not store it yet.", versions_name(v)));
    return 0;
}

/* Between the first version's commit and the others', each once. */
static void write_diffs(const struct versions *versions, struct arena *arena, struct text *t)
{
    const char *from = versions->items[0].commit;
    int n = 0;

    for (int i = 1; i < versions->n; i++) {
        const char *to = versions->items[i].commit, *diff;
        bool is_told = strcmp(to, from) == 0 || !*to || !*from;

        for (int k = 1; k < i; k++)
            is_told |= strcmp(versions->items[k].commit, to) == 0;
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

static void write_table(const struct versions *versions, struct text *t)
{
    html_begin_scroll(t, "Versions of the code");
    text_printf(t, "<table class=\"sortable\">\n<caption>Versions of the program that computed the runs."
                   "</caption>\n<thead><tr><th scope=\"col\">commit</th><th scope=\"col\">changes on top"
                   "</th><th scope=\"col\" class=\"number\">runs</th></tr></thead>\n<tbody>\n");
    for (int i = 0; i < versions->n; i++) {
        const struct version *v = &versions->items[i];
        char patch[13];

        snprintf(patch, sizeof patch, "%s", *v->patch ? v->patch : v->is_dirty ? "yes" : "none");
        text_printf(t, "<tr><th scope=\"row\"><code>");
        html_text(t, versions_name(v));
        text_printf(t, "</code></th><td>");
        html_text(t, patch);
        text_printf(t, "</td><td class=\"number\" data-value=\"%d\">%d</td></tr>\n", v->n_runs, v->n_runs);
    }
    text_printf(t, "</tbody>\n</table>\n");
    html_end_scroll(t);
}

int page_versions_write(struct store *store, const struct versions *versions, struct text *t,
                        struct error *err)
{
    struct arena arena = {0};
    int result = 0;

    html_heading(t, "code", "Code");
    if (versions->n == 0) {
        html_paragraph(t, NULL, "No run has ended yet.");
        return 0;
    }
    write_table(versions, t);
    for (int i = 0; i < versions->n && result == 0; i++)
        if (versions->items[i].is_dirty)
            result = write_patch(store, &versions->items[i], &arena, t, err);
    write_diffs(versions, &arena, t);
    arena_release(&arena);
    return result;
}
