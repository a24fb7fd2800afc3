-- SPDX-License-Identifier: GPL-3.0-or-later
-- Question: without pre-training, what is left of a task, and does re-weighting change anything there?
-- Command:  make sweep EXP=glue_scratch DATA=/data
-- Time:     about 18 hours on 2 cores. Needs CoLA, RTE and MRPC of GLUE, and the vocabulary of MiniLM-L6 (make weights)
--           Short, without any file: make sweep EXP=glue_scratch SET=smoke
--
-- glue_small's model with weights from the seed: how much of its scores need the published ones, and whether what RGD does
-- to a model that knows nothing is what it does to one that has seen a billion sentences.
local three = { lr = grid { 5e-5, 1e-4, 3e-4 } }

return experiment {
    title = "Three tasks of GLUE, MiniLM-L6's shape from scratch",
    question = "Does re-weighting help without pre-training?",
    data = grid { glue_cola { validation_share = 0.1 }, glue_rte { validation_share = 0.1 }, glue_mrpc {} },
    model = bert { size = "minilm_l6" },
    optimizer = adamw { weight_decay = 0.01, clip_norm = 1 },
    schedule = linear {},
    train = { epochs = 5, batch = 32, warmup = 0.5, warmup_from = "zero" },
    methods = {
        { "erm", objective = erm {}, train = { lr = grid { 3e-5, 5e-5, 1e-4, 2e-4, 3e-4, 5e-4 } } },
        { "rgd", objective = rgd { clip = grid { 1, 3 } }, train = three },
        { "rgd_mean_one", objective = rgd_mean_one { clip = grid { 1, 3 } }, train = three },
    },
    measure = "task_score",
    baseline = "erm",
    seeds = 5,
    smoke = "data=drawn_text data.validation=100 data.validation_share=0 model.size=tiny measure=accuracy methods=erm,rgd seeds=1 "
         .. "train.epochs=1 train.lr=0.0005 objective.clip=1",
}
