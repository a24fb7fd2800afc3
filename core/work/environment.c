/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "work/environment.h"

#include "base/hash.h"
#include "learn/platform.h"
#include "store/sql.h"

#include <gnu/libc-version.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "build.h" /* made by the Makefile: BUILD_COMMIT, BUILD_DIRTY, BUILD_PATCH, BUILD_FLAGS */

#define VERSION "0.1.0"

/* The file BUILD_PATCH, put in by the assembler. */
extern const char build_patch[];
__asm__(".pushsection .rodata\n"
        ".global build_patch\nbuild_patch:\n.incbin \"" BUILD_PATCH "\"\n.byte 0\n"
        ".popsection\n");

static void set(struct settings *s, const char *name, const char *text)
{
    settings_set(s, name, value_string(text));
}

static void read_cpu(char *ret_model, size_t size)
{
    char line[512];
    FILE *f = fopen("/proc/cpuinfo", "re");

    snprintf(ret_model, size, "unknown");
    while (f && fgets(line, sizeof line, f)) {
        char *colon = strchr(line, ':');

        if (strncmp(line, "model name", 10) == 0 && colon) {
            line[strcspn(line, "\n")] = '\0';
            snprintf(ret_model, size, "%s", colon + 2);
            break;
        }
    }
    if (f)
        fclose(f);
}

void environment_read(struct settings *ret_settings)
{
    char text[512];
    struct utsname system;

    set(ret_settings, "version", VERSION);
    set(ret_settings, "commit", BUILD_COMMIT);
    settings_set(ret_settings, "commit.dirty", value_bool(BUILD_DIRTY));
    if (*build_patch) {
        char hex[HASH_HEX_SIZE];

        hash_block(build_patch, strlen(build_patch), hex);
        set(ret_settings, "commit.patch", hex);
    }
    set(ret_settings, "compiler", __VERSION__);
    set(ret_settings, "compiler.flags", BUILD_FLAGS);
    set(ret_settings, "libc", gnu_get_libc_version());
    set(ret_settings, "sqlite", sql_version());
    platform_read(ret_settings);
    read_cpu(text, sizeof text);
    set(ret_settings, "cpu", text);
    if (uname(&system) == 0) {
        snprintf(text, sizeof text, "%s %s", system.sysname, system.release);
        set(ret_settings, "system", text);
    }
}

const char *environment_patch(void)
{
    return build_patch;
}

const char *environment_version(void)
{
    return "rgdbench " VERSION " (" BUILD_COMMIT ")";
}
