-- SPDX-License-Identifier: GPL-3.0-or-later
-- The files of https://dl.fbaipublicfiles.com/glue/data/QNLIv2.zip, and the words of an uncased BERT (make weights NAME=minilm-l6).
return data_set {
    doc = "QNLI: 104,743 + 5,463 pairs of question and sentence; is the answer in there",
    origin = "Rajpurkar et al. 2016, in GLUE (Wang et al. 2018)",
    licence = "SQuAD is CC BY-SA 4.0",
    format = "glue",
    task = "qnli",
    score = { "accuracy" },
    folder = "glue/QNLI",
    vocabulary = "weights/minilm-l6/vocab.txt",
}
