"""Opens a trained folder with Hugging Face transformers and prints the ids of texts, one JSON list a line.

    python check_trained.py FOLDER TEXTS

FOLDER holds vocab.txt, or vocab.json and merges.txt, as `TrainedVocabulary` writes them; TEXTS is a file with one text
a line. The folder is opened by the class of its family and by AutoTokenizer; both must agree. `trained.json` holds
what this printed (transformers 5.23, tokenizers 0.23.3) for the folders that TrainerTests trains:

    SYNESTHESIA_TRAINED_OUT=/tmp/trained swift test -c release --filter TrainerTests
    python check_trained.py /tmp/trained/bert captions.txt        (and /tmp/trained/clip)
"""

import json
import sys
from pathlib import Path

from transformers import AutoTokenizer, BertTokenizerFast, CLIPTokenizerFast


def main():
    folder, texts = Path(sys.argv[1]), Path(sys.argv[2]).read_text(encoding="utf-8").splitlines()
    family = BertTokenizerFast if (folder / "vocab.txt").exists() else CLIPTokenizerFast
    by_class, by_itself = family.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)
    for text in texts:
        ids = by_class(text)["input_ids"]
        if by_itself(text)["input_ids"] != ids:
            sys.exit(f"AutoTokenizer ({type(by_itself).__name__}) and {family.__name__} disagree on {text!r}")
        print(json.dumps(ids, separators=(",", ":")))
    names = ("pad", "unk", "cls", "sep", "mask", "bos", "eos")
    known = {n: i for n in names if (i := getattr(by_class, f"{n}_token_id")) is not None}
    print(f"{folder}: {len(by_class)} pieces, at most {by_class.model_max_length} ids, {known}", file=sys.stderr)


main()
