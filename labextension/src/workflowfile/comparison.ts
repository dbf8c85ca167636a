import { Dialog, showDialog } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import { duration, make } from '../../../jupyter_colonies/widgets/page/elements.js';
import { IColony } from '../colony/colony';
import { lookOf, milliseconds } from '../colony/states';
import { Documents } from '../server/connection';

/** How many nodes are listed: with more, nobody reads them one by one. */
const MOST = 500;

/** A node in two runs; of one that a run does not have there is nothing. */
export interface INodePair {
  nodename: string;
  older: Documents['Process'] | null;
  newer: Documents['Process'] | null;
  /** Names of the fields of its spec that differ. */
  changed: string[];
}

/** The nodes of two runs by their names, in the order of the newer run. */
export function paired(older: Documents['Workflow'], newer: Documents['Workflow']): INodePair[] {
  const before = new Map(older.processes.map(each => [nameOf(each), each]));
  const pairs: INodePair[] = newer.processes.map(process => {
    const nodename = nameOf(process);
    const was = before.get(nodename) ?? null;
    before.delete(nodename);
    return { nodename, older: was, newer: process, changed: was ? differences(was, process) : [] };
  });
  for (const [nodename, process] of before) {
    pairs.push({ nodename, older: process, newer: null, changed: [] });
  }
  return pairs;
}

/** Show two runs of a file beside each other. */
export async function compareRuns(
  colony: IColony,
  ids: [string, string],
  trans: TranslationBundle
): Promise<void> {
  const [older, newer] = await Promise.all(
    ids.map(workflowid =>
      colony.connection.get('/workflows/{workflowid}', { path: { workflowid } })
    )
  );
  const body = new Widget({ node: table(paired(older, newer), trans) });
  body.addClass('jp-ColoniesWorkflowFile-comparison');
  await showDialog({
    title: trans.__('Two runs compared'),
    body,
    buttons: [Dialog.okButton({ label: trans.__('Close') })]
  });
}

function table(pairs: readonly INodePair[], trans: TranslationBundle): HTMLElement {
  const head = [
    trans.__('Node'),
    trans.__('Older run'),
    trans.__('Newer run'),
    trans.__('What differs in its spec')
  ];
  const rows = pairs.slice(0, MOST).map(({ nodename, older, newer, changed }) => {
    const differs =
      older && newer
        ? changed.join(', ') || trans.__('nothing')
        : older
          ? trans.__('only in the older run')
          : trans.__('only in the newer run');
    const row = make('tr', {}, [
      make('th', { scope: 'row', textContent: nodename }),
      outcome(older, trans),
      outcome(newer, trans),
      make('td', { textContent: differs })
    ]);
    row.classList.toggle('differs', !older || !newer || changed.length > 0);
    return row;
  });
  const headings = head.map(textContent => make('th', { scope: 'col', textContent }));
  const parts: HTMLElement[] = [
    make('table', {}, [make('thead', {}, [make('tr', {}, headings)]), make('tbody', {}, rows)])
  ];
  if (pairs.length > MOST) {
    const words = trans.__('These are %1 of %2 nodes.', MOST, pairs.length);
    parts.push(make('p', { textContent: words }));
  }
  return make('div', { tabIndex: 0 }, parts);
}

function outcome(process: Documents['Process'] | null, trans: TranslationBundle): HTMLElement {
  if (!process) {
    return make('td', { textContent: '–' });
  }
  const { glyph, word } = lookOf(process.state ?? 0, trans);
  const from = milliseconds(process.starttime ?? '');
  const to = milliseconds(process.endtime ?? '');
  const took = from > 0 && to >= from ? ` · ${duration((to - from) / 1000)}` : '';
  return make('td', { textContent: `${glyph} ${word}${took}` });
}

function nameOf({ spec, processid }: Documents['Process']): string {
  return spec?.nodename || spec?.funcname || (processid ?? '');
}

/** Names of the fields in which two specs differ, those of the conditions by themselves. */
function differences(one: Documents['Process'], other: Documents['Process']): string[] {
  const [before, after] = [one, other].map(({ spec }) => {
    const { conditions, ...own } = spec ?? {};
    return new Map<string, unknown>(Object.entries({ ...own, ...conditions }));
  });
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter(
    name => JSON.stringify(before.get(name)) !== JSON.stringify(after.get(name))
  );
}
