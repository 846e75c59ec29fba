// Active time: counts only while the tab is visible, focused and had input in the last 60 seconds.

const IDLE = 60_000;

export class ActiveTime {
  /** `signal` ends it. */
  constructor(element, signal) {
    this.element = element;
    this.seconds = 0;
    this.last = performance.now();
    for (const name of ["keydown", "pointerdown", "pointermove", "wheel"]) {
      addEventListener(name, () => (this.last = performance.now()), { passive: true, signal });
    }
    const timer = setInterval(() => this.#tick(), 1000);
    signal.addEventListener("abort", () => clearInterval(timer));
    this.#show();
  }

  #tick() {
    if (document.hidden || !document.hasFocus() || performance.now() - this.last > IDLE) return;
    this.seconds++;
    this.#show();
  }

  #show() {
    const two = (n) => String(n).padStart(2, "0");
    this.element.textContent = `Active ${two(Math.floor(this.seconds / 60))}:${two(this.seconds % 60)}`;
  }
}
