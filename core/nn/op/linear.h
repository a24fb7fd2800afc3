/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * linear: what op_linear and op_linear_one_hot have in common. Private to nn/op/.
 */
#ifndef NN_OP_LINEAR_H
#define NN_OP_LINEAR_H

#include "nn/op/op.h"

enum { LINEAR_WEIGHT, LINEAR_BIAS };

/* Sets out (of so many rows), the weights [config->width][in] and bias, and what backward keeps. */
int linear_plan(struct op_node *node, const struct op_linear *config, int rows, int in,
                struct params *params, struct arena *arena, struct error *err);

/* The activation of y[rows][out.width], in place; its slopes where it keeps some. */
void linear_activate(const struct op_node *node, const struct op_linear *config,
                     const struct op_pass *pass);

/* gy becomes the gradient before the activation; the bias's gradient. */
void linear_activate_backward(const struct op_node *node, const struct op_linear *config,
                              const struct op_pass *pass);

#endif
