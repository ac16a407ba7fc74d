"""Prints the contrastive loss, mean of both directions over batches of 50, of the article's matrices with NumPy 2.

Run: python losses.py ../../../../shared/data/amumo      (data set/model, as trained, closed)
"""

import gzip
import sys

import numpy as np

scales = {"CLIP": 100, "CyCLIP": 100.003, "CLOOB": 30, "CLOOB_LAION400M": np.exp(3.4012)}


def loss(x, y, scale):
    total = 0.0
    for start in range(0, len(x), 50):
        logits = scale * x[start : start + 50] @ y[start : start + 50].T
        for side in (logits, logits.T):
            total += (np.logaddexp.reduce(side, axis=1) - np.diag(side)).sum() / 2
    return total / len(x)


def unit(x):
    return x / np.linalg.norm(x, axis=1, keepdims=True)


for name in ("MSCOCO-Val_size-100", "DiffusionDB_size-100"):
    for model, scale in scales.items():
        upper = np.loadtxt(gzip.open(f"{sys.argv[1]}/{name}/{model}_gram_upper.txt.gz"))
        gram = np.zeros((200, 200))
        gram[np.triu_indices(200)] = upper
        values, vectors = np.linalg.eigh(gram + np.triu(gram, 1).T)
        rows = vectors * np.sqrt(np.maximum(values, 0))
        x, y = rows[:100], rows[100:]
        gap = x.mean(0) - y.mean(0)
        closed = loss(unit(x - gap / 2), unit(y + gap / 2), scale)
        print(f"{name}/{model} {loss(x, y, scale):.12f} {closed:.12f}")
