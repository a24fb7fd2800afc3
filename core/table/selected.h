/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * selected: what a table is made of, as a file that `rgdbench stats` and other programs read: a line for
 * each method and trial, with every digit.
 *
 *     method,block,value,validation,condition,seed,configuration
 *     rgd,seed 3,0.7312,0.7145,,3,objective.clip=1 train.lr=0.02
 *
 * The block is the condition and the seed, so that methods pair under each condition. Values are as
 * the measure has them, also where lower is better (`stats FILE better=lower`). A run that diverged has the
 * measure's worst value; where there is none -inf, or inf where lower is better.
 */
#ifndef TABLE_SELECTED_H
#define TABLE_SELECTED_H

#include "analysis/select.h"

void selected_write(const struct selections *s, struct text *t);

#endif
