// The axis of a timeline: which part of the run is in view, and where the times stand.
// Times are microseconds since the submission of the run.

import { duration, make } from "../page/elements.js";

export const SECOND = 1e6;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Distances between two times on the axis, in rising order. */
const STEPS = [
  ...[1, 10, 100, 1e3, 1e4, 1e5].flatMap((unit) => [unit, 2 * unit, 5 * unit]),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12].map((count) => count * HOUR),
  ...[1, 2, 7, 14, 30].map((count) => count * DAY),
];

/** Room that a time on the axis takes, in pixels. */
export const TICK_ROOM = 96;

/** The narrowest view, in microseconds. */
const NARROWEST = 20;

/** The part of the run that is in view. */
export class Axis {
  constructor() {
    this.origin = 0;
    this.from = 0;
    this.to = SECOND;
    this.end = 0;
    this.width = 1;
    this.fitted = true;
  }

  /** Where a time stands, in pixels from the left of the axis. */
  x(time) {
    return ((time - this.from) / (this.to - this.from)) * this.width;
  }

  time(x) {
    return this.from + (x / this.width) * (this.to - this.from);
  }

  /** The run reaches to `end` by now; a view of the whole stays one. */
  reach(end) {
    this.end = end;
    if (this.fitted) {
      this.fit();
    }
  }

  fit() {
    this.fitted = true;
    this.from = 0;
    this.to = Math.max(this.end, NARROWEST) * 1.015;
  }

  /** Zoom by a factor, larger than 1 to see more closely, around a time. */
  zoom(factor, around = (this.from + this.to) / 2) {
    const widest = Math.max(this.end, NARROWEST) * 1.2;
    const span = Math.min(Math.max((this.to - this.from) / factor, NARROWEST), widest);
    const share = (around - this.from) / (this.to - this.from);
    this._view(around - share * span, span);
  }

  /** Move by a share of what is in view. */
  pan(share) {
    const span = this.to - this.from;
    this._view(this.from + share * span, span);
  }

  /** Bring a stretch of time into view, if it is not. */
  show(start, end) {
    const span = this.to - this.from;
    if (start < this.from || start > this.to || (end > this.to && end - start < span)) {
      this._view(start - Math.max((span - (end - start)) / 2, span / 10), span);
    }
  }

  _view(from, span) {
    this.fitted = false;
    const slack = span * 0.1;
    this.from = Math.min(Math.max(from, -slack), Math.max(this.end + slack - span, -slack));
    this.to = this.from + span;
  }

  /** The times that the axis names, as `{ time, text }`. */
  ticks() {
    const least = ((this.to - this.from) / this.width) * TICK_ROOM;
    const step = STEPS.find((each) => each >= least) ?? Math.ceil(least / DAY) * DAY;
    // From a minute on, times are round in the reader's zone.
    const offset = new Date(this.origin / 1000).getTimezoneOffset() * MINUTE;
    const shift = step >= MINUTE ? offset : 0;
    const first = Math.ceil((this.from + this.origin - shift) / step) * step + shift - this.origin;
    const found = [];
    for (let time = first; time <= this.to; time += step) {
      found.push({ time, text: clock(this.origin + time, step) });
    }
    return found;
  }
}

/** A moment (microseconds since 1970) on the reader's clock, as exactly as a step needs. */
function clock(moment, step) {
  const date = new Date(moment / 1000);
  if (step >= DAY) {
    return date.toLocaleDateString([], { month: "short", day: "numeric" });
  }
  const form = { hour: "2-digit", minute: "2-digit" };
  if (step < MINUTE) {
    form.second = "2-digit";
  }
  if (step < SECOND) {
    form.fractionalSecondDigits = 3;
  }
  const text = date.toLocaleTimeString([], form);
  const rest = Math.round(moment % 1000);
  return step < 1000 ? `${text} +${rest} µs` : text;
}

// Made once: a table has thousands of moments.
const TIME = new Intl.DateTimeFormat([], {
  hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3,
});
const DATE = new Intl.DateTimeFormat([], {
  year: "numeric", month: "numeric", day: "numeric",
  hour: "numeric", minute: "numeric", second: "numeric",
});

/** A moment as an element in the reader's zone, whose title is exact to the microsecond. */
export function exactMoment(microseconds) {
  const date = new Date(Math.floor(microseconds / 1000));
  const rest = String(microseconds % 1000).padStart(3, "0");
  const dateTime = date.toISOString().replace("Z", `${rest}Z`);
  return make("time", {
    dateTime,
    title: `${DATE.format(date)} · ${dateTime}`,
    textContent: TIME.format(date),
  });
}

/** Microseconds as a duration in words; short ones in milli- and microseconds. */
export function span(microseconds) {
  if (microseconds < 1000) {
    return `${microseconds} µs`;
  }
  return microseconds < SECOND / 10
    ? `${Math.round(microseconds / 100) / 10} ms`
    : duration(microseconds / SECOND);
}
