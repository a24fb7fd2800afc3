/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "os/say.h"

#include "base/text.h"

#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static void put(FILE *out, const char *s, size_t size, const char *kept)
{
    struct text plain = {0};

    text_add_plain(&plain, s, size, kept);
    if (plain.size)
        fwrite(plain.s, 1, plain.size, out);
    text_release(&plain);
}

/* How many of the bytes behind s[0] .. s[-1 + size] are line ends. */
static size_t count_ends(const char *s, size_t size)
{
    size_t n = 0;

    while (n < size && s[size - 1 - n] == '\n')
        n++;
    return n;
}

void say(FILE *out, const char *format, ...)
{
    size_t n_first = strspn(format, "\n"), n_last;
    struct text t = {0};
    va_list args;

    va_start(args, format);
    text_print(&t, format, args);
    va_end(args);
    n_last = count_ends(format + n_first, strlen(format) - n_first);
    put(out, t.s, n_first, "\n");
    put(out, t.s + n_first, t.size - n_first - n_last, strchr(format, '\t') ? "\t" : "");
    put(out, t.s + t.size - n_last, n_last, "\n");
    text_release(&t);
}

void say_page(FILE *out, const char *text)
{
    for (const char *line = text; line && *line;) {
        size_t size = strcspn(line, "\n");
        size_t n_shown = size > 0 && line[size] && line[size - 1] == '\r' ? size - 1 : size;

        put(out, line, n_shown, "");
        line += size;
        if (*line)
            fputs(n_shown < size ? "\r\n" : "\n", out), line++;
    }
}

void say_over(const char *line)
{
    struct winsize size;
    int width = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0 ? 80 : size.ws_col;
    int n_left = width - 1;
    const char *end = line;

    while (*end && (((unsigned char)*end & 0xC0) == 0x80 || n_left-- > 0))
        end++;
    fputs("\r", stderr);
    put(stderr, line, (size_t)(end - line), "");
    fputs("\033[K", stderr);
}

void say_clear(void)
{
    fputs("\r\033[K", stderr);
}
