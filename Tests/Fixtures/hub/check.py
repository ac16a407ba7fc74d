"""Reads a cache that `synesthesia fetch` has filled with huggingface_hub, offline, and checks every blob's hash.

    HF_HUB_OFFLINE=1 python check.py CACHE REPOSITORY FILE...
"""

import hashlib, pathlib, sys

from huggingface_hub import hf_hub_download, scan_cache_dir, try_to_load_from_cache

cache, repository, files = sys.argv[1], sys.argv[2], sys.argv[3:]
for file in files:
    path = pathlib.Path(hf_hub_download(repository, file, cache_dir=cache, local_files_only=True))
    assert str(path) == try_to_load_from_cache(repository, file, cache_dir=cache)
    data, name = path.read_bytes(), path.resolve().name
    found = hashlib.sha256(data) if len(name) == 64 else hashlib.sha1(b"blob %d\0" % len(data) + data)
    assert found.hexdigest() == name, f"{file}: {name} is not its hash"
    print(f"{file}: {len(data)} bytes, {name[:12]}…")
found = scan_cache_dir(cache)
assert not found.warnings, found.warnings
print(f"{len(found.repos)} repositories, {found.size_on_disk} bytes, no warnings")
