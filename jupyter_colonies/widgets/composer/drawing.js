// The graph of the draft, in the view of ipycytoscape that stands beside this widget.

const ROOM = 24;

class Drawing {
  constructor(model, wishes, joining, element) {
    this._model = model;
    this._wishes = wishes;
    this._joining = joining;
    this._element = element;
    this._draw = () => this.draw();
    model.on("change:page", this._draw);
    joining.watch(this._draw);
    // The first size that is reported says that the element is in the page.
    this._arrival = new ResizeObserver(() => this._search());
    this._arrival.observe(element);
  }

  dispose() {
    this._model.off("change:page", this._draw);
    this._arrival.disconnect();
    this._mutations?.disconnect();
    this._sizes?.disconnect();
    this._wheeled?.removeEventListener("wheel", this._wheel, true);
  }

  /** Show the whole graph, never larger than life. */
  fit() {
    const cy = this._cy;
    if (!cy?.nodes().length) {
      return;
    }
    cy.resize();
    cy.fit(undefined, ROOM);
    if (cy.zoom() > 1) {
      cy.zoom(1);
      cy.center();
    }
    this._fitted = this._sight();
  }

  draw() {
    const cy = this._cy;
    if (!cy) {
      return;
    }
    const { drawing, selected } = this._model.get("page");
    const untouched = !this._fitted || this._fitted === this._sight();
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
    const known = this._cy.getElementById(data.id);
    if (known.length) {
      known.data(data);
      if (position) {
        known.position(position);
      }
    } else {
      this._cy.add({ group, data, position, selectable: false, grabbable: false });
    }
  }

  _sight() {
    const { x, y } = this._cy.pan();
    return [this._cy.zoom(), x, y].join(" ");
  }

  _search() {
    this._root = this._element.closest(".colonies-composer");
    if (!this._root) {
      return;
    }
    this._arrival.disconnect();
    this._mutations = new MutationObserver(() => this._look());
    this._mutations.observe(this._root, { childList: true, subtree: true });
    this._look();
    this.onPlaced?.();
  }

  _look() {
    const container = this._root.querySelector(".colonies-composer-desk .custom-widget");
    const cy = container?._cyreg?.cy;
    if (cy && cy !== this._cy) {
      this._cy = cy;
      this._fitted = undefined;
      this._attend(cy, container);
    }
  }

  _attend(cy, container) {
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
      const untouched = !this._fitted || this._fitted === this._sight();
      cy.resize();
      if (untouched) {
        this.fit();
      }
    });
    this._sizes.observe(container);
    // Scrolling over the graph scrolls the page; with Ctrl or ⌘ it zooms.
    this._wheel = (event) => {
      if (!event.ctrlKey && !event.metaKey) {
        event.stopPropagation();
      }
    };
    this._wheeled = container.parentElement;
    this._wheeled.addEventListener("wheel", this._wheel, { capture: true, passive: true });
    // Cytoscape remembers where it is on the page; outputs above may have moved it since.
    const locate = () => cy.renderer().invalidateContainerClientCoordsCache();
    container.addEventListener("pointerdown", locate, true);
    container.addEventListener("pointerover", locate, true);
    container.setAttribute("aria-hidden", "true");
    container.title = "Click a node to select it, drag to move, Ctrl + scroll to zoom";
    this.draw();
    this.fit();
  }
}
