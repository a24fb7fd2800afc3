#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the numbers that tests/test_optimizer.c compares core/nn/optimizer*.c and
core/nn/schedule*.c with: those of PyTorch, in double precision.

    python3 tests/reference/optimizers.py > tests/reference/optimizers.h

Weight i starts as (i - 2) / 2; the gradient of step t (from 1) is sin(1.3 i + 0.7 t) + w / 2."""
import math

import torch
from transformers import get_linear_schedule_with_warmup

N, STEPS, RATE = 5, (1, 2, 30), 0.05
CASES = [
    ("sgd", "momentum = 0", torch.optim.SGD, {}),
    ("sgd", "momentum = 0.9", torch.optim.SGD, {"momentum": 0.9}),
    ("sgd", "momentum = 0.9\\nnesterov = true", torch.optim.SGD,
     {"momentum": 0.9, "nesterov": True}),
    ("sgd", "momentum = 0.5\\nweight_decay = 0.1", torch.optim.SGD,
     {"momentum": 0.5, "weight_decay": 0.1}),
    ("sgd", "momentum = 0.8\\nnesterov = true\\nweight_decay = 0.2", torch.optim.SGD,
     {"momentum": 0.8, "nesterov": True, "weight_decay": 0.2}),
    ("adam", "beta1 = 0.9", torch.optim.Adam, {}),
    ("adam", "beta1 = 0.5\\nbeta2 = 0.9\\nepsilon = 0.001", torch.optim.Adam,
     {"betas": (0.5, 0.9), "eps": 1e-3}),
    ("adam", "weight_decay = 0.1", torch.optim.Adam, {"weight_decay": 0.1}),
    ("adamw", "weight_decay = 0.01", torch.optim.AdamW, {"weight_decay": 0.01}),
    ("adamw", "weight_decay = 0.5\\nbeta2 = 0.99", torch.optim.AdamW,
     {"weight_decay": 0.5, "betas": (0.9, 0.99)}),
    ("adamw", "weight_decay = 0", torch.optim.AdamW, {"weight_decay": 0.0}),
    ("adamw", "bias_correction = false", torch.optim.AdamW, {"corrects": False}),
    ("adam", "bias_correction = false\\nepsilon = 0.001", torch.optim.Adam, {"eps": 1e-3, "corrects": False}),
    ("adagrad", "weight_decay = 0", torch.optim.Adagrad, {}),
    ("adagrad", "weight_decay = 0.1\\nepsilon = 0.01", torch.optim.Adagrad,
     {"weight_decay": 0.1, "eps": 1e-2}),
]


def descend(optimizer, settings, corrects=True):
    """Without corrections: PyTorch's own steps, so late that they are 1."""
    w = torch.nn.Parameter(torch.tensor([(i - 2) / 2 for i in range(N)], dtype=torch.float64))
    opt, seen = optimizer([w], lr=RATE, **settings), []
    if not corrects:
        opt.state[w] = {"step": torch.tensor(1e9), "exp_avg": torch.zeros_like(w), "exp_avg_sq": torch.zeros_like(w)}
    for t in range(1, STEPS[-1] + 1):
        sines = [math.sin(1.3 * i + 0.7 * t) for i in range(N)]
        w.grad = torch.tensor(sines, dtype=torch.float64) + w.detach() / 2
        opt.step()
        if t in STEPS:
            seen.append(w.detach().tolist())
    return seen


def factors(schedule, **settings):
    """The factor of each of 40 steps, 10 epochs of 4."""
    opt = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    rates, schedule = [], schedule(opt, **settings)
    for _ in range(40):
        rates.append(opt.param_groups[0]["lr"])
        opt.step()
        schedule.step()
    return rates


def warmup_factors():
    """transformers' linear schedule, 6 steps of warm-up of 40."""
    opt = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    schedule, rates = get_linear_schedule_with_warmup(opt, 6, 40), []
    for _ in range(40):
        rates.append(opt.param_groups[0]["lr"])
        opt.step()
        schedule.step()
    return rates


def row(values):
    return "{" + ", ".join(f"{v:.17g}" for v in values) + "}"


print("/* SPDX-License-Identifier: GPL-3.0-or-later\n *")
print(f" * Reference numbers for test_optimizer.c, from PyTorch {torch.__version__.split('+')[0]}."
      " To renew:")
print(" *     python3 tests/reference/optimizers.py > tests/reference/optimizers.h\n */")
print("#ifndef TESTS_REFERENCE_OPTIMIZERS_H\n#define TESTS_REFERENCE_OPTIMIZERS_H\n")
print(f"enum {{ REFERENCE_N = {N}, REFERENCE_SEEN = {len(STEPS)} }};\n")
print(f"static const double reference_rate = {RATE};")
print(f"static const int reference_steps[REFERENCE_SEEN] = {{{', '.join(map(str, STEPS))}}};\n")
print("static const struct {\n    const char *optimizer, *settings;")
print("    double weights[REFERENCE_SEEN][REFERENCE_N]; /* after those steps */")
print("} reference_optimizers[] = {")
for name, text, optimizer, settings in CASES:
    print(f'    {{"{name}", "{text}",\n     {{' + ",\n      ".join(
        row(w) for w in descend(optimizer, {k: v for k, v in settings.items() if k != "corrects"},
                                settings.get("corrects", True))) + "}},")
print("};\n")
warmup = warmup_factors()
print("static const struct {\n    const char *schedule, *settings;")
print("    double factors[40]; /* of each step of 10 epochs of 4 */\n} reference_schedules[] = {")
lr = torch.optim.lr_scheduler
for name, text, values in [
    ("constant", "", factors(lr.LambdaLR, lr_lambda=lambda t: 1.0)),
    ("cosine", "floor = 0", factors(lr.CosineAnnealingLR, T_max=40)),
    ("cosine", "floor = 0.1", factors(lr.CosineAnnealingLR, T_max=40, eta_min=0.1)),
    ("linear", "floor = 0", factors(lr.LinearLR, start_factor=1, end_factor=0, total_iters=40)),
    ("linear", "floor = 0.1", factors(lr.LinearLR, start_factor=1, end_factor=0.1, total_iters=40)),
    ("step", "at = [3,7]\\ngamma = 0.1", factors(lr.MultiStepLR, milestones=[12, 28])),
    ("step", "at = [5]\\ngamma = 0.5", factors(lr.MultiStepLR, milestones=[20], gamma=0.5)),
]:
    print(f'    {{"{name}", "{text}",\n     {{' + ",\n      ".join(
        ", ".join(f"{v:.17g}" for v in values[k:k + 4]) for k in range(0, 40, 4)) + "}},")
print("};\n")
print("/* A linear schedule behind 6 steps of warm-up from 0, of transformers. */")
print("static const double reference_warmup[40] = {\n     " + ",\n     ".join(
    ", ".join(f"{v:.17g}" for v in warmup[k:k + 4]) for k in range(0, 40, 4)) + "};\n\n#endif")
