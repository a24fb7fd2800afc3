/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * table: results as text, Markdown, LaTeX (booktabs) and CSV. Reads the store
 * only; the same store gives the same bytes.
 */
#ifndef REPORT_TABLE_H
#define REPORT_TABLE_H

#include "report/select.h"

enum table_format { TABLE_TXT, TABLE_MD, TABLE_TEX, TABLE_CSV };

extern const char *const table_formats[]; /* names, NULL-ended */

/* All methods against the baseline, a block for each condition. */
int table_methods(const struct selections *s, enum table_format format, struct text *ret_text,
                  struct error *err);

/* Two methods in full, seed by seed. The error names what there is. */
int table_compare(const struct selections *s, const char *a, const char *b,
                  enum table_format format, struct text *ret_text, struct error *err);

#endif
