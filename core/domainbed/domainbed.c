/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "domainbed/domainbed.h"

#include <limits.h>
#include <stddef.h>
#include <string.h>

static const char *const algorithms[] = {
    "ERM",     "ERMPlusPlus", "Fish",     "IRM",    "GroupDRO",      "Mixup",       "MLDG",
    "CORAL",   "MMD",         "DANN",     "CDANN",  "MTL",           "SagNet",      "ARM",
    "VREx",    "RSC",         "SD",       "ANDMask", "SANDMask",     "IGA",         "SelfReg",
    "Fishr",   "TRM",         "IB_ERM",   "IB_IRM", "CAD",           "CondCAD",     "Transfer",
    "CausIRL_CORAL", "CausIRL_MMD", "EQRM", "RDM",  "ADRMX",         "URM",
};

static const struct {
    const char *name;
    const char *environments[12];
} datasets[] = {
    {"Debug28", {"0", "1", "2"}},
    {"Debug224", {"0", "1", "2"}},
    {"ColoredMNIST", {"+90%", "+80%", "-90%"}},
    {"RotatedMNIST", {"0", "15", "30", "45", "60", "75"}},
    {"VLCS", {"C", "L", "S", "V"}},
    {"PACS", {"A", "C", "P", "S"}},
    {"OfficeHome", {"A", "C", "P", "R"}},
    {"TerraIncognita", {"L100", "L38", "L43", "L46"}},
    {"DomainNet", {"clip", "info", "paint", "quick", "real", "sketch"}},
    {"SVIRO",
     {"aclass", "escape", "hilux", "i3", "lexus", "tesla", "tiguan", "tucson", "x5", "zoe"}},
    {"WILDSCamelyon", {"hospital_0", "hospital_1", "hospital_2", "hospital_3", "hospital_4"}},
    {"WILDSFMoW", {"region_0", "region_1", "region_2", "region_3", "region_4", "region_5"}},
    {"SpawriousO2O_easy", {"Test", "SC_group_1", "SC_group_2"}},
    {"SpawriousO2O_medium", {"Test", "SC_group_1", "SC_group_2"}},
    {"SpawriousO2O_hard", {"Test", "SC_group_1", "SC_group_2"}},
    {"SpawriousM2M_easy", {"Test", "SC_group_1", "SC_group_2"}},
    {"SpawriousM2M_medium", {"Test", "SC_group_1", "SC_group_2"}},
    {"SpawriousM2M_hard", {"Test", "SC_group_1", "SC_group_2"}},
};

enum {
    N_ALGORITHMS = sizeof algorithms / sizeof *algorithms,
    N_DATASETS = sizeof datasets / sizeof *datasets,
    MAX_NAMES = sizeof datasets[0].environments / sizeof *datasets[0].environments,
};

int domainbed_algorithm_place(const char *algorithm)
{
    for (int i = 0; i < N_ALGORITHMS; i++)
        if (strcmp(algorithms[i], algorithm) == 0)
            return i;
    return INT_MAX;
}

int domainbed_dataset_place(const char *dataset)
{
    for (int i = 0; i < N_DATASETS; i++)
        if (strcmp(datasets[i].name, dataset) == 0)
            return i;
    return INT_MAX;
}

const char *domainbed_environment(const char *dataset, int environment)
{
    int place = domainbed_dataset_place(dataset);

    return place < INT_MAX && environment < MAX_NAMES ? datasets[place].environments[environment]
                                                      : NULL;
}
