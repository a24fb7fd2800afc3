/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * DomainBed's changes to pictures: each does what torchvision does, they are drawn from its
 * laws, and a batch has the same in pieces. Crops and flips are where a plain loop puts them. */
#include "data/batch.h"
#include "reference/augment.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { N_CASES = sizeof augment_cases / sizeof *augment_cases, N_DRAWS = 20000 };

/* In bytes: torchvision's grey has other digits behind the third. */
static const float TOLERANCE = 0.1f;

static void test_like_torchvision(void **state)
{
    float y[AUGMENT_SIZE];

    (void)state;
    for (int k = 0; k < N_CASES; k++) {
        augment_apply(&augment_cases[k].change, augment_picture, 3, AUGMENT_H, AUGMENT_W, y);
        for (int i = 0; i < AUGMENT_SIZE; i++)
            if (fabsf(y[i] - (float)augment_cases[k].hundredths[i] / 100) > TOLERANCE)
                fail_msg("case %d, place %d: %g, torchvision %g", k, i, (double)y[i],
                         augment_cases[k].hundredths[i] / 100.0);
    }
}

/* Only where there are three channels have they colours. */
static void test_two_channels(void **state)
{
    const struct augment_change grey = {
        .height = AUGMENT_H, .width = AUGMENT_W, .order = {0, 1, 2, 3}, .is_grey = true};
    float y[AUGMENT_SIZE];

    (void)state;
    augment_apply(&grey, augment_picture, 2, AUGMENT_H, AUGMENT_W, y);
    for (int i = 0; i < 2 * AUGMENT_H * AUGMENT_W; i++)
        assert_true(y[i] == (float)augment_picture[i]);
}

/* Is this share of the draws p, within 5 standard errors? */
static void assert_share(int n, double p)
{
    assert_true(fabs((double)n / N_DRAWS - p) < 5 * sqrt(p * (1 - p) / N_DRAWS));
}

static void test_laws(void **state)
{
    enum { SIDE = 48 };
    int n_flips = 0, n_grey = 0, n_whole = 0, n_orders[256] = {0}, n_different = 0;
    double sums[N_JITTERS] = {0};

    (void)state;
    for (int i = 0; i < N_DRAWS; i++) {
        struct rng rng = rng_index(rng_seed(7), (uint64_t)i);
        struct augment_change c = augment_draw(&rng, SIDE, SIDE);
        double area = (double)c.height * c.width / (SIDE * SIDE);
        double shape = (double)c.width / c.height;
        int seen = 0, order = 0;

        assert_true(c.top >= 0 && c.left >= 0 && c.height > 0 && c.width > 0);
        assert_true(c.top + c.height <= SIDE && c.left + c.width <= SIDE);
        assert_true(area > 0.68 && area <= 1); /* of rounded sides */
        assert_true(shape > 0.71 && shape < 1.4);
        n_whole += area == 1;
        n_flips += c.flip;
        n_grey += c.is_grey;
        for (int k = 0; k < N_JITTERS; k++) {
            double amount = c.amounts[k] - (k == JITTER_HUE ? 0 : 1);

            assert_true(fabs(amount) <= 0.3);
            sums[k] += amount;
            seen |= 1 << c.order[k];
            order = 4 * order + c.order[k];
        }
        assert_int_equal(seen, 15);
        n_orders[order]++;
    }
    assert_share(n_flips, 0.5);
    assert_share(n_grey, 0.1);
    assert_in_range(n_whole, 1, N_DRAWS / 20); /* some, as the sides are rounded */
    for (int k = 0; k < N_JITTERS; k++) /* the deviation of a uniform number is 0.6 / sqrt 12 */
        assert_true(fabs(sums[k] / N_DRAWS) < 5 * 0.6 / sqrt(12.0 * N_DRAWS));
    for (int i = 0; i < 256; i++)
        if (n_orders[i]) {
            n_different++;
            assert_share(n_orders[i], 1 / 24.0);
        }
    assert_int_equal(n_different, 24);
}

static void test_batch_in_pieces(void **state)
{
    const unsigned char *pixels[2] = {augment_picture, augment_picture};
    const struct augment_config config = {.augment = AUGMENT_DOMAINBED};
    const struct standard standard = {{100, 90, 80}, {0.01f, 0.02f, 0.03f}};
    const struct signature s = signature_picture(3, AUGMENT_H, AUGMENT_W);
    const struct field *field = &s.fields[0];
    const struct values values = {.bytes = pixels};
    const uint32_t indices[] = {1, 0, 1};
    float all[3][AUGMENT_SIZE], one[AUGMENT_SIZE], plain[AUGMENT_SIZE];

    (void)state;
    batch_fill(field, &values, &standard, indices, 3, &config, rng_seed(3), all[0]);
    batch_fill(field, &values, &standard, indices + 1, 1, &config, rng_seed(3), one);
    assert_memory_equal(one, all[1], sizeof one);
    assert_memory_equal(all[0], all[2], sizeof one);
    batch_fill(field, &values, &standard, indices + 1, 1, NULL, rng_seed(3), plain);
    assert_memory_not_equal(plain, one, sizeof one);
    for (int i = 0; i < AUGMENT_SIZE; i++) {
        int c = i / (AUGMENT_H * AUGMENT_W);

        assert_true(plain[i] == ((float)augment_picture[i] - standard.mean[c]) * standard.inverse[c]);
        assert_true(one[i] >= -standard.mean[c] * standard.inverse[c] - 1e-5f);
        assert_true(one[i] <= (255 - standard.mean[c]) * standard.inverse[c] + 1e-5f);
    }
}

/* Pixel (r, k) of a padded picture, cropped at (dy, dx) and mirrored where flip. */
static float cropped(const unsigned char *x, int height, int width, int dy, int dx, bool flip, int r,
                     int k)
{
    int from_r = r + dy, from_k = (flip ? width - 1 - k : k) + dx;
    bool is_inside = from_r >= 0 && from_r < height && from_k >= 0 && from_k < width;

    return is_inside ? x[from_r * width + from_k] : 0;
}

/* Each pixel of crop_flip: rows shorter than eight, of whole eights and not; pads beyond the width. */
static void test_crop_and_flip(void **state)
{
    enum { N = 40, CHANNELS = 2, MAX_PLANE = 34 * 32, SIZE = CHANNELS * MAX_PLANE };
    static const struct {
        int height, width, pad;
    } cases[] = {{8, 8, 1}, {5, 3, 1}, {6, 13, 4}, {32, 32, 4}, {32, 32, 0}, {34, 30, 7}, {4, 9, 12},
                 {9, 64, 0}};
    static unsigned char pictures[N][SIZE];
    static float y[N * SIZE];
    static unsigned char bytes[N * SIZE];
    const struct standard standard = {{100, 90}, {0.01f, 0.02f}};
    const unsigned char *pixels[N];
    const struct values values = {.bytes = pixels};
    uint32_t indices[N];

    (void)state;
    for (int i = 0; i < N; i++) {
        struct rng rng = rng_index(rng_seed(7), (uint64_t)i);

        pixels[i] = pictures[i];
        indices[i] = (uint32_t)(N - 1 - i);
        for (int k = 0; k < SIZE; k++)
            pictures[i][k] = (unsigned char)rng_below(&rng, 256);
    }
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        int height = cases[k].height, width = cases[k].width, pad = cases[k].pad, n_flipped = 0;
        const struct signature s = signature_picture(CHANNELS, height, width);
        const struct augment_config config = {.augment = AUGMENT_CROP_FLIP, .pad = pad};
        const float *at = y;
        const unsigned char *byte = bytes;

        batch_fill(&s.fields[0], &values, &standard, indices, N, &config, rng_seed(3), y);
        batch_fill_bytes(&s.fields[0], &values, indices, N, &config, rng_seed(3), bytes);
        for (int i = 0; i < N; i++) {
            struct rng rng = rng_index(rng_seed(3), indices[i]);
            int dy = (int)rng_below(&rng, (uint32_t)(2 * pad + 1)) - pad;
            int dx = (int)rng_below(&rng, (uint32_t)(2 * pad + 1)) - pad;
            bool flip = rng_below(&rng, 2);

            n_flipped += flip;
            for (int c = 0; c < CHANNELS; c++)
                for (int p = 0; p < height * width; p++, at++, byte++) {
                    float x = cropped(pixels[indices[i]] + c * height * width, height, width, dy, dx,
                                      flip, p / width, p % width);

                    assert_true(*byte == x);
                    assert_true(*at == (x - standard.mean[c]) * standard.inverse[c]);
                }
        }
        assert_true(n_flipped > N / 4 && n_flipped < N - N / 4);
    }
}

/* Planes of more white pixels than 32 bits hold the squares' sum of. */
static void test_measure_large(void **state)
{
    enum { SIDE = 300 };
    static const unsigned char black[SIDE * SIDE];
    static unsigned char white[SIDE * SIDE];
    const unsigned char *pixels[] = {white, black};
    static const uint32_t indices[] = {0, 1};
    const struct signature s = signature_picture(1, SIDE, SIDE);
    const struct values values = {.bytes = pixels};
    struct standard standard;

    (void)state;
    memset(white, 255, sizeof white);
    standard_measure(&s.fields[0], &values, indices, 2, &standard);
    assert_true(standard.mean[0] == 127.5f);
    assert_true(standard.inverse[0] == (float)(1 / 127.5));
}

/* A part of the largest picture that a data set may have, each fourth row of which is brighter by 1. */
static void test_change_large(void **state)
{
    enum { SIDE = DATASET_MAX_SIDE };
    static unsigned char x[SIDE * SIDE];
    static float y[SIDE * SIDE];
    const struct augment_change part = {
        .top = 100, .left = 200, .height = 700, .width = 800, .flip = true, .amounts = {1, 1, 1, 0},
        .order = {0, 1, 2, 3}};

    (void)state;
    for (int r = 0; r < SIDE; r++)
        memset(x + r * SIDE, r / 4, SIDE);
    augment_apply(&part, x, 1, SIDE, SIDE, y);
    for (int i = 0; i < SIDE * SIDE; i++) {
        double row = 100 + (i / SIDE + 0.5) * 700 / SIDE - 0.5; /* of the part's, in the picture */

        assert_true(fabs((double)y[i] - (row - 1.5) / 4) < 0.5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_like_torchvision),
        cmocka_unit_test(test_two_channels),
        cmocka_unit_test(test_laws),
        cmocka_unit_test(test_batch_in_pieces),
        cmocka_unit_test(test_crop_and_flip),
        cmocka_unit_test(test_measure_large),
        cmocka_unit_test(test_change_large),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
