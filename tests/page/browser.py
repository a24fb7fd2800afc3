#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens pages in headless Chromium and looks at what a reader would meet.

    browser.py FOLDER BIG    FOLDER/index.html and all pages it links to; FOLDER/BIG.html
                             is the one that must open in two seconds

Speaks the DevTools protocol through a pipe: nothing but Python and Chromium is needed.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

failures = []


def check(truth, what):
    if not truth:
        failures.append(what)
        print("FAILED: " + what)


class Browser:
    def __init__(self):
        to_browser, from_us = os.pipe()
        to_us, from_browser = os.pipe()
        self.profile = tempfile.TemporaryDirectory()

        def connect():  # the browser reads from 3 and writes to 4
            a, b = os.dup(to_browser), os.dup(from_browser)
            os.dup2(a, 3)
            os.dup2(b, 4)

        self.process = subprocess.Popen(
            ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe",
             "--disable-dev-shm-usage", "--no-first-run", "--user-data-dir=" + self.profile.name, "about:blank"],
            close_fds=False, preexec_fn=connect, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        self.out, self.inp, self.buffer = from_us, to_us, b""
        os.close(to_browser)
        os.close(from_browser)
        self.n, self.session, self.events = 0, None, []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in "Page", "Runtime", "Network", "Log", "DOM":
            self.call(domain + ".enable")
        self.call("Performance.enable", timeDomain="threadTicks")

    def read(self):
        while b"\0" not in self.buffer:
            piece = os.read(self.inp, 1 << 20)
            if not piece:
                raise SystemExit("the browser has gone")
            self.buffer += piece
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **params):
        self.n += 1
        message = {"id": self.n, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.read()
            if answer.get("id") == self.n:
                if "error" in answer:
                    raise SystemExit("%s: %s" % (method, answer["error"]))
                return answer["result"]
            self.events.append(answer)

    def run(self, expression):
        r = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in r:
            raise SystemExit("%s: %s" % (expression[:80], r["exceptionDetails"]["exception"]["description"]))
        return r["result"].get("value")

    def open(self, url):
        self.events.clear()
        self.call("Page.navigate", url=url)
        while not any(e.get("method") == "Page.loadEventFired" for e in self.events):
            self.events.append(self.read())

    def close(self):
        self.session = None
        self.call("Browser.close")
        self.process.wait()


CONTRAST = """(() => {
  const light = c => { const m = c.match(/[\\d.]+/g).map(Number);
    const f = m.slice(0, 3).map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return [0.2126 * f[0] + 0.7152 * f[1] + 0.0722 * f[2], m.length > 3 ? m[3] : 1]; };
  const ground = e => { for (; e; e = e.parentElement) { const [l, a] = light(getComputedStyle(e).backgroundColor);
    if (a > 0) return l; } return 1; };
  let worst = 99;
  for (const e of document.querySelectorAll('p, h1, h2, a, td, th, caption, summary, figcaption, button, pre')) {
    const a = light(getComputedStyle(e).color)[0], b = ground(e);
    worst = Math.min(worst, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)); }
  return worst; })()"""

SORT = """(() => {
  const results = [];
  for (const table of document.querySelectorAll('table.sortable'))
    for (const order of ['ascending', 'descending']) {
      const heads = [...table.tHead.rows[0].cells], head = heads.findLast(h => h.classList.contains('number'));
      if (!head || table.tBodies[0].rows.length < 2) continue;
      head.querySelector('button').click();
      const at = heads.indexOf(head), keys = [...table.tBodies[0].rows].map(r => r.cells[at].dataset.value)
        .filter(k => k !== undefined).map(Number);
      const sorted = keys.every((k, i) => !i || (order === 'ascending' ? keys[i - 1] <= k : keys[i - 1] >= k));
      results.push(sorted && head.getAttribute('aria-sort') === order); }
  return results; })()"""


def look(b, url, is_big):
    name = url.rsplit("/", 1)[1]
    b.call("Emulation.setDeviceMetricsOverride", width=1280, height=900, deviceScaleFactor=1, mobile=False)
    b.open(url)
    if is_big:  # by the page's own processor time: others may be at work on this machine
        metrics = {m["name"]: m["value"] for m in b.call("Performance.getMetrics")["metrics"]}
        wall = b.run("performance.getEntriesByType('navigation')[0].loadEventEnd") / 1000
        print("%s: %d curves of runs, %.2f s of work, open after %.2f s"
              % (name, b.run("document.querySelectorAll('svg.curve').length"), metrics["TaskDuration"], wall))
        check(metrics["TaskDuration"] < 2, "%s took too long" % name)
    check(b.run("document.title") != "PWNED", name + ": a stranger's script ran")
    check(all(b.run(SORT)), name + ": sorting")
    check(b.run("Promise.all([...document.images].map(i => { i.loading = 'eager'; return i.decode(); }))"
                ".then(() => [...document.images].every(i => i.alt && i.naturalWidth > 0), () => false)"),
          name + ": an image")
    check(b.run("[...document.querySelectorAll('th')].every(h => h.scope)"), name + ": a head without scope")
    check(b.run("document.documentElement.lang === 'en' && document.querySelectorAll('h1').length === 1"), name + ": head")
    check(b.run("new Set([...document.querySelectorAll('[id]')].map(e => e.id)).size === "
                "document.querySelectorAll('[id]').length"), name + ": an id stands twice")
    for key in "Tab", "Tab":
        for kind in "keyDown", "keyUp":
            b.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=9)
    check(b.run("document.activeElement !== document.body"), name + ": the keyboard reaches nothing")
    for scheme in "light", "dark":
        b.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        contrast = b.run(CONTRAST)
        check(contrast >= 4.5, "%s: contrast %.2f in %s" % (name, contrast, scheme))
    b.call("Emulation.setDeviceMetricsOverride", width=360, height=740, deviceScaleFactor=2, mobile=True)
    b.open(url)
    b.run("document.querySelectorAll('details').forEach(d => d.open = true)")
    width = b.run("document.documentElement.scrollWidth")
    check(width <= 360, "%s: %d px wide on a phone" % (name, width))
    for e in b.events:
        m, p = e.get("method"), e.get("params", {})
        check(m != "Runtime.exceptionThrown" and not (m == "Log.entryAdded" and p["entry"]["level"] == "error") and
              not (m == "Runtime.consoleAPICalled"), "%s: console: %s" % (name, json.dumps(p)[:300]))
        if m == "Network.requestWillBeSent":
            check(p["request"]["url"].startswith(("file://", "data:")), "%s asks for %s" % (name, p["request"]["url"]))
    b.call("Emulation.setScriptExecutionDisabled", value=True)
    b.open(url)
    root = b.call("DOM.getDocument")["root"]["nodeId"]
    rows = b.call("DOM.querySelectorAll", nodeId=root, selector="tbody tr")["nodeIds"]
    check(rows and not b.call("DOM.querySelectorAll", nodeId=root, selector="th button")["nodeIds"],
          name + ": without scripting")
    b.call("Emulation.setScriptExecutionDisabled", value=False)


def main():
    folder, big = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
    b = Browser()
    index = (folder / "index.html").as_uri()
    look(b, index, False)
    b.open(index)
    links = b.run("[...document.links].map(a => a.href).filter(h => !h.includes('#'))")
    check(len(links) == len(list(folder.glob("*.html"))) - 1, "the index has %d links" % len(links))
    for link in links:
        look(b, link, link.endswith("/" + big + ".html"))
        b.open(link)
        check(b.run("[...document.links].map(a => a.href)")[1:2] == [index], link + " does not lead back")
    b.close()
    print("%d pages, %d failures" % (1 + len(links), len(failures)))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
