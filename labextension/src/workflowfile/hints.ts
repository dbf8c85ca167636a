import { TranslationBundle } from '@jupyterlab/translation';

import { closest } from './closest';
import { IOffers } from './offers';
import { ISpec, IWorkflowText } from './specs';
import { IFault, mark, member, textOf, Value, valueAt } from './tree';

/**
 * What can be submitted but will wait, or runs elsewhere than it says: executors that are not
 * there, functions that nobody offers, another colony. Each is told of once, where it stands first.
 */
export function hintsOf(
  said: IWorkflowText,
  offers: IOffers,
  colonyname: string,
  trans: TranslationBundle
): IFault[] {
  const hints: IFault[] = [];
  const told = new Set<string>();
  const tell = (value: Value | null, message: string, severity: IFault['severity'] = 'info') => {
    if (value && !told.has(message)) {
      told.add(message);
      hints.push({ severity, message, ...mark(value) });
    }
  };
  for (const holder of [
    said.root,
    ...said.specs.map(each => valueAt(each.value, ['conditions']))
  ]) {
    const named = textOf(holder, 'colonyname');
    if (colonyname && named && named !== colonyname) {
      const words = trans.__(
        'This was written for the colony “%1”. It will be submitted to “%2”.',
        named,
        colonyname
      );
      tell(member(holder, 'colonyname')?.value ?? null, words, 'warning');
    }
  }
  if (offers.known) {
    for (const spec of said.specs) {
      tellOfExecutors(spec, offers, trans, tell);
    }
  }
  return hints;
}

function tellOfExecutors(
  { executortype, funcname, value }: ISpec,
  offers: IOffers,
  trans: TranslationBundle,
  tell: (value: Value | null, message: string) => void
): void {
  const type = member(valueAt(value, ['conditions']), 'executortype')?.value ?? null;
  if (executortype && !offers.types.includes(executortype)) {
    const near = closest(executortype, offers.types);
    const words = trans.__(
      'No executor of the type “%1” is in the colony now: the process waits until one comes.',
      executortype
    );
    tell(type, near ? `${words} ${trans.__('Did you mean “%1”?', near)}` : words);
    return;
  }
  const offered = offers.functions
    .filter(each => each.executortype === executortype)
    .map(each => each.funcname);
  // An executor need not say what it offers.
  if (funcname && offered.length > 0 && !offered.includes(funcname)) {
    const words = trans.__(
      'No executor of the type “%1” offers “%2” now. Offered are: %3.',
      executortype,
      funcname,
      offered.slice(0, 8).join(', ')
    );
    tell(member(value, 'funcname')?.value ?? null, words);
  }
}
