/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * unicode: what a code point is, and UTF-8. The only door to utf8proc.
 */
#ifndef TEXT_UNICODE_H
#define TEXT_UNICODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { UNICODE_MAX_BYTES = 4, UNICODE_MAX_PARTS = 4 };

/* "Unicode 15.0.0, utf8proc 2.8.0" of the library that runs; lives as long as the process. */
const char *unicode_version(void);

/* Bytes of the code point that `size` bytes at s begin with; 0: they are not well-formed UTF-8. */
int unicode_read(const char *s, size_t size, int32_t *ret_code);
/* The place of the first byte that is not UTF-8; `size`: there is none. */
size_t unicode_find_bad(const char *s, size_t size);
/* Bytes written. */
int unicode_write(int32_t code, char ret_bytes[UNICODE_MAX_BYTES]);

bool unicode_is_control(int32_t code);     /* categories Cc, Cf, Co */
bool unicode_is_space(int32_t code);       /* property White_Space */
bool unicode_is_mark(int32_t code);        /* category Mn */
bool unicode_is_punctuation(int32_t code); /* categories P */

/* Where a mark stands among those behind a letter; 0: it is none of them. */
int unicode_combining_class(int32_t code);

/* The canonical decomposition, not yet in order of combining classes; and the lower case, which is of two
 * code points for U+0130. Both give the number of code points. */
int unicode_decompose(int32_t code, int32_t ret_parts[UNICODE_MAX_PARTS]);
int unicode_lower(int32_t code, int32_t ret_parts[UNICODE_MAX_PARTS]);

#endif
