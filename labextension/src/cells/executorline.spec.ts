import { IEdit, IExecutorLine, readCell, taken, written } from './executorline';

function applied(source: string, edit: IEdit | null): string {
  return edit ? source.slice(0, edit.start) + edit.text + source.slice(edit.end) : source;
}

function line(fields: Partial<IExecutorLine> = {}): IExecutorLine {
  return { name: 'e', functions: [], concurrency: null, processes: null, ...fields };
}

describe('the line that makes a cell an executor', () => {
  it('is read with all its options', () => {
    const cell = readCell(
      "\n%%colonies executor 'my maths' --type t --function f --function=g --concurrency 2\nx"
    );
    expect(cell).toMatchObject({
      kind: 'executor',
      line: { name: 'my maths', functions: ['f', 'g'], concurrency: 2, processes: null }
    });
    expect(readCell('%%time\nx')).toEqual({ kind: 'magic', magic: '%%time' });
    expect(readCell('%%colonies task f()')).toEqual({ kind: 'magic', magic: '%%colonies' });
    expect(readCell('# %%colonies executor e')).toEqual({ kind: 'plain' });
    expect(readCell('%%colonies executor')).toMatchObject({ kind: 'executor', line: { name: '' } });
    expect(readCell('%%colonies executor "half --type t')).toMatchObject({ kind: 'executor' });
  });

  it('is put above the code, as one change', () => {
    const wanted = line({ name: 'my maths', functions: ['f'], concurrency: 2, processes: 4 });
    expect(written('sum(args)', wanted)).toEqual({
      start: 0,
      end: 0,
      text: "%%colonies executor 'my maths' --function f --concurrency 2 --processes 4\n"
    });
    expect(applied('\n\nx', written('\n\nx', line()))).toBe('\n\n%%colonies executor e\nx');
    expect(applied('', written('', line()))).toBe('%%colonies executor e\n');
  });

  it('keeps what it says beside what is changed', () => {
    const source = '%%colonies executor --type t old --concurrency 2 --odd --function f\nx';
    expect(applied(source, written(source, line({ name: 'new', functions: ['g', 'h'] })))).toBe(
      '%%colonies executor --type t new --odd --function g --function h\nx'
    );
    const same = line({ name: 'old', concurrency: 2, functions: ['f'] });
    expect(applied(source, written(source, same))).toBe(source);
    const broken = '%%colonies executor e --concurrency many';
    expect(applied(broken, written(broken, line({ concurrency: 3 })))).toBe(
      '%%colonies executor e --concurrency 3'
    );
  });

  it('is quoted so that it is read as it was meant', () => {
    const name = `it's a "name" \\ with $HOME`;
    const edit = written('', line({ name }));
    expect(readCell(edit.text)).toMatchObject({ line: { name } });
  });

  it('is taken away, and nothing else', () => {
    expect(applied('\n%%colonies executor e\nx\n', taken('\n%%colonies executor e\nx\n'))).toBe(
      '\nx\n'
    );
    expect(applied('%%colonies executor e', taken('%%colonies executor e'))).toBe('');
    expect(taken('%%time\nx')).toBeNull();
    expect(() => written('%%time\nx', line())).toThrow('%%time');
  });
});
