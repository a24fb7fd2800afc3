/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/prepare/standard.h"

#include <assert.h>
#include <math.h>

enum { MOST_SUMMED = 1 << 16 }; /* bytes whose squares 32 bits hold the sum of */

void standard_measure(const struct field *picture, const struct values *values, const uint32_t *indices,
                      int n, struct standard *ret_standard)
{
    int n_channels = picture->shape[0];
    size_t plane = field_size(picture) / (size_t)n_channels;
    uint64_t sums[STANDARD_MAX_CHANNELS] = {0}, squares[STANDARD_MAX_CHANNELS] = {0}; /* whole numbers:
                                                                                       * no order to fix */
    double count = (double)n * (double)plane;

    assert(n_channels <= STANDARD_MAX_CHANNELS);
    for (int i = 0; i < n; i++) {
        const unsigned char *x = values->bytes[indices[i]];
        const unsigned char *next = values->bytes[indices[i + 1 < n ? i + 1 : i]];

        for (int c = 0; c < n_channels; c++, x += plane, next += plane) {
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
    for (int c = 0; c < n_channels; c++) {
        double mean = (double)sums[c] / count;
        double variance = (double)squares[c] / count - mean * mean;

        ret_standard->mean[c] = (float)mean;
        ret_standard->inverse[c] = variance > 1e-6 ? (float)(1 / sqrt(variance)) : 1;
    }
}

void standard_unit(struct standard *ret_standard)
{
    for (int c = 0; c < STANDARD_MAX_CHANNELS; c++) {
        ret_standard->mean[c] = 0;
        ret_standard->inverse[c] = 1 / 255.0f;
    }
}
