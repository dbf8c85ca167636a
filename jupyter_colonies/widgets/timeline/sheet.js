// Draws a timeline on a canvas: rows of executors, bars, waiting, the critical path, the axis.

import { TICK_ROOM } from "./axis.js";
import { FAILED, WAITING, firstFrom } from "./bars.js";

/** Room for the names of rows, and what share of a narrow chart that may be. */
const GUTTER = 196;
const NARROW_GUTTER = 0.34;
export const HEAD = 26;
export const LANE = 20;
const ROW_GAP = 10;
const NARROW = 1.5;

/** States in the order in which they stand for a pixel that several bars share. */
const SEVERITY = [1, 3, 0, 4, 2];

export class Sheet {
  constructor(canvas, bars, axis) {
    this._canvas = canvas;
    this._bars = bars;
    this._axis = axis;
    this._widths = new Map();
    this.waiting = false;
    this.path = true;
    this.chosen = -1;
    this.focus = -1;
    /** The moment that a replay shows, in microseconds since the submission; -1 for none. */
    this.moment = -1;
    this.tops = [];
    this.height = HEAD;
    /** Where the axis begins, in pixels. */
    this.gutter = GUTTER;
  }

  /** Give each row its place; to be called when the rows have changed. */
  arrange() {
    let top = HEAD;
    this.tops = (this._bars.news.rows ?? []).map(({ lanes }) => {
      const place = top;
      top += lanes * LANE + ROW_GAP;
      return place;
    });
    this.height = top + 4;
  }

  /** The row and lane at a height, or null. */
  place(y) {
    const row = lastBelow(this.tops, y);
    const lanes = this._bars.news.rows?.[row]?.lanes ?? 0;
    const lane = Math.floor((y - this.tops[row]) / LANE);
    return lane >= 0 && lane < lanes ? { row, lane } : null;
  }

  /** The bar at a point of the whole drawing, or null. */
  hit(x, y) {
    const place = this.place(y);
    if (!place || x < this.gutter) {
      return null;
    }
    const now = this._bars.now();
    const lane = this._bars.lane(place.row, place.lane);
    const time = this._axis.time(x - this.gutter);
    const near = (3 * (this._axis.to - this._axis.from)) / this._axis.width;
    const first = firstFrom(lane, time - near, now);
    const distance = (bar) => Math.max(bar.start - time, time - bar.until(now), 0);
    let best = null;
    for (let i = first; i < lane.length && lane[i].start <= time + near; i += 1) {
      if (!best || distance(lane[i]) < distance(best)) {
        best = lane[i];
      }
    }
    return best;
  }

  draw(scroll, width, height) {
    const scale = window.devicePixelRatio || 1;
    const canvas = this._canvas;
    if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
      canvas.width = Math.round(width * scale);
      canvas.height = Math.round(height * scale);
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
    }
    this.gutter = Math.round(Math.min(GUTTER, width * NARROW_GUTTER));
    this._axis.width = Math.max(width - this.gutter - 8, 1);
    const pen = canvas.getContext("2d");
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, width, height);
    this._pen = pen;
    this._paint = colours(canvas);
    this._font = this._paint.font;
    this._now = this._bars.now();
    this._drawTicks(height, false);
    pen.save();
    pen.beginPath();
    pen.rect(0, HEAD, width, height - HEAD);
    pen.clip();
    pen.translate(0, -scroll);
    this._drawJoints();
    const first = Math.max(lastBelow(this.tops, scroll + HEAD), 0);
    for (let row = first; row < this.tops.length && this.tops[row] < scroll + height; row += 1) {
      this._drawRow(row, width);
    }
    this._drawPath();
    this._drawMark(this.chosen, this._paint.brand, []);
    this._drawMark(this.focus, this._paint.strong, [4, 3]);
    pen.restore();
    this._drawMoment(height);
    this._drawTicks(height, true);
  }

  /** A line at the moment that a replay shows, with a handle above it. */
  _drawMoment(height) {
    const x = Math.round(this.gutter + this._axis.x(this.moment));
    if (this.moment < 0 || x < this.gutter || x > this.gutter + this._axis.width + 8) {
      return;
    }
    const pen = this._pen;
    pen.fillStyle = this._paint.brand;
    pen.fillRect(x - 1, HEAD - 4, 2, height - HEAD + 4);
    pen.beginPath();
    pen.moveTo(x - 5, HEAD - 9);
    pen.lineTo(x + 5, HEAD - 9);
    pen.lineTo(x, HEAD - 2);
    pen.fill();
  }

  _drawTicks(height, texts) {
    const pen = this._pen;
    const ticks = this._axis.ticks();
    if (texts) {
      pen.fillStyle = this._paint.plain;
      pen.font = `11px ${this._font}`;
      pen.textBaseline = "middle";
      ticks.forEach(({ time, text }) => {
        const x = this.gutter + this._axis.x(time);
        if (x >= this.gutter && x + TICK_ROOM * 0.6 < this.gutter + this._axis.width) {
          pen.fillText(text, x + 4, HEAD / 2);
        }
      });
      return;
    }
    pen.strokeStyle = this._paint.line;
    pen.lineWidth = 1;
    pen.beginPath();
    ticks.forEach(({ time }) => {
      const x = Math.round(this.gutter + this._axis.x(time)) + 0.5;
      if (x >= this.gutter) {
        pen.moveTo(x, 4);
        pen.lineTo(x, height);
      }
    });
    pen.stroke();
  }

  _drawRow(row, width) {
    const pen = this._pen;
    const { name, lanes, share } = this._bars.news.rows[row];
    const top = this.tops[row];
    pen.textBaseline = "middle";
    pen.font = `11px ${this._font}`;
    pen.fillStyle = this._paint.plain;
    // Of names and numbers the names matter more where there is no room for both.
    const busy = this.gutter < GUTTER * 0.75 ? "" : `${Math.round(share * 100)} % busy`;
    const room = pen.measureText(busy).width;
    pen.fillText(busy, this.gutter - room - 10, top + LANE / 2);
    pen.font = `600 12px ${this._font}`;
    pen.fillStyle = this._paint.strong;
    pen.fillText(this._cut(name, this.gutter - room - (busy ? 30 : 18)), 8, top + LANE / 2);
    pen.strokeStyle = this._paint.line;
    pen.lineWidth = 1;
    pen.beginPath();
    pen.moveTo(0, top + lanes * LANE + ROW_GAP / 2 + 0.5);
    pen.lineTo(width, top + lanes * LANE + ROW_GAP / 2 + 0.5);
    pen.stroke();
    pen.save();
    pen.beginPath();
    pen.rect(this.gutter, top - 2, this._axis.width + 8, lanes * LANE + 4);
    pen.clip();
    for (let lane = 0; lane < lanes; lane += 1) {
      this._drawLane(this._bars.lane(row, lane), top + lane * LANE);
    }
    pen.restore();
  }

  _drawLane(bars, top) {
    const { from, to } = this._axis;
    const first = firstFrom(bars, from, this._now);
    if (this.waiting) {
      // What waited may have begun after what is in view.
      for (let i = first; i < bars.length && bars[i].ready <= to; i += 1) {
        this._drawWaiting(bars[i], top);
        if (bars[i].start > to && i > first + 2000) {
          break;
        }
      }
    }
    let shared = null;
    for (let i = first; i < bars.length && bars[i].start <= to; i += 1) {
      const bar = bars[i];
      const left = this.gutter + this._axis.x(bar.start);
      const width = this.gutter + this._axis.x(bar.until(this._now)) - left;
      if (width >= NARROW) {
        shared = this._drawShared(shared, top);
        this._drawBar(bar, left, top, width);
      } else if (shared && left < shared.right + 0.5) {
        shared.right = Math.max(shared.right, left + Math.max(width, 1));
        if (SEVERITY[bar.state] > SEVERITY[shared.state]) {
          // One that failed is seen however many did not.
          shared.state = bar.state;
        }
      } else {
        this._drawShared(shared, top);
        shared = { left, right: left + Math.max(width, 1), state: bar.state };
      }
      if (shared && shared.right - shared.left >= 1) {
        shared = this._drawShared(shared, top);
      }
    }
    this._drawShared(shared, top);
  }

  /** Draw the bars that share a pixel, as one; nothing is left of them. */
  _drawShared(shared, top) {
    if (shared) {
      const width = Math.max(shared.right - shared.left, 1);
      this._fill(shared.state, shared.left, top, width);
      if (shared.state === FAILED) {
        this._notch(shared.left + width / 2, top);
      }
    }
    return null;
  }

  _fill(state, left, top, width) {
    this._pen.fillStyle = this._colour(state);
    this._pen.fillRect(left, top + 2, width, LANE - 4);
  }

  /** The colour of a state; where it is said by a variable, a canvas has to be told its value. */
  _colour(state) {
    const { fill } = this._bars.look(state);
    this._paint.fills[state] ??= fill.startsWith("var(")
      ? this._paint.style.getPropertyValue(fill.slice(4, -1)).trim()
      : fill;
    return this._paint.fills[state];
  }

  /** What failed has a notch above it, so that its colour is not needed to see it. */
  _notch(x, top) {
    const pen = this._pen;
    pen.fillStyle = this._paint.strong;
    pen.beginPath();
    pen.moveTo(x - 3.5, top - 1);
    pen.lineTo(x + 3.5, top - 1);
    pen.lineTo(x, top + 4);
    pen.fill();
  }

  _drawWaiting(bar, top) {
    const left = this.gutter + this._axis.x(bar.ready);
    const width = this._axis.x(bar.start) - this._axis.x(bar.ready);
    if (width >= 0.5) {
      this._pen.fillStyle = this._paint.wait;
      this._pen.fillRect(left, top + LANE / 2 - 1.5, width, 3);
      this._pen.fillRect(left, top + LANE / 2 - 4, 1, 8);
    }
  }

  _drawBar(bar, left, top, width) {
    const pen = this._pen;
    const look = this._bars.look(bar.state);
    const shown = Math.max(left, this.gutter - 4);
    const visible = Math.min(left + width, this.gutter + this._axis.width + 8) - shown;
    const round = Math.min(3, width / 2);
    pen.beginPath();
    pen.roundRect(left, top + 2, width, LANE - 4, bar.end < 0 ? [round, 0, 0, round] : round);
    if (bar.state === WAITING) {
      // Given back: a try without a result is hollow.
      pen.strokeStyle = this._colour(bar.state);
      pen.lineWidth = 1.5;
      pen.setLineDash([3, 2]);
      pen.stroke();
      pen.setLineDash([]);
    } else {
      pen.fillStyle = this._colour(bar.state);
      pen.fill();
    }
    if (bar.state === FAILED) {
      this._notch(left + Math.min(width / 2, 8), top);
    }
    if (visible >= 18) {
      pen.font = `11px ${this._font}`;
      pen.textBaseline = "middle";
      pen.fillStyle = bar.state === WAITING ? this._paint.strong : "#fff";
      const again = bar.attempt > 1 ? ` (try ${bar.attempt})` : "";
      const text = this._cut(`${look.glyph} ${bar.name}${again}`, visible - 10);
      pen.fillText(text, Math.max(shown, left) + 5, top + LANE / 2 + 0.5);
    }
  }

  /** Join each bar of the critical path with the next: down or up, then along its waiting. */
  _drawJoints() {
    const pen = this._pen;
    this._clipped(() => {
      pen.strokeStyle = this._paint.strong;
      pen.lineWidth = 1.5;
      pen.setLineDash([2, 2]);
      let before = null;
      for (const { bar, left, width, top } of this._pathBars()) {
        const middle = top + LANE / 2;
        if (before) {
          pen.beginPath();
          pen.moveTo(before.x, before.y);
          pen.lineTo(before.x, middle);
          pen.lineTo(Math.max(left, before.x), middle);
          pen.stroke();
        }
        before = { x: left + width, y: middle, bar };
      }
      pen.setLineDash([]);
    });
  }

  /** Outline the bars of the critical path. */
  _drawPath() {
    const pen = this._pen;
    this._clipped(() => {
      pen.strokeStyle = this._paint.strong;
      pen.lineWidth = 2;
      for (const { left, width, top } of this._pathBars()) {
        pen.strokeRect(left, top + 2, width, LANE - 4);
      }
    });
  }

  _pathBars() {
    const path = this.path ? (this._bars.news.path ?? []) : [];
    return path
      .map((number) => this._bars.list[number])
      .filter((bar) => bar && bar.row >= 0)
      .map((bar) => {
        const left = this.gutter + this._axis.x(bar.start);
        const width = Math.max(this.gutter + this._axis.x(bar.until(this._now)) - left, 1);
        return { bar, left, width, top: this.tops[bar.row] + bar.lane * LANE };
      });
  }

  /** Draw in the part right of the names only. */
  _clipped(draw) {
    const pen = this._pen;
    pen.save();
    pen.beginPath();
    pen.rect(this.gutter, 0, this._axis.width + 8, this.height);
    pen.clip();
    draw();
    pen.restore();
  }

  /** A frame around a bar and, thinner, the other tries of its process. */
  _drawMark(number, colour, dash) {
    const bar = this._bars.list[number];
    if (!bar || bar.row < 0) {
      return;
    }
    const pen = this._pen;
    const left = this.gutter + this._axis.x(bar.start);
    const width = this._axis.x(bar.until(this._now)) - this._axis.x(bar.start);
    if (left + width < this.gutter || left > this.gutter + this._axis.width + 8) {
      return;
    }
    pen.strokeStyle = colour;
    pen.lineWidth = 3;
    pen.setLineDash(dash);
    const top = this.tops[bar.row] + bar.lane * LANE;
    const shown = Math.max(left, this.gutter) - 2;
    pen.strokeRect(shown, top, Math.max(left + width - shown + 2, 5), LANE);
    pen.setLineDash([]);
    if (this.waiting || dash.length === 0) {
      this._drawWaiting(bar, top);
    }
  }

  /** A text that fits into a width, with an ellipsis if it was cut. */
  _cut(text, width) {
    const size = (piece) => {
      const key = `${this._pen.font} ${piece}`;
      if (this._widths.size > 20000) {
        this._widths.clear();
      }
      if (!this._widths.has(key)) {
        this._widths.set(key, this._pen.measureText(piece).width);
      }
      return this._widths.get(key);
    };
    if (size(text) <= width) {
      return text;
    }
    let length = Math.floor((text.length * width) / size(text));
    while (length > 0 && size(`${text.slice(0, length)}…`) > width) {
      length -= 1;
    }
    return length > 1 ? `${text.slice(0, length)}…` : text.slice(0, Math.min(length, 1));
  }
}

/** The last place in a rising list whose value is not above another; -1 for none. */
function lastBelow(list, value) {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle] <= value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low - 1;
}

/** The colours of the page's theme where an element stands. */
function colours(element) {
  const style = getComputedStyle(element);
  const value = (name, otherwise) => style.getPropertyValue(name).trim() || otherwise;
  return {
    strong: value("--jp-ui-font-color0", "#1b1f24"),
    plain: value("--jp-ui-font-color1", "#424a53"),
    line: value("--jp-border-color3", "#e3e6ea"),
    wait: value("--jp-ui-font-color2", "#6b7480"),
    brand: value("--jp-brand-color1", "#1976d2"),
    font: style.fontFamily || "sans-serif",
    fills: {},
    style,
  };
}
