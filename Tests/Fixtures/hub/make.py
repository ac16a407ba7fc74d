"""Writes cache.tar.gz: a cache filled by huggingface_hub itself, which the program must read.

Made with Python 3.11 and huggingface_hub 2.4.0, from a server on loopback that answers as the hub does. What the
"models" hold is made up and tiny. Run it in this folder:  python make.py
"""

import gzip, hashlib, http.server, io, json, os, pathlib, shutil, tarfile, tempfile, threading, urllib.parse

COMMITS = {"main": "a" * 40, "v1": "b" * 40}
CONFIG = json.dumps({"model_type": "bert", "hidden_size": 4}).encode()
FILES = {
    "bert-base-uncased": {
        "config.json": CONFIG, "vocab.txt": b"[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nface\n", "model.safetensors": bytes(range(256)) * 9,
        "1_Pooling/config.json": b"{}\n", "README.md": b"not asked for\n"},
    "openai/clip-mini": {"config.json": json.dumps({"model_type": "clip"}).encode(), "vocab.json": b"{}", "merges.txt": b"#\n"},
}


def sha1(data):
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


class Hub(http.server.BaseHTTPRequestHandler):
    def do_HEAD(self):
        self.answer(False)

    def do_GET(self):
        self.answer(True)

    def log_message(self, *_):
        pass

    def answer(self, with_body):
        path = urllib.parse.unquote(self.path.split("?")[0]).strip("/")
        if path.startswith("api/models/") and "/revision/" in path:
            name, revision = path[len("api/models/"):].split("/revision/")
            files = FILES[name]
            body = json.dumps({
                "id": name, "sha": COMMITS.get(revision, revision), "siblings": [{"rfilename": f} for f in files]}).encode()
            return self.send(200, {"Content-Type": "application/json"}, body, with_body)
        if "/resolve/" not in path:
            return self.send(404, {}, b"", with_body)
        name, rest = path.split("/resolve/")
        revision, file = rest.split("/", 1)
        headers = {"X-Repo-Commit": COMMITS.get(revision, revision)}
        data = FILES.get(name, {}).get(file)
        if data is None:
            return self.send(404, {**headers, "X-Error-Code": "EntryNotFound"}, b"", with_body)
        large = file.endswith(".safetensors")
        tag = hashlib.sha256(data).hexdigest() if large else sha1(data)
        headers["ETag"] = f'"{tag}"'
        if large:
            headers |= {"X-Linked-Etag": f'"{tag}"', "X-Linked-Size": str(len(data))}
        self.send(200, headers, data, with_body)

    def send(self, status, headers, body, with_body):
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if with_body:
            self.wfile.write(body)


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    home = pathlib.Path(tempfile.mkdtemp())
    os.environ |= {
        "HF_ENDPOINT": f"http://127.0.0.1:{server.server_port}", "HF_HOME": str(home), "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1"}
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import EntryNotFoundError

    for file in ["config.json", "vocab.txt", "model.safetensors", "1_Pooling/config.json"]:
        hf_hub_download("bert-base-uncased", file)
    hf_hub_download("bert-base-uncased", "config.json", revision="v1")   # a second, incomplete snapshot
    try:
        hf_hub_download("bert-base-uncased", "tokenizer.json")
    except EntryNotFoundError:
        pass
    for file in ["config.json", "vocab.json", "merges.txt"]:             # weights are missing
        hf_hub_download("openai/clip-mini", file)

    def anonymous(entry):
        entry.mtime = entry.uid = entry.gid = 0
        entry.uname = entry.gname = ""
        return entry

    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for path in sorted((home / "hub").rglob("*")):
            archive.add(path, path.relative_to(home), recursive=False, filter=anonymous)
    pathlib.Path("cache.tar.gz").write_bytes(gzip.compress(packed.getvalue(), 9, mtime=0))
    shutil.rmtree(home)


main()
