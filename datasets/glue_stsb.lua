-- SPDX-License-Identifier: GPL-3.0-or-later
-- train.tsv and dev.tsv of https://dl.fbaipublicfiles.com/glue/data/STS-B.zip, and sts-test.csv of
-- Stsbenchmark.tar.gz as sts-test-labelled.tsv, which has the scores that GLUE's test.tsv has not; and the words of an
-- uncased BERT (make weights NAME=minilm-l6).
return data_set {
    doc = "STS-B: 5,749 + 1,500 + 1,379 pairs of sentences; how alike are they, from 0 to 5",
    origin = "Cer et al. 2017, in GLUE (Wang et al. 2018)",
    licence = "scores CC BY-SA 4.0; texts each their own (LICENSE.txt)",
    format = "glue",
    task = "stsb",
    score = { "pearson", "spearman" },
    folder = "glue/STS-B",
    vocabulary = "weights/minilm-l6/vocab.txt",
}
