/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * download: a file, or a data set's official archive, fetched by curl; the latter checked and unpacked.
 *
 * This program opens no connection itself. curl gets an address that begins with https://, also where
 * it is led on to, none of the user's settings, and one open file, of at most DOWNLOAD_MAX_SIZE bytes.
 * Nothing is unpacked before its checksum has matched; what fails leaves nothing.
 */
#ifndef DATA_SOURCE_DOWNLOAD_H
#define DATA_SOURCE_DOWNLOAD_H

#include "data/dataset.h"

#define DOWNLOAD_MAX_SIZE (64ul << 30)

/* What is at an address into the open file; the caller checks it. allows_http: http:// too. */
int download_file(const char *url, bool allows_http, int file, struct error *err);

/* Puts the files of `source` under source->root. allows_http: http:// too, whose content only the
 * checksum vouches for. Progress is curl's, on standard error. */
int download_dataset(const struct dataset_source *source, bool allows_http, struct arena *arena,
                     struct error *err);

#endif
