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
for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I"):
    put("png", mode.lower(), picture("PNG", mode))

images = struct.pack(">4B3I", 0, 0, 8, 3, 2, 3, 2) + bytes(range(12))
labels = struct.pack(">4BI", 0, 0, 8, 1, 2) + bytes([3, 9])
put("idx", "plain", struct.pack(">H", len(images)) + images + labels)
put("gzip", "text", gzip.compress(b"forty-two " * 9, mtime=0))
put("cifar", "two", b"".join(bytes([k]) + bytes(3072) for k in (0, 1)))

header = {"__metadata__": {"a": "b"}, "w": {"dtype": "F32", "shape": [2, 1], "data_offsets": [0, 8]},
          "b": {"dtype": "U8", "shape": [], "data_offsets": [8, 9]}}
text = json.dumps(header).encode()
put("safetensors", "two", struct.pack("<Q", len(text)) + text + bytes(9))

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

# A store of one run that ended, of the seed of domainbed, in small pages.
with tempfile.TemporaryDirectory() as tree:
    os.mkdir(f"{tree}/job")
    shutil.copy("tests/fuzz/domainbed/two", f"{tree}/job/results.jsonl")
    open(f"{tree}/job/done", "w").close()
    subprocess.run(["build/rgdbench", "import", "domainbed", tree, "name=fuzz_seed"], check=True)
with contextlib.closing(sqlite3.connect("results/fuzz_seed.db")) as c:
    for order in ("pragma journal_mode = delete", "pragma page_size = 512", "vacuum"):
        c.execute(order)
with open("results/fuzz_seed.db", "rb") as f:
    put("store", "imported", f.read())
os.unlink("results/fuzz_seed.db")
