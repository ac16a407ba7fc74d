"""Small random checkpoints under the originals' own names, and what the originals make of them: GPT-2, OpenAI's CLIP
with a vision transformer and with a residual network, a sentence-transformers folder, a taming decoder that is
conditioned on coordinates.

Requirements: torch==2.15.*, transformers==5.23.*, safetensors==0.8.*, sentence-transformers==6.2.*,
              taming-transformers-rom1504==0.0.6
Run in this folder: python make_originals.py

Outputs are computed in double precision. The residual network has no public package; its reference is the function
`resnet` below, written from the paper's description and the published tensor names with torch.nn.functional.
"""

import json
import shutil
import sys
import types
from pathlib import Path

import torch
import torch.nn as nn
import torch.nn.functional as F
import yaml
from safetensors.torch import save_file
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Pooling
from transformers import BertConfig, BertModel, CLIPConfig, CLIPModel, GPT2Config, GPT2LMHeadModel, GPT2Model

torch.set_num_threads(1)
HERE = Path(__file__).parent
generator = torch.Generator().manual_seed(60)


def randn(*shape):
    return torch.randn(shape, generator=generator)


def randomize(model):
    """Norm scales around one, everything else around zero; rounded to half precision, in which files are stored."""
    with torch.no_grad():
        for name, p in sorted(model.named_parameters()):
            noise = randn(*p.shape)
            if name == "logit_scale":
                p.copy_(torch.tensor(1.7))
            elif ("norm" in name.lower() or "ln_" in name) and name.endswith("weight"):
                p.copy_(1 + 0.3 * noise)
            elif p.dim() < 2:
                p.copy_(0.2 * noise)
            elif "embedding" in name or name.split(".")[-2] in ("wte", "wpe"):
                p.copy_(0.7 * noise)
            else:
                inputs = p.shape[0] if "c_" in name else p[0].numel()  # GPT-2's layers are stored [in, out]
                p.copy_(noise * 1.3 / inputs ** 0.5)
            p.copy_(p.half().float())
    return model.eval()


def exact(model, kind):
    copy = kind(model.config).double().eval()
    copy.load_state_dict(model.state_dict())
    return copy


def write(path, tensors, half=False):
    def stored(t):
        if not t.is_floating_point():
            return t.int()
        return t.half() if half else t.float()
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({k: stored(v).contiguous().clone() for k, v in tensors.items()}, path)
    path.chmod(0o644)
    print(f"{path.relative_to(HERE)}: {len(tensors)} tensors, {path.stat().st_size / 1024:.0f} KiB")


def fresh(name):
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


def padded(rows, padding):
    lengths = torch.tensor([len(r) for r in rows])
    width = int(lengths.max())
    ids = torch.tensor([r + [padding] * (width - len(r)) for r in rows])
    mask = torch.arange(width)[None] < lengths[:, None]
    return ids, mask.long(), lengths


def layers(states, prefix="hidden"):
    return {f"{prefix}.{i}": s for i, s in enumerate(states)}


def tokens(count, low, high):
    return torch.randint(low, high, (count,), generator=generator).tolist()


def make_gpt2():
    size = dict(vocab_size=97, n_positions=21, n_embd=36, n_head=3, bos_token_id=96, eos_token_id=96)
    rows = [tokens(n, 0, 90) for n in (7, 21, 1, 12, 20, 21, 19, 21)]
    rows[0] += [96]
    ids, mask, lengths = padded(rows, 0)
    for name, kind, more in (
        ("gpt2", GPT2LMHeadModel, dict(n_layer=4, n_inner=52)),
        ("gpt2-bare", GPT2Model, dict(n_layer=2, scale_attn_by_inverse_layer_idx=True, activation_function="gelu")),
    ):
        model = randomize(kind(GPT2Config(**size, **more)))
        out = exact(model, kind)(ids, attention_mask=mask, output_hidden_states=True)
        folder = fresh(name)
        settings = model.config.to_diff_dict()
        settings["architectures"] = [kind.__name__]
        (folder / "config.json").write_text(json.dumps(settings, indent=2, sort_keys=True) + "\n")
        state = dict(model.state_dict())
        state.pop("lm_head.weight", None)
        if kind is GPT2Model:  # what versions before 4.20 saved too
            state["h.0.attn.bias"] = torch.tril(torch.ones(1, 1, 21, 21))
            state["h.0.attn.masked_bias"] = torch.tensor(-1e4)
        write(folder / "model.safetensors", state, half=True)
        expected = {"ids": ids, "lengths": lengths, **layers(out.hidden_states)}
        if kind is GPT2LMHeadModel:
            expected["logits"] = out.logits
        write(folder / "expected.safetensors", expected)


# -- OpenAI's names

def openai_block(state, ours, theirs):
    names = {"ln_1": "layer_norm1", "ln_2": "layer_norm2", "mlp.c_fc": "mlp.fc1", "mlp.c_proj": "mlp.fc2",
             "attn.out_proj": "self_attn.out_proj"}
    out = {}
    for end in ("weight", "bias"):
        for name, other in names.items():
            out[f"{ours}.{name}.{end}"] = state[f"{theirs}.{other}.{end}"]
        bands = [state[f"{theirs}.self_attn.{x}_proj.{end}"] for x in "qkv"]
        out[f"{ours}.attn.in_proj_{end}"] = torch.cat(bands)
    return out


def openai_text(state, depth):
    out = {
        "token_embedding.weight": state["text_model.embeddings.token_embedding.weight"],
        "positional_embedding": state["text_model.embeddings.position_embedding.weight"],
        "ln_final.weight": state["text_model.final_layer_norm.weight"],
        "ln_final.bias": state["text_model.final_layer_norm.bias"],
        "text_projection": state["text_projection.weight"].T,
        "logit_scale": state["logit_scale"],
    }
    for i in range(depth):
        out |= openai_block(state, f"transformer.resblocks.{i}", f"text_model.encoder.layers.{i}")
    return out


def openai_vision(state, depth):
    vision = "vision_model."
    out = {
        "visual.conv1.weight": state[vision + "embeddings.patch_embedding.weight"],
        "visual.class_embedding": state[vision + "embeddings.class_embedding"],
        "visual.positional_embedding": state[vision + "embeddings.position_embedding.weight"],
        "visual.proj": state["visual_projection.weight"].T,
    }
    for name, other in (("ln_pre", "pre_layrnorm"), ("ln_post", "post_layernorm")):
        for end in ("weight", "bias"):
            out[f"visual.{name}.{end}"] = state[f"{vision}{other}.{end}"]
    for i in range(depth):
        out |= openai_block(state, f"visual.transformer.resblocks.{i}", f"{vision}encoder.layers.{i}")
    return out


def clip_config(act="quick_gelu", text_heads=1, vision_heads=2):
    """Heads of 64 channels, as build_model takes for granted. The end token is the largest id."""
    text = dict(vocab_size=83, hidden_size=64, num_attention_heads=text_heads, num_hidden_layers=2,
                intermediate_size=256, max_position_embeddings=13, bos_token_id=81, eos_token_id=82, pad_token_id=0,
                hidden_act=act)
    vision = dict(hidden_size=128, num_attention_heads=vision_heads, num_hidden_layers=2, intermediate_size=512,
                  image_size=21, patch_size=7, hidden_act=act)
    return CLIPConfig(text_config=text, vision_config=vision, projection_dim=28)


def captions():
    rows = [[81] + tokens(n, 1, 80) + [82] for n in (6, 11, 0, 9)]
    return padded(rows, 0)


def read_text(model, ids, mask, prefix=""):
    read = model.text_model(ids, attention_mask=mask, output_hidden_states=True)
    return {**layers(read.hidden_states, prefix + "hidden"), prefix + "text_embeds": model.text_projection(read.pooler_output)}


def make_openai_vit():
    ids, mask, lengths = captions()
    images = randn(3, 3, 21, 21)
    model = randomize(CLIPModel(clip_config()))
    state = model.state_dict()
    expected = {"ids": ids, "lengths": lengths, "images": images}
    for prefix, config in (("", model.config), ("gelu.", clip_config("gelu", text_heads=2, vision_heads=4))):
        other = CLIPModel(config).double().eval()
        other.load_state_dict(state)
        seen = other.vision_model(images.double(), output_hidden_states=True)
        expected |= read_text(other, ids, mask, prefix)
        expected |= layers(seen.hidden_states, prefix + "seen")
        expected[prefix + "image_embeds"] = other.visual_projection(seen.pooler_output)
        expected[prefix + "logits"] = other(input_ids=ids, attention_mask=mask, pixel_values=images.double()).logits_per_image
    folder = fresh("openai-vit")
    sizes = {"input_resolution": 21, "context_length": 13, "vocab_size": 83}
    write(folder / "model.safetensors", {
        **openai_text(state, 2), **openai_vision(state, 2), **{k: torch.tensor(v) for k, v in sizes.items()}}, half=True)
    write(folder / "expected.safetensors", expected)


def resnet_tensors(width, counts, side, projection):
    """Random weights under the published names."""
    state = {}

    def convolution(name, norm, inputs, outputs, size):
        state[name + ".weight"] = randn(outputs, inputs, size, size) * 1.4 / (inputs * size * size) ** 0.5
        state[norm + ".weight"] = 1 + 0.3 * randn(outputs)
        state[norm + ".bias"] = 0.2 * randn(outputs)
        state[norm + ".running_mean"] = 0.3 * randn(outputs)
        state[norm + ".running_var"] = 0.5 + torch.rand(outputs, generator=generator)
        state[norm + ".num_batches_tracked"] = torch.tensor(7)

    convolution("visual.conv1", "visual.bn1", 3, width // 2, 3)
    convolution("visual.conv2", "visual.bn2", width // 2, width // 2, 3)
    convolution("visual.conv3", "visual.bn3", width // 2, width, 3)
    channels = width
    for stage, count in enumerate(counts):
        inner = width * 2 ** stage
        for i in range(count):
            place = f"visual.layer{stage + 1}.{i}"
            convolution(f"{place}.conv1", f"{place}.bn1", channels, inner, 1)
            convolution(f"{place}.conv2", f"{place}.bn2", inner, inner, 3)
            convolution(f"{place}.conv3", f"{place}.bn3", inner, 4 * inner, 1)
            if i == 0:
                convolution(f"{place}.downsample.0", f"{place}.downsample.1", channels, 4 * inner, 1)
            channels = 4 * inner
    pool = "visual.attnpool."
    state[pool + "positional_embedding"] = 0.5 * randn(side * side + 1, channels)
    for name, outputs in (("q_proj", channels), ("k_proj", channels), ("v_proj", channels), ("c_proj", projection)):
        state[f"{pool}{name}.weight"] = randn(outputs, channels) * 1.3 / channels ** 0.5
        state[f"{pool}{name}.bias"] = 0.2 * randn(outputs)
    return {k: v.half().float() if v.is_floating_point() else v for k, v in state.items()}


def resnet(state, images, counts, heads):
    """The image tower of RN50 (Radford et al. 2021, section 2.4); maps after the stem and each stage, and the vector."""
    def normed(x, name, norm, stride=1):
        weight = state[name + ".weight"]
        x = F.conv2d(x, weight, stride=stride, padding=weight.shape[-1] // 2)
        statistics = state[norm + ".running_mean"], state[norm + ".running_var"]
        return F.batch_norm(x, *statistics, state[norm + ".weight"], state[norm + ".bias"], training=False, eps=1e-5)

    x = images
    for i, stride in ((1, 2), (2, 1), (3, 1)):
        x = F.relu(normed(x, f"visual.conv{i}", f"visual.bn{i}", stride))
    maps = [F.avg_pool2d(x, 2)]
    for stage, count in enumerate(counts):
        x = maps[-1]
        for i in range(count):
            place = f"visual.layer{stage + 1}.{i}"
            shrink = (lambda t: F.avg_pool2d(t, 2)) if stage > 0 and i == 0 else (lambda t: t)
            y = F.relu(normed(x, f"{place}.conv1", f"{place}.bn1"))
            y = shrink(F.relu(normed(y, f"{place}.conv2", f"{place}.bn2")))
            y = normed(y, f"{place}.conv3", f"{place}.bn3")
            kept = normed(shrink(x), f"{place}.downsample.0", f"{place}.downsample.1") if i == 0 else x
            x = F.relu(y + kept)
        maps.append(x)
    pixels = maps[-1].flatten(2).permute(2, 0, 1)                                   # [pixels, batch, channels]
    pixels = torch.cat((pixels.mean(0, keepdim=True), pixels)) + state["visual.attnpool.positional_embedding"][:, None]
    part = {n: (state[f"visual.attnpool.{n}_proj.weight"], state[f"visual.attnpool.{n}_proj.bias"]) for n in "qkvc"}
    pooled, _ = F.multi_head_attention_forward(
        pixels[:1], pixels, pixels, pixels.shape[-1], heads, None, torch.cat([part[n][1] for n in "qkv"]), None, None,
        False, 0, *part["c"], training=False, need_weights=False, use_separate_proj_weight=True,
        q_proj_weight=part["q"][0], k_proj_weight=part["k"][0], v_proj_weight=part["v"][0])
    return maps, pooled[0]


def make_openai_resnet():
    """As CyCLIP saves it: below `module.`, because it was trained on several devices."""
    width, counts, side = 6, (2, 1, 2, 1), 3
    ids, mask, lengths = captions()
    images = randn(2, 3, 32 * side, 32 * side)
    model = randomize(CLIPModel(clip_config()))
    visual = resnet_tensors(width, counts, side, 28)
    wide = {k: v.double() for k, v in visual.items()}
    maps, vectors = resnet(wide, images.double(), counts, width * 32 // 64)
    text = read_text(exact(model, CLIPModel), ids, mask)
    cosines = F.normalize(vectors, dim=-1) @ F.normalize(text["text_embeds"], dim=-1).T
    folder = fresh("openai-resnet")
    state = openai_text(model.state_dict(), 2) | visual
    write(folder / "model.safetensors", {"module." + k: v for k, v in state.items()}, half=True)
    write(folder / "expected.safetensors", {
        "ids": ids, "lengths": lengths, "images": images, "image_embeds": vectors, **text,
        **layers([m.permute(0, 2, 3, 1) for m in maps], "seen"),
        "logits": cosines * model.logit_scale.double().exp()})


# -- sentence-transformers

SENTENCES = [
    "The man is smiling.", "A WOMAN wears a hat", "a man", "she has wavy hair and wears a hat and a necklace too",
    "Unsaid words", "hat!",
]


def make_sentence():
    words = "[PAD] [UNK] [CLS] [SEP] [MASK] the man is smiling . a woman wears hat she has wavy hair and ##s word neck"
    words = (words + " ##lace un ##said ! too").split()
    folder = fresh("sentence")
    inner = folder / "0_Transformer"
    config = BertConfig(vocab_size=len(words), hidden_size=36, num_attention_heads=3, num_hidden_layers=2,
                        intermediate_size=52, max_position_embeddings=21)
    model = randomize(BertModel(config))
    inner.mkdir()
    (inner / "vocab.txt").write_text("\n".join(words) + "\n")

    def settings(path, value):
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(value, indent=2) + "\n")

    settings(inner / "config.json", config.to_diff_dict() | {"model_type": "bert", "architectures": ["BertModel"]})
    settings(inner / "tokenizer_config.json", {
        "tokenizer_class": "BertTokenizer", "do_lower_case": False, "model_max_length": 512})
    settings(inner / "sentence_bert_config.json", {"max_seq_length": 11, "do_lower_case": True})
    write(inner / "model.safetensors", model.state_dict(), half=True)
    settings(folder / "1_Pooling/config.json", {
        "word_embedding_dimension": 36, "pooling_mode_cls_token": True, "pooling_mode_mean_tokens": True,
        "pooling_mode_max_tokens": True, "pooling_mode_mean_sqrt_len_tokens": False})
    settings(folder / "2_Dense/config.json", {
        "in_features": 108, "out_features": 20, "bias": True,
        "activation_function": "torch.nn.modules.activation.Tanh"})
    write(folder / "2_Dense/model.safetensors", {
        "linear.weight": (randn(20, 108) / 10).half().float(), "linear.bias": (0.2 * randn(20)).half().float()}, half=True)
    module = "sentence_transformers.models."
    settings(folder / "modules.json", [
        {"idx": i, "name": str(i), "path": path, "type": module + kind} for i, (path, kind) in enumerate((
            ("0_Transformer", "Transformer"), ("1_Pooling", "Pooling"), ("2_Dense", "Dense"), ("3_Normalize", "Normalize")))])
    (folder / "sentences.txt").write_text("\n".join(SENTENCES) + "\n")

    whole = SentenceTransformer(str(folder), device="cpu").double()
    encoded = whole.tokenize(SENTENCES)
    lengths = encoded["attention_mask"].sum(1)
    states = whole[0]({k: v for k, v in encoded.items() if torch.is_tensor(v)})["token_embeddings"]
    expected = {"ids": encoded["input_ids"], "lengths": lengths, "states": states,
                "vectors": whole(encoded)["sentence_embedding"]}
    for mode in Pooling.POOLING_MODES:
        pooled = Pooling(36, mode)({"token_embeddings": states, "attention_mask": encoded["attention_mask"]})
        expected["pooled." + mode] = pooled["sentence_embedding"]
    print("lengths", lengths.tolist())
    write(folder / "expected.safetensors", expected)


# -- taming, conditioned on coordinates

def make_coordinates():
    lightning = types.ModuleType("pytorch_lightning")  # only the name that taming imports
    lightning.LightningModule = nn.Module
    sys.modules["pytorch_lightning"] = lightning
    sys.modules["transformers"].top_k_top_p_filtering = None  # another name that it imports and never uses
    main = types.ModuleType("taming.main")

    def instantiate_from_config(config):
        module, name = config["target"].rsplit(".", 1)
        return getattr(__import__(module, fromlist=[name]), name)(**config.get("params", {}))

    main.instantiate_from_config = instantiate_from_config
    sys.modules["taming.main"] = main
    from taming.models.cond_transformer import Net2NetTransformer

    side, levels = 12, 60
    project = {"model": {"target": "taming.models.cond_transformer.Net2NetTransformer", "params": {
        "cond_stage_key": "coord",
        "cond_stage_config": {"target": "taming.modules.misc.coord.CoordStage",
                              "params": {"n_embed": levels, "down_factor": 2}},
        "transformer_config": {"target": "taming.modules.transformer.mingpt.GPT", "params": {
            "vocab_size": 61, "block_size": 72, "n_layer": 2, "n_head": 3, "n_embd": 36}},
        "first_stage_config": {"target": "taming.models.vqgan.VQModel", "params": {
            "embed_dim": 20, "n_embed": 61, "lossconfig": {"target": "torch.nn.Identity"},
            "ddconfig": {"double_z": False, "z_channels": 24, "resolution": side, "in_channels": 3, "out_ch": 3, "ch": 32,
                         "ch_mult": [1, 1], "num_res_blocks": 1, "attn_resolutions": [], "dropout": 0.0}}},
    }}}
    torch.manual_seed(61)
    model = Net2NetTransformer(**project["model"]["params"])
    gpt = model.transformer
    with torch.no_grad():
        for name, p in model.named_parameters():
            noise = randn(*p.shape)
            p.copy_(p + 0.2 * noise if p.dim() == 1 else torch.where(p == 0, 0.3 * noise, p))
        for block in gpt.blocks:
            for layer in (block.attn.key, block.attn.query, block.attn.value, block.attn.proj, block.mlp[0], block.mlp[2]):
                layer.weight.mul_(8)
        gpt.tok_emb.weight.mul_(20), gpt.head.weight.mul_(10), gpt.pos_emb.mul_(3)
        for p in model.parameters():
            p.copy_(p.half().float())
    model = model.double().eval()
    images = torch.rand(2, 3, side, side, generator=generator).double() * 2 - 1
    places = (torch.arange(side * side).reshape(1, 1, side, side).double() / (side * side)).expand(2, 1, side, side)
    with torch.no_grad():
        logits, targets = model(images, places)
        condition = model.encode_to_c(places)[1]
        greedy = model.sample(targets[:, :0], condition, steps=36)
    folder = fresh("coordinates")
    (folder / "project.yaml").write_text(yaml.safe_dump(project, sort_keys=False))
    write(folder / "model.safetensors", model.state_dict(), half=True)
    write(folder / "expected.safetensors", {
        "condition": condition, "tokens": targets, "logits": logits, "greedy": greedy})


with torch.no_grad():
    make_gpt2()
    make_openai_vit()
    make_openai_resnet()
    make_sentence()
    make_coordinates()
