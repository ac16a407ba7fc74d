"""Reference losses and slopes of the objectives that bring pairs together, and ten steps with each.

Run with:  python make_pairs.py        (writes pairs.json beside itself)
Made with: torch 2.13.0, open_clip_torch 3.3.0 (python 3.11, CPU, one thread)

Everything is written down from the papers' formulas with torch's own operations and differentiated by torch; CLIP's and SigLIP's losses are held against open_clip's.
Inputs are exact in Float32. "loss", "images", "captions", "logScale", "bias": in float64; "loss32" and so on the same in float32.
"curve": losses of ten steps of two linear towers with AdamW (decay on the matrices alone), a cosine rate with warm-up,
gradients clipped to norm 1 and the logarithm of a learned scale held in 0...ln 100 (SigLIP's is free), in float64.
"""

import importlib.util
import json
import math
import os

import torch
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
torch.set_num_threads(1)
generator = torch.Generator().manual_seed(29)
BETA = 8.0


def normal(*shape, scale=1.0):
    return (torch.randn(shape, generator=generator, dtype=torch.float64) * scale).float().double()


def info_nce(a, b, scale):
    k = scale * a @ b.T
    return F.cross_entropy(k, torch.arange(len(a)))


def info_loob(a, b, scale):
    k = scale * a @ b.T
    own = torch.eye(len(a), dtype=torch.bool)
    others = k.masked_fill(own, -math.inf)
    return (torch.logsumexp(others, dim=1) - k.diagonal()).mean()


def retrieve(queries, stored):
    return F.normalize(torch.softmax(BETA * queries @ stored.T, dim=1) @ stored, dim=1)


def clip(x, y, log_scale, bias):
    s = log_scale.exp()
    return (info_nce(x, y, s) + info_nce(y, x, s)) / 2


def cyclip(x, y, log_scale, bias):
    s, n = x @ y.T, len(x)
    across, within = (s - s.T).square().sum() / n, (x @ x.T - y @ y.T).square().sum() / n
    return clip(x, y, log_scale, bias) + 0.25 * across + 0.25 * within


def infoloob(x, y, log_scale, bias):
    s = log_scale.exp()
    return (info_loob(x, y, s) + info_loob(y, x, s)) / s


def hopfield(x, y, log_scale, bias):
    s = log_scale.exp()
    first = info_nce(retrieve(x, x), retrieve(y, x), s)
    return (first + info_nce(retrieve(y, y), retrieve(x, y), s)) / 2


def cloob(x, y, log_scale, bias):
    s = log_scale.exp()
    return (info_loob(retrieve(x, x), retrieve(y, x), s) + info_loob(retrieve(y, y), retrieve(x, y), s)) / s


def siglip(x, y, log_scale, bias):
    logits = log_scale.exp() * x @ y.T + bias
    sign = 2 * torch.eye(len(x), dtype=x.dtype) - 1
    return F.softplus(-sign * logits).sum() / len(x)


N, D = 9, 6
base = normal(N, D)
x = F.normalize(base + normal(N, D, scale=0.8), dim=1).float().double()
y = F.normalize(base + normal(N, D, scale=0.8) + normal(1, D), dim=1).float().double()
seen = normal(N, 12)
read = (seen @ normal(12, 10, scale=0.3) + normal(N, 10, scale=0.5)).float().double()
towers = (normal(D, 12, scale=0.3), normal(D, 10, scale=0.3))
result = {
    "x": x.tolist(), "y": y.tolist(), "beta": BETA, "seen": seen.tolist(), "read": read.tolist(),
    "imageTower": towers[0].tolist(), "captionTower": towers[1].tolist(), "objectives": {},
}


# Its losses alone: the package would import torchvision.
place = importlib.util.find_spec("open_clip").submodule_search_locations[0] + "/loss.py"
spec = importlib.util.spec_from_file_location("open_clip_loss", place)
theirs = importlib.util.module_from_spec(spec)
spec.loader.exec_module(theirs)
ten = torch.tensor(10.0, dtype=torch.float64)
assert torch.isclose(clip(x, y, ten.log(), None), theirs.ClipLoss()(x, y, ten), rtol=1e-13)
assert torch.isclose(siglip(x, y, ten.log(), -ten), theirs.SigLipLoss()(x, y, ten, -ten), rtol=1e-13)


def point(f, scale, bias, kind):
    numbers = [torch.tensor(value, dtype=torch.float64) for value in (math.log(scale), bias)]
    values = [t.to(kind).clone().requires_grad_() for t in (x, y, *numbers)]
    loss = f(*values)
    slopes = torch.autograd.grad(loss, values, allow_unused=True)
    names = ["images", "captions", "logScale", "bias"]
    return {"loss": loss.item()} | {n: (s.tolist() if s is not None else 0.0) for n, s in zip(names, slopes)}


def rate(step, base=0.05, warmup=3, total=10):
    if step < warmup:
        return base * (step + 1) / warmup
    low = base * 0.02
    return low + (base - low) * 0.5 * (1 + math.cos(math.pi * (step - warmup) / (total - warmup)))


def curve(f, scale, bias, learned):
    a, b = (t.clone().requires_grad_() for t in towers)
    numbers = [torch.tensor(math.log(scale), dtype=torch.float64)]
    if bias is not None:
        numbers.append(torch.tensor(bias, dtype=torch.float64))
    moved = (numbers if learned else [])
    for t in moved:
        t.requires_grad_()
    optimiser = torch.optim.AdamW(
        [{"params": [a, b], "weight_decay": 0.1}, {"params": moved, "weight_decay": 0.0}] if moved
        else [{"params": [a, b], "weight_decay": 0.1}], lr=1, betas=(0.9, 0.98))
    losses = []
    for step in range(10):
        for group in optimiser.param_groups:
            group["lr"] = rate(step)
        optimiser.zero_grad()
        loss = f(F.normalize(seen @ a.T, dim=1), F.normalize(read @ b.T, dim=1), numbers[0], numbers[-1])
        loss.backward()
        torch.nn.utils.clip_grad_norm_([a, b, *moved], 1.0)
        optimiser.step()
        if bias is None and learned:
            with torch.no_grad():
                numbers[0].clamp_(0, math.log(100))
        losses.append(loss.item())
    return losses


for name, f, scale, bias, learned in [
    ("clip", clip, 1 / 0.07, None, True), ("cyclip", cyclip, 1 / 0.07, None, True),
    ("infoloob", infoloob, 30.0, None, False), ("hopfield", hopfield, 30.0, None, False),
    ("cloob", cloob, 30.0, None, False), ("siglip", siglip, 10.0, -math.log(N - 1), True),
]:
    exact = point(f, scale, bias or 0.0, torch.float64)
    single = point(f, scale, bias or 0.0, torch.float32)
    result["objectives"][name] = {
        "scale": scale, "firstBias": bias or 0.0, **exact, **{k + "32": v for k, v in single.items()},
        "curve": curve(f, scale, bias, learned),
    }

with open(os.path.join(HERE, "pairs.json"), "w") as file:
    json.dump(result, file)
    file.write("\n")
