import { latin1 } from '#engine/bytes/text';

/** Settings as boot loaders keep them in flash: `name=value`, each ended by NUL, another NUL behind the last. */
export interface Settings {
  readonly count: number;
  /** Bytes that the settings fill, with the NUL of the last. */
  readonly size: number;
  /** One setting a line. Bytes that would break a line are written as `\\xNN`. */
  readonly text: Uint8Array;
}

/** The settings at the beginning of `bytes`; without an end they fill them. */
export function settingsOf(bytes: Uint8Array): Settings {
  const all = latin1(bytes);
  const end = all.indexOf('\0\0');
  const size = end === -1 ? all.length : end + 1;
  const settings = all
    .slice(0, size)
    .split('\0')
    .filter((setting) => setting !== '');
  const lines = settings.map((setting) => `${setting.replaceAll(/[^ -~\x80-\xff]/g, escaped)}\n`);
  return { count: settings.length, size, text: Buffer.from(lines.join(''), 'latin1') };
}

function escaped(c: string): string {
  return `\\x${(c.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`;
}
