/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * caption: what the reader must know to read the numbers, in sentences. Each call adds
 * one or more, or none where there is nothing to say.
 */
#ifndef TABLE_CAPTION_H
#define TABLE_CAPTION_H

#include "analysis/comparisons.h"
#include "table/table.h"

/* First of all: that runs are missing, so that nothing is final. Nothing where none is. */
void caption_incomplete(struct text *t, const struct selections *s);

/* At which evaluation: "at the last epoch"; of runs without epochs "at the last step"; as
 * train.judge says. */
const char *caption_when(const struct selections *s);

/* What of the experiment the command line changed. */
void caption_overrides(struct text *t, const struct selections *s);

/* How many examples of each class there are, what always naming the commonest gives, and which methods do
 * just that; nothing where `store` is NULL or has not recorded it. */
int caption_data(struct text *t, const struct selections *s, struct store *store, struct error *err);

/* What a row's mean is of: trials that tune by themselves, or one configuration. */
void caption_unit(struct text *t, const struct selections *s);

/* What is tested against the baseline, how, and over how many tests it is corrected, the intervals too or
 * not; which of them do not exist, and why. */
void caption_tests(struct text *t, const struct selections *s, const struct comparisons *c,
                   const struct table_options *options);

/* "each Holm-corrected over the table's 4 comparisons.", behind the p of t-test and rank test. */
void caption_correction(struct text *t, const struct comparisons *c);

/* "p (equal): two one-sided t-tests ...", where a rope was asked for. */
void caption_equal(struct text *t, const struct selections *s, const struct comparisons *c);

/* "No t-test: rgd (one seed).", or nothing. */
void caption_untested(struct text *t, const struct comparisons *c);

/* Which configuration, chosen how, from how many; budgets that differ are named. */
void caption_selection(struct text *t, const struct selections *s);

/* By how much what was selected leads the next on validation, and whether that is more than
 * noise. */
void caption_lead(struct text *t, const struct selections *s);

/* "GRID EDGES ...: lr is the largest of its grid for 2 of 3 methods (erm, rgd).", or nothing. */
void caption_edges(struct text *t, const struct selections *s);

/* "bold: best mean; underlined: ..." where the format shows it. */
void caption_emphasis(struct text *t, const struct table_options *options);

/* How many runs ended, are missing, failed, diverged; what so few seeds cannot show. */
void caption_runs(struct text *t, const struct selections *s);

/* Methods of which runs failed or diverged, and how often; selected runs that ended far below their
 * siblings. Nothing where there are none. */
void caption_failures(struct text *t, const struct selections *s);

/* What the fresh seeds are, and how their runs stand. */
void caption_fresh(struct text *t, const struct selections *s, const struct comparisons *c,
                   const struct table_options *options);

/* What is to be known of the runs (store/caveats.h). */
void caption_caveats(struct text *t, const struct store_caveats *caveats);

#endif
