// Taking workflows in, from a file, a text or a run, and giving the draft out.

import { button, make } from "../page/elements.js";

const FORMS = [
  ["json", "JSON", "application/json"],
  ["yaml", "YAML", "application/yaml"],
  ["python", "Python", "text/x-python"],
];
const ENDINGS = { json: "json", yaml: "yaml", python: "py" };

export class Exchange {
  constructor(model, wishes, panel, close) {
    this._model = model;
    this._wishes = wishes;
    this._panel = panel;
    this._close = close;
    this._form = "json";
    this._texts = {};
    this._hear = (message) => this._take(message);
    model.on("msg:custom", this._hear);
    this._changed = () => this._refresh();
    model.on("change:page", this._changed);
  }

  dispose() {
    this._model.off("msg:custom", this._hear);
    this._model.off("change:page", this._changed);
  }

  show(which) {
    this._shown = which;
    this._panel.replaceChildren(...(which === "import" ? this._import() : this._export()));
    this._panel.querySelector("textarea, select")?.focus();
    if (which === "export") {
      this._wishes.send("export");
    }
  }

  _import() {
    const area = make("textarea", {
      rows: 7,
      spellcheck: false,
      placeholder: "JSON or YAML, or the id of a run",
    });
    area.setAttribute("aria-label", "JSON or YAML, or the id of a run");
    const file = make("input", { type: "file", accept: ".json,.yaml,.yml" });
    file.setAttribute("aria-label", "A file with JSON or YAML");
    this._name = "";
    file.onchange = async () => {
      const [chosen] = file.files;
      if (chosen) {
        this._name = chosen.name;
        area.value = await chosen.text();
        area.focus();
      }
    };
    area.oninput = () => {
      this._error.hidden = true;
    };
    this._error = make("p", { className: "error", role: "alert", hidden: true });
    const open = (whole) =>
      this._wishes.send("import", { text: area.value, name: this._name, whole });
    const buttons = make("div", { className: "bar" }, [
      file,
      make("span", { className: "space" }),
      button("Add to the draft", () => open(false)),
      button("Replace the draft", () => open(true), { className: "primary" }),
      button("Close", this._close),
    ]);
    const note = make("p", {
      className: "note",
      textContent: "What is replaced comes back with Undo.",
    });
    return [area, this._error, note, buttons];
  }

  _export() {
    const select = make(
      "select",
      {},
      FORMS.map(([value, textContent]) => make("option", { value, textContent })),
    );
    select.value = this._form;
    select.setAttribute("aria-label", "Form");
    select.onchange = () => {
      this._form = select.value;
      this._fill();
    };
    this._area = make("textarea", { rows: 12, readOnly: true, spellcheck: false, wrap: "off" });
    this._area.setAttribute("aria-label", "The draft in this form");
    this._copied = make("span", { className: "note", role: "status" });
    const buttons = make("div", { className: "bar" }, [
      select,
      button("Copy", () => this._copy()),
      button("Save as a file", () => this._save()),
      this._copied,
      make("span", { className: "space" }),
      button("Close", this._close),
    ]);
    this._fill();
    return [buttons, this._area];
  }

  _fill() {
    if (this._area) {
      this._area.value = this._texts[this._form] ?? "";
      this._copied.textContent = "";
    }
  }

  async _copy() {
    this._area.select();
    try {
      await navigator.clipboard.writeText(this._area.value);
    } catch {
      // Pages that are not served securely have the older way only.
      document.execCommand("copy");
    }
    this._copied.textContent = "Copied";
  }

  _save() {
    const [, , type] = FORMS.find(([form]) => form === this._form);
    const link = URL.createObjectURL(new Blob([this._area.value], { type }));
    const stem = this._model.get("name").replace(/\.(json|ya?ml|ipynb|py)$/, "");
    make("a", { href: link, download: `${stem}.${ENDINGS[this._form]}` }).click();
    URL.revokeObjectURL(link);
  }

  /** The draft has changed: an export that is open follows. */
  _refresh() {
    if (this._shown === "export" && !this._panel.hidden) {
      const drawn = JSON.stringify(this._model.get("page").nodes);
      if (drawn !== this._drawn) {
        this._drawn = drawn;
        this._wishes.send("export");
      }
    }
  }

  _take(message) {
    if (message.exported) {
      this._texts = message.exported;
      this._fill();
    } else if (message.imported !== undefined) {
      if (message.imported) {
        this._error.textContent = message.imported;
        this._error.hidden = false;
      } else {
        this._close();
      }
    }
  }
}
