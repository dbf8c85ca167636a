/**
 * A function spec in words, and as people copy it: as JSON, as YAML, and as Python that builds it.
 *
 * The same rules as in `jupyter_colonies/widgets/inspector/speccode.py` and
 * `jupyter_colonies/client/compose/pythoncode.py`.
 */

import { TranslationBundle } from '@jupyterlab/translation';
import { stringify } from 'yaml';

import { Documents } from '../server/connection';

type Spec = Documents['FunctionSpec'];

/** Characters of a line of Python code. */
const WIDTH = 88;

/** How a spec that asks for nothing is stored. */
const NOTHING = ['', '0', '0m', '0Mi'];

/** The stored form of conditions that ask for nothing. */
const BLANK: Record<string, unknown> = {
  executornames: null,
  executortype: '',
  nodes: 0,
  cpu: '0m',
  processes: 0,
  processespernode: 0,
  mem: '0Mi',
  storage: '0Mi',
  gpu: { name: '', mem: '0Mi', count: 0, nodecount: 0 },
  walltime: 0
};

/** What a workflow file leaves out because it is so without being said. */
const USUAL: Record<string, unknown> = {
  nodename: '',
  funcname: '',
  args: [],
  kwargs: {},
  priority: 0,
  maxwaittime: 0,
  maxexectime: 0,
  maxretries: 0,
  label: '',
  fs: null,
  env: {}
};
const USUAL_CONDITIONS: Record<string, unknown> = {
  ...BLANK,
  cpu: '',
  mem: '',
  storage: '',
  gpu: null
};

const PLACED = ['nodename', 'funcname', 'args', 'kwargs', 'conditions'];

/** The spec as a file for `submit` holds it. */
export function asJson(spec: Spec): string {
  return JSON.stringify(spec, null, 2);
}

/** The same as YAML. */
export function asYaml(spec: Spec): string {
  return stringify(spec);
}

/** Code that builds a workflow of this one call, which waits for nothing. */
export function asPython(spec: Spec): string {
  const name = spec.nodename || spec.funcname || 'node';
  const fields: Record<string, unknown> = {
    ...spec,
    nodename: name,
    maxexectime: Math.max(spec.maxexectime, 0),
    fs: isEmptyFilesystem(spec.fs) ? null : spec.fs
  };
  const own = Object.entries(fields).filter(
    ([key, value]) => !PLACED.includes(key) && value !== undefined && !same(value, USUAL[key])
  );
  const conditions = Object.entries(spec.conditions ?? {}).filter(
    ([key, value]) =>
      key !== 'colonyname' &&
      key !== 'dependencies' &&
      !same(value, BLANK[key]) &&
      !same(value, USUAL_CONDITIONS[key])
  );
  const given: [string, unknown][] = [['', name]];
  if (spec.funcname !== name || spec.args?.length) {
    given.push(['', spec.funcname]);
  }
  given.push(...(spec.args ?? []).map((each): [string, unknown] => ['', each]));
  const kwargs: [string, unknown][] = same(spec.kwargs ?? {}, {}) ? [] : [['kwargs', spec.kwargs]];
  for (const [key, value] of [...kwargs, ...conditions, ...own]) {
    given.push([`${key}=`, value]);
  }
  const top = [
    'from jupyter_colonies import Workflow',
    '',
    `workflow = Workflow(${literal(name)})`
  ];
  return [...top, ...call(given), ''].join('\n');
}

/** What a spec asks for and allows, as labels and texts. */
export function limits(spec: Spec, trans: TranslationBundle): [label: string, text: string][] {
  const conditions = spec.conditions;
  const { gpu = null, executornames = null, dependencies = null } = conditions ?? {};
  const only = executornames?.includes('*') ? [] : (executornames ?? []);
  const seconds = (limit = 0) => (limit > 0 ? trans.__('%1 s', limit.toLocaleString()) : '');
  const once = (names: string[] | null | undefined) => [...new Set(names ?? [])].join(', ');
  const retries = spec.maxretries < 0 ? trans.__('any number') : String(spec.maxretries);
  const cards = gpu?.count ? `${gpu.count} × ${gpu.name} ${gpu.mem}`.trim() : '';
  const environment = Object.entries(spec.env ?? {}).map(([key, text]) => `${key}=${text}`);
  const told: [string, string][] = [
    [trans.__('Longest wait'), seconds(spec.maxwaittime)],
    [trans.__('Longest run'), seconds(spec.maxexectime)],
    [trans.__('Retries allowed'), retries],
    [trans.__('Priority'), String(spec.priority)],
    [trans.__('Only executors'), only.join(', ')],
    [trans.__('Location'), conditions?.locationname ?? ''],
    [trans.__('Waits for'), once(dependencies)],
    [trans.__('Nodes'), String(conditions?.nodes ?? '')],
    [trans.__('CPU'), conditions?.cpu ?? ''],
    [trans.__('Memory'), conditions?.mem ?? ''],
    [trans.__('Storage'), conditions?.storage ?? ''],
    [trans.__('Processes'), String(conditions?.processes ?? '')],
    [trans.__('Processes per node'), String(conditions?.processespernode ?? '')],
    [trans.__('GPU'), cards],
    [trans.__('Wall time'), seconds(conditions?.walltime)],
    [trans.__('Channels'), once(spec.channels)],
    [trans.__('Mounts'), spec.fs?.mount ?? ''],
    [trans.__('Environment'), environment.join('\n')]
  ];
  return told.filter(([, text]) => !NOTHING.includes(text));
}

function call(given: [string, unknown][]): string[] {
  const line = `workflow.node(${given.map(([name, value]) => name + literal(value)).join(', ')})`;
  if (line.length <= WIDTH) {
    return [line];
  }
  const parts = given.flatMap(([name, value]) => broken(`    ${name}`, value));
  return ['workflow.node(', ...parts, ')'];
}

/** The lines of a value that is followed by a comma; one if that is not too long. */
function broken(before: string, value: unknown): string[] {
  const line = `${before}${literal(value)},`;
  const inner = ' '.repeat(before.length - before.trimStart().length + 4);
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  if (line.length <= WIDTH || !entries.length) {
    return [line];
  }
  if (Array.isArray(value)) {
    const items = value.flatMap(each => broken(inner, each));
    return [`${before}[`, ...items, `${inner.slice(4)}],`];
  }
  const items = entries.flatMap(([key, each]) => broken(`${inner}${literal(key)}: `, each));
  return [`${before}{`, ...items, `${inner.slice(4)}},`];
}

/** A value as Python writes it. */
function literal(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(literal).join(', ')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const pairs = Object.entries(value).map(([key, each]) => `${literal(key)}: ${literal(each)}`);
    return `{${pairs.join(', ')}}`;
  }
  switch (value) {
    case true:
      return 'True';
    case false:
      return 'False';
    case null:
    case undefined:
      return 'None';
    default:
      return JSON.stringify(value);
  }
}

function isEmptyFilesystem(fs: Spec['fs']): boolean {
  return !fs || (!fs.mount && !fs.snapshots && !fs.dirs);
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
