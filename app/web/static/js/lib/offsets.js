// The only place where UTF-16 units (what the browser counts) meet code points (what the server counts).

const isHigh = (unit) => unit >= 0xd800 && unit <= 0xdbff;
const isLow = (unit) => unit >= 0xdc00 && unit <= 0xdfff;

/** Per-line start in both countings. Lines end at "\n" only, as on the server. */
export class LineTable {
  constructor(text) {
    this.text = text;
    this.units = [0];
    this.points = [0];
    this.astral = [];
    let pairs = 0;
    let before = 0;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (isHigh(unit) && isLow(text.charCodeAt(i + 1))) pairs++;
      else if (unit === 10) {
        this.astral.push(pairs - before);
        before = pairs;
        this.units.push(i + 1);
        this.points.push(i + 1 - pairs);
      }
    }
    this.astral.push(pairs - before);
    this.length = text.length - pairs;
  }

  /** Number of lines; a text that ends in "\n" has an empty last one. */
  get lines() {
    return this.units.length;
  }

  /** Code point offset → UTF-16 offset. */
  toUnit(point) {
    if (!(point >= 0 && point <= this.length)) throw new RangeError(`offset ${point} outside the text`);
    const line = lastAtMost(this.points, point);
    let unit = this.units[line];
    let left = point - this.points[line];
    if (!this.astral[line]) return unit + left;
    for (; left > 0; left--) unit += this.#pairAt(unit) ? 2 : 1;
    return unit;
  }

  /** UTF-16 offset → code point offset; an offset inside a pair counts as the start of the pair. */
  toPoint(unit) {
    if (!(unit >= 0 && unit <= this.text.length)) throw new RangeError(`offset ${unit} outside the text`);
    const line = lastAtMost(this.units, unit);
    let at = this.units[line];
    let point = this.points[line];
    if (!this.astral[line]) return point + (unit - at);
    for (;;) {
      at += this.#pairAt(at) ? 2 : 1;
      if (at > unit) return point;
      point++;
    }
  }

  #pairAt(unit) {
    return isHigh(this.text.charCodeAt(unit)) && isLow(this.text.charCodeAt(unit + 1));
  }

  /** The text between two code point offsets: the quote the server checks. */
  slice(start, end) {
    return this.text.slice(this.toUnit(start), this.toUnit(end));
  }

  /** Line number, counted from 1, of a code point offset. */
  lineOf(point) {
    return lastAtMost(this.points, point) + 1;
  }
}

/** Index of the last element of a rising list that is ≤ value. */
export function lastAtMost(list, value) {
  let low = 0;
  let high = list.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (list[middle] <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
