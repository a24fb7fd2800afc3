/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * figure_fixture: for tests of the figures of stores that are made here: what they told, and what stands in
 * their files. Ends with remove_all, for cmocka in place of tear_down. */
#include "figure/figures.h"
#include "store_fixture.h"

enum { STEPS = 40 }; /* of each run */

static __attribute__((unused)) void ignore(void *context, const char *path, const char *doc)
{
    (void)context, (void)path;
    assert_null(strstr(doc, "%s"));
}

static const char *skipped; /* of the figures drawn last: "NAME: WHY\n" and so on */

static __attribute__((unused)) void note_skipped(void *context, const char *line)
{
    (void)context;
    skipped = arena_printf(&arena, "%s%s\n", skipped, line);
}

static int n_removed;

static __attribute__((unused)) void count_removed(void *context, const char *path)
{
    (void)context, (void)path;
    n_removed++;
}

static const struct figures_listener listener = {.drawn = ignore, .skipped = note_skipped,
                                                 .removed = count_removed};

/* Of the stores to come: classes, and the training examples of each; NULL: no run says. */
static int n_classes = 2;
static __attribute__((unused)) const float *class_counts;

static __attribute__((unused)) const char *list_classes(void)
{
    const char *list = "[\"c0\"";

    for (int c = 1; c < n_classes; c++)
        list = arena_printf(&arena, "%s,\"c%d\"", list, c);
    return arena_printf(&arena, "%s]", list);
}

static __attribute__((unused)) const char *read_text(const char *directory, const char *name)
{
    size_t size;
    char *bytes;

    read_file(arena_printf(&arena, "%s/%s", directory, name), &bytes, &size);
    return bytes;
}

/* The line-th row, from 0, of the block-th block of numbers. */
static __attribute__((unused)) void read_row(const char *directory, const char *name, int block, int line, int n, double *ret)
{
    const char *at = read_text(directory, arena_printf(&arena, "%s.dat", name));

    for (int i = 0; i < block; i++) {
        at = strstr(at, "\n\n\n");
        assert_non_null(at);
        at += 3;
    }
    for (; *at == '#' || line > 0; at = strchr(at, '\n') + 1)
        line -= *at != '#';
    for (int i = 0; i < n; i++) {
        char *end;

        ret[i] = strtod(at, &end);
        assert_true(end > at);
        at = end;
    }
}

static __attribute__((unused)) void says(const char *directory, const char *name, const char *part)
{
    const char *text = read_text(directory, name);

    if (!strstr(text, part))
        fail_msg("%s lacks \"%s\":\n%s", name, part, text);
}

static __attribute__((unused)) void is_near(double x, double y)
{
    if (!(fabs(x - y) < 1e-9))
        fail_msg("%.12g is not %.12g", x, y);
}

static __attribute__((unused)) void lacks(const char *directory, const char *name, const char *part)
{
    const char *text = read_text(directory, name);

    if (strstr(text, part))
        fail_msg("%s has \"%s\":\n%s", name, part, text);
}

static __attribute__((unused)) int remove_all(void **state)
{
    int result = system(arena_printf(&arena, "rm -rf %s/plots*", folder));

    return result ? result : tear_down(state);
}
