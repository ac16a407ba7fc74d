"""Makes the tokenizer fixtures: what Hugging Face says the ids of a difficult corpus are.

    python make.py [--data FOLDER] [--fuzz COUNT --out FOLDER]

Made with Python 3.11, tokenizers 0.23.3, transformers 5.23 (its tokenizers are all "fast").
--data names the folder of the real vocabularies (bert-base-uncased-vocab.txt, gpt2-encoder.json.gz, ...): with it
real.json is made too. --fuzz writes a far larger random corpus and its ids to another folder, for a check by hand:
SYNESTHESIA_TOKENIZER_FUZZ=FOLDER swift test -c release --filter TokenizersTests.
"""

import argparse
import gzip
import json
import os
import random
import tempfile
from pathlib import Path

os.environ["TOKENIZERS_PARALLELISM"] = "false"

import tokenizers
import transformers
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

HERE = Path(__file__).parent

# Text for the small vocabularies; ours.
TRAINING = """
The woman has wavy hair, brown hair, and a pointy nose. She is wearing heavy makeup and lipstick.
This man is young and smiling; he has bushy eyebrows, a goatee and straight black hair.
He doesn't wear a hat. They're wearing eyeglasses, she's wearing earrings, we've seen 12 portraits in 2024.
The person's cheeks are rosy. I'll draw 100 faces, you'd draw 365. Isn't it nice? Let's begin!
A child sits under an old tree and reads; the dog sleeps, the cat watches the birds in the garden.
Café, naïve, jalapeño, Zürich, Übung, fjord, smørrebrød, Łódź, Ελλάδα, Москва, 東京, 日本語, 서울, 🙂🙂 ❤️.
Nothing is lost when words are cut into pieces; nothing is gained when pieces are glued without care.
""".strip().split("\n")

# Printed with escapes in corpus.json, so that no editor normalises it.
CORPUS = [
    "", " ", "   ", "\t", "\n", "\r\n", " \t\r\n \u00a0\u3000", "a", "A", "!", "'", "\u0301", "\u0301\u0302", "a\u0301",
    "Hello, world!", "The woman has wavy hair, brown hair, and pointy nose. She is wearing heavy makeup.",
    "  leading and trailing  ", "two  blanks   three", "tab\tand\nline\r\nreturn\rend", "line one\r\n\r\nline two\n\n\n",
    "caf\u00e9", "cafe\u0301", "CAF\u00c9", "CAFE\u0301", "\u212bngstr\u00f6m \u00c5ngstr\u00f6m A\u030angstro\u0308m",
    "\u1e9b\u0323 \u017f\u0323\u0307", "\uac00\u1100\u1161 \u1112\u1161\u11ab", "\u0f73\u0f75\u0f81", "q\u0307\u0323 q\u0323\u0307",
    "x\u0308\u0301\u0323\u0327y", "\u0958\u0915\u093c", "\u2126 \u03a9 \u1fef ` \u037e ;", "\u212a K",
    "\u6771\u4eac\u30bf\u30ef\u30fc", "I like \u4f60\u597d and \U00020000\U0002a6d6!", "\U0002b820\U0002b91f\U0002b920", "\uf900\u8c48",
    "\ud55c\uad6d\uc5b4 \u1112\u1161\u11ab\u1100\u116e\u11a8", "\u3042\u3044\u3046\u30a2\u30a4\u30a6\uff71\uff72", "\uff21\uff22\uff23 \uff11\uff12\uff01",
    "\U0001f642", "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466", "\U0001f44d\U0001f3fd ok", "\u2764\ufe0f heart \u2764",
    "\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7", "1\ufe0f\u20e3", "\U0001f3f4\U000e0067\U000e0062\U000e007f",
    "nul\u0000here", "bell\u0007esc\u001bdel\u007f", "\u0001\u0002\u0003", "c1\u0080\u0085\u009f", "\u001c\u001d\u001e\u001f", "vt\u000bff\u000c",
    "zero\u200bwidth\u200cnon\u200djoin", "soft\u00adhyphen", "\ufeffbom", "word\u2060joiner", "rtl\u202eoverride\u202c", "\ufffd \ufffe \uffff",
    "nbsp\u00a0here", "en\u2002em\u2003thin\u2009hair\u200anarrow\u202fmath\u205fideo\u3000", "line\u2028para\u2029end", "ogham\u1680space", "mvs\u180ex",
    "\u0130stanbul \u0131\u0049i\u0307", "D\u0130YARBAKIR", "\u039f\u0394\u039f\u03a3 \u03a3\u03af\u03c3\u03c5\u03c6\u03bf\u03c2 \u03a3", "STRASSE Stra\u00dfe \u1e9e", "\u01c5 \u01c8 \ufb01 \ufb03", "\u0149 \u01f0 \u0390",
    "don't can't I'm you're we've they'll he'd she's", "DON'T I'M YOU'RE", "'s 't 're've'm'll'd 'S", "it''s ''''s", "rock 'n' roll's", "\u2019s it\u2019s don\u2019t", "'re're 're 'r 'v 'l 'll'",
    "1", "12", "123456789", "3.14159 1,000,000 1e-9", "\u0661\u0662\u0663 \u0967\u0968 \u2460 \u00bd \u00b2 \u2167", "a1b2c3", "2024-11-21T08:15:00Z", "\U0001d7d8\U0001d7d9",
    "[SEP]", "a [SEP] b", "[CLS][MASK][PAD][UNK]", "[sep] [mask]", "x[SEP]y", "[ SEP ]", "The [MASK] of it  [MASK]  end", "[SEP", "[[SEP]]",
    "<|endoftext|>", "a<|endoftext|>b", "<|startoftext|> hi <|endoftext|>", "<|STARTOFTEXT|> <|EndOfText|>", "<|endoftext|", "<<|endoftext|>>", "<|endoftext|><|endoftext|>",
    "<s>", "</s>", "a <s> b </s> c", "x <mask> y", "x   <mask>   y<mask>", "<pad><unk><mask>", "<S> </S>", "</w>", "cat</w> </w>dog", "##ing ## ing##", "\u0120hello \u010a",
    "a" * 99, "a" * 100, "a" * 101, "\u00e9" * 100, "e\u0301" * 51, "supercalifragilisticexpialidocious", "antidisestablishmentarianism-pseudopseudohypoparathyroidism",
    "http://example.com/a?b=c&d=%20#e", "user@example.org", "C++ & C# $5.00 ~`^|\\/<>{}[]()", "...!!!???", "\u2014\u2013\u2026\u201c\u201d\u00ab\u00bb\u00a1\u00bf", "a_b-c.d,e;f:g", "\u00a9\u00ae\u2122\u20ac\u00a3", "\u2e43\u2e52\u166d", "_", "__init__",
    "\u00aa\u00ba\u02b0\u0294", "\u0903\u093e\u0940 \u0915\u094d\u0937", "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35", "\u05e9\u05b8\u05c1\u05dc\u05d5\u05b9\u05dd \u0627\u0644\u0633\u0651\u0644\u0627\u0645\u064f", "\u1885\u1886\u1734\ua9bd", "\u08d4\u1ab0\u20d0\u20dd",
    "\ua7cf\u088f\U00016ea0", "\U0001e900\U0001e922 \U00010400\U00010428", "\U00013430\U00011f02", "\U00011938 \U00011935\U00011930", "\uac00\u11bd \u1100\u1176 \u1107\u1169\u11c3", "\u09fe\u0d3b\u0ae5", "\U00011f38\u0301", "\ue000\uf8ff\U000f0000", "\u0378\u0379", "\U0010ffff",
]

LONG = [
    ("a", 10000), ("ab ", 3334), ("Hello, world! ", 715), ("\u4e2d", 10000), ("e\u0301", 5000), ("\U0001f642", 2500), (" ", 10000), ("!?", 5000), ("1", 10000),
    ("it's ", 2000), ("[SEP]", 2000), ("abcdefghijklmnopqrstuvwxyz", 385), ("na\u00efve ", 1667), ("\r\n", 5000), ("<|endoftext|> ", 715),
]

POOLS = [
    list(range(0x20, 0x7f)), list(range(0x20, 0x7f)), [0x20] * 4 + [0x09, 0x0a, 0x0d, 0x27], list(range(0, 0x250)), list(range(0x300, 0x370)),
    list(range(0x370, 0x600)), list(range(0x900, 0xe00)), list(range(0x1100, 0x1200)) + list(range(0xac00, 0xac80)), list(range(0x1e00, 0x2100)),
    list(range(0x2000, 0x2070)), list(range(0x2e00, 0x3100)), list(range(0x4e00, 0x4f00)) + list(range(0xf900, 0xfb10)),
    list(range(0x1f300, 0x1f700)), list(range(0x10000, 0x11fff)), list(range(0x1d000, 0x1e000)), list(range(0, 0xd800)),
]
WORDS = "the woman man has is wearing hair ' 's 't 're n't don't [SEP] [MASK] <|endoftext|> <s> </s> <mask> \u0301 \u200d \u00a0 , . ! 12 2024 caf\u00e9 \u0130 \u03a3".split(" ") + TRAINING[5].split()

def random_text(generator):
    parts = []
    for _ in range(generator.randrange(1, 12)):
        if generator.random() < 0.4:
            parts.append(generator.choice(WORDS))
        else:
            pool = generator.choice(POOLS)
            parts.append("".join(chr(generator.choice(pool)) for _ in range(generator.randrange(1, 6))))
        parts.append(generator.choice(["", "", " ", "  "]))
    return "".join(parts)


def fnv(ids):
    value = 0xcbf29ce484222325
    for i in ids:
        for byte in i.to_bytes(4, "little"):
            value = ((value ^ byte) * 0x100000001b3) & 0xffffffffffffffff
    return f"{value:016x}"


def record(ids):
    """All ids, or the first few, how many and a hash of all where there are many."""
    return ids if len(ids) <= 200 else {"first": ids[:16], "count": len(ids), "fnv1a": fnv(ids)}


def expected(tokenizer, texts, tokens=False):
    encode = (lambda t: tokenizer(t)["input_ids"]) if callable(tokenizer) else (lambda t: tokenizer.encode(t).ids)
    spell = tokenizer.convert_ids_to_tokens if callable(tokenizer) else (lambda ids: [tokenizer.id_to_token(i) for i in ids])
    result = {"ids": [record(encode(t)) for t in texts]}
    if tokens:
        result["tokens"] = [spell(encode(t)) for t in texts[:40]]
    if callable(tokenizer):
        result["truncated to 8"] = [tokenizer(t, truncation=True, max_length=8)["input_ids"] for t in texts[:40]]
    return result


def write(path, value):
    path.write_text(json.dumps(value, ensure_ascii=True, separators=(",", ":")) + "\n")


# MARK: Small vocabularies

def small_wordpiece(folder, lowercase):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train_from_iterator(TRAINING, trainers.WordPieceTrainer(vocab_size=400, special_tokens=specials, show_progress=False))
    folder.mkdir(parents=True, exist_ok=True)
    if lowercase:  # vocab.txt and settings
        (folder / "vocab.txt").write_text("".join(t + "\n" for t, _ in sorted(tokenizer.get_vocab().items(), key=lambda p: p[1])))
        write(folder / "tokenizer_config.json", {"tokenizer_class": "BertTokenizer", "do_lower_case": True, "model_max_length": 512})
        return transformers.BertTokenizer.from_pretrained(folder)
    # tokenizer.json alone
    ids = [(t, tokenizer.token_to_id(t)) for t in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS]:0 $A:0 [SEP]:0", pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1", special_tokens=ids)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    return Tokenizer.from_file(str(folder / "tokenizer.json"))


CLIP_PATTERN = r"""'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"""


def bytes_of_gpt2():
    kept = [*range(0x21, 0x7f), *range(0xa1, 0xad), *range(0xae, 0x100)]
    return [chr(b) for b in kept] + [chr(0x100 + n) for n in range(256 - len(kept))]


def small_clip(folder, alone):
    """CLIP's vocabulary as CLIP builds it: bytes, bytes with </w>, merges, two specials."""
    tokenizer = Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()])
    split = pre_tokenizers.Split(Regex(CLIP_PATTERN), behavior="removed", invert=True)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([split, pre_tokenizers.ByteLevel(add_prefix_space=False)])
    tokenizer.train_from_iterator(TRAINING, trainers.BpeTrainer(vocab_size=500, end_of_word_suffix="</w>", show_progress=False))
    merges = [tuple(m) if isinstance(m, list) else tuple(m.split(" ")) for m in json.loads(tokenizer.to_str())["model"]["merges"]]
    symbols = bytes_of_gpt2()
    pieces = symbols + [s + "</w>" for s in symbols] + ["".join(m) for m in merges] + ["<|startoftext|>", "<|endoftext|>"]
    vocab = {piece: n for n, piece in enumerate(pieces)}
    folder.mkdir(parents=True, exist_ok=True)
    if not alone:
        (folder / "vocab.json").write_text(json.dumps(vocab))  # with escapes
        (folder / "merges.txt").write_text("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges))
        return transformers.CLIPTokenizer.from_pretrained(folder)
    tokenizer.model = models.BPE(vocab=vocab, merges=merges, end_of_word_suffix="</w>", continuing_subword_prefix="", unk_token="<|endoftext|>")
    # As in openai/clip-vit-base-patch32: one special token is looked for in the normalised text, the other not.
    tokenizer.add_special_tokens([AddedToken("<|startoftext|>", normalized=True, special=True), AddedToken("<|endoftext|>", normalized=False, special=True)])
    tokenizer.post_processor = processors.RobertaProcessing(("<|endoftext|>", vocab["<|endoftext|>"]), ("<|startoftext|>", vocab["<|startoftext|>"]), False, False)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    return Tokenizer.from_file(str(folder / "tokenizer.json"))


def small_byte_level(folder, roberta):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    specials = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"] if roberta else ["<|endoftext|>"]
    tokenizer.train_from_iterator(TRAINING, trainers.BpeTrainer(
        vocab_size=450, special_tokens=specials, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    folder.mkdir(parents=True, exist_ok=True)
    if not roberta:
        tokenizer.model.save(str(folder))
        return transformers.GPT2Tokenizer.from_pretrained(folder)
    # tokenizer.json alone, flags as in roberta-base.
    document = json.loads(tokenizer.to_str())
    for token in document["added_tokens"]:
        token["normalized"] = token["content"] != "<mask>"
        token["lstrip"] = token["content"] == "<mask>"
    write(folder / "tokenizer.json", document)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", tokenizer.token_to_id("</s>")), ("<s>", tokenizer.token_to_id("<s>")))
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    return Tokenizer.from_file(str(folder / "tokenizer.json"))


def small(folder):
    return {
        "bert": small_wordpiece(folder / "bert", True), "bert-cased": small_wordpiece(folder / "bert-cased", False),
        "clip": small_clip(folder / "clip", False), "clip-json": small_clip(folder / "clip-json", True),
        "gpt2": small_byte_level(folder / "gpt2", False), "roberta": small_byte_level(folder / "roberta", True),
    }


# MARK: Real vocabularies

def real(data, folder):
    def gz(name):
        return gzip.open(data / name, "rt", encoding="utf-8").read()

    result = {}
    for name, lowercase in (("bert-base-uncased", True), ("bert-base-cased", False)):
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / "vocab.txt").write_bytes((data / f"{name}-vocab.txt").read_bytes())
        write(folder / name / "tokenizer_config.json", {"do_lower_case": lowercase, "model_max_length": 512})
        result[name] = transformers.BertTokenizer.from_pretrained(folder / name)

    def pairs(name, vocab, merges, class_):
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / "vocab.json").write_text(json.dumps(vocab, ensure_ascii=False))
        (folder / name / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n")
        result[name] = class_.from_pretrained(folder / name)

    merges = gz("bpe_simple_vocab_16e6.txt.gz").split("\n")[1:49152 - 256 - 2 + 1]
    symbols = bytes_of_gpt2()
    pieces = symbols + [s + "</w>" for s in symbols] + [m.replace(" ", "") for m in merges] + ["<|startoftext|>", "<|endoftext|>"]
    pairs("clip", {p: n for n, p in enumerate(pieces)}, merges, transformers.CLIPTokenizer)

    gpt2 = json.loads(gz("gpt2-encoder.json.gz"))
    merges = gz("gpt2-vocab.bpe.gz").strip("\n").split("\n")[1:]
    pairs("gpt2", gpt2, merges, transformers.GPT2Tokenizer)

    by_id = {n: piece for piece, n in gpt2.items()}
    roberta = {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3}
    for line in gz("roberta-dict.txt.gz").split("\n")[:50257]:
        roberta[by_id[int(line.split(" ")[0])]] = len(roberta)
    for n, piece in ((50261, "madeupword0000"), (50262, "madeupword0001"), (50263, "madeupword0002"), (50264, "<mask>")):
        roberta[piece] = n
    pairs("roberta", roberta, merges, transformers.RobertaTokenizer)
    return result


# MARK: Scalar classes

def ranges(belongs):
    """[first, last, first, last, ...] of all scalars that belong."""
    result, previous = [], None
    for value in range(0x110000):
        if 0xd800 <= value < 0xe000 or not belongs(chr(value)):
            continue
        if previous is None or value != previous + 1:
            if previous is not None:
                result.append(previous)
            result.append(value)
        previous = value
    return result + ([previous] if previous is not None else [])


def scalar_classes():
    """Which scalars tokenizers puts into which class, asked one by one."""
    def matches(pattern):
        replace = normalizers.Replace(Regex(pattern), "\u2603\u2603")
        return lambda c: replace.normalize_str(c) == "\u2603\u2603"

    def bert(**flags):
        off = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
        return normalizers.BertNormalizer(**{**off, **flags})

    clean, apart, strip = bert(clean_text=True), bert(handle_chinese_chars=True), bert(strip_accents=True)
    words = pre_tokenizers.BertPreTokenizer()
    return {
        "letter": ranges(matches(r"\p{L}")), "number": ranges(matches(r"\p{N}")), "space": ranges(matches(r"\s")),
        "dropped": ranges(lambda c: clean.normalize_str(c) == ""),
        "ideograph": ranges(lambda c: len(apart.normalize_str(c)) == 3),
        "accent": ranges(lambda c: strip.normalize_str(c) == ""),
        "punctuation": ranges(lambda c: len(words.pre_tokenize_str("a" + c + "b")) == 3),
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path)
    parser.add_argument("--fuzz", type=int)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    versions = {"tokenizers": tokenizers.__version__, "transformers": transformers.__version__}
    generator = random.Random(20241121 + (options.fuzz or 0))

    if options.fuzz:
        texts = [random_text(generator) for _ in range(options.fuzz)]
        tokenizer_sets = {**{f"small/{n}": t for n, t in small(options.out / "small").items()}, **(real(options.data, options.out) if options.data else {})}
        write(options.out / "corpus.json", [{"unit": t, "times": 1} for t in texts])
        write(options.out / "expected.json", {n: expected(t, texts) for n, t in tokenizer_sets.items()})
        return

    corpus = [(t, 1) for t in CORPUS] + LONG + [(random_text(generator), 1) for _ in range(80)]
    texts = [unit * times for unit, times in corpus]
    (HERE / "corpus.json").write_text("[\n" + ",\n".join(json.dumps({"unit": u, "times": n}) for u, n in corpus) + "\n]\n")
    write(HERE / "small.json", {"made with": versions, **{n: expected(t, texts, tokens=True) for n, t in small(HERE / "small").items()}})
    write(HERE / "classes.json", {"made with": versions, **scalar_classes()})
    if options.data:
        with tempfile.TemporaryDirectory() as folder:
            write(HERE / "real.json", {"made with": versions, **{n: expected(t, texts) for n, t in real(options.data, Path(folder)).items()}})


main()
