// The nodes as a list, which is the graph's twin for keyboards and screen readers, what can be done
// with the selected one, and what is wrong with all of them.

import { button, follow, make } from "../page/elements.js";
import { keepRows, named } from "./wishes.js";

export class Nodes {
  constructor(model, wishes, joining) {
    this._model = model;
    this._wishes = wishes;
    this._joining = joining;
    const tool = (text, title, act, keys) => {
      const made = button(text, act, { title: `${title} (${keys})` });
      made.setAttribute("aria-keyshortcuts", keys);
      return made;
    };
    this._connect = tool("Connect", "Say which node waits for which", () => joining.toggle(), "C");
    this._duplicate = tool("Duplicate", "Make a copy of the selected node", () => this.duplicate(), "D");
    this._remove = tool("Delete", "Delete the selected node or arrow", () => this.remove(), "Delete");
    this.fit = button("Fit", () => this.onFit?.(), { title: "Show the whole graph" });
    this._say = make("span", { className: "note", role: "status" });
    this.tools = make("div", { className: "bar tools" }, [
      this._connect,
      this._duplicate,
      this._remove,
      this.fit,
      this._say,
    ]);
    this.tools.setAttribute("role", "toolbar");
    this.tools.setAttribute("aria-label", "Graph");
    this._list = make("ul", { className: "nodes" });
    this._list.setAttribute("aria-label", "Nodes");
    this._list.onkeydown = (event) => this._steer(event);
    this.problems = make("ul", { className: "problems" });
    this.problems.setAttribute("aria-label", "Problems");
    this.element = make("section", { className: "outline" }, [this._list]);
    this.element.setAttribute("aria-label", "Nodes of the graph");
    this._stop = follow(model, ["page"], () => this.draw());
    joining.watch(() => this.draw());
  }

  dispose() {
    this._stop();
  }

  duplicate() {
    if (this.meant) {
      this._wishes.send("duplicate", { node: this.meant });
    }
  }

  remove() {
    const { edge } = this._joining;
    if (edge) {
      this._joining.choose(null);
      this._wishes.send("part", edge);
    } else if (this.meant) {
      this._wishes.send("remove", { node: this.meant });
    }
  }

  /** Put the focus into the list, to the selected node, if it is not there already. */
  focus() {
    if (this._list.contains(document.activeElement)) {
      return;
    }
    const { selected } = this._model.get("page");
    const rows = [...this._list.querySelectorAll("button")];
    const chosen = rows.find((row) => row.dataset.key === selected);
    (chosen ?? rows.find((row) => row.tabIndex === 0) ?? rows[0])?.focus();
  }

  draw() {
    const { nodes, selected, problems } = this._model.get("page");
    const { on, parent, edge } = this._joining;
    const inside = this._list.contains(document.activeElement);
    keepRows(this._list, nodes, {
      key: (node) => node.key,
      make: (node) => this._row(node.key),
      fill: (row, node) => this._fill(row.firstChild, node, selected, parent),
    });
    this._list.hidden = !nodes.length;
    const rows = [...this._list.querySelectorAll("button")];
    // The focus follows the selection, but never back to where it has just left.
    const follows = selected && !on && !this._wishes.ahead;
    const current = inside && !follows && rows.find((row) => row === document.activeElement);
    const chosen = current || rows.find((row) => row.dataset.key === selected) || rows[0];
    this._tabTo(chosen);
    if (inside) {
      chosen?.focus();
    }
    const name = (key) => nodes.find((node) => node.key === key)?.name;
    this._connect.setAttribute("aria-pressed", String(on));
    this._duplicate.disabled = !selected;
    this._remove.disabled = !selected && !edge;
    this._remove.textContent = edge ? "Delete arrow" : "Delete";
    this._connect.disabled = nodes.length < 2;
    this._say.textContent = this._saying(on, name(parent), edge, name);
    this._drawProblems(problems);
  }

  _saying(on, parent, edge, name) {
    if (edge) {
      return `Arrow from ${name(edge.parent)} to ${name(edge.child)}`;
    }
    if (!on) {
      return "";
    }
    return parent
      ? `Now choose what waits for ${parent}. Escape ends.`
      : "Choose the node that comes first. Escape ends.";
  }

  _row(key) {
    const row = button("", () => this._choose(key), { className: "node" });
    row.dataset.key = key;
    return make("li", {}, [row]);
  }

  _fill(row, { key, name, funcname, parents, problems }, selected, parent) {
    const label = [name, `calls ${funcname || "nothing yet"}`];
    label.push(parents.length ? `waits for ${parents.join(" and ")}` : "waits for nothing");
    const note = (className, textContent) => make("span", { className, textContent });
    const parts = [note("name", name), note("note", funcname)];
    if (parents.length) {
      parts.push(note("note", `← ${parents.join(", ")}`));
    }
    if (problems) {
      parts.push(note("badge", `⚠ ${problems}`));
      label.push(problems === 1 ? "1 problem" : `${problems} problems`);
    }
    row.replaceChildren(...parts);
    row.setAttribute("aria-label", label.join(", "));
    row.setAttribute("aria-current", String(key === selected));
    row.classList.toggle("parent", key === parent);
  }

  /** The one row that the Tab key comes to. */
  _tabTo(chosen) {
    for (const row of this._list.querySelectorAll("button")) {
      row.tabIndex = row === chosen ? 0 : -1;
    }
  }

  /** The node that is meant: that of the row with the focus, else the selected one. */
  get meant() {
    const { activeElement } = document;
    return this._list.contains(activeElement)
      ? activeElement.dataset.key
      : this._model.get("page").selected;
  }

  _choose(key) {
    if (!this._joining.take(key)) {
      this._wishes.send("select", { node: key });
    }
  }

  _steer(event) {
    const rows = [...this._list.querySelectorAll("button")];
    const at = rows.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    const next = { Home: 0, End: rows.length - 1 }[event.key] ?? (step ? at + step : undefined);
    if (next === undefined) {
      return;
    }
    event.preventDefault();
    if (!rows[next]) {
      return;
    }
    this._tabTo(rows[next]);
    rows[next].focus();
    if (!this._joining.on) {
      this._wishes.send("select", { node: rows[next].dataset.key });
    }
  }

  _drawProblems(problems) {
    keepRows(this.problems, problems, {
      key: (problem, at) => `${at} ${problem.key} ${problem.field}`,
      make: ({ key, field }) => {
        const row = button("", () => this._open(key, field), { className: "plain" });
        return make("li", {}, [row]);
      },
      fill: (row, { node, title, text, refused }) => {
        const where = [node, title].filter(Boolean).join(" · ");
        const parts = [make("strong", { textContent: `${refused ? "✗" : "⚠"} ${where}` }), ` ${text}`];
        if (!refused) {
          parts.push(make("span", { className: "note", textContent: " (it would fail)" }));
        }
        row.firstChild.replaceChildren(...parts);
      },
    });
    this.problems.hidden = !problems.length;
  }

  _open(key, field) {
    if (key) {
      this._wishes.send("select", { node: key });
      this.onOpen?.(key, field);
    }
  }
}

/** Which two nodes are being connected, and which arrow is chosen: a matter of this page only. */
export class Joining {
  constructor(model, wishes) {
    this._model = model;
    this._wishes = wishes;
    this._watchers = [];
    this.on = false;
    this.parent = "";
    this.edge = null;
  }

  watch(callback) {
    this._watchers.push(callback);
  }

  /** Begin to connect, from the selected node if `from` is given, or end it. */
  toggle(from = "") {
    this.on = !this.on;
    this.parent = this.on ? from : "";
    this.edge = null;
    this._tell();
  }

  end() {
    if (this.on || this.edge) {
      this.on = false;
      this.parent = "";
      this.edge = null;
      this._tell();
    }
  }

  choose(edge) {
    this.edge = edge;
    this._tell();
  }

  /** A node was chosen: whether that was for connecting. */
  take(key) {
    if (this.edge) {
      this.edge = null;
      this._tell();
    }
    if (!this.on) {
      return false;
    }
    if (this.parent && this.parent !== key) {
      const parent = this.parent;
      const { nodes } = this._model.get("page");
      const named = nodes.find((node) => node.key === parent)?.name;
      const joined = nodes.find((node) => node.key === key)?.parents.includes(named);
      this._wishes.send(joined ? "part" : "join", { parent, child: key });
      this._wishes.send("select", { node: key });
      this.parent = "";
    } else {
      this.parent = this.parent === key ? "" : key;
    }
    this._tell();
    return true;
  }

  _tell() {
    this._watchers.forEach((watcher) => watcher());
  }
}
