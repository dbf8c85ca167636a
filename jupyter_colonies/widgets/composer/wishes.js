// What the page asks of the kernel, in order: what is still being typed goes before anything else.

/** Milliseconds after the last letter until what was typed is sent. */
const TYPING = 120;

export class Wishes {
  constructor(model) {
    this._model = model;
    this._pending = new Map();
    this._timer = 0;
    this.number = 0;
  }

  dispose() {
    this.flush();
  }

  /** Ask for something at once. */
  send(wish, more = {}) {
    this.flush();
    this._send(wish, more);
  }

  /** A field has another text: sent when nothing more comes for a moment. */
  type(node, field, value) {
    this._pending.set(`${node} ${field}`, { node, field, value });
    clearTimeout(this._timer);
    this._timer = setTimeout(() => this.flush(), TYPING);
  }

  /** Whether the kernel has not answered yet to what was typed last. */
  get ahead() {
    return this._pending.size > 0 || this.number > this._model.get("page").heard;
  }

  flush() {
    clearTimeout(this._timer);
    const pending = [...this._pending.values()];
    this._pending.clear();
    pending.forEach((typed) => this._send("put", typed));
  }

  _send(wish, more) {
    this.number += 1;
    try {
      this._model.send({ wish, number: this.number, ...more });
    } catch {
      // Thrown where there is no kernel any more to send it to.
      this.onGone?.();
    }
  }
}

/** A name for an element that others on the page refer to, the same on no two pages or views. */
export let named = 0;
export function unique(what) {
  named += 1;
  return `colonies-${what}-${named}-${Math.random().toString(36).slice(2, 8)}`;
}

/**
 * Bring the rows of a list up to date, each known by its key. Rows that stay are the same elements,
 * so that focus and clicks that are under way are not lost.
 */
export function keepRows(list, items, { key, make: begin, fill }) {
  const known = new Map([...list.children].map((row) => [row.dataset.row, row]));
  items.forEach((item, at) => {
    const name = String(key(item, at));
    let row = known.get(name);
    known.delete(name);
    if (!row) {
      row = begin(item);
      row.dataset.row = name;
    }
    fill(row, item);
    if (list.children[at] !== row) {
      list.insertBefore(row, list.children[at] ?? null);
    }
  });
  known.forEach((row) => row.remove());
}
