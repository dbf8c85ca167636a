import { URLExt } from '@jupyterlab/coreutils';

/** The parameters of an address by which a page opens a run, and a process in it. */
const RUN = 'colonies-run';
const PROCESS = 'colonies-process';

/** What a link leads to. */
export interface ILinked {
  workflowid: string;
  processid: string;
}

/** What addresses look like that lead to a run. */
export const LINK = new RegExp(`[?&]${RUN}=`);

/**
 * The address under which a run is opened.
 *
 * @param page - the address of the application's page: `…/lab`, `…/tree`
 */
export function linkTo(page: string, { workflowid, processid }: ILinked): string {
  const query = new URLSearchParams({ [RUN]: workflowid });
  if (processid) {
    query.set(PROCESS, processid);
  }
  return `${page}?${query.toString()}`;
}

/** What an address leads to, or null if it leads to no run. */
export function readLink(search: string): ILinked | null {
  const query = new URLSearchParams(search);
  const workflowid = (query.get(RUN) ?? '').trim();
  return workflowid ? { workflowid, processid: (query.get(PROCESS) ?? '').trim() } : null;
}

/** The same address without what leads to a run. */
export function withoutLink(address: string): string {
  const { pathname, search, hash } = URLExt.parse(address);
  const query = new URLSearchParams(search);
  query.delete(RUN);
  query.delete(PROCESS);
  const rest = query.toString();
  return pathname + (rest ? `?${rest}` : '') + hash;
}
