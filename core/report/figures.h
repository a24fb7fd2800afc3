/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * figures: the pictures of an experiment, from its store.
 *
 *   validation-METHOD  accuracy over the two settings that the method varies
 *   learning-curves    test accuracy over epochs, the selected points, 95% bands
 *   class-accuracy     test accuracy of each class, from head to tail
 *
 * Under several conditions each gets its own, numbered in the table's order.
 */
#ifndef REPORT_FIGURES_H
#define REPORT_FIGURES_H

#include "report/plot.h"
#include "report/select.h"

/* Calls `drawn` with the path of each picture, without its ending. */
int figures_draw(struct store *store, const struct selections *s,
                 const struct plot_target *target,
                 void (*drawn)(void *context, const char *path), void *context,
                 struct error *err);

#endif
