// The functions that can be called: those that executors offer, and any other one by its name.

import { button, follow, make } from "../page/elements.js";

export class Palette {
  constructor(model, wishes) {
    this._model = model;
    this._wishes = wishes;
    this._search = make("input", {
      type: "search",
      placeholder: "Search or type a name",
      autocomplete: "off",
      spellcheck: false,
    });
    this._search.setAttribute("aria-label", "Search functions, or name one that is not offered");
    this._search.oninput = () => this.draw();
    this._search.onkeydown = (event) => this._steer(event);
    this._list = make("ul", { className: "offers" });
    this._list.setAttribute("aria-label", "Functions");
    this._list.onkeydown = (event) => this._steer(event);
    this._told = make("p", { className: "note", role: "status" });
    this._again = button("Look again", () => this._wishes.send("look"), { className: "plain" });
    this.element = make("section", { className: "part palette" }, [
      make("h4", { textContent: "Functions" }),
      this._search,
      this._list,
      make("div", { className: "foot" }, [this._told, this._again]),
    ]);
    this.element.setAttribute("aria-label", "Functions to add");
    this._stop = follow(model, ["palette"], () => this.draw());
  }

  dispose() {
    this._stop();
  }

  focus() {
    this._search.focus();
    this._search.select();
  }

  draw() {
    const { offers = [], told = "", live = true } = this._model.get("palette");
    const wanted = this._search.value.trim();
    const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
    const found = offers.filter((offer) => {
      const text = `${offer.signature} ${offer.executortype} ${offer.description}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
    // What is called like that comes before what only speaks of it.
    const rank = ({ funcname }) => (funcname === wanted ? 0 : funcname.startsWith(wanted) ? 1 : 2);
    found.sort((one, other) => rank(one) - rank(other));
    const inside = this._list.contains(document.activeElement);
    const focused = inside ? document.activeElement.dataset.offer : "";
    const rows = found.map((offer) => this._offer(offer));
    if (wanted && !/\s/.test(wanted) && !offers.some(({ funcname }) => funcname === wanted)) {
      rows.push(this._named(wanted));
    }
    this._list.replaceChildren(...rows);
    if (inside) {
      const buttons = [...this._list.querySelectorAll("button")];
      (buttons.find(({ dataset }) => dataset.offer === focused) ?? buttons[0])?.focus();
    }
    this._told.textContent = told || (rows.length ? "" : "No executor offers a function now");
    this._told.hidden = !this._told.textContent;
    this._again.hidden = live;
  }

  _offer(offer) {
    const { funcname, executortype, signature, description, executors } = offer;
    const number = executors.length;
    const who = number === 1 ? executors[0] : `${number} executors`;
    const name = make("span", { className: "name", textContent: funcname });
    const type = make("span", { className: "type", textContent: executortype });
    const parts = [make("span", { className: "line" }, [name, type])];
    parts.push(make("code", { className: "signature", textContent: signature }));
    if (description) {
      const first = description.split("\n")[0];
      parts.push(make("span", { className: "description", textContent: first }));
    }
    parts.push(make("span", { className: "who", textContent: `● ${who}` }));
    return this._row(parts, funcname, executortype, {
      title: `${description ? `${description}\n\n` : ""}Offered by ${executors.join(", ")}`,
      label: `Add ${signature}, executor type ${executortype}, offered by ${executors.join(", ")}`,
    });
  }

  _named(funcname) {
    const name = make("span", { className: "name", textContent: funcname });
    const note = make("span", { className: "who", textContent: "○ no executor offers it now" });
    return this._row([make("span", { className: "line" }, [name]), note], funcname, "", {
      title: "Add a call of a function that no executor offers now",
      label: `Add ${funcname}, which no executor offers now`,
    });
  }

  _row(parts, funcname, executortype, { title, label }) {
    const add = make("button", { type: "button", className: "offer", title }, parts);
    add.setAttribute("aria-label", label);
    add.dataset.offer = `${funcname} ${executortype}`;
    add.onclick = (event) => this._add(funcname, executortype, event.shiftKey);
    return make("li", {}, [add]);
  }

  _add(funcname, executortype, after) {
    const { selected } = this._model.get("page");
    this._wishes.send("add", { funcname, executortype, after: after ? selected : "" });
    this._search.value = "";
    this.draw();
    this.added?.();
  }

  /** The arrow keys go through the list; Enter in the search adds what is found first. */
  _steer(event) {
    const buttons = [...this._list.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const next = at + (event.key === "ArrowDown" ? 1 : -1);
      (next < 0 ? this._search : buttons[Math.min(next, buttons.length - 1)])?.focus();
    } else if (event.key === "Enter" && at < 0) {
      event.preventDefault();
      buttons[0]?.dispatchEvent(new MouseEvent("click", { shiftKey: event.shiftKey }));
    }
  }
}
