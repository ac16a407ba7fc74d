"""What tuned PyTorch takes on one NVIDIA GPU for what the probe does there: JSON lines, then a table.

    gpu_peers.py [--stages ceilings,draw,train,vqgan] [--ways eager,compiled] [--limit SECONDS]
    gpu_peers.py --device cpu --size tiny       runs every line of it without a GPU; its times tell nothing

ceilings  products in bfloat16 of random numbers, and a copy on the device, bytes read and written counted.
train     a step of the adapter's training: 64 vectors [768] → a linear layer in Float32, dropout → the prefix of a
          frozen transformer, 256 tokens, loss, backward to the adapter, AdamW.
draw      256 tokens of each picture, one by one, from a static cache of keys and values, top-k 250. A CUDA graph for
          each place, so that attention reads just the keys that are there; the prefix's own pass is not counted.
vqgan     tokens to pictures of 256 × 256 pixels, channels last.

Everything frozen is bfloat16, the residual stream too (`f32-stream`: Float32, as ours has it). Attention is the
fastest of PyTorch's own for the shape, found before each stage. `compiled` uses torch.compile for everything between
products, region by region: equal layers share one compilation. Weights are random, sizes are celebahq_transformer's.
No way is begun after --limit seconds, of the import of torch on.
"""

import argparse
import functools
import json
import os
import signal
import statistics
import sys
import time
import warnings

BEGAN = time.monotonic()

import torch
import torch._dynamo
import torch.nn.functional as F
from torch import nn

warnings.filterwarnings("ignore")
BF16 = torch.bfloat16
SIZES = {
    "full": dict(words=1024, tokens=256, layers=24, heads=16, width=1664, caption=768, train=64, draws=(512, 32, 1),
                 top_k=250, codes=256, channels=128, multipliers=(1, 1, 2, 2, 4), side=16, pictures=(64, 32)),
    "tiny": dict(words=32, tokens=8, layers=2, heads=2, width=48, caption=16, train=4, draws=(3, 1),
                 top_k=8, codes=32, channels=32, multipliers=(1, 2), side=4, pictures=(2,)),
}
KERNELS = dict(flash="flash_sdp", cudnn="cudnn_sdp", efficient="mem_efficient_sdp", math="math_sdp")


# --- Measuring -------------------------------------------------------------------------------------------------------

def wait():
    if DEVICE == "cuda":
        torch.cuda.synchronize()


def seconds_of(run, repeats, warm=2):
    """Seconds of each of `repeats` runs, by the device's own clock."""
    for _ in range(warm):
        run()
    wait()
    if DEVICE == "cpu":
        found = []
        for _ in range(repeats):
            start = time.perf_counter()
            run()
            found.append(time.perf_counter() - start)
        return found
    marks = [torch.cuda.Event(enable_timing=True) for _ in range(repeats + 1)]
    marks[0].record()
    for mark in marks[1:]:
        run()
        mark.record()
    wait()
    return [a.elapsed_time(b) / 1000 for a, b in zip(marks, marks[1:])]


def report(stage, way, seconds, rate, unit, n, **more):
    line = dict(stage=stage, way=way, seconds=seconds, rate=rate, unit=unit, n=n, **more)
    line["at"] = round(time.monotonic() - BEGAN, 1)
    REPORTED.append(line)
    print(json.dumps(line), flush=True)


def only(kernel):
    """PyTorch's attention is this one from now on, so also in what is compiled from now on."""
    for name, switch in KERNELS.items():
        getattr(torch.backends.cuda, "enable_" + switch)(name == kernel or DEVICE == "cpu")


def fastest(candidates, repeats=10):
    """The name of the fastest, and the milliseconds of each; what does not run here is left out."""
    times = {}
    for name, (prepare, run) in candidates.items():
        try:
            prepare()
            times[name] = statistics.median(seconds_of(run, repeats)) * 1000
        except Exception as error:
            print(f"{name} attention does not run here: {brief(error)}", file=sys.stderr)
    best = min(times, key=times.get)
    candidates[best][0]()
    return best, {name: round(value, 3) for name, value in times.items()}


def brief(error):
    return f"{type(error).__name__}: {error}".splitlines()[0][:200]


# --- The machine -----------------------------------------------------------------------------------------------------

def ceilings(_):
    rows, width = SIZE["train"] * (SIZE["tokens"] + 1), SIZE["width"]
    side = 8192 if DEVICE == "cuda" else 256
    for m, k, n in [(side, side, side), (rows, width, 3 * width), (rows, width, width), (rows, width, 4 * width),
                    (rows, 4 * width, width), (SIZE["draws"][0], width, 4 * width)]:
        x, weight = random(m, k), random(n, k)
        taken = statistics.median(seconds_of(lambda: F.linear(x, weight), 20, warm=5))
        report("product", f"{m}x{k}x{n}", taken, 2e-12 * m * k * n / taken, "TFLOP/s", 20)
    source = torch.empty(2**31 if DEVICE == "cuda" else 2**20, dtype=torch.uint8, device=DEVICE).random_()
    target = torch.empty_like(source)
    taken = statistics.median(seconds_of(lambda: target.copy_(source), 10))
    report("copy", "device to device", taken, 2e-9 * source.nbytes / taken, "GB/s", 10)


def random(*shape, std=1.0, dtype=BF16):
    return torch.randn(*shape, device=DEVICE, dtype=dtype).mul_(std)


# --- The transformer -------------------------------------------------------------------------------------------------

class Transformer:
    """minGPT as taming has it, all of it frozen."""

    def __init__(self, stream=BF16):
        self.width, self.heads, self.stream = SIZE["width"], SIZE["heads"], stream
        self.words, self.places = self.vectors(SIZE["words"]), self.vectors(SIZE["tokens"] + 1)
        self.layers = [
            (*self.norm(), *linear(self.width, 3 * self.width), *linear(self.width, self.width),
             *self.norm(), *linear(self.width, 4 * self.width), *linear(4 * self.width, self.width))
            for _ in range(SIZE["layers"])]
        self.head = (*self.norm(), linear(self.width, SIZE["words"])[0])

    def vectors(self, count):
        return random(count, self.width, std=0.02, dtype=self.stream)

    def norm(self):
        return 1 + random(self.width, std=0.1, dtype=self.stream), random(self.width, std=0.1, dtype=self.stream)


def linear(inputs, outputs):
    return random(outputs, inputs, std=0.02), random(outputs, std=0.02)


def normed(x, scale, shift):
    return F.layer_norm(x, scale.shape, scale, shift).to(BF16)


# Layers hand on what the last product gave without adding it, so that a compiled region adds and norms in one pass.

def before_attention(x, added, layer):
    x = x + added
    return x, F.linear(normed(x, layer[0], layer[1]), layer[2], layer[3])


def after_attention(x, mixed, layer):
    x = x + F.linear(mixed, layer[4], layer[5])
    return x, F.linear(F.gelu(F.linear(normed(x, layer[6], layer[7]), layer[8], layer[9])), layer[10], layer[11])


def block(x, added, layer, heads):
    x, qkv = before_attention(x, added, layer)
    return after_attention(x, causal(qkv, heads), layer)


def causal(qkv, heads):
    query, key, value = qkv.unflatten(-1, (3, heads, -1)).permute(2, 0, 3, 1, 4).unbind()
    return F.scaled_dot_product_attention(query, key, value, is_causal=True).transpose(1, 2).flatten(2)


def to_logits(x, added, head):
    return F.linear(normed(x + added, head[0], head[1]), head[2]).float()


def loss_of(x, added, head, tokens):
    return F.cross_entropy(to_logits(x[:, 1:], added[:, 1:], head).flatten(0, 1), tokens.flatten())


def compiled(function, way, **options):
    if way == "eager":
        return function
    return torch.compile(function, mode="max-autotune-no-cudagraphs" if way == "autotuned" else None, **options)


# --- Training --------------------------------------------------------------------------------------------------------

def train(way):
    batch, width, heads = SIZE["train"], SIZE["width"], SIZE["heads"]
    model = Transformer(torch.float32 if way == "f32-stream" else BF16)
    adapter = nn.Linear(SIZE["caption"], width, device=DEVICE)
    optimizer = torch.optim.AdamW(adapter.parameters(), lr=5e-4, betas=(0.9, 0.95), weight_decay=0,
                                  fused=DEVICE == "cuda")
    captions = random(batch, SIZE["caption"], dtype=torch.float32)
    tokens = torch.randint(SIZE["words"], (batch, SIZE["tokens"]), device=DEVICE)
    best, times = training_attention(batch, heads, width)
    only(best)
    through = compiled(block, way, dynamic=False)
    loss_here = compiled(loss_of, way, dynamic=False)

    def step():
        optimizer.zero_grad(set_to_none=True)
        prefix = F.dropout(adapter(captions), 0.1).to(model.stream)
        x = torch.cat([prefix[:, None], F.embedding(F.pad(tokens[:, :-1], (1, 0)), model.words)], dim=1) + model.places
        added = torch.zeros_like(x, dtype=BF16, requires_grad=True)  # as in all layers after: one compilation
        for layer in model.layers:
            x, added = through(x, added, layer, heads)
        loss = loss_here(x, added, model.head, tokens)
        loss.backward()
        optimizer.step()
        return loss

    first = step().item()
    taken = seconds_of(step, 12, warm=3)
    middle = statistics.median(taken)
    memory = torch.cuda.max_memory_allocated() / 1e9 if DEVICE == "cuda" else None
    report("train", way, middle, batch / middle, "samples/s", len(taken), batch=batch, attention=best,
           attention_ms=times, loss=round(first, 3), slowest=max(taken), gigabytes=memory)


@functools.cache
def training_attention(batch, heads, width):
    qkv = random(batch, SIZE["tokens"] + 1, 3 * width).requires_grad_()
    gradient = random(batch, SIZE["tokens"] + 1, width)

    def both():
        causal(qkv, heads).backward(gradient)
        qkv.grad = None

    names = ["flash", "cudnn", "efficient"] if DEVICE == "cuda" else ["math"]
    best, times = fastest({name: (functools.partial(only, name), both) for name in names})
    return best, times


# --- Drawing ---------------------------------------------------------------------------------------------------------

def by_kernel(query, keys, values):
    """One query [batch, heads, size] and keys, values [batch, heads, time, size] → [batch, heads, size]."""
    return F.scaled_dot_product_attention(query[:, :, None], keys, values)[:, :, 0]


def by_products(query, keys, values):
    scores = (query * query.shape[-1] ** -0.5)[:, :, None] @ keys.transpose(2, 3)
    return (scores.float().softmax(-1).to(BF16) @ values)[:, :, 0]


def by_sums(query, keys, values):
    """Without tensor cores, which one query leaves idle: torch.compile makes kernels of it that read once."""
    scores = (query.float()[:, :, None] * keys.float()).sum(-1) * query.shape[-1] ** -0.5
    return (scores.softmax(-1)[..., None] * values.float()).sum(2).to(BF16)


def drawing_attention(way, cache, place):
    """The fastest attention of one query over `place` keys."""
    query = random(*cache.shape[2:4], cache.shape[-1])
    functions = dict(flash=by_kernel, cudnn=by_kernel, efficient=by_kernel, products=by_products, math=by_kernel)
    if DEVICE == "cuda":
        del functions["math"]
    if way != "eager":
        functions["sums"] = torch.compile(by_sums)
        for time_ in (place // 2, place + 1, place - 1):  # of the second on it takes any time
            functions["sums"](query, *cache[0, :, :, :, :time_])
    candidates = {
        name: (functools.partial(only, name if name in KERNELS else "math"),
               lambda function=function: [function(query, *cache[layer, :, :, :, :place])
                                          for layer in range(len(cache))])
        for name, function in functions.items()}
    best, times = fastest(candidates, repeats=5)
    return functions[best], best, times


def draw_token(logits):
    """Of the 250 largest by their shares: the largest share over an exponential number, which needs no waiting."""
    largest, candidates = logits.topk(min(SIZE["top_k"], logits.shape[-1]), sorted=False)
    shares = largest.softmax(-1)
    return candidates.gather(1, (shares / torch.empty_like(shares).exponential_(1)).argmax(-1, keepdim=True))[:, 0]


def last_vectors(model, newest, cache, place, before, mixing, after):
    """Tokens [batch] at a place, the cache [layer, 2, batch, head, place, size] being full up to there."""
    x, added = F.embedding(newest, model.words), model.places[place].expand(len(newest), -1).contiguous()
    for index, layer in enumerate(model.layers):
        x, qkv = before(x, added, layer)
        query, key, value = qkv.unflatten(-1, (3, model.heads, -1)).unbind(1)
        cache[index, 0, :, :, place], cache[index, 1, :, :, place] = key, value
        x, added = after(x, mixing(query, *cache[index, :, :, :, : place + 1]).flatten(1), layer)
    return x, added


def draw(way, batch, places=None):
    model, heads, width, count = Transformer(), SIZE["heads"], SIZE["width"], SIZE["tokens"]
    cache = random(len(model.layers), 2, batch, heads, count + 1, width // heads)
    mixing, best, times = drawing_attention(way, cache, max(2, count // 2))
    steps = min(count, places or (64 if best == "cudnn" else count))  # cuDNN plans anew for each number of keys
    chosen = [1 + int((index + 0.5) * count / steps) for index in range(steps)]  # keys that are there before
    before, after = compiled(before_attention, way, dynamic=False), compiled(after_attention, way, dynamic=False)
    newest = torch.zeros(batch, dtype=torch.long, device=DEVICE)
    tokens = torch.zeros(count + 1, batch, dtype=torch.long, device=DEVICE)
    last, drawn = compiled(to_logits, way, dynamic=False), compiled(draw_token, way, dynamic=False)

    def step(place):
        x, added = last_vectors(model, newest, cache, place, before, mixing, after)
        newest.copy_(drawn(last(x, added, model.head)))
        tokens[place] = newest

    start, runs = time.monotonic(), []
    if DEVICE == "cpu":
        runs = [functools.partial(step, place) for place in chosen]
    else:
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for place in chosen:  # every kernel is loaded and planned before it is captured
                step(place)
            wait()
            pool = torch.cuda.graph_pool_handle()
            for place in chosen:  # not by torch.cuda.graph, which empties the allocator's cache each time
                graph = torch.cuda.CUDAGraph()
                graph.capture_begin(pool=pool)
                step(place)
                graph.capture_end()
                runs.append(graph.replay)
    prepared = time.monotonic() - start
    taken = seconds_of(lambda: [run() for run in runs], 3, warm=1)
    whole = statistics.median(taken) * count / steps
    report("draw", way, whole / count, batch / whole, "pictures/s", len(taken), batch=batch, places=steps,
           attention=best, attention_ms=times, capture_seconds=round(prepared, 1))


# --- VQGAN -----------------------------------------------------------------------------------------------------------

class Convolution:
    def __init__(self, inputs, outputs, size):
        weight = random(outputs, inputs, size, size, std=(inputs * size * size) ** -0.5)
        self.parameters = weight.contiguous(memory_format=torch.channels_last), random(outputs, std=0.02)
        self.padding = size // 2

    def __call__(self, x):
        return F.conv2d(x, *self.parameters, padding=self.padding)


def group_norm(channels):
    return 1 + random(channels, std=0.1), random(channels, std=0.1)


def residual(x, norm1, first, norm2, second, shortcut):
    """Norms and convolutions of one residual block; parameters are arguments, so that equal blocks share their code."""
    inner = F.conv2d(F.silu(F.group_norm(x, 32, *norm1, eps=1e-6)), *first, padding=1)
    change = F.conv2d(F.silu(F.group_norm(inner, 32, *norm2, eps=1e-6)), *second, padding=1)
    return change + (x if shortcut is None else F.conv2d(x, *shortcut))


def self_attention(x, norm, qkv, projection):
    height = x.shape[2]
    query, key, value = F.conv2d(F.group_norm(x, 32, *norm, eps=1e-6), *qkv).flatten(2).transpose(1, 2).chunk(3, -1)
    mixed = F.scaled_dot_product_attention(query[:, None], key[:, None], value[:, None])[:, 0]
    return x + F.conv2d(mixed.transpose(1, 2).unflatten(2, (height, -1)), *projection)


def last_layer(x, norm, convolution):
    return F.conv2d(F.silu(F.group_norm(x, 32, *norm, eps=1e-6)), *convolution, padding=1).float()


def doubled(x, convolution):
    return F.conv2d(F.interpolate(x, scale_factor=2.0, mode="nearest"), *convolution, padding=1)


class Decoder:
    """taming's VQGAN decoder: codes to pictures."""

    def __init__(self, way):
        widths = [SIZE["channels"] * multiplier for multiplier in SIZE["multipliers"]][::-1]
        width, self.way = widths[0], way
        self.codebook = random(SIZE["words"], SIZE["codes"])
        self.begin = [Convolution(SIZE["codes"], SIZE["codes"], 1), Convolution(SIZE["codes"], width, 3)]
        self.parts = [self.block(width, width), self.attention(width), self.block(width, width)]
        for index, wanted in enumerate(widths):
            for _ in range(3):
                self.parts.append(self.block(width, wanted))
                width = wanted
                self.parts += [self.attention(width)] if index == 0 else []
            if index + 1 < len(widths):
                self.parts.append((doubled, Convolution(width, width, 3).parameters))
        self.parts.append((last_layer, group_norm(width), Convolution(width, 3, 3).parameters))
        self.runs = {part: compiled(part, way, dynamic=False)
                     for part in (residual, self_attention, doubled, last_layer)}

    def block(self, inputs, outputs):
        shortcut = None if inputs == outputs else Convolution(inputs, outputs, 1).parameters
        return (residual, group_norm(inputs), Convolution(inputs, outputs, 3).parameters, group_norm(outputs),
                Convolution(outputs, outputs, 3).parameters, shortcut)

    def attention(self, width):
        return (self_attention, group_norm(width), Convolution(width, 3 * width, 1).parameters,
                Convolution(width, width, 1).parameters)

    def __call__(self, codes):
        latents = F.embedding(codes, self.codebook).unflatten(1, (SIZE["side"], -1)).permute(0, 3, 1, 2)
        x = self.begin[1](self.begin[0](latents))  # the permutation is channels last
        for part, *parameters in self.parts:
            x = self.runs[part](x, *parameters)
        return x


def vqgan(way, batch):
    torch.backends.cudnn.benchmark = True
    for switch in KERNELS.values():  # one head of 512 is too wide for some
        getattr(torch.backends.cuda, "enable_" + switch)(True)
    decoder = Decoder(way)
    codes = torch.randint(SIZE["words"], (batch, SIZE["side"] ** 2), device=DEVICE)
    with torch.no_grad():
        pictures = decoder(codes)
        assert torch.isfinite(pictures).all(), "the pictures are not all numbers"
        taken = seconds_of(lambda: decoder(codes), 10, warm=2)
    middle = statistics.median(taken)
    report("vqgan", way, middle, batch / middle, "pictures/s", len(taken), batch=batch, slowest=max(taken))


# --- All of it -------------------------------------------------------------------------------------------------------

def plan(stages, ways):
    """What to measure, what matters most first."""
    first, *others = SIZE["draws"]
    order = [("ceilings", "eager", ceilings, ()), ("train", "eager", train, ()), ("draw", "eager", draw, (first,)),
             ("vqgan", "eager", vqgan, SIZE["pictures"][:1]), ("draw", "compiled", draw, (first,)),
             ("train", "compiled", train, ()), ("vqgan", "compiled", vqgan, SIZE["pictures"][:1])]
    order += [("draw", "compiled", draw, (batch, 64)) for batch in others]
    order += [("vqgan", way, vqgan, (batch,)) for batch in SIZE["pictures"][1:] for way in ("eager", "compiled")]
    order += [("train", "f32-stream", train, ())]
    order += [("draw", "eager", draw, (batch, 64)) for batch in others]
    order += [("train", "autotuned", train, ())]
    return [work for work in order if work[0] in stages and (work[1] in ways or work[0] == "ceilings")]


def table():
    sys.stdout.flush()
    print(f"\n{'stage':<10}{'way':<20}{'batch':>6}{'seconds':>12}{'rate':>12}  unit")
    for line in REPORTED:
        print(f"{line['stage']:<10}{line['way']:<20}{line.get('batch', ''):>6}{line['seconds']:>12.6f}"
              f"{line['rate']:>12.1f}  {line['unit']}" + (f", {line['attention']}" if "attention" in line else ""),
              flush=True)


def main():
    global DEVICE, SIZE, REPORTED
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False)
    stages, ways = ["ceilings", "train", "draw", "vqgan"], ["eager", "compiled", "f32-stream", "autotuned"]
    parser.add_argument("--stages", default=",".join(stages))
    parser.add_argument("--ways", default=",".join(ways[:3]), help="of " + ", ".join(ways) + " (minutes)")
    parser.add_argument("--limit", type=float, default=150, help="seconds after which no way is begun (150)")
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    parser.add_argument("--size", choices=list(SIZES), default="full")
    asked = parser.parse_args()
    for given, known in ((asked.stages, stages), (asked.ways, ways)):
        for name in given.split(","):
            if name not in known:
                parser.error(f"there is no “{name}”; there are {', '.join(known)}.")
    if asked.device == "cuda" and not torch.cuda.is_available():
        parser.error("torch sees no GPU here; --device cpu --size tiny runs every line of it without one.")
    DEVICE, SIZE, REPORTED = asked.device, SIZES[asked.size], []
    torch.manual_seed(0)
    torch._dynamo.config.cache_size_limit = 64  # one compilation for each shape of the VQGAN's blocks
    name = torch.cuda.get_device_name() if DEVICE == "cuda" else "CPU"
    print(json.dumps(dict(device=name, torch=torch.__version__, size=asked.size)), flush=True)
    signal.signal(signal.SIGTERM, lambda *_: (table(), os._exit(143)))
    failed = 0
    for stage, way, work, arguments in plan(asked.stages.split(","), asked.ways.split(",")):
        if time.monotonic() - BEGAN > asked.limit:
            print(json.dumps(dict(stage=stage, way=way, skipped="no time left")), flush=True)
            continue
        try:
            if DEVICE == "cuda":
                torch.cuda.reset_peak_memory_stats()
            with torch.no_grad() if stage == "draw" else torch.enable_grad():
                work(way, *arguments)
        except Exception as error:
            failed += 1
            print(json.dumps(dict(stage=stage, way=way, error=brief(error))), flush=True)
        if DEVICE == "cuda":
            torch.cuda.empty_cache()
    table()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
