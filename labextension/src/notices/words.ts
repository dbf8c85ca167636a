import { TranslationBundle } from '@jupyterlab/translation';

import { milliseconds } from '../colony/states';
import { Documents } from '../server/connection';

/** How a notice is shown: as what it is about, and for how long it stays in sight. */
export type Weight = 'success' | 'error' | 'warning';

/** A notice of a run that has ended, in words. */
export interface INotice {
  words: string;
  weight: Weight;
  /** Whether running it again may mend something. */
  again: boolean;
}

/** What to say of a run that has ended; null for one that was removed. */
export function noticeOf(
  name: string,
  progress: Documents['Progress'] | null,
  trans: TranslationBundle
): INotice {
  if (!progress) {
    const words = trans.__('%1 was removed from the server: how it ended is not known.', name);
    return { words, weight: 'warning', again: false };
  }
  const { state, waiting, running, successful, failed, cancelled } = progress;
  const total = waiting + running + successful + failed + cancelled;
  const took = spent(progress, trans);
  if (state === 3) {
    const words = failed
      ? trans.__('%1 has failed%2: %3 of %4 processes failed.', name, took, failed, total)
      : trans.__('%1 has failed%2.', name, took);
    return { words, weight: 'error', again: true };
  }
  if (state === 4) {
    return { words: trans.__('%1 was cancelled%2.', name, took), weight: 'warning', again: true };
  }
  return { words: trans.__('%1 was successful%2.', name, took), weight: 'success', again: false };
}

/** How long a run took from its submission on, to be put behind a verb. */
function spent(
  { submissiontime, endtime }: Documents['Progress'],
  trans: TranslationBundle
): string {
  const [begun, ended] = [milliseconds(submissiontime), milliseconds(endtime)];
  return begun && ended ? ` ${trans.__('after %1', duration(ended - begun, trans))}` : '';
}

/** A duration in a few words; it is given in milliseconds. */
export function duration(span: number, trans: TranslationBundle): string {
  if (span < 1000) {
    return trans.__('%1 ms', Math.max(span, 0));
  }
  const seconds = span / 1000;
  if (seconds < 90) {
    return trans.__('%1 s', seconds < 10 ? seconds.toFixed(1) : Math.round(seconds));
  }
  const minutes = Math.round(seconds / 60);
  return minutes < 90
    ? trans.__('%1 min', minutes)
    : trans.__('%1 h %2 min', Math.floor(minutes / 60), minutes % 60);
}
