// The form of the selected node, in groups.

import { follow, make } from "../page/elements.js";
import { editor } from "./editor.js";
import { keepRows } from "./wishes.js";

const GROUPS = ["Node", "Arguments", "Waits for", "Executor", "Limits", "Resources", "More"];
const OPEN = ["Arguments", "Waits for", "Executor"];

export class Form {
  constructor(model, wishes, lists) {
    this._model = model;
    this._wishes = wishes;
    this._lists = lists;
    this._key = "";
    this._fresh = -1;
    this._editors = new Map();
    this._groups = new Map();
    this._open = new Set(OPEN);
    this.element = make("section", { className: "part form" });
    this.element.setAttribute("aria-label", "Selected node");
    this.element.addEventListener("focusout", (event) => this._left(event));
    this._stop = follow(model, ["page"], () => this.draw());
  }

  dispose() {
    this._stop();
  }

  /** Put the cursor into a field, whose group is opened. */
  focus(id) {
    const found = this._editors.get(id) ?? this._editors.get("nodename");
    const group = found?.element.closest("details");
    if (group) {
      group.open = true;
    }
    found?.focus();
  }

  draw() {
    const page = this._model.get("page");
    const { form } = page;
    if (!form) {
      this._key = "";
      this.element.replaceChildren(
        make("h4", { textContent: "No node selected" }),
        make("p", {
          className: "note",
          textContent: page.nodes.length
            ? "Select a node in the graph or in the list of nodes to fill in its fields."
            : "Add a function from the list to begin.",
        }),
      );
      return;
    }
    if (form.key !== this._key) {
      this._build(form);
    }
    this._fill(page, form);
  }

  _build(form) {
    this._key = form.key;
    this._editors.clear();
    this._groups.clear();
    this._arguments = "";
    this._title = make("code", { className: "signature" });
    this._description = make("p", { className: "description" });
    this._offered = make("p", { className: "note" });
    this._stray = make("p", { className: "error", hidden: true });
    const head = make("div", { className: "about" }, [
      this._title,
      this._description,
      this._offered,
      this._stray,
    ]);
    const sections = GROUPS.map((name) => this._group(name));
    this.element.replaceChildren(head, ...sections);
    for (const field of this._model.get("fields")) {
      if (field.group !== "Arguments") {
        this._add(field.group, field);
      }
    }
    this._boxes = make("div", { className: "boxes" });
    this._alone = make("span", { className: "note", textContent: "There are no other nodes yet" });
    this._complaint = make("small", { className: "error", role: "alert", hidden: true });
    const legend = make("legend", { className: "hidden", textContent: "Nodes it waits for" });
    const parts = [legend, this._boxes, this._alone, this._complaint];
    const parents = make("fieldset", { className: "parents" }, parts);
    this._groups.get("Waits for").body.append(parents);
  }

  _group(name) {
    const body = make("div", { className: "fields" });
    const badge = make("span", { className: "badge", hidden: true });
    if (name === "Node") {
      this._groups.set(name, { body, badge });
      return body;
    }
    const details = make("details", { open: this._open.has(name) }, [
      make("summary", {}, [name, badge]),
      body,
    ]);
    details.ontoggle = () => this._open[details.open ? "add" : "delete"](name);
    this._groups.set(name, { body, badge, details });
    return details;
  }

  _add(group, field) {
    const key = this._key;
    const lists = { "conditions.executortype": "types", "conditions.executornames": "executors", funcname: "functions" };
    const declared = { ...field, list: this._lists[lists[field.id]]?.id };
    const made = editor(declared, (value) => this._wishes.type(key, field.id, value));
    this._editors.set(field.id, made);
    this._groups.get(group).body.append(made.element);
    return made;
  }

  /** The fields of the parameters, anew when the function has others. */
  _fillArguments(form) {
    const body = this._groups.get("Arguments").body;
    const fields = this._model.get("fields").filter((field) => field.group === "Arguments");
    const shown = fields.filter(({ id }) => (id === "args" ? form.surplus : form.unknown));
    const signature = JSON.stringify([form.arguments, shown.map(({ id }) => id)]);
    if (signature === this._arguments || body.contains(document.activeElement)) {
      return;
    }
    this._arguments = signature;
    [...this._editors.keys()]
      .filter((id) => id.startsWith("argument.") || id === "args" || id === "kwargs")
      .forEach((id) => this._editors.delete(id));
    body.replaceChildren();
    form.arguments.forEach((field) => {
      const long = ["cmd", "init-cmd"].includes(field.title);
      const made = this._add("Arguments", { ...field, long });
      this._sources(made, field);
    });
    shown.forEach((field) => this._add("Arguments", field));
  }

  /** Where an argument comes from: it is a value, or the result of another node. */
  _sources(made, field) {
    if (["list", "values"].includes(field.kind)) {
      return;
    }
    const select = make("select", { className: "source" });
    select.setAttribute("aria-label", `Where ${field.title} comes from`);
    const node = this._key;
    select.onchange = () =>
      this._wishes.send("use", { node, field: field.id, other: select.value });
    made.source = select;
    made.head.append(select);
  }

  _fill(page, form) {
    const force = page.fresh !== this._fresh;
    this._fresh = page.fresh;
    this._title.textContent = form.title;
    this._description.textContent = form.description;
    this._description.hidden = !form.description;
    this._offered.textContent = form.offered;
    this._fillArguments(form);
    this._fillParents(form);
    const problems = this._problems(page);
    for (const [id, each] of this._editors) {
      const begun = this._wishes.ahead || each.unfinished;
      const typing = begun && each.element.contains(document.activeElement);
      each.update(form.values[id], problems.get(id) ?? [], force && !typing);
      if (each.source) {
        this._fillSource(each, form);
      }
    }
    const stray = [...problems].filter(([id]) => !this._editors.has(id));
    this._stray.textContent = stray.flatMap(([, texts]) => texts).join("\n");
    this._stray.hidden = !stray.length;
    for (const { body, badge, details } of this._groups.values()) {
      const wrong = body.querySelectorAll(".field.wrong").length;
      badge.hidden = !wrong;
      badge.textContent = wrong ? `⚠ ${wrong}` : "";
      badge.title = wrong === 1 ? "1 field is wrong" : `${wrong} fields are wrong`;
      if (wrong && details && !badge.dataset.seen) {
        details.open = true;
      }
      badge.dataset.seen = wrong ? "yes" : "";
    }
  }

  _fillSource(each, form) {
    const others = form.others.map(({ key, name }) => [key, `the result of ${name}`]);
    const chosen = form.results[each.field.id];
    const options = [["", "a value"], ...others].map(([value, textContent]) =>
      make("option", { value, textContent }),
    );
    const { source } = each;
    if (source !== document.activeElement || source.options.length !== options.length) {
      source.replaceChildren(...options);
    }
    source.hidden = !others.length;
    source.value = form.others.find(({ name }) => name === chosen)?.key ?? "";
    each.body.hidden = Boolean(chosen);
  }

  _fillParents(form) {
    keepRows(this._boxes, form.others, {
      key: (other) => other.key,
      make: ({ key }) => {
        const box = make("input", { type: "checkbox" });
        const child = this._key;
        box.onchange = () =>
          this._wishes.send(box.checked ? "join" : "part", { parent: key, child });
        return make("label", {}, [box, make("span")]);
      },
      fill: ({ firstChild: box, lastChild: text }, { name, on }) => {
        box.checked = on;
        text.textContent = name;
      },
    });
    this._alone.hidden = form.others.length > 0;
    this._complaint.hidden = true;
  }

  /** What is wrong by field, with what was refused a moment ago. */
  _problems({ problems, complaint, selected }) {
    const found = new Map();
    const add = (id, text) => found.set(id, [...(found.get(id) ?? []), text]);
    problems.filter(({ key }) => key === selected).forEach(({ field, text }) => add(field, text));
    if (complaint?.key === selected) {
      if (complaint.field === "conditions.dependencies") {
        this._complaint.textContent = complaint.text;
        this._complaint.hidden = false;
      } else {
        add(complaint.field, complaint.text);
      }
    }
    return found;
  }

  /** Somebody has finished with a field: what is typed next is another step. */
  _left(event) {
    const field = event.target.closest(".field");
    if (field && !field.contains(event.relatedTarget)) {
      this._wishes.send("settle");
    }
  }
}
