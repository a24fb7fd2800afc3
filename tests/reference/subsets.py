#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the subsets that tests/test_split.c compares core/data/split.c with.

    python3 tests/reference/subsets.py > tests/reference/subsets.h

Needs numpy. As LDAM-DRW's imbalance_cifar.py describes it: seed numpy's legacy generator, shuffle the places of each
class in turn, keep the first n_max / imbalance^(c / (C - 1)) of them, or of the second half of the classes n_max /
imbalance. Example i has class i * i mod 9 mod 4, so that classes are mixed and not alike in size."""
import numpy as np

N, N_CLASSES = 240, 4
CASES = [("exp", 10, 0), ("exp", 4, 3), ("step", 10, 0), ("step", 3, 7)]


def main():
    labels = np.array([i * i % 9 % N_CLASSES for i in range(N)])
    n_max = np.bincount(labels).max()
    print("/* SPDX-License-Identifier: GPL-3.0-or-later\n *")
    print(" * Reference subsets for test_split.c, from numpy", np.__version__ + ". To renew:")
    print(" *     python3 tests/reference/subsets.py > tests/reference/subsets.h\n */")
    print("#ifndef TESTS_REFERENCE_SUBSETS_H\n#define TESTS_REFERENCE_SUBSETS_H\n\n#include <stdint.h>\n")
    print("enum { SUBSETS_N = %d, SUBSETS_N_CLASSES = %d };\n" % (N, N_CLASSES))
    print("static const struct {\n    int is_step;\n    double imbalance;\n    int rand_number, n;")
    print("    uint32_t places[SUBSETS_N]; /* class by class, in the order drawn */\n} reference_subsets[] = {")
    for profile, imbalance, rand_number in CASES:
        np.random.seed(rand_number)
        places = []
        for c in range(N_CLASSES):
            share = (1 / imbalance) ** (c / (N_CLASSES - 1.0))
            if profile == "step":
                share = 1 if c < N_CLASSES // 2 else 1 / imbalance
            of_class = np.where(labels == c)[0]
            np.random.shuffle(of_class)
            places += of_class[: int(n_max * share)].tolist()
        print("    {%d, %g, %d, %d,\n     {" % (profile == "step", imbalance, rand_number, len(places)), end="")
        lines = [", ".join(map(str, places[i:i + 20])) for i in range(0, len(places), 20)]
        print(",\n      ".join(lines) + "}},")
    print("};\n\n#endif")


main()
