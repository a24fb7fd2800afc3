-- SPDX-License-Identifier: GPL-3.0-or-later
-- The files of https://dl.fbaipublicfiles.com/glue/data/MNLI.zip, and the words of an uncased BERT (make weights NAME=minilm-l6).
return data_set {
    doc = "MNLI: 392,702 + 9,832 pairs, tested on kinds of text that training has not (mismatched)",
    origin = "Williams et al. 2018, in GLUE (Wang et al. 2018)",
    licence = "OANC, CC BY 3.0 and others, as its paper says",
    format = "glue",
    task = "mnli_mismatched",
    score = { "accuracy" },
    folder = "glue/MNLI",
    vocabulary = "weights/minilm-l6/vocab.txt",
}
