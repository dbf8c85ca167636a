import { nullTranslator } from '@jupyterlab/translation';
import { readFileSync } from 'fs';
import { join } from 'path';

import { lookOf, STATES } from '../colony/states';
import { durationText } from '../graph/duration';
import { short } from '../graph/words';
import { waiting } from '../testing/node';
import { History, NodeChange, ProcessEvent, Steps } from './history';
import { INews, Plot } from './plot';
import { changesAt, ISpan, Past, progressText, spanOf } from './replay';
import { micros, NEVER_TEXT } from './times';
import { atOnce } from './turns';

type Bare = Partial<NodeChange> & Partial<ProcessEvent>;
type Row = [string, number, string, number, string, string, string[], string[]];

interface IStage {
  nodes: Bare[];
  events: Bare[] | null;
  now: number;
  news: Omit<INews, 'heading'> & { heading: Record<string, unknown> };
}

interface ICase {
  name: string;
  stages: IStage[];
  moments: number[];
  span: Omit<ISpan, 'many'> & { many: Record<string, number> };
  past: {
    moment: number;
    there: string[];
    other: Row[];
    progress: string;
    changes: string[];
  }[];
}

interface ICases {
  times: [string, number][];
  durations: [number, string][];
  shorts: [string, number, string][];
  looks: Record<string, string | [string, string]>;
  runs: ICase[];
}

const trans = nullTranslator.load('jupyter_colonies');
const cases = JSON.parse(readFileSync(join(__dirname, 'cases.json'), 'utf-8')) as ICases;

function event(bare: Bare): ProcessEvent {
  return {
    processid: '',
    state: 0,
    executorname: '',
    retries: 0,
    revision: 0,
    at: NEVER_TEXT,
    ...bare
  };
}

/** The histories of a case's stages, one after the other; events go on from those before. */
function* histories({ stages }: ICase): Generator<[History, IStage], void> {
  const steps = new Steps();
  for (const stage of stages) {
    const { nodes, events } = stage;
    events?.forEach(each => steps.take(event(each)));
    const known = new Map(nodes.map(each => [each.processid ?? '', waiting(each)]));
    yield [new History(known, events ? steps : null), stage];
  }
}

function row(node: NodeChange): Row {
  const { processid, state, executorname, retries, parents, children } = node;
  const times = [node.starttime, node.endtime].map(each => (each === NEVER_TEXT ? '' : each));
  return [
    processid,
    state,
    executorname,
    retries,
    times[0],
    times[1],
    parents,
    [...children].sort()
  ];
}

/** Without the looks that are everywhere the same, and with shares as exact as Python tells them. */
function trimmed(news: INews): unknown {
  const { heading, rows } = news;
  const legend = heading.legend.map(each => each.count);
  return {
    ...news,
    rows: rows.map(each => ({ ...each, share: expect.closeTo(each.share, 4) as unknown })),
    heading: { ...heading, legend, state: heading.state.word }
  };
}

describe('what Python reckons too', () => {
  it.each(cases.times)('reads %s', (text, expected) => {
    expect(micros(text)).toBe(expected);
  });

  it('says durations', () => {
    const told = cases.durations.map(([duration]) => [duration, durationText(duration)]);
    expect(told).toEqual(cases.durations);
  });

  it('cuts names', () => {
    const cut = cases.shorts.map(([text, columns]) => [text, columns, short(text, columns)]);
    expect(cut).toEqual(cases.shorts);
  });

  it('shows states', () => {
    const looks = STATES.map(state => lookOf(state, trans));
    const expected = Object.entries(cases.looks).slice(1);
    expect(looks.map(({ word, glyph }) => [word, glyph])).toEqual(
      expected.map(([word, [glyph]]) => [word, glyph])
    );
  });

  it.each(cases.runs.map(each => [each.name, each] as const))('plots %j', (_, each) => {
    const plot = new Plot(each.name, trans);
    for (const [history, stage] of histories(each)) {
      const news = atOnce(plot.update(history, stage.now));
      expect(stage.news).toEqual(trimmed(news));
    }
  });

  it.each(cases.runs.map(each => [each.name, each] as const))('replays %j', (_, each) => {
    const [history] = [...histories(each)].at(-1)!;
    const moments = history.moments();
    expect(moments).toEqual(each.moments);
    const { many, ...span } = spanOf(history, moments);
    expect(span).toEqual({ ...each.span, many: undefined });
    const counted = Object.fromEntries([...many.entries()].filter(([, count]) => count));
    expect(counted).toEqual(each.span.many);
    const past = new Past(history);
    for (const { moment, there, other, progress, changes } of each.past) {
      const nodes = past.at(moment);
      expect(nodes.map(each => each.processid)).toEqual(there);
      const differing = nodes.filter(each => {
        const now = history.nodes.get(each.processid)!;
        return JSON.stringify(row(now)) !== JSON.stringify(row(each));
      });
      expect(differing.map(row)).toEqual(other);
      expect(progressText(nodes, trans)).toBe(progress);
      expect(changesAt(history, nodes, moment, trans)).toEqual(changes);
    }
  });
});
