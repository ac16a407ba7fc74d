"""A random checkpoint of a published size and what its reference makes of it; run by Scripts/full-size-parity.

Requirements: torch==2.15.*, transformers==5.23.*, safetensors==0.8.*, taming-transformers-rom1504==0.0.6

    python make_full_size.py bert-large|clip-large-336|transformer|vqgan-1024|vqgan-16384 FOLDER

Writes FOLDER/NAME with the checkpoint in the original's layout and expected.safetensors beside it. The references
compute in double precision, the VQGAN's in single, because convolutions in double take an hour. How far PyTorch itself is
off in BFloat16 (torch.autocast) is stored beside each array as `autocast.NAME`: a yardstick for ours. `weights.NAME` is how
far exact arithmetic is off when only the weights are rounded: what no arithmetic can avoid.
"""

import sys
import types
from pathlib import Path

import torch
import torch.nn as nn
import yaml
from safetensors.torch import save_file

torch.set_num_threads(1)
name, folder = sys.argv[1], Path(sys.argv[2]) / sys.argv[1]
folder.mkdir(parents=True, exist_ok=True)
torch.manual_seed(70)


def livelier(model):
    """Every parameter off its tidy start: matrices that mix, norms around one, biases around zero."""
    with torch.no_grad():
        for key, p in model.named_parameters():
            if key == "logit_scale":
                p.fill_(4.6)
            elif p.dim() < 2:
                p.copy_(torch.randn(p.shape) * 0.2 + (1 if "weight" in key else 0))
            elif "emb" in key:
                p.normal_(std=0.5)
            else:
                p.normal_(std=p[0].numel() ** -0.5)
    return model.eval()


def off(results, exact, kind="autocast"):
    """The largest error of each array, relative to its scale; padding is not looked at."""
    lengths = exact.get("lengths")
    found = {}
    for key, x in results.items():
        y = exact[key].double()
        if lengths is not None and key.startswith("hidden"):
            real = torch.arange(y.shape[1])[None] < lengths[:, None]
            x, y = x[real], y[real]
        found[f"{kind}.{key}"] = ((x.double() - y).abs().max() / y.abs().max()).reshape(1)
    return found


def with_rounded_weights(model):
    """The same arithmetic in double precision on the weights that BFloat16 leaves of every linear layer."""
    for part in model.modules():
        if isinstance(part, nn.Linear):
            part.weight.copy_(part.weight.bfloat16().double())


def autocast():
    return torch.autocast("cpu", dtype=torch.bfloat16)


def write(tensors):
    stored = {k: (v.float() if v.is_floating_point() else v.int()).contiguous().clone() for k, v in tensors.items()}
    save_file(stored, folder / "expected.safetensors")


def layers(states, prefix="hidden"):
    return {f"{prefix}.{i}": s for i, s in enumerate(states)}


def padded(rows):
    lengths = torch.tensor([len(r) for r in rows])
    ids = torch.zeros(len(rows), int(lengths.max()), dtype=torch.long)
    for i, row in enumerate(rows):
        ids[i, :len(row)] = row
    return ids, (torch.arange(ids.shape[1])[None] < lengths[:, None]).long(), lengths


def make_bert():
    from transformers import BertConfig, BertModel
    config = BertConfig(vocab_size=28996, hidden_size=1024, num_hidden_layers=24, num_attention_heads=16, intermediate_size=4096)
    model = livelier(BertModel(config))
    model.save_pretrained(folder)
    ids, mask, lengths = padded([torch.randint(1000, 28996, (n,)) for n in (25, 64)])

    def results():
        out = model(ids, attention_mask=mask, output_hidden_states=True)
        return {"pooled": out.pooler_output, **layers(out.hidden_states)}

    with autocast():
        rounded = results()
    model.double()
    exact = {"ids": ids, "lengths": lengths, **results()}
    with_rounded_weights(model)
    write(exact | off(rounded, exact) | off({k: v for k, v in results().items() if k in rounded}, exact, "weights"))


def make_clip():
    from transformers import CLIPConfig, CLIPModel
    text = dict(hidden_size=768, num_hidden_layers=12, num_attention_heads=12, intermediate_size=3072, eos_token_id=49407,
                bos_token_id=49406, pad_token_id=1)
    vision = dict(hidden_size=1024, num_hidden_layers=24, num_attention_heads=16, intermediate_size=4096, image_size=336,
                  patch_size=14)
    model = livelier(CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=768)))
    model.save_pretrained(folder)
    end = torch.tensor([49407])
    ids, mask, lengths = padded([torch.cat((torch.tensor([49406]), torch.randint(1, 49000, (n,)), end)) for n in (25, 75)])
    images = torch.randn(2, 3, 336, 336)

    def results():
        read = model.text_model(ids, attention_mask=mask, output_hidden_states=True)
        seen = model.vision_model(images.to(model.dtype), output_hidden_states=True)
        return {**layers(read.hidden_states), **layers(seen.hidden_states, "seen"),
                "text_embeds": model.text_projection(read.pooler_output),
                "image_embeds": model.visual_projection(seen.pooler_output)}

    with autocast():
        rounded = results()
    model.double()
    exact = {"ids": ids, "lengths": lengths, "images": images, **results()}
    with_rounded_weights(model)
    write(exact | off(rounded, exact) | off({k: v for k, v in results().items() if k in rounded}, exact, "weights"))


def without_lightning():
    lightning = types.ModuleType("pytorch_lightning")  # only the name that taming imports
    lightning.LightningModule = nn.Module
    sys.modules["pytorch_lightning"] = lightning
    import transformers
    sys.modules["transformers"].top_k_top_p_filtering = None
    main = types.ModuleType("taming.main")

    def instantiate_from_config(config):
        module, kind = config["target"].rsplit(".", 1)
        return getattr(__import__(module, fromlist=[kind]), kind)(**config.get("params", {}))

    main.instantiate_from_config = instantiate_from_config
    sys.modules["taming.main"] = main


def make_transformer():
    """The transformer of taming's CelebA-HQ and FFHQ models, under the names it has there."""
    without_lightning()
    from taming.modules.transformer.mingpt import GPT
    shape = dict(vocab_size=1024, block_size=512, n_layer=24, n_head=16, n_embd=1664)
    model = livelier(GPT(**shape))
    (folder / "transformer.yaml").write_text(yaml.safe_dump(shape))
    save_file({"transformer." + k: v for k, v in model.state_dict().items() if not k.endswith("attn.mask")},
              folder / "model.safetensors")
    tokens = torch.cat((torch.zeros(2, 1, dtype=torch.long), torch.randint(0, 1024, (2, 255))), 1)
    prefix = torch.randn(2, 1, 1664)

    def results():
        x = model.tok_emb(tokens) + model.pos_emb[:, :256]
        x = model.blocks(torch.cat((prefix.to(x.dtype), x), 1))
        return {"logits": model.head(model.ln_f(x[:, 1:]))}

    with autocast():
        rounded = results()
    model.double()
    exact = {"tokens": tokens, "prefix": prefix, **results()}
    same = (rounded["logits"].argmax(-1) == exact["logits"].argmax(-1)).sum()
    with_rounded_weights(model)
    write(exact | off(rounded, exact) | off(results(), exact, "weights") | {"autocast.greedy": same.reshape(1)})


def make_vqgan(codes):
    """f = 16 with 1024 or 16384 codes, at its own resolution. The codebook lies among the latents."""
    without_lightning()
    from taming.models.vqgan import VQModel
    params = {"embed_dim": 256, "n_embed": codes, "lossconfig": {"target": "torch.nn.Identity"}, "ddconfig": {
        "double_z": False, "z_channels": 256, "resolution": 256, "in_channels": 3, "out_ch": 3, "ch": 128,
        "ch_mult": [1, 1, 2, 2, 4], "num_res_blocks": 2, "attn_resolutions": [16], "dropout": 0.0}}
    model = livelier(VQModel(**params))
    images = nn.functional.interpolate(torch.rand(2, 3, 32, 32) * 2 - 1, size=256, mode="bicubic").clamp(-1, 1)
    latents = model.quant_conv(model.encoder(images))
    rows = latents.permute(0, 2, 3, 1).reshape(-1, 256)
    chosen = torch.randint(0, rows.shape[0], (codes,))
    model.quantize.embedding.weight.copy_(rows[chosen] + 0.3 * rows.std() * torch.randn(codes, 256))
    save_file({k: v.contiguous() for k, v in model.state_dict().items()}, folder / "model.safetensors")
    params["lossconfig"] = {"target": "taming.modules.losses.DummyLoss"}
    (folder / "model.yaml").write_text(yaml.safe_dump({"model": {"target": "taming.models.vqgan.VQModel", "params": params}}))
    quantised, _, info = model.quantize(latents)
    write({"images": images.permute(0, 2, 3, 1), "latents": latents.permute(0, 2, 3, 1), "tokens": info[2].view(2, -1),
           "pixels": model.decode(quantised).permute(0, 2, 3, 1)})


with torch.no_grad():
    {"bert-large": make_bert, "clip-large-336": make_clip, "transformer": make_transformer,
     "vqgan-1024": lambda: make_vqgan(1024), "vqgan-16384": lambda: make_vqgan(16384)}[name]()
