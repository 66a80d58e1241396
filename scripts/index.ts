// npm run index [-- --check]
// Writes from the sources what follows from them: the index of every room, the digests of the code, LIMITS.md,
// the lists in docs/, the schema of the record.
// --check writes nothing and exits 1 when a file is not as it would be written.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generatedFiles } from './generated.ts';
import { ROOT } from './plugins.ts';

const check = process.argv.includes('--check');
const files = await generatedFiles();
const stale = [...files].filter(([path, text]) => {
  const file = join(ROOT, path);
  return !existsSync(file) || readFileSync(file, 'utf8') !== text;
});
for (const [path, text] of stale) {
  if (!check) {
    mkdirSync(dirname(join(ROOT, path)), { recursive: true });
    writeFileSync(join(ROOT, path), text);
  }
  console.log(`${check ? 'stale' : 'written'} ${path}`);
}
if (check && stale.length > 0) {
  console.log('run: npm run index');
  process.exitCode = 1;
} else console.log(`${files.size} generated files, ${check ? 'none stale' : `${stale.length} written`}`);
