/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * project: where an experiment's files are, from the folder we stand in: one name
 * joins experiments/NAME.lua, results/NAME.db and plots/NAME/.
 */
#ifndef COMMANDS_PROJECT_H
#define COMMANDS_PROJECT_H

#include "base/listener.h"
#include "commands/command.h"
#include "data/dataset.h"
#include "store/store.h"

#include <stdio.h>

/* "results/NAME.db" and so on, in `arena`. */
const char *project_path(struct arena *arena, const char *folder, const char *name,
                         const char *ending);

/* A word that ends in .db stands for a store by its path, any other for an experiment, whose store is
 * results/NAME.db. The log lies beside it. */
bool project_is_store(const char *word);
const char *project_store_path(struct arena *arena, const char *word);
const char *project_log_path(struct arena *arena, const char *store_path);

/* The folders of all stores that the words may name, and of what is linked there, and of --rescue: where a
 * verb that reads stores may write (walls_raise), as SQLite does. NULL-ended. */
const char *const *project_folders(const struct invocation *in);

/* The experiment NAME with the words applied. */
int project_load(struct arena *arena, const char *name, const char *const *words, int n_words,
                 struct experiment *ret_experiment, struct error *err);

/* The data set that datasets/NAME.lua describes; and opened with its format's default settings, but
 * leaving out bad pictures where that is asked for. */
int project_find_data(const struct invocation *in, const char *name, struct dataset_source *ret_source,
                      struct error *err);
int project_open_data(const struct dataset_source *source, bool skips_bad, struct arena *arena, struct dataset *ret_dataset,
                      struct error *err);

/* What the plan is, and what it can find. */
void project_tell_plan(const struct plan *plan, FILE *out);

/* Its runs on standard output, a line each. */
void project_print_runs(const struct plan *plan);

/* A sweep's beginning: the plan into the store at `path`, which is made with its folder where missing;
 * data that are not what they were are said, and what failed there is planned again, which is said: neither
 * with --quiet. The latter also by itself. */
int project_put_plan(const struct invocation *in, const struct plan *plan, const char *path,
                     struct store **ret_store, struct error *err);
int project_retry_failed(const struct invocation *in, struct store *store, struct error *err);

/* The store of experiment NAME. Says what to do where there is none. */
int project_open_store(struct arena *arena, const char *name, enum store_mode mode,
                       struct store **ret_store, struct error *err);

/* Tells on standard error: on a terminal a line that is rewritten until it is the last one,
 * elsewhere only those. */
extern const struct listener project_listener;

#endif
