"""Programs that `compare` runs and times: what they say on their last line, and what keeps the machine busy meanwhile."""
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time


def tell(text):
    print(text, file=sys.stderr, flush=True)


def ask(command, limit, beside=None):
    """The JSON on the last line that a program prints; None, with a word to the person, if there is none.

    With `beside`, the program is told to wait when it has warmed up, and goes on when the other one runs.
    """
    try:
        code, out, words = run(command + (["--wait"] if beside else []), limit, beside)
    except subprocess.TimeoutExpired:
        tell(f"  took longer than {limit} s: {' '.join(command)}")
        return None
    except OSError as error:
        tell(f"  {error.filename} did not start: {error.strerror}")
        return None
    lines = [line for line in out.splitlines() if line.startswith("{")]
    if code != 0 or not lines:
        last = (words.strip() or out.strip() or "it said nothing").splitlines()[-3:]
        reason = f"exit code {code}" if code >= 0 else f"was ended by {signal.Signals(-code).name}"
        tell(f"  {' '.join(command)}: {reason}: {' '.join(last)}")
        return None
    try:
        return json.loads(lines[-1])
    except ValueError:
        tell(f"  {' '.join(command)} printed no JSON: {lines[-1][:200]}")
        return None


def run(command, limit, beside):
    """A program's exit code and all that it says on its two streams."""
    end = time.monotonic() + limit
    with tempfile.TemporaryFile("w+") as words, subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=words, text=True
    ) as process, contextlib.ExitStack() as stack:
        stack.callback(process.kill)   # nothing happens to one that has ended
        if beside:
            alarm = threading.Timer(limit, process.kill)
            stack.callback(alarm.cancel)
            alarm.start()
            # To its last line where it is never ready: what was timed without the load is no answer.
            if any(line == "ready\n" for line in process.stdout):
                stack.enter_context(busy(beside))
        out, _ = process.communicate("go\n" if beside else None, timeout=max(0, end - time.monotonic()))
        if time.monotonic() > end:
            raise subprocess.TimeoutExpired(command, limit)
        words.seek(0)
        return process.returncode, out, words.read()


@contextlib.contextmanager
def busy(command):
    """A program that keeps the machine busy, in a group of its own, for so long."""
    load = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        time.sleep(2)
        if load.poll() is not None:
            sys.exit(f"compare: --beside: {' '.join(command)} ended at once, with exit code {load.returncode}; "
                     "it is to run until it is ended")
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(load.pid, signal.SIGTERM)
        try:
            load.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(load.pid, signal.SIGKILL)
            load.wait()


def launch(program):
    """Seconds from launch to end of a command that says what the machine is, and its peak memory."""
    seconds, peak = [], 0
    for _ in range(5):
        begin = time.perf_counter()
        try:
            process = subprocess.Popen([program, "env"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        except OSError as error:
            tell(f"  {program} did not start: {error.strerror}")
            return None
        _, status, usage = os.wait4(process.pid, 0)
        seconds.append(time.perf_counter() - begin)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            tell(f"  {program} env: exit code {process.returncode}")
            return None
        peak = max(peak, usage.ru_maxrss * 1024)
    return {"stage": "start", "unit": "launch", "seconds": seconds, "peak_bytes": peak}
