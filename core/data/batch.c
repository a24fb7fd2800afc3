/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/batch.h"

#include <assert.h>
#include <immintrin.h>
#include <math.h>
#include <stdlib.h>

/* The same of numbers, summed in the order of the indices. */
static void measure_numbers(const struct dataset *d, const struct pool *pool,
                            const uint32_t *indices, int n, struct standard *ret_standard)
{
    for (int c = 0; c < d->channels; c++) {
        double sum = 0, squares = 0, mean, variance;

        for (int i = 0; i < n; i++)
            sum += (double)pool->numbers[indices[i] * (size_t)d->channels + (size_t)c];
        mean = sum / n;
        for (int i = 0; i < n; i++) {
            double x = (double)pool->numbers[indices[i] * (size_t)d->channels + (size_t)c] - mean;

            squares += x * x;
        }
        variance = squares / n;
        ret_standard->mean[c] = (float)mean;
        ret_standard->inverse[c] = variance > 1e-12 ? (float)(1 / sqrt(variance)) : 1;
    }
}

enum { MOST_SUMMED = 1 << 16 }; /* bytes whose squares 32 bits hold the sum of */

void standard_measure(const struct dataset *d, const struct pool *pool, const uint32_t *indices,
                      int n, struct standard *ret_standard)
{
    size_t plane = (size_t)d->height * (size_t)d->width;
    uint64_t sums[BATCH_MAX_CHANNELS] = {0}, squares[BATCH_MAX_CHANNELS] = {0}; /* whole numbers: no
                                                                                 * order to fix */
    double count = (double)n * (double)plane;

    assert(d->channels <= BATCH_MAX_CHANNELS);
    if (pool->numbers) {
        measure_numbers(d, pool, indices, n, ret_standard);
        return;
    }
    for (int i = 0; i < n; i++) {
        const unsigned char *x = pool->pixels[indices[i]];
        const unsigned char *next = pool->pixels[indices[i + 1 < n ? i + 1 : i]];

        for (int c = 0; c < d->channels; c++, x += plane, next += plane) {
            for (size_t k = 0; k < plane; k += 64)
                __builtin_prefetch(next + k);
            for (size_t first = 0; first < plane; first += MOST_SUMMED) {
                size_t end = plane - first < MOST_SUMMED ? plane : first + MOST_SUMMED;
                uint32_t s = 0, q = 0;

                for (size_t k = first; k < end; k++) {
                    s += x[k];
                    q += (uint32_t)x[k] * x[k];
                }
                sums[c] += s;
                squares[c] += q;
            }
        }
    }
    for (int c = 0; c < d->channels; c++) {
        double mean = (double)sums[c] / count;
        double variance = (double)squares[c] / count - mean * mean;

        ret_standard->mean[c] = (float)mean;
        ret_standard->inverse[c] = variance > 1e-6 ? (float)(1 / sqrt(variance)) : 1;
    }
}

void standard_unit(struct standard *ret_standard)
{
    for (int c = 0; c < BATCH_MAX_CHANNELS; c++) {
        ret_standard->mean[c] = 0;
        ret_standard->inverse[c] = 1 / 255.0f;
    }
}

/* 8 `n` pixels, mirrored where flip; by hand, as the compiler's own way through 16-bit halves is
 * slower by half. n is a constant where this is inlined. */
static inline __attribute__((always_inline)) void standardise_eights(float *y, const unsigned char *x,
                                                                     int n, bool flip, float mean,
                                                                     float inverse)
{
    const __m256i mirror = _mm256_set_epi32(0, 1, 2, 3, 4, 5, 6, 7);

    for (int k = 0; k < n; k++) {
        const unsigned char *from = x + 8 * (flip ? n - 1 - k : k);
        __m256i whole = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)from));
        __m256 number = _mm256_sub_ps(_mm256_cvtepi32_ps(whole), _mm256_set1_ps(mean));

        number = _mm256_mul_ps(number, _mm256_set1_ps(inverse));
        _mm256_storeu_ps(y + 8 * k, flip ? _mm256_permutevar8x32_ps(number, mirror) : number);
    }
}

/* Where something stands in the picture behind, and where it will be written: fetched meanwhile, as
 * pictures are seen in random order, and a batch is larger than the second cache. */
struct next {
    const unsigned char *x;
    const float *y;
};

/* n pixels of x; flip is a constant where this is inlined. */
static inline __attribute__((always_inline)) void standardise(float *y, const unsigned char *x, size_t n,
                                                              bool flip, float mean, float inverse,
                                                              struct next next)
{
    size_t i = 0;

    for (; i + 32 <= n; i += 32) {
        __builtin_prefetch(next.x + i);
        __builtin_prefetch(next.y + i, 1);
        __builtin_prefetch(next.y + i + 16, 1);
        standardise_eights(y + i, flip ? x + n - 32 - i : x + i, 4, flip, mean, inverse);
    }
    for (; i < n && n >= 8; i += 8) {
        size_t first = i + 8 <= n ? i : n - 8; /* some twice rather than one by one */

        __builtin_prefetch(next.x + i);
        __builtin_prefetch(next.y + i, 1);
        standardise_eights(y + first, flip ? x + n - 8 - first : x + first, 1, flip, mean, inverse);
    }
    for (; i < n; i++)
        y[i] = ((float)x[flip ? n - 1 - i : i] - mean) * inverse;
}

/* A plane with its rows mirrored, whose length is a multiple of 32. */
static void mirror(float *y, const unsigned char *x, int height, int width, float mean,
                   float inverse, struct next next)
{
    for (int r = 0; r < height; r++, x += width) {
        for (int k = width - 32; k >= 0; k -= 32, y += 32, next.x += 32, next.y += 32) {
            __builtin_prefetch(next.x);
            __builtin_prefetch(next.y, 1);
            __builtin_prefetch(next.y + 16, 1);
            standardise_eights(y, x + k, 4, true, mean, inverse);
        }
    }
}

struct crop {
    int dy, dx;
    bool flip;
};

/* One plane, shifted by (dy, dx) into a black border, mirrored where flip. */
static void crop_plane(const struct dataset *d, const unsigned char *x, struct crop crop, float mean,
                       float inverse, float *y, struct next next)
{
    int height = d->height, width = d->width;
    int n = width - abs(crop.dx);                           /* columns inside the picture */
    int first = (crop.dx < 0) == crop.flip ? 0 : width - n; /* and where they come to lie */
    float black = (0 - mean) * inverse;
    bool is_whole = crop.dy == 0 && crop.dx == 0;

    if (is_whole && !crop.flip) { /* the same as below, faster; and so is mirror */
        standardise(y, x, (size_t)(height * width), false, mean, inverse, next);
        return;
    }
    if (is_whole && width % 32 == 0) {
        mirror(y, x, height, width, mean, inverse, next);
        return;
    }
    x += crop.dx > 0 ? crop.dx : 0;
    for (int r = 0; r < height; r++, y += width, next.x += width, next.y += width) {
        int from = r + crop.dy;
        bool is_inside = n > 0 && from >= 0 && from < height;

        if (!is_inside || n < width)
            for (int k = 0; k < width; k++)
                y[k] = black;
        if (is_inside && crop.flip)
            standardise(y + first, x + from * width, (size_t)n, true, mean, inverse, next);
        else if (is_inside)
            standardise(y + first, x + from * width, (size_t)n, false, mean, inverse, next);
    }
}

static struct crop draw_crop(int pad, struct rng rng)
{
    struct crop crop;

    crop.dy = (int)rng_below(&rng, (uint32_t)(2 * pad + 1)) - pad;
    crop.dx = (int)rng_below(&rng, (uint32_t)(2 * pad + 1)) - pad;
    crop.flip = rng_below(&rng, 2);
    return crop;
}

/* Changed as DomainBed does it, and then standardised in place. */
static void fill_changed(const struct dataset *d, const struct standard *standard,
                         const unsigned char *x, struct rng rng, float *y)
{
    size_t plane = (size_t)d->height * (size_t)d->width;
    struct augment_change change = augment_draw(&rng, d->height, d->width);

    augment_apply(&change, x, d->channels, d->height, d->width, y);
    for (int c = 0; c < d->channels; c++)
        for (size_t k = 0; k < plane; k++, y++)
            *y = (*y - standard->mean[c]) * standard->inverse[c];
}

static void fill_numbers(const struct dataset *d, const struct pool *pool,
                         const struct standard *standard, const uint32_t *indices, int n, float *y)
{
    for (int i = 0; i < n; i++)
        for (int c = 0; c < d->channels; c++, y++)
            *y = (pool->numbers[indices[i] * (size_t)d->channels + (size_t)c] - standard->mean[c]) *
                 standard->inverse[c];
}

void batch_fill(const struct dataset *d, const struct pool *pool, const struct standard *standard,
                const uint32_t *indices, int n, const struct augment_config *augment,
                struct rng rng, float *ret_x, int *ret_labels)
{
    size_t plane = (size_t)d->height * (size_t)d->width, size = plane * (size_t)d->channels;

    for (int i = 0; i < n; i++) {
        ret_labels[i] = pool->labels[indices[i]];
        if (pool->pixels)
            __builtin_prefetch(&pool->pixels[indices[i]]); /* else each is waited for below */
    }
    if (pool->numbers) {
        fill_numbers(d, pool, standard, indices, n, ret_x);
        return;
    }
    for (int i = 0; i < n; i++) {
        int behind = i + 1 < n ? i + 1 : i;
        const unsigned char *x = pool->pixels[indices[i]];
        float *y = ret_x + (size_t)i * size;
        struct next next = {pool->pixels[indices[behind]], ret_x + (size_t)behind * size};
        enum augment_kind kind = augment ? augment->augment : AUGMENT_NONE;
        struct crop crop = {0};

        if (kind == AUGMENT_DOMAINBED) {
            fill_changed(d, standard, x, rng_index(rng, indices[i]), y);
            continue;
        }
        if (kind == AUGMENT_CROP_FLIP)
            crop = draw_crop(augment->pad, rng_index(rng, indices[i]));
        for (int c = 0; c < d->channels; c++) {
            crop_plane(d, x, crop, standard->mean[c], standard->inverse[c], y, next);
            x += plane, y += plane, next.x += plane, next.y += plane;
        }
    }
}
