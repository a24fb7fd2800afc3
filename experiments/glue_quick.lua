-- SPDX-License-Identifier: GPL-3.0-or-later
-- Question: a first look at fine-tuning: do ERM and RGD differ on two small tasks of GLUE?
-- Command:  make weights NAME=minilm-l6 DATA=/data
--           make sweep EXP=glue_quick DATA=/data
-- Time:     about 12 minutes on 2 cores. Needs RTE and MRPC of GLUE, and MiniLM-L6's weights
--           Short, without any file: make sweep EXP=glue_quick SET=smoke
--
-- Nothing is tuned here: one rate, one clip level, one epoch, three seeds. A difference says nothing of weighting: at the
-- start RGD's weights are all near 1.41, a larger step, for which there is no control here. glue_small tunes, and has it.
return experiment {
    title = "RTE and MRPC, MiniLM-L6 fine-tuned for one epoch",
    question = "Do ERM and RGD differ at one setting?",
    data = grid { glue_rte { validation_share = 0.1 }, glue_mrpc {} },
    model = bert { size = "minilm_l6", init = "weights/minilm-l6" },
    optimizer = adamw { weight_decay = 0.01, clip_norm = 1 },
    schedule = linear {},
    train = { epochs = 1, batch = 32, lr = 1e-4, warmup = 0.1, warmup_from = "zero" },
    methods = {
        { "erm", objective = erm {} },
        { "rgd", objective = rgd { clip = 1 } },
    },
    measure = "task_score",
    baseline = "erm",
    seeds = 3,
    smoke = "data=drawn_text data.validation=100 data.validation_share=0 model.size=tiny model.init=\"\" measure=accuracy seeds=1 "
         .. "train.epochs=1 train.lr=0.0005",
}
