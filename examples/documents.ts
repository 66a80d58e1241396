// What the scripts that make examples of documents share.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface DocumentCase {
  /** `input.csv`: its ending says what it is. */
  readonly name: string;
  readonly input: Uint8Array | string;
  readonly note: string;
}

/** Writes cases of one elicitor beside its script.
 *  @param folder  of the script */
export function writeDocuments(folder: string, cases: Readonly<Record<string, DocumentCase>>): void {
  for (const [name, { name: file, input, note }] of Object.entries(cases)) {
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, name, file), input);
    writeFileSync(join(folder, name, 'NOTE.md'), `${note}\nMade by ../make.ts.\n`);
  }
}

/** Rows as delimited values, quoted where they must be. */
export function csv(rows: readonly (readonly string[])[], delimiter = ','): string {
  const quoted = (cell: string) => (/[",;\n\t]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  return `${rows.map((row) => row.map(quoted).join(delimiter)).join('\r\n')}\r\n`;
}
