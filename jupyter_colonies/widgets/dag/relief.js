// What stands out of the graph: what was searched for, what a filter leaves, and the paths that
// lead to the selected process and from it. Everything else is dimmed.

export class Relief {
  constructor(model, sight, roll) {
    this._model = model;
    this._sight = sight;
    this._roll = roll;
    this._draw = () => this._wish();
    this._traits = "change:search change:states change:highlighted change:selected change:roll msg:custom";
    model.on(this._traits, this._draw);
  }

  dispose() {
    this._model.off(this._traits, this._draw);
    cancelAnimationFrame(this._due);
  }

  /** Draw again with the next frame, however many reasons there are. */
  _wish() {
    cancelAnimationFrame(this._due);
    this._due = requestAnimationFrame(() => this.draw());
  }

  draw() {
    const { cy } = this._sight;
    if (!cy) {
      return;
    }
    const paths = this._paths(cy);
    const narrowed = this._roll.narrowed;
    if (!paths && !narrowed) {
      if (this._raised) {
        cy.batch(() => cy.elements().removeClass("dimmed hit"));
        this._raised = false;
      }
      return;
    }
    this._raised = true;
    const searched = Boolean(this._model.get("search").trim());
    const kept = cy.nodes().filter((node) => {
      const wanted = !narrowed || this._roll.any(node.data("rows") ?? []);
      return wanted && (!paths || paths.has(node));
    });
    const edges = paths ? paths.edges() : kept.edgesWith(kept);
    cy.batch(() => {
      const shown = kept.union(edges);
      shown.removeClass("dimmed");
      cy.elements().difference(shown).addClass("dimmed").removeClass("hit");
      kept.toggleClass("hit", searched);
    });
  }

  /** The selected node with all it depends on and all that depends on it, if they are wanted. */
  _paths(cy) {
    const chosen = cy.getElementById(this._model.get("selected"));
    if (!this._model.get("highlighted") || !chosen.length) {
      return undefined;
    }
    return chosen.union(chosen.predecessors()).union(chosen.successors());
  }
}
