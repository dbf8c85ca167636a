// Finding processes by their names.

import { follow, make } from "../page/elements.js";
import { ID } from "./roll.js";

export class Search {
  constructor(model, sight, roll) {
    this._model = model;
    this._sight = sight;
    this._roll = roll;
    this._at = -1;
    this._input = make("input", {
      type: "search",
      placeholder: "Find a process",
      "aria-label": "Find a process by name, function or executor",
      oninput: () => this._seek(),
      onkeydown: (event) => this._press(event),
    });
    this._input.dataset.lmSuppressShortcuts = "true";
    this._told = make("span", { className: "found", role: "status" });
    this.element = make("span", { className: "search", role: "search" }, [this._input, this._told]);
    this._stop = [
      follow(model, ["search"], () => {
        if (this._input.value !== model.get("search")) {
          this._input.value = model.get("search");
        }
      }),
      follow(model, ["search", "states", "roll", "news"], () => this._tell()),
    ];
    this._hear = () => this._tell();
    model.on("msg:custom", this._hear);
  }

  dispose() {
    this._stop.forEach((stop) => stop());
    this._model.off("msg:custom", this._hear);
  }

  clear() {
    this._input.value = "";
    this._seek();
  }

  _seek() {
    this._at = -1;
    this._model.set("search", this._input.value);
    this._model.save_changes();
  }

  _tell() {
    const narrowed = this._roll.narrowed;
    const complete = !narrowed || this._roll.complete;
    const number = narrowed ? this._roll.matches.length : 0;
    const where = this._at >= 0 ? `${this._at + 1} of ` : "";
    const text = `${where}${number.toLocaleString()} found${complete ? "" : " so far"}`;
    const said = narrowed ? text : "";
    if (this._told.textContent !== said) {
      this._told.textContent = said;
    }
  }

  _press(event) {
    if (event.key === "Enter") {
      event.preventDefault();
      this._next(event.shiftKey ? -1 : 1);
    } else if (event.key === "Escape") {
      event.stopPropagation();
      this.clear();
    }
  }

  /** Go to another hit: select it, and bring it or the fold that it is in into view. */
  _next(step) {
    const { matches, rows } = this._roll;
    if (!matches.length) {
      return;
    }
    const from = this._at < 0 && step < 0 ? 0 : this._at;
    this._at = (from + step + matches.length) % matches.length;
    const number = matches[this._at];
    this._sight.choose(rows[number][ID]);
    const node = this._sight.cy?.nodes().filter((each) => each.data("rows")?.includes(number));
    if (node?.length) {
      this._sight.reveal(node[0]);
    }
    this._tell();
  }
}
