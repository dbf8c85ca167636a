// The form for a new cron or generator.

import { follow, make } from "../page/elements.js";
import { spoken, ticking } from "./clock.js";
import { words } from "./sections.js";

/** Milliseconds after the last key until the next starts are worked out. */
const HESITATION = 150;

export class Adding {
  constructor(model) {
    this._model = model;
    this._kind = "cron";
    this._timing = "expression";
    this._fields = {};
    this._timer = 0;
    this._preview = make("div", { className: "preview", "aria-live": "polite" });
    this._told = make("p", { className: "note", role: "status" });
    this._variables = make("select", { "aria-label": "Variable of this notebook" });
    this._details = make("details", { className: "adding" }, [
      make("summary", { textContent: "Add a cron or a generator …" }),
      this._form(),
    ]);
    this._details.ontoggle = () => this._details.open && this._opened();
    this.element = this._details;
    const ends = [
      follow(model, ["preview"], () => this._drawPreview()),
      follow(model, ["variables"], () => this._drawVariables()),
      follow(model, ["told"], () => this._drawTold()),
    ];
    this.dispose = () => {
      clearTimeout(this._timer);
      ends.forEach((end) => end());
    };
    this._choose();
  }

  _form() {
    this._expression = this._labelled("Cron expression", this._input("expression", "0 30 7 * * mon-fri"), "seconds first");
    this._interval = this._labelled("Interval in seconds", this._input("interval", "60"));
    this._random = this._check("random", "at a random moment within each interval");
    this._waits = this._check("waits", "wait until the workflow before has ended");
    this._trigger = this._labelled("Arguments that start it", this._input("trigger", "100"));
    this._timeout = this._labelled("Fewer are enough after, in seconds", this._input("timeout", "0"), "0 for never");
    this._fields.workflow = make("textarea", {
      rows: 6,
      spellcheck: false,
      placeholder: "A workflow in JSON or YAML",
      "aria-label": "Workflow in JSON or YAML",
    });
    const file = make("input", { type: "file", accept: ".json,.yaml,.yml" });
    file.setAttribute("aria-label", "Workflow from a file");
    file.onchange = async () => {
      if (file.files.length) {
        this._fields.workflow.value = await file.files[0].text();
        this._variables.value = "";
        this._drawSource();
      }
    };
    this._variables.onchange = () => this._drawSource();
    const form = make("form", { noValidate: true }, [
      this._radios("What", ["cron", "generator"], "_kind"),
      this._labelled("Name", this._input("name", "")),
      (this._timings = this._radios("When", ["expression", "interval"], "_timing")),
      this._expression,
      this._interval,
      this._random,
      this._waits,
      this._trigger,
      this._timeout,
      this._preview,
      make("div", { className: "bar" }, [
        make("label", {}, ["Workflow: a variable of this notebook ", this._variables]),
        make("label", {}, ["or a file ", file]),
        make("span", { textContent: "or pasted here:" }),
      ]),
      this._fields.workflow,
      make("div", { className: "bar" }, [(this._submit = make("button", { type: "submit" }))]),
      this._told,
    ]);
    form.onsubmit = (event) => {
      event.preventDefault();
      this._model.send({ wish: `add ${this._kind}`, about: "adding", form: this._values() });
    };
    form.addEventListener("input", () => this._ask());
    // Keys pressed in a field are not commands of the notebook.
    form.addEventListener("keydown", (event) => event.stopPropagation());
    return form;
  }

  _input(name, placeholder) {
    const input = make("input", { type: "text", placeholder, autocomplete: "off" });
    this._fields[name] = input;
    return input;
  }

  _labelled(text, input, hint = "") {
    const parts = [make("span", { textContent: text }), input];
    return make("label", { className: "field" }, hint ? [...parts, words(hint, "note")] : parts);
  }

  _check(name, text) {
    const input = make("input", { type: "checkbox" });
    this._fields[name] = input;
    return make("label", { className: "field" }, [make("span"), make("span", { className: "check" }, [input, ` ${text}`])]);
  }

  _radios(legend, values, property) {
    const group = `${property}-${Math.random()}`;
    const choices = values.map((value) => {
      const input = make("input", { type: "radio", name: group, value });
      input.checked = this[property] === value;
      input.onchange = () => {
        this[property] = value;
        this._choose();
      };
      return make("label", {}, [input, ` ${value}`]);
    });
    const element = make("fieldset", { className: "field bar" }, [
      make("legend", { textContent: legend }),
      ...choices,
    ]);
    return element;
  }

  /** Show the fields of what is to be added. */
  _choose() {
    const cron = this._kind === "cron";
    const byInterval = cron && this._timing === "interval";
    for (const [element, needed] of [
      [this._timings, cron],
      [this._expression, cron && !byInterval],
      [this._interval, byInterval],
      [this._random, byInterval],
      [this._waits, cron],
      [this._preview, cron],
      [this._trigger, !cron],
      [this._timeout, !cron],
    ]) {
      element.hidden = !needed;
    }
    this._submit.textContent = cron ? "Add cron" : "Add generator";
    this._ask();
  }

  _opened() {
    this._model.send({ wish: "variables" });
    this._ask();
  }

  _ask() {
    clearTimeout(this._timer);
    if (this._kind !== "cron" || !this._details?.open) {
      return;
    }
    this._timer = setTimeout(
      () => this._model.send({ wish: "preview", form: this._values() }),
      HESITATION,
    );
  }

  _values() {
    const values = { timing: this._timing, variable: this._variables.value };
    for (const [name, field] of Object.entries(this._fields)) {
      values[name] = field.type === "checkbox" ? field.checked : field.value;
    }
    return values;
  }

  _drawPreview() {
    const { trouble = "", starts = [] } = this._model.get("preview");
    const typed = this._fields[this._timing === "interval" ? "interval" : "expression"].value;
    if (trouble || !starts.length) {
      const text = typed.trim() ? trouble : "The next three starts are shown here.";
      this._preview.replaceChildren(words(text, typed.trim() ? "wrong" : "note"));
      return;
    }
    const random = this._timing === "interval" && this._fields.random.checked;
    const lines = starts.map((at) =>
      make("li", {}, [random ? "at the latest " : "", spoken(at), ", ", ticking("in", at)]),
    );
    this._preview.replaceChildren(
      words("It starts next:", "note"),
      make("ol", { "aria-label": "The next starts" }, lines),
    );
  }

  _drawVariables() {
    const chosen = this._variables.value;
    const names = this._model.get("variables");
    const options = ["", ...names].map((name) =>
      make("option", { value: name, textContent: name || (names.length ? "–" : "none there") }),
    );
    this._variables.replaceChildren(...options);
    this._variables.value = names.includes(chosen) ? chosen : "";
    this._drawSource();
  }

  _drawSource() {
    this._fields.workflow.disabled = this._variables.value !== "";
  }

  _drawTold() {
    const { about, text = "", failed } = this._model.get("told");
    if (about !== "adding") {
      return;
    }
    this._told.textContent = text;
    this._told.className = failed ? "wrong" : "note";
    if (!failed) {
      this._fields.name.value = "";
      this._fields.workflow.value = "";
    }
  }
}
