// One field of the form: its label, what is typed into it, its hint, and what is wrong with it.

import { button, make } from "../page/elements.js";
import { unique } from "./wishes.js";

class Editor {
  /** `type(value)` is called with what the field holds after each letter. */
  constructor(field, type) {
    this.field = field;
    this._type = type;
    this._id = unique("field");
    this.hint = make("small", { className: "hint", id: `${this._id}-hint` });
    this.hint.textContent = field.hint ?? "";
    this.hint.hidden = !field.hint;
    this.error = make("small", { className: "error", id: `${this._id}-error`, hidden: true });
    const label = make("label", { htmlFor: this._id, textContent: field.title });
    this.head = make("div", { className: "head" }, [label]);
    if (field.required) {
      const needed = make("span", { className: "needed", textContent: "required" });
      needed.setAttribute("aria-hidden", "true");
      this.head.append(needed);
    }
    this.body = make("div", { className: "body" });
    this.element = make("div", { className: `field ${field.kind}` }, [
      this.head,
      this.body,
      this.hint,
      this.error,
    ]);
    this.element.dataset.field = field.id;
    this._build(label);
  }

  /** Show a value and the problems, the value only if nobody is typing here, or if `force`. */
  update(value, problems, force) {
    if (force || !this.element.contains(document.activeElement)) {
      this._show(value);
    }
    this.error.textContent = problems.join("\n");
    this.error.hidden = !problems.length;
    for (const control of this.body.querySelectorAll("input, textarea, select")) {
      control.setAttribute("aria-required", String(Boolean(this.field.required)));
      control.setAttribute("aria-invalid", String(problems.length > 0));
      const described = [
        ...(this.field.hint ? [this.hint.id] : []),
        ...(problems.length ? [this.error.id] : []),
      ];
      control.setAttribute("aria-describedby", described.join(" "));
    }
    this.element.classList.toggle("wrong", problems.length > 0);
  }

  /** Whether there is something here that the draft does not know yet. */
  get unfinished() {
    return false;
  }

  focus() {
    const control = this.body.querySelector("input, textarea, select, button");
    control?.focus();
    control?.select?.();
  }

  _build() {
    const { kind, choices = [], list } = this.field;
    if (kind === "choice") {
      this._control = make("select", { id: this._id }, [
        make("option", { value: "", textContent: "—" }),
        ...choices.map((text) => make("option", { value: text, textContent: text })),
      ]);
      this._control.onchange = () => this._type(this._control.value);
    } else {
      const properties = { id: this._id, autocomplete: "off", spellcheck: false };
      this._control =
        kind === "json" || this.field.long
          ? make("textarea", { ...properties, rows: kind === "json" ? 3 : 1 })
          : make("input", { ...properties, type: "text" });
      if (kind === "number") {
        this._control.inputMode = "numeric";
      }
      if (list) {
        this._control.setAttribute("list", list);
      }
      this._control.oninput = () => this._type(this._control.value);
    }
    this.body.append(this._control);
  }

  _show(value) {
    const text = value ?? "";
    if (this._control.tagName === "SELECT" && ![...this._control.options].some((o) => o.value === text)) {
      this._control.append(make("option", { value: text, textContent: text }));
    }
    if (this._control.value !== text) {
      this._control.value = text;
    }
  }
}

/** A field of any number of rows: values, or names with values. */
class Rows extends Editor {
  _build(label) {
    label.removeAttribute("for");
    label.id = `${this._id}-label`;
    this.body.setAttribute("role", "group");
    this.body.setAttribute("aria-labelledby", label.id);
    this._rows = make("div", { className: "rows" });
    const add = button(this._pairs ? "Add a row" : "Add a value", () => this._add(), {
      className: "plain",
    });
    this.body.append(this._rows, add);
  }

  get _pairs() {
    return this.field.kind !== "list";
  }

  get unfinished() {
    const texts = (row) => [...row.querySelectorAll("input")].map(({ value }) => value);
    return [...this._rows.children].some((row) => !texts(row).join(""));
  }

  _show(value) {
    const rows = value || [];
    this._rows.replaceChildren(...rows.map((row) => this._row(...(this._pairs ? row : [row]))));
  }

  _add() {
    const row = this._row("", "");
    this._rows.append(row);
    row.querySelector("input").focus();
  }

  _row(...texts) {
    const place = () => [...this._rows.children].indexOf(row) + 1;
    const labels = this._pairs ? ["name", "value"] : ["value"];
    const inputs = labels.map((what, at) => {
      const input = make("input", {
        type: "text",
        value: texts[at] ?? "",
        placeholder: what,
        autocomplete: "off",
        spellcheck: false,
      });
      input.setAttribute("aria-label", `${this.field.title}, ${what}`);
      input.oninput = () => this._changed();
      return input;
    });
    const remove = button("✕", () => this._remove(row), { className: "plain small" });
    remove.onfocus = () => remove.setAttribute("aria-label", `Remove row ${place()}`);
    remove.setAttribute("aria-label", "Remove this row");
    remove.title = "Remove this row";
    const row = make("div", { className: "row" }, [...inputs, remove]);
    return row;
  }

  _remove(row) {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    (next?.querySelector("input") ?? this.body.lastElementChild).focus();
    this._changed();
  }

  _changed() {
    const rows = [...this._rows.children].map((row) =>
      [...row.querySelectorAll("input")].map((input) => input.value),
    );
    this._type(this._pairs ? rows : rows.map(([text]) => text));
  }
}

export function editor(field, type) {
  const rows = ["list", "values", "variables"].includes(field.kind);
  return rows ? new Rows(field, type) : new Editor(field, type);
}
