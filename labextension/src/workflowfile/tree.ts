/** A piece of a text: offsets in UTF-16 units, `to` is behind its end. */
export interface ISpan {
  from: number;
  to: number;
}

/** The key and the value of one entry of an object, and where the key stands. */
export interface IMember {
  key: string;
  at: ISpan;
  /** None where the text breaks off, and behind a key that has no value. */
  value: Value | null;
}

export interface IObjectValue extends ISpan {
  kind: 'object';
  members: IMember[];
}

export interface IListValue extends ISpan {
  kind: 'list';
  items: Value[];
}

export interface IScalarValue extends ISpan {
  kind: 'scalar';
  value: string | number | boolean | null;
}

/** A value of a text in JSON or YAML that knows where it stands. */
export type Value = IObjectValue | IListValue | IScalarValue;

/** The way from the root of a text to a value: names of keys and numbers of items. */
export type Path = readonly (string | number)[];

/** Something that is wrong with a text, at a place of it, in words that say what to do. */
export interface IFault extends ISpan {
  severity: 'error' | 'warning' | 'info';
  message: string;
}

/** A text as it was read: with what is wrong with its syntax, as far as it could be understood. */
export interface IReading {
  root: Value | null;
  faults: IFault[];
}

/** The entry of an object with a name; of several the last, which is the one that counts. */
export function member(value: Value | null | undefined, key: string): IMember | null {
  if (value?.kind !== 'object') {
    return null;
  }
  for (let at = value.members.length - 1; at >= 0; at--) {
    if (value.members[at].key === key) {
      return value.members[at];
    }
  }
  return null;
}

/** The text of an entry, or none if there is no such entry or it is no text. */
export function textOf(value: Value | null | undefined, key: string): string | null {
  const found = member(value, key)?.value;
  return found?.kind === 'scalar' && typeof found.value === 'string' ? found.value : null;
}

/** The value at the end of a way; none if it leads nowhere. */
export function valueAt(root: Value | null, path: Path): Value | null {
  let value: Value | null = root;
  for (const step of path) {
    if (value?.kind === 'list') {
      value = value.items[Number(step)] ?? null;
    } else {
      value = member(value, String(step))?.value ?? null;
    }
  }
  return value;
}

/**
 * Where a way ends, as far as it leads: an entry is marked at its key, unless its value is what is
 * meant.
 */
export function spanAt(root: Value | null, path: Path): ISpan | null {
  let value: Value | null = root;
  let span: ISpan | null = root;
  for (const [index, step] of path.entries()) {
    if (value?.kind === 'list' && value.items[Number(step)]) {
      value = value.items[Number(step)];
      span = value;
      continue;
    }
    const entry: IMember | null = member(value, String(step));
    if (!entry) {
      break;
    }
    value = entry.value;
    span = index === path.length - 1 && value?.kind === 'scalar' ? value : entry.at;
  }
  return span && head(span, value);
}

/** A mark for a value: all of a plain one, of a large one no more than its first character. */
function head(span: ISpan, value: Value | null): ISpan {
  const whole = value !== null && value.kind !== 'scalar' && span === value;
  return whole ? { from: span.from, to: Math.min(span.to, span.from + 1) } : span;
}

/** Where to mark a value. */
export function mark(value: Value): ISpan {
  return head(value, value);
}

/** The way that a JSON pointer describes (RFC 6901). */
export function pathOf(pointer: string): string[] {
  const steps = pointer.split('/').slice(1);
  return steps.map(step => step.replace(/~1/g, '/').replace(/~0/g, '~'));
}

/** A value as JavaScript has it. */
export function plain(value: Value | null): unknown {
  switch (value?.kind) {
    case 'object':
      // Not by assignment: a key may be called __proto__.
      return Object.fromEntries(value.members.map(({ key, value }) => [key, plain(value)]));
    case 'list':
      return value.items.map(plain);
    case 'scalar':
      return value.value;
    default:
      return null;
  }
}

/** The same value at another place. */
export function moved(value: Value, by: number): Value {
  const from = value.from + by;
  const to = value.to + by;
  switch (value.kind) {
    case 'object': {
      const members = value.members.map(({ key, at, value }) => ({
        key,
        at: { from: at.from + by, to: at.to + by },
        value: value && moved(value, by)
      }));
      return { ...value, from, to, members };
    }
    case 'list':
      return { ...value, from, to, items: value.items.map(item => moved(item, by)) };
    case 'scalar':
      return { ...value, from, to };
  }
}
