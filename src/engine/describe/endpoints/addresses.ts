/** Octets of a dotted quad without leading zeros; null: not one. */
export function quadOf(text: string): readonly number[] | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return null;
  const parts = match.slice(1);
  const octets = parts.map(Number);
  const plain = parts.every((part, i) => String(octets[i]) === part) && octets.every((octet) => octet < 256);
  return plain ? octets : null;
}

/** True for an address of one machine or group on a network. Not: this network (0/8), loopback (127/8), the reserved
 *  block with every netmask and broadcast (240/4), and, where it stands alone, networks (last octet 0) and their
 *  broadcasts (last octet 255).
 *  Source: RFC 1122, 3.2.1.3; RFC 6890 */
export function isMachine(octets: readonly number[], alone: boolean): boolean {
  const [first = 0, , , last = 0] = octets;
  if (first === 0 || first === 127 || first >= 240) return false;
  return !alone || (last !== 0 && last !== 255);
}

/** Bytes before an address that are looked at for words. */
export const CONTEXT = 48;

const ADDRESS_WORDS =
  /\b(?:ip|ipv4|ipaddr|addr|address|host|server|gateway|gw|dns|ntp|nameserver|peer|route|ping|dest|destination|remote|connect|proxy|listen|bind|dhcp|inet|wan|lan|endpoint|resolver|src|dst|from|to|via)\d*\b|(?:ip|addr|host|server|gw|dns|gateway|peer|proxy)["'\s]*[=:]/i;
const VERSION_WORDS =
  /(?:version|release|revision|build|firmware|\bver|\brev|\boid|section|chapter|\bv\.?|copyright)\W{0,4}$/i;
const OBJECT_IDENTIFIERS = /^(?:1\.3\.(?:6|14|36|101|132)\.|1\.2\.840\.|2\.5\.(?:4|8|29)\.|0\.9\.)/;

/** True when four numbers are an address and no version number or object identifier.
 *  Small numbers are more often a version (all below 32, or below 10 and 32 at the beginning): they need a word about
 *  addresses before them, a port, or four equal octets. */
export function isAddress(
  text: string,
  octets: readonly number[],
  before: string,
  hasPort: boolean,
): boolean {
  if (OBJECT_IDENTIFIERS.test(text) && !hasPort) return false;
  if (/[~^<>!]=?\s?$/.test(before) || VERSION_WORDS.test(before)) return false;
  if (hasPort || octets.every((octet) => octet === octets[0])) return true;
  const [first = 0, second = 0] = octets;
  const small = octets.every((octet) => octet < 32) || (first < 10 && second < 32);
  return !small || ADDRESS_WORDS.test(before);
}

/** Groups of an IPv6 address in its text forms; null: not one.
 *  Source: RFC 4291, 2.2 */
export function groupsOf(text: string): readonly number[] | null {
  if (text.length > 45 || !/^[0-9a-f:.]+$/i.test(text) || text.split(':').length < 3) return null;
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const [left, right] = halves.map((half) => groupsIn(half));
  if (left === null || left === undefined || right === null) return null;
  if (right === undefined) return left.length === 8 ? left : null;
  const missing = 8 - left.length - right.length;
  return missing < 1 ? null : [...left, ...Array<number>(missing).fill(0), ...right];
}

function groupsIn(text: string): readonly number[] | null {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    const quad = part.includes('.') && i === parts.length - 1 ? quadOf(part) : null;
    if (quad !== null)
      groups.push((quad[0] ?? 0) * 256 + (quad[1] ?? 0), (quad[2] ?? 0) * 256 + (quad[3] ?? 0));
    else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else return null;
  }
  return groups;
}

/** True for an address of one machine or group: global (2000::/3), local (fc00::/7), of a link (fe80::/10) or multicast
 *  (ff00::/8). Its first group is then four digits long, which tells it from times, hardware addresses and C++ names.
 *  Not: networks, written with nothing behind `::`. */
export function isMachine6(text: string, groups: readonly number[]): boolean {
  const [first = 0] = groups;
  const assigned =
    (first >= 0x2000 && first < 0x4000) ||
    (first & 0xfe00) === 0xfc00 ||
    (first & 0xffc0) === 0xfe80 ||
    first >= 0xff00;
  return assigned && /^[0-9a-f]{4}:/i.test(text) && !text.endsWith('::') && /\d/.test(text);
}
