import { Refused } from './failure';

function answer(status: number, type: string, text: string): Response {
  const headers = { get: () => type };
  const read = async () => JSON.parse(text) as unknown;
  return { status, statusText: 'Forbidden', headers, json: read } as unknown as Response;
}

describe('Refused', () => {
  it('tells the colony that refuses from a Jupyter that knows nobody', async () => {
    const kind = 'application/problem+json';
    const denied = JSON.stringify({
      type: 'urn:colonies:problem:access-denied',
      title: 'Forbidden',
      detail: 'Access denied, not colony owner'
    });
    const ours = await Refused.read(answer(403, kind, denied));
    expect([ours.unknown, ours.message]).toEqual([false, 'Access denied, not colony owner']);
    const jupyters = JSON.stringify({ title: 'Forbidden', detail: 'Jupyter does not let you in' });
    expect((await Refused.read(answer(403, kind, jupyters))).unknown).toBe(true);
    expect((await Refused.read(answer(403, 'text/html', '<html>'))).unknown).toBe(true);
    expect((await Refused.read(answer(401, kind, jupyters))).unknown).toBe(true);
    expect((await Refused.read(answer(404, kind, jupyters))).unknown).toBe(false);
  });

  it('has words where the answer can not be read', async () => {
    const broken = await Refused.read(answer(502, 'application/json', 'not JSON'));
    expect([broken.message, broken.problem]).toEqual(['Forbidden', null]);
  });
});
