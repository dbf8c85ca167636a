import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import { ISignal, Signal } from '@lumino/signaling';

import { NotReached, Refused } from './failure';
import { components, paths } from './schema';

/** The documents of the REST API, by their names. */
export type Documents = components['schemas'];

type Method = 'get' | 'put' | 'post' | 'delete' | 'patch';

/** The paths that can be asked with a method. */
type PathWith<M extends Method> = {
  [P in keyof paths]: paths[P][M] extends { responses: unknown } ? P : never;
}[keyof paths];

type Json<R> = R extends { content: { 'application/json': infer T } } ? T : undefined;

/** What an operation answers when it succeeds. */
export type Answer<P extends keyof paths, M extends Method> = paths[P][M] extends {
  responses: infer R;
}
  ? Json<R[keyof R & (200 | 201 | 202 | 204)]>
  : never;

type Query<P extends keyof paths, M extends Method> = paths[P][M] extends {
  parameters: { query?: infer Q };
}
  ? Q
  : never;

type Body<P extends keyof paths, M extends Method> = paths[P][M] extends {
  requestBody?: { content: { 'application/json': infer B } };
}
  ? B
  : never;

/** The operations after which a workflow runs. */
const SUBMITTING: readonly string[] = [
  '/colonies/{colonyname}/workflows',
  '/workflows/{workflowid}/reruns',
  '/processes/{processid}/retries'
];

/** What is said with a request. */
export interface ISaid<P extends keyof paths, M extends Method> {
  /** The values of the names in the path. */
  path?: Record<string, string>;
  query?: Query<P, M>;
  body?: Body<P, M>;
  /** With a key, the same request is carried out once, however often it is sent. */
  idempotencyKey?: string;
  signal?: AbortSignal;
}

/**
 * The REST API of the colony under Jupyter's own address.
 *
 * Who asks is whom Jupyter knows by its cookie or token; paths and documents are those of
 * docs/openapi.json, from which their types are made.
 */
export class Connection {
  constructor(readonly settings: ServerConnection.ISettings = ServerConnection.makeSettings()) {}

  /** Emitted with the id of each workflow that this page has submitted, or let run once more. */
  get submitted(): ISignal<this, string> {
    return this._submitted;
  }

  get<P extends PathWith<'get'>>(path: P, said: ISaid<P, 'get'> = {}): Promise<Answer<P, 'get'>> {
    return this.request('get', path, said);
  }

  put<P extends PathWith<'put'>>(path: P, said: ISaid<P, 'put'> = {}): Promise<Answer<P, 'put'>> {
    return this.request('put', path, said);
  }

  post<P extends PathWith<'post'>>(
    path: P,
    said: ISaid<P, 'post'> = {}
  ): Promise<Answer<P, 'post'>> {
    return this.request('post', path, said);
  }

  delete<P extends PathWith<'delete'>>(
    path: P,
    said: ISaid<P, 'delete'> = {}
  ): Promise<Answer<P, 'delete'>> {
    return this.request('delete', path, said);
  }

  /**
   * Ask the server.
   *
   * @throws Refused if it answers that it can't be done, NotReached if it does not answer.
   */
  async request<P extends keyof paths, M extends Method>(
    method: M,
    path: P,
    said: ISaid<P, M> = {}
  ): Promise<Answer<P, M>> {
    const response = await this._ask(method, path, said);
    if (response.status === 204) {
      return undefined as Answer<P, M>;
    }
    const answer = (await response.json()) as Answer<P, M>;
    if (method === 'post' && SUBMITTING.includes(path)) {
      const { processgraphid } = answer as { processgraphid?: string };
      if (processgraphid) {
        this._submitted.emit(processgraphid);
      }
    }
    return answer;
  }

  /** The bytes of a resource that is no document, as text; throws as `request` does. */
  async text<P extends PathWith<'get'>>(path: P, said: ISaid<P, 'get'> = {}): Promise<string> {
    const response = await this._ask('get', path, said);
    return response.text();
  }

  /** The address of a resource. */
  address(
    path: string,
    names: Record<string, string> = {},
    query: Record<string, unknown> = {}
  ): string {
    return URLExt.join(this.settings.baseUrl, 'colonies/v1') + placed(path, names) + asked(query);
  }

  /** The address of a websocket that tells what the events of a resource are. */
  feedAddress(path: string, names: Record<string, string>, after: string): string {
    const { wsUrl, token, appendToken } = this.settings;
    const proof = appendToken && token ? { token } : {};
    const query = asked({ ...(after ? { after } : {}), ...proof });
    return URLExt.join(wsUrl, 'colonies/v1') + placed(path, names) + '/websocket' + query;
  }

  private async _ask<P extends keyof paths, M extends Method>(
    method: M,
    path: P,
    { path: names, query, body, idempotencyKey, signal }: ISaid<P, M>
  ): Promise<Response> {
    const headers: Record<string, string> = {};
    if (body !== undefined) {
      headers['Content-Type'] = 'application/json';
    }
    if (idempotencyKey) {
      headers['Idempotency-Key'] = idempotencyKey;
    }
    const request: RequestInit = {
      method: method.toUpperCase(),
      headers,
      signal,
      // What JupyterLab asks for adds the time to an address, as a parameter that nobody declared.
      cache: 'no-cache',
      body: body === undefined ? undefined : JSON.stringify(body)
    };
    const address = this.address(path, names, query as Record<string, unknown>);
    let response: Response;
    try {
      response = await ServerConnection.makeRequest(address, request, this.settings);
    } catch (error) {
      throw signal?.aborted ? error : new NotReached(error);
    }
    if (!response.ok) {
      throw await Refused.read(response);
    }
    return response;
  }

  private readonly _submitted = new Signal<this, string>(this);
}

function placed(path: string, names: Record<string, string>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(names[name] ?? ''));
}

function asked(query: Record<string, unknown>): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text ? `?${text}` : '';
}
