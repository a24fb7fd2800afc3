-- SPDX-License-Identifier: GPL-3.0-or-later
-- CIFAR-10 with labels that people gave to its training pictures (CIFAR-10N). The pictures are those of cifar10, and
-- fetched with it: make data NAME=cifar10. The labels are published as a pickle; in Python with torch, from
-- https://github.com/UCSC-REAL/cifar-10-100n:
--     labels = torch.load("data/CIFAR-10_human.pt", weights_only=False)
--     with open("cifar10n.tsv", "w") as f:
--         for row in [list(labels)] + list(zip(*labels.values())):
--             print(*row, sep="\t", file=f)
-- Their order is that of the files below, which is checked by the clean labels among them.
local folder = "cifar-10-batches-bin/"

return data_set {
    doc = "CIFAR-10N: CIFAR-10 with people's labels of its training pictures, 9 to 40% of them wrong",
    origin = "Wei et al. 2022, Learning with Noisy Labels Revisited: A Study Using Real-World Human Annotations",
    licence = "CC BY-NC 4.0 (the labels)",
    format = "cifar",
    label_bytes = 1,
    classes = { "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck" },
    train = {
        folder .. "data_batch_1.bin", folder .. "data_batch_2.bin", folder .. "data_batch_3.bin",
        folder .. "data_batch_4.bin", folder .. "data_batch_5.bin",
    },
    test = { folder .. "test_batch.bin" },
    noisy_file = "cifar10n.tsv",
    noisy_labels = {
        "aggregate aggre_label", "random1 random_label1", "random2 random_label2", "random3 random_label3",
        "worst worse_label",
    },
    clean_labels = "clean_label",
    sums = {
        "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5  data_batch_1.bin",
        "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed  data_batch_2.bin",
        "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67  data_batch_3.bin",
        "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48  data_batch_4.bin",
        "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add  data_batch_5.bin",
        "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b  test_batch.bin",
    },
}
