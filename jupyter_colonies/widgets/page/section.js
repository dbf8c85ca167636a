// A list with a heading, of which the kernel sends one part at a time.

import { button, follow, make } from "./elements.js";

let sectionCount = 0;

/** What tells the buttons of a list apart, also after they were drawn anew. */
function keyOf(row, { text, key = text }) {
  return `${row.id}\n${key}`;
}

/**
 * `columns` are pairs of a heading and a function from a row to texts or elements; `actions` gives
 * the buttons of a row, each with `text`, `of` (whom it is about, for screen readers), `wish`, and
 * a `question` where it has to be asked twice.
 */
export class Section {
  constructor(model, options) {
    Object.assign(this, { actions: () => [], search: "", everything: "", note: () => "" }, options);
    this._model = model;
    this._asked = "";
    sectionCount += 1;
    const titleid = `colonies-section-${sectionCount}`;
    this._count = make("span", { className: "count" });
    this._title = make("h4", { id: titleid, tabIndex: -1 }, [this.title, " ", this._count]);
    this._tools = make("div", { className: "bar tools" });
    this._note = make("p", { className: "note" });
    this._body = make("tbody");
    const heads = this.columns.map(([title]) => make("th", { scope: "col", textContent: title }));
    this._actionHead = make("th", { scope: "col" }, [
      make("span", { className: "hidden", textContent: "Actions" }),
    ]);
    this._table = make("div", { className: "rows" }, [
      make("table", { "aria-labelledby": titleid }, [
        make("thead", {}, [make("tr", {}, [...heads, this._actionHead])]),
        this._body,
      ]),
    ]);
    this._pages = make("div", { className: "bar pages" });
    this.element = make("section", { className: `colonies-section ${this.name}`, "aria-labelledby": titleid }, [
      make("div", { className: "bar head" }, [this._title, this._tools]),
      this._note,
      this._table,
      this._pages,
    ]);
    this._makeTools();
    this.dispose = follow(model, [this.name, "summary", "selected"], () => this.draw());
  }

  draw() {
    const shown = this._model.get(this.name);
    const { rows = [], found = 0, total = 0 } = shown;
    const focused = this._focused();
    this._count.textContent = found === total ? `${total}` : `${found} of ${total}`;
    const note = this.note(shown);
    this._note.textContent = rows.length ? note : found === total ? this.empty : "None found";
    this._note.hidden = rows.length > 0 && !note;
    this._table.hidden = rows.length === 0;
    this._tools.hidden = total + (shown.hidden ?? 0) === 0;
    if (this._everything) {
      this._everything.parentElement.hidden = !shown.hidden && !shown.everything;
      this._everything.checked = shown.everything;
    }
    this._body.replaceChildren(...rows.map((row) => this._row(row)));
    this._drawPages(shown);
    this._refocus(focused);
  }

  _row(row) {
    const cells = this.columns.map(([title, content], index) => {
      const parts = [content(row)].flat().filter((part) => part !== "");
      const properties = index === 0 ? { scope: "row" } : {};
      const cell = make(index === 0 ? "th" : "td", { ...properties, "data-label": title }, parts);
      return cell;
    });
    const all = this.actions(row, this._model.get("summary"));
    const asked = all.find((each) => each.question && this._asked === keyOf(row, each));
    const buttons = (asked ? [asked] : all).map((each) => this._action(row, each));
    const selected = row.id === this._model.get("selected") && row.id !== "";
    return make("tr", { "aria-current": String(selected) }, [
      ...cells,
      make("td", { className: "actions" }, buttons),
    ]);
  }

  /** A button; one with a question is asked in place, and only the second press counts. */
  _action(row, action) {
    const { text, of = row.name ?? row.type, wish, question, title = "", act } = action;
    const key = keyOf(row, action);
    const does = act ?? (() => this._send(wish));
    if (question && this._asked === key) {
      const keep = () => this._ask("", key);
      const yes = () => {
        this._ask("", key);
        does();
      };
      const parts = [
        make("span", { textContent: question }),
        button(text, yes, { className: "danger", "data-key": `${key}\nyes` }),
        button("Keep", keep, { "data-key": `${key}\nkeep` }),
      ];
      const asked = make("span", { className: "bar asked", role: "group" }, parts);
      asked.setAttribute("aria-label", `${question} ${of}`);
      asked.addEventListener("keydown", (event) => {
        if (event.key === "Escape") {
          event.stopPropagation();
          keep();
        }
      });
      return asked;
    }
    const press = question ? () => this._ask(key, `${key}\nkeep`) : does;
    const label = `${text} ${of}`;
    return button(question ? `${text} …` : text, press, {
      title,
      "data-key": key,
      "aria-label": question ? `${label} …` : label,
    });
  }

  _ask(key, focus) {
    this._asked = key;
    this.draw();
    this._refocus(focus);
  }

  _send(wish) {
    this._model.send({ about: this.name, ...wish });
  }

  _look(wish) {
    this._model.send({ wish: "look", list: this.name, ...wish });
  }

  _makeTools() {
    if (this.search) {
      const input = make("input", {
        type: "search",
        placeholder: this.search,
        "aria-label": this.search,
        value: this._model.get(this.name).text ?? "",
        oninput: () => this._look({ text: input.value, page: 0 }),
      });
      this._tools.append(input);
    }
    if (this.everything) {
      this._everything = make("input", {
        type: "checkbox",
        onchange: () => this._look({ everything: this._everything.checked, page: 0 }),
      });
      this._tools.append(make("label", {}, [this._everything, ` ${this.everything}`]));
    }
  }

  _drawPages({ page = 0, pages = 1 }) {
    this._pages.hidden = pages === 1;
    const turn = (text, to, disabled) =>
      button(text, () => this._look({ page: to }), {
        disabled,
        "data-key": `\npage ${text}`,
        "aria-label": `${text} page of ${this.title}`,
      });
    this._pages.replaceChildren(
      turn("Previous", page - 1, page === 0),
      make("span", { textContent: `Page ${page + 1} of ${pages}` }),
      turn("Next", page + 1, page === pages - 1),
    );
  }

  _focused() {
    const active = document.activeElement;
    return this.element.contains(active) ? active.dataset.key : undefined;
  }

  /** What was drawn anew keeps the focus; what is gone leaves it to the heading. */
  _refocus(key) {
    if (key === undefined || this._focused() === key) {
      return;
    }
    const keyed = [...this.element.querySelectorAll("[data-key]")];
    const again = keyed.find((each) => each.dataset.key === key && !each.disabled);
    (again ?? this._title).focus({ preventScroll: true });
  }
}
