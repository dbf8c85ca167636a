import { Documents } from '../server/connection';

/** A cell that an executor says it stands in, and what it serves from there. */
export interface ISeat {
  executorname: string;
  executortype: string;
  /** The id of the cell, and the digest of its whole text as it was when it was run. */
  cell: string;
  version: string;
  /** The notebook's path as its kernel knows it, and the kernel's id. */
  notebook: string;
  kernel: string;
  /** The functions that stand there; `*` for each that has no place of its own. */
  functions: readonly string[];
  /** When the cell was run, in milliseconds since 1970. */
  since: number;
}

const TYPE = 'notebook cell';

/** The cells that an executor says it stands in. */
export function seatsOf(executor: Documents['Executor']): ISeat[] {
  const software: unknown = executor.capabilities?.software;
  return (Array.isArray(software) ? software : []).flatMap((entry: unknown) => {
    const told = record(entry);
    if (told.type !== TYPE || typeof told.name !== 'string') {
      return [];
    }
    const functions = Array.isArray(told.functions) ? told.functions : [];
    return [
      {
        executorname: executor.executorname,
        executortype: executor.executortype,
        cell: told.name,
        version: words(told.version),
        notebook: words(told.notebook),
        kernel: words(told.kernel),
        functions: functions.filter(each => typeof each === 'string'),
        since: Date.parse(words(told.since)) || 0
      }
    ];
  });
}

/** Which of an executor's cells serves a function; null if none does. */
export function serving(seats: readonly ISeat[], funcname: string): ISeat | null {
  return (
    seats.find(seat => seat.functions.includes(funcname)) ??
    seats.find(seat => seat.functions.includes('*')) ??
    null
  );
}

/** The name of a seat among those of a page. */
export function seatKey(seat: { kernel: string; cell: string }): string {
  return `${seat.kernel} ${seat.cell}`;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function words(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
