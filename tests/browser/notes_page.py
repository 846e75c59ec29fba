"""Driving the notes workbench: counts key presses, asks the page what it holds."""


import time


def until(page, expression, seconds=60):
    """Waits until a script expression is true; `wait_for_function` would need eval, which the policy forbids."""
    end = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < end, f"never true: {expression}"
        page.wait_for_timeout(30)


class NotesPage:
    """A ready workbench; `press` counts, `space` runs script with the workspace."""

    def __init__(self, page):
        self.page, self.pressed = page, 0
        page.wait_for_selector("[data-ready]")
        self.address = page.url

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1

    def space(self, body, argument=None):
        return self.page.evaluate(f"(x) => {{ const space = document.querySelector('[data-workbench]').workbench; {body} }}", argument)

    def focus(self):
        """The element in focus, with its words."""
        return self.space("const b = space.store.focused; return b && { ...b, words: space.textOf(b) };")

    def focus_on(self, words):
        self.space("for (const [id, b] of space.store.elements) if (space.textOf(b) === x) { space.focusOn(id); return; } throw new Error('no entity: ' + x)", words)
        self.page.locator("[data-surface]").focus()

    def elements(self, kind="entity"):
        return self.space("return [...space.store.elements.values()].filter((b) => b.kind === x).map((b) => ({ ...b, words: space.textOf(b) }));", kind)

    def entity(self, words):
        return next((body for body in self.elements() if body["words"] == words), None)

    def saved(self):
        until(self.page, "document.querySelector('#save-state').textContent === 'All changes saved'")

    def until(self, condition):
        space = "const space = document.querySelector('[data-workbench]').workbench;"
        until(self.page, f"(() => {{ {space} return {condition}; }})()")

    def saw_everything(self):
        """As if every line had been on the screen long enough."""
        self.space("space.view.blocks.forEach((_, i) => space.seen.lines.add(i));")

    def left(self):
        """Waits until the page has been left for the next task or the work list."""
        self.page.wait_for_url(lambda url: url != self.address, wait_until="commit")

    def state(self):
        return self.page.locator("#save-state").inner_text()

    def click(self, words):
        """Clicks on the first line box of the words."""
        left, top = self.space(
            """const start = space.table.text.indexOf(x); const walker = document.createTreeWalker(space.view.lineAtUnit(start).element, NodeFilter.SHOW_TEXT);
            let left = start - space.view.lineAtUnit(start).start;
            for (let n = walker.nextNode(); n; n = walker.nextNode()) {
              if (left < n.length) { const r = document.createRange(); r.setStart(n, left); r.setEnd(n, left + 1); const b = r.getBoundingClientRect(); return [b.left + 2, (b.top + b.bottom) / 2]; }
              left -= n.length;
            }""",
            words,
        )
        self.page.mouse.click(left, top)
        self.page.wait_for_timeout(50)

    def select(self, words):
        """Drags over the words with the mouse, once they no longer move; as a person would, again if nothing came."""
        for _ in range(20):
            self._drag(words)
            for _ in range(20):
                if self.space("return space.store.selection !== null;"):
                    return
                self.page.wait_for_timeout(30)
        raise AssertionError(f"never selected: {words!r}")

    def _drag(self, words):
        before, boxes = None, self.ends_of(words)
        while boxes != before:
            self.page.wait_for_timeout(30)
            before, boxes = boxes, self.ends_of(words)
        (left, _, top), (_, right, bottom) = boxes
        mouse = self.page.mouse
        mouse.move(left + 1, top)
        mouse.down()
        mouse.move((left + right) / 2, (top + bottom) / 2)
        mouse.move(right - 1, bottom)
        mouse.up()

    def ends_of(self, words):
        """The boxes of their first and last character: left, right, middle."""
        return self.space(
            """const start = space.table.text.indexOf(x); space.view.reveal(start, start + x.length);
            const line = space.view.lineAtUnit(start).element; const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
            const at = (unit) => { let left = unit - space.view.lineAtUnit(start).start; walker.currentNode = line;
              for (let n = walker.nextNode(); n; n = walker.nextNode()) { if (left < n.length) return [n, left]; left -= n.length; } };
            const box = (unit) => { const r = document.createRange(); const [n, o] = at(unit); r.setStart(n, o); r.setEnd(n, o + 1); const b = r.getBoundingClientRect(); return [b.left, b.right, (b.top + b.bottom) / 2]; };
            return [box(start), box(start + x.length - 1)];""",
            words,
        )
