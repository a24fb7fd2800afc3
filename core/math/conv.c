/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/conv.h"

#include "math/kernels.h"

const struct convs *convs(void)
{
    return kernels == &kernels_v4 ? &convs_v4 : &convs_v3;
}
