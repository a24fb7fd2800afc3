/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/fold.h"

#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Capitals whose small letters come `distance` behind them; at distance 1 every second one is a capital. A small
 * letter takes as many bytes of UTF-8 as its capital. */
static const struct {
    unsigned first, last, distance;
} capitals[] = {
    {'A', 'Z', 32},      {0xC0, 0xD6, 32},    {0xD8, 0xDE, 32},    {0x100, 0x12F, 1},   {0x132, 0x137, 1},
    {0x139, 0x148, 1},   {0x14A, 0x177, 1},   {0x179, 0x17E, 1},   {0x391, 0x3A9, 32},  {0x400, 0x40F, 80},
    {0x410, 0x42F, 32},  {0x460, 0x481, 1},   {0x48A, 0x4BF, 1},   {0x4D0, 0x52F, 1},   {0x531, 0x556, 48},
    {0x1E00, 0x1E95, 1}, {0x1EA0, 0x1EFF, 1},
};

static unsigned small_of(unsigned code)
{
    for (size_t i = 0; i < sizeof capitals / sizeof *capitals; i++)
        if (code >= capitals[i].first && code <= capitals[i].last)
            return capitals[i].distance > 1 || (code - capitals[i].first) % 2 == 0 ? code + capitals[i].distance : code;
    return code;
}

/* Of all widths, and the one that does not break a line. */
static bool is_blank(unsigned code)
{
    return code == ' ' || code == 0xA0 || (code >= 0x2000 && code <= 0x200A) || code == 0x202F || code == 0x205F ||
           code == 0x3000;
}

char *fold_name(const char *s, char *to)
{
    char *at = to;

    while (*s) {
        unsigned code;
        int size = text_code_point(s, &code);

        if (size == 0 && strchr("\t\n\r", *s))
            s++;
        else if (size == 0)
            *at++ = *s++;
        else if (is_blank(code))
            s += size;
        else if (size > 3)
            for (; size > 0; size--)
                *at++ = *s++;
        else {
            code = small_of(code);
            s += size;
            if (size == 3)
                *at++ = (char)(0xE0 | code >> 12);
            if (size > 1)
                *at++ = (char)(size == 2 ? 0xC0 | code >> 6 : 0x80 | (code >> 6 & 0x3F));
            *at++ = (char)(size == 1 ? code : 0x80 | (code & 0x3F));
        }
    }
    *at = '\0';
    return to;
}
