// Moving through a graph with the keyboard, while it has the focus.

import { make } from "../page/elements.js";

const STEPS = { ArrowDown: "down", ArrowUp: "up", ArrowLeft: "left", ArrowRight: "right" };

export class Keys {
  /** `escaped` is called on Escape when there is nothing to leave in the graph itself. */
  constructor(sight, escaped = () => {}) {
    this._sight = sight;
    this._escaped = escaped;
    this._at = "";
    this.voice = make("p", { className: "hidden", role: "status" });
    this._press = (event) => {
      if (!event.altKey && !event.ctrlKey && !event.metaKey && this._act(event.key)) {
        event.preventDefault();
        event.stopPropagation();
      }
    };
    this._enter = () => this._go(this._here());
    this._leave = () => this._clear();
  }

  attend(container) {
    this.dispose();
    this._container = container;
    container.tabIndex = 0;
    container.dataset.lmSuppressShortcuts = "true";
    container.setAttribute("role", "application");
    container.setAttribute("aria-label", "Graph. Arrow keys move along its edges.");
    container.addEventListener("keydown", this._press);
    container.addEventListener("focus", this._enter);
    container.addEventListener("blur", this._leave);
  }

  dispose() {
    this._container?.removeEventListener("keydown", this._press);
    this._container?.removeEventListener("focus", this._enter);
    this._container?.removeEventListener("blur", this._leave);
  }

  /** After the graph has changed: a node that is gone leaves the cursor to what took its place. */
  refresh() {
    if (this._container && this._container === document.activeElement) {
      this._go(this._here(), false);
    }
  }

  _act(key) {
    const here = this._here();
    if (key in STEPS) {
      this._go(this._beside(here, STEPS[key]));
    } else if (key === "Enter" || key === " ") {
      this._take(here);
    } else if (key === "Backspace") {
      this._sight.leave?.(here);
    } else if (key === "+" || key === "=") {
      this._sight.zoom(1.3);
    } else if (key === "-") {
      this._sight.zoom(1 / 1.3);
    } else if (key === "0") {
      this._sight.fit();
    } else if (key === "Escape") {
      this._sight.choose("");
      this._escaped();
    } else {
      return false;
    }
    return true;
  }

  _take(here) {
    if (here?.data("kind") === "fold") {
      this._inside = here.id();
      this._sight.open(here.id());
    } else if (here) {
      this._sight.choose(here.id());
    }
  }

  /** Where the cursor is: on its node, or where that went, or on the selected or the first one. */
  _here() {
    const { cy } = this._sight;
    if (!cy || !cy.nodes().length) {
      return undefined;
    }
    const parts = cy.nodes().filter((node) => this._inside && node.data("within") === this._inside);
    const chosen = [cy.getElementById(this._at), parts, cy.nodes(":selected")].find(
      (each) => each.length,
    );
    return chosen ? chosen[0] : cy.nodes().min((node) => node.position("y") * 1e4 + node.position("x")).ele;
  }

  _beside(here, step) {
    if (!here) {
      return here;
    }
    const { x, y } = here.position();
    const near =
      step === "down"
        ? here.outgoers("node")
        : step === "up"
          ? here.incomers("node")
          : this._sight.cy.nodes().filter((node) => {
              const aside = node.position("x") - x;
              return Math.abs(node.position("y") - y) < 2 && (step === "left" ? aside < 0 : aside > 0);
            });
    return near.length ? near.min((node) => Math.abs(node.position("x") - x)).ele : here;
  }

  _go(node, moved = true) {
    this._clear();
    if (!node) {
      return;
    }
    this._at = node.id();
    node.addClass("cursor");
    const about = node.data("about") ?? node.data("label");
    const does = node.data("kind") === "fold" ? "Enter opens it" : "";
    const said = [about, does].filter(Boolean).join(". ");
    if (this.voice.textContent !== said) {
      this.voice.textContent = said;
    }
    if (moved) {
      this._sight.reveal(node);
    }
  }

  _clear() {
    this._sight.cy?.nodes(".cursor").removeClass("cursor");
  }
}
