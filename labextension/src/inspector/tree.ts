/**
 * JSON values as a tree that is drawn in parts: what is large is cut, and the rest follows when it
 * is opened.
 *
 * The same rules as in `jupyter_colonies/widgets/inspector/tree.py`.
 */

/** Items of a list or object that are drawn at a time. */
const MOST_ITEMS = 40;

/** Nodes that are drawn at a time. */
const MOST_NODES = 300;

/** Characters of a text that are drawn at first, alone or in a list or object; later `MORE`. */
const LONGEST = 4000;
const INNER = 500;
export const MORE = 100_000;

/** Levels that are drawn at a time. */
const DEEP = 3;

export const FILE = '$file';
export const VALUE = '$value';

/** An object of JSON. */
export type Json = Record<string, unknown>;

/**
 * A value as the page draws it. `plain` has its `text`; `text` and `form` have a `text` and, if it
 * was cut, its whole `size` in characters; `list` and `object` have their `size` and the first
 * `items`, of an object as pairs; `stored` stands for what is kept as a file.
 */
export type Node =
  | { kind: 'plain'; text: string }
  | { kind: 'text'; text: string; size?: number }
  | { kind: 'form'; text: string; size?: number; type: string }
  | { kind: 'list'; size: number; first: number; items: Node[] }
  | { kind: 'object'; size: number; first: number; items: [string, Node][] }
  | { kind: 'stored'; file: string; type: string; size: number };

/** A value as a node; of a list, object or text what follows after the `first` items. */
export function tree(value: unknown, first = 0, longest = LONGEST): Node {
  return new Branching(longest).node(value, DEEP, first);
}

/** What stands at a path of keys and indexes; undefined if there is nothing. */
export function at(value: unknown, path: readonly (string | number)[]): unknown {
  let found = value;
  for (const step of path) {
    if (typeof step === 'number' ? !Array.isArray(found) : !isObject(found)) {
      return undefined;
    }
    found = (found as Json)[step];
  }
  return found;
}

/** Whether a value is an object of JSON. */
export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

class Branching {
  constructor(private readonly _longest: number) {}

  node(value: unknown, depth: number, first = 0): Node {
    this._left -= 1;
    if (typeof value === 'string') {
      return { kind: 'text', ...piece(value, first, depth === DEEP ? this._longest : INNER) };
    }
    if (Array.isArray(value)) {
      const items = this._items(value.slice(first, first + MOST_ITEMS), depth);
      return { kind: 'list', size: value.length, first, items };
    }
    return isObject(value)
      ? this._object(value, depth, first)
      : { kind: 'plain', text: JSON.stringify(value) };
  }

  private _object(value: Json, depth: number, first: number): Node {
    if (FILE in value) {
      return stored(value);
    }
    if (VALUE in value && typeof value.type === 'string') {
      const inner = value[VALUE];
      const text = typeof inner === 'string' ? inner : JSON.stringify(inner);
      return { kind: 'form', ...piece(text, first, LONGEST), type: value.type };
    }
    const keys = Object.keys(value);
    const shown = keys.slice(first, first + MOST_ITEMS);
    const nodes = this._items(
      shown.map(key => value[key]),
      depth
    );
    const items = nodes.map((node, index): [string, Node] => [shown[index], node]);
    return { kind: 'object', size: keys.length, first, items };
  }

  private _items(values: unknown[], depth: number): Node[] {
    const found: Node[] = [];
    for (const value of depth > 0 ? values : []) {
      if (this._left <= 0) {
        break;
      }
      found.push(this.node(value, depth - 1));
    }
    return found;
  }

  private _left = MOST_NODES;
}

function piece(text: string, first: number, longest: number): { text: string; size?: number } {
  const shown = text.slice(first, first + longest);
  return shown.length === text.length ? { text: shown } : { text: shown, size: text.length };
}

function stored(reference: Json): Node {
  const { type, size } = reference;
  return {
    kind: 'stored',
    file: String(reference[FILE] ?? ''),
    type: String(type ?? 'value'),
    size: typeof size === 'number' ? size : 0
  };
}
