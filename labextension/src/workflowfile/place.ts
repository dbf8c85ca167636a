import { isMap, isScalar, isSeq, parseDocument } from 'yaml';

import { ISpan } from './tree';

/** Where the cursor is in a text: what could be written there, and what that would replace. */
export interface IPlace extends ISpan {
  /** The way to the object whose key it is, or to the value itself. */
  path: (string | number)[];
  kind: 'key' | 'value';
  /** What is written before the cursor of the word that would be replaced, without quotes. */
  word: string;
  /** Whether a value follows already, for a key. */
  followed: boolean;
  /** Whether quotes stand around it already and stay. */
  quoted: boolean;
  /** How far a key that has a line of its own is from that line's indentation; else -1. */
  column: number;
}

/** How an object or a list is being read. */
interface ILevel {
  list: boolean;
  key: string;
  index: number;
  expects: 'key' | 'value';
}

const TOKEN = /"(?:[^"\\\n]|\\[^\n])*"?|[{}[\],:]|[^\s"{}[\],:]+/g;

/** The place of the cursor in a text in JSON, which need be sound only before it. */
export function placeInJson(text: string, cursor: number): IPlace | null {
  const levels: ILevel[] = [];
  const before = text.slice(0, cursor);
  let last = { from: cursor, text: '' };
  for (const found of before.matchAll(TOKEN)) {
    last = { from: found.index, text: found[0] };
    step(levels, found[0]);
  }
  const level = levels[levels.length - 1];
  if (!level) {
    return null;
  }
  const touches = last.from + last.text.length === cursor && !/^[{}[\],:]$/.test(last.text);
  const open = touches && /^"(?:[^"\\]|\\.)*$/.test(last.text);
  if (touches && last.text.startsWith('"') && !open) {
    return null;
  }
  const from = touches ? last.from : cursor;
  const rest = text.slice(cursor);
  const ending = touches ? (/^[^\s"{}[\],:]*/.exec(rest)?.[0].length ?? 0) : 0;
  const closing = open && rest[ending] === '"' ? 1 : 0;
  const to = cursor + ending + closing;
  const path = levels
    .slice(0, -1)
    .map(each => (each.list ? each.index : each.key))
    .concat(level.list ? [level.index] : level.expects === 'value' ? [level.key] : []);
  return {
    path,
    kind: level.list || level.expects === 'value' ? 'value' : 'key',
    from,
    to,
    word: touches ? last.text.replace(/^"/, '') : '',
    followed: /^\s*:/.test(text.slice(to)),
    quoted: false,
    column: -1
  };
}

function step(levels: ILevel[], token: string): void {
  const level = levels[levels.length - 1];
  switch (token) {
    case '{':
    case '[':
      levels.push({ list: token === '[', key: '', index: 0, expects: 'key' });
      return;
    case '}':
    case ']':
      levels.pop();
      return;
    case ':':
      if (level) {
        level.expects = 'value';
      }
      return;
    case ',':
      if (level) {
        level.index++;
        level.expects = 'key';
      }
      return;
    default:
      if (level && !level.list && level.expects === 'key') {
        level.key = token.replace(/^"|"$/g, '');
      }
  }
}

const HERE = '\uE000here';
const ITEM = /^-(?=[ \t\r\n]|$)/gm;

/**
 * The place of the cursor in a text in YAML.
 *
 * What stands there is replaced by a word that occurs nowhere else, and it is looked where that
 * turns up. Of a list only the item with the cursor is read.
 */
export function placeInYaml(text: string, cursor: number): IPlace | null {
  const starts = Array.from(text.matchAll(ITEM), found => found.index);
  const at = starts.filter(start => start < cursor).length - 1;
  const start = at < 0 ? 0 : starts[at];
  const end = at < 0 ? text.length : (starts[at + 1] ?? text.length);
  const before = /[\w.*-]*$/.exec(text.slice(start, cursor))?.[0] ?? '';
  const word = before === '-' ? '' : before;
  const from = cursor - word.length;
  const to = cursor + (/^[\w.-]*/.exec(text.slice(cursor, end))?.[0].length ?? 0);
  const line = text.slice(Math.max(start, text.lastIndexOf('\n', from - 1) + 1), from);
  if (/#[^'"]*$/.test(line)) {
    return null;
  }
  const head = text.slice(start, from);
  const tail = text.slice(to, end);
  const followed = /^[ \t]*:(?=\s|$)/.test(tail);
  const wholeLine = /^ *(?:- +)*$/.test(line) && /^[ \t]*(?:\r?\n|$)/.test(tail);
  for (const put of wholeLine ? [`${HERE}: 0`, HERE] : [HERE]) {
    const document = parseDocument(head + put + tail, { uniqueKeys: false, logLevel: 'silent' });
    const found = wayTo(document.contents, []);
    if (found) {
      const path = at > 0 ? [at, ...found.path.slice(1)] : found.path;
      const column = put === HERE ? -1 : line.trimStart().length;
      return { ...found, path, from, to, word, followed, quoted: /['"]$/.test(line), column };
    }
  }
  return null;
}

function wayTo(node: unknown, path: (string | number)[]): Pick<IPlace, 'path' | 'kind'> | null {
  if (isScalar(node)) {
    return String(node.value).includes(HERE) ? { path, kind: 'value' } : null;
  }
  if (isSeq(node)) {
    for (const [index, item] of node.items.entries()) {
      const found = wayTo(item, [...path, index]);
      if (found) {
        return found;
      }
    }
  }
  for (const { key, value } of isMap(node) ? node.items : []) {
    const name = isScalar(key) ? String(key.value) : '';
    if (name.includes(HERE)) {
      return { path, kind: 'key' };
    }
    const found = wayTo(value, [...path, name]);
    if (found) {
      return found;
    }
  }
  return null;
}
