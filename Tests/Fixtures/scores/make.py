"""Reference scores: Fréchet distance, Inception Score and CLIP-Score, from the packages that are compared with.

Run with:  python make.py        (writes beside itself: scores.json, pictures.safetensors, features.safetensors, clip/)
Made with: torch 2.15.0, torch-fidelity 0.4.0, torchmetrics 1.9.0, transformers 5.23.0, safetensors 0.8.0,
           scipy 1.17, numpy 2.4, pillow 13.0 (python 3.11, CPU, one thread)

Uses models/inception (torch-fidelity's network, narrow) and tokenizers/small/clip of the neighbouring fixtures.
"""

import json
import shutil
from pathlib import Path

import numpy as np
import scipy.linalg
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch_fidelity.feature_extractor_inceptionv3 as inception
from PIL import Image
from safetensors.torch import load_file, save_file
from torch_fidelity.metric_fid import KEY_METRIC_FID, fid_features_to_statistics, fid_statistics_to_metric
from torch_fidelity.metric_isc import KEY_METRIC_ISC_MEAN, KEY_METRIC_ISC_STD, isc_features_to_metric
from torchmetrics.functional.multimodal import clip_score
from transformers import CLIPConfig, CLIPModel, CLIPProcessor, CLIPTokenizer
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

torch.set_num_threads(1)
HERE = Path(__file__).parent
generator = torch.Generator().manual_seed(20261121)
results = {}


def normal(*shape):
    return torch.randn(*shape, generator=generator)


def store(name, tensors):
    save_file({n: t.contiguous() for n, t in tensors.items()}, HERE / name)
    print(f"{name}: {(HERE / name).stat().st_size / 1024:.0f} KiB")


# MARK: Fréchet distance

def exact_distance(x, y):
    """Without covariances: the trace of the root is the sum of singular values of the centred sets' product."""
    x, y = x.double().numpy(), y.double().numpy()
    a, b = ((s - s.mean(0)) / (len(s) - 1) ** 0.5 for s in (x, y))
    shift = x.mean(0) - y.mean(0)
    root = scipy.linalg.svdvals(a @ b.T).sum()
    return float(shift @ shift + (a ** 2).sum() + (b ** 2).sum() - 2 * root)


def fidelity_distance(x, y):
    return fid_statistics_to_metric(fid_features_to_statistics(x), fid_features_to_statistics(y), False)[KEY_METRIC_FID]


def scipy_distance(x, y):
    x, y = x.double().numpy(), y.double().numpy()
    s, t = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    shift = x.mean(0) - y.mean(0)
    return float(shift @ shift + np.trace(s) + np.trace(t) - 2 * np.trace(scipy.linalg.sqrtm(s @ t)).real)


def make_distances():
    features, cases = {}, []
    for name, first, second, width, decay in [
        ("plain", 97, 131, 23, 0), ("correlated", 150, 90, 31, 4), ("few", 13, 29, 37, 0), ("one few", 60, 11, 19, 0)
    ]:
        mix = normal(width, width) / width ** 0.5 + torch.eye(width)
        fade = 10 ** (-decay * torch.arange(width) / width)      # covariances that span 8 powers of ten with 4
        x = (normal(first, width) @ mix * fade + 0.4).abs()
        y = (normal(second, width) @ mix.T * fade * 1.2 + 0.3 + 0.2 * normal(width)).abs()
        features |= {f"{name}.first": x, f"{name}.second": y}
        case = {"name": name, "exact": exact_distance(x, y), "torch_fidelity": fidelity_distance(x.double(), y.double()),
                "torch_fidelity_single": fidelity_distance(x, y)}
        if min(first, second) > width:
            case["scipy"] = scipy_distance(x, y)
        cases.append(case)
        print(case)
    store("features.safetensors", features)
    results["distances"] = cases


# MARK: Inception

class Narrow(inception.FeatureExtractorInceptionV3):
    """torch-fidelity's extractor at a sixteenth of every width, with the weights of models/inception."""

    def load_state_dict(self, *_, **__):
        for block in [m for m in self.modules() if isinstance(m, inception.BasicConv2d)]:
            wide = block.conv
            inputs = wide.in_channels if wide.in_channels == 3 else wide.in_channels // 16
            block.conv = nn.Conv2d(inputs, wide.out_channels // 16, wide.kernel_size, wide.stride, wide.padding, bias=False)
            block.bn = nn.BatchNorm2d(wide.out_channels // 16, eps=block.bn.eps)
        self.fc = nn.Linear(128, 29)
        weights = {n: t.float() for n, t in load_file(HERE / "../models/inception/model.safetensors").items()}
        missing, unexpected = nn.Module.load_state_dict(self, weights, strict=False)
        assert not unexpected and all(n.endswith("num_batches_tracked") for n in missing)


def inception_score(logits, splits, gain=0):
    """torch-fidelity's score, and the order of its shuffle. With a gain, of how each picture's logits differ from the
    mean picture's: a random network tells little apart, and nearly nothing when it sees black."""
    if gain:
        logits = gain * (logits - logits.mean(0))
    found = isc_features_to_metric(logits, splits)
    return {"gain": gain, "splits": splits, "mean": found[KEY_METRIC_ISC_MEAN], "deviation": found[KEY_METRIC_ISC_STD],
            "order": np.random.RandomState(2020).permutation(len(logits)).tolist()}


def pictures(count, height, width):
    """Smooth fields, noise, and flat white and black places, in bytes."""
    smooth = F.interpolate(torch.rand(count, 3, 4, 3, generator=generator) * 420 - 80, size=(height, width), mode="bicubic")
    strength = torch.rand(count, 1, 1, 1, generator=generator) * 60
    return (smooth + strength * normal(count, 3, height, width)).clamp(0, 255).to(torch.uint8)


def make_inception():
    inception.load_state_dict_from_url = lambda *_, **__: None
    network = Narrow("narrow", ["2048", "logits_unbiased"])
    bytes_ = pictures(23, 34, 27)                                                     # [23, 3, 34, 27]
    # The released code: ToTensor makes 0...1, then its cast to bytes leaves nothing but 0 and 1.
    published = (bytes_.float() / 255).to(torch.uint8)
    with torch.no_grad():
        features, logits = network(bytes_)
        _, black = network(published)
    results["inception"] = {"white": (published == 1).float().mean().item(), "standard": inception_score(logits, 10, 64),
                            "published": inception_score(black, 10, 4096),
                            "distance": exact_distance(features[:12], features[12:])}
    print({k: v if not isinstance(v, dict) else (v["mean"], v["deviation"]) for k, v in results["inception"].items()})
    return {"inception": bytes_.permute(0, 2, 3, 1).half(), "inception.logits": logits, "inception.black": black,
            "inception.features": features}


def make_inception_scores():
    cases = {}
    for name, logits in [("lively", 3 * normal(57, 13)), ("certain", 60 * normal(31, 7)), ("flat", 1e-3 * normal(40, 5))]:
        cases[f"logits.{name}"] = logits
        results.setdefault("inception_scores", []).extend(
            {"name": name, **inception_score(logits, splits)} for splits in (1, 4, 10))
    return cases


# MARK: CLIP

def make_clip():
    tokenizer = CLIPTokenizer.from_pretrained(HERE / "../tokenizers/small/clip")
    start, end = (tokenizer.convert_tokens_to_ids(t) for t in ("<|startoftext|>", "<|endoftext|>"))
    text = dict(vocab_size=end + 1, hidden_size=24, num_attention_heads=3, num_hidden_layers=2, intermediate_size=40,
                max_position_embeddings=19, bos_token_id=start, eos_token_id=end, pad_token_id=end)
    vision = dict(hidden_size=32, num_attention_heads=4, num_hidden_layers=2, intermediate_size=44, image_size=18, patch_size=6)
    model = CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=20)).eval()
    with torch.no_grad():
        for name, p in sorted(model.named_parameters()):
            if "norm" in name and name.endswith("weight"):
                p.copy_(1 + 0.3 * normal(*p.shape))
            elif p.dim() > 0:
                p.copy_(normal(*p.shape) * (0.2 if p.dim() < 2 else 0.7 if "embedding" in name else 1.3 / p[0].numel() ** 0.5))
            p.copy_(p.half().float())
    folder = HERE / "clip"
    shutil.rmtree(folder, ignore_errors=True)
    processor = CLIPImageProcessorPil(size={"shortest_edge": 18}, crop_size={"height": 18, "width": 18})
    model.half().save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    for path in folder.iterdir():
        path.chmod(0o644)
    (folder / "preprocessor_config.json").write_text(json.dumps(
        {"size": {"shortest_edge": 18}, "crop_size": {"height": 18, "width": 18}}, indent=2) + "\n")
    model.double()

    words = "a the woman man with wavy hair smiling wearing hat lipstick young old and glasses pale".split()
    captions = [" ".join(words[int(i)] for i in torch.randint(len(words), (length,), generator=generator))
                for length in [2, 3, 4, 1, 2, 5, 3, 2, 4] * 3 + [3, 1, 2, 2]]
    captions[4] = "The woman has wavy hair, brown hair, and a pointy nose. She is wearing heavy makeup and a hat."
    captions[17] = "Élodie 日本 — she smiles ☺, does she not?! " * 3
    captions[20] = ""
    bytes_ = pictures(len(captions), 22, 29)
    images = [Image.fromarray(b.permute(1, 2, 0).numpy()) for b in bytes_]
    pixels = processor(images, return_tensors="pt")["pixel_values"].double()
    scores, cut = [], 0
    with torch.no_grad():
        seen = model.visual_projection(model.vision_model(pixels).pooler_output)
        for row, caption in enumerate(captions):
            ids = tokenizer(caption, truncation=True, max_length=19, return_tensors="pt")["input_ids"]
            assert ids[0, -1] == end
            cut += len(tokenizer(caption)["input_ids"]) > 19
            read = model.text_projection(model.text_model(ids).pooler_output)
            scores.append(100 * F.cosine_similarity(read[0], seen[row], dim=0).item())
    results["clip"] = {"captions": captions, "scores": scores, "truncated": cut}
    print(f"CLIP: {cut} captions cut, scores from {min(scores):.2f} to {max(scores):.2f}")

    # torchmetrics itself, in single precision, where it neither clamps nor cuts.
    class Vectors(nn.Module):
        """transformers 5 returns a record where torchmetrics still expects the vectors in it."""

        def __init__(self):
            super().__init__()
            self.model, self.config = model.float(), model.config

        def get_image_features(self, *a): return self.model.get_image_features(*a).pooler_output
        def get_text_features(self, *a): return self.model.get_text_features(*a).pooler_output

    both = Vectors(), CLIPProcessor(image_processor=processor, tokenizer=tokenizer)
    results["clip"]["torchmetrics"] = {
        str(row): clip_score(bytes_[row], captions[row], lambda: both).item()
        for row in range(12) if scores[row] > 0 and len(tokenizer(captions[row])["input_ids"]) <= 19}
    print({row: score - scores[int(row)] for row, score in results["clip"]["torchmetrics"].items()})
    return {"clip": bytes_.permute(0, 2, 3, 1).half()}


make_distances()
store("pictures.safetensors", {**make_inception(), **make_inception_scores(), **make_clip()})
(HERE / "scores.json").write_text(json.dumps(results, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
