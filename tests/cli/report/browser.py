"""A headless Chromium, spoken to over its debugging pipe: what a page logs, asks for and shows."""

import base64
import contextlib
import json
import os
import select
import shutil
import subprocess
import sys
import time

# Runs a program with two descriptors as its 3 and 4, whatever numbers they have here.
_EXEC = """import fcntl, os, sys
theirs, answers = (fcntl.fcntl(int(each), fcntl.F_DUPFD, 10) for each in sys.argv[1:3])
os.dup2(theirs, 3)
os.dup2(answers, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
CHROMIUM = next(
    (
        found
        for found in map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))
        if found
    ),
    None,
)


class Browser:
    """One page of a browser.

    Attributes:
        problems: list of str: what the page wrote to its console as an error, and exceptions.
        requests: list of str, the addresses that it asked for, without those of data in itself.
    """

    def __init__(self, send, receive):
        self._send, self._receive, self._rest, self._count = send, receive, b"", 0
        self._session = None
        self.problems, self.requests = [], []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        attached = self.ask("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.ask(f"{domain}.enable")

    def ask(self, method, **told):
        """Send a command; return its result, and note what the page says meanwhile."""
        self._count += 1
        message = {"id": self._count, "method": method, "params": told}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._send, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._count:
                assert "error" not in answer, answer
                return answer["result"]
            self._note(answer)

    def open(self, path, width, height=900):
        """Open a file in a window of this size, and wait for all of it."""
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            **{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600},
        )
        self.ask("Page.navigate", url=path.absolute().as_uri())
        for _ in range(200):
            if self.evaluate("document.readyState") == "complete":
                break
            time.sleep(0.05)

    def evaluate(self, expression):
        """Return the value of a JavaScript expression."""
        found = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def screenshot(self, path, whole=True):
        """Write a picture of the page."""
        told = {"captureBeyondViewport": whole}
        if whole:
            size = self.ask("Page.getLayoutMetrics")["cssContentSize"]
            told["clip"] = {**size, "x": 0, "y": 0, "scale": 1}
        path.write_bytes(base64.b64decode(self.ask("Page.captureScreenshot", **told)["data"]))

    def _read(self):
        while b"\0" not in self._rest:
            assert select.select([self._receive], [], [], 60)[0], "the browser says nothing"
            more = os.read(self._receive, 1 << 20)
            assert more, "the browser has ended"
            self._rest += more
        line, _, self._rest = self._rest.partition(b"\0")
        return json.loads(line)

    def _note(self, event):
        method, told = event.get("method"), event.get("params", {})
        if method == "Runtime.exceptionThrown":
            self.problems.append(str(told["exceptionDetails"]))
        elif method == "Runtime.consoleAPICalled" and told["type"] in ("error", "warning"):
            self.problems.append(str(told["args"]))
        elif method == "Log.entryAdded" and told["entry"]["level"] in ("error", "warning"):
            self.problems.append(told["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            address = told["request"]["url"]
            if not address.startswith("data:"):
                self.requests.append(address)


@contextlib.contextmanager
def browser(profile):
    """Be a `Browser` whose profile lies in a new folder."""
    theirs, send = os.pipe()
    receive, answers = os.pipe()
    # Chromium reads commands from descriptor 3 and writes to 4.
    process = subprocess.Popen(
        [
            *(sys.executable, "-S", "-c", _EXEC, str(theirs), str(answers), CHROMIUM),
            *("--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe"),
            *("--no-first-run", "--disable-background-networking", f"--user-data-dir={profile}"),
            "about:blank",
        ],
        pass_fds=(theirs, answers),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(theirs)
    os.close(answers)
    try:
        yield Browser(send, receive)
    finally:
        process.terminate()
        process.wait(timeout=30)
        os.close(send)
        os.close(receive)
