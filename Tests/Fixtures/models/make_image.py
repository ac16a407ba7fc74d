"""Reference results for the image models: transformer, VQGAN, Inception v3 and the token sampler.

Run with:  python make_image.py        (writes beside itself: decoder/, inception/, sampler/)
Made with: torch 2.15.0, transformers 5.23.0, taming-transformers-rom1504 0.0.6, torch-fidelity 0.4.0,
           safetensors 0.8.0, numpy 2.4, pyyaml 6.0 (python 3.11, CPU, two threads)

The packages' own classes compute every number. Sizes are unusual on purpose: no two axes agree by accident.
"""

import os
import sys
import types

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
import transformers
import yaml
from safetensors.torch import save_file

HERE = os.path.dirname(os.path.abspath(__file__))
torch.set_num_threads(2)

# taming was written for pytorch-lightning 1.0 and transformers 3. Only names it imports are stood in for here:
# a LightningModule is a Module as far as inference goes, and configurations name classes by their import path.
lightning = types.ModuleType("pytorch_lightning")
lightning.LightningModule = nn.Module
sys.modules["pytorch_lightning"] = lightning
transformers.top_k_top_p_filtering = None
main = types.ModuleType("taming.main")


def instantiate_from_config(config):
    module, name = config["target"].rsplit(".", 1)
    return getattr(__import__(module, fromlist=[name]), name)(**config.get("params", {}))


main.instantiate_from_config = instantiate_from_config
sys.modules["taming.main"] = main

from taming.models.cond_transformer import Net2NetTransformer  # noqa: E402

PROJECT = {
    "model": {
        "base_learning_rate": 4.5e-06,
        "target": "taming.models.cond_transformer.Net2NetTransformer",
        "params": {
            "cond_stage_key": "image",
            "transformer_config": {
                "target": "taming.modules.transformer.mingpt.GPT",
                "params": {"vocab_size": 61, "block_size": 40, "n_layer": 3, "n_head": 3, "n_embd": 36,
                           "embd_pdrop": 0.1, "resid_pdrop": 0.1, "attn_pdrop": 0.1},
            },
            "first_stage_config": {
                "target": "taming.models.vqgan.VQModel",
                "params": {
                    "embed_dim": 20,
                    "n_embed": 61,
                    "ddconfig": {"double_z": False, "z_channels": 24, "resolution": 12, "in_channels": 3, "out_ch": 3,
                                 "ch": 32, "ch_mult": [1, 2], "num_res_blocks": 1, "attn_resolutions": [6],
                                 "dropout": 0.0},
                    "lossconfig": {"target": "torch.nn.Linear", "params": {"in_features": 3, "out_features": 2}},
                },
            },
            "cond_stage_config": "__is_unconditional__",
        },
    }
}


def save(path, tensors):
    path = os.path.join(HERE, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    stored = {torch.int64: torch.int32, torch.bool: torch.int32, torch.uint8: torch.float16}    # bytes fit a half
    tensors = {name: t.detach().to(stored.get(t.dtype, t.dtype)).contiguous() for name, t in tensors.items()}
    save_file(tensors, path)
    print(f"{os.path.relpath(path, HERE)}: {len(tensors)} tensors, {os.path.getsize(path) / 1024:.0f} KiB")


def unsettle(model, seed):
    """Moves every parameter off its tidy initial value: scales from one, shifts and biases from zero."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, p in model.named_parameters():
            noise = torch.randn(p.shape, generator=generator)
            p.copy_(p + 0.2 * noise if p.dim() == 1 else torch.where(p == 0, 0.1 * noise, p))


def half(model):
    """Rounds large weights to half precision, in which they are stored: the files stay small."""
    with torch.no_grad():
        for p in model.parameters():
            if p.dim() == 4:
                p.copy_(p.half().float())


def last(x):
    """Images with their channels last, as Swift has them."""
    return x.permute(0, 2, 3, 1)


def with_prefix(gpt, tokens, prefix):
    """The probe's use of the decoder: vectors without position in front, their outputs dropped before the head."""
    x = gpt.tok_emb(tokens) + gpt.pos_emb[:, :tokens.shape[1], :]
    x = gpt.blocks(gpt.drop(torch.cat((prefix, x), dim=1)))
    return gpt.head(gpt.ln_f(x[:, prefix.shape[1]:]))


def make_decoder():
    torch.manual_seed(20)
    model = Net2NetTransformer(**PROJECT["model"]["params"])
    unsettle(model, 21)
    half(model.first_stage_model)
    gpt, vqgan = model.transformer, model.first_stage_model
    with torch.no_grad():                     # livelier than N(0, 0.02): errors in attention must show
        for block in gpt.blocks:
            for layer in (block.attn.key, block.attn.query, block.attn.value, block.attn.proj, block.mlp[0], block.mlp[2]):
                layer.weight.mul_(8)
        gpt.tok_emb.weight.mul_(20), gpt.head.weight.mul_(10), gpt.pos_emb.mul_(3)
    model.eval()

    # -- VQGAN
    images = torch.rand(2, 3, 24, 40) * 2 - 1
    images[:, :, 4:20, 6:30] = F.interpolate(torch.rand(2, 3, 4, 6) * 2 - 1, size=(16, 24), mode="bilinear")
    with torch.no_grad():
        latents = vqgan.quant_conv(vqgan.encoder(images))                              # [2, 20, 12, 20]
        rows = latents.permute(0, 2, 3, 1).reshape(-1, 20)
        chosen = torch.randperm(rows.shape[0])[:61]
        vqgan.quantize.embedding.weight.copy_((rows[chosen] + 0.3 * rows.std() * torch.randn(61, 20)))
        distances = torch.cdist(rows.double(), vqgan.quantize.embedding.weight.double())
        nearest = distances.topk(2, largest=False).values
        print(f"codes used {distances.argmin(1).unique().numel()}, narrowest choice {(nearest[:, 1] - nearest[:, 0]).min():.2e}")
        quant, _, info = vqgan.encode(images)
        pixels = vqgan.decode(quant)
        tokens = info[2].view(2, -1)
        free = torch.randint(0, 61, (2, 15))
        drawn = model.decode_to_img(free, (2, 20, 3, 5))

    state = {name: t.half() if name.startswith("first_stage_model.") and t.dim() == 4 else t
             for name, t in model.state_dict().items()}
    save("decoder/model.safetensors", state)
    with open(os.path.join(HERE, "decoder/project.yaml"), "w") as file:
        yaml.safe_dump(PROJECT, file, sort_keys=False)

    vqgan.requires_grad_(True)
    quant, embedding_loss, _ = vqgan.encode(images)
    z = vqgan.quant_conv(vqgan.encoder(images))
    flat = vqgan.quantize.embedding(info[2]).view(2, 12, 20, 20).permute(0, 3, 1, 2)
    loss = (vqgan.decode(quant) - images).abs().mean() + embedding_loss
    loss.backward()
    named = dict(vqgan.named_parameters())
    wanted = ["encoder.conv_in.weight", "encoder.down.0.block.0.norm1.weight", "encoder.down.1.attn.0.k.weight",
              "quant_conv.bias", "quantize.embedding.weight", "post_quant_conv.weight", "decoder.mid.attn_1.proj_out.weight",
              "decoder.up.1.upsample.conv.bias", "decoder.up.0.block.0.nin_shortcut.weight", "decoder.conv_out.weight"]
    save("decoder/vqgan.safetensors", {
        "images": last(images), "latents": last(latents), "tokens": tokens, "pixels": last(pixels),
        "free": free, "drawn": last(drawn),
        "commitment": F.mse_loss(flat, z).reshape(1), "embedding_loss": embedding_loss.reshape(1), "loss": loss.reshape(1),
        **{"gradient." + name: named[name].grad for name in wanted}})

    # -- image transformer
    sequence = torch.cat((torch.zeros(2, 1, dtype=torch.long), torch.randint(0, 61, (2, 22))), dim=1)
    inputs, targets = sequence[:, :-1], sequence[:, 1:]
    one, three = torch.randn(2, 1, 36), torch.randn(2, 3, 36)
    results = {"tokens": inputs, "targets": targets, "prefix1": one, "prefix3": three}
    with torch.no_grad():
        results["logits"] = gpt(inputs)[0]
        results["logits3"] = with_prefix(gpt, inputs, three)
        picked = torch.zeros(2, 1, dtype=torch.long)
        for _ in range(30):                   # greedy, each step from the beginning: what a cache must reproduce
            picked = torch.cat((picked, with_prefix(gpt, picked, three)[:, -1:].argmax(-1)), dim=1)
        results["greedy3"] = picked[:, 1:]
    one.requires_grad_(True)
    logits = with_prefix(gpt, inputs, one)
    loss = F.cross_entropy(logits.reshape(-1, 61), targets.reshape(-1))
    loss.backward()
    results |= {"logits1": logits, "loss": loss.reshape(1), "gradient.prefix1": one.grad}
    named = dict(gpt.named_parameters())
    for name in ["tok_emb.weight", "pos_emb", "blocks.0.attn.key.weight", "blocks.1.attn.proj.bias", "blocks.2.mlp.0.weight",
                 "blocks.1.ln2.weight", "ln_f.bias", "head.weight"]:
        results["gradient." + name] = named[name].grad if named[name].grad is not None else torch.zeros_like(named[name])
    save("decoder/transformer.safetensors", results)


def hashed_images(batch, size):
    """Noise that any program can make: byte i of [batch, size, size, 3] is the top byte of a hash of i."""
    x = np.arange(batch * size * size * 3, dtype=np.uint32) * np.uint32(2654435761)
    x = (x ^ (x >> 15)) * np.uint32(2246822519)
    x = (x ^ (x >> 13)) >> 24
    return torch.from_numpy(x.astype(np.uint8)).view(batch, size, size, 3).permute(0, 3, 1, 2)


def make_inception():
    """torch-fidelity's extractor with every width divided by sixteen, which divides them all: 85,000 weights."""
    import torch_fidelity.feature_extractor_inceptionv3 as reference

    class Extractor(reference.FeatureExtractorInceptionV3):
        def load_state_dict(self, *_, **__):
            for block in [m for m in self.modules() if isinstance(m, reference.BasicConv2d)]:
                wide = block.conv
                inputs = wide.in_channels if wide.in_channels == 3 else wide.in_channels // 16
                block.conv = nn.Conv2d(inputs, wide.out_channels // 16, wide.kernel_size, wide.stride, wide.padding, bias=False)
                block.bn = nn.BatchNorm2d(wide.out_channels // 16, eps=block.bn.eps)
            self.fc = nn.Linear(128, 29)

    reference.load_state_dict_from_url = lambda *_, **__: None
    names = list(Extractor.get_provided_features_list())
    torch.manual_seed(30)
    net = Extractor("narrow", names)
    generator = torch.Generator().manual_seed(31)
    with torch.no_grad():
        for name, t in net.state_dict().items():
            noise = torch.randn(t.shape, generator=generator)
            if name.endswith("running_var"):
                t.copy_(0.5 + torch.rand(t.shape, generator=generator))
            elif name.endswith("running_mean"):
                t.copy_(0.1 * noise)
            elif name.endswith("bn.weight"):
                t.copy_(1 + 0.2 * noise)
            elif name.endswith("bn.bias"):
                t.copy_(0.2 * noise)
            elif name.endswith("conv.weight"):
                t.copy_((noise * (2 / t[0].numel()) ** 0.5).half().float())
            elif t.dim() > 0:
                t.copy_(0.3 * noise)
    save("inception/model.safetensors", {
        n: t.half() if t.dim() == 4 else t for n, t in net.state_dict().items() if not n.endswith("num_batches_tracked")})
    with open(os.path.join(HERE, "inception/config.json"), "w") as file:
        file.write('{\n  "model_type": "inception-v3-fid",\n  "channel_unit": 1,\n  "input_size": 299,\n  "num_labels": 29\n}\n')

    images = (torch.rand(2, 3, 45, 61) * 256).to(torch.uint8)
    images[1] = F.interpolate(torch.rand(1, 3, 5, 6) * 255, size=(45, 61), mode="bicubic").clamp(0, 255)[0].to(torch.uint8)
    results = {"images": last(images)}
    with torch.no_grad():
        results |= {"standard." + n: f for n, f in zip(names, net(images))}
        small = hashed_images(6, 139)         # not stored: Swift makes the same ones
        Extractor.INPUT_IMAGE_SIZE = 139      # the resize becomes the identity
        results |= {"small." + n: f for n, f in zip(names, net(small))}
    # Gradients through some ninety batch norms are badly conditioned: in single precision PyTorch itself may be off
    # by 1e-3 for a few small images. So the reference is computed in double precision, over enough pixels.
    net.double().train().requires_grad_(True)
    net.feature_extractor_internal_dtype = torch.float64
    targets = torch.tensor([3, 28, 11, 0, 19, 7])
    logits = net(small)[names.index("logits")]
    loss = F.cross_entropy(logits, targets)
    loss.backward()
    results |= {"targets": targets, "training.logits": logits, "training.loss": loss.reshape(1)}
    state, parameters = net.state_dict(), dict(net.named_parameters())
    for name in ["Conv2d_1a_3x3.bn", "Mixed_5c.branch_pool.bn", "Mixed_6b.branch7x7dbl_5.bn", "Mixed_7c.branch3x3_2a.bn"]:
        for part in ("running_mean", "running_var"):
            results[f"after.{name}.{part}"] = state[f"{name}.{part}"].float()
    for name in ["Conv2d_1a_3x3.conv.weight", "Mixed_5b.branch5x5_2.bn.weight", "Mixed_7a.branch3x3_2.conv.weight", "fc.bias"]:
        results["gradient." + name] = parameters[name].grad.float()
    save("inception/expected.safetensors", results)


def make_sampler():
    from transformers import TopKLogitsWarper, TopPLogitsWarper
    top_k_logits = Net2NetTransformer.top_k_logits
    torch.manual_seed(40)
    logits = torch.randn(6, 97) * 2
    tied = (logits * 2).round() / 2
    results = {"logits": logits, "tied": tied}
    for k in (1, 7, 40, 97):
        results[f"top_k.{k}"] = top_k_logits(None, logits, k).isfinite()
        results[f"top_k_tied.{k}"] = top_k_logits(None, tied, k).isfinite()
    for p in (0.05, 0.5, 0.9, 0.999):
        results[f"top_p.{p}"] = TopPLogitsWarper(top_p=p)(None, logits).isfinite()
    both = TopPLogitsWarper(top_p=0.8)(None, TopKLogitsWarper(top_k=20)(None, logits / 0.7))
    results["both.mask"] = both.isfinite()
    results["both.probabilities"] = F.softmax(both, dim=-1)
    save("sampler/expected.safetensors", results)


if __name__ == "__main__":
    make_decoder()
    make_inception()
    make_sampler()
