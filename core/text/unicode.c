/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text/unicode.h"

#include <assert.h>
#include <stdio.h>
#include <utf8proc.h>

const char *unicode_version(void)
{
    static char text[80];

    if (!*text)
        snprintf(text, sizeof text, "Unicode %s, utf8proc %s", utf8proc_unicode_version(),
                 utf8proc_version());
    return text;
}

int unicode_read(const char *s, size_t size, int32_t *ret_code)
{
    utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)s,
                                          size < UNICODE_MAX_BYTES ? (utf8proc_ssize_t)size : UNICODE_MAX_BYTES,
                                          ret_code);

    return n > 0 ? (int)n : 0;
}

size_t unicode_find_bad(const char *s, size_t size)
{
    int32_t code;
    size_t i = 0;
    int n;

    for (; i < size; i += (size_t)n)
        if ((n = unicode_read(s + i, size - i, &code)) == 0)
            return i;
    return size;
}

int unicode_write(int32_t code, char ret_bytes[UNICODE_MAX_BYTES])
{
    return (int)utf8proc_encode_char(code, (utf8proc_uint8_t *)ret_bytes);
}

bool unicode_is_control(int32_t code)
{
    utf8proc_category_t c = utf8proc_category(code);

    return c == UTF8PROC_CATEGORY_CC || c == UTF8PROC_CATEGORY_CF || c == UTF8PROC_CATEGORY_CO;
}

bool unicode_is_space(int32_t code)
{
    utf8proc_category_t c = utf8proc_category(code);

    return c == UTF8PROC_CATEGORY_ZS || c == UTF8PROC_CATEGORY_ZL || c == UTF8PROC_CATEGORY_ZP ||
           (code >= '\t' && code <= '\r') || code == 0x85;
}

bool unicode_is_mark(int32_t code)
{
    return utf8proc_category(code) == UTF8PROC_CATEGORY_MN;
}

bool unicode_is_punctuation(int32_t code)
{
    utf8proc_category_t c = utf8proc_category(code);

    return c >= UTF8PROC_CATEGORY_PC && c <= UTF8PROC_CATEGORY_PO;
}

int unicode_combining_class(int32_t code)
{
    return utf8proc_get_property(code)->combining_class;
}

int unicode_decompose(int32_t code, int32_t ret_parts[UNICODE_MAX_PARTS])
{
    int boundary = UTF8PROC_BOUNDCLASS_START;
    utf8proc_ssize_t n = utf8proc_decompose_char(code, ret_parts, UNICODE_MAX_PARTS, UTF8PROC_DECOMPOSE,
                                                 &boundary);

    assert(n >= 1 && n <= UNICODE_MAX_PARTS); /* no canonical decomposition is longer */
    return (int)n;
}

int unicode_lower(int32_t code, int32_t ret_parts[UNICODE_MAX_PARTS])
{
    if (code == 0x130) { /* I with a dot: SpecialCasing.txt's one entry without a condition */
        ret_parts[0] = 'i';
        ret_parts[1] = 0x307;
        return 2;
    }
    ret_parts[0] = utf8proc_tolower(code);
    return 1;
}
