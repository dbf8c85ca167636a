import { ISignal, Signal } from '@lumino/signaling';

import { Connection, Documents } from '../server/connection';
import { Refused } from '../server/failure';

/** Kinds of things of a colony that can change. */
export type Kind = 'counts' | 'processes' | 'executors' | 'crons' | 'generators';

/** All of them. */
export const KINDS: readonly Kind[] = ['counts', 'processes', 'executors', 'crons', 'generators'];

/** Entries of a list that are read at most. */
const MOST = 2_000;

/** What a colony is at a glance, apart from the list of its runs. */
export class Overview {
  constructor(
    private readonly _connection: Connection,
    private readonly _colonyname: string
  ) {}

  counts: Documents['RunCounts'] | null = null;
  figures: Documents['Monitor'] | null = null;
  executors: Documents['Executor'][] | null = null;
  crons: Documents['Cron'][] | null = null;
  generators: Documents['Generator'][] | null = null;
  /** The names of the functions that each executor offers. */
  functions = new Map<string, string[]>();

  /** Told when something was read. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Why not all could be read, in the server's words; empty if it was. */
  get trouble(): string {
    return this._trouble;
  }

  /** Whether the last attempt failed because the server no longer knows who asks. */
  get unknown(): boolean {
    return this._unknown;
  }

  /** These may have changed. */
  want(...kinds: Kind[]): void {
    kinds.forEach(each => this._wanted.add(each));
  }

  /** Read what may have changed: of that, only what is looked at. */
  async read(seen: readonly Kind[]): Promise<void> {
    const kinds = seen.filter(each => this._wanted.has(each));
    if (!kinds.length) {
      return;
    }
    kinds.forEach(each => this._wanted.delete(each));
    this._trouble = '';
    this._unknown = false;
    const outcomes = await Promise.allSettled(kinds.map(each => this._read(each)));
    outcomes.forEach((outcome, index) => {
      if (outcome.status === 'rejected') {
        this._wanted.add(kinds[index]);
        const reason: unknown = outcome.reason;
        this._trouble = reason instanceof Error ? reason.message : String(reason);
        this._unknown ||= reason instanceof Refused && reason.unknown;
      }
    });
    this._changed.emit();
  }

  private async _read(kind: Kind): Promise<void> {
    const path = { colonyname: this._colonyname };
    switch (kind) {
      case 'counts':
        this.counts = await this._connection.get('/colonies/{colonyname}/runs/counts', { path });
        return;
      case 'processes':
        this.figures = await this._connection.get('/colonies/{colonyname}/monitor', { path });
        return;
      case 'executors':
        await this._readExecutors();
        return;
      case 'crons':
        this.crons = await all(query =>
          this._connection.get('/colonies/{colonyname}/crons', { path, query })
        );
        return;
      case 'generators':
        this.generators = await all(query =>
          this._connection.get('/colonies/{colonyname}/generators', { path, query })
        );
    }
  }

  private async _readExecutors(): Promise<void> {
    const path = { colonyname: this._colonyname };
    const [figures, executors, functions] = await Promise.all([
      this._connection.get('/colonies/{colonyname}/monitor', { path }),
      all(query => this._connection.get('/colonies/{colonyname}/executors', { path, query })),
      all(query => this._connection.get('/colonies/{colonyname}/functions', { path, query }))
    ]);
    this.figures = figures;
    this.executors = executors;
    this.functions = new Map();
    for (const { executorname = '', funcname = '' } of functions) {
      const names = this.functions.get(executorname);
      if (names) {
        names.push(funcname);
      } else {
        this.functions.set(executorname, [funcname]);
      }
    }
  }

  private readonly _changed = new Signal<this, void>(this);
  private readonly _wanted = new Set<Kind>(KINDS);
  private _trouble = '';
  private _unknown = false;
}

interface IQuery {
  limit: number;
  cursor?: string;
}

async function all<T>(
  page: (query: IQuery) => Promise<{ items: T[]; next?: string }>
): Promise<T[]> {
  const items: T[] = [];
  let cursor = '';
  do {
    const found = await page({ limit: 500, ...(cursor ? { cursor } : {}) });
    items.push(...found.items);
    cursor = found.next ?? '';
  } while (cursor && items.length < MOST);
  return items;
}
