/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "page/html.h"

#include "base/hash.h"
#include "page/base64.h"
#include "table/sheet/escape.h"

#include <stdio.h>
#include <string.h>

/* page.css and page.js, put in by the assembler. */
extern const char page_css[], page_js[];
__asm__(".pushsection .rodata\n"
        ".global page_css\npage_css:\n.incbin \"core/page/page.css\"\n.byte 0\n"
        ".global page_js\npage_js:\n.incbin \"core/page/page.js\"\n.byte 0\n"
        ".popsection\n");

static void add_script_hash(struct text *t)
{
    char hex[HASH_HEX_SIZE];
    unsigned char bytes[32];

    hash_block(page_js, strlen(page_js), hex);
    for (int i = 0; i < 32; i++) {
        unsigned byte = 0;

        sscanf(hex + 2 * i, "%2x", &byte);
        bytes[i] = (unsigned char)byte;
    }
    base64_write(t, bytes, sizeof bytes);
}

void html_begin(struct text *t, const char *title)
{
    text_printf(t, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                   "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                   "img-src data:; style-src 'unsafe-inline'; script-src 'sha256-");
    add_script_hash(t);
    text_printf(t, "'\">\n<title>");
    escape_html(t, title);
    text_printf(t, "</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>\n%s</style>\n</head>\n<body>\n"
                   "<a class=\"skip\" href=\"#main\">Skip to the content</a>\n<main id=\"main\">\n",
                page_css);
}

void html_end(struct text *t)
{
    text_printf(t, "</main>\n<script>%s</script>\n</body>\n</html>\n", page_js);
}

void html_text(struct text *t, const char *s)
{
    escape_html(t, s);
}

void html_heading(struct text *t, const char *id, const char *title)
{
    text_printf(t, "<h2 id=\"%s\">", id);
    escape_html(t, title);
    text_printf(t, "</h2>\n");
}

void html_paragraph(struct text *t, const char *class, const char *s)
{
    text_printf(t, "<p%s%s%s>", class ? " class=\"" : "", class ? class : "", class ? "\"" : "");
    escape_html(t, s);
    text_printf(t, "</p>\n");
}

/* Piece by piece: escape_html shows control characters, and line ends and tabs are some. */
static void add_lines(struct text *t, const char *s)
{
    while (*s) {
        size_t length = strcspn(s, "\n\t");
        struct text line = {0};

        text_add(&line, s, length);
        escape_html(t, line.s);
        text_release(&line);
        text_printf(t, s[length] == '\t' ? "\t" : "\n");
        s += length + (s[length] != '\0');
    }
}

void html_details(struct text *t, const char *summary, const char *s)
{
    text_printf(t, "<details><summary>");
    escape_html(t, summary);
    text_printf(t, "</summary><pre tabindex=\"0\">");
    add_lines(t, s);
    text_printf(t, "</pre></details>\n");
}

void html_begin_scroll(struct text *t, const char *label)
{
    text_printf(t, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"");
    escape_html(t, label);
    text_printf(t, "\">\n");
}

void html_end_scroll(struct text *t)
{
    text_printf(t, "</div>\n");
}

void html_figure(struct text *t, const void *svg, size_t size, const char *alt,
                 const char *caption)
{
    text_printf(t, "<figure><img loading=\"lazy\" alt=\"");
    escape_html(t, alt);
    text_printf(t, "\" src=\"data:image/svg+xml;base64,");
    base64_write(t, svg, size);
    text_printf(t, "\"><figcaption>");
    escape_html(t, caption);
    text_printf(t, "</figcaption></figure>\n");
}
