import { nullTranslator } from '@jupyterlab/translation';

import { IOption, Language, optionsAt } from './completion';
import { readJson } from './json';
import { IOffers } from './offers';
import { placeInJson, placeInYaml } from './place';
import { specsOf } from './specs';
import { IReading } from './tree';
import { YamlReader } from './yaml';

const trans = nullTranslator.load('jupyter_colonies');

const OFFERS: IOffers = {
  types: ['notebook', 'text-tools'],
  names: ['cell-1', 'tools'],
  functions: [
    {
      executortype: 'text-tools',
      funcname: 'count_words',
      description: 'How many words a text has.',
      arguments: [
        { name: 'text', type: 'str', description: 'what to count', required: true, enum: [] },
        { name: 'mode', type: 'str', description: '', required: false, enum: ['fast', 'exact'] }
      ]
    },
    { executortype: 'notebook', funcname: 'gen', description: '', arguments: [] }
  ],
  known: true
};

/** What is offered at the bar in a text, and the text with the first of it in the bar's place. */
function offered(marked: string, language: Language): { labels: string[]; becomes: string } {
  const cursor = marked.indexOf('|');
  const text = marked.replace('|', '');
  const place = (language === 'json' ? placeInJson : placeInYaml)(text, cursor);
  if (!place) {
    return { labels: [], becomes: text };
  }
  const said = specsOf(read(text, language), trans);
  const options = optionsAt(place, { language, said, offers: OFFERS, trans }).filter(({ label }) =>
    label.startsWith(place.word)
  );
  return { labels: options.map(({ label }) => label), becomes: put(text, place, options[0]) };
}

function read(text: string, language: Language): IReading {
  if (language === 'json') {
    return readJson(text, trans);
  }
  const step = new YamlReader(trans).read(text).next();
  return step.value as IReading;
}

function put(text: string, { from, to }: { from: number; to: number }, option?: IOption): string {
  return text.slice(0, from) + (option?.snippet ?? '') + text.slice(to);
}

describe('in JSON', () => {
  it.each([
    ['[{"func|', '[{"funcname": "${}"'],
    ['[{"func|"}]', '[{"funcname": "${}"}]'],
    ['[{"func|": "f"}]', '[{"funcname": "f"}]'],
    ['[{"nodename": "a", "cond|', '[{"nodename": "a", "conditions": {${}}'],
    ['[{"conditions": {"dep|}}]', '[{"conditions": {"dependencies": [${}]}}]'],
    ['[{"funcname": "count|"}]', '[{"funcname": "count_words"}]'],
    ['[{"funcname": co|}]', '[{"funcname": "count_words"}]'],
    ['{"functionspecs": [{"fun|', '{"functionspecs": [{"funcname": "${}"'],
    ['{"funct|}', '{"functionspecs": [${}]}']
  ])('%s', (marked, becomes) => {
    expect(offered(marked, 'json').becomes).toBe(becomes);
  });

  it.each([
    [
      'functions of the type',
      '[{"conditions": {"executortype": "notebook"}, "funcname": "|"}]',
      ['gen']
    ],
    ['functions of any type', '[{"funcname": "|"}]', ['count_words', 'gen']],
    ['types', '[{"conditions": {"executortype": "|', ['notebook', 'text-tools']],
    ['executors', '[{"conditions": {"executornames": ["|', ['cell-1', 'tools', '*']],
    [
      'the other nodes',
      '[{"nodename": "a"}, {"nodename": "b"}, {"nodename": "c", "conditions": {"dependencies": ["a", "|"]}}]',
      ['b']
    ],
    ['arguments', '[{"funcname": "count_words", "kwargs": {"|"}}]', ['text', 'mode']],
    ['their values', '[{"funcname": "count_words", "kwargs": {"mode": "|"}}]', ['fast', 'exact']],
    ['amounts', '[{"conditions": {"mem": "|"}}]', ['512Mi', '2Gi', '10Gi']],
    ['no field twice', '[{"nodename": "a", "node|"}]', []],
    ['nothing behind a text', '[{"nodename": "a"|}]', []],
    ['nothing in free values', '[{"args": [{"|"}]}]', []],
    ['a node', '[{"nodename": "a"}, |]', ['new node']]
  ])('%s', (_, marked, labels) => {
    expect(offered(marked, 'json').labels).toEqual(labels);
  });
});

describe('in YAML', () => {
  it.each([
    ['- fun|', '- funcname: ${}'],
    ['- nodename: a\n  cond|\n', '- nodename: a\n  conditions:\n  ${}\n'],
    ['- cond|\n', '- conditions:\n    ${}\n'],
    [
      '- conditions:\n    dep|\n- nodename: b\n',
      '- conditions:\n    dependencies: [${}]\n- nodename: b\n'
    ],
    ['- conditions: {dep|}\n', '- conditions: {dependencies: [${}]}\n'],
    ['- funcname: co|\n', '- funcname: count_words\n'],
    ['- funcname: "co|"\n', '- funcname: "count_words"\n'],
    ['- fun|: f\n', '- funcname: f\n'],
    ['functionspecs:\n  - fun|\n', 'functionspecs:\n  - funcname: ${}\n']
  ])('%j', (marked, becomes) => {
    expect(offered(marked, 'yaml').becomes).toBe(becomes);
  });

  it.each([
    ['types', '- conditions:\n    executortype: |\n', ['notebook', 'text-tools']],
    [
      'the other nodes, in a list on lines',
      '- nodename: a\n- nodename: b\n  conditions:\n    dependencies:\n      - |\n',
      ['a']
    ],
    [
      'the other nodes, in brackets',
      '- nodename: a\n- nodename: b\n- nodename: c\n  conditions: {dependencies: [a, |]}\n',
      ['b']
    ],
    ['arguments', '- funcname: count_words\n  kwargs:\n    |\n', ['text', 'mode']],
    ['nothing in a comment', '- funcname: f # fun|\n', []]
  ])('%s', (_, marked, labels) => {
    expect(offered(marked, 'yaml').labels).toEqual(labels);
  });

  it('a node, where an item begins', () => {
    expect(offered('- nodename: a\n- |\n', 'yaml').labels[0]).toBe('new node');
  });
});
