/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * page: an experiment as one HTML file: question, verdict, tables, figures, every run,
 * and how to repeat it. It holds all it shows, asks nothing of any network, and says
 * the same with scripting off. The same store gives the same bytes.
 *
 * Texts come from strangers: each goes through escape_html, pictures are images, and
 * a content security policy lets nothing run but our own script, by its hash.
 */
#ifndef PAGE_PAGE_H
#define PAGE_PAGE_H

#include "figure/figures.h"
#include "table/published.h"

/* Draws the figures into target->directory and adds the page. */
int page_write(struct store *store, const char *name, const struct plot_target *target,
               const struct published *published, struct text *t, struct error *err);

/* A line of the index of all pages; strings are borrowed. */
struct page_entry {
    const char *name, *title, *question, *verdict;
    struct store_counts counts;
    const char *trouble; /* why there is no page; NULL: there is, and the rest holds */
};

/* Fills *ret_entry from the store; texts in `arena`. */
int page_describe(struct store *store, const char *name, struct arena *arena,
                  struct page_entry *ret_entry, struct error *err);
void page_write_index(const struct page_entry *entries, int n, struct text *t);

#endif
