-- SPDX-License-Identifier: GPL-3.0-or-later
-- UCI's "Estimation of Obesity Levels", most of whose rows are synthetic (SMOTE).
return data_set {
    doc = "levels of obesity: 2,111 people, 8 numbers and 8 categories; 7 classes",
    origin = "Palechor and De la Hoz Manotas 2019, UCI Machine Learning Repository",
    licence = "CC BY 4.0",
    format = "table",
    train = { "obesity/ObesityDataSet_raw_and_data_sinthetic.csv" },
    label = "NObeyesdad",
    numbers = { "Age", "Height", "Weight", "FCVC", "NCP", "CH2O", "FAF", "TUE" },
    others = "category",
}
