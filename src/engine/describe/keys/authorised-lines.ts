import type { Source } from '#domain/ports';
import { decodeBase64 } from '#engine/bytes/pem';
import { commentOf, sshPublicKeyOf } from '#engine/bytes/ssh-keys';
import { latin1 } from '#engine/bytes/text';
import { attempt, type Finding, type KeyFinding } from '#engine/describe/keys/finding';

/** Largest file that is read as lines of keys: a thousand keys of 4,096 bits. */
const FILE_LIMIT = 1024 * 1024;

/** Longest line: sshd reads 8 KiB and more, a key of 16,384 bits needs 2.8 KiB. */
const LINE_LIMIT = 16 * 1024;

/** The keys of a file of which every line is one, a comment, or empty; null when it is no such file. */
export function authorisedLinesOf(source: Source): readonly Finding[] | null {
  if (source.size > FILE_LIMIT) return null;
  const text = latin1(source.bytes(0, source.size));
  if (!text.includes(' AAAA')) return null;
  const found: Finding[] = [];
  for (let at = 0; at < text.length; ) {
    const newline = text.indexOf('\n', at);
    const end = newline === -1 ? text.length : newline;
    const line = text.slice(at, end).trimEnd();
    if (line !== '' && !line.startsWith('#')) {
      const key = keyOfLine(line);
      if (key === null) return null;
      found.push({ ...key, range: [at, at + line.length] });
    }
    at = end + 1;
  }
  return found.length === 0 ? null : found;
}

/** Options of sshd(8) that may stand before a key, and of Dropbear. Hosts of known_hosts are none. */
const OPTION =
  /^(?:agent-forwarding|cert-authority|command|environment|expiry-time|from|no-agent-forwarding|no-port-forwarding|no-pty|no-user-rc|no-touch-required|no-X11-forwarding|permitlisten|permitopen|port-forwarding|principals|pty|restrict|touch-required|tunnel|user-rc|verify-required|X11-forwarding)(?:="|,|$)/i;

/** One line: options, type, key, comment (sshd(8)); null when it is none. */
function keyOfLine(line: string): Omit<KeyFinding, 'range'> | null {
  if (line.length > LINE_LIMIT) return null;
  const rest = line.trimStart();
  return keyOfFields(rest) ?? (OPTION.test(rest) ? keyOfFields(behindOptions(rest)) : null);
}

function keyOfFields(text: string): Omit<KeyFinding, 'range'> | null {
  const fields = /^([a-z][a-z0-9@.-]{5,63})[ \t]+([A-Za-z0-9+/]{32,}={0,2})(?:[ \t]+(.*))?$/.exec(text);
  if (fields === null) return null;
  const [, type = '', letters = '', comment = ''] = fields;
  const blob = decodeBase64(letters);
  const known = blob === null ? null : attempt(() => sshPublicKeyOf(blob));
  if (known === null || known.type !== type) return null;
  const container = 'authorized-keys';
  return {
    kind: 'key',
    holding: 'authorised',
    container,
    key: known.key,
    cipher: null,
    comment: commentOf(comment),
  };
}

/** What follows the first white space outside quotes. */
function behindOptions(text: string): string {
  let isQuoted = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === '\\') i++;
    else if (char === '"') isQuoted = !isQuoted;
    else if (!isQuoted && (char === ' ' || char === '\t')) return text.slice(i).trimStart();
  }
  return '';
}
