import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '#ports/cli/environment';
import type { ExamineRequest } from '#ports/cli/examine';
import { readCase } from '#ports/store/case';

/** Where the demonstration leaves its case. */
const FOLDER = 'ne7-demo.assay';

/** The date the demonstration speaks of: what it prints is the same on every day. */
const AS_OF = '2026-11-22';

/** Examines the made-up NE-7 router of a made-up vendor. Always ends with 0; the code it would have given is printed. */
export async function demo(
  run: (request: ExamineRequest, format: 'text') => Promise<number>,
): Promise<number> {
  const product = join(packageRoot(), 'examples', 'whole', 'ne7');
  // Only a case of our own is replaced.
  if (readCase(FOLDER)?.id === 'ne7-demo') rmSync(FOLDER, { recursive: true });
  process.stderr.write('A made-up router, vendor, operators and authority.\n');
  return run(
    {
      inputs: [join(product, 'ne7-r25.bin'), join(product, 'declaration.yaml')],
      declares: [],
      folder: FOLDER,
      release: 'R25',
      releasedAt: '2026-09-14',
      state: 'as-shipped',
      asOf: AS_OF,
      from: 'Altmark Telecom',
      about: join(product, 'case.yaml'),
      power: 'quick',
      compare: [],
      withoutKnownCases: false,
      workers: null,
      failOn: 'present',
      exitZero: true,
      now: Date.parse(`${AS_OF}T12:00:00Z`),
    },
    'text',
  );
}
