/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * html: the parts that pages are put together from. Every text given is escaped.
 */
#ifndef PAGE_HTML_H
#define PAGE_HTML_H

#include "base/text.h"

/* From <!doctype html> to the open <main>, with styles and the security policy. */
void html_begin(struct text *t, const char *title);
void html_end(struct text *t); /* with the script that sorts tables */

void html_text(struct text *t, const char *s);
void html_heading(struct text *t, const char *id, const char *title); /* level 2 */
void html_paragraph(struct text *t, const char *class, const char *s);

/* A text that opens on demand, as it is. */
void html_details(struct text *t, const char *summary, const char *s);

/* What may be wider than the page scrolls by itself. */
void html_begin_scroll(struct text *t, const char *label);
void html_end_scroll(struct text *t);

/* An SVG file's bytes as an image, with the text for those who cannot see it. */
void html_figure(struct text *t, const void *svg, size_t size, const char *alt,
                 const char *caption);

#endif
