import { IDisposable } from '@lumino/disposable';
import { ISignal, Signal } from '@lumino/signaling';

import { IColony } from '../colony/colony';
import { Documents } from '../server/connection';
import { ITold } from '../server/feed';

/** How many pages of a list are read: with more, names would not help anybody to choose. */
const MOST_PAGES = 4;

/** A function that executors offer. */
export interface IOffer {
  executortype: string;
  funcname: string;
  description: string;
  arguments: Documents['FunctionArgument'][];
}

/** What executors of the colony offer, as far as it is known. */
export interface IOffers {
  /** Types of the executors that are there. */
  types: readonly string[];
  /** The executors, by their names. */
  names: readonly string[];
  functions: readonly IOffer[];
  /** Whether it was read; nothing is said of what is not there before it was. */
  known: boolean;
}

const NONE: IOffers = { types: [], names: [], functions: [], known: false };

/** Knows what the executors of the colony offer, and reads it anew after they have changed. */
export class Offers implements IDisposable {
  constructor(private readonly _colony: IColony) {
    this._colony.told.connect(this._hear, this);
  }

  /** What is known now. */
  get now(): IOffers {
    return this._now;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._disposed;
  }

  dispose(): void {
    this._disposed = true;
    Signal.clearData(this);
  }

  /** Read it if that has not been done since the last change; gives what is known afterwards. */
  async look(): Promise<IOffers> {
    if (this._stale && !this._disposed && this._colony.here) {
      this._stale = false;
      this._reading = this._read().catch(() => {
        // Completion works without; it is tried again when it is asked for the next time.
        this._stale = true;
      });
    }
    await this._reading;
    return this._now;
  }

  private _hear(_: IColony, { event }: ITold): void {
    if (event === 'changed' || event === 'reset') {
      this._stale = true;
    }
  }

  private async _read(): Promise<void> {
    const { connection } = this._colony;
    const { colonyname } = await this._colony.ready;
    const path = { colonyname };
    const executors = await everything(cursor =>
      connection.get('/colonies/{colonyname}/executors', { path, query: { limit: 500, cursor } })
    );
    const functions = await everything(cursor =>
      connection.get('/colonies/{colonyname}/functions', { path, query: { limit: 500, cursor } })
    );
    const offered = new Map<string, IOffer>();
    for (const each of functions) {
      const { executortype = '', funcname = '', description, args } = each;
      offered.set(`${executortype}\n${funcname}`, {
        executortype,
        funcname,
        description: description ?? '',
        arguments: args ?? []
      });
    }
    this._now = {
      types: sorted(executors.map(({ executortype }) => executortype ?? '')),
      names: sorted(executors.map(({ executorname }) => executorname ?? '')),
      functions: [...offered.values()],
      known: true
    };
    this._changed.emit();
  }

  private _now = NONE;
  private _stale = true;
  private _disposed = false;
  private _reading: Promise<void> = Promise.resolve();
  private readonly _changed = new Signal<this, void>(this);
}

/** All entries of a list that comes in pages, up to some. */
async function everything<T>(
  page: (cursor: string | undefined) => Promise<{ items: T[]; next?: string }>
): Promise<T[]> {
  const all: T[] = [];
  let cursor: string | undefined;
  for (let read = 0; read < MOST_PAGES; read++) {
    const { items, next } = await page(cursor);
    all.push(...items);
    cursor = next;
    if (!cursor) {
      break;
    }
  }
  return all;
}

function sorted(words: string[]): string[] {
  return [...new Set(words)].filter(Boolean).sort();
}
