// The slider of a replay: plays the time of a run, steps from change to change, and says what
// happened. The kernel shows the graph.

import { button, follow, make } from "../page/elements.js";
import { SECOND, exactMoment, span } from "./axis.js";

const LIVE = -1;
const STRIP = 26;

/** How fast time passes: as it did, or so that the whole run takes so many seconds. */
const SPEEDS = [
  { text: "whole run in 10 s", seconds: 10 },
  { text: "whole run in 30 s", seconds: 30 },
  { text: "as it happened", factor: 1 },
  { text: "10 times as fast", factor: 10 },
  { text: "100 times as fast", factor: 100 },
  { text: "a tenth as fast", factor: 0.1 },
];

/** How often the kernel is told where the slider is while it plays, in milliseconds. */
const BEAT = 100;

export default {
  render({ model, el }) {
    el.classList.add("colonies-player", "colonies-surface");
    // JupyterLab's own shortcuts would take the arrow keys.
    el.setAttribute("data-lm-suppress-shortcuts", "true");
    const player = new Player(model, el);
    return () => player.dispose();
  },
};

class Player {
  constructor(model, el) {
    this._model = model;
    this._strip = make("canvas", { className: "strip", "aria-hidden": "true" });
    this._slider = make("input", {
      type: "range",
      min: 0,
      step: 1,
      ariaLabel:
        "Moment of the run: arrow keys go from change to change, Space plays, End is now",
    });
    this._when = make("span", { className: "when" });
    this._told = make("span", { className: "told", role: "status" });
    this._trouble = make("p", { className: "trouble", role: "status", hidden: true });
    this._play = button("▶ Play", () => this._toggle());
    this._speed = make(
      "select",
      { ariaLabel: "Speed" },
      SPEEDS.map(({ text }, place) => make("option", { value: place, textContent: text })),
    );
    const tool = (sign, title, act) => button(sign, act, { title, ariaLabel: title });
    this._now = button("Now", () => this._go(LIVE), { title: "Show the run as it is now" });
    el.append(
      make("div", { className: "bar", role: "toolbar", ariaLabel: "Replay" }, [
        tool("Start", "To the beginning", () => this._go(0)),
        tool("◀ Step", "To the change before", () => this._step(-1)),
        this._play,
        tool("Step ▶", "To the next change", () => this._step(1)),
        this._now,
        this._speed,
        this._when,
      ]),
      this._strip,
      this._slider,
      this._told,
      this._trouble,
    );
    el.addEventListener("keydown", (event) => this._key(event));
    this._slider.addEventListener("input", () => this._slid());
    this._ends = [
      follow(model, ["at", "span"], () => this._place()),
      follow(model, ["told"], () => this._tell()),
    ];
    this._look = () => document.hidden && this._pause();
    document.addEventListener("visibilitychange", this._look);
    this._sizes = new ResizeObserver(() => this._drawStrip());
    this._sizes.observe(this._strip);
    this._themes = new MutationObserver(() => this._drawStrip());
    this._themes.observe(document.body, {
      attributes: true,
      attributeFilter: ["data-jp-theme-name", "data-jp-theme-light", "class"],
    });
  }

  dispose() {
    this._pause();
    document.removeEventListener("visibilitychange", this._look);
    this._sizes.disconnect();
    this._themes.disconnect();
    this._ends.forEach((end) => end());
  }

  get _span() {
    return { origin: 0, end: 1, going: false, many: [], failed: [], ...this._model.get("span") };
  }

  /** Where the slider stands, in microseconds since the submission. */
  get _at() {
    const at = this._model.get("at");
    return at === LIVE ? this._span.end : at;
  }

  _go(at) {
    const { end, going } = this._span;
    const place = at !== LIVE && at >= end && !going ? LIVE : Math.round(Math.max(at, LIVE));
    this._model.set("at", place);
    this._model.save_changes();
  }

  _slid() {
    this._pause();
    const at = Number(this._slider.value);
    this._go(at >= this._span.end ? LIVE : at);
  }

  _step(step) {
    this._pause();
    this._model.send({ step });
  }

  _toggle() {
    if (this._timer) {
      this._pause();
      return;
    }
    if (this._model.get("at") === LIVE || this._at >= this._span.end) {
      this._go(0);
    }
    this._last = performance.now();
    this._timer = window.setInterval(() => this._beat(), BEAT);
    this._play.textContent = "⏸ Pause";
  }

  _pause() {
    window.clearInterval(this._timer);
    this._timer = 0;
    this._play.textContent = "▶ Play";
  }

  _beat() {
    const now = performance.now();
    const passed = (now - this._last) * 1000;
    this._last = now;
    const { end } = this._span;
    const { factor, seconds } = SPEEDS[Number(this._speed.value)];
    const next = this._at + passed * (factor ?? end / (seconds * SECOND));
    if (next >= end) {
      this._pause();
      this._go(LIVE);
    } else {
      this._go(next);
    }
  }

  _key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target === this._speed) {
      return;
    }
    const onButton = event.target.tagName === "BUTTON";
    const { end } = this._span;
    const actions = {
      ArrowRight: () => this._step(1),
      ArrowLeft: () => this._step(-1),
      PageUp: () => this._go(Math.min(this._at + end / 20, end)),
      PageDown: () => this._go(Math.max(this._at - end / 20, 0)),
      Home: () => this._go(0),
      End: () => this._go(LIVE),
      " ": onButton ? null : () => this._toggle(),
    };
    if (actions[event.key]) {
      event.preventDefault();
      event.stopPropagation();
      actions[event.key]();
    }
  }

  _place() {
    const { end, origin, going, trouble, exact } = this._span;
    const at = this._at;
    const live = this._model.get("at") === LIVE;
    this._slider.max = end;
    this._slider.value = at;
    const since = `${span(Math.round(at))} after the submission`;
    const now = going ? "now, live" : "the end";
    this._slider.setAttribute("aria-valuetext", live ? now : since);
    this._when.replaceChildren(
      make("b", { textContent: live ? `${now[0].toUpperCase()}${now.slice(1)} · ` : "" }),
      exactMoment(origin + Math.round(at)),
      ` · ${since}`,
    );
    this._now.disabled = live;
    this._trouble.textContent = trouble ?? "";
    this._trouble.hidden = !trouble;
    this._inexact = exact === false;
    this._drawStrip();
    this._tell();
  }

  _tell() {
    const { progress, changes = [], step = 0, steps = 0 } = this._model.get("told") ?? {};
    const place = steps ? `Change ${step} of ${steps}: ` : "";
    const known = this._inexact ? " (earlier tries are not known)" : "";
    this._told.textContent = progress
      ? `${place}${changes.join("; ")} · ${progress}${known}`
      : "";
  }

  /** Where much happened, and, marked with a notch, where something failed. */
  _drawStrip() {
    const scale = window.devicePixelRatio || 1;
    const width = this._strip.clientWidth;
    if (!width) {
      return;
    }
    const { many, failed, end } = this._span;
    this._strip.width = Math.round(width * scale);
    this._strip.height = Math.round(STRIP * scale);
    const pen = this._strip.getContext("2d");
    pen.scale(scale, scale);
    const style = getComputedStyle(this._strip);
    const value = (name, otherwise) => style.getPropertyValue(name).trim() || otherwise;
    // The thumb of a slider does not reach its ends.
    const edge = 8;
    const each = (width - 2 * edge) / Math.max(many.length, 1);
    const most = Math.max(...many, 1);
    pen.fillStyle = value("--jp-ui-font-color3", "#9aa4b0");
    many.forEach((count, place) => {
      const height = count ? 3 + (Math.sqrt(count / most) * (STRIP - 8)) : 0;
      pen.fillRect(edge + place * each, STRIP - height, Math.max(each - 1, 1), height);
    });
    pen.fillStyle = value("--jp-error-color1", "#bd4200");
    failed.forEach((place) => {
      const x = edge + (place + 0.5) * each;
      pen.beginPath();
      pen.moveTo(x - 4, 0);
      pen.lineTo(x + 4, 0);
      pen.lineTo(x, 6);
      pen.fill();
    });
    pen.fillStyle = value("--jp-brand-color1", "#1976d2");
    pen.fillRect(edge + (this._at / end) * (width - 2 * edge) - 1, 0, 2, STRIP);
  }
}
