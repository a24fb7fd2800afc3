/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * conv: the products of a convolution, that read a picture's windows where they lie.
 *
 * A window is some lines of floats, as a picture's pixels are rows of channels: those of pixels side by
 * side, then those of the pixels below. Borders are the caller's: windows lie wholly in what x points to.
 * Each float of a result is one chain of fused multiply-adds, as math/product.h's of windows copied into
 * rows would be: the same bits as these, at any vector width.
 */
#ifndef MATH_CONV_H
#define MATH_CONV_H

#include <stdbool.h>
#include <stddef.h>

/* Floats from a picture to the next, from a row to that below it, and from a column to that beside it. */
struct conv_steps {
    size_t picture, row, column;
};

struct conv_windows {
    size_t pictures, rows, columns; /* windows: of each picture, below each other, side by side */
    struct conv_steps step;         /* from a window to the next */
    size_t lines, line, pitch;      /* of a window: so many, of so many floats, that begin every `pitch` */
};

struct convs {
    /* c[picture][row][column][n] = start + x's window there times b[lines * line][n], in the order of b's
     * rows. c's rows of n stand `step` apart; start: `bias`, or zeros where it is NULL; where adds, c. */
    void (*product)(float *c, const struct conv_steps *step, const float *bias, bool adds, const float *x,
                    const struct conv_windows *windows, const float *b, size_t n);

    /* gb[lines * line][n] += the sum over x's windows of each of its floats times their rows of
     * g[pictures][rows][columns][n], in the order of these. */
    void (*gradient)(float *gb, const float *x, const struct conv_windows *windows, const float *g,
                     size_t n);
};

extern const struct convs convs_v3, convs_v4;

/* The table of the widest vectors that this CPU has. */
const struct convs *convs(void);

#endif
