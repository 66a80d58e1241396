import type { Format } from '#domain/plugin';
import { readTar, TAR_BLOCK, tarDialect } from '#engine/bytes/tar';

/** Tape archives of Seventh Edition Unix, which bear no mark: only the checksum of the first header tells. */
export const tarV7: Format = {
  kind: 'format',
  id: 'tar-v7',
  version: 1,
  doc: {
    name: 'tar archive (Seventh Edition)',
    says: 'Gives every member of an archive whose first header has no mark but a right checksum.',
    sources: ['Unix Programmer’s Manual, Seventh Edition, tar(5)', 'GNU tar manual 1.34: Basic Tar Format'],
    limits: [
      'Recognised only as a whole artefact: without a mark it cannot be searched for inside other bytes.',
      'Device numbers do not exist in this form.',
    ],
  },
  magics: [],
  open(source, whole) {
    if (!whole || source.size < TAR_BLOCK) return null;
    const block = source.bytes(0, TAR_BLOCK);
    const isNamed = block[0] !== 0;
    return isNamed && tarDialect(block) === 'v7' ? readTar(source) : null;
  },
};
