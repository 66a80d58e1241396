import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { breachesOf } from '../scripts/floors.ts';
import { filesBelow } from '../scripts/imports.ts';
import { ROOT } from '../scripts/plugins.ts';

test('every import goes down, nothing goes in a circle, the world stays outside', () => {
  const files = filesBelow(ROOT, 'src', '.ts');
  assert.ok(files.length > 0);
  const texts = new Map(files.map((file) => [file, readFileSync(join(ROOT, file), 'utf8')]));
  assert.deepEqual(breachesOf(texts), []);
});

/** A small house that keeps the floors. */
const HOUSE: Readonly<Record<string, string>> = {
  'src/domain/range.ts': 'export type ByteRange = readonly [number, number];',
  'src/engine/bytes/cursor.ts': "import type { ByteRange } from '#domain/range';",
  'src/engine/decode/index.ts':
    "import { tar } from '#engine/decode/tar';\nimport { ubi } from '#engine/decode/ubi/ubi';",
  'src/engine/decode/tar.ts': "import {\n  Cursor,\n} from '#engine/bytes/cursor';",
  'src/engine/decode/ubi/ubi.ts': "import { volume } from '#engine/decode/ubi/volume';",
  'src/engine/decode/ubi/volume.ts': "import { inflateRawSync } from 'node:zlib';",
  'src/engine/examine/key.ts': "import type { ByteRange } from '#domain/range';",
  'src/engine/judge/age.ts': '',
  'src/engine/perform.ts': "import { formats } from '#engine/decode/index';",
  'src/engine/schema.ts': "import { z } from 'zod';",
  'src/ports/cli/main.ts':
    "import { perform } from '#engine/perform';\nimport { Command } from 'commander';\nprocess.exit();",
  'src/ports/store/files.ts': "import { open } from 'node:fs/promises';",
};

/** Each breaks the house in one way. */
const BREACHES: readonly (readonly [file: string, text: string, said: string])[] = [
  [
    'src/domain/range.ts',
    "import { x } from 'node:util';",
    'src/domain/range.ts:1 imports node:util: domain knows nothing of util',
  ],
  [
    'src/domain/range.ts',
    "\nimport type { C } from '#engine/bytes/cursor';",
    'src/domain/range.ts:2 imports #engine/bytes/cursor: engine/bytes is no floor below',
  ],
  [
    'src/engine/bytes/cursor.ts',
    "import { readFileSync } from 'node:fs';",
    'src/engine/bytes/cursor.ts:1 imports node:fs: engine/bytes knows nothing of fs',
  ],
  [
    'src/engine/decode/tar.ts',
    "import { ubi } from '#engine/decode/ubi/ubi';",
    'src/engine/decode/tar.ts:1 imports #engine/decode/ubi/ubi: a neighbour; what both need belongs one floor lower',
  ],
  [
    'src/engine/decode/tar.ts',
    "import { age } from '#engine/judge/age';",
    'src/engine/decode/tar.ts:1 imports #engine/judge/age: engine/judge is no floor below',
  ],
  [
    'src/engine/examine/key.ts',
    "import { Cursor } from '#engine/bytes/cursor';",
    'src/engine/examine/key.ts:1 imports #engine/bytes/cursor: engine/examine may not look into engine/bytes',
  ],
  [
    'src/engine/examine/key.ts',
    "const late = await import('#engine/decode/tar');",
    'src/engine/examine/key.ts:1 imports #engine/decode/tar: engine/examine may not look into engine/decode',
  ],
  [
    'src/engine/judge/age.ts',
    'export const age = () => Date.now() - 1;',
    'src/engine/judge/age.ts:1 uses Date.now: the world comes in as an argument',
  ],
  [
    'src/engine/perform.ts',
    "import { z } from 'zod';",
    'src/engine/perform.ts:1 imports zod: engine uses no package zod',
  ],
  [
    'src/engine/perform.ts',
    "import { main } from '#ports/cli/main';",
    'src/engine/perform.ts:1 imports #ports/cli/main: ports/cli is no floor below',
  ],
  [
    'src/engine/perform.ts',
    "import { x } from './schema';",
    'src/engine/perform.ts:1 imports ./schema: in src the floor stands at the head of the name',
  ],
  [
    'src/engine/perform.ts',
    "import { x } from '#engine/nowhere';",
    'src/engine/perform.ts:1 imports #engine/nowhere: no such file',
  ],
  ['src/engine/attic/box.ts', '', 'src/engine/attic/box.ts stands in no room'],
  [
    'src/engine/bytes/cursor.ts',
    "import type { x } from '#engine/bytes/cursor';",
    'these import each other in a circle: src/engine/bytes/cursor.ts',
  ],
  [
    'src/engine/decode/ubi/volume.ts',
    "import type { U } from '#engine/decode/ubi/ubi';",
    'these import each other in a circle: src/engine/decode/ubi/ubi.ts, src/engine/decode/ubi/volume.ts',
  ],
];

test('a house that keeps the floors has no breach', () => {
  assert.deepEqual(breachesOf(new Map(Object.entries(HOUSE))), []);
});

for (const [file, text, said] of BREACHES) {
  test(`a breach is named: ${said}`, () => {
    assert.ok(breachesOf(new Map(Object.entries({ ...HOUSE, [file]: text }))).includes(said));
  });
}

test('words in comments, strings and patterns are not the world', () => {
  const text =
    "// Date.now()\nconst a = 'process.exit' + `console.${'x'} fetch(`;\nconst b = /eval(/.source;\n/* require( */";
  assert.deepEqual(breachesOf(new Map([['src/engine/judge/age.ts', text]])), []);
});
