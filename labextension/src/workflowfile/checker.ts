import { TranslationBundle } from '@jupyterlab/translation';
import { IDisposable } from '@lumino/disposable';
import { ISignal, Signal } from '@lumino/signaling';

import type { Language } from './completion';
import { readJson } from './json';
import { IWorkflowText, specsOf } from './specs';
import { IReading } from './tree';
import { YamlReader } from './yaml';

/** How long nothing must have been typed before a text is read, in milliseconds. */
const PAUSE = 200;

/** How long reading may keep the page from anything else, in milliseconds. */
const SLICE = 12;

/** A text that changes. */
export interface IText {
  readonly changed: ISignal<unknown, unknown>;
  get(): string;
}

/** Reads a text whenever it has changed, in slices between which the page does other things. */
export class Checker implements IDisposable {
  constructor(
    private readonly _text: IText,
    readonly language: Language,
    private readonly _trans: TranslationBundle
  ) {
    this._yaml = new YamlReader(_trans);
    this._text.changed.connect(this._hear, this);
  }

  /** What the text said when it was read last; null before that. */
  get said(): IWorkflowText | null {
    return this._said;
  }

  /** Whether that is what it says now. */
  get current(): boolean {
    return this._read === this._changes;
  }

  /** Emitted when the text has been read. */
  get checked(): ISignal<this, IWorkflowText> {
    return this._checked;
  }

  get isDisposed(): boolean {
    return this._disposed;
  }

  dispose(): void {
    this._disposed = true;
    window.clearTimeout(this._timer);
    this._text.changed.disconnect(this._hear, this);
    Signal.clearData(this);
  }

  /** What the text says now; it is read if that has not been done. */
  look(): Promise<IWorkflowText> {
    window.clearTimeout(this._timer);
    if (this._said && this.current) {
      return Promise.resolve(this._said);
    }
    this._working ??= this._work().finally(() => {
      this._working = null;
    });
    return this._working;
  }

  private _hear(): void {
    this._changes++;
    window.clearTimeout(this._timer);
    this._timer = window.setTimeout(() => void this.look(), PAUSE);
  }

  private async _work(): Promise<IWorkflowText> {
    for (;;) {
      const changes = this._changes;
      const text = this._text.get();
      const reading =
        this.language === 'json' ? readJson(text, this._trans) : await this._slices(text, changes);
      if (!reading && !this._disposed) {
        continue;
      }
      const said = specsOf(reading ?? { root: null, faults: [] }, this._trans);
      if (!this._disposed) {
        this._said = said;
        this._read = changes;
        this._checked.emit(said);
      }
      return said;
    }
  }

  /** Read a text in YAML; null if it has changed meanwhile. */
  private async _slices(text: string, changes: number): Promise<IReading | null> {
    const work = this._yaml.read(text);
    for (let until = performance.now() + SLICE; ;) {
      const step = work.next();
      if (step.done) {
        return step.value;
      }
      if (performance.now() > until) {
        await new Promise(resolve => window.setTimeout(resolve));
        until = performance.now() + SLICE;
        if (this._disposed || changes !== this._changes) {
          return null;
        }
      }
    }
  }

  private readonly _yaml: YamlReader;
  private readonly _checked = new Signal<this, IWorkflowText>(this);
  private _said: IWorkflowText | null = null;
  private _working: Promise<IWorkflowText> | null = null;
  private _changes = 0;
  private _read = -1;
  private _timer = 0;
  private _disposed = false;
}
