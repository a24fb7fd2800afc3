-- SPDX-License-Identifier: GPL-3.0-or-later
-- The files of https://dl.fbaipublicfiles.com/glue/data/SST-2.zip, and the words of an uncased BERT (make weights NAME=minilm-l6).
return data_set {
    doc = "SST-2: 67,349 + 872 phrases and sentences of film reviews; who liked it",
    origin = "Socher et al. 2013, in GLUE (Wang et al. 2018)",
    licence = "GLUE states none",
    format = "glue",
    task = "sst2",
    score = { "accuracy" },
    folder = "glue/SST-2",
    vocabulary = "weights/minilm-l6/vocab.txt",
}
