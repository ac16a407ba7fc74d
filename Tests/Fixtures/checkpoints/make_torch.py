"""Small checkpoints in every way that PyTorch writes them, and what they hold as expected.safetensors.

Requirements: torch==2.15.*, numpy==2.4.*, safetensors==0.8.*, transformers==5.23.*, taming-transformers-rom1504==0.0.6
Run in this folder: python make_torch.py

expected.safetensors names each tensor FILE/NAME. Floating-point tensors stand there as float32, whole ones as int32.
"""

import argparse
import collections
import datetime
import enum
import functools
import io
import os
import pathlib
import pickle
import struct
import sys
import types
import zipfile

import numpy as np
import torch
import yaml
from safetensors.torch import load_file, save_file
from torch import nn

torch.set_num_threads(1)
HERE = pathlib.Path(__file__).parent
os.chdir(HERE)
generator = torch.Generator().manual_seed(41)
expected = {}


def random(*shape):
    return torch.randn(*shape, generator=generator)


def note(file, tensors):
    for name, t in tensors.items():
        t = t.detach().to(torch.float32 if t.is_floating_point() else torch.int32)
        expected[f"{file}/{name}"] = t.contiguous().clone()


def views():
    """Every element type; storages shared, strided, repeated, empty; parameters."""
    values = random(7, 5) * 10.0 ** torch.randint(-6, 4, (7, 5), generator=generator)
    whole = torch.randint(-100, 100, (3, 4), generator=generator)
    shared = random(30)
    tagged = nn.Parameter(random(2, 2))
    tagged.origin = "here"  # an attribute changes how the parameter is pickled
    state = collections.OrderedDict()
    for name, dtype in [("f64", torch.float64), ("f32", torch.float32), ("f16", torch.float16), ("bf16", torch.bfloat16)]:
        state[name] = (values.double() * (1 + 1e-9)).to(dtype)
    for name, dtype in [("i64", torch.int64), ("i32", torch.int32), ("i16", torch.int16), ("i8", torch.int8)]:
        state[name] = whole.to(dtype)
    state["u8"] = torch.arange(250, 256, dtype=torch.uint8)
    state["u16"] = torch.tensor([1, 65535], dtype=torch.uint16)
    state["bool"] = torch.tensor([True, False, True])
    state["shared.a"], state["shared.b"] = shared[3:9], shared[10:22].view(3, 4)
    state["transposed"] = random(3, 5).t()
    state["steps"] = shared.view(5, 6)[1::2, 1::3]
    state["flipped.axes"] = random(2, 3, 4).permute(2, 0, 1)
    state["channels_last"] = random(2, 3, 4, 5).contiguous(memory_format=torch.channels_last)
    state["expanded"] = random(3).expand(4, 3)
    state["half.transposed"] = random(4, 3).half().t()
    state["scalar"] = torch.tensor(2.5)
    state["empty"] = torch.zeros(0, 4)
    state["parameter"] = nn.Parameter(random(2, 3))
    state["tagged"] = tagged
    state["naïve ключ\n"] = torch.ones(2)
    return state


def rewritten(path, change):
    """The entries of a zip archive as PyTorch would write them, after a change of names or bytes."""
    with zipfile.ZipFile(path) as archive:
        entries = [(i.filename, archive.read(i)) for i in archive.infolist()]
    return [(name, change(name, data)) for name, data in entries]


def zip64(entries, path):
    """Every size and place in the wide fields of ZIP64, as in files beyond 4 GiB."""
    body, directory = io.BytesIO(), io.BytesIO()
    for name, data in entries:
        place, raw = body.tell(), name.encode()
        body.write(struct.pack("<IHHHHHIIIHH", 0x04034B50, 45, 0, 0, 0, 0, 0, 2**32 - 1, 2**32 - 1, len(raw), 20))
        body.write(raw + struct.pack("<HHQQ", 1, 16, len(data), len(data)) + data)
        directory.write(struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 45, 45, 0, 0, 0, 0, 0, 2**32 - 1, 2**32 - 1,
                                    len(raw), 28, 0, 0, 0, 0, 2**32 - 1))
        directory.write(raw + struct.pack("<HHQQQ", 1, 24, len(data), len(data), place))
    start, size = body.tell(), directory.tell()
    body.write(directory.getvalue())
    end = body.tell()
    body.write(struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, len(entries), len(entries), size, start))
    body.write(struct.pack("<IIQI", 0x07064B50, 0, end, 1))
    body.write(struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 2**16 - 1, 2**16 - 1, 2**32 - 1, 2**32 - 1, 0))
    path.write_bytes(body.getvalue())


def swapped(name, data):
    """Big end first, as PyTorch writes on an IBM Z."""
    if name.endswith("/byteorder"):
        return b"big"
    if not name.endswith("/data/0"):
        return data
    return np.frombuffer(data, "<f4").astype(">f4").tobytes()


def old_view(path):
    """Five pickles and a storage of which tensors are views, as PyTorch 0.3 wrote them."""
    storage = random(12)

    class Pickler(pickle.Pickler):
        def persistent_id(self, value):
            return value if isinstance(value, tuple) and value and value[0] == "storage" else None

    class View:
        def __init__(self, view, size):
            self.view, self.size = view, size

        def __reduce__(self):
            pid = ("storage", torch.FloatStorage, "root", "cpu", 12, self.view)
            return torch._utils._rebuild_tensor, (pid, 0, self.size, (self.size[1], 1))

    state = {"whole": View(None, (3, 4)), "part": View(("part", 2, 6), (3, 2))}
    with open(path, "wb") as file:
        for value in (0x1950A86A20F9469CFC6C, 1001,
                      {"protocol_version": 1001, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}):
            pickle.dump(value, file, protocol=2)
        Pickler(file, protocol=2).dump(state)
        pickle.dump(["root"], file, protocol=2)
        file.write(struct.pack("<q", 12) + storage.numpy().tobytes())
    note(path, {"whole": storage.view(3, 4), "part": storage[2:8].view(3, 2)})


def stranger(module, name, **attributes):
    """A class as it would come from a package that is not installed here."""
    words = module.split(".")
    for i in range(1, len(words) + 1):
        home = sys.modules.setdefault(".".join(words[:i]), types.ModuleType(".".join(words[:i])))
    made = type(name, (), {"__module__": module, **attributes})
    setattr(home, name, made)
    return made


class Stage(enum.Enum):
    FIRST = 1


class Mover:
    """Runs a command when Python unpickles it."""

    def __reduce__(self):
        return os.system, ("touch /tmp/synesthesia-was-here",)


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4))
        self.scale = nn.Parameter(random(2))
        self.register_buffer("table", torch.arange(6).view(2, 3))

    def forward(self, x):
        return self.layers(x) * self.scale[0] + self.table.sum()


def lightning(state):
    """What Lightning puts around a model, with objects of classes that need not exist where it is read."""
    config = stranger("omegaconf.dictconfig", "DictConfig")
    node = stranger("omegaconf.nodes", "AnyNode")
    inner, outer = config(), config()
    leaf = node()
    leaf.__dict__ = {"_val": 3, "_parent": inner}
    inner.__dict__ = {"_content": {"width": leaf}, "_parent": outer}
    outer.__dict__ = {"_content": {"model": inner, "flags": [inner, outer]}, "_parent": None}
    checkpoint = stranger("pytorch_lightning.callbacks.model_checkpoint", "ModelCheckpoint")
    moments = {"step": torch.tensor(7.0), "exp_avg": random(3), "exp_avg_sq": random(3)}
    return {
        "epoch": 3,
        "global_step": 1 << 40,
        "pytorch-lightning_version": "1.0.8",
        "callbacks": {checkpoint: {"best_model_score": torch.tensor(0.5), "best_model_path": pathlib.PurePosixPath("a/b")}},
        "optimizer_states": [{"state": {0: moments}, "param_groups": [{"lr": 1e-4, "betas": (0.9, 0.95), "params": [0]}]}],
        "lr_schedulers": [],
        "state_dict": state,
        "hparams_name": "kwargs",
        "hyper_parameters": argparse.Namespace(
            rate=4.5e-6, gpus="0,", config=outer, stage=Stage.FIRST, when=datetime.datetime(2020, 12, 17),
            made_by=functools.partial(print, 1), array=np.arange(3), number=np.float64(0.5), raw=b"\x00\xff", data=bytearray(b"x"),
            names={"a"}, frozen=frozenset({2}), imaginary=1j, huge=-(1 << 90), minus=-5, device=torch.device("cpu"), dtype=torch.float16,
            counter=collections.Counter("aab"), default=collections.defaultdict(list, {"a": [1]}), none=None),
    }


def decoder(folder):
    """The smallest decoder that taming can make, in a Lightning checkpoint as its training leaves it."""
    package = types.ModuleType("pytorch_lightning")
    package.LightningModule = nn.Module
    sys.modules["pytorch_lightning"] = package
    import transformers

    transformers.top_k_top_p_filtering = None
    main = types.ModuleType("taming.main")
    main.instantiate_from_config = lambda config: getattr(
        __import__(config["target"].rsplit(".", 1)[0], fromlist=["x"]), config["target"].rsplit(".", 1)[1])(**config.get("params", {}))
    sys.modules["taming.main"] = main
    from taming.models.cond_transformer import Net2NetTransformer

    project = {
        "transformer_config": {
            "target": "taming.modules.transformer.mingpt.GPT",
            "params": {"vocab_size": 9, "block_size": 20, "n_layer": 2, "n_head": 2, "n_embd": 12},
        },
        "first_stage_config": {
            "target": "taming.models.vqgan.VQModel",
            "params": {
                "embed_dim": 5, "n_embed": 9,
                "ddconfig": {"double_z": False, "z_channels": 6, "resolution": 4, "in_channels": 3, "out_ch": 3, "ch": 32,
                             "ch_mult": [1], "num_res_blocks": 1, "attn_resolutions": [], "dropout": 0.0},
                "lossconfig": {"target": "torch.nn.Linear", "params": {"in_features": 3, "out_features": 2}},
            },
        },
        "cond_stage_config": "__is_unconditional__",
    }
    torch.manual_seed(5)
    model = Net2NetTransformer(**project).eval()
    with torch.no_grad():
        for p in model.parameters():
            p.copy_((p + 0.1 * random(*p.shape) if p.dim() == 1 else p).half().float())
        tokens = torch.randint(0, 9, (2, 6), generator=generator)
        logits = model.transformer(tokens)[0]
        drawn = model.decode_to_img(tokens, (2, 5, 2, 3)).permute(0, 2, 3, 1)
    folder.mkdir(exist_ok=True)
    (folder / "project.yaml").write_text(yaml.safe_dump({"model": {"params": project}}, sort_keys=False))
    state = {name: t.half() for name, t in model.state_dict().items()}
    torch.save(lightning(state), folder / "last.ckpt")
    save_file({"tokens": tokens.int(), "logits": logits.contiguous(), "drawn": drawn.contiguous()}, folder / "expected.safetensors")


state = views()
torch.save(state, "views.pt")
torch.save(state, "views-protocol-5.pt", pickle_protocol=5)
legacy = {name: t for name, t in state.items() if name not in ("u16", "tagged")}
torch.save(legacy, "views-legacy.pt", _use_new_zipfile_serialization=False)
zip64(rewritten("views.pt", lambda _, data: data), HERE / "views-zip64.pt")
for file in ("views.pt", "views-protocol-5.pt", "views-zip64.pt"):
    note(file, state)
note("views-legacy.pt", legacy)

torch.save({"a": random(3, 2)}, "little.pt")
note("little.pt", torch.load("little.pt"))
note("big-endian.pt", torch.load("little.pt"))
with zipfile.ZipFile("big-endian.pt", "w") as archive:
    for name, data in rewritten("little.pt", swapped):
        archive.writestr(name, data)
with zipfile.ZipFile("deflated.pt", "w", zipfile.ZIP_DEFLATED) as archive:
    for name, data in rewritten("little.pt", lambda _, data: data):
        archive.writestr(name, data)
old_view("old-view.pt")

model = Small().eval()
torch.save(lightning(model.state_dict()), "lightning.ckpt")
note("lightning.ckpt", model.state_dict())
torch.save({"epoch": 1, "name": "x", "state_dict": nn.DataParallel(model).state_dict(), "optimizer": {}}, "parallel.pth")
note("parallel.pth", model.state_dict())
torch.save(model, "module.pth")
note("module.pth", model.state_dict())
torch.jit.script(model).save("script.pt")
note("script.pt", model.state_dict())
half = Small().eval().half()
torch.jit.trace(half, torch.zeros(1, 3).half()).save("traced.pt")
note("traced.pt", half.state_dict())
torch.save([{"a": random(2)}, (random(1), 3)], "nested.pt")
nested = torch.load("nested.pt")
note("nested.pt", {"0.a": nested[0]["a"], "1.0": nested[1][0]})

torch.save({"weight": random(2), "extra": Mover()}, "hostile.pt")
torch.save({"weight": random(2), "extra": Mover()}, "hostile-legacy.pt", _use_new_zipfile_serialization=False)
with open("not-torch.pkl", "wb") as file:
    pickle.dump({"weight": [1.0, 2.0]}, file, protocol=4)

folder = HERE / "bert"
folder.mkdir(exist_ok=True)
from transformers import BertModel  # noqa: E402

bert = BertModel.from_pretrained(HERE.parent / "models/bert")
torch.save(bert.state_dict(), folder / "pytorch_model.bin")
assert all(torch.equal(t, bert.state_dict()[n]) for n, t in load_file(HERE.parent / "models/bert/model.safetensors").items())
decoder(HERE / "decoder")

save_file(expected, "expected.safetensors")
for path in HERE.rglob("*.safetensors"):
    path.chmod(0o644)
