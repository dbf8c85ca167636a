/**
 * Text as programs write it to a terminal: the words, and how they are to look.
 *
 * The same rules as in `jupyter_colonies/core/console.py`.
 */

const NAMES = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];
const COLOURS = [...NAMES, ...NAMES.map(name => `bright-${name}`)];
const SHAPES = new Map([
  [1, 'bold'],
  [2, 'faint'],
  [3, 'italic'],
  [4, 'underline']
]);

/** Characters of a line that are kept. */
export const LONGEST_LINE = 10_000;

/** The sixteen colours as red, green and blue. */
const RGB = [
  [0, 0, 0],
  [205, 0, 0],
  [0, 205, 0],
  [205, 205, 0],
  [0, 0, 238],
  [205, 0, 205],
  [0, 205, 205],
  [229, 229, 229],
  [127, 127, 127],
  [255, 0, 0],
  [0, 255, 0],
  [255, 255, 0],
  [92, 92, 255],
  [255, 0, 255],
  [0, 255, 255],
  [255, 255, 255]
];

// CSI sequences; strings that name windows and links, to their end; other escapes; controls.
const ESCAPE =
  // eslint-disable-next-line no-control-regex
  /\x1b\[([0-?]*)[ -/]*([@-~])|\x1b[\]PX^_].*?(?:\x07|\x1b\\|$)|\x1b[ -/]*[0-~]?|[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;

/** Where styled text begins and ends in its line, and its styles as words with blanks between. */
export type Span = [begin: number, end: number, styles: string];

/** The visible text of a line, and its styles if there are any. */
export type StyledLine = [text: string] | [text: string, spans: Span[]];

/** The text without escape sequences and control characters. */
export function plain(text: string): string {
  return text
    .split('\n')
    .map(line => line.replace(ESCAPE, ''))
    .join('\n');
}

/** Reads lines one after the other: what a line sets holds until something resets it. */
export class Pen {
  /**
   * The visible text of a line and its styles.
   *
   * Of what a carriage return overwrites the last state is shown.
   */
  read(line: string): StyledLine {
    let text = '';
    let begin = 0;
    let spans: Span[] = [];
    for (const [part, sequence] of parts(overwritten(line))) {
      const styles = this._styles();
      text += part;
      if (styles && text.length > begin) {
        spans.push([begin, text.length, styles]);
      }
      begin = text.length;
      this._obey(sequence);
    }
    if (text.length > LONGEST_LINE) {
      text = `${text.slice(0, LONGEST_LINE - 1)}…`;
      spans = spans
        .filter(([a]) => a < LONGEST_LINE)
        .map(([a, b, styles]) => [a, Math.min(b, LONGEST_LINE), styles]);
    }
    return spans.length ? [text, spans] : [text];
  }

  private _styles(): string {
    const marked = this._marked ? ['marked'] : [];
    const colour = this._colour ? [this._colour] : [];
    return [...[...this._shapes].sort(), ...colour, ...marked].join(' ');
  }

  private _obey(sequence: string | null): void {
    if (sequence === null) {
      return;
    }
    const numbers = sequence.split(/[;:]/).map(each => (/^\d+$/.test(each) ? Number(each) : 0));
    while (numbers.length) {
      const number = numbers.shift() ?? 0;
      const shape = SHAPES.get(number);
      if (number === 0) {
        this._shapes.clear();
        this._colour = '';
        this._marked = false;
      } else if (shape) {
        this._shapes.add(shape);
      } else if (number === 22) {
        this._shapes.delete('bold');
        this._shapes.delete('faint');
      } else if (number === 23 || number === 24) {
        this._shapes.delete(SHAPES.get(number - 20) ?? '');
      } else {
        this._paint(number, numbers);
      }
    }
  }

  private _paint(number: number, rest: number[]): void {
    if (number >= 30 && number <= 37) {
      this._colour = COLOURS[number - 30];
    } else if (number >= 90 && number <= 97) {
      this._colour = COLOURS[number - 82];
    } else if (number === 38) {
      this._colour = extended(rest);
    } else if (number === 39) {
      this._colour = '';
    } else if (number === 48) {
      extended(rest);
      this._marked = true;
    } else if ((number >= 40 && number <= 47) || (number >= 100 && number <= 107)) {
      this._marked = true;
    } else if (number === 49) {
      this._marked = false;
    }
  }

  private readonly _shapes = new Set<string>();
  private _colour = '';
  private _marked = false;
}

/** The lines of a text with their styles. */
export function styled(text: string): StyledLine[] {
  const pen = new Pen();
  return text.split('\n').map(line => pen.read(line));
}

function overwritten(line: string): string {
  const written = line
    .replace(/[\r\n]+$/, '')
    .split('\r')
    .filter(Boolean);
  if (written.length < 2) {
    return written[0] ?? '';
  }
  // Styles that were set in what is overwritten still hold.
  const before = written
    .slice(0, -1)
    .flatMap(part => [...part.matchAll(ESCAPE)].filter(match => match[2] === 'm'))
    .map(match => match[0]);
  return before.join('') + written[written.length - 1];
}

/** Pieces of text, each with the parameters of the style sequence after it, if there is one. */
function* parts(line: string): Generator<[string, string | null]> {
  let at = 0;
  for (const match of line.matchAll(ESCAPE)) {
    yield [line.slice(at, match.index), match[2] === 'm' ? match[1] : null];
    at = match.index + match[0].length;
  }
  yield [line.slice(at), null];
}

function extended(numbers: number[]): string {
  const kind = numbers.shift() ?? 0;
  if (kind === 5) {
    return of256(numbers.shift() ?? 0);
  }
  if (kind === 2) {
    const [red = 0, green = 0, blue = 0] = numbers.splice(0, 3);
    return nearest(red, green, blue);
  }
  return '';
}

function of256(number: number): string {
  if (number < 16) {
    return COLOURS[number];
  }
  if (number < 232) {
    const step = (each: number) => (each === 0 ? 0 : 55 + 40 * each);
    const left = number - 16;
    return nearest(step(Math.floor(left / 36)), step(Math.floor(left / 6) % 6), step(left % 6));
  }
  const grey = 8 + 10 * (Math.min(number, 255) - 232);
  return nearest(grey, grey, grey);
}

function nearest(red: number, green: number, blue: number): string {
  const distances = RGB.map(([r, g, b]) => (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2);
  return COLOURS[distances.indexOf(Math.min(...distances))];
}
