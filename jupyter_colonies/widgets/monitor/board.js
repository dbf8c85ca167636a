// The page's half of the monitor. Names and errors come from anybody in the colony: they are only
// ever set as text.

import { button, follow, make } from "../page/elements.js";
import { Adding } from "./adding.js";
import { Charts } from "./charts.js";
import { startClock } from "./clock.js";
import { makeSections, plural, running } from "./sections.js";

export default {
  render({ model, el }) {
    el.classList.add("colonies-surface", "colonies-monitor");
    el.setAttribute("role", "region");
    el.setAttribute("aria-label", `Monitor of ${model.get("colonyname")}`);
    const head = new Head(model);
    const charts = new Charts(model);
    const sections = makeSections(model);
    const adding = new Adding(model);
    el.append(
      head.element,
      charts.element,
      sections.executors.element,
      make("div", { className: "columns" }, [
        sections.queues.element,
        sections.running.element,
      ]),
      sections.failures.element,
      sections.crons.element,
      sections.generators.element,
      adding.element,
    );
    const stop = startClock(el, () => charts.tick());
    return () => {
      stop();
      [head, charts, adding, ...Object.values(sections)].forEach((part) => part.dispose());
    };
  },
};

/** The colony's name, its figures, the pause, and what was told last. */
class Head {
  constructor(model) {
    this._model = model;
    this._state = make("span", { className: "assignments" });
    this._figures = make("span", { className: "figures" });
    this._button = button("", () => this._press());
    this._trouble = make("p", { className: "trouble", role: "alert", hidden: true });
    this._told = make("p", { className: "told", role: "status" });
    const title = make("h3", { textContent: `Colony ${model.get("colonyname")}` });
    this.element = make("header", {}, [
      make("div", { className: "bar" }, [title, this._state, this._button, this._figures]),
      this._trouble,
      this._told,
    ]);
    const ends = [
      follow(model, ["summary", "executors"], () => this._draw()),
      follow(model, ["told"], () => this._tell()),
    ];
    this.dispose = () => ends.forEach((end) => end());
  }

  _draw() {
    const { paused, waiting = 0, running = 0, at = 0, owns, trouble = "" } =
      this._model.get("summary");
    this._trouble.hidden = !trouble;
    this._trouble.textContent = trouble;
    this._state.textContent = !at ? "…" : paused ? "⏸ Assignments are paused" : "▶ Assignments go on";
    this._state.classList.toggle("warning", Boolean(paused));
    this._button.textContent = paused ? "Resume" : "Pause";
    this._button.setAttribute("aria-label", `${this._button.textContent} assignments`);
    this._button.hidden = !owns || !at;
    const { total = 0 } = this._model.get("executors");
    const said = [
      plural(total, "executor"),
      `${waiting.toLocaleString()} waiting`,
      `${running.toLocaleString()} running`,
    ];
    this._figures.textContent = at ? said.join(" · ") : "";
  }

  _press() {
    const { paused } = this._model.get("summary");
    this._model.send({ wish: paused ? "resume" : "pause", about: "head" });
  }

  _tell() {
    const { about, text = "", failed } = this._model.get("told");
    if (about !== "adding") {
      this._told.textContent = text;
      this._told.classList.toggle("wrong", Boolean(failed));
    }
  }
}
