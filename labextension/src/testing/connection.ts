import { Connection } from '../server/connection';
import { Socket } from './socket';

/** A connection to a server that is this function, and whose events come through `Socket`. */
export function connectionTo(fetch: (request: { url: string }) => Promise<unknown>): Connection {
  const settings = {
    baseUrl: 'http://host/x/',
    wsUrl: 'ws://host/x/',
    token: '',
    appendToken: false,
    init: {},
    fetch,
    Request: class {
      readonly headers = new Map();
      constructor(readonly url: string) {}
    },
    WebSocket: Socket
  };
  return new Connection(settings as never);
}
