#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# usage: tests/fuzz/seeds.py   from the project's folder, with Pillow and a built program:
# writes the small seeds in tests/fuzz/ that are no texts.
import contextlib, gzip, io, json, os, shutil, sqlite3, struct, subprocess, tarfile, tempfile, zipfile

from PIL import Image


def put(target, name, data):
    os.makedirs(f"tests/fuzz/{target}", exist_ok=True)
    with open(f"tests/fuzz/{target}/{name}", "wb") as f:
        f.write(data)


def picture(format, mode, **options):
    b = io.BytesIO()
    Image.linear_gradient("L").resize((20, 9)).convert(mode).save(b, format, **options)
    return b.getvalue()


for mode in ("L", "RGB", "CMYK"):
    put("jpeg", mode.lower(), picture("JPEG", mode))
put("jpeg", "progressive", picture("JPEG", "RGB", progressive=True))
for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"):
    put("png", mode.lower().split(";")[0], picture("PNG", mode))

put("webp", "lossy", picture("WEBP", "RGB", quality=50))
put("webp", "lossless", picture("WEBP", "RGB", lossless=True))
b, grey = io.BytesIO(), Image.linear_gradient("L").resize((20, 9))
Image.merge("RGBA", [grey] * 4).save(b, "WEBP", quality=50)
put("webp", "alpha", b.getvalue())
# On its side, says the EXIF of a JPEG and of a WebP.
for kind in ("JPEG", "WEBP"):
    exif = Image.Exif()
    exif[0x0112] = 6
    put("exif", kind.lower(), picture(kind, "L", quality=10, exif=exif.tobytes()))

images = struct.pack(">4B3I", 0, 0, 8, 3, 2, 3, 2) + bytes(range(12))
labels = struct.pack(">4BI", 0, 0, 8, 1, 2) + bytes([3, 9])
put("idx", "plain", struct.pack(">H", len(images)) + images + labels)
# The cache of four pictures of 8 x 8, one of which is left out for a reason; without the seal.
reason = b"a/y/1.jpg: damaged\n"
head = struct.pack("<32s5Q4B", b"rgdbench pictures 3\n", 4, 3, 1, 8, len(reason), 1, 0, 1, 1)
put("cache", "left_out", head.ljust(4096, b"\0") + bytes(range(192)) * 3 + reason)
put("gzip", "text", gzip.compress(b"forty-two " * 9, mtime=0))
put("cifar", "two", b"".join(bytes([k]) + bytes(3072) for k in (0, 1)))

header = {"__metadata__": {"a": "b"}, "w": {"dtype": "F32", "shape": [2, 1], "data_offsets": [0, 8]},
          "b": {"dtype": "U8", "shape": [], "data_offsets": [8, 9]}}
text = json.dumps(header).encode()
put("safetensors", "two", struct.pack("<Q", len(text)) + text + bytes(9))


def texts(name, flags, vocabulary, first, second=""):
    parts = [text.encode() for text in (vocabulary, first, second)]
    put("tokenizer", name, bytes([flags, len(parts[0]), len(parts[1])]) + b"".join(parts))


texts("pair", 2 | 9 << 3, "b\n##ba\nna\u00efve\n", "Abba, [SEP]b \u00c9\u535a ab.", "na\u00efve e\u0301\u0130 \u2260\u200d")
texts("cased", 1 | 5 << 3, "Ab\n", "Ab ab\tA")
texts("marks", 2 | 20 << 3, "##\u03b1\u0301\n", "a\U0001d16d\u0301\U0001d165\uac00 " + "a" * 60, "[MASK][mask] a\u3000")
texts("own", 4 | 2 << 3, "[UNK]\r\n[CLS]\n\n[SEP]\n[PAD]\nx\n##x", "xxx x")

for kind in ("tar", "tar.gz", "tar.xz"):
    b = io.BytesIO()
    with tarfile.open(fileobj=b, mode="w" + (":" + kind[4:] if "." in kind else "")) as t:
        for name in ("a", "b/c", "../evil"):
            info = tarfile.TarInfo(name)
            info.size = 5
            t.addfile(info, io.BytesIO(b"hello"))
    put("archive", kind, b.getvalue())
b = io.BytesIO()
with zipfile.ZipFile(b, "w", zipfile.ZIP_DEFLATED) as z:
    for name in ("a", "b/c", "../evil"):
        z.writestr(zipfile.ZipInfo(name), "hello" * 9)
put("archive", "zip", b.getvalue())

# Stores in small pages: of one run of the seed of domainbed, marked as of an older version; of two runs.
SMALL = """return experiment {
    title = "T", question = "Q?",
    data = shapes { train_per_class = 2, test_per_class = 1, validation = 1 },
    model = mlp { hidden = { 2 } },
    train = { epochs = 1, batch = 16, lr = 0.05 },
    methods = { { "a", objective = erm {} }, { "b", objective = rgd {} } },
    baseline = "a", seeds = 1,
}
"""
with tempfile.TemporaryDirectory() as folder:
    program = os.path.abspath("build/rgdbench")
    os.makedirs(f"{folder}/tree/job")
    os.mkdir(f"{folder}/experiments")
    shutil.copytree("datasets", f"{folder}/datasets")
    shutil.copy("tests/fuzz/domainbed/two", f"{folder}/tree/job/results.jsonl")
    open(f"{folder}/tree/job/done", "w").close()
    with open(f"{folder}/experiments/sweep.lua", "w") as f:
        f.write(SMALL)
    subprocess.run([program, "import", "domainbed", "tree", "name=old"], check=True, cwd=folder)
    subprocess.run([program, "sweep", "sweep", "--quiet"], check=True, cwd=folder)
    for name, more in ("old", ["pragma user_version = 4"]), ("sweep", []):
        with contextlib.closing(sqlite3.connect(f"{folder}/results/{name}.db")) as c:
            for order in ["pragma journal_mode = delete", "pragma page_size = 512", "vacuum"] + more:
                c.execute(order)
        with open(f"{folder}/results/{name}.db", "rb") as f:
            put("store", name, f.read())

# Values for the tables of the second: column, row, kind, length, bytes.
with contextlib.closing(sqlite3.connect("tests/fuzz/store/sweep")) as c:
    tables = [t for t, in c.execute("select name from sqlite_master where type = 'table'")]
    columns = [f"{t}.{r[1]}" for t in tables for r in c.execute(f"pragma table_info({t})")]
NULL, INTEGER, REAL, TEXT, BLOB = range(5)


def value(column, row, kind, data=b""):
    return struct.pack(">BBBH", columns.index(column), row - 1, kind, len(data)) + data


reports = {
    "status": [("runs.state", 1, TEXT, b"running"), ("runs.owner", 1, NULL), ("runs.state", 2, NULL),
               ("plan_runs.condition", 2, NULL)],
    "fsck": [("runs.id", 2, INTEGER, struct.pack("<q", 1 << 62)), ("runs.sum", 1, NULL)],
    "export": [("metrics.value", 5, NULL), ("metrics.kind", 5, TEXT, b"-inf"),
               ("metrics.part", 6, TEXT, b"x" * 300)],
    "page": [("arrays.n", 1, INTEGER, struct.pack("<q", 7)), ("answers.bits", 2, BLOB, b"\xff" * 3),
             ("plans.source", 1, NULL)],
    "table": [("plan_runs.method", 1, TEXT, b"erm \xff<&"),
              ("metrics.value", 9, REAL, struct.pack("<d", 1e300))],
    "compare": [("plan_runs.condition", 1, TEXT, b"imbalance"), ("plan_runs.point", 1, TEXT, b"a b.c=1"),
                ("answers.n", 1, INTEGER, struct.pack("<q", 1))],
}
for number, name in enumerate(reports):
    put("values", name, bytes([3 + 4 * number]) + b"".join(value(*v) for v in reports[name]))
put("values", "spec", bytes([19]) + value("runs.spec", 1, TEXT, b"data.digest = 5\ndata.test_envs = [1,2]\n"))
