"""Folders of sentence-transformers that limit, prompt, cut and transform in every way, and what the library makes of them.

Requirements: torch==2.13.*, transformers==5.24.*, sentence-transformers==6.2.*, safetensors==0.8.*
Run in this folder, after ../models/make_originals.py: python make.py

The encoder is that of ../models/sentence; cases.json holds for each case the files that stand around it (as text), the
ids the library reads (without padding) and, where a module has weights, the name of a file here. expected.safetensors
holds the vectors, `CASE`, computed in double precision and stored as float32. `plain` cases have no modules.json: there
the vectors are transformers' last states, their mean over the tokens.
"""

import json
import os
import shutil
import tempfile
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from safetensors.torch import save_file
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Pooling
from sentence_transformers.base.modules import Normalize, Transformer
from transformers import AutoModel, AutoTokenizer

torch.set_num_threads(1)
HERE = Path(__file__).parent
INNER = HERE.parent / "models/sentence/0_Transformer"
generator = torch.Generator().manual_seed(12)

CAPTIONS = [
    "The man is smiling.", "A WOMAN wears a hat", "hat!", "a [MASK] Hat",
    "she has wavy hair and wears a hat and a necklace too",
    "she has wavy hair and wears a hat and a necklace too ! the man is smiling . the woman wears a hat too",
]
WIDTH = 36


def randn(*shape):
    return torch.randn(shape, generator=generator)


def rounded(tensor):
    return tensor.half().float().contiguous()


WEIGHTS = {
    "dense": {"linear.weight": rounded(randn(20, WIDTH) / 6), "linear.bias": rounded(randn(20) / 5)},
    "square": {"linear.weight": rounded(randn(WIDTH, WIDTH) / 6), "linear.bias": rounded(randn(WIDTH) / 5)},
    "unbiased": {"linear.weight": rounded(randn(20, WIDTH) / 6)},
    "residual": {"linear.weight": rounded(randn(20, WIDTH) / 6), "linear.bias": rounded(randn(20) / 5),
                 "residual.weight": rounded(randn(20, WIDTH) / 6)},
    "norm": {"norm.weight": rounded(1 + randn(WIDTH) / 3), "norm.bias": rounded(randn(WIDTH) / 5)},
}

TOKENIZER = {"tokenizer_class": "BertTokenizer", "do_lower_case": True}
MEAN = {"1_Pooling/config.json": {"embedding_dimension": WIDTH, "pooling_mode": "mean", "include_prompt": True}}
OLD = "sentence_transformers.models."


def modules(*kinds):
    rows = [("0_Transformer", "Transformer"), ("1_Pooling", "Pooling")] + list(kinds)
    return {"modules.json": [
        {"idx": i, "name": str(i), "path": path, "type": OLD + kind} for i, (path, kind) in enumerate(rows)]}


def tokenizer(**more):
    return {"0_Transformer/tokenizer_config.json": TOKENIZER | more}


def settings(name="sentence_bert_config.json", **values):
    return {"0_Transformer/" + name: values}


def pooling(mode, **more):
    return {"1_Pooling/config.json": {"word_embedding_dimension": WIDTH, "pooling_mode": mode, **more}}


def prompts(default="query", **more):
    return {"config_sentence_transformers.json": {
        "prompts": {"query": "the man is ", "passage": "she wears "}, "default_prompt_name": default, **more}}


def dense(activation, outputs=20, **more):
    return modules(("2_Dense", "Dense")) | MEAN | {"2_Dense/config.json": {
        "in_features": WIDTH, "out_features": outputs, "bias": True, "activation_function": activation, **more}}


cases = {}

# Limits.
old = modules() | MEAN
cases["limit of the tokenizer"] = (old | tokenizer(model_max_length=12), {})
cases["limit of the tokenizer beside settings"] = (
    old | tokenizer(model_max_length=12) | settings(max_seq_length=None, do_lower_case=False), {})
cases["no limit but positions"] = (old | tokenizer(), {})
cases["limit above positions"] = (old | tokenizer(model_max_length=512), {})
cases["no settings at all"] = (old, {})
for kind in ("bert", "roberta", "distilbert", "camembert", "albert", "xlm-roberta", "xlnet"):
    cases[f"settings of {kind}"] = (
        old | tokenizer(model_max_length=512) | settings(f"sentence_{kind}_config.json", max_seq_length=9), {})
cases["empty settings, then others"] = (
    old | tokenizer() | {"0_Transformer/sentence_bert_config.json": {}}
    | settings("sentence_albert_config.json", max_seq_length=8), {})
cases["limit in tokenizer_args"] = (
    old | tokenizer(model_max_length=512) | settings(tokenizer_args={"model_max_length": 7}), {})
cases["limit in processing_kwargs"] = (
    old | tokenizer(model_max_length=15) | settings(processing_kwargs={"text": {"max_length": 6}}), {})
cases["lower case"] = (
    old | tokenizer(model_max_length=12, do_lower_case=False) | settings(max_seq_length=10, do_lower_case=True), {})
cases["plain"] = ({"tokenizer_config.json": TOKENIZER | {"model_max_length": 10}}, {})
cases["plain, limit above positions"] = ({"tokenizer_config.json": TOKENIZER | {"model_max_length": 21}}, {})

# Prompts and cuts.
cases["prompt"] = (old | tokenizer() | prompts(), {})
cases["another prompt, limited"] = (old | tokenizer(model_max_length=12) | prompts("passage"), {})
cases["prompts, none by default"] = (old | tokenizer() | prompts(None), {})
for mode in Pooling.POOLING_MODES:
    cases[f"prompt left out of {mode}"] = (
        modules() | pooling(mode, include_prompt=False) | tokenizer(model_max_length=12) | prompts(), {})
cases["prompt left out of three"] = (
    modules() | pooling(["weightedmean", "cls", "max"], include_prompt=False) | tokenizer() | prompts(), {})
cases["cut"] = (modules(("2_Normalize", "Normalize")) | MEAN | tokenizer() | prompts(None, truncate_dim=8), {})
cases["cut wider than the vector"] = (old | tokenizer() | prompts(None, truncate_dim=99), {})

# Modules.
ACTIVATIONS = ["linear.Identity"] + ["activation." + name for name in (
    "Tanh", "ReLU", "GELU", "Sigmoid", "SiLU", "ELU", "SELU", "CELU", "LeakyReLU", "Softplus", "Softsign", "Mish", "ReLU6",
    "Hardtanh", "Hardswish", "Hardsigmoid", "LogSigmoid", "Tanhshrink", "Softshrink", "Hardshrink")]
for name in ACTIVATIONS:
    cases[name.split(".")[1]] = (dense("torch.nn.modules." + name) | tokenizer(), {"2_Dense": "dense"})
default = dense("") | tokenizer()
del default["2_Dense/config.json"]["activation_function"]
cases["Dense without a named activation"] = (default, {"2_Dense": "dense"})
cases["Dense without bias"] = (dense("torch.nn.modules.linear.Identity", bias=False) | tokenizer(), {"2_Dense": "unbiased"})
cases["Dense beside its input"] = (
    dense("torch.nn.modules.activation.Tanh", WIDTH, use_residual=True) | tokenizer(), {"2_Dense": "square"})
cases["Dense beside its input, brought to size"] = (
    dense("torch.nn.modules.activation.Tanh", use_residual=True) | tokenizer(), {"2_Dense": "residual"})
cases["Dense of version 6"] = (
    dense("torch.nn.modules.activation.Tanh", module_input_name="sentence_embedding",
          module_output_name="sentence_embedding") | tokenizer(), {"2_Dense": "dense"})
cases["LayerNorm, Dropout, Normalize"] = (
    modules(("2_LayerNorm", "LayerNorm"), ("3_Dropout", "Dropout"), ("4_Normalize", "Normalize")) | MEAN | tokenizer()
    | {"2_LayerNorm/config.json": {"dimension": WIDTH}, "3_Dropout/config.json": {"dropout": 0.5}}, {"2_LayerNorm": "norm"})


def write(folder, files, weights):
    files = {"0_Transformer/config.json" if "modules.json" in files else "config.json":
             json.loads((INNER / "config.json").read_text()), **files}
    texts = {path: json.dumps(value) for path, value in sorted(files.items())}
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    inner = folder / "0_Transformer" if "modules.json" in files else folder
    for name in ("model.safetensors", "vocab.txt"):
        shutil.copy(INNER / name, inner / name)
    for path, name in weights.items():
        save_file(WEIGHTS[name], folder / path / "model.safetensors")
    return texts


def plain(folder):
    reader = AutoTokenizer.from_pretrained(folder)
    model = AutoModel.from_pretrained(folder).double().eval()
    ids, vectors = [], []
    with torch.no_grad():
        for caption in CAPTIONS:
            batch = reader([caption], truncation=True, return_tensors="pt")
            ids.append(batch["input_ids"][0].tolist())
            vectors.append(model(**batch).last_hidden_state[0].mean(0))
    return ids, torch.stack(vectors)


def whole(folder):
    model = SentenceTransformer(str(folder), device="cpu").double()
    prompt = model.prompts.get(model.default_prompt_name) if model.default_prompt_name else None
    features = model.preprocess(CAPTIONS, prompt=prompt)
    ids = [row[:n].tolist() for row, n in zip(features["input_ids"], features["attention_mask"].sum(1).tolist())]
    vectors = model.encode(CAPTIONS, convert_to_tensor=True, batch_size=3, show_progress_bar=False)
    return ids, vectors


def saved(folder):
    """A folder as version 6 itself writes it."""
    with tempfile.TemporaryDirectory() as inner:
        inner = Path(inner)
        write(inner, {"tokenizer_config.json": TOKENIZER}, {})
        model = SentenceTransformer(
            modules=[Transformer(str(inner)), Pooling(WIDTH, "mean"), Normalize()], device="cpu")
        model.max_seq_length = 12
        model.save_pretrained(str(folder), create_model_card=False)
    shutil.copy(INNER / "model.safetensors", folder / "model.safetensors")
    names = [p for p in sorted(folder.rglob("*.json"))]
    return {str(p.relative_to(folder)): p.read_text() for p in names}


report, expected = [], {}
for name, (files, weights) in [("version 6 as saved", (None, {}))] + list(cases.items()):
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        texts = saved(folder) if files is None else write(folder, files, weights)
        ids, vectors = whole(folder) if "modules.json" in texts else plain(folder)
    report.append({
        "name": name, "files": texts, "weights": weights, "ids": ids,
        "transformer": "0_Transformer" if "0_Transformer/config.json" in texts else ""})
    expected[name] = vectors.float().contiguous().clone()
    print(f"{name}: lengths {[len(row) for row in ids]}, vectors {tuple(vectors.shape)}")

for name, tensors in WEIGHTS.items():
    save_file({k: v.half() for k, v in tensors.items()}, HERE / f"{name}.safetensors")
save_file(expected, HERE / "expected.safetensors")
(HERE / "cases.json").write_text(json.dumps({"captions": CAPTIONS, "cases": report}, indent=1, ensure_ascii=False) + "\n")
for path in HERE.iterdir():
    path.chmod(0o644)
