/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/batch.h"

#include <assert.h>
#include <math.h>

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

void standard_measure(const struct dataset *d, const struct pool *pool, const uint32_t *indices,
                      int n, struct standard *ret_standard)
{
    size_t plane = (size_t)d->height * (size_t)d->width;

    assert(d->channels <= BATCH_MAX_CHANNELS);
    if (pool->numbers) {
        measure_numbers(d, pool, indices, n, ret_standard);
        return;
    }
    for (int c = 0; c < d->channels; c++) {
        uint64_t sum = 0, squares = 0; /* whole numbers: no order to fix */
        double count = (double)n * (double)plane;
        double mean, variance;

        for (int i = 0; i < n; i++) {
            const unsigned char *x = pool->pixels[indices[i]] + (size_t)c * plane;
            uint32_t s = 0, q = 0; /* a plane is below 2^16 pixels, see dataset formats */

            for (size_t k = 0; k < plane; k++) {
                s += x[k];
                q += (uint32_t)x[k] * x[k];
            }
            sum += s;
            squares += q;
        }
        mean = (double)sum / count;
        variance = (double)squares / count - mean * mean;
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

static void standardise(float *restrict y, const unsigned char *restrict x, size_t n, float mean,
                        float inverse)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        y[i] = ((float)x[i] - mean) * inverse;
}

/* One plane, shifted by (dy, dx) into a black border, mirrored where flip. */
static void crop_plane(const struct dataset *d, const unsigned char *x, int dy, int dx, bool flip,
                       float mean, float inverse, float *y)
{
    int height = d->height, width = d->width;
    int first = dx < 0 ? -dx : 0;                  /* columns first .. last-1 of the crop */
    int last = dx > 0 ? width - dx : width;        /* lie inside the picture */
    float black = (0 - mean) * inverse;

    for (int r = 0; r < height; r++) {
        float *row = y + (size_t)r * (size_t)width;
        int from = r + dy;

        if (from < 0 || from >= height) {
            for (int k = 0; k < width; k++)
                row[k] = black;
            continue;
        }
        for (int k = 0; k < first; k++)
            row[k] = black;
        if (last > first)
            standardise(row + first, x + (size_t)from * (size_t)width + first + dx,
                               (size_t)(last - first), mean, inverse);
        for (int k = last > first ? last : first; k < width; k++)
            row[k] = black;
        for (int k = 0; flip && k < width / 2; k++) {
            float t = row[k];

            row[k] = row[width - 1 - k];
            row[width - 1 - k] = t;
        }
    }
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

static void fill_cropped(const struct dataset *d, const struct standard *standard,
                         const unsigned char *x, int pad, struct rng rng, float *y)
{
    size_t plane = (size_t)d->height * (size_t)d->width;
    int dy = (int)rng_below(&rng, (uint32_t)(2 * pad + 1)) - pad;
    int dx = (int)rng_below(&rng, (uint32_t)(2 * pad + 1)) - pad;
    bool flip = rng_below(&rng, 2);

    for (int c = 0; c < d->channels; c++, x += plane, y += plane)
        crop_plane(d, x, dy, dx, flip, standard->mean[c], standard->inverse[c], y);
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

    for (int i = 0; i < n; i++)
        ret_labels[i] = pool->labels[indices[i]];
    if (pool->numbers) {
        fill_numbers(d, pool, standard, indices, n, ret_x);
        return;
    }
    for (int i = 0; i < n; i++) {
        const unsigned char *x = pool->pixels[indices[i]];
        float *y = ret_x + (size_t)i * size;

        switch (augment ? augment->augment : AUGMENT_NONE) {
        case AUGMENT_CROP_FLIP:
            fill_cropped(d, standard, x, augment->pad, rng_index(rng, indices[i]), y);
            break;
        case AUGMENT_DOMAINBED:
            fill_changed(d, standard, x, rng_index(rng, indices[i]), y);
            break;
        default:
            for (int c = 0; c < d->channels; c++)
                standardise(y + (size_t)c * plane, x + (size_t)c * plane, plane,
                            standard->mean[c], standard->inverse[c]);
        }
    }
}
