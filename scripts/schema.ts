// npm run schema
// Writes the JSON Schema of the record from its zod mirror: schema/assay-record-1.schema.json.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { recordSchema } from '#engine/schema';
import { z } from 'zod';
import { layOut } from './layout.ts';
import { ROOT } from './plugins.ts';

/** Where the published schema lies, from the root. */
export const SCHEMA_FILE = 'schema/assay-record-1.schema.json';

/** The published schema as text. What JSON Schema cannot say (the order of a range) is left out. */
export function publishedSchema(): string {
  const { $schema, ...rest } = z.toJSONSchema(recordSchema);
  return layOut({
    $schema,
    $id: 'assay-record-1.schema.json',
    title: 'assay-record/1',
    description: 'One assessment whole: record.json of a revision. Ranges are half-open, in bytes.',
    ...rest,
  });
}

if (process.argv[1] === import.meta.filename) {
  const file = join(ROOT, SCHEMA_FILE);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, publishedSchema());
}
