/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * data_describe: what a data set is made of, for people: fields, classes in each part, groups, missing values, where
 * it is and how large. Lines have at most 100 columns; a list that is too long says how much of it is left out.
 */
#ifndef COMMANDS_DATA_DESCRIBE_H
#define COMMANDS_DATA_DESCRIBE_H

#include "data/dataset.h"

/* Printed. */
void data_describe(const struct dataset *d, const struct dataset_source *source);

#endif
