/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Compiled once for each vector width, as kernels_simd.c; CONVS names the table.
 *
 * Tiles of sums stay in registers, as in product_simd.c: rows, each one or two vectors wide. Of a product
 * the rows are windows side by side, and the sums pass over the lines of a window; of a gradient they are
 * floats side by side in a window's line, and the sums pass over windows. Between chunks the sums stand in
 * the result, so that neither tiles nor chunks show in it. */
#include "math/conv.h"
#include "math/product_copies.h"
#include "math/product_vectors.h"

#ifndef CONVS
#define CONVS convs_v3
#endif

enum { MOST = 2 * TALL }; /* rows of a tile of one vector; TALL of one of two */

#define INLINE static inline __attribute__((always_inline))
/* Rows of a tile, whose number is a constant where these are inlined. */
#define EACH_ROW(i, m) _Pragma("GCC unroll 24") for (size_t i = 0; i < (m); i++)

struct tile {
    float *c;           /* rows of sums, the last of whose vectors has `part` floats */
    const float *start; /* what they begin from, likewise; or NULL */
    size_t c_row, start_row, part; /* floats from a row to the next */
    const float *panel; /* copied, as wide as the tile, and a row for each multiply-add of a sum */
    const float *a;     /* the first factor of the first row */
    size_t lines, line; /* rows of the panel: so many times so many */
    size_t pitch;       /* product: from a window's line to the next; gradient: from a window to the next */
    size_t a_row;       /* product: from a window to the next */
    const size_t *runs; /* gradient: where `lines` runs of `line` windows side by side begin */
};

INLINE void begin_sums(vector sum[][2], const struct tile *t, size_t m, size_t vectors)
{
    EACH_ROW(i, m)
    {
        for (size_t v = 0; v < vectors; v++) {
            const size_t at = i * t->start_row + v * V;

            sum[i][v] = !t->start                          ? VECTOR(setzero)()
                        : t->part == V || v + 1 < vectors ? VECTOR(loadu)(t->start + at)
                                                          : load_part(t->start + at, t->part);
        }
    }
}

INLINE void store_sums(const struct tile *t, vector sum[][2], size_t m, size_t vectors)
{
    EACH_ROW(i, m)
    {
        for (size_t v = 0; v < vectors; v++) {
            float *c = t->c + i * t->c_row + v * V;

            if (t->part == V || v + 1 < vectors)
                VECTOR(storeu)(c, sum[i][v]);
            else
                store_part(c, sum[i][v], t->part);
        }
    }
}

/* GCC is not to see how pointers hang together, or it gives each row of a an address of its own,
 * which are more than there are registers. */
#define HIDE(pointer) __asm__("" : "+r"(pointer))

/* sum += a's rows of n floats times n rows of the panel; n is a constant where this is inlined. */
INLINE void add_rows(vector sum[][2], const float *thirds[], size_t a_row, const float *panel, size_t n,
                     size_t m, size_t vectors)
{
#pragma GCC unroll 8
    for (size_t j = 0; j < n; j++) {
        vector row[2];

        for (size_t v = 0; v < vectors; v++)
            row[v] = VECTOR(load)(panel + (j * vectors + v) * V);
        EACH_ROW(i, m)
        {
            vector factor = VECTOR(set1)(thirds[i / 3][i % 3 * a_row + j]);

            for (size_t v = 0; v < vectors; v++)
                sum[i][v] = VECTOR(fmadd)(factor, row[v], sum[i][v]);
        }
    }
    EACH_ROW(i, (m + 2) / 3)
    {
        thirds[i] += n;
        HIDE(thirds[i]);
    }
}

/* m windows side by side. */
INLINE void product_tile(const struct tile *t, size_t m, size_t vectors)
{
    enum { FEW = 4 };
    vector sum[MOST][2];
    const float *panel = t->panel, *a = t->a;
    size_t a_row = t->a_row;

    begin_sums(sum, t, m, vectors);
    for (size_t line = 0; line < t->lines; line++, a += t->pitch) {
        const float *thirds[MOST / 3];
        size_t j = 0;

        EACH_ROW(i, (m + 2) / 3)
        {
            thirds[i] = a + 3 * i * a_row;
            HIDE(thirds[i]);
        }
        for (; j + FEW <= t->line; j += FEW, panel += FEW * vectors * V)
            add_rows(sum, thirds, a_row, panel, FEW, m, vectors);
        for (; j < t->line; j++, panel += vectors * V)
            add_rows(sum, thirds, a_row, panel, 1, m, vectors);
    }
    store_sums(t, sum, m, vectors);
}

/* m floats side by side in a line of each window. */
INLINE void gradient_tile(const struct tile *t, size_t m, size_t vectors)
{
    vector sum[MOST][2];
    const float *panel = t->panel;

    begin_sums(sum, t, m, vectors);
    for (size_t run = 0; run < t->lines; run++) {
        const float *a = t->a + t->runs[run];

        for (size_t j = 0; j < t->line; j++, a += t->pitch, panel += vectors * V) {
            vector row[2];

            for (size_t v = 0; v < vectors; v++)
                row[v] = VECTOR(load)(panel + v * V);
            EACH_ROW(i, m)
            {
                vector factor = VECTOR(set1)(a[i]);

                for (size_t v = 0; v < vectors; v++)
                    sum[i][v] = VECTOR(fmadd)(factor, row[v], sum[i][v]);
            }
        }
    }
    store_sums(t, sum, m, vectors);
}

typedef void tile_function(const struct tile *t);

/* X of each height that a tile of so many vectors may have. */
#define UP_TO_6(X, v) X(1, v) X(2, v) X(3, v) X(4, v) X(5, v) X(6, v)
#define UP_TO_12(X, v) UP_TO_6(X, v) X(7, v) X(8, v) X(9, v) X(10, v) X(11, v) X(12, v)
#define UP_TO_18(X, v) UP_TO_12(X, v) X(13, v) X(14, v) X(15, v) X(16, v) X(17, v) X(18, v)
#define UP_TO_24(X, v) UP_TO_18(X, v) X(19, v) X(20, v) X(21, v) X(22, v) X(23, v) X(24, v)
#ifdef __AVX512F__
#define HEIGHTS_OF_1(X) UP_TO_24(X, 1)
#define HEIGHTS_OF_2(X) UP_TO_12(X, 2)
#else
#define HEIGHTS_OF_1(X) UP_TO_12(X, 1)
#define HEIGHTS_OF_2(X) UP_TO_6(X, 2)
#endif

#define FUNCTIONS(m, v)                                                                         \
    static void product_##m##_##v(const struct tile *t) { product_tile(t, m, v); }              \
    static void gradient_##m##_##v(const struct tile *t) { gradient_tile(t, m, v); }
HEIGHTS_OF_1(FUNCTIONS)
HEIGHTS_OF_2(FUNCTIONS)

/* By vectors less one, and rows less one. */
#define PRODUCT(m, v) product_##m##_##v,
#define GRADIENT(m, v) gradient_##m##_##v,
static tile_function *const product_tiles[2][MOST] = {{HEIGHTS_OF_1(PRODUCT)}, {HEIGHTS_OF_2(PRODUCT)}};
static tile_function *const gradient_tiles[2][MOST] = {{HEIGHTS_OF_1(GRADIENT)}, {HEIGHTS_OF_2(GRADIENT)}};

/* The first of n rows in tiles of nearly one height: a low one at the end would wait for its own sums. */
static size_t height_of(size_t n, size_t vectors)
{
    size_t most = MOST / vectors, parts = (n + most - 1) / most;

    return (n + parts - 1) / parts;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t at_least_one(size_t n)
{
    return n ? n : 1;
}

/* One chunk's columns of one panel: t has all but places. */
static void product_of_panel(struct tile t, float *c, const struct conv_steps *step, const float *x,
                             const struct conv_windows *w, const float *bias, bool adds, size_t vectors)
{
    for (size_t picture = 0; picture < w->pictures; picture++)
        for (size_t row = 0; row < w->rows; row++) {
            const float *a = x + picture * w->step.picture + row * w->step.row;
            float *to = c + picture * step->picture + row * step->row;

            for (size_t column = 0, height; column < w->columns; column += height) {
                height = height_of(w->columns - column, vectors);
                t.a = a + column * w->step.column;
                t.c = to + column * step->column;
                t.start = adds ? t.c : bias;
                product_tiles[vectors - 1][height - 1](&t);
            }
        }
}

static void product_here(float *c, const struct conv_steps *step, const float *bias, bool adds,
                         const float *x, const struct conv_windows *w, const float *b, size_t n)
{
    _Alignas(64) float panel[CHUNK * PANEL];
    size_t lines = at_least_one(CHUNK / w->line), depth;

    for (size_t column = 0; column < n; column += PANEL) {
        size_t width = least(n - column, PANEL), vectors = (width + V - 1) / V;
        bool has_begun = adds;

        for (size_t line = 0; line < w->lines; line += lines)
            for (size_t first = 0; first < w->line; first += depth) {
                struct tile t = {.c_row = step->column,
                                 .start_row = has_begun ? step->column : 0,
                                 .part = width - (vectors - 1) * V,
                                 .panel = panel,
                                 .a_row = w->step.column,
                                 .lines = least(w->lines - line, lines),
                                 .line = depth = least(w->line - first, CHUNK),
                                 .pitch = w->pitch};

                copy_panel(panel, b + (line * w->line + first) * n + column, n, width, t.lines * depth);
                product_of_panel(t, c + column, step, x + line * w->pitch + first, w,
                                 bias ? bias + column : NULL, has_begun, vectors);
                has_begun = true;
            }
    }
}

/* Where rows of windows begin: n of them, of all pictures, or as many as there are; how many. */
static size_t find_rows(size_t runs[CHUNK], const struct conv_windows *w, size_t first_row, size_t n)
{
    n = least(w->pictures * w->rows - first_row, n);
    for (size_t i = 0; i < n; i++) {
        size_t picture = (first_row + i) / w->rows, row = (first_row + i) % w->rows;

        runs[i] = picture * w->step.picture + row * w->step.row;
    }
    return n;
}

/* One chunk's columns of one panel: t has all but places. */
static void gradient_of_panel(struct tile t, float *gb, const float *x, const struct conv_windows *w,
                              size_t n, size_t vectors)
{
    for (size_t line = 0; line < w->lines; line++)
        for (size_t i = 0, height; i < w->line; i += height) {
            height = height_of(w->line - i, vectors);
            t.a = x + line * w->pitch + i;
            t.c = gb + (line * w->line + i) * n;
            t.start = t.c;
            gradient_tiles[vectors - 1][height - 1](&t);
        }
}

static void gradient_here(float *gb, const float *x, const struct conv_windows *w, const float *g, size_t n)
{
    _Alignas(64) float panel[CHUNK * PANEL];
    size_t runs[CHUNK], rows = at_least_one(CHUNK / w->columns), length;

    for (size_t row = 0; row < w->pictures * w->rows; row += rows) {
        size_t n_runs = find_rows(runs, w, row, rows);

        for (size_t first = 0; first < w->columns; first += length) {
            length = least(w->columns - first, CHUNK);
            for (size_t column = 0; column < n; column += PANEL) {
                size_t width = least(n - column, PANEL), vectors = (width + V - 1) / V;
                struct tile t = {.c_row = n,
                                 .start_row = n,
                                 .part = width - (vectors - 1) * V,
                                 .panel = panel,
                                 .lines = n_runs,
                                 .line = length,
                                 .pitch = w->step.column,
                                 .runs = runs};

                copy_panel(panel, g + (row * w->columns + first) * n + column, n, width, n_runs * length);
                gradient_of_panel(t, gb + column, x + first * w->step.column, w, n, vectors);
            }
        }
    }
}

const struct convs CONVS = {.product = product_here, .gradient = gradient_here};
