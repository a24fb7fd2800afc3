/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text.h"

#include "base/memory.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void reserve(struct text *t, size_t more)
{
    size_t capacity = t->capacity ? t->capacity : 128;

    while (capacity - t->size <= more)
        capacity *= 2;
    if (capacity == t->capacity)
        return;
    t->s = memory_resize(t->s, capacity);
    t->capacity = capacity;
}

void text_add(struct text *t, const char *bytes, size_t size)
{
    reserve(t, size);
    memcpy(t->s + t->size, bytes, size);
    t->size += size;
    t->s[t->size] = '\0';
}

void text_add_string(struct text *t, const char *s)
{
    text_add(t, s, strlen(s));
}

void text_add_long(struct text *t, long i)
{
    char digits[24], *at = digits + sizeof digits;
    unsigned long left = i < 0 ? -(unsigned long)i : (unsigned long)i;

    do {
        *--at = (char)('0' + left % 10);
    } while (left /= 10);
    if (i < 0)
        *--at = '-';
    text_add(t, at, (size_t)(digits + sizeof digits - at));
}

void text_add_quoted(struct text *t, const char *s)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./=,:+@%-";

    if (*s && !s[strspn(s, plain)]) {
        text_add_string(t, s);
        return;
    }
    text_add(t, "'", 1);
    for (; *s; s++)
        if (*s == '\'')
            text_add_string(t, "'\\''");
        else
            text_add(t, s, 1);
    text_add(t, "'", 1);
}

void text_print(struct text *t, const char *format, va_list args)
{
    va_list again;
    int n;

    va_copy(again, args);
    n = vsnprintf(NULL, 0, format, again);
    va_end(again);
    reserve(t, (size_t)n);
    vsnprintf(t->s + t->size, (size_t)n + 1, format, args);
    t->size += (size_t)n;
}

void text_printf(struct text *t, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    text_print(t, format, args);
    va_end(args);
}

void text_release(struct text *t)
{
    free(t->s);
    *t = (struct text){0};
}

void text_number(double x, char ret_text[TEXT_NUMBER_SIZE])
{
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(ret_text, TEXT_NUMBER_SIZE, "%.*g", digits, x);
        if (strtod(ret_text, NULL) == x)
            break;
    }
    /* %g turns 100 into 1e+02 at one digit; whole numbers read better plain. */
    if (x > -1e15 && x < 1e15 && x == (double)(long long)x)
        snprintf(ret_text, TEXT_NUMBER_SIZE, "%lld", (long long)x);
}

double text_tidy_zero(const char *format, double x)
{
    char s[TEXT_NUMBER_SIZE];

    if (!(x <= 0 && x > -1))
        return x;
    snprintf(s, sizeof s, format, x);
    return s[0] == '-' && s[1 + strspn(s + 1, "0.")] == '\0' ? 0 : x;
}

int text_parse_number(const char *s, double *ret_x)
{
    const char *p = s + (*s == '-' || *s == '+');
    char *end;
    double x;

    if (!isdigit((unsigned char)*p) && !(*p == '.' && isdigit((unsigned char)p[1])) &&
        strcmp(p, "inf") != 0)
        return -1; /* no blanks, no "nan" */
    if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X'))
        return -1;
    errno = 0;
    x = strtod(s, &end);
    if (*end || (errno == ERANGE && (x > 1 || x < -1)))
        return -1;
    *ret_x = x == 0 ? 0 : x; /* no minus zero in a spec */
    return 0;
}

/* Damerau-Levenshtein distance (optimal string alignment), of short words. */
static int distance(const char *a, const char *b)
{
    enum { MAX = 48 };
    int row[3][MAX + 1];
    int n = (int)strlen(a), m = (int)strlen(b);

    if (n > MAX || m > MAX)
        return INT_MAX;
    for (int j = 0; j <= m; j++)
        row[0][j] = j;
    for (int i = 1; i <= n; i++) {
        int *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];

        now[0] = i;
        for (int j = 1; j <= m; j++) {
            int best = last[j - 1] + (a[i - 1] != b[j - 1]);

            if (last[j] + 1 < best)
                best = last[j] + 1;
            if (now[j - 1] + 1 < best)
                best = now[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                before[j - 2] + 1 < best)
                best = before[j - 2] + 1;
            now[j] = best;
        }
    }
    return row[n % 3][m];
}

const char *text_nearest(const char *word, const char *const *words)
{
    const char *best = NULL;
    int least = 1 + (int)strlen(word) / 2;

    for (; *words; words++) {
        int d = distance(word, *words);

        if (strlen(word) > 2 && strncmp(word, *words, strlen(word)) == 0)
            d = 1; /* a beginning is a near miss however much is left */
        if (d < least) {
            least = d;
            best = *words;
        }
    }
    return best;
}

/* SAID "NAME", did you mean "X"?; LEAD: all that is known. */
static int suggest(struct error *err, const struct text *said, const char *name, const char *lead,
                   const char *const *known)
{
    const char *nearest = text_nearest(name, known);
    struct text all = {0};

    text_words(&all, known);
    error_set(err, "%s \"%.60s%s\"%s%s%s; %s: %s", said->s, name, strlen(name) > 60 ? "..." : "",
              nearest ? ", did you mean \"" : "",
              nearest ? nearest : "", nearest ? "\"?" : "", lead, all.s ? all.s : "none");
    text_release(&all);
    return -1;
}

int text_unknown(struct error *err, const char *what, const char *name, const char *const *known)
{
    struct text said = {0};

    text_printf(&said, "unknown %s", what);
    suggest(err, &said, name, "known", known);
    text_release(&said);
    return -1;
}

int text_lacks(struct error *err, const char *whole, const char *part, const char *name,
               const char *const *known)
{
    struct text said = {0};

    text_printf(&said, "%s has no %s", whole, part);
    suggest(err, &said, name, "it has", known);
    text_release(&said);
    return -1;
}

void text_words(struct text *t, const char *const *words)
{
    for (int i = 0; words[i]; i++)
        text_printf(t, "%s%s", i ? " " : "", words[i]);
}

int text_width(const char *s)
{
    int width = 0;

    for (; *s; s++)
        width += ((unsigned char)*s & 0xC0) != 0x80;
    return width;
}

/* Code points that nobody sees, or that change what others look like. */
static const struct {
    unsigned first, last;
} hidden[] = {
    {0x0, 0x1F},        {0x7F, 0x9F},       {0xAD, 0xAD}, /* soft hyphen */
    {0x61C, 0x61C},     {0x180E, 0x180E},   {0x200B, 0x200F}, {0x2028, 0x202E},
    {0x2060, 0x206F},   {0xD800, 0xDFFF},   {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB},
    {0xE0000, 0xE0FFF}, /* tags */
};

static int is_shown(unsigned code)
{
    if (code >= 0x20 && code < 0x7F)
        return 1;
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
        if (code >= hidden[i].first && code <= hidden[i].last)
            return 0;
    return (code & 0xFFFE) != 0xFFFE && code <= 0x10FFFF; /* what XML forbids */
}

int text_code_point(const char *text, unsigned *ret_code)
{
    static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *s = (const unsigned char *)text;
    int size = *s < 0x80 ? 1 : *s >> 5 == 6 ? 2 : *s >> 4 == 14 ? 3 : *s >> 3 == 30 ? 4 : 0;
    unsigned code = size == 1 ? *s : *s & (0x7fu >> size);

    for (int i = 1; i < size; i++) {
        if ((s[i] & 0xC0) != 0x80)
            return 0;
        code = code << 6 | (s[i] & 0x3fu);
    }
    if (size == 0 || code < least[size] || !is_shown(code)) /* too long a form too */
        return 0;
    if (ret_code)
        *ret_code = code;
    return size;
}

/* Bytes from s, at most `most`, that can stay as they are. */
static size_t count_plain(const char *s, size_t most, const char *kept)
{
    size_t n = 0;

    while (n < most) {
        int size = s[n] && strchr(kept, s[n]) ? 1 : text_code_point(s + n, NULL);

        if (size == 0 || n + (size_t)size > most)
            break;
        n += (size_t)size;
    }
    return n;
}

void text_add_plain(struct text *t, const char *s, size_t size, const char *kept)
{
    for (const char *end = s + size;; s++) {
        size_t n = count_plain(s, (size_t)(end - s), kept);

        text_add(t, s, n);
        s += n;
        if (s == end)
            return;
        text_add_string(t, TEXT_UNKNOWN);
    }
}

void text_make_plain(char *s, size_t size, const char *kept)
{
    for (char *end = s + size;; *s++ = '?') {
        s += count_plain(s, (size_t)(end - s), kept);
        if (s == end)
            return;
    }
}

int text_is_plain(const char *s)
{
    size_t size = strlen(s);

    return count_plain(s, size, "") == size;
}

int text_is_name(const char *s)
{
    size_t n = strlen(s);

    if (n < 1 || n > 64 || s[0] == '.' || s[0] == '-')
        return 0;
    return strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-") == n;
}
