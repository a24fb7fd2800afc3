/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * augment: random changes to training pictures.
 *
 * `crop_flip` shifts and mirrors (batch.c does it, on bytes). `domainbed` is the list
 * that DomainBed trains PACS and its like with, in torchvision's order and laws: a part of the
 * picture resized to the whole, mirrored or not, colours jittered, sometimes grey. Two
 * differences: it starts from the pictures of the cache, which have the model's size already,
 * and it computes in floats, where Pillow rounds to a byte behind each change.
 *
 *     struct augment_change change = augment_draw(&rng, 48, 48);
 *     augment_apply(&change, pixels, 3, 48, 48, y);
 */
#ifndef DATA_AUGMENT_H
#define DATA_AUGMENT_H

#include "base/component.h"
#include "math/rng.h"

struct augment_config {
    int augment; /* enum augment_kind */
    int pad;
};

enum augment_kind { AUGMENT_NONE, AUGMENT_CROP_FLIP, AUGMENT_DOMAINBED };

/* hparams of `struct augment_config`, under "data". */
extern const struct component augment_component;

enum augment_jitter { JITTER_BRIGHTNESS, JITTER_CONTRAST, JITTER_SATURATION, JITTER_HUE, N_JITTERS };

/* What happens to one picture, from top to bottom. */
struct augment_change {
    int top, left, height, width; /* the part that is resized to the whole */
    bool flip;
    int order[N_JITTERS];      /* enum augment_jitter; jitters in this order */
    double amounts[N_JITTERS]; /* factors around 1; of the hue, turns around 0 */
    bool is_grey;
};

struct augment_change augment_draw(struct rng *rng, int height, int width);

/* x[C][H][W] bytes to y[C][H][W] from 0 to 255. Colours are changed where C is 3. Sides are up
 * to 256. */
void augment_apply(const struct augment_change *change, const unsigned char *x, int channels,
                   int height, int width, float *y);

#endif
