// Values as people like to see them: tables, pictures, what a notebook showed, and JSON.

import { button, make } from "../page/elements.js";
import { Part } from "./parts.js";
import { storedText, treeNode } from "./tree.js";

/** Nothing in such a page runs, and nothing is fetched for it. */
const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";

export class ValuesPart extends Part {
  constructor(title, name, source, drawBundle) {
    super(title);
    this._name = name;
    this._single = { output: "Output", input: "Input" }[name];
    this._source = source;
    this._drawBundle = drawBundle;
    // What is kept as a file is fetched when somebody gets to see its place.
    this._sight = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting) {
          this._sight.unobserve(target);
          source.look(target.dataset.file);
        }
      }
    });
  }

  dispose() {
    this._sight.disconnect();
  }

  draw(values) {
    this._sight.disconnect();
    const several = values.length > 1 || values[0].name !== this._single;
    return values.map((value, index) => {
      const label = several ? [make("h6", { textContent: value.name })] : [];
      return make("div", { className: "value" }, [...label, ...this._content(value, index)]);
    });
  }

  /** Fill in what authors saw of values that are kept as files, as it arrives. */
  enrich(rich) {
    for (const slot of this.body.querySelectorAll("[data-file]")) {
      const found = rich[slot.dataset.file];
      if (found && !slot.hasChildNodes()) {
        slot.append(...this._elementsOf(found));
      }
    }
  }

  _elementsOf(found) {
    return found.kind === "rich" ? this._drawBundle(found.bundle, this.title) : bundleElements(found, this.title);
  }

  _content(value, index) {
    const place = { part: this._name, index, path: [] };
    if (value.stored !== undefined) {
      const fact = make("p", { className: "note", textContent: storedText(value.tree) });
      const slot = make("div");
      slot.dataset.file = value.stored;
      this._sight.observe(slot);
      return [slot, fact, ...(value.fetch === undefined ? [] : [this._fetchButton(value)])];
    }
    const plain = value.bundle || value.table;
    const tree = treeNode(value.tree, place, this._source, !plain);
    if (!plain) {
      const isText = value.tree.kind === "text";
      return [isText ? make("pre", { tabIndex: 0 }, [tree]) : make("div", { className: "tree" }, [tree])];
    }
    const rich = value.bundle
      ? this._drawBundle(value.bundle, value.name)
      : [tableElement(value.table, place, this._source, value.name)];
    const raw = make("details", { className: "raw" }, [
      make("summary", { textContent: "As JSON" }),
      make("div", { className: "tree" }, [tree]),
    ]);
    return [...rich, raw];
  }

  _fetchButton({ stored }) {
    const fetch = button("Show it", () => {
      fetch.disabled = true;
      this._source.fetch(stored);
    });
    return fetch;
  }
}

export function bundleElements(found, name) {
  switch (found.kind) {
    case "picture":
      return [make("img", { src: `data:${found.mime};base64,${found.data}`, alt: name })];
    case "html":
      return [sandbox(found.text, name)];
    case "text":
      return [make("pre", { tabIndex: 0, textContent: found.text })];
    case "large": {
      const text = `Too large to be shown here: ${found.size.toLocaleString()} characters`;
      return [make("p", { className: "note", textContent: text })];
    }
    default:
      return [];
  }
}

/** HTML of anybody, in the colours of the page, where it can do nothing at all. */
function sandbox(html, name) {
  const frame = make("iframe", { title: name, className: "sandbox" });
  frame.setAttribute("sandbox", "");
  frame.setAttribute("referrerpolicy", "no-referrer");
  frame._draw = () => {
    const look = getComputedStyle(frame.parentElement ?? document.body);
    const [ink, paper] = [look.color, look.getPropertyValue("--jp-layout-color0") || "#fff"];
    const line = look.getPropertyValue("--jp-border-color2") || "#d7dce2";
    const css =
      `body{margin:4px;font:13px system-ui,sans-serif;color:${ink};background:${paper}}` +
      `table{border-collapse:collapse}td,th{border:1px solid ${line};padding:2px 8px;text-align:right}`;
    frame.srcdoc =
      `<!doctype html><meta http-equiv="Content-Security-Policy" content="${POLICY}">` +
      `<meta charset="utf-8"><style>${css}</style>${html}`;
  };
  requestAnimationFrame(frame._draw);
  return frame;
}

/** Draw the frames within an element anew when the page's theme changes; the result ends it. */
export function followTheme(element) {
  const observer = new MutationObserver(() => {
    element.querySelectorAll("iframe.sandbox").forEach((frame) => frame._draw());
  });
  observer.observe(document.body, { attributeFilter: ["data-jp-theme-name"] });
  return () => observer.disconnect();
}

function tableElement(found, place, source, name) {
  const head = found.columns.map((text) => make("th", { scope: "col", textContent: text }));
  const body = make("tbody");
  const left = () => found.size - body.rows.length;
  const add = (rows) => {
    body.append(
      ...rows.map((row) => make("tr", {}, row.map((text) => make("td", { textContent: text })))),
    );
  };
  add(found.rows);
  const table = make("table", {}, [make("thead", {}, [make("tr", {}, head)]), body]);
  const box = make("div", { className: "table", tabIndex: 0, role: "group" }, [table]);
  box.setAttribute("aria-label", `${name} as a table`);
  const label = () => `Show more rows (${left().toLocaleString()} left)`;
  if (left() > 0) {
    const more = button(label(), () => {
      more.disabled = true;
      source.more({ ...place, first: body.rows.length }, (answer) => {
        add(answer.table.rows);
        more.disabled = false;
        more.textContent = label();
        if (left() <= 0) {
          more.remove();
        }
      }, true);
    }, { className: "more" });
    box.append(more);
  }
  if (found.left_out) {
    box.append(make("p", { className: "note", textContent: `${found.left_out} more columns` }));
  }
  return box;
}
