// JSON as a tree. What is large comes in parts: the model is asked when a part is opened.

import { button, make } from "../page/elements.js";

/** Asks for parts of values, and hands its answers out. */
export class Source {
  constructor(model) {
    this._model = model;
    this._waiting = new Map();
    this._hear = (message) => {
      if (message.more) {
        const key = JSON.stringify(message.more);
        this._waiting.get(key)?.(message);
        this._waiting.delete(key);
      }
    };
    model.on("msg:custom", this._hear);
  }

  dispose() {
    this._model.off("msg:custom", this._hear);
  }

  /** Ask for what is at a place; `take` gets the answer. */
  more({ part, index, path, first }, take, rows = false) {
    const where = { part, index, path, first };
    this._waiting.set(JSON.stringify(where), take);
    this._model.send({ wish: "more", rows, ...where });
  }

  /** Somebody gets to see the place of a value that is kept as a file. */
  look(file) {
    this._model.send({ wish: "look", file });
  }

  /** Somebody wants a value that is kept as a file. */
  fetch(file) {
    this._model.send({ wish: "fetch", file });
  }
}

const OPEN_ITEMS = 20;

/** An element for a node; `place` has the part, the index of the value, and the path in it. */
export function treeNode(node, place, source, open = false) {
  if (node.kind === "list" || node.kind === "object") {
    return branch(node, place, source, open);
  }
  if (node.kind === "stored") {
    return make("span", { className: "stored", textContent: storedText(node) });
  }
  const element = make("span", { className: `leaf ${node.kind}` });
  if (node.kind === "form") {
    element.append(make("span", { className: "type", textContent: `${node.type} ` }));
  }
  element.append(...longText(node, place, source));
  return element;
}

export function storedText({ type, size, file }) {
  return `${type}, ${size.toLocaleString()} bytes, kept as ${file}`;
}

/** A text, and a button that gets what was cut off. */
function longText(node, place, source) {
  const text = make("span", { className: "text", textContent: node.text });
  if (node.size === undefined) {
    return [text];
  }
  let shown = node.text.length;
  const left = () => `Show more (${(node.size - shown).toLocaleString()} characters)`;
  const more = button(left(), () => {
    more.disabled = true;
    source.more({ ...place, first: shown }, ({ node: next }) => {
      text.append(next.text);
      shown += next.text.length;
      more.disabled = false;
      more.textContent = left();
      if (shown >= node.size) {
        more.remove();
      }
    });
  }, { className: "more" });
  return [text, more];
}

function branch(node, place, source, open) {
  const isList = node.kind === "list";
  const count = `${node.size.toLocaleString()} ${node.size === 1 ? "item" : "items"}`;
  const summary = make("summary", { textContent: isList ? `[ ${count} ]` : `{ ${count} }` });
  const list = make("ul");
  const details = make("details", { className: node.kind }, [summary, list]);
  let shown = 0;
  const add = (items) => {
    for (const item of items) {
      const [key, inner] = isList ? [shown, item] : item;
      const label = make("span", { className: "key", textContent: `${key}: ` });
      const path = [...place.path, key];
      list.append(make("li", {}, [label, treeNode(inner, { ...place, path }, source)]));
      shown += 1;
    }
    if (shown < node.size) {
      list.append(make("li", {}, [moreItems()]));
    }
  };
  const moreItems = () => {
    const left = (node.size - shown).toLocaleString();
    const more = button(`Show more (${left} left)`, () => {
      more.disabled = true;
      source.more({ ...place, first: shown }, (answer) => {
        const hadFocus = more.contains(document.activeElement) || document.activeElement === document.body;
        more.parentElement.remove();
        const before = list.children.length;
        add(answer.node.items);
        if (hadFocus) {
          list.children[before]?.querySelector("summary, button")?.focus();
        }
      });
    }, { className: "more" });
    return more;
  };
  details.addEventListener("toggle", () => {
    if (!details.open || shown) {
      return;
    }
    if (node.items.length || !node.size) {
      add(node.items);
    } else {
      source.more({ ...place, first: 0 }, (answer) => add(answer.node.items));
    }
  }, { once: false });
  details.open = open && node.size > 0 && node.size <= OPEN_ITEMS;
  return details;
}
