/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/escape.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

int escape_code_point(const char *text, unsigned *ret_code)
{
    static const uint32_t least[] = {0, 0x20, 0x80, 0x800, 0x10000};
    const unsigned char *s = (const unsigned char *)text;
    int size = s[0] < 0x80 ? 1 : s[0] < 0xC0 ? 0 : s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : 4;
    uint32_t c;

    if (size == 0 || s[0] >= 0xF8)
        return 0;
    c = size == 1 ? s[0] : s[0] & (0x7Fu >> size);
    for (int i = 1; i < size; i++) {
        if ((s[i] & 0xC0) != 0x80)
            return 0;
        c = c << 6 | (s[i] & 0x3F);
    }
    /* Control characters, surrogates, direction marks, what XML forbids. */
    if (c < least[size] || (c >= 0x7F && c < 0xA0) || (c >= 0xD800 && c < 0xE000) ||
        (c >= 0x2028 && c < 0x202F) || (c >= 0x2066 && c < 0x206A) || c == 0x200E || c == 0x200F ||
        (c & 0xFFFE) == 0xFFFE || c > 0x10FFFF)
        return 0;
    if (ret_code)
        *ret_code = c;
    return size;
}

/* What one format writes for the ASCII character at s; NULL: the character itself. */
typedef const char *replacement(const char *s);

/* `other` is for code points beyond ASCII, or NULL: as they are. */
static void escape(struct text *t, const char *s, replacement *replace,
                   void (*other)(struct text *t, const char *s, int size, unsigned code))
{
    static const char unknown[] = "\xEF\xBF\xBD"; /* U+FFFD */
    int size;

    for (; *s; s += size ? size : 1) {
        unsigned code = 0xFFFD;
        const char *instead;

        size = escape_code_point(s, &code);
        instead = size == 1 ? replace(s) : NULL;
        if (instead)
            text_printf(t, "%s", instead);
        else if (size != 1 && other)
            other(t, size ? s : unknown, size ? size : 3, code);
        else
            text_add(t, size ? s : unknown, size ? (size_t)size : 3);
    }
}

static const char *nothing(const char *s)
{
    (void)s;
    return NULL;
}

void escape_plain(struct text *t, const char *s)
{
    escape(t, s, nothing, NULL);
}

static const char *in_markdown(const char *s)
{
    switch (*s) {
    case '|': return "\\|";
    case '*': return "\\*";
    case '_': return "\\_";
    case '`': return "\\`";
    case '[': return "\\[";
    case ']': return "\\]";
    case '~': return "\\~";
    case '$': return "\\$";
    case '#': return "\\#";
    case '@': return "&#64;"; /* no mention of a person */
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '&': return "&amp;";
    case '\\': return "\\\\";
    default: return NULL;
    }
}

void escape_markdown(struct text *t, const char *s)
{
    escape(t, s, in_markdown, NULL);
}

static const char *in_latex(const char *s)
{
    switch (*s) {
    case '&': return "\\&";
    case '%': return "\\%";
    case '$': return "\\$";
    case '#': return "\\#";
    case '_': return "\\_";
    case '{': return "\\{";
    case '}': return "\\}";
    case '~': return "\\textasciitilde{}";
    case '^': return "\\textasciicircum{}";
    case '\\': return "\\textbackslash{}";
    case '<': return "\\textless{}";
    case '>': return "\\textgreater{}";
    case '|': return "\\textbar{}";
    case '"': return "\\textquotedbl{}";
    case '\'': return "\\textquotesingle{}";
    case '`': return "\\textasciigrave{}";
    case '-': return s[1] == '-' ? "-{}" : NULL; /* no ligature: -- stays two */
    default: return NULL;
    }
}

/* Latin letters that inputenc knows, and the signs that we write ourselves. */
static void latex_other(struct text *t, const char *s, int size, unsigned code)
{
    switch (code) {
    case 0xB1: text_printf(t, "$\\pm$"); return;
    case 0xD7: text_printf(t, "$\\times$"); return;
    case 0x2013: text_printf(t, "--"); return;
    case 0x2026: text_printf(t, "\\ldots{}"); return;
    case 0x2212: text_printf(t, "$-$"); return;
    case 0x2264: text_printf(t, "$\\le$"); return;
    }
    if (code >= 0xC0 && code <= 0xFF && code != 0xF7)
        text_add(t, s, (size_t)size);
    else
        text_printf(t, "[U+%04X]", code);
}

void escape_latex(struct text *t, const char *s)
{
    escape(t, s, in_latex, latex_other);
}

static const char *in_csv(const char *s)
{
    return *s == '"' ? "\"\"" : NULL;
}

void escape_csv(struct text *t, const char *s)
{
    bool is_formula = *s && strchr("=+-@", *s), is_quoted = is_formula || strpbrk(s, ",\"");

    text_printf(t, "%s%s", is_quoted ? "\"" : "", is_formula ? "'" : "");
    escape(t, s, in_csv, NULL);
    text_printf(t, is_quoted ? "\"" : "");
}

static const char *in_json(const char *s)
{
    return *s == '"' ? "\\\"" : *s == '\\' ? "\\\\" : NULL;
}

void escape_json(struct text *t, const char *s)
{
    text_printf(t, "\"");
    escape(t, s, in_json, NULL);
    text_printf(t, "\"");
}

static const char *in_html(const char *s)
{
    switch (*s) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return NULL;
    }
}

void escape_html(struct text *t, const char *s)
{
    escape(t, s, in_html, NULL);
}
