/**
 * One process as the page's scripts draw it: plain data, in the words of the reader.
 *
 * The same rules as in `jupyter_colonies/widgets/inspector/account.py`.
 */

import { TranslationBundle } from '@jupyterlab/translation';

import { isFinal, lookOf } from '../colony/states';
import { Documents } from '../server/connection';
import {
  attributesOf,
  CELL,
  ELSEWHERE,
  happened,
  nameOf,
  NOTEBOOK,
  Process,
  PROGRESS
} from './process';
import { limits } from './speccode';

/** Characters of an attribute or spec that are shown. */
const LONGEST_TEXT = 20_000;

/** The attribute type of what a process got as its environment. */
const ENVIRONMENT = 3;

/** A label and its text. */
export type Row = [label: string, text: string];

/** Name, state, and what there is to know of it at a glance. */
export function head(process: Process, trans: TranslationBundle): Record<string, unknown> {
  return {
    ...lookOf(process.state, trans),
    name: nameOf(process),
    kept: process.keptfrom ? trans.__('kept') : '',
    finished: isFinal(process.state),
    processid: process.processid,
    processgraphid: process.processgraphid
  };
}

/** Moments as texts with a zone, empty for what has not happened. */
export function times(process: Process): Record<string, string> {
  const { state } = process;
  return {
    submitted: moment(process.submissiontime),
    started: moment(process.starttime),
    ended: moment(process.endtime),
    waits_until: state === 0 ? moment(process.waitdeadline) : '',
    runs_until: state === 1 ? moment(process.execdeadline) : ''
  };
}

/** What, where and by whom. */
export function facts(process: Process, executorname: string, trans: TranslationBundle): Row[] {
  const { spec } = process;
  const told: Row[] = [
    [trans.__('Function'), spec?.funcname ?? ''],
    [trans.__('Executor type'), spec?.conditions?.executortype ?? ''],
    [trans.__('Executor'), executorname || process.assignedexecutorid || trans.__('none yet')],
    [trans.__('Submitted by'), process.initiatorname || process.initiatorid],
    [trans.__('Retries'), retries(process, trans)],
    [trans.__('Label'), spec?.label ?? ''],
    [trans.__('Process'), process.processid],
    [trans.__('Workflow'), process.processgraphid],
    [trans.__('Kept from'), process.keptfrom ?? '']
  ];
  return told.filter(([, text]) => text);
}

/** The notebook and the cell that hold the code that ran; empty if that is not known. */
export function cell(process: Process): { notebook?: string; cell?: string } {
  const found = attributesOf(process);
  if (!found.get(CELL) && !found.get(NOTEBOOK)) {
    return {};
  }
  return { notebook: found.get(NOTEBOOK) ?? '', cell: found.get(CELL) ?? '' };
}

/** Keys and texts, without those that are told in another place. */
export function attributes(process: Process, trans: TranslationBundle): Row[] {
  const told = progress(process).share !== undefined ? [...ELSEWHERE, PROGRESS] : ELSEWHERE;
  return (process.attributes ?? [])
    .filter(each => !told.includes(each.key) && each.attributetype !== ENVIRONMENT)
    .map(({ key, value }) => [key, cut(value, trans)]);
}

/** How far a run is: a share from 0 to 1 and a text; empty if it tells nothing. */
export function progress(process: Process): { share?: number; text?: string } {
  const told = attributesOf(process).get(PROGRESS) ?? '';
  const at = told.indexOf(' ');
  const share = at < 0 ? told : told.slice(0, at);
  const number = Number(share);
  if (!share.trim() || Number.isNaN(number)) {
    return {};
  }
  return {
    share: Math.min(Math.max(number, 0), 1),
    text: at < 0 ? '' : told.slice(at + 1)
  };
}

/** Parents and children with their names, as far as these are known, and how many more. */
export function relatives(
  process: Process,
  names: ReadonlyMap<string, string>
): Record<string, unknown> {
  const listed = (ids: string[]) =>
    ids.filter(id => names.has(id)).map(id => ({ processid: id, name: names.get(id) }));
  const [parents, children] = [listed(process.parents), listed(process.children)];
  return {
    parents,
    children,
    more_parents: process.parents.length - parents.length,
    more_children: process.children.length - children.length
  };
}

/** One run of a process that was tried more than once. */
export interface ITry {
  executor: string;
  started: string;
  ended: string;
  how: string;
}

/** The runs of a process: by whom, from when to when, how ended; none if there was only one. */
export function tries(events: Documents['ProcessEvent'][], trans: TranslationBundle): ITry[] {
  const found: ITry[] = [];
  for (const event of events) {
    const last = found.at(-1);
    if (event.state === 1) {
      const how = lookOf(1, trans).word;
      found.push({ executor: event.executorname, started: moment(event.at), ended: '', how });
    } else if (last && !last.ended) {
      last.ended = moment(event.at);
      last.how =
        event.state === 0
          ? trans.__('Given back, to be tried again')
          : lookOf(event.state, trans).word;
    }
  }
  return found.length > 1 ? found : [];
}

/** What can be done with a process. `question` is asked before what can't be undone. */
export interface IOffer {
  name: 'cancel' | 'cancel-workflow' | 'rerun' | 'retry';
  label: string;
  title: string;
  question: string;
}

/** What applies to a process. */
export function offers(process: Process, trans: TranslationBundle): IOffer[] {
  const over = isFinal(process.state);
  const inWorkflow = Boolean(process.processgraphid);
  const name = nameOf(process);
  const hasRun = over && happened(process.starttime) && !process.keptfrom;
  const every: [boolean, IOffer][] = [
    [
      !over && !inWorkflow,
      {
        name: 'cancel',
        label: trans.__('Cancel …'),
        title: trans.__('End it; what it has done so far is not kept'),
        question: trans.__('Cancel %1? What it has done so far is not kept.', name)
      }
    ],
    [
      !over && inWorkflow,
      {
        name: 'cancel-workflow',
        label: trans.__('Cancel the workflow …'),
        title: trans.__('End all of the workflow that has not ended; what has succeeded is kept'),
        question: trans.__(
          'Cancel the workflow of %1? All of it that has not ended will be cancelled.',
          name
        )
      }
    ],
    [
      over && inWorkflow,
      {
        name: 'rerun',
        label: trans.__('Run from here'),
        title: trans.__(
          'A new run: this node, what depends on it, and what did not succeed. The rest is kept'
        ),
        question: ''
      }
    ],
    [
      hasRun,
      {
        name: 'retry',
        label: trans.__('Retry alone'),
        title: trans.__(
          'Run this one process again with the same input; its workflow stays as it is'
        ),
        question: ''
      }
    ]
  ];
  return every.filter(([applies]) => applies).map(([, offer]) => offer);
}

/** A text that does not fill the page. */
export function cut(text: string, trans: TranslationBundle): string {
  if (text.length <= LONGEST_TEXT) {
    return text;
  }
  const left = (text.length - LONGEST_TEXT).toLocaleString();
  return `${text.slice(0, LONGEST_TEXT)}\n${trans.__('… %1 more characters', left)}`;
}

/** What a spec asks for and allows, with texts that do not fill the page. */
export function asked(process: Process, trans: TranslationBundle): Row[] {
  const rows = process.spec ? limits(process.spec, trans) : [];
  return rows.map(([label, text]) => [label, cut(text, trans)]);
}

function moment(when: string): string {
  return happened(when) ? when : '';
}

function retries(process: Process, trans: TranslationBundle): string {
  const allowed = process.spec?.maxretries ?? 0;
  if (allowed < 0) {
    return trans.__('%1 of any number', process.retries);
  }
  if (allowed > 0) {
    return trans.__('%1 of %2 allowed', process.retries, allowed);
  }
  return process.retries ? String(process.retries) : trans.__('none');
}
