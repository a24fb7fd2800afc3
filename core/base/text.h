/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * text: a string that grows, numbers as text, and "did you mean".
 *
 *     struct text t = {0};
 *     text_printf(&t, "%d runs", n);
 *     say_page(stdout, t.s);
 *     text_release(&t);
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/error.h"

#include <stdarg.h>
#include <stddef.h>

struct text {
    char *s; /* always ends in a zero byte once something was added; else NULL */
    size_t size, capacity;
};

void text_printf(struct text *t, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void text_print(struct text *t, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
void text_add(struct text *t, const char *bytes, size_t size);
/* The same as text_printf of "%s" and "%ld", several times faster: for lines by the million. */
void text_add_string(struct text *t, const char *s);
void text_add_long(struct text *t, long i);
/* As a word for sh: in single quotes where it needs them. */
void text_add_quoted(struct text *t, const char *s);
void text_release(struct text *t);

#define TEXT_UNKNOWN "\xEF\xBF\xBD" /* U+FFFD: what could not be shown */

enum { TEXT_NUMBER_SIZE = 32 };

/* The shortest decimal that reads back as the same double: 0.1, 1e-05, 3. */
void text_number(double x, char ret_text[TEXT_NUMBER_SIZE]);

/* x for printf with `format` ("%+.2f"), but 0 where it would be written as a zero with a minus: "-0.00". */
double text_tidy_zero(const char *format, double x);

/* Reads all of `s` as a number, in the C locale's spelling. 0, or -1. */
int text_parse_number(const char *s, double *ret_x);

/* The word of the NULL-ended list that is nearest to `word` by edits, or NULL
 * where none is near. */
const char *text_nearest(const char *word, const char *const *words);

/* Sets `unknown WHAT "NAME", did you mean "X"?; known: ...` and gives -1. */
int text_unknown(struct error *err, const char *what, const char *name,
                 const char *const *known);

/* Sets `WHOLE has no PART "NAME", did you mean "X"?; it has: ...` and gives -1. */
int text_lacks(struct error *err, const char *whole, const char *part, const char *name,
               const char *const *known);

/* "word1 word2 word3" of a NULL-ended list, into t. */
void text_words(struct text *t, const char *const *words);

/* A column's width on a terminal: code points, not bytes, of UTF-8. */
int text_width(const char *s);

/* Bytes of the code point at s; 0 where there is none that may be shown: at the string's end, broken
 * UTF-8, control characters, what turns the direction of writing, what has no width, and what ends a
 * line or a paragraph. ret_code may be NULL. */
int text_code_point(const char *s, unsigned *ret_code);

/* Is every code point one that may be shown: fit for a terminal, a figure, a page? */
int text_is_plain(const char *s);

/* What may not be shown becomes U+FFFD, each of its bytes, but for the characters of `kept`: so a
 * terminal shows the string and does not obey it. What is of a format is table/sheet/escape.h's. */
void text_add_plain(struct text *t, const char *s, size_t size, const char *kept);

/* The same in place, with question marks; of `size` bytes and an end. */
void text_make_plain(char *s, size_t size, const char *kept);

/* Is this a name that we let into a path: [A-Za-z0-9_.-]{1,64}, no leading dot? */
int text_is_name(const char *s);

#endif
