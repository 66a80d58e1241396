const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes of a name as text that gives the bytes back: UTF-8 as it is, a backslash doubled, any other byte as `\xNN`. */
export function nameOf(bytes: Uint8Array): string {
  try {
    const text = UTF8.decode(bytes);
    return text.includes('\\') ? text.replaceAll('\\', '\\\\') : text;
  } catch {
    return bytewise(bytes);
  }
}

/** The bytes that {@link nameOf} was given. */
export function bytesOfName(name: string): Uint8Array {
  if (!name.includes('\\')) return new TextEncoder().encode(name);
  const out: number[] = [];
  for (let i = 0; i < name.length; i++) {
    const code = name.codePointAt(i) ?? 0;
    if (code !== 0x5c) {
      out.push(...new TextEncoder().encode(String.fromCodePoint(code)));
      if (code > 0xffff) i++;
    } else if (name[i + 1] === 'x') {
      out.push(Number.parseInt(name.slice(i + 2, i + 4), 16));
      i += 3;
    } else {
      out.push(0x5c);
      i++;
    }
  }
  return Uint8Array.from(out);
}

/** Bytes as text, one character a byte: offsets in the text are offsets in the bytes. */
export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** A path without empty and `.` steps and without leading slash; `..` stays. */
export function plainPath(path: string): string {
  return path
    .split('/')
    .filter((step) => step !== '' && step !== '.')
    .join('/');
}

function bytewise(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; ) {
    const length = sequenceLength(bytes, i);
    if (length === 0) {
      text += `\\x${(bytes[i] ?? 0).toString(16).padStart(2, '0')}`;
      i++;
    } else {
      const part = UTF8.decode(bytes.subarray(i, i + length));
      text += part === '\\' ? '\\\\' : part;
      i += length;
    }
  }
  return text;
}

/** Length of the valid UTF-8 sequence at `at`, or 0. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  const length =
    first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (length <= 1) return length;
  try {
    UTF8.decode(bytes.subarray(at, at + length));
    return at + length <= bytes.length ? length : 0;
  } catch {
    return 0;
  }
}
