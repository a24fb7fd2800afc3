/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/loss/loss.h"

#include "math/kernels.h"
#include "nn/class_weights.h"

extern const struct loss_type loss_cross_entropy, loss_focal, loss_ldam, loss_logit_adjustment,
    loss_balanced_softmax, loss_mse;

/* To add a loss, add its line here. */
static const struct loss_type *const types[] = {
    &loss_cross_entropy,
    &loss_focal,
    &loss_ldam,
    &loss_logit_adjustment,
    &loss_balanced_softmax,
    &loss_mse,
    NULL,
};

static const struct component *at(int i)
{
    return types[i] ? &types[i]->component : NULL;
}

const struct component_kind loss_kind = {
    .name = "loss",
    .doc = "scores and a label to one number per example",
    .at = at,
};

static const struct hparam common_hparams[] = {
    {"class_beta", HPARAM_NUMBER, offsetof(struct loss_common, class_beta), .fallback = "0",
     .low = 0, .high = 1,
     .doc = "weights (1 - b)/(1 - b^n_c) of the classes, summing to C; 0: none, 1: one over n_c"},
    {"posthoc", HPARAM_NUMBER, offsetof(struct loss_common, posthoc), .fallback = "0", .low = 0,
     .high = 10, .doc = "at test time scores - posthoc * log(share of the class); 0: as they are"},
    {0},
};

const struct component loss_common_component = {
    .name = "(any)",
    .doc = "weights of the classes; logit adjustment after training",
    .formula = "w_y v, also of a smoothed v: PyTorch's weight= is sum_c w_c t_c (-log p_c) there",
    .source = "Cui et al. 2019 (arXiv 1901.05555); Menon et al. 2021 (arXiv 2007.07314)",
    .hparams = common_hparams,
    .config_size = sizeof(struct loss_common),
};

/* -t log(share of c); a class without examples counts as one in a million million. */
static void fill_offsets(const struct loss_data *data, double t, float *ret_offsets)
{
    double n = 0;

    for (int c = 0; c < data->n_classes; c++)
        n += data->class_counts[c];
    for (int c = 0; c < data->n_classes; c++)
        ret_offsets[c] = (float)(-t * kernel_log(data->class_counts[c] / n + 1e-12));
}

int loss_init(struct loss *loss, struct arena *arena, const struct loss_type *type,
              const void *config, const struct loss_common *common, const struct loss_data *data,
              struct error *err)
{
    size_t n = (size_t)data->n_classes;

    if (data->n_classes > LOSS_MAX_CLASSES)
        return error_set(err, "%d classes are more than %d", data->n_classes, LOSS_MAX_CLASSES);
    *loss = (struct loss){.type = type, .config = config, .n_classes = data->n_classes};
    if (type->prepare) {
        loss->table = arena_alloc(arena, n * sizeof *loss->table);
        type->prepare(config, data, loss->table);
    }
    if (common->class_beta > 0) {
        loss->weights = arena_alloc(arena, n * sizeof *loss->weights);
        class_weights(common->class_beta, data->class_counts, data->n_classes, loss->weights);
    }
    if (common->posthoc > 0) {
        loss->offsets = arena_alloc(arena, n * sizeof *loss->offsets);
        fill_offsets(data, common->posthoc, loss->offsets);
    }
    return 0;
}

void loss_compute(const struct loss *loss, int n, const float *scores, const int *labels,
                  const float *targets, double *ret_losses, float *ret_gradient)
{
    struct loss_batch batch = {n, loss->n_classes, scores, labels, targets, loss->table};

    loss->type->compute(loss->config, &batch, ret_losses, ret_gradient);
    if (!loss->weights)
        return;
    for (int i = 0; i < n; i++) {
        double w = loss->weights[labels[i]];

        ret_losses[i] *= w;
        if (ret_gradient)
            kernels->scale(ret_gradient + (size_t)i * (size_t)loss->n_classes, (float)w,
                           (size_t)loss->n_classes);
    }
}

double loss_soft_max(double *z, int n, int label, double *ret_others)
{
    double max = z[0], at_label = z[label], sum = 0, others = 0;

    for (int c = 1; c < n; c++)
        if (z[c] > max)
            max = z[c];
    for (int c = 0; c < n; c++)
        z[c] -= max;
    kernels->exps(z, z, (size_t)n);
    for (int c = 0; c < n; c++) {
        sum += z[c];
        if (c != label)
            others += z[c];
    }
    for (int c = 0; c < n; c++)
        z[c] /= sum;
    *ret_others = others / sum;
    return kernel_log(sum) - (at_label - max);
}
