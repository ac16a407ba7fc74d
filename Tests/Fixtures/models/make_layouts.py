"""One tiny BERT in the layouts that training programs and people save, and what the reference makes of it; an adapter as
the released code's training saved it; a CLIP of open_clip with both activations.

Requirements: torch==2.13.*, transformers==5.24.*, safetensors==0.8.*, open_clip_torch==3.3.*
Run in this folder: python make_layouts.py

Outputs are computed in double precision; weights are rounded to half precision first.
"""

import collections
import copy
import importlib.machinery
import json
import shutil
import sys
import types
from pathlib import Path

import torch
from safetensors.torch import save_file

import transformers.utils  # noqa: E402

transformers.utils.is_torchvision_available = lambda: False
from transformers import BertConfig, BertModel, RobertaConfig, RobertaModel  # noqa: E402

torch.set_num_threads(1)
HERE = Path(__file__).parent
generator = torch.Generator().manual_seed(12)


def randomize(model):
    with torch.no_grad():
        for name, p in sorted(model.named_parameters()):
            noise = torch.randn(p.shape, generator=generator)
            if name == "logit_scale":
                p.copy_(torch.tensor(1.7))
            elif ("norm" in name.lower() or "ln_" in name) and name.endswith("weight"):
                p.copy_(1 + 0.3 * noise)
            elif p.dim() < 2:
                p.copy_(0.2 * noise)
            else:
                p.copy_(noise * (0.7 if "embedding" in name else 1.3 / p[0].numel() ** 0.5))
            p.copy_(p.half().float())
    return model.eval()


def fresh(name):
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


def states(model, ids):
    with torch.no_grad():
        out = copy.deepcopy(model).double()(ids, output_hidden_states=True)
    return {f"hidden.{i}": s.float().contiguous() for i, s in enumerate(out.hidden_states)}


def put(path, value, **options):
    torch.save(value, path, **options)
    print(f"{path.relative_to(HERE)}: {path.stat().st_size / 1024:.0f} KiB")


# -- BERT

folder = fresh("layouts")
size = dict(vocab_size=31, hidden_size=12, num_hidden_layers=2, num_attention_heads=3, intermediate_size=20,
            max_position_embeddings=10)
bert = randomize(BertModel(BertConfig(**size)))
(folder / "config.json").write_text(json.dumps({"model_type": "bert", **size}, indent=2) + "\n")
ids = torch.tensor([[2, 7, 9, 11, 3], [2, 30, 1, 4, 3]])
save_file({"ids": ids.int(), "lengths": torch.tensor([5, 5]).int(), **states(bert, ids)}, folder / "expected.safetensors")
state = collections.OrderedDict((k, v.half()) for k, v in bert.state_dict().items())
other = collections.OrderedDict((k, v + 1) for k, v in state.items())
optimizer = torch.optim.AdamW(bert.parameters())
bert(ids).last_hidden_state.sum().backward()
optimizer.step()
optimizer_state = optimizer.state_dict()
for moments in optimizer_state["state"].values():  # short, for the file's size
    moments["exp_avg"], moments["exp_avg_sq"] = moments["exp_avg"].flatten()[:2].clone(), moments["exp_avg_sq"].flatten()[:2].clone()

put(folder / "training.pt", {"epoch": 3, "model_state_dict": state, "optimizer_state_dict": optimizer_state,
                             "loss": torch.tensor(0.25)})
put(folder / "nested.ckpt", {"step": torch.tensor(7), "checkpoint": {"weights": {f"encoder.bert.{k}": v for k, v in state.items()}}})
put(folder / "lightning.ckpt", {"state_dict": {f"model.{k}": v for k, v in state.items()}, "best": torch.tensor(1.0),
                                "callbacks": {"ModelCheckpoint": {"best_model_score": torch.tensor(0.1)}}})
put(folder / "same-twice.pt", {"model": state, "ema": state})
put(folder / "two-models.pt", {"teacher": state, "student": other})
smaller = BertModel(BertConfig(**{**size, "hidden_size": 6, "num_hidden_layers": 1})).half().state_dict()
put(folder / "one-fits.pt", {"student": smaller, "teacher": state})
whole = BertModel(BertConfig(**size)).half()
whole.load_state_dict(state)
put(folder / "whole.pt", whole)  # position_ids and token_type_ids are buffers that no state dict has
put(folder / "whole-in.pt", {"model": whole, "loss": torch.tensor(0.5)})
legacy = collections.OrderedDict(state)
legacy["beside.quantised"] = torch.quantize_per_tensor(torch.randn(3, 4), 0.1, 3, torch.qint8)
legacy["beside.per_channel"] = torch.quantize_per_channel(torch.randn(2, 3), torch.tensor([0.1, 0.2]), torch.tensor([0, 0]), 0, torch.quint8)
put(folder / "quantised-legacy.bin", legacy, _use_new_zipfile_serialization=False)
put(folder / "quantised.bin", legacy)
heads = {f"bert.{k}": v for k, v in state.items() if not k.startswith("pooler")}
heads |= {"qa_outputs.weight": torch.ones(2, 12).half(), "qa_outputs.bias": torch.zeros(2).half()}
save_file(heads, folder / "question-answering.safetensors")
save_file({f"0.auto_model.{k}": v for k, v in state.items()} | {"1.linear.weight": torch.ones(2, 2)}, folder / "sentence.safetensors")
save_file({f"_orig_mod.module.{k}": v for k, v in state.items()}, folder / "compiled.safetensors")
save_file(dict(state) | {"classifier.weight": torch.ones(2, 12), "classifier.bias": torch.ones(2)}, folder / "classifier.safetensors")

# Element types that nobody reads beside those that are read, and a null for the notes.
strange = {"a": torch.ones(2), "f8": torch.ones(4).to(torch.float8_e4m3fn), "f8b": torch.ones(4).to(torch.float8_e5m2),
           "e8": torch.ones(4).to(torch.float8_e8m0fnu), "c": torch.ones(2, dtype=torch.complex64),
           "u": torch.ones(3, dtype=torch.uint16)}
save_file(strange, folder / "types.safetensors")
header = {"__metadata__": None, "a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]},
          "f4": {"dtype": "F4", "shape": [3, 2], "data_offsets": [8, 11]},
          "f6": {"dtype": "F6_E2M3", "shape": [4], "data_offsets": [11, 14]}}
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
(folder / "null-notes.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + torch.ones(2).numpy().tobytes() + bytes(6))

# RoBERTa without a padding token, as programs that count from -1 say it: its positions begin at 0.
roberta = randomize(RobertaModel(RobertaConfig(**{**size, "pad_token_id": -1, "type_vocab_size": 1})))
folder = fresh("layouts-roberta")
(folder / "config.json").write_text(json.dumps({"model_type": "roberta", **size, "pad_token_id": -1, "type_vocab_size": 1}) + "\n")
save_file({k: v.half() for k, v in roberta.state_dict().items()}, folder / "model.safetensors")
save_file({"ids": ids.int(), "lengths": torch.tensor([5, 5]).int(), **states(roberta, ids)}, folder / "expected.safetensors")

# -- The released code's adapter: one linear layer among the weights of all its networks

adapter = {"text2image.weight": torch.randn(8, 12, generator=generator).half(), "text2image.bias": torch.randn(8, generator=generator).half()}
lightning = {"epoch": 3, "global_step": 11, "pytorch-lightning_version": "1.5.10",
             "state_dict": collections.OrderedDict({"transformer.tok_emb.weight": torch.ones(3, 8).half(),
                                                    "first_stage_model.quantize.embedding.weight": torch.ones(3, 2).half(),
                                                    "text_model.embeddings.word_embeddings.weight": torch.ones(2, 12).half(),
                                                    **adapter}),
             "callbacks": {}, "hparams_name": "kwargs"}
put(HERE / "layouts" / "adapter.ckpt", lightning)
save_file({k: v.float() for k, v in adapter.items()}, HERE / "layouts" / "adapter-expected.safetensors")

# -- open_clip

# It imports torchvision for nothing that these models need; a stand-in does.

def absent(name, **members):
    module = types.ModuleType(name)
    module.__dict__.update(members)
    module.__spec__, module.__path__ = importlib.machinery.ModuleSpec(name, None), []
    sys.modules[name] = module
    return module


nothing = type("Nothing", (), {"__init__": lambda self, *a, **k: None, "BICUBIC": 0, "BILINEAR": 1, "NEAREST": 2})
vision = absent("torchvision", __version__="0")
absent("torchvision.ops")
absent("torchvision.ops.misc", FrozenBatchNorm2d=torch.nn.Identity)
functional = absent("torchvision.transforms.functional")
names = "Normalize Compose RandomResizedCrop InterpolationMode ToTensor Resize CenterCrop ColorJitter Grayscale"
vision.transforms = absent("torchvision.transforms", functional=functional, **{n: nothing for n in names.split()})

from open_clip.model import CLIP, CLIPTextCfg, CLIPVisionCfg  # noqa: E402

folder = fresh("open-clip")
text_cfg = dict(context_length=9, vocab_size=23, width=64, heads=1, layers=1, mlp_ratio=1.0)
vision_cfg = dict(image_size=14, patch_size=7, width=64, head_width=64, layers=1, mlp_ratio=1.0)
captions = torch.tensor([[20, 3, 5, 22, 0, 0, 0, 0, 0], [20, 9, 1, 2, 3, 4, 5, 6, 22]])
images = torch.randn(2, 3, 14, 14, generator=generator)
expected, weights = {"ids": captions.int(), "lengths": torch.tensor([4, 9]).int(), "images": images}, None
for quick in (False, True):
    model = CLIP(12, CLIPVisionCfg(**vision_cfg), CLIPTextCfg(**text_cfg), quick_gelu=quick)
    if weights is None:
        weights = randomize(model).state_dict()
    model.load_state_dict(weights)
    model = model.double().eval()
    with torch.no_grad():
        name = "quick_gelu" if quick else "gelu"
        expected[f"{name}.text_embeds"] = model.encode_text(captions).float()
        expected[f"{name}.image_embeds"] = model.encode_image(images.double()).float()
put(folder / "open_clip_pytorch_model.bin", {k: v.half() for k, v in weights.items()})
save_file(expected, folder / "expected.safetensors")
settings = {"model_cfg": {"embed_dim": 12, "vision_cfg": vision_cfg, "text_cfg": text_cfg},
            "preprocess_cfg": {"mean": [0.5, 0.4, 0.3], "std": [0.2, 0.25, 0.3], "interpolation": "bilinear", "resize_mode": "shortest"}}
(folder / "open_clip_config.json").write_text(json.dumps(settings, indent=1) + "\n")
