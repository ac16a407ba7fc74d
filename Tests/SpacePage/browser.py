"""Chromium without a window, spoken to over its DevTools protocol through two pipes; the standard library only."""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time


def program():
    """Chromium's path; None where there is none."""
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        found = shutil.which(name)
        if found:
            return found
    return None


class Browser:
    """One browser with one page. Events of the page are kept in `events`."""

    def __init__(self, width=1400, height=900, flags=()):
        self.home = tempfile.mkdtemp(prefix="space-page-")
        down_read, self.down = os.pipe()
        self.up, up_write = os.pipe()
        arguments = [
            program(), "--headless=new", "--no-sandbox", "--remote-debugging-pipe", "--disable-gpu-sandbox",
            "--enable-unsafe-swiftshader", "--use-angle=swiftshader", "--hide-scrollbars", "--no-first-run",
            "--disable-background-networking", f"--user-data-dir={self.home}", f"--window-size={width},{height}",
            *flags, "about:blank",
        ]
        self.process = subprocess.Popen(
            ["/bin/sh", "-c", f'exec "$@" 3<&{down_read} 4>&{up_write}', "sh", *arguments],
            pass_fds=(down_read, up_write), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        os.close(down_read)
        os.close(up_write)
        self.number, self.buffer, self.events, self.answers, self.session = 0, b"", [], {}, None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def call(self, method, timeout=120, **parameters):
        self.number += 1
        number = self.number
        message = {"id": number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.down, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + timeout
        while number not in self.answers:
            self.listen(end - time.monotonic())
        answer = self.answers.pop(number)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return answer["result"]

    def listen(self, seconds):
        """Takes what the browser says; throws when it says nothing for so long."""
        if seconds <= 0 or not select.select([self.up], [], [], seconds)[0]:
            raise TimeoutError("the browser does not answer")
        part = os.read(self.up, 1 << 20)
        if not part:
            raise RuntimeError("the browser has ended")
        self.buffer += part
        *whole, self.buffer = self.buffer.split(b"\0")
        for text in whole:
            message = json.loads(text)
            if "id" in message:
                self.answers[message["id"]] = message
            else:
                self.events.append(message)

    def evaluate(self, expression, timeout=120):
        """The value of an expression in the page, awaited."""
        answer = self.call(
            "Runtime.evaluate", timeout=timeout, expression=expression, awaitPromise=True, returnByValue=True,
            userGesture=True)
        if "exceptionDetails" in answer:
            detail = answer["exceptionDetails"]
            raise RuntimeError(detail.get("exception", {}).get("description", detail["text"]))
        return answer["result"].get("value")

    def open(self, address, timeout=120):
        """Opens an address and waits until the page says that it is ready. Milliseconds until then."""
        self.events.clear()
        self.call("Page.navigate", url=address)
        return self.wait("document.documentElement.dataset.ready", timeout)

    def wait(self, expression, timeout=30):
        """Asks until an expression is true, and gives its value."""
        end = time.monotonic() + timeout
        while True:
            try:
                value = self.evaluate(expression)
            except RuntimeError:   # between two documents
                value = None
            if value:
                return value
            if time.monotonic() > end:
                raise TimeoutError(f"never true: {expression}")
            time.sleep(0.03)

    def mouse(self, kind, x, y, **more):
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)

    def move(self, x, y):
        self.mouse("mouseMoved", x, y)

    def drag(self, path, modifiers=0):
        """Presses at the first place, goes through the others, lets go at the last."""
        (x, y), *rest = path
        self.mouse("mouseMoved", x, y)
        self.mouse("mousePressed", x, y, button="left", buttons=1, clickCount=1, modifiers=modifiers)
        for x, y in rest:
            self.mouse("mouseMoved", x, y, button="left", buttons=1, modifiers=modifiers)
        self.mouse("mouseReleased", x, y, button="left", clickCount=1, modifiers=modifiers)

    def click(self, x, y):
        self.drag([(x, y)])

    def key(self, key):
        """One key, by its name or its letter."""
        code = {"windowsVirtualKeyCode": {"Escape": 27, "Tab": 9, "Enter": 13}[key]} if key in ("Escape", "Tab", "Enter") else {}
        text = {"text": key} if len(key) == 1 else {"text": "\r"} if key == "Enter" else {}
        self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", key=key, **text, **code)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, **code)

    def type(self, text):
        self.call("Input.insertText", text=text)

    def picture(self, path):
        data = self.call("Page.captureScreenshot", format="png")["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))

    def faults(self):
        """Errors that the page has told, and requests that it has made beyond its own file and memory."""
        told = []
        for event in self.events:
            method, parameters = event["method"], event.get("params", {})
            if method == "Runtime.exceptionThrown":
                told.append("exception: " + json.dumps(parameters["exceptionDetails"])[:300])
            elif method == "Log.entryAdded" and parameters["entry"]["level"] == "error":
                told.append("log: " + parameters["entry"]["text"][:300])
            elif method == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "assert"):
                told.append("console: " + json.dumps(parameters["args"])[:300])
            elif method == "Network.requestWillBeSent":
                address = parameters["request"]["url"]
                if not address.startswith(("file:", "blob:", "about:")):
                    told.append("request: " + address[:200])
        return told

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.down)
        os.close(self.up)
        shutil.rmtree(self.home, ignore_errors=True)
