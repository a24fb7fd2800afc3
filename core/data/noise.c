/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/noise.h"

static const char *const kinds[] = {"uniform", "flip", "flip2", NULL};
static const char *const validations[] = {
    [NOISE_VALIDATION_CLEAN] = "clean", [NOISE_VALIDATION_NOISY] = "noisy", NULL};

static const struct hparam hparams[] = {
    {"label_noise", HPARAM_NUMBER, offsetof(struct noise_config, rate), .fallback = "0", .low = 0,
     .high = 1, .doc = "probability that the label of a training picture is drawn anew"},
    {"noise_kind", HPARAM_CHOICE, offsetof(struct noise_config, kind), .fallback = "\"uniform\"",
     .choices = kinds, .doc = "drawn from all classes, from one other, or from two others"},
    {"noisy_labels", HPARAM_TEXT, offsetof(struct noise_config, noisy_labels), .fallback = "\"\"", .high = 64,
     .is_later = true,
     .doc = "labels of the training part that a file beside the data has, wrong ones among them, by the name that its "
            "description gives them"},
    {"validation_labels", HPARAM_CHOICE, offsetof(struct noise_config, validation_labels), .fallback = "\"clean\"",
     .choices = validations, .is_later = true,
     .doc = "where training labels are wrong, labels of validation: clean, or as wrong; the test part is clean"},
    {0},
};

const struct component noise_component = {
    .name = "noise",
    .doc = "wrong labels in the training part",
    .source = "the corruption of Shu et al. 2019 (Meta-Weight-Net), from its code",
    .hparams = hparams,
    .config_size = sizeof(struct noise_config),
};

/* A class other than c, and than `also` unless that is c. */
static int other_class(struct rng *rng, int n_classes, int c, int also)
{
    int n_others = n_classes - (also == c ? 1 : 2);
    int first = c < also ? c : also, second = c < also ? also : c;
    int k = (int)rng_below(rng, (uint32_t)n_others);

    k += k >= first;
    return also == c ? k : k + (k >= second);
}

bool noise_is_there(const struct noise_config *config)
{
    return config->rate > 0 || *config->noisy_labels;
}

int noise_apply(const struct noise_config *config, struct rng rng, const uint32_t *indices, int n,
                int n_classes, uint16_t *labels, struct error *err)
{
    int least = config->kind == NOISE_FLIP2 ? 3 : 2;

    if (config->rate == 0)
        return 0;
    if (n_classes < least)
        return error_set(err, "data.noise_kind %s needs %d classes; there are %d",
                         kinds[config->kind], least, n_classes);
    for (int k = 0; k < n; k++) {
        struct rng own = rng_index(rng_derive(rng, "examples"), indices[k]);
        int label = labels[indices[k]];
        struct rng of_class = rng_index(rng_derive(rng, "classes"), (uint64_t)label);
        int target;

        if (rng_uniform(&own) >= config->rate)
            continue;
        if (config->kind == NOISE_UNIFORM) {
            labels[indices[k]] = (uint16_t)rng_below(&own, (uint32_t)n_classes);
            continue;
        }
        target = other_class(&of_class, n_classes, label, label);
        if (config->kind == NOISE_FLIP2 && rng_below(&own, 2))
            target = other_class(&of_class, n_classes, label, target);
        labels[indices[k]] = (uint16_t)target;
    }
    return 0;
}
