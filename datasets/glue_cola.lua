-- SPDX-License-Identifier: GPL-3.0-or-later
-- The files of https://dl.fbaipublicfiles.com/glue/data/CoLA.zip, and the words of an uncased BERT (make weights NAME=minilm-l6).
return data_set {
    doc = "CoLA: 8,551 + 1,043 sentences; which are English",
    origin = "Warstadt et al. 2018, in GLUE (Wang et al. 2018)",
    licence = "GLUE states none",
    format = "glue",
    task = "cola",
    score = { "matthews" },
    folder = "glue/CoLA",
    vocabulary = "weights/minilm-l6/vocab.txt",
}
