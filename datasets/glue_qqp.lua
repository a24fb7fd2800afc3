-- SPDX-License-Identifier: GPL-3.0-or-later
-- The files of https://dl.fbaipublicfiles.com/glue/data/QQP-clean.zip, and the words of an uncased BERT (make weights NAME=minilm-l6).
return data_set {
    doc = "QQP: 363,846 + 40,430 pairs of questions of Quora; are they the same",
    origin = "Quora, in GLUE (Wang et al. 2018)",
    licence = "GLUE states none",
    format = "glue",
    task = "qqp",
    score = { "f1:1", "accuracy" },
    folder = "glue/QQP",
    vocabulary = "weights/minilm-l6/vocab.txt",
}
