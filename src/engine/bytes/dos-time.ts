/** Date and time as DOS keeps them, of an unknown place, taken as UTC.
 *  @param date  days in bits 0–4, months in 5–8, years from 1980 above
 *  @param time  pairs of seconds in bits 0–4, minutes in 5–10, hours above
 *  @returns seconds since 1970; null: no such date. Source: Microsoft, FAT 1.03: date and time formats */
export function dosTime(date: number, time: number): number | null {
  const [day, month, year] = [date & 31, (date >>> 5) & 15, 1980 + ((date >>> 9) & 127)];
  const [second, minute, hour] = [2 * (time & 31), (time >>> 5) & 63, (time >>> 11) & 31];
  if (day === 0 || month === 0 || month > 12 || hour > 23 || minute > 59) return null;
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
}
