import { Signal } from '@lumino/signaling';

import { IColony } from '../colony/colony';
import { RUNNING, State, SUCCESS, WAITING } from '../graph/node';
import { RunSession } from '../run/runsession';
import { Documents } from '../server/connection';
import { waiting } from '../testing/node';
import { Chronicle } from './chronicle';
import { NodeChange, ProcessEvent } from './history';

type Change = Documents['WorkflowChange'];

const at = (second: number) => `2026-03-01T12:00:${String(second).padStart(2, '0')}.000001Z`;

function node(processid: string, more: Partial<NodeChange> = {}): NodeChange {
  return waiting({
    processid,
    nodename: processid,
    funcname: 'f',
    executortype: 'x',
    submissiontime: at(0),
    ...more
  });
}

/** A run as the server keeps it, and what a page asks and is told of it. */
class Run {
  /** What is asked for: the revision after which the history is read. */
  readonly asked: number[] = [];
  broken = '';
  readonly nodes = new Map<string, NodeChange>();
  readonly changed = new Signal<this, Change>(this);
  readonly restarted = new Signal<this, void>(this);
  readonly standingChanged = new Signal<this, string>(this);
  readonly workflowid = 'w';
  readonly trouble = '';
  standing = 'live';
  state: State = WAITING;

  readonly connection = {
    get: (_: string, { query }: { query: { after: number } }) => {
      this.asked.push(query.after);
      if (this.broken) {
        return Promise.reject(new Error(this.broken));
      }
      const events = this.events.filter(({ revision }) => revision > query.after).slice(0, 2);
      const latest = this.revision;
      const revision = events.at(-1)?.revision ?? latest;
      return Promise.resolve({ events, revision, latest, now: at(59) });
    }
  };

  /** A process changes; of what is not told the page learns by reading only. */
  change(changed: NodeChange, told = true, when = changed.endtime): void {
    this.revision += 1;
    this.nodes.set(changed.processid, changed);
    const { processid, state, executorname, retries } = changed;
    const time = state === RUNNING ? changed.starttime : when;
    this.events.push({
      processid,
      state,
      executorname,
      retries,
      revision: this.revision,
      at: time
    });
    this.untold.push(changed);
    if (told) {
      this.tell();
    }
  }

  tell(): void {
    const nodes = this.untold.splice(0);
    this.state = [...this.nodes.values()].every(each => each.state === SUCCESS) ? SUCCESS : RUNNING;
    const { revision, state } = this;
    this.changed.emit({ processgraphid: 'w', colonyname: 'dev', revision, state, nodes });
  }

  chronicle(): Chronicle {
    return Chronicle.of(this as unknown as IColony, this as unknown as RunSession);
  }

  private revision = 1;
  private readonly events: ProcessEvent[] = [];
  private readonly untold: NodeChange[] = [];
}

const running = (processid: string, second: number, more: Partial<NodeChange> = {}) =>
  node(processid, { state: RUNNING, executorname: 'ada', starttime: at(second), ...more });
const done = (processid: string, begun: number, second: number) =>
  node(processid, {
    state: SUCCESS,
    executorname: 'ada',
    starttime: at(begun),
    endtime: at(second)
  });

function steps(chronicle: Chronicle, processid: string): [State, string][] {
  return chronicle.history.steps(processid).map(({ state, text }) => [state, text.slice(17, 19)]);
}

/** Let what was answered arrive, and what waits for a while happen. */
async function pass(milliseconds = 0): Promise<void> {
  await jest.advanceTimersByTimeAsync(milliseconds);
}

describe('Chronicle', () => {
  let run: Run;
  let chronicle: Chronicle;

  beforeEach(async () => {
    jest.useFakeTimers();
    run = new Run();
    run.change(running('a', 1));
    run.change(done('a', 1, 2));
    run.change(running('b', 3));
    chronicle = run.chronicle();
    await pass();
  });

  afterEach(() => {
    chronicle.dispose();
    jest.useRealTimers();
  });

  it('reads what happened once, however many show it', async () => {
    const other = run.chronicle();
    await pass();
    expect(other).toBe(chronicle);
    other.dispose();
    expect(chronicle.isDisposed).toBe(false);
    expect(run.asked).toEqual([0, 3]);
    expect(chronicle.isReady && chronicle.history.exact).toBe(true);
    expect(steps(chronicle, 'a')).toEqual([
      [RUNNING, '01'],
      [SUCCESS, '02']
    ]);
    expect(chronicle.now).toBeGreaterThan(chronicle.history.end);
  });

  it('carries on by what changes say, and reads again when the run is over', async () => {
    run.nodes.set('c', node('c'));
    run.change(running('c', 4));
    run.change(done('b', 3, 5));
    await pass(10_000);
    expect(run.asked).toEqual([0, 3]);
    expect(steps(chronicle, 'b')).toEqual([
      [RUNNING, '03'],
      [SUCCESS, '05']
    ]);
    expect(steps(chronicle, 'c')).toEqual([[RUNNING, '04']]);
    run.change(done('c', 4, 6));
    await pass(10_000);
    expect(run.asked).toEqual([0, 3, 4, 6]);
    expect(steps(chronicle, 'c')).toEqual([
      [RUNNING, '04'],
      [SUCCESS, '06']
    ]);
  });

  it('infers a whole try from one change', async () => {
    run.nodes.set('c', node('c'));
    run.change(running('c', 4), false);
    run.change(done('c', 4, 5));
    expect(steps(chronicle, 'c')).toEqual([
      [RUNNING, '04'],
      [SUCCESS, '05']
    ]);
    await pass(10_000);
    expect(run.asked).toEqual([0, 3]);
  });

  it('knows what went back to the queue by its retries', async () => {
    run.change(node('b', { retries: 1, starttime: at(3), endtime: at(7) }));
    run.change(running('b', 8, { retries: 1 }));
    await pass(10_000);
    expect(run.asked).toEqual([0, 3]);
    expect(steps(chronicle, 'b')).toEqual([
      [RUNNING, '03'],
      [WAITING, '07'],
      [RUNNING, '08']
    ]);
  });

  it('reads what changes leave open', async () => {
    run.change(node('b'), true, at(4));
    expect(steps(chronicle, 'b')).toEqual([[RUNNING, '03']]);
    await pass(1_000);
    expect(run.asked).toEqual([0, 3, 4]);
    expect(steps(chronicle, 'b')).toEqual([
      [RUNNING, '03'],
      [WAITING, '04']
    ]);
    run.change(running('b', 5), false);
    run.change(node('b', { retries: 1, starttime: at(5), endtime: at(6) }), false);
    run.change(running('b', 7, { retries: 1 }));
    await pass(1_000);
    expect(steps(chronicle, 'b').slice(2)).toEqual([
      [RUNNING, '05'],
      [WAITING, '06'],
      [RUNNING, '07']
    ]);
  });

  it('reads which of the new processes were inserted', async () => {
    run.change(running('c', 4, { parents: ['b'] }), false);
    run.change(node('b', { state: RUNNING, starttime: at(3), parents: ['c'] }));
    await pass(1_000);
    expect(run.asked).toEqual([0, 3, 4]);
  });

  it('begins anew with the session', async () => {
    run.asked.length = 0;
    run.restarted.emit();
    expect(chronicle.isReady).toBe(false);
    run.change(running('b', 3));
    await pass();
    expect(run.asked[0]).toBe(0);
    expect(chronicle.isReady && chronicle.history.exact).toBe(true);
    expect([...chronicle.history.nodes.keys()]).toEqual(['b']);
  });

  it('says why it could not read, shows what times tell, and tries again', async () => {
    run.broken = 'The Jupyter server does not answer.';
    run.restarted.emit();
    run.change(done('b', 3, 5));
    await pass();
    expect(chronicle.trouble).toBe(run.broken);
    expect(chronicle.isReady && chronicle.history.exact).toBe(false);
    expect(steps(chronicle, 'b')).toEqual([
      [RUNNING, '03'],
      [SUCCESS, '05']
    ]);
    run.broken = '';
    await pass(5_000);
    expect(chronicle.trouble).toBe('');
    expect(chronicle.history.exact).toBe(true);
  });

  it('does not read while the page is hidden', async () => {
    const hidden = jest.spyOn(document, 'hidden', 'get').mockReturnValue(true);
    run.asked.length = 0;
    run.change(node('b'), true, at(4));
    await pass(60_000);
    expect(run.asked).toEqual([]);
    hidden.mockRestore();
    document.dispatchEvent(new Event('visibilitychange'));
    await pass();
    expect(run.asked).toEqual([4]);
  });
});
