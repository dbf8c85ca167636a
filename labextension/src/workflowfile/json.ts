import { TranslationBundle } from '@jupyterlab/translation';

import { IFault, IListValue, IMember, IObjectValue, IReading, ISpan, Value } from './tree';

/** How deep values may be nested in each other. */
const DEEPEST = 200;

/** How many faults of syntax are told: one that is not mended brings others along. */
const MOST_FAULTS = 10;

const BLANK = /[ \t\r\n]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-])/y;
const WORD = /[^\s,:{}[\]"]+/y;
const STRING = /"(?:[^"\\\n]|\\[^\n])*"?/y;
const WORDS = new Map<string, boolean | null>([
  ['true', true],
  ['false', false],
  ['null', null]
]);

/** Read a text in JSON; what follows a fault is read on, as far as that makes sense. */
export function readJson(text: string, trans: TranslationBundle): IReading {
  return new Reader(text, trans).read();
}

class Reader {
  constructor(
    private readonly _text: string,
    private readonly _trans: TranslationBundle
  ) {}

  read(): IReading {
    this._at = this._text.startsWith('\uFEFF') ? 1 : 0;
    this._skip();
    if (this._at === this._text.length) {
      return { root: null, faults: [] };
    }
    const root = this._value(0);
    this._skip();
    if (this._at < this._text.length) {
      this._refuse(this._trans.__('Nothing may follow here: the text has one value only.'));
    }
    return { root, faults: this._faults };
  }

  private _value(depth: number): Value | null {
    const from = this._at;
    if (depth > DEEPEST) {
      this._refuse(this._trans.__('This is nested too deeply.'));
      this._at = this._text.length;
      return null;
    }
    switch (this._text[from]) {
      case '{':
        return this._object(depth);
      case '[':
        return this._list(depth);
      case '"':
        return { kind: 'scalar', value: this._string(), from, to: this._at };
      default:
        return this._bare();
    }
  }

  private _object(depth: number): IObjectValue {
    const members: IMember[] = [];
    const from = this._at++;
    this._entries('}', () => {
      const start = this._at;
      if (this._text[start] !== '"') {
        const word = this._match(WORD);
        const close = this._trans.__('The name of a field is expected here, in double quotes.');
        this._refuse(close, { from: start, to: Math.max(this._at, start + 1) });
        if (!word) {
          return false;
        }
        members.push(this._member(word, start, depth));
        return true;
      }
      members.push(this._member(this._string(), start, depth));
      return true;
    });
    return { kind: 'object', members, from, to: this._at };
  }

  private _member(key: string, from: number, depth: number): IMember {
    const at = { from, to: this._at };
    this._skip();
    if (this._text[this._at] !== ':') {
      this._refuse(this._trans.__('A colon and a value are missing behind “%1”.', key), at);
      return { key, at, value: null };
    }
    this._at++;
    this._skip();
    if (/[,}\]]|^$/.test(this._text[this._at] ?? '')) {
      this._refuse(this._trans.__('A value is missing behind “%1”.', key), at);
      return { key, at, value: null };
    }
    return { key, at, value: this._value(depth + 1) };
  }

  private _list(depth: number): IListValue {
    const items: Value[] = [];
    const from = this._at++;
    this._entries(']', () => {
      const value = this._value(depth + 1);
      if (value) {
        items.push(value);
      }
      return value !== null;
    });
    return { kind: 'list', items, from, to: this._at };
  }

  /** Read what is between brackets; `entry` says whether it has read something. */
  private _entries(close: '}' | ']', entry: () => boolean): void {
    const open = { from: this._at - 1, to: this._at };
    const other = close === '}' ? ']' : '}';
    let comma: ISpan | null = null;
    for (let first = true; ; first = false) {
      this._skip();
      const next = this._text[this._at];
      if (next === undefined || next === other) {
        this._refuse(this._trans.__('This has no closing %1.', close), open);
        return;
      }
      if (next === close) {
        if (comma) {
          const words = this._trans.__('Nothing follows this comma: remove it.');
          this._refuse(words, comma);
        }
        this._at++;
        return;
      }
      if (!first && !comma && next !== ',') {
        this._refuse(this._trans.__('A comma is missing before this.'));
      }
      const read = next === ',' ? false : entry();
      this._skip();
      comma = this._comma(read);
      if (!read && !comma && this._text[this._at] === next) {
        this._at++;
      }
    }
  }

  /** The comma behind an entry, if there is one. */
  private _comma(read: boolean): ISpan | null {
    if (this._text[this._at] !== ',') {
      return null;
    }
    const span = { from: this._at, to: ++this._at };
    if (!read) {
      this._refuse(this._trans.__('A value is missing before this comma.'), span);
    }
    return span;
  }

  private _bare(): Value | null {
    const from = this._at;
    const number = this._match(NUMBER);
    if (number) {
      return { kind: 'scalar', value: Number(number), from, to: this._at };
    }
    const word = this._match(WORD);
    const known = WORDS.get(word);
    if (known !== undefined) {
      return { kind: 'scalar', value: known, from, to: this._at };
    }
    const span = { from, to: Math.max(this._at, from + 1) };
    if (!word) {
      this._refuse(this._trans.__('A value is expected here.'), span);
      return null;
    }
    this._refuse(
      /^[\d.+-]/.test(word)
        ? this._trans.__('“%1” is no number of JSON.', word)
        : this._trans.__('“%1” is no value of JSON: texts stand in double quotes.', word),
      span
    );
    return { kind: 'scalar', value: word, ...span };
  }

  private _string(): string {
    const from = this._at;
    const raw = this._match(STRING);
    const closed = raw.length > 1 && raw.endsWith('"');
    if (!closed) {
      const words = this._trans.__('This text has no closing quote.');
      this._refuse(words, { from, to: this._at });
      return raw.slice(1);
    }
    try {
      return String(JSON.parse(raw));
    } catch {
      const words = this._trans.__(
        'A text has a \\ or a control character that JSON does not know: write \\\\ for a backslash.'
      );
      this._refuse(words, { from, to: this._at });
      return raw.slice(1, -1);
    }
  }

  private _skip(): void {
    BLANK.lastIndex = this._at;
    BLANK.test(this._text);
    this._at = BLANK.lastIndex;
  }

  private _match(pattern: RegExp): string {
    pattern.lastIndex = this._at;
    const found = pattern.exec(this._text)?.[0] ?? '';
    this._at += found.length;
    return found;
  }

  private _refuse(message: string, span?: ISpan): void {
    const { from, to } = span ?? { from: this._at, to: this._at + 1 };
    if (this._faults.length < MOST_FAULTS) {
      const end = Math.min(to, this._text.length);
      this._faults.push({ severity: 'error', message, from: Math.min(from, end), to: end });
    }
  }

  private _at = 0;
  private readonly _faults: IFault[] = [];
}
