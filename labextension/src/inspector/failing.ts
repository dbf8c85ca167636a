import { TranslationBundle } from '@jupyterlab/translation';

import { Documents } from '../server/connection';
import { plain, styled, StyledLine } from './console';
import { attributesOf, happened, SOURCE } from './process';

/** Lines of the source that are shown above and below the one that failed. */
const AROUND = 5;

// As Python writes them, and as IPython does in its own tracebacks.
const PLACE =
  /^\s*File "(?<file>[^"]+)", line (?<line>\d+)(?:, in (?<function>.+))?$|^\s*File (?<path>\S.*?):(?<at>\d+)(?:, in (?<name>.+))?$|^\s*(?<cell>Cell In\[\d+\]), line (?<inline>\d+)/gm;

// A temporary file of IPython's kernel, or a cell as executors name it.
const CELL_FILE = /ipykernel_\d+[/\\]|^<|^Cell In/;

/** A file or cell, a line in it from 1, and the function; empty where it is not told. */
interface IPlace {
  file: string;
  line: number;
  function: string;
}

/** A line of the source: its number, its text, and whether it is the one that failed. */
type SourceLine = [number: number, text: string, failed: boolean];

/** What went wrong, as the page shows it. */
export interface IErrors {
  texts?: StyledLine[][];
  place?: string;
  excerpt?: SourceLine[];
  debug?: string;
}

/** The errors as styled lines, the place where it failed, and the source around it. */
export function errors(process: Documents['Process'], trans: TranslationBundle): IErrors {
  const texts = process.errors ?? [];
  const told = texts.length ? texts : withoutError(process, trans);
  if (!told.length) {
    return {};
  }
  const source = lines(attributesOf(process).get(SOURCE) ?? '');
  const traceback = texts.join('\n');
  const line = lineTold(traceback, source);
  const every = places(traceback);
  const within = [...every].reverse().find(each => CELL_FILE.test(each.file)) ?? null;
  // A cell has more lines than the function in it, which is what is known of its source.
  const above = within && line ? Math.max(within.line - line, 0) : 0;
  return {
    texts: told.map(styled),
    place: placeText(every, within, line, trans),
    excerpt: excerpt(source, line, above),
    debug: texts.length ? `%colonies debug ${process.processid}` : ''
  };
}

/** Why a process failed that has no error of its own; empty for any other. */
function withoutError(process: Documents['Process'], trans: TranslationBundle): string[] {
  if (process.state !== 3) {
    return [];
  }
  if (!happened(process.starttime)) {
    return [trans.__('It never ran: a process it waited for failed.')];
  }
  return [trans.__('It was ended while it ran: another process of its workflow failed.')];
}

/** The places that a traceback names, the innermost of the last error at the end. */
function places(traceback: string): IPlace[] {
  return [...plain(traceback).matchAll(PLACE)].map(({ groups = {} }) => ({
    file: groups.file ?? groups.path ?? groups.cell,
    line: Number(groups.line ?? groups.at ?? groups.inline),
    function: groups.function ?? groups.name ?? ''
  }));
}

/** The number of the last line of the traceback that stands once in the source; 0 for none. */
function lineTold(traceback: string, source: string[]): number {
  const stripped = source.map(line => line.trim());
  const told = lines(plain(traceback)).map(line => line.trim());
  for (const line of told.reverse()) {
    const at = stripped.indexOf(line);
    if (line && at >= 0 && stripped.lastIndexOf(line) === at) {
      return at + 1;
    }
  }
  return 0;
}

/** Where it failed: in the code that was submitted, and below it if that called on. */
function placeText(
  every: IPlace[],
  within: IPlace | null,
  line: number,
  trans: TranslationBundle
): string {
  const last = every.at(-1);
  if (!last) {
    return line ? trans.__('Line %1 of the source below', line) : '';
  }
  const told: string[] = [];
  if (within) {
    told.push(trans.__('In a cell, line %1', within.line) + functionText(within, trans));
  }
  if (last !== within) {
    told.push(trans.__('%1, line %2', last.file, last.line) + functionText(last, trans));
  }
  return told.join(' → ');
}

function functionText(place: IPlace, trans: TranslationBundle): string {
  const named = place.function && place.function !== '<module>';
  return named ? trans.__(', in %1', place.function) : '';
}

function excerpt(source: string[], line: number, above: number): SourceLine[] {
  if (!line) {
    return [];
  }
  const first = Math.max(line - AROUND, 1);
  return source
    .slice(first - 1, line + AROUND)
    .map((text, index) => [first + index + above, text, first + index === line]);
}

/** The lines of a text; a break at its end begins no other. */
function lines(text: string): string[] {
  const found = text.split(/\r\n|\n|\r/);
  return found.at(-1) === '' ? found.slice(0, -1) : found;
}
