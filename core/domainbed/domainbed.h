/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * domainbed: the names and the order that DomainBed's tables give to algorithms, data sets
 * and environments (facebookresearch/DomainBed at b93c22a). Other names come after these.
 */
#ifndef DOMAINBED_DOMAINBED_H
#define DOMAINBED_DOMAINBED_H

enum {
    DOMAINBED_MAX_ENVIRONMENTS = 64,
};

/* Its place in their order; INT_MAX where they have none of that name. */
int domainbed_algorithm_place(const char *algorithm);
int domainbed_dataset_place(const char *dataset);

/* "-90%", or NULL where the data set or the environment is not theirs. */
const char *domainbed_environment(const char *dataset, int environment);

#endif
