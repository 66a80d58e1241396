import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classPower, incompleteBeta, lowerBound } from '#engine/judge/power';
import { drawFrom } from '#engine/planting';

/** Found, planted, one-sided 95 % bound to three places, as published tables have it. */
const PUBLISHED: readonly (readonly [found: number, planted: number, lower: number])[] = [
  [10, 10, 0.741],
  [14, 14, 0.807],
  [20, 20, 0.861],
  [22, 22, 0.873],
  [29, 29, 0.902],
  [29, 30, 0.851],
  [58, 60, 0.899],
  [59, 59, 0.95],
  [97, 100, 0.924],
  [290, 300, 0.944],
  [299, 299, 0.99],
];

for (const [found, planted, lower] of PUBLISHED) {
  test(`the bound of ${found} found of ${planted} is ${lower}`, () => {
    assert.equal(Math.round(lowerBound(found, planted) * 1000) / 1000, lower);
  });
}

/** P(X ≥ k) of a binomial, summed with whole binomial coefficients. */
function tail(found: number, planted: number, share: number): number {
  let sum = 0;
  let ways = 1n;
  for (let k = 0; k <= planted; k++) {
    if (k >= found) sum += Number(ways) * share ** k * (1 - share) ** (planted - k);
    ways = (ways * BigInt(planted - k)) / BigInt(k + 1);
  }
  return sum;
}

test('at the bound, as many or more are found by chance in one of twenty cases, to 1e-9', () => {
  for (const planted of [1, 2, 3, 7, 14, 29, 59, 60]) {
    for (let found = 1; found <= planted; found++) {
      const lower = lowerBound(found, planted);
      assert.ok(Math.abs(tail(found, planted, lower) - 0.05) < 1e-10, `${found} of ${planted}`);
      // A millionth of a millionth to either side is on the right side: the bound itself is exact.
      assert.ok(tail(found, planted, lower - 1e-9) < 0.05 && tail(found, planted, lower + 1e-9) > 0.05);
    }
  }
});

test('the incomplete beta function agrees with the binomial it stands for', () => {
  for (const share of [0.001, 0.1, 0.5, 0.77, 0.999]) {
    for (const [found, planted] of [
      [1, 1],
      [3, 9],
      [29, 29],
      [1, 59],
      [30, 59],
      [58, 60],
    ] as const) {
      assert.ok(
        Math.abs(incompleteBeta(share, found, planted - found + 1) - tail(found, planted, share)) < 1e-12,
      );
    }
  }
});

test('nothing found gives nothing; the bound stays below the share and rises with what is found', () => {
  assert.equal(lowerBound(0, 29), 0);
  for (let found = 1; found <= 29; found++) {
    assert.ok(lowerBound(found, 29) < found / 29);
    assert.ok(lowerBound(found, 29) > lowerBound(found - 1, 29));
  }
  assert.ok(Math.abs(lowerBound(99_000, 100_000) - 0.98947) < 1e-5);
});

test('counts that cannot be are refused', () => {
  for (const [found, planted] of [
    [1, 0],
    [0, 0],
    [30, 29],
    [-1, 29],
    [0.5, 29],
    [Number.NaN, 29],
  ] as const) {
    assert.throws(() => lowerBound(found, planted), RangeError);
  }
});

test('the bound is at most the truth in at least 95 of 100 measurements', () => {
  const rounds = 20_000;
  for (const share of [0.5, 0.8, 0.93, 0.99]) {
    const draw = drawFrom(`coverage of the bound at ${share}`);
    const limit = Math.round(share * 1_000_000);
    const bounds = Array.from({ length: 30 }, (_, found) => lowerBound(found, 29));
    let held = 0;
    for (let round = 0; round < rounds; round++) {
      let found = 0;
      for (let i = 0; i < 29; i++) if (draw(1_000_000) < limit) found++;
      if ((bounds[found] ?? 1) <= share) held++;
    }
    // Three standard deviations of the simulation itself.
    assert.ok(
      held / rounds >= 0.95 - 3 * Math.sqrt((0.95 * 0.05) / rounds),
      `${held} of ${rounds} at ${share}`,
    );
  }
});

test('a class is counted with its templates, the held-out ones apart, every miss by name', () => {
  const plant = (template: string, heldOut: boolean, lost: string | null = null) => ({
    template,
    heldOut,
    carrier: lost === null ? 'etc/passwd' : null,
    lost,
  });
  const results = [
    { plant: plant('line', false), found: true },
    { plant: plant('line', false), found: true },
    { plant: plant('copy', true), found: false },
    { plant: plant('line', false, 'fell into bytes that nothing explains'), found: false },
  ];
  assert.deepEqual(classPower('hidden-account', 'undocumented-access', 'careful', results, null), {
    class: 'hidden-account',
    question: 'undocumented-access',
    level: 'careful',
    planted: 4,
    found: 2,
    lower: 0.097611,
    templates: { n: 2, found: 1 },
    heldOut: { planted: 1, found: 0 },
    missed: ['copy, etc/passwd: nothing new was said of it', 'line: fell into bytes that nothing explains'],
    why: null,
  });
  const none = classPower('hidden-account', 'undocumented-access', 'overt', [], 'nothing here can carry it');
  assert.equal(none.lower, null);
  assert.equal(none.why, 'nothing here can carry it');
});
