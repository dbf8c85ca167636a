/** Whether a moment of the server has come: year 1 stands for one that has not. */
export function known(moment: string): boolean {
  return !moment.startsWith('0001-');
}

/**
 * Microseconds since 1970 of a moment as the server writes it (RFC 3339); a moment without a zone
 * is taken as UTC.
 */
export function microseconds(moment: string): number {
  const [, seconds = '', fraction = '', zone = ''] =
    /^([^.Z+]*?)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?$/.exec(moment) ?? [];
  return Date.parse(seconds + (zone || 'Z')) * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6));
}
