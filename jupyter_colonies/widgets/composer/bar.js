// The bar above everything: the draft's name, undo and redo, import, export, and submitting.

import { button, follow, make } from "../page/elements.js";
import { Exchange } from "./exchange.js";

export class Bar {
  constructor(model, wishes) {
    this._model = model;
    this._wishes = wishes;
    this._name = make("strong", { className: "title" });
    this._count = make("span", { className: "chip" });
    this._undo = this._step("↶ Undo", "undo", "Control+Z");
    this._redo = this._step("↷ Redo", "redo", "Control+Shift+Z");
    this._import = button("Import", () => this._show("import"));
    this._export = button("Export", () => this._show("export"));
    this._submit = button("Submit", () => this.submit(), { className: "primary" });
    this._submit.setAttribute("aria-keyshortcuts", "Control+Enter");
    this._told = make("p", { className: "told", role: "status" });
    this._keys = make("details", { className: "keys" }, [
      make("summary", { textContent: "Keys" }),
      make("dl", {}, KEYS.flatMap(([keys, what]) => [
        make("dt", {}, [make("kbd", { textContent: keys })]),
        make("dd", { textContent: what }),
      ])),
    ]);
    this.panel = make("div", { className: "panel", hidden: true });
    const space = make("span", { className: "space" });
    const bar = make("div", { className: "bar" }, [
      this._name, this._count, this._undo, this._redo, space, this._import, this._export, this._submit,
    ]);
    const line = make("div", { className: "line" }, [this._told, this._keys]);
    this.element = make("header", { className: "head" }, [bar, line, this.panel]);
    wishes.onGone = () => {
      this._told.textContent = "The kernel has gone: run the cell again. The draft is kept.";
      this._told.classList.add("refused");
    };
    this._stop = follow(model, ["page", "name", "busy"], () => this.draw());
    this._exchange = new Exchange(model, wishes, this.panel, () => this._show(""));
  }

  dispose() {
    this._stop();
    this._exchange.dispose();
  }

  submit() {
    if (!this._submit.disabled) {
      this._wishes.send("submit");
    }
  }

  openKeys() {
    this._keys.open = !this._keys.open;
    this._keys.firstChild.focus();
  }

  draw() {
    const { nodes, problems, undo, redo, told, complaint } = this._model.get("page");
    const busy = this._model.get("busy");
    this._name.textContent = this._model.get("name");
    const number = nodes.length;
    this._count.textContent = `✎ Draft · ${number} ${number === 1 ? "node" : "nodes"}`;
    this._fillStep(this._undo, "Undo", undo);
    this._fillStep(this._redo, "Redo", redo);
    const refused = problems.filter((problem) => problem.refused && problem.field).length;
    this._submit.disabled = Boolean(busy) || !number || refused > 0;
    this._submit.title = refused
      ? "What is wrong has to be put right first: see the list of problems"
      : "Submit the workflow; the draft stays (Ctrl+Enter)";
    this._told.textContent = busy || told;
    this._told.classList.toggle("refused", Boolean(complaint) && !busy);
  }

  _step(text, wish, keys) {
    const made = button(text, () => this._wishes.send(wish));
    made.setAttribute("aria-keyshortcuts", keys);
    return made;
  }

  _fillStep(element, word, what) {
    element.setAttribute("aria-disabled", String(!what));
    element.title = what ? `${word}: ${what}` : `Nothing to ${word.toLowerCase()}`;
  }

  _show(which) {
    const open = this.panel.hidden || this._shown !== which ? which : "";
    this._shown = open;
    this.panel.hidden = !open;
    this._import.setAttribute("aria-expanded", String(open === "import"));
    this._export.setAttribute("aria-expanded", String(open === "export"));
    if (open) {
      this._exchange.show(open);
    } else if (which === "") {
      this._import.focus();
    }
  }
}

const KEYS = [
  ["/", "search the functions; Enter adds the first, Shift+Enter after the selected node"],
  ["G", "the list of nodes; arrow keys select"],
  ["C", "connect from the selected node: choose the one that waits for it, with Enter or a click"],
  ["D", "duplicate the selected node"],
  ["Delete", "delete the selected node or arrow"],
  ["F2", "rename the selected node"],
  ["Ctrl+Z", "undo"],
  ["Ctrl+Shift+Z, Ctrl+Y", "redo"],
  ["Ctrl+Enter", "submit, also while typing"],
  ["Escape", "leave a field, end connecting"],
  ["?", "show these keys"],
];
