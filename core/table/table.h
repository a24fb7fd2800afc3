/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * table: results with what a reader must know to believe them. Reads the store only;
 * the same store gives the same bytes.
 *
 * Emphasis: the best mean, and those that a paired t-test does not tell from it at 5%,
 * Holm-corrected over all pairs of methods.
 */
#ifndef TABLE_TABLE_H
#define TABLE_TABLE_H

#include "analysis/select.h"
#include "stats/adjust.h"
#include "table/published.h"
#include "table/sheet/sheet.h"

struct held_out_rule;

struct table_options {
    const struct sheet_format *format;
    const struct adjust_type *correction; /* over all comparisons with the baseline; NULL: Holm */
    bool is_simultaneous;                 /* table_methods: intervals of differences that hold together */
    struct select_options select;
    const char *const *measures;          /* table_methods: more of them, NULL-ended, at what was selected; or NULL */
    const char *columns;                  /* table_methods: "method,n,p_t": keys of those to show; NULL: as usual */
    const struct published *published;    /* NULL: none */
    const char *over;                     /* table_over: conditions, with commas; NULL: none */
    bool with_epochs;                     /* table_epochs */
    bool is_domainbed;                    /* DomainBed's layout */
    bool with_effects;                    /* table_methods: the columns of effects.h */
    bool with_classes;                    /* table_methods: those of classes.h */
    struct store *store;                  /* classes and measures are read from it */
    double rope;                          /* of those: a share; up to it a difference is none */
    const struct held_out_rule *rule;     /* for runs that hold environments out; NULL: all rules */
};

/* All methods against the baseline, a row for each in each condition. */
int table_methods(const struct selections *s, const struct table_options *options,
                  struct text *ret_text, struct error *err);

/* Methods down, the values of one setting of the data across: data set, imbalance,
 * noise. Other conditions stand under each other. */
int table_grouped(const struct selections *s, const struct table_options *options,
                  struct text *ret_text, struct error *err);

/* Methods against the baseline by their means over the values of the conditions options->over ("data", "data,imbalance",
 * analysis/select_over.h). */
int table_over(const struct selections *s, const struct table_options *options,
               struct text *ret_text, struct error *err);

/* The same runs at their last evaluation, at the best on validation data and, as an oracle, at the best on test data.
 * Fails where test data were seen at some evaluations only. */
int table_epochs(struct store *store, const struct selections *s, const struct table_options *options,
                 struct text *ret_text, struct error *err);

/* Two methods in full, seed by seed, and example by example where the store kept the
 * answers. The error names what there is. */
int table_compare(struct store *store, const struct selections *s, const char *a, const char *b,
                  const struct table_options *options, struct text *ret_text, struct error *err);

#endif
