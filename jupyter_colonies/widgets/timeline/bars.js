// The bars of a timeline as the page knows them, and how to find one.

export const WAITING = 0;
const RUNNING = 1;
export const FAILED = 3;

/** One bar: a try of a process. Times are microseconds since the submission, -1 for none. */
class Bar {
  constructor(number, [row, lane, ready, start, end, state, attempt, name, critical]) {
    Object.assign(this, { number, row, lane, ready, start, end, state, attempt, name });
    this.critical = Boolean(critical);
  }

  /** When it ended; while it goes on, now. */
  until(now) {
    return this.end >= 0 ? this.end : Math.max(now, this.start);
  }
}

/** All bars of a run, kept current by the news that the kernel sends. */
export class Bars {
  constructor(model) {
    this._model = model;
    this._listeners = new Set();
    this.list = [];
    this.news = {};
    this._received = 0;
    model.get("bars").forEach((entry, number) => this._put(number, entry));
    this._hear = () => this._take(model.get("news"));
    model.on("change:news", this._hear);
    this._hear();
  }

  dispose() {
    this._model.off("change:news", this._hear);
  }

  /** Call back after each change; the result ends that. */
  listen(callback) {
    this._listeners.add(callback);
    return () => this._listeners.delete(callback);
  }

  /** The present, for what goes on: the kernel's clock, carried on by the page's. */
  now() {
    const passed = this.news.going ? (performance.now() - this._received) * 1000 : 0;
    return this.news.end + passed;
  }

  /** The bars of a lane in the order of their start. */
  lane(row, lane) {
    return this._lanes.get(row)?.[lane] ?? [];
  }

  /** The bars of a row in the order of their start, whatever their lane. */
  row(row) {
    return (this._lanes.get(row) ?? []).flat().sort((a, b) => a.start - b.start);
  }

  /** Glyph, word and colour of a state. */
  look(state) {
    return this.news.heading.legend[state];
  }

  _put(number, entry) {
    if (entry.length) {
      this.list[number] = new Bar(number, entry);
    }
  }

  _take(news) {
    this.news = news;
    this._received = performance.now();
    Object.entries(news.bars ?? {}).forEach(([number, entry]) => this._put(Number(number), entry));
    this._arrange();
    this._listeners.forEach((callback) => callback());
  }

  _arrange() {
    this._lanes = new Map();
    for (const bar of this.list) {
      if (bar && bar.row >= 0) {
        const lanes = this._lanes.get(bar.row) ?? [];
        this._lanes.set(bar.row, lanes);
        (lanes[bar.lane] ??= []).push(bar);
      }
    }
    for (const lanes of this._lanes.values()) {
      lanes.forEach((bars) => bars.sort((a, b) => a.start - b.start));
    }
  }
}

/** Place of the first bar of a lane that ends at or after a time. */
export function firstFrom(bars, time, now) {
  let low = 0;
  let high = bars.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (bars[middle].until(now) < time) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
