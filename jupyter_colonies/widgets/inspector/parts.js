// What the parts of the inspector are made of. Everything that is shown comes from anybody in the
// colony: texts are only ever set as text.

import { button, make } from "../page/elements.js";

/** A part of the report: a region whose heading folds it. It is drawn again for other data only. */
export class Part {
  constructor(title, { open = true, className = "" } = {}) {
    this.title = title;
    this.body = make("div", { className: "body" });
    this._toggle = button("", () => this.fold(this.isOpen), { className: "fold" });
    this._heading = make("h5", {}, [this._toggle]);
    this.element = make("section", { className: `part ${className}`, hidden: true }, [
      this._heading,
      this.body,
    ]);
    this.element.setAttribute("aria-label", title);
    this._seen = undefined;
    this.fold(!open);
  }

  get isOpen() {
    return !this.body.hidden;
  }

  fold(closed) {
    this.body.hidden = closed;
    this._toggle.setAttribute("aria-expanded", String(!closed));
    this._toggle.textContent = `${closed ? "▸" : "▾"} ${this.title}`;
  }

  /** Draw the data unless they are drawn already; nothing to show hides the part. */
  show(data, isEmpty = !data) {
    this.element.hidden = isEmpty;
    const seen = isEmpty ? undefined : JSON.stringify(data);
    if (seen === this._seen) {
      return false;
    }
    this._seen = seen;
    keepingFocus(this.body, this._toggle, () =>
      this.body.replaceChildren(...(isEmpty ? [] : this.draw(data))),
    );
    return true;
  }
}

/** Draw; what had the focus gets it again by its text, or else `otherwise` does. */
export function keepingFocus(element, otherwise, draw) {
  const focused = element.contains(document.activeElement) ? document.activeElement : null;
  const text = focused?.textContent;
  draw();
  if (focused && !element.contains(focused)) {
    const same = [...element.querySelectorAll("button")].find((each) => each.textContent === text);
    (same ?? otherwise).focus();
  }
}

/** Labels and texts; `rows` are pairs, a text may be an element. */
export function definitions(rows) {
  const children = rows.flatMap(([label, text]) => [
    make("dt", { textContent: label }),
    make("dd", {}, [text]),
  ]);
  return make("dl", {}, children);
}

/** A button that puts a text on the clipboard, and says so. */
export function copyButton(label, text, properties = {}) {
  const copy = button(label, async () => {
    const done = await toClipboard(typeof text === "function" ? text() : text);
    copy.textContent = done ? "Copied" : "Could not be copied";
    setTimeout(() => {
      copy.textContent = label;
    }, 1500);
  }, properties);
  return copy;
}

async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // No clipboard without https: the older way needs something that is selected.
    const area = make("textarea", { value: text, className: "hidden" });
    const focused = document.activeElement;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    focused?.focus();
    return done;
  }
}

/** A styled line into an element: `spans` are begin, end and styles; what is searched is marked. */
export function writeLine(element, text, spans = [], marks = []) {
  if (!spans.length && !marks.length) {
    element.textContent = text;
    return element;
  }
  const edges = new Set([0, text.length, ...spans.flatMap(([a, b]) => [a, b]), ...marks.flat()]);
  const cuts = [...edges].sort((a, b) => a - b);
  const pieces = cuts.slice(0, -1).map((begin, index) => {
    const end = cuts[index + 1];
    const styles = spans.find(([a, b]) => a <= begin && end <= b)?.[2];
    const marked = marks.some(([a, b]) => a <= begin && end <= b);
    const piece = text.slice(begin, end);
    if (!styles && !marked) {
      return piece;
    }
    const className = (styles ?? "").replace(/(\S+)/g, "console-$1");
    return make(marked ? "mark" : "span", { className, textContent: piece });
  });
  element.replaceChildren(...pieces);
  return element;
}

/** Styled lines as a block that can be scrolled with the keyboard. */
export function consoleBlock(lines, label) {
  const block = make("pre", { tabIndex: 0, className: "console" });
  block.setAttribute("aria-label", label);
  block.setAttribute("role", "group");
  block.append(
    ...lines.map(([text, spans]) => writeLine(make("div", { className: "line" }), text, spans)),
  );
  return block;
}
