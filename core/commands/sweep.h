/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sweep: what the verbs that train runs share.
 */
#ifndef COMMANDS_SWEEP_H
#define COMMANDS_SWEEP_H

#include "commands/command.h"
#include "store/store.h"

/* The command that goes on with what this one was stopped in, for a shell: this program, the verb, the
 * words (NULL-ended), this command's options, and the data root, wherever that is from. */
const char *sweep_again(const struct invocation *in, const char *verb, const char *const *words);

/* Worker processes: as many as asked for, or as the cores have room for with their threads. */
int sweep_jobs(const struct invocation *in);

/* Has the machine the memory for what is left of a store's plan? A plan that was just made knows by itself. */
int sweep_check_memory(const struct invocation *in, struct store *store, struct error *err);

/* Works on the plan that the store is bound to, says how it went, and prints the table. word: the
 * experiment's name, or the store's path; again: sweep_again's;
 * shown: digest of the plan whose table it is, NULL: the same. */
int sweep_work(const struct invocation *in, const char *word, struct store *store, const char *again,
               const char *shown, enum exit_status *ret_status, struct error *err);

/* sweep --widen. */
int sweep_widen(const struct invocation *in, enum exit_status *ret_status, struct error *err);

#endif
