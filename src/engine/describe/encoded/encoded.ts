import type { Observation } from '#domain/observation';
import type { EntryObserver } from '#domain/plugin';
import { latin1 } from '#engine/bytes/text';
import { unwrap } from '#engine/describe/encoded/layers';
import { isRun, literalsIn, namedIn } from '#engine/describe/encoded/literals';
import { contentOf } from '#engine/describe/encoded/says';

const TEXT_LIMIT = 1024 * 1024;
/** Bytes decoded of one file. */
const OUTPUT_BUDGET = 8 * 1024 * 1024;
const OBSERVATIONS = 100;

/** Text of scripts that is hidden by an encoding, decoded as far as marks lead. */
export const encoded: EntryObserver = {
  kind: 'observer',
  id: 'encoded',
  version: 1,
  doc: {
    name: 'Encoded text in scripts',
    says: 'Gives literals in base64, hexadecimal or escapes of scripts that decode such, with every further layer (base64, hexadecimal, gzip, zlib, one byte by exclusive or, letters moved by thirteen, turned round), what they turn out to be, which commands, accounts and addresses stand in them, and whether the line runs them. Nothing is run.',
    sources: [
      'RFC 4648 (base64, base16); RFC 1952, RFC 1950, RFC 1951',
      'base64(1), xxd(1), openssl-enc(1), printf(1); manuals of Python base64 and binascii, Perl MIME::Base64 and pack, PHP base64_decode and gzinflate, JavaScript atob',
    ],
    limits: [
      'Only literals that stand whole in one file; pieces that a script puts together, and keys longer than a byte, are not undone.',
      'Encrypted text is not opened, even where the key stands beside it.',
      'Decoded text that is neither a script, a program, an account nor an address is given only where the line runs it.',
      `Of a file the first ${TEXT_LIMIT / 1024} KiB of text, and at most ${OBSERVATIONS} literals.`,
    ],
  },
  reads: 'entry',
  wants: ({ path, type, content, format }) =>
    type === 'file' &&
    content !== null &&
    content.size >= 24 &&
    content.size <= TEXT_LIMIT &&
    (format === null || format === 'text' || format === 'lua') &&
    !/(?:^|\/)(?:docs?|man|info|locale|licenses?|examples?|tests?)\/|\.(?:css|svg|pem|crt|cer|key|md|po|mo|control|md5sums|list)$/i.test(
      path,
    ),
  observe(_, source, place) {
    const text = latin1(source.bytes(0, source.size));
    if (text.slice(0, 1024).includes('\0')) return [];
    const named = namedIn(text);
    const found: Observation[] = [];
    let left = OUTPUT_BUDGET;
    for (const literal of literalsIn(text, named)) {
      if (left < 0 || found.length >= OBSERVATIONS) break;
      const run = isRun(literal.line);
      for (const reading of literal.readings) {
        const { layers, bytes } = unwrap(reading, named);
        left -= bytes.length;
        const content = contentOf(bytes);
        if (content === null || (content.holds === 'text' && !run)) continue;
        found.push({
          kind: 'encoded',
          place: place(literal.range),
          layers,
          size: bytes.length,
          ...content,
          run,
        });
        break;
      }
    }
    return found;
  },
};
