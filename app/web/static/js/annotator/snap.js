// Word and grapheme boundaries by language; a help, never a limit. Offsets here are UTF-16 units of one text.

const WORD = /[\p{L}\p{N}\p{M}]/u;

export class Snapper {
  constructor(text, lang = "en") {
    this.text = text;
    this.words = segmenter(lang, "word");
    this.graphemes = segmenter(lang, "grapheme");
    this.cache = new Map();
  }

  /** Words of the line that holds `unit`: [[start, end]…]; joined across - ' ’ and between digits. */
  wordsAround(unit) {
    const [from, to] = this.lineAround(unit);
    if (!this.cache.has(from)) {
      if (this.cache.size > 200) this.cache.clear();
      this.cache.set(from, joined(this.text.slice(from, to), this.words).map(([a, b]) => [a + from, b + from]));
    }
    return this.cache.get(from);
  }

  lineAround(unit) {
    const from = this.text.lastIndexOf("\n", unit - 1) + 1;
    const end = this.text.indexOf("\n", unit);
    return [from, end < 0 ? this.text.length : end];
  }

  /** The selection widened to whole words; spaces at its ends fall off. null when there is nothing in it. */
  toWords(start, end) {
    [start, end] = trimmed(this.text, start, end);
    if (start >= end) return null;
    const first = this.wordsAround(start).find(([, b]) => b > start);
    const last = this.wordsAround(end - 1).findLast(([a]) => a < end);
    return [first ? Math.min(first[0], start) : start, last ? Math.max(last[1], end) : end];
  }

  /** The selection widened to whole grapheme clusters. */
  toGraphemes(start, end) {
    [start, end] = trimmed(this.text, start, end);
    if (start >= end) return null;
    return [this.#grapheme(start)[0], this.#grapheme(end - 1)[1]];
  }

  #grapheme(unit) {
    const from = Math.max(0, unit - 64); // no cluster in real text is longer
    const window = this.text.slice(from, unit + 64);
    const hit = this.graphemes.segment(window).containing(unit - from);
    return [from + hit.index, from + hit.index + hit.segment.length];
  }

  /** The word at or after (step 1) or before (step -1) a place, over line ends. */
  wordFrom(unit, step) {
    for (let at = unit; at >= 0 && at <= this.text.length; ) {
      const words = this.wordsAround(at);
      const found = step > 0 ? words.find(([a]) => a >= unit) : words.findLast(([, b]) => b <= unit);
      if (found) return found;
      const [from, to] = this.lineAround(at);
      at = step > 0 ? to + 1 : from - 1;
    }
    return null;
  }
}

function segmenter(lang, granularity) {
  try {
    return new Intl.Segmenter(lang, { granularity });
  } catch {
    return new Intl.Segmenter("en", { granularity });
  }
}

export function trimmed(text, start, end) {
  while (start < end && /\s/.test(text[start])) start++;
  while (end > start && /\s/.test(text[end - 1])) end--;
  return [start, end];
}

/** Words of one line; "demam-demam" and "120/80" stay whole, other punctuation stands alone. */
function joined(line, words) {
  const out = [];
  let glue = false;
  for (const { segment, index } of words.segment(line)) {
    if (/^\s+$/.test(segment)) continue;
    const end = index + segment.length;
    const last = out.at(-1);
    const touching = last !== undefined && last[1] === index;
    const joins = touching && joiner(segment, line[index - 1], line[end] ?? "");
    if (joins || (glue && touching)) last[1] = end;
    else out.push([index, end]);
    glue = joins;
  }
  return out;
}

function joiner(segment, before, after) {
  if (/^[-'’]$/u.test(segment)) return WORD.test(before) && WORD.test(after);
  return /^[/.,:]$/.test(segment) && /\d/.test(before) && /\d/.test(after);
}
