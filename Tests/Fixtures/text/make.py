"""Makes the text studies' fixtures: three small random encoders, made-up files in the published layouts, and what
transformers, numpy and scipy make of them.

Pinned: Python 3.11+, torch 2.15.*, transformers 5.23.*, numpy 2.4.6, scipy 1.17.1. Run `python make.py` in this folder.
Tokenizers are those of ../tokenizers/small. Encoders are computed in double precision; every task is worked out the
long way (cosines one by one, all pairs for self-similarity, singular values for the rank), with no code of ours.
"""

import csv
import json
import re
import shutil
import tempfile
from pathlib import Path

import numpy as np
import scipy
import torch
from scipy import stats
from scipy.spatial.distance import pdist
from transformers import (
    BertConfig, BertModel, BertTokenizer, CLIPTextConfig, CLIPTextModelWithProjection, CLIPTokenizer, GPT2Config,
    GPT2Model, GPT2Tokenizer)

assert (np.__version__, scipy.__version__) == ("2.4.6", "1.17.1")
torch.set_num_threads(1)
HERE = Path(__file__).parent
generator = torch.Generator().manual_seed(2203)
rng = np.random.default_rng(7511)

# -- files in the published layouts --------------------------------------------------------------------------------

WORDS = ("man woman child dog cat bird birds tree garden portrait portraits face person hair hat smiling wearing young old "
         "black brown nice rosy cheeks earrings lipstick eyeglasses eyebrows makeup beard nose mouth reads draws sleeps "
         "watches under without into when she he they is has a the this no not two three 24 2024 naive cafe").split()


def sentence():
    words = list(rng.choice(WORDS, rng.integers(3, 12)))
    if len(words) > 6:
        words[2] += ","
    if rng.random() < 0.2:
        words[1] = '"' + words[1]
        if rng.random() < 0.6:
            words[-1] += '"'
    return " ".join(words).capitalize() + rng.choice([".", "!", ""])


def lines(name, rows, end="\n"):
    (HERE / name).write_bytes("".join(row + end for row in rows).encode())


sentences = [sentence() for _ in range(90)]
pairs = [(sentences[a], sentences[b], round(float(s), 2)) for a, b, s in zip(
    rng.integers(0, 90, 70), rng.integers(0, 90, 70), rng.uniform(0, 5, 70))]
# A quote mark at the start of a field of commas swallows what follows, lines included.
pairs[5] = ('A man,"old" and young, reads', pairs[5][1], pairs[5][2])
pairs[9] = ('The dog sleeps,"under', pairs[9][1], pairs[9][2])
pairs[12] = ('The cat,"when" it sleeps', 'A hat, " a garden', pairs[12][2])
lines("sts-test.csv", [
    "\t".join(["main", "made-up", "2026", f"{i:04}", f"{s:.3f}", a, b] + (["x", "y"] if i % 5 == 0 else []))
    for i, (a, b, s) in enumerate(pairs)])

list_of = lambda n: [(str(a), str(b), round(float(s), 2)) for a, b, s in zip(
    rng.choice(WORDS, n), rng.choice(WORDS, n), rng.uniform(0, 10, n)) if a != b]
rg, ws, sl, sv = list_of(40), list_of(50), list_of(60), list_of(70)
lines("rg65.csv", [f"{a};{b};{s}" + "  " * (i % 3 == 0) for i, (a, b, s) in enumerate(rg)])
lines("wordsim353.csv", [f"{a};{b};{s:.2f}" for a, b, s in ws])
lines("simlex999.csv", [f"{a};{b};{s}" for a, b, s in sl])
lines("SimVerb-3500.txt", [f"{a}\t{b}\tV\t{s}\tNONE" for a, b, s in sv])
lexicon = [(w, round(float(v), 2)) for w, v in zip(WORDS[:45], rng.uniform(1, 5, 45))]
lines("Bellezza_Lexicon.csv", ["word,male_pleasantness,female_pleasantness,combined_pleasantness"]
      + [f"{w},1,2,{v}" for w, v in lexicon], end="\r\n")

captions = [{"image_id": 1000 + i // 3, "id": 50 + i, "caption": s} for i, s in enumerate(sentences[:45])]
(HERE / "captions_val2014.json").write_text(json.dumps({"info": {}, "annotations": captions}) + "\n")
ids = [(int(a), int(b)) for a, b in zip(rng.integers(0, 45, 80), rng.integers(0, 45, 80)) if a != b]
ids += [(3 * i, 3 * i + 1 + i % 2) for i in range(15)]
cxc = [(a, b, round(float(s), 2)) for (a, b), s in zip(ids, rng.uniform(0, 5, len(ids)))]
lines("sts_val.csv", ["caption1,caption2,agg_score,sampling_method"] + [
    f"COCO_val2014:{50 + a},COCO_val2014:{50 + b},{s},c2c_made_up" for a, b, s in cxc])


# -- encoders ------------------------------------------------------------------------------------------------------

def randomize(model):
    with torch.no_grad():
        for name, p in sorted(model.named_parameters()):
            noise = torch.randn(p.shape, generator=generator, dtype=torch.float64).to(p.dtype)
            if ("norm" in name.lower() or "ln_" in name) and name.endswith("weight"):
                p.copy_(1 + 0.3 * noise)
            elif p.dim() < 2:
                p.copy_(0.2 * noise)
            elif "embedding" in name or "wte" in name or "wpe" in name:
                p.copy_(0.7 * noise)
            else:
                p.copy_(noise * 1.3 / p[0].numel() ** 0.5)
    return model.eval()


def small(kind):
    folder = HERE / kind
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for file in (HERE.parent / "tokenizers/small" / kind).iterdir():
        shutil.copy(file, folder)
    if kind == "bert":
        size = len((folder / "vocab.txt").read_text().splitlines())
        model = BertModel(BertConfig(
            vocab_size=size, hidden_size=20, num_hidden_layers=3, num_attention_heads=4, intermediate_size=28,
            max_position_embeddings=40, type_vocab_size=2))
    else:
        vocabulary = json.loads((folder / "vocab.json").read_text())
        end = vocabulary["<|endoftext|>"]
        if kind == "clip":
            model = CLIPTextModelWithProjection(CLIPTextConfig(
                vocab_size=len(vocabulary), hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
                intermediate_size=24, max_position_embeddings=40, projection_dim=12, hidden_act="quick_gelu",
                bos_token_id=vocabulary["<|startoftext|>"], eos_token_id=end, pad_token_id=end))
        else:
            model = GPT2Model(GPT2Config(
                vocab_size=len(vocabulary), n_embd=16, n_layer=3, n_head=2, n_positions=48, bos_token_id=end,
                eos_token_id=end))
    model = randomize(model)
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    for path in folder.iterdir():
        path.chmod(0o644)
    with tempfile.TemporaryDirectory() as other:
        shutil.copytree(folder, other, dirs_exist_ok=True)
        tokenizer = {"bert": BertTokenizer, "clip": CLIPTokenizer, "gpt2": GPT2Tokenizer}[kind].from_pretrained(other)
    return model.double(), tokenizer


class Reader:
    def __init__(self, kind):
        self.kind = kind
        self.model, self.tokenizer = small(kind)
        self.known = {}

    def ids(self, text, frame):
        inner = self.tokenizer(text, add_special_tokens=False)["input_ids"]
        if self.kind == "bert":
            start, end = self.tokenizer.cls_token_id, self.tokenizer.sep_token_id
        else:
            start, end = self.tokenizer.bos_token_id, self.tokenizer.eos_token_id
        around = frame == "framed" or (frame == "own" and self.kind != "gpt2")
        return ([start] + inner + [end], 1) if around else (inner, 0)

    def states(self, text, frame):
        """Layers [time, hidden], what the encoder puts out for each pooling, and how many tokens stand around."""
        if (text, frame) not in self.known:
            ids, around = self.ids(text, frame)
            with torch.no_grad():
                out = self.model(input_ids=torch.tensor([ids]), output_hidden_states=True)
                layers = [h[0].numpy() for h in out.hidden_states]
                if self.kind == "clip":
                    final, special = out.last_hidden_state[0].numpy(), out.text_embeds[0].numpy()
                elif self.kind == "bert":
                    final, special = out.last_hidden_state[0].numpy(), out.pooler_output[0].numpy()
                else:
                    final, special = out.last_hidden_state[0].numpy(), None
            self.known[text, frame] = layers, final, special, around
        return self.known[text, frame]

    def vectors(self, text, frame, pooling):
        """Every layer, then the output last."""
        layers, final, special, around = self.states(text, frame)
        pick = {"mean": lambda h: h.mean(0), "cls": lambda h: h[0], "eos": lambda h: h[-1],
                "last": lambda h: h[-1 - around]}
        if pooling == "probe":
            rest = pick["eos" if self.kind == "clip" else "mean"]
            return [rest(h) for h in layers] + [special if self.kind == "clip" else rest(final)]
        if pooling == "pooler":
            return [pick["cls"](h) for h in layers] + [special]
        return [pick[pooling](h) for h in layers + [final]]


def cosine(a, b):
    # Without the last bits: pairs that are alike must stay tied in the ranks.
    return float(np.round(a @ b / (np.sqrt(a @ a) * np.sqrt(b @ b)) * 2 ** 40) / 2 ** 40)


def correlations(values, gold):
    if np.ptp(values) < 1e-10:  # a causal encoder's first token says the same of every text
        return {"pearson": None, "spearman": None}
    return {"pearson": float(stats.pearsonr(values, gold)[0]), "spearman": float(stats.spearmanr(values, gold)[0])}


def similarity(reader, pairs, frame, pooling):
    rows = [(reader.vectors(a, frame, pooling), reader.vectors(b, frame, pooling)) for a, b, _ in pairs]
    gold = [s for _, _, s in pairs]
    found = [correlations([cosine(x[i], y[i]) for x, y in rows], gold) for i in range(len(rows[0][0]))]
    return {"layers": found[:-1], "output": found[-1]}


PLEASANT = ("caress,freedom,health,love,peace,cheer,friend,heaven,loyal,pleasure,diamond,gentle,honest,lucky,rainbow,diploma,"
            "gift,honor,miracle,sunrise,family,happy,laughter,paradise,vacation").split(",")
UNPLEASANT = ("abuse,crash,filth,murder,sickness,accident,death,grief,poison,stink,assault,disaster,hatred,pollute,tragedy,"
              "divorce,jail,poverty,ugly,cancer,kill,rotten,vomit,agony,prison").split(",")


def valnorm(reader, frame, pooling):
    layers = len(reader.vectors("man", frame, pooling)) - 1
    found = []
    for layer in range(layers):
        take = lambda w: reader.vectors(w, frame, pooling)[layer]
        scores = []
        for word, _ in lexicon:
            good = [cosine(take(word), take(p)) for p in PLEASANT]
            bad = [cosine(take(word), take(u)) for u in UNPLEASANT]
            scores.append(np.round((np.mean(good) - np.mean(bad)) / np.std(good + bad) * 2 ** 40) / 2 ** 40 if np.std(good + bad) > 1e-10 else np.nan)
        if np.isnan(scores).any():
            found.append({"pearson": None, "spearman": None})
            continue
        found.append(correlations(scores, [v for _, v in lexicon]))
    return found


# -- geometry ------------------------------------------------------------------------------------------------------

def self_similarity(x):
    return float(np.mean(1 - pdist(x, metric="cosine")))


def geometry(x):
    n, d = x.shape
    squares = np.sort(x ** 2, axis=1)
    share = lambda k: float(np.mean(squares[:, -k:].sum(1) / squares.sum(1)))
    largest = np.sort(x, axis=1)[:, -5:]
    centred = x - x.mean(0)
    _, singular, directions = np.linalg.svd(centred, full_matrices=False)
    p = singular / singular.sum()
    p = p[p > 0]
    variances = np.zeros(d)
    variances[:len(singular)] = singular ** 2 / (n - 1)
    normed = variances * np.sqrt(d) / np.linalg.norm(variances)
    defect = np.linalg.norm(normed - np.ones(d)) / np.sqrt(2 * (d - np.sqrt(d)))
    phi = (d - defect ** 2 * (d - np.sqrt(d))) ** 2 / d ** 2
    without = lambda k: self_similarity(centred - centred @ directions[:k].T @ directions[:k])
    spectrum = variances / variances.sum()
    return {
        "self_similarity": self_similarity(x), "top5": share(5), "top8": share(8),
        "top5_as_released": float(np.mean(np.linalg.norm(largest, axis=1)) / np.mean(np.linalg.norm(x, axis=1))),
        "effective_rank": float(np.exp(-(p * np.log(p)).sum())), "iso_score": float((d * phi - 1) / (d - 1)),
        "spectrum": spectrum[:20].tolist(), "components_for_90": int(np.argmax(np.cumsum(spectrum) >= 0.9) + 1),
        "self_similarity_centred": self_similarity(centred), "self_similarity_without_top1": without(1),
        "self_similarity_without_top5": without(5)}


def contextual_words(reader, texts):
    """The last token of every run of letters, by the tokenizer's own account of where tokens end."""
    layers = None
    for text in texts:
        states, _, _, around = reader.states(text, "own")
        offsets = reader.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)["offset_mapping"]
        for word in re.finditer(r"[^\W\d_]+", text):
            at = [i for i, (_, end) in enumerate(offsets) if end == word.end()]
            assert at, (text, word)
            vectors = [h[at[-1] + around] for h in states]
            layers = [[] for _ in vectors] if layers is None else layers
            for layer, vector in zip(layers, vectors):
                layer.append(vector)
    return [np.array(layer) for layer in layers]


# -- everything ----------------------------------------------------------------------------------------------------

with open(HERE / "sts-test.csv", newline=None) as file:
    joined = ["".join(row).split("\t")[4:7] for row in csv.reader(file)]
released = [(a, b, float(s)) for s, a, b in joined]
unique = list(dict.fromkeys([a for a, _, _ in pairs] + [b for _, b, _ in pairs]))
text = lambda i: captions[i]["caption"]
language = [(text(a), text(b), s) for a, b, s in cxc]
vision = [(text(a), text(b), float(a // 3 == b // 3)) for a, b, s in cxc]
VARIANTS = {"word": ("own", "last"), "eos": ("framed", "eos"), "bos-eos": ("framed", "last"), "plain": ("bare", "last")}

expected = {"released_pairs": len(released), "released_sentences": len({t for a, b, _ in released for t in (a, b)}),
            "models": {}}
for kind in ["bert", "clip", "gpt2"]:
    reader = Reader(kind)
    poolings = ["mean", "cls", "eos", "last", "probe"] + (["pooler"] if kind == "bert" else [])
    out = {"similarity": {}, "words": {}, "geometry": {}}
    for pooling in poolings:
        frame = "framed" if pooling == "eos" else "own"
        out["similarity"]["sts-b " + pooling] = similarity(reader, pairs, frame, pooling)
    for name, material in [("sts-l", language), ("sts-v", vision)]:
        out["similarity"][name + " mean"] = similarity(reader, material, "own", "mean")
    out["similarity"]["released eos"] = similarity(reader, released, "framed", "eos")
    for variant, (frame, pooling) in VARIANTS.items():
        for name, material in [("rg65", rg), ("ws353", ws), ("simlex999", sl), ("simverb3500", sv)]:
            out["words"][f"{name} {variant}"] = similarity(reader, material, frame, pooling)["layers"]
        out["words"][f"valnorm {variant}"] = valnorm(reader, frame, pooling)
    rows = [reader.vectors(t, "framed", "eos")[:-1] for t in unique]
    out["geometry"]["sentences"] = [geometry(np.array([r[i] for r in rows])) for i in range(len(rows[0]))]
    words = contextual_words(reader, unique)
    out["geometry"]["words"] = [geometry(layer) for layer in words]
    out["geometry"]["words_count"] = len(words[0])
    expected["models"][kind] = out

(HERE / "expected.json").write_text(json.dumps(expected, separators=(",", ":")) + "\n")
print("pairs as released:", len(released), "of", len(pairs))
