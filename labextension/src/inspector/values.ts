/**
 * How values are shown: as a table, as a notebook shows them, as a text or as a tree.
 *
 * The same rules as in `jupyter_colonies/widgets/inspector/values.py` and `account.py`, but that
 * whatever JupyterLab has a renderer for is a bundle here.
 */

import { TranslationBundle } from '@jupyterlab/translation';

import { Process } from './process';
import { FILE, isObject, Json, Node, tree, VALUE } from './tree';

/** Arguments that are shown one by one. */
const MOST_VALUES = 100;

/** Inputs or outputs that may be shown one by one. */
const FEW = 12;

const MOST_ROWS = 50;
const MOST_COLUMNS = 40;
const LONGEST_CELL = 200;

const DATA = /^data:(image\/[a-z+]+);base64,([A-Za-z0-9+/=\s]+)$/;

/** How pictures begin, as base64. */
const MAGIC: readonly [begin: string, mime: string][] = [
  ['iVBORw0K', 'image/png'],
  ['/9j/', 'image/jpeg'],
  ['R0lGOA', 'image/gif'],
  ['UklGR', 'image/webp']
];

/** What a notebook shows, by MIME type. */
export type Bundle = Record<string, unknown>;

/** Rows of texts under their columns, those after the `first`; `size` is how many there are. */
export interface ITable {
  columns: string[];
  rows: string[][];
  first: number;
  size: number;
  left_out: number;
}

/** A value under a name: always its tree, and a table, a bundle or a place if it is one. */
export interface IShown {
  name: string;
  tree: Node;
  table?: ITable;
  bundle?: Bundle;
  /** Label and name of the file in which it is kept. */
  stored?: string;
  /** The bytes of a file that can be shown once it was fetched. */
  fetch?: number;
}

/** A reference to a value that is kept as a file of the colony. */
export interface IReference {
  /** Label and name of the file. */
  file: string;
  /** The digest of its bytes. */
  sha256: string;
  /** The digest of what its author saw of it, which is kept in a file beside it; empty if none. */
  rich: string;
}

/** The parts of a process that have values. */
export type Part = 'output' | 'arguments' | 'input';

/** Outputs, arguments and inputs, each under its name. */
export function named(
  process: Process,
  isRich: (mime: string) => boolean,
  trans: TranslationBundle
): Record<Part, [string, unknown][]> {
  const { args = [], kwargs = {} } = process.spec ?? {};
  const placed = (args ?? []).map((value, index): [string, unknown] => [
    trans.__('Argument %1', index + 1),
    value
  ]);
  const grouped = (title: string, values: unknown[] | null) => group(title, values ?? [], isRich);
  return {
    output: grouped(trans.__('Output'), process.out),
    arguments: [...placed.slice(0, MOST_VALUES), ...Object.entries<unknown>(kwargs ?? {})],
    input: grouped(trans.__('Input'), process.in)
  };
}

/** How a value is shown; `isRich` says for which types there is a renderer. */
export function shown(name: string, value: unknown, isRich: (mime: string) => boolean): IShown {
  const found: IShown = { name, tree: tree(value) };
  if (isObject(value) && FILE in value) {
    const stored = { ...found, stored: String(value[FILE]) };
    return value.kind === 'json' ? { ...stored, fetch: Number(value.size) || 0 } : stored;
  }
  const bundle = picture(value) ?? bundled(value, isRich);
  if (bundle) {
    return { ...found, bundle };
  }
  const rows = table(value);
  return rows ? { ...found, table: rows } : found;
}

/** The values of a process that are kept as files, by label and name. */
export function references(process: Process): ReadonlyMap<string, IReference> {
  const own = [...(process.spec?.args ?? []), ...Object.values(process.spec?.kwargs ?? {})];
  const found = new Map<string, IReference>();
  for (const value of [...(process.out ?? []), ...own, ...(process.in ?? [])]) {
    if (isObject(value) && typeof value[FILE] === 'string') {
      const rich = isObject(value.rich) ? String(value.rich.sha256 ?? '') : '';
      found.set(value[FILE], { file: value[FILE], sha256: String(value.sha256 ?? ''), rich });
    }
  }
  return found;
}

/** A value as rows, those after the `first`, if it is a table. */
export function table(value: unknown, first = 0): ITable | null {
  const found = split(value);
  if (!found) {
    return null;
  }
  const [columns, rows] = found;
  const kept = columns.slice(0, MOST_COLUMNS);
  return {
    columns: kept.map(text),
    rows: rows.slice(first, first + MOST_ROWS).map(row => row.slice(0, kept.length).map(text)),
    first,
    size: rows.length,
    left_out: columns.length - kept.length
  };
}

/** A few values one by one if that says more of one of them, else as the list they are. */
function group(
  name: string,
  values: unknown[],
  isRich: (mime: string) => boolean
): [string, unknown][] {
  if (values.length === 1) {
    return [[name, values[0]]];
  }
  const says = (value: unknown) => Object.keys(shown('', value, isRich)).length > 2;
  if (values.length <= FEW && values.some(says)) {
    return values.map((value, index) => [`${name} ${index + 1}`, value]);
  }
  return values.length ? [[name, values]] : [];
}

/** An object whose keys are types that can be shown is what a notebook shows of something. */
function bundled(value: unknown, isRich: (mime: string) => boolean): Bundle | null {
  const keys = isObject(value) ? Object.keys(value) : [];
  return isObject(value) && keys.some(key => key.includes('/') && isRich(key)) ? value : null;
}

function picture(value: unknown): Bundle | null {
  const match = typeof value === 'string' ? DATA.exec(value) : null;
  if (match) {
    return { [match[1]]: match[1] === 'image/svg+xml' ? decoded(match[2]) : match[2] };
  }
  if (isObject(value) && value.type === 'bytes' && typeof value[VALUE] === 'string') {
    const data = value[VALUE];
    const found = MAGIC.find(([begin]) => data.startsWith(begin));
    return found ? { [found[1]]: data } : null;
  }
  return null;
}

function decoded(data: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(data), each => each.charCodeAt(0)));
  } catch {
    return '';
  }
}

type Rows = [columns: unknown[], rows: unknown[][]];

/**
 * Rows are a list of objects with the same keys, a list of equally long lists, or an object of
 * `columns` and `data`, as pandas writes it.
 */
function split(value: unknown): Rows | null {
  if (isObject(value)) {
    const { columns, data } = value;
    return Array.isArray(columns) && areRows(data, columns.length) ? [columns, data] : null;
  }
  if (!Array.isArray(value) || !value.length) {
    return null;
  }
  const head: unknown = value[0];
  if (isObject(head)) {
    return ofObjects(value, Object.keys(head));
  }
  const width = Array.isArray(head) ? head.length : 0;
  return width > 1 && value.length > 1 && areRows(value, width)
    ? [[...Array(width).keys()], value]
    : null;
}

function ofObjects(value: unknown[], keys: string[]): Rows | null {
  if (!keys.length || keys.includes(VALUE) || keys.includes(FILE)) {
    return null;
  }
  const names = JSON.stringify(keys);
  if (!value.every((each): each is Json => isObject(each) && sameKeys(each, names))) {
    return null;
  }
  const rows = value.map(each => Object.values(each));
  return areRows(rows, keys.length) ? [keys, rows] : null;
}

function sameKeys(value: Json, names: string): boolean {
  return JSON.stringify(Object.keys(value)) === names;
}

function areRows(rows: unknown, width: number): rows is unknown[][] {
  return (
    Array.isArray(rows) &&
    rows.length > 0 &&
    rows.every(
      row =>
        Array.isArray(row) &&
        row.length === width &&
        !row.some(each => typeof each === 'object' && each !== null)
    )
  );
}

function text(value: unknown): string {
  if (value === null) {
    return '';
  }
  const found = typeof value === 'string' ? value : JSON.stringify(value);
  return found.length <= LONGEST_CELL ? found : `${found.slice(0, LONGEST_CELL - 1)}…`;
}
