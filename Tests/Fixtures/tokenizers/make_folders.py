"""Makes folders.json: what AutoTokenizer makes of many small folders that say the same thing in many places.

    python make_folders.py

Made with Python 3.11, transformers 5.24, tokenizers 0.23.3. Each case is a folder: names of files and their texts, in
which @NAME@ stands for one of the "parts" (whose own parts come before them), and the ids of TEXTS, or an error where
the original gives up.
"""

import itertools
import json
import os
import tempfile
from pathlib import Path

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["TRANSFORMERS_VERBOSITY"] = "critical"

import tokenizers
import transformers
from transformers import AutoTokenizer

HERE = Path(__file__).parent

TEXTS = [
    "x[E1]y", "a [NEW] b [new]", "Caf\u00e9s \u4e2d\u6587 [MASK]  <mask> cat", "\tcat", "[Z] </s> [CLS]<|endoftext|> cat cat cat cat",
    "x [E1] <s>  [NEW]y",
]


def characters(text):
    return sorted(set(text))


# MARK: Parts

PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[E1]", "<s>", "<pad>", "</s>", "<unk>", "<mask>"]
PIECES += [c for c in "abcefnswxyzACEMNUWZ1[]<>/|\u00e9\u4e2d\u6587"] + ["##" + c for c in "abcefnswxyz1\u6587"] + ["cat", "caf\u00e9", "cafe", "Caf\u00e9", "mask", "new"]
kept = [*range(0x21, 0x7f), *range(0xa1, 0xad), *range(0xae, 0x100)]
SYMBOLS = [chr(b) for b in kept] + [chr(0x100 + n) for n in range(256 - len(kept))]
BYTES = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", "[E1]"] + SYMBOLS + ["ca", "cat", "\u0120cat", "<|endoftext|>"]
BYTE_MERGES = ["c a", "ca t", "\u0120 cat"]
CLIP = SYMBOLS + [s + "</w>" for s in SYMBOLS] + ["ca", "cat</w>", "[E1]", "<|startoftext|>", "<|endoftext|>"]
CLIP_MERGES = ["c a", "ca t</w>"]


def dump(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def numbered(pieces):
    return {piece: n for n, piece in enumerate(pieces)}


def bpe(pieces, merges, **more):
    return dump({"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": "", "end_of_word_suffix": "",
                 "fuse_unk": False, "byte_fallback": False, **more, "vocab": numbered(pieces), "merges": merges})


def wordpiece(pieces):
    return dump({"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
                 "vocab": numbered(pieces)})


PARTS = {
    "pieces": "".join(p + "\n" for p in PIECES), "wordpiece": wordpiece(PIECES),
    "short": wordpiece(PIECES).replace(':100', ':2'),
    "bytes": dump(numbered(BYTES)), "byte-merges": "#version: 0.2\n" + "".join(m + "\n" for m in BYTE_MERGES), "byte-pairs": bpe(BYTES, BYTE_MERGES),
    "clip": dump(numbered(CLIP)), "clip-merges": "#version: 0.2\n" + "".join(m + "\n" for m in CLIP_MERGES),
    "clip-pairs": bpe(CLIP, CLIP_MERGES, unk_token="<|endoftext|>", end_of_word_suffix="</w>"),
}


def flags(content, **more):
    return {"content": content, "lstrip": False, "normalized": False, "rstrip": False, "single_word": False, "special": True, **more}


def marked(content, **more):
    return {"__type": "AddedToken", **flags(content, **more)}


def plain(content, **more):
    token = flags(content, **more)
    del token["special"]
    return token


def document(model, added, normalizer, pre_tokenizer, post_processor, **more):
    """tokenizer.json, with the model left out."""
    text = dump({"version": "1.0", "truncation": None, "padding": None, "added_tokens": added, "normalizer": normalizer,
                 "pre_tokenizer": pre_tokenizer, "post_processor": post_processor, "decoder": None, **more})
    return text[:-1] + f',"model":@{model}@}}'


def bert_normalizer(**more):
    return {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True, **more}


def byte_level(**more):
    return {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True, **more}


def template(start, end, ids):
    return {"type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": start, "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": end, "type_id": 0}}],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {t: {"id": t, "ids": [ids.index(t)], "tokens": [t]} for t in (start, end)}}


def added(pieces, names):
    return [{"id": pieces.index(n), **flags(n)} for n in names]


BERT_NAMES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
ROBERTA_NAMES = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]


def bert_json(normalizer=None, names=BERT_NAMES, start="[CLS]", end="[SEP]", **more):
    return document("wordpiece", added(PIECES, names), normalizer or bert_normalizer(), {"type": "BertPreTokenizer"}, template(start, end, PIECES), **more)


def gpt2_json(post=None, prefix=False, **more):
    return document("byte-pairs", added(BYTES, ["<|endoftext|>"]), None, byte_level(add_prefix_space=prefix), post, **more)


def roberta_json(prefix=False, **more):
    post = {"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0], "trim_offsets": True, "add_prefix_space": prefix}
    return document("byte-pairs", added(BYTES, ROBERTA_NAMES), None, byte_level(add_prefix_space=prefix), post, **more)


def clip_json(**more):
    split = {"type": "Split", "pattern": {"Regex": r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"}, "behavior": "Removed", "invert": True}
    normalizer = {"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Replace", "pattern": {"Regex": r"\s+"}, "content": " "}, {"type": "Lowercase"}]}
    start, end = "<|startoftext|>", "<|endoftext|>"
    post = {"type": "RobertaProcessing", "sep": [end, CLIP.index(end)], "cls": [start, CLIP.index(start)], "trim_offsets": False, "add_prefix_space": False}
    return document("clip-pairs", added(CLIP, [start, end]), normalizer, {"type": "Sequence", "pretokenizers": [split, byte_level()]}, post, **more)


def model(kind):
    return {"config.json": dump({"model_type": kind})}


def settings(**more):
    return {"tokenizer_config.json": dump(more)}


LAYOUTS = {
    "bert": {"vocab.txt": "@pieces@", **model("bert")},
    "bert.json": {"tokenizer.json": bert_json(), **model("bert")},
    "fast.json": {"tokenizer.json": bert_json()},
    "mpnet": {"vocab.txt": "@pieces@", **model("mpnet")},
    "gpt2": {"vocab.json": "@bytes@", "merges.txt": "@byte-merges@", **model("gpt2")},
    "gpt2.json": {"tokenizer.json": gpt2_json(), **model("gpt2")},
    "roberta": {"vocab.json": "@bytes@", "merges.txt": "@byte-merges@", **model("roberta")},
    "roberta.json": {"tokenizer.json": roberta_json(), **model("roberta")},
    "clip": {"vocab.json": "@clip@", "merges.txt": "@clip-merges@", **model("clip")},
    "clip.json": {"tokenizer.json": clip_json(), **model("clip")},
}
CASES = {}


def case(name, layout, **files):
    """Files with a name of Python's; tokenizer_config and special_tokens_map are given as values."""
    names = {"config": "tokenizer_config.json", "map": "special_tokens_map.json", "added": "added_tokens.json", "file": "tokenizer.json", "model": "config.json"}
    contents = dict(LAYOUTS[layout])
    if layout == "fast.json":
        contents.update(settings(tokenizer_class="PreTrainedTokenizerFast"))
    for key, value in files.items():
        if value is None:
            contents.pop(names[key], None)
            continue
        if key == "config" and layout == "fast.json":
            value = {"tokenizer_class": "PreTrainedTokenizerFast", **value}
        contents[names[key]] = value if isinstance(value, str) else dump(value)
    assert f"{layout}: {name}" not in CASES, name
    CASES[f"{layout}: {name}"] = contents


# MARK: Special tokens (who names them, where, in which shape)

def special_cases(layout, next_id):
    def add(name, **files):
        case(name, layout, **files)

    both = ["[E1]", "[NEW]"]
    add("nothing else")
    for key in ("additional_special_tokens", "extra_special_tokens"):
        add(f"settings, {key}", config={key: both})
        add(f"settings, {key}, objects", config={key: [marked("[E1]", lstrip=True), marked("[NEW]", rstrip=True)]})
        add(f"settings, {key}, plain objects", config={key: [flags(t) for t in both]})
        add(f"map, {key}", map={key: both})
        add(f"map, {key}, objects", map={key: [plain(t) for t in both]})
        add(f"map, {key}, object", map={key: {"image_token": "[NEW]", "e": "[E1]"}})
        add(f"settings, {key}, object", config={key: {"image_token": "[NEW]", "e": "[E1]"}})
    add("settings, both lists", config={"additional_special_tokens": ["[Z]"], "extra_special_tokens": both})
    add("settings and map, additional", config={"additional_special_tokens": ["[Z]"]}, map={"additional_special_tokens": both})
    add("settings and map, extra", config={"extra_special_tokens": ["[Z]"]}, map={"extra_special_tokens": both})
    add("settings and map, additional and extra", config={"additional_special_tokens": ["[Z]"]}, map={"extra_special_tokens": both})
    add("settings, a name of its own", config={"image_token": "[NEW]", "e_token": "[E1]"})
    add("settings, a name of its own, object", config={"image_token": marked("[NEW]"), "e_token": marked("[E1]")})
    add("settings, names with values", config={"model_specific_special_tokens": {"image_token": "[NEW]"}})
    add("map, a name of its own", map={"image_token": "[NEW]", "e_token": plain("[E1]")})
    add("decoder", config={"added_tokens_decoder": {"5": flags("[E1]"), str(next_id): flags("[NEW]")}})
    add("decoder, not special", config={"added_tokens_decoder": {"5": flags("[E1]", special=False, normalized=True), str(next_id): flags("[new]", special=False, normalized=True)}})
    add("decoder with holes", config={"added_tokens_decoder": {str(next_id + 50): flags("[Z]"), str(next_id + 7): flags("[NEW]"), str(next_id + 7000000): flags("[new]")}})
    add("decoder and lists", config={"added_tokens_decoder": {str(next_id): flags("[NEW]")}, "additional_special_tokens": ["[Z]", "[NEW]"]}, map={"additional_special_tokens": ["[E1]"]})
    add("added_tokens.json", added={"[NEW]": next_id, "[Z]": next_id + 1, "[E1]": 5})
    add("added_tokens.json, other order and holes", added={"[NEW]": next_id + 9, "[Z]": next_id + 3})
    add("added_tokens.json and map", added={"[NEW]": next_id, "[Q]": next_id + 1}, map={"additional_special_tokens": ["[NEW]", "[Z]"]})
    add("added_tokens.json and decoder", added={"[NEW]": next_id}, config={"added_tokens_decoder": {str(next_id): flags("[Z]")}})
    add("a role that the vocabulary lacks", config={"pad_token": "[NEW]", "mask_token": "[Z]"})
    add("roles of other families", config={"bos_token": "[NEW]", "eos_token": "[Z]", "cls_token": "[E1]", "sep_token": "[new]"})
    add("roles in both", config={"mask_token": "[Z]"}, map={"mask_token": plain("[NEW]", lstrip=True)})
    add("a role as object", config={"mask_token": marked("[NEW]", lstrip=True, rstrip=True)})
    add("normalised and whole words", config={"extra_special_tokens": [marked("[NEW]", normalized=True, special=False), marked("x", single_word=True)]})
    add("a role without value", config={"mask_token": None, "extra_special_tokens": None, "additional_special_tokens": []})


# MARK: Flags

def flag_cases():
    classes = {"class": {"tokenizer_class": "BertTokenizer"}, "fast class": {"tokenizer_class": "BertTokenizerFast"}, "model": {}, "other": {"tokenizer_class": "PreTrainedTokenizerFast"}}
    for (who, given), in_file, flag in itertools.product(classes.items(), (True, False), (None, True, False)):
        config = {**given, **({} if flag is None else {"do_lower_case": flag})}
        case(f"{who}, lowercase {in_file}, do_lower_case {flag}", "bert.json", file=bert_json(bert_normalizer(lowercase=in_file)), config=config)
    for (who, given), in_file, flag in itertools.product(list(classes.items())[0::3], (None, True, False), (None, True, False)):
        config = {**given, "do_lower_case": False, **({} if flag is None else {"strip_accents": flag})}
        case(f"{who}, strip_accents {in_file}, {flag}", "bert.json", file=bert_json(bert_normalizer(lowercase=False, strip_accents=in_file)), config=config)
    for (who, given), in_file, flag in itertools.product(list(classes.items())[0::3], (True, False), (None, True, False)):
        config = {**given, **({} if flag is None else {"tokenize_chinese_chars": flag})}
        case(f"{who}, chinese {in_file}, {flag}", "bert.json", file=bert_json(bert_normalizer(handle_chinese_chars=in_file)), config=config)
    for who, given in list(classes.items())[0::3]:
        decoder = {"4": flags("[MASK]", lstrip=True, rstrip=True), "1": flags("[UNK]"), "90": flags("[NEW]", special=False)}
        case(f"{who}, other flags in the settings", "bert.json", config={**given, "added_tokens_decoder": decoder})
        case(f"{who}, added tokens in three places", "bert.json", file=bert_json(names=["[MASK]", "[E1]"]), config={**given, "mask_token": "[NEW]", "image_token": "[Z]"}, added={"[new]": 77})
        case(f"{who}, no normalizer", "bert.json", file=bert_json({"type": "Sequence", "normalizers": []}), config=given)
        case(f"{who}, other added tokens", "bert.json", file=bert_json(names=["[MASK]"]), config=given)
        case(f"{who}, other template", "bert.json", file=bert_json(start="<s>", end="</s>"), config=given)
        case(f"{who}, other marks named", "bert.json", file=bert_json(), config={**given, "cls_token": "<s>", "sep_token": "</s>"})
        case(f"{who}, shorter words", "bert.json", file=bert_json().replace("@wordpiece@", "@short@"), config=given)
    case("no settings, no model", "bert.json", model=None)
    case("class, no model", "bert.json", model=None, config={"tokenizer_class": "BertTokenizer", "do_lower_case": False})
    for layout in ("bert", "mpnet"):
        for flag in ({"do_lower_case": False}, {"strip_accents": False}, {"do_lower_case": False, "strip_accents": True}, {"tokenize_chinese_chars": False}, {"do_lower_case": None}):
            case(f"flags {dump(flag)}", layout, config=flag)

    around = template("<s>", "</s>", BYTES)
    for (add_bos, add_eos) in itertools.product((None, True, False), repeat=2):
        config = {k: v for k, v in (("add_bos_token", add_bos), ("add_eos_token", add_eos)) if v is not None}
        for layout in ("gpt2", "gpt2.json", "roberta", "clip", "bert", "fast.json"):
            case(f"bos {add_bos}, eos {add_eos}", layout, config=config)
        case(f"with ByteLevel, bos {add_bos}, eos {add_eos}", "gpt2.json", file=gpt2_json(byte_level(trim_offsets=False)), config=config)
        case(f"with template, bos {add_bos}, eos {add_eos}", "gpt2.json", file=gpt2_json(around), config=config)
        case(f"other class, bos {add_bos}, eos {add_eos}", "gpt2.json", config={**config, "tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<s>", "eos_token": "</s>"})
    case("add_bos_token without class and model", "gpt2.json", model=None, config={"add_bos_token": True, "tokenizer_class": "GPT2Tokenizer"})
    case("bos named, bos True", "gpt2", config={"add_bos_token": True, "bos_token": "<s>", "eos_token": "</s>"})

    for in_file, flag in itertools.product((True, False), (None, True, False)):
        config = {} if flag is None else {"add_prefix_space": flag}
        case(f"add_prefix_space {in_file}, {flag}", "gpt2.json", file=gpt2_json(prefix=in_file), config=config)
        case(f"add_prefix_space {in_file}, {flag}", "roberta.json", file=roberta_json(prefix=in_file), config=config)
        case(f"other class, add_prefix_space {in_file}, {flag}", "gpt2.json", file=gpt2_json(prefix=in_file), config={**config, "tokenizer_class": "PreTrainedTokenizerFast"})
    for layout in ("gpt2", "roberta", "clip"):
        case("add_prefix_space True", layout, config={"add_prefix_space": True})

    for layout in LAYOUTS:
        case("split_special_tokens", layout, config={"split_special_tokens": True, "extra_special_tokens": ["[NEW]"]})
        case("split_special_tokens, ordinary tokens", layout, config={"split_special_tokens": True, "added_tokens_decoder": {"900": flags("[NEW]", special=False), "901": flags("[Z]", special=True)}})
        case("truncation_side left", layout, config={"truncation_side": "left"})
    cut = {"direction": "Left", "max_length": 6, "strategy": "LongestFirst", "stride": 0}
    case("truncation in the file", "fast.json", file=bert_json(truncation=cut))
    case("truncation in the file", "bert.json", file=bert_json(truncation=cut))
    case("truncation in the file, side right", "fast.json", file=bert_json(truncation=cut), config={"truncation_side": "right"})
    case("truncation in the file, side right", "bert.json", file=bert_json(truncation=cut), config={"truncation_side": "right"})


# MARK: Classes

def class_cases():
    groups = {
        "bert": ["BertTokenizer", "DistilBertTokenizer", "ElectraTokenizer", "MobileBertTokenizer", "SqueezeBertTokenizer", "ConvBertTokenizer", "LayoutLMTokenizer", "LxmertTokenizer", "FunnelTokenizer", "MPNetTokenizer", "RetriBertTokenizer"],
        "gpt2": ["GPT2Tokenizer", "CodeGenTokenizer", "RobertaTokenizer", "BartTokenizer", "LongformerTokenizer", "LEDTokenizer", "MvpTokenizer", "CLIPTokenizer"],
        "clip": ["CLIPTokenizer", "GPT2Tokenizer"],
    }
    for layout, names in groups.items():
        for name in names:
            for suffix in ("", "Fast"):
                case(f"class {name}{suffix}", layout, config={"tokenizer_class": name + suffix})
    for layout, names in {"bert.json": ["BertTokenizer", "DistilBertTokenizerFast", "MPNetTokenizer", "TokenizersBackend", "PreTrainedTokenizerFast"], "gpt2.json": ["GPT2TokenizerFast", "RobertaTokenizerFast", "PreTrainedTokenizerFast"],
                          "roberta.json": ["RobertaTokenizerFast", "GPT2Tokenizer", "BartTokenizer"], "clip.json": ["CLIPTokenizerFast", "PreTrainedTokenizerFast"]}.items():
        for name in names:
            case(f"class {name}", layout, config={"tokenizer_class": name, "mask_token": "[NEW]"})
    for lines in ("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\u00a0\n\n\n\u3000\nx \n##y\u2028\ncat\r\ncat\n", "[UNK]\nx\n##y\na"):
        contents = {"vocab.txt": lines, **model("bert"), **settings(extra_special_tokens=["[NEW]"])}
        CASES[f"vocab.txt with blanks, {len(lines)}"] = contents
    CASES["vocab.json with holes"] = {"vocab.json": dump({**numbered(BYTES), "\u0120x": 900, "z": 400}), "merges.txt": "@byte-merges@", **model("gpt2"), **settings(extra_special_tokens=["[NEW]"])}
    case("class in config.json", "gpt2", model={"model_type": "gpt2", "tokenizer_class": "RobertaTokenizer"})
    case("class in both", "gpt2", model={"model_type": "gpt2", "tokenizer_class": "RobertaTokenizer"}, config={"tokenizer_class": "GPT2Tokenizer"})
    for kind in ("distilbert", "electra", "mobilebert", "squeezebert", "convbert", "layoutlm", "mpnet", "vilt", "visual_bert", "megatron-bert", "ernie", "blip", "align", "chinese_clip", "flava"):
        case(f"model {kind}", "bert", model={"model_type": kind})
    for kind in ("roberta", "bart", "longformer", "data2vec-text", "xlm-roberta", "bridgetower", "clap", "gpt_neo", "gptj", "opt"):
        case(f"model {kind}", "gpt2", model={"model_type": kind})
    for kind in ("clipseg", "owlvit", "groupvit", "clip_text_model", "xclip"):
        case(f"model {kind}", "clip", model={"model_type": kind})
    for layout in ("bert", "gpt2", "clip", "bert.json", "gpt2.json", "clip.json", "roberta.json"):
        case("no model", layout, model=None)
        case("model without type", layout, model={})


def answer(files):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            for part, content in PARTS.items():
                text = text.replace(f"@{part}@", content)
            (Path(folder) / name).write_text(text, encoding="utf-8")
        try:
            tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            return {"ids": [tokenizer(t)["input_ids"] for t in TEXTS], "cut": tokenizer(TEXTS[4], truncation=True, max_length=8)["input_ids"]}
        except Exception as error:
            return {"error": f"{type(error).__name__}: {error}".split("\n")[0][:120]}


def main():
    sizes = {"bert": len(PIECES), "gpt2": len(BYTES), "clip": len(CLIP)}
    for layout, size in (("bert", "bert"), ("bert.json", "bert"), ("fast.json", "bert"), ("mpnet", "bert"), ("gpt2", "gpt2"), ("roberta.json", "gpt2"), ("clip", "clip")):
        special_cases(layout, sizes[size])
    flag_cases()
    class_cases()
    # Long texts that many folders share are parts too.
    answers = [answer(files) for files in CASES.values()]
    for files in CASES.values():
        for name, text in files.items():
            if len(text) > 120:
                part = next((p for p, t in PARTS.items() if t == text), None) or f"file {len(PARTS)}"
                PARTS[part] = text
                files[name] = f"@{part}@"
    lines = [dump({"name": name, "files": files, **found}) for (name, files), found in zip(CASES.items(), answers)]
    head = dump({"made with": {"tokenizers": tokenizers.__version__, "transformers": transformers.__version__}, "parts": PARTS, "texts": TEXTS})
    (HERE / "folders.json").write_text(head[:-1] + ',"cases":[\n' + ",\n".join(lines) + "\n]}\n", encoding="utf-8")


main()
