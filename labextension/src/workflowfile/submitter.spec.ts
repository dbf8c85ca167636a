import { nullTranslator } from '@jupyterlab/translation';

import { Refused } from '../server/failure';
import { hintsOf } from './hints';
import { readJson } from './json';
import { IOffers } from './offers';
import { specsOf } from './specs';
import { refusal } from './submitter';

const trans = nullTranslator.load('jupyter_colonies');

const NODES = '[{"nodename": "a", "funcname": "f"}, {"nodename": "b", "funcname": "g"}]';

function refused(pointer: string | null, detail = 'no'): Refused {
  const place = { parameter: null, header: null };
  const errors = pointer === null ? [] : [{ detail, pointer, ...place }];
  const problem = { status: 400, type: '', instance: '', detail, errors };
  return new Refused(400, detail, { ...problem, title: detail });
}

describe('what the server refuses', () => {
  it.each([
    ['in a list', NODES, '/1/funcname', '"g"'],
    ['in a list within an object', `{"functionspecs": ${NODES}}`, '/1/funcname', '"g"'],
    ['in a single spec', '{"funcname": "f"}', '/0/funcname', '"f"'],
    ['at a field that is not there', NODES, '/1/conditions/cpu', '{'],
    ['at a key with a slash', '[{"funcname": "f", "env": {"a/b": "c"}}]', '/0/env/a~1b', '"c"']
  ])('is marked %s', (_, text, pointer, marked) => {
    const said = specsOf(readJson(text, trans), trans);
    const [{ from, to, message }] = refusal(refused(pointer), said);
    expect([text.slice(from, to), message]).toEqual([marked, 'no']);
  });

  it('is marked at the node that is named, if there is no place', () => {
    const said = specsOf(readJson(NODES, trans), trans);
    const [fault] = refusal(refused(null, "node 'b': no"), said);
    expect(fault.from).toBe(NODES.lastIndexOf('{'));
  });
});

describe('hints', () => {
  const offers: IOffers = {
    types: ['notebook'],
    names: ['cell'],
    functions: [{ executortype: 'notebook', funcname: 'gen', description: '', arguments: [] }],
    known: true
  };
  const of = (conditions: object, funcname = 'gen', known = offers) => {
    const text = JSON.stringify([{ funcname, conditions }]);
    const said = specsOf(readJson(text, trans), trans);
    return hintsOf(said, known, 'dev', trans).map(({ message }) => message);
  };

  it('tell of what will wait, or goes elsewhere', () => {
    expect(of({ executortype: 'notebook', colonyname: 'dev' })).toEqual([]);
    expect(of({ executortype: 'notebok' })).toEqual([
      expect.stringContaining('Did you mean “notebook”?')
    ]);
    expect(of({ executortype: 'notebook' }, 'gne')).toEqual([
      expect.stringContaining('Offered are: gen.')
    ]);
    expect(of({ executortype: 'notebook', colonyname: 'prod' })).toEqual([
      expect.stringContaining('It will be submitted to “dev”.')
    ]);
  });

  it('say nothing as long as it is not known what is offered', () => {
    expect(of({ executortype: 'any' }, 'f', { ...offers, known: false })).toEqual([]);
  });
});
