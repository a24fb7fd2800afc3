#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the numbers that tests/test_randomstate.c compares core/math/randomstate.c with.

    python3 tests/reference/randomstate.py > tests/reference/randomstate.h

Needs numpy. A split of an environment of n pictures is the shuffle of 0 .. n-1 under the seed
that the printed tuple (trial, environment) hashes to; of each, the sum over
key[i] * (i + 1) modulo 2^64 is kept, and the last key."""
import hashlib

import numpy as np

N_CASES = 1000


def seed_hash(*args):
    return int(hashlib.md5(str(args).encode()).hexdigest(), 16) % 2**31


def main():
    chooser = np.random.default_rng(2024)
    print("/* SPDX-License-Identifier: GPL-3.0-or-later\n *")
    print(" * Reference numbers for test_randomstate.c, from numpy", np.__version__ + ". To renew:")
    print(" *     python3 tests/reference/randomstate.py > tests/reference/randomstate.h\n */")
    print("#ifndef TESTS_REFERENCE_RANDOMSTATE_H\n#define TESTS_REFERENCE_RANDOMSTATE_H\n")
    print("#include <stdint.h>\n")
    print("static const struct {\n    uint32_t n;\n    int trial, environment;")
    print("    uint32_t seed, last;\n    uint64_t sum;")
    print("    double uniform;  /* uniform(-5, -3.5) of a fresh state */")
    print("    uint32_t choice; /* choice(range(n)) of a fresh state */")
    print("} reference_splits[] = {")
    for case in range(N_CASES):
        n = int(np.exp(chooser.uniform(0, np.log(20000)))) if case > 3 else case + 1
        trial, environment = int(chooser.integers(0, 100)), int(chooser.integers(0, 20))
        seed = seed_hash(trial, environment)
        keys = list(range(n))
        np.random.RandomState(seed).shuffle(keys)
        total = sum(k * (i + 1) for i, k in enumerate(keys)) % 2**64
        uniform = np.random.RandomState(seed).uniform(-5, -3.5)
        choice = np.random.RandomState(seed).choice(n)
        print("    {%d, %d, %d, %d, %d, %du, %.17g, %d}," % (
            n, trial, environment, seed, keys[-1], total, uniform, choice))
    print("};\n\n#endif")


main()
