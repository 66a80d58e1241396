import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { generatedFiles } from '../scripts/generated.ts';
import { ROOT } from '../scripts/plugins.ts';

test('the indices, digests, lists and schema are what the sources say', async () => {
  for (const [path, text] of await generatedFiles()) {
    const file = join(ROOT, path);
    assert.ok(
      existsSync(file) && readFileSync(file, 'utf8') === text,
      `${path} is stale; run: npm run index`,
    );
  }
});
