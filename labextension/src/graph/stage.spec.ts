import { waiting } from '../testing/node';
import type { Node } from './node';
import { Answer, Stage } from './stage';

const title = 'Wide';

function node(processid: string, parents: string[] = []): Node {
  return waiting({ processid, nodename: processid, funcname: 'f', executortype: 'py', parents });
}

function newsOf(answer: Answer | null) {
  if (answer?.answer !== 'news') {
    throw new Error('There are no news.');
  }
  return answer.news;
}

describe('Stage', () => {
  it('tells what has changed, and the whole list only if it is asked for', () => {
    const stage = new Stage();
    const parents = ['p0'];
    const nodes = Array.from({ length: 2_500 }, (_, n) => node(`p${n}`, n ? parents : []));
    stage.take({ wish: 'name', id: 'w', title });
    stage.take({ wish: 'learn', nodes });
    const first = newsOf(stage.take({ wish: 'view' }));
    expect(first.heading).toMatchObject({ title, id: 'w', total: 2_500, rows: 2_500 });
    expect(first.add?.map(({ data }) => data.members)).toEqual([1, 2_499, undefined]);
    expect(first.rows).toBeUndefined();
    expect(stage.take({ wish: 'roll' })).toMatchObject({ answer: 'roll', rows: { length: 2_500 } });
    stage.take({ wish: 'learn', nodes: [{ ...node('p7', parents), state: 1 }] });
    const second = newsOf(stage.take({ wish: 'view' }));
    expect(Object.keys(second.data ?? {})).toHaveLength(1);
    expect(Object.keys(second.rows ?? {})).toEqual(['7']);
    expect(newsOf(stage.take({ wish: 'view' }))).toEqual({ heading: second.heading });
  });

  it('folds as far as it is told to', () => {
    const stage = new Stage();
    const nodes = [
      node('first'),
      ...Array.from({ length: 30 }, (_, n) => node(`p${n}`, ['first']))
    ];
    stage.take({ wish: 'limit', limits: { few: 10, most: 50, unfolded: 40 } });
    stage.take({ wish: 'learn', nodes });
    const { heading } = newsOf(stage.take({ wish: 'view' }));
    expect(heading).toMatchObject({ shown: 2, foldable: true, unfoldable: false });
    stage.take({ wish: 'limit', limits: { few: 100, most: 50, unfolded: 40 } });
    expect(newsOf(stage.take({ wish: 'view' })).heading.shown).toBe(2);
    stage.take({ wish: 'limit', limits: { few: 100, most: 100, unfolded: 40 } });
    expect(newsOf(stage.take({ wish: 'view' })).heading).toMatchObject({
      shown: 31,
      foldable: false
    });
  });

  it('says what can not be drawn, and draws what follows', () => {
    const stage = new Stage();
    stage.take({ wish: 'learn', nodes: [node('a', ['b']), node('b', ['a'])] });
    const wrong = newsOf(stage.take({ wish: 'view' }));
    expect(wrong.heading.trouble).toMatch(/depends on itself/);
    expect(wrong.add).toBeUndefined();
    stage.take({ wish: 'forget' });
    expect(newsOf(stage.take({ wish: 'view' })).heading.trouble).toMatch(/depends on itself/);
    stage.take({ wish: 'learn', nodes: [node('a'), node('c', ['a'])] });
    const right = newsOf(stage.take({ wish: 'view' }));
    expect(right.heading).toMatchObject({ trouble: '', total: 2 });
    expect(right.add?.map(({ data }) => data.id)).toEqual(['a', 'c', 'a-c']);
  });

  it('takes names for what they are', () => {
    const stage = new Stage();
    stage.take({ wish: 'learn', nodes: [node('__proto__'), node('constructor', ['__proto__'])] });
    const { add } = newsOf(stage.take({ wish: 'view' }));
    expect(add?.map(({ data }) => data.id)).toEqual([
      '__proto__',
      'constructor',
      '__proto__-constructor'
    ]);
  });
});
