// The chart of a timeline: a canvas that can be scrolled, zoomed, and walked through.

import { follow, make } from "../page/elements.js";
import { Axis, span } from "./axis.js";
import { HEAD, LANE, Sheet } from "./sheet.js";

export class Chart {
  constructor(model, bars, onTell) {
    this._model = model;
    this._bars = bars;
    this._tell = onTell;
    this.axis = new Axis();
    this._canvas = make("canvas", { "aria-hidden": "true" });
    this._stage = make("div", { className: "stage" }, [this._canvas]);
    this._tip = make("div", { className: "tip", hidden: true });
    this.element = make("div", {
      className: "chart",
      tabIndex: 0,
      role: "application",
      "data-lm-suppress-shortcuts": "true",
      "aria-label":
        "Timeline: arrow keys go from run to run, Enter selects, plus and minus zoom, " +
        "Shift with an arrow key moves, 0 shows all",
    }, [this._stage]);
    this.frame = make("div", { className: "frame" }, [this.element, this._tip]);
    this.sheet = new Sheet(this._canvas, bars, this.axis);
    this._listen();
    this._ends = [
      bars.listen(() => this.refresh()),
      follow(model, ["chosen"], () => this._chosen()),
      follow(model, ["moment"], () => this._replayed()),
      watchTheme(() => this.redraw()),
    ];
    this._sizes = new ResizeObserver(() => this.refresh());
    this._sizes.observe(this.element);
    this._look = () => this._watch();
    document.addEventListener("visibilitychange", this._look);
    this._watch();
  }

  dispose() {
    window.clearInterval(this._timer);
    document.removeEventListener("visibilitychange", this._look);
    window.cancelAnimationFrame(this._frame);
    this._sizes.disconnect();
    this._ends.forEach((end) => end());
  }

  /** Rows or bars have changed. */
  refresh() {
    this.sheet.arrange();
    this._stage.style.height = `${this.sheet.height}px`;
    // How much of that is seen at a time is a matter of style.
    this.element.style.height = `${this.sheet.height}px`;
    this.axis.origin = this._bars.news.origin;
    this.axis.reach(this._bars.now());
    this.redraw();
    this._watch();
  }

  /** Draw once before the page is shown next. */
  redraw() {
    this._frame ??= window.requestAnimationFrame(() => {
      this._frame = undefined;
      const { clientWidth, clientHeight, scrollTop } = this.element;
      if (clientWidth) {
        this.sheet.draw(scrollTop, clientWidth, clientHeight);
        // For tests and for whoever measures: how often it was drawn.
        this.element.dataset.drawn = Number(this.element.dataset.drawn ?? 0) + 1;
      }
    });
  }

  zoom(factor) {
    const focus = this._bars.list[this.sheet.focus];
    const near = focus && focus.row >= 0 ? (focus.start + focus.until(this._bars.now())) / 2 : null;
    const inView = near !== null && near >= this.axis.from && near <= this.axis.to;
    this.axis.zoom(factor, inView ? near : undefined);
    this.redraw();
  }

  pan(share) {
    this.axis.pan(share);
    this.redraw();
  }

  fit() {
    this.axis.fit();
    this.redraw();
  }

  /** Go to a bar: it comes into view, has the keyboard's focus, and is told of. */
  goTo(bar) {
    if (!bar) {
      return;
    }
    this.sheet.focus = bar.number;
    this._reveal(bar);
    this._tell(bar);
    this.redraw();
  }

  _reveal(bar) {
    if (bar.row < 0) {
      return;
    }
    this.axis.show(bar.start, bar.until(this._bars.now()));
    const top = this.sheet.tops[bar.row] + bar.lane * LANE;
    const { scrollTop, clientHeight } = this.element;
    if (top < scrollTop + HEAD || top + LANE > scrollTop + clientHeight) {
      this.element.scrollTop = top - clientHeight / 2;
    }
  }

  _chosen() {
    const number = this._model.get("chosen");
    this.sheet.chosen = number;
    const bar = this._bars.list[number];
    if (bar && number !== this.sheet.focus) {
      this.sheet.focus = -1;
      this._reveal(bar);
    }
    this._tell(bar ?? null);
    this.redraw();
  }

  /** A replay shows another moment. */
  _replayed() {
    this.sheet.moment = this._model.get("moment") ?? -1;
    this.redraw();
  }

  /** While the run goes on and the page is seen, time passes in the chart. */
  _watch() {
    const passes = this._bars.news.going && !document.hidden;
    if (passes && !this._timer) {
      this._timer = window.setInterval(() => this._tick(), 1000);
    } else if (!passes) {
      window.clearInterval(this._timer);
      this._timer = 0;
    }
  }

  _tick() {
    this.axis.reach(this._bars.now());
    this.redraw();
  }

  _select(bar) {
    this._model.set("chosen", bar ? bar.number : -1);
    this._model.save_changes();
  }

  _listen() {
    const { element } = this;
    element.addEventListener("scroll", () => this.redraw());
    element.addEventListener("keydown", (event) => this._key(event));
    element.addEventListener("wheel", (event) => this._wheel(event), { passive: false });
    element.addEventListener("pointerdown", (event) => this._grab(event));
    element.addEventListener("pointermove", (event) => this._hover(event));
    element.addEventListener("pointerleave", () => this._hideTip());
    element.addEventListener("blur", () => {
      this.sheet.focus = -1;
      this.redraw();
    });
  }

  _point(event) {
    const box = this.element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top + this.element.scrollTop };
  }

  _wheel(event) {
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      const { x } = this._point(event);
      this.axis.zoom(Math.exp(-event.deltaY / 300), this.axis.time(Math.max(x - this.sheet.gutter, 0)));
      this.redraw();
    } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      event.preventDefault();
      this.pan((event.deltaX || event.deltaY) / this.axis.width);
    }
  }

  /** A press that moves pans; one that does not selects. */
  _grab(event) {
    if (event.button !== 0) {
      return;
    }
    const start = { x: event.clientX, at: this._point(event), moved: false, last: event.clientX };
    const move = (each) => {
      start.moved ||= Math.abs(each.clientX - start.x) > 4;
      if (start.moved) {
        this._hideTip();
        this.pan((start.last - each.clientX) / this.axis.width);
        start.last = each.clientX;
      }
    };
    const release = () => {
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", release);
      if (!start.moved) {
        const bar = this.sheet.hit(start.at.x, start.at.y);
        this.sheet.focus = -1;
        this._select(bar);
      }
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", release);
  }

  _hover(event) {
    const { x, y } = this._point(event);
    const bar = event.buttons ? null : this.sheet.hit(x, y);
    const row = x < this.sheet.gutter ? this._bars.news.rows?.[this.sheet.place(y)?.row] : null;
    if (!bar && !row) {
      this._hideTip();
      return;
    }
    this._tip.textContent = bar ? inWords(this._bars, bar) : `${row.name}: ${row.text}`;
    this._tip.hidden = false;
    const room = this.frame.clientWidth - this._tip.offsetWidth - 8;
    this._tip.style.left = `${Math.max(Math.min(x + 12, room), 4)}px`;
    this._tip.style.top = `${y - this.element.scrollTop + 18}px`;
  }

  _hideTip() {
    this._tip.hidden = true;
  }

  _key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const actions = {
      ArrowRight: () => (event.shiftKey ? this.pan(0.2) : this._along(1)),
      ArrowLeft: () => (event.shiftKey ? this.pan(-0.2) : this._along(-1)),
      ArrowDown: () => this._across(1),
      ArrowUp: () => this._across(-1),
      Home: () => this.goTo(this._bars.row(this._current()?.row ?? 0)[0]),
      End: () => this.goTo(this._bars.row(this._current()?.row ?? 0).at(-1)),
      Enter: () => this._select(this._bars.list[this.sheet.focus]),
      " ": () => this._select(this._bars.list[this.sheet.focus]),
      Escape: () => this._select(null),
      "+": () => this.zoom(1.5),
      "=": () => this.zoom(1.5),
      "-": () => this.zoom(1 / 1.5),
      0: () => this.fit(),
    };
    if (actions[event.key]) {
      event.preventDefault();
      event.stopPropagation();
      actions[event.key]();
    }
  }

  /** The bar from which the keyboard goes on. */
  _current() {
    const { focus, chosen } = this.sheet;
    return this._bars.list[focus] ?? this._bars.list[chosen] ?? null;
  }

  _along(step) {
    const current = this._current();
    if (!current || current.row < 0) {
      this.goTo(this._bars.row(0)[0]);
      return;
    }
    const row = this._bars.row(current.row);
    this.goTo(row[row.indexOf(current) + step] ?? current);
  }

  _across(step) {
    const current = this._current();
    const row = this._bars.row(current ? current.row + step : 0);
    const time = current?.start ?? 0;
    const distance = (bar) => Math.abs(bar.start - time);
    this.goTo(row.reduce((a, b) => (distance(b) < distance(a) ? b : a), row[0]) ?? current);
  }
}

/** A bar in one line: what, in which state, where, and how long. */
export function inWords(bars, bar) {
  const { word } = bars.look(bar.state);
  const now = bars.now();
  const parts = [`${bar.name}${bar.attempt > 1 ? `, try ${bar.attempt}` : ""}`];
  if (bar.row < 0) {
    return `${parts[0]}: waits for an executor since ${span(now - bar.ready)}`;
  }
  parts.push(`${word} on ${bars.news.rows[bar.row].name}`);
  parts.push(`waited ${span(bar.start - bar.ready)}`);
  parts.push(`${bar.end < 0 ? "runs since" : "ran"} ${span(Math.round(bar.until(now) - bar.start))}`);
  if (bar.critical) {
    parts.push("on the critical path");
  }
  return parts.join(" · ");
}

/** Call back when the page gets another theme; the result ends that. */
function watchTheme(callback) {
  const observer = new MutationObserver(callback);
  const attributeFilter = [
    "data-jp-theme-name", "data-jp-theme-light", "data-colonies-palette", "class",
  ];
  observer.observe(document.body, { attributes: true, attributeFilter });
  return () => observer.disconnect();
}
