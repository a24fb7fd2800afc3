-- SPDX-License-Identifier: GPL-3.0-or-later
-- UCI's "default of credit card clients" as one CSV file.
return data_set {
    doc = "clients of credit cards: 30,000, 20 numbers and 3 categories; who does not pay",
    origin = "Yeh and Lien 2009, UCI Machine Learning Repository",
    licence = "CC BY 4.0",
    format = "table",
    train = { "credit_default/UCI_Credit_Card.csv" },
    label = "default.payment.next.month",
    categories = { "SEX", "EDUCATION", "MARRIAGE" },
    ignore = { "ID" },
    others = "number",
}
