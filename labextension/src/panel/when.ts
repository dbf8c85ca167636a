const CLOCK = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const DAY = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const YEAR = new Intl.DateTimeFormat(undefined, {
  year: 'numeric',
  month: 'short',
  day: 'numeric'
});
const EXACT = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' });

/** Whether a moment as the server tells it is one: year 1 means never. */
export function happens(moment: string): boolean {
  return moment !== '' && !moment.startsWith('0001-');
}

/** A moment in the reader's zone, as short as can be: the time of a day, a day, a day of a year. */
export function short(moment: string | number, now = new Date()): string {
  const at = new Date(moment);
  const today = new Date(now).setHours(0, 0, 0, 0);
  if (at.getTime() >= today && at.getTime() < today + 24 * 3600 * 1000) {
    return CLOCK.format(at);
  }
  const near = Math.abs(at.getTime() - now.getTime()) < 15 * 3600 * 1000;
  if (near) {
    return `${DAY.format(at)} ${CLOCK.format(at)}`;
  }
  return (at.getFullYear() === now.getFullYear() ? DAY : YEAR).format(at);
}

/** The exact moment in the reader's zone. */
export function exact(moment: string | number): string {
  return EXACT.format(new Date(moment));
}
