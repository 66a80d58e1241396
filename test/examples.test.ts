import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { bendsOf } from '../scripts/bend.ts';
import { casesOf, missingFrom, trialOf } from '../scripts/cases.ts';
import { loadPlugin, pluginFiles, ROOMS, ROOT } from '../scripts/plugins.ts';

/** It speaks, it stays silent, the look-alike that fooled us. */
const CASES_OF_AN_EXAMINER = 3;

for (const room of ROOMS) {
  for (const file of pluginFiles(room)) {
    const own = `${room.folder}/${file.id}`;
    const cases = casesOf(file);

    test(`${own} has examples`, () => {
      assert.ok(cases.length > 0, `no examples: make examples/${own}/<case>/input.*`);
      if (room.folder === 'examine') {
        const least = CASES_OF_AN_EXAMINER;
        assert.ok(
          cases.length >= least,
          `${own}: ${least} cases: it speaks, it stays silent, the look-alike`,
        );
      }
      for (const example of cases) {
        for (const missing of missingFrom(example)) assert.fail(`${example.name}: ${missing}`);
      }
    });

    test(`${own} says what it gives and what it cannot`, async () => {
      const { doc, version } = await loadPlugin(file);
      assert.ok(Number.isInteger(version) && version >= 1, 'version is a whole number from 1');
      assert.ok(doc.name !== '' && doc.says !== '', 'doc.name and doc.says');
      assert.ok(doc.sources.length > 0, 'doc.sources: the standard it can be checked against');
      assert.ok(doc.limits.length > 0, 'doc.limits: a plug-in without limits has not been thought through');
    });

    for (const example of cases.filter((candidate) => missingFrom(candidate).length === 0)) {
      const expectedFile = join(ROOT, example.folder, 'expected.json');

      test(`${example.name} gives what is expected`, async () => {
        const trial = await trialOf(await loadPlugin(file), example);
        const { value, faults } = trial.run(trial.inputs);
        assert.deepEqual(faults, []);
        assert.deepEqual(value, JSON.parse(readFileSync(expectedFile, 'utf8')));
        assert.deepEqual(trial.run(trial.inputs).value, value, 'a second run gives the same');
      });

      test(`${example.name} bent: a result, null, malformed or spent, nothing else`, async () => {
        const trial = await trialOf(await loadPlugin(file), example);
        for (const bent of bendsOf(trial.inputs)) {
          try {
            assert.deepEqual(trial.run(bent.inputs).faults, []);
          } catch (cause) {
            throw new Error(`${example.name}, ${bent.name}`, { cause });
          }
        }
      });
    }
  }

  test(`every folder of examples/${room.folder} belongs to a plug-in`, () => {
    const ids = pluginFiles(room).map(({ id }) => id);
    const folder = join(ROOT, 'examples', room.folder);
    const orphans = existsSync(folder) ? readdirSync(folder).filter((name) => !ids.includes(name)) : [];
    assert.deepEqual(orphans, []);
  });
}
