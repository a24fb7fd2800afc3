/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * 1. A stranger's text is written by add_quoted only: valid UTF-8 without control
 *    characters, in single quotes, ' doubled. In double quotes gnuplot would run
 *    what stands between back-ticks.
 * 2. A path begins with a letter, a digit, '_', '.' or '/': gnuplot takes "<x" and
 *    "|x" for commands to run. A figure's name is a name in the sense of text.h.
 * 3. gnuplot starts without a shell, without the user's settings, in an environment
 *    of our own.
 * 4. Numbers that cannot be drawn (NaN, infinite, absurd) are NaN in the data.
 * 5. A figure that failed leaves no picture behind, old or half.
 */
#include "figure/plot_figure.h"

#include "base/text.h"
#include "os/file.h"
#include "os/process.h"
#include "table/sheet/escape.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_PICTURE = 64 << 20 };

const struct plot_range plot_range_empty = {INFINITY, -INFINITY}, plot_no_limits = {0, 0};

static bool drawable(double x)
{
    return fabs(x) < 1e300; /* false for NaN; differences stay finite */
}

void plot_range_add(struct plot_range *range, double x)
{
    if (drawable(x)) {
        range->low = fmin(range->low, x);
        range->high = fmax(range->high, x);
    }
}

/* One line of numbers of the data file. */
void plot_add_row(struct text *t, int n, const double *x)
{
    for (int i = 0; i < n; i++) {
        char number[TEXT_NUMBER_SIZE] = "NaN";

        if (drawable(x[i]))
            text_number(x[i], number);
        text_printf(t, "%s%s", i ? " " : "", number);
    }
    text_printf(t, "\n");
}

static int count_code_points(const char *s)
{
    int n = 0, size;

    for (; *s; s += size ? size : 1)
        n += (size = text_code_point(s, NULL)) > 0;
    return n;
}

/* Adds at most `width` code points of a stranger's text as a gnuplot string, and returns how many they
 * were. Names and configurations differ at their ends: what is too much is left out in the middle. In
 * tick labels gnuplot wants % doubled. */
static int add_quoted(struct text *t, const char *s, int width, bool is_tick)
{
    int n = count_code_points(s = s ? s : ""), n_over = n - width, size, i = 0;
    int first_lost = n_over > 0 ? width / 2 : n, last_lost = first_lost + n_over;

    text_add(t, "'", 1);
    for (; *s; s += size ? size : 1) {
        size = text_code_point(s, NULL);
        if (size == 0)
            continue;
        if (i == first_lost)
            text_printf(t, "…");
        if (i < first_lost || i > last_lost) {
            if (*s == '%' && is_tick)
                text_add(t, "%", 1);
            if (*s == '\'')
                text_printf(t, "’");
            else
                text_add(t, s, (size_t)size);
        }
        i++;
    }
    text_add(t, "'", 1);
    return n_over > 0 ? width : n;
}

void plot_add_text(struct plot_figure *f, const char *variable, const char *s, int width)
{
    text_printf(&f->script, "%s = ", variable);
    add_quoted(&f->script, s, width, false);
    text_printf(&f->script, "\n");
}

/* An array of texts and `variable_width`, the width of the widest. */
void plot_add_texts(struct plot_figure *f, const char *variable, int n, const char *const *texts,
                      int width, bool is_tick)
{
    int widest = 0;

    text_printf(&f->script, "array %s[%d] = [", variable, n);
    for (int i = 0; i < n; i++) {
        int w;

        text_printf(&f->script, i ? ", " : "");
        w = add_quoted(&f->script, texts[i], width, is_tick);
        widest = w > widest ? w : widest;
    }
    text_printf(&f->script, "]\n%s_width = %d\n", variable, widest);
}

void plot_add_numbers(struct plot_figure *f, const char *variable, int n, const double *x)
{
    text_printf(&f->script, "array %s[%d] = [", variable, n);
    for (int i = 0; i < n; i++) {
        char number[TEXT_NUMBER_SIZE];

        text_number(x[i], number);
        text_printf(&f->script, "%s%s", i ? ", " : "", number);
    }
    text_printf(&f->script, "]\n");
}

void plot_add_range(struct plot_figure *f, const char *variable, struct plot_range range,
                    struct plot_range limits)
{
    char low[TEXT_NUMBER_SIZE] = "0", high[TEXT_NUMBER_SIZE] = "1";
    char least[TEXT_NUMBER_SIZE] = "-1e300", most[TEXT_NUMBER_SIZE] = "1e300";

    if (range.low <= range.high) {
        text_number(range.low, low);
        text_number(range.high, high);
    }
    if (limits.low < limits.high) {
        text_number(limits.low, least);
        text_number(limits.high, most);
    }
    text_printf(&f->script, "%s_low = %s\n%s_high = %s\n%s_least = %s\n%s_most = %s\n", variable, low,
                variable, high, variable, least, variable, most);
}

/* A path in a gnuplot string; rule 2. */
static int add_path(struct text *t, const char *variable, const char *path, struct error *err)
{
    bool good = isalnum((unsigned char)path[0]) || (path[0] && strchr("_./", path[0]));

    for (const char *c = path; *c; c++)
        good = good && (unsigned char)*c >= 0x20 && *c != 0x7F && *c != '\'';
    if (!good)
        return error_set(err, "bad path \"%s\" for a figure", path);
    text_printf(t, "%s = '%s'\n", variable, path);
    return 0;
}

/* The first lines of a script; of what follows the folder may have been another. */
static const char header[] = "# Draws this figure again, from the folder where it was drawn:\n# gnuplot ";

int plot_figure_init(struct plot_figure *f, const struct plot_target *target, const char *template,
                       const char *name, struct error *err)
{
    *f = (struct plot_figure){.template = NULL};
    if (!text_is_name(name))
        return error_set(err, "bad name \"%s\" for a figure; have letters, digits and _ . -", name);
    f->base = arena_printf(&f->arena, "%s/%s", target->directory, name);
    f->template = arena_printf(&f->arena, "%s/%s.gp", target->templates, template);
    text_printf(&f->script, "%s%s.gp\n", header, f->base);
    if (add_path(&f->script, "templates", target->templates, err) < 0 ||
        add_path(&f->script, "base", f->base, err) < 0)
        return -1;
    return 0;
}

void plot_figure_release(struct plot_figure *f)
{
    text_release(&f->data);
    text_release(&f->script);
    arena_release(&f->arena);
}

/* The line of gnuplot's complaint that says where and why: the first that has
 * `" line `, else the first that is not empty. Cuts `text`. */
static const char *complaint(char *text)
{
    char *line = strstr(text, "\" line ");

    while (line && line > text && line[-1] != '\n')
        line--;
    if (!line)
        line = text + strspn(text, " \n");
    line[strcspn(line, "\n")] = '\0';
    return *line ? line : "it does not say why";
}

/* Runs `gnuplot -d script` to its end; rule 3. The pictures become DRAWN.svg and so on. */
static int run_gnuplot(const char *script, const char *drawn, struct arena *arena, struct error *err)
{
    const char *path = getenv("PATH");
    const char *const argv[] = {"gnuplot", "-d", "-e", arena_printf(arena, "drawn = '%s'", drawn),
                                script, NULL};
    const char *const envp[] = {"LC_ALL=C.UTF-8",
                                arena_printf(arena, "PATH=%s", path ? path : ""), NULL};
    const struct process_call call = {.argv = argv, .envp = envp, .streams = PROCESS_ERRORS};
    struct text said = {0};
    int status, result = 0;

    if (process_capture(&call, &said, &status, err) < 0)
        return errno == ENOENT ? error_set(err, "gnuplot is not installed; `make deps` installs it")
                               : -1;
    if (status > 128)
        result = error_set(err, "gnuplot: killed by signal %d", status - 128);
    else if (status != 0)
        result = error_set(err, "gnuplot: %s", said.s ? complaint(said.s) : "it does not say why");
    text_release(&said);
    return result;
}

/* Is the picture there, to its last bytes? gnuplot overlooks a full disk. */
static int check_end(const char *path, const char *end, struct error *err)
{
    struct file_map map;
    bool whole;

    if (file_map_open(path, &map, err) < 0)
        return -1;
    whole = map.size > 64 && memmem(map.bytes + map.size - 16, 16, end, strlen(end));
    file_map_close(&map);
    return whole ? 0 : error_set_status(err, EXIT_STORAGE, "could not write all of \"%s\"", path);
}

/* cairo writes the time into a PDF: as many bytes of no time at all, so that the same
 * numbers give the same file. */
static int forget_time(const char *path, struct arena *arena, struct error *err)
{
    static const char key[] = "/CreationDate (D:";
    size_t size;
    char *bytes, *at;

    if (file_read(path, MAX_PICTURE, arena, &bytes, &size, err) < 0)
        return -1;
    at = memmem(bytes, size, key, sizeof key - 1);
    if (!at)
        return error_set(err, "\"%s\" has no date where cairo puts one", path);
    for (at += sizeof key - 1; at < bytes + size && *at != ')'; at++)
        if (isdigit((unsigned char)*at))
            *at = '0';
    return file_write(path, bytes, size, err);
}

/* The pictures of a figure, and the last bytes of a whole one. */
static const struct picture {
    const char *ending, *end;
} pictures[] = {{"svg", "</svg>"}, {"png", "IEND"}, {"pdf", "%%EOF"}};

enum { N_PICTURES = sizeof pictures / sizeof *pictures };

int plot_figure_draw(struct plot_figure *f, const char *directory, struct error *err)
{
    const char *data = arena_printf(&f->arena, "%s.dat", f->base);
    const char *script = arena_printf(&f->arena, "%s.gp", f->base);
    const char *drawn = arena_printf(&f->arena, "%s.%d.tmp", f->base, (int)getpid());
    const char *paths[N_PICTURES];
    struct error full;
    int result;

    for (int i = 0; i < N_PICTURES; i++)
        paths[i] = arena_printf(&f->arena, "%s.%s", drawn, pictures[i].ending);
    text_printf(&f->script, "load templates.'%s'\n", strrchr(f->template, '/'));
    if (!file_exists(f->template))
        return error_set(err, "could not open \"%s\": %s", f->template, strerror(errno));
    file_remove_leftovers(directory);
    if (file_make_directory(directory, err) < 0 ||
        file_write(data, f->data.s, f->data.size, err) < 0 ||
        file_write(script, f->script.s, f->script.size, err) < 0)
        return -1;
    result = run_gnuplot(script, drawn, &f->arena, err);
    if (result < 0 && file_check_room(directory, &full) < 0)
        *err = full;
    for (int i = 0; i < N_PICTURES && result == 0; i++)
        result = check_end(paths[i], pictures[i].end, err);
    if (result == 0)
        result = forget_time(paths[N_PICTURES - 1], &f->arena, err);
    for (int i = 0; i < N_PICTURES && result == 0; i++)
        result = file_replace(paths[i], arena_printf(&f->arena, "%s.%s", f->base, pictures[i].ending),
                              err);
    if (result == 0)
        return 0;
    for (int i = 0; i < N_PICTURES; i++)
        unlink(paths[i]);
    return error_context(err, "figure \"%s\"", f->base);
}

/* Is DIRECTORY/NAME.gp a script of ours, of that name? */
static bool is_ours(const char *path, const char *name, struct arena *arena)
{
    struct file_map map;
    const char *end, *wanted = arena_printf(arena, "/%s.gp", name);
    size_t size = strlen(wanted), begin = sizeof header - 1;
    struct error unreadable;
    bool is_one;

    if (file_map_open(path, &map, &unreadable) < 0)
        return false;
    is_one = map.size > begin && memcmp(map.bytes, header, begin) == 0;
    end = is_one ? memchr(map.bytes + begin, '\n', map.size - begin) : NULL;
    is_one = end && (size_t)(end - (const char *)map.bytes) >= begin + size &&
             memcmp(end - size, wanted, size) == 0;
    file_map_close(&map);
    return is_one;
}

int plot_remove_others(const struct plot_target *target, const char *const *kept, int n,
                       void (*removed)(void *context, const char *path), void *context, struct error *err)
{
    static const char *const endings[] = {"dat", "svg", "png", "pdf", "gp"}; /* the last tells whose they are */
    struct arena arena = {0};
    const char *const *names = file_names(target->directory, ".gp", &arena, err);
    int result = names ? 0 : -1;

    for (; names && *names && result == 0; names++) {
        const char *base = arena_printf(&arena, "%s/%s", target->directory, *names);
        bool is_kept = false;

        for (int i = 0; i < n; i++)
            is_kept |= strcmp(kept[i], *names) == 0;
        if (is_kept || !is_ours(arena_printf(&arena, "%s.gp", base), *names, &arena))
            continue;
        for (size_t i = 0; i < sizeof endings / sizeof *endings && result == 0; i++) {
            const char *path = arena_printf(&arena, "%s.%s", base, endings[i]);

            if (unlink(path) < 0 && errno != ENOENT)
                result = error_set(err, "could not remove \"%s\": %s", path, strerror(errno));
        }
        if (result == 0)
            removed(context, base);
    }
    arena_release(&arena);
    return result;
}
