"""Small seeds for the fuzzer, in seeds/TARGET/.

Requirements: torch==2.15.*, pillow==13.0.*, numpy==2.4.*. Run in this folder: python make.py
"""

import io
import json
import pathlib
import pickle
import shutil
import struct
import zipfile
import zlib

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save

HERE = pathlib.Path(__file__).parent
FIXTURES = HERE.parent
random = np.random.default_rng(3)
shutil.rmtree(HERE / "seeds", ignore_errors=True)


def seed(target, name, data):
    folder = HERE / "seeds" / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


# Checkpoints
seed("safetensors", "two", save({"a": torch.ones(2, 3), "b": torch.arange(3)}, metadata={"note": "ü\n"}))
seed("safetensors", "none", save({}))
for name in ("little.pt", "big-endian.pt", "script.pt", "views-zip64.pt"):
    seed("zip", name, (FIXTURES / "checkpoints" / name).read_bytes())
for name in ("lightning.ckpt", "module.pth", "script.pt", "views.pt", "hostile.pt"):
    with zipfile.ZipFile(FIXTURES / "checkpoints" / name) as archive:
        entry = next(n for n in archive.namelist() if n.endswith("/data.pkl"))
        seed("pickle", name, archive.read(entry))
for name in ("training.pt", "whole.pt", "two-models.pt", "adapter.ckpt", "quantised.bin"):
    with zipfile.ZipFile(FIXTURES / "models/layouts" / name) as archive:
        entry = next(n for n in archive.namelist() if n.endswith("/data.pkl"))
        seed("pickle", "layout-" + name, archive.read(entry))
seed("zip", "layout-adapter.ckpt", (FIXTURES / "models/layouts/adapter.ckpt").read_bytes())
for name in ("types", "null-notes"):
    seed("safetensors", name, (FIXTURES / f"models/layouts/{name}.safetensors").read_bytes())
for module, call in (("io", "open"), ("functools", "partial"), ("pathlib", "Path.write_text")):
    seed("pickle", f"hostile-{module}", b"\x80\x02c" + f"{module}\n{call}\n".encode() + b"cos\nsystem\n\x85R.")
value = {"a": [1, 2.5, (None, True), {"x": b"y", 3: {4, 5}}, frozenset("z"), bytearray(b"w"), -(1 << 70), 1 << 40]}
for protocol in range(2, 6):
    seed("pickle", f"protocol-{protocol}", pickle.dumps(value, protocol=protocol))

# Pictures: every mode, interlaced, with text, progressive, rotated by EXIF
pixels = random.integers(0, 256, (9, 7, 4), dtype=np.uint8)


def picture(name, image, **options):
    buffer = io.BytesIO()
    kind = "png" if name.startswith("png") else "jpeg"
    image.save(buffer, kind, **options)
    seed(kind, name, buffer.getvalue())


colour = Image.fromarray(pixels[:, :, :3])
for mode in ("RGB", "L", "P", "1"):
    picture(f"png-{mode}", colour.convert(mode))
picture("png-RGBA", Image.fromarray(pixels, "RGBA"))
picture("png-I16", Image.fromarray(random.integers(0, 65536, (5, 4), dtype=np.uint16)))
picture("png-transparent", colour.convert("P"), transparency=3)
from PIL.PngImagePlugin import PngInfo  # noqa: E402

notes = PngInfo()
notes.add_text("caption", "a face")
notes.add_text("long", "x" * 300, zip=True)
notes.add_itxt("prompt", "é", "de", "ü", zip=True)
picture("png-texts", colour, pnginfo=notes)
for mode in ("RGB", "L", "CMYK"):
    picture(f"jpeg-{mode}", colour.convert(mode))
picture("jpeg-progressive", colour, progressive=True)
picture("jpeg-420", Image.fromarray(random.integers(0, 256, (33, 18, 3), dtype=np.uint8)), subsampling=2, quality=60)
exif = Image.Exif()
exif[0x0112] = 6
picture("jpeg-rotated", colour, exif=exif)

# What stands behind or in place of an end, texts that unpack to much, and a scan for every few bytes.
def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def file(kind, **options):
    buffer = io.BytesIO()
    colour.save(buffer, kind, **options)
    return buffer.getvalue()


png, jpeg, progressive = file("PNG"), file("JPEG"), file("JPEG", progressive=True)
packed = zlib.compress(b"x" * 500_000)
seed("png", "png-behind", png + b"hello" + b"\xff\xff\xff\xffABCD")
seed("png", "png-packed-texts", png[:33] + chunk(b"zTXt", b"k\0\0" + packed) * 20 + png[33:])
seed("png", "png-packed-profile", png[:33] + chunk(b"iCCP", b"k\0\0" + packed) + png[33:])
seed("jpeg", "jpeg-behind", jpeg + b"hello" * 9)
seed("jpeg", "jpeg-no-end", jpeg[:-2])
seed("jpeg", "jpeg-text-for-end", jpeg[:-2] + b"hello" * 9)
seed("jpeg", "jpeg-scans", progressive[:-2] + progressive[progressive.rfind(b"\xff\xda"):-2] * 150 + b"\xff\xd9")

# Tokenizers: the small ones of the tests, each folder as one file
for folder in sorted((FIXTURES / "tokenizers/small").iterdir()):
    parts = [b"#file " + p.name.encode() + b"\n" + p.read_bytes() for p in sorted(folder.iterdir())]
    seed("tokenizer", folder.name, b"".join(parts))

# and folders whose files say different things, hostile numbers, and texts for the cleaning of CLIP's first tokenizer
folders = json.loads((FIXTURES / "tokenizers/folders.json").read_text())


def completed(text):
    for name, part in reversed(folders["parts"].items()):  # those that have parts themselves come first
        text = text.replace(f"@{name}@", part)
    return text


def folder(name, files):
    seed("tokenizer", name, b"".join(b"#file " + n.encode() + b"\n" + t.encode() + b"\n" for n, t in files.items()))


for number, case in enumerate(folders["cases"]):
    if case["name"].startswith("bert: ") and number % 4 == 0 or number % 25 == 0:
        folder(f"folder-{number}", {n: completed(t) for n, t in case["files"].items()})
pieces = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n##a\n"
numbers = ["-1", "0", "1e30", "1e999", "NaN", "-Infinity", "2147483648", "0.5", '"7"', "true", "[1]", "{}", "null"]
for number, value in enumerate(numbers):
    settings = f'{{"model_max_length": {value}, "added_tokens_decoder": {{"5": {{"content": "a", "normalized": {value}}}}}, "pad_token": {value}}}'
    folder(f"number-{number}", {"vocab.txt": pieces, "tokenizer_config.json": settings, "added_tokens.json": f'{{"[X]": {value}}}',
                                "config.json": f'{{"model_type": "roberta", "max_position_embeddings": {value}, "pad_token_id": {value}}}'})
    added = f'[{{"id": {value}, "content": "[X]"}}]'
    model = f'{{"type": "WordPiece", "max_input_chars_per_word": {value}, "vocab": {{"[UNK]": 0, "a": {value}}}}}'
    folder(f"number-in-json-{number}", {"tokenizer.json": f'{{"added_tokens": {added}, "model": {model}}}'})
step = '{"type": "Replace", "pattern": {"String": "a"}, "content": "aa"}'
folder("doubling", {"tokenizer.json": f'{{"normalizer": {{"type": "Sequence", "normalizers": [{", ".join([step] * 28)}]}}, "model": {{"type": "WordPiece", "vocab": {{"[UNK]": 0}}}}}}'})
for number, line in enumerate(json.loads((FIXTURES / "tokenizers/cleaning.json").read_text())[:70]):
    folder(f"cleaning-{number}", {"bpe_simple_vocab_16e6.txt": "heading\na b</w>\nc ab</w>\n", "text": line["text"]})

# Settings
for name in ("models", "checkpoints"):
    seed("yaml", name, (FIXTURES / name / "decoder/project.yaml").read_bytes())
seed("yaml", "tricks", b"a: &a [1, 2]\nb: *a\n<<: {c: !!str 3}\nd: |\n  text\n--- {}\n")
