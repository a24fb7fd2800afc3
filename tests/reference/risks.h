/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reference weights and values for test_objective_risks.c. To renew:
 *     python3 tests/reference/risks.py > tests/reference/risks.h
 */
#ifndef TESTS_REFERENCE_RISKS_H
#define TESTS_REFERENCE_RISKS_H

enum { RISKS_N = 8 };

static const double risks_losses[RISKS_N] = {0.7, 4, 0.05, 1.6, 0.2, 2.3, 0.4, 1.1};

static const struct {
    const char *name, *settings;
    double weights[RISKS_N], value;
} reference_risks[] = {
    {"tv_dro", "rho=0.1",
     {1, 1.8, 0.2, 1,
      1, 1, 1, 1},
     1.68875},
    {"tv_dro", "rho=0.3",
     {1, 3.4, 0, 1,
      0, 1, 0.6, 1},
     2.4425},
    {"tv_dro", "rho=0.95",
     {0, 8, 0, 0,
      0, 0, 0, 0},
     4},
};

#endif
