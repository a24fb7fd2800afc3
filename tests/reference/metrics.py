#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the numbers that tests/test_metric.c compares core/learn/metric/ with.

    python3 tests/reference/metrics.py > tests/reference/metrics.txt

Needs numpy, scipy and scikit-learn 1.7 or newer. Samples are drawn by a generator of
integers that the test has too, so that only results are stored: one line a case, one
column a name of the first line; "-" where there is no value.
"""
import warnings

import numpy as np
from scipy import special, stats
from sklearn import metrics as sk

from integers import Integers

N_CASES = 1000
warnings.simplefilter("ignore")
NAMES = ("accuracy balanced_accuracy worst_class_accuracy class_accuracy top5_accuracy group_mean_accuracy "
         "worst_group_accuracy macro_f1 f1 matthews degenerate auroc auprc log_loss brier ece r2 rmse mae pearson spearman task_score").split()


def draw_classes(g):
    kind = g.below(6)
    n, k = 1 + g.below(40), 2 + g.below(9)
    top = 1 if kind == 1 else max(1, k - g.below(3)) if kind == 2 else k  # 1: one class only; 2: some absent
    labels = np.array([g.below(top) for _ in range(n)])
    p, s = np.zeros((n, k)), np.zeros((n, k))
    for i in range(n):
        if kind == 3:  # always the same answer, all scores equal
            p[i, 0], left = 1, 0
            p[i] = [1 / 16 if c else 1 - (k - 1) / 16 for c in range(k)]
            continue
        left = 64
        for c in range(k):
            take = left if c == k - 1 else g.below(left + 1)
            p[i, c], left = take / 64, left - take
        if kind != 4:  # mostly right
            at = int(p[i].argmax())
            p[i, [at, labels[i]]] = p[i, [labels[i], at]]
        for c in range(k):
            s[i, c] = (g.below(161) - 80) / 8
    weights = None
    if kind == 5:
        parts = np.array([1 + g.below(9) for _ in range(k)], float)
        parts[[c for c in range(k) if not (labels == c).any()]] = 0
        weights = parts / parts.sum()
    groups = np.array([g.below(4) for _ in range(n)])
    return labels, p, s, weights, groups


def of_classes(labels, p, s, weights, groups):
    n, k = p.shape
    named, classes = p.argmax(axis=1), range(k)
    count = np.bincount(labels, minlength=k)
    w = np.full(n, 1 / n) if weights is None else (weights / np.maximum(count, 1))[labels]
    occur = [c for c in classes if count[c]]
    recall = sk.recall_score(labels, named, labels=occur, average=None)
    by_group = [sk.accuracy_score(labels[groups == e], named[groups == e]) for e in set(groups)]
    f1 = sk.f1_score(labels, named, labels=list(classes), average=None, sample_weight=w, zero_division=np.nan)
    either = sorted(set(labels) | set(named))
    pairs = [(labels == c, p[:, c]) for c in (classes if k > 2 else [1])]
    mean = lambda values: np.mean(values) if len(values) else np.nan
    both = [(y, q) for y, q in pairs if y.any() and not y.all()]
    highest = p.max(axis=1)
    bins = np.clip(np.ceil(highest * 15).astype(int) - 1, 0, 14)
    return {
        "accuracy": sk.accuracy_score(labels, named, sample_weight=w),
        "balanced_accuracy": sk.balanced_accuracy_score(labels, named),
        "worst_class_accuracy": recall.min(),
        "class_accuracy": recall[-1],  # of the last class that occurs
        "top5_accuracy": sum(w * [len([c for c in classes if (-s[i, c], c) < (-s[i, y], y)]) < 5
                                  for i, y in enumerate(labels)]) if k > 5 else np.nan,
        "group_mean_accuracy": np.mean(by_group),
        "worst_group_accuracy": min(by_group),
        "macro_f1": sk.f1_score(labels, named, labels=either, average="macro", sample_weight=w),
        "f1": f1[labels[0]],
        "matthews": sk.matthews_corrcoef(labels, named, sample_weight=w) if len(occur) > 1 else np.nan,
        "degenerate": float(len(set(named)) < 2) if len(occur) > 1 else np.nan,
        "task": (f1[1] + sk.accuracy_score(labels, named, sample_weight=w)) / 2,
        "auroc": mean([sk.roc_auc_score(y, q, sample_weight=w) for y, q in both]),
        "auprc": mean([sk.average_precision_score(y, q, sample_weight=w) for y, q in pairs if y.any()]),
        "log_loss": sk.log_loss(labels, special.softmax(s, axis=1), labels=list(classes), sample_weight=w),
        "brier": sk.brier_score_loss(labels, p if k > 2 else p[:, 1], labels=list(classes), sample_weight=w,
                                     pos_label=1 if k == 2 else None, scale_by_half=False),
        "ece": sum(abs(sum(w[bins == b] * ((named == labels) - highest)[bins == b])) for b in range(15)),
    }


def of_numbers(g):
    kind, n = g.below(4), 2 + g.below(30)
    targets = np.array([(g.below(9 if kind == 1 else 2001) - 4) / 8 for _ in range(n)])
    answers = np.array([(g.below(9 if kind == 1 else 2001) - 4) / 8 for _ in range(n)])
    if kind == 2:
        targets[:] = 0.5
    if kind == 3:
        answers = targets / 2 + 1
    spread = len(set(targets)) > 1
    both = spread and len(set(answers)) > 1
    return {
        "r2": sk.r2_score(targets, answers) if spread else np.nan,
        "rmse": sk.root_mean_squared_error(targets, answers),
        "mae": sk.mean_absolute_error(targets, answers),
        "pearson": stats.pearsonr(answers, targets)[0] if both else np.nan,
        "spearman": stats.spearmanr(answers, targets)[0] if both else np.nan,
    }


print(*NAMES)
for case in range(N_CASES):
    g = Integers(case)
    values = of_classes(*draw_classes(g)) | of_numbers(g)
    values["task_score"] = (values["pearson"] + values["spearman"]) / 2 if case % 2 else values["task"]
    print(*("-" if np.isnan(values[name]) else f"{values[name]:.11g}" for name in NAMES))
