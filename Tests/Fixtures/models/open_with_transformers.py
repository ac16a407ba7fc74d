"""Opens an encoder folder of ours with Hugging Face transformers and compares caption vectors.

Requirements: torch==2.15.*, transformers==5.23.*, safetensors==0.8.*

    synesthesia encode --encoder FOLDER --captions CAPTIONS --out VECTORS.safetensors
    python open_with_transformers.py FOLDER CAPTIONS VECTORS.safetensors

Fails unless every stored tensor is used, none is missing, and the vectors (probe pooling) agree within 1e-4 of their
scale. Prints the largest error.
"""

import sys

import torch
from safetensors.torch import load_file
from transformers import AutoConfig, AutoTokenizer, BertForMaskedLM, BertModel, CLIPModel, CLIPTextModelWithProjection

torch.set_num_threads(2)


def opened(kind, folder):
    model, report = kind.from_pretrained(folder, output_loading_info=True)
    wrong = {key: names for key, names in report.items() if names}
    if wrong:
        sys.exit(f"{folder} does not fit {kind.__name__}: {wrong}")
    return model.double().eval()


def probe_vectors(folder, tokens):
    config = AutoConfig.from_pretrained(folder)
    ids, mask = tokens["input_ids"], tokens["attention_mask"]
    if config.model_type == "bert":
        whole = config.architectures == ["BertForMaskedLM"]
        model = opened(BertForMaskedLM, folder).bert if whole else opened(BertModel, folder)
        states = model(ids, attention_mask=mask).last_hidden_state
        share = mask.double() / mask.sum(1, keepdim=True)
        return (states * share[..., None]).sum(1)
    if config.model_type == "clip":
        model = opened(CLIPModel, folder)
        return model.text_projection(model.text_model(ids, attention_mask=mask).pooler_output)
    return opened(CLIPTextModelWithProjection, folder)(ids, attention_mask=mask).text_embeds


folder, captions, vectors = sys.argv[1:]
with open(captions, encoding="utf-8") as file:
    lines = [line.rstrip("\n") for line in file]
tokens = AutoTokenizer.from_pretrained(folder)(lines, padding=True, truncation=True, return_tensors="pt")
with torch.no_grad():
    theirs = probe_vectors(folder, tokens)
ours = load_file(vectors)["embeddings"].double()
if ours.shape != theirs.shape:
    sys.exit(f"{tuple(ours.shape)} vectors here, {tuple(theirs.shape)} there")
error = (ours - theirs).abs().max() / theirs.abs().max()
print(f"{len(lines)} captions, largest error relative to scale {error:.2e}")
sys.exit(0 if error < 1e-4 else 1)
