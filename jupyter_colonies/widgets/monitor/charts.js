// Small pictures of the last ten minutes, each of which says in words what it shows.

import { follow, make } from "../page/elements.js";
import { shortly, tick } from "./clock.js";

const SLOT = 15_000;
const SLOTS = 40;
const WIDTH = 240;
const HEIGHT = 40;

export class Charts {
  constructor(model) {
    this._model = model;
    this._ended = new Chart("Ended");
    this._run = new Chart("Ran");
    this._wait = new Chart("Waited");
    this.element = make("div", { className: "charts" }, [
      this._ended.element,
      this._run.element,
      this._wait.element,
    ]);
    this._drawn = 0;
    this.dispose = follow(model, ["slots"], () => this.draw());
  }

  /** Time goes on without news. */
  tick() {
    if (Math.floor(Date.now() / SLOT) !== this._drawn) {
      this.draw();
    }
  }

  draw() {
    this._drawn = Math.floor(Date.now() / SLOT);
    const first = this._drawn - SLOTS + 1;
    const known = new Map(this._model.get("slots").map((slot) => [slot.at / SLOT, slot]));
    const slots = Array.from({ length: SLOTS }, (_, index) => known.get(first + index));
    const well = slots.map((slot) => slot?.successful ?? 0);
    const badly = slots.map((slot) => slot?.failed ?? 0);
    const count = (numbers) => numbers.reduce((sum, number) => sum + number, 0);
    const all = count(well) + count(badly);
    const minute = count(well.slice(-4)) + count(badly.slice(-4));
    this._ended.bars(
      [well, badly],
      `${minute.toLocaleString()} in the last minute`,
      `${all.toLocaleString()} in ten minutes, ${count(badly).toLocaleString()} of them failed`,
    );
    this._run.lines(slots.map((slot) => (slot?.successful ? slot.run : null)));
    this._wait.lines(slots.map((slot) => (slot?.successful ? slot.wait : null)));
  }
}

function svg(tag, attributes, children = []) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

class Chart {
  constructor(title) {
    this._title = title;
    this._said = make("span", { className: "said" });
    this._more = make("span", { className: "note" });
    this._picture = svg("svg", {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      preserveAspectRatio: "none",
      role: "img",
    });
    this.element = make("figure", {}, [
      make("figcaption", {}, [make("strong", { textContent: title }), " ", this._said]),
      this._picture,
      this._more,
    ]);
  }

  /** Stacked bars, the last series on top. */
  bars(series, said, more) {
    const sums = series[0].map((_, index) => series.reduce((sum, row) => sum + row[index], 0));
    const highest = Math.max(1, ...sums);
    const width = WIDTH / SLOTS;
    const shapes = sums.flatMap((_, index) => {
      let base = HEIGHT;
      return series.map((row, number) => {
        const height = (row[index] / highest) * (HEIGHT - 2);
        base -= height;
        const place = { x: index * width + 0.5, y: base, width: width - 1, height };
        return svg("rect", { ...place, class: number ? "second" : "first" });
      });
    });
    this._show(shapes, said, `${more}; at most ${highest.toLocaleString()} in 15 s`);
  }

  /** Median and 95th percentile, each a line with gaps where nothing ended. */
  lines(pairs) {
    const known = pairs.filter(Boolean);
    if (!known.length) {
      this._show([], "–", "Nothing succeeded in ten minutes");
      return;
    }
    const highest = Math.max(...known.map((pair) => pair[1]), 1e-3);
    const place = (index, value) => {
      const x = (index + 0.5) * (WIDTH / SLOTS);
      return `${x.toFixed(1)} ${(HEIGHT - 1 - (value / highest) * (HEIGHT - 3)).toFixed(1)}`;
    };
    const shapes = [1, 0].flatMap((which) => {
      const runs = pairs.reduce((found, pair, index) => {
        if (pair) {
          const point = place(index, pair[which]);
          pairs[index - 1] ? found.at(-1).push(point) : found.push([point]);
        }
        return found;
      }, []);
      const name = which ? "second" : "first";
      return runs.map((points) => {
        // A line of one point is a dot.
        const alone = points.length === 1 ? " alone" : "";
        return svg("polyline", { points: [...points, points.at(-1)].join(" "), class: name + alone });
      });
    });
    const [median, most] = known.at(-1);
    const said = `${shortly(median)} median, ${shortly(most)} p95`;
    this._show(shapes, said, `at most ${shortly(highest)} in ten minutes`);
  }

  _show(shapes, said, more) {
    this._said.textContent = said;
    this._more.textContent = more;
    this._picture.setAttribute("aria-label", `${this._title}: ${said}; ${more}`);
    this._picture.replaceChildren(...shapes);
  }
}
