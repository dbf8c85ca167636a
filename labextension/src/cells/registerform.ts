import { TranslationBundle } from '@jupyterlab/translation';
import { UUID } from '@lumino/coreutils';
import { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';

import { changed, IExecutorLine, lineOf } from './executorline';

/** What the form is told of an executor that exists. */
export interface IOffered {
  name: string;
  /** Whether it is somebody else's: registering would take the name away from them. */
  foreign: boolean;
}

/** What a form begins with. */
export interface IFormOptions {
  trans: TranslationBundle;
  line: IExecutorLine;
  /** The words of the line that is there; none for a cell that is no executor yet. */
  words: readonly string[];
  offered: readonly IOffered[];
}

/** The most that is believed of a number of threads or processes. */
const MOST = 1000;

/** The form that asks what executor a cell is to be; checks what is typed as it is typed. */
export class RegisterForm extends Widget {
  constructor(private readonly _options: IFormOptions) {
    super();
    const { trans, line } = _options;
    this.id = `jp-colonies-${UUID.uuid4()}`;
    this.addClass('jp-ColoniesCell-form');
    this._name = this._field(trans.__('Name of the executor'), line.name);
    this._functions = this._field(trans.__('Functions it serves'), line.functions.join(' '));
    this._functions.placeholder = trans.__('every function of its type');
    this._concurrency = this._field(trans.__('At the same time'), String(line.concurrency ?? ''));
    this._where = this._choice(line.processes !== null);
    this._processes = this._field(trans.__('Worker processes'), String(line.processes ?? 2));
    for (const field of [this._concurrency, this._processes]) {
      field.inputMode = 'numeric';
    }
    this._offer();
    this._preview = document.createElement('output');
    this._preview.className = 'jp-ColoniesCell-preview';
    this._preview.setAttribute('aria-label', trans.__('First line of the cell'));
    this.node.append(this._preview);
    this.node.addEventListener('input', event => {
      if (event.target !== this.node) {
        this._check();
      }
    });
    this._check();
  }

  /** What was asked for; a Dialog calls this when the form is accepted. */
  getValue(): IExecutorLine {
    const inProcesses = this._where.value === 'processes';
    return {
      name: this._name.value.trim(),
      functions: this._functions.value.split(/[\s,]+/).filter(Boolean),
      concurrency: numberIn(this._concurrency),
      processes: inProcesses ? numberIn(this._processes) : null
    };
  }

  protected override onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    this._name.select();
    // Once the dialog listens, it is to know whether the form may be accepted.
    window.requestAnimationFrame(() => this._tell());
  }

  private _check(): void {
    const { trans, offered, words } = this._options;
    const inProcesses = this._where.value === 'processes';
    const name = this._name.value.trim();
    this._processes.parentElement?.classList.toggle('lm-mod-hidden', !inProcesses);
    this._concurrency.placeholder = inProcesses
      ? trans.__('one in each worker process')
      : trans.__('1');
    this._say(this._name, this._wrongName(name));
    this._say(this._concurrency, this._wrongNumber(this._concurrency.value, false));
    this._say(this._processes, inProcesses ? this._wrongNumber(this._processes.value, true) : '');
    const other = offered.find(each => each.name === name && each.foreign);
    this._hint.textContent = other
      ? trans.__('An executor of this name is registered from another place. It will be replaced.')
      : '';
    this._preview.textContent = lineOf(changed(words, this.getValue()));
    this._tell();
  }

  /** A dialog looks at its fields whenever there is input; here they have changed after that. */
  private _tell(): void {
    this.node.dispatchEvent(new Event('input'));
  }

  private _wrongName(name: string): string {
    const { trans } = this._options;
    if (!name) {
      return trans.__('An executor needs a name.');
    }
    if (name.includes(':')) {
      return trans.__('A name has no colon in it.');
    }
    return name.startsWith('-') ? trans.__('A name begins with something else than a dash.') : '';
  }

  private _wrongNumber(text: string, needed: boolean): string {
    const { trans } = this._options;
    const trimmed = text.trim();
    if (!trimmed) {
      return needed ? trans.__('Say how many.') : '';
    }
    const good = /^\d+$/.test(trimmed) && Number(trimmed) >= 1 && Number(trimmed) <= MOST;
    return good ? '' : trans.__('A whole number from 1 to %1.', MOST);
  }

  private _say(field: HTMLInputElement, trouble: string): void {
    field.setCustomValidity(trouble);
    field.setAttribute('aria-invalid', String(Boolean(trouble)));
    const said = this._said.get(field);
    if (said && said.textContent !== trouble) {
      said.textContent = trouble;
    }
  }

  private _field(label: string, value: string): HTMLInputElement {
    const field = document.createElement('input');
    field.type = 'text';
    field.autocomplete = 'off';
    field.spellcheck = false;
    field.value = value;
    const row = this._row(label, field);
    const said = document.createElement('small');
    said.id = `${field.id}-said`;
    said.className = 'jp-ColoniesCell-trouble';
    said.setAttribute('role', 'status');
    field.setAttribute('aria-describedby', said.id);
    row.append(said);
    this._said.set(field, said);
    return field;
  }

  private _choice(inProcesses: boolean): HTMLSelectElement {
    const { trans } = this._options;
    const choice = document.createElement('select');
    for (const [value, text] of [
      ['threads', trans.__('threads of the kernel')],
      ['processes', trans.__('worker processes beside it')]
    ]) {
      choice.append(new Option(text, value, false, inProcesses === (value === 'processes')));
    }
    this._row(trans.__('They run in'), choice);
    return choice;
  }

  private _row(text: string, control: HTMLElement): HTMLElement {
    const row = document.createElement('div');
    row.className = 'jp-ColoniesCell-row';
    const label = document.createElement('label');
    control.id = `${this.id}-${this.node.children.length}`;
    label.htmlFor = control.id;
    label.textContent = text;
    row.append(label, control);
    this.node.append(row);
    return row;
  }

  /** Offer the names that exist, and say what using one of them means. */
  private _offer(): void {
    const list = document.createElement('datalist');
    list.id = `${this.id}-names`;
    list.append(...this._options.offered.map(({ name }) => new Option(name, name)));
    this._name.setAttribute('list', list.id);
    this._hint.className = 'jp-ColoniesCell-hint';
    this._hint.setAttribute('role', 'status');
    this._name.parentElement?.append(list, this._hint);
  }

  private readonly _said = new Map<HTMLInputElement, HTMLElement>();
  private readonly _hint = document.createElement('small');
  private readonly _name: HTMLInputElement;
  private readonly _functions: HTMLInputElement;
  private readonly _concurrency: HTMLInputElement;
  private readonly _where: HTMLSelectElement;
  private readonly _processes: HTMLInputElement;
  private readonly _preview: HTMLOutputElement;
}

function numberIn(field: HTMLInputElement): number | null {
  const text = field.value.trim();
  return /^\d+$/.test(text) ? Number(text) : null;
}
