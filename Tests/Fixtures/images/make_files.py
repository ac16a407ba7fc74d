"""Makes the reference results of FileTests and ImageSettingsTests: pictures with odd endings, and odd image settings.

Pinned: pillow 13.0.0, numpy 2.4.6, transformers 5.24.0 (its Pillow back end, without torchvision).
Run: python make_files.py   (writes files.json and settings.json beside this script)
"""

import base64
import io
import json
import pathlib
import struct
import tempfile
import zlib

import numpy as np
from PIL import Image
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

here = pathlib.Path(__file__).parent
random = np.random.default_rng(20261127)
picture = Image.fromarray(random.integers(0, 256, (9, 14, 3), dtype=np.uint8))


def write(name, value):
    (here / name).write_text(json.dumps(value, indent=0, sort_keys=True) + "\n")


def encoded(kind, **options):
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


# Endings: what Pillow makes of a file, or null where it refuses it.
cases = []


def case(name, data):
    try:
        pixels = Image.open(io.BytesIO(data)).convert("RGB").tobytes()
        crc = zlib.crc32(pixels)
    except (OSError, ValueError, SyntaxError):
        crc = None
    cases.append({"name": name, "file": base64.b64encode(data).decode(), "crc": crc})


png = encoded("PNG")
body, end = png[:33], png[33:]
case("png", png)
case("png, text behind", png + b"hello, world")
case("png, two bytes behind", png + b"\0\0")
case("png, a chunk of four gigabytes behind", png + b"\xff\xff\xff\xffABCD")
case("png, itself behind", png + png)
case("png, pixels behind", png + chunk(b"IDAT", b"zzz"))
case("png, a private chunk before the end", png[:-12] + chunk(b"prVt", b"x" * 100) + png[-12:])
case("png, a private chunk before the pixels", body + chunk(b"prVt", b"x" * 100) + end)
case("png, an empty chunk of pixels", body + chunk(b"IDAT", b"") + end)
case("png, two hundred texts", body + chunk(b"tEXt", b"k\0x") * 200 + end)
case("png, a profile that is none", body + chunk(b"iCCP", b"k\0\0" + zlib.compress(b"x" * 200)) + end)
case("png, half of it", png[: len(png) // 2])
for kind, options in (("jpeg", {}), ("progressive jpeg", {"progressive": True})):
    jpeg = encoded("JPEG", **options)
    case(kind, jpeg)
    case(kind + ", text behind", jpeg + b"hello" * 100)
    case(kind + ", marks behind", jpeg + b"\xff" * 10)
    case(kind + ", itself behind", jpeg + jpeg)
    case(kind + ", zeros before the end", jpeg[:-2] + b"\0\0\0" + jpeg[-2:])
    case(kind + ", no end", jpeg[:-2])
    case(kind + ", half an end", jpeg[:-1])
    case(kind + ", text in place of the end", jpeg[:-2] + b"hello" * 20)
    case(kind + ", half of it", jpeg[: len(jpeg) // 2])
write("files.json", cases)

# Image settings in every shape that folders have them: what the processor makes of a picture.
source = Image.fromarray(random.integers(0, 256, (13, 21, 3), dtype=np.uint8))
small = {"size": {"shortest_edge": 8}, "crop_size": {"height": 8, "width": 8}}
folders = {
    "transformers 5": {"processor_config.json": {"image_processor": small | {"image_processor_type": "CLIPImageProcessor"}}},
    "both files, the newer one wins": {
        "processor_config.json": {"image_processor": small},
        "preprocessor_config.json": {"size": 6, "crop_size": 6, "image_processor_type": "CLIPImageProcessor"},
    },
    "a processor file without pictures": {
        "processor_config.json": {"processor_class": "CLIPProcessor"},
        "preprocessor_config.json": {"size": 6, "crop_size": 6, "image_processor_type": "CLIPImageProcessor"},
    },
    "numbers": {"preprocessor_config.json": {"feature_extractor_type": "CLIPFeatureExtractor", "size": 8, "crop_size": 8}},
    "lists": {"preprocessor_config.json": {"size": [9, 7], "crop_size": [8, 6]}},
    "both sides": {"preprocessor_config.json": {"size": {"height": 9, "width": 7}, "do_center_crop": False}},
    "nothing is done": {
        "preprocessor_config.json": {
            "do_resize": False, "do_center_crop": False, "do_rescale": False, "do_normalize": False}},
    "crop alone": {"preprocessor_config.json": {"do_resize": False, "crop_size": 8}},
    "crop larger than the picture": {"preprocessor_config.json": {"do_resize": False, "crop_size": {"height": 16, "width": 18}}},
    "another factor": {"preprocessor_config.json": small | {"rescale_factor": 0.01}},
    "bilinear": {"preprocessor_config.json": small | {"resample": 2}},
    "lanczos": {"preprocessor_config.json": small | {"resample": 1}},
    "one number for all channels": {"preprocessor_config.json": small | {"image_mean": 0.5, "image_std": 0.25}},
    "empty values": {"preprocessor_config.json": small | {"size": {"shortest_edge": 8, "longest_edge": None}}},
    "fast": {"preprocessor_config.json": small | {"image_processor_type": "CLIPImageProcessorFast"}},
    "ViT": {"preprocessor_config.json": {"image_processor_type": "ViTImageProcessor", "size": 8}},
    "ViT, cropped": {
        "preprocessor_config.json": {
            "image_processor_type": "ViTFeatureExtractor", "size": {"height": 10, "width": 9}, "do_center_crop": True,
            "crop_size": 8}},
    "SigLIP": {"preprocessor_config.json": {"image_processor_type": "SiglipImageProcessor", "size": {"height": 8, "width": 8}}},
}
settings = []
for name, files in folders.items():
    with tempfile.TemporaryDirectory() as folder:
        for file, value in files.items():
            (pathlib.Path(folder) / file).write_text(json.dumps(value))
        family = {"V": ViTImageProcessorPil, "S": SiglipImageProcessorPil}.get(name[0], CLIPImageProcessorPil)
        processor = family.from_pretrained(folder)
        values = np.asarray(processor(source, return_tensors="np")["pixel_values"][0], dtype="<f4")
    values = np.ascontiguousarray(values.transpose(1, 2, 0))
    settings.append({
        "name": name, "files": {file: json.dumps(value) for file, value in files.items()},
        "shape": list(values.shape), "values": base64.b64encode(values.tobytes()).decode(),
    })
pixels = {"width": source.width, "height": source.height, "pixels": base64.b64encode(source.tobytes()).decode()}
write("settings.json", {"source": pixels, "cases": settings})
