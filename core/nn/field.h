/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * field: one of the things that an example is made of, as data hold it and as a model reads it.
 *
 * A data set has a signature, the list of its fields; a model is built from that of the data as they
 * are prepared. Pictures stay bytes until they are read; what else there is has four bytes a value.
 *
 *     kind      type  shape                    a value is
 *     picture   u8    [channels][height][width]  a byte, planar
 *     numbers   f32   [columns]                  a number; NaN: missing, until prepared
 *     categories i32  [columns]                  a level, from 0; -1: none that training has seen
 *     tokens    i32   [length]                   a word's number in the vocabulary
 *     length    i32   [2]                        how many of the tokens there are; those of the first of two texts
 */
#ifndef NN_FIELD_H
#define NN_FIELD_H

#include <stddef.h>

enum field_kind { FIELD_PICTURE, FIELD_NUMBERS, FIELD_CATEGORIES, FIELD_TOKENS, FIELD_LENGTH };
enum field_type { FIELD_U8, FIELD_F32, FIELD_I32 };
enum { SIGNATURE_MAX = 4 };

struct field {
    const char *name; /* as the data call it: "picture", "numbers", "categories" */
    enum field_kind kind;
    int shape[3];               /* those that the kind does not have are 1 */
    const char *const *columns; /* [shape[0]] names of numbers and categories; NULL: they have none */
    const int *n_levels;        /* categories: [shape[0]], of each column; tokens: [1], of the vocabulary */
};

struct signature {
    int n;
    struct field fields[SIGNATURE_MAX];
};

/* Values of one example. */
static inline size_t field_size(const struct field *f)
{
    return (size_t)f->shape[0] * (size_t)f->shape[1] * (size_t)f->shape[2];
}

static inline enum field_type field_type(const struct field *f)
{
    return f->kind == FIELD_PICTURE ? FIELD_U8 : f->kind == FIELD_NUMBERS ? FIELD_F32 : FIELD_I32;
}

/* The place of the field of that kind, -1: there is none. */
static inline int signature_find(const struct signature *s, enum field_kind kind)
{
    for (int i = 0; i < s->n; i++)
        if (s->fields[i].kind == kind)
            return i;
    return -1;
}
/* Those of data that have one field only. */
static inline struct signature signature_picture(int channels, int height, int width)
{
    return (struct signature){1, {{"picture", FIELD_PICTURE, {channels, height, width}, NULL, NULL}}};
}

static inline struct signature signature_numbers(int n_columns, const char *const *columns)
{
    return (struct signature){1, {{"numbers", FIELD_NUMBERS, {n_columns, 1, 1}, columns, NULL}}};
}

#endif
