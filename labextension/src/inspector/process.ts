import { Documents } from '../server/connection';

/** A process as the REST API tells it. */
export type Process = Documents['Process'];

/** The attribute in which an executor keeps the source that it ran. */
export const SOURCE = 'source.text';
export const NOTEBOOK = 'source.notebook';
export const CELL = 'source.cell';

/** Attributes that are told in another place. */
export const ELSEWHERE: readonly string[] = [SOURCE, 'source.sha256', NOTEBOOK, CELL];

/** The attribute in which an executor says how far a run is: `0.42 reading`. */
export const PROGRESS = 'progress';

/** Whether a moment has come: the protocol's word for never is the year 1. */
export function happened(when: string): boolean {
  return !when.startsWith('0001-');
}

/** What people call a process. */
export function nameOf(process: Process): string {
  return process.spec?.nodename || process.spec?.funcname || process.processid.slice(0, 8);
}

/** The attributes by key. */
export function attributesOf(process: Process): Map<string, string> {
  return new Map((process.attributes ?? []).map(({ key, value }) => [key, value]));
}
