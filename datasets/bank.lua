-- SPDX-License-Identifier: GPL-3.0-or-later
-- bank-full of UCI's Bank Marketing in TALENT's split, as three files with one header.
local folder = "bank/"

return data_set {
    doc = "Bank Marketing: 28,934 + 7,234 + 9,043 calls, 7 numbers and 9 categories; who takes a deposit",
    origin = "Moro, Cortez and Rita 2014; split of TALENT (LAMDA-Tabular)",
    licence = "CC BY 4.0",
    format = "table",
    train = { folder .. "train.csv" },
    validation = { folder .. "val.csv" },
    test = { folder .. "test.csv" },
    label = "y",
    numbers = { "age", "balance", "day", "duration", "campaign", "pdays", "previous" },
    others = "category",
}
