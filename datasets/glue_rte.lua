-- SPDX-License-Identifier: GPL-3.0-or-later
-- The files of https://dl.fbaipublicfiles.com/glue/data/RTE.zip, and the words of an uncased BERT (make weights NAME=minilm-l6).
return data_set {
    doc = "RTE: 2,490 + 277 pairs of texts; does the first entail the second",
    origin = "Dagan et al. 2005 and later, in GLUE (Wang et al. 2018)",
    licence = "GLUE states none",
    format = "glue",
    task = "rte",
    score = { "accuracy" },
    folder = "glue/RTE",
    vocabulary = "weights/minilm-l6/vocab.txt",
}
