/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reference numbers for test_objective_vectors.c. Generated; to renew:
 *     python3 tests/reference/objectives.py > tests/reference/objectives.h
 */
#ifndef TESTS_REFERENCE_OBJECTIVES_H
#define TESTS_REFERENCE_OBJECTIVES_H

#include <math.h>

static const struct {
    const char *text;
    double weights[8], value; /* NAN: it has none */
} vectors[] = {
    {"term t=1 by=both",
     {0.221239426990201, 5.99838469899857, 0.203550099098126, 0.203550099098126,
      0.203550099098126, 0.389908525572285, 0.389908525572285, 0.389908525572285},
     2.20850978385087},
    {"term t=-2 by=class",
     {0.0781814023641343, 0.0781814023641343, 1.30727286587862, 1.30727286587862,
      1.30727286587862, 1.30727286587862, 1.30727286587862, 1.30727286587862},
     1.07563825942731},
    {"term t=3 by=environment",
     {0.0382480735017778, 1.96175192649822, 0.0382480735017778, 0.0382480735017778,
      0.0382480735017778, 1.96175192649822, 1.96175192649822, 1.96175192649822},
     1.72538736198153},
    {"vrex lambda=0.3 anneal=0 by=both",
     {0.865, 4.825, 0.255, 0.255,
      0.255, 0.515, 0.515, 0.515},
     2.21880729166667},
    {"group_dro eta=0.5 adjustment=2 by=both",
     {1.03141916394126, 4.69868227692136, 0.37592807534123, 0.37592807534123,
      0.37592807534123, 0.380704777704565, 0.380704777704565, 0.380704777704565},
     NAN},
};

#endif
