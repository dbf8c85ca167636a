import { Documents } from '../server/connection';

const NEVER = '0001-01-01T00:00:00Z';

/** A process of a workflow that waits, and of which nothing is known but these fields. */
export function waiting(fields: Partial<Documents['NodeChange']>): Documents['NodeChange'] {
  return {
    processid: '',
    nodename: '',
    funcname: '',
    executortype: '',
    state: 0,
    executorname: '',
    retries: 0,
    submissiontime: NEVER,
    starttime: NEVER,
    endtime: NEVER,
    parents: [],
    children: [],
    ...fields
  };
}
