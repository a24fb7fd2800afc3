/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * override: one word of the command line changes an experiment.
 *
 *     train.lr=0.05            set        train.lr=0.1,0.05      vary
 *     train.lr=logspace(-3,-1,5)          train.epochs=range(2,8,2)
 *     data.test_envs=held_out(4)          [0] [1] [2] [3]; held_out(4,2): and the pairs
 *     seeds=3                             methods=erm,rgd     methods=all
 *     conditions=model,train.batch        what is never tuned over; conditions=none
 *     draws=8                             train.lr=log_uniform(1e-3,0.1)   (search.h)
 *     smoke                    the words that the script says run it in under a minute
 *     rgd.objective.clip=1,2   one method's own      ~rgd_mean_one   drop a method
 *
 * A setting goes to the experiment and to every method that can have it; where a
 * method sets it itself, it is replaced there too.
 */
#ifndef PLAN_OVERRIDE_H
#define PLAN_OVERRIDE_H

#include "plan/experiment.h"

/* -1 with an error that says what would be valid; `e` is then of no more use. */
int override_apply(struct experiment *e, const char *word, struct error *err);

/* After the last word: the experiment's default_methods, where no word chose. */
int override_end(struct experiment *e, struct error *err);

#endif
