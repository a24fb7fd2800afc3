-- SPDX-License-Identifier: GPL-3.0-or-later
-- ticdata of the R package kernlab as a CSV file, codes in place of the names of levels.
return data_set {
    doc = "CoIL 2000: 9,822 customers of an insurance, 85 codes in order; 6% buy a caravan policy",
    origin = "van der Putten and van Someren 2000, in UCI; from the R package kernlab",
    licence = "CC BY 4.0; kernlab: GPL-2",
    format = "table",
    train = { "kernlab/ticdata.csv" },
    label = "CARAVAN",
    others = "number",
}
