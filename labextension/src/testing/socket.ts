/** A websocket as far as a feed uses one; the test is the server. */
export class Socket {
  static made: Socket[] = [];
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((message: { data: string }) => void) | null = null;
  closed = false;

  constructor(readonly address: string) {
    Socket.made.push(this);
  }

  close(): void {
    this.closed = true;
  }

  tell(id: string, event: string, data: unknown = {}): void {
    this.onmessage?.({ data: JSON.stringify({ id, event, data }) });
  }
}
