// The view of ipycytoscape that stands beside a widget: found when it comes, and made to behave.

/** A wheel that counts lines moves a graph by so many pixels for each. */
const LINE = 16;

export class Canvas {
  /**
   * `attend(cy, container)` is called for the graph that the selector `graph` finds within the
   * nearest `root` around an element, and for each that takes its place. `placed` is called when
   * the element has come into the page.
   */
  constructor(element, { root, graph, attend, placed = () => {} }) {
    this._element = element;
    this._selectors = { root, graph };
    this._attend = attend;
    this._placed = placed;
    // The first size that is reported says that the element is in the page.
    this._arrival = new ResizeObserver(() => this._search());
    this._arrival.observe(element);
  }

  dispose() {
    this._arrival.disconnect();
    this._mutations?.disconnect();
    this._release();
  }

  /** Zoom and place of what is in view, as a text to compare. */
  get viewport() {
    const { x, y } = this.cy.pan();
    return [this.cy.zoom(), x, y].join(" ");
  }

  _search() {
    this._root = this._element.closest(this._selectors.root);
    if (!this._root) {
      return;
    }
    this._arrival.disconnect();
    this._mutations = new MutationObserver(() => this._look());
    this._mutations.observe(this._root, { childList: true, subtree: true });
    this._look();
    this._placed();
  }

  _look() {
    const container = this._root.querySelector(this._selectors.graph);
    const cy = container?._cyreg?.cy;
    if (cy && cy !== this.cy) {
      /** Cytoscape, once it is there. */
      this.cy = cy;
      this._release();
      this._tame(cy, container);
      this._attend(cy, container);
    }
  }

  _tame(cy, container) {
    // Scrolling over the graph scrolls the page, or moves a graph that fills a pane of its own;
    // with Ctrl or ⌘ it zooms.
    const fills = container.classList.contains("fills");
    this._wheel = (event) => {
      if (event.ctrlKey || event.metaKey || !container.contains(event.target)) {
        return;
      }
      event.stopPropagation();
      if (fills) {
        event.preventDefault();
        const size = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE : 1;
        cy.panBy({ x: -event.deltaX * size, y: -event.deltaY * size });
      }
    };
    this._root.addEventListener("wheel", this._wheel, { capture: true, passive: !fills });
    // Cytoscape remembers where it is on the page; outputs above may have moved it since.
    this._locate = () => cy.renderer().invalidateContainerClientCoordsCache();
    this._root.addEventListener("pointerdown", this._locate, true);
    this._root.addEventListener("pointerover", this._locate, true);
  }

  _release() {
    this._root?.removeEventListener("wheel", this._wheel, true);
    this._root?.removeEventListener("pointerdown", this._locate, true);
    this._root?.removeEventListener("pointerover", this._locate, true);
  }
}
