-- SPDX-License-Identifier: GPL-3.0-or-later
-- ann-train.data and ann-test.data of UCI's Thyroid Disease: 21 columns and the class, no header.
local folder = "thyroid/"

return data_set {
    doc = "thyroid (ann): 3,772 + 3,428 patients, 6 numbers and 15 that are yes or no; 3 classes, 93% normal",
    origin = "Quinlan 1987, UCI Machine Learning Repository",
    licence = "CC BY 4.0",
    format = "table",
    train = { folder .. "ann-train.data" },
    test = { folder .. "ann-test.data" },
    header = false,
    columns = {
        "age number", "sex number", "on_thyroxine number", "query_on_thyroxine number", "on_antithyroid number",
        "sick number", "pregnant number", "surgery number", "i131 number", "query_hypothyroid number",
        "query_hyperthyroid number", "lithium number", "goitre number", "tumor number", "hypopituitary number",
        "psych number", "tsh number", "t3 number", "tt4 number", "t4u number", "fti number", "class label",
    },
}
