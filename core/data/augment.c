/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/augment.h"

#include "data/dataset.h"

#include <assert.h>
#include <math.h>

static const char *const kinds[] = {"none", "crop_flip", "domainbed", NULL};

static const struct hparam hparams[] = {
    {"augment", HPARAM_CHOICE, offsetof(struct augment_config, augment), .fallback = "\"none\"",
     .choices = kinds,
     .doc = "random changes to training pictures; domainbed: a part of 0.7 to 1 of the area "
            "resized to the whole, flip, jitter of brightness, contrast, saturation and hue by "
            "0.3, grey with probability 0.1"},
    {"pad", HPARAM_INTEGER, offsetof(struct augment_config, pad), .fallback = "4", .low = 0,
     .high = 64,
     .doc = "crop_flip: border of pixels before the random crop, black as in the files: 0 before they are standardised"},
    {0},
};

const struct component augment_component = {
    .name = "augment",
    .doc = "random changes to training pictures",
    .source = "He et al. 2016, section 4.2: pad, random crop, flip; DomainBed's datasets.py",
    .hparams = hparams,
    .config_size = sizeof(struct augment_config),
};

/* ---- what is drawn ---- */

enum { N_TRIES = 10 };

static const double LEAST_AREA = 0.7, JITTER = 0.3, GREY = 0.1;
static const double LOG_4_3 = 0.28768207245178090; /* sides are from 3:4 to 4:3 */

static double uniform(struct rng *rng, double low, double high)
{
    return low + (high - low) * rng_uniform(rng);
}

/* For |x| < 0.3 as a series: libm's last bit differs from one version to the next. */
static double exp_of_small(double x)
{
    double term = 1, sum = 1;

    for (int k = 1; k < 16; k++)
        sum += term *= x / k;
    return sum;
}

/* The part: area and shape are drawn until it lies inside; after ten tries it is the whole
 * (torchvision's RandomResizedCrop, for pictures that are about square). */
static void draw_part(struct rng *rng, int height, int width, struct augment_change *c)
{
    c->top = c->left = 0;
    c->height = height;
    c->width = width;
    for (int i = 0; i < N_TRIES; i++) {
        double area = uniform(rng, LEAST_AREA, 1) * height * width;
        double shape = exp_of_small(uniform(rng, -LOG_4_3, LOG_4_3));
        int h = (int)(sqrt(area / shape) + 0.5), w = (int)(sqrt(area * shape) + 0.5);

        if (h < 1 || w < 1 || h > height || w > width)
            continue;
        c->height = h;
        c->width = w;
        c->top = (int)rng_below(rng, (uint32_t)(height - h + 1));
        c->left = (int)rng_below(rng, (uint32_t)(width - w + 1));
        return;
    }
}

struct augment_change augment_draw(struct rng *rng, int height, int width)
{
    struct augment_change c = {0};

    draw_part(rng, height, width, &c);
    c.flip = rng_below(rng, 2);
    for (int i = 0; i < N_JITTERS; i++) {
        int k = (int)rng_below(rng, (uint32_t)i + 1);

        c.order[i] = c.order[k];
        c.order[k] = i;
        c.amounts[i] = (i == JITTER_HUE ? 0 : 1) + uniform(rng, -JITTER, JITTER);
    }
    c.is_grey = rng_uniform(rng) < GREY;
    return c;
}

/* ---- the part ---- */

/* Between which two places of the source a place of the result lies, and where. */
struct tap {
    int from, to;
    float part;
};

/* Places of `n` along `length` from `start` on; the outermost are repeated beyond the ends. */
static void make_taps(int start, int length, int n, bool flip, struct tap *ret_taps)
{
    for (int i = 0; i < n; i++) {
        double at = (i + 0.5) * length / n - 0.5;
        int from = (int)floor(at);
        struct tap *tap = &ret_taps[flip ? n - 1 - i : i];

        tap->part = (float)(at - from);
        tap->from = start + (from < 0 ? 0 : from);
        tap->to = start + (from + 1 < length ? from + 1 : length - 1);
    }
}

static void resize_part(const struct augment_change *c, const unsigned char *x, int channels,
                        int height, int width, float *y)
{
    struct tap across[DATASET_MAX_SIDE], down[DATASET_MAX_SIDE];

    assert(height <= DATASET_MAX_SIDE && width <= DATASET_MAX_SIDE);
    make_taps(c->top, c->height, height, false, down);
    make_taps(c->left, c->width, width, c->flip, across);
    for (int k = 0; k < channels; k++, x += height * width)
        for (int i = 0; i < height; i++) {
            const unsigned char *upper = x + down[i].from * width, *lower = x + down[i].to * width;

            for (int j = 0; j < width; j++) {
                const struct tap *tap = &across[j];
                float u = upper[tap->from], v = lower[tap->from];

                u += ((float)upper[tap->to] - u) * tap->part;
                v += ((float)lower[tap->to] - v) * tap->part;
                *y++ = u + (v - u) * down[i].part;
            }
        }
}

/* ---- colours: y[3][n] from 0 to 255, in place ---- */

static float clip(float x)
{
    return x < 0 ? 0 : x > 255 ? 255 : x;
}

static float grey_of(const float *y, size_t n, size_t i)
{
    return 0.299f * y[i] + 0.587f * y[n + i] + 0.114f * y[2 * n + i]; /* ITU-R 601-2 */
}

static void brighten(float *y, size_t n, float factor)
{
    for (size_t i = 0; i < 3 * n; i++)
        y[i] = clip(y[i] * factor);
}

/* Away from the mean of the grey picture, or towards it. */
static void contrast(float *y, size_t n, float factor)
{
    double sum = 0;
    float mean;

    for (size_t i = 0; i < n; i++)
        sum += (double)grey_of(y, n, i);
    mean = (float)(sum / (double)n);
    for (size_t i = 0; i < 3 * n; i++)
        y[i] = clip(mean + (y[i] - mean) * factor);
}

/* Each pixel away from its own grey, or towards it: 0 is grey. */
static void saturate(float *y, size_t n, float factor)
{
    for (size_t i = 0; i < n; i++) {
        float grey = grey_of(y, n, i);

        for (size_t k = i; k < 3 * n; k += n)
            y[k] = clip(grey + (y[k] - grey) * factor);
    }
}

/* A channel of the colour of hue `turn`, from 0 at the hue opposite of it to 1 near it. */
static float ramp(float turn)
{
    float at = turn - floorf(turn), away = fabsf(at * 6 - 3) - 1;

    return away < 0 ? 0 : away > 1 ? 1 : away;
}

/* Turns the hue and leaves value and saturation (HSV, Smith 1978). */
static void turn_hue(float *y, size_t n, float turns)
{
    for (size_t i = 0; i < n; i++) {
        float r = y[i], g = y[n + i], b = y[2 * n + i], hue;
        float high = r > g ? (r > b ? r : b) : (g > b ? g : b);
        float low = r < g ? (r < b ? r : b) : (g < b ? g : b), range = high - low;

        if (range == 0)
            continue;
        hue = high == r ? (g - b) / range : high == g ? 2 + (b - r) / range : 4 + (r - g) / range;
        hue = hue / 6 + turns;
        y[i] = low + range * ramp(hue);
        y[n + i] = low + range * ramp(hue - 1 / 3.0f);
        y[2 * n + i] = low + range * ramp(hue - 2 / 3.0f);
    }
}

static void (*const jitters[N_JITTERS])(float *y, size_t n, float amount) = {
    [JITTER_BRIGHTNESS] = brighten,
    [JITTER_CONTRAST] = contrast,
    [JITTER_SATURATION] = saturate,
    [JITTER_HUE] = turn_hue,
};

void augment_apply(const struct augment_change *change, const unsigned char *x, int channels,
                   int height, int width, float *y)
{
    size_t n = (size_t)height * (size_t)width;

    resize_part(change, x, channels, height, width, y);
    if (channels != 3)
        return;
    for (int i = 0; i < N_JITTERS; i++)
        jitters[change->order[i]](y, n, (float)change->amounts[change->order[i]]);
    if (change->is_grey)
        saturate(y, n, 0);
}
