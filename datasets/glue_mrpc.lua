-- SPDX-License-Identifier: GPL-3.0-or-later
-- train.tsv and dev.tsv as GLUE's script makes them of Microsoft's corpus, and msr_paraphrase_test.txt of that corpus,
-- which has the labels that GLUE's test.tsv has not; and the words of an uncased BERT (make weights NAME=minilm-l6).
return data_set {
    doc = "MRPC: 3,668 + 408 + 1,725 pairs of sentences of news; do they say the same",
    origin = "Dolan and Brockett 2005, in GLUE (Wang et al. 2018)",
    licence = "Microsoft Research Shared Source: not for commercial use",
    format = "glue",
    task = "mrpc",
    score = { "f1:1", "accuracy" },
    folder = "glue/MRPC",
    vocabulary = "weights/minilm-l6/vocab.txt",
}
