import { readFileSync } from 'fs';

import { ColonySettings, DEFAULTS, readSettings } from './settings';

describe('readSettings', () => {
  it('has the defaults of the schema', () => {
    const schema = JSON.parse(readFileSync('schema/colony.json', 'utf-8')) as {
      properties: Record<string, { default: unknown }>;
    };
    for (const [name, { default: value }] of Object.entries(schema.properties)) {
      expect({ [name]: value }).toEqual({
        [name]: Object.entries(DEFAULTS).find(([key]) => key === name)?.[1]
      });
    }
    expect(Object.keys(schema.properties)).toEqual(Object.keys(DEFAULTS));
    expect(readSettings({})).toEqual(DEFAULTS);
  });

  it('takes what is set and passes over what makes no sense', () => {
    const read = readSettings({
      showAddress: false,
      refresh: 'soon',
      folding: { few: 500, most: 100 },
      notifications: 'failures',
      palette: 'loud'
    });
    expect(read).toEqual({
      showAddress: false,
      refresh: 500,
      folding: { few: 500, most: 500 },
      notifications: 'failures',
      palette: 'standard'
    });
  });
});

describe('ColonySettings', () => {
  it('tells of changes, and only of changes', () => {
    const settings = new ColonySettings();
    const seen: string[] = [];
    settings.changed.connect((_, now) => seen.push(now.palette));
    settings.learn({});
    settings.learn({ palette: 'distinct' });
    settings.learn({ palette: 'distinct' });
    expect(seen).toEqual(['distinct']);
    expect(settings.current.palette).toBe('distinct');
  });
});
