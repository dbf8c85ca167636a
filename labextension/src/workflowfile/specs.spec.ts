import { nullTranslator } from '@jupyterlab/translation';

import { readJson } from './json';
import { specsOf } from './specs';
import { IReading } from './tree';
import { YamlReader } from './yaml';

const trans = nullTranslator.load('jupyter_colonies');

function readYaml(text: string): IReading {
  const work = new YamlReader(trans).read(text);
  for (;;) {
    const step = work.next();
    if (step.done) {
      return step.value;
    }
  }
}

/** What is wrong with a text: the marked piece of it, and the words. */
function faults(text: string, kind: 'json' | 'yaml' = 'json'): [string, string][] {
  const reading = kind === 'json' ? readJson(text, trans) : readYaml(text);
  return specsOf(reading, trans).faults.map(({ from, to, message }) => [
    text.slice(from, to),
    message
  ]);
}

const DIAMOND = JSON.stringify(
  [
    { nodename: 'a', funcname: 'f' },
    { nodename: 'b', funcname: 'f', conditions: { dependencies: ['a'] } },
    { nodename: 'c', funcname: 'f', conditions: { dependencies: ['a'] } },
    { nodename: 'd', funcname: 'f', conditions: { dependencies: ['b', 'c'], cpu: '500m' } }
  ],
  null,
  2
);

describe('a sound workflow', () => {
  it.each([
    ['a list', DIAMOND],
    ['within an object', `{"colonyname": "dev", "functionspecs": ${DIAMOND}}`]
  ])('is read from %s', (_, text) => {
    const { specs, sound, drawable, faults } = specsOf(readJson(text, trans), trans);
    expect(faults).toEqual([]);
    expect([sound, drawable]).toEqual([true, true]);
    expect(specs.map(({ id, dependencies }) => [id, dependencies])).toEqual([
      ['a', []],
      ['b', ['a']],
      ['c', ['a']],
      ['d', ['b', 'c']]
    ]);
  });

  it('is read from YAML, with what anchors stand for', () => {
    const text = `
# what follows is a workflow
- &first
  nodename: a
  funcname: f
  kwargs: {since: 2024-01-01, sure: yes}
- <<: *first
  nodename: b
  conditions:
    dependencies: [a]
`;
    const { specs, faults } = specsOf(readYaml(text), trans);
    expect(faults).toEqual([]);
    expect(specs.map(({ id, funcname }) => [id, funcname])).toEqual([
      ['a', 'f'],
      ['b', 'f']
    ]);
  });

  it('may be one spec without a name', () => {
    const { specs, sound, list } = specsOf(readJson('{"funcname": "f"}', trans), trans);
    expect([specs[0].id, sound, list]).toEqual(['#1', true, null]);
  });
});

describe('broken JSON', () => {
  it.each([
    ['[{"funcname": "f"', '{', 'This has no closing }.'],
    ['[{"funcname": "f",}]', ',', 'Nothing follows this comma: remove it.'],
    ['[{"funcname" "f"}]', '"funcname"', 'A colon and a value are missing behind “funcname”.'],
    ['[{"funcname": f}]', 'f', '“f” is no value of JSON: texts stand in double quotes.'],
    ['[{"funcname": 012}]', '012', '“012” is no number of JSON.'],
    ['[{funcname: "f"}]', 'funcname', 'The name of a field is expected here, in double quotes.'],
    ['[{"a": 1 "b": 2}]', '"', 'A comma is missing before this.'],
    ['[{"funcname": "f}]\n]', '"f}]', 'This text has no closing quote.'],
    ['[{"funcname": }]', '"funcname"', 'A value is missing behind “funcname”.'],
    ['[] []', '[', 'Nothing may follow here: the text has one value only.']
  ])('%s', (text, marked, message) => {
    expect(faults(text)).toContainEqual([marked, message]);
  });

  it('never keeps the reader from coming to an end', () => {
    const pieces = ['[', ']', '{', '}', ',', ':', '"a"', '"', '1', 'x', ' ', '\n', '\\'];
    let seed = 7;
    const next = () => (seed = (seed * 16807) % 2147483647);
    for (let round = 0; round < 3000; round++) {
      const text = Array.from({ length: 12 }, () => pieces[next() % pieces.length]).join('');
      let right = true;
      try {
        JSON.parse(text);
      } catch {
        right = false;
      }
      const reading = readJson(text, trans);
      expect([text, reading.faults.length === 0]).toEqual([text, right || text.trim() === '']);
    }
  });

  it('may be nested as deeply as it likes', () => {
    expect(faults('['.repeat(100_000))).toContainEqual(['[', 'This is nested too deeply.']);
  });
});

describe('broken YAML', () => {
  it.each([
    ['- funcname: f\n\tnodename: a\n', 'This is no valid YAML'],
    ['- funcname: "f\n', 'This is no valid YAML'],
    ['- funcname: [f\n', 'This is no valid YAML'],
    ['- on: 1\n', 'The name of a field must be a text: write “on” in quotes.'],
    ['- *nobody\n', 'Nothing before this has the name “nobody”.'],
    ['a: &a [*a]\n', 'Nothing before this has the name “a”.'],
    ['- funcname: f\n---\n- funcname: g\n', 'one document']
  ])('%j', (text, message) => {
    expect(faults(text, 'yaml').map(([, words]) => words)).toContainEqual(
      expect.stringContaining(message)
    );
  });

  it('does not grow by aliases of aliases', () => {
    const lines = ['- &a0 [x]'];
    for (let level = 1; level < 40; level++) {
      lines.push(`- &a${level} [*a${level - 1}, *a${level - 1}]`);
    }
    const words = faults(lines.join('\n'), 'yaml').map(([, message]) => message);
    expect(words).toContain('This stands for too many values.');
  });
});

describe('a workflow that would be refused', () => {
  it.each([
    ['[]', '[', 'There are no function specs'],
    ['""', '""', 'expected a list of function specs'],
    ['{"name": "a package"}', '{', 'This is no workflow'],
    ['[3]', '3', 'expected an object, got the number 3'],
    ['[{"funcnam": "f"}]', '"funcnam"', "Unknown field 'funcnam': did you mean 'funcname'?"],
    ['[{"funcname": "f", "xyz": 1}]', '"xyz"', "Unknown field 'xyz': remove it"],
    ['[{"nodename": "a"}]', '{', '“funcname” is missing'],
    ['[{"funcname": "f", "priority": "3"}]', '"3"', "a whole number, got the string '3'"],
    ['[{"funcname": "f", "priority": null}]', 'null', 'expected a whole number, got null'],
    ['[{"funcname": "f", "priority": 60000}]', '60000', 'priority outside range [-50000, 50000]'],
    ['[{"funcname": "f", "args": [12345678901234567890]}]', '12345678901234567890', ''],
    ['[{"funcname": "f", "env": {"A": 1}}]', '1', 'expected a string, got the number 1'],
    ['[{"funcname": "f", "conditions": {"mem": "lots"}}]', '"lots"', "'lots' is not a whole"],
    ['[{"funcname": "f", "conditions": {"cpu": "1.5m"}}]', '"1.5m"', 'is not like 500m'],
    ['[{"funcname": "f"}, {"funcname": "g"}]', '{', 'Nodename is missing: function spec 1'],
    [
      '[{"nodename": "a", "funcname": "f"}, {"nodename": "a", "funcname": "f"}]',
      '"a"',
      'Duplicate nodename: a. Function spec 1 has this name already.'
    ],
    [
      '[{"nodename": "first", "funcname": "f"}, {"nodename": "b", "funcname": "f", "conditions": {"dependencies": ["frist"]}}]',
      '"frist"',
      "which is not in the workflow: did you mean 'first'?"
    ],
    [
      '[{"nodename": "a", "funcname": "f", "conditions": {"dependencies": ["a"]}}]',
      '"a"',
      'The dependencies contain a cycle: a → a.'
    ]
  ])('%s', (text, marked, message) => {
    const found = faults(text).filter(([piece]) => piece === marked);
    if (message) {
      expect(found).toContainEqual([marked, expect.stringContaining(message)]);
    }
  });

  it('marks every dependency of a cycle', () => {
    const text = DIAMOND.replace(
      '"funcname": "f"',
      '"funcname": "f", "conditions": {"dependencies": ["d"]}'
    );
    expect(faults(text).map(([piece]) => piece)).toEqual(['"d"', '"a"', '"b"']);
  });
});

describe('ten thousand nodes', () => {
  const lines = Array.from(
    { length: 10_000 },
    (_, at) =>
      `- nodename: n${at}\n  funcname: f\n  conditions: {dependencies: [${at ? `n${at - 1}` : ''}]}\n`
  );

  it('are read from YAML in pieces, and again where they changed', () => {
    const reader = new YamlReader(trans);
    const steps = (text: string) => {
      const work = reader.read(text);
      let count = 0;
      for (let step = work.next(); ; step = work.next()) {
        if (step.done) {
          return { count, said: specsOf(step.value, trans) };
        }
        count++;
      }
    };
    const { count, said } = steps(lines.join(''));
    expect([count, said.specs.length, said.faults]).toEqual([500, 10_000, []]);
    lines[5000] = lines[5000].replace('n4999', 'n49999');
    const text = lines.join('');
    const [fault] = steps(text).said.faults;
    expect(text.slice(fault.from, fault.to)).toBe('n49999');
  });
});
