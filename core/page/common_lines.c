/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "page/common_lines.h"

#include "base/text.h"

#include <stdbool.h>
#include <string.h>

/* Compares the first lines of two texts; an ended text is after all. */
static int compare_lines(const char *a, const char *b)
{
    size_t n_a = strcspn(a, "\n"), n_b = strcspn(b, "\n");
    int order = strncmp(a, b, n_a < n_b ? n_a : n_b);

    if (!*a || !*b)
        return !*a - !*b;
    return order ? order : (n_a > n_b) - (n_a < n_b);
}

static const char *next_line(const char *s)
{
    s += strcspn(s, "\n");
    return s + (*s == '\n');
}

/* Lines of a that are (or are not) in b. Lines of settings are sorted by name, so that
 * equal ones meet; a line whose value alone differs is passed in both. */
static const char *choose_lines(const char *a, const char *b, bool wants_common,
                                struct arena *arena)
{
    struct text kept = {0};
    const char *result;

    while (*a) {
        while (*b && compare_lines(b, a) < 0)
            b = next_line(b);
        if ((*b && compare_lines(a, b) == 0) == wants_common)
            text_add(&kept, a, (size_t)(next_line(a) - a));
        a = next_line(a);
    }
    result = arena_strdup(arena, kept.s ? kept.s : "");
    text_release(&kept);
    return result;
}

const char *common_lines_common(const char *const *texts, int n, struct arena *arena)
{
    struct arena scratch[2] = {{0}, {0}};
    const char *common = n > 0 ? texts[0] : "";

    for (int i = 1; i < n; i++) {
        arena_release(&scratch[i % 2]);
        common = choose_lines(common, texts[i], true, &scratch[i % 2]);
    }
    common = arena_strdup(arena, common);
    arena_release(&scratch[0]);
    arena_release(&scratch[1]);
    return common;
}

const char *common_lines_own(const char *text, const char *common, struct arena *arena)
{
    return choose_lines(text, common, false, arena);
}
