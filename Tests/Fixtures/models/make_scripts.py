"""The CLIP of the folder openai-vit as programs in TorchScript archives: quick.pt is traced and has a quick GELU, as
OpenAI's archives; exact.pt is scripted and has an exact GELU, as open_clip's models.

Requirements: torch==2.13.*, safetensors==0.8.*
Run in this folder: python make_scripts.py

Heads are of 64 channels in both, as OpenAI's build_model takes for granted. Weights are stored in half precision, as in
openai-vit; to run an archive, call float() on it first. What the archives make of the inputs is compared with
openai-vit/expected.safetensors, and weights with openai-vit/model.safetensors.
"""

import os
import sys
from collections import OrderedDict
from pathlib import Path

import torch
import torch.nn as nn
import torch.nn.functional as F
from safetensors.torch import load_file

if os.environ.get("PYTHONHASHSEED") != "0":   # the order of a scripted module's constants is that of a set
    os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "PYTHONHASHSEED": "0"})
torch.set_num_threads(1)
HERE = Path(__file__).parent
WEIGHTS = load_file(HERE / "openai-vit/model.safetensors")
EXPECTED = load_file(HERE / "openai-vit/expected.safetensors")


class QuickGELU(nn.Module):
    def forward(self, x: torch.Tensor):
        return x * torch.sigmoid(1.702 * x)


class ResidualAttentionBlock(nn.Module):
    def __init__(self, size, heads, activation, causal):
        super().__init__()
        self.attn = nn.MultiheadAttention(size, heads)
        self.ln_1 = nn.LayerNorm(size)
        self.mlp = nn.Sequential(OrderedDict(
            c_fc=nn.Linear(size, 4 * size), gelu=activation(), c_proj=nn.Linear(4 * size, size)))
        self.ln_2 = nn.LayerNorm(size)
        self.causal = causal

    def forward(self, x: torch.Tensor):
        y = self.ln_1(x)
        mask = torch.full([x.size(0), x.size(0)], float("-inf"), dtype=torch.float).triu(1) if self.causal else None
        x = x + self.attn(y, y, y, need_weights=False, attn_mask=mask)[0]
        return x + self.mlp(self.ln_2(x))


class Transformer(nn.Module):
    def __init__(self, size, depth, heads, activation, causal):
        super().__init__()
        self.resblocks = nn.Sequential(*(ResidualAttentionBlock(size, heads, activation, causal) for _ in range(depth)))

    def forward(self, x: torch.Tensor):
        return self.resblocks(x.transpose(0, 1)).transpose(0, 1)


class VisionTransformer(nn.Module):
    def __init__(self, patch, positions, size, depth, heads, projection, activation):
        super().__init__()
        self.conv1 = nn.Conv2d(3, size, patch, stride=patch, bias=False)
        self.class_embedding = nn.Parameter(torch.empty(size))
        self.positional_embedding = nn.Parameter(torch.empty(positions, size))
        self.ln_pre = nn.LayerNorm(size)
        self.transformer = Transformer(size, depth, heads, activation, causal=False)
        self.ln_post = nn.LayerNorm(size)
        self.proj = nn.Parameter(torch.empty(size, projection))

    def forward(self, x: torch.Tensor):
        x = self.conv1(x).flatten(2).transpose(1, 2)
        first = self.class_embedding.expand(x.size(0), 1, -1)
        x = self.transformer(self.ln_pre(torch.cat([first, x], dim=1) + self.positional_embedding))
        return self.ln_post(x[:, 0]) @ self.proj


class CLIP(nn.Module):
    def __init__(self, activation, text_heads=1, vision_heads=2):
        super().__init__()
        self.visual = VisionTransformer(7, 10, 128, 2, vision_heads, 28, activation)
        self.transformer = Transformer(64, 2, text_heads, activation, causal=True)
        self.token_embedding = nn.Embedding(83, 64)
        self.positional_embedding = nn.Parameter(torch.empty(13, 64))
        self.ln_final = nn.LayerNorm(64)
        self.text_projection = nn.Parameter(torch.empty(64, 28))
        self.logit_scale = nn.Parameter(torch.empty([]))
        for name in ("input_resolution", "context_length", "vocab_size"):
            self.register_buffer(name, torch.tensor(0, dtype=torch.int32))

    def encode_image(self, image: torch.Tensor):
        return self.visual(image)

    def encode_text(self, text: torch.Tensor):
        x = self.token_embedding(text) + self.positional_embedding
        x = self.ln_final(self.transformer(x))
        return x[torch.arange(x.size(0)), text.argmax(dim=-1)] @ self.text_projection

    def forward(self, image: torch.Tensor, text: torch.Tensor):
        images = F.normalize(self.encode_image(image), dim=-1)
        texts = F.normalize(self.encode_text(text), dim=-1)
        logits = self.logit_scale.exp() * images @ texts.t()
        return logits, logits.t()


def model(activation, **heads):
    made = CLIP(activation, **heads).eval()
    made.load_state_dict(WEIGHTS)   # strictly: these names and no others
    return made


def compare(name, made, prefix):
    """The largest differences to the references."""
    ids, images = EXPECTED["ids"].long(), EXPECTED["images"]
    with torch.no_grad():
        found = {
            "image_embeds": made.encode_image(images), "text_embeds": made.encode_text(ids),
            "logits": made(images, ids)[0]}
    for what, value in found.items():
        print(f"{name} {prefix}{what}: {(value - EXPECTED[prefix + what]).abs().max().item():.2g}")


def write(name, script):
    path = HERE / "openai-scripts" / name
    path.parent.mkdir(exist_ok=True)
    written = path.with_suffix(".written")
    script.half().save(str(written))
    # The same records without those that tell where the sources lay on this machine.
    reader = torch._C.PyTorchFileReader(str(written))
    path.unlink(missing_ok=True)
    with open(path, "wb") as file:
        writer = torch._C.PyTorchFileWriter(file)
        for record in reader.get_all_records():
            if not record.endswith(".debug_pkl") and record not in (".data/serialization_id", "byteorder"):
                data = reader.get_record(record)
                writer.write_record(record, data, len(data))
        writer.write_end_of_file()
    del reader
    written.unlink()
    path.chmod(0o644)
    loaded = torch.jit.load(str(path))
    state = loaded.state_dict()
    assert state.keys() == WEIGHTS.keys()
    assert all(state[k].dtype == v.dtype and torch.equal(state[k], v) for k, v in WEIGHTS.items())
    print(f"openai-scripts/{name}: {len(state)} tensors, {path.stat().st_size / 1024:.0f} KiB")
    return loaded.float()


ids, images = EXPECTED["ids"][:2].long(), EXPECTED["images"][:2]
quick = torch.jit.trace_module(
    model(QuickGELU), {"forward": (images, ids), "encode_image": images, "encode_text": ids})
compare("quick.pt", write("quick.pt", quick), "")

exact = model(nn.GELU)
pictures, captions = EXPECTED["images"], EXPECTED["ids"].long()
with torch.no_grad():
    alone = exact.encode_image(pictures), exact.encode_text(captions)
script = write("exact.pt", torch.jit.script(exact))
with torch.no_grad():
    torch.testing.assert_close((script.encode_image(pictures), script.encode_text(captions)), alone)
compare("exact.pt", script, "gelu.")   # differs: the heads of those references have 32 channels, not 64
compare("not written, with heads of 32 channels:", model(nn.GELU, text_heads=2, vision_heads=4), "gelu.")
