"""Small seeds for the fuzzer's targets of folders, tables and answers of a hub, in seeds/TARGET/.

Requirements: Python 3 alone. Run in this folder: python make-folders.py
"""

import hashlib
import json
import pathlib
import struct

HERE = pathlib.Path(__file__).parent


def seed(target, name, data):
    folder = HERE / "seeds" / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())


def files(**contents):
    """Several files in one: NAME of `#file NAME` has `__` for a point and `___` for a slash."""
    result = b""
    for name, data in contents.items():
        path = name.replace("___", "/").replace("__", ".")
        result += f"#file {path}\n".encode() + (data if isinstance(data, bytes) else data.encode())
    return result


# Text encoders: the settings of the fixture's BERT, whose weights lie beside them
bert = (HERE.parent / "text" / "bert" / "config.json").read_text()
modules = json.dumps([
    {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
    {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
])
pooling = json.dumps({"word_embedding_dimension": 16, "pooling_mode_mean_tokens": True, "pooling_mode_cls_token": False})
seed("encoder", "bert", files(config__json=bert))
seed("encoder", "sentence", files(
    config__json=bert, modules__json=modules, **{"1_Pooling___config__json": pooling},
    sentence_bert_config__json='{"max_seq_length": 12, "do_lower_case": true}',
    config_sentence_transformers__json='{"prompts": {"query": "q: "}, "default_prompt_name": "query", "truncate_dim": 8}',
    tokenizer_config__json='{"model_max_length": 12, "tokenizer_class": "BertTokenizer"}', vocab__txt="[PAD]\n[UNK]\n[CLS]\n[SEP]\na\n"))
seed("encoder", "extremes", files(config__json=json.dumps(
    dict(json.loads(bert), num_hidden_layers=1 << 30, hidden_size=-1, vocab_size=0, pad_token_id=-1, layer_norm_eps=1e-300))))
for kind in ("clip", "clip_text_model", "gpt2", "roberta", "inception-v3-fid", "siglip", "siglip_text_model"):
    seed("encoder", kind, files(config__json=json.dumps({"model_type": kind, "n_embd": 8, "eos_token_id": [2, 3]})))
seed("encoder", "siglip-whole", files(config__json=(HERE.parent / "models" / "siglip" / "config.json").read_text()))

# Tables
seed("table", "csv", 'image,caption,split\na.png,"A ""face"", smiling",train\nb.png,,val\n')
seed("table", "semicolon", "Caption;file_name\r\nA face;a.png\r\n")
seed("table", "jsonl", '{"file_name": "a.png", "text": ["A", "B"]}\n{"image": 3, "caption": null}\n[1]\n')
seed("table", "groups", "group,score,item\na,1.5,1\nb,nan,1\na,1e308,2\nb,-0,2\n")
seed("table", "plain", "\ufeffA face.\rAnother one.\r")

# Runs
settings = """name: tiny
seeds: [1]
decoder: d
encoders:
  - {name: a, path: e, style: bert}
  - {name: r, style: random, size: 4}
data: {train: 4, validation: 2}
adapter: {learning-rate: 1e-2, steps: 3, batch: 2}
sampling: {captions: 2, guidance: 1.5}
scores: {clip: c, inception: i}
"""
header = json.dumps({
    "__metadata__": {"step": "3"},
    "text2image.0.weight": {"dtype": "F32", "shape": [8, 4], "data_offsets": [0, 128]},
    "text2image.0.bias": {"dtype": "F32", "shape": [8], "data_offsets": [128, 160]},
}).encode()
adapter = struct.pack("<Q", len(header)) + header + bytes(160)
line = '{"epoch":1,"loss":2.5,"rate":0.01,"samples_per_second":3.5,"step":1}\n'
seed("run", "settings", files(settings__yaml=settings))
seed("run", "training", files(training__jsonl=line + line.replace('"step":1', '"step":1000000000') + line[:20], adapter__safetensors=adapter))
seed("run", "report", files(report__json=(HERE / "report.json").read_text() if (HERE / "report.json").exists() else "{}"))
seed("run", "text", files(text__json='{"schema_version": 1, "title": "t", "encoders": [], "scores": []}'))


# A hub's answers: listing, then files
def answer(status, headers, body):
    body = body if isinstance(body, bytes) else body.encode()
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", "Connection: close"] + headers
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


config = b'{"model_type": "bert"}'
git = hashlib.sha1(b"blob %d\0" % len(config) + config).hexdigest()
listing = {"sha": "0123456789abcdef0123456789abcdef01234567",
           "siblings": [{"rfilename": "config.json", "size": len(config), "blobId": git}]}
mark = b"#answer\n"
seed("hub", "whole", mark.join([answer(200, [], json.dumps(listing)), answer(200, [f'ETag: "{git}"'], config)]))
seed("hub", "redirect", mark.join([answer(200, [], json.dumps(listing)), answer(302, ["Location: HTTP://127.0.0.1:9/x"], ""),
                                   answer(200, [], config)]))
for size in (-1, (1 << 63) - 1, 1 << 70):
    listing["siblings"][0]["size"] = size
    seed("hub", f"size-{size}", answer(200, [], json.dumps(listing)))
seed("hub", "refusal", answer(403, ["X-Error-Message: \x1b[31mno"], "{}"))
seed("hub", "header", b"HTTP/1.1 200 OK\r\nX: " + b"y" * 5000 + b"\r\n\r\n")
