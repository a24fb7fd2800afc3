-- SPDX-License-Identifier: GPL-3.0-or-later
-- Shuttle of the R package mlbench as a CSV file, label first.
return data_set {
    doc = "Shuttle: 58,000 states of a space shuttle, 9 numbers; 7 classes, from 45,586 rows to 10",
    origin = "NASA, in Statlog and UCI; from the R package mlbench",
    licence = "UCI, CC BY 4.0; mlbench: GPL-2",
    format = "table",
    train = { "mlbench/Shuttle.csv" },
    label = "Class",
    others = "number",
}
