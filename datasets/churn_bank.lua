-- SPDX-License-Identifier: GPL-3.0-or-later
-- Churn_Modelling.csv without row number, id and surname.
return data_set {
    doc = "customers of a bank: 10,000, 8 numbers and 2 categories; who leaves",
    origin = "\"churn\" of Gorishniy et al. 2021, Bank_Customer_Churn of TabArena",
    licence = "public, as TabArena lists it",
    format = "table",
    train = { "churn_bank/churn.csv" },
    label = "Exited",
    categories = { "Geography", "Gender" },
    others = "number",
}
