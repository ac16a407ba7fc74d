"""Seeds of the fuzzer's target for run folders, in seeds/run/: what a small probe and a text study left.

Requirements: Python 3 alone, and the program. Run in this folder:
python make-run.py ../../../.build/release/synesthesia
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
PROGRAM = pathlib.Path(sys.argv[1]).resolve()
SETTINGS = f"""name: tiny
seeds: [1]
decoder: {ROOT}/Weights/decoder
encoders:
  - {{name: r, style: random, size: 4}}
data: {{train: 3, validation: 2}}
adapter: {{learning-rate: 1e-2, steps: 4, batch: 2}}
sampling: {{captions: 2, batch: 2}}
text-study: false
scores: {{clip: {ROOT}/Weights/clip-mini, inception: {ROOT}/Weights/inception-mini, splits: 2}}
precision: f32
threads: 1
"""


def shortened(value):
    """A record whose pictures, which are most of it, are one pixel, and whose lists have their first two."""
    if isinstance(value, dict):
        return {key: shortened(one) for key, one in value.items()}
    if isinstance(value, list):
        return [shortened(one) for one in value[:2]]
    return "iVBORw0KGgo=" if isinstance(value, str) and len(value) > 1000 else value


def seed(name, **files):
    """`#file NAME` before each file, with `__` for a point and `___` for a slash, as the target reads them."""
    data = b""
    for path, content in files.items():
        if isinstance(content, pathlib.Path):
            content = content.read_bytes()
        # No machine's own paths in what is committed.
        content = content.replace(str(ROOT).encode(), b"/s")
        path = path.replace("___", "/").replace("__", ".")
        data += b"#file " + path.encode() + b"\n" + content
    assert len(data) < 20_000, f"{name}: {len(data)} bytes are more than Scripts/fuzz reads"
    (HERE / "seeds" / "run" / name).write_bytes(data)


def record(path):
    return json.dumps(shortened(json.loads(path.read_text())), ensure_ascii=False, separators=(",", ":")).encode()


with tempfile.TemporaryDirectory() as place:
    place = pathlib.Path(place)
    (place / "tiny.yaml").write_text(SETTINGS)
    (place / "captions.txt").write_text("A woman.\nA man with a beard.\n")
    text, run = HERE.parent / "text", place / "run"
    for words in (
        ["probe", "tiny.yaml", "--set", "output=run"],
        ["study", "text", "--data", text, "--out", "text", "--encoder", text / "bert"],
        ["encode", "--encoder", text / "bert", "--captions", "captions.txt", "--out", "vectors.safetensors"],
    ):
        subprocess.run([PROGRAM, *map(str, words), "-q"], cwd=place, check=True, stdout=subprocess.DEVNULL)
    part = run / "r" / "seed-1"
    tokens = next(run.glob("features/tokens-training-*.safetensors"))
    seed("state", state__safetensors=part / "state.safetensors", training__jsonl=part / "training.jsonl")
    seed("samples", samples__jsonl=part / "samples.jsonl", scores__json=part / "scores.json")
    seed("scores", scores__json=part / "scores.json", real___scores__json=run / "real" / "scores.json")
    seed("features", features___tokens__safetensors=tokens,
         features___embeddings__safetensors=place / "vectors.safetensors")
    seed("checksums", __checksums=part / ".checksums", inputs__tsv=run / "inputs.tsv")
    seed("times", times__json=run / "times.json")
    seed("adapter", adapter__safetensors=part / "adapter.safetensors", training__jsonl=part / "training.jsonl")
    seed("whole-report", report__json=record(run / "report.json"), settings__yaml=run / "settings.yaml")
    seed("whole-text", text__json=record(place / "text" / "text.json"))
