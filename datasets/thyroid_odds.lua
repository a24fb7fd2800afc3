-- SPDX-License-Identifier: GPL-3.0-or-later
-- thyroid.mat of ODDS as a CSV file, label first.
return data_set {
    doc = "thyroid of ODDS: 3,772 patients, 6 numbers; 2.5% are outliers",
    origin = "Rayana 2016, ODDS, from UCI Thyroid Disease",
    licence = "UCI, CC BY 4.0; file of pyod: BSD-2",
    format = "table",
    train = { "thyroid_odds/thyroid.csv" },
    label = "outlier",
    others = "number",
}
