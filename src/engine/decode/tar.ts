import { Malformed } from '#domain/error';
import type { Format } from '#domain/plugin';
import { readTar, TAR_BLOCK, tarDialect } from '#engine/bytes/tar';

/** Tape archives with the mark of the standard: ustar, pax, GNU. */
export const tar: Format = {
  kind: 'format',
  id: 'tar',
  version: 1,
  doc: {
    name: 'tar archive (ustar, pax, GNU)',
    says: 'Gives every member with its metadata. Long names, large numbers, sparse files and extended headers are read.',
    sources: [
      'IEEE Std 1003.1-2017, pax: ustar Interchange Format, pax Header Block',
      'GNU tar manual 1.34: Basic Tar Format, GNU Extensions, Storing Sparse Files',
    ],
    limits: [
      'Extended attributes, access control lists and capabilities are claimed as metadata but not given.',
      'A volume of a split archive is read alone; its cut member has a part of the content.',
      'A hard link that carries content is given as a file.',
      'Holes of sparse files beyond 256 MiB an archive are not filled: such a file has no content.',
    ],
  },
  magics: [{ bytes: new TextEncoder().encode('ustar'), at: 257 }],
  open(source, whole) {
    if (source.size < TAR_BLOCK) return null;
    const dialect = tarDialect(source.bytes(0, TAR_BLOCK));
    // the mark stands there; inside other bytes it may be a program that knows tar
    if (dialect === null && whole) throw new Malformed('header checksum does not match', 0);
    return dialect === null || dialect === 'v7' ? null : readTar(source);
  },
};
