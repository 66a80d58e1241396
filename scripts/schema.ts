import { recordSchema } from '#engine/schema';
import { z } from 'zod';
import { layOut } from './layout.ts';

/** Where the published schema lies, from the root. */
export const SCHEMA_FILE = 'schema/assay-record-1.schema.json';

/** The JSON Schema of the record, from its zod mirror, as text. What JSON Schema cannot say (the order of a range) is left out. */
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
