/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "table/sheet/escape.h"

#include <stdbool.h>
#include <string.h>

/* What one format writes for the ASCII character at s; NULL: the character itself. */
typedef const char *replacement(const char *s);

/* `other` is for code points beyond ASCII, or NULL: as they are. */
static void escape(struct text *t, const char *s, replacement *replace,
                   void (*other)(struct text *t, const char *s, int size, unsigned code))
{
    int size;

    for (; *s; s += size ? size : 1) {
        unsigned code = 0xFFFD;
        const char *instead;

        size = text_code_point(s, &code);
        instead = size == 1 ? replace(s) : NULL;
        if (instead)
            text_add_string(t, instead);
        else if (size != 1 && other)
            other(t, size ? s : TEXT_UNKNOWN, size ? size : 3, code);
        else
            text_add(t, size ? s : TEXT_UNKNOWN, size ? (size_t)size : 3);
    }
}

void escape_plain(struct text *t, const char *s)
{
    text_add_plain(t, s, strlen(s), "");
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

/* Also what a spreadsheet takes for one of these signs: their wide forms. */
static bool is_formula(const char *s)
{
    static const char *const signs[] = {"=",      "+",      "-",      "@", "\uFF1D",
                                        "\uFF0B", "\uFF0D", "\uFF20", NULL};
    double x;

    for (int i = 0; signs[i]; i++)
        if (strncmp(s, signs[i], strlen(signs[i])) == 0)
            return text_parse_number(s, &x) < 0;
    return false;
}

void escape_csv(struct text *t, const char *s)
{
    bool needs_mark = is_formula(s), is_quoted = needs_mark || strpbrk(s, ",\"");

    text_add(t, "\"'", (size_t)is_quoted + needs_mark);
    escape(t, s, in_csv, NULL);
    text_add(t, "\"", is_quoted);
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
