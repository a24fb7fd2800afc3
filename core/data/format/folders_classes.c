/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Classes that one group has and another has not, or writes in another way. */
#include "data/format/folders_private.h"

#include "base/fold.h"

#include <string.h>

enum { MOST_NAMED = 5 };

/* [n_groups][n_classes]: how many files. */
struct presence {
    const struct folders *f;
    int *counts;
};

static int count(const struct presence *p, int group, int class)
{
    return p->counts[group * p->f->n_classes + class];
}

static int first_group(const struct presence *p, int class)
{
    for (int g = 0; g < p->f->n_groups; g++)
        if (count(p, g, class))
            return g;
    return -1;
}

/* `"dog" (in "photo")` */
static const char *name_with_place(const struct presence *p, int class, struct arena *arena)
{
    int group = p->f->n_groups > 1 ? first_group(p, class) : -1;

    return group < 0 ? arena_printf(arena, "\"%s\"", p->f->classes[class])
                     : arena_printf(arena, "\"%s\" (in \"%s\")", p->f->classes[class],
                                    p->f->groups[group]);
}

static int check_twins(const struct presence *p, struct arena *arena, struct error *err)
{
    const struct folders *f = p->f;
    const char **folded = arena_alloc(arena, (size_t)f->n_classes * sizeof *folded);

    for (int i = 0; i < f->n_classes; i++) {
        folded[i] = fold_name(f->classes[i], arena_strdup(arena, f->classes[i]));
        for (int k = 0; k < i; k++)
            if (strcmp(folded[i], folded[k]) == 0)
                return error_set(err, "classes %s and %s in \"%s\" differ in case or blanks only: rename one",
                                 name_with_place(p, k, arena), name_with_place(p, i, arena), f->root);
    }
    return 0;
}

/* Names the classes for which `has` says so: `"dog" (in "photo"), "cat" (in "sketch") and 3 more`; gives their
 * number. */
static int name_classes(const struct presence *p, bool (*has)(const struct presence *p, int class, int group),
                        int group, struct arena *arena, const char **ret_names)
{
    const char *names = "";
    int n = 0;

    for (int c = 0; c < p->f->n_classes; c++) {
        if (!has(p, c, group))
            continue;
        if (n++ < MOST_NAMED)
            names = arena_printf(arena, "%s%s%s", names, *names ? ", " : "",
                                 name_with_place(p, c, arena));
    }
    *ret_names = n > MOST_NAMED ? arena_printf(arena, "%s and %d more", names, n - MOST_NAMED) : names;
    return n;
}

static bool is_alone(const struct presence *p, int class, int unused)
{
    int n = 0;

    (void)unused;
    for (int g = 0; g < p->f->n_groups; g++)
        n += count(p, g, class) > 0;
    return n == 1;
}

static bool has_no_file(const struct presence *p, int class, int unused)
{
    (void)unused;
    return first_group(p, class) < 0;
}

static bool is_new_in(const struct presence *p, int class, int group)
{
    return count(p, group, class) && !count(p, FOLDERS_TRAIN, class);
}

static bool is_missing_in(const struct presence *p, int class, int group)
{
    return !count(p, group, class) && count(p, FOLDERS_TRAIN, class);
}

/* Pictures of a class that nothing was trained on are no test of anything. */
static int check_parts(const struct presence *p, struct arena *arena, struct text *note,
                       struct error *err)
{
    const struct folders *f = p->f;
    const char *names;

    for (int g = FOLDERS_VALIDATION; g < f->n_groups; g++) {
        if (!f->groups[g])
            continue;
        if (name_classes(p, is_new_in, g, arena, &names))
            return error_set(err, "\"%s/%s\" has classes that \"%s\" has not: %s", f->root, f->groups[g],
                             f->groups[FOLDERS_TRAIN], names);
        if (name_classes(p, is_missing_in, g, arena, &names))
            folders_add_note(note, "\"%s\" lacks classes %s", f->groups[g], names);
    }
    return 0;
}

int folders_check_classes(const struct folders *f, struct text *note, struct error *err)
{
    struct arena arena = {0};
    struct presence p = {
        f, arena_alloc(&arena, (size_t)f->n_groups * (size_t)f->n_classes * sizeof *p.counts)};
    const char *names;
    int result;

    for (int i = 0; i < f->n_files; i++)
        p.counts[f->files[i].group * f->n_classes + f->files[i].label]++;
    result = check_twins(&p, &arena, err);
    if (result == 0 && f->layout == FOLDERS_ENVIRONMENTS && name_classes(&p, is_alone, 0, &arena, &names))
        folders_add_note(note, "classes that one environment alone has: %s", names);
    if (result == 0 && f->layout == FOLDERS_PARTS)
        result = check_parts(&p, &arena, note, err);
    if (result == 0 && name_classes(&p, has_no_file, 0, &arena, &names))
        folders_add_note(note, "classes without a file: %s", names);
    arena_release(&arena);
    return result;
}
