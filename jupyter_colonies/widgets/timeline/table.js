// The table twin of a timeline: every run with its times, in the order in which they began.

import { button, make } from "../page/elements.js";
import { exactMoment, span } from "./axis.js";

const MOST_ROWS = 500;

/** Rows that are made at a time: more would hold up the page. */
const BATCH = 50;
const HEADS = [
  "Process", "Executor", "Try", "State", "Could begin", "Began", "Ended", "Waited", "Ran",
  "Critical path",
];

export class Table {
  constructor(model, bars, onGo) {
    this._model = model;
    this._bars = bars;
    this._go = onGo;
    this._rows = new Map();
    this._shown = [];
    this._room = BATCH;
    this._note = make("p", { className: "note" });
    this._body = make("tbody");
    const heads = HEADS.map((text) => make("th", { scope: "col", textContent: text }));
    const table = make("table", {}, [make("thead", {}, [make("tr", {}, heads)]), this._body]);
    this.element = make("details", { className: "twin" }, [
      make("summary", { textContent: "The runs as a table" }),
      this._note,
      make("div", { className: "scroll" }, [table]),
    ]);
    this.element.addEventListener("toggle", () => this.fill());
    this._end = bars.listen(() => this.fill());
  }

  dispose() {
    this._end();
    window.clearTimeout(this._later);
    window.cancelAnimationFrame(this._more);
  }

  /** Bring the rows up to date, if somebody looks, twice a second at most. */
  fill() {
    if (this.element.open && !this._later) {
      this._fill();
      this._later = window.setTimeout(() => {
        this._later = 0;
        if (this._stale) {
          this.fill();
        }
      }, 500);
    } else {
      this._stale = true;
    }
  }

  _fill() {
    this._stale = false;
    let chosen = this._bars.list.filter((bar) => bar && bar.row >= 0);
    const all = chosen.length;
    if (all > MOST_ROWS) {
      const trouble = chosen.filter((bar) => bar.state !== 2);
      chosen = [...trouble, ...chosen.filter((bar) => bar.state === 2)].slice(0, MOST_ROWS);
    }
    this._note.textContent =
      all > MOST_ROWS
        ? `${MOST_ROWS} of ${all} runs, those that did not succeed first.`
        : "";
    if (chosen.length > this._room) {
      chosen = chosen.slice(0, this._room);
      this._room += BATCH;
      this._more = window.requestAnimationFrame(() => this._fill());
    }
    const numbers = chosen.map((bar) => bar.number);
    const rows = chosen.map((bar) => this._row(bar));
    if (this._shown.every((number, place) => numbers[place] === number)) {
      this._body.append(...rows.slice(this._shown.length));
    } else {
      this._body.replaceChildren(...rows);
    }
    this._shown = numbers;
  }

  /** The row of a bar, made once and changed where it differs. */
  _row(bar) {
    let row = this._rows.get(bar.number);
    if (!row) {
      const go = button(bar.name, () => this._go(bar.number), { className: "plain" });
      const cells = HEADS.map((_, place) => make("td", {}, place ? [] : [go]));
      row = { element: make("tr", {}, cells), cells, told: [] };
      this._rows.set(bar.number, row);
    }
    const { origin } = this._bars.news;
    const look = this._bars.look(bar.state);
    const now = this._bars.now();
    const told = [
      bar.name,
      this._bars.news.rows[bar.row].name,
      String(bar.attempt),
      `${look.glyph} ${look.word}`,
      bar.ready,
      bar.start,
      bar.end,
      span(bar.start - bar.ready),
      bar.end < 0 ? "…" : span(Math.round(bar.until(now) - bar.start)),
      bar.critical ? "yes" : "no",
    ];
    told.forEach((value, place) => {
      if (place && row.told[place] !== value) {
        const time = typeof value === "number";
        const shown = !time ? value : value < 0 ? "…" : exactMoment(origin + value);
        row.cells[place].replaceChildren(shown);
      }
    });
    row.told = told;
    return row.element;
  }
}

/** What each executor did, in words. */
export class Executors {
  constructor(bars) {
    this._bars = bars;
    this._list = make("ul");
    this.element = make("details", { className: "twin" }, [
      make("summary", { textContent: "The executors in words" }),
      this._list,
    ]);
    this.element.addEventListener("toggle", () => this.fill());
    this._end = bars.listen(() => this.fill());
  }

  dispose() {
    this._end();
  }

  fill() {
    if (this.element.open) {
      const rows = this._bars.news.rows ?? [];
      this._list.replaceChildren(
        ...rows.map(({ name, text }) => make("li", { textContent: `${name}: ${text}` })),
      );
    }
  }
}
