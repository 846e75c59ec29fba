"""The page people annotate on, in Chromium from a real server: opening, keys, adding, scrolling, finishing.

Wall time is to the next paint; `…_cpu_ms` is the processor time of the page's main thread for the same act, which a
loaded machine does not stretch. Beside it, in the same browser, the least that could be done: plain <mark>s in one
<pre>, rebuilt on each change.
"""

import json
import statistics
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.bench.page_world import note, page_world
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.notes_page import NotesPage

# characters, spans → budgets in ms on a quiet machine
BUDGETS = {
    (8_000, 100): {"open": None, "key": 16, "add": 25, "scroll_p95": None},
    (100_000, 2_000): {"open": 300, "key": 25, "add": 33, "scroll_p95": None},
    (1_000_000, 10_000): {"open": 1500, "key": 50, "add": 60, "scroll_p95": 25, "memory_mb": 150},
}
FINISH = 300
PAINTED = """
addEventListener('DOMContentLoaded', () => new MutationObserver(() => {
  const root = document.querySelector('[data-ready]');
  if (!root || root.seen) return;
  root.seen = true;
  requestAnimationFrame(() => setTimeout(() => { window.paintedAt = performance.timeOrigin + performance.now(); }));
}).observe(document.documentElement, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-ready'] }));
"""
ACT = """
(x) => {
  const space = document.querySelector('[data-workbench]').workbench;
  const press = (key, code, more = {}) => space.surface.dispatchEvent(
    new KeyboardEvent('keydown', { key, code, bubbles: true, cancelable: true, ...more }));
  const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now()))));
  const text = space.table.text;
  BODY
}
"""
KEYS = "const t = performance.now(); press(x[0], x[1]); return painted().then((now) => now - t);"
SELECT = "space.view.reveal(x); return painted().then(() => { space.selecting.set(x, x + 4); return painted(); });"
SCROLL = """return (async () => {
  const frames = [];
  let last = await painted();
  for (let i = 0; i < 60; i++) {
    space.surface.scrollTop += 160;
    const now = await new Promise((done) => requestAnimationFrame(done));
    frames.push(now - last);
    last = now;
  }
  return frames.sort((a, b) => a - b)[Math.floor(frames.length * 0.95)];
})();"""
MARKS = """
async ([text, spans]) => {
  const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now()))));
  const pre = document.createElement('pre');
  pre.style.whiteSpace = 'pre-wrap';
  const rebuild = (list) => {
    const parts = [];
    let from = 0;
    for (const [start, end] of list) {
      if (start < from) continue;
      const mark = document.createElement('mark');
      mark.textContent = text.slice(start, end);
      parts.push(text.slice(from, start), mark);
      from = end;
    }
    pre.replaceChildren(...parts, text.slice(from));
  };
  await painted();
  let begin = performance.now();
  document.body.append(pre);
  rebuild(spans);
  const open = (await painted()) - begin;
  begin = performance.now();
  rebuild([[40, 60], ...spans]);
  return { open, add: (await painted()) - begin };
}
"""


class Ana:
    """A page of hers, with the processor time its main thread takes."""

    def __init__(self, browser, world):
        self.world = world
        self.context = browser.new_context(viewport={"width": 1366, "height": 768}, **world.context("ana"))
        self.context.add_init_script(PAINTED)
        self.page = self.context.new_page()
        self.page.set_default_timeout(120_000)
        self.cdp = self.context.new_cdp_session(self.page)
        self.cdp.send("Performance.enable", {"timeDomain": "threadTicks"})

    def cpu(self):
        metrics = {m["name"]: m["value"] for m in self.cdp.send("Performance.getMetrics")["metrics"]}
        return metrics["TaskDuration"] * 1000

    def open(self, task):
        """To the painted note: wall and the page's processor time, ms; and what the two answers took."""
        self.page.goto("about:blank")
        before, begin = self.cpu(), time.time() * 1000
        self.page.goto(task.url)
        self.page.wait_for_selector("[data-ready]")
        wall = self.painted() - begin
        return wall, self.cpu() - before

    def painted(self):
        while not (at := self.page.evaluate("window.paintedAt ?? 0")):
            time.sleep(0.01)
        return at

    def act(self, body, argument=None):
        before = self.cpu()
        wall = self.page.evaluate(ACT.replace("BODY", body), argument)
        return wall, self.cpu() - before


def middle(runs):
    return {"ms": statistics.median(r[0] for r in runs), "cpu_ms": statistics.median(r[1] for r in runs)}


def measure(ana, task, characters, count):
    """Figures of one size: {metric: {"ms", "cpu_ms"}}."""
    found = {"first_open": middle([ana.open(task)])}
    found["open"] = middle([ana.open(task) for _ in range(3)])
    text, _ = note(characters, count)
    ana.act("space.focusOn(space.store.order[Math.floor(space.store.order.length / 2)]); return painted();")
    time.sleep(0.5)
    keys = {}
    for key, code, times in (("d", "KeyD", 8), ("q", "KeyQ", 4), ("a", "KeyA", 4), ("s", "KeyS", 4)):
        keys[key] = [ana.act(KEYS, [key, code]) for _ in range(times)]
        found[f"key_{key}"] = middle(keys[key])
    found["key"] = middle([run for runs in keys.values() for run in runs])
    adds = []
    for n in range(5):
        ana.act(SELECT, len(text) // 2 + n * 40)
        adds.append(ana.act(KEYS, ["1", "Digit1"]))
    found["add"] = middle(adds)
    found["scroll_p95"] = middle([ana.act(SCROLL)])
    assert ana.page.evaluate("document.querySelector('.text').textContent.length") == len(text)
    return found


def memory(ana):
    """Megabytes of all renderers of the browser, shared pages divided among those who share them; garbage apart."""
    ana.cdp.send("HeapProfiler.collectGarbage")
    processes = ana.context.browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    pids = [process["id"] for process in processes if process["type"] == "renderer"]
    rows = [Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").split("Pss:")[1].split()[0] for pid in pids]
    return sum(map(int, rows)) / 1024


def finish(ana, tasks):
    """From Ctrl+Enter to the next note painted, ms: the median over a chain of notes."""
    runs = []
    ana.open(tasks[0])
    for task in tasks[:-1]:
        page = NotesPage(ana.page)
        page.space("space.store.run({ title: 'all', actions: [...space.store.elements].map(([id, b]) => ({ id, body: { ...b, status: 'confirmed' } })) });")
        page.saw_everything()
        page.saved()
        time.sleep(3)  # what is fetched ahead has come
        begin, before = time.time() * 1000, ana.cpu()
        ana.page.evaluate("window.paintedAt = 0")
        page.press("Control+Enter")
        ana.page.wait_for_url(lambda url, here=task.url: url != here, wait_until="commit")
        ana.page.wait_for_selector("[data-ready]")
        wall, after = ana.painted() - begin, ana.cpu()
        # A page that was loaded may have a process of its own, whose clock begins anew.
        runs.append((wall, after - before if after > before else after))
    return middle(runs)


def loop():
    """A fixed loop's wall time, ms."""
    begin = time.perf_counter()
    sum(n * n for n in range(2_000_000))
    return (time.perf_counter() - begin) * 1000


def say(metric, value, size, budget=None, baseline=None, unit="ms"):
    row = {"bench": "browser", "metric": metric, "value": round(value, 1), "unit": unit, "size": size}
    ratio = round(baseline / value, 2) if baseline else None
    beside = f"plain <mark>s rebuilt: {baseline:.1f}" if baseline else None
    print(json.dumps(row | {"budget": budget, "baseline": beside, "ratio": ratio}), flush=True)


def bench(browser, bench_world, loops):
    for (characters, count), budgets in BUDGETS.items():
        size = f"{characters} characters, {count} spans"
        ana = Ana(browser, bench_world.world)
        ana.page.goto(f"{bench_world.world.url}/sign-in")  # a page of ours with nothing in it
        empty = memory(ana)
        task = bench_world.task(characters, count)
        found = measure(ana, task, characters, count)
        found["memory"] = memory(ana) - empty
        text, said = note(characters, count)
        marks = browser.new_page()
        plain = marks.evaluate(MARKS, [text, [[e["start"], e["end"]] for e in said["entities"]]])
        marks.close()
        ana.context.close()
        say("memory_mb", found.pop("memory"), size, budgets.get("memory_mb"), unit="MB")
        for metric, values in found.items():
            say(f"{metric}_ms", values["ms"], size, budgets.get(metric), plain.get(metric))
            say(f"{metric}_cpu_ms", values["cpu_ms"], size)
        loops.append(loop())


def main():
    with page_world() as world, sync_playwright() as playwright:
        chain = [world.task(8_000, 40, seed) for seed in range(4)]
        with world.serving():
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            loops = [loop() for _ in range(3)]
            ana = Ana(browser, world.world)
            done = finish(ana, chain)
            ana.context.close()
            size = "8000 characters, 40 spans"
            say("finish_to_next_ms", done["ms"], size, FINISH)
            say("finish_to_next_cpu_ms", done["cpu_ms"], size)
            bench(browser, world, loops)
            browser.close()
        load = max(loops) / min(loops)
        say("fixed_loop_ratio", load, "loaded" if load > 1.1 else "quiet", unit="x")


if __name__ == "__main__":
    main()
