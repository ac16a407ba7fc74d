"""What PyTorch takes for the same work on the same processor: one stage, one JSON line.

    peers.py STAGE --way official|tuned|compile|openvino --size full|miniature [--precision bf16|f32] [--batch N] [--steps K]
    peers.py ceilings    what the processor gives to torch at best
    peers.py import      seconds from the start of the process until torch and transformers are there

official  the published code as it is installed: float32, eager attention, every step computes everything anew.
tuned     what PyTorch does at its best here: what is frozen is computed once, oneDNN with weights packed once, fused
          products, channels last, bfloat16 or float32, the fastest attention for each shape.
compile   the models as tuned builds them, but for the packed layers, compiled by torch.compile with their weights frozen
          into the program (training: not frozen, it does not allow it): all stages but sample, whose cache grows.
openvino  the models as tuned builds them, but for the packed layers, converted by OpenVINO and run by its compiler for
          this processor: all stages but train, which it does not do, and sample, whose cache grows.

The instructions are limited by the libraries' own variables, which `compare --isa` sets: ATEN_CPU_CAPABILITY,
ONEDNN_MAX_CPU_ISA, MKL_ENABLE_INSTRUCTIONS. `isa` in the answer is what the library says it uses.

Architectures are the true ones; weights are random with a fixed seed, so nothing is downloaded. Seconds are for one
unit (sample, picture, caption or pair), without construction and a first pass to warm up.
"""

import argparse
import contextlib
import io
import json
import math
import os
import pathlib
import resource
import sys
import time

import torch
import torch.nn.functional as F
import transformers
import yaml
from torch import nn

import measurements

WEIGHTS = pathlib.Path(__file__).resolve().parent.parent / "Weights"
PRECISIONS = {"bf16": torch.bfloat16, "f32": torch.float32}
CAPTION_TOKENS = 25
MIXED_TOKENS, MIXED_BATCHES = range(12, 61), 8  # evenly, the lengths that our own stage has
TOP_K = 100

# The full sizes; the miniature ones are read from the models that ship with the repository.
DECODER = dict(vocab_size=1024, block_size=256, n_layer=24, n_head=16, n_embd=1664)
PICTURES = dict(n_embed=1024, embed_dim=256, ddconfig=dict(
    double_z=False, z_channels=256, resolution=256, in_channels=3, out_ch=3, ch=128, ch_mult=[1, 1, 2, 2, 4],
    num_res_blocks=2, attn_resolutions=[16], dropout=0.0))
CLIP = transformers.CLIPConfig(vision_config=dict(patch_size=16), projection_dim=512)
TEXTS = {  # full size, miniature
    "bert-base": (transformers.BertConfig(), "bert-mini"),
    "bert-large": (transformers.BertConfig(
        hidden_size=1024, num_hidden_layers=24, num_attention_heads=16, intermediate_size=4096), "bert-small"),
    "clip-b32": (transformers.CLIPTextConfig(projection_dim=512), "clip-mini"),
    "clip-l14": (transformers.CLIPTextConfig(
        hidden_size=768, intermediate_size=3072, num_attention_heads=12, projection_dim=768), "clip-small"),
}


def taming_shape(setting, part, full):
    if setting.full:
        return full
    project = yaml.safe_load((WEIGHTS / "decoder" / "project.yaml").read_text())
    return {key: project["model"]["params"][part]["params"][key] for key in full}


def text_config(setting, name):
    full, folder = TEXTS[name]
    if setting.full:
        return full
    config = transformers.AutoConfig.from_pretrained(WEIGHTS / folder)
    return config if name.startswith("bert") else config.text_config


# Pieces of the tuned way.


class PackedLinear(nn.Module):
    """A frozen linear layer whose weight is packed once as oneDNN wants it; differentiable by its input if asked.

    F.linear gives float32 to MKL, which takes twice as long on this processor, and packs bfloat16 anew at every call.
    """

    def __init__(self, weight, bias, differentiable=False):
        super().__init__()
        self.bias = None if bias is None else bias.detach()
        self.weight = packed(weight.detach())
        self.transpose = packed(weight.detach().t().contiguous()) if differentiable else None

    def forward(self, x):
        if self.transpose is None:
            return packed_product(x, self.weight, self.bias)
        return PackedProduct.apply(x, self)


class PackedProduct(torch.autograd.Function):
    @staticmethod
    def forward(context, x, layer):
        context.layer = layer
        return packed_product(x, layer.weight, layer.bias)

    @staticmethod
    def backward(context, gradient):
        return packed_product(gradient.contiguous(), context.layer.transpose, None), None


def packed(weight):
    # The second number is how many rows to expect: from 8 on it makes no difference, below that all products suffer.
    return torch.ops.mkldnn._reorder_linear_weight(weight, 256)


def packed_product(x, weight, bias):
    return torch.ops.mkldnn._linear_pointwise(x, weight, bias, "none", [], "")


class PackedConvolution(nn.Module):
    """A frozen convolution whose weight is packed once, for pictures as large as the first that comes."""

    def __init__(self, layer):
        super().__init__()
        self.weight, self.bias, self.is_packed = layer.weight.detach(), layer.bias, False
        self.geometry = list(layer.padding), list(layer.stride), list(layer.dilation), layer.groups

    def forward(self, x):
        if not self.is_packed:
            self.weight = torch.ops.mkldnn._reorder_convolution_weight(self.weight, *self.geometry, list(x.shape))
            self.is_packed = True
        return torch.ops.mkldnn._convolution_pointwise(x, self.weight, self.bias, *self.geometry, "none", [], "")


def replace_layers(model, kind, replacement):
    """Puts replacement(layer) wherever a model has a layer of that kind."""
    for module in list(model.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, kind):
                setattr(module, name, replacement(child))


def tune_convolutions(setting, model):
    """In the precision that is asked for, channels last; packed where nothing else compiles the model."""
    model.to(dtype=setting.dtype, memory_format=torch.channels_last)
    if setting.packs:
        replace_layers(model, nn.Conv2d, PackedConvolution)


class TunedDecoder(nn.Module):
    """minGPT of frozen packed weights: products and attention in `dtype`, norms and the residual stream in float32."""

    def __init__(self, shape, dtype, differentiable=False, packs=True):
        super().__init__()
        self.width, self.heads, self.dtype = shape["n_embd"], shape["n_head"], dtype
        self.positions = shape["block_size"] + 1  # one for the prefix
        self.tokens = torch.empty(shape["vocab_size"], self.width).normal_(std=0.02)
        self.places = torch.zeros(self.positions, self.width)
        self.scale, self.shift = torch.ones(self.width), torch.zeros(self.width)
        self.mask = torch.full((self.positions, self.positions), -math.inf, dtype=dtype).triu(1)

        def linear(inputs, outputs, bias=True):
            layer = nn.Linear(inputs, outputs, bias, dtype=dtype).requires_grad_(False)
            layer.weight.normal_(std=0.02)
            if bias:
                layer.bias.zero_()
            return PackedLinear(layer.weight, layer.bias, differentiable) if packs else layer

        sizes = ((1, 3), (1, 1), (1, 4), (4, 1))
        self.blocks = nn.ModuleList(
            nn.ModuleList(linear(inputs * self.width, outputs * self.width) for inputs, outputs in sizes)
            for _ in range(shape["n_layer"]))
        self.head = linear(self.width, shape["vocab_size"], bias=False)

    def norm(self, x):
        return F.layer_norm(x, (self.width,), self.scale, self.shift).to(self.dtype)

    def through_blocks(self, x, attention):
        """x [batch, time, width] → the same; `attention` is given a block's number, queries, keys and values."""
        for index, (qkv, projection, widening, narrowing) in enumerate(self.blocks):
            parts = qkv(self.norm(x)).unflatten(-1, (3, self.heads, -1)).unbind(2)
            mixed = attention(index, *(part.transpose(1, 2) for part in parts))
            x = x + projection(mixed.transpose(1, 2).flatten(2))
            x = x + narrowing(F.gelu(widening(self.norm(x))))
        return x

    def causal(self, _, query, key, value):
        if self.dtype == torch.float32:
            return F.scaled_dot_product_attention(query, key, value, is_causal=True)
        # In bfloat16 that takes three times as long as two products and a mask.
        batch, heads, time, size = query.shape
        query, key, value = (part.reshape(batch * heads, time, size) for part in (query, key, value))
        scores = torch.baddbmm(self.mask, query, key.transpose(1, 2), alpha=size**-0.5)
        return torch.bmm(scores.softmax(-1), value).view(batch, heads, time, size)

    def loss(self, prefix, tokens):
        """Cross-entropy of tokens [batch, time] after prefix [batch, 1, width] and the start token 0."""
        inputs = F.pad(tokens[:, :-1], (1, 0))
        x = torch.cat([prefix, F.embedding(inputs, self.tokens)], dim=1) + self.places
        logits = self.head(self.norm(self.through_blocks(x, self.causal)[:, 1:]))
        return F.cross_entropy(logits.float().flatten(0, 1), tokens.flatten())

    def next_logits(self, tokens, cache, position):
        """Logits after tokens [batch, 1] at a position, the cache [2, block, batch, head, position, size] being full
        up to there."""
        keys, values = cache

        def one_query(index, query, key, value):
            keys[index, :, :, position : position + 1] = key
            values[index, :, :, position : position + 1] = value
            # Keys times query is faster than query times keys, and both than torch's own attention.
            scores = keys[index, :, :, : position + 1] @ (query * query.shape[-1] ** -0.5).transpose(2, 3)
            return scores.transpose(2, 3).softmax(-1) @ values[index, :, :, : position + 1]

        x = F.embedding(tokens, self.tokens) + self.places[position]
        return self.head(self.norm(self.through_blocks(x, one_query)))[:, -1].float()


# Models as they are installed; VQGAN, texts and Inception are tuned in place.


def taming_decoder(shape):
    transformers.top_k_top_p_filtering = None  # taming imports it, transformers has it no more
    from taming.modules.transformer.mingpt import GPT

    return GPT(**{**shape, "block_size": shape["block_size"] + 1}).eval()  # one position for the prefix


class VQGAN(nn.Module):
    """taming's VQModel made of taming's parts, without the Lightning of 2021 that it asks for."""

    def __init__(self, setting):
        super().__init__()
        import taming.modules.diffusionmodules.model as taming
        from taming.modules.vqvae.quantize import VectorQuantizer2

        shape = taming_shape(setting, "first_stage_config", PICTURES)
        layers, self.codes = shape["ddconfig"], shape["n_embed"]
        self.resolution = layers["resolution"]
        self.side = self.resolution // 2 ** (len(layers["ch_mult"]) - 1)
        self.encoder, self.decoder = taming.Encoder(**layers), taming.Decoder(**layers)
        self.quantize = VectorQuantizer2(self.codes, shape["embed_dim"], beta=0.25)
        self.quant_conv = nn.Conv2d(layers["z_channels"], shape["embed_dim"], 1)
        self.post_quant_conv = nn.Conv2d(shape["embed_dim"], layers["z_channels"], 1)
        self.layout = dict(dtype=setting.dtype)
        self.requires_grad_(False)
        if setting.tuned:
            self.layout["memory_format"] = torch.channels_last
            tune_convolutions(setting, self)
            self.quantize.float()
            taming.nonlinearity = F.silu  # taming multiplies by the sigmoid, one more pass over memory

    def encode(self, pictures):
        """[batch, 3, height, width] in −1...1 → codes [batch, side · side]."""
        _, _, (_, _, codes) = self.quantize(self.quant_conv(self.encoder(pictures.to(**self.layout))).float())
        return codes.view(len(pictures), -1)

    def decode(self, codes):
        vectors = self.quantize.get_codebook_entry(codes.flatten(), (len(codes), self.side, self.side, -1))
        return self.decoder(self.post_quant_conv(vectors.to(**self.layout))).float()


def transformer(setting, config):
    kinds = {"bert": "BertModel", "clip": "CLIPModel", "clip_text_model": "CLIPTextModelWithProjection"}
    kind, attention = getattr(transformers, kinds[config.model_type]), "sdpa" if setting.tuned else "eager"
    model = kind._from_config(config, attn_implementation=attention, dtype=setting.dtype).eval().requires_grad_(False)
    if setting.packs:
        replace_layers(model, nn.Linear, lambda layer: PackedLinear(layer.weight, layer.bias))
    return model


def inception_network(setting):
    import torch_fidelity.feature_extractor_inceptionv3 as published

    class RandomInception(published.FeatureExtractorInceptionV3):
        def load_state_dict(self, *_):
            """Leaves the weights random."""

    nothing = io.BytesIO()
    torch.save({}, nothing)
    nothing.seek(0)
    network = RandomInception("random", ["2048", "logits_unbiased"], feature_extractor_weights_path=nothing)
    layers = [module for module in network.modules() if isinstance(module, published.BasicConv2d)]
    if not setting.full:
        config = json.loads((WEIGHTS / "inception-mini" / "config.json").read_text())

        def scaled(channels):
            return channels if channels == 3 else channels // 16 * config["channel_unit"]

        for layer in layers:
            old, inputs, outputs = layer.conv, scaled(layer.conv.in_channels), scaled(layer.conv.out_channels)
            layer.conv = nn.Conv2d(inputs, outputs, old.kernel_size, old.stride, old.padding, bias=False)
            layer.bn = nn.BatchNorm2d(outputs, eps=layer.bn.eps)
        network.fc = nn.Linear(scaled(2048), config["num_labels"])
        network.INPUT_IMAGE_SIZE = config["input_size"]
    network.eval().requires_grad_(False)
    if setting.tuned:
        for layer in layers:
            layer.conv, layer.bn = nn.utils.fuse_conv_bn_eval(layer.conv, layer.bn), nn.Identity()
        tune_convolutions(setting, network)
        network.feature_extractor_internal_dtype = setting.dtype
        published.interpolate_bilinear_2d_like_tensorflow1x = lambda x, **_: x  # the size is right already
    return network


class Wrapped(nn.Module):
    """A function as OpenVINO takes it; the weights of its model are constants."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *inputs):
        return self.function(*inputs)


def compiled(setting, function, *inputs):
    """The function itself, or what a compiler makes of it for inputs of these types and numbers of axes."""
    if setting.way == "compile":
        import torch._inductor.config

        torch._inductor.config.freezing = True
        return torch.compile(function, dynamic=setting.mixed)
    return by_openvino(setting, function, inputs) if setting.way == "openvino" else function


def by_openvino(setting, function, inputs):
    import openvino

    core = openvino.Core()
    model = openvino.convert_model(Wrapped(function).eval(), example_input=tuple(inputs))
    model.reshape({port: openvino.PartialShape([-1] * len(given.shape)) if setting.mixed else list(given.shape)
                   for port, given in zip(model.inputs, inputs)})
    run = core.compile_model(model, "CPU", {
        "INFERENCE_PRECISION_HINT": setting.precision, "PERFORMANCE_HINT": "LATENCY", "NUM_STREAMS": 1,
        "INFERENCE_NUM_THREADS": setting.threads})
    setting.isa = "OpenVINO " + " ".join(core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"))
    request = run.create_infer_request()

    def infer(*given):
        return request.infer([part.numpy() for part in given], share_inputs=True, share_outputs=True)

    expected, found = function(*inputs), torch.from_numpy(infer(*inputs)[0].copy())
    expected = expected[0] if isinstance(expected, tuple) else expected
    miss = (found.float() - expected.float()).norm() / expected.float().norm()
    if expected.is_floating_point() and not miss < (0.1 if setting.precision == "bf16" else 1e-3):
        sys.exit(f"peers.py: OpenVINO computes something else than PyTorch: off by {miss:.1%}.")
    return infer


# Stages: each builds what it needs, and returns the work to be timed and how many units that is.


def caption_batch(config, lengths):
    """Random captions padded to the longest; the last token has the largest number, as CLIP's end token does."""
    ids = torch.randint(5, config.vocab_size - 1, (len(lengths), max(lengths)))
    ids[:, -1] = config.vocab_size - 1
    return dict(input_ids=ids, attention_mask=(torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]).long())


def train(setting):
    shape, encoder_config = taming_shape(setting, "transformer_config", DECODER), text_config(setting, "clip-b32")
    adapter = nn.Linear(encoder_config.projection_dim, shape["n_embd"])
    optimizer = torch.optim.AdamW(adapter.parameters(), lr=1e-4, betas=(0.9, 0.95))
    if setting.tuned:
        decoder = TunedDecoder(shape, setting.dtype, differentiable=True, packs=setting.packs)
        features = torch.randn(setting.batch, encoder_config.projection_dim)
        tokens = torch.randint(shape["vocab_size"], (setting.batch, shape["block_size"]))
    else:
        decoder, vqgan, encoder = taming_decoder(shape), VQGAN(setting).eval(), transformer(setting, encoder_config)
        pictures = torch.randn(setting.batch, 3, vqgan.resolution, vqgan.resolution)
        texts = caption_batch(encoder_config, [CAPTION_TOKENS] * setting.batch)

    def tuned_loss():
        return decoder.loss(adapter(features)[:, None], tokens)

    if setting.way == "compile":
        tuned_loss = torch.compile(tuned_loss)

    def official_loss():
        with torch.no_grad():
            features, tokens = encoder(**texts).text_embeds, vqgan.encode(pictures)
        logits, _ = decoder(F.pad(tokens[:, :-1], (1, 0)), embeddings=adapter(features)[:, None])
        return F.cross_entropy(logits[:, 1:].flatten(0, 1), tokens.flatten())

    def step():
        optimizer.zero_grad()
        decoder.zero_grad()  # the official way computes its weights' gradients and throws them away
        (tuned_loss if setting.tuned else official_loss)().backward()
        optimizer.step()

    return step, setting.batch


def sample(setting):
    """Draws tokens at `steps` places of a picture, evenly spread; at each, the cache is full up to that place.

    The prefix is in the cache from the start: its own pass, one more than a picture has tokens, is not counted.
    """
    shape, batch = taming_shape(setting, "transformer_config", DECODER), setting.batch
    count = shape["block_size"]
    steps = setting.steps = setting.steps or count
    if steps > count:
        sys.exit(f"peers.py: --steps {steps} is too many, a {setting.size} picture has {count} tokens.")
    places = [int((index + 0.5) * count / steps) for index in range(steps)]
    layers, heads = shape["n_layer"], shape["n_head"]
    size = shape["n_embd"] // heads
    if setting.tuned:
        decoder = TunedDecoder(shape, setting.dtype)
        cache = torch.randn(2, layers, batch, heads, count + 1, size, dtype=setting.dtype)
    else:
        decoder = taming_decoder(shape)
        past = torch.randn(places[-1] + 1, layers, 2, batch, heads, 1, size).unbind(0)

    def official_logits(tokens, place):  # joins the keys and values of all steps before, at every step
        return decoder.forward_with_past(tokens, past=past[: place + 1], past_length=place + 1)[0][:, -1]

    def draw():
        tokens = torch.zeros(batch, 1, dtype=torch.long)
        for place in places:
            logits = decoder.next_logits(tokens, cache, place + 1) if setting.tuned else official_logits(tokens, place)
            best, candidates = logits.topk(TOP_K)
            tokens = candidates.gather(1, torch.multinomial(best.softmax(-1), num_samples=1))

    return draw, batch * steps / count


def vqgan_encode(setting):
    vqgan = VQGAN(setting).eval()
    pictures = torch.randn(setting.batch, 3, vqgan.resolution, vqgan.resolution)
    encode = compiled(setting, vqgan.encode, pictures)
    return lambda: encode(pictures), setting.batch


def vqgan_decode(setting):
    vqgan = VQGAN(setting).eval()
    codes = torch.randint(vqgan.codes, (setting.batch, vqgan.side**2))
    decode = compiled(setting, vqgan.decode, codes)
    return lambda: decode(codes), setting.batch


def clip_score(setting):
    config = CLIP if setting.full else transformers.CLIPConfig.from_pretrained(WEIGHTS / "clip-judge")
    model = transformer(setting, config)
    side = config.vision_config.image_size
    pictures = torch.randn(setting.batch, 3, side, side, dtype=setting.dtype)
    texts = caption_batch(config.text_config, [CAPTION_TOKENS] * setting.batch)

    def score(pixels, ids, mask):
        vectors = model(pixel_values=pixels, input_ids=ids, attention_mask=mask)
        return 100 * (vectors.image_embeds * vectors.text_embeds).sum(-1)

    inputs = pictures, texts["input_ids"], texts["attention_mask"]
    run = compiled(setting, score, *inputs)
    return lambda: run(*inputs), setting.batch


def inception(setting):
    network = inception_network(setting)
    layout = torch.channels_last if setting.tuned else torch.contiguous_format
    shape = (setting.batch, 3, network.INPUT_IMAGE_SIZE, network.INPUT_IMAGE_SIZE)
    pictures = torch.randint(256, shape, dtype=torch.uint8).contiguous(memory_format=layout)
    run = compiled(setting, network, pictures)
    return lambda: run(pictures), setting.batch


def captions(setting):
    """One batch of equal captions, or mixed ones padded batch by batch: as they come (official), or sorted (tuned)."""
    name = setting.stage.removeprefix("captions-").removeprefix("mixed-")
    lengths = [CAPTION_TOKENS] * setting.batch
    if "mixed" in setting.stage:
        count = len(MIXED_TOKENS)
        lengths = [MIXED_TOKENS[i * 31 % count] for i in range(MIXED_BATCHES * setting.batch)]
    if setting.tuned:
        lengths.sort()
    config = text_config(setting, name)
    model, starts = transformer(setting, config), range(0, len(lengths), setting.batch)
    batches = [caption_batch(config, lengths[start : start + setting.batch]) for start in starts]

    def vectors(ids, mask):
        result = model(input_ids=ids, attention_mask=mask)
        if name.startswith("clip"):
            return result.text_embeds
        return (result.last_hidden_state * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)

    inputs = [(batch["input_ids"], batch["attention_mask"]) for batch in batches]
    run = compiled(setting, vectors, *inputs[0])
    return lambda: [run(*batch) for batch in inputs], len(lengths)


STAGES = {  # stage: what builds it, its unit, the batch unless another is asked for
    "train": (train, "sample", 8),
    "sample": (sample, "picture", 8),
    "vqgan-encode": (vqgan_encode, "picture", 1),
    "vqgan-decode": (vqgan_decode, "picture", 1),
    "clip-score": (clip_score, "pair", 1),
    "inception": (inception, "picture", 8),
    **{f"captions-{name}": (captions, "caption", 32) for name in [*TEXTS, "mixed-bert-base"]},
}


def measured(setting):
    build, unit, _ = STAGES[setting.stage]
    torch.manual_seed(0)
    without_gradients = torch.inference_mode if setting.way in ("tuned", "openvino") else torch.no_grad
    gradients = contextlib.nullcontext if build is train else without_gradients
    with contextlib.redirect_stdout(sys.stderr), gradients():  # taming prints
        run, units = build(setting)
        for _ in range(2 if setting.way == "compile" else 1):  # it may compile once more for the second
            run()
        if setting.wait:
            print("ready", file=sys.__stdout__, flush=True)
            sys.stdin.readline()
        seconds = [timed(run) / units for _ in range(setting.repeats)]
    steps = {"steps": setting.steps} if setting.steps else {}
    return {**{key: getattr(setting, key) for key in ("way", "size", "precision", "batch")}, **steps,
            "unit": unit, "seconds": seconds}


# The machine itself.


def timed(run):
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def ceilings(setting):
    def fastest(run):
        run()
        return min(timed(run) for _ in range(setting.repeats))

    side, result = 2048, {}
    for name, dtype in PRECISIONS.items():
        left, right = torch.randn(side, side).to(dtype), packed(torch.randn(side, side).to(dtype))
        result[f"{name}_tflops"] = 2e-12 * side**3 / fastest(lambda: packed_product(left, right, None))
    memory = torch.ones(500_000_000)
    return {**result, "read_gb_per_second": memory.nbytes / 1e9 / fastest(memory.sum)}


def imports(_):
    transformers.BertModel, transformers.CLIPModel  # transformers reads a model's code when it is named
    after_boot = int(pathlib.Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
    started = after_boot / os.sysconf("SC_CLK_TCK")
    return {"unit": "start", "seconds": [time.clock_gettime(time.CLOCK_BOOTTIME) - started]}


MACHINE = {"ceilings": ceilings, "import": imports}


def positive(text):
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"“{text}” is not a whole number above zero.")
    return int(text)


def settings():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False)
    parser.add_argument("stage", metavar="STAGE", help=", ".join([*STAGES, *MACHINE]))
    parser.add_argument("--way", choices=["official", "tuned", "compile", "openvino"])
    parser.add_argument("--size", choices=["full", "miniature"])
    parser.add_argument("--precision", choices=list(PRECISIONS), help="of tuned (bf16); official is always f32")
    parser.add_argument("--batch", type=positive)
    parser.add_argument("--steps", type=positive, help="sample: time this many of a picture's tokens, evenly spread")
    parser.add_argument("--repeats", type=positive, default=5)
    parser.add_argument("--threads", type=positive, default=2)
    parser.add_argument("--wait", action="store_true", help="say “ready” when warm, and wait for a line before timing")
    setting = parser.parse_args()
    if setting.stage in MACHINE:
        if setting.way or setting.size or setting.precision or setting.batch or setting.steps or setting.wait:
            parser.error(f"{setting.stage} measures the machine and takes only --repeats and --threads.")
        return setting
    if setting.stage not in STAGES:
        parser.error(f"There is no stage “{setting.stage}”. There are {', '.join([*STAGES, *MACHINE])}.")
    if not (setting.way and setting.size):
        parser.error(f"{setting.stage} needs --way official, tuned, compile or openvino, and --size full or miniature.")
    setting.tuned, setting.full = setting.way != "official", setting.size == "full"
    setting.packs, setting.mixed = setting.way == "tuned", "mixed" in setting.stage
    if setting.stage in measurements.NOT_DONE.get(setting.way, ()):
        parser.error(f"{setting.way} does not do {setting.stage}.")
    if setting.steps and setting.stage != "sample":
        parser.error(f"--steps goes with sample; {setting.stage} is timed whole.")
    setting.precision = (setting.precision or "bf16") if setting.tuned else "f32"
    # OpenVINO is given the model in float32 and told in which precision to compute.
    setting.dtype = torch.float32 if setting.way == "openvino" else PRECISIONS[setting.precision]
    setting.batch = setting.batch or STAGES[setting.stage][2]
    return setting


def main():
    setting = settings()
    torch.set_num_threads(setting.threads)
    setting.isa = "PyTorch " + torch.backends.cpu.get_cpu_capability()
    result = MACHINE.get(setting.stage, measured)(setting)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"stage": setting.stage, **result, "peak_bytes": peak, "torch": torch.__version__, "isa": setting.isa,
                      "threads": setting.threads}))


if __name__ == "__main__":
    main()
