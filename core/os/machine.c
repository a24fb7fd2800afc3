/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "os/machine.h"

#include <math.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { PATH_SIZE = 4096 + 200, LINE_SIZE = 4096 };

/* The number behind `key` at the beginning of a line; key "": that at the beginning of the file. False
 * where there is none ("max"). */
static bool read_number(const char *path, const char *key, double *ret_x)
{
    FILE *f = fopen(path, "re");
    char line[LINE_SIZE];
    bool found = false;

    while (f && !found && fgets(line, sizeof line, f))
        found = strncmp(line, key, strlen(key)) == 0 && sscanf(line + strlen(key), " %lf", ret_x) == 1;
    if (f)
        fclose(f);
    return found;
}

/* One group's folder, and the file names and keys of its version. */
struct group {
    const char *folder;
    const char *limit, *usage, *cache; /* of memory; the last a key of memory.stat */
};

static bool read_file(const struct group *g, const char *name, const char *key, double *ret_x)
{
    char path[PATH_SIZE];

    return snprintf(path, sizeof path, "%s/%s", g->folder, name) < (int)sizeof path &&
           read_number(path, key, ret_x);
}

static void limit_cores(double quota, double period, struct machine *m)
{
    if (quota > 0 && period > 0 && quota / period < m->n_cores)
        m->n_cores = (int)fmax(1, ceil(quota / period));
}

/* What the group uses beside files that were read, which give way. */
static void limit_memory(const struct group *g, struct machine *m)
{
    double limit, usage = 0, cache = 0;

    if (!read_file(g, g->limit, "", &limit))
        return;
    read_file(g, g->usage, "", &usage);
    read_file(g, "memory.stat", g->cache, &cache);
    m->memory = fmin(m->memory, fmax(0, limit - fmax(0, usage - cache)));
}

static void read_unified(const char *folder, struct machine *m)
{
    const struct group g = {folder, "memory.max", "memory.current", "file "};
    char path[PATH_SIZE], line[100];
    double quota, period;
    FILE *f;

    limit_memory(&g, m);
    snprintf(path, sizeof path, "%s/cpu.max", folder);
    f = fopen(path, "re");
    if (f && fgets(line, sizeof line, f) && sscanf(line, "%lf %lf", &quota, &period) == 2)
        limit_cores(quota, period, m);
    if (f)
        fclose(f);
}

static void read_memory(const char *folder, struct machine *m)
{
    const struct group g = {folder, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_cache "};

    limit_memory(&g, m);
}

static void read_cpu(const char *folder, struct machine *m)
{
    const struct group g = {.folder = folder};
    double quota, period;

    if (read_file(&g, "cpu.cfs_quota_us", "", &quota) && read_file(&g, "cpu.cfs_period_us", "", &period))
        limit_cores(quota, period, m);
}

/* The folders of a group and of all above it. In a container the path may be of the machine outside, and
 * the root the container's own: what is not there is passed over. */
static void read_groups(const char *root, const char *mount, const char *group,
                        void (*read)(const char *folder, struct machine *m), struct machine *m)
{
    char folder[PATH_SIZE - 100];
    int base = snprintf(folder, sizeof folder, "%s/sys/fs/cgroup%s", root, mount);

    if (base + strlen(group) >= sizeof folder)
        return;
    strcpy(folder + base, group);
    for (char *slash; (slash = strrchr(folder + base, '/')); *slash = '\0')
        read(folder, m);
    read(folder, m);
}

/* Is it in the list "cpu,cpuacct"? */
static bool has_controller(const char *list, const char *name)
{
    size_t length = strlen(name);

    for (const char *at = list; (at = strstr(at, name)); at++)
        if ((at == list || at[-1] == ',') && (at[length] == ',' || at[length] == '\0'))
            return true;
    return false;
}

/* Lines "ID:CONTROLLERS:/GROUP"; none of the former in version two. */
static void read_all_groups(const char *root, struct machine *m)
{
    char path[PATH_SIZE], line[LINE_SIZE];
    FILE *f;

    snprintf(path, sizeof path, "%s/proc/self/cgroup", root);
    f = fopen(path, "re");
    while (f && fgets(line, sizeof line, f)) {
        char *controllers = strchr(line, ':'), *group = controllers ? strchr(controllers + 1, ':') : NULL;

        if (!group)
            continue;
        *group++ = '\0';
        controllers++;
        group[strcspn(group, "\n")] = '\0';
        if (!*controllers)
            read_groups(root, "", group, read_unified, m);
        if (has_controller(controllers, "cpu"))
            read_groups(root, "/cpu", group, read_cpu, m);
        if (has_controller(controllers, "memory"))
            read_groups(root, "/memory", group, read_memory, m);
    }
    if (f)
        fclose(f);
}

void machine_read(const char *root, struct machine *ret_machine)
{
    struct machine m = {1, INFINITY};
    char path[PATH_SIZE];
    cpu_set_t set;
    double kib;

    if (sched_getaffinity(0, sizeof set, &set) == 0)
        m.n_cores = CPU_COUNT(&set);
    snprintf(path, sizeof path, "%s/proc/meminfo", root);
    if (read_number(path, "MemAvailable:", &kib))
        m.memory = 1024 * kib;
    read_all_groups(root, &m);
    *ret_machine = m;
}
