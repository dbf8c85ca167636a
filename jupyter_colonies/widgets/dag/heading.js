// Title, state, progress and legend of a workflow, and what can be done with its picture.

import { button, follow, make } from "../page/elements.js";

/** A button that is on or off, as a trait of the model is. */
function toggle(model, trait, text, name) {
  const element = button(text, () => {
    model.set(trait, !model.get(trait));
    model.save_changes();
  });
  element.title = name;
  const stop = follow(model, [trait], () => {
    element.setAttribute("aria-pressed", String(model.get(trait)));
  });
  return { element, stop };
}

export class Heading {
  constructor(model, sight) {
    this._model = model;
    this._name = make("strong", { className: "name" });
    this._id = make("code", { className: "id" });
    this._state = make("span", { className: "chip" });
    this._bar = make("span", { className: "done" });
    const track = make("span", { className: "track", "aria-hidden": "true" }, [this._bar]);
    this._progress = make("span", { className: "reached", role: "status" });
    this._past = make("span", { className: "past", textContent: "At an earlier moment" });
    const tools = this._tools(sight);
    this._title = make("div", { className: "bar title" }, [
      this._name,
      this._id,
      this._state,
      track,
      this._progress,
      this._past,
      tools,
    ]);
    this._trouble = make("p", { className: "trouble", role: "alert" });
    this._note = make("p", { className: "note", role: "status" });
    this._legend = make("div", {
      className: "bar legend",
      role: "group",
      "aria-label": "Number of processes in each state; choose those to be shown",
    });
    /** Where searching and the table have their place, beside the legend. */
    this.row = make("div", { className: "bar" }, [this._legend]);
    this.element = make("div", {}, [this._title, this._trouble, this.row, this._note]);
    this._entries = new Map();
    this._stop = [
      ...this._stops,
      follow(model, ["news"], () => this._write(model.get("news").heading)),
      follow(model, ["states"], () => this._press()),
    ];
  }

  dispose() {
    this._stop.forEach((stop) => stop());
  }

  _tools(sight) {
    const tool = (text, name, act) => button(text, act, { title: name, "aria-label": name });
    const details = toggle(this._model, "details", "Details", "Executor and words on each process");
    const paths = toggle(
      this._model,
      "highlighted",
      "Paths",
      "Only what the selected process depends on, and what depends on it",
    );
    const whole = toggle(this._model, "unfolded", "Unfold all", "Draw all processes one by one");
    this._whole = whole.element;
    this._stops = [details.stop, paths.stop, whole.stop];
    return make("span", { className: "tools" }, [
      this._whole,
      paths.element,
      details.element,
      tool("−", "Zoom out", () => sight.zoom(1 / 1.3)),
      tool("+", "Zoom in", () => sight.zoom(1.3)),
      tool("Fit", "Show the whole graph", () => sight.fit()),
    ]);
  }

  _write(heading) {
    if (!heading) {
      return;
    }
    this._name.textContent = heading.title;
    this._id.textContent = heading.id.slice(0, 8);
    this._id.title = heading.id;
    this._id.hidden = !heading.id || heading.title.includes(heading.id.slice(0, 8));
    const { glyph, word, fill } = heading.state;
    this._state.textContent = `${glyph} ${word}`;
    this._state.style.background = fill;
    this._progress.textContent = heading.progress;
    this._bar.style.width = `${heading.total ? (100 * heading.finished) / heading.total : 0}%`;
    this._bar.style.background = fill;
    this._trouble.textContent = heading.trouble;
    this._trouble.hidden = !heading.trouble;
    this._past.hidden = !heading.past;
    this._whole.hidden = !(heading.foldable && heading.unfoldable);
    this._note.textContent =
      heading.note ||
      (heading.folded
        ? `${heading.total.toLocaleString()} processes drawn as ${heading.shown}: click a fold to open it.`
        : "");
    this._note.hidden = !this._note.textContent;
    heading.legend.forEach((entry) => this._count(entry));
  }

  _count({ glyph, word, fill, count }) {
    let entry = this._entries.get(word);
    if (!entry) {
      const swatch = make("span", { className: "swatch", "aria-hidden": "true" }, [glyph]);
      const number = make("span", { className: "count" });
      const element = button("", () => this._choose(word), { className: "entry" });
      element.append(swatch, word, " ", number);
      this._legend.append(element);
      entry = { element, number, swatch };
      this._entries.set(word, entry);
      this._press();
    }
    if (entry.fill !== fill) {
      entry.fill = fill;
      entry.swatch.style.background = fill;
    }
    const text = count.toLocaleString();
    if (entry.number.textContent !== text) {
      entry.number.textContent = text;
      entry.element.classList.toggle("none", !count);
    }
  }

  _choose(word) {
    const chosen = this._model.get("states");
    const without = chosen.filter((each) => each !== word);
    this._model.set("states", without.length < chosen.length ? without : [...chosen, word]);
    this._model.save_changes();
  }

  _press() {
    const chosen = this._model.get("states");
    for (const [word, { element }] of this._entries) {
      element.setAttribute("aria-pressed", String(chosen.includes(word)));
      element.title = chosen.includes(word)
        ? `Show processes in other states too`
        : `Show only processes that are ${word.toLowerCase()}`;
    }
  }
}

/** The folds that are open, each with a button that closes it. */
export class Folds {
  constructor(model) {
    this._model = model;
    this.element = make("div", { className: "bar folds", role: "group", "aria-label": "Open folds" });
    this._stop = follow(model, ["news"], () => this._write(model.get("news").heading?.opened ?? []));
  }

  dispose() {
    this._stop();
  }

  /** Close the fold that a node came out of. */
  leave(node) {
    if (node?.data("within")) {
      this._close(node.data("within"));
    }
  }

  _write(opened) {
    const told = JSON.stringify(opened);
    if (told === this._told) {
      return;
    }
    this._told = told;
    this.element.hidden = !opened.length;
    const chips = opened.map(({ id, title, counts }) =>
      button(`${title} ✕`, () => this._close(id), {
        title: `Close this fold: ${counts}`,
        "aria-label": `Close the fold ${title}`,
      }),
    );
    const all = button("Close all", () => this._close(""));
    this.element.replaceChildren("Open:", ...chips, ...(opened.length > 1 ? [all] : []));
  }

  _close(part) {
    this._model.send({ wish: "close", part });
  }
}
