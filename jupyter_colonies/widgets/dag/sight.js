// What of a graph is in view, and which node is selected, in one place of the page.

import { Canvas } from "../page/canvas.js";
import { Painter } from "./painter.js";

/** Free room around a fitted graph, and the limits of the drawing's height, in pixels. */
const PADDING = 24;
const LEAST_HEIGHT = 150;
const MOST_HEIGHT = 560;

/** A graph is made no smaller than this by itself: it could not be read. */
const LEAST_ZOOM = 0.55;

export class Sight {
  constructor(model, el) {
    this._model = model;
    this._painter = new Painter(model, (grown) => this._painted(grown));
    this._select = () => this.show(model.get("selected"));
    model.on("change:selected", this._select);
    this.attended = () => {};
    this.painted = () => {};
    this._canvas = new Canvas(el, {
      root: ".colonies-dag",
      graph: ".custom-widget",
      attend: (cy, container) => this._attend(cy, container),
    });
  }

  dispose() {
    this._model.off("change:selected", this._select);
    this._painter.dispose();
    this._canvas.dispose();
    this._resizes?.disconnect();
  }

  /** Cytoscape, once it is there. */
  get cy() {
    return this._canvas.cy;
  }

  /** Show the whole graph, never larger than life. */
  fit() {
    this._fit(0);
    this._fitted = this._canvas.viewport;
  }

  zoom(factor) {
    const cy = this.cy;
    if (cy) {
      const middle = { x: cy.width() / 2, y: cy.height() / 2 };
      cy.zoom({ level: cy.zoom() * factor, renderedPosition: middle });
    }
  }

  /** Select a node; an empty id selects none. */
  choose(id) {
    if (!this._showing && this._model.get("selected") !== id) {
      this._model.set("selected", id);
      this._model.save_changes();
    }
  }

  /** Open a fold. */
  open(id) {
    this._model.send({ wish: "open", part: id });
  }

  /** Bring a node into view if it is not. */
  reveal(node) {
    const cy = this.cy;
    const { x1, x2, y1, y2 } = node.renderedBoundingBox();
    const missing = (from, to, size) => Math.max(PADDING - from, 0) || Math.min(size - PADDING - to, 0);
    const way = { x: missing(x1, x2, cy.width()), y: missing(y1, y2, cy.height()) };
    if (way.x || way.y) {
      cy.animate({ panBy: way, duration: 200 });
    }
  }

  /** Select what the kernel or another view selected, and bring it into view. */
  show(id) {
    const cy = this.cy;
    if (!cy) {
      return;
    }
    const chosen = cy.getElementById(id);
    this._mark(chosen);
    if (chosen.length) {
      this.reveal(chosen);
    }
  }

  _mark(chosen) {
    this._showing = true;
    this.cy.batch(() => {
      this.cy.nodes(":selected").difference(chosen).unselect();
      chosen.select();
    });
    this._showing = false;
  }

  /** Fit the graph into the drawing, but make it no smaller than `least`: then its top is shown. */
  _fit(least) {
    const cy = this.cy;
    if (!cy || !cy.nodes().length || !cy.container().clientWidth) {
      return;
    }
    const box = cy.nodes().boundingBox({ includeOverlays: false });
    const room = cy.container().clientWidth - 2 * PADDING;
    const across = Math.min(1, Math.max(least, room / box.w));
    const height = this._height(Math.round(box.h * across + 2 * PADDING));
    cy.resize();
    const level = Math.max(least, Math.min(across, (height - 2 * PADDING) / box.h));
    cy.zoom(level);
    const x = cy.width() / 2 - ((box.x1 + box.x2) / 2) * level;
    const free = height - box.h * level;
    cy.pan({ x, y: Math.max(free / 2, PADDING) - box.y1 * level });
  }

  /** The height of the drawing, which follows its graph unless it fills the room it is given. */
  _height(wanted) {
    const container = this.cy.container();
    if (container.classList.contains("fills")) {
      return container.clientHeight;
    }
    const height = Math.min(Math.max(wanted, LEAST_HEIGHT), MOST_HEIGHT);
    container.style.height = `${height}px`;
    return height;
  }

  /** While nobody has zoomed or moved it, a graph stays fitted. */
  _refit() {
    if (!this._fitted || this._fitted === this._canvas.viewport) {
      this._fit(LEAST_ZOOM);
      this._fitted = this._canvas.viewport;
    }
  }

  _painted(grown) {
    if (grown) {
      this._refit();
      this._mark(this.cy.getElementById(this._model.get("selected")));
    }
    this.painted(grown);
  }

  _attend(cy, container) {
    this._fitted = undefined;
    this._resizes?.disconnect();
    this._hearClicks(cy);
    this._resizes = new ResizeObserver(() => {
      const untouched = this._fitted === this._canvas.viewport;
      cy.resize();
      if (untouched) {
        this._fitted = undefined;
        this._refit();
      }
    });
    this._resizes.observe(container);
    this._painter.attach(cy);
    this.attended(cy, container);
    this._select();
  }

  _hearClicks(cy) {
    cy.on("select", "node", ({ target }) => {
      if (target.data("kind") === "fold") {
        target.unselect();
      } else {
        this.choose(target.id());
      }
    });
    cy.on("tap", (event) => {
      if (event.target === cy) {
        this.choose("");
      } else if (event.target.data("kind") === "fold") {
        this.open(event.target.id());
      }
    });
    cy.on("mouseover", "node", ({ target }) => {
      cy.container().title = target.data("about") ?? "";
    });
    cy.on("mouseout", "node", () => {
      cy.container().title = "";
    });
  }
}
