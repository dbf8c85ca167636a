import { Contents } from '@jupyterlab/services';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ISignal, Signal } from '@lumino/signaling';

/** A run that was submitted from a file; a type, so that it can be kept as JSON. */
export type FileRun = {
  workflowid: string;
  /** When, in milliseconds since 1970. */
  submitted: number;
  /** How many nodes it has. */
  nodes: number;
};

/** How many runs are kept of a file, and of how many files. */
const MOST_RUNS = 100;
const MOST_FILES = 300;

/** The name under which JupyterLab keeps them: that of the schema. */
export const STORE = 'jupyter-colonies:workflow-file-runs';

type Runs = Record<string, FileRun[]>;

/**
 * Knows which runs were submitted from which file, for the user, in all their browsers and tabs.
 *
 * They are kept among the settings of Jupyter's user. Without these they are known as long as the
 * page is there.
 */
export class RunStore {
  constructor(private readonly _registry: ISettingRegistry | null) {
    this._registry?.pluginChanged.connect((registry, plugin) => {
      if (plugin === STORE) {
        this._take(registry.plugins[STORE]?.data.user?.runs);
      }
    });
    this._loaded = this._load();
  }

  /** Emitted with the path of a file whose runs have changed; an empty one stands for all. */
  get changed(): ISignal<this, string> {
    return this._changed;
  }

  /** The runs of a file, the newest first. */
  async of(path: string): Promise<readonly FileRun[]> {
    await this._loaded;
    return this._runs[path] ?? [];
  }

  /** Remember a run of a file. */
  async add(path: string, run: FileRun): Promise<void> {
    await this._change(runs => {
      const before = (runs[path] ?? []).filter(each => each.workflowid !== run.workflowid);
      // The one that was changed last is the last, so that the oldest can be dropped.
      delete runs[path];
      runs[path] = [run, ...before].slice(0, MOST_RUNS);
      for (const old of Object.keys(runs).slice(0, -MOST_FILES)) {
        delete runs[old];
      }
    }, path);
  }

  /** Forget a run of a file. */
  async remove(path: string, workflowid: string): Promise<void> {
    await this._change(runs => {
      runs[path] = (runs[path] ?? []).filter(each => each.workflowid !== workflowid);
    }, path);
  }

  /** Follow what is renamed and deleted in this page: the runs go with their files. */
  follow(contents: Contents.IManager): void {
    contents.fileChanged.connect((_, { type, oldValue, newValue }) => {
      const from = oldValue?.path;
      const to = newValue?.path;
      if (from && ((type === 'rename' && to) || type === 'delete')) {
        void this._move(from, type === 'rename' ? (to ?? null) : null);
      }
    });
  }

  private async _move(from: string, to: string | null): Promise<void> {
    await this._loaded;
    const within = (path: string) => path === from || path.startsWith(`${from}/`);
    if (!Object.keys(this._runs).some(within)) {
      return;
    }
    await this._change(runs => {
      for (const path of Object.keys(runs).filter(within)) {
        if (to !== null) {
          runs[to + path.slice(from.length)] = runs[path];
        }
        delete runs[path];
      }
    }, '');
  }

  /** Change what is known, on the ground of what other tabs have written meanwhile. */
  private async _change(change: (runs: Runs) => void, path: string): Promise<void> {
    this._working = this._working
      .then(() => this._load())
      .then(async () => {
        const runs = { ...this._runs };
        change(runs);
        this._runs = runs;
        this._changed.emit(path);
        await this._registry?.set(STORE, 'runs', runs);
      })
      .catch((error: unknown) => {
        console.warn('The runs of workflow files could not be kept.', error);
      });
    await this._working;
  }

  private async _load(): Promise<void> {
    if (!this._registry) {
      return;
    }
    try {
      const settings = this._read
        ? await this._registry.reload(STORE)
        : await this._registry.load(STORE);
      this._read = true;
      this._take(settings.user.runs);
    } catch (error) {
      console.warn('The runs of workflow files could not be read.', error);
    }
  }

  private _take(value: unknown): void {
    const runs: Runs = {};
    for (const [path, list] of entries(value)) {
      runs[path] = (Array.isArray(list) ? list : []).filter(isRun);
    }
    const same = JSON.stringify(runs) === JSON.stringify(this._runs);
    this._runs = runs;
    if (!same) {
      this._changed.emit('');
    }
  }

  private _runs: Runs = {};
  private _read = false;
  private _working: Promise<void> = Promise.resolve();
  private readonly _loaded: Promise<void>;
  private readonly _changed = new Signal<this, string>(this);
}

function entries(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

function isRun(value: unknown): value is FileRun {
  const fields = new Map(entries(value));
  return (
    typeof fields.get('workflowid') === 'string' &&
    typeof fields.get('submitted') === 'number' &&
    typeof fields.get('nodes') === 'number'
  );
}
