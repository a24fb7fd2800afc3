/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Digits in several environments: ColoredMNIST and RotatedMNIST of DomainBed.
 *
 * All pictures that are there, shuffled, are dealt out to the environments in turn. The
 * shuffle, the flipped labels and the colours are drawn: once for all trials, or with
 * data.drawing = "trial" for each, as DomainBed does. Its own drawings come from torch's
 * generator, ours do not. */
#include "data/format/idx.h"

#include "math/rng.h"

#include <math.h>
#include <string.h>

enum { MAX_SIDE = 256 };

/* The pictures of the environments in turn, in shuffled order: order[at] for the at-th of
 * d->train. Makes the pool. */
static const uint32_t *deal(struct dataset *d, const struct idx *digits, const char *const *names,
                            int n_environments, struct rng rng, uint16_t **ret_labels)
{
    uint32_t n = (uint32_t)digits->n, at = 0;
    uint32_t *shuffled = arena_alloc(&d->arena, n * sizeof *shuffled);
    uint32_t *order = arena_alloc(&d->arena, n * sizeof *order);
    int sizes[DATASET_MAX_GROUPS];

    for (uint32_t i = 0; i < n; i++)
        shuffled[i] = i;
    rng_shuffle(&rng, shuffled, n);
    for (int e = 0; e < n_environments; e++) {
        sizes[e] = (digits->n - e + n_environments - 1) / n_environments;
        for (uint32_t i = (uint32_t)e; i < n; i += (uint32_t)n_environments)
            order[at++] = shuffled[i];
    }
    dataset_environments_init(d, names, sizes, n_environments, ret_labels);
    return order;
}

/* What all trials draw from, as d->origin. */
static int read_digits(struct dataset *d, const struct dataset_source *source, int n_environments,
                       int n_channels, struct error *err)
{
    struct idx *digits = arena_alloc(&d->arena, sizeof *digits);

    if (idx_read_all(d, source, digits, err) < 0)
        return -1;
    if (digits->n < n_environments)
        return error_set(err, "%d pictures are not enough for %d environments", digits->n,
                         n_environments);
    if (digits->height > MAX_SIDE || digits->width > MAX_SIDE)
        return error_set(err, "pictures of %d x %d, more than %d x %d", digits->height,
                         digits->width, MAX_SIDE, MAX_SIDE);
    d->signature = signature_picture(n_channels, digits->height, digits->width);
    d->origin = digits;
    return 0;
}

/* ---- colours ---- */

static const char *const colour_names[] = {"+90%", "+80%", "-90%"};
static const double colour_flips[] = {0.1, 0.2, 0.9}; /* how often the colour misleads */
static const double LABEL_FLIP = 0.25;

enum { N_COLOURS = sizeof colour_flips / sizeof *colour_flips };

/* Label: is the digit below 5, flipped in a quarter of the pictures. Colour: the label,
 * flipped as often as the environment says; the other channel is black. */
static void draw_coloured(struct dataset *d, int trial)
{
    const struct idx *digits = d->origin;
    struct rng rng = rng_derive(rng_seed((uint64_t)trial), "coloured digits");
    struct rng flips = rng_derive(rng, "flips");
    size_t size = (size_t)digits->height * (size_t)digits->width;
    uint16_t *labels;
    const uint32_t *order =
        deal(d, digits, colour_names, N_COLOURS, rng_derive(rng, "order"), &labels);

    for (int i = 0; i < d->train.n; i++) {
        struct rng own = rng_index(flips, order[i]);
        unsigned char *picture = arena_alloc(&d->arena, 2 * size);
        bool label = (digits->labels[order[i]] < 5) ^ (rng_uniform(&own) < LABEL_FLIP);
        bool colour = label ^ (rng_uniform(&own) < colour_flips[d->train.groups[i]]);

        memcpy(picture + (colour ? size : 0), digits->pixels + order[i] * size, size);
        d->train.values[0].bytes[i] = picture;
        labels[i] = label;
    }
}

static int load_coloured(struct dataset *d, const struct dataset_source *source,
                         const void *config, struct error *err)
{
    static const char *const classes[] = {"5 to 9", "0 to 4"};

    (void)config;
    if (read_digits(d, source, N_COLOURS, 2, err) < 0)
        return -1;
    d->n_classes = 2;
    d->class_names = classes;
    draw_coloured(d, 0);
    return 0;
}

static const struct data_key keys[] = {
    DATASET_FILE_KEYS,
    {0},
};

const struct dataset_format dataset_format_coloured_digits = {
    .component =
        {
            .name = "coloured_digits",
            .doc = "IDX digits below 5 or not, in a colour that mostly tells which; in the third "
                   "environment it misleads",
            .source = "Arjovsky et al. 2019, section 5.2; DomainBed's ColoredMNIST",
            .hparams = dataset_drawing_hparams,
            .config_size = sizeof(int),
        },
    .keys = keys,
    .has_environments = true,
    .is_present = idx_is_present,
    .load = load_coloured,
    .draw = draw_coloured,
};

/* ---- rotations ---- */

/* Rounded to 15 decimals, as Pillow does; at 45 degrees libm's two differ, and so do these. */
static const struct {
    const char *name;
    double cosine, sine;
} rotations[] = {
    {"0", 1, 0},
    {"15", 0.965925826289068, 0.258819045102521},
    {"30", 0.866025403784439, 0.5},
    {"45", 0.707106781186548, 0.707106781186547},
    {"60", 0.5, 0.866025403784439},
    {"75", 0.258819045102521, 0.965925826289068},
};

enum { N_ROTATIONS = sizeof rotations / sizeof *rotations };

static int clamp(int x, int end)
{
    return x < 0 ? 0 : x >= end ? end - 1 : x;
}

/* Counter-clockwise about the middle, between four pixels linearly, cut off to a byte;
 * black outside: Pillow's Image.rotate with BILINEAR, to the byte, since sums are in its order. */
static void rotate(const unsigned char *x, int height, int width, double cosine, double sine,
                   unsigned char *y)
{
    double middle_x = width / 2.0, middle_y = height / 2.0;
    double shift_x = -cosine * middle_x + sine * middle_y + middle_x;
    double shift_y = -sine * middle_x - cosine * middle_y + middle_y;

    for (int r = 0; r < height; r++)
        for (int c = 0; c < width; c++) {
            double from_x = cosine * (c + 0.5) - sine * (r + 0.5) + shift_x;
            double from_y = sine * (c + 0.5) + cosine * (r + 0.5) + shift_y;
            int left = (int)floor(from_x - 0.5), top = (int)floor(from_y - 0.5);
            double part_x = from_x - 0.5 - left, part_y = from_y - 0.5 - top;
            const unsigned char *upper = x + clamp(top, height) * width;
            const unsigned char *lower = x + clamp(top + 1, height) * width;
            int a = clamp(left, width), b = clamp(left + 1, width);
            double u, v;

            if (from_x < 0 || from_x >= width || from_y < 0 || from_y >= height) {
                y[r * width + c] = 0;
                continue;
            }
            u = upper[a] + (upper[b] - upper[a]) * part_x;
            v = lower[a] + (lower[b] - lower[a]) * part_x;
            y[r * width + c] = (unsigned char)(u + (v - u) * part_y);
        }
}

static void draw_rotated(struct dataset *d, int trial)
{
    static const char *names[N_ROTATIONS];
    const struct idx *digits = d->origin;
    struct rng rng = rng_derive(rng_seed((uint64_t)trial), "rotated digits");
    size_t size = (size_t)digits->height * (size_t)digits->width;
    const uint32_t *order;
    uint16_t *labels;

    for (int i = 0; i < N_ROTATIONS; i++)
        names[i] = rotations[i].name;
    order = deal(d, digits, names, N_ROTATIONS, rng_derive(rng, "order"), &labels);
    for (int i = 0; i < d->train.n; i++) {
        int e = d->train.groups[i];
        unsigned char *picture = arena_alloc(&d->arena, size);

        rotate(digits->pixels + order[i] * size, digits->height, digits->width, rotations[e].cosine,
               rotations[e].sine, picture);
        d->train.values[0].bytes[i] = picture;
        labels[i] = digits->labels[order[i]];
    }
}

static int load_rotated(struct dataset *d, const struct dataset_source *source,
                        const void *config, struct error *err)
{
    static const char *const classes[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};

    (void)config;
    if (read_digits(d, source, N_ROTATIONS, 1, err) < 0)
        return -1;
    d->n_classes = 10;
    d->class_names = classes;
    draw_rotated(d, 0);
    return 0;
}

const struct dataset_format dataset_format_rotated_digits = {
    .component =
        {
            .name = "rotated_digits",
            .doc = "IDX digits in six environments, rotated by 0, 15, 30, 45, 60 and 75 degrees",
            .source = "Ghifary et al. 2015; DomainBed's RotatedMNIST",
            .hparams = dataset_drawing_hparams,
            .config_size = sizeof(int),
        },
    .keys = keys,
    .has_environments = true,
    .is_present = idx_is_present,
    .load = load_rotated,
    .draw = draw_rotated,
};
