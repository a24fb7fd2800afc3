-- SPDX-License-Identifier: GPL-3.0-or-later
-- The files adult.data and adult.test of UCI's adult.zip. Labels of the test file end in a point.
local folder = "adult/"

return data_set {
    doc = "Adult (Census Income): 32,561 + 16,281 people, 6 numbers and 8 categories; who earns above 50K",
    origin = "Becker and Kohavi 1996, UCI Machine Learning Repository",
    licence = "CC BY 4.0",
    format = "table",
    train = { folder .. "adult.data" },
    test = { folder .. "adult.test" },
    header = false,
    comment = "|",
    missing = { "", "?" },
    label_strip = ".",
    columns = {
        "age number", "workclass category", "fnlwgt number", "education category", "education-num number",
        "marital-status category", "occupation category", "relationship category", "race category",
        "sex category", "capital-gain number", "capital-loss number", "hours-per-week number",
        "native-country category", "income label",
    },
    groups = { "sex", "income" },
}
