import { availableParallelism } from 'node:os';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of Assay's own package.json. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'bin', 'assay.js'))) {
    const above = dirname(folder);
    if (above === folder) throw new Error('no package around the running module');
    folder = above;
  }
  return folder;
}

/** Version of this build. */
export function ownVersion(): string {
  const content: unknown = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'));
  return typeof content === 'object' && content !== null && 'version' in content
    ? String(content.version)
    : 'unknown';
}

/** One worker a processor, at most eight: more only wait for the disk. */
export function defaultWorkers(): number {
  return Math.max(1, Math.min(8, availableParallelism()));
}

/** Milliseconds since 1970; the time of `SOURCE_DATE_EPOCH` where it is set, for reports that can be made again.
 *  Source: reproducible-builds.org, SOURCE_DATE_EPOCH specification 1.1 */
export function currentTime(): number {
  const fixed = process.env['SOURCE_DATE_EPOCH'];
  return fixed !== undefined && /^[0-9]+$/.test(fixed) ? Number(fixed) * 1000 : Date.now();
}
