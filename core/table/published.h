/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * published: what others reported for the methods of an experiment, for a column
 * beside our own numbers, with its source.
 *
 * results/published/EXPERIMENT.csv has the header
 *
 *     method,condition,test_accuracy,epoch,setting,source
 *
 * (or test_task_score, or another measure in percent: only tables of that measure show them) and a row a number: the
 * method's label, the condition as our tables show it (empty: none), percent, at which epoch ("last", "best validation", "best test", "not stated"), what was trained there
 * ("ResNet-32, 200 epochs"), and where it stands. What test data chose, or may have chosen, stands beside our oracle
 * (table_epochs), and never beside what nobody looked at for.
 * A method and condition may have several numbers, of several sources or settings; all
 * are shown, with the digits that they are written with. What is in no row of the table is
 * named below it.
 */
#ifndef TABLE_PUBLISHED_H
#define TABLE_PUBLISHED_H

#include "analysis/select.h"

enum published_epoch {
    PUBLISHED_LAST,
    PUBLISHED_BEST_VALIDATION,
    PUBLISHED_BEST_TEST,
    PUBLISHED_NOT_STATED,
};

struct published_number {
    const char *method, *condition, *setting, *source;
    const char *digits;   /* as written: 70.30 is not 70.3 */
    double percent;
    enum published_epoch epoch;
    int mark;             /* [1], [2]: the source's number in the caption */
    const struct published_number *next; /* of the same method, condition and kind of epoch, or NULL */
};

struct published {
    const struct published_number *items;
    int n, n_marks;
    const char *measure; /* what they are of; NULL: there are none */
};

/* A file that is not there has no numbers. In `arena`. The error names the line of what is no
 * percentage (a share of 1) and of what stands there twice. */
int published_read(const char *path, struct arena *arena, struct published *ret_published,
                   struct error *err);

/* Numbers of that measure, else NULL. */
const struct published *published_of(const struct published *p, const struct measure *m);

/* The first for this method and (shortened) condition that stands beside an oracle, or does not; or NULL. */
const struct published_number *published_find(const struct published *p, const char *method,
                                              const char *condition, bool is_oracle);

/* Are there any such numbers? */
bool published_has(const struct published *p, bool is_oracle);

/* "71.95 [1], 70.36 [2]": it and the next ones; "-" for NULL. Their sources, with the numbers where
 * there are several. In `arena`. */
const char *published_text(const struct published_number *first, struct arena *arena);
const char *published_sources(const struct published_number *first, struct arena *arena);

/* The sources of what a table of these selections, beside an oracle or not, shows, and what it does not show; nothing
 * where there are no numbers. */
void published_caption(struct text *t, const struct published *p, const struct selections *s, bool is_oracle);

#endif
