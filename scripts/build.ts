// npm run build
// Writes dist/: what is published, since Node strips no types under node_modules.
// dist/ is a package scope of its own: there the names with # mean the built files.
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ROOT } from './plugins.ts';

const dist = join(ROOT, 'dist');
const compiler = createRequire(import.meta.url).resolve('typescript/package.json');
rmSync(dist, { recursive: true, force: true });
const { status } = spawnSync(
  process.execPath,
  [join(dirname(compiler), 'bin/tsc'), '-p', 'tsconfig.build.json', '--singleThreaded'],
  { cwd: ROOT, stdio: 'inherit' },
);
const scope = {
  type: 'module',
  imports: { '#domain/*': './domain/*.js', '#engine/*': './engine/*.js', '#ports/*': './ports/*.js' },
};
if (status === 0) writeFileSync(join(dist, 'package.json'), `${JSON.stringify(scope, null, 2)}\n`);
process.exitCode = status ?? 1;
