/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/decode/picture.h"

#include <immintrin.h>
#include <stdint.h>
#include <string.h>

int picture_init(struct picture *p, size_t height, size_t width, struct arena *arena,
                 struct error *err)
{
    if (height == 0 || width == 0 || height > PICTURE_MAX_PIXELS / width)
        return error_set(err, "%zu x %zu pixels, not from 1 to %d", height, width,
                         PICTURE_MAX_PIXELS);
    *p = (struct picture){(int)height, (int)width,
                          arena_alloc(arena, 3 * height * width + PICTURE_ROOM)};
    return 0;
}

enum { MAX_SCALE = 8192 }; /* beyond, the rounding of the weights of `struct taps` would show */

static int decode(const unsigned char *bytes, size_t size, struct arena *arena,
                  struct picture *ret_picture, struct error *err)
{
    static const unsigned char jpeg[] = {0xff, 0xd8, 0xff}, png[] = {0x89, 'P', 'N', 'G'};

    if (size == 0)
        return error_set(err, "empty");
    if (size > sizeof jpeg && memcmp(bytes, jpeg, sizeof jpeg) == 0)
        return picture_decode_jpeg(bytes, size, arena, ret_picture, err);
    if (size > sizeof png && memcmp(bytes, png, sizeof png) == 0)
        return picture_decode_png(bytes, size, arena, ret_picture, err);
    if (picture_is_webp(bytes, size))
        return picture_decode_webp(bytes, size, arena, ret_picture, err);
    return error_set(err, "neither JPEG nor PNG nor WebP");
}

int picture_decode(const unsigned char *bytes, size_t size, int side, struct arena *arena,
                   struct picture *ret_picture, struct error *err)
{
    struct picture p;

    if (decode(bytes, size, arena, &p, err) < 0)
        return -1;
    if (p.height / MAX_SCALE >= side || p.width / MAX_SCALE >= side)
        return error_set(err, "%d x %d pixels are too long for %d x %d", p.height, p.width, side,
                         side);
    *ret_picture = p;
    return 0;
}

/* ---- resizing ---- */

enum { BITS = 22 }; /* of a weight behind the point, as Pillow's; sums of 255 fit 32 bits */

/* What one output place along a line takes: n inputs from `first` on. */
struct taps {
    int first, n;
    int32_t *weights;
};

/* The taps of `out` places along `in`: a triangle as wide as two inputs, or two outputs where
 * those are wider. Only + - * / : the same on every machine. */
static struct taps *make_taps(int in, int out, struct arena *arena)
{
    double scale = (double)in / out, support = scale < 1 ? 1 : scale;
    int most = (int)(2 * support) + 3;
    struct taps *taps = arena_alloc(arena, (size_t)out * sizeof *taps);
    int32_t *weights = arena_alloc(arena, (size_t)out * (size_t)most * sizeof *weights);
    double *shares = arena_alloc(arena, (size_t)most * sizeof *shares);

    for (int i = 0; i < out; i++) {
        double centre = (i + 0.5) * scale, sum = 0;
        int first = centre - support < 0 ? 0 : (int)(centre - support + 0.5);
        int end = (int)(centre + support + 0.5);

        end = end > in ? in : end;
        taps[i] = (struct taps){first, end - first, weights + (size_t)i * (size_t)most};
        for (int k = 0; k < taps[i].n; k++) {
            double away = (k + first - centre + 0.5) / support;

            away = away < 0 ? -away : away;
            shares[k] = away < 1 ? 1 - away : 0;
            sum += shares[k];
        }
        for (int k = 0; k < taps[i].n; k++)
            taps[i].weights[k] = (int32_t)(0.5 + shares[k] / sum * (1 << BITS));
    }
    return taps;
}

enum { N_LANES = PICTURE_ROOM }; /* bytes of a vector, rows or columns that go together */

/* y[N_LANES] is the weighted sum of x[first][N_LANES], x[first + 1] ..., `stride` apart. */
static void weigh(const struct taps *t, const unsigned char *x, size_t stride, unsigned char *y)
{
    __m256i low = _mm256_set1_epi32(1 << (BITS - 1)), high = low, words;

    x += (size_t)t->first * stride;
    for (int k = 0; k < t->n; k++, x += stride) {
        __m128i bytes = _mm_loadu_si128((const void *)x);
        __m256i weight = _mm256_set1_epi32(t->weights[k]);
        __m256i a = _mm256_cvtepu8_epi32(bytes);
        __m256i b = _mm256_cvtepu8_epi32(_mm_srli_si128(bytes, 8));

        low = _mm256_add_epi32(low, _mm256_mullo_epi32(a, weight));
        high = _mm256_add_epi32(high, _mm256_mullo_epi32(b, weight));
    }
    words = _mm256_packus_epi32(_mm256_srli_epi32(low, BITS), _mm256_srli_epi32(high, BITS));
    words = _mm256_permute4x64_epi64(words, _MM_SHUFFLE(3, 1, 2, 0));
    _mm_storeu_si128((void *)y, _mm_packus_epi16(_mm256_castsi256_si128(words),
                                                 _mm256_extracti128_si256(words, 1)));
}

/* y[j][r] = x[r][j] for N_LANES x N_LANES bytes; of x only n rows are there, the rest of y is
 * what comes. Each round shuffles the rows like a deck of cards, cut in the middle. */
static void transpose(const unsigned char *x, size_t x_stride, size_t n, unsigned char *y,
                      size_t y_stride)
{
    __m128i a[N_LANES], b[N_LANES];

    for (size_t r = 0; r < N_LANES; r++)
        a[r] = _mm_loadu_si128((const void *)(x + (r < n ? r : 0) * x_stride));
    for (int round = 0; round < 4; round++) {
        for (size_t r = 0; r < N_LANES / 2; r++) {
            b[2 * r] = _mm_unpacklo_epi8(a[r], a[r + N_LANES / 2]);
            b[2 * r + 1] = _mm_unpackhi_epi8(a[r], a[r + N_LANES / 2]);
        }
        memcpy(a, b, sizeof a);
    }
    for (size_t r = 0; r < N_LANES; r++)
        _mm_storeu_si128((void *)(y + r * y_stride), a[r]);
}

static size_t round_up(size_t n)
{
    return (n + N_LANES - 1) / N_LANES * N_LANES;
}

void picture_resize(const struct picture *x, int side, struct arena *arena, unsigned char *y)
{
    size_t n = (size_t)side, height = (size_t)x->height, row = 3 * (size_t)x->width;
    size_t pitch = round_up(n), plane = round_up(height) * pitch;
    const struct taps *across = make_taps(x->width, side, arena);
    const struct taps *down = make_taps(x->height, side, arena);
    unsigned char *columns = arena_alloc(arena, round_up(row) * N_LANES); /* of N_LANES rows */
    unsigned char *lines = arena_alloc(arena, 3 * plane);                 /* [3][height][side] */
    unsigned char places[N_LANES][3][N_LANES] = {0}, line[N_LANES];

    for (size_t r = 0; r < height; r += N_LANES) {
        for (size_t i = 0; i < row; i += N_LANES)
            transpose(x->pixels + r * row + i, row, height - r, columns + i * N_LANES, N_LANES);
        for (size_t i = 0; i < n; i += N_LANES) {
            for (size_t j = 0; j < N_LANES && i + j < n; j++)
                for (size_t c = 0; c < 3; c++)
                    weigh(&across[i + j], columns + c * N_LANES, sizeof *places, places[j][c]);
            for (size_t c = 0; c < 3; c++)
                transpose(places[0][c], sizeof *places, N_LANES, lines + c * plane + r * pitch + i,
                          pitch);
        }
    }
    for (size_t c = 0; c < 3; c++)
        for (size_t r = 0; r < n; r++)
            for (size_t i = 0; i < n; i += N_LANES) {
                weigh(&down[r], lines + c * plane + i, pitch, line);
                memcpy(y + (c * n + r) * n + i, line, n - i < N_LANES ? n - i : N_LANES);
            }
}
