import { Documents } from './connection';

/** How the kinds of the colony's own problems begin. */
const OURS = 'urn:colonies:';

/** The server answers that something can't be done; the message is its own and says what to do. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly problem: Documents['Problem'] | null = null
  ) {
    super(message);
    this.name = 'Refused';
  }

  /**
   * Whether Jupyter no longer knows who asks: the session or its token has expired.
   *
   * What the colony itself refuses to somebody it knows has a kind of its own.
   */
  get unknown(): boolean {
    return this.status === 401 || (this.status === 403 && !this.problem?.type?.startsWith(OURS));
  }

  /** Read a refusal, whoever it comes from: the colony, Jupyter, or a proxy before them. */
  static async read(response: Response): Promise<Refused> {
    const { status, statusText } = response;
    let problem: Documents['Problem'] | null = null;
    if (/json/.test(response.headers.get('Content-Type') ?? '')) {
      try {
        problem = (await response.json()) as Documents['Problem'];
      } catch {
        problem = null;
      }
    }
    const words = problem?.detail || problem?.title || statusText || `status ${status}`;
    return new Refused(status, words, problem);
  }
}

/** The server does not answer at all. */
export class NotReached extends Error {
  constructor(reason: unknown) {
    super('The Jupyter server does not answer.', { cause: reason });
    this.name = 'NotReached';
  }
}
