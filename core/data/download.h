/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * download: a data set's official archive, fetched by curl, checked, unpacked.
 *
 * This program opens no connection itself. Nothing is unpacked before its
 * checksum has matched.
 */
#ifndef DATA_DOWNLOAD_H
#define DATA_DOWNLOAD_H

#include "data/dataset.h"

/* Puts the files of `source` under source->root. Progress is curl's, on standard
 * error. */
int download_dataset(const struct dataset_source *source, struct arena *arena, struct error *err);

#endif
