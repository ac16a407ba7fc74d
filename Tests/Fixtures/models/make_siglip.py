"""A small random SigLIP checkpoint with unusual sizes and a tokenizer of its own, and what transformers makes of them.

Requirements: torch==2.13.*, transformers==5.24.*, tokenizers==0.23.*, sentencepiece==0.2.*, safetensors==0.8.*
Run in this folder: python make_siglip.py

The folder siglip gets config.json, model.safetensors, tokenizer.json, tokenizer_config.json, preprocessor_config.json,
expected.safetensors (outputs computed in double precision) and expected.json (texts and their ids). The tokenizer is a
SentencePiece Unigram model trained on ../tokenizers, with the normalizer of google/siglip's tokenizer.json:
lower case, punctuation dropped, white space collapsed and stripped, SentencePiece's own table (nmt_nfkc).
"""

import io
import json
import re
import shutil
import string
import tempfile
from pathlib import Path

import sentencepiece
import torch
from safetensors.torch import save_file
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import SiglipConfig, SiglipModel, SiglipTokenizer
from transformers.utils import sentencepiece_model_pb2_new as pb2

torch.set_num_threads(1)
HERE = Path(__file__).resolve().parent
FOLDER = HERE / "siglip"
generator = torch.Generator().manual_seed(23)


def randomize(model):
    with torch.no_grad():
        for name, p in sorted(model.named_parameters()):
            noise = torch.randn(p.shape, generator=generator)
            if name == "logit_scale":
                p.fill_(1.7)
            elif name == "logit_bias":
                p.fill_(-2.3)
            elif "norm" in name.lower() and name.endswith("weight"):
                p.copy_(1 + 0.3 * noise)
            elif p.dim() < 2:
                p.copy_(0.2 * noise)
            elif "embedding" in name and "patch" not in name:
                p.copy_(0.7 * noise)
            elif name.endswith("probe"):
                p.copy_(noise)
            else:
                p.copy_(noise * 1.3 / p[0].numel() ** 0.5)
    return model.eval()


# The tokenizer, with <pad>, </s> and <unk> where google/siglip has them.
captions = (HERE.parent / "tokenizers" / "captions.txt").read_text().splitlines()
corpus = [line["unit"] * line["times"] for line in json.loads((HERE.parent / "tokenizers" / "corpus.json").read_text())]
trained = io.BytesIO()
sentencepiece.SentencePieceTrainer.train(
    sentence_iterator=iter([t.lower() for t in captions + corpus if len(t) < 500]), model_writer=trained, model_type="unigram", vocab_size=1001,
    hard_vocab_limit=False, character_coverage=0.98, pad_id=0, eos_id=1, unk_id=2, bos_id=-1, normalization_rule_name="nmt_nfkc",
    add_dummy_prefix=False, num_threads=1, minloglevel=2,
)
proto = pb2.ModelProto()
proto.ParseFromString(trained.getvalue())
pieces = [(p.piece, p.score) for p in proto.pieces]
steps = [
    normalizers.Lowercase(),
    normalizers.Replace(Regex(f"[{re.escape(string.punctuation)}]"), ""),
    normalizers.Replace(Regex(r"\s+"), " "),
    normalizers.Strip(),
    normalizers.Precompiled(proto.normalizer_spec.precompiled_charsmap),
    normalizers.Replace(Regex(" {2,}"), " "),
]
fast = Tokenizer(models.Unigram(pieces, unk_id=2, byte_fallback=False))
fast.normalizer = normalizers.Sequence(steps)
fast.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
fast.post_processor = processors.TemplateProcessing(single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 1)])
fast.add_special_tokens(["</s>", "<unk>"])

shutil.rmtree(FOLDER, ignore_errors=True)
text = dict(
    vocab_size=len(pieces), hidden_size=36, num_attention_heads=3, num_hidden_layers=3, intermediate_size=52,
    max_position_embeddings=19, projection_size=28, pad_token_id=1,
)
vision = dict(
    hidden_size=28, num_attention_heads=4, num_hidden_layers=2, intermediate_size=44, image_size=30, patch_size=7,
)
model = randomize(SiglipModel(SiglipConfig(text_config=text, vision_config=vision)))
model.save_pretrained(FOLDER)
(FOLDER / "tokenizer.json").write_text(json.dumps(json.loads(fast.to_str()), ensure_ascii=False))
(FOLDER / "tokenizer_config.json").write_text(json.dumps({
    "tokenizer_class": "SiglipTokenizer", "model_max_length": 19, "do_lower_case": True, "pad_token": "</s>",
    "eos_token": "</s>", "unk_token": "<unk>",
}, indent=2) + "\n")
(FOLDER / "preprocessor_config.json").write_text(json.dumps({
    "image_processor_type": "SiglipImageProcessor", "do_resize": True, "do_rescale": True, "do_normalize": True,
    "size": {"height": 30, "width": 30}, "resample": 3, "image_mean": [0.5] * 3, "image_std": [0.5] * 3,
}, indent=2) + "\n")

# Outputs in double precision, captions padded to all 19 positions.
exact = SiglipModel(model.config).double().eval()
exact.load_state_dict(model.state_dict())


def tokens(count):
    return torch.randint(3, len(pieces), (count,), generator=generator).tolist() + [1]


def padded(rows, width):
    return torch.tensor([r + [1] * (width - len(r)) for r in rows])


with torch.no_grad():
    rows = [tokens(n) for n in (5, 16, 0, 11)]
    full = [tokens(18)]
    images = torch.randn(3, 3, 30, 30, generator=generator, dtype=torch.float64)
    ids = padded(rows, 19)
    read = exact.text_model(ids, output_hidden_states=True)
    seen = exact.vision_model(images, output_hidden_states=True)
    assert len(read.hidden_states) == 4 and len(seen.hidden_states) == 3
    both = exact(input_ids=ids, pixel_values=images)
    top = read.last_hidden_state
    lengths = torch.tensor([len(r) for r in rows])
    expected = {
        "ids": padded(rows, 17), "lengths": lengths, "images": images,
        **{f"hidden.{i}": s[:, :17] for i, s in enumerate(read.hidden_states)},
        **{f"last.{i}": s[:, -1] for i, s in enumerate(read.hidden_states)},
        **{f"seen.{i}": s for i, s in enumerate(seen.hidden_states)},
        "text_embeds": read.pooler_output, "image_embeds": seen.pooler_output,
        "mean": torch.stack([top[i, :n].mean(0) for i, n in enumerate(lengths)]),
        "eos": torch.stack([top[i, n - 1] for i, n in enumerate(lengths)]),
        "logits": both.logits_per_image, "probabilities": torch.sigmoid(both.logits_per_image),
        "full": torch.tensor(full), "full_embeds": exact.text_model(torch.tensor(full)).pooler_output,
    }
stored = {k: (v.float() if v.is_floating_point() else v.int()).contiguous().clone() for k, v in expected.items()}
save_file(stored, FOLDER / "expected.safetensors")

# Texts, and the same with bytes in place of what is unknown, which shows what the table makes of every character.
texts = captions + [
    "", " ", "a", "A man, a DOG - and (perhaps) a cat!", "  two   blanks\tand\na line ", "▁marked▁ text ▁▁ twice",
    "ﬁne ﬂowers ½ cup № 5 ™ ㎏ Å Ａ Ｂ", "cafe\u0301 café naïve", "e\u0301\u0323 q\u0307\u0323 o\u0308\u0301\u0302\u0303",
    "한국어 \u1112\u1161\u11ab 日本語 ｶﾞ ガ", "👩‍👩‍👧 👍🏽 🇩🇪 ❤️", "zero\u200bwidth\u200djoin soft\u00adhyphen\ufeff",
    "\u0000nul \u0001 \u007f \u0085 next", "i\u0307 İstanbul ΣΑΣ ẞ", "a</s>b <unk> c </s>", "<pad> <0x41>", "ﷺ \ufdfa",
    "क्षि த்த \u0e33 กำ", "...", "!?", "x" * 60, "zqxj " * 12, "\r\n\r\n a\r\nb", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𝟙𝟚", "\u3000wide\u2003spaces\u2028",
]
with tempfile.TemporaryDirectory() as place:
    path = Path(place) / "spiece.model"
    path.write_bytes(trained.getvalue())
    slow = SiglipTokenizer(str(path))
    same = sum(slow(t)["input_ids"] == fast.encode(t).ids for t in captions)
    print(f"{same} of {len(captions)} captions have the same ids from spiece.model")
byte_pieces = [["<unk>", 0.0]] + [[f"<0x{b:02X}>", -9.0 - b / 64] for b in range(256)]
byte_pieces += [["▁", -3.25], ["a", -2.5], ["b", -2.5], ["ab", -4.75], ["▁a", -5.75], ["é", -3.0], ["▁ab", -8.0], ["ba", -5.0]]
whole = json.loads(fast.to_str())
whole["model"] = {"type": "Unigram", "unk_id": 0, "byte_fallback": True, "vocab": byte_pieces}
whole["normalizer"] = whole["normalizer"]["normalizers"][4]
whole["pre_tokenizer"] = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "never", "split": False}
whole["added_tokens"], whole["post_processor"] = [], None
spelling = Tokenizer.from_str(json.dumps(whole))
blocks = [b for b in range(0, 0x30000, 256) if not 0xD800 <= b < 0xE000]


def digest(ids):
    """FNV-1a of the ids as 32-bit numbers."""
    value = 0xCBF29CE484222325
    for i in ids:
        value = ((value ^ i) * 0x100000001B3) % (1 << 64)
    return f"{value:016x}"


(FOLDER / "expected.json").write_text(json.dumps({
    "texts": texts, "ids": [fast.encode(t).ids for t in texts], "byte_pieces": byte_pieces,
    "byte_ids": [spelling.encode(t).ids for t in texts[len(captions):]],
    "captions": len(captions), "corpus": [digest(fast.encode(t).ids) for t in corpus],
    "byte_corpus": [digest(spelling.encode(t).ids) for t in corpus], "blocks": blocks,
    "digests": [digest(spelling.encode("\n".join(chr(b + i) for i in range(256))).ids) for b in blocks],
}, ensure_ascii=False) + "\n")
for path in FOLDER.iterdir():
    path.chmod(0o644)
print({p.name: p.stat().st_size for p in FOLDER.iterdir()})
