import type { Remark, VendorDocument } from '#domain/elicited';
import { Malformed, Spent } from '#domain/error';
import type { Blobs, Source } from '#domain/ports';
import type { Registry } from '#domain/registry';
import type { ElicitTask, Outcome } from '#domain/task';
import { quoted } from '#engine/bytes/remarks';
import { wholeOf } from '#engine/bytes/source';
import { DOCUMENT_LIMIT, officeDocument, textDocument } from '#engine/bytes/vendor-document';

/** Bytes of one member of an office document, and of all of them together, unpacked. */
const MEMBER_LIMIT = 64 * 1024 * 1024;
const MEMBERS_LIMIT = 192 * 1024 * 1024;

/** Lets every elicitor read one document. */
export function elicitFrom(task: ElicitTask, registry: Registry, blobs: Blobs): Outcome {
  const { document, remarks } = takenApart(task.name, blobs.open(task.artefact.digest), registry);
  if (document === null) return { kind: 'elicited', elicited: [], remarks };
  const elicited = registry.elicitors.flatMap((elicitor) => elicitor.elicit(document) ?? []);
  const all = [...remarks, ...document.remarks, ...document.sheets.flatMap((sheet) => sheet.remarks)];
  return { kind: 'elicited', elicited, remarks: elicited.length > 0 ? all : [...all, unknown(document)] };
}

/** What stands in a document that no elicitor understood. */
function unknown({ sheets }: VendorDocument): Remark {
  const filled = sheets.filter(({ rows }) => rows.length > 0);
  const first = filled[0]?.rows[0]?.cells.filter((cell) => cell !== '') ?? [];
  const text =
    filled.length === 0
      ? 'Holds no table, no list of components and no notes of a release that are understood.'
      : `${filled.length === 1 ? 'Its table has no head' : `None of its ${filled.length} tables has a head`} that is known; ${filled.length === 1 ? 'it' : 'the first'} begins with ${quoted(first.join(' | '), 100)}.`;
  return { kind: 'unusable', at: '', text };
}

/** A document as tables, text and data; null: it cannot be, which the remarks say. */
interface TakenApart {
  readonly document: VendorDocument | null;
  readonly remarks: readonly Remark[];
}

function refused(text: string, remarks: readonly Remark[] = []): TakenApart {
  return { document: null, remarks: [{ kind: 'unusable', at: '', text }, ...remarks] };
}

function takenApart(name: string, source: Source, registry: Registry): TakenApart {
  const head = Buffer.from(source.bytes(0, Math.min(8, source.size))).toString('latin1');
  if (head.startsWith('PK')) return unpacked(name, source, registry);
  if (head.startsWith('\u00d0\u00cf\u0011\u00e0')) {
    return refused(
      'Is an office document of the old binary kind or one that is protected by a password; save it as .xlsx or .csv without a password.',
    );
  }
  if (head.startsWith('%PDF'))
    return refused('Is a PDF; ask for its tables as .xlsx or .csv, or copy them into one.');
  if (source.size > DOCUMENT_LIMIT)
    return refused(
      `Is larger than ${DOCUMENT_LIMIT / 2 ** 20} MiB; hand in the part that declares something.`,
    );
  return { document: textDocument(name, wholeOf(source, DOCUMENT_LIMIT)), remarks: [] };
}

function unpacked(name: string, source: Source, registry: Registry): TakenApart {
  const { members, remarks } = membersOf(source, registry);
  if (members.has('word/document.xml')) {
    return refused(
      'Is a text document of an office program; save it as text or HTML, its tables as .xlsx or .csv.',
      remarks,
    );
  }
  const document = officeDocument(name, members);
  return document === null
    ? refused('Is an archive and holds no workbook; hand in the documents inside by themselves.', remarks)
    : { document, remarks };
}

/** What of a workbook is read, or told of. */
const WANTED = /\.(?:xml|rels)$/i;
const TOLD = /(?:vbaProject\.bin|\/embeddings\/[^/]+)$/i;

/** The members of an office document, as far as they are read. Two of one name are neither: which of them a program shows
 *  is not said anywhere. */
function membersOf(
  source: Source,
  registry: Registry,
): { readonly members: ReadonlyMap<string, Uint8Array>; readonly remarks: readonly Remark[] } {
  const members = new Map<string, Uint8Array>();
  const remarks: Remark[] = [];
  const twice = new Set<string>();
  const note = (kind: Remark['kind'], text: string) => remarks.push({ kind, at: '', text });
  let path = '';
  let pieces: Uint8Array[] | null = null;
  let size = 0;
  let total = 0;
  const close = () => {
    if (pieces !== null) members.set(path, Buffer.concat(pieces));
    pieces = null;
  };
  try {
    for (const reading of registry.formats.find(({ id }) => id === 'zip')?.open(source, true) ?? []) {
      switch (reading.kind) {
        case 'entry':
          close();
          path = reading.entry.path;
          size = 0;
          if (members.has(path)) twice.add(path);
          pieces = reading.entry.type === 'file' && WANTED.test(path) ? [] : null;
          if (TOLD.test(path)) members.set(path, new Uint8Array());
          break;
        case 'piece':
          if (pieces === null) break;
          size += reading.bytes.length;
          total += reading.bytes.length;
          if (total > MEMBERS_LIMIT) throw new Spent(`${MEMBERS_LIMIT} bytes unpacked`);
          if (size > MEMBER_LIMIT) {
            note(
              'unusable',
              `${path.slice(0, 200)} unpacks to more than ${MEMBER_LIMIT / 2 ** 20} MiB; it is not read.`,
            );
            pieces = null;
          } else pieces.push(reading.bytes.slice());
          break;
        case 'broken':
          note('unusable', `${path.slice(0, 200)} cannot be unpacked: ${reading.why}.`);
          pieces = null;
          break;
        case 'fact':
          if (/^(?:odd: |overlap$|encryption$)/.test(reading.name))
            note(
              'noted',
              `Is odd as an archive: ${reading.name.replace(/^odd: /, '')}: ${reading.value.slice(0, 500)}.`,
            );
          break;
        case 'end':
        case 'extent':
          break;
      }
    }
    close();
  } catch (error) {
    if (!(error instanceof Malformed || error instanceof Spent)) throw error;
    pieces = null;
    note('unusable', `Cannot be unpacked to its end: ${error.message}.`);
  }
  for (const name of twice) {
    members.delete(name);
    note('unusable', `Holds two members of the name ${name.slice(0, 200)}; neither is read.`);
  }
  return { members, remarks };
}
