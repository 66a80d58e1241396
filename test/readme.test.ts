import assert from 'node:assert/strict';
import { test } from 'node:test';
import { demoReport, exampleInReadme, excerptOf, withoutPower } from '../scripts/readme.ts';

test('README.md shows what the demonstration prints', () => {
  assert.equal(withoutPower(exampleInReadme()), withoutPower(excerptOf(demoReport())), 'run: npm run readme');
});
