/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bus_error: a mapped file that becomes shorter, or whose disk fails, while it is read ends a process
 * by SIGBUS: no call can report it. From bus_error_catch on, the process says which file, in one line
 * on standard error, and exits with EXIT_STORAGE. Stores and checkpoints are as after a kill.
 */
#ifndef OS_BUS_ERROR_H
#define OS_BUS_ERROR_H

void bus_error_catch(void);

/* The signal ends the process again: for one whose parent looks for that. */
void bus_error_leave(void);

#endif
