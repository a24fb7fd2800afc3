/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/error.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* One line that a terminal shows and does not obey: libraries' words have line ends, the names in a
 * stranger's file anything. */
static void make_plain(char *text)
{
    for (char *p = text; *p; p++)
        if (*p == '\n' || *p == '\r')
            *p = p[1] ? ' ' : '\0';
    text_make_plain(text, strlen(text), "");
}

static void set(struct error *err, enum exit_status status, const char *format, va_list args)
{
    char text[sizeof err->text]; /* the arguments may point into err->text */

    vsnprintf(text, sizeof text, format, args);
    make_plain(text);
    memcpy(err->text, text, sizeof text);
    err->status = status;
}

int error_set(struct error *err, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    set(err, EXIT_BAD_INPUT, format, args);
    va_end(args);
    return -1;
}

int error_set_status(struct error *err, enum exit_status status, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    set(err, status, format, args);
    va_end(args);
    return -1;
}

int error_context(struct error *err, const char *format, ...)
{
    char context[300];
    char text[sizeof err->text];
    va_list args;

    va_start(args, format);
    vsnprintf(context, sizeof context, format, args);
    va_end(args);
    make_plain(context);
    memcpy(text, err->text, sizeof text);
    snprintf(err->text, sizeof err->text, "%s: %.*s", context,
             (int)(sizeof err->text - strlen(context) - 3), text);
    return -1;
}
