/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/histogram.h"

#include <math.h>

/* 2^(k/8); spelt out, as libm's last bits differ by machine. */
static const double ratios[HISTOGRAM_PER_OCTAVE] = {
    1,
    1.0905077326652577,
    1.189207115002721,
    1.2968395546510096,
    1.4142135623730951,
    1.5422108254079407,
    1.681792830507429,
    1.8340080864093424,
};

double histogram_edge(int bin)
{
    int k = bin - 1;

    return bin == 0 ? 0 : ldexp(ratios[k % HISTOGRAM_PER_OCTAVE],
                                k / HISTOGRAM_PER_OCTAVE - HISTOGRAM_OCTAVES);
}

static int bin_of(double x)
{
    int octave, k = 0;
    double part;

    x *= 1 + 0x1p-30; /* what rounding has put below an edge */
    if (!(x >= histogram_edge(1)))
        return 0;
    if (x >= histogram_edge(HISTOGRAM_N - 1))
        return HISTOGRAM_N - 1;
    part = 2 * frexp(x, &octave); /* x = part * 2^(octave-1), and part is in [1, 2) */
    while (k + 1 < HISTOGRAM_PER_OCTAVE && part >= ratios[k + 1])
        k++;
    return (octave - 1 + HISTOGRAM_OCTAVES) * HISTOGRAM_PER_OCTAVE + k + 1;
}

void histogram_add(struct histogram *h, const double *x, int n, double scale)
{
    for (int i = 0; i < n; i++)
        h->counts[bin_of(scale * x[i])]++;
}

int64_t histogram_shares(const struct histogram *h, float ret_shares[HISTOGRAM_N])
{
    int64_t n = 0;

    for (int i = 0; i < HISTOGRAM_N; i++)
        n += h->counts[i];
    for (int i = 0; i < HISTOGRAM_N; i++)
        ret_shares[i] = n ? (float)((double)h->counts[i] / (double)n) : 0;
    return n;
}
