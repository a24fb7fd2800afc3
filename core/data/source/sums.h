/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sums: the checksums that were published of a data set's files, as they are unpacked. A description
 * names them in the lines that sha256sum and md5sum print:
 *
 *     sums = { "8e2eb146ae34...  test_batch.bin", ... }
 *
 * A name is a file of the lists train and test, or the last parts of its path.
 */
#ifndef DATA_SOURCE_SUMS_H
#define DATA_SOURCE_SUMS_H

#include "data/dataset.h"

/* Do d->files have the sums that the description names, where it does? All of them are read. */
int sums_check(const struct dataset *d, const struct dataset_source *source, struct error *err);

#endif
