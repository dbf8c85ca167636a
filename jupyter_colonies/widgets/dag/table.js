// The table twin of the graph: all processes that are searched for and not filtered out.

import { button, duration, make, moment } from "../page/elements.js";
import { BEGUN, ENDED, EXECUTOR, FUNCTION, ID, NAME, STATE, TYPE, WORDS } from "./roll.js";

/** Height of a row in pixels, and rows that are made beyond those in view. */
const ROW = 26;
const BEYOND = 12;

const COLUMNS = [
  { title: "Name", value: (row) => row[NAME] },
  { title: "State", value: (row) => row[WORDS] },
  { title: "Function", value: (row) => row[FUNCTION] },
  { title: "Executor type", value: (row) => row[TYPE] },
  { title: "Executor", value: (row) => row[EXECUTOR] },
  { title: "Began", value: (row) => row[BEGUN] || Infinity },
  { title: "Took", value: (row) => (row[ENDED] ? row[ENDED] - row[BEGUN] : Infinity) },
];

export class Table {
  constructor(model, sight, roll) {
    this._model = model;
    this._sight = sight;
    this._roll = roll;
    this._order = { column: -1, down: false };
    this._at = 0;
    this.opener = button("Table", () => this._toggle(), {
      title: "All processes as a table",
      "aria-expanded": "false",
    });
    this._body = make("tbody");
    this._heads = COLUMNS.map(({ title }, column) => this._head(title, column));
    const head = make("thead", {}, [make("tr", {}, this._heads)]);
    this._table = make("table", { "aria-label": "Processes" }, [head, this._body]);
    this._frame = make("div", { className: "frame", tabIndex: 0, role: "group" }, [this._table]);
    this._frame.dataset.lmSuppressShortcuts = "true";
    this._frame.setAttribute("aria-label", "Processes. Arrow keys move, Enter selects.");
    this._frame.addEventListener("scroll", () => this._wish());
    this._frame.addEventListener("keydown", (event) => this._press(event));
    this.element = make("div", { className: "table", hidden: true }, [this._frame]);
    this._draw = () => this._wish();
    this._traits = "change:news change:roll change:search change:states change:selected msg:custom";
    model.on(this._traits, this._draw);
  }

  dispose() {
    this._model.off(this._traits, this._draw);
    cancelAnimationFrame(this._due);
  }

  _head(title, column) {
    const sorter = button(title, () => this._sort(column), { className: "plain" });
    return make("th", { scope: "col" }, [sorter]);
  }

  _toggle() {
    this.element.hidden = !this.element.hidden;
    this.opener.setAttribute("aria-expanded", String(!this.element.hidden));
    this._wish();
    if (!this.element.hidden) {
      this._frame.focus();
    }
  }

  _sort(column) {
    const again = this._order.column === column;
    this._order = again && this._order.down ? { column: -1 } : { column, down: again };
    this._heads.forEach((head, place) => {
      const sorted = place === this._order.column;
      head.setAttribute("aria-sort", !sorted ? "none" : this._order.down ? "descending" : "ascending");
    });
    this._at = 0;
    this._wish();
  }

  _wish() {
    if (!this.element.hidden && !this._due) {
      this._due = requestAnimationFrame(() => {
        this._due = undefined;
        this._write();
      });
    }
  }

  /** The numbers of the rows in the order in which they are shown. */
  _sorted() {
    const { matches, rows } = this._roll;
    const { column, down } = this._order;
    if (column < 0) {
      return matches;
    }
    const { value } = COLUMNS[column];
    const turn = down ? -1 : 1;
    const compare = (one, other) =>
      typeof one === "string" ? one.localeCompare(other, undefined, { numeric: true }) : one - other || 0;
    return [...matches].sort((one, other) => turn * compare(value(rows[one]), value(rows[other])));
  }

  _write() {
    const complete = this._roll.complete;
    this._shown = this._sorted();
    const first = Math.max(0, Math.floor(this._frame.scrollTop / ROW) - BEYOND);
    const last = Math.min(
      this._shown.length,
      first + Math.ceil(this._frame.clientHeight / ROW) + 2 * BEYOND,
    );
    this._table.setAttribute("aria-rowcount", String(this._shown.length + 1));
    const parts = [this._space(first)];
    for (let place = first; place < last; place += 1) {
      parts.push(this._row(place));
    }
    parts.push(this._space(this._shown.length - last));
    if (!this._shown.length) {
      const text = complete ? "No process matches" : "The list is on its way …";
      parts.push(make("tr", {}, [make("td", { colSpan: COLUMNS.length, textContent: text })]));
    }
    this._body.replaceChildren(...parts);
  }

  /** As much room as rows would take that are out of view. */
  _space(rows) {
    const space = make("tr", { "aria-hidden": "true" });
    space.style.height = `${rows * ROW}px`;
    return space;
  }

  _row(place) {
    const row = this._roll.rows[this._shown[place]];
    const legend = this._model.get("news").heading?.legend ?? [];
    const look = legend.find(({ word }) => word === row[STATE]);
    const took = row[ENDED] ? duration((row[ENDED] - row[BEGUN]) / 1000) : "";
    const cells = [
      row[NAME],
      `${look?.glyph ?? ""} ${row[WORDS]}`,
      row[FUNCTION],
      row[TYPE],
      row[EXECUTOR],
      row[BEGUN] ? moment(row[BEGUN]) : "",
      row[BEGUN] ? took : "",
    ];
    const line = make(
      "tr",
      { "aria-rowindex": String(place + 2) },
      cells.map((cell) => make("td", {}, [cell])),
    );
    line.setAttribute("aria-selected", String(row[ID] === this._model.get("selected")));
    line.classList.toggle("at", place === this._at);
    line.addEventListener("click", () => this._take(place));
    return line;
  }

  _take(place) {
    this._at = place;
    const row = this._roll.rows[this._shown[place]];
    if (row) {
      this._sight.choose(row[ID]);
    }
    this._wish();
  }

  _press(event) {
    const page = Math.max(1, Math.floor(this._frame.clientHeight / ROW) - 2);
    const last = (this._shown?.length ?? 0) - 1;
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -last, End: last };
    if (event.target !== this._frame || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    if (event.key in steps) {
      this._at = Math.max(0, Math.min(last, this._at + steps[event.key]));
      const top = this._at * ROW;
      const { scrollTop, clientHeight } = this._frame;
      if (top < scrollTop || top > scrollTop + clientHeight - 3 * ROW) {
        this._frame.scrollTop = Math.max(0, top - clientHeight / 2);
      }
      this._wish();
    } else if (event.key === "Enter") {
      this._take(this._at);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }
}
