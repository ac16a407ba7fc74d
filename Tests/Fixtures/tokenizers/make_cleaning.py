"""Makes cleaning.json: what CLIP's first tokenizer makes of decorated captions, and with --tables the tables of ours.

    python make_cleaning.py --data FOLDER [--tables FOLDER] [--many COUNT --out FILE]

Made with Python 3.11, ftfy 6.3.1 (Robyn Speer, Apache License 2.0), open_clip 3.3, regex. --data names the folder of
shared data (captions in celebahq/ or stsb/, tokenizers/bpe_simple_vocab_16e6.txt.gz). --tables writes MojibakeTables.swift and
HTMLEntities.swift there. --many writes a far larger corpus elsewhere, for a check by hand:
SYNESTHESIA_CLEANING=FILE swift test -c release --filter CleaningTests.
"""

import argparse
import gzip
import html
import html.entities
import json
import random
import re
import textwrap
from pathlib import Path

import ftfy
import ftfy.bad_codecs
import regex
from ftfy import badness, chardata

HERE = Path(__file__).parent


# MARK: Tables

def members(spec):
    """The scalars of the inside of a regular expression's class."""
    result, i = set(), 0
    while i < len(spec):
        if i + 2 < len(spec) and spec[i + 1] == "-":
            result |= set(range(ord(spec[i]), ord(spec[i + 2]) + 1))
            i += 3
        else:
            result.add(ord(spec[i]))
            i += 1
    return sorted(result)


def runs(values):
    """Hexadecimal, neighbours as FIRST-LAST."""
    result = []
    for value in values:
        if result and result[-1][1] == value - 1:
            result[-1][1] = value
        else:
            result.append([value, value])
    return " ".join(f"{a:x}" if a == b else f"{a:x}-{b:x}" for a, b in result)


def wrapped(text, indent):
    return "\n".join(textwrap.wrap(text, 116 - indent, initial_indent=" " * indent, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False))


def literal(text, indent=8):
    quotes = " " * indent + '"""\n'
    return '"""\n' + wrapped(text, indent) + "\n" + quotes.rstrip("\n")


CLASSES = {"common": "common", "c1": "c1", "bad": "bad", "law": "law", "currency": "currency", "start_punctuation": "opening", "end_punctuation": "closing",
           "numeric": "numeric", "kaomoji": "faces", "upper_accented": "upperAccented", "lower_accented": "lowerAccented", "upper_common": "upperCommon",
           "lower_common": "lowerCommon", "box": "box"}
CLUES = {"utf8_first_of_2": "firstOfTwo", "utf8_first_of_3": "firstOfThree", "utf8_first_of_4": "firstOfFour", "utf8_continuation": "continuation",
         "utf8_continuation_strict": "strictContinuation"}


def tables(folder):
    lines = ["/// Which scalars occur in text that was decoded wrongly, and as what: the classes of ftfy 6.3.1 (Robyn Speer, Apache",
             "/// License 2.0), and the single-byte encodings it tries. Hexadecimal; written by Tests/Fixtures/tokenizers/make_cleaning.py.",
             "enum MojibakeTables {"]
    for name, ours in {**CLASSES, **CLUES}.items():
        spec = badness.MOJIBAKE_CATEGORIES.get(name) or chardata.UTF8_CLUES[name]
        lines.append(f"    static let {ours} = {literal(runs(members(spec)))}")
    lines += ["", "    /// What the bytes 0x80 to 0xFF are, in the order in which the encodings are tried."]
    lines.append("    static let encodings: [(name: String, scalars: String)] = [")
    for name in chardata.CHARMAP_ENCODINGS:
        scalars = [ord(bytes([b]).decode(name)) for b in range(0x80, 0x100)]
        lines.append(f'        ("{name}", {literal(runs(scalars), 12)}),')
    lines += ["    ]", "}", ""]
    (folder / "MojibakeTables.swift").write_text("\n".join(lines))

    names = []
    for name, text in html.entities.html5.items():
        if name.endswith(";"):
            mark = "*" if name[:-1] in html.entities.html5 else ""
            names.append(f"{name[:-1]}{mark}={'+'.join(f'{ord(c):x}' for c in text)}")
    lines = ["/// The named characters of HTML 5: NAME=SCALARS in hexadecimal, NAME*= for those known without a semicolon too.",
             "/// Written by Tests/Fixtures/tokenizers/make_cleaning.py from Python's html.entities.", "enum HTMLEntityNames {",
             f"    static let all = {literal(' '.join(sorted(names)))}", "}", ""]
    (folder / "HTMLEntityNames.swift").write_text("\n".join(lines))


# MARK: CLIP's tokenizer, as OpenAI and open_clip have it

class SimpleTokenizer:
    def __init__(self, path):
        merges = gzip.open(path, "rt", encoding="utf-8").read().split("\n")[1:49152 - 256 - 2 + 1]
        kept = [*range(0x21, 0x7f), *range(0xa1, 0xad), *range(0xae, 0x100)]
        bytes_ = kept + [b for b in range(256) if b not in kept]
        spelled = [chr(b) for b in kept] + [chr(0x100 + n) for n in range(256 - len(kept))]
        self.spelling = dict(zip(bytes_, spelled))
        pairs = [tuple(m.split()) for m in merges]
        pieces = spelled + [s + "</w>" for s in spelled] + ["".join(p) for p in pairs] + ["<|startoftext|>", "<|endoftext|>"]
        self.ids = {p: n for n, p in enumerate(pieces)}
        self.ranks = {p: n for n, p in enumerate(pairs)}
        self.words = regex.compile(r"""<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+""", regex.IGNORECASE)

    def spell(self, word):
        if word in ("<|startoftext|>", "<|endoftext|>"):
            return [word]
        parts = [*word[:-1], word[-1] + "</w>"]
        while len(parts) > 1:
            best = min(zip(parts, parts[1:]), key=lambda p: self.ranks.get(p, 1 << 30))
            if best not in self.ranks:
                break
            merged, i = [], 0
            while i < len(parts):
                if tuple(parts[i:i + 2]) == best:
                    merged.append(parts[i] + parts[i + 1])
                    i += 2
                else:
                    merged.append(parts[i])
                    i += 1
            parts = merged
        return parts

    def __call__(self, text):
        result = [49406]
        for word in regex.findall(self.words, clean(text)):
            spelled = "".join(self.spelling[b] for b in word.encode("utf-8"))
            result += [self.ids[p] for p in self.spell(spelled)]
        return result + [49407]


def clean(text):
    text = html.unescape(html.unescape(ftfy.fix_text(text))).strip()
    return regex.sub(r"\s+", " ", text).strip().lower()


# MARK: Texts

CORPUS = [
    "Tom &amp; Jerry", "Tom &amp;amp; Jerry", "&lt;b&gt;bold&lt;/b&gt; <i>&eacute;</i>", "a < b &amp; c\nsecond &eacute; line", "&eacute &EACUTE; &nTILDE; &SZLIG;", "&notit; &notin; &not", "&#233;&#xe9;&#XE9;&#233 &#x20;&#128;&#x80;&#0;&#xD800;&#x110000;&#99999999999999999999;&#11;&#13;&#xFFFE;&#59;",
    "&", "&;", "&#;", "&#x;", "&amp", "&ampamp;", "&CounterClockwiseContourIntegral;", "&NotEqualTilde; &fjlig; &ThickSpace;|", "&copy2024 &reg;", "&AMP; &QUOT; &GT; &Amp;", "&hellip;&mdash;&nbsp;&rsquo;&ldquo;&bull;", "&nosuchname; &abcdefghijklmnopqrstuvwxyzabcdefghijkl;",
    "\u201cquoted\u201d \u2018single\u2019 it\u2019s \u201alow\u201e \u02bcn \u00abno\u00bb", "\ufb01\ufb02\ufb00\ufb03\ufb04\ufb05\ufb06 \u0132\u0133 \u0149 \u01f1\u01f2\u01f3\u01c4\u01c5\u01c6\u01c7\u01c8\u01c9\u01ca\u01cb\u01cc \u00e6\u0153", "".join(chr(c) for c in range(0xff01, 0xff61)), "".join(chr(c) for c in range(0xff61, 0xffa0)), " ".join(chr(c) for c in range(0xffa0, 0xfff0)), "\uff36\uff9e\uff9f \uff76\uff9e \u3000x",
    "a\r\nb\rc\u2028d\u2029e\x85f", "\x00\x01\x08\x0b\x0c\x0e\x1fx\x7f\u206a\u206f\ufeff\ufff9\ufffb\ufffc\ufffd", "\x1b[31mred\x1b[0m \x1b[1;2m \x1b[;m \x1b[", "e\u0301 A\u030a \u1e9e\u0327 \uac00\u11a8", "\x91curly\x92 \x85 \x80 \x81 \x9d",
    "\u00c3\u00a9t\u00c3\u00a9 caf\u00c3\u00a9", "\u00e2\u20ac\u0153quoted\u00e2\u20ac\x9d it\u00e2\u20ac\u2122s", "\u00c3\u0192\u00c2\u00a9 twice", "\u00c3 la mode, \u00c3\u00a0 la", "fa\u00c3\u00a7ade na\u00c3\u00afve r\u00c3\u00a9sum\u00c3\u00a9", "\u00e2\u0153\u201d done", "\u00f0\u0178\u02dc\u20ac smile", "\u00e3\x83\x84", "\u00c5\u00b8 \u00c5\u00a0", "price \u00c2\u00a35 \u00c2\u20ac", "\u00c2 a \u00c2\u00a0b",
    "\u0420\u045f\u0421\u0402\u0420\u0451\u0420\u0406\u0420\u00b5\u0421\u201a", "\u0432\u0402\u201cquoted\u0432\u0402\u045c", "\u039e\u00b1\u039e\u00b2", "\u221a\u00a9", "\u201a\u00c4\u00f4", "\u00d8\u00a7\u00d9\u201e\u00d8\u00b3", "\u00e0\u00b8\u00aa\u00e0\u00b8\u00a7", "broken \u00e2\u20ac\ufffd and \u00c3? end", "\u00ed\u00a0\u00bd\u00ed\u00b8\u0080 cesu", "\u00c0\u0080 null", "mixed \u00c3\u00a9 and \u4e2d\u6587 \u00e2\u20ac\u2122s", "\u0105 \u00c4\u2026 \u00c5\u201a",
    "Angstr\u00f6m \u00c5 \u00e9 \u00c9COLE \u00df \u00a9 2024 \u00ae \u2122 \u00b0C", "\u00bfQu\u00e9? \u00a1S\u00ed! \u20ac5 \u00a35 \u00a55 \u00bd \u00b2 \u00d7 \u00f7", "na\u00efve fa\u00e7ade \u2014 d\u00e9j\u00e0 vu\u2026 \u00abbon\u00bb \u0153uvre \u0152UVRE", "\u0141\u00f3d\u017a \u010cesk\u00fd \u0150r", "\u2550\u2551\u2554 \u00c9\u2591", "\u041f\u0440\u0438\u0432\u0435\u0442 \u043c\u0438\u0440", "\u0395\u03bb\u03bb\u03b7\u03bd\u03b9\u03ba\u03ac", "\u0152ufs \u0153uf! \u0153",
    "\u039f\u0394\u039f\u03a3 \u03a3\u039f\u03a6\u039f\u03a3. \u03a3 A\u03a3 A\u03a3' \u0391\u03a3\u0301 \u03a3\u03a3", "\u0130stanbul I\u0307 \u0131", "STRASSE \u1e9e \u01c5", "\u212a \u2126 \u212b", "don't DON'T 'S '\u017f it's", "a<|endoftext|>b !<|endoftext|> <|ENDOFTEXT|> <|startoftext|>hi &lt;|endoftext|&gt;",
    "  many   spaces\t\ttabs\nlines \x1c\x1d\x1e\x1f here ", "", "   ", "\u00a0\u2003\u3000", "123 4.5 \u0661\u0662 \u2167", "emoji \U0001f600\U0001f468\u200d\U0001f469\u200d\U0001f467 \u2764\ufe0f", "\ufffd \u00ff", "&lt;|endoftext|&gt; x",
]
MISREAD = ["latin-1", "sloppy-windows-1252", "sloppy-windows-1252", "sloppy-windows-1251", "sloppy-windows-1250", "sloppy-windows-1253", "sloppy-windows-1254", "sloppy-windows-1257", "iso-8859-2", "macroman", "cp437"]
WORDS = "caf\u00e9 na\u00efve \u201cyes\u201d it\u2019s \u2014 \u2026 \u20ac5 \u00a310 \u00e0 la \u00bfqu\u00e9? Stra\u00dfe \u0141\u00f3d\u017a \u041f\u0440\u0438\u0432\u0435\u0442 \u0395\u03bb\u03bb\u03ac\u03b4\u03b1 \u4e2d\u6587 \u65e5\u672c\u8a9e \u0627\u0644\u0633\u0644\u0627\u0645 \u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35 \U0001f600 \u2764\ufe0f \u2713 \u00a9 \u2122 \u00e9t\u00e9 \u00c9cole \u00c0 \u00bd \u00b0C \u00a0 \u0160koda \u0153uvre \u00c5ngstr\u00f6m".split(" ")
POOLS = [list(range(0x80, 0x100)), list(range(0x100, 0x180)), list(range(0x2010, 0x2040)) + [0x20ac, 0x2122, 0x192, 0x2c6, 0x2dc], list(range(0x370, 0x460)), list(range(0x2500, 0x25a0)), list(range(0xff00, 0xfff0)), [*map(ord, "\u00c3\u00c2\u00e2\u20ac\u2122\u0153\u00a0\u00a9 ?\ufffd\x1a")], list(range(0x20)), list(range(0xa0, 0x3000))]
NAMES = sorted(html.entities.html5)


def misread(text, generator):
    """Decoded wrongly, once or twice, now and then with a piece lost."""
    for _ in range(generator.choice([1, 1, 1, 2])):
        try:
            text = text.encode("utf-8").decode(generator.choice(MISREAD))
        except UnicodeDecodeError:
            pass
    if generator.random() < 0.2:
        text = text.replace("\u00a0", " ")
    if generator.random() < 0.1:
        place = generator.randrange(len(text) + 1)
        text = text[:place] + generator.choice("\ufffd?\x1a\x81") + text[place + 1:]
    return text


def entity(character, generator):
    names = [n for n, c in html.entities.html5.items() if c == character]
    ways = [f"&#{ord(character)};", f"&#x{ord(character):x};", f"&#{ord(character)}"] + [f"&{n}" for n in names]
    return generator.choice(ways)


def decorated(caption, generator):
    words = caption.split(" ")
    for _ in range(generator.randrange(4)):
        words.insert(generator.randrange(len(words) + 1), generator.choice(WORDS))
    way = generator.randrange(10)
    if way == 0:
        return " ".join(words)
    if way <= 3:
        return misread(" ".join(words), generator)
    if way == 4:
        return "".join(entity(c, generator) if generator.random() < 0.08 and ord(c) != 32 else c for c in " ".join(words))
    if way == 5:
        return html.escape(html.escape(" ".join(words) + generator.choice([" <b>", " & co", " \"x\" 'y'"])))
    if way == 6:
        return " ".join(misread(w, generator) if generator.random() < 0.3 else w for w in words)
    if way == 7:
        return "".join(chr(ord(c) + 0xfee0) if "!" <= c <= "~" and generator.random() < 0.5 else c for c in " ".join(words)).upper()
    if way == 8:
        pool = generator.choice(POOLS)
        for _ in range(generator.randrange(1, 6)):
            words.insert(generator.randrange(len(words) + 1), "".join(chr(generator.choice(pool)) for _ in range(generator.randrange(1, 5))))
        return generator.choice(["", " "]).join(words)
    words.insert(generator.randrange(len(words)), "&" + generator.choice(NAMES) + generator.choice(["", ";", "x", " "]))
    return generator.choice([" ", "\n", "\r\n", "\u2028"]).join(words)


def captions(data):
    texts = []
    for path in sorted(data.rglob("*.txt")) + sorted(data.rglob("*.tsv")) + sorted(data.rglob("*.csv")):
        if "tokenizers" in path.parts:
            continue
        for line in path.read_text(encoding="utf-8", errors="ignore").split("\n")[:400]:
            texts += [field.strip() for field in re.split(r"[\t]", line) if len(field.strip()) > 20 and len(field) < 300]
    return sorted(set(texts))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--tables", type=Path)
    parser.add_argument("--many", type=int)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    if options.tables:
        tables(options.tables)
    generator = random.Random(20241127 + (options.many or 0))
    real = captions(options.data)
    chosen = generator.sample(real, min(len(real), options.many or 60))
    texts = [] if options.many else list(CORPUS)
    texts += chosen if options.many else chosen[:20]
    texts += [decorated(generator.choice(chosen), generator) for _ in range(options.many or 240)]
    tokenizer = SimpleTokenizer(options.data / "tokenizers/bpe_simple_vocab_16e6.txt.gz")
    lines = [json.dumps({"text": t, "clean": clean(t), "ids": tokenizer(t)}, separators=(",", ":")) for t in texts]
    (options.out or HERE / "cleaning.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")
    print(len(texts), "texts,", sum(clean(t) != regex.sub(r"\s+", " ", t.strip()).lower() for t in texts), "changed by cleaning")


main()
