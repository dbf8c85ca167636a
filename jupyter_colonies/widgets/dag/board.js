// The front-end half of the board: the heading above a graph, and what keeps the graph of
// ipycytoscape current, in view, and in step with the selection.

/** Free room around a fitted graph, and the limits of the drawing's height, in pixels. */
const PADDING = 24;
const LEAST_HEIGHT = 150;
const MOST_HEIGHT = 520;

export default {
  initialize({ model }) {
    const painter = new Painter(model);
    return () => painter.dispose();
  },

  render({ model, el }) {
    el.classList.add("colonies-board");
    const heading = new Heading(model, el);
    const sight = new Sight(model, el);
    heading.onZoom = (factor) => sight.zoom(factor);
    heading.onFit = () => sight.fit();
    return () => {
      heading.dispose();
      sight.dispose();
    };
  },
};

/** Brings news of nodes and edges to the models of ipycytoscape, in one batch of each view. */
class Painter {
  constructor(model) {
    this._model = model;
    this._queue = Promise.resolve();
    this._late = new Map();
    this._hear = () => this._take(model.get("news"));
    model.on("change:news", this._hear);
  }

  dispose() {
    this._model.off("change:news", this._hear);
  }

  _take({ nodes = {}, positions = {}, edges = {} }) {
    const states = new Map();
    const note = (kind, id, state) => {
      const key = `${kind} ${id}`;
      states.set(key, { ...states.get(key), ...state });
    };
    Object.entries(nodes).forEach(([id, data]) => note("nodes", id, { data }));
    Object.entries(positions).forEach(([id, position]) => note("nodes", id, { position }));
    Object.entries(edges).forEach(([id, data]) => note("edges", id, { data }));
    if (states.size) {
      // One after the other, and an error of one must not stop the following.
      this._queue = this._queue.then(() => this._paint(states)).catch(console.error);
    }
  }

  async _paint(states) {
    const drawing = await modelOf(this._model, "graph");
    if (!drawing) {
      return;
    }
    const graph = drawing.get("graph");
    const known = new Map();
    for (const kind of ["nodes", "edges"]) {
      graph.get(kind).forEach((element) => known.set(`${kind} ${element.get("data").id}`, element));
    }
    const views = await Promise.all(Object.values(drawing.views ?? {}));
    const instances = views.map((view) => view.cytoscape_obj).filter(Boolean);
    instances.forEach((cy) => cy.startBatch());
    for (const [key, state] of states) {
      const element = known.get(key);
      if (element) {
        // As if it had come from the kernel, so that it is never sent back there.
        element.set_state(state);
      } else {
        this._late.set(key, { ...this._late.get(key), ...state });
      }
    }
    instances.forEach((cy) => cy.endBatch());
    this._awaitLate(graph);
  }

  /** Elements that are still on their way get their news when they arrive. */
  _awaitLate(graph) {
    if (!this._late.size || this._waiting) {
      return;
    }
    this._waiting = true;
    graph.once("change:nodes change:edges", () => {
      this._waiting = false;
      const states = this._late;
      this._late = new Map();
      this._queue = this._queue.then(() => this._paint(states)).catch(console.error);
    });
  }
}

/** Title, state, progress and legend of the workflow, and the buttons that zoom. */
class Heading {
  constructor(model, el) {
    this._model = model;
    this.onZoom = () => {};
    this.onFit = () => {};
    const title = make("div", "title", el);
    this._name = make("strong", "name", title);
    this._id = make("code", "id", title);
    this._state = make("span", "state", title);
    const track = make("span", "track", title);
    track.setAttribute("aria-hidden", "true");
    this._bar = make("span", "bar", track);
    this._progress = make("span", "progress", title);
    this._progress.setAttribute("role", "status");
    this._tools = make("span", "tools", title);
    this._button("−", "Zoom out", () => this.onZoom(1 / 1.3));
    this._button("+", "Zoom in", () => this.onZoom(1.3));
    this._button("Fit", "Show the whole graph", () => this.onFit());
    this._trouble = make("p", "trouble", el);
    this._trouble.setAttribute("role", "alert");
    this._legend = make("ul", "legend", el);
    this._legend.setAttribute("aria-label", "Number of processes in each state");
    this._draw = () => this._write(model.get("news").heading);
    model.on("change:news", this._draw);
    this._draw();
  }

  dispose() {
    this._model.off("change:news", this._draw);
  }

  _button(text, name, act) {
    const button = make("button", "tool", this._tools, text);
    button.type = "button";
    button.title = name;
    button.setAttribute("aria-label", name);
    button.addEventListener("click", act);
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
    this._tools.hidden = !this._model.get("graph");
    this._legend.replaceChildren();
    for (const entry of heading.legend) {
      const item = make("li", entry.count ? "entry" : "entry none", this._legend);
      const swatch = make("span", "swatch", item, entry.glyph);
      swatch.style.background = entry.fill;
      swatch.setAttribute("aria-hidden", "true");
      make("span", "word", item, entry.word);
      make("span", "count", item, String(entry.count));
    }
  }
}

/** What of the graph is in view, and which node is selected, in one place of the page. */
class Sight {
  constructor(model, el) {
    this._model = model;
    this._el = el;
    this._select = () => this._show(model.get("selected"));
    model.on("change:selected", this._select);
    // The first size that is reported says that the element is in the page.
    this._arrival = new ResizeObserver(() => this._search());
    this._arrival.observe(el);
  }

  dispose() {
    this._model.off("change:selected", this._select);
    this._arrival.disconnect();
    this._mutations?.disconnect();
    this._release();
  }

  /** Show the whole graph, never larger than life, and let it stay fitted while it grows. */
  fit() {
    const cy = this._cy;
    if (!cy || !cy.nodes().length) {
      return;
    }
    const wanted = Math.round(cy.elements().boundingBox({ includeOverlays: false }).h + 2 * PADDING);
    const height = Math.min(Math.max(wanted, LEAST_HEIGHT), MOST_HEIGHT);
    cy.container().style.height = `${height}px`;
    cy.resize();
    cy.fit(undefined, PADDING);
    if (cy.zoom() > 1) {
      cy.zoom(1);
      cy.center();
    }
    this._fitted = this._viewport();
  }

  zoom(factor) {
    const cy = this._cy;
    if (cy) {
      const middle = { x: cy.width() / 2, y: cy.height() / 2 };
      cy.zoom({ level: cy.zoom() * factor, renderedPosition: middle });
    }
  }

  _viewport() {
    const { x, y } = this._cy.pan();
    return [this._cy.zoom(), x, y].join(" ");
  }

  _refit() {
    if (!this._fitted || this._fitted === this._viewport()) {
      this.fit();
    }
  }

  _search() {
    this._root = this._el.closest(".colonies-dag");
    if (!this._root) {
      return;
    }
    this._arrival.disconnect();
    this._mutations = new MutationObserver(() => this._look());
    this._mutations.observe(this._root, { childList: true, subtree: true });
    this._look();
  }

  _look() {
    // JupyterLab would take the arrow keys for moving between cells.
    for (const element of this._root.querySelectorAll("select, pre")) {
      element.dataset.lmSuppressShortcuts = "true";
    }
    const container = this._root.querySelector(".custom-widget");
    const cy = container?._cyreg?.cy;
    if (cy && cy !== this._cy) {
      this._cy = cy;
      this._fitted = undefined;
      this._attend(cy, container);
    }
  }

  _release() {
    this._resizes?.disconnect();
    this._root?.removeEventListener("wheel", this._wheel, true);
    this._root?.removeEventListener("pointerdown", this._locate, true);
    this._root?.removeEventListener("pointerover", this._locate, true);
  }

  _attend(cy, container) {
    this._release();
    const choose = (id) => {
      if (!this._showing && this._model.get("selected") !== id) {
        this._model.set("selected", id);
        this._model.save_changes();
      }
    };
    cy.on("select", "node", (event) => choose(event.target.id()));
    // ipycytoscape makes a node that was unselected unselectable.
    cy.on("unselect", "node", (event) => event.target.selectify());
    cy.on("tap", (event) => {
      if (event.target === cy) {
        choose("");
      }
    });
    cy.on("layoutstop", () => this._refit());
    this._resizes = new ResizeObserver(() => {
      const untouched = this._fitted === this._viewport();
      cy.resize();
      if (untouched) {
        this.fit();
      }
    });
    this._resizes.observe(container);
    // Scrolling over the graph scrolls the page; with Ctrl or ⌘ it zooms.
    this._wheel = (event) => {
      if (!event.ctrlKey && !event.metaKey && container.contains(event.target)) {
        event.stopPropagation();
      }
    };
    this._root.addEventListener("wheel", this._wheel, { capture: true, passive: true });
    // Cytoscape remembers where it is on the page; outputs above may have moved it since.
    this._locate = () => cy.renderer().invalidateContainerClientCoordsCache();
    this._root.addEventListener("pointerdown", this._locate, true);
    this._root.addEventListener("pointerover", this._locate, true);
    container.title = "Drag to move, Ctrl + scroll to zoom, click a node to inspect it";
    this.fit();
    this._select();
  }

  /** Select what the kernel or another view selected, and bring it into view. */
  _show(id) {
    const cy = this._cy;
    if (!cy) {
      return;
    }
    const chosen = cy.getElementById(id);
    this._showing = true;
    cy.batch(() => {
      cy.nodes(":selected").difference(chosen).unselect();
      chosen.select();
    });
    this._showing = false;
    if (chosen.length) {
      const { x1, y1, x2, y2 } = cy.extent();
      const { x, y } = chosen.position();
      if (x < x1 || x > x2 || y < y1 || y > y2) {
        cy.animate({ center: { eles: chosen }, duration: 200 });
      }
    }
  }
}

async function modelOf(model, name) {
  const reference = model.get(name);
  return reference ? model.widget_manager.get_model(reference.replace("IPY_MODEL_", "")) : null;
}

function make(tag, name, parent, text = "") {
  const element = document.createElement(tag);
  element.className = name
    .split(" ")
    .map((part) => `colonies-${part}`)
    .join(" ");
  element.textContent = text;
  parent.append(element);
  return element;
}
