#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the numbers that tests/test_loss.c compares core/nn/loss_*.c with: losses and
their gradients as PyTorch's autograd has them, in double.

    python3 tests/reference/losses.py > tests/reference/losses.h

Needs torch (2.15 was used).
"""
import textwrap

import torch
import torch.nn.functional as F

torch.manual_seed(0)
N, C, D = 6, 5, 4
COUNTS = torch.tensor([5000, 1200, 300, 40, 7], dtype=torch.float64)
# Multiples of 1/64: the same in single precision. The last two rows are far from 0.
SCORES = torch.round(torch.randn(N, C, dtype=torch.float64) * 2 * 64) / 64
SCORES[4] *= 20
SCORES[5] = torch.tensor([90.0, -90.0, 0.0, 30.0, 60.0])
LABELS = torch.tensor([0, 4, 2, 1, 3, 1])


def effective(beta):
    w = (1 - beta) / (1 - beta**COUNTS)
    return w * C / w.sum()


def cross_entropy(x, **keywords):
    return F.cross_entropy(x, LABELS, reduction="none", **keywords)


def focal(x, gamma):
    v = cross_entropy(x)
    return (1 - torch.exp(-v)) ** gamma * v


def ldam(x, max_margin, scale):
    margins = COUNTS**-0.25
    margins = margins * max_margin / margins.max()
    return cross_entropy(scale * (x - F.one_hot(LABELS, C) * margins[LABELS][:, None]))


PRIOR = COUNTS / COUNTS.sum()
ONE_HOT = F.one_hot(LABELS, C).double()
CASES = {
    "cross_entropy": lambda x: cross_entropy(x),
    "cross_entropy smoothing=0.1": lambda x: cross_entropy(x, label_smoothing=0.1),
    "cross_entropy class_beta=0.999": lambda x: cross_entropy(x, weight=effective(0.999)),
    "cross_entropy class_beta=1": lambda x: cross_entropy(x, weight=(1 / COUNTS) * C / (1 / COUNTS).sum()),
    "focal gamma=0": lambda x: focal(x, 0),
    "focal gamma=0.5": lambda x: focal(x, 0.5),
    "focal gamma=2": lambda x: focal(x, 2),
    "focal gamma=1 class_beta=0.9999": lambda x: focal(x, 1) * effective(0.9999)[LABELS],
    "ldam max_margin=0.5 scale=3": lambda x: ldam(x, 0.5, 3),
    "ldam max_margin=0.8 scale=1 class_beta=0.99": lambda x: ldam(x, 0.8, 1) * effective(0.99)[LABELS],
    "logit_adjustment t=1": lambda x: cross_entropy(x + torch.log(PRIOR + 1e-12)),
    "logit_adjustment t=1.5": lambda x: cross_entropy(x + torch.log(PRIOR**1.5 + 1e-12)),
    "balanced_softmax": lambda x: cross_entropy(x + torch.log(COUNTS)),
    "mse": lambda x: F.mse_loss(x, ONE_HOT, reduction="none").mean(1),
    "mse class_beta=0.999": lambda x: F.mse_loss(x, ONE_HOT, reduction="none").mean(1) * effective(0.999)[LABELS],
}


def row(values):
    return ", ".join(f"{v:.17g}" for v in values.detach().flatten().tolist())


def show(line):
    print("\n".join(textwrap.wrap(line, 98, subsequent_indent="    ", break_long_words=False)))


def array(name, values, kind="double"):
    show(f"static const {kind} {name}[] = {{{row(values)}}};")


print("""/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reference numbers for test_loss.c. Generated; to renew:
 *     python3 tests/reference/losses.py > tests/reference/losses.h
 */
#ifndef TESTS_REFERENCE_LOSSES_H
#define TESTS_REFERENCE_LOSSES_H
""")
print(f"enum {{ LOSS_N = {N}, LOSS_C = {C}, COSINE_D = {D} }};\n")
array("loss_scores", SCORES, "float")
array("loss_labels", LABELS, "int")
array("loss_counts", COUNTS, "int")
print("\nstatic const struct loss_case {\n    const char *text;\n    double losses[LOSS_N], gradient[LOSS_N * LOSS_C];")
print("} loss_cases[] = {")
for text, f in CASES.items():
    x = SCORES.clone().requires_grad_()
    v = f(x)
    (g,) = torch.autograd.grad(v.sum(), x)
    show(f'{{"{text}", {{{row(v)}}}, {{{row(g)}}}}},')
print("};\n")

# The head of cosines: scores, and the gradients of x and w for a given one of the scores.
x = torch.round(torch.randn(N, D, dtype=torch.float64) * 64).div(64).requires_grad_()
w = torch.round(torch.randn(C, D, dtype=torch.float64) * 64).div(64).requires_grad_()
g = torch.round(torch.randn(N, C, dtype=torch.float64) * 64).div(64)
y = F.linear(F.normalize(x), F.normalize(w))
gx, gw = torch.autograd.grad((y * g).sum(), (x, w))
array("cosine_x", x, "float")
array("cosine_w", w, "float")
array("cosine_gy", g, "float")
array("cosine_y", y)
array("cosine_gx", gx)
array("cosine_gw", gw)
print("\n#endif")
