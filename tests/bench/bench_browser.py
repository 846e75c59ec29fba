"""The text of a workbench in Chromium: first paint, adding a span, jumping, scrolling; beside one rebuilt <pre>."""

import functools
import json
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.conftest import CHROMIUM, FLAGS

STATIC = Path(__file__).parents[2] / "app" / "web" / "static"
PAGE = """<!doctype html><html lang=en><title>bench</title>
<link rel=stylesheet href=/css/base.css><link rel=stylesheet href=/css/app.css>
<body class=bench><main><div class=workbench><div class=work><div class=middle><section class=note tabindex=0></section></div></div></div></main>"""
SIZES = ((5_000, 100), (100_000, 2_000), (1_000_000, 10_000))
MEASURE = """
async ([characters, count]) => {
  const load = (name) => import('/js/' + name);
  const { LineTable } = await load('lib/offsets.js');
  const { NoteView } = await load('annotator/noteview.js');
  let seed = 7;
  const chance = (n) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
  const words = ['patient', 'denies', 'fever', 'with', 'of', 'ไข้', 'pneumonia', 'and', 'mg', 'daily', 'no', 'rash', 'đau', '患者', 'improved'];
  let text = '';
  while (text.length < characters) text += words[chance(words.length)] + (chance(18) ? ' ' : '\\n');
  const at = Array.from({ length: count }, () => chance(text.length - 40)).sort((a, b) => a - b);
  const span = (id, start, end) => ({ id, pieces: [[start, end]], tint: 'suggested', line: 'dashed', color: id.length % 8, tag: 'DX', say: 'Problem' });
  const spans = at.map((start, i) => span('e' + i, start, start + 4 + chance(20)));
  const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now()))));
  const root = document.querySelector('.note');
  const out = {};

  // Baseline: one element, rebuilt whole on each change.
  const pre = document.createElement('pre');
  const rebuild = (list) => {
    const parts = [];
    let from = 0;
    for (const s of list) {
      const [start, end] = s.pieces[0];
      if (start < from) continue;
      const mark = document.createElement('mark');
      mark.className = 'suggested';
      mark.textContent = text.slice(start, end);
      parts.push(text.slice(from, start), mark);
      from = end;
    }
    pre.replaceChildren(...parts, text.slice(from));
  };
  pre.style.whiteSpace = 'pre-wrap';
  await painted();
  let begin = performance.now();
  root.append(pre);
  rebuild(spans);
  out.first_baseline = (await painted()) - begin;
  begin = performance.now();
  rebuild([...spans, span('new', 40, 60)].sort((a, b) => a.pieces[0][0] - b.pieces[0][0]));
  out.add_baseline = (await painted()) - begin;
  pre.remove();
  await painted();

  begin = performance.now();
  const table = new LineTable(text);
  out.table = performance.now() - begin;
  begin = performance.now();
  const view = new NoteView(root, table, {});
  for (const s of spans) view.setSpan(s.id, s);
  view.draw();
  out.first = (await painted()) - begin;
  await painted();
  begin = performance.now();
  view.setSpan('new', span('new', 40, 60));
  view.draw();
  out.add = (await painted()) - begin;
  begin = performance.now();
  view.reveal(Math.floor(text.length * 0.7));
  out.jump = (await painted()) - begin;
  const frames = [];
  let last = await painted();
  for (let i = 0; i < 60; i++) {
    root.scrollTop += 160;
    const now = await new Promise((done) => requestAnimationFrame(done));
    frames.push(now - last);
    last = now;
  }
  out.scroll_p95 = frames.sort((a, b) => a - b)[Math.floor(frames.length * 0.95)];
  out.exact = document.querySelector('.text').textContent === text;
  return out;
}
"""
BASELINES = {"first_paint_ms": "first_baseline", "add_span_ms": "add_baseline"}
NAMES = {"first_paint_ms": "first", "add_span_ms": "add", "jump_ms": "jump", "scroll_p95_ms": "scroll_p95", "offset_table_ms": "table"}


class _Quiet(SimpleHTTPRequestHandler):
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {".js": "text/javascript"}

    def log_message(self, *arguments):
        """Nothing but figures on the streams."""


def measure(browser, address, size):
    """The median of three runs, each in a fresh page."""
    runs = []
    for _ in range(3):
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.route("**/bench.html", lambda route: route.fulfill(body=PAGE, content_type="text/html"))
        page.goto(f"{address}/bench.html")
        runs.append(page.evaluate(MEASURE, list(size)))
        page.close()
    assert all(run["exact"] for run in runs)
    return {name: sorted(run[name] for run in runs)[1] for name in runs[0] if name != "exact"}


def main():
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=STATIC))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for size in SIZES:
            found = measure(browser, f"http://127.0.0.1:{server.server_port}", size)
            for metric, name in NAMES.items():
                beside = found.get(BASELINES.get(metric, ""))
                line = {
                    "bench": "browser", "metric": metric, "value": round(found[name], 1), "unit": "ms",
                    "size": f"{size[0]} characters, {size[1]} spans",
                    "baseline": f"one <pre> rebuilt: {beside:.1f}" if beside else None,
                    "ratio": round(beside / found[name], 2) if beside else None,
                }  # fmt: skip
                print(json.dumps(line))
        browser.close()
    server.shutdown()


if __name__ == "__main__":
    main()
