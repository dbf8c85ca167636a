import { TranslationBundle } from '@jupyterlab/translation';

import { IOffer, IOffers } from './offers';
import { IPlace } from './place';
import { FUNCTION_SPEC, ISchema, resolved, schemaAt, WORKFLOW } from './schema';
import { IWorkflowText } from './specs';
import { Path, plain, textOf, Value, valueAt } from './tree';

/** The two languages of workflow files. */
export type Language = 'json' | 'yaml';

/** Something that can be written at the cursor. */
export interface IOption {
  label: string;
  /** What kind of thing it is, for its icon. */
  type: 'property' | 'function' | 'enum' | 'variable' | 'text' | 'class';
  /** A few words beside it, and more of them. */
  detail?: string;
  info?: string;
  /** What is written: a snippet, where `${}` is the place of the cursor. */
  snippet: string;
  /** Whether something can be completed in it right away. */
  again?: boolean;
}

/** What is known where something is to be completed. */
export interface ISurroundings {
  language: Language;
  said: IWorkflowText;
  offers: IOffers;
  trans: TranslationBundle;
}

/** Everything that makes sense at a place, the most usual first. */
export function optionsAt(place: IPlace, around: ISurroundings): IOption[] {
  const { spec, inner } = split(place.path);
  if (spec === null) {
    return inside(place, around);
  }
  if (place.kind === 'value' && inner.length === 0) {
    return [newNode(around)];
  }
  const text = valueAt(around.said.root, spec);
  // In YAML what begins an item of a list of texts looks like a key.
  const wanted = schemaAt(FUNCTION_SPEC, inner);
  if (place.kind === 'value' || (wanted && wanted.type !== 'object')) {
    return values(place, around, inner, text);
  }
  const found = keys(place, around, inner, text);
  const fresh = inner.length === 0 && around.language === 'yaml' && !holds(text);
  return fresh ? [newNode(around), ...found] : found;
}

function holds(value: Value | null): boolean {
  return value?.kind === 'object' && value.members.length > 1;
}

/** A way as that to a spec, and that within it; without a spec the place is around the list. */
function split(path: Path): { spec: Path | null; inner: Path } {
  if (typeof path[0] === 'number') {
    return { spec: path.slice(0, 1), inner: path.slice(1) };
  }
  if (path[0] === 'functionspecs') {
    return path.length < 2
      ? { spec: null, inner: path }
      : { spec: path.slice(0, 2), inner: path.slice(2) };
  }
  return path.length === 0 ? { spec: null, inner: path } : { spec: [], inner: path };
}

/** The keys of the object that a whole text is: of one spec, or of what has a list of them. */
function inside(place: IPlace, around: ISurroundings): IOption[] {
  if (place.kind !== 'key') {
    return [];
  }
  const { root } = around.said;
  const written = root?.kind === 'object' ? root.members.map(({ key }) => key) : [];
  const list = written.includes('functionspecs');
  const own = written.some(key => Object.hasOwn(FUNCTION_SPEC.properties ?? {}, key));
  const properties = {
    ...(own ? {} : WORKFLOW.properties),
    ...(list ? {} : FUNCTION_SPEC.properties)
  };
  return fields(place, around, properties, written);
}

function keys(place: IPlace, around: ISurroundings, inner: Path, spec: Value | null): IOption[] {
  const value = valueAt(around.said.root, place.path);
  const written = value?.kind === 'object' ? value.members.map(({ key }) => key) : [];
  if (inner.length === 1 && inner[0] === 'kwargs') {
    const [offer] = offersFor(around, spec, textOf(spec, 'funcname') ?? '');
    const properties: Record<string, ISchema> = {};
    for (const { name, type, description, required } of offer?.arguments ?? []) {
      if (!name.startsWith('*')) {
        const words = [type, description].filter(Boolean).join(': ');
        properties[name] = {
          description: required ? `${words} ${around.trans.__('(required)')}` : words
        };
      }
    }
    return fields(place, around, properties, written);
  }
  return fields(place, around, schemaAt(FUNCTION_SPEC, inner)?.properties ?? {}, written);
}

/** Names of fields that are not there yet, with room for their values. */
function fields(
  place: IPlace,
  around: ISurroundings,
  properties: Record<string, ISchema>,
  written: string[]
): IOption[] {
  return Object.entries(properties)
    .filter(([key]) => key === place.word || !written.includes(key))
    .map(([key, schema]) => {
      const wanted = resolved(schema);
      const snippet = place.followed
        ? name(key, around.language)
        : field(key, wanted.type ?? '', place, around.language);
      return {
        label: key,
        type: 'property' as const,
        detail: kindOf(wanted, around.trans),
        info: schema.description,
        snippet,
        again: !place.followed
      };
    });
}

/** A field with room for its value. */
function field(key: string, type: string, place: IPlace, language: Language): string {
  const written = `${name(key, language)}:`;
  if (language === 'yaml' && type === 'object' && place.column >= 0) {
    return `${written}\n${' '.repeat(place.column + 2)}\${}`;
  }
  switch (type) {
    case 'object':
      return `${written} {\${}}`;
    case 'array':
      return `${written} [\${}]`;
    case 'string':
      return language === 'json' ? `${written} "\${}"` : `${written} \${}`;
    default:
      return `${written} \${}`;
  }
}

function values(place: IPlace, around: ISurroundings, inner: Path, spec: Value | null): IOption[] {
  const write = (value: unknown) => escape(scalar(value, place, around.language));
  const words = (labels: readonly string[], type: IOption['type'], detail?: string): IOption[] =>
    labels.map(label => ({ label, type, detail, snippet: write(label) }));
  const { said, offers, trans } = around;
  switch (inner.filter(step => typeof step === 'string').join('.')) {
    case 'funcname':
      return offersFor(around, spec).map(each => ({
        ...shown(each),
        snippet: write(each.funcname)
      }));
    case 'conditions.executortype':
      return words(
        [...new Set([...offers.types, ...said.specs.map(each => each.executortype)])].filter(
          Boolean
        ),
        'class'
      );
    case 'conditions.executornames':
      return words([...offers.names, '*'], 'class');
    case 'conditions.dependencies': {
      const list = valueAt(said.root, place.path.slice(0, -1));
      const written = list?.kind === 'list' ? list.items.map(plain) : [];
      const own = textOf(spec, 'nodename');
      const others = said.specs.filter(
        ({ nodename }) =>
          nodename && nodename !== own && (nodename === place.word || !written.includes(nodename))
      );
      return others.map(each => ({
        label: each.nodename,
        type: 'variable',
        detail: each.funcname,
        snippet: write(each.nodename)
      }));
    }
    default: {
      const [top, key] = inner;
      if (top === 'kwargs' && typeof key === 'string') {
        const [offer] = offersFor(around, spec, textOf(spec, 'funcname') ?? '');
        const argument = offer?.arguments.find(each => each.name === key);
        return words(argument?.enum ?? [], 'enum');
      }
      const examples = schemaAt(FUNCTION_SPEC, inner)?.examples ?? [];
      return examples.map(value => ({
        label: String(value),
        type: 'enum',
        detail: trans.__('example'),
        snippet: write(value)
      }));
    }
  }
}

/** Functions that the executors of a spec offer; where none do, those of all executors. */
function offersFor(around: ISurroundings, spec: Value | null, funcname?: string): IOffer[] {
  const { functions } = around.offers;
  const conditions = valueAt(spec, ['conditions']);
  const executortype = textOf(conditions, 'executortype');
  const named = functions.filter(each => funcname === undefined || each.funcname === funcname);
  const meant = named.filter(each => each.executortype === executortype);
  return meant.length > 0 ? meant : named;
}

function shown({ funcname, executortype, description, arguments: given }: IOffer) {
  const signature = given.map(each => `${each.name}: ${each.type}`).join(', ');
  const info = [given.length > 0 ? `${funcname}(${signature})` : '', description];
  return {
    label: funcname,
    type: 'function' as const,
    detail: executortype,
    info: info.filter(Boolean).join('\n')
  };
}

/** A spec that only needs names. */
function newNode({ language, trans }: ISurroundings): IOption {
  const snippet =
    language === 'json'
      ? `{
\t"nodename": "\${name}",
\t"funcname": "\${function}",
\t"conditions": {
\t\t"executortype": "\${type}",
\t\t"dependencies": [\${}]
\t}
}`
      : `nodename: \${name}
  funcname: \${function}
  conditions:
    executortype: \${type}
    dependencies: [\${}]`;
  return {
    label: trans.__('new node'),
    type: 'text',
    info: trans.__('A function spec with name, function, type of executor and dependencies.'),
    snippet
  };
}

function kindOf({ type, items }: ISchema, trans: TranslationBundle): string {
  switch (type) {
    case 'integer':
      return trans.__('whole number');
    case 'string':
      return trans.__('text');
    case 'array':
      return items?.type === 'string' ? trans.__('list of texts') : trans.__('list');
    case 'object':
      return trans.__('object');
    default:
      return '';
  }
}

function name(key: string, language: Language): string {
  return escape(language === 'json' ? JSON.stringify(key) : yamlText(key));
}

function scalar(value: unknown, place: IPlace, language: Language): string {
  if (language === 'json' || typeof value !== 'string') {
    return JSON.stringify(value);
  }
  return place.quoted ? value : yamlText(value);
}

/** A text as YAML writes it: without quotes where it can't be taken for something else. */
function yamlText(text: string): string {
  const harmless = /^[A-Za-z_][\w./-]*$/.test(text);
  const word = /^(?:y|n|yes|no|on|off|true|false|null)$/i.test(text);
  return harmless && !word ? text : JSON.stringify(text);
}

/** A text so that a snippet takes it as it is. */
function escape(text: string): string {
  return text.replace(/[{}]/g, '\\$&');
}
