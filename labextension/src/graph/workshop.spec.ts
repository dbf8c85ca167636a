import type { Answer } from './stage';
import { Workshop } from './workshop';

const title = 'Said before';

/** A worker as far as the page sees it. */
class Made {
  readonly posted: unknown[] = [];
  onmessage: ((event: { data: Answer }) => void) | null = null;
  onerror: ((event: { message: string; preventDefault(): void }) => void) | null = null;
  ended = false;

  postMessage(wish: unknown): void {
    this.posted.push(wish);
  }

  terminate(): void {
    this.ended = true;
  }

  fail(): void {
    this.onerror?.({ message: 'broken', preventDefault: () => undefined });
  }
}

function start(worker: Made | null) {
  const failures: string[] = [];
  let answered: (answer: Answer) => void;
  const answer = new Promise<Answer>(resolve => (answered = resolve));
  const workshop = new Workshop(
    each => answered(each),
    words => failures.push(words),
    () => {
      if (!worker) {
        throw new Error('no');
      }
      return worker as unknown as Worker;
    }
  );
  return { workshop, answer, failures };
}

describe('Workshop', () => {
  it('lets a worker do it', async () => {
    const worker = new Made();
    const { workshop, answer, failures } = start(worker);
    workshop.ask({ wish: 'roll' });
    worker.onmessage?.({ data: { answer: 'ready' } });
    worker.onmessage?.({ data: { answer: 'roll', rows: [] } });
    expect(await answer).toEqual({ answer: 'roll', rows: [] });
    expect(worker.posted).toEqual([{ wish: 'roll' }]);
    worker.fail();
    expect(failures).toEqual(['broken']);
    workshop.dispose();
    workshop.ask({ wish: 'roll' });
    expect([worker.ended, worker.posted.length]).toEqual([true, 1]);
  });

  it.each([
    ['there can be none', null],
    ['its script can not be loaded', new Made()]
  ])('does it on the page where %s', async (_, worker) => {
    const { workshop, answer, failures } = start(worker);
    workshop.ask({ wish: 'name', title });
    workshop.ask({ wish: 'view' });
    worker?.fail();
    expect(await answer).toMatchObject({
      answer: 'news',
      news: { heading: { title, total: 0 } }
    });
    expect([worker?.ended ?? true, failures]).toEqual([true, []]);
    workshop.dispose();
  });
});
