import { TranslationBundle } from '@jupyterlab/translation';

import { Standing } from '../colony/colony';
import { Documents } from '../server/connection';
import { digest } from './digest';
import { CellKind } from './executorline';
import { ISeat } from './seat';

/**
 * How an executor cell is: nothing runs, something runs, what ran last has failed, the cell's text
 * is not what is registered, it is not registered, its executor stands elsewhere, or the server
 * does not say.
 */
export type Condition = 'idle' | 'running' | 'failed' | 'stale' | 'gone' | 'elsewhere' | 'unknown';

/** What a badge shows of one executor of a cell. */
export interface IBadge {
  condition: Condition;
  executorname: string;
  /** Where the executor stands if it stands in this cell. */
  seat: ISeat | null;
  /** The condition in a few words, and all that is to be said. */
  words: string;
  title: string;
}

/** What is known of a cell. */
export interface IFacts {
  source: string;
  kind: CellKind;
  /** Whether the notebook has a kernel that may serve. */
  hasKernel: boolean;
  standing: Standing;
  /** What is registered from this cell and this kernel. */
  seats: readonly ISeat[];
  /** What was registered from this cell before, as long as this page is open. */
  former: readonly ISeat[];
  /** From where an executor of that name is registered, in words; empty if it is not. */
  elsewhere(executorname: string): string;
  running(seat: ISeat): number;
  ended(seat: ISeat): Pick<Documents['ProcessChanged'], 'state'> | null;
}

const FAILED: Documents['State'] = 3;

/** The badges of a cell; none for a cell that is no executor. */
export function badgesOf(facts: IFacts, trans: TranslationBundle): IBadge[] {
  const { kind, seats, former, source } = facts;
  const named = kind.kind === 'executor' ? kind.line.name : '';
  if (seats.length) {
    return seats.map(seat => registered(seat, facts, trans));
  }
  if (named) {
    return [absent(named, facts, trans)];
  }
  // A cell that would register itself again just as it is: one with decorators, mostly.
  return former
    .filter(seat => seat.version !== '' && seat.version === digest(source))
    .map(seat => absent(seat.executorname, facts, trans));
}

/** Whether the text of a cell is another one than the one that is registered from it. */
export function isStale(seat: ISeat, source: string): boolean {
  return seat.version !== '' && seat.version !== digest(source);
}

function registered(seat: ISeat, facts: IFacts, trans: TranslationBundle): IBadge {
  const { executorname } = seat;
  const badge = (condition: Condition, words: string, title: string): IBadge => {
    return { condition, executorname, seat, words, title };
  };
  if (!isThere(facts.standing)) {
    return unknown(executorname, facts.standing, seat, trans);
  }
  const running = facts.running(seat);
  const runs = running ? trans.__('running %1', running) : '';
  const serves = seat.functions.includes('*')
    ? trans.__('It serves every function of the type %1.', seat.executortype)
    : trans.__('It serves %1.', seat.functions.join(', '));
  if (isStale(seat, facts.source)) {
    const why = trans.__('What is registered is the text as it was when the cell was run last.');
    const stale = trans.__('stale source');
    return badge('stale', runs ? `${runs}, ${stale}` : stale, `${why} ${serves}`);
  }
  if (runs) {
    return badge('running', runs, serves);
  }
  if (facts.ended(seat)?.state === FAILED) {
    const why = trans.__('The last process that this cell ran has failed.');
    return badge('failed', trans.__('last run failed'), `${why} ${serves}`);
  }
  return badge('idle', trans.__('idle'), serves);
}

function absent(executorname: string, facts: IFacts, trans: TranslationBundle): IBadge {
  const badge = (condition: Condition, words: string, title: string): IBadge => {
    return { condition, executorname, seat: null, words, title };
  };
  if (!isThere(facts.standing)) {
    return unknown(executorname, facts.standing, null, trans);
  }
  const where = facts.elsewhere(executorname);
  if (where) {
    return badge(
      'elsewhere',
      trans.__('runs elsewhere'),
      trans.__('An executor of this name is registered from %1.', where)
    );
  }
  return facts.hasKernel
    ? badge('gone', trans.__('not registered'), trans.__('Run the cell to register it.'))
    : badge(
        'gone',
        trans.__('kernel gone'),
        trans.__('The kernel is gone, and the executor with it: start one and run the cell.')
      );
}

function unknown(
  executorname: string,
  standing: Standing,
  seat: ISeat | null,
  trans: TranslationBundle
): IBadge {
  const words =
    standing === 'looking'
      ? trans.__('looking…')
      : standing === 'refused'
        ? trans.__('session expired')
        : standing === 'absent'
          ? trans.__('no colony')
          : trans.__('server away');
  const title = trans.__('Whether the executor is there is not known at the moment.');
  return { condition: 'unknown', executorname, seat, words, title };
}

/** A page that is hidden rests: what it knew is right again as soon as it is seen. */
function isThere(standing: Standing): boolean {
  return standing === 'there' || standing === 'resting';
}
