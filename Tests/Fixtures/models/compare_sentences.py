"""Compares caption vectors of ours with sentence-transformers and with transformers alone.

Requirements: torch==2.15.*, transformers==5.23.*, sentence-transformers==6.2.*, safetensors==0.8.*

    synesthesia encode --encoder FOLDER --captions FILE --layers --out VECTORS.safetensors
    python compare_sentences.py FOLDER FILE VECTORS.safetensors [TOLERANCE]

The vectors are the folder's own (its pooling and normalisation); the layers, pooled alike, are compared with
transformers' hidden states and a mean written here, where the folder's pooling is the mean. Both references compute in
double precision. Prints the largest errors and fails beyond the tolerance, 1e-4 of the scale if not said.
"""

import sys

import torch
from safetensors.torch import load_file
from sentence_transformers import SentenceTransformer
from transformers import AutoModel, AutoTokenizer

torch.set_num_threads(1)
folder, captions, vectors = sys.argv[1:4]
tolerance = float(sys.argv[4]) if len(sys.argv) > 4 else 1e-4
with open(captions, encoding="utf-8") as file:
    lines = [line.rstrip("\n") for line in file]
ours = {name: tensor.double() for name, tensor in load_file(vectors).items()}
worst = 0.0


def compare(what, mine, theirs):
    global worst
    if mine.shape != theirs.shape:
        sys.exit(f"{what}: {tuple(mine.shape)} here, {tuple(theirs.shape)} there")
    error = ((mine - theirs).abs().max() / theirs.abs().max()).item()
    worst = max(worst, error)
    print(f"{what}: {len(lines)} sentences, largest error relative to scale {error:.1e}")


whole = SentenceTransformer(folder, device="cpu").double()
with torch.no_grad():
    compare("sentence-transformers", ours["embeddings"], whole.encode(
        lines, convert_to_tensor=True, batch_size=64, show_progress_bar=False))
    if "hidden" in ours and whole[1].pooling_mode == "mean":
        tokenizer = AutoTokenizer.from_pretrained(folder)
        model = AutoModel.from_pretrained(folder).double().eval()
        parts = []
        order = sorted(range(len(lines)), key=lambda i: len(lines[i]))
        for start in range(0, len(lines), 64):
            batch = tokenizer([lines[i] for i in order[start:start + 64]], padding=True, truncation=True,
                              max_length=whole.max_seq_length, return_tensors="pt")
            states = torch.stack(model(**batch, output_hidden_states=True).hidden_states)
            share = batch["attention_mask"].double()
            share = share / share.sum(1, keepdim=True)
            parts.append((states * share[None, :, :, None]).sum(2))
        layers = torch.empty(parts[0].shape[0], len(lines), parts[0].shape[2], dtype=torch.double)
        layers[:, order] = torch.cat(parts, 1)
        for i, (mine, theirs) in enumerate(zip(ours["hidden"], layers)):
            compare(f"transformers, layer {i}", mine, theirs)
sys.exit(0 if worst < tolerance else 1)
