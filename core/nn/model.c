/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/model.h"

extern const struct model_type model_mlp, model_vit;

/* To add a model, add its line here. */
static const struct model_type *const types[] = {
    &model_mlp,
    &model_vit,
    NULL,
};

static const struct component *at(int i)
{
    return types[i] ? &types[i]->component : NULL;
}

const struct component_kind model_kind = {
    .name = "model",
    .doc = "what maps a picture to class scores",
    .at = at,
};
