import { ISignal, Signal } from '@lumino/signaling';

import { IColony } from '../colony/colony';
import { isFinal } from '../colony/states';
import { Documents } from '../server/connection';

type Changed = Documents['ProcessChanged'];

/** A process that has ended, and how and when it did. */
export type Ended = Pick<
  Changed,
  'processid' | 'processgraphid' | 'funcname' | 'executorname' | 'state' | 'at'
>;

const RUNNING: Documents['State'] = 1;

/** The running processes of one executor that are read at most. */
const MOST_RUNNING = 500;

/** What is known of the work of one executor. */
interface IWork {
  /** The functions of the processes that run, by their ids. */
  running: Map<string, string>;
  /** The process that ended last, for each function. */
  ended: Map<string, Ended>;
  /** Processes that were told of while the server was asked; null while it is not. */
  told: Set<string> | null;
}

/**
 * What executors run, and how it ended last.
 *
 * The server is asked once for each executor; after that the colony's events tell.
 */
export class Work {
  constructor(private readonly _colony: IColony) {}

  /** Emitted after the work of any executor has become another one. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The ids of the processes that an executor runs of the functions that count. */
  running(executorname: string, counts: (funcname: string) => boolean): string[] {
    const running = this._executors.get(executorname)?.running ?? new Map<string, string>();
    return [...running].filter(([, funcname]) => counts(funcname)).map(([processid]) => processid);
  }

  /** The process that ended last of the functions that count; null if none is known. */
  ended(executorname: string, counts: (funcname: string) => boolean): Ended | null {
    const ended = this._executors.get(executorname)?.ended ?? new Map<string, Ended>();
    return [...ended]
      .filter(([funcname]) => counts(funcname))
      .reduce<Ended | null>((last, [, each]) => later(last, each), null);
  }

  /** Forget an executor, because another one has its name now; without a name all of them. */
  drop(executorname?: string): void {
    if (executorname === undefined) {
      this._executors.clear();
    } else {
      this._executors.delete(executorname);
    }
  }

  /** Ask for the work of those executors that are not known yet, and forget the others. */
  async meet(executornames: readonly string[]): Promise<void> {
    for (const name of [...this._executors.keys()]) {
      if (!executornames.includes(name)) {
        this._executors.delete(name);
      }
    }
    for (const name of executornames) {
      if (!this._executors.has(name)) {
        await this._ask(name);
      }
    }
  }

  /** Take in what a process has become. */
  learn(told: Changed): void {
    const { processid, executorname, funcname, state } = told;
    let stirred = false;
    for (const [name, work] of this._executors) {
      work.told?.add(processid);
      if (name === executorname && state === RUNNING) {
        work.running.set(processid, funcname);
        stirred = true;
      } else {
        stirred = work.running.delete(processid) || stirred;
      }
      if (name === executorname && isFinal(state)) {
        work.ended.set(funcname, told);
        stirred = true;
      }
    }
    if (stirred) {
      this._changed.emit();
    }
  }

  private async _ask(executorname: string): Promise<void> {
    const work: IWork = { running: new Map(), ended: new Map(), told: new Set() };
    this._executors.set(executorname, work);
    try {
      const [running, failed, successful] = await Promise.all([
        this._list(executorname, 'running', MOST_RUNNING),
        this._list(executorname, 'failed', 1),
        this._list(executorname, 'successful', 1)
      ]);
      for (const { processid, spec } of running) {
        if (!work.told?.has(processid)) {
          work.running.set(processid, spec?.funcname ?? '');
        }
      }
      for (const each of [...successful, ...failed]) {
        const ended = ending(each, executorname);
        const known = work.ended.get(ended.funcname) ?? null;
        work.ended.set(ended.funcname, later(known, ended));
      }
      work.told = null;
    } catch (error) {
      this._executors.delete(executorname);
      throw error;
    }
    this._changed.emit();
  }

  private async _list(
    executorname: string,
    state: 'running' | 'failed' | 'successful',
    limit: number
  ): Promise<Documents['Process'][]> {
    const { colonyname } = await this._colony.ready;
    const page = await this._colony.connection.get('/colonies/{colonyname}/processes', {
      path: { colonyname },
      query: { executorname, state, limit }
    });
    return page.items;
  }

  private readonly _changed = new Signal<this, void>(this);
  private readonly _executors = new Map<string, IWork>();
}

function ending(process: Documents['Process'], executorname: string): Ended {
  return {
    processid: process.processid,
    processgraphid: process.processgraphid,
    funcname: process.spec?.funcname ?? '',
    executorname,
    state: process.state,
    at: process.endtime
  };
}

function later(one: Ended | null, other: Ended): Ended {
  return one && Date.parse(one.at) > Date.parse(other.at) ? one : other;
}
