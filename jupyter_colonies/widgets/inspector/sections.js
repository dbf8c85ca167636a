// The parts of the report besides values and log: what it is, how long it took, what went wrong.

import { button, duration, make, moment } from "../page/elements.js";
import { Part, consoleBlock, copyButton, definitions, keepingFocus } from "./parts.js";

/** State, name and progress; it is named to screen readers when the state is another one. */
export class Head {
  constructor() {
    this._chip = make("span", { className: "chip" });
    this._name = make("span", { className: "name" });
    this._state = make("span", { className: "hidden", role: "status" });
    this._title = make("h4", { tabIndex: -1 }, [this._chip, " ", this._name]);
    this._bar = make("progress", { max: 1 });
    this._text = make("span", { className: "note" });
    this._progress = make("div", { className: "advance" }, [this._bar, this._text]);
    this.element = make("div", { className: "top" }, [this._title, this._state, this._progress]);
  }

  focus() {
    this._title.focus();
  }

  show({ name = "", glyph = "", word = "", fill = "", kept = "" }) {
    this._chip.textContent = `${glyph} ${word}${kept ? ` · ${kept}` : ""}`;
    this._chip.style.background = fill;
    this._name.textContent = name;
    const said = `${name}: ${word}${kept ? `, ${kept}` : ""}`;
    if (this._state.textContent !== said) {
      this._state.textContent = said;
    }
  }

  advance({ share, text = "" }, finished) {
    this._progress.hidden = share === undefined || finished;
    this._bar.value = share ?? 0;
    this._bar.setAttribute("aria-label", "Progress");
    this._text.textContent = `${Math.round((share ?? 0) * 100)} % ${text}`.trim();
  }
}

/** How long it waited and ran, as a bar and in words; while time goes on, so do they. */
export class Times {
  constructor() {
    this._bar = make("div", { className: "timebar", role: "img" });
    this._words = make("p", { className: "note" });
    this.element = make("div", { className: "times" }, [this._bar, this._words]);
    this._timer = 0;
    this._times = {};
    this._look = () => this.show(this._times);
    document.addEventListener("visibilitychange", this._look);
  }

  dispose() {
    clearInterval(this._timer);
    document.removeEventListener("visibilitychange", this._look);
  }

  show(times) {
    this._times = times;
    clearInterval(this._timer);
    this._draw(times);
    if (times.submitted && !times.ended && !document.hidden) {
      this._timer = setInterval(() => this._draw(times), 1000);
    }
  }

  _draw({ submitted, started, ended, waits_until: waitsUntil, runs_until: runsUntil }) {
    this.element.hidden = !submitted;
    if (!submitted) {
      return;
    }
    const [begin, now] = [Date.parse(submitted), Date.now()];
    const end = ended ? Date.parse(ended) : Math.max(now, begin);
    const start = started ? Date.parse(started) : end;
    const waited = Math.max(start - begin, 0) / 1000;
    const ran = Math.max(end - start, 0) / 1000;
    const spoken = [`waited ${duration(waited)}${started || ended ? "" : " so far"}`];
    if (started) {
      spoken.push(`ran ${duration(ran)}${ended ? "" : " so far"}`);
    }
    const share = (seconds) => `${Math.max((100 * seconds) / (waited + ran || 1), 0.5)}%`;
    const segment = (className, seconds) => {
      const element = make("span", { className });
      element.style.width = share(seconds);
      return element;
    };
    const segments = [segment("waited", waited)];
    if (started) {
      segments.push(segment(ended ? "ran" : "ran live", ran));
    }
    this._bar.replaceChildren(...segments);
    this._bar.setAttribute("aria-label", spoken.join(", "));
    const texts = [`${spoken.join(" · ")} — submitted `, moment(submitted)];
    for (const [word, when] of [
      ["started", started],
      ["ended", ended],
      ["waits until", waitsUntil],
      ["may run until", runsUntil],
    ]) {
      if (when) {
        texts.push(`, ${word} `, moment(when));
      }
    }
    this._words.replaceChildren(...texts);
  }
}

export class FactsPart extends Part {
  draw(facts) {
    return [definitions(facts.map(([label, text]) => [label, isId(text) ? idElement(text) : text]))];
  }
}

function isId(text) {
  return /^[0-9a-f]{64}$/.test(text);
}

/** An id that does not fill the page, and can be copied as a whole. */
function idElement(id) {
  const short = make("code", { textContent: `${id.slice(0, 8)}…`, title: id });
  const copy = copyButton("Copy", id, { className: "plain" });
  copy.setAttribute("aria-label", `Copy ${id}`);
  return make("span", {}, [short, " ", copy]);
}

export class TriesPart extends Part {
  draw(tries) {
    const items = tries.map(({ executor, started, ended, how }) => {
      const until = ended ? [" to ", moment(ended)] : [];
      return make("li", {}, [`${executor}: `, moment(started), ...until, ` · ${how}`]);
    });
    return [make("ol", {}, items)];
  }
}

export class SpecPart extends Part {
  draw({ facts, json, python, yaml, copied = json }) {
    const bar = make("div", { className: "bar" }, [
      copyButton("Copy as JSON", copied),
      ...(yaml ? [copyButton("Copy as YAML", yaml)] : []),
      copyButton("Copy as Python", python),
    ]);
    const text = make("pre", { tabIndex: 0, textContent: json });
    return [...(facts.length ? [definitions(facts)] : []), bar, text];
  }
}

export class ErrorsPart extends Part {
  draw({ texts, place, excerpt, debug }) {
    const parts = [];
    if (place) {
      parts.push(make("p", { className: "place", textContent: place }));
    }
    if (excerpt.length) {
      const lines = excerpt.map(([number, text, marked]) => {
        const arrow = marked ? "→" : " ";
        const className = marked ? "line culprit" : "line";
        const shown = `${arrow} ${String(number).padStart(4)}  ${text}`;
        return make("div", { className, textContent: shown });
      });
      const block = make("pre", { className: "source", tabIndex: 0, role: "group" }, lines);
      block.setAttribute("aria-label", "The source that failed");
      parts.push(block);
    }
    texts.forEach((lines) => parts.push(consoleBlock(lines, "Error")));
    if (!debug) {
      return parts;
    }
    const hint = make("p", { className: "note" }, [
      "Look into it in a cell: ",
      make("code", { textContent: debug }),
      " ",
      copyButton("Copy", debug),
    ]);
    return [...parts, hint];
  }
}

export class RelativesPart extends Part {
  constructor(choose) {
    super("Before and after", { open: true });
    this._choose = choose;
  }

  draw(relatives) {
    return [
      ...this._list("Parents", relatives.parents, relatives.more_parents),
      ...this._list("Children", relatives.children, relatives.more_children),
    ];
  }

  _list(title, nodes, more) {
    if (!nodes.length && !more) {
      return [];
    }
    const items = nodes.map(({ processid, name }) =>
      make("li", {}, [button(name, () => this._choose(processid), { className: "plain" })]),
    );
    if (more) {
      items.push(make("li", { className: "note", textContent: `${more} more` }));
    }
    const list = make("ul", { className: "names" }, items);
    list.setAttribute("aria-label", title);
    return [make("h6", { textContent: title }), list];
  }
}

/** What can be done; what destroys something asks first. */
export class Actions {
  constructor(model, focusHead) {
    this._model = model;
    this._focusHead = { focus: focusHead };
    this._seen = "";
    this.element = make("div", { className: "bar actions" });
    this.element.setAttribute("role", "group");
    this.element.setAttribute("aria-label", "Actions");
  }

  draw() {
    const [offers, cell, spec] = ["offers", "cell", "spec"].map((name) => this._model.get(name));
    const seen = JSON.stringify([this._model.get("processid"), offers, cell]);
    if (seen === this._seen) {
      return;
    }
    this._seen = seen;
    const buttons = offers.map((offer) =>
      button(offer.label, () => (offer.question ? this._ask(offer) : this._act(offer)), {
        title: offer.title,
      }),
    );
    if (cell.notebook || cell.cell) {
      buttons.push(button("Open the cell", () => this._open(), { title: cellText(cell) }));
    }
    if (spec.json) {
      buttons.push(copyButton("Copy spec", () => {
        const { json, copied = json } = this._model.get("spec");
        return copied;
      }));
    }
    keepingFocus(this.element, this._focusHead, () => this.element.replaceChildren(...buttons));
  }

  _act({ name }) {
    this._model.send({ wish: "act", name, of: this._model.get("processid") });
  }

  _ask(offer) {
    const back = () => {
      this._seen = "";
      this.draw();
      [...this.element.children].find((each) => each.textContent === offer.label)?.focus();
    };
    const keep = button("Leave it", back);
    const yes = button(offer.label.replace(" …", ""), () => {
      back();
      this._act(offer);
    }, { className: "danger" });
    const dialog = make("div", { className: "bar", role: "alertdialog" }, [
      make("span", { textContent: offer.question }),
      keep,
      yes,
    ]);
    dialog.setAttribute("aria-label", offer.question);
    dialog.onkeydown = (event) => {
      if (event.key === "Escape") {
        event.stopPropagation();
        back();
      }
    };
    this.element.replaceChildren(dialog);
    keep.focus();
  }

  /** JupyterLab's extension answers if it is there; where nobody does the place is said. */
  _open() {
    const { notebook, cell } = this._model.get("cell");
    const failed = (why = "") => {
      this.say(`${why} The code ran from ${cellText({ notebook, cell })}`.trim());
    };
    const event = new CustomEvent("jupyter-colonies:open-cell", {
      cancelable: true,
      detail: { path: notebook, cellId: cell, failed },
    });
    if (document.dispatchEvent(event)) {
      failed();
    }
  }
}

function cellText({ notebook, cell }) {
  return [notebook, cell && `cell ${cell}`].filter(Boolean).join(", ");
}
