/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/domainbed_hparams.h"

#include "math/randomstate.h"

#include <math.h>
#include <string.h>

enum { MAX_CHOICES = 8 };

/* How a value comes from the generator. */
enum law {
    FIXED,       /* always the default */
    POWER_OF_10, /* 10^u, u uniform on [low, high) */
    WHOLE_OF_10, /* that, rounded down */
    WHOLE_OF_2,  /* 2^u, rounded down */
    CHOICE,      /* one of choices */
};

struct row {
    const char *name;
    const char *algorithms; /* blank-separated; NULL: all */
    const char *datasets;   /* likewise; the first row of a name that fits counts */
    enum law law;
    double low, high;
    double choices[MAX_CHOICES]; /* n_choices of them */
    int n_choices;
    double fallback;
    bool is_truth;
    const char *setting;
};

static const char SMALL[] = "Debug28 RotatedMNIST ColoredMNIST";

static const struct row rows[] = {
    {.name = "data_augmentation", .fallback = 1, .is_truth = true},
    {.name = "resnet18", .is_truth = true},
    {.name = "resnet50_augmix", .fallback = 1, .is_truth = true},
    {.name = "dinov2", .is_truth = true},
    {.name = "vit", .is_truth = true},
    {.name = "vit_attn_tune", .is_truth = true},
    {.name = "freeze_bn", .is_truth = true},
    {.name = "lars", .is_truth = true},
    {.name = "linear_steps", .fallback = 500},
    {.name = "resnet_dropout", .law = CHOICE, .choices = {0, 0.1, 0.5}, .n_choices = 3},
    {.name = "vit_dropout", .law = CHOICE, .choices = {0, 0.1, 0.5}, .n_choices = 3},
    {.name = "class_balanced", .is_truth = true},
    {.name = "nonlinear_classifier", .is_truth = true},
    {.name = "irm_lambda", .algorithms = "IRM", .law = POWER_OF_10, .low = -1, .high = 5,
     .fallback = 1e2, .setting = "penalty.lambda"},
    {.name = "irm_penalty_anneal_iters", .algorithms = "IRM", .law = WHOLE_OF_10, .low = 0,
     .high = 4, .fallback = 500, .setting = "penalty.anneal"},
    {.name = "mixup_alpha", .algorithms = "Mixup", .law = POWER_OF_10, .low = -1, .high = 1,
     .fallback = 0.2, .setting = "transform.alpha"},
    {.name = "groupdro_eta", .algorithms = "GroupDRO", .law = POWER_OF_10, .low = -3, .high = -1,
     .fallback = 1e-2,
     .setting = "objective.eta"},
    {.name = "mmd_gamma", .algorithms = "MMD CORAL", .law = POWER_OF_10, .low = -1, .high = 1,
     .fallback = 1, .setting = "penalty.gamma"},
    {.name = "vrex_lambda", .algorithms = "VREx", .law = POWER_OF_10, .low = -1, .high = 5,
     .fallback = 1e1, .setting = "objective.lambda"},
    {.name = "vrex_penalty_anneal_iters", .algorithms = "VREx", .law = WHOLE_OF_10, .low = 0,
     .high = 4, .fallback = 500, .setting = "objective.anneal"},
    {.name = "sd_reg", .algorithms = "SD", .law = POWER_OF_10, .low = -5, .high = -1,
     .fallback = 0.1, .setting = "penalty.lambda"},
    {.name = "ib_lambda", .algorithms = "IB_ERM", .law = POWER_OF_10, .low = -1, .high = 5,
     .fallback = 1e2, .setting = "penalty.lambda"},
    {.name = "ib_penalty_anneal_iters", .algorithms = "IB_ERM", .law = WHOLE_OF_10, .low = 0,
     .high = 4, .fallback = 500, .setting = "penalty.anneal"},
    /* Ours; neither paper states its grid. */
    {.name = "rgd_clip", .algorithms = "RGD FRR_RGD", .law = CHOICE,
     .choices = {0.5, 1, 2, 3, 5, 7, 9}, .n_choices = 7, .fallback = 1, .setting = "objective.clip"},
    {.name = "frr_lambda", .algorithms = "FRR FRR_RGD", .law = POWER_OF_10, .low = -3, .high = 1,
     .fallback = 0.1, .setting = "penalty.lambda"},
    {.name = "lr", .datasets = SMALL, .law = POWER_OF_10, .low = -4.5, .high = -2.5,
     .fallback = 1e-3, .setting = "train.lr"},
    {.name = "lr", .law = POWER_OF_10, .low = -5, .high = -3.5, .fallback = 5e-5,
     .setting = "train.lr"},
    {.name = "weight_decay", .datasets = SMALL, .setting = "optimizer.weight_decay"},
    {.name = "weight_decay", .law = POWER_OF_10, .low = -6, .high = -2,
     .setting = "optimizer.weight_decay"},
    {.name = "batch_size", .datasets = SMALL, .law = WHOLE_OF_2, .low = 3, .high = 9,
     .fallback = 64, .setting = "train.batch"},
    {.name = "batch_size", .datasets = "DomainNet", .law = WHOLE_OF_2, .low = 3, .high = 5,
     .fallback = 32, .setting = "train.batch"},
    {.name = "batch_size", .law = WHOLE_OF_2, .low = 3, .high = 5.5, .fallback = 32, .setting = "train.batch"},
};

enum { N_ROWS = sizeof rows / sizeof *rows };

const char *const domainbed_hparams_choices[] = {
    "none", "ERM", "IRM", "GroupDRO", "Mixup", "CORAL", "MMD", "VREx", "SD", "IB_ERM",
    "RGD",  "FRR", "FRR_RGD", NULL, /* these are ours */
};

/* Is `word` one of the blank-separated words? NULL has all. */
static bool has_word(const char *words, const char *word)
{
    size_t length = strlen(word);

    for (const char *at = words; at && *at; at += strspn(at, " ")) {
        size_t n = strcspn(at, " ");

        if (n == length && strncmp(at, word, n) == 0)
            return true;
        at += n;
    }
    return !words;
}

static double draw_one(const struct row *row, uint32_t seed)
{
    struct arena arena = {0};
    struct randomstate r;

    randomstate_init(&r, randomstate_hash(arena_printf(&arena, "(%u, '%s')", seed, row->name)));
    arena_release(&arena);
    switch (row->law) {
    case POWER_OF_10:
        return pow(10, randomstate_uniform(&r, row->low, row->high));
    case WHOLE_OF_10:
        return floor(pow(10, randomstate_uniform(&r, row->low, row->high)));
    case WHOLE_OF_2:
        return floor(pow(2, randomstate_uniform(&r, row->low, row->high)));
    case CHOICE:
        return row->choices[randomstate_below(&r, (uint32_t)row->n_choices)];
    case FIXED:
        break;
    }
    return row->fallback;
}

int domainbed_hparams_make(const char *algorithm, const char *dataset, int draw, int trial,
                           struct arena *arena, struct domainbed_hparam **ret_draws, int *ret_n,
                           struct error *err)
{
    struct domainbed_hparam *draws = arena_alloc(arena, N_ROWS * sizeof *draws);
    uint32_t seed = randomstate_hash(arena_printf(arena, "(%d, %d)", draw, trial));
    int n = 0;

    for (int i = 1; !domainbed_hparams_choices[i] || strcmp(domainbed_hparams_choices[i],
                                                            algorithm) != 0; i++)
        if (!domainbed_hparams_choices[i])
            return text_unknown(err, "algorithm", algorithm, domainbed_hparams_choices + 1);
    for (int i = 0; i < N_ROWS; i++) {
        const struct row *row = &rows[i];
        double x;

        if (!has_word(row->algorithms, algorithm) || !has_word(row->datasets, dataset) ||
            (n && strcmp(draws[n - 1].name, row->name) == 0))
            continue;
        x = draw == 0 ? row->fallback : draw_one(row, seed);
        draws[n++] = (struct domainbed_hparam){row->name, row->setting,
                                               row->is_truth ? value_bool(x != 0) : value_number(x)};
    }
    *ret_draws = draws;
    *ret_n = n;
    return 0;
}
