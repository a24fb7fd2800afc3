/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * mount: is a folder on a network file system? Such a one is recognised by the number that statfs(2)
 * gives; FUSE has one number for all that it serves, so that their names are looked up in
 * /proc/self/mountinfo.
 *
 *     if ((name = mount_network_name("results")))
 *         refuse(name);
 */
#ifndef BASE_MOUNT_H
#define BASE_MOUNT_H

#include <stdio.h>
#include <sys/types.h>

/* "NFS", "sshfs" ...: static text. NULL: not one that is known to be of a network, or not to be told. */
const char *mount_network_name(const char *folder);

/* The parts of it: by the number; by the line of the device (st_dev) in mountinfo. */
const char *mount_number_name(long number);
const char *mount_fuse_name(FILE *mountinfo, dev_t device);

#endif
