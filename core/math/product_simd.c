/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Compiled once for each vector width, as kernels_simd.c; PRODUCTS names the table.
 *
 * Each float of c is one chain of fused multiply-adds over k in its order, kept in c
 * between chunks of k; so neither tiles, chunks, copies nor the vector width show. */
#include "math/product.h"
#include "math/product_copies.h"
#include "math/product_vectors.h"

#ifndef PRODUCTS
#define PRODUCTS products_v3
#endif

enum {
    REUSED = 4 * TALL, /* rows of a from which on copying a panel costs less than its strides do:
                          rows 2^n floats apart share a few lines of the cache */
    FEWEST = 4,        /* rows of a tile below which its sums wait for their last multiply-add */
    PAGE = 1024,       /* floats: rows of a so far apart share the same few lines of the first cache */
    WORTH = 64,        /* columns of b above which it pays to copy them closer together */
    FETCH = 8,         /* products of a row of b that stand between fetches of what comes next */
};

struct tile {
    float *c;
    const float *start, *a, *b; /* start: what c begins from, or NULL */
    size_t c_stride, start_stride, a_row, a_column, b_stride;
};

#define INLINE static inline __attribute__((always_inline))

/* What the sums of a tile begin from: m rows of so many vectors, the last of which has `part`
 * floats. m, vectors and, where it is V, part are constants where these are inlined. */
INLINE void begin_sums(vector sum[TALL][2], const struct tile *t, int m, int vectors, size_t part)
{
    for (int i = 0; i < m; i++) {
        for (int v = 0; v < vectors; v++) {
            const size_t at = (size_t)i * t->start_stride + (size_t)v * V;

            sum[i][v] = !t->start                      ? VECTOR(setzero)()
                        : part == V || v + 1 < vectors ? VECTOR(loadu)(t->start + at)
                                                       : load_part(t->start + at, part);
        }
    }
}

INLINE void store_sums(const struct tile *t, vector sum[TALL][2], int m, int vectors, size_t part)
{
    for (int i = 0; i < m; i++) {
        for (int v = 0; v < vectors; v++) {
            float *c = t->c + (size_t)i * t->c_stride + v * V;

            if (part == V || v + 1 < vectors)
                VECTOR(storeu)(c, sum[i][v]);
            else
                store_part(c, sum[i][v], part);
        }
    }
}

/* A tile at an edge, or of a b that is not copied. b's vectors are full. */
INLINE void multiply(const struct tile *t, size_t k, int m, int vectors, size_t part)
{
    vector sum[TALL][2];
    const float *a = t->a, *b = t->b;

    begin_sums(sum, t, m, vectors, part);
    for (size_t j = 0; j < k; j++, a += t->a_column, b += t->b_stride) {
        vector row[2];

        for (int v = 0; v < vectors; v++)
            row[v] = VECTOR(loadu)(b + v * V);
        for (int i = 0; i < m; i++) {
            vector factor = VECTOR(set1)(a[(size_t)i * t->a_row]);

            for (int v = 0; v < vectors; v++)
                sum[i][v] = VECTOR(fmadd)(factor, row[v], sum[i][v]);
        }
    }
    store_sums(t, sum, m, vectors, part);
}

/* Where a tile's rows of a stand: every third by a pointer, the two below it by their stride.
 * GCC is not to see how the pointers hang together, or it gives each row an address of its
 * own, which are more than there are registers. */
struct places {
    const float *row_0, *row_3, *row_6, *row_9;
};

#define HIDE(pointer) __asm__("" : "+r"(pointer))

INLINE void advance(struct places *a, size_t n)
{
    a->row_0 += n, a->row_3 += n, a->row_6 += n, a->row_9 += n;
    HIDE(a->row_0);
    HIDE(a->row_3);
    HIDE(a->row_6);
    HIDE(a->row_9);
}

/* sum += a's column j times the panel's row j. */
INLINE void add_row(vector sum[TALL][2], const struct places *a, size_t a_row, size_t a_column,
                    const float *panel, size_t j)
{
    vector row[2] = {VECTOR(load)(panel + j * PANEL), VECTOR(load)(panel + j * PANEL + V)};

    for (size_t i = 0; i < TALL; i++) {
        const float *third = i < 3 ? a->row_0 : i < 6 ? a->row_3 : i < 9 ? a->row_6 : a->row_9;
        vector factor = VECTOR(set1)(third[i % 3 * a_row + j * a_column]);

        for (int v = 0; v < 2; v++)
            sum[i][v] = VECTOR(fmadd)(factor, row[v], sum[i][v]);
    }
}

/* What stands in the third cache, as weights, their gradients and saved inputs do, and is soon
 * needed. */
struct ahead {
    const float *b; /* rows that the next panel is copied from */
    size_t b_stride;
    bool has_a; /* the next tiles' rows of a as well: later panels find them in the second cache */
};

/* n tiles of TALL rows below each other, of a copied panel. What comes next is fetched
 * meanwhile, a little at a time: the next tile of c, `ahead`'s rows of b in the first tiles, and
 * of a. Without this, products took 10 to 25% longer; without a's rows alone, up to 9. a_row or
 * a_column is a constant where this is inlined. */
INLINE void whole_tiles(struct tile t, size_t k, size_t n, size_t a_row, size_t a_column,
                        struct ahead ahead)
{
    for (size_t tile = 0; tile < n; tile++) {
        const float *panel = t.b, *next = t.c + TALL * t.c_stride;
        struct places a = {t.a, t.a + 3 * a_row, t.a + 6 * a_row, t.a + 9 * a_row};
        vector sum[TALL][2];
        size_t j = 0;

        if (tile == FETCH)
            ahead.b = panel, ahead.b_stride = 0;
        advance(&a, 0);
        begin_sums(sum, &t, TALL, 2, V);
        for (; j + FETCH <= k; j += FETCH) {
            for (int v = 0; v < 2; v++) {
                __builtin_prefetch(next + v * V, 1);
                __builtin_prefetch(ahead.b + v * V, 0, 2);
            }
            next += t.c_stride;
            ahead.b += ahead.b_stride;
            for (size_t i = 0; ahead.has_a && i < TALL / 2; i++)
                __builtin_prefetch(t.a + (TALL + i + (j & FETCH ? TALL / 2 : 0)) * a_row + j);
#pragma GCC unroll 8
            for (size_t i = 0; i < FETCH; i++)
                add_row(sum, &a, a_row, a_column, panel, i);
            advance(&a, FETCH * a_column);
            panel += FETCH * PANEL;
        }
        for (; j < k; j++, panel += PANEL) {
            add_row(sum, &a, a_row, a_column, panel, 0);
            advance(&a, a_column);
        }
        store_sums(&t, sum, TALL, 2, V);
        t.c += TALL * t.c_stride;
        if (t.start)
            t.start += TALL * t.start_stride;
        if (a_column == 1)
            t.a += TALL * a_row;
        else
            t.a += (tile + 1) % (GROUP / TALL) ? TALL : GROUP * k - (GROUP - TALL);
    }
}

static __attribute__((noinline)) void tiles_of_copies(const struct tile *t, size_t k, size_t n,
                                                      struct ahead ahead)
{
    ahead.has_a = false;
    whole_tiles(*t, k, n, 1, GROUP, ahead);
}

static __attribute__((noinline)) void tiles_of_rows(const struct tile *t, size_t k, size_t n,
                                                    struct ahead ahead)
{
    whole_tiles(*t, k, n, t->a_row, 1, ahead);
}

INLINE void rows_of(const struct tile *t, size_t k, int m, size_t width)
{
    if (width == PANEL)
        multiply(t, k, m, 2, V);
    else if (width > V)
        multiply(t, k, m, 2, width - V);
    else if (width == V)
        multiply(t, k, m, 1, V);
    else
        multiply(t, k, m, 1, width);
}

static void one_tile(const struct tile *t, size_t k, size_t height, size_t width)
{
    switch (height) {
#define CASE(m)                                                                                 \
    case m:                                                                                     \
        rows_of(t, k, m, width);                                                                \
        break
        CASE(1);
        CASE(2);
        CASE(3);
        CASE(4);
        CASE(5);
        CASE(6);
#ifdef __AVX512F__
        CASE(7);
        CASE(8);
        CASE(9);
        CASE(10);
        CASE(11);
        CASE(12);
#endif
#undef CASE
    }
}

/* Tall tiles in front of m rows. Behind them comes one, or two of a size where it would be too low. */
static size_t count_tall(size_t m)
{
    size_t n = m / TALL, rest = m % TALL;

    return n > 0 && rest > 0 && rest < FEWEST ? n - 1 : n;
}

static size_t height_at(size_t m, size_t tall, size_t row)
{
    size_t left = m - row;

    if (row < tall)
        return TALL;
    return left <= TALL ? left : (left + 1) / 2;
}

/* Moves t to a row and column of `all`; copies: of a's rows, or NULL. */
static void move_to(struct tile *t, const struct tile *all, size_t row, size_t column,
                    const float *copies, size_t tall, size_t k)
{
    t->c = all->c + row * all->c_stride + column;
    if (all->start)
        t->start = all->start + row * all->start_stride + column;
    t->a = copies ? copies + copy_of(row, tall, k) : all->a + row * all->a_row;
}

/* Up to ROWS rows of c over one chunk of k. bytes: of a, or NULL. */
static void one_block(struct tile all, const struct byte_block *bytes, size_t m, size_t n, size_t k)
{
    _Alignas(64) float panel[CHUNK * PANEL], rows[(ROWS + GROUP) * (CHUNK + PAD)];
    bool is_copied = bytes ? bytes->is_transposed : all.a_column > 1 && n > PANEL;
    const float *copies = is_copied ? rows : NULL;
    struct tile t;
    size_t tall = count_tall(m) * TALL, width;

    if (bytes && is_copied) {
        copy_byte_rows(rows, bytes, m, tall, k);
    } else if (bytes) {
        all.a_row = copy_bytes(rows, bytes, m, k);
        all.a = rows;
    } else if (is_copied) {
        copy_rows(rows, all.a, all.a_column, m, tall, k);
    } else if (all.a_column == 1 && all.a_row % PAGE == 0 && n > WORTH) {
        all.a_row = copy_far_rows(rows, all.a, all.a_row, m, k);
        all.a = rows;
    }
    t = all;
    for (size_t column = 0; column < n; column += width) {
        size_t row = 0, height;

        width = n - column < PANEL ? n - column : PANEL;
        t.b = all.b + column;
        t.b_stride = all.b_stride;
        if (m >= REUSED || width % V) {
            t.b_stride = copy_panel(panel, t.b, t.b_stride, width, k);
            t.b = panel;
        }
        if (t.b == panel && width == PANEL && (is_copied || all.a_column == 1)) {
            struct ahead ahead = {.b = panel, .has_a = column == 0};

            if (column + width < n)
                ahead.b = all.b + column + width, ahead.b_stride = all.b_stride;
            move_to(&t, &all, 0, column, copies, tall, k);
            (is_copied ? tiles_of_copies : tiles_of_rows)(&t, k, tall / TALL, ahead);
            row = tall;
        }
        for (; row < m; row += height) {
            height = height_at(m, tall, row);
            move_to(&t, &all, row, column, copies, tall, k);
            t.a_column = !is_copied ? all.a_column : row < tall ? GROUP : m - tall;
            one_tile(&t, k, height, width);
        }
    }
}

/* bytes: of a, or NULL. */
static void all_blocks(struct tile all, const struct byte_block *bytes, size_t m, size_t n, size_t k)
{
    for (size_t first = 0; first < k; first += CHUNK) {
        size_t depth = k - first < CHUNK ? k - first : CHUNK;

        for (size_t row = 0; row < m; row += ROWS) {
            struct byte_block block;
            struct tile t = all;

            t.c += row * t.c_stride;
            if (t.start)
                t.start += row * t.start_stride;
            t.b += first * t.b_stride;
            if (bytes) {
                block = *bytes;
                block.row += bytes->is_transposed ? first : row;
                block.column += bytes->is_transposed ? row : first;
            } else {
                t.a += row * t.a_row + first * t.a_column;
            }
            one_block(t, bytes ? &block : NULL, m - row < ROWS ? m - row : ROWS, n, depth);
        }
        all.start = all.c;
        all.start_stride = all.c_stride;
    }
}

static void product_here(float *c, size_t c_stride, const float *start, size_t start_stride,
                         const float *a, size_t a_row, size_t a_column, const float *b,
                         size_t b_stride, size_t m, size_t n, size_t k)
{
    struct tile all = {.c = c,
                       .c_stride = c_stride,
                       .start = start,
                       .start_stride = start_stride,
                       .a = a,
                       .a_row = a_row,
                       .a_column = a_column,
                       .b = b,
                       .b_stride = b_stride};

    all_blocks(all, NULL, m, n, k);
}

static void product_of_bytes_here(float *c, size_t c_stride, const float *start,
                                  size_t start_stride, const struct byte_rows *a,
                                  bool is_transposed, size_t first, const float *b, size_t b_stride,
                                  size_t m, size_t n, size_t k)
{
    struct byte_block bytes = {.a = a, .is_transposed = is_transposed};
    struct tile all = {.c = c,
                       .c_stride = c_stride,
                       .start = start,
                       .start_stride = start_stride,
                       .a_row = 1, /* one_block copies a, and so sets the other of the two */
                       .a_column = 1,
                       .b = b,
                       .b_stride = b_stride};

    *(is_transposed ? &bytes.column : &bytes.row) = first;
    all_blocks(all, &bytes, m, n, k);
}

/* An 8 x 8 block: pairs, quadruples, halves. */
static inline void transpose_block(float *y, size_t y_stride, const float *x, size_t x_stride)
{
    __m256 r[8], t[8];

    for (size_t i = 0; i < 8; i++)
        r[i] = _mm256_loadu_ps(x + i * x_stride);
    for (int i = 0; i < 8; i += 2) {
        t[i] = _mm256_unpacklo_ps(r[i], r[i + 1]);
        t[i + 1] = _mm256_unpackhi_ps(r[i], r[i + 1]);
    }
    for (int i = 0; i < 8; i += 4) {
        r[i] = _mm256_shuffle_ps(t[i], t[i + 2], 0x44);
        r[i + 1] = _mm256_shuffle_ps(t[i], t[i + 2], 0xee);
        r[i + 2] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0x44);
        r[i + 3] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0xee);
    }
    for (size_t i = 0; i < 4; i++) {
        _mm256_storeu_ps(y + i * y_stride, _mm256_permute2f128_ps(r[i], r[i + 4], 0x20));
        _mm256_storeu_ps(y + (i + 4) * y_stride, _mm256_permute2f128_ps(r[i], r[i + 4], 0x31));
    }
}

static void transpose_here(float *y, size_t y_stride, const float *x, size_t x_stride, size_t rows,
                           size_t n)
{
    size_t whole_rows = rows / 8 * 8, whole_n = n / 8 * 8;

    for (size_t i = 0; i < whole_n; i += 8)
        for (size_t r = 0; r < whole_rows; r += 8)
            transpose_block(y + i * y_stride + r, y_stride, x + r * x_stride + i, x_stride);
    for (size_t i = 0; i < n; i++)
        for (size_t r = i < whole_n ? whole_rows : 0; r < rows; r++)
            y[i * y_stride + r] = x[r * x_stride + i];
}

const struct products PRODUCTS = {
    .product = product_here, .product_of_bytes = product_of_bytes_here, .transpose = transpose_here};
