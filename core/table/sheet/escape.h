/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * escape: a stranger's text as plain text of a format: names, titles and values come
 * from scripts, data sets and foreign stores, and none of them may do more than be
 * read. The one place that knows what each format takes for an order.
 *
 * All take bytes that need not be UTF-8: what text_code_point refuses becomes U+FFFD, so
 * that nothing is hidden. Gnuplot has its own in plot.c.
 */
#ifndef TABLE_ESCAPE_H
#define TABLE_ESCAPE_H

#include "base/text.h"

typedef void escape_function(struct text *t, const char *s);

escape_function escape_plain;    /* for a terminal */
escape_function escape_markdown; /* GitHub's, in a cell or a paragraph */
escape_function escape_latex;    /* for pdflatex; what its fonts lack becomes [U+4E2D] */
escape_function escape_csv;      /* one field of RFC 4180. Where a spreadsheet would take it for
                                  * a formula (=, +, -, @ first, and it is no number) a ' comes
                                  * before it */
escape_function escape_json;     /* a string with its quotes */
escape_function escape_html;     /* text and attribute values in double quotes */

#endif
