/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * tables: of runs that hold environments out, with what a reader must know to believe them (table/table.h).
 */
#ifndef DOMAINBED_TABLES_H
#define DOMAINBED_TABLES_H

#include "domainbed/held_out.h"
#include "table/table.h"

/* DomainBed's tables under its rules, or one of them: an environment a column, then averages. */
void table_domainbed(const struct held_out *h, const struct table_options *options,
                     struct text *ret_text);

/* Every method on every data set under options->rule against the baseline: what was selected, the mean
 * over environments paired by trial. */
int table_held_out(const struct held_out *h, const struct table_options *options,
                   struct text *ret_text, struct error *err);

#endif
