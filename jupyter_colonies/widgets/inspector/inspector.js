// The page's half of the inspector: it draws what its model tells, part by part, in place.

import { button, follow, make } from "../page/elements.js";
import { Lines, LogPart } from "./log.js";
import { copyButton } from "./parts.js";
import {
  Actions,
  ErrorsPart,
  FactsPart,
  Head,
  RelativesPart,
  SpecPart,
  Times,
  TriesPart,
} from "./sections.js";
import { Source } from "./tree.js";
import { ValuesPart, bundleElements, followTheme } from "./values.js";

const INVITATION = "Click a node, or choose it in the list, to see its values, log and times.";

class Report {
  constructor(model, el, lines, drawBundle) {
    this._model = model;
    this._el = el;
    this._source = new Source(model);
    this._drawBundle = drawBundle;
    this._head = new Head();
    this._times = new Times();
    this._actions = new Actions(model, () => this._head.focus());
    this._said = make("p", { className: "told", role: "status" });
    this._trouble = make("p", { className: "trouble", role: "status" });
    this._note = make("p", { className: "note" });
    this._actions.say = (text) => {
      this._said.textContent = text;
      this._said.hidden = false;
    };
    this._parts = this._makeParts(lines);
    this._build();
  }

  /** Draw on each change; the result ends it. */
  start() {
    const ends = [
      this._follow(["head", "processid", "progress"], () => this._drawHead()),
      this._follow(["times"], () => this._times.show(this._model.get("times"))),
      this._follow(["offers", "cell", "spec", "processid"], () => this._actions.draw()),
      this._follow(["told"], () => this._tell()),
      this._follow(["trouble"], () => {
        this._trouble.textContent = this._model.get("trouble");
        this._trouble.hidden = !this._trouble.textContent;
      }),
      this._follow(["facts", "attributes", "relatives", "tries", "spec", "errors"], () => this._drawParts()),
      this._follow(["values"], () => this._drawValues()),
      this._follow(["rich"], () => this._enrich()),
      followTheme(this._el),
    ];
    return () => {
      ends.forEach((end) => end());
      ["output", "arguments", "input"].forEach((name) => this._parts[name].dispose());
      this._source.dispose();
      this._times.dispose();
      this._parts.log.dispose();
    };
  }

  _follow(traits, draw) {
    return follow(this._model, traits, draw);
  }

  _makeParts(lines) {
    const choose = (processid) => {
      this._model.set("chosen", processid);
      this._model.save_changes();
    };
    const values = (title, name) => new ValuesPart(title, name, this._source, this._drawBundle);
    return {
      errors: new ErrorsPart("Errors", { className: "errors" }),
      output: values("Output", "output"),
      log: new LogPart(this._model, lines),
      arguments: values("Arguments", "arguments"),
      input: values("Input from parents", "input"),
      spec: new SpecPart("Function spec", { open: false }),
      facts: new FactsPart("About"),
      relatives: new RelativesPart(choose),
      attributes: new FactsPart("Attributes"),
      tries: new TriesPart("Tries"),
    };
  }

  _build() {
    const { facts, tries, relatives, attributes, ...main } = this._parts;
    const aside = [facts, tries, relatives, attributes].map((part) => part.element);
    const columns = make("div", { className: "columns" }, [
      make("div", { className: "main" }, Object.values(main).map((part) => part.element)),
      make("div", { className: "aside" }, aside),
    ]);
    this._whole = make("div", {}, [
      this._head.element,
      this._actions.element,
      this._said,
      this._times.element,
      columns,
    ]);
    this._el.setAttribute("role", "region");
    this._el.append(this._trouble, this._note, this._whole);
  }

  _drawHead() {
    const head = this._model.get("head");
    const isThere = Boolean(head.name) && head.processid === this._model.get("processid");
    this._el.setAttribute("aria-label", isThere ? `Process ${head.name}` : "Process");
    this._whole.hidden = !isThere;
    this._note.hidden = isThere;
    this._note.textContent = this._model.get("processid") ? "Fetching …" : INVITATION;
    if (isThere) {
      this._head.show(head);
      this._head.advance(this._model.get("progress"), head.finished);
    }
  }

  _tell() {
    const { text = "", run, refused, open, ...made } = this._model.get("told");
    this._said.hidden = !text;
    this._said.classList.toggle("trouble", Boolean(refused));
    const id = run ? [": run ", make("code", { textContent: run }), " ", copyButton("Copy", run)] : [];
    if (open) {
      id.push(" ", button(open, () => this._model.send({ wish: "open", ...made })));
    }
    this._said.replaceChildren(text, ...id);
  }

  _drawParts() {
    const get = (name) => this._model.get(name);
    const { facts, attributes, relatives, tries, spec, errors } = this._parts;
    tries.show(get("tries"), !get("tries").length);
    facts.show(get("facts"));
    attributes.show(get("attributes"), !get("attributes").length);
    const family = get("relatives");
    const counts = ["parents", "children"].map(
      (name) => (family[name]?.length ?? 0) + (family[`more_${name}`] ?? 0),
    );
    relatives.show(family, counts[0] + counts[1] === 0);
    spec.show(get("spec"), !get("spec").json);
    errors.show(get("errors"), !get("errors").texts);
  }

  _drawValues() {
    const values = this._model.get("values");
    for (const name of ["output", "arguments", "input"]) {
      const found = values[name] ?? [];
      this._parts[name].show(found, !found.length);
    }
    this._enrich();
  }

  _enrich() {
    const rich = this._model.get("rich");
    for (const name of ["output", "arguments", "input"]) {
      this._parts[name].enrich(rich);
    }
  }
}

/** The inspector; whoever can show more of what a notebook shows gives a `drawBundle`. */
export default ({ drawBundle = bundleElements } = {}) => {
  let lines = null;
  return {
    initialize({ model }) {
      lines = new Lines(model);
    },
    render({ model, el }) {
      el.classList.add("colonies-surface", "colonies-inspector");
      return new Report(model, el, lines, drawBundle).start();
    },
  };
};
