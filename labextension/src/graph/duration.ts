import { fixed, rounded } from './number';

/**
 * A duration as people say it: `0.42 s`, `12 s`, `3 min 5 s`, `2 h 4 min`.
 *
 * @param microseconds - how long it is
 */
export function durationText(microseconds: number): string {
  const seconds = microseconds / 1e6;
  if (seconds < 1) {
    return `${fixed(seconds, 2)} s`;
  }
  if (seconds < 10) {
    return `${fixed(seconds, 1)} s`;
  }
  const whole = rounded(seconds);
  if (whole < 60) {
    return `${whole} s`;
  }
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) {
    return `${minutes} min ${whole % 60} s`;
  }
  const hours = Math.floor(minutes / 60);
  if (hours < 48) {
    return `${hours} h ${minutes % 60} min`;
  }
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
