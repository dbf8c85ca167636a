// The graph of the draft, in the view of ipycytoscape that stands beside this widget.

import { Canvas } from "../page/canvas.js";

const ROOM = 24;

export class Drawing {
  constructor(model, wishes, joining, element) {
    this._model = model;
    this._wishes = wishes;
    this._joining = joining;
    this._draw = () => this.draw();
    model.on("change:page", this._draw);
    joining.watch(this._draw);
    this._canvas = new Canvas(element, {
      root: ".colonies-composer",
      graph: ".colonies-composer-desk .custom-widget",
      attend: (cy, container) => this._attend(cy, container),
      placed: () => this.onPlaced?.(),
    });
  }

  dispose() {
    this._model.off("change:page", this._draw);
    this._canvas.dispose();
    this._sizes?.disconnect();
  }

  /** Show the whole graph, never larger than life. */
  fit() {
    const cy = this._canvas.cy;
    if (!cy?.nodes().length) {
      return;
    }
    cy.resize();
    cy.fit(undefined, ROOM);
    if (cy.zoom() > 1) {
      cy.zoom(1);
      cy.center();
    }
    this._fitted = this._canvas.viewport;
  }

  draw() {
    const cy = this._canvas.cy;
    if (!cy) {
      return;
    }
    const { drawing, selected } = this._model.get("page");
    const untouched = !this._fitted || this._fitted === this._canvas.viewport;
    const wanted = new Map();
    for (const { x, y, ...data } of drawing.nodes) {
      wanted.set(data.id, { group: "nodes", data, position: { x, y } });
    }
    for (const data of drawing.edges) {
      wanted.set(data.id, { group: "edges", data });
    }
    const before = cy.elements().map((each) => each.id()).join(" ");
    cy.batch(() => {
      cy.elements().filter((each) => !wanted.has(each.id())).remove();
      for (const element of wanted.values()) {
        this._put(element);
      }
      const { parent, edge } = this._joining;
      const chosen = edge ? `${edge.parent}-${edge.child}` : selected;
      cy.elements().forEach((each) => {
        each.toggleClass("chosen", each.id() === chosen);
        each.toggleClass("parent", each.id() === parent);
      });
    });
    cy.container().classList.toggle("joining", this._joining.on);
    if (untouched && before !== [...wanted.keys()].join(" ")) {
      this.fit();
    }
  }

  _put({ group, data, position }) {
    const known = this._canvas.cy.getElementById(data.id);
    if (known.length) {
      known.data(data);
      if (position) {
        known.position(position);
      }
    } else {
      this._canvas.cy.add({ group, data, position, selectable: false, grabbable: false });
    }
  }

  _attend(cy, container) {
    this._fitted = undefined;
    cy.on("tap", "node", (event) => {
      if (!this._joining.take(event.target.id())) {
        this._wishes.send("select", { node: event.target.id() });
      }
    });
    cy.on("dbltap", "node", () => this.onOpen?.());
    cy.on("tap", "edge", (event) => {
      this._joining.choose({ parent: event.target.data("source"), child: event.target.data("target") });
    });
    cy.on("tap", (event) => {
      if (event.target === cy) {
        this._joining.end();
        this._wishes.send("select", { node: "" });
      }
    });
    this._sizes?.disconnect();
    this._sizes = new ResizeObserver(() => {
      const untouched = !this._fitted || this._fitted === this._canvas.viewport;
      cy.resize();
      if (untouched) {
        this.fit();
      }
    });
    this._sizes.observe(container);
    container.setAttribute("aria-hidden", "true");
    container.title = "Click a node to select it, drag to move, Ctrl + scroll to zoom";
    this.draw();
    this.fit();
  }
}
