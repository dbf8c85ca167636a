import { TranslationBundle } from '@jupyterlab/translation';
import {
  Alias,
  Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  ParsedNode,
  Scalar,
  YAMLMap
} from 'yaml';

import { IFault, IListValue, IMember, IReading, ISpan, moved, Value } from './tree';

/** How many values a text may have once its aliases stand for what they mean. */
const MOST_VALUES = 2_000_000;

/** How many faults of syntax are told. */
const MOST_FAULTS = 10;

/** From this length on a text is read item by item. */
const LONG = 20_000;

const ITEM = /^-(?=[ \t\r\n]|$)/gm;
const ACROSS = /^(?:---|\.\.\.|%)|(?:^|[\s[{,])[&*][^\s,[\]{}]/m;

/**
 * Reads texts in YAML.
 *
 * A long list is read item by item, and an item that has been read before is known: so a change in
 * a list of ten thousand takes no longer than its own item, and the first reading can be done in
 * pieces.
 */
export class YamlReader {
  constructor(private readonly _trans: TranslationBundle) {}

  /** Read a text; each step is a piece of the work, after which others may go first. */
  *read(text: string): Generator<void, IReading> {
    const starts = text.length < LONG ? [] : itemsOf(text);
    if (starts.length === 0) {
      return this._whole(text);
    }
    const known = this._known;
    const now = new Map<string, IReading>();
    const list: IListValue = { kind: 'list', items: [], from: starts[0], to: text.length };
    const faults: IFault[] = [];
    for (const [index, from] of starts.entries()) {
      const piece = text.slice(from, starts[index + 1] ?? text.length);
      const read = known.get(piece) ?? this._whole(piece);
      now.set(piece, read);
      // Whoever does not let this come to its end begins anew with what is known by then.
      known.set(piece, read);
      if (read.root?.kind === 'list') {
        list.items.push(...read.root.items.map(item => moved(item, from)));
      }
      for (const fault of read.faults) {
        faults.push({ ...fault, from: fault.from + from, to: fault.to + from });
      }
      if (index % 20 === 19) {
        yield;
      }
    }
    this._known = now;
    return { root: list, faults: faults.slice(0, MOST_FAULTS) };
  }

  private _whole(text: string): IReading {
    const document = parseDocument(text, {
      // As the command line reads it, which takes a date for a text.
      version: '1.1',
      customTags: tags =>
        tags.filter(tag => typeof tag === 'string' || !tag.tag.endsWith(':timestamp')),
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'error'
    });
    const faults = document.errors.slice(0, MOST_FAULTS).map(({ message, pos, code }) => ({
      severity: 'error' as const,
      message: this._words(code, message),
      ...within(text, pos[0], pos[1])
    }));
    const root = document.contents as ParsedNode | null;
    const empty = root === null || (isScalar(root) && root.value === null && root.source === '');
    const built = empty ? null : new Builder(text, document, faults, this._trans).value(root);
    return { root: built, faults };
  }

  private _words(code: string, message: string): string {
    const trans = this._trans;
    switch (code) {
      case 'MULTIPLE_DOCS':
        return trans.__('A workflow file has one document: remove the “---” and what follows.');
      case 'TAB_AS_INDENT':
        return trans.__('YAML is indented by blanks: replace the tab.');
      default:
        return trans.__('This is no valid YAML: %1', message);
    }
  }

  private _known = new Map<string, IReading>();
}

/** Where the items of a list begin that is all of a text; none if it is something else. */
function itemsOf(text: string): number[] {
  const first = /^(?:[ \t]*(?:#.*)?\r?\n)*/.exec(text)?.[0].length ?? 0;
  if (text[first] !== '-' || ACROSS.test(text)) {
    return [];
  }
  return Array.from(text.matchAll(ITEM), found => found.index);
}

function within(text: string, from: number, to: number): ISpan {
  const end = Math.min(text.length, Math.max(to, from + 1));
  return { from: Math.min(from, end), to: end };
}

class Builder {
  constructor(
    private readonly _text: string,
    private readonly _document: Document,
    private readonly _faults: IFault[],
    private readonly _trans: TranslationBundle
  ) {}

  value(node: unknown): Value | null {
    if (isAlias(node)) {
      return this._alias(node);
    }
    const [from, to] = (node as ParsedNode | null)?.range ?? [0, 0];
    const before = this._count++;
    let value: Value | null = null;
    if (isMap(node)) {
      value = { kind: 'object', members: this._members(node), from, to };
    } else if (isSeq(node)) {
      const items = node.items.map(each => this.value(each)).filter(each => each !== null);
      value = { kind: 'list', items, from, to };
    } else if (isScalar(node)) {
      value = { kind: 'scalar', value: scalarOf(node), from, to };
    }
    if (value && node instanceof Object) {
      this._built.set(node, { value, size: this._count - before });
    }
    return value;
  }

  private _alias(node: Alias): Value | null {
    const [from, to] = (node.range ?? [0, 0]) as [number, number];
    const meant = node.resolve(this._document);
    const built = meant && this._built.get(meant);
    this._count += built?.size ?? 0;
    if (!built || this._count > MOST_VALUES) {
      const words = built
        ? this._trans.__('This stands for too many values.')
        : this._trans.__('Nothing before this has the name “%1”.', node.source);
      this._faults.push({ severity: 'error', message: words, ...within(this._text, from, to) });
      return null;
    }
    return { ...built.value, from, to };
  }

  private _members(node: YAMLMap): IMember[] {
    const members: IMember[] = [];
    const merged = new Map<string, IMember>();
    for (const { key, value } of node.items) {
      const [from, to] = (key as ParsedNode | null)?.range ?? [0, 0];
      const at = { from, to };
      const name = isScalar(key) ? key.value : null;
      if (name === '<<' || (isScalar(key) && key.source === '<<')) {
        for (const each of brought(this.value(value))) {
          merged.set(each.key, { ...each, at });
        }
      } else if (typeof name === 'string' || typeof name === 'number') {
        members.push({ key: String(name), at, value: this._entry(value, to) });
      } else {
        const written = this._text.slice(from, to);
        const words = this._trans.__(
          'The name of a field must be a text: write “%1” in quotes.',
          written
        );
        this._faults.push({ severity: 'error', message: words, ...within(this._text, from, to) });
      }
    }
    members.forEach(({ key }) => merged.delete(key));
    return [...merged.values(), ...members];
  }

  /** A value behind a key; where there is nothing, it is null, and stands behind the key. */
  private _entry(node: unknown, behind: number): Value {
    return this.value(node) ?? { kind: 'scalar', value: null, from: behind, to: behind };
  }

  private _count = 0;
  private readonly _built = new Map<object, { value: Value; size: number }>();
}

/** The entries that a merge key brings; of several with one name the last counts. */
function brought(value: Value | null): IMember[] {
  if (value?.kind === 'list') {
    return [...value.items].reverse().flatMap(brought);
  }
  return value?.kind === 'object' ? value.members : [];
}

function scalarOf({ value }: Scalar): string | number | boolean | null {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return value;
    default:
      return value === null || value === undefined ? null : String(value);
  }
}
