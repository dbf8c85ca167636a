import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { Token } from '@lumino/coreutils';
import { ISignal, Signal } from '@lumino/signaling';

/** When parts of a graph are drawn as one, counted in nodes and edges. */
export interface IFolding {
  /** Up to so many nothing is folded. */
  readonly few: number;
  /** So many has a folded picture at most. */
  readonly most: number;
}

/** Of which watched runs the reader is told that they have ended. */
export type Notifying = 'off' | 'failures' | 'all';

/** The colours of states: the usual ones, or ones that differ more in their lightness. */
export type Palette = 'standard' | 'distinct';

/** What the reader has set, or what holds unless they have. */
export interface ISettings {
  /** Whether the panel's header shows the address of the colony's own port. */
  readonly showAddress: boolean;
  /** For how long changes are collected before lists show them, in milliseconds. */
  readonly refresh: number;
  readonly folding: IFolding;
  readonly notifications: Notifying;
  readonly palette: Palette;
}

/** The settings of the extension, one for the whole page. */
export interface IColonySettings {
  /** What holds now; the defaults until the reader's own were loaded. */
  readonly current: ISettings;
  /** Told after a setting has changed. */
  readonly changed: ISignal<IColonySettings, ISettings>;
}

/** The token by which plugins find the settings. */
export const IColonySettings = new Token<IColonySettings>(
  'jupyter-colonies:IColonySettings',
  'The settings of the Colonies extension, typed.'
);

/** The name under which JupyterLab keeps the settings: that of the schema. */
export const SETTINGS = 'jupyter-colonies:colony';

/** What holds unless the reader sets something else; the same as in the schema. */
export const DEFAULTS: ISettings = {
  showAddress: true,
  refresh: 500,
  folding: { few: 120, most: 399 },
  notifications: 'all',
  palette: 'standard'
};

/** The settings that JupyterLab keeps, or the defaults where it keeps none. */
export class ColonySettings implements IColonySettings {
  get current(): ISettings {
    return this._current;
  }

  get changed(): ISignal<this, ISettings> {
    return this._changed;
  }

  /** Follow what JupyterLab keeps. Rejects if it does not know the schema. */
  async follow(registry: ISettingRegistry): Promise<void> {
    const kept = await registry.load(SETTINGS);
    kept.changed.connect(() => this.learn(kept.composite));
    this.learn(kept.composite);
  }

  /** What is set now, by its names; what can't be read is the default. */
  learn(values: unknown): void {
    const read = readSettings(values);
    if (JSON.stringify(read) !== JSON.stringify(this._current)) {
      this._current = read;
      this._changed.emit(read);
    }
  }

  private readonly _changed = new Signal<this, ISettings>(this);
  private _current = DEFAULTS;
}

/** Settings from what JupyterLab keeps. */
export function readSettings(values: unknown): ISettings {
  const given = record(values);
  const folding = record(given.folding);
  const few = number(folding.few, DEFAULTS.folding.few);
  return {
    showAddress: given.showAddress !== false,
    refresh: number(given.refresh, DEFAULTS.refresh),
    folding: { few, most: Math.max(few, number(folding.most, DEFAULTS.folding.most)) },
    notifications: one(given.notifications, ['off', 'failures', 'all'], DEFAULTS.notifications),
    palette: one(given.palette, ['standard', 'distinct'], DEFAULTS.palette)
  };
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function number(value: unknown, otherwise: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : otherwise;
}

function one<T extends string>(value: unknown, allowed: readonly T[], otherwise: T): T {
  return allowed.find(each => each === value) ?? otherwise;
}
