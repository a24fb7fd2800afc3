#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the numbers that tests/test_domainbed_hparams.c compares core/learn/domainbed_hparams.c with: the
hyper-parameters that DomainBed's own hparams_registry.py gives.

    python3 tests/reference/draws.py DOMAINBED > tests/reference/draws.h

DOMAINBED is a checkout of facebookresearch/DomainBed at b93c22a. Needs numpy; torch is not
needed, as the registry only hashes and draws."""
import sys
from unittest.mock import MagicMock

import numpy as np

sys.modules["torch"] = MagicMock()
sys.modules["torch"].utils.data.Dataset = sys.modules["torch"].optim.Optimizer = object
sys.modules["torch"].nn.Module = object
sys.path.insert(0, sys.argv[1])
from domainbed import hparams_registry  # noqa: E402
from domainbed.lib import misc  # noqa: E402

ALGORITHMS = ["ERM", "IRM", "GroupDRO", "Mixup", "CORAL", "MMD", "VREx", "SD", "IB_ERM"]
DATASETS = ["ColoredMNIST", "RotatedMNIST", "PACS", "DomainNet"]
DRAWS = [(0, 0), (1, 0), (2, 1), (19, 2)]

print("/* SPDX-License-Identifier: GPL-3.0-or-later\n *")
print(" * Reference numbers for test_domainbed_hparams.c, from DomainBed at b93c22a. To renew:")
print(" *     python3 tests/reference/draws.py DOMAINBED > tests/reference/draws.h\n */")
print("#ifndef TESTS_REFERENCE_DRAWS_H\n#define TESTS_REFERENCE_DRAWS_H\n")
print("static const struct {\n    const char *algorithm, *dataset;\n    int draw, trial;")
print("    const char *values; /* in the order of the names */\n} reference_draws[] = {")
for algorithm in ALGORITHMS:
    for dataset in DATASETS:
        for draw, trial in DRAWS:
            if draw == 0:
                values = hparams_registry.default_hparams(algorithm, dataset)
            else:
                seed = misc.seed_hash(draw, trial)
                values = hparams_registry.random_hparams(algorithm, dataset, seed)
            text = " ".join(k + "=" + (str(v).lower() if isinstance(v, (bool, np.bool_))
                                       else "%.17g" % v) for k, v in sorted(values.items()))
            print('    {"%s", "%s", %d, %d,' % (algorithm, dataset, draw, trial))
            print('     "%s"},' % text)
print("};\n\n#endif")
