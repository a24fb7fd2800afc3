/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Two classes of pictures in one of two colours, which tells of the class more than it should: ColoredMNIST with three
 * knobs, each of which can be turned alone or with the others:
 *
 *   class_imbalance      the first class over the second
 *   attribute_imbalance  the first colour over the second
 *   spurious             the share whose colour goes with the class, where both of the others are 1
 *
 * The colour is no input of its own: it is the channel in which a picture is drawn, the other being black. A group is a
 * class in a colour. In training the groups are as large as the knobs say, to the example; in the test all are equal.
 *
 *   subpopulation_shapes  the ten figures of `scene`, white on black; no files
 *   subpopulation_digits  MNIST's digits */
#include "data/format/idx.h"
#include "data/format/scene.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

struct config {
    int train, test;
    double spurious, class_imbalance, attribute_imbalance, label_flip;
    double difficulty; /* of shapes */
};

enum { RED, GREEN, N_COLOURS };
enum { N_CLASSES = 2, N_KINDS = 10, N_GROUPS = N_CLASSES * N_COLOURS };

/* Where pictures of one channel come from. Kinds below five are of the first class. */
struct source {
    int n, side_y, side_x; /* n: how many there are; 0: as many as are wanted */
    const struct idx *digits; /* NULL: drawn */
    const uint32_t *order;    /* [n] in which digits are used */
    double difficulty;
};

/* Groups of n examples with the knobs' odds: P(class) and P(colour) are exact, and so is the odds ratio of both, which is
 * what `spurious` says, free of the others. The corner is Plackett's (1965): the root of a quadratic. */
static void count_groups(const struct config *c, int n, int ret_counts[N_GROUPS])
{
    double p = c->class_imbalance / (1 + c->class_imbalance), q = c->attribute_imbalance / (1 + c->attribute_imbalance);
    double odds = c->spurious / (1 - c->spurious), ratio = odds * odds, s = 1 + (p + q) * (ratio - 1);
    double corner = ratio == 1 ? p * q : (s - sqrt(s * s - 4 * ratio * (ratio - 1) * p * q)) / (2 * (ratio - 1));
    int n_first = (int)(n * p + 0.5), n_red = (int)(n * q + 0.5), n_both = (int)(n * corner + 0.5);

    n_both = n_both < n_first ? n_both : n_first;
    n_both = n_both < n_red ? n_both : n_red;
    n_both = n_both > n_first + n_red - n ? n_both : n_first + n_red - n;
    ret_counts[0 * N_COLOURS + RED] = n_both;
    ret_counts[0 * N_COLOURS + GREEN] = n_first - n_both;
    ret_counts[1 * N_COLOURS + RED] = n_red - n_both;
    ret_counts[1 * N_COLOURS + GREEN] = n - n_first - n_red + n_both;
}

static int read_kind(const struct source *source, int k)
{
    return source->digits ? source->digits->labels[source->order[k]] : k % N_KINDS;
}

/* One channel of [side_y][side_x]. */
static void read_picture(const struct source *source, int k, struct rng rng, unsigned char *ret_pixels)
{
    size_t size = (size_t)source->side_y * (size_t)source->side_x;
    unsigned char picture[SCENE_SIZE];
    double canvas[SCENE_SIZE] = {0};
    struct figure f;

    if (source->digits) {
        memcpy(ret_pixels, source->digits->pixels + source->order[k] * size, size);
        return;
    }
    f = scene_pose(rng_derive(rng, "figure"), source->difficulty, read_kind(source, k));
    for (int i = 0; i < SCENE_CHANNELS; i++)
        f.colour[i] = 255;
    scene_paint(canvas, &f);
    scene_finish(canvas, rng_derive(rng, "noise"), source->difficulty, picture);
    memcpy(ret_pixels, picture, size); /* its first channel */
}

/* Fills the groups with pictures from *at on; those of a class that is full are passed over. */
static int draw_pool(struct dataset *d, struct pool *pool, const char *name, const struct source *source,
                     const int counts[N_GROUPS], double label_flip, int *at, struct error *err)
{
    struct rng rng = rng_derive(rng_derive(rng_seed(0), "subpopulation"), name);
    size_t size = (size_t)source->side_y * (size_t)source->side_x;
    uint16_t *labels, *groups;
    int left[N_GROUPS], n = 0;

    for (int g = 0; g < N_GROUPS; g++)
        n += left[g] = counts[g];
    dataset_pool_init(d, pool, n, &labels);
    pool->groups = groups = arena_alloc(&d->arena, (size_t)n * sizeof *groups);
    for (int i = 0; i < n; (*at)++) {
        struct rng own = rng_index(rng, (uint64_t)*at);
        unsigned char *picture;
        int label, of_class, colour;

        if (source->n && *at >= source->n)
            return error_set(err, "%d pictures are too few for data.train and data.test of these imbalances: the %s part "
                                  "lacks %d", source->n, name, n - i);
        label = (read_kind(source, *at) >= N_KINDS / 2) ^ (rng_uniform(&own) < label_flip);
        of_class = left[label * N_COLOURS + RED] + left[label * N_COLOURS + GREEN];
        if (of_class == 0)
            continue;
        colour = rng_uniform(&own) * of_class < left[label * N_COLOURS + RED] ? RED : GREEN;
        left[label * N_COLOURS + colour]--;
        picture = arena_alloc(&d->arena, N_COLOURS * size);
        read_picture(source, *at, own, picture + (size_t)colour * size);
        pool->values[0].bytes[i] = picture;
        labels[i] = (uint16_t)label;
        groups[i++] = (uint16_t)(label * N_COLOURS + colour);
    }
    return 0;
}

/* The test part first: it is the same whatever the knobs are. */
static int draw(struct dataset *d, const struct config *c, const struct source *source, const char *const *classes,
                const char *const *groups, struct error *err)
{
    int counts[N_GROUPS], each[N_GROUPS], at = 0;

    d->signature = signature_picture(N_COLOURS, source->side_y, source->side_x);
    d->n_classes = N_CLASSES;
    d->class_names = classes;
    d->n_groups = N_GROUPS;
    d->group_names = groups;
    for (int g = 0; g < N_GROUPS; g++)
        each[g] = c->test / N_GROUPS;
    count_groups(c, c->train, counts);
    if (draw_pool(d, &d->test, "test", source, each, c->label_flip, &at, err) < 0)
        return -1;
    return draw_pool(d, &d->train, "train", source, counts, c->label_flip, &at, err);
}

static int load_shapes(struct dataset *d, const struct dataset_source *description, const void *config,
                       struct error *err)
{
    static const char *const classes[] = {"first five", "last five"};
    static const char *const groups[] = {"first five, red", "first five, green", "last five, red", "last five, green"};
    const struct config *c = config;
    const struct source source = {.side_y = SCENE_SIDE, .side_x = SCENE_SIDE, .difficulty = c->difficulty};

    (void)description;
    return draw(d, c, &source, classes, groups, err);
}

static int load_digits(struct dataset *d, const struct dataset_source *description, const void *config,
                       struct error *err)
{
    static const char *const classes[] = {"0 to 4", "5 to 9"};
    static const char *const groups[] = {"0 to 4, red", "0 to 4, green", "5 to 9, red", "5 to 9, green"};
    struct rng rng = rng_derive(rng_derive(rng_seed(0), "subpopulation"), "order");
    struct idx digits;
    uint32_t *order;

    if (idx_read_all(d, description, &digits, err) < 0)
        return -1;
    order = arena_alloc(&d->arena, (size_t)digits.n * sizeof *order);
    for (int i = 0; i < digits.n; i++)
        order[i] = (uint32_t)i;
    rng_shuffle(&rng, order, (uint32_t)digits.n);
    return draw(d, config, &(struct source){digits.n, digits.height, digits.width, &digits, order, 0}, classes, groups,
                err);
}

#define HPARAMS \
    {"train", HPARAM_INTEGER, offsetof(struct config, train), .fallback = "4000", .low = 100, .high = 100000, \
     .doc = "pictures to train on and to hold out from"}, \
    {"test", HPARAM_INTEGER, offsetof(struct config, test), .fallback = "2000", .low = 100, .high = 100000, \
     .doc = "test pictures, a fourth of each group"}, \
    {"spurious", HPARAM_NUMBER, offsetof(struct config, spurious), .fallback = "0.9", .low = 0.01, .high = 0.99, \
     .doc = "share of training pictures whose colour goes with the class; 0.5: it tells nothing. Where class or colour are " \
            "imbalanced it is the odds that stay"}, \
    {"class_imbalance", HPARAM_NUMBER, offsetof(struct config, class_imbalance), .fallback = "1", .low = 1, .high = 1000, \
     .doc = "first class over second, in training"}, \
    {"attribute_imbalance", HPARAM_NUMBER, offsetof(struct config, attribute_imbalance), .fallback = "1", .low = 1, \
     .high = 1000, .doc = "first colour over second, in training"}, \
    {"label_flip", HPARAM_NUMBER, offsetof(struct config, label_flip), .fallback = "0.25", .low = 0, .high = 0.5, \
     .doc = "probability that a picture is of the other class, in all parts: what form alone cannot tell"}

static const struct hparam digits_hparams[] = {
    HPARAMS,
    {0},
};

static const struct hparam shapes_hparams[] = {
    HPARAMS,
    {"difficulty", HPARAM_NUMBER, offsetof(struct config, difficulty), .fallback = "0.2", .low = 0, .high = 1,
     .doc = "how much noise and pose vary"},
    {0},
};

static const struct data_key digits_keys[] = {
    DATASET_FILE_KEYS,
    {0},
};

const struct dataset_format dataset_format_subpopulation_digits = {
    .component =
        {
            .name = "subpopulation_digits",
            .doc = "IDX digits below 5 or not, red or green: spurious correlation, class and attribute imbalance",
            .source = "the knobs of Yang et al. 2023 (arXiv 2302.12254); Arjovsky et al. 2019, section 5.2",
            .caveat = "groups by the odds ratio, Plackett 1965",
            .hparams = digits_hparams,
            .config_size = sizeof(struct config),
        },
    .keys = digits_keys,
    .is_present = idx_is_present,
    .load = load_digits,
};

const struct dataset_format dataset_format_subpopulation_shapes = {
    .component =
        {
            .name = "subpopulation_shapes",
            .doc = "the same of ten drawn figures, the first five of them or not; no files",
            .source = "the knobs of Yang et al. 2023 (arXiv 2302.12254); Arjovsky et al. 2019, section 5.2",
            .caveat = "groups by the odds ratio, Plackett 1965",
            .hparams = shapes_hparams,
            .config_size = sizeof(struct config),
        },
    .is_embedded = true,
    .load = load_shapes,
};
