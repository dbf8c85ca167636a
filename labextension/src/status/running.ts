import { ISignal, Signal } from '@lumino/signaling';

import { IColony } from '../colony/colony';
import { Documents } from '../server/connection';
import { ITold } from '../server/feed';

/** The shortest pause between two countings, in milliseconds. */
const PAUSE = 1_000;

/** How many processes of the colony run; counted by the server when something happened. */
export class RunningCount {
  constructor(private readonly _colony: IColony) {
    _colony.told.connect(this._learn, this);
  }

  /** The number, or null until it is known. */
  get count(): number | null {
    return this._count;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  private _learn(_: IColony, { event, data }: ITold): void {
    if (event === 'colony') {
      this._become((data as Documents['ColonyCounts']).statistics);
    } else if (event === 'process' || event === 'reset') {
      this._want();
    }
  }

  /** Count soon; what happens meanwhile is counted with it. */
  private _want(): void {
    if (this._timer) {
      return;
    }
    this._timer = window.setTimeout(() => {
      this._timer = 0;
      void this._ask();
    }, PAUSE);
  }

  private async _ask(): Promise<void> {
    const { colonyname } = await this._colony.ready;
    try {
      this._become(
        await this._colony.connection.get('/colonies/{colonyname}/statistics', {
          path: { colonyname }
        })
      );
    } catch {
      // What keeps the server from answering is told by the colony's standing; the next event that
      // comes leads here again.
    }
  }

  private _become({ runningprocesses }: Documents['Statistics']): void {
    if (runningprocesses !== this._count) {
      this._count = runningprocesses;
      this._changed.emit();
    }
  }

  private readonly _changed = new Signal<this, void>(this);
  private _count: number | null = null;
  private _timer = 0;
}
