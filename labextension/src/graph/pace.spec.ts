import { Pace } from './pace';

describe('Pace', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('paints the first change at once, and those that follow together', async () => {
    let seen = true;
    let work = 0;
    const paint = jest.fn(() => Promise.resolve(work));
    const pace = new Pace(paint, () => seen);
    const after = (milliseconds: number) => jest.advanceTimersByTimeAsync(milliseconds);
    pace.knock();
    expect(paint).toHaveBeenCalledTimes(1);
    await after(0);
    pace.knock();
    pace.knock();
    await after(49);
    expect(paint).toHaveBeenCalledTimes(1);
    work = 40;
    await after(1);
    expect(paint).toHaveBeenCalledTimes(2);
    pace.knock();
    await after(119);
    expect(paint).toHaveBeenCalledTimes(2);
    await after(1);
    expect(paint).toHaveBeenCalledTimes(3);
    seen = false;
    pace.knock();
    await after(10_000);
    expect(paint).toHaveBeenCalledTimes(3);
    expect(jest.getTimerCount()).toBe(0);
    seen = true;
    pace.look();
    expect(paint).toHaveBeenCalledTimes(4);
    pace.knock();
    pace.dispose();
    await after(10_000);
    expect(paint).toHaveBeenCalledTimes(4);
  });
});
