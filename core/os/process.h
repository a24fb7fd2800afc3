/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * process: who runs here, and starting ourselves anew.
 *
 * An owner is "HOST PID START/BOOT:NAMESPACE": the start time (of /proc/PID/stat) tells a process from
 * a later one with the same number; the boot and the PID namespace tell whose numbers those are, since
 * containers may share a host's name.
 */
#ifndef OS_PROCESS_H
#define OS_PROCESS_H

#include "base/error.h"
#include "base/text.h"

#include <stdbool.h>
#include <sys/types.h>

enum { PROCESS_OWNER_SIZE = 160 };

void process_owner(pid_t pid, char ret_owner[PROCESS_OWNER_SIZE]);

/* False only where the owner is of this host, boot and PID namespace, and is not there any more. */
bool process_is_alive(const char *owner);

/* Starts this program again with the given arguments (argv[0] included,
 * NULL-ended), standard output and error appended to `log`; no shell, and no
 * open file but those. Gives the process id, or -1. */
pid_t process_start(const char *const *argv, const char *log, struct error *err);

/* Lets a process have so many bytes of data and no more: it ends as "out of memory" before the system
 * ends whom it likes. */
void process_limit_memory(pid_t pid, double bytes);

enum process_stream { PROCESS_OUTPUT = 1, PROCESS_ERRORS = 2 };

struct process_call {
    const char *const *argv; /* NULL-ended; argv[0] is a program of the PATH */
    const char *const *envp; /* NULL: this process's */
    int streams;             /* of enum process_stream: what is captured; the other goes nowhere */
    size_t most;             /* bytes that are; a program that writes more ends by SIGPIPE. 0: all */
};

/* Runs a program to its end, without a shell: what it writes, and its exit status (128 and the signal,
 * where one ended it). -1 with errno where it could not be started. The caller releases *ret_output. */
int process_capture(const struct process_call *call, struct text *ret_output, int *ret_status,
                    struct error *err);

/* The most memory this process has had, in bytes. */
long process_peak_memory(void);

/* Name of this machine. Static text. */
const char *process_host(void);

#endif
