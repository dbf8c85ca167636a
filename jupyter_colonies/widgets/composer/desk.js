// The page's half of the composer. Names and texts come from anybody in the colony: they are only
// ever set as text.

import { follow, make } from "../page/elements.js";
import { Bar } from "./bar.js";
import { Drawing } from "./drawing.js";
import { Form } from "./form.js";
import { Joining, Nodes } from "./nodes.js";
import { Palette } from "./palette.js";
import { Wishes, unique } from "./wishes.js";

export default {
  render({ model, el }) {
    el.classList.add("colonies-composer-parts");
    const wishes = new Wishes(model);
    const lists = new Suggestions(model);
    const joining = new Joining(model, wishes);
    const bar = new Bar(model, wishes);
    const palette = new Palette(model, wishes);
    const form = new Form(model, wishes, lists.elements);
    const nodes = new Nodes(model, wishes, joining);
    const drawing = new Drawing(model, wishes, joining, bar.element);
    const later = new Later(model);
    palette.added = () => later.once(() => form.focus("nodename"));
    nodes.onFit = () => drawing.fit();
    nodes.onOpen = (key, field) => later.when(key, () => form.focus(field));
    drawing.onOpen = () => form.focus("nodename");
    const keys = new Keys({ model, wishes, joining, bar, palette, form, nodes, el });
    drawing.onPlaced = () => keys.tell();
    el.append(bar.element, palette.element, nodes.tools, nodes.element, form.element);
    el.append(nodes.problems, lists.element);
    const parts = [bar, palette, form, nodes, drawing, lists, later, keys, wishes];
    return () => parts.forEach((part) => part.dispose());
  },
};

/** What is done once the kernel has answered. */
class Later {
  constructor(model) {
    this._model = model;
    this._waiting = [];
    this._hear = () => this._look();
    model.on("change:page", this._hear);
  }

  dispose() {
    this._model.off("change:page", this._hear);
  }

  /** Once another node is selected. */
  once(act) {
    const { selected } = this._model.get("page");
    this._waiting = [{ ready: (page) => page.selected !== selected, act }];
  }

  /** Once this node is selected. */
  when(key, act) {
    this._waiting = [{ ready: (page) => page.selected === key, act }];
    this._look();
  }

  _look() {
    const page = this._model.get("page");
    const ready = this._waiting.filter((each) => each.ready(page));
    this._waiting = this._waiting.filter((each) => !ready.includes(each));
    // After the form has been drawn for the new page.
    ready.forEach(({ act }) => setTimeout(act));
  }
}

/** What fields offer while somebody types: functions, types and executors there are. */
class Suggestions {
  constructor(model) {
    this.elements = {};
    this.element = make("span", { hidden: true });
    for (const name of ["functions", "types", "executors"]) {
      this.elements[name] = make("datalist", { id: unique(name) });
      this.element.append(this.elements[name]);
    }
    this._stop = follow(model, ["palette"], () => this._fill(model.get("palette").offers ?? []));
  }

  dispose() {
    this._stop();
  }

  _fill(offers) {
    const distinct = (values) => [...new Set(values)].sort();
    const known = {
      functions: distinct(offers.map(({ funcname }) => funcname)),
      types: distinct(offers.map(({ executortype }) => executortype)),
      executors: distinct(offers.flatMap(({ executors }) => executors)),
    };
    for (const [name, values] of Object.entries(known)) {
      this.elements[name].replaceChildren(...values.map((value) => make("option", { value })));
    }
  }
}

/** Keys, as long as the focus is in the composer; single letters only where nobody types. */
class Keys {
  constructor(parts) {
    this._parts = parts;
    this._hear = (event) => this._take(event);
    // Before JupyterLab, which listens at the document and takes keys for cells and notebooks.
    window.addEventListener("keydown", this._hear, true);
    // And after it, since the notebook hears what nobody has stopped.
    this._stop = (event) => {
      if (!event.ctrlKey && !event.metaKey) {
        event.stopPropagation();
      }
    };
    parts.el.addEventListener("keydown", this._stop);
    this._leave = (event) => this._left(event);
    parts.el.addEventListener("focusout", this._leave);
  }

  dispose() {
    window.removeEventListener("keydown", this._hear, true);
    this._parts.el.removeEventListener("keydown", this._stop);
    this._parts.el.removeEventListener("focusout", this._leave);
  }

  _take(event) {
    const { el } = this._parts;
    if (!el.contains(event.target)) {
      return;
    }
    const typing = event.target.matches("input:not([type=checkbox]):not([type=file]), textarea, select");
    const act = this._meaning(event, typing);
    // Keys with Ctrl that are not ours, such as saving, are still JupyterLab's.
    const theirs = !act && (event.ctrlKey || event.metaKey);
    for (const part of el.children) {
      part.toggleAttribute("data-lm-suppress-shortcuts", !theirs);
    }
    if (act) {
      event.preventDefault();
      event.stopPropagation();
      act();
    }
  }

  _meaning(event, typing) {
    const { wishes, joining, bar, palette, form, nodes } = this._parts;
    const control = event.ctrlKey || event.metaKey;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (control && key === "Enter") {
      return () => bar.submit();
    }
    if (key === "Escape") {
      return () => (typing ? nodes.focus() : joining.end());
    }
    if (key === "F2") {
      return () => form.focus("nodename");
    }
    if (typing || event.altKey) {
      return null;
    }
    if (control) {
      const wish = key === "z" ? (event.shiftKey ? "redo" : "undo") : key === "y" ? "redo" : "";
      return wish ? () => wishes.send(wish) : null;
    }
    const meanings = {
      "/": () => palette.focus(),
      a: () => palette.focus(),
      g: () => nodes.focus(),
      c: () => {
        joining.toggle(nodes.meant);
        nodes.focus();
      },
      d: () => nodes.duplicate(),
      Delete: () => nodes.remove(),
      Backspace: () => nodes.remove(),
      "?": () => bar.openKeys(),
    };
    return meanings[key] ?? null;
  }

  /** The output may be written anew while nobody is in it; where our own renderer is, always. */
  _left(event) {
    if (!this._parts.el.contains(event.relatedTarget)) {
      this.tell();
    }
  }

  tell() {
    const { el, wishes } = this._parts;
    wishes.send("left", { steady: Boolean(el.closest(".jp-ColoniesDag-live")) });
  }
}
