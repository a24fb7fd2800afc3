/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * noisy_labels: labels that people or programs gave to the training examples, wrong where they differ from the data
 * set's own. A description names a file of text, below the data root, with tabs between its columns, a line of their
 * names and then a line for each training example, in the data set's order; and which columns an experiment may choose
 * (data.noisy_labels), in its own words:
 *
 *     noisy_file = "cifar10n.tsv",
 *     noisy_labels = { "aggregate aggre_label", "worst worse_label" },
 *     clean_labels = "clean_label",
 *
 * Labels are class numbers from 0. The column `clean_labels` has to be the data set's own labels, as nothing else in
 * the file would tell that the order is another.
 */
#ifndef DATA_NOISY_LABELS_H
#define DATA_NOISY_LABELS_H

#include "data/dataset.h"

/* What a description says of them, for data_keys.c. */
#define NOISY_LABELS_KEYS \
    {"noisy_file", DATA_KEY_TEXT, \
     .doc = "other labels of the training examples: a line of names, then a line each in their order, with tabs"}, \
    {"noisy_labels", DATA_KEY_TEXTS, .doc = "its columns for data.noisy_labels, each as \"NAME COLUMN\""}, \
    {"clean_labels", DATA_KEY_TEXT, .doc = "its column that the data set's own labels have to equal"}

/* Fills in d->noisy and d->n_noisy, where the description names a file. */
int noisy_labels_read(struct dataset *d, const struct dataset_source *source, struct error *err);

/* Is the file there, where the description names one? As dataset_is_present. */
bool noisy_labels_is_present(const struct dataset_source *source, struct arena *arena, const char **ret_missing);

/* Those that are called `name`, or NULL with an error that names those that there are. */
const struct noisy_labels *noisy_labels_find(const struct dataset *d, const char *name, struct error *err);

#endif
