import { nullTranslator } from '@jupyterlab/translation';

import { IColony } from '../colony/colony';
import { Refused } from '../server/failure';
import { findRun } from './finding';

const WORKFLOW = 'a'.repeat(64);
const PROCESS = 'b'.repeat(64);
const ALONE = 'c'.repeat(64);

const trans = nullTranslator.load('');

/** Answers as a server with these runs would. */
function colony(...found: string[]): IColony {
  const missing = () => Promise.reject(new Refused(404, 'not there', null));
  const get = (path: string, { path: names }: { path: Record<string, string> }) => {
    switch (path) {
      case '/workflows/{workflowid}/progress':
        return names.workflowid === WORKFLOW ? Promise.resolve({}) : missing();
      case '/processes/{processid}':
        return names.processid === PROCESS
          ? Promise.resolve({ processgraphid: WORKFLOW })
          : names.processid === ALONE
            ? Promise.resolve({ processgraphid: '' })
            : missing();
      default:
        return Promise.resolve({ items: found.map(runid => ({ runid })) });
    }
  };
  return { connection: { get }, ready: Promise.resolve({ colonyname: 'dev' }) } as never;
}

describe('findRun', () => {
  it('takes an id, the id of a process, and a link', async () => {
    const wanted = { workflowid: WORKFLOW, processid: PROCESS };
    expect(await findRun(colony(), trans, ` ${WORKFLOW}\n`)).toEqual({ ...wanted, processid: '' });
    expect(await findRun(colony(), trans, PROCESS)).toEqual(wanted);
    const link = `http://host/lab?colonies-run=${WORKFLOW}&colonies-process=${PROCESS}`;
    expect(await findRun(colony(), trans, link)).toEqual(wanted);
  });

  it('takes what only one run is called', async () => {
    const found = await findRun(colony(WORKFLOW), trans, 'making');
    expect(found.workflowid).toBe(WORKFLOW);
    await expect(findRun(colony(WORKFLOW, PROCESS), trans, 'ma')).rejects.toThrow('Several runs');
  });

  it('says in words what is wrong', async () => {
    await expect(findRun(colony(), trans, '  ')).rejects.toThrow('Write the name');
    await expect(findRun(colony(), trans, '<b>')).rejects.toThrow('No run has “<b>”');
    await expect(findRun(colony(), trans, ALONE)).rejects.toThrow('belongs to no workflow');
    await expect(findRun(colony(), trans, 'd'.repeat(64))).rejects.toThrow('no run with this id');
  });
});
