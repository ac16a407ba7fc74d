"""Reference results for every operation of Tensors: outputs, gradients, optimiser, schedules, ten steps of training.

Run with:  python make.py        (writes operations.safetensors beside itself)
Made with: torch 2.15.0, safetensors 0.8.0, numpy 2.4 (python 3.11, CPU, one thread)

Inputs are rounded to Float32, everything after that is computed in float64 and stored as Float32. A case "name" is
stored as name/in0, in1, … (inputs), name/out, name/upstream (the gradient that arrives at the output) and
name/grad0, … (for each input that has one). Images are stored channels last. Sizes are unusual on purpose:
no two axes agree by accident, and most last axes are no multiple of sixteen.
"""

import math
import os

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

HERE = os.path.dirname(os.path.abspath(__file__))
torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
generator = torch.Generator().manual_seed(20)
stored = {}


def keep(name, tensor):
    tensor = tensor.detach()
    stored[name] = (tensor.int() if tensor.dtype in (torch.int32, torch.int64) else tensor.float()).contiguous().clone()


def normal(*shape, scale=1.0, shift=0.0):
    return (torch.randn(shape, generator=generator) * scale + shift).float().double()


def positive(*shape):
    return (torch.rand(shape, generator=generator) + 0.7).float().double()


def bf16(x):
    return x.float().bfloat16().double()


def case(name, f, *inputs, fixed=(), upstream=None):
    """One operation; inputs whose place is in `fixed` have no gradient."""
    values = [x.clone().requires_grad_(i not in fixed) for i, x in enumerate(inputs)]
    out = f(*values)
    weights = normal(*out.shape) if upstream is None else upstream(normal(*out.shape))
    wanted = [x for x in values if x.requires_grad]
    slopes = iter(torch.autograd.grad((out * weights).sum(), wanted) if wanted else [])
    keep(f"{name}/out", out)
    if wanted:
        keep(f"{name}/upstream", weights)
    for i, x in enumerate(values):
        keep(f"{name}/in{i}", x)
        if x.requires_grad:
            keep(f"{name}/grad{i}", next(slopes))


def first(x):  # [batch, height, width, channels] → [batch, channels, height, width]
    return x.permute(0, 3, 1, 2)


def last(x):
    return x.permute(0, 2, 3, 1)


# MARK: element by element

case("add suffix", lambda a, b: a + b, normal(3, 4, 19), normal(4, 19))
case("subtract row", lambda a, b: a - b, normal(3, 4, 19), normal(19))
case("multiply row", lambda a, b: a * b, normal(3, 4, 19), normal(19))
case("multiply one", lambda a, b: a * b, normal(3, 19), normal(1))
case("divide row", lambda a, b: a / b, normal(3, 4, 19), positive(19))
case("divide one", lambda a, b: a / b, normal(3, 19), positive(1))
case("scale and shift", lambda a: -(a * 3 - 2) / 7 + 0.5, normal(37))
case("exp", torch.exp, normal(67, scale=3))
case("log", torch.log, positive(67))
case("square root", torch.sqrt, positive(67))
case("squared", torch.square, normal(67))
case("absolute", torch.abs, normal(67))
case("clamped", lambda a: a.clamp(min=0.25), normal(67))
for name, f in {
    "relu": F.relu, "gelu": F.gelu, "silu": F.silu, "tanh": torch.tanh, "sigmoid": torch.sigmoid,
    "quick gelu": lambda x: x * torch.sigmoid(1.702 * x), "gelu tanh": lambda x: F.gelu(x, approximate="tanh"),
}.items():
    case(name, f, torch.cat([normal(80, scale=2), torch.linspace(-9, 9, 19).float().double() + 0.01]))

# MARK: shapes

case("transposed", lambda a: a.permute(2, 0, 3, 1), normal(2, 3, 5, 4))
case("channels last", last, normal(2, 3, 4, 5))
case("channels first", first, normal(2, 3, 4, 5))
case("sliced", lambda a: a[:, 2:5], normal(3, 7, 5))
case("concatenated", lambda a, b: torch.cat([a, b], -1), normal(3, 4, 5), normal(3, 4, 2))
case("embedding", lambda a: a[torch.tensor([[1, 5, 5], [0, 1, 5]])], normal(6, 19))
case("sum of an axis", lambda a: a.sum(1), normal(3, 7, 19))
case("mean of the last axis", lambda a: a.mean(-1), normal(3, 7, 19))
case("sum", lambda a: a.sum(), normal(3, 7, 19))
case("mean", lambda a: a.mean(), normal(3, 7, 19))

# MARK: products

case("linear", F.linear, normal(2, 5, 23), normal(17, 23), normal(17))
case("linear without bias", F.linear, normal(7, 33), normal(18, 33))
case("linear, gelu", lambda x, w, b: F.gelu(F.linear(x, w, b)), normal(7, 23), normal(17, 23), normal(17))
case("frozen linear", F.linear, normal(7, 23), normal(17, 23), normal(17), fixed=(1, 2))
case("frozen square linear", F.linear, normal(7, 32), normal(32, 32), normal(32), fixed=(1, 2))
# A frozen BFloat16 weight rounds what it is multiplied with: the input forward, the gradient backward.
x, w, b = normal(7, 32), bf16(normal(18, 32)), normal(18)
case("bfloat16 linear", lambda x, w, b: F.linear(x + (bf16(x) - x).detach(), w, b), x, w, b, fixed=(1, 2),
     upstream=bf16)
case("matmul", torch.matmul, normal(2, 3, 4, 17), normal(2, 3, 17, 2))
case("matmul, right transposed", lambda a, b: a @ b.mT, normal(3, 4, 19), normal(3, 6, 19))
case("matmul, one right side", torch.matmul, normal(3, 4, 19), normal(19, 6))


def attention(query, key, value, heads, visible=None, scale=None):
    """visible(sample, query) → how many keys are seen."""
    split = lambda x: x.unflatten(-1, (heads, -1)).transpose(1, 2)
    q, k, v = split(query), split(key), split(value)
    scores = q @ k.mT * (scale or 1 / math.sqrt(q.shape[-1]))
    if visible:
        hidden = torch.tensor([
            [[column >= visible(sample, row) for column in range(k.shape[2])] for row in range(q.shape[2])]
            for sample in range(q.shape[0])])
        scores = scores.masked_fill(hidden[:, None], -math.inf)
    return (scores.softmax(-1) @ v).transpose(1, 2).flatten(2)


lengths = [3, 7]
three = lambda queries, keys: (normal(2, queries, 24), normal(2, keys, 24), normal(2, keys, 24))
case("attention", lambda q, k, v: attention(q, k, v, 3), *three(5, 7))
case("attention, scale", lambda q, k, v: attention(q, k, v, 3, scale=0.3), *three(5, 7))
case("attention, causal", lambda q, k, v: attention(q, k, v, 3, lambda s, i: i + 1), *three(7, 7))
case("attention, newest causal", lambda q, k, v: attention(q, k, v, 3, lambda s, i: 4 + i + 1), *three(3, 7))
case("attention, lengths", lambda q, k, v: attention(q, k, v, 3, lambda s, i: lengths[s]), *three(5, 7))
case("attention, causal lengths", lambda q, k, v: attention(q, k, v, 3, lambda s, i: min(i + 1, lengths[s])),
     *three(7, 7))
case("attention over a cache", lambda q, k, v: attention(q, k, v, 3, lambda s, i: i + 1), *three(7, 7), fixed=(0, 1, 2))

# MARK: images


def convolution(stride=1, padding=(0, 0, 0, 0)):  # left, right, top, bottom
    return lambda x, w, b=None: last(F.conv2d(F.pad(first(x), padding), w, b, stride=stride))


images = lambda channels: normal(2, 5, 4, channels)
case("convolution 3×3", convolution(padding=(1, 1, 1, 1)), images(5), normal(9, 5, 3, 3), normal(9))
case("convolution 3×3, stride 2", convolution(2, (1, 1, 1, 1)), images(5), normal(9, 5, 3, 3), normal(9))
case("convolution 3×3, stride 2, uneven", convolution(2, (0, 1, 0, 1)), images(18), normal(5, 18, 3, 3))
case("convolution 1×1", convolution(), images(16), normal(16, 16, 1, 1), normal(16))
case("frozen convolution 1×1", convolution(), images(16), normal(16, 16, 1, 1), normal(16), fixed=(1, 2))
case("frozen convolution 3×3", convolution(padding=(1, 1, 1, 1)), images(16), normal(10, 16, 3, 3), fixed=(1,))
case("convolution 1×7", convolution(padding=(3, 3, 0, 0)), images(5), normal(6, 5, 1, 7), normal(6))
case("convolution 7×1, silu", lambda x, w, b: F.silu(convolution(padding=(0, 0, 3, 3))(x, w, b)),
     images(5), normal(6, 5, 7, 1), normal(6))
x, w = bf16(images(16)), bf16(normal(10, 16, 3, 3))
case("bfloat16 convolution", convolution(padding=(1, 1, 1, 1)), x, w, normal(10), fixed=(1, 2), upstream=bf16)
case("upsampled", lambda x: last(F.interpolate(first(x), scale_factor=2.0, mode="nearest")), normal(2, 3, 4, 5))
case("average pool", lambda x: last(F.avg_pool2d(first(x), 3, 2, 1)), images(17))
case("average pool, real pixels", lambda x: last(F.avg_pool2d(first(x), 3, 1, 1, count_include_pad=False)), images(17))
case("max pool", lambda x: last(F.max_pool2d(first(x), 3, 2)), images(17))
case("max pool, padded", lambda x: last(F.max_pool2d(first(x), 3, 2, 1)), images(5))

# MARK: norms and losses

case("layer norm", lambda x, s, b: F.layer_norm(x, (37,), s, b, 1e-5), normal(3, 5, 37, shift=2), normal(37),
     normal(37))
case("frozen layer norm", lambda x, s, b: F.layer_norm(x, (37,), s, b, 1e-5), normal(7, 37), normal(37), normal(37),
     fixed=(1, 2))
group = lambda groups: lambda x, s, b: last(F.group_norm(first(x), groups, s, b, 1e-6))
case("group norm", group(3), images(6), normal(6), normal(6))
case("group norm, silu", lambda *a: F.silu(group(8)(*a)), normal(2, 3, 4, 24, shift=1), normal(24), normal(24))
case("batch norm, training", lambda x, s, b: last(F.batch_norm(first(x), None, None, s, b, True, 0.0, 1e-3)),
     images(18), normal(18), normal(18))
x = stored["batch norm, training/in0"].double()
keep("batch norm, training/mean", x.mean((0, 1, 2)))
keep("batch norm, training/variance", x.var((0, 1, 2), unbiased=False))
case("batch norm, given", lambda x, s, b, m, v: last(F.batch_norm(first(x), m, v, s, b, False, 0.0, 1e-3)),
     images(18), normal(18), normal(18), normal(18), positive(18), fixed=(3, 4))
case("softmax", lambda x: x.softmax(-1), normal(5, 37, scale=3))
case("log softmax", lambda x: x.log_softmax(-1), normal(5, 37, scale=3))
targets = torch.tensor([3, -100, 36, 0, -100, 7])
case("cross-entropy", lambda x: F.cross_entropy(x, targets, ignore_index=-100), normal(6, 37, scale=3))
logits = stored["cross-entropy/in0"].double()
keep("cross-entropy/rows", F.cross_entropy(logits, targets.clamp(min=0), reduction="none"))
keep("cross-entropy/argmax", logits.argmax(-1))
case("l2 normalised", lambda x: F.normalize(x, dim=-1), normal(5, 37))

# MARK: optimiser, schedules, clipping

parameters = [normal(3, 7).requires_grad_(), normal(19).requires_grad_()]
optimiser = torch.optim.AdamW(
    [{"params": parameters[:1], "weight_decay": 0.1}, {"params": parameters[1:], "weight_decay": 0.0}],
    betas=(0.9, 0.95), eps=1e-8)
rates = [0.05 * (step + 1) / 4 if step < 4 else 0.05 for step in range(10)]
keep("adamw/rates", torch.tensor(rates))
for i, p in enumerate(parameters):
    keep(f"adamw/in{i}", p)
slopes = [normal(10, *p.shape) for p in parameters]
paths = [[], []]
for step in range(10):
    for groups in optimiser.param_groups:
        groups["lr"] = rates[step]
    for i, p in enumerate(parameters):
        p.grad = slopes[i][step].clone()
    optimiser.step()
    for i, p in enumerate(parameters):
        paths[i].append(p.detach().clone())
for i in range(2):
    keep(f"adamw/gradients{i}", slopes[i])
    keep(f"adamw/path{i}", torch.stack(paths[i]))


def plateau(name, losses, factor, patience, threshold):
    p = torch.nn.Parameter(torch.zeros(1))
    optimiser = torch.optim.SGD([p], lr=5e-4)
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimiser, factor=factor, patience=patience, threshold=threshold, eps=0)
    found = []
    for loss in losses:
        schedule.step(loss)
        found.append(optimiser.param_groups[0]["lr"])
    keep(f"{name}/losses", torch.tensor(losses))
    keep(f"{name}/rates", torch.tensor(found))


plateau("plateau, paper", [4, 3, 1.9, 1.5, 1.2, 0.9, 0.8, 0.7, 0.6, 0.44, 0.5, 0.5, 0.5, 0.5], 0.1, 1, 0.5)
plateau("plateau, gentle", [2, 1.99, 1.5, 1.499, 1.6, 1.4995, 1.4, 1.4, 1.4, 1.4, 1.4], 0.5, 2, 1e-2)
plateau("plateau, not a number", [2.0, math.nan, 1.0, math.nan, math.nan, 1.0, 0.4, 0.4], 0.1, 1, 0.1)

base, warmup, total, floor = 3e-3, 5, 20, 1e-4
p = torch.nn.Parameter(torch.zeros(1))
rising = torch.optim.SGD([p], lr=base)
rise = torch.optim.lr_scheduler.LinearLR(rising, start_factor=1 / warmup, total_iters=warmup - 1)
falling = torch.optim.SGD([p], lr=base)
fall = torch.optim.lr_scheduler.CosineAnnealingLR(falling, T_max=total - warmup, eta_min=floor)
found = []
for step in range(total + 1):
    moving, schedule = (rising, rise) if step < warmup else (falling, fall)
    found.append(moving.param_groups[0]["lr"])
    moving.step()
    schedule.step()
keep("cosine/rates", torch.tensor(found))

for name, limit in {"clipped": 1.0, "not clipped": 100.0}.items():
    leaves = [torch.nn.Parameter(torch.zeros(3, 7)), torch.nn.Parameter(torch.zeros(19))]
    for i, leaf in enumerate(leaves):
        leaf.grad = normal(*leaf.shape)
        keep(f"{name}/in{i}", leaf.grad)
    keep(f"{name}/norm", torch.nn.utils.clip_grad_norm_(leaves, limit))
    for i, leaf in enumerate(leaves):
        keep(f"{name}/out{i}", leaf.grad)

# MARK: ten steps of training: two layers, cross-entropy, clipping, AdamW, as llm.c tests itself

x, targets = normal(12, 9), torch.arange(12) % 5
weights = [normal(21, 9, scale=0.3), normal(21, scale=0.1), normal(5, 21, scale=0.3), normal(5, scale=0.1)]
keep("training/x", x)
keep("training/targets", targets)
for i, w in enumerate(weights):
    keep(f"training/start{i}", w)
    w.requires_grad_()
optimiser = torch.optim.AdamW(weights, lr=0.03, betas=(0.9, 0.95), weight_decay=0.01)
losses, norms = [], []
for step in range(10):
    optimiser.zero_grad()
    loss = F.cross_entropy(F.linear(F.gelu(F.linear(x, *weights[:2])), *weights[2:]), targets)
    loss.backward()
    norms.append(torch.nn.utils.clip_grad_norm_(weights, 0.5))
    optimiser.step()
    losses.append(loss.detach())
keep("training/losses", torch.stack(losses))
keep("training/norms", torch.stack(norms))
for i, w in enumerate(weights):
    keep(f"training/end{i}", w)

path = os.path.join(HERE, "operations.safetensors")
save_file(stored, path + ".part")
os.replace(path + ".part", path)
print(f"{len(stored)} tensors, {os.path.getsize(path)} bytes")
