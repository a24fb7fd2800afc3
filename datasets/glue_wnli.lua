-- SPDX-License-Identifier: GPL-3.0-or-later
-- The files of https://dl.fbaipublicfiles.com/glue/data/WNLI.zip, and the words of an uncased BERT (make weights NAME=minilm-l6).
return data_set {
    doc = "WNLI: 635 + 71 pairs; does the second sentence follow, with its pronoun spelt out",
    origin = "Levesque et al. 2011, in GLUE (Wang et al. 2018)",
    licence = "GLUE states none",
    format = "glue",
    task = "wnli",
    score = { "accuracy" },
    folder = "glue/WNLI",
    vocabulary = "weights/minilm-l6/vocab.txt",
}
