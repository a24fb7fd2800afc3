/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * machine: how much of this machine this process may use: of its cores those that its affinity and its
 * control groups (of both versions, up to the root) leave it, of its memory what is available there.
 * What cannot be read limits nothing.
 *
 *     struct machine machine;
 *     machine_read("", &machine);
 */
#ifndef OS_MACHINE_H
#define OS_MACHINE_H

struct machine {
    int n_cores;   /* at least 1 */
    double memory; /* bytes that can be had without swapping; INFINITY where nothing tells */
};

/* root: what stands before /proc and /sys, for tests; "" otherwise. */
void machine_read(const char *root, struct machine *ret_machine);

#endif
