// The footer of a workbench: how far the work is, in words and as a bar.

export class Foot {
  constructor(root) {
    this.words = root.querySelector("#progress-words");
    this.meter = root.querySelector("#progress");
  }

  show(words, share) {
    if (this.words.textContent !== words) this.words.textContent = words;
    if (this.meter.value !== share) this.meter.value = share;
  }
}
