/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/transform/transform.h"

extern const struct transform_type transform_lisa, transform_mixup, transform_mixup_domains;

static const struct transform_type transform_none = {
    .component = {.name = "none", .doc = "the batch as it is"},
};

/* To add a transform, add its line here. */
static const struct transform_type *const types[] = {
    &transform_none,
    &transform_mixup,
    &transform_mixup_domains,
    &transform_lisa,
    NULL,
};

static const struct component *at(int i)
{
    return types[i] ? &types[i]->component : NULL;
}

const struct component_kind transform_kind = {
    .name = "transform",
    .doc = "the pictures of a batch to others",
    .at = at,
};
