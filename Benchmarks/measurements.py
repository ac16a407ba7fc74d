"""The table that `compare` prints: numbers of the rounds, what the machine is, and the block of a file it stands in."""
import datetime
import json
import os
import platform
import re
import shlex
import statistics
import subprocess
import tempfile

LIBRARIES = ["torch", "transformers", "torchvision", "openvino", "numpy"]
MORE = {"compile": "torch.compile", "openvino": "OpenVINO", "official": "official Python"}
NOT_DONE = {"openvino": ("train", "sample"), "compile": ("sample",)}  # stages that a way has no place for
COMPILERS = ("compile", "openvino")  # whose ratio to ours is told beside that of tuned


# --- Numbers ---------------------------------------------------------------------------------------------------------

def middle(answer):
    seconds = (answer or {}).get("seconds")
    return statistics.median(seconds if isinstance(seconds, list) else [seconds]) if seconds else None


def over_rounds(answers, value):
    """The median of what the rounds that worked say, or None."""
    numbers = [number for number in map(value, answers) if number is not None]
    return statistics.median(numbers) if numbers else None


def ratios(answers, way):
    pairs = zip(answers.get(way, []), answers["ours"])
    return [middle(a) / middle(b) for a, b in pairs if middle(a) and middle(b)]


class Ceilings:
    """The best that any process of ours measured of what the machine can do: others can only make it look slower."""

    def __init__(self, rows, answer):
        answer = answer or {}
        self.rates = dict(answer.get("operations_per_second", {}))
        self.bandwidth = answer.get("bytes_per_second", 0)
        for _, answers in rows:
            for found in filter(None, answers["ours"]):
                kind = found.get("ceiling")
                if kind:
                    self.rates[kind] = max(self.rates.get(kind, 0), found["ceiling_operations"])
                self.bandwidth = max(self.bandwidth, found.get("ceiling_bytes", 0))

    def share(self, answers):
        """The least time that a unit can take, divided by the time that the table tells."""
        taken = over_rounds(answers, middle)
        known = next((answer for answer in answers if answer and answer.get("ceiling")), None)
        if not taken or not known:
            return None
        least = known["operations_per_unit"] / self.rates[known["ceiling"]]
        if known.get("weight_bytes_per_unit") and self.bandwidth:
            least = max(least, known["weight_bytes_per_unit"] / self.bandwidth)
        return least / taken

    def __str__(self):
        parts = [f"{name} {rate / 1e9:,.0f} GFLOP/s" for name, rate in sorted(self.rates.items())]
        parts += [f"reading memory {self.bandwidth / 1e9:.1f} GB/s"] if self.bandwidth else []
        return ", ".join(parts) or "not measured"


# --- The table -------------------------------------------------------------------------------------------------------

def duration(seconds):
    if seconds is None:
        return ""
    for size, name in ((1, "s"), (1e-3, "ms")):
        if seconds >= size:
            return f"{seconds / size:.3g} {name}"
    return f"{seconds * 1e6:.3g} µs"


def memory(count):
    if not count:
        return ""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"


def row(stage, answers, best, more):
    def time_of(way):
        return duration(over_rounds(answers.get(way, []), middle))

    def peak(way):
        return memory(over_rounds(answers.get(way, []), lambda answer: (answer or {}).get("peak_bytes")))

    def ratio(way):
        found = ratios(answers, way)
        return f"{statistics.median(found):.2f} ({min(found):.2f}–{max(found):.2f})" if found else ""

    unit = next((a["unit"] for a in answers["ours"] if a and a.get("unit")), "")
    part = best.share(answers["ours"])
    cells = [stage.title, unit, time_of("ours"), time_of("tuned")]
    cells += [time_of(way) for way in more] + [ratio("tuned")]
    cells += [ratio(way) for way in more if way in COMPILERS]
    cells += ["" if part is None else f"{100 * part:.0f} %", peak("ours"), peak("tuned")]
    return "| " + " | ".join(cells) + " |"


def table(rows, best, more):
    """`more` are the ways beside ours and tuned, in order."""
    heads = ["stage", "per", "ours", "tuned Python"] + [MORE[way] for way in more] + ["tuned / ours (range)"]
    heads += [f"{MORE[way]} / ours (range)" for way in more if way in COMPILERS]
    heads += ["of ceiling", "memory, ours", "memory, tuned"]
    ruler = ["---", "---"] + ["---:"] * (len(heads) - 2)
    return ["| " + " | ".join(line) + " |" for line in (heads, ruler)] + [row(*r, best, more) for r in rows]


def machine():
    """Processor, cores, memory and kernel; nothing that names the machine or its user."""
    def lines(path):
        try:
            with open(path, encoding="utf-8") as file:
                return file.read().splitlines()
        except OSError:
            return []

    fields = [line.split(":", 1) for line in lines("/proc/cpuinfo") + lines("/proc/meminfo") if ":" in line]
    facts = {name.strip(): value.strip() for name, value in reversed(fields)}
    total = facts.get("MemTotal", "").split(" ")[0]
    parts = [facts.get("model name", platform.machine())]
    if facts.get("cpu family"):
        parts[0] += f" (family {facts['cpu family']}, model {facts.get('model', '?')})"
    parts.append(f"{len(os.sched_getaffinity(0))} cores")
    if total.isdigit():
        parts.append(f"{int(total) * 1024 / 1e9:.0f} GB of memory")
    parts.append(f"Linux {platform.release()}")
    return ", ".join(parts)


def versions(rows, answer, python):
    found = {}
    for _, answers in rows:
        for answer in sum(answers.values(), [answer]):
            known = (answer or {}).get("versions")
            found.update(known if isinstance(known, dict) else {})
    swift = subprocess.run(["swift", "--version"], capture_output=True, text=True).stdout
    match = re.search(r"Swift version (\S+)", swift)
    if match:
        found = {"Swift": match[1], **found}
    if python:
        code = (
            "import importlib.metadata as m, json, platform, sys\n"
            "found = {'Python': platform.python_version()}\n"
            "for name in sys.argv[1:]:\n"
            "    try: found[name] = m.version(name)\n"
            "    except m.PackageNotFoundError: pass\n"
            "print(json.dumps(found))")
        asked = subprocess.run([python, "-c", code] + LIBRARIES, capture_output=True, text=True)
        for name, value in (json.loads(asked.stdout) if asked.returncode == 0 else {}).items():
            found.setdefault(name, value)
    return ", ".join(f"{name} {value}" for name, value in found.items())


def classes(rows, answer):
    """What each way says that it computes with."""
    found = {"ours " + (answer or {})["isa"]} if (answer or {}).get("isa") else set()
    for _, answers in rows:
        for way, given in answers.items():
            found.update(("ours " if way == "ours" else "") + one["isa"] for one in given if one and one.get("isa"))
    return ", ".join(sorted(found, key=lambda name: (not name.startswith("ours"), name))) or "not told"


def report(rows, answer, options, ways):
    """The whole text; `ways` are the names of those that ran."""
    date = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    size = "the miniature models" if options.size == "miniature" else "random weights of the published sizes"
    steps = f", timed steps of a picture drawn: {options.steps}" if options.steps else ""
    threads = (answer or {}).get("threads", options.threads or "all")
    best = Ceilings(rows, answer)
    return "\n".join(
        table(rows, best, [way for way in MORE if way in ways]) + [
            "",
            f"- Measured {date} with {size}; rounds: {options.rounds}, repeats in each: {options.repeats}, "
            f"threads: {threads}{steps}.",
            *([f"- Beside each while it was timed: `{shlex.join(options.beside)}`."] if options.beside else []),
            f"- Machine: {machine()}.",
            f"- Class of processor: {classes(rows, answer)}"
            + (f"; all were kept to {options.isa}." if options.isa else "."),
            f"- Versions: {versions(rows, answer, options.python if len(ways) > 1 else None)}.",
            f"- Ceilings, the best that our own library reached here {'' if options.beside else 'between and '}"
            f"after the stages: {best}.",
        ])


def marks(section):
    """Between what a table stands; a file with several has a name for each, such as a class of processors."""
    return tuple(f"<!-- measurements{' ' + section if section else ''}: {end} -->" for end in ("begin", "end"))


def surroundings(path, section=None):
    """What stands before the first mark of a file and behind the second; nothing where there is no file."""
    begin, end = marks(section)
    try:
        with open(path, encoding="utf-8") as file:
            old = file.read()
    except FileNotFoundError:
        if not os.path.isdir(os.path.dirname(os.path.abspath(path))):
            raise
        return "", "\n"
    if old.count(begin) != 1 or old.count(end) != 1 or old.index(begin) > old.index(end):
        raise ValueError(f"it must hold {begin} and after it {end}, once each")
    return old[: old.index(begin)], old[old.index(end) + len(end):]


def write(path, text, section=None):
    """Puts the text between two marks of a file, which appears whole or not at all."""
    before, behind = surroundings(path, section)
    begin, end = marks(section)
    place = os.path.dirname(os.path.abspath(path))
    handle, temporary = tempfile.mkstemp(dir=place, prefix=".compare-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(f"{before}{begin}\n{text}\n{end}{behind}")
        os.chmod(temporary, os.stat(path).st_mode & 0o777 if os.path.exists(path) else 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
