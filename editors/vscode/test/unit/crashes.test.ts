import { expect, test } from 'vitest';
import { Crashes } from '../../src/crashes';

test('restarts later each time, and gives up after five crashes', () => {
  const crashes = new Crashes();
  const got = [0, 1, 2, 3, 4].map((n) => crashes.note(n * 1000));
  expect(got).toEqual([
    { restart: true, delay: 250 },
    { restart: true, delay: 500 },
    { restart: true, delay: 1000 },
    { restart: true, delay: 2000 },
    { restart: false },
  ]);
});

test('forgets crashes that are long past', () => {
  const crashes = new Crashes();
  for (let n = 0; n < 20; n++) {
    expect(crashes.note(n * 10 * 60 * 1000)).toEqual({ restart: true, delay: 250 });
  }
});

test('counts anew after a restart by the user', () => {
  const crashes = new Crashes();
  for (let n = 0; n < 5; n++) crashes.note(n);
  crashes.forget();
  expect(crashes.note(6)).toEqual({ restart: true, delay: 250 });
});
