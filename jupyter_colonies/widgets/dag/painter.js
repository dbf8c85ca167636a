// What is drawn, and what is told of it. The elements of a graph come as one trait, `drawn`, and
// changes of it as `news`; both have numbers, so that what was missed is noticed and asked for.

import { duration } from "../page/elements.js";

/** Moves of so many nodes are animated; more would only be a strain. */
const MOST_ANIMATED = 80;

/** Brings the page's copy of the drawing up to date with each piece of news, once for all views. */
export class Ledger {
  constructor(model) {
    this._model = model;
    this._take = () => this.take();
    this._reset = () => {
      this._asked = false;
    };
    model.on("change:news", this._take);
    model.on("change:drawn", this._reset);
    this.take();
  }

  dispose() {
    this._model.off("change:news", this._take);
    this._model.off("change:drawn", this._reset);
  }

  take() {
    const news = this._model.get("news");
    const drawn = this._model.get("drawn");
    if (!(news.number > drawn.number)) {
      return;
    }
    if (news.number > drawn.number + 1) {
      if (!this._asked) {
        this._asked = true;
        this._model.send({ wish: "all" });
      }
      return;
    }
    const { elements } = drawn;
    (news.remove ?? []).forEach((id) => delete elements[id]);
    for (const element of news.add ?? []) {
      elements[element.data.id] = element;
    }
    for (const [id, data] of Object.entries(news.data ?? {})) {
      Object.assign(elements[id].data, data);
    }
    for (const [id, position] of Object.entries(news.move ?? {})) {
      elements[id].position = position;
    }
    drawn.number = news.number;
  }
}

/** Keeps one cytoscape equal to the drawing. */
export class Painter {
  /** `painted` is called after each change, with whether elements came, went or moved. */
  constructor(model, painted) {
    this._model = model;
    this._painted = painted;
    this._number = -1;
    this._take = () => this._hear();
    model.on("change:news", this._take);
    model.on("change:drawn", this._take);
    this._clock = setInterval(() => this._tick(), 1000);
  }

  dispose() {
    this._model.off("change:news", this._take);
    this._model.off("change:drawn", this._take);
    clearInterval(this._clock);
  }

  /** Draw into this cytoscape from now on. */
  attach(cy) {
    this._cy = cy;
    this._begin();
  }

  _hear() {
    const news = this._model.get("news");
    const { number } = this._model.get("drawn");
    if (!this._cy || number === this._number) {
      return;
    }
    if (news.number === number && number === this._number + 1) {
      this._number = number;
      this._change(news);
    } else {
      this._begin();
    }
  }

  /** Everything anew; what stays keeps its selection. */
  _begin() {
    const cy = this._cy;
    const { number, elements } = this._model.get("drawn");
    this._number = number;
    const known = Object.values(elements);
    cy.batch(() => {
      cy.elements()
        .filter((element) => !(element.id() in elements))
        .remove();
      const [old, fresh] = [[], []];
      known.forEach((each) => (cy.getElementById(each.data.id).length ? old : fresh).push(each));
      old.forEach(({ data, position }) => {
        const element = cy.getElementById(data.id);
        element.removeData().data({ ...data });
        if (position) {
          element.position({ ...position });
        }
      });
      this._add(fresh);
    });
    this._told(true);
  }

  _change({ add = [], remove = [], data = {}, move = {} }) {
    const cy = this._cy;
    const moves = Object.entries(move);
    const animated = moves.length <= MOST_ANIMATED && !this._still();
    cy.batch(() => {
      remove.forEach((id) => cy.getElementById(id).remove());
      this._add(add);
      for (const [id, fields] of Object.entries(data)) {
        const element = cy.getElementById(id);
        const gone = Object.keys(fields).filter((name) => fields[name] === null);
        element.data(fields);
        if (gone.length) {
          element.removeData(gone.join(" "));
        }
      }
      if (!animated) {
        moves.forEach(([id, position]) => cy.getElementById(id).position({ ...position }));
      }
    });
    if (animated) {
      moves.forEach(([id, position]) => {
        cy.getElementById(id).stop().animate({ position: { ...position } }, { duration: 180 });
      });
    }
    this._told(add.length > 0 || remove.length > 0 || moves.length > 0);
  }

  _told(grown) {
    // Says to whoever looks at the page how much of what was told is drawn.
    this._cy.container().dataset.drawn = String(this._number);
    this._tick();
    this._painted(grown);
  }

  /** Cytoscape keeps the objects it is given, and the ledger's are not its own. */
  _add(elements) {
    const copies = elements.map(({ group, data, position }) => ({
      group,
      data: { ...data },
      grabbable: false,
      ...(position ? { position: { ...position } } : {}),
    }));
    this._cy.add(copies.filter(({ group }) => group === "nodes"));
    this._cy.add(copies.filter(({ group }) => group === "edges"));
  }

  _still() {
    return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  /** Say of those that run, where details are wanted, for how long they have. */
  _tick() {
    const cy = this._cy;
    const running = cy && !document.hidden ? cy.nodes("[since]") : [];
    if (!running.length) {
      return;
    }
    const { elements } = this._model.get("drawn");
    const now = Date.now();
    cy.batch(() => {
      running.forEach((node) => {
        const { label, since } = elements[node.id()].data;
        node.data("label", `${label} · ${duration(Math.max(0, now - since) / 1000)}`);
      });
    });
  }
}
