import { TranslationBundle } from '@jupyterlab/translation';

import { closest } from './closest';
import { IFault, ISpan, mark, Path, Value } from './tree';
import written from './workflow.schema.json';

/** As much of JSON schema as the one of workflow files uses. */
export interface ISchema {
  $ref?: string;
  type?: string;
  description?: string;
  properties?: Record<string, ISchema>;
  additionalProperties?: boolean | ISchema;
  required?: string[];
  items?: ISchema;
  anyOf?: ISchema[];
  pattern?: string;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  minItems?: number;
  examples?: unknown[];
}

const KINDS: Record<string, ISchema> = written.$defs;

/** The schema of a function spec, and that of an object with a list of them. */
export const FUNCTION_SPEC: ISchema = KINDS.FunctionSpec;
export const WORKFLOW: ISchema = KINDS.WorkflowSpec;

/** What a schema refers to, null aside. */
export function resolved(schema: ISchema): ISchema {
  if (schema.$ref) {
    const { $ref, ...own } = schema;
    return { ...KINDS[$ref.replace('#/$defs/', '')], ...own };
  }
  if (schema.anyOf) {
    const { anyOf, ...own } = schema;
    const meant = anyOf.find(each => each.type !== 'null') ?? {};
    return { ...resolved(meant), ...own };
  }
  return schema;
}

/** The schema of what stands at a place within a value that has a schema; none if it is free. */
export function schemaAt(schema: ISchema, path: Path): ISchema | null {
  let found: ISchema | null = resolved(schema);
  for (const step of path) {
    let next: ISchema | null = null;
    if (found.type === 'array') {
      next = found.items ?? null;
    } else if (found.properties && Object.hasOwn(found.properties, String(step))) {
      next = found.properties[String(step)];
    } else if (typeof found.additionalProperties === 'object') {
      next = found.additionalProperties;
    }
    if (!next) {
      return null;
    }
    found = resolved(next);
  }
  return found;
}

/** Finds what a value has that its schema does not allow. */
export class SchemaCheck {
  constructor(
    private readonly _trans: TranslationBundle,
    private readonly _faults: IFault[]
  ) {}

  /** Look at a value; `name` is what it is called, for what is missing in it. */
  check(value: Value, schema: ISchema, name: string): void {
    const wanted = this._resolve(schema);
    if (value.kind === 'scalar' && value.value === null && nullable(schema)) {
      return;
    }
    if (wanted.type && !fits(value, wanted.type)) {
      this._refuse(mark(value), this._mistaken(value, wanted));
      return;
    }
    if (value.kind === 'object') {
      this._members(value, wanted, name);
    } else if (value.kind === 'list' && wanted.items) {
      for (const item of value.items) {
        this.check(item, wanted.items, name);
      }
    } else if (value.kind === 'scalar') {
      this._scalar(value, wanted, name);
    }
  }

  private _members(value: Value & { kind: 'object' }, wanted: ISchema, name: string): void {
    const trans = this._trans;
    const seen = new Set<string>();
    const other = wanted.additionalProperties;
    for (const { key, at, value: inner } of value.members) {
      if (seen.has(key)) {
        const words = trans.__('“%1” stands here twice: only the last one counts.', key);
        this._faults.push({ severity: 'warning', message: words, ...at });
      }
      seen.add(key);
      const own = wanted.properties && Object.hasOwn(wanted.properties, key);
      const schema = own ? wanted.properties?.[key] : typeof other === 'object' ? other : undefined;
      if (schema) {
        if (inner) {
          this.check(inner, schema, key);
        }
      } else if (other === false) {
        this._refuse(at, this._unknown(key, wanted));
      }
    }
    for (const key of wanted.required ?? []) {
      if (!seen.has(key)) {
        const words =
          key === 'funcname'
            ? trans.__('“funcname” is missing: it says which function is called.')
            : trans.__('“%1” is missing in %2.', key, name);
        this._refuse(mark(value), words);
      }
    }
  }

  private _scalar({ value, ...span }: Value & { kind: 'scalar' }, wanted: ISchema, name: string) {
    const trans = this._trans;
    const { minimum = -Infinity, maximum = Infinity, pattern, maxLength = Infinity } = wanted;
    if (typeof value === 'number') {
      if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
        const words = trans.__(
          'This number is so large that it would be sent as %1: write it as a text.',
          BigInt(value)
        );
        this._refuse(span, words);
      } else if (value < minimum || value > maximum) {
        this._refuse(span, trans.__('%1 outside range [%2, %3]', name, minimum, maximum));
      }
    }
    if (typeof value === 'string') {
      if (pattern && !new RegExp(pattern).test(value)) {
        const words =
          name === 'cpu'
            ? trans.__("Error converting CPU to int: '%1' is not like 500m", value)
            : trans.__(
                "error converting memory to int: '%1' is not a whole number with a unit, like 512Mi or 10G",
                value
              );
        this._refuse(span, words);
      } else if (value.length > maxLength) {
        this._refuse(span, trans.__('This has more than %1 characters.', maxLength));
      } else if (name === 'funcname' && value === '') {
        this._refuse(span, trans.__('a function name is missing'));
      }
    }
  }

  private _unknown(key: string, wanted: ISchema): string {
    const near = closest(key, Object.keys(wanted.properties ?? {}));
    return near
      ? this._trans.__("Unknown field '%1': did you mean '%2'?", key, near)
      : this._trans.__("Unknown field '%1': remove it, or put it into kwargs or env.", key);
  }

  private _mistaken(value: Value, wanted: ISchema): string {
    const trans = this._trans;
    const said = this._said(value);
    switch (wanted.type) {
      case 'integer':
        return trans.__('expected a whole number, got %1', said);
      case 'string':
        return trans.__('expected a string, got %1', said);
      case 'array':
        return wanted.items && this._resolve(wanted.items).type === 'string'
          ? trans.__('expected a list of strings, got %1', said)
          : trans.__('expected a list, got %1', said);
      default:
        return trans.__('expected an object, got %1', said);
    }
  }

  private _said(value: Value): string {
    const trans = this._trans;
    if (value.kind === 'list') {
      return trans.__('a list');
    }
    if (value.kind === 'object') {
      return trans.__('an object');
    }
    switch (typeof value.value) {
      case 'string':
        return value.value.length <= 40
          ? trans.__("the string '%1'", value.value)
          : trans.__('a string');
      case 'number':
        return trans.__('the number %1', value.value);
      default:
        return String(value.value);
    }
  }

  private _refuse(span: ISpan, message: string): void {
    this._faults.push({ severity: 'error', message, from: span.from, to: span.to });
  }

  /** As `resolved`, once for each schema: there are few of them, and many values. */
  private _resolve(schema: ISchema): ISchema {
    let found = this._resolved.get(schema);
    if (!found) {
      found = resolved(schema);
      this._resolved.set(schema, found);
    }
    return found;
  }

  private readonly _resolved = new Map<ISchema, ISchema>();
}

function nullable(schema: ISchema): boolean {
  return !schema.type && (schema.anyOf?.some(each => each.type === 'null') ?? !schema.$ref);
}

function fits(value: Value, type: string): boolean {
  switch (type) {
    case 'object':
      return value.kind === 'object';
    case 'array':
      return value.kind === 'list';
    case 'integer':
      return value.kind === 'scalar' && Number.isInteger(value.value);
    case 'string':
      return value.kind === 'scalar' && typeof value.value === 'string';
    default:
      return true;
  }
}
