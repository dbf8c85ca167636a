/** What the first line of a cell says of the executor that the cell is. */
export interface IExecutorLine {
  name: string;
  /** What the executor serves; nothing stands for every function of its type. */
  functions: readonly string[];
  /** How many processes run at the same time; null where the line does not say it. */
  concurrency: number | null;
  /** In how many worker processes they run; null for threads of the kernel. */
  processes: number | null;
}

/** What a cell is as far as magics go: an executor, something else that has a magic, or neither. */
export type CellKind =
  | { kind: 'executor'; line: IExecutorLine; words: readonly string[] }
  | { kind: 'magic'; magic: string }
  | { kind: 'plain' };

/** A change of a text: what stands from `start` to `end` is replaced. */
export interface IEdit {
  start: number;
  end: number;
  text: string;
}

const PREFIX = '%%colonies executor';

/** The options of the magic that take a value. */
const VALUED = ['--type', '--function', '--concurrency', '--processes'];

/** Read what a cell is from its text. */
export function readCell(source: string): CellKind {
  const [start, end] = firstLine(source);
  const line = source.slice(start, end).trimEnd();
  if (!line.startsWith('%%')) {
    return { kind: 'plain' };
  }
  const found = /^%%colonies\s+executor(?:\s+(.*))?$/.exec(line);
  if (!found) {
    return { kind: 'magic', magic: line.split(/\s/, 2).slice(0, 1).join('') };
  }
  const words = split(found[1] ?? '');
  return { kind: 'executor', line: readWords(words), words };
}

/**
 * The change of a cell's text that makes it this executor.
 *
 * What an existing line says beside that stays, in its order. Throws an Error for a cell that has
 * another magic.
 */
export function written(source: string, wanted: IExecutorLine): IEdit {
  const cell = readCell(source);
  const [start, end] = firstLine(source);
  if (cell.kind === 'magic') {
    throw new Error(cell.magic);
  }
  const words = cell.kind === 'executor' ? cell.words : [];
  const text = lineOf(changed(words, wanted));
  return cell.kind === 'executor' ? { start, end, text } : { start, end: start, text: `${text}\n` };
}

/** The change of a cell's text by which it is no executor; null if it is none. */
export function taken(source: string): IEdit | null {
  if (readCell(source).kind !== 'executor') {
    return null;
  }
  const [start, end] = firstLine(source);
  return { start, end: Math.min(end + 1, source.length), text: '' };
}

/** The magic's line with these words. */
export function lineOf(words: readonly string[]): string {
  return [PREFIX, ...words.map(quoted)].join(' ');
}

/** The words of a line after it was changed to say what is wanted. */
export function changed(words: readonly string[], wanted: IExecutorLine): string[] {
  const present = readWords(words);
  let result = [...words];
  const named = places(result).find(place => place.option === '');
  if (named) {
    result[named.start] = wanted.name;
  } else {
    result.unshift(wanted.name);
  }
  if (present.functions.join(' ') !== wanted.functions.join(' ')) {
    result = replaced(result, '--function', wanted.functions);
  }
  for (const [option, was, becomes] of [
    ['--concurrency', present.concurrency, wanted.concurrency],
    ['--processes', present.processes, wanted.processes]
  ] as const) {
    if (was !== becomes) {
      result = replaced(result, option, becomes === null ? [] : [String(becomes)]);
    }
  }
  return result;
}

interface IPlace {
  /** The name of an option; empty for the name of the executor, `-` for what is unknown. */
  option: string;
  value: string;
  start: number;
  length: number;
}

/** What the words are, one after the other. */
function places(words: readonly string[]): IPlace[] {
  const found: IPlace[] = [];
  let named = false;
  for (let index = 0; index < words.length;) {
    const word = words[index];
    const option = VALUED.find(each => word === each || word.startsWith(`${each}=`));
    const joined = option !== undefined && word.length > option.length;
    const length = option && !joined ? Math.min(2, words.length - index) : 1;
    if (option) {
      const value = joined ? word.slice(option.length + 1) : (words[index + 1] ?? '');
      found.push({ option, value, start: index, length });
    } else {
      const isName: boolean = !named && !word.startsWith('-');
      named ||= isName;
      found.push({ option: isName ? '' : '-', value: word, start: index, length });
    }
    index += length;
  }
  return found;
}

function readWords(words: readonly string[]): IExecutorLine {
  const all = places(words);
  const values = (option: string) =>
    all.filter(place => place.option === option).map(place => place.value);
  const number = (option: string) => {
    const text = values(option).at(-1);
    return text !== undefined && /^\d+$/.test(text) ? Number(text) : null;
  };
  return {
    name: values('')[0] ?? '',
    functions: values('--function'),
    concurrency: number('--concurrency'),
    processes: number('--processes')
  };
}

/** Words in which an option has other values, at the place of the former ones or at the end. */
function replaced(words: readonly string[], option: string, values: readonly string[]): string[] {
  const all = places(words);
  const given = values.flatMap(value => [option, value]);
  const first = all.find(place => place.option === option)?.start ?? words.length;
  const result = all.flatMap(place => {
    const here = place.start === first ? given : [];
    const own = words.slice(place.start, place.start + place.length);
    return [...here, ...(place.option === option ? [] : own)];
  });
  return first === words.length ? [...result, ...given] : result;
}

/** Where the first line that is not empty begins and ends. */
function firstLine(source: string): [number, number] {
  const start = /^(?:[ \t]*\n)*/.exec(source)?.[0].length ?? 0;
  const end = source.indexOf('\n', start);
  return [start, end < 0 ? source.length : end];
}

/** Words as a shell reads them; what is not closed ends with the line. */
function split(text: string): string[] {
  const words: string[] = [];
  const pattern = /(?:[^\s'"\\]|\\.|'[^']*(?:'|$)|"(?:[^"\\]|\\.)*(?:"|$))+/g;
  for (const [word] of text.matchAll(pattern)) {
    words.push(
      word.replace(
        /\\(.)|'([^']*)(?:'|$)|"((?:[^"\\]|\\.)*)(?:"|$)/g,
        (_, escaped, plain, soft) => {
          const inner: string | undefined = escaped ?? plain;
          return inner ?? String(soft).replace(/\\(["\\])/g, '$1');
        }
      )
    );
  }
  return words;
}

function quoted(word: string): string {
  return /^[\w@%+=:,./*-]+$/.test(word) ? word : `'${word.replace(/'/g, `'"'"'`)}'`;
}
