/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * script: experiments and data sets described in Lua, read into plain data.
 *
 *     return experiment {
 *         title = "...", question = "...",
 *         data = shapes { imbalance = 50 },
 *         model = mlp { hidden = { 256, 256 } },
 *         train = { epochs = 10, lr = grid { 0.01, 0.1 } },
 *         methods = {
 *             { "erm", objective = erm {} },
 *             { "rgd", objective = rgd { clip = grid { 1, 3 } } },
 *         },
 *         baseline = "erm", seeds = 6,
 *     }
 *
 * There is a constructor for each entry of each table (rgd, mlp, adam, cosine ...)
 * and for each data set. Every wrong name, type or value is an error that names
 * the file, the line, the key and what would be valid. A script only describes;
 * it runs in script/sandbox, once, before the first run.
 */
#ifndef SCRIPT_SCRIPT_H
#define SCRIPT_SCRIPT_H

#include "plan/experiment.h"

enum { SCRIPT_MAX_SIZE = 1 << 20 };

/* All of DIRECTORY/NAME.lua, sorted by name. Memory from `arena`. A file that describes none is there as
 * broken, with what is wrong, and concerns only who asks for it. */
int script_load_data(const char *directory, struct arena *arena,
                     const struct data_description **ret_data, int *ret_n, struct error *err);

/* May a data set be called so, or is that a constructor or a word of scripts already? */
int script_check_name(const char *name, struct error *err);

/* The experiment of the file `path`; `data` are the data sets it may name. */
int script_load_experiment(const char *path, const char *name,
                           const struct data_description *data, int n_data, struct arena *arena,
                           struct experiment *ret_experiment, struct error *err);

/* One constructor call, as in 'rgd{clip=1}', of the slot `slot`: fills the
 * settings slot = TYPE and slot.KEY = VALUE. */
int script_parse_component(const char *text, const char *slot, struct settings *ret_settings,
                           struct error *err);

#endif
