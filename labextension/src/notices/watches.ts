import { IStateDB } from '@jupyterlab/statedb';
import { ISignal, Signal } from '@lumino/signaling';

import { IColony, Standing } from '../colony/colony';
import { isFinal } from '../colony/states';
import { Documents } from '../server/connection';
import { Refused } from '../server/failure';
import { ITold } from '../server/feed';

/** A run of which somebody wants to hear that it has ended. */
export interface IWatch {
  workflowid: string;
  /** What the reader knows the run by; empty where nobody said. */
  name: string;
  /** Whether the reader asked for it, and not the settings. */
  chosen: boolean;
}

/** How a watched run ended: as it is now, or null if it was removed. */
export interface IEnding {
  watch: IWatch;
  progress: Documents['Progress'] | null;
}

/** What pages of the same browser tell each other. */
type Word = { watch: IWatch } | { dropped: string };

/** What watches need of the page. */
export interface IWatchesOptions {
  colony: IColony;
  /** Where they are kept over reloads; null where the application keeps nothing. */
  state: IStateDB | null;
  /** The other pages of this browser; null where there can't be any. */
  others: BroadcastChannel | null;
  /** Whether this page is the one that tells of an ending. */
  claim: (what: string) => Promise<boolean>;
}

/** The name under which watches are kept. */
const KEY = 'jupyter-colonies:watches';

/** The shortest pause between two looks at all watched runs, in milliseconds. */
const PAUSE = 2_000;

/**
 * The watched runs of this browser.
 *
 * While nothing is watched it does not listen. Each ending is told by one page only.
 */
export class Watches {
  constructor(private readonly _options: IWatchesOptions) {
    const { others } = _options;
    if (others) {
      others.onmessage = ({ data }: MessageEvent<Word>) => this._hear(data);
    }
  }

  /** Emitted for each watched run that has ended or was removed, on one page only. */
  get ended(): ISignal<this, IEnding> {
    return this._ended;
  }

  /** Emitted after a run is watched, or is not any more. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  has(workflowid: string): boolean {
    return this._watches.has(workflowid);
  }

  /** Go on with what was watched before the page was loaded. */
  async restore(): Promise<void> {
    const kept = await this._options.state?.fetch(KEY);
    for (const each of Array.isArray(kept) ? kept : []) {
      const { workflowid, name, chosen } = (each ?? {}) as Partial<IWatch>;
      if (typeof workflowid === 'string' && !this.has(workflowid)) {
        this._take({ workflowid, name: String(name ?? ''), chosen: chosen === true });
      }
    }
    this._lookAtAll();
  }

  /** Watch a run. One that has ended already is told of at once. */
  add(watch: IWatch): void {
    const known = this._watches.get(watch.workflowid);
    this._take({
      ...watch,
      name: watch.name || known?.name || '',
      chosen: watch.chosen || known?.chosen === true
    });
    this._say({ watch });
    void this._look(watch.workflowid);
  }

  /** Watch a run no longer. */
  drop(workflowid: string): void {
    if (this._remove(workflowid)) {
      this._say({ dropped: workflowid });
    }
  }

  private _take(watch: IWatch): void {
    this._watches.set(watch.workflowid, watch);
    this._keep();
    if (!this._listens) {
      this._listens = true;
      this._options.colony.told.connect(this._learn, this);
      this._options.colony.standingChanged.connect(this._stand, this);
    }
    this._changed.emit();
  }

  private _remove(workflowid: string): boolean {
    if (!this._watches.delete(workflowid)) {
      return false;
    }
    this._keep();
    if (!this._watches.size) {
      this._listens = false;
      this._options.colony.told.disconnect(this._learn, this);
      this._options.colony.standingChanged.disconnect(this._stand, this);
    }
    this._changed.emit();
    return true;
  }

  private _keep(): void {
    const kept = [...this._watches.values()].map(watch => ({ ...watch }));
    void this._options.state?.save(KEY, kept);
  }

  private _learn(_: IColony, told: ITold): void {
    if (told.event === 'workflow') {
      const { processgraphid, state } = told.data as Documents['WorkflowState'];
      if (isFinal(state) && this.has(processgraphid)) {
        void this._look(processgraphid);
      }
    } else if (told.event === 'colony' || told.event === 'reset') {
      this._lookAtAll();
    } else if (told.event === 'changed') {
      const { changed } = told.data as { changed: readonly string[] };
      if (changed.includes('processes')) {
        this._lookAtAll();
      }
    }
  }

  private _stand(_: IColony, standing: Standing): void {
    if (standing === 'there') {
      this._lookAtAll();
    }
  }

  /** Look at all runs soon: one may have been removed, or have ended while nobody listened. */
  private _lookAtAll(): void {
    if (this._timer || !this._watches.size) {
      return;
    }
    const pause = Math.max(this._looked + PAUSE - Date.now(), 0);
    this._timer = window.setTimeout(() => {
      this._timer = 0;
      this._looked = Date.now();
      [...this._watches.keys()].forEach(each => void this._look(each));
    }, pause);
  }

  private async _look(workflowid: string): Promise<void> {
    const { colony, claim } = this._options;
    let progress: Documents['Progress'] | null = null;
    try {
      await colony.ready;
      progress = await colony.connection.get('/workflows/{workflowid}/progress', {
        path: { workflowid }
      });
    } catch (error) {
      // Whoever is away or refuses is asked again when the colony is there.
      if (!(error instanceof Refused) || error.status !== 404) {
        return;
      }
    }
    if (progress && !isFinal(progress.state)) {
      return;
    }
    const watch = this._watches.get(workflowid);
    if (watch) {
      this._remove(workflowid);
      // A run that goes on after its end, by a retry, ends again at another revision.
      if (await claim(`${workflowid}@${progress?.revision ?? 'removed'}`)) {
        this._say({ dropped: workflowid });
        this._ended.emit({ watch, progress });
      }
    }
  }

  private _say(word: Word): void {
    this._options.others?.postMessage(word);
  }

  private _hear(word: Word): void {
    if ('watch' in word) {
      this._take(word.watch);
    } else {
      this._remove(word.dropped);
    }
  }

  private readonly _ended = new Signal<this, IEnding>(this);
  private readonly _changed = new Signal<this, void>(this);
  private readonly _watches = new Map<string, IWatch>();
  private _listens = false;
  private _timer = 0;
  private _looked = 0;
}
