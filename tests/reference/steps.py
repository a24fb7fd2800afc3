#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the weights that tests/test_step.c compares ours with.

    python3 tests/reference/steps.py > tests/reference/steps.h

Needs torch. In double precision. Five steps of SGD with momentum on one small batch, by each kind of step; a
weight's first value follows from its name and place alone, as in table_models.py.
"""
import torch
from torch import nn
from torch.nn import functional as F

N, COLUMNS, HIDDEN, CLASSES, STEPS, RATE, MOMENTUM = 11, 5, 6, 3, 5, 0.1, 0.9

torch.set_default_dtype(torch.float64)


def numbers(name, *shape):
    """From -1/2 to 1/2, exact in single precision."""
    i = torch.arange(torch.Size(shape).numel())
    mixed = (i * 2654435761 + 40503 * sum(name.encode())) % 2 ** 32
    return ((mixed >> 8).double() / 2 ** 24 - 0.5).reshape(shape)


X, Y = 3 * numbers("x", N, COLUMNS), torch.arange(N) * 7 % 5 % CLASSES


def make(prefix=""):
    net = nn.Sequential(nn.Linear(COLUMNS, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, CLASSES))
    for layer, name in ((net[0], "hidden1"), (net[2], "output")):
        layer.weight.data = numbers(prefix + name + ".weight", *layer.weight.shape)
        layer.bias.data = numbers(prefix + name + ".bias", *layer.bias.shape)
    return net


class SGD:
    """torch.optim's, which cannot be loaded beside a file that is called statistics.py."""

    def __init__(self, parameters):
        self.parameters = list(parameters)
        self.speeds = [torch.zeros_like(p) for p in self.parameters]

    def move(self, loss):
        gradients = torch.autograd.grad(loss, self.parameters)
        for p, v, g in zip(self.parameters, self.speeds, gradients):
            v.mul_(MOMENTUM).add_(g)
            p.data.sub_(RATE * v)


def losses(net, x=X):
    return F.cross_entropy(net(x), Y, reduction="none")


def l1():
    """The last layer alone, with 0.1 times its weights' L1 norm."""
    net = make()
    optimizer = SGD(net[2].parameters())
    for _ in range(STEPS):
        optimizer.move(losses(net).mean() + 0.1 * net[2].weight.abs().sum())
    return net


def ascend(net, gamma=1.0, steps=15):
    def slope(z):
        z = z.detach().requires_grad_()
        return torch.autograd.grad(losses(net, z).sum(), z)[0]

    e = 0.5 / gamma
    z = X + e * slope(X)
    for t in range(steps):
        z = z + (e * slope(z) - (z - X)) / (t + 2) ** 0.5
    return z


def wrm():
    net = make()
    optimizer = SGD(net.parameters())
    for _ in range(STEPS):
        optimizer.move(losses(net, ascend(net)).mean())
    return net


def lff(q=0.7):
    net, biased = make(), make("biased.")
    optimizer, biased_optimizer = SGD(net.parameters()), SGD(biased.parameters())
    for _ in range(STEPS):
        b, d = losses(biased), losses(net)
        w = (b / (b + d + 1e-8)).detach()
        p = F.softmax(biased(X), 1).gather(1, Y[:, None])[:, 0].detach()
        biased_optimizer.move((b * q * p ** q).mean())
        optimizer.move((d * w).mean())
    return net


print("""/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Weights behind five steps of each kind in PyTorch, for test_step.c. Generated; to renew:
 *     python3 tests/reference/steps.py > tests/reference/steps.h
 */
#ifndef TESTS_REFERENCE_STEPS_H
#define TESTS_REFERENCE_STEPS_H

static const struct reference_step {
    const char *name;
    double weights[57]; /* of hidden1 and output, weight and bias, as PyTorch has them */
} reference_steps[] = {""")
for kind in (l1, wrm, lff):
    values = torch.cat([p.detach().flatten() for p in kind().parameters()]).tolist()
    print(f'    {{"{kind.__name__}",\n     {{', end="")
    for k in range(0, len(values), 6):
        end = "}},\n" if k + 6 >= len(values) else ",\n      "
        print(", ".join(f"{v:.12g}" for v in values[k:k + 6]), end=end)
print("};\n\n#endif")
