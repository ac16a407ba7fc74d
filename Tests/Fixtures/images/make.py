"""Makes the reference results of ImagesTests.

Pinned: pillow 13.0.0, numpy 2.4.6, torch 2.15.0, torchvision 0.29.2, transformers 5.23.0, torch-fidelity 0.4.0.
Run: python make.py SHARED_DATA_FOLDER   (writes the .json files beside this script)
"""

import base64
import io
import json
import pathlib
import sys
import zlib

import numpy as np
import torch
import torchvision
from PIL import Image
from torch_fidelity.interpolate_compat_tensorflow import interpolate_bilinear_2d_like_tensorflow1x
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

here = pathlib.Path(__file__).parent
shared = pathlib.Path(sys.argv[1])
random = np.random.default_rng(20261121)
filters = {
    "box": Image.Resampling.BOX, "bilinear": Image.Resampling.BILINEAR, "hamming": Image.Resampling.HAMMING,
    "bicubic": Image.Resampling.BICUBIC, "lanczos": Image.Resampling.LANCZOS,
}


def noise(width, height):
    return Image.fromarray(random.integers(0, 256, (height, width, 3), dtype=np.uint8))


def text(data):
    return base64.b64encode(data).decode()


def packed(image):
    return {"width": image.width, "height": image.height, "pixels": text(image.tobytes())}


def floats(array):
    return text(np.ascontiguousarray(array, dtype="<f4").tobytes())


def crc(data):
    return zlib.crc32(data)


def write(name, value):
    (here / name).write_text(json.dumps(value, indent=0, sort_keys=True) + "\n")


# Every filter, up and down, together and crosswise, odd sizes.
cases = []
for width, height, targets in [
    (13, 7, [(5, 3), (29, 17), (13, 3), (6, 7), (27, 2)]),
    (1, 5, [(3, 11), (1, 2)]),
    (31, 23, [(7, 9), (30, 24)]),
    (97, 3, [(4, 5)]),
    (19, 23, [(18, 20), (17, 19), (17, 18), (20, 22), (9, 4)]),  # around Pillow's rule for the order of the passes
]:
    image = noise(width, height)
    for name, code in filters.items():
        results = [packed(image.resize(target, code)) for target in targets]
        cases.append({"source": packed(image), "filter": name, "results": results})
# Only black and white, where overshoot is cut off.
sharp = Image.fromarray((random.integers(0, 2, (9, 11, 3)) * 255).astype(np.uint8))
for name, code in filters.items():
    results = [packed(sharp.resize(target, code)) for target in [(23, 19), (4, 7)]]
    cases.append({"source": packed(sharp), "filter": name, "results": results})
write("resize.json", cases)

# CLIP preprocessing: Pillow's slow way, small sizes and awkward shapes; numbers compared bit for bit.
cases = []
settings = [
    {"size": {"shortest_edge": 18}, "crop_size": {"height": 18, "width": 18}},
    {"size": 18, "crop_size": 15},
    {"size": {"shortest_edge": 12}, "crop_size": {"height": 17, "width": 14}},
    {"size": {"height": 9, "width": 14}, "do_center_crop": False, "resample": 2},
    {"size": 11, "crop_size": 16, "resample": 1, "image_mean": [0.5, 0.4, 0.3], "image_std": [0.1, 0.2, 0.3]},
    {"do_resize": False, "crop_size": {"height": 8, "width": 40}, "do_normalize": False},
    {"size": 13, "crop_size": 13, "do_rescale": False},
    {"size": 13, "crop_size": 13, "rescale_factor": 0.01},
]
for number, setting in enumerate(settings):
    image = [noise(37, 23), noise(19, 50), noise(21, 21)][number % 3]
    processor = CLIPImageProcessorPil(**setting)
    values = processor(image, return_tensors="np")["pixel_values"][0]  # [3, height, width]
    values = values.transpose(1, 2, 0)
    cases.append({
        "config": json.dumps(setting), "source": packed(image),
        "shape": list(values.shape), "values": floats(values)})
write("clip.json", cases)

# TensorFlow 1 bilinear.
cases = []
for height, width, target in [(7, 5, (11, 13)), (12, 9, (5, 4)), (4, 4, (9, 9)), (1, 3, (6, 2)), (64, 64, (299, 299))]:
    values = random.integers(0, 256, (2, height, width, 3)).astype(np.float32)
    if height == 4:
        values[:] = (np.indices((4, 4)).sum(0) % 2 * 255)[None, :, :, None]
    out = interpolate_bilinear_2d_like_tensorflow1x(
        torch.from_numpy(values).permute(0, 3, 1, 2), size=target, align_corners=False)
    out = out.permute(0, 2, 3, 1).numpy()
    step = 97 if out.size > 5000 else 1
    cases.append({
        "shape": list(values.shape), "values": text(values.astype(np.uint8).tobytes()), "target": list(target),
        "step": step, "results": floats(out.reshape(-1)[::step])})
write("tensorflow1.json", cases)

# JPEG as Pillow writes it.
smooth = noise(7, 5).resize((45, 33), Image.Resampling.BICUBIC)
cases = []
for quality in [75, 20, 95]:
    file = io.BytesIO()
    smooth.save(file, "JPEG", quality=quality)
    decoded = Image.open(io.BytesIO(file.getvalue())).convert("RGB")
    cases.append({
        "quality": quality, "source": packed(smooth), "file": text(file.getvalue()), "decoded": packed(decoded)})
write("jpeg.json", cases)

# The shared files: size and check sum of what Pillow reads; null where it refuses.
cases = {}
folders = ["pngsuite/png", "jpegsuite", "jpegsuite/mozilla", "images"]
for path in sorted(p for f in folders for p in (shared / f).iterdir() if p.suffix in (".png", ".jpg", ".jpeg")):
    name = str(path.relative_to(shared))
    try:
        image = Image.open(path)
        image.load()
        rgb = image.convert("RGB")
        cases[name] = {"width": rgb.width, "height": rgb.height, "crc": crc(rgb.tobytes())}
    except Exception:
        cases[name] = None
write("shared.json", cases)
cases_read = cases

# Photographs through preprocessing: check sums of the 8-bit pictures before normalising, of CLIP's numbers at the sizes
# of all published models and at awkward ones, of OpenAI's own way, and of TensorFlow 1's bilinear.
settings = {
    "default": {},
    "336": {"size": {"shortest_edge": 336}, "crop_size": {"height": 336, "width": 336}},
    "larger crop": {"size": {"shortest_edge": 30}, "crop_size": {"height": 47, "width": 64}},
    "exact": {"size": {"height": 97, "width": 41}, "do_center_crop": False},
}
odd = 33  # an odd number of pixels is cut off most pictures
openai = torchvision.transforms.Compose([
    torchvision.transforms.Resize(odd, torchvision.transforms.InterpolationMode.BICUBIC),
    torchvision.transforms.CenterCrop(odd), torchvision.transforms.ToTensor(),
    torchvision.transforms.Normalize((0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)),
])


def sums(values):  # [3, height, width]
    values = np.asarray(values, dtype="<f4").transpose(1, 2, 0)
    return crc(np.ascontiguousarray(values).tobytes())


def photograph(rgb):
    rgb.info.pop("transparency", None)  # Pillow's note of it outlives the alpha, and the processor would blend by it
    resized = {f: crc(rgb.resize((123, 201), code).tobytes()) for f, code in filters.items()}
    resized["lanczos tall"] = crc(rgb.resize((max(rgb.width - 5, 1), max(rgb.height // 2, 1)), filters["lanczos"]).tobytes())
    clip = {n: sums(CLIPImageProcessorPil(**s)(rgb, return_tensors="np")["pixel_values"][0]) for n, s in settings.items()}
    pixels = torch.from_numpy(np.array(rgb)).permute(2, 0, 1)[None].float()
    inception = interpolate_bilinear_2d_like_tensorflow1x(pixels, size=(299, 299), align_corners=False)[0]
    return {"clip": clip, "openai": sums(openai(rgb)), "inception": sums(inception), "resized": resized}


cases = {}
for path in sorted((shared / "images").iterdir()):
    if cases_read.get(f"images/{path.name}"):
        cases[path.name] = photograph(Image.open(path).convert("RGB"))
# Strips, cut from a photograph here and by the test: far wider and far taller than any picture.
strip = Image.open(shared / "images/CLIP.png").convert("RGB")
cases["wide strip"] = photograph(strip.crop((100, 50, 2100, 57)))
cases["tall strip"] = photograph(strip.crop((10, 0, 21, 762)))
write("photographs.json", {"settings": {n: json.dumps(s) for n, s in settings.items()}, "pictures": cases})

# Every kind of JPEG that Pillow writes, and what it reads from it again.
picture = noise(9, 7).resize((37, 29), Image.Resampling.BICUBIC)
exif = Image.Exif()
exif[0x0112] = 6  # turn by a quarter: Pillow's convert("RGB") does not
kinds = {
    "baseline": (picture, {}), "progressive": (picture, {"progressive": True}), "4:4:4": (picture, {"subsampling": 0}),
    "4:2:2": (picture, {"subsampling": 1}), "optimised": (picture, {"optimize": True}),
    "restarts": (picture, {"restart_marker_blocks": 1}), "turned": (picture, {"exif": exif}),
    "grey": (picture.convert("L"), {}), "grey progressive": (picture.convert("L"), {"progressive": True}),
    "CMYK": (picture.convert("CMYK"), {}), "CMYK progressive": (picture.convert("CMYK"), {"progressive": True}),
    "RGB": (picture, {"keep_rgb": True}), "comment": (picture, {"comment": b"a caption"}),
    "profile": (picture, {"icc_profile": b"not a profile"}),
}
cases = []
for name, (source, options) in kinds.items():
    file = io.BytesIO()
    source.save(file, "JPEG", quality=80, **options)
    read = Image.open(io.BytesIO(file.getvalue())).convert("RGB")
    cases.append({"kind": name, "file": text(file.getvalue()), "width": read.width, "height": read.height,
                  "crc": crc(read.tobytes())})
write("jpeg-kinds.json", cases)
