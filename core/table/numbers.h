/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * numbers: numbers of any origin, by method and block, and all that stats/ can say of
 * them: for people who trained elsewhere.
 *
 * A CSV file with the columns method, block and value (others are passed over); a block
 * is what pairs the methods: a seed, a data set, a test example. Each pair of method
 * and block stands there once; a block that a method lacks is left out where the method
 * is tested, and counted. A value is a finite number, or that of a run that diverged where the measure has no
 * worst value: -inf, or inf where lower is better.
 *
 *     method,block,value
 *     erm,seed 1,0.712
 *     rgd,seed 1,0.731
 */
#ifndef TABLE_NUMBERS_H
#define TABLE_NUMBERS_H

#include "base/listener.h"
#include "stats/adjust.h"
#include "stats/bayes.h"
#include "stats/bootstrap.h"
#include "stats/friedman.h"
#include "stats/paired.h"
#include "table/sheet/sheet.h"

enum { SAMPLES_MAX_METHODS = 64 };

struct numbers {
    const char *const *methods, *const *blocks; /* in the order of the file */
    int n_methods, n_blocks;
    const double *values; /* [n_blocks][n_methods], NaN: not there */
};

/* In `arena`. The error names file, line and what is wrong; so for labels that look alike. */
int numbers_read(const char *path, bool smaller_is_better, struct arena *arena,
                 struct numbers *ret_samples, struct error *err);

struct numbers_options {
    const char *baseline; /* compare with this method only; NULL: all pairs */
    bool smaller_is_better;
    double rope;          /* differences up to this are as good as none */
    double seed;          /* of resampling */
    const struct adjust_type *correction;
};

struct numbers_method {
    const char *name;
    struct summary summary;
    struct bootstrap bootstrap;
    double mean_rank; /* NaN where there is no Friedman test */
};

enum { SAMPLES_MAX_TESTS = 8 };

struct numbers_pair {
    const char *a, *b;
    struct paired compared;
    struct test_result tests[SAMPLES_MAX_TESTS]; /* as test_types; p NaN: does not apply */
    double corrected[SAMPLES_MAX_TESTS];
    double improvement; /* P(a value of a better than one of b) */
    struct bayes bayes; /* .left: b is better, .right: a is */
};

struct numbers_results {
    const struct numbers *samples;
    struct numbers_options options;
    struct numbers_method *methods; /* [samples->n_methods] */
    struct numbers_pair *pairs;
    int n_pairs;
    bool is_of_shares;         /* all values are 0 or 1 */
    bool has_friedman;         /* 3 methods and 2 complete blocks at least */
    struct friedman friedman;
    int n_incomplete;          /* blocks that it leaves out */
};

/* listener: NULL, or is told which pair it is at. */
int numbers_analyse(const struct numbers *s, const struct numbers_options *options,
                    const struct listener *listener, struct arena *arena,
                    struct numbers_results *ret_results, struct error *err);

/* For people; the formats for programs get the pairs. */
void numbers_write(const struct numbers_results *r, const struct sheet_format *format,
                   struct arena *arena, struct text *t);
void numbers_write_json(const struct numbers_results *r, struct text *t);

#endif
