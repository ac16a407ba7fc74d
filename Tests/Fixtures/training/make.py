"""Reference losses and gradients of the objectives, and steps of a trainer with all that it can do.

Run with:  python make.py        (writes objectives.safetensors beside itself)
Made with: torch 2.13.0, transformers 5.24.0, safetensors 0.8.0 (python 3.11, CPU, one thread)

Inputs are rounded to Float32, everything after that is computed in float64 and stored as Float32: name/in0, in1, …,
name/loss, name/grad0, … Images are stored channels last. No two axes agree by accident.
"""

import os

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from transformers import get_linear_schedule_with_warmup

HERE = os.path.dirname(os.path.abspath(__file__))
torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
generator = torch.Generator().manual_seed(13)
stored = {}


def keep(name, tensor):
    tensor = tensor.detach()
    stored[name] = (tensor.int() if tensor.dtype == torch.int64 else tensor.float()).contiguous().clone()


def normal(*shape, scale=1.0, shift=0.0):
    return (torch.randn(shape, generator=generator) * scale + shift).float().double()


def whole(below, *shape):
    return torch.randint(below, shape, generator=generator)


def objective(name, f, *inputs):
    values = [x.clone().requires_grad_() for x in inputs]
    loss = f(*values)
    for i, (x, slope) in enumerate(zip(values, torch.autograd.grad(loss, values))):
        keep(f"{name}/in{i}", x)
        keep(f"{name}/grad{i}", slope)
    keep(f"{name}/loss", loss)


def clip(images, captions, log_scale):  # Radford et al. 2021, figure 3
    images, captions = F.normalize(images, dim=1), F.normalize(captions, dim=1)
    logits = images @ captions.T * log_scale.exp()
    own = torch.arange(len(images))
    keep("contrastive/accuracy", (logits.argmax(1) == own).double().mean())
    return (F.cross_entropy(logits, own) + F.cross_entropy(logits.T, own)) / 2


captions = normal(7, 11)
objective("contrastive", clip, captions + normal(7, 11, scale=1.5), captions, torch.tensor(2.6593))

answers = whole(19, 13)
keep("masked/answers", answers)
objective("masked", lambda logits: F.cross_entropy(logits, answers), normal(13, 19, scale=2))

tokens = whole(17, 3, 5)
keep("next/tokens", tokens)
objective("next", lambda logits: F.cross_entropy(logits.flatten(0, 1), tokens.flatten()), normal(3, 5, 17, scale=2))

weight = (normal(6, 5, 3).abs() + 0.5).float().double()
keep("reconstruction/attention", weight)


def reconstruction(drawn, images):
    d = (drawn - images) * weight
    edges = (d[:, 1:] - d[:, :-1]).abs().mean() + (d[:, :, 1:] - d[:, :, :-1]).abs().mean()
    return d.abs().mean() + (d * d).mean() + edges


objective("reconstruction", reconstruction, normal(2, 6, 5, 3), normal(2, 6, 5, 3))

truth = (torch.rand((9, 4), generator=generator) < 0.3).double()
frequencies = torch.tensor([0.1, 0.35, 0.5, 0.9]).float().double()
keep("balanced/truth", truth)
keep("balanced/frequencies", frequencies)
balance = truth * 0.5 / frequencies + (1 - truth) * 0.5 / (1 - frequencies)
objective(
    "balanced", lambda logits: F.binary_cross_entropy_with_logits(logits, truth, weight=balance), normal(9, 4, scale=4))

# Twelve steps: a linear layer on seven classes, gradients clipped to norm 1, decay on the matrix alone, a rate that warms
# up and falls to zero, as encoders are fine-tuned.
x = normal(23, 10, scale=2)
labels = (x @ normal(10, 7)).argmax(1)
matrix, bias = normal(7, 10).requires_grad_(), normal(7).requires_grad_()
for name, tensor in [("x", x), ("labels", labels), ("matrix", matrix), ("bias", bias)]:
    keep(f"steps/{name}", tensor)
optimiser = torch.optim.AdamW([{"params": [matrix], "weight_decay": 0.1}, {"params": [bias], "weight_decay": 0.0}], lr=0.2)
schedule = get_linear_schedule_with_warmup(optimiser, 3, 12)
losses, rates, norms = [], [], []
for _ in range(12):
    rates.append(schedule.get_last_lr()[0])
    optimiser.zero_grad()
    loss = F.cross_entropy(x @ matrix.T + bias, labels)
    loss.backward()
    norms.append(torch.nn.utils.clip_grad_norm_([matrix, bias], 1.0).item())
    optimiser.step()
    schedule.step()
    losses.append(loss.item())
assert min(norms) < 1 < max(norms), norms  # both ways of clipping
keep("steps/losses", torch.tensor(losses))
keep("steps/rates", torch.tensor(rates))
keep("steps/matrix-after", matrix)
keep("steps/bias-after", bias)

save_file(stored, os.path.join(HERE, "objectives.safetensors"))
