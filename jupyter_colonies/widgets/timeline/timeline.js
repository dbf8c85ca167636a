// The front-end half of the timeline: the words above the chart, its controls, and the run that
// is looked at.

import { button, chip, make } from "../page/elements.js";
import { exactMoment } from "./axis.js";
import { Bars, WAITING } from "./bars.js";
import { Chart, inWords } from "./chart.js";
import { Executors, Table } from "./table.js";

export default () => {
  let bars;
  return {
    initialize({ model }) {
      bars = new Bars(model);
      return () => bars.dispose();
    },

    render({ model, el }) {
      el.classList.add("colonies-timeline", "colonies-surface");
      const view = new View(model, bars, el);
      return () => view.dispose();
    },
  };
};

class View {
  constructor(model, bars, el) {
    this._bars = bars;
    this._title = make("h4");
    this._state = make("span");
    this._summary = make("span", { className: "note" });
    this._path = make("p", { className: "path" });
    this._trouble = make("p", { className: "trouble", role: "status", hidden: true });
    this._legend = make("div", { className: "bar legend", role: "list", "aria-label": "Legend" });
    this._facts = make("div", { className: "facts", role: "status" });
    this._chart = new Chart(model, bars, (bar) => this._tell(bar));
    this._table = new Table(model, bars, (number) => {
      this._chart.goTo(bars.list[number]);
      model.set("chosen", number);
      model.save_changes();
    });
    this._executors = new Executors(bars);
    el.append(
      make("div", { className: "bar" }, [this._title, this._state, this._summary]),
      this._trouble,
      this._controls(),
      this._chart.frame,
      this._facts,
      this._path,
      this._legend,
      this._executors.element,
      this._table.element,
    );
    this._end = bars.listen(() => this._head());
    this._head();
    this._tell(bars.list[model.get("chosen")] ?? null);
  }

  dispose() {
    this._end();
    this._chart.dispose();
    this._table.dispose();
    this._executors.dispose();
  }

  _controls() {
    const chart = this._chart;
    const toggle = (text, name) => {
      const box = make("input", { type: "checkbox", checked: chart.sheet[name] });
      box.addEventListener("change", () => {
        chart.sheet[name] = box.checked;
        chart.redraw();
      });
      return make("label", {}, [box, ` ${text}`]);
    };
    const tool = (sign, title, act) => button(sign, act, { title, ariaLabel: title });
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    return make("div", { className: "bar controls", role: "toolbar", ariaLabel: "Timeline" }, [
      tool("−", "Zoom out", () => chart.zoom(1 / 1.5)),
      tool("+", "Zoom in", () => chart.zoom(1.5)),
      tool("◀", "Earlier", () => chart.pan(-0.25)),
      tool("▶", "Later", () => chart.pan(0.25)),
      tool("Whole run", "Show the whole run", () => chart.fit()),
      toggle("Waiting", "waiting"),
      toggle("Critical path", "path"),
      make("span", { className: "note zone", textContent: `Times in ${zone}` }),
    ]);
  }

  _head() {
    const told = this._told && this._bars.list[this._told.number];
    if (told !== this._told) {
      this._tell(told);
    }
    const { heading } = this._bars.news;
    this._title.textContent = `Timeline of ${heading.title}`;
    this._state.replaceChildren(chip(heading.state));
    this._summary.textContent = heading.summary;
    this._path.textContent = heading.path ? `Critical path: ${heading.path}` : "";
    this._trouble.textContent = heading.trouble;
    this._trouble.hidden = !heading.trouble;
    const key = JSON.stringify([heading.legend, heading.exact]);
    if (key !== this._key) {
      this._key = key;
      this._legend.replaceChildren(
        ...heading.legend.filter(({ count }) => count).map((look) => {
          const shown = chip(look);
          shown.classList.toggle("hollow", look.word === this._bars.look(WAITING).word);
          return make("span", { role: "listitem" }, [shown, ` ${look.count}`]);
        }),
        make("span", { className: "sample", role: "listitem" }, ["Critical path"]),
        ...(heading.exact
          ? []
          : [make("span", { className: "note", textContent: "Earlier tries are not known" })]),
      );
    }
  }

  /** The facts of the run that is looked at, or how to look at one. */
  _tell(bar) {
    this._told = bar;
    if (!bar) {
      this._facts.replaceChildren(
        make("span", {
          className: "note",
          textContent: "Click a bar, or go there with the arrow keys, to see what it was.",
        }),
      );
      return;
    }
    const { origin } = this._bars.news;
    const time = (value) => (value < 0 ? "…" : exactMoment(origin + value));
    const fact = (name, value) => make("span", {}, [make("b", {}, [`${name} `]), value]);
    this._facts.replaceChildren(
      chip(this._bars.look(bar.state)),
      make("span", { textContent: inWords(this._bars, bar) }),
      fact("could begin", time(bar.ready)),
      fact("began", time(bar.start)),
      fact("ended", time(bar.end)),
    );
  }
}
