"""Small random BERT, RoBERTa and CLIP checkpoints with unusual sizes, and what transformers makes of them.

Requirements: torch==2.15.*, transformers==5.23.*, safetensors==0.8.*
Run in this folder: python make_text.py

Each folder gets config.json, model.safetensors and expected.safetensors. Weights are larger than a new model's, so
that every norm, mask and activation shows in the result. Outputs are computed in double precision and stored as
float32: the reference has no rounding error of its own.
"""

import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import (
    BertConfig,
    BertForMaskedLM,
    BertModel,
    CLIPConfig,
    CLIPModel,
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    RobertaConfig,
    RobertaForMaskedLM,
    RobertaModel,
)

torch.set_num_threads(1)
HERE = Path(__file__).parent
generator = torch.Generator().manual_seed(20)


def randomize(model):
    """Norm scales around one, everything else around zero, in the model's own order of parameters."""
    with torch.no_grad():
        for name, p in sorted(model.named_parameters()):
            noise = torch.randn(p.shape, generator=generator)
            if name == "logit_scale":
                p.copy_(torch.tensor(1.7))
            elif "norm" in name.lower() and name.endswith("weight"):
                p.copy_(1 + 0.3 * noise)
            elif p.dim() < 2:
                p.copy_(0.2 * noise)
            elif "embedding" in name:
                p.copy_(0.7 * noise)
            else:
                p.copy_(noise * 1.3 / p[0].numel() ** 0.5)
    return model.eval()


def save(model, name, expected, sparse=False):
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    if sparse:  # only what differs from the defaults, as older versions wrote it
        path = folder / "config.json"
        settings = json.loads(path.read_text())
        defaults = type(model.config)().to_dict()
        kept = {k: v for k, v in settings.items() if k in ("model_type", "architectures") or defaults.get(k) != v}
        path.write_text(json.dumps(kept, indent=2) + "\n")
    stored = {k: (v.float() if v.is_floating_point() else v.int()).contiguous().clone() for k, v in expected.items()}
    save_file(stored, folder / "expected.safetensors")
    for path in folder.iterdir():
        path.chmod(0o644)


def padded(rows, padding):
    lengths = torch.tensor([len(r) for r in rows])
    width = int(lengths.max())
    ids = torch.tensor([r + [padding] * (width - len(r)) for r in rows])
    mask = torch.arange(width)[None] < lengths[:, None]
    return ids, mask.long(), lengths


def layers(states, prefix="hidden"):
    return {f"{prefix}.{i}": s for i, s in enumerate(states)}


def gradients(model, loss, names):
    """d loss / d parameter, for a few parameters at both ends of the model."""
    parameters = dict(model.named_parameters())
    return {f"gradient.{n}": g for n, g in zip(names, torch.autograd.grad(loss, [parameters[n] for n in names]))}


def tokens(count, low, high):
    return torch.randint(low, high, (count,), generator=generator).tolist()


size = dict(
    vocab_size=97, hidden_size=36, num_attention_heads=3, num_hidden_layers=3, intermediate_size=52,
    max_position_embeddings=21,
)

with torch.no_grad():
    # BERT with its pooler, and with token types.
    rows = [[2] + tokens(n, 5, 97) + [3] for n in (5, 19, 0, 11)]
    ids, mask, lengths = padded(rows, 0)
    types = (torch.rand(ids.shape, generator=generator) < 0.5).long() * mask
    model = randomize(BertModel(BertConfig(**size)))
    exact = BertModel(model.config).double().eval()
    exact.load_state_dict(model.state_dict())
    plain = exact(ids, attention_mask=mask, output_hidden_states=True)
    typed = exact(ids, attention_mask=mask, token_type_ids=types)
    save(model, "bert", {
        "ids": ids, "lengths": lengths, "types": types, **layers(plain.hidden_states),
        "pooled": plain.pooler_output, "typed": typed.last_hidden_state,
    }, sparse=True)

    # BERT as it is pretrained.
    config = BertConfig(**{**size, "num_hidden_layers": 2}, hidden_act="gelu_new", layer_norm_eps=1e-5)
    model = randomize(BertForMaskedLM(config))
    exact = BertForMaskedLM(config).double().eval()
    exact.load_state_dict(model.state_dict())
    out = exact(ids, attention_mask=mask, output_hidden_states=True)
    with torch.enable_grad():
        loss = exact(ids, attention_mask=mask, labels=torch.where(mask > 0, ids.flip(0), -100)).loss
        moved = gradients(exact, loss, [
            "bert.embeddings.word_embeddings.weight", "bert.embeddings.token_type_embeddings.weight",
            "bert.encoder.layer.0.attention.self.query.weight", "bert.encoder.layer.1.output.LayerNorm.weight",
            "cls.predictions.transform.dense.weight", "cls.predictions.bias",
        ])
    save(model, "bert-mlm", {
        "ids": ids, "lengths": lengths, "targets": torch.where(mask > 0, ids.flip(0), -100),
        **layers(out.hidden_states), "logits": out.logits, "loss": loss.detach(), **moved,
    })

    # RoBERTa without a pooler; one caption has padding ids in its middle.
    rows = [[0] + tokens(n, 3, 97) + [2] for n in (7, 17, 1)]
    rows[0][4] = 1
    ids, mask, lengths = padded(rows, 1)
    config = RobertaConfig(**size)
    model = randomize(RobertaModel(config, add_pooling_layer=False))
    exact = RobertaModel(config, add_pooling_layer=False).double().eval()
    exact.load_state_dict(model.state_dict())
    out = exact(ids, attention_mask=mask, output_hidden_states=True)
    save(model, "roberta", {"ids": ids, "lengths": lengths, **layers(out.hidden_states)})

    config = RobertaConfig(**{**size, "num_hidden_layers": 1}, hidden_act="relu")
    model = randomize(RobertaForMaskedLM(config))
    exact = RobertaForMaskedLM(config).double().eval()
    exact.load_state_dict(model.state_dict())
    out = exact(ids, attention_mask=mask, output_hidden_states=True)
    save(model, "roberta-mlm", {"ids": ids, "lengths": lengths, **layers(out.hidden_states), "logits": out.logits})

    # A whole CLIP. Larger ids than the end token occur, and text after the end.
    text = dict(
        vocab_size=97, hidden_size=40, num_attention_heads=5, num_hidden_layers=3, intermediate_size=52,
        max_position_embeddings=17, bos_token_id=90, eos_token_id=91, pad_token_id=91,
    )
    vision = dict(
        hidden_size=48, num_attention_heads=3, num_hidden_layers=3, intermediate_size=60, image_size=24, patch_size=6,
        hidden_act="gelu",
    )
    rows = [[90] + tokens(n, 0, 90) + [91] for n in (6, 15, 0, 9)]
    rows[0][3] = 95
    rows[3] += [7, 91, 8]
    ids, mask, lengths = padded(rows, 91)
    images = torch.randn(3, 3, 24, 24, generator=generator)
    config = CLIPConfig(text_config=text, vision_config=vision, projection_dim=28)
    model = randomize(CLIPModel(config))
    exact = CLIPModel(config).double().eval()
    exact.load_state_dict(model.state_dict())
    seen = exact.vision_model(images.double(), output_hidden_states=True)
    read = exact.text_model(ids, attention_mask=mask, output_hidden_states=True)
    out = exact(input_ids=ids, attention_mask=mask, pixel_values=images.double())
    with torch.enable_grad():
        loss = exact(input_ids=ids[:3], attention_mask=mask[:3], pixel_values=images.double(), return_loss=True).loss
        moved = gradients(exact, loss, [
            "logit_scale", "text_model.embeddings.token_embedding.weight", "text_projection.weight",
            "text_model.encoder.layers.1.self_attn.v_proj.weight", "vision_model.embeddings.class_embedding",
            "vision_model.embeddings.patch_embedding.weight", "vision_model.encoder.layers.2.mlp.fc1.bias",
        ])
    save(model, "clip", {
        "loss": loss.detach(), **moved,
        "ids": ids, "lengths": lengths, "images": images, **layers(read.hidden_states),
        **layers(seen.hidden_states, "seen"), "final": read.last_hidden_state, "eos": read.pooler_output,
        "summary": seen.pooler_output, "text_embeds": exact.text_projection(read.pooler_output),
        "image_embeds": exact.visual_projection(seen.pooler_output), "logits": out.logits_per_image,
    })

    # Text towers alone: with the published checkpoints' wrong end token, and bare.
    rows = [[90] + tokens(n, 3, 90) + [96] for n in (6, 15, 0)]
    ids, mask, lengths = padded(rows, 0)
    for name, kind, end in (("clip-text-old", CLIPTextModelWithProjection, 2), ("clip-text", CLIPTextModel, 96)):
        config = CLIPTextConfig(
            **{**text, "eos_token_id": end, "num_hidden_layers": 1, "hidden_act": "gelu"}, projection_dim=28)
        model = randomize(kind(config))
        exact = kind(config).double().eval()
        exact.load_state_dict(model.state_dict())
        out = exact(ids, attention_mask=mask, output_hidden_states=True)
        pooled = {"text_embeds": out.text_embeds} if end == 2 else {"eos": out.pooler_output}
        save(model, name, {"ids": ids, "lengths": lengths, **layers(out.hidden_states), **pooled})
