"""Writes measures.json: what NumPy 2, SciPy 1.17, scikit-learn 1.9, statsmodels 0.15 and Pillow 13 make of small made
vectors and pictures.

Run: python measures.py      (python with the packages above)
"""

import hashlib
import json

import numpy as np
from PIL import Image, ImageFilter
from scipy.spatial.transform import Slerp, Rotation
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score, recall_score, top_k_accuracy_score
from statsmodels.stats.proportion import proportion_confint

rng = np.random.default_rng(16)


def unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def flat(x):
    return [float(v) for v in np.ravel(x)]


# Zero-shot: 7 classes of 3 texts, 40 pictures near their class.
classes, templates, n, d = 7, 3, 40, 12
centres = rng.normal(size=(classes, d))
texts = unit(np.repeat(centres, templates, 0) + 0.6 * rng.normal(size=(classes * templates, d)))
labels = np.r_[np.arange(classes), rng.integers(0, classes, n - classes)]
images = unit(centres[labels] + 1.3 * rng.normal(size=(n, d)))
ensemble = unit(texts.reshape(classes, templates, d).mean(1))
scores = images @ ensemble.T
right = int((scores.argmax(1) == labels).sum())
zero_shot = {
    "classes": classes, "templates": templates, "width": d, "images": flat(images), "texts": flat(texts),
    "labels": labels.tolist(), "vectors": flat(ensemble), "top1": right / n,
    "top5": top_k_accuracy_score(labels, scores, k=5, labels=range(classes)),
    "mean_per_class": recall_score(labels, scores.argmax(1), average="macro"),
    "wilson": [float(v) for v in proportion_confint(right, n, method="wilson")],
    "wilson_none": [float(v) for v in proportion_confint(0, 9, method="wilson")],
}

# Ways between two points of a sphere: SciPy's slerp of rotations about one axis is that of points of a circle.
a, b = unit(rng.normal(size=3)), unit(rng.normal(size=3))
axis = np.cross(a, b) / np.linalg.norm(np.cross(a, b))
angle = np.arccos(a @ b)
turns = Slerp([0, 1], Rotation.from_rotvec([0 * axis, angle * axis]))
ts = np.linspace(0, 1, 7)
paths = {
    "a": flat(a), "b": flat(b), "slerp": [flat(turns(t).apply(a)) for t in ts],
    "linear": [flat(unit((1 - t) * a + t * b)) for t in ts],
}

# Additivity: vectors that are partly a sum over eight attributes, of which two are always equal.
attributes = rng.integers(0, 2, size=(60, 8)).astype(float)
attributes[:, 7] = attributes[:, 2]
vectors = attributes @ rng.normal(size=(8, 5)) + 0.8 * rng.normal(size=(60, 5))
out = np.arange(60) % 5 == 0
model = LinearRegression().fit(attributes[~out], vectors[~out])


def explained(x, y):
    mean = vectors[~out].mean(0)
    return 1 - ((y - model.predict(x)) ** 2).sum() / ((y - mean) ** 2).sum()


additivity = {
    "attributes": flat(attributes), "vectors": flat(vectors), "fitted": explained(attributes[~out], vectors[~out]),
    "held_out": explained(attributes[out], vectors[out]),
}
assert abs(additivity["fitted"] - r2_score(vectors[~out], model.predict(attributes[~out]), multioutput="variance_weighted")) < 1e-12

# Changed pictures: the bytes' SHA-256.
pixels = rng.integers(0, 256, size=(20, 31, 3), dtype=np.uint8)
square = np.ascontiguousarray(pixels[:, :20])
changed = []
for name, picture in (("wide", pixels), ("square", square)):
    image = Image.fromarray(picture)

    def note(change, amount, result):
        changed.append([name, change, float(amount), hashlib.sha256(result.tobytes()).hexdigest()])

    for degrees in (0, 3.6, 45, 90, 120.5, 180, 201.6, 270, 356.4):
        note("rotate", degrees, image.rotate(degrees))
    for radius in (0, 0.03, 0.4, 1, 2.5, 7.75):
        note("blur", radius, image.filter(ImageFilter.GaussianBlur(radius=radius)))
    for shift in (-31, -10.333333333333334, -0.25, 0, 0.5, 6.75, 20):
        note("shift-x", shift, image.transform(image.size, Image.AFFINE, (1, 0, shift, 0, 1, 0)))
        note("shift-y", shift, image.transform(image.size, Image.AFFINE, (1, 0, 0, 0, 1, shift)))

with open("measures.json", "w") as file:
    json.dump(
        {"zero_shot": zero_shot, "paths": paths, "additivity": additivity, "pixels": pixels.ravel().tolist(),
         "changed": changed},
        file, separators=(",", ":"))
